"""Matches written anew in the place of those before, where they are other, and what changed told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile.schema import TEXT
from reconcile.store import tables
from reconcile.store.asking import among, in_parts
from reconcile.store.journal import Work
from reconcile.store.telling import said, why_changed

WORDS = ("transaction_id", "status", "campaign", "fund", "kind", "rule", "evidence", "candidates", "reason")
CHANGES = ["transaction_id", "date", "amount", "before", "now", "why"]


@dataclass(frozen=True)
class State:
    """What the store was last decided with, and up to which event."""

    key: str
    event: int


@dataclass(frozen=True)
class Places:
    """By the name of each movement the row that stands for it, and the month that it counts for."""

    rows: Mapping[str, int]
    months: Mapping[str, str]


def held(connection: sa.Connection, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The newest match of each movement that has one."""
    matches = tables.matches.c
    asked = sa.select(tables.matches).where(matches.current == 1)
    rows = in_parts(connection, names, lambda some: asked.where(matches.movement.in_(some)))
    return {row.movement: dict(row._mapping) for row in rows}


def write(work: Work, now: pd.DataFrame, held: dict[str, dict[str, Any]], key: str, of: Places) -> list[int]:
    """Write the matches that are not what they were; their places in the frame."""
    columns = {n: now[n].astype(object).where(now[n].notna(), None).tolist() for n in WORDS}
    confidence = [None if pd.isna(c) else repr(float(c)) for c in now["confidence"]]
    rows, places, outdated = [], [], []
    for at, name in enumerate(columns["transaction_id"]):
        row = {n: columns[n][at] for n in WORDS if n != "transaction_id"}
        row |= {"movement": name, "row": of.rows[name], "confidence": confidence[at]}
        was = held.get(name)
        if was and all(was[n] == value for n, value in row.items()):
            continue
        if was:
            outdated.append(was["id"])
        rows.append({**row, "month": of.months[name], "decided_with": key, "current": 1})
        places.append(at)
    work.outdate(tables.matches, tables.matches.c.id.in_(among(work.connection, outdated)))
    work.add(tables.matches, rows)
    return places


def changes(
    transactions: pd.DataFrame,
    now: pd.DataFrame,
    held: dict[str, dict[str, Any]],
    places: list[int],
    keys: tuple[str, str],
) -> pd.DataFrame:
    """Movements that are credited otherwise than the last time, or are new."""
    why_all = why_changed(*keys)
    rows = []
    told = {name: now[name].tolist() for name in ("transaction_id", "status", "campaign", "fund", "rule")}
    days, amounts = transactions["date"].tolist(), transactions["amount"].tolist()
    for at in places:
        row = {name: values[at] for name, values in told.items()}
        was = held.get(row["transaction_id"])
        after = said(row["status"], row["campaign"], row["fund"])
        before = said(was["status"], was["campaign"], was["fund"]) if was else ""
        if before == after:
            continue
        why = "new" if was is None else why_all or ("remembered" if row["rule"] == "remembered" else "other evidence")
        rows.append((row["transaction_id"], days[at], amounts[at], before, after, why))
    found = pd.DataFrame(rows, columns=CHANGES)
    texts = {c: TEXT for c in CHANGES if c not in ("date", "amount")}
    return found.astype({**texts, "date": "datetime64[s]", "amount": transactions["amount"].dtype})
