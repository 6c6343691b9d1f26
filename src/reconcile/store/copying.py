"""A store as a whole to another place: from a file to a server and back, verified before it counts."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import sqlalchemy as sa

from reconcile.errors import StoreRefused
from reconcile.store import journal
from reconcile.store.database import Database, address
from reconcile.store.tables import METADATA, about

AT_ONCE = 10_000
"""Rows of one piece: few enough for any memory."""


@dataclass(frozen=True)
class Copied:
    """What was copied: `rows` by table, the `events` of its journal, and the `head` that both stores have."""

    rows: dict[str, int]
    events: int
    head: str


def copy_store(source: str, target: str) -> Copied:
    """Every table of a store, copied to an empty one; the addresses are those of `open_store`.

    It is one transaction, in which the copy is verified: where anything is amiss the target stays empty. The source is
    seen as it is at one moment, and not changed. Raises StoreRefused for a target that has anything in it, for a source
    that does not verify, and for what `open_store` refuses.
    """
    with (
        closing(Database(address(source))) as old,
        closing(Database(address(target))) as new,
        old.reading() as read,
        new.writing() as write,
    ):
        if journal.head(write) != journal.START or read.engine.url == write.engine.url:
            do = "Name an empty database, or a file that is not there."
            raise StoreRefused("has something in it already", file=new.label, do=do)
        write.execute(about.delete())
        rows = {table.name: _copy(read, write, table) for table in METADATA.sorted_tables}
        verified = journal.verify(write)
        if not verified.holds or verified.head != journal.head(read):
            do = "Nothing was copied. See what reconcile verify says of the source."
            raise StoreRefused("does not verify", file=old.label, do=do)
    return Copied(rows, verified.events, verified.head)


def _copy(read: sa.Connection, write: sa.Connection, table: sa.Table) -> int:
    count = 0
    ordered = sa.select(table).order_by(*table.primary_key.columns)
    for piece in read.execute(ordered).mappings().partitions(AT_ONCE):
        write.execute(table.insert(), [dict(row) for row in piece])
        count += len(piece)
    return count
