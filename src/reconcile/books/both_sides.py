"""The bank reconciliation: the bank's balance and the books', each adjusted for what only the other side has."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from reconcile import money
from reconcile.books.before import BEFORE, NOTHING, Before
from reconcile.books.links import GATEWAY_FEE
from reconcile.schema import TEXT

if TYPE_CHECKING:
    from reconcile.books.reconciliation import Reconciliation

IN_TRANSIT = "deposits in transit: receipts not at the bank"
OUTSTANDING = "outstanding: receipts taken back, not at the bank"

Row = tuple[str, str, int, Decimal]


def both_sides(found: Reconciliation, opening: object, books_opening: object) -> pd.DataFrame:
    """The rows of the reconciliation: `side`, `item`, `count`, `amount`."""
    before = found.before or NOTHING
    begin = _rand(opening, before.opening)
    start = _rand(books_opening, begin - before.opening + before.books_opening(found.transactions, found.receipts))
    bank, books = found.transactions, found.receipts
    bank, books = bank[~before.of_bank(bank)], books[~before.of_books(books)]
    rows: list[Row] = [
        ("bank", "balance per bank", len(bank), begin + money.total(bank["amount"])),
        *_of_bank(found.unmatched_receipts, before),
    ]
    adjusted = sum((amount for *_, amount in rows), Decimal(0))
    rows.append(("bank", "adjusted balance", 0, adjusted))
    own_rows: list[Row] = [
        ("books", "balance per books", len(books), start + money.total(books["amount"])),
        *_of_books(found, before),
    ]
    own_adjusted = sum((amount for *_, amount in own_rows), Decimal(0))
    rows += own_rows
    rows.append(("books", "adjusted balance", 0, own_adjusted))
    rows.append(("", "difference", 0, adjusted - own_adjusted))
    frame = pd.DataFrame(rows, columns=["side", "item", "count", "amount"])
    return frame.astype({"side": TEXT, "item": TEXT, "amount": money.AMOUNT})


def _of_bank(open_books: pd.DataFrame, before: Before) -> Iterator[Row]:
    """What the bank does not have, of the month and of before."""
    given, earlier = _sign(open_books) > 0, before.of_books(open_books)
    for item, own in (
        (IN_TRANSIT, given & ~earlier),
        (OUTSTANDING, ~given & ~earlier),
        (f"{BEFORE}{IN_TRANSIT}", given & earlier),
        (f"{BEFORE}{OUTSTANDING}", ~given & earlier),
    ):
        if own.any() or not item.startswith(BEFORE):
            yield "bank", item, int(own.sum()), money.total(open_books.loc[own, "amount"])


def _of_books(found: Reconciliation, before: Before) -> Iterator[Row]:
    """What the books do not have, of the month and of before."""
    earlier = before.of_bank(found.unmatched_bank)
    for begin, rows in (("", found.unmatched_bank[~earlier]), (BEFORE, found.unmatched_bank[earlier])):
        for why, own in rows.groupby("why", sort=True):
            yield "books", f"{begin}at the bank: {why}", len(own), money.total(own["amount"])
    if len(found.fees):
        yield "books", f"at the bank: {GATEWAY_FEE}", len(found.fees), money.total(found.fees["amount"])


def _rand(given: object, otherwise: Decimal) -> Decimal:
    """A balance that was given, exactly."""
    if given is None:
        return otherwise
    amount: Decimal = money.exact(pd.Series([given], dtype=object), "the opening balance").iloc[0]
    return amount


def _sign(rows: pd.DataFrame) -> pd.Series[int]:
    return pd.Series(money.cents(rows["amount"]), index=rows.index)
