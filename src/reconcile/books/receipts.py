"""The charity's own receipts, read from the file its receipt book or accounting program exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.books.column_kinds import days_of, money_of, once, text_of
from reconcile.books.table_columns import Columns, Wanted, read_columns
from reconcile.schema import RECEIPTS, TEXT
from reconcile.tables import TableSource

WANTED = (
    Wanted(
        "receipt_id",
        "text",
        ("Receipt No", "Receipt number", "Receipt", "Receipt #", "Receipt no.", "Receipt nr", "Rec No", "Receipt ID"),
        ("No", "Number", "Nr", "#", "ID"),
        needed=True,
    ),
    Wanted("date", "day", ("Date", "Receipt date", "Date received", "Date of receipt", "Gift date"), needed=True),
    Wanted(
        "amount",
        "money",
        ("Amount", "Amount (R)", "Amount (ZAR)", "Rand", "Amount received", "Donation amount", "Value"),
        ("Total",),
        needed=True,
    ),
    Wanted("payer", "text", ("Donor", "Donor name", "Received from", "Paid by (name)", "Giver"), ("Name", "From")),
    Wanted("reference", "text", ("Ref", "Bank reference", "Payment reference"), ("Description",)),
    Wanted("campaign", "text", ("Appeal", "Project", "Campaign code")),
    Wanted("fund", "text", ("Fund name", "Restricted fund")),
    Wanted("method", "text", ("Paid by", "Payment method", "How paid", "Paid how"), ("Type",)),
    Wanted("batch", "text", ("Deposit slip", "Batch no", "Slip no", "Deposit slip no", "Deposit", "Bucket")),
)
PLACE = (Wanted("source", "text"), Wanted("line", "number"))


def read_receipts(path_or_frame: TableSource, *, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The charity's receipts with the columns of `schema.RECEIPTS`, from a CSV or XLSX file or a frame.

    `columns` says what the file calls a column of ours, `{"receipt_id": "Book no"}`; for the others the usual headings
    are looked for, without case: Receipt No, Date, Amount, Donor or Received from, Reference, Appeal, Fund, Paid by,
    Deposit slip. Receipt numbers stay text (`00412`), amounts are exact (`R 1 234,50`, `1,234.50`, `(50.00)`), days are
    `2018-09-03`, `3 Sep 2018`, or `03/09/2018` in a file that shows that the day stands first.

    Raises RegisterRefused naming every fault with its line: a column missing or there twice, a row without number, day
    or amount, a number there twice, what is no day or amount. Raises UnreadableFile for a file that cannot be read.
    """
    is_frame = isinstance(path_or_frame, pd.DataFrame)
    found = read_columns(path_or_frame, (*WANTED, *PLACE) if is_frame else WANTED, columns)
    frame = pd.DataFrame({"receipt_id": text_of(found, "receipt_id")})
    frame["date"], frame["amount"] = days_of(found, "date"), money_of(found, "amount")
    for name in ("payer", "reference", "campaign", "fund", "method", "batch"):
        frame[name] = text_of(found, name)
    once(found, "receipt_id", "the receipt of")
    found.faults.refuse_any()
    return RECEIPTS.check(with_places(frame, found))


def with_places(frame: pd.DataFrame, found: Columns) -> pd.DataFrame:
    """The rows with the file and line each came from; of a frame its own `source` and `line`, else the row's number."""
    source = text_of(found, "source")
    if found.faults.file is not None:
        source = pd.Series([found.faults.file] * len(frame), dtype=TEXT)
    lines: Any = pd.Series(found.lines, dtype="Int64")
    if "line" in found.texts:
        own = text_of(found, "line")
        odd = (own.notna() & ~own.str.fullmatch("[0-9]{1,9}", na=False)).to_numpy(dtype=bool)
        found.tell("line", odd, lambda row: f"{found.said('line', row)} is not the number of a line; leave it out")
        found.faults.refuse_any()
        lines = own.astype("Int64") if len(own) else lines
    return frame.assign(source=source, line=np.asarray(lines) if len(frame) else lines)
