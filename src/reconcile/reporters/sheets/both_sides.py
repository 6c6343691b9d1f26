"""Both sides: the balance per bank and the balance per books, brought together on one page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
from openpyxl.worksheet.worksheet import Worksheet

from reconcile import money
from reconcile.books import Reconciliation
from reconcile.books.before import BEFORE, NOTHING
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import Formula
from reconcile.reporters.sheets import only_bank, receipts
from reconcile.reporters.style import Look, Page

WIDTHS = {"A": 58, "B": 10, "C": 18, "D": 40}
HEADS = ("What", "Lines", "Amount", "Where it stands")
ROWS = tuple[str, Formula | int | None, Formula | Decimal, str]
_LINE = (style.TYPED, style.COUNT, style.AMOUNT, style.PLAIN)
_TOTAL = (style.TOTAL, style.TOTAL_COUNT, style.TOTAL_AMOUNT, style.TOTAL)
IN_TRANSIT = "Deposits in transit: receipts that are not at the bank"
OUTSTANDING = "Outstanding: receipts taken back that are not at the bank"
REMARK = (
    "A receipt and a bank line are linked where a number, a reference, a name, or amount and day alone point at each "
    "other and at nothing else; all others are open, and asked about. The books begin with the bank's own balance."
)


class _BothSides:
    order = 16

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Both sides, where receipts were given."""
        found = contents.beside.reconciliation
        if found is None:
            return
        about = f"{contents.period} · the bank against the charity's receipts"
        sheet = book.sheet("Both sides", "Bank reconciliation", about, Page("1:4"))
        sheet.sheet_properties.tabColor = style.INK
        for column, width in WIDTHS.items():
            sheet.column_dimensions[column].width = width
        heads = zip(HEADS, (style.COLUMN_HEAD, *[style.COLUMN_HEAD_RIGHT] * 2, style.COLUMN_HEAD), strict=True)
        book.line(sheet, 4, [(at, 1, words, look) for at, (words, look) in enumerate(heads, start=1)])
        row, bank = _side(book, sheet, 5, "The bank", _bank(book, contents, found))
        row, books = _side(book, sheet, row + 1, "The books", _books(contents, found, row + 3))
        off = Formula(f"ROUND(C{bank}-C{books},2)", _value(book, sheet, bank) - _value(book, sheet, books))
        _line(book, sheet, row + 1, ("Difference", None, off, "must be 0.00"), _TOTAL)
        book.must_be_zero(sheet, f"C{row + 1}")
        book.line(sheet, row + 2, [(1, 4, REMARK, style.REMARK)])
        book.places["both sides difference"] = Formula(f"'Both sides'!C{row + 1}", off.value)


def _side(book: Book, sheet: Worksheet, row: int, title: str, rows: Sequence[ROWS]) -> tuple[int, int]:
    """A side: what its balance is made of, the balance, what only the other side has, and the adjusted balance.

    The row after it, and the row of the adjusted balance.
    """
    book.line(sheet, row, [(1, 4, title, style.HEADING)])
    first = row = row + 1
    for values in rows[:2]:
        row = _line(book, sheet, row, values, _LINE)
    balance = Formula(f"ROUND(SUM(C{first}:C{row - 1}),2)", _sum(rows[:2]))
    row = _line(book, sheet, row, (f"Balance per {title.rsplit(maxsplit=1)[-1]}", None, balance, ""), _TOTAL)
    for values in rows[2:]:
        row = _line(book, sheet, row, values, _LINE)
    adjusted = Formula(f"ROUND(SUM(C{first + 2}:C{row - 1}),2)", _sum(rows))
    _line(book, sheet, row, ("Adjusted balance", None, adjusted, ""), _TOTAL)
    return row + 1, row


def _line(book: Book, sheet: Worksheet, row: int, values: ROWS, looks: Sequence[Look]) -> int:
    cells: list[tuple[int, int, Value, Look]] = [
        (at, 1, value, look) for at, (value, look) in enumerate(zip(values, looks, strict=True), start=1)
    ]
    book.line(sheet, row, cells)
    return row + 1


