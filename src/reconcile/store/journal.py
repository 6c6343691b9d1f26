"""The journal: every import, decision and run is an event with who, when and why, chained by hashes to those before.

An event's body has, for every table, how many rows were written with it and their digest, so that a row changed, added
or taken out later breaks the chain as a changed event does.
"""

from __future__ import annotations

import getpass
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile.store.tables import EVIDENCE, events, texts, vouched

START = "0" * 64
"""What stands before the first event."""

AT_ONCE = 5000


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

    def add(self, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> range:
        """Write the rows; the ids that they got, in their order. Columns not given are missing."""
        if not rows:
            return range(0)
        first = self._first_id(table, len(rows))
        full = [{**row, "id": number, "event": self.event} for number, row in enumerate(rows, first)]
        for start in range(0, len(full), AT_ONCE):
            self.connection.execute(table.insert(), full[start : start + AT_ONCE])
        self._take_in(table, full)
        return range(first, first + len(rows))

    def _first_id(self, table: sa.Table, count: int) -> int:
        if table.name not in self._next:
            self._next[table.name] = (self.connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0) + 1
        first = self._next[table.name]
        self._next[table.name] = first + count
        return first

    def _take_in(self, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
        names = [c.name for c in vouched(table)]
        count, hashed = self._digests.setdefault(table.name, (0, hashlib.sha256()))
        for row in rows:
            hashed.update(json.dumps([row.get(n) for n in names], separators=(",", ":")).encode("ascii") + b"\n")
        self._digests[table.name] = (count + len(rows), hashed)

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        return bool(self._digests)

    def outdate(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> None:
        """Say of rows that newer ones have taken their place."""
        self.connection.execute(table.update().where(table.c.current == 1, *where).values(current=0))

    def finish(self, kind: str, *, by: str, why: str = "", body: Mapping[str, object] | None = None) -> int:
        """Write the event itself; its number."""
        digests = {name: [count, hashed.hexdigest()] for name, (count, hashed) in self._digests.items()}
        content = canonical({**(body or {}), "rows": digests})
        at = datetime.now(UTC).isoformat(timespec="seconds")
        previous = head(self.connection)
        row = {"id": self.event, "at": at, "by": by, "kind": kind, "why": why, "body": content, "previous": previous}
        self.connection.execute(events.insert(), [{**row, "hash": _hash(row)}])
        return self.event


def work(connection: sa.Connection) -> Work:
    """The next event, to be filled and finished."""
    last = connection.execute(sa.select(sa.func.max(events.c.id))).scalar() or 0
    return Work(connection, last + 1)


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
    previous, count = START, 0
    for row in map(dict, connection.execute(sa.select(events).order_by(events.c.id)).mappings()):
        count += 1
        if broken := _broken(row, count, previous, found.pop(row["id"], {})):
            return Verified(count, previous, broken)
        previous = row["hash"]
    if found:
        table = min(found[min(found)])
        return Verified(count, previous, f"the table {table} has rows of event {min(found)}, which is not there")
    return Verified(count, previous, _changed_words(connection))


def head(connection: sa.Connection) -> str:
    """The hash of the newest event."""
    last = sa.select(events.c.hash).order_by(events.c.id.desc()).limit(1)
    return connection.execute(last).scalar() or START


def frame(connection: sa.Connection) -> pd.DataFrame:
    """Every event, oldest first: `event`, `at`, `by`, `kind`, `why`, `hash`."""
    columns = [events.c.id, events.c.at, events.c.by, events.c.kind, events.c.why, events.c.hash]
    rows = connection.execute(sa.select(*columns).order_by(events.c.id)).all()
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
        columns = vouched(table)
        at = [c.name for c in columns].index("event")
        hashed: dict[int, tuple[int, Any]] = {}
        asked = sa.select(*columns).order_by(table.c.event, table.c.id).execution_options(yield_per=AT_ONCE)
        for row in connection.execute(asked):
            count, sha = hashed.setdefault(row[at], (0, hashlib.sha256()))
            sha.update(json.dumps(list(row), separators=(",", ":")).encode("ascii") + b"\n")
            hashed[row[at]] = (count + 1, sha)
        for event, (count, sha) in hashed.items():
            found[event][table.name] = [count, sha.hexdigest()]
    return found


def _changed_words(connection: sa.Connection) -> str | None:
    """The first text that is not the one that was marked; those forgotten have only their mark left."""
    for row in connection.execute(sa.select(texts).order_by(texts.c.id)).mappings():
        if row["text"] is not None and mark_of(row["text"], row["salt"]) != row["mark"]:
            return f"the words of text {row['id']} (event {row['event']}) were changed after they were written"
    return None


def mark_of(text: str, salt: str | None) -> str:
    """What vouches for a text without telling it: once its salt is gone, nobody can try words against it."""
    return hashlib.sha256(f"{salt}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
