"""What is in force for each movement: what a person decided, or what a rule credited, in parts that add up to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.schema import DECIDED_LATER, MATCHES, TEXT
from reconcile.store import reading, tables
from reconcile.store.asking import in_parts, pairs

Place = tuple[Any, Any]


def parts(connection: sa.Connection, names: Sequence[str]) -> dict[str, list[Place]]:
    """Campaign and fund of each part of the movements that a person decided or a rule credited."""
    matches = tables.matches.c
    asked = sa.select(matches.movement, matches.campaign, matches.fund).where(
        matches.current == 1, matches.status == "matched"
    )
    found = {
        name: [(campaign, fund)]
        for name, campaign, fund in in_parts(connection, names, lambda some: asked.where(matches.movement.in_(some)))
    }
    decided = _decided(connection, names)
    return found | {name: [(p[0], p[1]) for p in own["parts"]] for name, own in decided.items()}


def decided_by_people() -> sa.Select[Any]:
    """The names of the movements of which a decision is in force, as a question."""
    decisions = tables.decisions.c
    parts = sa.select(tables.allocations.c.decision)
    return sa.select(decisions.movement).where(decisions.current == 1, decisions.id.in_(parts))


def _decided(connection: sa.Connection, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The decision in force for each movement that has one: `parts` (campaign, fund, cents) and who, when and why."""
    decisions, allocated, events = tables.decisions.c, tables.allocations.c, tables.events.c
    asked = (
        sa.select(
            decisions.movement,
            allocated.campaign,
            allocated.fund,
            allocated.cents,
            events.by,
            events.at,
            events.why,
            decisions.booked,
        )
        .join(tables.allocations, allocated.decision == decisions.id)
        .join(tables.events, events.id == decisions.event)
        .where(decisions.current == 1)
        .order_by(allocated.id)
    )
    rows = in_parts(connection, names, lambda some: asked.where(decisions.movement.in_(some)))
    found: dict[str, dict[str, Any]] = {}
    for name, campaign, fund, cents, by, at, why, booked in rows:
        own = found.setdefault(name, {"parts": [], "by": by, "at": at, "why": why, "booked": booked})
        own["parts"].append((campaign, fund, cents))
    return found


def decided_cents(connection: sa.Connection, names: Sequence[str]) -> dict[str, int]:
    """What the parts of the decision in force on each movement come to, of those that have one."""
    return {name: sum(part[2] for part in own["parts"]) for name, own in _decided(connection, names).items()}


def statuses(connection: sa.Connection, first: str) -> dict[str, int]:
    """How many movements from a day on have each status: as `matches_of` has them, counted by the database."""
    movements, matches, decisions, allocated = (
        tables.movements.c,
        tables.matches.c,
        tables.decisions.c,
        tables.allocations.c,
    )
    here = (
        movements.account.in_(sa.select(tables.statements.c.account)),
        movements.day >= first,
        movements.current == 1,
        movements.joined_to.is_(None),
    )
    in_force = sa.and_(decisions.movement == movements.movement, decisions.current == 1)
    part = sa.exists().where(allocated.decision == decisions.id)
    by_rules = (
        sa.select(matches.status, sa.func.count())
        .select_from(tables.movements)
        .join(tables.matches, sa.and_(matches.movement == movements.movement, matches.current == 1), isouter=True)
        .where(*here, ~sa.exists().where(in_force, part))
        .group_by(matches.status)
    )
    by_people = (
        sa.select(sa.func.count(allocated.id), sa.func.max(allocated.campaign))
        .select_from(tables.movements)
        .join(tables.decisions, in_force)
        .join(tables.allocations, allocated.decision == decisions.id)
        .where(*here)
        .group_by(decisions.id)
    )
    found: Counter[str] = Counter()
    for status, number in connection.execute(by_rules):
        found[status or "review"] += number
    for parts_, campaign in connection.execute(by_people):
        found["not_donation" if parts_ == 1 and campaign is None else "decided"] += 1
    return dict(found)


def matches_of(
    connection: sa.Connection, transactions: pd.DataFrame, month: str | None = None, *, closed: bool = False
) -> pd.DataFrame:
    """The matches of the transactions, columns of `schema.MATCHES`, same order, with what people decided in force.

    A movement that was never matched waits for a person. A gift decided for several places has no campaign here; its
    parts are in `allocations_of`. In the books of a `month`, what was decided after it was closed still waits; where
    the month was opened again, a reason says so.
    """
    names = transactions["transaction_id"].tolist()
    table = tables.matches.c
    columns = [table[n] for n in MATCHES.names if n != "transaction_id"]
    asked = sa.select(table.movement, *columns).where(table.current == 1)
    rows = {row[0]: row[1:] for row in in_parts(connection, names, lambda some: asked.where(table.movement.in_(some)))}
    never = ("review", None, None, "donation", None, "none", None, None, "not matched yet")
    values = [rows.get(name, never) for name in names]
    found = pd.DataFrame(values, columns=[c.name for c in columns], index=transactions.index)
    found["confidence"] = found["confidence"].astype("float64")
    found.insert(0, "transaction_id", transactions["transaction_id"])
    decided = _decided(connection, names)
    later = {name: own["booked"] for name, own in decided.items() if month and own["booked"] > month}
    if later and not closed:
        said = found["transaction_id"].map(later).map("decided since, which counts for {}".format, na_action="ignore")
        found["reason"] = said.astype(TEXT).fillna(found["reason"])
    decided = {name: own for name, own in decided.items() if name not in later}
    if decided:
        found = _with_decisions(found, decided)
    return MATCHES.check(found)


