"""The day of each gift of a gateway, where its report has it: beside the gift, every version of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile.store import reading, tables
from reconcile.store.asking import among, in_parts
from reconcile.store.journal import Work

Key = tuple[str, str]
"""A payout, and the number of a gift in it."""


def of(connection: sa.Connection, gifts: Sequence[str] | None, until: int | None = None) -> dict[Key, str]:
    """The days of gifts by their numbers, or of all (None), by payout and number; with `until` as of that event."""
    return {key: day for key, (_, day) in _held(connection, gifts, until).items() if day is not None}


def _held(
    connection: sa.Connection, gifts: Sequence[str] | None, until: int | None = None
) -> dict[Key, tuple[int, str | None]]:
    c = tables.gift_days.c
    asked = sa.select(c.payout, c.gift, c.id, c.day).where(
        reading.in_force(tables.gift_days, ("payout", "gift"), until)
    )
    rows: Iterable[Any] = (
        connection.execute(asked)
        if gifts is None
        else in_parts(connection, gifts, lambda some: asked.where(c.gift.in_(some)))
    )
    return {(payout, gift): (number, day) for payout, gift, number, day in rows}


def write(work: Work, rows: pd.DataFrame) -> None:
    """Write down the days of some gifts (`payout`, `gift`, `given`) that are not what they were."""
    held = _held(work.connection, rows["gift"].tolist())
    given = rows["given"].astype(object).where(rows["given"].notna(), None)
    told = dict(zip(zip(rows["payout"], rows["gift"], strict=True), given, strict=True))
    new = {key: day for key, day in told.items() if held.get(key, (0, None))[1] != day}
    gone = [held[key][0] for key in new if key in held]
    work.outdate(tables.gift_days, tables.gift_days.c.id.in_(among(work.connection, gone)))
    work.add(tables.gift_days, [{"payout": p, "gift": g, "day": day, "current": 1} for (p, g), day in new.items()])
