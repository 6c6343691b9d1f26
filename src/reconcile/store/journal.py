"""The journal: every import, decision and run is an event with who, when and why, chained by hashes to those before.

An event's body has, for every table, how many rows were written with it and their digest, so that a row changed, added
or taken out later breaks the chain as a changed event does; and the rows of which it said that they are outdated. What
a payer typed is in the digest by a mark alone, so that it can be forgotten.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile.store import columns
from reconcile.store.columns import Column
from reconcile.store.tables import EVIDENCE, about, events, periods, receipts, spoken, vouched

START = "0" * 64
"""What stands before the first event."""

AT_ONCE = 5000

_NEWEST = "newest event of "
_OF_MONTHS = {"movements": "booked", "conflicts": "day", "matches": "month"}
"""The column of a table that tells which month its rows say something of."""


def canonical(value: object) -> str:
    """The one text of a value: keys sorted, letters of other alphabets escaped, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def current_user() -> str:
    """Who runs this, as the machine knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return "unknown"


@dataclass
class Work:
    """What one event writes: rows get their ids and the event's number here, and are all in its digest."""

    connection: sa.Connection
    event: int
    _next: dict[str, int] = field(default_factory=dict)
    _digests: dict[str, tuple[int, Any]] = field(default_factory=dict)
    _outdated: dict[str, list[int]] = field(default_factory=dict)
    _months: set[str] = field(default_factory=set)
    _open_from: list[str] = field(default_factory=list)

    def add(self, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> range:
        """Write the rows; the ids that they got, in their order. Columns not given are missing."""
        return self.add_columns(table, columns.of_rows(rows), len(rows))

    def add_columns(self, table: sa.Table, given: Mapping[str, Column], count: int) -> range:
        """As `add`, for so many rows by their columns: a value for each row, or the one that all have."""
        if not count:
            return range(0)
        full = self._full(table, given, count)
        columns.write(self.connection, table, full, count)
        return range(full["id"].start, full["id"].stop)

    def add_found(
        self, table: sa.Table, given: Mapping[str, Column], count: int, asked: Callable[[int], sa.Select[Any]]
    ) -> None:
        """As `add_columns`, where the database itself has the rows: `asked` is told their first id.

        It gives `id`, `event` and the columns of the table as they stand there, those missing left out at the end.
        """
        full = self._full(table, given, count)
        found = asked(full["id"].start)
        self.connection.execute(table.insert().from_select([c.name for c in found.selected_columns], found))

    def _full(self, table: sa.Table, given: Mapping[str, Column], count: int) -> dict[str, Any]:
        """The columns with ids, the event and marks, once they are in the digest."""
        first = self._first_id(table, count)
        full = {**given, **_marked(given, spoken(table), count), "id": range(first, first + count), "event": self.event}
        before, hashed = self._digests.setdefault(table.name, (0, hashlib.sha256()))
        for lines in columns.lines([full.get(c.name) for c in vouched(table)], count):
            hashed.update(lines)
        self._digests[table.name] = (before + count, hashed)
        if isinstance(days := given.get(_OF_MONTHS.get(table.name, "")), Sequence):
            self.speak_of([days] if isinstance(days, str) else days)
        return full

    def speak_of(self, days: Iterable[str]) -> None:
        """Note of which months the event says something, by them or by days of them: `newest` tells it again."""
        self._months.update(day[:7] for day in set(days))

    def speak_of_open(self, month: str) -> None:
        """Note that the event says something of each open month from one on: what is open goes on into the next."""
        self._open_from.append(month)

    def _first_id(self, table: sa.Table, count: int) -> int:
        if table.name not in self._next:
            self._next[table.name] = (self.connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0) + 1
        first = self._next[table.name]
        self._next[table.name] = first + count
        return first

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        return bool(self._digests or self._outdated)

    def outdate(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> None:
        """Say of rows that they hold no longer, or that newer ones have taken their place."""
        update = table.update().where(table.c.current == 1, *where).values(current=0).returning(table.c.id)
        if numbers := self.connection.execute(update).scalars().all():
            self._outdated.setdefault(table.name, []).extend(numbers)

    def finish(self, kind: str, *, by: str, why: str = "", body: Mapping[str, object] | None = None) -> int:
        """Write the event itself; its number."""
        digests = {name: [count, hashed.hexdigest()] for name, (count, hashed) in self._digests.items()}
        outdated = {name: sorted(numbers) for name, numbers in self._outdated.items()}
        content = canonical({**(body or {}), "rows": digests, "outdated": outdated})
        at = datetime.now(UTC).isoformat(timespec="seconds")
        previous = head(self.connection)
        row = {"id": self.event, "at": at, "by": by, "kind": kind, "why": why, "body": content, "previous": previous}
        self.connection.execute(events.insert(), [{**row, "hash": _hash(row)}])
        if months := self._months | _open_after(self.connection, self._months, self._open_from):
            names = [f"{_NEWEST}{month}" for month in sorted(months)]
            self.connection.execute(about.delete().where(about.c.name.in_(names)))
            self.connection.execute(about.insert(), [{"name": name, "value": str(self.event)} for name in names])
        return self.event


def work(connection: sa.Connection) -> Work:
    """The next event, to be filled and finished."""
    last = connection.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0
    return Work(connection, last + 1)


def newest(connection: sa.Connection) -> dict[str, int]:
    """For each month with movements the newest event that said something of it.

    Kept beside the rows, which tell it too, so that a run need not read them all.
    """
    asked = sa.select(about.c.name, about.c.value).where(about.c.name.startswith(_NEWEST)).order_by(about.c.name)
    return {name.removeprefix(_NEWEST): int(event) for name, event in connection.execute(asked)}


def _open_after(connection: sa.Connection, said: Collection[str], open_from: Collection[str]) -> set[str]:
    """The open months with movements from the first of those on of which all later ones tell.

    Where there are receipts that is any month: what one side lacks at the end of it is looked for in all after it.
    """
    receipts_there = connection.execute(sa.select(receipts.c.id).limit(1)).first() is not None
    own = {*said, *open_from} if receipts_there else {*open_from}
    if not own:
        return set()
    c = periods.c
    closed = sa.select(c.month).where(c.current == 1, c.state == "closed")
    later = {month for month in newest(connection) if month >= min(own)}
    return later - set(connection.execute(closed).scalars())


def _hash(row: Mapping[str, object]) -> str:
    content = canonical([row[name] for name in ("id", "at", "by", "kind", "why", "body")])
    return hashlib.sha256(f"{row['previous']}\n{content}".encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Verified:
    """What the walk along the journal found.

    `events` is how many were looked at, `head` the hash of the last one; `broken` says in one line where the first
    break is and what it is, None where everything holds.
    """

    events: int
    head: str
    broken: str | None

    @property
    def holds(self) -> bool:
        """Whether nothing was changed, added or taken out since it was written."""
        return self.broken is None

    def __str__(self) -> str:
        if self.broken:
            return self.broken
        return f"{self.events} events hold; the last one is {self.head[:16]}"


def verify(connection: sa.Connection) -> Verified:
    """Walk the journal from its first event, and hold every row of every table against the digest of its event."""
    found = _digests(connection)
    outdated: dict[str, set[int]] = defaultdict(set)
    previous, count = START, 0
    for row in map(dict, connection.execute(sa.select(events).order_by(events.c.id)).mappings()):
        count += 1
        if broken := _broken(row, count, previous, found.pop(row["id"], {})):
            return Verified(count, previous, broken)
        previous = row["hash"]
        for name, numbers in json.loads(row["body"])["outdated"].items():
            outdated[name].update(numbers)
    if found:
        table = min(found[min(found)])
        return Verified(count, previous, f"the table {table} has rows of event {min(found)}, which is not there")
    return Verified(count, previous, _changed_flag(connection, outdated) or _changed_words(connection))


def head(connection: sa.Connection) -> str:
    """The hash of the newest event."""
    last = sa.select(events.c.hash).order_by(events.c.id.desc()).limit(1)
    return connection.execute(last).scalar() or START


def frame(connection: sa.Connection) -> pd.DataFrame:
    """Every event, oldest first: `event`, `at`, `by`, `kind`, `why`, `hash`."""
    asked = sa.select(events.c.id, events.c.at, events.c.by, events.c.kind, events.c.why, events.c.hash)
    rows = connection.execute(asked.order_by(events.c.id)).all()
    return pd.DataFrame(rows, columns=["event", "at", "by", "kind", "why", "hash"]).astype({"event": "int64"})


def _broken(row: Mapping[str, Any], number: int, previous: str, found: Mapping[str, list[object]]) -> str | None:
    named = f"event {row['id']} ({row['kind']} of {row['at']} by {row['by']})"
    if row["id"] != number:
        return f"event {number} is missing: the next one there is {row['id']}"
    if row["previous"] != previous:
        return f"{named} does not follow the one before it"
    if row["hash"] != _hash(row):
        return f"{named} was changed after it was written"
    told: dict[str, list[object]] = json.loads(row["body"])["rows"]
    for table in sorted(told.keys() | found.keys()):
        if told.get(table) != found.get(table):
            wanted, here = told.get(table, [0])[0], found.get(table, [0])[0]
            what = "a row was changed" if wanted == here else f"{here} rows where {wanted} were written"
            return f"{named}: in the table {table}, {what}"
    return None


def _digests(connection: sa.Connection) -> dict[int, dict[str, list[object]]]:
    """For each event and table how many rows there are, and their digest."""
    found: dict[int, dict[str, list[object]]] = defaultdict(dict)
    for table in EVIDENCE:
        told = vouched(table)
        at = [c.name for c in told].index("event")
        hashed: dict[int, tuple[int, Any]] = {}
        asked = sa.select(*told).order_by(table.c.id).execution_options(yield_per=AT_ONCE)
        for row in connection.execute(asked):
            count, sha = hashed.setdefault(row[at], (0, hashlib.sha256()))
            sha.update(json.dumps(list(row), separators=(",", ":")).encode("ascii") + b"\n")
            hashed[row[at]] = (count + 1, sha)
        for event, (count, sha) in hashed.items():
            found[event][table.name] = [count, sha.hexdigest()]
    return found


def _changed_flag(connection: sa.Connection, outdated: Mapping[str, set[int]]) -> str | None:
    """The first row that is said to hold or not, otherwise than the events have it."""
    for table in (t for t in EVIDENCE if "current" in t.c):
        asked = sa.select(table.c.id, table.c.event, table.c.current).order_by(table.c.id)
        with connection.execute(asked.execution_options(yield_per=AT_ONCE)) as rows:
            for number, event, current in rows:
                if current != (number not in outdated.get(table.name, ())):
                    what = "is said to hold" if current else "is said to be outdated"
                    return f"the row {number} of the table {table.name} (event {event}) {what}, and no event says so"
    return None


def _changed_words(connection: sa.Connection) -> str | None:
    """The first row whose words are not those that were marked; those forgotten have only their mark left."""
    for table in (t for t in EVIDENCE if spoken(t)):
        words = spoken(table)
        asked = sa.select(table).order_by(table.c.id).execution_options(yield_per=AT_ONCE)
        with connection.execute(asked) as rows:
            for row in rows.mappings():
                forgotten = row["salt"] is None and all(row[name] is None for name in words)
                if not forgotten and _mark(row, words, row["salt"]) != row["mark"]:
                    where = f"row {row['id']} of the table {table.name} (event {row['event']})"
                    return f"the words of {where} were changed after they were written"
    return None


def _marked(given: Mapping[str, Column], words: Sequence[str], count: int) -> dict[str, Column]:
    if not words:
        return {}
    random = secrets.token_hex(16 * count)
    salts = [random[at : at + 32] for at in range(0, len(random), 32)]
    texts = columns.joined([given.get(name) for name in words], count).to_pylist()
    return {"salt": salts, "mark": [mark_of(text, salt) for text, salt in zip(texts, salts, strict=True)]}


def _mark(row: Mapping[Any, Any], words: Sequence[str], salt: str | None) -> str:
    return mark_of(canonical([row.get(name) for name in words]), salt)


def mark_of(text: str, salt: str | None) -> str:
    """What vouches for a text without telling it: once its salt is gone, nobody can try words against it."""
    return hashlib.sha256(f"{salt}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
