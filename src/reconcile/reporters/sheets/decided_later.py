"""Decided later: what was decided of gifts of closed months, which counts for the month of this workbook."""

from __future__ import annotations

from reconcile import money
from reconcile.reporters import style
from reconcile.reporters.book import ROW_HASH, Book
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.contents import Contents

COLUMNS = (
    Column("Date", "day", 10.5, 10.5),
    Column("Account", "text", 11, 15),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Description", "text", 20, 46, wrap=True),
    Column("Campaign", "text", 11, 16, wrap=True),
    Column("Fund", "text", 11, 15, wrap=True),
    Column("Decided by", "text", 12, 20, wrap=True),
    Column("Decided on", "text", 12, 22, wrap=True),
    Column("Reason", "text", 12, 30, wrap=True),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
)


class _DecidedLater:
    order = 35

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Decided later, where there is anything to show."""
        rows = contents.decided_later
        if not len(rows):
            return
        total = money.shown(money.total(rows["Amount"]))
        subtitle = f"{total} · moved in months that were closed, so no other sheet here counts it; credited since"
        for sheet in book.long_sheets("Decided later", "DecidedLater", subtitle, COLUMNS, rows):
            sheet.sheet_properties.tabColor = style.INK


SHEET = _DecidedLater()
