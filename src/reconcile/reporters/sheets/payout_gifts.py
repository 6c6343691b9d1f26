"""Payout gifts: every gift of a gateway's report once, with its campaign and fund, and its line of the report."""

from __future__ import annotations

import pandas as pd

from reconcile import money
from reconcile.books import ExplodedPayouts
from reconcile.books.gifts import gift_ids
from reconcile.facts import grouped
from reconcile.reporters import style
from reconcile.reporters.book import ROW_HASH, Book, table_names
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.celltext import clean_column
from reconcile.reporters.contents import PAYOUT, Contents
from reconcile.schema import TEXT

COLUMNS = (
    Column(PAYOUT, "text", 10, 16, wrap=True),
    Column("Paid out", "day", 10.5, 10.5),
    Column("Gift", "text", 10, 18, wrap=True),
    Column("Gross", "amount", 14.5, 14.5),
    Column("Fee", "amount", 12.5, 12.5),
    Column("Net", "amount", 14.5, 14.5),
    Column("Payer", "text", 14, 24, wrap=True),
    Column("Reference", "text", 12, 24, wrap=True),
    Column("Given", "day", 10.5, 10.5),
    Column("Campaign", "text", 11, 14, wrap=True),
    Column("Fund", "text", 11, 14, wrap=True),
    Column("Status", "text", 11, 13),
    Column("Rule", "text", 10, 14, wrap=True),
    Column("Evidence", "text", 14, 34, wrap=True),
    Column("Reason", "text", 12, 34, wrap=True),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 28, wrap=True),
    ROW_HASH,
)
AS_READ = (PAYOUT, "Paid out", "Gift", "Gross", "Fee", "Net", "Payer", "Reference", "Given", "File", "Line")
"""The columns that a gift was read from, in the order of `schema.PAYOUTS`."""

NAME, TABLE = "Payout gifts", "PayoutGifts"


class _PayoutGifts:
    order = 42

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Payout gifts, where payouts were exploded."""
        found = contents.beside.exploded
        if found is None:
            return
        gross = money.shown(money.total(found.gifts["gross"]))
        about = f"{gross} gross · {grouped(len(found.gifts))} gifts of {len(found.settlements)} payouts, every one once"
        for sheet in book.long_sheets(NAME, TABLE, about, COLUMNS, _rows(found, contents)):
            sheet.sheet_properties.tabColor = style.INK
            sheet.page_setup.fitToWidth = 2
            sheet.print_title_cols = "A:D"


def tables(found: ExplodedPayouts) -> tuple[str, ...]:
    """The names of the tables that hold the gifts."""
    return table_names(TABLE, len(found.gifts))


def _rows(found: ExplodedPayouts, contents: Contents) -> pd.DataFrame:
    own = found.gifts
    ids = clean_column(gift_ids(own).where(own["transaction_id"].notna()), "Transaction id")[0]
    split = ids.isin(contents.lines["Transaction id"][contents.lines["Transaction id"].duplicated()])
    line = contents.about(ids)
    shown = {
        PAYOUT: own["payout"],
        "Paid out": own["date"],
        "Gift": own["gift"],
        "Gross": own["gross"],
        "Fee": own["fee"],
        "Net": own["net"],
        "Payer": contents.people(own["payer"]),
        "Reference": contents.words(own["reference"], payers_own=True),
        "Given": own["given"],
        "Campaign": line["Campaign"].mask(split),  # of one that was split the parts are in Transactions
        "Fund": line["Fund"].mask(split),
        **{heading: line[heading] for heading in ("Status", "Rule", "Evidence")},
        "Reason": line["Reason"].where(own["transaction_id"].notna(), own["reason"]),
        "File": own["source"],
        "Line": own["line"],
        "Transaction id": ids,
    }
    texts = {c.heading for c in COLUMNS if c.holds == "text"}
    return pd.DataFrame({h: clean_column(v.astype(TEXT), h)[0] if h in texts else v for h, v in shown.items()})


SHEET = _PayoutGifts()
