"""Lines of a Transaction History that are no plain row: blank, a repeated heading, a total, or a row set aside."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.errors import DamagedStatement, UnknownLayout, shown
from reconcile.files import Document
from reconcile.parsers.days import day_of, fault_of
from reconcile.parsers.frames import UNPRINTABLE, Aside
from reconcile.parsers.history_cells import JOINED, Cells
from reconcile.parsers.history_heading import COLUMNS, Heading
from reconcile.parsers.history_resaved import ambiguous
from reconcile.statement import Chain

_CONTROL = re.compile(
    UNPRINTABLE.replace("\\x{9f}", "\\x9f").replace("\\x{2028}", "\\u2028").replace("\\x{2029}", "\\u2029")
)
_SLASHED = re.compile(r"\s*[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\s*,")
_SECOND = re.compile(r"\s*\"?(ACCOUNT TRANSACTION HISTORY|(Account|Balance|Name):)", re.IGNORECASE)
_FOOTER = re.compile(r'[\s"]*(?P<label>(grand )?totals?|(opening|closing) balance)\b[^,]*(?P<figures>.*)', re.I)


@dataclass(frozen=True)
class Footer:
    """A line that sums up: its number, label (`total`, `opening balance`, `closing balance`) and figures in cents."""

    line: int
    label: str
    cents: tuple[int, ...]


@dataclass(frozen=True)
class Odd:
    """Positions of lines that are no rows, the rows set aside, and positions of those whose figures cannot be read."""

    no_rows: npt.NDArray[np.intp]
    asides: tuple[Aside, ...]
    unreadable: npt.NDArray[np.intp]
    footers: tuple[Footer, ...]
    warnings: tuple[str, ...]

    def with_amounts(self, moved: dict[int, int], gaps: list[int], implied: dict[int, int], first_line: int) -> Odd:
        """The same with what each row set aside moved: its own amount, or what the balances on both sides say."""
        if not self.asides:
            return self
        gap_of = dict(zip((self.unreadable + first_line).tolist(), gaps, strict=True))
        in_gap = Counter(gaps)
        asides = []
        for aside in self.asides:
            gap = gap_of.get(aside.line)
            if gap is None:
                asides.append(replace(aside, cents=moved.get(aside.line)))
            elif gap in implied and in_gap[gap] == 1:
                asides.append(replace(aside, cents=implied[gap]))
            elif gap in implied:
                together = f"{in_gap[gap]} neighbouring rows moved {money.shown(_rand(implied[gap]))} together"
                asides.append(replace(aside, reason=f"{aside.reason}; {together}"))
            else:
                asides.append(aside)
        return replace(self, asides=tuple(asides))

    def check_footers(self, chain: Chain, transactions: pd.DataFrame, file: str) -> None:
        """Raise DamagedStatement where a total or balance below the rows is not what the rows say."""
        sums = {
            int(cents[sign].sum())
            for cents in [money.cents(transactions["amount"])]
            for sign in (cents > 0, cents < 0, cents != 0)
        }
        for footer in self.footers:
            balance = chain.opening if footer.label.startswith("opening") else chain.closing
            if footer.label.endswith("balance"):
                fits = balance is None or not footer.cents or int(balance.scaleb(2)) in footer.cents
            else:
                fits = bool(self.asides) or not footer.cents or bool(sums & set(footer.cents))
            if not fits:
                what = f"the {footer.label} below the rows is not what the rows say"
                raise DamagedStatement(what, file=file, line=footer.line, do="Download the file again.")


def sort_odd(
    cells: Cells,
    good: npt.NDArray[np.bool_],
    readable: npt.NDArray[np.bool_],
    heading: Heading,
    document: Document,
    *,
    cut: bool,
) -> Odd:
    """Every line that is not `good`, one by one; raises where no row at all can be read."""
    no_rows: list[int] = []
    asides: list[Aside] = []
    unreadable: list[int] = []
    footers: list[Footer] = []
    for at in np.flatnonzero(~good).tolist():
        text, line = cells.raw[at].as_py(), at + heading.lines + 1
        footer = _FOOTER.fullmatch(text)
        if _SECOND.match(text):
            what = f'a second statement begins here ("{shown(text, 40)}")'
            raise DamagedStatement(what, file=document.name, line=line, do="Put each statement into a file of its own.")
        if not text.strip(' ,"\t\r'):
            no_rows.append(at)
        elif footer:
            no_rows.append(at)
            footers.append(Footer(line, footer["label"].lower(), _figures(footer["figures"])))
        elif sorted(c.strip(' "\r').lower() for c in text.rstrip(", ").split(",")) == sorted(COLUMNS):
            no_rows.append(at)
        else:
            reason = _reason(cells, at, text, cut and at == len(good) - 1)
            asides.append(Aside(line, text, reason))
            if not readable[at]:
                unreadable.append(at)
    if asides and not good.any():
        _refuse_all(asides, document)
    warnings = [f"line {f.line} is a sum ({f.label}), not a row" for f in footers]
    return Odd(
        np.array(no_rows, dtype=np.intp),
        tuple(asides),
        np.array(unreadable, dtype=np.intp),
        tuple(footers),
        tuple(warnings),
    )


def _reason(cells: Cells, at: int, text: str, last_of_cut: bool) -> str:
    if re.search(JOINED, text[12:]):
        return "two rows have run together"
    if not cells.whole[at]:
        return "the file ends inside this row" if last_of_cut else "not four fields"
    if _CONTROL.search(text):
        return "has a control character"
    for name, column in (("amount", cells.amounts), ("balance", cells.balances)):
        value = column[at].as_py()
        if not re.match(money.PATTERN, value):
            return f'the {name} "{shown(value, 30)}" is not money'
    date = cells.dates[at].as_py()
    if last_of_cut and day_of(date, cells.form):
        return "the file ends inside this row: its text may be cut short"
    return f'{fault_of(date, cells.form)}: "{shown(date, 20)}"'


def _refuse_all(asides: list[Aside], document: Document) -> None:
    first = asides[0]
    slashed = [a for a in asides if _SLASHED.match(a.text)]
    if slashed:
        raise ambiguous(document.name, slashed[0].line)
    what = f"none of its {len(asides)} rows can be read ({first.reason})"
    kind = UnknownLayout if len(asides) > 1 else DamagedStatement
    raise kind(what, file=document.name, line=first.line, do="Download the file again as the bank offers it.")


def _figures(text: str) -> tuple[int, ...]:
    cells = [c.strip(' "') for c in text.split(",")]
    return tuple(int(Decimal(c).scaleb(2)) for c in cells if re.match(money.PATTERN, c))


def _rand(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
