"""How it came to what holds now: every decision on some movements, and what the rules made otherwise of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.schema import CHANGES, DECISIONS, REVERSALS
from reconcile.store import reading, tables
from reconcile.store.asking import in_parts
from reconcile.store.telling import said, why_changed

NEVER = "not matched yet"


def decisions(connection: sa.Connection, names: Sequence[str], until: int | None = None) -> pd.DataFrame:
    """Every decision on some movements, oldest first, columns of `schema.DECISIONS`; with `until` up to that event."""
    rows = _decided(connection, names, until)
    matched = _matched(connection, {row.movement for row in rows}, until)
    of_movement: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        of_movement[row.movement].append(row)
    parts = _parts(connection, [row.id for row in rows])
    told: list[tuple[Any, ...]] = []
    for name, own in of_movement.items():
        undone = {row.undoes: row.id for row in own if row.undoes is not None}
        standing = [row.id for row in own if row.undoes is None and row.id not in undone]
        for row, earlier in zip(own, [None, *own[:-1]], strict=True):
            before = _before(row, earlier, parts, matched.get(name, ()))
            facts = (before, row.by, row.at[:10], row.why or None, row.evidence, _state(row, standing, undone))
            given: list[tuple[Any, ...]] = [*parts.get(row.id, [])] or [(None, None, None)]
            told += [(row.id, name, _rand(cents), campaign, fund, *facts) for campaign, fund, cents in given]
    if not told:
        return DECISIONS.empty()
    ordered = sorted(told, key=_number)
    frame = pd.DataFrame(ordered, columns=_PARTS)
    frame["amount"] = frame["amount"].astype(money.AMOUNT)
    return DECISIONS.check(frame[DECISIONS.names])


_PARTS = ["decision", "transaction_id", "amount", "campaign", "fund"]
_PARTS += ["before", "by", "on", "reason", "evidence", "state"]


def _number(part: tuple[Any, ...]) -> int:
    return int(part[0])


def _rand(cents: int | None) -> Any:
    return None if cents is None else money.rand(cents)


def _decided(connection: sa.Connection, names: Sequence[str], until: int | None) -> list[Any]:
    table, events = tables.decisions.c, tables.events.c
    asked = (
        sa.select(table.id, table.movement, table.event, table.undoes, table.evidence, events.by, events.at, events.why)
        .join(tables.events, events.id == table.event)
        .where(reading.known(tables.decisions, until))
    )
    found = in_parts(connection, names, lambda some: asked.where(table.movement.in_(some)))
    return sorted(found, key=lambda row: row.id)


def _parts(connection: sa.Connection, decisions: Sequence[int]) -> dict[int, list[tuple[Any, Any, int]]]:
    table = tables.allocations.c
    asked = sa.select(table.decision, table.campaign, table.fund, table.cents).order_by(table.id)
    found: dict[int, list[tuple[Any, Any, int]]] = defaultdict(list)
    for decision, campaign, fund, cents in in_parts(
        connection, decisions, lambda some: asked.where(table.decision.in_(some))
    ):
        found[decision].append((campaign, fund, cents))
    return found


def _matched(connection: sa.Connection, names: set[str], until: int | None) -> dict[str, list[Any]]:
    """What the rules made of each movement, one after the other."""
    table = tables.matches.c
    asked = sa.select(table.id, table.movement, table.event, table.status, table.campaign, table.fund)
    asked = asked.add_columns(table.rule, table.decided_with).where(reading.known(tables.matches, until))
    found: dict[str, list[Any]] = defaultdict(list)
    rows = in_parts(connection, sorted(names), lambda some: asked.where(table.movement.in_(some)))
    for row in sorted(rows, key=lambda row: row.id):
        found[row.movement].append(row)
    return found


def _before(row: Any, earlier: Any, parts: dict[int, list[Any]], matched: Sequence[Any]) -> str:
    """What held before a decision: the one before it, or what the rules had made of it."""
    if earlier is not None and parts.get(earlier.id):
        given = parts[earlier.id]
        one = said("decided" if given[0][0] is not None else "not_donation", given[0][0], given[0][1])
        return one if len(given) == 1 else f"split over {len(given)}"
    then = [m for m in matched if m.event < row.event]
    return said(then[-1].status, then[-1].campaign, then[-1].fund) if then else NEVER


def _state(row: Any, standing: Sequence[int], undone: dict[int, int]) -> str:
    if row.undoes is not None:
        return f"takes back {row.undoes}"
    if row.id in undone:
        return f"taken back by {undone[row.id]}"
    return "in force" if row.id == standing[-1] else "changed since"


def changes(connection: sa.Connection, names: Sequence[str], until: int | None = None) -> pd.DataFrame:
    """What the rules decided otherwise of some movements than before, newest first, columns of `schema.CHANGES`."""
    told = []
    table = tables.matches.c
    asked = sa.select(table.movement).where(table.current == 0).distinct()  # most were matched once
    again = {name for (name,) in in_parts(connection, names, lambda some: asked.where(table.movement.in_(some)))}
    for name, own in _matched(connection, again, until).items():
        for was, now in pairwise(own):
            before, after = (said(m.status, m.campaign, m.fund) for m in (was, now))
            if before != after:
                why = why_changed(was.decided_with, now.decided_with)
                why = why or ("remembered" if now.rule == "remembered" else "other evidence")
                told.append((now.event, name, before, after, why))
    days = _days(connection, sorted({event for event, *_ in told}))
    rows = [(name, before, after, why, days[event]) for event, name, before, after, why in sorted(told, key=_newest)]
    return CHANGES.check(pd.DataFrame(rows, columns=CHANGES.names)) if rows else CHANGES.empty()


def _newest(change: tuple[int, str, str, str, str]) -> tuple[int, str]:
    return -change[0], change[1]


def _days(connection: sa.Connection, events: Sequence[int]) -> dict[int, str]:
    table = tables.events.c
    asked = sa.select(table.id, table.at)
    rows = in_parts(connection, events, lambda some: asked.where(table.id.in_(some)))
    return {number: at[:10] for number, at in rows}


def reversals(
    connection: sa.Connection, names: Sequence[str], until: int | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which payments the reversals among some movements take back, and those of them that are not among these."""
    table = tables.reversals.c
    asked = sa.select(table.reversal, table.original, table.reason)
    asked = asked.where(reading.in_force(tables.reversals, "reversal", until))
    links = sorted(tuple(r) for r in in_parts(connection, names, lambda some: asked.where(table.reversal.in_(some))))
    frame = REVERSALS.check(pd.DataFrame(links, columns=REVERSALS.names)) if links else REVERSALS.empty()
    others = sorted(set(frame["original"]) - set(names))
    return frame, reading.some(connection, others, until)
