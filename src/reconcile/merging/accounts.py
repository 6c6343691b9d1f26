"""One account over all its statements: does everything delivered lead from the first balance to the last?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.merging.gaps import Gap, Leg, unproved_days, walk, with_numbers
from reconcile.schema import SET_ASIDE, TEXT
from reconcile.statement import Account, Statement

PIECE = 65_536
"""So many rows are summed in one go."""


@dataclass(frozen=True)
class AccountFigures:
    """One account over all its statements: does everything delivered lead from the first balance to the last?

    `movements` is the sum of the transactions, `set_aside` what rows set aside moved that no other export delivers.
    `opening` or `closing` is None where no statement gives it.
    """

    account: Account
    opening: Decimal | None
    movements: Decimal
    set_aside: Decimal
    closing: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What is missing between the statements; zero when the account ties out, None when a balance is not known."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing - self.opening - self.movements - self.set_aside

    @property
    def ties(self) -> bool | None:
        """Whether nothing is missing; None when no balances tell."""
        return None if self.difference is None else not self.difference


def account_of(
    own: Sequence[Statement], part: npt.NDArray[np.integer[Any]], rows: pd.DataFrame, again: bool
) -> tuple[AccountFigures, list[Gap]]:
    """Figures and gaps of one account from its statements and the rows of all of them.

    `part` has the place in `own` of each row; of the rows that have one `transaction_id` the first is a movement.
    `again` says whether there are such rows.
    """
    reaches = [_reach(s, place) for place, s in enumerate(own)]
    with_days = [r for r in reaches if r.first is not None] or reaches
    ordered = sorted(with_days, key=lambda r: _start_rank(r, with_days))
    # rows go to the statements with balances first: what only others deliver is what no balance proves
    order = [
        r.place for r in sorted(ordered, key=lambda r: r.statement.closing is None and r.statement.opening is None)
    ]
    new, asides = _new(order, part, rows, again), _asides(own, order)
    legs = [_leg(r, _end_rank(r, with_days), new[r.place], asides[r.place]) for r in ordered]
    gaps, aside = walk(legs)
    gaps = with_numbers(gaps + unproved_days(legs), legs, {s.number for s in own if s.number is not None})
    gaps += _unreached([s for n, s in enumerate(own) if n not in order], legs)
    account = next((s.account for s in own if s.account.name), own[0].account)
    moved = money.rand(sum(sum(days.values()) for days in new.values()))
    last = max(legs, key=lambda leg: leg.end_rank).statement
    return AccountFigures(account, legs[0].statement.opening, moved, money.rand(sum(aside)), last.closing), gaps


@dataclass(frozen=True, eq=False)
class _Reach:
    """A statement, its place among those of its account, and the first and last day on which money moved.

    A stated period may reach over days that another export knows; it counts only where there are no rows. Both days
    are None where there is no period either.
    """

    statement: Statement
    place: int
    first: date | None
    last: date | None

    def rows_on(self, day: date | None) -> pd.DataFrame:
        """The statement's rows of a day."""
        rows = self.statement.transactions
        on_it: pd.DataFrame = rows[rows["date"].to_numpy() == np.datetime64(day or "NaT", "s")]
        return on_it


def _reach(statement: Statement, place: int) -> _Reach:
    days = statement.transactions["date"]
    if len(days):
        return _Reach(statement, place, days.min().date(), days.max().date())
    period = statement.period
    return _Reach(statement, place, period.start if period else None, period.end if period else None)


def _start_rank(own: _Reach, everyone: Sequence[_Reach]) -> tuple[object, ...]:
    """The earliest day first; of those that begin on it one that no other leads to, then the one with most of it."""
    beside = [r for r in everyone if r is not own and r.first == own.first]
    if not beside:
        return own.first or date.max, 0, 0, 0, own.place
    goes_on = any(own.statement.opening in set(r.rows_on(own.first)["balance"].dropna()) for r in beside)
    return own.first or date.max, own.statement.opening is None, goes_on, -len(own.rows_on(own.first)), own.place


def _end_rank(own: _Reach, everyone: Sequence[_Reach]) -> tuple[object, ...]:
    """The latest day last; of those that end on it one that no other goes on from, then the one with most of it."""
    beside = [r for r in everyone if r is not own and r.last == own.last]
    if not beside:
        return own.last or date.min, 0, 0, 0, -own.place
    led_on = any(own.statement.closing in _before(r.rows_on(own.last)) for r in beside)
    return own.last or date.min, own.statement.closing is not None, not led_on, len(own.rows_on(own.last)), -own.place


