"""Stores that were damaged, locked or written by another program, and databases that fail.

As in made.py: each function makes its case and returns what is to be opened, or does itself what fails.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from unittest import mock

import sqlalchemy as sa
from made import HISTORY, SAMPLES, written

import reconcile as rc
from reconcile.store import books, copy_store, database, verify_store
from reconcile.store.database import Database

NAME = "reconcile.db"
GIFTS = {"asked": "IDB + YEM ZAKAT", "credited": "JUMUAH COLLECT IDLIB", "zakat": "INVESTECPBIDB ZAKAT"}
"""What the entries call some gifts of the sample statement, and words of each."""


@cache
def kept() -> tuple[bytes, dict[str, str]]:
    """A store with the sample statement of September 2018, matched; and the ids of `GIFTS`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, NAME)
        with rc.open_store(path) as store:
            store.add(rc.read_statement(SAMPLES / "history-2018-09.csv"), by="Thandi")
            store.match(rc.read_campaigns(SAMPLES / "campaigns.csv"), by="Thandi")
            rows = store.transactions().set_index("transaction_id")["description"]
        return path.read_bytes(), {
            name: str(rows.index[rows.str.contains(text, regex=False)][0]) for name, text in GIFTS.items()
        }


@cache
def nothing_yet() -> bytes:
    """A store in which nothing is: to copy it is quicker than to make one."""
    with tempfile.TemporaryDirectory() as folder:
        rc.open_store(Path(folder, NAME)).shut()
        return Path(folder, NAME).read_bytes()


def an_empty_one(folder: Path) -> Path:
    return written(folder, NAME, nothing_yet())


def a_copy(folder: Path) -> Path:
    return written(folder, NAME, kept()[0])


