"""Only at the bank: every movement that no receipt is linked to, and why."""

from __future__ import annotations

import pandas as pd

from reconcile import money
from reconcile.books import Reconciliation
from reconcile.books.before import BEFORE
from reconcile.books.links import GATEWAY_FEE, PROPOSED
from reconcile.facts import grouped
from reconcile.reporters import style
from reconcile.reporters.book import ROW_HASH, Book, table_names
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.celltext import clean_column
from reconcile.reporters.contents import Contents
from reconcile.schema import TEXT

COLUMNS = (
    Column("Date", "day", 10.5, 10.5),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Description", "text", 20, 40, wrap=True),
    Column("Campaign", "text", 11, 14, wrap=True),
    Column("Fund", "text", 11, 14, wrap=True),
    Column("Why", "text", 20, 32, wrap=True),
    Column("Receipts that may be it", "text", 20, 44, wrap=True),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
)
NAME, TABLE = "Only at the bank", "OnlyAtTheBank"


class _OnlyBank:
    order = 41

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Only at the bank, where receipts were given."""
        found = contents.beside.reconciliation
        if found is None:
            return
        own = rows_of(found)
        shown = _with_earlier(contents.about(own["transaction_id"]).reset_index(drop=True), own, contents)
        said = _candidates(found)
        rows = shown[["Date", "Description", "Campaign", "Fund", "File", "Line", "Transaction id"]].assign(
            Amount=own["amount"],
            Why=own["why"],
            **{"Receipts that may be it": said.reindex(own["transaction_id"]).reset_index(drop=True)},
        )
        rows = rows.sort_values("Date", kind="stable", ignore_index=True)  # what gateways kept stands behind the others
        about = f"{money.shown(money.total(own['amount']))} · {grouped(len(rows))} lines without a receipt, and fees"
        for sheet in book.long_sheets(NAME, TABLE, about, COLUMNS, rows):
            sheet.sheet_properties.tabColor = style.INK


def rows_of(found: Reconciliation) -> pd.DataFrame:
    """What is only at the bank: `transaction_id`, `amount` and `why`; a fee is what a line is short of its receipts."""
    own = found.unmatched_bank[["transaction_id", "amount", "why"]]
    if found.before is not None:
        earlier = found.before.of_bank(own)
        own = own.assign(why=(BEFORE + own["why"]).where(earlier, own["why"]))
    return pd.concat([own, found.fees[["transaction_id", "amount"]].assign(why=GATEWAY_FEE)], ignore_index=True)


def _with_earlier(shown: pd.DataFrame, own: pd.DataFrame, contents: Contents) -> pd.DataFrame:
    """The lines as the workbook has them, those of earlier months as the bank wrote them."""
    found = contents.beside.reconciliation
    earlier = shown["Transaction id"].isna()
    if found is None or not earlier.any():
        return shown
    lines = found.transactions.set_index("transaction_id").reindex(own.loc[earlier.to_numpy(), "transaction_id"])
    told = {
        "Date": lines["date"],
        "Description": contents.words(lines["description"]),
        "File": lines["source"].map(contents.masked),
        "Line": lines["line"].astype("Int64"),
        "Transaction id": lines.index.to_series(),
    }
    filled = shown.copy()
    for heading, values in told.items():
        cells = values if heading in ("Date", "Line") else clean_column(values.astype(TEXT), heading)[0]
        filled.loc[earlier, heading] = cells.to_numpy()
    return filled


def _candidates(found: Reconciliation) -> pd.Series[str]:
    """For each line the receipts that may be it, those of one reason together."""
    may = found.links[found.links["status"] == PROPOSED].dropna(subset="receipt_id")
    names = may.groupby(["transaction_id", "reason"])["receipt_id"].agg(" ".join).reset_index()
    names["said"] = names["receipt_id"] + ": " + names["reason"]
    return names.groupby("transaction_id")["said"].agg("; ".join)


def tables(found: Reconciliation) -> tuple[str, ...]:
    """The names of the tables that hold what is only at the bank."""
    return table_names(TABLE, len(rows_of(found)))


SHEET = _OnlyBank()
