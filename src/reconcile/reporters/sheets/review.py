"""To review: the lines a person must decide, largest first, with what speaks for which campaign and room to say so."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from reconcile.reporters import style
from reconcile.reporters.book import Book, table_names
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import Formula

COLUMNS = (
    Column("Amount", "amount", 14.5, 14.5),
    Column("Date", "day", 10.5, 10.5),
    Column("Account", "text", 11, 15),
    Column("Description", "text", 20, 46, wrap=True),
    Column("Bank reference", "text", 14, 24, wrap=True),
    Column("Reason", "text", 14, 28, wrap=True),
    Column("Candidates", "text", 14, 34, wrap=True),
    Column("Campaign", "text", 11, 16, wrap=True),
    Column("Fund", "text", 12, 16, wrap=True),
    Column("Evidence", "text", 14, 30, wrap=True),
    Column("Your campaign", "text", 14, 14, fill=style.INPUT),
    Column("Your fund", "text", 14, 14, fill=style.INPUT),
    Column("Your note", "text", 22, 22, wrap=True, fill=style.INPUT),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
)


class _Review:
    order = 30

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet To review; it is there, and says so, when nothing is to be reviewed."""
        rows, cents = _sorted(contents)
        has_reference = rows["Bank reference"].notna().any()
        columns = [c for c in COLUMNS if has_reference or c.heading != "Bank reference"]
        count = f"{len(rows):,}".replace(",", " ")
        words = {0: "Nothing to review", 1: "1 line"}.get(len(rows), f"{count} lines")
        subtitle = f"{words} · largest amount first · the last campaign and fund columns are yours to fill in"
        for sheet in book.long_sheets("To review", "Review", subtitle if len(rows) else words, columns, rows):
            sheet.sheet_properties.tabColor = "C9962B"
        tables = table_names("Review", len(rows))
        value = Decimal(int(cents.sum())).scaleb(-2)
        book.places["review amount"] = Formula("+".join(f"SUM({t}[Amount])" for t in tables), value)
        book.places["review count"] = Formula("+".join(f"COUNTA({t}[Transaction id])" for t in tables), len(rows))


def _sorted(contents: Contents) -> tuple[pd.DataFrame, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The lines in review, largest amount first, then oldest first; the columns a person fills in are empty."""
    chosen = np.flatnonzero(contents.lines["Status"].eq("review").to_numpy())
    rows, cents = contents.lines.iloc[chosen], contents.cents[chosen]
    order = np.lexsort((rows["Date"].to_numpy(), -np.abs(cents)))
    empty = pd.array([None] * len(rows), dtype="str")
    rows = rows.iloc[order].assign(**{"Your campaign": empty, "Your fund": empty, "Your note": empty})
    # only what is sure stands here: a fund that is not known yet is not "unspecified" by the giver
    return rows.assign(Fund=rows["Fund"].mask(rows["Fund"].eq("unspecified"))), cents[order]


SHEET = _Review()
