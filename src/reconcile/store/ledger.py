"""The ledger: which movement each delivered row is, kept right as further statements arrive.

A day on which every statement that covers it delivers the same rows needs no second look. Where they do not, the rows
of that day and of those around it are compared as `merge_statements` compares them, and the movements keep their ids:
one that was decided keeps its id before one that was not, an earlier one before a later one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from reconcile.merging import NEAR_DAYS
from reconcile.store import evidence, tables
from reconcile.store.asking import among, in_parts, pairs
from reconcile.store.columns import Column
from reconcile.store.delivery import Day, Delivered
from reconcile.store.journal import Work
from reconcile.store.months import month_of
from reconcile.store.naming import named
from reconcile.store.periods import Months


@dataclass
class Booked:
    """What a delivery did to the ledger.

    `new` has the movements that were not there before, `joined` those that turned out to be another one, `movement_of`
    the movement of each row that was compared with others.
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
    return done


def _movements_of(connection: sa.Connection, account: str, rows: Sequence[int], days: Sequence[str]) -> dict[int, str]:
    """The movement of each of the rows, which are of these days, that has one."""
    movements, members = tables.movements.c, tables.members.c
    # by day, for that is what movements are found by: each is of the day of the row that stands for it
    kept = sa.select(movements.row, movements.movement).where(
        movements.account == account,
        movements.day >= min(days),
        movements.day <= max(days),
        movements.current == 1,
        movements.joined_to.is_(None),
    )
    wanted = set(rows)
    found = {row: name for row, name in connection.execute(kept) if row in wanted}
    others = sa.select(members.row, members.movement).where(members.current == 1)
    return found | pairs(connection, rows, lambda some: others.where(members.row.in_(some)))


def renamed(connection: sa.Connection, statement: int) -> dict[int, str]:
    """The rows of the days of a statement that are a movement of another name than their own, and that movement."""
    movements, members, rows = tables.movements.c, tables.members.c, tables.rows.c
    links, statements = tables.delivered.c, tables.statements.c
    kept = (
        sa.select(rows.id, movements.movement)
        .join(tables.movements, movements.row == rows.id)
        .join(tables.statements, statements.account == movements.account)
        .where(
            statements.id == statement,
            movements.day >= statements.first_day,
            movements.day <= statements.last_day,
            movements.current == 1,
            movements.joined_to.is_(None),
            movements.movement != rows.own_id,
        )
    )
    found = {row[0]: row[1] for row in connection.execute(kept)}
    if connection.execute(sa.select(members.id).limit(1)).scalar() is None:
        return found
    own = sa.select(sa.func.min(rows.id), sa.func.max(rows.id)).join(tables.delivered, links.day_id == rows.day_id)
    first, last = connection.execute(own.where(links.statement == statement)).one()
    others = sa.select(members.row, members.movement).where(members.row.between(first, last), members.current == 1)
    return found | {row[0]: row[1] for row in connection.execute(others)}


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


def _covering(spans: Sequence[Sequence[str]], days: Sequence[str]) -> dict[str, int]:
    """How many of the spans each day lies in."""
    firsts, lasts = sorted(first for first, _ in spans), sorted(last for _, last in spans)
    return {day: bisect_right(firsts, day) - bisect_left(lasts, day) for day in days}


def _begin(work: Work, account: str, days: Sequence[Day], months: Months, done: Booked) -> None:
    """New movements, one for each row: nothing else was delivered of these days."""
    for run in _runs(days):
        own, rows = [name for d in run for name in d.own], [r for d in run for r in d.rows]
        given: dict[str, Column] = {"movement": own, "row": rows, "account": account}
        given["day"] = [d.day for d in run for _ in d.rows]
        given["booked"] = [booked for d in run for booked in (months.booked(d.day),) for _ in d.rows]
        elsewhere = {month_of(d.day): months.booked(d.day) for d in run if month_of(d.day) in months.closed}
        asked = partial(_one_each, work.event, rows[0], rows[-1], elsewhere)
        work.add_found(tables.movements, given, len(rows), asked)
        done.new.update(own)


