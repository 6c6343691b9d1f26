"""Changes: what the rules decided otherwise than before, when, and what had changed for it."""

from __future__ import annotations

from reconcile.reporters import style
from reconcile.reporters.book import ROW_HASH, Book
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.celltext import clean_column
from reconcile.reporters.contents import Contents

COLUMNS = (
    Column("On", "text", 12, 12),
    Column("Date", "day", 10.5, 10.5),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Description", "text", 20, 44, wrap=True),
    Column("Before", "text", 16, 26, wrap=True),
    Column("Then", "text", 16, 26, wrap=True),
    Column("Why", "text", 16, 34, wrap=True),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
)


class _Changes:
    order = 39

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Changes, where anything was decided otherwise than before."""
        given = contents.beside.changes
        if given is None or not len(given):
            return
        line = contents.about(given["transaction_id"])
        moved = contents.merged.transactions.set_index("transaction_id")["amount"]  # a line may be a part of it
        rows = line[["Date", "Description", "File", "Line"]].assign(
            On=given["on"],
            Amount=moved.reindex(given["transaction_id"]).set_axis(given.index),
            Before=given["before"],
            Then=given["now"],
            Why=given["why"],
            **{"Transaction id": given["transaction_id"]},
        )
        for heading in ("Before", "Then", "Why"):
            rows[heading] = clean_column(rows[heading], heading)[0]
        about = "what the rules made otherwise of a line than the run before, newest first"
        for sheet in book.long_sheets("Changes", "Changes", about, COLUMNS, rows):
            sheet.sheet_properties.tabColor = style.INK


SHEET = _Changes()
