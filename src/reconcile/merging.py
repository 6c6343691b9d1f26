"""How overlapping statements become one set of movements, and whether each account then ties out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from reconcile import money
from reconcile.errors import FrameRefused
from reconcile.schema import KINDS, SET_ASIDE, TRANSACTIONS
from reconcile.statement import Account, Statement


@dataclass(frozen=True, eq=False)
class Merged:
    """Several statements as one set of movements.

    `transactions` has every movement once (columns of `schema.TRANSACTIONS`); `contributed` a row per statement, in the
    order in which they were given: `source`, `account`, `rows`, `new`, `known`.
    """

    transactions: pd.DataFrame
    contributed: pd.DataFrame


def merge_statements(statements: Iterable[Statement]) -> Merged:
    """Every movement of the statements once, however often overlapping exports with the same texts deliver it.

    Equal rows (account, day, amount, text) are counted in each file and the largest count is kept, so two equal gifts
    stay two. The order of the statements does not matter. Raises FrameRefused where no statements were given.
    """
    given = given_statements(statements)
    # a row that two exports deliver is taken from the one that states running balances
    order = sorted(range(len(given)), key=lambda i: _preference(given[i]))
    stacked = pd.concat([given[i].transactions for i in order], ignore_index=True)
    known = stacked["transaction_id"].duplicated().to_numpy()
    part = np.repeat(order, [len(given[i].transactions) for i in order])
    seen_before = np.bincount(part, weights=known, minlength=len(given)).astype(np.int64)
    rows = np.array([len(s.transactions) for s in given], dtype=np.int64)
    contributed = pd.DataFrame(
        {
            "source": [s.source.name for s in given],
            "account": [s.account.number for s in given],
            "rows": rows,
            "new": rows - seen_before,
            "known": seen_before,
        }
    )
    merged = stacked[~known]
    # stable: inside a day the order of the statement stays, which is the order of its running balance
    merged = merged.sort_values(["account", "date"], kind="stable", ignore_index=True)
    return Merged(TRANSACTIONS.check(merged), contributed)


def given_statements(statements: object) -> list[Statement]:
    """The statements as a list; raises FrameRefused for none, for one that is not in a list, or for anything else."""
    if isinstance(statements, Statement):
        raise FrameRefused("one statement was given where a list is wanted", do="Put it in brackets: [statement].")
    given = list(statements) if isinstance(statements, Iterable) else []
    if not given or not all(isinstance(s, Statement) for s in given):
        raise FrameRefused("no statements were given", do="Read at least one with read_statement.")
    return given


def _preference(statement: Statement) -> tuple[bool, bool, str, str, str]:
    balances = bool(statement.transactions["balance"].notna().any())
    source = statement.source
    return statement.opening is None, not balances, source.name, source.sha256, statement.account.number


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


def account_figures(statements: Iterable[Statement], merged: Merged) -> tuple[AccountFigures, ...]:
    """The figures of each account, by number; the order of the statements does not matter."""
    given = sorted(statements, key=_preference)
    rows = merged.transactions
    found = []
    for number in sorted({s.account.number for s in given}):
        own = [s for s in given if s.account.number == number]
        movements = money.total(rows["amount"][rows["account"] == number])
        opening, closing = _first_opening(own), _last_closing(own)
        aside = money.total(set_aside_once(own)["amount"])
        account = next((s.account for s in own if s.account.name), own[0].account)
        figures = AccountFigures(account, opening, movements, aside, closing)
        without = replace(figures, set_aside=Decimal("0.00"))
        # a row set aside in one export that another delivers is among the movements already
        found.append(without if aside and without.ties else figures)
    return tuple(found)


def _first_opening(own: list[Statement]) -> Decimal | None:
    """The opening balance of the earliest day; of exports that begin on it, the one with most of that day."""
    day = min(_days(s)[0] for s in own)
    first = [s for s in own if _days(s)[0] == day]
    return max(first, key=lambda s: (s.opening is not None, _rows_on(s, day))).opening


def _last_closing(own: list[Statement]) -> Decimal | None:
    """The closing balance of the latest day; of exports that end on it, the one with most of that day."""
    day = max(_days(s)[1] for s in own)
    last = [s for s in own if _days(s)[1] == day]
    return max(last, key=lambda s: (s.closing is not None, _rows_on(s, day))).closing


def _days(statement: Statement) -> tuple[date, date]:
    """First and last day on which money moved: a stated period may reach over days that another export knows."""
    days = statement.transactions["date"]
    if len(days):
        return days.min().date(), days.max().date()
    period = statement.period
    # without rows and days, between everything: its balances count only where no other statement has any
    return (period.start, period.end) if period else (date.max, date.min)


def _rows_on(statement: Statement, day: date) -> int:
    return int((statement.transactions["date"].dt.date == day).sum())


def set_aside_once(statements: Iterable[Statement]) -> pd.DataFrame:
    """The rows set aside, with the account number as `account`, each once however many overlapping files deliver it."""
    parts = []
    for statement in statements:
        rows = statement.quarantined.assign(account=statement.account.number)
        parts.append(rows.assign(count=rows.groupby("text", sort=False).cumcount()))
    if not parts:
        return SET_ASIDE.empty().assign(account=pd.Series(dtype=KINDS["text"]))
    rows = pd.concat(parts, ignore_index=True)
    return rows[~rows.duplicated(["account", "text", "count"])].drop(columns="count").reset_index(drop=True)
