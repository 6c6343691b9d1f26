"""The database under a store: opened, checked, locked for writing, and every fault of it told in one line."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from reconcile.errors import StoreRefused, shown
from reconcile.store import migrations
from reconcile.store.tables import METADATA, SCHEMA_VERSION, about

HEADER = b"SQLite format 3\x00"
LOCK = 0x7265636F
"""Of PostgreSQL's advisory lock: one writer at a time, as SQLite has it."""

DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
WAIT_SECONDS = 60
PRIVATE = 0o600

_SWEEP = "The words are out of the store, its journal file may still have them. Forget them again when nobody reads it."
RESTORE = "Nothing was changed. Put the last good copy of the store in its place, or begin a new one from all files."


def address(url: str | os.PathLike[str]) -> str:
    """The address of a store that is named by it, or by the path of its file."""
    text = os.fspath(url)
    return text if "://" in text else f"sqlite:///{Path(text)}"


class Database:
    """One database, opened and checked. `reading` and `writing` are its only ways in."""

    def __init__(
        self, url: str | sa.URL, *, wait_seconds: float = WAIT_SECONDS, search: bool = True, as_it_is: bool = False
    ) -> None:
        """Open it; a store of an older version is brought to today's, but one that is only read `as_it_is`."""
        self.url = _checked(url)
        self.as_it_is = as_it_is
        self.version = SCHEMA_VERSION
        self.label = _label(self.url)
        self.file = _file(self.url)
        if self.file:
            _prepare(self.file, make=not as_it_is)
        self.engine = _engine(self.url, wait_seconds)
        self.wait = f"{wait_seconds * 1000:.0f}ms"
        self.search = search
        try:
            with self._told():
                self._check()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def sweep(self) -> None:
        """Leave nothing of what was taken out in the files of the database."""
        if self.url.get_backend_name() == "sqlite":
            with self._told(), self.engine.connect() as connection:
                try:
                    busy = connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                except sqlite3.Error as fault:  # outside of SQLAlchemy, which would begin a transaction
                    raise StoreRefused(f"cannot be swept ({shown(fault)})", file=self.label, do=_SWEEP) from None
                if busy:
                    raise StoreRefused("is being read by another program", file=self.label, do=_SWEEP)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state throughout; an older store as it would be today, and then as it was."""
        if self.version < SCHEMA_VERSION:
            with self.writing() as connection:
                migrations.migrate(connection, self.version, self.label)
                yield connection
                connection.rollback()
            return
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The one connection that may write now; all of it is kept, or nothing."""
        server = self.url.get_backend_name() == "postgresql"
        # one that sees one state throughout would see that from before it waited for the lock
        options = {"writes": True, **({"isolation_level": "READ COMMITTED"} if server else {})}
        with self._told(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            if server:
                connection.execute(sa.select(sa.func.set_config("lock_timeout", self.wait, True)))
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            yield connection

    def _check(self) -> None:
        with self.engine.connect() as connection:
            here = set(sa.inspect(connection).get_table_names())
        if about.name in here:
            self._check_version()
        elif here:
            raise StoreRefused("is a database of something else", file=self.label, do="Name another place.")
        elif self.as_it_is:
            raise empty(self.label)
        else:
            with self.writing() as connection:
                # another may have been here first
                if about.name not in sa.inspect(connection).get_table_names():
                    METADATA.create_all(connection)
                    connection.execute(about.insert(), [{"name": "schema_version", "value": str(SCHEMA_VERSION)}])
        if self.file:
            _to_log(self.engine)

    def _check_version(self) -> None:
        with self.reading() as connection:
            if self.search and connection.dialect.name == "sqlite":
                found = connection.execute(sa.text("PRAGMA quick_check(1)")).scalar()
                if found != "ok":
                    raise StoreRefused(f"is damaged ({shown(found)})", file=self.label, do=RESTORE)
            value = connection.execute(sa.select(about.c.value).where(about.c.name == "schema_version")).scalar()
        version = int(value) if value and value.isdecimal() else 0
        if version > SCHEMA_VERSION:
            raise StoreRefused(
                f"was written by a newer version of reconcile (schema {version}, this one knows {SCHEMA_VERSION})",
                file=self.label,
                do="Nothing was changed. Install the newer version.",
            )
        if version < SCHEMA_VERSION and self.as_it_is:
            self.version = version
        elif version < SCHEMA_VERSION:
            with self.writing() as connection:
                migrations.migrate(connection, version, self.label)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Faults of the database as ours, without the values that were being written."""
        try:
            yield
        except DBAPIError as fault:
            raise _refused(fault, self.label) from None
        except (UnicodeError, OverflowError):
            do = "Nothing was recorded. Look for half of a letter, or a number of 19 digits."
            raise StoreRefused("cannot take what was to be written", file=self.label, do=do) from None
        except SQLAlchemyError as fault:
            raise StoreRefused(f"cannot be used ({type(fault).__name__})", file=self.label, do=RESTORE) from fault


def empty(label: str) -> StoreRefused:
    """The refusal of a store that has nothing to be read."""
    do = "Name another store, or put the last good copy in its place."
    return StoreRefused("is empty: nothing was ever put into it", file=label, do=do)


def file_of(url: str) -> Path | None:
    """The file of the store at an address, None where it is on a server."""
    return _file(_checked(address(url)))


def _checked(url: str | sa.URL) -> sa.URL:
    do = "Write sqlite:///reconcile.db, or postgresql+psycopg://user@host/name."
    try:
        found = sa.make_url(url)
    except (ArgumentError, ValueError):
        told = str(url).rpartition("@")[2]  # without user and password
        raise StoreRefused(f'"{shown(told, 60)}" is no address of a store', do=do) from None
    if found.get_backend_name() not in DRIVERS:
        raise StoreRefused(f'a store cannot be in "{shown(found.drivername, 40)}"', do=do)
    found = found.set(drivername=DRIVERS[found.get_backend_name()])
    if found.get_backend_name() == "sqlite" and found.database in (None, "", ":memory:"):
        raise StoreRefused("a store needs a file", do=do)
    return found


def _label(url: sa.URL) -> str:
    if url.get_backend_name() == "sqlite":
        return shown(Path(str(url.database)).name)
    return shown(f"{url.host or 'localhost'}/{url.database}")


def _file(url: sa.URL) -> Path | None:
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _prepare(path: Path, *, make: bool) -> None:
    """The file, made for its owner alone where it is new, and looked at where it is not."""
    try:
        if make:
            path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | (os.O_CREAT if make else 0), PRIVATE))
        with path.open("rb") as opened:
            begin = opened.read(100)
        cut_off = bool(begin) and _cut_off(path, begin)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the name
        why = fault.strerror if isinstance(fault, OSError) else fault
        do = "Check the folder and its rights."
        if isinstance(fault, PermissionError) and path.exists():
            do = "Copy it into a folder in which you may write, or ask for the right to write."
        raise StoreRefused(f"cannot be opened ({why})", file=path.name, do=do) from fault
    if begin and not begin.startswith(HEADER):
        raise StoreRefused("is no store: it is another kind of file, or damaged", file=path.name, do=RESTORE)
    if cut_off:
        raise StoreRefused("is damaged: it was cut off", file=path.name, do=RESTORE)


def _cut_off(path: Path, begin: bytes) -> bool:
    """Whether the last page of a database is not whole; beside a log that has it, a crash may have left it so."""
    page = int.from_bytes(begin[16:18], "big")
    page = 65536 if page == 1 else page
    log = path.with_name(f"{path.name}-wal")
    return (page < 512 or path.stat().st_size % page != 0) and not (log.exists() and log.stat().st_size)


def _engine(url: sa.URL, wait_seconds: float) -> sa.Engine:
    try:
        if url.get_backend_name() == "postgresql":
            return sa.create_engine(url, hide_parameters=True, isolation_level="REPEATABLE READ")
        engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": wait_seconds})
    except (ImportError, NoSuchModuleError) as fault:
        do = "In the folder of the project: pip install -c constraints.txt '.[postgres]'"
        raise StoreRefused("PostgreSQL needs one more package", do=f"{do}.") from fault
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own idea of when a transaction begins is off: `_on_begin` says it
    for pragma in (
        "foreign_keys = ON",
        "synchronous = FULL",
        "secure_delete = ON",
        "cache_size = -32768",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _to_log(engine: sa.Engine) -> None:
    """Let readers read on while another writes. It changes the file, so that a store must have been seen there."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL").close()
    except sqlite3.OperationalError:  # in use just now: the next one to open it will
        pass
    finally:
        connection.close()


def _on_begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_DISK = ("disk is full", "disk i/o error", "no space", "readonly database", "unable to open")

_SERVER = (
    (
        "connect.* password ",
        "the server was given no password, or a wrong one",
        "Write it into ~/.pgpass, which nobody else may read (chmod 600), or set PGPASSWORD.",
    ),
    (
        "connect.* database .* does not exist",
        "the server has no database of this name",
        "Make an empty one there (createdb), or correct the address.",
    ),
    (
        "connect.* (role .* does not exist|authentication failed|pg_hba.conf)",
        "the server does not let this user in",
        "Make the user there (createuser), or name another in the address: postgresql://user@host/name.",
    ),
    ("connect|resolve host", "the server cannot be reached", "Check its address, and that it runs."),
)
"""What PostgreSQL says of a connection that is not made, the particular first; what that is; what to do."""


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
    for sign, what, do in _SERVER:
        if re.search(sign, low):
            return StoreRefused(what, file=label, do=do)
    if isinstance(fault, DataError):  # it may quote what was written
        said = type(fault.orig).__name__
    return StoreRefused(f"cannot be used ({said})", file=label, do=RESTORE)
