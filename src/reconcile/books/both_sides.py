"""The bank reconciliation: the bank's balance and the books', each adjusted for what only the other side has."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from reconcile import money
from reconcile.books.links import GATEWAY_FEE
from reconcile.schema import TEXT

if TYPE_CHECKING:
    from reconcile.books.reconciliation import Reconciliation

Row = tuple[str, str, int, Decimal]


def both_sides(found: Reconciliation, opening: object, books_opening: object) -> pd.DataFrame:
    """The rows of the reconciliation: `side`, `item`, `count`, `amount`."""
    bank, books = found.transactions["amount"], found.receipts["amount"]
    begin = _rand(opening, Decimal(0))
    rows: list[Row] = [("bank", "balance per bank", len(bank), begin + money.total(bank))]
    open_books = found.unmatched_receipts
    for item, own in (
        ("deposits in transit: receipts not at the bank", open_books[_sign(open_books) > 0]),
        ("outstanding: receipts taken back, not at the bank", open_books[_sign(open_books) <= 0]),
    ):
        rows.append(("bank", item, len(own), money.total(own["amount"])))
    adjusted = sum((amount for *_, amount in rows), Decimal(0))
    rows.append(("bank", "adjusted balance", 0, adjusted))
    start = _rand(books_opening, begin)
    own_rows: list[Row] = [("books", "balance per books", len(books), start + money.total(books))]
    for why, own in found.unmatched_bank.groupby("why", sort=True):
        own_rows.append(("books", f"at the bank: {why}", len(own), money.total(own["amount"])))
    if len(found.fees):
        own_rows.append(("books", f"at the bank: {GATEWAY_FEE}", len(found.fees), money.total(found.fees["amount"])))
    own_adjusted = sum((amount for *_, amount in own_rows), Decimal(0))
    rows += own_rows
    rows.append(("books", "adjusted balance", 0, own_adjusted))
    rows.append(("", "difference", 0, adjusted - own_adjusted))
    frame = pd.DataFrame(rows, columns=["side", "item", "count", "amount"])
    return frame.astype({"side": TEXT, "item": TEXT, "amount": money.AMOUNT})


def _rand(given: object, otherwise: Decimal) -> Decimal:
    """A balance that was given, exactly."""
    if given is None:
        return otherwise
    amount: Decimal = money.exact(pd.Series([given], dtype=object), "the opening balance").iloc[0]
    return amount


def _sign(rows: pd.DataFrame) -> pd.Series[int]:
    return pd.Series(money.cents(rows["amount"]), index=rows.index)