def decided_later(connection: sa.Connection, month: str, gifts: pd.DataFrame) -> pd.DataFrame:
    """What was decided of movements of months closed by then and counts for this one, columns of `DECIDED_LATER`.

    `gifts` are the lines of gifts of payouts of which that holds as well.
    """
    decisions, movements = tables.decisions.c, tables.movements.c
    asked = (
        sa.select(decisions.movement)
        .join(tables.movements, movements.movement == decisions.movement)
        .where(decisions.current == 1, movements.current == 1, movements.joined_to.is_(None))
        .where(decisions.booked == month, movements.booked < month)
        .where(decisions.id.in_(sa.select(tables.allocations.c.decision)))
    )
    names = [*sorted(connection.execute(asked).scalars()), *gifts["transaction_id"]]
    if not names:
        return DECIDED_LATER.empty()
    decided = _decided(connection, names)
    rows = reading.some(connection, names)
    rows = pd.concat([rows, gifts], ignore_index=True) if len(gifts) else rows
    order = [at for at, name in enumerate(rows["transaction_id"]) for _ in decided[name]["parts"]]
    found = rows.iloc[order].reset_index(drop=True)
    parts = [(own, part) for name in rows["transaction_id"] for own in (decided[name],) for part in own["parts"]]
    found["campaign"] = pd.Series([campaign for _, (campaign, *_) in parts], dtype=TEXT)
    found["fund"] = pd.Series([fund for _, (_, fund, _) in parts], dtype=TEXT)
    found["amount"] = money.from_cents([cents for _, (*_, cents) in parts])
    for column, key in (("by", "by"), ("on", "at"), ("reason", "why")):
        found[column] = pd.Series([own[key] or None for own, _ in parts], dtype=TEXT)
    return DECIDED_LATER.check(found[DECIDED_LATER.names])


def _with_decisions(found: pd.DataFrame, decided: dict[str, dict[str, Any]]) -> pd.DataFrame:
    at_of = {name: at for at, name in enumerate(found["transaction_id"].tolist())}
    columns = {n: found[n].astype(object).to_numpy(copy=True) for n in found.columns}
    for name, own in decided.items():
        at, one = at_of[name], own["parts"][0] if len(own["parts"]) == 1 else (None, None, None)
        why = f": {own['why']}" if own["why"] else ""
        columns["status"][at], columns["rule"][at] = "decided", "decided"
        columns["campaign"][at], columns["fund"][at] = one[0], one[1]
        columns["confidence"][at] = np.nan
        columns["evidence"][at] = f"decided by {own['by']} on {own['at'][:10]}{why}"
        columns["reason"][at] = None if len(own["parts"]) == 1 else f"split over {len(own['parts'])}"
        if one[0] is None and len(own["parts"]) == 1:
            columns["status"][at] = "not_donation"
    return pd.DataFrame(columns, index=found.index)


def allocations_of(
    connection: sa.Connection, transactions: pd.DataFrame, of_gifts: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Where the money is credited, a row for each part: `transaction_id`, `campaign`, `fund`, `amount`, `booked`.

    The parts of a movement add up to it. A reversal takes those of the gift that it takes back, in no earlier month.
    Money that is no gift has a row only as a part of one that is, without a campaign. `of_gifts` has the months that
    gifts of payouts among the movements count for.
    """
    names = transactions["transaction_id"].tolist()
    cents = dict(zip(names, money.cents(transactions["amount"]).tolist(), strict=True))
    booked = months_of(connection, names)
    booked.update(of_gifts or {})
    table, links = tables.matches.c, tables.reversals.c
    asked = sa.select(table.movement, table.campaign, table.fund).where(table.current == 1, table.status == "matched")
    found: dict[str, list[tuple[Any, Any, int]]] = {
        name: [(campaign, fund, cents[name])]
        for name, campaign, fund in in_parts(connection, names, lambda some: asked.where(table.movement.in_(some)))
    }
    asked_links = sa.select(links.reversal, links.original).where(links.current == 1)
    reversed_ = pairs(connection, names, lambda some: asked_links.where(links.reversal.in_(some)))
    decided = _decided(connection, [*names, *reversed_.values()])
    for reversal, original in reversed_.items():
        if original in decided:
            found[reversal] = [(c, f, -part) for c, f, part in decided[original]["parts"]]
            booked[reversal] = max(booked[reversal], decided[original]["booked"])
    for name in names:
        if name in decided:
            found[name] = decided[name]["parts"]
            # the payout of a gift may have turned out to be a line of a later month since
            booked[name] = max(decided[name]["booked"], (of_gifts or {}).get(name, ""))
    rows = [
        (name, campaign, fund, part, booked[name])
        for name in names
        for campaign, fund, part in found.get(name, ())
        if campaign is not None or len(found[name]) > 1
    ]
    frame = pd.DataFrame(rows, columns=["transaction_id", "campaign", "fund", "amount", "booked"])
    frame["amount"] = money.from_cents(frame["amount"].astype("int64").to_numpy())
    return frame.astype(dict.fromkeys(("transaction_id", "campaign", "fund", "booked"), TEXT))


def months_of(connection: sa.Connection, names: Sequence[str]) -> dict[str, str]:
    """The month that each of the movements counts for."""
    movements = tables.movements.c
    asked = sa.select(movements.movement, movements.booked).where(movements.current == 1)
    return defaultdict(str, pairs(connection, names, lambda some: asked.where(movements.movement.in_(some))))
