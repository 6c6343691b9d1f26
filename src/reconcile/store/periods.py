"""Months: which are closed, in which one a movement is booked, and what closing freezes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.errors import DecisionRefused, shown
from reconcile.schema import TEXT
from reconcile.statement import Account
from reconcile.store import figures, tables
from reconcile.store.journal import Work, canonical
from reconcile.store.months import first_and_last, month_before, month_of, next_month

_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


def checked_month(month: str) -> str:
    """The month, if it is one; raises DecisionRefused otherwise."""
    if not isinstance(month, str) or not _MONTH.fullmatch(month):
        raise DecisionRefused(f'"{shown(month, 20)}" is no month', do="Write it as 2018-09.")
    return month


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


def close(work: Work, month: str, *, open_end: str = "") -> list[dict[str, object]]:
    """Freeze a month that ties out and of which the last day is in; the figures that were frozen.

    `open_end` says why no statement reaches its last day. Raises DecisionRefused.
    """
    months = Months.of(work.connection)
    if checked_month(month) in months.closed:
        raise DecisionRefused(f"{month} is closed already", do="Nothing is left to do.")
    found = figures.month_figures(work.connection, month)
    if not found:
        raise DecisionRefused(f"nothing is known of {month}", do="Add its statements first.")
    if open_ends := [f.why_not for f in found if not f.ties]:
        raise DecisionRefused(f"{month} does not tie out: {'; '.join(open_ends)}", do="Settle that, then close it.")
    if not open_end.strip() and (short := _short(work.connection, month)):
        do = 'Add a statement that does, or say why no more can have moved: open_end="…" (--open-end).'
        raise DecisionRefused(f"no statement reaches the last day of {month}: {'; '.join(short)}", do=do)
    frozen: list[dict[str, object]] = [
        {
            "account": f.account.number,
            "name": f.account.name,
            "opening": None if f.opening is None else str(f.opening),
            "moved": str(f.moved),
            "closing": None if f.closing is None else str(f.closing),
        }
        for f in found
    ]
    _write(work, month, "closed", frozen)
    return frozen


def _short(connection: sa.Connection, month: str) -> list[str]:
    """The accounts of which no statement reaches the last day of the month, and how far they do.

    One that was silent for the whole month before is taken for one that is no longer used.
    """
    c = tables.statements.c
    reach = sa.func.max(figures.span()[1]), sa.func.max(c.period_end)
    start, end = f"{month_before(month)}-01", first_and_last(month)[1]
    asked = sa.select(c.account, *reach).group_by(c.account).order_by(c.account)
    found = [(account, max(rows, stated or rows)) for account, rows, stated in connection.execute(asked) if rows]
    return [f"account {Account(account).shown} to {day}" for account, day in found if start <= day < end]


@dataclass(frozen=True)
class Closing:
    """A closed month: the event that closed it, and the figures it was closed with, a row for each account."""

    event: int
    figures: list[dict[str, Any]]


def closing(connection: sa.Connection, month: str) -> Closing | None:
    """How a month was closed; None where it is open."""
    c = tables.periods.c
    asked = sa.select(c.event, c.figures).where(c.month == month, c.current == 1, c.state == "closed")
    found = connection.execute(asked).first()
    return Closing(found.event, json.loads(found.figures)) if found else None


def closed_versions(connection: sa.Connection) -> dict[str, int]:
    """For each closed month the event that closed it, or a newer one that forgot words."""
    c, events = tables.periods.c, tables.events.c
    closed = sa.select(c.month, c.event).where(c.current == 1, c.state == "closed")
    forgot = connection.execute(sa.select(sa.func.max(events.id)).where(events.kind == "forget")).scalar() or 0
    return {month: max(event, forgot) for month, event in connection.execute(closed)}


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
