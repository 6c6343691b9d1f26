"""The ledger: which movement each delivered row is, kept right as further statements arrive.

A day on which every statement that covers it delivers the same rows needs no second look. Where they do not, the rows
of that day and of those around it are compared as `merge_statements` compares them, and the movements keep their ids:
one that was decided keeps its id before one that was not, an earlier one before a later one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from reconcile.merging import NEAR_DAYS
from reconcile.store import evidence, tables
from reconcile.store.asking import in_parts, pairs
from reconcile.store.delivery import Day, Delivered
from reconcile.store.journal import Work
from reconcile.store.periods import Months


@dataclass
class Booked:
    """What a delivery did to the ledger.

    `movement_of` has the movement of each row of the days that it touched, `new` the movements that were not there
    before, `joined` those that turned out to be another one.
    """

    movement_of: dict[int, str] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    joined: dict[str, str] = field(default_factory=dict)


def book(work: Work, account: str, delivered: Delivered) -> Booked:
    """Bring the ledger up to date with a statement that was delivered just now."""
    done = Booked()
    months = Months.of(work.connection)
    disputed = _disputed(work, account, delivered)
    plain = [d for d in delivered.days if d.day not in disputed]
    _begin(work, account, [d for d in plain if not d.again], months, done)
    if disputed:
        _settle(work, account, disputed, months, done)
    done.movement_of |= movements_of(work.connection, [r for d in plain if d.again for r in d.rows])
    return done


def movements_of(connection: sa.Connection, rows: Sequence[int]) -> dict[int, str]:
    """The movement of each of the rows that has one."""
    movements, members = tables.movements.c, tables.members.c
    kept = sa.select(movements.row, movements.movement).where(movements.current == 1, movements.joined_to.is_(None))
    others = sa.select(members.row, members.movement).where(members.current == 1)
    found = pairs(connection, rows, lambda some: kept.where(movements.row.in_(some)))
    return found | pairs(connection, rows, lambda some: others.where(members.row.in_(some)))


def _disputed(work: Work, account: str, delivered: Delivered) -> set[str]:
    """The days of the statement on which not every statement that covers them delivers the same rows."""
    if not delivered.days:
        return set()
    first, last = delivered.days[0].day, delivered.days[-1].day
    days, links, statements = tables.days.c, tables.delivered.c, tables.statements.c
    versions: dict[str, dict[int, int]] = defaultdict(dict)
    asked = (
        sa.select(days.day, days.id, sa.func.count(links.id))
        .join(tables.delivered, links.day_id == days.id)
        .where(days.account == account, days.day >= first, days.day <= last)
        .group_by(days.day, days.id)
    )
    for day, number, times in work.connection.execute(asked):
        versions[day][number] = times
    spans = work.connection.execute(
        sa.select(statements.first_day, statements.last_day).where(
            statements.account == account, statements.first_day <= last, statements.last_day >= first
        )
    ).all()
    covering = _covering(spans, sorted(versions))
    return {day for day, times in versions.items() if len(times) > 1 or sum(times.values()) != covering[day]}


def _covering(spans: Iterable[Sequence[str]], days: Sequence[str]) -> dict[str, int]:
    """How many of the spans each day lies in."""
    counts = dict.fromkeys(days, 0)
    for first, last in spans:
        for day in days:
            counts[day] += first <= day <= last
    return counts


def _begin(work: Work, account: str, days: Sequence[Day], months: Months, done: Booked) -> None:
    """New movements, one for each row: nothing else was delivered of these days."""
    own = evidence.own_ids(work.connection, [r for d in days for r in d.rows])
    rows = [
        {"movement": own[r], "row": r, "account": account, "day": d.day, "booked": booked, "current": 1}
        for d in days
        for booked in (months.booked(d.day),)
        for r in d.rows
    ]
    work.add(tables.movements, rows)
    done.movement_of |= own
    done.new.update(own.values())


@dataclass
class _Held:
    """A movement as the ledger has it: the number of its newest version, its kept row, day and month."""

    version: int
    row: int
    booked: str
    since: int


def _settle(work: Work, account: str, disputed: set[str], months: Months, done: Booked) -> None:
    """Compare the rows of the disputed days anew, and write down what changed."""
    around = sorted({near for day in disputed for near in _near(day)})
    found = evidence.compare(work.connection, account, around)
    groups = [g for g in found.groups if any(found.day_of[r] in disputed for r in g)]
    rows = [r for g in groups for r in g]
    before = movements_of(work.connection, rows)
    held = _held(work.connection, set(before.values()))
    decided = _decided(work.connection, held)
    named = _named(groups, before, held, decided)
    taken = {m for m in named if m}
    outdated: list[int] = []
    versions: list[dict[str, object]] = []
    for group, name in zip(groups, named, strict=True):
        kept = group[0]
        movement = name or _free_id(work.connection, found.own_id[kept], taken)
        taken.add(movement)
        done.movement_of |= dict.fromkeys(group, movement)
        if name is None:
            done.new.add(movement)
        was = held.get(movement)
        if was is None or was.row != kept:
            outdated += [was.version] if was else []
            day = found.day_of[kept]
            booked = was.booked if was else months.booked(day)
            version = {"movement": movement, "row": kept, "account": account, "day": day, "booked": booked}
            versions.append({**version, "current": 1})
        for other in {before[r] for r in group if r in before} - taken:
            done.joined[other] = movement
    for other, movement in done.joined.items():
        was = held[other]
        outdated.append(was.version)
        versions.append(
            {"movement": other, "row": was.row, "account": account, "day": found.day_of[was.row]}
            | {"booked": was.booked, "joined_to": movement, "current": 1}
        )
    for number in outdated:
        work.outdate(tables.movements, tables.movements.c.id == number)
    work.add(tables.movements, versions)
    _write_members(work, groups, done)
    _write_conflicts(work, account, disputed, found, done)


def _near(day: str) -> list[str]:
    middle = date.fromisoformat(day)
    return [str(middle + timedelta(days=n)) for n in range(-NEAR_DAYS, NEAR_DAYS + 1)]


def _held(connection: sa.Connection, names: set[str]) -> dict[str, _Held]:
    movements = tables.movements.c

    def asked(some: list[str]) -> sa.Select[Any]:
        since = (
            sa.select(movements.movement, sa.func.min(movements.id).label("since"))
            .where(movements.movement.in_(some))
            .group_by(movements.movement)
            .subquery()
        )
        return (
            sa.select(movements.movement, movements.id, movements.row, movements.booked, since.c.since)
            .join(since, since.c.movement == movements.movement)
            .where(movements.current == 1, movements.joined_to.is_(None))
        )

    return {name: _Held(*rest) for name, *rest in in_parts(connection, sorted(names), asked)}


def _decided(connection: sa.Connection, names: Iterable[str]) -> set[str]:
    decisions = tables.decisions.c
    asked = sa.select(decisions.movement).where(decisions.current == 1)
    return {row[0] for row in in_parts(connection, names, lambda some: asked.where(decisions.movement.in_(some)))}


def _named(
    groups: Sequence[Sequence[int]], before: Mapping[int, str], held: Mapping[str, _Held], decided: set[str]
) -> list[str | None]:
    """For each group of rows the movement that it goes on to be, None where it is a new one."""
    home: dict[str, int] = {}
    for number, group in enumerate(groups):
        for row in group:
            movement = before.get(row)
            if movement and (movement not in home or held[movement].row == row):
                home[movement] = number
    claims: dict[int, list[str]] = defaultdict(list)
    for movement, number in home.items():
        claims[number].append(movement)
    return [
        min(claims[n], key=lambda m: (m not in decided, held[m].since)) if n in claims else None
        for n in range(len(groups))
    ]


def _free_id(connection: sa.Connection, own: str, taken: set[str]) -> str:
    """The row's own id, or the next one made of it that no movement has."""
    movements = tables.movements.c
    name = own
    asked = sa.select(movements.id).limit(1)
    while name in taken or connection.execute(asked.where(movements.movement == name)).scalar():
        name = evidence.next_id(name)
    return name


