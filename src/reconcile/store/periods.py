"""Months: which are closed, in which one a movement is booked, and what closing freezes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.errors import DecisionRefused, shown
from reconcile.schema import TEXT
from reconcile.store import figures, tables
from reconcile.store.journal import Work, canonical

_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


def month_of(day: str) -> str:
    """The month of a day: `2018-09` of `2018-09-14`."""
    return day[:7]


def checked_month(month: str) -> str:
    """The month, if it is one; raises DecisionRefused otherwise."""
    if not isinstance(month, str) or not _MONTH.fullmatch(month):
        raise DecisionRefused(f'"{shown(month, 20)}" is no month', do="Write it as 2018-09.")
    return month


def next_month(month: str) -> str:
    """The month after one."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


@dataclass(frozen=True)
class Months:
    """The months that are closed now."""

    closed: frozenset[str]

    @classmethod
    def of(cls, connection: sa.Connection) -> Months:
        """As the store has them."""
        periods = tables.periods.c
        asked = sa.select(periods.month).where(periods.current == 1, periods.state == "closed")
        return cls(frozenset(connection.execute(asked).scalars()))

    def booked(self, day: str) -> str:
        """The month in which a movement of that day is booked: its own, or the first one after it that is open."""
        month = month_of(day)
        while month in self.closed:
            month = next_month(month)
        return month


def close(work: Work, month: str) -> list[dict[str, object]]:
    """Freeze a month that ties out; the figures that were frozen. Raises DecisionRefused."""
    months = Months.of(work.connection)
    if checked_month(month) in months.closed:
        raise DecisionRefused(f"{month} is closed already", do="Nothing is left to do.")
    found = figures.month_figures(work.connection, month)
    if not found:
        raise DecisionRefused(f"nothing is known of {month}", do="Add its statements first.")
    if open_ends := [f.why_not for f in found if not f.ties]:
        raise DecisionRefused(f"{month} does not tie out: {'; '.join(open_ends)}", do="Settle that, then close it.")
    frozen: list[dict[str, object]] = [
        {
            "account": f.account.shown,
            "opening": None if f.opening is None else str(f.opening),
            "moved": str(f.moved),
            "closing": None if f.closing is None else str(f.closing),
        }
        for f in found
    ]
    _write(work, month, "closed", frozen)
    return frozen


def reopen(work: Work, month: str, *, reason: str) -> None:
    """Open a closed month again; raises DecisionRefused without a reason."""
    if checked_month(month) not in Months.of(work.connection).closed:
        raise DecisionRefused(f"{month} is not closed", do="Nothing is left to do.")
    if not reason.strip():
        raise DecisionRefused(f"no reason is given for opening {month} again", do='Say why: reason="…".')
    _write(work, month, "reopened", [])


def _write(work: Work, month: str, state: str, frozen: list[dict[str, object]]) -> None:
    work.outdate(tables.periods, tables.periods.c.month == month)
    row = {"month": month, "state": state, "figures": canonical(frozen), "current": 1}
    work.add(tables.periods, [row])


def frame(connection: sa.Connection) -> pd.DataFrame:
    """Every closing and reopening, oldest first: `month`, `state`, `by`, `at`, `reason`, `in_force`."""
    periods, events = tables.periods.c, tables.events.c
    asked = (
        sa.select(periods.month, periods.state, events.by, events.at, events.why, periods.current)
        .join(tables.events, events.id == periods.event)
        .order_by(periods.id)
    )
    columns = ["month", "state", "by", "at", "reason", "in_force"]
    return pd.DataFrame(connection.execute(asked).all(), columns=columns).astype({"in_force": "bool"})


def late(connection: sa.Connection, month: str | None = None) -> pd.DataFrame:
    """Movements that arrived for a month that was closed: `transaction_id`, `date`, `amount`, `month`, `booked`."""
    movements, rows = tables.movements.c, tables.rows.c
    asked = (
        sa.select(movements.movement, movements.day, rows.cents, movements.booked)
        .join(tables.rows, rows.id == movements.row)
        .where(
            movements.current == 1,
            movements.joined_to.is_(None),
            tables.ELSEWHERE,
            movements.booked > sa.func.substr(movements.day, 1, 7),
            *([movements.booked == month] if month else []),
        )
        .order_by(movements.day, movements.movement)
    )
    found = connection.execute(asked).all()
    return pd.DataFrame(
        {
            "transaction_id": pd.Series([r[0] for r in found], dtype=TEXT),
            "date": pd.Series(pd.to_datetime([r[1] for r in found]), dtype="datetime64[s]"),
            "amount": money.from_cents([r[2] for r in found]),
            "month": pd.Series([month_of(r[1]) for r in found], dtype=TEXT),
            "booked": pd.Series([r[3] for r in found], dtype=TEXT),
        }
    )
