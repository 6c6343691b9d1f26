"""What is no store, or no longer one, is refused in one line and left as it is; and five at once are as one."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from exports import export
from gifts import gift, put, register
from servers import Fresh

from reconcile.errors import DecisionRefused, StoreRefused
from reconcile.store import Store, migrations, open_store
from reconcile.store.database import Database
from reconcile.store.tables import METADATA, SCHEMA_VERSION, about, texts

SECRET = "MARKER-OF-A-PAYER"

ROWS = [gift(SECRET), gift("IDB ZAKAT", 50, 1)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.db"


@pytest.fixture
def made(path: Path) -> Path:
    """The file of a store with some rows, closed."""
    with open_store(path) as store:
        put(store, *ROWS)
        store.match(register())
    return path


def refused(address: object) -> str:
    with pytest.raises(StoreRefused) as fault:
        open_store(address).shut()
    said = str(fault.value)
    assert "\n" not in said
    assert SECRET not in said
    assert said.endswith(".")
    return said


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def sql(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


OTHER_FILES = {
    "text": b"Date, Amount, Balance, Description\n" * 40,
    "a ZIP": b"PK\x03\x04" + bytes(200),
    "one byte": b"S",
    "a header cut off": b"SQLite format 3",
    "an older SQLite": b"** This file contains an SQLite 2.1 database **" + bytes(900),
    "nothing but NULs": bytes(8192),
    "only the header": b"SQLite format 3\x00",
    "the header and rubbish": b"SQLite format 3\x00" + b"\xff" * 8176,
}


@pytest.mark.parametrize("content", OTHER_FILES)
def test_what_is_no_database_is_refused_and_left_as_it_is(path: Path, content: str) -> None:
    path.write_bytes(OTHER_FILES[content])
    said = refused(path)
    assert said.startswith("s.db: is ")
    begins = OTHER_FILES[content].startswith(b"SQLite format 3\0")
    assert ("is no store: it is another kind of file, or damaged" in said) == (not begins)
    assert path.read_bytes() == OTHER_FILES[content]
    assert names(path.parent) == ["s.db"]


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.write_bytes(b"")
    with open_store(path) as store:
        put(store, *ROWS)
        assert store.verify().holds


@pytest.mark.parametrize("rows", [0, 1])
def test_a_database_of_something_else_is_refused_and_left_as_it_is(path: Path, rows: int) -> None:
    sql(path, "CREATE TABLE donors (name TEXT)", *[f"INSERT INTO donors VALUES ('{SECRET}')"] * rows)
    before = path.read_bytes()
    assert "is a database of something else" in refused(path)
    assert path.read_bytes() == before
    assert names(path.parent) == ["s.db"]


ABOUTS = {
    "a table of the same name": "CREATE TABLE about (text TEXT)",
    "nothing in it": "CREATE TABLE about (name TEXT, value TEXT)",
}


@pytest.mark.parametrize("table", ABOUTS)
def test_a_table_called_about_makes_no_store(path: Path, table: str) -> None:
    sql(path, ABOUTS[table])
    before = path.read_bytes()
    refused(path)
    assert path.read_bytes() == before


VERSIONS = {
    str(SCHEMA_VERSION + 1): f"was written by a newer version of reconcile (schema {SCHEMA_VERSION + 1}",
    "99": "was written by a newer version of reconcile (schema 99",
    "0": "has tables of an unknown version (0)",
    "-1": "has tables of an unknown version (0)",
    "": "has tables of an unknown version (0)",
    "new": "has tables of an unknown version (0)",
    "²": "has tables of an unknown version (0)",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_store_of_another_version_is_refused_and_left_as_it_is(made: Path, version: str) -> None:
    sql(made, f"UPDATE about SET value = '{version}' WHERE name = 'schema_version'")
    before = made.read_bytes()
    said = refused(made)
    assert VERSIONS[version] in said
    assert "Nothing was changed" in said
    assert made.read_bytes() == before


def test_versions_on_a_server_are_told_too(fresh: Fresh) -> None:
    address = fresh()
    with open_store(address) as store, store._database.writing() as connection:
        connection.execute(about.update().values(value="99"))
    assert "was written by a newer version" in refused(address)


def test_an_older_store_is_brought_to_today_by_its_steps(store: Store) -> None:
    done: list[int] = []
    with store._database.writing() as connection:
        migrations.migrate(
            connection, SCHEMA_VERSION - 2, "s", {n: (lambda c, n=n: done.append(n)) for n in range(-1, 9)}
        )
    assert done == [SCHEMA_VERSION - 2, SCHEMA_VERSION - 1]
    with store._database.reading() as connection:
        asked = sa.select(about.c.value).where(about.c.name == "schema_version")
        assert connection.execute(asked).scalar() == str(SCHEMA_VERSION)


def test_a_step_that_fails_leaves_the_older_store(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TABLE half (done INTEGER)"))
        connection.execute(sa.text("INSERT INTO nowhere VALUES (1)"))

    sql(made, "UPDATE about SET value = '0' WHERE name = 'schema_version'")
    before = made.read_bytes()
    monkeypatch.setattr(migrations, "STEPS", {0: step})
    assert "s.db: " in refused(made)
    assert made.read_bytes() == before


def test_a_store_cut_off_anywhere_is_refused(made: Path) -> None:
    whole = made.read_bytes()
    ends = [*range(1, 120, 17), *range(4096, len(whole), 5 * 4096), *range(4000, len(whole), 19_973), len(whole) - 1]
    for end in ends:
        made.write_bytes(whole[:end])
        refused(made)
        assert made.read_bytes() == whole[:end], end


def test_a_store_with_a_byte_changed_is_refused_or_found_by_verifying_or_the_same(made: Path) -> None:
    whole = made.read_bytes()
    with open_store(made) as store:
        head, money = store.head(), store.allocations()
    outcomes = {"refused": 0, "found": 0, "same": 0}
    for at in [*range(16, 100, 7), *range(100, len(whole), 9001)]:
        made.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            with open_store(made) as store:
                found = store.verify()
                same = found.head == head and store.allocations().equals(money)
                outcomes["found" if not found.holds else "same"] += 1
                assert not found.holds or same, at
        except StoreRefused as fault:
            assert "\n" not in str(fault)
            outcomes["refused"] += 1
    assert outcomes["refused"] > 5


def test_pages_of_zeros_or_of_another_place_are_refused(made: Path) -> None:
    whole = made.read_bytes()
    pages = [whole[n : n + 4096] for n in range(0, len(whole), 4096)]
    for content in (pages[0] + bytes(len(whole) - 4096), b"".join([pages[0], *pages[:0:-1]])):
        made.write_bytes(content)
        assert "is damaged" in refused(made)
        assert made.read_bytes() == content


def test_a_file_and_what_stands_beside_it_are_for_their_owner_alone(path: Path) -> None:
    with open_store(path) as store:
        put(store, *ROWS)
        beside = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    assert beside == {"s.db": 0o600, "s.db-wal": 0o600, "s.db-shm": 0o600}
    assert names(path.parent) == ["s.db"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_recorded_is_on_the_disk_before_it_is_said_to_be(path: Path) -> None:
    with open_store(path) as store, store._database.reading() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")
        }
        assert asked == {"synchronous": 2, "journal_mode": "wal"}  # FULL: a power cut loses nothing that was committed


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/a/b/s.db") as store:
        assert repr(store) == "Store(s.db)"


def test_what_stands_in_the_way_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "cannot be opened (Is a directory)" in refused(tmp_path)
    assert "cannot be opened" in refused(tmp_path / "file" / "s.db")
    assert "cannot be opened" in refused(tmp_path / ("x" * 300))
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="rights do not hold for root")
def test_a_folder_or_file_without_rights_is_told(made: Path) -> None:
    made.chmod(0o400)
    assert "cannot be opened (Permission denied)" in refused(made)
    made.chmod(0o600)
    made.parent.chmod(0o500)
    assert "s.db" in refused(made)
    made.parent.chmod(0o700)


NAMES = ["what?.db", "a#b.db", "a%20b.db", "ë 'x' \"y\".db", "a?mode=ro", "=cmd.db", "a;b&c.db"]


@pytest.mark.parametrize("name", NAMES)
def test_a_path_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    address = sa.URL.create("sqlite", database=str(tmp_path / name))
    with Store(Database(address)) as store:
        put(store, *ROWS)
    assert names(tmp_path) == [name]
    with Store(Database(address)) as store:
        assert len(store.transactions()) == 2


NO_ADDRESSES = {
    "sqlite://": "a store needs a file",
    "sqlite:///": "a store needs a file",
    "sqlite:///:memory:": "a store needs a file",
    "mysql://host/name": 'a store cannot be in "mysql"',
    "oracle+thick://host/name": 'a store cannot be in "oracle+thick"',
    "://": "is no address of a store",
    "http://host/name": 'a store cannot be in "http"',
    "postgresql://host:port/name": "is no address of a store",
    "postgresql://me:geheim@host:port/name": "is no address of a store",
    "post gres://me:geheim@host/name": "is no address of a store",
    "a\0b.db": "cannot be opened (embedded null byte)",
    "sqlite:///a\0b.db": "cannot be opened (embedded null byte)",
}


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_a_wrong_address_is_told_without_what_is_secret_in_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused(address)
    assert NO_ADDRESSES[address] in said
    assert "geheim" not in said
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "address", ["postgresql://u:geheim@127.0.0.1:1/name", "postgresql+psycopg://u:geheim@127.0.0.1:1/name"]
)
def test_a_server_out_of_reach_is_told_by_host_and_name_alone(address: str) -> None:
    said = refused(address)
    assert said.startswith("127.0.0.1/name: the server cannot be reached.")
    assert "geheim" not in said


NOT_LET_IN = {
    "fe_sendauth: no password supplied": "was given no password, or a wrong one. Write it into ~/.pgpass",
    'FATAL:  password authentication failed for user "u"': "was given no password, or a wrong one.",
    'FATAL:  database "name" does not exist': "has no database of this name. Make an empty one",
    'FATAL:  role "u" does not exist': "does not let this user in.",
    'FATAL:  Peer authentication failed for user "u"': "does not let this user in. Make the user there",
    'FATAL:  no pg_hba.conf entry for host "::1", user "u", database "name"': "does not let this user in.",
    "Connection refused": "cannot be reached. Check its address",
}


@pytest.mark.parametrize("words", NOT_LET_IN)
def test_what_a_server_that_lets_nobody_in_wants_is_told(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def says(database: Database) -> None:
        what = f'connection failed: connection to server at "host", port 5432 failed: {words}'
        raise sa.exc.OperationalError("", {}, Exception(what))

    monkeypatch.setattr(Database, "_check", says)
    assert f"host/name: the server {NOT_LET_IN[words]}" in refused("postgresql://u@host/name")


def test_a_host_that_nobody_knows_is_out_of_reach() -> None:
    assert "the server cannot be reached" in refused("postgresql://u@host.invalid/name")


@pytest.mark.server
def test_a_server_without_that_database_or_with_another_in_it(postgres: str) -> None:
    assert refused(f"{postgres.rsplit('/', 1)[0]}/nosuch").startswith("127.0.0.1/nosuch: the server has no")
    engine = sa.create_engine(postgres.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE donors (name TEXT)"))
        try:
            assert "is a database of something else" in refused(postgres)
            assert sa.inspect(connection).get_table_names() == ["donors"]
        finally:
            connection.execute(sa.text("DROP TABLE donors"))
    engine.dispose()


@pytest.mark.parametrize("driver", ["postgresql+nosuch", "postgresql+psycopg2", "postgres"])
def test_whatever_driver_is_named_it_is_the_one_that_comes_along(driver: str) -> None:
    assert "the server cannot be reached" in refused(f"{driver}://127.0.0.1:1/name")


def test_while_another_writes_nobody_else_does_and_readers_read_on(fresh: Fresh) -> None:
    address = fresh()
    with open_store(address) as store:
        name = put(store, *ROWS)[0]
        other = Store(Database(address, wait_seconds=0.2))
        with store._database.writing():
            with pytest.raises(StoreRefused, match="is being written by another run"):
                other.decide(name, ("IDB", None), by="Thandi")
            assert len(other.transactions()) == 2
        other.decide(name, ("IDB", None), by="Thandi")
        other.shut()
        assert len(store.decisions()) == 1


def test_a_writer_waits_for_the_one_before_it_and_sees_what_that_wrote(fresh: Fresh) -> None:
    address = fresh()
    with open_store(address) as store, open_store(address) as other:
        entered, done = threading.Event(), threading.Event()

        def second() -> None:
            entered.wait(10)
            put(other, *ROWS)
            done.set()

        thread = threading.Thread(target=second)
        thread.start()
        with store._database.writing() as connection:
            entered.set()
            assert not done.wait(0.3)
            connection.execute(about.insert(), [{"name": "first", "value": "x"}])
        assert done.wait(10)
        thread.join()
        put(store, *ROWS)
        assert len(store.events()) == 1
        assert store.verify().holds


def test_what_fails_half_way_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    name = put(store, *ROWS)[0]
    before = store.head()

    def fails(*_: object, **__: object) -> None:
        raise DecisionRefused("not now")

    monkeypatch.setattr("reconcile.store.journal.Work.finish", fails)
    for write in (
        lambda: store.decide(name, ("IDB", None), by="Thandi"),
        lambda: put(store, *ROWS, gift("MORE", day=2), file="more"),
        lambda: store.match(register()),
    ):
        with pytest.raises(DecisionRefused):
            write()
    monkeypatch.undo()
    assert store.head() == before
    assert store.decisions().empty
    assert len(store.transactions()) == 2
    assert store.verify().holds


def test_a_full_disk_is_told_and_leaves_the_old_state(path: Path) -> None:
    with open_store(path) as store:
        put(store, *ROWS)
        before = store.head()

        @sa.event.listens_for(store._database.engine, "begin")
        def full(connection: sa.Connection) -> None:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")

        many = [gift(f"{SECRET} {n}", n, n) for n in range(1, 500)]
        with pytest.raises(StoreRefused, match=r"cannot be written \(.*full.*\)\. Nothing was recorded\.") as fault:
            store.add(export(many))
        assert SECRET not in str(fault.value)
        assert store.head() == before
        assert store.verify().holds


FAULTS = {
    "twice the same": [{"id": 1, "event": 1, "text": SECRET, "salt": "", "key": SECRET, "mark": ""}] * 2,
    "something missing": [{"id": 99, "event": 1, "text": SECRET, "salt": "", "key": SECRET, "mark": None}],
    "of another kind": [{"id": SECRET, "event": 1, "text": SECRET, "salt": "", "key": SECRET, "mark": ""}],
    "half a letter": [{"id": 99, "event": 1, "text": SECRET, "salt": "", "key": "\ud800", "mark": SECRET}],
    "too large a number": [{"id": 2**70, "event": 1, "text": SECRET, "salt": "", "key": "k", "mark": SECRET}],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_database_tells_nothing_of_what_was_written(store: Store, fault: str) -> None:
    put(store, *ROWS)
    with pytest.raises(StoreRefused) as told, store._database.writing() as connection:
        connection.execute(texts.insert(), FAULTS[fault])
    said = str(told.value)
    assert SECRET not in said
    assert "\n" not in said
    assert told.value.__cause__ is None
    assert store.verify().holds


ADDED = """
import multiprocessing
import sys