def _write_members(work: Work, groups: Sequence[Sequence[int]], done: Booked) -> None:
    """Which movement the rows are that are not the kept ones of theirs."""
    wanted = {row: done.movement_of[row] for group in groups for row in group[1:]}
    every = [row for group in groups for row in group]
    members = tables.members.c
    asked = sa.select(members.row, members.movement).where(members.current == 1)
    here = pairs(work.connection, every, lambda some: asked.where(members.row.in_(some)))
    for row in [row for row, movement in here.items() if wanted.get(row) != movement]:
        work.outdate(tables.members, members.row == row)
    new = [row for row in wanted if here.get(row) != wanted[row]]
    work.add(tables.members, [{"row": row, "movement": wanted[row], "current": 1} for row in new])


def _write_conflicts(work: Work, account: str, disputed: set[str], found: evidence.Compared, done: Booked) -> None:
    conflicts = tables.conflicts.c
    asked = sa.select(tables.conflicts).where(
        conflicts.account == account, conflicts.day.in_(sorted(disputed)), conflicts.current == 1
    )
    names = ("kind", "movement", "kept", "other", "other_statement", "reason")
    here = {tuple(row[n] for n in names): row["id"] for row in work.connection.execute(asked).mappings()}
    wanted = {
        (c.kind, done.movement_of[c.kept], c.kept, c.other, c.other_statement, c.reason): found.day_of[c.kept]
        for c in found.conflicts
        if found.day_of[c.kept] in disputed and c.kept in done.movement_of
    }
    for key in here.keys() - wanted.keys():
        work.outdate(tables.conflicts, conflicts.id == here[key])
    work.add(
        tables.conflicts,
        [
            dict(zip(names, key, strict=True)) | {"account": account, "day": wanted[key], "current": 1}
            for key in sorted(wanted.keys() - here.keys(), key=str)
        ],
    )
