"""Receipts: every receipt of the charity's books once, and the bank line that settles it, if any."""

from __future__ import annotations

import pandas as pd

from reconcile import money
from reconcile.books import Reconciliation
from reconcile.books.links import DECIDED, LINKED, PROPOSED
from reconcile.facts import grouped
from reconcile.reporters import style
from reconcile.reporters.book import ROW_HASH, Book, table_names
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.celltext import clean_column
from reconcile.reporters.contents import Contents
from reconcile.schema import TEXT

COLUMNS = (
    Column("Receipt", "text", 10, 18, wrap=True),
    Column("Date", "day", 10.5, 10.5),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Payer", "text", 14, 24, wrap=True),
    Column("Reference", "text", 10, 20, wrap=True),
    Column("Campaign", "text", 11, 14, wrap=True),
    Column("Fund", "text", 11, 14, wrap=True),
    Column("Method", "text", 8, 12, wrap=True),
    Column("Batch", "text", 8, 14, wrap=True),
    Column("At the bank", "text", 11, 13),
    Column("Rule", "text", 10, 16, wrap=True),
    Column("Evidence", "text", 20, 40, wrap=True),
    Column("Reason", "text", 16, 34, wrap=True),
    Column("Bank lines", "text", 18.5, 18.5, wrap=True),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    ROW_HASH,
)
AS_READ = ("Receipt", "Date", "Amount", "Payer", "Reference", "Campaign", "Fund", "Method", "Batch", "File", "Line")
"""The columns that a receipt was read from, in the order of `schema.RECEIPTS`."""

STATES = {LINKED: "linked", DECIDED: "decided", PROPOSED: "a question", "": "not there"}
COUNTS = Column("Counts for", "text", 8, 9)
THIS, EARLIER = "month", "before"
"""In the workbook of a month, whether a receipt counts for it, or for one before and was open when it began."""

TABLE = "Receipts"


class _Receipts:
    order = 40

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Receipts, where receipts were given."""
        found = contents.beside.reconciliation
        if found is None:
            return
        rows = _rows(found, contents)
        about = f"{money.shown(money.total(found.receipts['amount']))} · {grouped(len(rows))} receipts, every one once"
        for sheet in book.long_sheets("Receipts", TABLE, about, columns(found), rows):
            sheet.sheet_properties.tabColor = style.INK
            sheet.page_setup.fitToWidth = 2
            sheet.print_title_cols = "A:D"


def columns(found: Reconciliation) -> tuple[Column, ...]:
    """The columns of the sheet: of a month there is one more."""
    return COLUMNS if found.before is None else (*COLUMNS[:-1], COUNTS, COLUMNS[-1])


def tables(found: Reconciliation) -> tuple[str, ...]:
    """The names of the tables that hold the receipts."""
    return table_names(TABLE, len(found.receipts))


def _rows(found: Reconciliation, contents: Contents) -> pd.DataFrame:
    own = found.receipts.sort_values(["date", "receipt_id"], ignore_index=True)
    links = found.links[found.links["receipt_id"].notna()]
    # what settles a receipt comes before what is only asked about it
    best = links.assign(asked=links["status"].eq(PROPOSED))
    best = best.sort_values(["asked", "confidence"], ascending=[True, False], kind="stable")
    first = best.drop_duplicates("receipt_id").set_index("receipt_id").reindex(own["receipt_id"]).reset_index()
    lines = links.groupby("receipt_id")["transaction_id"].agg(" ".join).reindex(own["receipt_id"])
    shown = {
        "Receipt": own["receipt_id"],
        "Date": own["date"],
        "Amount": own["amount"],
        "Payer": contents.people(own["payer"]),
        "Reference": contents.words(own["reference"], payers_own=True),
        "Campaign": own["campaign"],
        "Fund": own["fund"],
        "Method": own["method"],
        "Batch": own["batch"],
        "At the bank": first["status"].fillna("").map(STATES).astype(TEXT),
        "Rule": first["rule"],
        "Evidence": contents.said(first["evidence"]),
        "Reason": first["reason"],
        "Bank lines": pd.Series(lines.to_numpy(), dtype=TEXT),
        "File": own["source"],
        "Line": own["line"],
    }
    if found.before is not None:
        shown[COUNTS.heading] = found.before.of_books(own).map({True: EARLIER, False: THIS})
    texts = {c.heading for c in columns(found) if c.holds == "text"}
    return pd.DataFrame({h: clean_column(v.astype(TEXT), h)[0] if h in texts else v for h, v in shown.items()})


SHEET = _Receipts()