sys.path[:0] = sys.argv[2:4]
from exports import export
from gifts import gift, register
from reconcile.store import open_store

rows = [gift(f"IDB {n % 7}" if n % 3 else "J NDLOVU", 10 + n % 5, n // 3) for n in range(30)]


def add(store, own):
    for start in (0, 3 * own, 5 * own):
        store.add(export(rows, start, start + 10))
    store.add(export(rows, 0, 30, wording="emailed"))


def one(own, barrier):
    barrier.wait()
    with open_store(sys.argv[1]) as store:
        add(store, own)
        if own > 2:
            store.match(register())


if __name__ == "__main__":
    ways = multiprocessing.get_context("fork")
    barrier = ways.Barrier(5)
    runs = [ways.Process(target=one, args=(n, barrier)) for n in range(5)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    print([run.exitcode for run in runs])
"""
"""Five processes that begin at once, each with what the others have and with what only it has."""


def moved(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(frame[["account", "date", "amount", "balance", "description"]].itertuples(index=False, name=None))


def credits_of(store: Store) -> list[tuple[object, ...]]:
    return list(
        store.allocations().fillna("")[["campaign", "fund", "amount", "booked"]].itertuples(index=False, name=None)
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that begin at once were not tried on this system")
def test_five_processes_at_once_on_one_new_store_are_as_one(fresh: Fresh) -> None:
    address = fresh()
    folders = [str(Path(__file__).parents[1] / "merging"), str(Path(__file__).parent)]
    run = subprocess.run([sys.executable, "-c", ADDED, address, *folders], capture_output=True, text=True, check=True)
    assert (run.stdout.strip(), run.stderr) == ("[0, 0, 0, 0, 0]", "")
    rows = [gift(f"IDB {n % 7}" if n % 3 else "J NDLOVU", 10 + n % 5, n // 3) for n in range(30)]
    with open_store(address) as store, open_store(fresh()) as once:
        once.add(export(rows, 0, 30, wording="emailed"))
        for own in range(5):
            for start in (0, 3 * own, 5 * own):
                once.add(export(rows, start, start + 10))
        once.match(register())
        assert sorted(moved(store.transactions())) == sorted(moved(once.transactions()))
        assert store.transactions()["transaction_id"].is_unique
        assert sorted(credits_of(store)) == sorted(credits_of(once))
        assert sorted(store.statements()["sha256"]) == sorted(once.statements()["sha256"])
        assert store.conflicts().empty
        assert store.verify().holds


def test_every_table_is_there_and_no_other(store: Store) -> None:
    with store._database.reading() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {t.name for t in METADATA.sorted_tables}
