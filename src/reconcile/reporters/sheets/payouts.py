"""Payouts: what each payout of a gateway comes to, gross less fees, against the bank line that it is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.books import ExplodedPayouts
from reconcile.books.settlements import AT_BANK
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.celltext import clean
from reconcile.reporters.contents import PAYOUT, Contents
from reconcile.reporters.formulas import Formula, Where, over, worth
from reconcile.reporters.sections import side_by_side
from reconcile.reporters.sheets import payout_gifts
from reconcile.reporters.style import Page

HEADS = (
    (PAYOUT, 21.0),
    ("Paid out", 12.0),
    ("Gifts", 9.0),
    ("Gross", 17.0),
    ("Fees", 15.0),
    ("Net", 17.0),
    ("In Transactions", 17.0),
    ("Difference", 15.0),
    ("State", 17.0),
    ("Why it has no bank line", 44.0),
    ("Transaction id", 20.0),
)
FIGURES = range(3, 9)
"""The columns of figures."""

FIRST_ROW = 5
_WORN = (style.TYPED, style.DATE, style.COUNT, *[style.AMOUNT] * 5, style.TYPED, style.PLAIN, style.TYPED.but(size=9))
REMARK = (
    "Gross less fees is the net, and the net of a payout is its bank line to the cent: in Transactions the line stands "
    "gift by gift at gross, and what the gateway kept as a fee. A payout without a bank line is counted nowhere else."
)


class _Payouts:
    order = 17

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Payouts, where payouts were exploded."""
        found = contents.beside.exploded
        if found is None:
            return
        about = f"{contents.period} · a gateway's gifts and fees against the bank, gift by gift on {payout_gifts.NAME}"
        sheet = book.sheet("Payouts", "Payouts of gateways", about, Page("1:4", frozen=f"A{FIRST_ROW}"))
        sheet.sheet_properties.tabColor = style.INK
        style.widen(sheet, [width for _, width in HEADS])
        for at, (head, _) in enumerate(HEADS, start=1):
            book.put(sheet, FIRST_ROW - 1, at, head, style.COLUMN_HEAD_RIGHT if at in FIGURES else style.COLUMN_HEAD)
        rows = []
        for row, payout in enumerate(found.settlements.to_dict("records"), start=FIRST_ROW):
            values = _values(book, contents, found, row, payout)
            book.line(sheet, row, side_by_side(values, _WORN))
            rows.append(values)
        _foot(book, sheet, max(FIRST_ROW + len(rows), FIRST_ROW + 1), rows)


def _values(book: Book, contents: Contents, found: ExplodedPayouts, row: int, payout: dict[Any, Any]) -> list[Value]:
    names = payout_gifts.tables(found)
    own = f"EXACT({{0}}[{PAYOUT}],$A{row})"
    count = over(names, f"SUMPRODUCT(1*{own})", int(payout["gifts"]))
    gross, fee = (over(names, f"SUMPRODUCT(1*{own},{{0}}[{h}])", payout[h.lower()]) for h in ("Gross", "Fee"))
    net = Formula(f"ROUND(D{row}-E{row},2)", payout["net"])
    name = clean(payout["payout"])
    lines: Value = None
    off: Value = None
    if payout["state"] == AT_BANK:
        lines = book.sums.amount(Where(PAYOUT, "=", name, f"$A{row}"))
        off = Formula(f"ROUND(F{row}-G{row},2)", payout["net"] - Decimal(lines.value))
    why, line = (None if payout[n] != payout[n] else str(payout[n]) for n in ("reason", "transaction_id"))
    return [name, payout["date"].date(), count, gross, fee, net, lines, off, payout["state"], why, line]


def _foot(book: Book, sheet: Worksheet, row: int, rows: Sequence[Sequence[Value]]) -> None:
    """The total of all payouts, and what of it has no bank line."""
    span, open_ones = f"{{0}}{FIRST_ROW}:{{0}}{row - 1}", [values for values in rows if values[8] != AT_BANK]
    states = span.format("I")
    sums: dict[int, Formula] = {}
    left: dict[int, Formula] = {}
    for at in FIGURES[:-1]:
        cells = span.format(letter(at))
        shapes = (f"SUM({cells})", f'SUMIFS({cells},{states},"<>{AT_BANK}",{states},"<>")')
        for found, shape, own in ((sums, shapes[0], rows), (left, shapes[1], open_ones)):
            total = sum((worth(values[at - 1]) for values in own), Decimal(0))
            found[at] = Formula(shape, int(total)) if at == FIGURES[0] else Formula(f"ROUND({shape},2)", total)
    # one payout too much and another too little do not make it up
    off = sum((abs(worth(values[FIGURES[-1] - 1])) for values in rows), Decimal(0))
    sums[FIGURES[-1]] = Formula(f"ROUND(SUMPRODUCT(ABS({span.format('H')})),2)", off)
    for down, (words, figures) in enumerate((("All payouts", sums), ("Without a bank line", left))):
        for at in range(1, len(HEADS) + 1):
            look = style.TOTAL if at not in FIGURES else style.TOTAL_COUNT if at == FIGURES[0] else style.TOTAL_AMOUNT
            book.put(sheet, row + down, at, words if at == 1 else figures.get(at), look)
    book.must_be_zero(sheet, f"H{FIRST_ROW}:H{row}")
    book.line(sheet, row + 2, [(1, len(HEADS), REMARK, style.REMARK)])
    book.places["payouts count"] = Formula(f"Payouts!C{row}", sums[FIGURES[0]].value)
    book.places["payouts amount"] = Formula(f"Payouts!F{row}", sums[6].value)
    book.places["payouts difference"] = Formula(f"Payouts!H{row}", off)


SHEET = _Payouts()
