"""A store as a whole: verified as it lies there, and copied, from a file to a server and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from reconcile.errors import StoreRefused
from reconcile.store import journal
from reconcile.store.database import Database, address, empty, file_of
from reconcile.store.tables import METADATA, about

AT_ONCE = 10_000
"""Rows of one piece: few enough for any memory."""


@dataclass(frozen=True)
class Copied:
    """What was copied: `rows` by table, the `events` of its journal, and the `head` that both stores have."""

    rows: dict[str, int]
    events: int
    head: str


def verify_store(url: str) -> journal.Verified:
    """What `Store.verify` says of the store at an address; it is left as it is, also one of an older version.

    Raises StoreRefused where nothing was ever put into it, and for what `open_store` refuses.
    """
    with closing(Database(address(url), as_it_is=True)) as store, store.reading() as read:
        found = journal.verify(read)
    if found.holds and not found.events:
        raise empty(store.label)
    return found


def copy_store(source: str, target: str) -> Copied:
    """Every table of a store, copied to an empty one; the addresses are those of `open_store`.

    It is one transaction, in which the copy is verified: where anything is amiss the target stays empty. The source is
    seen as it is at one moment, and not changed. Raises StoreRefused for a target that has anything in it, for a source
    that does not verify, and for what `open_store` refuses; a file that was made for the copy is then gone again.
    """
    with (
        _whole_or_gone(file_of(target)),
        closing(Database(address(source), as_it_is=True)) as old,
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


@contextmanager
def _whole_or_gone(file: Path | None) -> Iterator[None]:
    """A block after which a file that was not there before is whole: what failed leaves none that looks like a copy."""
    new = file is not None and not file.exists()
    try:
        yield
    except BaseException:
        for suffix in ("", "-wal", "-shm") if new else ():
            with suppress(OSError):
                Path(f"{file}{suffix}").unlink()
        raise


def _copy(read: sa.Connection, write: sa.Connection, table: sa.Table) -> int:
    count = 0
    ordered = sa.select(table).order_by(*table.primary_key.columns)
    for piece in read.execute(ordered).mappings().partitions(AT_ONCE):
        write.execute(table.insert(), [dict(row) for row in piece])
        count += len(piece)
    return count
