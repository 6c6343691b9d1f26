"""Months: which are closed, in which one a movement is booked, and what closing freezes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa

from reconcile.errors import DecisionRefused, shown
from reconcile.store import tables

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
