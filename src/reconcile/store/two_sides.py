"""The bank's lines against the charity's receipts, over all months of a store or as one month has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.books import Reconciliation, reconcile
from reconcile.books.before import Before
from reconcile.books.decided import comes_out
from reconcile.books.links import DECIDED, PROPOSED
from reconcile.books.open_items import ASKED, ENDED, NO_RECEIPT, NOT_BANKED
from reconcile.schema import LINKS, RECEIPTS, TEXT, TRANSACTIONS
from reconcile.store import (
    entries,
    figures,
    gifts,
    journal,
    keeping,
    periods,
    reading,
    registers,
    settling,
    tables,
)
from reconcile.store.periods import Months

LAST = "9999-12"
"""A month after all others."""

CHANGED_SINCE = "was decided, and the amounts do not come out any more"


def reconciliation(connection: sa.Connection, month: str | None = None) -> Reconciliation | None:
    """Both sides of all months, or of one with what was open when it began; None where there are no receipts by then.

    A closed month as it was closed; what is of open months is worked out anew.
    """
    closing = periods.closing(connection, month) if month else None
    if month and closing:
        opening = sum((Decimal(row["opening"] or 0) for row in closing.figures), Decimal(0))
        elsewhere = reading.booked_elsewhere(connection, month, closing.event)
        return keeping.as_closed(connection, month, keeping.Closed(closing.event, opening, elsewhere))
    found = worked_out(connection, month or LAST)
    if found is None:
        return None
    return _cut(connection, found, month) if month else found.whole


def newest_month(connection: sa.Connection) -> str:
    """The newest month that has lines, a statement or a receipt; empty where there is none.

    A month of which only a decision speaks, taken late for a closed one, has no two sides.
    """
    told = sa.select(tables.receipts.c.booked).where(tables.receipts.c.current == 1).distinct()
    received = set(connection.execute(told).scalars())
    months = sorted(journal.newest(connection), reverse=True)
    return next((m for m in months if m in received or figures.month_figures(connection, m)), "")


@dataclass(frozen=True, eq=False)
class Whole:
    """Both sides of all months up to one: `month_of` has the month in which each settlement counts, by its group.

    `lines` and `receipts` say which month each of them counts for, by its id.
    """

    whole: Reconciliation
    month_of: Mapping[str, str]
    lines: pd.Series[str]
    receipts: pd.Series[str]


@dataclass(frozen=True, eq=False)
class _Said:
    """What people said: `given` is for `reconcile`; `asked` are questions; lines and receipts `apart` are only open."""

    given: pd.DataFrame
    asked: pd.DataFrame
    apart: set[str]


def worked_out(connection: sa.Connection, last: str) -> Whole | None:
    """Both sides up to a month: what is kept as it is, and what people said, before what is found by itself.

    The books begin with the month of their first receipt: the bank's lines of before are no part of it.
    """
    own = entries.receipts(connection)
    own = _as_settled(connection, own[own["booked"] <= last].reset_index(drop=True))
    if own.empty:
        return None
    lines = reading.booked_between(connection, str(own["booked"].min()), last)
    kept = keeping.links(connection)
    taken, taken_books = set(kept["transaction_id"]), set(kept["receipt_id"].dropna())
    free, free_books = (
        lines[~lines["transaction_id"].isin(taken)],
        own[~own["receipt_id"].isin(taken_books)],
    )
    said = _said(settling.in_force(connection), free, free_books)
    alone = free[~free["transaction_id"].isin(said.apart)].reset_index(drop=True)
    alone_books = free_books[~free_books["receipt_id"].isin(said.apart)].reset_index(drop=True)
    found = reconcile(
        alone[TRANSACTIONS.names],
        alone_books[RECEIPTS.names],
        matches=gifts.bank_matches(connection, alone),
        funds=registers.funds_in_use(connection),
        payouts=entries.payouts(connection),
        decided=said.given,
    )
    here = kept[kept["month"] <= last]
    booked, booked_books = lines.set_index("transaction_id")["booked"], own.set_index("receipt_id")["booked"]
    months = _months(Months.of(connection), found.settled, booked, booked_books)
    whole = _together(found, (lines, own), pd.concat([here[LINKS.names], said.asked]), said.asked)
    return Whole(whole, {**months, **dict(zip(here["group"], here["month"], strict=True))}, booked, booked_books)


def _as_settled(connection: sa.Connection, own: pd.DataFrame) -> pd.DataFrame:
    """The receipts, those settled in closed months with the amounts that these were closed with."""
    changed = keeping.changed(connection)
    if changed.empty:
        return own
    then = changed.drop_duplicates("receipt_id").set_index("receipt_id")["amount"]
    amounts = own["receipt_id"].map(then).astype(money.AMOUNT)
    return own.assign(amount=amounts.where(amounts.notna(), own["amount"]))


def _said(said: pd.DataFrame, lines: pd.DataFrame, receipts: pd.DataFrame) -> _Said:
    """What people said of these, each settlement only as a whole: of one that is not all there, nothing is linked."""
    cents = dict(zip(lines["transaction_id"], money.cents(lines["amount"]).tolist(), strict=True))
    booked = dict(zip(receipts["receipt_id"], money.cents(receipts["amount"]).tolist(), strict=True))
    there = said["transaction_id"].isin(cents.keys()) & said["receipt_id"].isin(booked.keys())
    given, asked = [said[there & ~said["settles"]]], list[pd.DataFrame]()
    apart: set[str] = set()
    for _, own in said[said["settles"]].groupby("settlement"):
        names, numbers = own["transaction_id"].unique(), own["receipt_id"].unique()
        whole = there.loc[own.index].all()
        if whole and not comes_out([cents[n] for n in names], [booked[n] for n in numbers], _fee(own)):
            given.append(own)
            continue
        apart |= {n for n in names if n in cents} | {n for n in numbers if n in booked}
        asked += [_question(own, booked)] if whole else []
    return _Said(pd.concat(given), pd.concat([LINKS.empty(), *asked]), apart)


def _fee(own: pd.DataFrame) -> int:
    return int(money.cents(own["fee"]).sum())


def _question(own: pd.DataFrame, booked: Mapping[str, int]) -> pd.DataFrame:
    """What a person affirmed before a receipt of it was changed."""
    evidence = "decided by " + own["by"] + " on " + own["on"].str.slice(0, 10)
    told: dict[str, Any] = {
        "amount": money.from_cents([booked[n] for n in own["receipt_id"]], own.index),
        "status": PROPOSED,
        "rule": DECIDED,
        "evidence": evidence,
        "confidence": 0.5,
        "group": f"{own['transaction_id'].min()}/{own['receipt_id'].min()}",
        "reason": CHANGED_SINCE,
    }
    return LINKS.check(own[["transaction_id", "receipt_id"]].assign(**told))


def _months(months: Months, settled: pd.DataFrame, lines: pd.Series[str], receipts: pd.Series[str]) -> dict[str, str]:
    """The month in which each settlement counts: the latest of its lines and receipts that is open, or one after it."""
    line, receipt = settled["transaction_id"].map(lines), settled["receipt_id"].map(receipts)
    latest = line.where(receipt.isna() | (line >= receipt), receipt).astype(TEXT)
    return {str(group): months.booked(str(month)) for group, month in latest.groupby(settled["group"]).max().items()}


def _together(
    found: Reconciliation, sides: tuple[pd.DataFrame, pd.DataFrame], more: pd.DataFrame, asked: pd.DataFrame
) -> Reconciliation:
    """What was found, with `more` links; of both sides what is neither among these nor in them is open too."""
    lines, receipts = sides
    links = pd.concat([found.links, more]).sort_values(["transaction_id", "group", "receipt_id"], ignore_index=True)
    settled = links[links["status"] != PROPOSED]
    left = []
    for rows, known, name, why in (
        (lines[TRANSACTIONS.names], found.unmatched_bank, "transaction_id", NO_RECEIPT),
        (receipts[RECEIPTS.names], found.unmatched_receipts, "receipt_id", NOT_BANKED),
    ):
        lacking = rows[~rows[name].isin(settled[name]) & ~rows[name].isin(known[name])]
        reason = pd.Series(why, index=lacking.index, dtype=TEXT).mask(lacking[name].isin(asked[name]), ASKED)
        both = pd.concat([known, lacking.assign(why=reason)], ignore_index=True) if len(lacking) else known
        left.append(both.sort_values(["date", name], ignore_index=True))
    return replace(
        found,
        transactions=lines[TRANSACTIONS.names],
        receipts=receipts[RECEIPTS.names],
        links=LINKS.check(links),
        unmatched_bank=left[0],
        unmatched_receipts=left[1],
    )


def _cut(connection: sa.Connection, found: Whole, month: str) -> Reconciliation:
    """What counts for the month, and what was open when it began: that which is not settled in a month before."""
    whole = found.whole
    gone = {group for group, settled_in in found.month_of.items() if settled_in < month}
    links = whole.links[~whole.links["group"].isin(gone) | whole.links["status"].eq(PROPOSED)]
    done = whole.links[~whole.links.index.isin(links.index)]
    ended = whole.unmatched_bank.loc[whole.unmatched_bank["why"].isin(ENDED), "transaction_id"]
    earlier = set(found.lines.index[found.lines < month]) - set(done["transaction_id"]) - set(ended)
    earlier_books = set(found.receipts.index[found.receipts < month]) - set(done["receipt_id"].dropna())
    shown = set(found.lines.index[found.lines == month]) | earlier
    shown_books = set(found.receipts.index[found.receipts == month]) | earlier_books
    opening = sum((f.opening or Decimal(0) for f in figures.month_figures(connection, month)), Decimal(0))

    def own(rows: pd.DataFrame, name: str, names: set[str]) -> pd.DataFrame:
        return rows[rows[name].isin(names)].reset_index(drop=True)

    twice = whole.duplicates
    return Reconciliation(
        own(whole.transactions, "transaction_id", shown),
        own(whole.receipts, "receipt_id", shown_books),
        links.reset_index(drop=True),
        own(whole.unmatched_bank, "transaction_id", shown),
        own(whole.unmatched_receipts, "receipt_id", shown_books),
        twice[twice["second"].isin(shown | shown_books)].reset_index(drop=True),
        Before(frozenset(earlier), frozenset(earlier_books), opening),
    )
