"""What is open on either side after the links: each line and receipt with why, how long, and what may stand twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd

from reconcile import money
from reconcile.books.links import PROPOSED, SETTLED
from reconcile.books.sides import Side, Sides
from reconcile.matching.words import squashed
from reconcile.schema import TEXT

NO_RECEIPT, NOT_BANKED, ASKED = "no receipt in the books", "not at the bank", "a question, not settled"
KINDS = {
    "fee": "a bank's fee, not in the books",
    "bank_interest": "interest, not in the books",
    "reversal": "a payment taken back, not in the books",
    "transfer": "a transfer, not in the books",
    "payment_out": "a payment out, not in the books",
}
ENDED = frozenset(KINDS[kind] for kind in ("fee", "bank_interest", "transfer", "payment_out"))
"""What no receipt can be for: entered into the books from the list of the month, and open in no later one."""

NEAR = 3
"""Two of one payer and amount within so many days may be one."""

STEPS = (7, 30, 60, 90)


def open_lines(transactions: pd.DataFrame, links: pd.DataFrame, sides: Sides) -> pd.DataFrame:
    """The bank lines that nothing is linked to, in the order of their days, with `why`."""
    kinds = dict(zip(sides.bank.ids, sides.bank.kind, strict=True))
    return _left(transactions, "transaction_id", links, lambda name: KINDS.get(kinds[name], NO_RECEIPT))


def open_receipts(receipts: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """The receipts that nothing is linked to, in the order of their days, with `why`."""
    return _left(receipts, "receipt_id", links, lambda _: NOT_BANKED)


def _left(rows: pd.DataFrame, name: str, links: pd.DataFrame, otherwise: Any) -> pd.DataFrame:
    linked = links.loc[links["status"].isin(SETTLED), name]
    asked = set(links.loc[links["status"] == PROPOSED, name].dropna())
    left = rows[~rows[name].isin(linked)].sort_values(["date", name], ignore_index=True)
    why = [ASKED if each in asked else otherwise(each) for each in left[name]]
    return left.assign(why=pd.Series(why, index=left.index, dtype=TEXT))


def ageing(lines: pd.DataFrame, receipts: pd.DataFrame, on: date | None) -> pd.DataFrame:
    """What is open by `side` and `days`, each with `count` and `amount`."""
    last = pd.concat([lines["date"], receipts["date"]]).max() if on is None else pd.Timestamp(on)
    names = [*(f"to {step}" for step in STEPS), f"over {STEPS[-1]}"]
    found = []
    for side, rows in (("bank", lines), ("books", receipts)):
        days = (last - rows["date"]).dt.days
        at = sum(((days > step).astype("int64") for step in STEPS), start=pd.Series(0, index=rows.index))
        for number, name in enumerate(names):
            own = rows.loc[at == number, "amount"]
            found.append((side, name, len(own), money.total(own)))
    return pd.DataFrame(found, columns=["side", "days", "count", "amount"]).astype({"amount": money.AMOUNT})


def duplicates(sides: Sides) -> pd.DataFrame:
    """What may stand twice: `side`, `first`, `second` (ids), `amount` and `why`; none of it is left out anywhere."""
    bank, books = sides.bank, sides.receipts
    payers = [" ".join(each) for each in zip(books.payer, books.reference, strict=True)]
    found = [*_alike("bank", bank, bank.text), *_alike("books", books, payers)]
    frame = pd.DataFrame(found, columns=["side", "first", "second", "amount", "why"])
    kinds = dict.fromkeys(("side", "first", "second", "why"), TEXT) | {"amount": money.AMOUNT}
    return frame.astype(kinds).sort_values(["side", "first", "second"], ignore_index=True)


def _alike(name: str, side: Side, words: Sequence[str]) -> Iterator[tuple[str, str, str, Decimal, str]]:
    """Two of the same words, amount, fund and campaign, one after the other."""
    cents, day = side.cents.tolist(), side.day.tolist()
    told = [(squashed(words[at]), cents[at], side.fund[at], side.campaign[at]) for at in range(len(side))]
    order = sorted((at for at in range(len(side)) if told[at][0]), key=lambda at: (told[at], day[at], side.ids[at]))
    for one, two in pairwise(order):
        if told[one] == told[two] and day[two] - day[one] <= NEAR:
            days = day[two] - day[one]
            when = f"{days} day{'s' if days > 1 else ''} apart" if days else "on one day"
            yield name, side.ids[one], side.ids[two], money.rand(cents[one]), f"the same words and amount, {when}"
