"""The bank reconciliation: the bank's balance and the books', each adjusted for what only the other side has."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from reconcile import money
from reconcile.books.before import BEFORE, Before
from reconcile.books.links import GATEWAY_FEE
from reconcile.schema import TEXT

IN_TRANSIT = "deposits in transit: receipts not at the bank"
OUTSTANDING = "outstanding: receipts taken back, not at the bank"

Row = tuple[str, str, int, Decimal]


class Held(NamedTuple):
    """What one side has: all its `rows`, and those of them that are `open`."""

    rows: pd.DataFrame
    open: pd.DataFrame


def both_sides(
    bank: Held, books: Held, fees: pd.DataFrame, before: Before, *, opening: object, books_opening: object
) -> pd.DataFrame:
    """The rows of the reconciliation: `side`, `item`, `count`, `amount`."""
    begin = _rand(opening, before.opening)
    start = _rand(books_opening, begin - before.opening + before.books_opening(bank.rows, books.rows))
    moved, booked = bank.rows[~before.of_bank(bank.rows)], books.rows[~before.of_books(books.rows)]
    rows: list[Row] = [
        ("bank", "balance per bank", len(moved), begin + money.total(moved["amount"])),
        *_of_bank(books.open, before),
    ]
    own_rows: list[Row] = [
        ("books", "balance per books", len(booked), start + money.total(booked["amount"])),
        *_of_books(bank.open, fees, before),
    ]
    adjusted, own_adjusted = (sum((amount for *_, amount in side), Decimal(0)) for side in (rows, own_rows))
    rows.append(("bank", "adjusted balance", 0, adjusted))
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


def _of_books(open_lines: pd.DataFrame, fees: pd.DataFrame, before: Before) -> Iterator[Row]:
    """What the books do not have, of the month and of before."""
    earlier = before.of_bank(open_lines)
    for begin, rows in (("", open_lines[~earlier]), (BEFORE, open_lines[earlier])):
        for why, own in rows.groupby("why", sort=True):
            yield "books", f"{begin}at the bank: {why}", len(own), money.total(own["amount"])
    if len(fees):
        yield "books", f"at the bank: {GATEWAY_FEE}", len(fees), money.total(fees["amount"])


def _rand(given: object, otherwise: Decimal) -> Decimal:
    """A balance that was given, exactly."""
    return otherwise if given is None else money.rand(money.exact_cents(given, "the opening balance"))


def _sign(rows: pd.DataFrame) -> pd.Series[int]:
    return pd.Series(money.cents(rows["amount"]), index=rows.index)
