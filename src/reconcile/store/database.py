"""The database under a store: opened, checked, locked for writing, and every fault of it told in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from reconcile.errors import StoreRefused, shown
from reconcile.store import migrations
from reconcile.store.tables import METADATA, SCHEMA_VERSION, about

HEADER = b"SQLite format 3\x00"
LOCK = 0x7265636F
"""Of PostgreSQL's advisory lock: one writer at a time, as SQLite has it."""

WAIT_SECONDS = 60
PRIVATE = 0o600

RESTORE = "Nothing was changed. Put the last good copy of the store in its place, or begin a new one from all files."


class Database:
    """One database, opened and checked. `reading` and `writing` are its only ways in."""

    def __init__(self, url: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.url = _checked(url)
        self.label = _label(self.url)
        self.file = _file(self.url)
        if self.file:
            _prepare(self.file)
        self.engine = _engine(self.url, wait_seconds)
        with self._told():
            self._check()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def sweep(self) -> None:
        """Leave nothing of what was taken out in the files of the database."""
        if self.url.get_backend_name() == "sqlite":
            with self._told(), self.engine.connect() as connection:
                connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state throughout."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The one connection that may write now; all of it is kept, or nothing."""
        with self._told(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            yield connection

    def _check(self) -> None:
        with self.engine.connect() as connection:
            here = set(sa.inspect(connection).get_table_names())
        if about.name in here:
            self._check_version()
            return
        if here:
            raise StoreRefused("is a database of something else", file=self.label, do="Name another place.")
        with self.writing() as connection:
            # another may have been here first
            if about.name not in sa.inspect(connection).get_table_names():
                METADATA.create_all(connection)
                connection.execute(about.insert(), [{"name": "schema_version", "value": str(SCHEMA_VERSION)}])

    def _check_version(self) -> None:
        with self.reading() as connection:
            if connection.dialect.name == "sqlite":
                found = connection.execute(sa.text("PRAGMA quick_check(1)")).scalar()
                if found != "ok":
                    raise StoreRefused(f"is damaged ({shown(found)})", file=self.label, do=RESTORE)
            value = connection.execute(sa.select(about.c.value).where(about.c.name == "schema_version")).scalar()
        version = int(value) if value and value.isdigit() else 0
        if version > SCHEMA_VERSION:
            raise StoreRefused(
                f"was written by a newer version of reconcile (schema {version}, this one knows {SCHEMA_VERSION})",
                file=self.label,
                do="Nothing was changed. Install the newer version.",
            )
        if version < SCHEMA_VERSION:
            with self.writing() as connection:
                migrations.migrate(connection, version, self.label)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Faults of the database as ours, without the values that were being written."""
        try:
            yield
        except DBAPIError as fault:
            raise _refused(fault, self.label) from None
        except SQLAlchemyError as fault:
            raise StoreRefused(f"cannot be used ({type(fault).__name__})", file=self.label, do=RESTORE) from fault


def _checked(url: str) -> sa.URL:
    do = "Write sqlite:///reconcile.db, or postgresql+psycopg://user@host/name."
    try:
        found = sa.make_url(url)
    except ArgumentError:
        raise StoreRefused(f'"{shown(url, 60)}" is no address of a store', do=do) from None
    if found.drivername in ("postgresql", "postgres"):
        found = found.set(drivername="postgresql+psycopg")
    if found.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreRefused(f'a store cannot be in "{shown(found.drivername, 40)}"', do=do)
    if found.get_backend_name() == "sqlite" and found.database in (None, "", ":memory:"):
        raise StoreRefused("a store needs a file", do=do)
    return found


def _label(url: sa.URL) -> str:
    if url.get_backend_name() == "sqlite":
        return shown(Path(str(url.database)).name)
    return shown(f"{url.host or 'localhost'}/{url.database}")


def _file(url: sa.URL) -> Path | None:
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _prepare(path: Path) -> None:
    """The file, made for its owner alone where it is new, and looked at where it is not."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE))
        with path.open("rb") as opened:
            begin = opened.read(len(HEADER))
    except OSError as fault:
        raise StoreRefused(
            f"cannot be opened ({fault.strerror})", file=path.name, do="Check the folder and its rights."
        ) from fault
    if begin and begin != HEADER:
        raise StoreRefused("is no store: it is another kind of file, or damaged", file=path.name, do=RESTORE)


def _engine(url: sa.URL, wait_seconds: float) -> sa.Engine:
    try:
        if url.get_backend_name() == "postgresql":
            return sa.create_engine(url, hide_parameters=True, isolation_level="REPEATABLE READ")
        engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": wait_seconds})
    except (ImportError, NoSuchModuleError) as fault:
        raise StoreRefused(
            "PostgreSQL needs one more package", do="Install reconcile with its extra: reconcile[postgres]."
        ) from fault
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own idea of when a transaction begins is off: `_on_begin` says it
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_DISK = ("disk is full", "disk i/o error", "no space", "readonly database", "unable to open")


def _refused(fault: DBAPIError, label: str) -> StoreRefused:
    said = shown(str(fault.orig).strip().splitlines()[0] if str(fault.orig).strip() else type(fault.orig).__name__)
    low = said.casefold()
    if "locked" in low or "lock timeout" in low:
        return StoreRefused("is being written by another run", file=label, do="Try again when that has ended.")
    if "malformed" in low or "not a database" in low:
        return StoreRefused(f"is damaged ({said})", file=label, do=RESTORE)
    if any(word in low for word in _DISK):
        return StoreRefused(
            f"cannot be written ({said})", file=label, do="Nothing was recorded. Make room, and run again."
        )
    if "connect" in low:
        return StoreRefused("the server cannot be reached", file=label, do="Check its address, and that it runs.")
    return StoreRefused(f"cannot be used ({said})", file=label, do=RESTORE)
