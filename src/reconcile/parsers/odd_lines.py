"""Lines of an export that are no plain row: blank, a repeated heading, a total, or a row set aside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.chain import Chain
from reconcile.errors import DamagedStatement, UnknownLayout, shown
from reconcile.parsers.cells import Cells, Mask
from reconcile.parsers.frames import UNPRINTABLE, Aside

AMBIGUOUS = "the days are written like 03/04/2026, which may be April or March"
_AGAIN = "Download the file again."
_CONTROL = re.compile(
    UNPRINTABLE.replace("\\x{9f}", "\\x9f").replace("\\x{2028}", "\\u2028").replace("\\x{2029}", "\\u2029")
)
_SLASHED = re.compile(r"\s*[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\s*,")
_FOOTER = re.compile(r'[\s"]*(?P<label>(grand )?totals?|(opening|closing) balance)\b[^,]*(?P<figures>.*)', re.I)


@dataclass(frozen=True)
class Wording:
    """What a layout writes besides rows: the names of its columns, what begins a second statement, joined rows.

    `joined` is a pattern of what only stands inside a row when the line end before another row was lost.
    """

    columns: tuple[str, ...]
    second: re.Pattern[str]
    joined: str


@dataclass(frozen=True)
class Footer:
    """A line that sums up: its number, label (`total`, `opening balance`, `closing balance`) and figures in cents."""

    line: int
    label: str
    cents: tuple[int, ...]


@dataclass
class OddLines:
    """Positions of lines that are no rows, the rows set aside, and positions of those whose figures cannot be read.

    `behind` has the text of the line behind each of the latter, as it stood there.
    """

    file: str
    wording: Wording
    first_line: int
    no_rows: list[int] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    footers: list[Footer] = field(default_factory=list)
    behind: dict[int, str] = field(default_factory=dict)

    def sort(self, cells: Cells, good: Mask, readable: Mask, start: int, *, cut: bool) -> None:
        """Take every line of a run that is not `good`, one by one; `start` is the position of the run's first."""
        if self.unreadable and self.unreadable[-1] == start - 1:
            self.behind[start] = cells.raw[0].as_py()
        for at in np.flatnonzero(~good).tolist():
            text, line = cells.raw[at].as_py(), self.first_line + start + at
            footer = _FOOTER.fullmatch(text)
            if self.wording.second.match(text):
                # up to the first comma: behind it may stand a whole account number
                what = f'a second statement begins here ("{shown(text.split(",")[0], 40)}")'
                raise DamagedStatement(what, file=self.file, line=line, do="Put each statement into a file of its own.")
            if not text.strip(' ,"\t\r') or self._names_columns(text):
                self.no_rows.append(start + at)
            elif footer:
                self.no_rows.append(start + at)
                self.footers.append(Footer(line, footer["label"].lower(), _figures(footer["figures"])))
            else:
                reason = _reason(cells, at, text, self.wording.joined, cut and at == len(good) - 1)
                self.asides.append(Aside(line, text, reason))
                if not readable[at]:
                    self.unreadable.append(start + at)
                    if at + 1 < len(cells.raw):
                        self.behind[start + at + 1] = cells.raw[at + 1].as_py()

    def doubt(self, position: int) -> None:
        """Set aside a row that can be read, but whose movement only the row in front of it could tell."""
        reason = "whether it moved money cannot be told, because the row in front of it cannot be read"
        self.asides.append(Aside(self.first_line + position, self.behind.get(position, ""), reason))
        self.unreadable.append(position)

    def _names_columns(self, text: str) -> bool:
        return sorted(c.strip(' "\r').lower() for c in text.rstrip(", ").split(",")) == sorted(self.wording.columns)

    def refuse_all(self) -> None:
        """Raise for a file of which no row at all can be read."""
        first = self.asides[0]
        slashed = [a for a in self.asides if _SLASHED.match(a.text) and a.reason.startswith("no such day")]
        if slashed:
            do = "Use the file as the bank delivered it, not a re-saved one."
            raise UnknownLayout(AMBIGUOUS, file=self.file, line=slashed[0].line, do=do)
        which = "its only row cannot" if len(self.asides) == 1 else f"none of its {len(self.asides)} rows can"
        what = f"{which} be read ({first.reason})"
        kind = UnknownLayout if len(self.asides) > 1 else DamagedStatement
        raise kind(what, file=self.file, line=first.line, do="Download the file again as the bank offers it.")

    def asides_with_amounts(self, moved: dict[int, int], gaps: Sequence[int], implied: dict[int, int]) -> list[Aside]:
        """The rows set aside with what each moved: its own amount, or what the balances on both sides say.

        `moved` has the cents of those whose figures are readable, by line; `gaps` the position in the chain of each
        that is not; `implied` what the balances say of a position.
        """
        gap_of = dict(zip((self.first_line + at for at in self.unreadable), gaps, strict=True))
        in_gap = Counter(gaps)
        found = []
        for aside in self.asides:
            gap = gap_of.get(aside.line)
            if gap is None:
                found.append(replace(aside, cents=moved.get(aside.line)))
            elif gap in implied and in_gap[gap] == 1:
                found.append(replace(aside, cents=implied[gap]))
            elif gap in implied:
                together = f"{in_gap[gap]} neighbouring rows moved {money.shown_cents(implied[gap])} together"
                found.append(replace(aside, reason=f"{aside.reason}; {together}"))
            else:
                found.append(aside)
        return found

    def check_footers(self, chain: Chain, transactions: pd.DataFrame) -> None:
        """Raise DamagedStatement where a total or balance below the rows is not what the rows say."""
        cents: npt.NDArray[np.int64] = money.cents(transactions["amount"])
        sums = {int(cents[sign].sum()) for sign in (cents > 0, cents < 0, cents != 0)}
        for footer in self.footers:
            balance = chain.opening if footer.label.startswith("opening") else chain.closing
            if footer.label.endswith("balance"):
                fits = balance is None or not footer.cents or money.in_cents(balance) in footer.cents
            else:
                fits = bool(self.asides) or not footer.cents or bool(sums & set(footer.cents))
            if not fits:
                what = f"the {footer.label} below the rows is not what the rows say"
                raise DamagedStatement(what, file=self.file, line=footer.line, do=_AGAIN)

    @property
    def warnings(self) -> list[str]:
        """One for each line that sums up."""
        return [f"line {f.line} is a sum ({f.label}), not a row" for f in self.footers]


def _reason(cells: Cells, at: int, text: str, joined: str, last_of_cut: bool) -> str:
    if re.search(joined, text[12:]):
        return "two rows have run together"
    if _CONTROL.search(text):
        return "has a control character"
    if not cells.whole[at]:
        return "the file ends inside this row" if last_of_cut else "has not the fields of a row"
    for name, column in (("amount", cells.amounts), ("balance", cells.balances)):
        value = column[at].as_py()
        if not re.match(money.PATTERN, value):
            return f'the {name} "{shown(value, 30)}" is not money'
    date = cells.dates[at].as_py()
    if np.isnat(cells.days[at]):
        return f'{cells.why_no_day(date)}: "{shown(date, 20)}"' if date else cells.why_no_day(date)
    return "the file ends inside this row: its text may be cut short"


def _figures(text: str) -> tuple[int, ...]:
    cells = [c.strip(' "') for c in text.split(",")]
    return tuple(cents for c in cells if (cents := money.cents_of(c)) is not None)