def _runs(days: Sequence[Day]) -> list[list[Day]]:
    """The days in parts of which the rows follow each other in the store."""
    parts: list[list[Day]] = []
    for day in days:
        if parts and parts[-1][-1].rows[-1] + 1 == day.rows[0]:
            parts[-1].append(day)
        else:
            parts.append([day])
    return parts


def _one_each(event: int, first: int, last: int, elsewhere: Mapping[str, str], number: int) -> sa.Select[Any]:
    """A movement for each of the rows, the first of this number, as the database finds them: quicker than sent there.

    `elsewhere` has the months in which those of closed ones are booked.
    """
    rows, days = tables.rows.c, tables.days.c
    month = sa.func.substr(days.day, 1, 7)
    return (
        sa.select(
            (rows.id + (number - first)).label("id"),
            sa.literal(event).label("event"),
            rows.own_id.label("movement"),
            rows.id.label("row"),
            days.account,
            days.day,
            (sa.case(elsewhere, value=month, else_=month) if elsewhere else month).label("booked"),
            sa.literal(1).label("current"),
        )
        .join(tables.days, days.id == rows.day_id)
        .where(rows.id >= first, rows.id <= last)
        .order_by(rows.id)
    )


@dataclass
class _Held:
    """A movement as the ledger has it: the number of its newest version, its kept row, day and month."""

    version: int
    row: int
    day: str
    booked: str
    since: int

    def booked_on(self, day: str, months: Months) -> str:
        """The month in which it is booked when another export dates it so: another one only where its own is open."""
        stays = month_of(self.day) == month_of(day) or self.booked in months.closed
        return self.booked if stays else months.booked(day)


def _settle(work: Work, account: str, disputed: set[str], months: Months, done: Booked) -> None:
    """Compare the rows of the disputed days anew, and write down what changed."""
    around = sorted({near for day in disputed for near in _near(day)})
    found = evidence.compare(work.connection, account, around)
    groups = [g for g in found.groups if any(found.day_of[r] in disputed for r in g)]
    rows = [r for g in groups for r in g]
    before = _movements_of(work.connection, account, rows, around)
    held = _held(work.connection, set(before.values()))
    decided = _decided(work.connection, held)
    first = sorted(held, key=lambda m: (m not in decided, held[m].since))
    names = named(groups, before, {m: own.row for m, own in held.items()}, first)
    taken = {m for m in names if m}
    outdated: list[int] = []
    versions: list[dict[str, object]] = []
    for group, name in zip(groups, names, strict=True):
        kept = group[0]
        movement = name or _free_id(work.connection, found.own_id[kept], taken)
        taken.add(movement)
        done.movement_of |= dict.fromkeys(group, movement)
        if name is None:
            done.new.add(movement)
        was = held.get(movement)
        if was is None or was.row != kept:
            outdated += [was.version] if was else []
            work.speak_of([was.booked] if was else [])
            day = found.day_of[kept]
            booked = was.booked_on(day, months) if was else months.booked(day)
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
    work.outdate(tables.movements, tables.movements.c.id.in_(among(work.connection, outdated)))
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
            sa.select(movements.movement, movements.id, movements.row, movements.day, movements.booked, since.c.since)
            .join(since, since.c.movement == movements.movement)
            .where(movements.current == 1, movements.joined_to.is_(None))
        )

    return {name: _Held(*rest) for name, *rest in in_parts(connection, sorted(names), asked)}


def _decided(connection: sa.Connection, names: Iterable[str]) -> set[str]:
    decisions = tables.decisions.c
    asked = sa.select(decisions.movement).where(decisions.current == 1)
    return {row[0] for row in in_parts(connection, names, lambda some: asked.where(decisions.movement.in_(some)))}


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
    gone = [row for row, movement in here.items() if wanted.get(row) != movement]
    work.outdate(tables.members, members.row.in_(among(work.connection, gone)))
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
    gone = [here[key] for key in here.keys() - wanted.keys()]
    work.outdate(tables.conflicts, conflicts.id.in_(among(work.connection, gone)))
    work.add(
        tables.conflicts,
        [
            dict(zip(names, key, strict=True)) | {"account": account, "day": wanted[key], "current": 1}
            for key in sorted(wanted.keys() - here.keys(), key=str)
        ],
    )
