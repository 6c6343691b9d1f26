"""What a layout's figures prove, said in one small language: each sentence becomes a check of the statement's proof.

A layout says what the export states and what the rows say. What agrees has held; what does not refuses the statement;
what rows set aside leave open is open; what the layout does not state is not offered, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from reconcile.errors import DamagedStatement
from reconcile.money import shown_cents
from reconcile.statement import Check, Period, Proof

_Numbers = npt.NDArray[np.int64]

_AGAIN = "Rows are missing, doubled or changed; download the file again."


@dataclass(frozen=True)
class Stated:
    """A figure the export states: the words it stands under, its line and its value (cents, or a count)."""

    words: str
    line: int | None
    value: int


@dataclass
class Sentences:
    """The checks of one statement in the order they are said; `asides` is how many rows of it were set aside."""

    file: str
    asides: int = 0
    checks: list[Check] = field(default_factory=list)

    def proof(self) -> Proof:
        """All that was said."""
        return Proof(tuple(self.checks))

    def held(self, name: str, detail: str) -> None:
        """It was checked, and agrees."""
        self.checks.append(Check(name, "held", detail))

    def open(self, name: str, detail: str) -> None:
        """It could not be settled, because rows were set aside."""
        self.checks.append(Check(name, "open", detail))

    def not_offered(self, name: str, why: str) -> None:
        """The layout, or this file, states nothing to check against."""
        self.checks.append(Check(name, "not offered", why))

    def every_line(self, lines: int, parts: Sequence[tuple[int, str]]) -> None:
        """Each of the file's lines is one of `parts` (how many, what); raises DamagedStatement where one is missing."""
        known = sum(count for count, _ in parts)
        if known != lines:
            what = f"has {lines} lines, and {known} of them are accounted for"
            raise DamagedStatement(what, file=self.file, do="Report this: no line may go missing.")
        said = ", ".join(f"{count} {what}" for count, what in parts if count or "transaction" in what)
        (self.open if self.asides else self.held)("every line", said)

    def chain(self, rows: int, unknown: int, *, broken: bool) -> None:
        """Each balance is the one before plus the amount; `broken` where rows that cannot be read stand between."""
        said = f"{rows - unknown} balances, each the one before plus the amount"
        said += f"; {unknown} not known" if unknown else ""
        if broken:
            self.open("balance chain", f"{said}; broken only where rows were set aside")
        elif rows > unknown:
            self.held("balance chain", said)
        else:
            self.not_offered("balance chain", said)

    def led_to(self, name: str, stated: int | None, words: str, why_not: str) -> None:
        """A balance the export states is the one its rows lead from or to, as the chain has shown."""
        if stated is None:
            self.not_offered(name, why_not)
        else:
            self.held(name, f"{shown_cents(stated)} {words}")

    def movements(self, opening: int, moved: int, closing: int, line: int | None, unread: bool) -> None:
        """Opening balance plus the sum of the rows is the closing balance; `unread`: some amounts are not known."""
        name, off = "opening and closing balance", closing - opening - moved
        said = f"{shown_cents(opening)} plus {shown_cents(moved)} is {shown_cents(closing)}"
        if unread:
            self.open(name, f"{shown_cents(off)} is what the rows set aside moved")
        elif off:
            both = f"opening {shown_cents(opening)} and rows {shown_cents(moved)}"
            what = f"{both} do not make closing {shown_cents(closing)}"
            raise DamagedStatement(what, file=self.file, line=line, do=_AGAIN)
        else:
            self.held(name, said)

    def figures(self, name: str, stated: Sequence[Stated], found: Sequence[int], show: Callable[[int], str]) -> None:
        """What the export counts or sums is what the rows say, each in turn; with rows set aside it stays open."""
        for figure, own in zip(stated, found, strict=True):
            if figure.value != own and not self.asides:
                what = f'"{figure.words}" states {show(figure.value)}, the rows say {show(own)}'
                raise DamagedStatement(what, file=self.file, line=figure.line, do=_AGAIN)
        said = "; ".join(f"{f.words} {show(f.value)}" for f in stated)
        (self.open if self.asides else self.held)(name, said)

    def numbered(self, numbers: _Numbers, lines: _Numbers, in_front: _Numbers) -> None:
        """The rows are numbered 1, 2, 3 …; raises DamagedStatement at the first that is out of its turn.

        `in_front` is how many rows without a readable number stand in front of each.
        """
        wanted = np.arange(1, len(numbers) + 1) + in_front
        wrong = np.flatnonzero(numbers != wanted)
        if len(wrong):
            at = int(wrong[0])
            what = f"row number {int(numbers[at])} stands where number {int(wanted[at])} should"
            raise DamagedStatement(what, file=self.file, line=int(lines[at]), do=_AGAIN)
        if len(numbers):
            self.held("row numbers", f"1 to {int(numbers[-1])} without a gap")

    def period(self, period: Period, first: date | None, last: date | None) -> str | None:
        """The rows lie inside the stated days; returns a warning where they do not."""
        if first is None or last is None or (period.start <= first and last <= period.end):
            self.held("period", f"{period} as stated, and no row outside it")
            return None
        self.open("period", f"{period} as stated; rows from {first} to {last}")
        return f"rows lie outside the period the file states ({period})"
