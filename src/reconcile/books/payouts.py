"""What a gateway paid out to the bank: each gift with its gross, fee and net, from the gateway's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from reconcile import money
from reconcile.books.column_kinds import days_of, money_of, once, text_of
from reconcile.books.receipts import PLACE, with_places
from reconcile.books.table_columns import Columns, Wanted, read_columns
from reconcile.books.told_twice import together
from reconcile.schema import DAY, PAYOUTS
from reconcile.tables import TableSource

WANTED = (
    Wanted(
        "payout",
        "text",
        ("Payout", "Payout ID", "Payout reference", "Payout no", "Settlement", "Settlement ID", "Settlement reference"),
        ("Batch", "Batch no"),
        needed=True,
    ),
    Wanted("date", "day", ("Payout date", "Settlement date", "Paid out", "Paid out on"), ("Date",), needed=True),
    Wanted(
        "gift",
        "text",
        ("PF Payment ID", "Payment ID", "Transaction ID", "Transaction", "Transaction no", "Receipt number"),
        ("M Payment ID", "ID", "No"),
        needed=True,
    ),
    Wanted("gross", "money", ("Gross", "Gross amount", "Amount gross"), ("Amount", "Total"), needed=True),
    Wanted("fee", "money", ("Fee", "Fees", "Amount fee", "Total fee", "Transaction fee", "Commission"), needed=True),
    Wanted("net", "money", ("Net", "Net amount", "Amount net", "Net payout"), needed=True),
    Wanted("payer", "text", ("Party", "Donor", "Customer", "Customer name", "Buyer", "Paid by"), ("Name",)),
    Wanted("reference", "text", ("Ref", "Item name", "Item", "Note"), ("Description",)),
    Wanted("given", "day", ("Gift date", "Date of gift", "Given on", "Transaction date"), ("Date",)),
)


def read_payouts(
    path_or_frame: TableSource | Sequence[TableSource], *, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A gateway's gifts with the columns of `schema.PAYOUTS`, from a CSV or XLSX file or a frame, or from several.

    `columns` says what the file calls a column of ours, `{"payout": "Transfer"}`; for the others the usual headings are
    looked for, without case: Payout ID, Payout date, Payment ID, Gross, Fee, Net, Customer, Reference, and for the day
    of the gift itself Gift date, or Date beside a Payout date. A fee may stand there positive or negative and is given
    back positive; money given back has a negative gross. Texts, amounts and days are read as `read_receipts` reads
    them. Of several reports a gift that is told alike in two of them stands once.

    Raises RegisterRefused naming every fault with its line: what `read_receipts` refuses, a gross less fee that is not
    the net, a gift that stands there twice, a payout with two days, a gift told otherwise in another report. Raises
    UnreadableFile for a file that cannot be read.
    """
    if isinstance(path_or_frame, list | tuple):
        return together([_read(one, columns) for one in path_or_frame])
    return _read(cast("TableSource", path_or_frame), columns)


def _read(path_or_frame: TableSource, columns: Mapping[str, str] | None) -> pd.DataFrame:
    is_frame = isinstance(path_or_frame, pd.DataFrame)
    found = read_columns(path_or_frame, (*WANTED, *PLACE) if is_frame else WANTED, columns)
    frame = pd.DataFrame({"payout": text_of(found, "payout")})
    frame["date"] = days_of(found, "date")
    for name in ("gift", "payer", "reference"):
        frame[name] = text_of(found, name)
    for name in ("gross", "fee", "net"):
        frame[name] = money_of(found, name)
    frame["given"] = days_of(found, "given") if "given" in found.texts else pd.Series(pd.NaT, frame.index, dtype=DAY)
    # a file is one gateway's, which numbers its gifts; in a frame there may be those of several
    once(found, "gift", "the gift of", within=("payout",) if is_frame else ())
    _one_day(found, frame)
    if not found.faults.found:
        frame["fee"] = _fees(found, frame)
    found.faults.refuse_any()
    return PAYOUTS.check(with_places(frame, found))


def _one_day(found: Columns, frame: pd.DataFrame) -> None:
    """Note each row whose payout has another day in a row before it."""
    first = frame.groupby("payout")["date"].transform("first")
    odd = (first.notna() & frame["date"].notna() & (first != frame["date"])).to_numpy(dtype=bool)
    found.tell(
        "date",
        odd,
        lambda row: (
            f"payout {found.said('payout', row)} has the day {first.iloc[row]:%Y-%m-%d} before; "
            "give the day it was paid out, or say with columns= which has it"
        ),
    )


def _fees(found: Columns, frame: pd.DataFrame) -> pd.Series[Any]:
    """What the gateway kept of each gift, with a fault for each that does not come to the net."""
    gross, fee, net = (money.cents(frame[name]) for name in ("gross", "fee", "net"))
    kept = gross - net
    wrong = (np.abs(kept) != np.abs(fee)) | ((kept < 0) & (gross >= 0))
    found.tell(
        "net",
        wrong,
        lambda row: (
            f"gross {money.rand(gross[row])} with fee {money.rand(fee[row])} does not come to "
            f"{money.rand(net[row])}; correct the one that is wrong"
        ),
    )
    return money.from_cents(kept, frame.index)
