"""Sample: an auditor's sample on request, with all it takes to draw it again and to tie it to the books."""

from __future__ import annotations

import pandas as pd

from reconcile.books.sampling import draw
from reconcile.reporters.book import ROW_HASH, Book
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.contents import Contents

COLUMNS = (
    Column("Number", "number", 8, 8),
    Column("Date", "day", 10.5, 10.5),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Description", "text", 20, 46, wrap=True),
    Column("Campaign", "text", 11, 16, wrap=True),
    Column("Fund", "text", 11, 15, wrap=True),
    Column("Status", "text", 11, 13),
    Column("Hit at", "amount", 14.5, 14.5),
    Column("Hits", "number", 6, 6),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
    *(
        Column(heading, "text", width, width, wrap=True, asked=True)
        for heading, width in (("Seen by", 12), ("Finding", 24))
    ),
)
ASKED = ("Seen by", "Finding")
"""The cells that an auditor fills in."""


class _Sample:
    order = 48

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Sample, where it was asked for; the population is every movement once, a split one whole."""
        wanted = contents.options.sample
        if wanted is None:
            return
        rows = contents.merged.transactions
        sample = draw(rows, size=wanted.size, seed=wanted.seed, method=wanted.method)
        drawn = sample.rows.reset_index(drop=True)
        shown = contents.about(drawn["transaction_id"])
        shown = shown[["Date", "Description", "Campaign", "Fund", "Status", "File", "Line", "Transaction id"]].assign(
            Amount=drawn["amount"], Number=range(1, len(drawn) + 1)
        )
        monetary = sample.interval is not None
        if monetary:
            shown = shown.assign(**{"Hit at": drawn["hit"], "Hits": drawn["hits"]})
        for heading in ASKED:
            shown[heading] = pd.Series(pd.NA, index=shown.index, dtype="str")
        columns = [c for c in COLUMNS if monetary or not c.heading.startswith("Hit")]
        about = " · ".join(f"{label}: {text}" for label, text in sample.facts())
        for sheet in book.long_sheets("Sample", "Sample", about, columns, shown):
            sheet.sheet_properties.tabColor = "5A6B76"


SHEET = _Sample()
