"""What is known of each payout of a gateway: its bank line, or why it has none; and its gifts by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sa

from reconcile.books.gifts import gift_id, number_of
from reconcile.books.settlements import AT_BANK
from reconcile.schema import TEXT
from reconcile.store import reading, tables
from reconcile.store.asking import in_parts
from reconcile.store.journal import Work

COLUMNS = ["day", "state", "movement", "month", "reason"]


class Gift(NamedTuple):
    """A gift as a movement of its own: what it moved, the movement it came in, and the month that it counts for."""

    name: str
    payout: str
    cents: int
    line: str | None = None
    month: str | None = None


def of(connection: sa.Connection, until: int | None = None) -> pd.DataFrame:
    """What is known of each payout that was looked for, by its name: columns `COLUMNS`; with `until` as of that event.

    `movement` is its bank line, `month` the one that it counts for.
    """
    c = tables.payout_lines.c
    asked = sa.select(c.payout, *(c[name] for name in COLUMNS), c.state)
    asked = asked.where(reading.in_force(tables.payout_lines, "payout", until), c.state != RELEASED)
    rows = [tuple(row[:-1]) for row in connection.execute(asked.order_by(c.payout))]
    return pd.DataFrame(rows, columns=["payout", *COLUMNS]).astype(TEXT).set_index("payout")


RELEASED = "to be looked for again"
"""Of a payout that is delivered otherwise, or whose line a person decided, until the next matching."""


def is_gift(name: object) -> bool:
    """Whether a movement of this name would be a gift of a payout."""
    return isinstance(name, str) and "/" in name


def gifts(connection: sa.Connection, names: Sequence[str]) -> list[Gift]:
    """The gifts of these names, as they are now; a name that is no gift's is left out."""
    wanted = {name for name in names if is_gift(name)}
    if not wanted:
        return []
    c, lines = tables.payouts.c, tables.payout_lines.c
    here = sa.and_(lines.payout == c.payout, lines.current == 1, lines.state == AT_BANK)
    asked = (
        sa.select(c.payout, c.gift, c.gross, lines.movement, lines.month)
        .join(tables.payout_lines, here, isouter=True)
        .where(c.current == 1)
    )
    numbers = sorted({number_of(name) for name in wanted})
    rows = in_parts(connection, numbers, lambda some: asked.where(c.gift.in_(some)))
    found = [Gift(gift_id(payout, gift), payout, *more) for payout, gift, *more in rows]
    return sorted(gift for gift in found if gift.name in wanted)


def forgotten(connection: sa.Connection) -> set[str]:
    """The names of the gifts of which the words are gone."""
    c = tables.payouts.c
    asked = sa.select(c.payout, c.gift).where(c.current == 1, c.salt.is_(None))
    return {gift_id(payout, gift) for payout, gift in connection.execute(asked)}


def names_in(connection: sa.Connection, lines: Sequence[str]) -> dict[str, list[str]]:
    """For each of some movements that is a payout the names of its gifts."""
    c, own = tables.payout_lines.c, tables.payouts.c
    asked = (
        sa.select(c.movement, own.payout, own.gift)
        .join(tables.payouts, sa.and_(own.payout == c.payout, own.current == 1))
        .where(c.current == 1, c.state == AT_BANK)
        .order_by(own.payout, own.gift)
    )
    found: dict[str, list[str]] = {}
    for line, payout, gift in in_parts(connection, lines, lambda some: asked.where(c.movement.in_(some))):
        found.setdefault(line, []).append(gift_id(payout, gift))
    return found


def month_of(connection: sa.Connection, line: str) -> str | None:
    """The month that a movement counts for as a payout; None where it is none."""
    c = tables.payout_lines.c
    asked = sa.select(c.month).where(c.movement == line, c.current == 1, c.state == AT_BANK)
    return connection.execute(asked).scalar()


def release(work: Work, which: sa.ColumnElement[bool]) -> None:
    """Say of payouts that their lines must be looked for again."""
    c = tables.payout_lines.c
    asked = sa.select(c.payout, c.day, c.month).where(which, c.current == 1, c.state != RELEASED)
    rows = work.connection.execute(asked).all()
    if rows:
        write(work, [{"payout": row.payout, "day": row.day, "state": RELEASED} for row in rows])
        work.speak_of(row.month for row in rows if row.month)


def write(work: Work, rows: Sequence[dict[str, str | None]]) -> None:
    """Write down what is known of payouts now, in the place of what was."""
    c = tables.payout_lines.c
    for start in range(0, len(rows), 1000):
        work.outdate(tables.payout_lines, c.payout.in_([row["payout"] for row in rows[start : start + 1000]]))
    work.add(tables.payout_lines, [{**row, "current": 1} for row in rows])
    for row in rows:  # what is not at the bank is listed in each month from its own on
        work.speak_of_open(str(row["day"])[:7])