def _before(rows: pd.DataFrame) -> set[Decimal]:
    return set((rows["balance"] - rows["amount"]).dropna())


def _new(
    order: Sequence[int], part: npt.NDArray[np.integer[Any]], rows: pd.DataFrame, again: bool
) -> dict[int, dict[date, int]]:
    """For each statement what it adds to the movements of those before it, in cents by day.

    The rows are gone through a piece at a time, so that this takes no more for a million than for a thousand.
    """
    found: dict[int, dict[date, int]] = {n: {} for n in order}
    once = _each_once(order, part, rows) if len(order) > 1 and again else None
    for begin in range(0, len(rows) if once is None else len(once), PIECE):
        own = slice(begin, begin + PIECE) if once is None else once[begin : begin + PIECE]
        days, at = np.unique(rows["date"].to_numpy()[own], return_inverse=True)
        pairs, each = np.unique(part[own] * np.int64(len(days)) + at, return_inverse=True)
        moved = np.zeros(len(pairs), dtype=np.int64)
        np.add.at(moved, each, money.cents(rows["amount"].iloc[own]))
        for pair, cents in zip(pairs.tolist(), moved.tolist(), strict=True):
            of, day = found[pair // len(days)], days[pair % len(days)].astype("datetime64[D]").item()
            of[day] = of.get(day, 0) + cents
    return found


def _each_once(order: Sequence[int], part: npt.NDArray[np.integer[Any]], rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The places of the movements' first rows, where of several statements the first in `order` comes first."""
    rank = np.zeros(max(order) + 1, dtype=np.int64)
    rank[list(order)] = np.arange(len(order))
    by_rank = np.argsort(rank[part], kind="stable")
    return by_rank[~rows["transaction_id"].iloc[by_rank].duplicated().to_numpy()]


def _asides(own: Sequence[Statement], order: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """What the rows set aside in each statement moved, each once, however many overlapping files deliver it."""
    once = _set_aside([own[n] for n in order]).dropna(subset="amount")
    places, cents = once["place"].to_numpy(), money.cents(once["amount"])
    return {n: tuple(cents[places == at].tolist()) for at, n in enumerate(order)}


def _leg(reach: _Reach, end_rank: tuple[object, ...], new: dict[date, int], aside: tuple[int, ...]) -> Leg:
    statement = reach.statement
    opening, closing = _cents(statement.opening), _cents(statement.closing)
    if opening is None or closing is None:
        moved = sum(int(money.cents(rows["amount"]).sum()) for rows in (statement.transactions, statement.quarantined))
        opening, closing = _less(closing, moved, opening), _less(opening, -moved, closing)
    return Leg(statement, reach.first or date.max, reach.last or date.min, opening, closing, new, aside, end_rank)


def _less(other_end: int | None, moved: int, stated: int | None) -> int | None:
    """The balance at one end: as stated, or told by that at the other."""
    return other_end - moved if stated is None and other_end is not None else stated


def _unreached(without_days: Sequence[Statement], legs: Sequence[Leg]) -> list[Gap]:
    """The statements without rows and days, whose balance is none that the account had."""
    found: list[Gap] = []
    if not without_days:
        return found
    reached = {b for leg in legs for b in (leg.opening, leg.closing)}
    for leg in legs:
        known = leg.statement.transactions["balance"].dropna()
        reached |= set(money.cents(known).tolist())
    for statement in without_days:
        closing = _cents(statement.closing)
        if closing is not None and closing not in reached:
            words = "it has no rows, and its balance is none that the other statements reach"
            number, name = statement.account.number, statement.source.name
            found.append(Gap(number, None, None, closing, None, None, None, name, words))
    return found


def set_aside_once(statements: Iterable[Statement]) -> pd.DataFrame:
    """The rows set aside, with the account number as `account`, each once however many overlapping files deliver it."""
    return _set_aside(list(statements)).drop(columns="place")


def _set_aside(statements: Sequence[Statement]) -> pd.DataFrame:
    """The rows set aside, each once, with `account` and the `place` of the statement."""
    parts = []
    for place, statement in enumerate(statements):
        if not len(statement.quarantined):
            continue
        rows = statement.quarantined.assign(account=statement.account.number, place=place)
        parts.append(rows.assign(count=rows.groupby("text", sort=False).cumcount()))
    if not parts:
        return SET_ASIDE.empty().assign(account=pd.Series(dtype=TEXT), place=pd.Series(dtype="int64"))
    rows = pd.concat(parts, ignore_index=True)
    return rows[~rows.duplicated(["account", "text", "count"])].drop(columns="count").reset_index(drop=True)


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else money.in_cents(amount)