def _sum(rows: Sequence[ROWS]) -> Decimal:
    return sum((Decimal(a.value if isinstance(a, Formula) else a) for _, _, a, _ in rows), Decimal(0))


def _value(book: Book, sheet: Worksheet, row: int) -> Decimal:
    return Decimal(book.cached[sheet.title][f"C{row}"])


def _bank(book: Book, contents: Contents, found: Reconciliation) -> list[ROWS]:
    open_receipts = found.unmatched_receipts
    cents = money.cents(open_receipts["amount"])
    rows: list[ROWS] = [
        ("Balances with which the statements begin", None, opening(contents), "Summary"),
        ("Moved, every line once", book.sums.count(), book.sums.amount(), "Transactions"),
    ]
    open_ = '{0}[At the bank],"<>linked",{0}[At the bank],"<>decided"'
    for begin, counts, rows_of in _months(found, (found.before or NOTHING).of_books(open_receipts).to_numpy()):
        for words, sign, own in (
            (IN_TRANSIT, ">", (cents > 0) & rows_of),
            (OUTSTANDING, "<", (cents < 0) & rows_of),
        ):
            where = f'{open_},{{0}}[Amount],"{sign}0"{counts}'
            rows.append(
                (
                    begin + words,
                    _over(receipts.tables(found), f"COUNTIFS({where})", int(own.sum())),
                    _over(receipts.tables(found), f"SUMIFS({{0}}[Amount],{where})", money.rand(int(cents[own].sum()))),
                    "Receipts",
                )
            )
    return rows


def _months(found: Reconciliation, earlier: npt.NDArray[np.bool_]) -> list[tuple[str, str, npt.NDArray[np.bool_]]]:
    """What a receipt counts for: words for it, what picks it out in the table, and which ones do."""
    if found.before is None:
        return [("", "", ~earlier)]
    where = f',{{0}}[{receipts.COUNTS.heading}],"{{}}"'
    own = ("", where.replace("{}", receipts.THIS), ~earlier)
    return [own, (BEFORE.capitalize(), where.replace("{}", receipts.EARLIER), earlier)]


def _books(contents: Contents, found: Reconciliation, first: int) -> list[ROWS]:
    before = found.before or NOTHING
    own = found.receipts[~before.of_books(found.receipts)]
    amounts, rows_ = "SUM({0}[Amount])", "COUNTA({0}[Receipt])"
    if found.before is not None:
        where = f'{{0}}[{receipts.COUNTS.heading}],"{receipts.THIS}"'
        amounts, rows_ = f"SUMIFS({{0}}[Amount],{where})", f"COUNTIFS({where})"
    total = _over(receipts.tables(found), amounts, money.total(own["amount"]))
    count = _over(receipts.tables(found), rows_, len(own))
    begin, said = opening(contents), "taken as the bank's"
    if found.before is not None:
        begin += before.books_opening(found.transactions, found.receipts) - before.opening
        said = "the bank's, with what was open before"
    rows: list[ROWS] = [
        ("Balances with which the books begin", None, begin, said),
        ("Receipts, every one once", count, total, "Receipts"),
    ]
    names = only_bank.tables(found)
    for at, (why, own) in enumerate(only_bank.rows_of(found).groupby("why", sort=True), start=first + 2):
        where = f"{{0}}[Why],A{at}"
        amount = _over(names, f"SUMIFS({{0}}[Amount],{where})", money.total(own["amount"]))
        rows.append((str(why), _over(names, f"COUNTIFS({where})", len(own)), amount, only_bank.NAME))
    return rows


def _over(names: Sequence[str], shape: str, value: Decimal | int) -> Formula:
    return Formula("+".join(shape.format(name) for name in names), value)


def opening(contents: Contents) -> Decimal:
    """What all accounts begin with; an account of which no statement tells it counts from nothing."""
    return sum((account.opening or Decimal(0) for account in contents.accounts), Decimal(0))


SHEET = _BothSides()
