"""Reversals: each debit that takes a payment back, with the payment where it is known."""

from __future__ import annotations

import pandas as pd

from reconcile import money
from reconcile.reporters import style
from reconcile.reporters.book import ROW_HASH, Book
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.contents import PAYOUT, Contents

COLUMNS = (
    Column("Date", "day", 10.5, 10.5),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Description", "text", 20, 40, wrap=True),
    Column("Campaign", "text", 11, 14, wrap=True),
    Column("Fund", "text", 11, 14, wrap=True),
    Column("Status", "text", 11, 13),
    Column("Takes back", "text", 20, 40, wrap=True),
    Column("Paid on", "day", 10.5, 10.5),
    Column("Why these two", "text", 20, 34, wrap=True),
    Column("Paid in file", "text", 10, 20, wrap=True),
    Column("Paid in line", "number", 8, 8),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
)
NOT_FOUND = "which payment it takes back is not known; a person must find it"

BY_A_GATEWAY = "a gateway gave it back, and took it off a payout"


class _Reversals:
    order = 37

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Reversals, where there is one."""
        rows = contents.lines[contents.lines["Kind"].eq("reversal")].reset_index(drop=True)
        if not len(rows):
            return
        original = _originals(contents, rows["Transaction id"])
        if PAYOUT in rows:
            original["Why these two"] = original["Why these two"].mask(rows[PAYOUT].notna(), BY_A_GATEWAY)
        shown = rows[["Date", "Amount", "Description", "Campaign", "Fund", "Status", "File", "Line", "Transaction id"]]
        shown = pd.concat([shown, original], axis="columns")
        known = shown["Paid on"].notna().sum()
        count = "1 line" if len(rows) == 1 else f"{len(rows)} lines"
        about = f"{money.shown(money.total(rows['Amount']))} · {count}, of {known} the payment is known"
        for sheet in book.long_sheets("Reversals", "Reversals", about, COLUMNS, shown):
            sheet.sheet_properties.tabColor = style.INK


def _originals(contents: Contents, reversals: pd.Series[str]) -> pd.DataFrame:
    """For each reversal the payment that it takes back, of this month or of another one."""
    links, others = contents.beside.reversals, contents.beside.originals
    assert links is not None and others is not None
    link = links.drop_duplicates("reversal").set_index("reversal").reindex(reversals).reset_index(drop=True)
    here = contents.about(link["original"])
    found = pd.DataFrame(
        {
            "Takes back": here["Description"],
            "Paid on": here["Date"],
            "Paid in file": here["File"],
            "Paid in line": here["Line"].astype("Int64"),
            "Why these two": link["reason"].fillna(NOT_FOUND),
        }
    )
    elsewhere = others.set_index("transaction_id")[["description", "date", "source", "line"]]
    headings = ("Takes back", "Paid on", "Paid in file", "Paid in line")
    for heading, column in zip(headings, elsewhere.columns, strict=True):
        there = elsewhere[column].reindex(link["original"]).reset_index(drop=True)
        if there.notna().any():
            there = contents.words(there) if column == "description" else there
            there = there.map(contents.masked, na_action="ignore") if column in ("description", "source") else there
            found[heading] = found[heading].where(found[heading].notna(), there).astype(found[heading].dtype)
    return found


SHEET = _Reversals()