def changed(folder: Path, *statements: str) -> Path:
    """A store after somebody wrote into it by other means."""
    path = a_copy(folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def without_waiting(stack: ExitStack) -> None:
    stack.enter_context(mock.patch.dict(Database.__init__.__kwdefaults__, wait_seconds=0))


def a_store_in_a_file(folder: Path, stack: ExitStack) -> Path:
    """a path that leads through a file."""
    return written(folder, "data", "") / NAME


def a_register_for_a_store(folder: Path, stack: ExitStack) -> Path:
    """a register of campaigns named `reconcile.db`."""
    return written(folder, NAME, (SAMPLES / "campaigns.csv").read_bytes())


def a_store_cut_off(folder: Path, stack: ExitStack) -> Path:
    """a store without its last hundred bytes."""
    return written(folder, NAME, kept()[0][:-100])


def a_store_that_contradicts_itself(folder: Path, stack: ExitStack) -> Path:
    """a store with a row that its own tables rule out."""
    return changed(folder, "PRAGMA ignore_check_constraints = ON", "UPDATE registers SET kind = 'donors'")


def a_store_with_a_bad_list(folder: Path, stack: ExitStack) -> Path:
    """a store of which the list of tables was overwritten."""
    content = bytearray(kept()[0])
    content[100:2_000] = b"\xff" * 1_900
    return written(folder, NAME, content)


def a_database_of_others(folder: Path, stack: ExitStack) -> Path:
    """a database of donors."""
    path = folder / NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE donors (name TEXT)")
    return path


def a_newer_store(folder: Path, stack: ExitStack) -> Path:
    """a store of a later version."""
    return changed(folder, "UPDATE about SET value = '99' WHERE name = 'schema_version'")


def a_store_of_no_version(folder: Path, stack: ExitStack) -> Path:
    """a store in which the version was changed to 0."""
    return changed(folder, "UPDATE about SET value = '0' WHERE name = 'schema_version'")


def a_store_without_a_table(folder: Path, stack: ExitStack) -> None:
    """a store from which a table was taken."""
    with rc.open_store(changed(folder, "DROP TABLE periods")) as store:
        store.months()


def a_store_being_written(folder: Path, stack: ExitStack) -> None:
    """a store into which another program writes for longer than a minute."""
    without_waiting(stack)
    path = a_copy(folder)
    with rc.open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.close("2018-09", by="Thandi")


def a_store_on_a_full_disk(folder: Path, stack: ExitStack) -> Path:
    """a store on a disk without room."""
    fault = sqlite3.OperationalError("database or disk is full")
    stack.enter_context(mock.patch("sqlite3.dbapi2.connect", side_effect=fault))
    return folder / NAME


def a_database_that_gives_none(folder: Path, stack: ExitStack) -> Path:
    """a database that gives no connection in time."""
    stack.enter_context(mock.patch.object(Database, "_check", side_effect=sa.exc.TimeoutError()))
    return folder / NAME


def a_server_out_of_reach(folder: Path, stack: ExitStack) -> str:
    """the address of a server that is switched off."""
    return _a_server_that_says("Connection refused", stack)


def a_server_that_wants_a_password(folder: Path, stack: ExitStack) -> str:
    """the address of a server, and no password for it."""
    return _a_server_that_says("fe_sendauth: no password supplied", stack)


def a_server_without_the_database(folder: Path, stack: ExitStack) -> str:
    """the address of a database that was never made."""
    return _a_server_that_says('FATAL:  database "reconcile" does not exist', stack)


def a_server_that_does_not_know_the_user(folder: Path, stack: ExitStack) -> str:
    """the address of a server that has no such user."""
    return _a_server_that_says('FATAL:  role "thandi" does not exist', stack)


def an_empty_file_for_a_store(folder: Path, stack: ExitStack) -> None:
    """an empty file."""
    verify_store(str(written(folder, "copy.db", b"")))


def _a_server_that_says(words: str, stack: ExitStack) -> str:
    fault = sa.exc.OperationalError("", {}, Exception(f"connection failed: connection to server failed: {words}"))
    stack.enter_context(mock.patch.object(database, "_engine"))
    stack.enter_context(mock.patch.object(Database, "_check", side_effect=fault))
    return "postgresql://thandi@server/reconcile"


def a_server_without_its_package(folder: Path, stack: ExitStack) -> str:
    """the address of a server, where the package for PostgreSQL is not installed."""
    stack.enter_context(mock.patch("sqlalchemy.create_engine", side_effect=ModuleNotFoundError("psycopg")))
    return "postgresql://thandi@server/reconcile"


def a_gift_that_was_joined(folder: Path, stack: ExitStack) -> None:
    """the id of a gift that a later statement showed to be another one."""
    names = kept()[1]
    joined = "UPDATE movements SET joined_to = '{zakat}' WHERE movement = '{asked}'"
    with rc.open_store(changed(folder, joined.format(**names))) as store:
        store.decide(names["asked"], ("IDB", "zakat"), by="Thandi")


def a_month_with_a_gap(folder: Path, stack: ExitStack) -> None:
    """a store that has two statements of the month, and not what is between them."""
    head, rows = HISTORY.split("Date, ")
    names, newest, _, oldest = rows.splitlines()
    with rc.open_store(an_empty_one(folder)) as store:
        for name, row in ((head, newest), (head.replace("5126.55", "4376.55"), oldest)):
            path = written(folder, "history.csv", f"{name}Date, {names}\n{row}\n")
            store.add(rc.read_statement(path), by="Thandi")
        store.close("2026-02", by="Thandi")


def half_a_month(folder: Path, stack: ExitStack) -> None:
    """a store that has the first days of a month."""
    with rc.open_store(an_empty_one(folder)) as store:
        store.add(rc.read_statement(written(folder, "history.csv", HISTORY)), by="Thandi")
        store.close("2026-02", by="Thandi")


def words_that_somebody_reads(folder: Path, stack: ExitStack) -> None:
    """a store that another program reads meanwhile."""
    without_waiting(stack)
    path = a_copy(folder)
    with rc.open_store(path) as store:
        other = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM texts").fetchone()
        store.forget([kept()[1]["asked"]], by="Thandi", reason="the donor asked for it")


def words_on_a_bad_disk(folder: Path, stack: ExitStack) -> None:
    """a store on a disk that fails at the end."""
    with rc.open_store(a_copy(folder)) as store:
        failing = mock.MagicMock()  # an engine whose every statement fails
        connection = failing.connect.return_value.__enter__.return_value.connection
        connection.execute.side_effect = sqlite3.OperationalError("disk I/O error")
        with mock.patch.object(store._database, "engine", failing):
            store._database.sweep()


def a_copy_onto_another(folder: Path, stack: ExitStack) -> None:
    """a store, and the address of another that has something in it."""
    other = written(folder, "other.db", kept()[0])
    copy_store(str(a_copy(folder)), str(other))


def a_copy_of_a_changed_store(folder: Path, stack: ExitStack) -> None:
    """a store in which the amount of a row was changed by other means."""
    copy_store(str(changed(folder, "UPDATE rows SET cents = cents + 1 WHERE id = 1")), str(folder / "copy.db"))


def receipts_that_change_while_they_are_read(folder: Path, stack: ExitStack) -> None:
    """receipts that another program is writing."""
    stack.enter_context(mock.patch.object(books, "_sha256", side_effect=["before", "after"]))
    with rc.open_store(an_empty_one(folder)) as store:
        store.add_receipts(written(folder, "receipts.csv", (SAMPLES / "receipts.csv").read_bytes()))
