"""Decisions: what people decided of the lines here: who, when, why, and what was there before."""

from __future__ import annotations

from reconcile.matching.totals import UNSPECIFIED
from reconcile.reporters import style
from reconcile.reporters.book import ROW_HASH, Book
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.celltext import clean_column
from reconcile.reporters.contents import Contents
from reconcile.reporters.sheets.register import NOT_A_GIFT

COLUMNS = (
    Column("Decision", "number", 9, 9),
    Column("Date", "day", 10.5, 10.5),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Description", "text", 20, 40, wrap=True),
    Column("Campaign", "text", 11, 16, wrap=True),
    Column("Fund", "text", 11, 15, wrap=True),
    Column("Before", "text", 14, 26, wrap=True),
    Column("State", "text", 12, 20, wrap=True),
    Column("Decided by", "text", 12, 20, wrap=True),
    Column("Decided on", "text", 12, 12),
    Column("Reason", "text", 12, 34, wrap=True),
    Column("Evidence", "text", 12, 34, wrap=True),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
)


class _Decisions:
    order = 38

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Decisions, where people decided anything."""
        given = contents.beside.decisions
        if given is None or not len(given):
            return
        line = contents.about(given["transaction_id"])
        rows = line[["Date", "Description", "File", "Line"]].assign(
            Decision=given["decision"],
            Amount=given["amount"],
            Campaign=given["campaign"].fillna(NOT_A_GIFT).where(given["amount"].notna()),
            Fund=given["fund"].fillna(UNSPECIFIED).where(given["campaign"].notna()),
            Before=given["before"],
            State=given["state"],
            Reason=contents.words(given["reason"], payers_own=True),
            Evidence=contents.words(given["evidence"], payers_own=True),
            **{"Decided by": given["by"], "Decided on": given["on"], "Transaction id": given["transaction_id"]},
        )
        for heading in ("Campaign", "Fund", "Before", "State", "Decided by", "Reason", "Evidence"):
            rows[heading] = clean_column(rows[heading], heading)[0]
        about = "every decision of people on these lines, oldest first; none is ever overwritten"
        for sheet in book.long_sheets("Decisions", "Decisions", about, COLUMNS, rows):
            sheet.sheet_properties.tabColor = style.INK


SHEET = _Decisions()
