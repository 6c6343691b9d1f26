"""The journal vouches for every row of every table: what is changed, put in or taken out later is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from exports import aside, export
from gifts import FEBRUARY, books, close, gift, put, receipt, register, taken_back
from servers import ON_A_SERVER, database

from reconcile.parsers import read_statement
from reconcile.store import Store, journal, open_store
from reconcile.store.tables import EVIDENCE, METADATA, events, texts, vouched

NOTICES = Path(__file__).parents[2] / "sample_statements" / "history-2018-09.csv"

ROWS = [
    gift("IDB ZAKAT"),
    taken_back("IDB ZAKAT", day=1),
    gift("J NDLOVU", 50, 2),
    gift("P VENTER", 60, 3),
    taken_back("P VENTER", 60, 4),
    gift("YEMEN", 40, FEBRUARY),
]


def fill(store: Store) -> None:
    """A row at least in every table, and outdated ones where rows may be."""
    names = put(store, *ROWS, file="one")
    store.match(register())
    store.add(export(ROWS, 0, 4, wording="emailed", file="two"))
    store.add(export(ROWS, texts={2: "FNB APP PAYMENT FROM  SOMEBODY ELSE"}, quarantined=aside(5_00), file="three"))
    first, second, *rest = ROWS
    store.add(export([first, second, *rest[1:]], wording="ofx", file="four"))
    store.add_all([export(ROWS, file="five")], file="five.csv", sha256="5" * 8)
    store.match(register(IDB="Idlib Appeal", WWL="Water Wells|Yemen"))
    store.decide(names[2], [("IDB", None, "20.00"), ("WWL", None, "30.00")], by="Thandi", evidence="letter")
    store.decide(names[3], ("IDB", None), by="Thandi")
    store.undo(names[3], by="Thandi", reason="another payer")
    store.decide(names[3], ("WWL", None), by="Pieter", reason="she rang")
    store.match(register(IDB="Idlib Appeal", WWL="Water Wells|Yemen"))
    store.decide(names[0], ("WWL", "zakat"), by="Pieter", reason="she rang")
    store.match(register())
    with_receipts(store, names)
    close(store, "2026-02")
    store.reopen("2026-02", by="Thandi", reason="look again")
    close(store)
    store.forget_remembered("P VENTER", by="Thandi")
    store.note_workbook("january.xlsx", "0" * 8)
    outdate_one_of_each(store)
    store.record_run("ok", {"new": 3})
    store.record_run("ok", {"new": 0})


def with_receipts(store: Store, names: list[str]) -> None:
    """Receipts of the gifts, and what a person says of them."""
    receipts = [receipt("R1", 100), receipt("R2", 50, 2), receipt("R3", 40, FEBRUARY), receipt("R4", 7, FEBRUARY + 1)]
    store.add_receipts(books(*receipts))
    store.add_receipts(books(receipt("R4", 8, FEBRUARY + 1)))
    gift_of = {"payout": "P1", "date": "2026-02-01", "gift": "G1", "gross": "10.00", "fee": "1.00", "net": "9.00"}
    days = {**gift_of, "given": "2026-01-30"}
    store.add_payouts(pd.DataFrame([days, {**days, "payout": "P2"}, {**gift_of, "gift": "G2"}]))
    store.match(register())
    store.add_receipts(Path(__file__).parents[2] / "sample_statements" / "receipts.csv")
    store.settle(names[2], "R2", by="Thandi")
    store.unsettle("R2", by="Thandi", reason="another payer")
    store.keep_apart(names[2], "R2", by="Thandi")


def outdate_one_of_each(store: Store) -> None:
    """An event that outdates the first row wherever none is outdated."""
    with store._database.writing() as connection:
        work = journal.work(connection)
        for table in (t for t in EVIDENCE if "current" in t.c):
            if not connection.execute(sa.select(table.c.id).where(table.c.current == 0)).first():
                work.outdate(table, table.c.id == 1)
        assert work.wrote
        work.finish("outdated", by="Thandi")


@pytest.fixture(scope="module", params=["sqlite", ON_A_SERVER])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if request.param == "sqlite":
        address = str(tmp_path_factory.mktemp("journal") / "s.db")
    else:
        address = database(request.getfixturevalue("postgres"), "journal")
    with open_store(address) as store:
        fill(store)
        yield store


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("journal") / "s.db") as store:
        fill(store)
        yield store


@contextmanager
def tampering(store: Store) -> Iterator[sa.Connection]:
    """A connection that may write anything, and of which nothing stays."""
    with store._database.engine.connect() as connection:
        transaction = connection.begin()
        keys = "PRAGMA defer_foreign_keys = ON"
        if connection.dialect.name == "postgresql":
            keys = "SET LOCAL session_replication_role = replica"
        connection.exec_driver_sql(keys)
        yield connection
        transaction.rollback()


def broken(connection: sa.Connection) -> str:
    found = journal.verify(connection)
    assert not found.holds
    assert found.broken is not None
    assert str(found) == found.broken
    assert "\n" not in found.broken
    return found.broken


def one(connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> dict[str, object]:
    return dict(connection.execute(sa.select(table).where(*where).order_by(table.c.id).limit(1)).mappings().one())


ALLOWED = {"kind": {"notice": "set aside", "set aside": "notice", "campaigns": "funds", "funds": "campaigns"}}
ALLOWED |= {"state": {"closed": "reopened", "reopened": "closed"}}


def other(column: sa.Column[object], value: object) -> object:
    """Another value of a column that the database takes."""
    if value in ALLOWED.get(column.name, {}):
        return ALLOWED[column.name][value]
    return f"{value or ''}x" if isinstance(column.type, sa.Text) else (value or 0) + 1


def test_a_store_with_rows_in_every_table_holds(full: Store) -> None:
    found = full.verify()
    assert found.holds
    assert found.events == len(full.events())
    assert found.head == full.head() == full.events()["hash"].iloc[-1]
    assert str(found) == f"{found.events} events hold; the last one is {found.head[:16]}"
    with tampering(full) as connection:
        for table in EVIDENCE:
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar(), table.name
            if "current" in table.c:
                flags = connection.execute(sa.select(table.c.current).distinct()).scalars()
                assert sorted(flags) == [0, 1], table.name


def test_an_empty_store_holds(store: Store) -> None:
    assert store.verify().holds
    assert store.verify().events == 0


def test_every_table_but_the_settings_is_vouched_for() -> None:
    assert {t.name for t in METADATA.sorted_tables} - {t.name for t in EVIDENCE} == {"about", "events"}


COLUMNS = [(t.name, c.name) for t in EVIDENCE for c in t.c if c.name not in ("current", "event", "id")]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_value_is_found(sqlite: Store, table: str, column: str) -> None:
    where = METADATA.tables[table]
    with tampering(sqlite) as connection:
        row = one(connection, where)
        value = other(where.c[column], row[column])
        connection.execute(where.update().where(where.c.id == row["id"]).values({column: value}))
        said = broken(connection)
    assert f"the table {table}" in said
    assert f"event {row['event']}" in said


@pytest.mark.parametrize("table", [t.name for t in EVIDENCE])
def test_a_row_changed_taken_out_or_put_in_is_found(full: Store, table: str) -> None:
    where = METADATA.tables[table]
    column = next(c.name for c in vouched(where) if c.name not in ("id", "event", "day_id"))
    with tampering(full) as connection:
        row = one(connection, where)
        connection.execute(
            where.update().where(where.c.id == row["id"]).values({column: other(where.c[column], row[column])})
        )
        assert f"event {row['event']} (" in broken(connection)
    with tampering(full) as connection:
        connection.execute(where.delete().where(where.c.id == row["id"]))
        said = broken(connection)
        assert f"event {row['event']} (" in said
        assert f"in the table {table}, " in said
        assert "rows where" in said
    with tampering(full) as connection:
        last = connection.execute(sa.select(sa.func.max(where.c.id))).scalar_one()
        unique = {c: f"{row[c]}x" for c in ("key", "mark", "sha256", "digest") if row.get(c)}
        connection.execute(where.insert(), [row | unique | {"id": last + 1}])
        assert f"in the table {table}, " in broken(connection)


@pytest.mark.parametrize("table", [t.name for t in EVIDENCE])
def test_a_row_given_to_another_event_or_another_number_is_found(sqlite: Store, table: str) -> None:
    where = METADATA.tables[table]
    with tampering(sqlite) as connection:
        row = one(connection, where)
        connection.execute(where.update().where(where.c.id == row["id"]).values(event=row["event"] + 1))
        assert f"the table {table}" in broken(connection)
    with tampering(sqlite) as connection:
        connection.execute(where.update().where(where.c.id == row["id"]).values(id=9999))
        assert f"the table {table}" in broken(connection)


FLAGGED = [t.name for t in EVIDENCE if "current" in t.c]


@pytest.mark.parametrize("current", [0, 1])
@pytest.mark.parametrize("table", FLAGGED)
def test_a_row_said_to_hold_or_not_to_hold_is_found(full: Store, table: str, current: int) -> None:
    where = METADATA.tables[table]
    with tampering(full) as connection:
        row = one(connection, where, where.c.current == 1 - current)
        connection.execute(where.update().where(where.c.id == row["id"]).values(current=current))
        said = broken(connection)
    what = "is said to hold" if current else "is said to be outdated"
    assert said.startswith(f"the row {row['id']} of the table {table} (event {row['event']}) {what}")


def rehashed(connection: sa.Connection, number: int, **values: object) -> None:
    row = one(connection, events, events.c.id == number) | values
    connection.execute(events.update().where(events.c.id == number).values({**row, "hash": journal._hash(row)}))


@pytest.mark.parametrize("column", ["at", "by", "kind", "why", "body"])
def test_a_changed_event_is_found_even_with_its_own_hash_made_anew(sqlite: Store, column: str) -> None:
    with tampering(sqlite) as connection:
        row = one(connection, events, events.c.id == 3)
        value = f"{row[column]} " if column == "body" else f"{row[column]}x"
        connection.execute(events.update().where(events.c.id == 3).values({column: value}))
        said = broken(connection)
        assert said.startswith("event 3 (")
        assert said.endswith("was changed after it was written")
        rehashed(connection, 3)
        said = broken(connection)
        assert said.startswith("event 4 (")
        assert said.endswith("does not follow the one before it")


@pytest.mark.parametrize("column", ["previous", "hash"])
def test_a_changed_link_is_found(full: Store, column: str) -> None:
    with tampering(full) as connection:
        connection.execute(events.update().where(events.c.id == 3).values({column: "0" * 64}))
        assert broken(connection).startswith("event 3 (")


def swapped(connection: sa.Connection, one_: int, other_: int) -> None:
    for was, now in ((one_, 9998), (other_, one_), (9998, other_)):
        connection.execute(events.update().where(events.c.id == was).values(id=now))


def test_two_events_swapped_are_found(full: Store) -> None:
    with tampering(full) as connection:
        swapped(connection, 2, 3)
        said = broken(connection)
        assert said.startswith("event 2 (")
        assert said.endswith("does not follow the one before it")


def test_an_event_taken_out_is_found(full: Store) -> None:
    last = full.verify().events
    # the one before the last wrote but one row, the one before that none at all
    for number in (1, 2, last - 2, last - 1):
        with tampering(full) as connection:
            connection.execute(events.delete().where(events.c.id == number))
            assert broken(connection) == f"event {number} is missing: the next one there is {number + 1}"
    with tampering(full) as connection:
        connection.execute(events.delete().where(events.c.id == last))
        assert broken(connection) == f"the table runs has rows of event {last}, which is not there"


def test_events_cut_off_the_end_with_all_that_they_wrote_show_by_the_head_alone(full: Store) -> None:
    head, last = full.head(), full.verify().events
    with tampering(full) as connection:
        for table in reversed(EVIDENCE):
            connection.execute(table.delete().where(table.c.event == last))
        connection.execute(events.delete().where(events.c.id == last))
        assert journal.verify(connection).holds
        assert journal.head(connection) != head


def test_an_event_put_in_is_found(full: Store) -> None:
    last = full.verify().events
    with tampering(full) as connection:
        row = one(connection, events, events.c.id == last) | {"id": last + 1}
        connection.execute(events.insert(), [row])
        assert broken(connection).startswith(f"event {last + 1} (")
        rehashed(connection, last + 1, previous=full.head())
        assert "in the table runs, 0 rows where 1 were written" in broken(connection)


def test_of_several_breaks_the_first_is_named(sqlite: Store) -> None:
    with tampering(sqlite) as connection:
        for number in (5, 2, 4):
            connection.execute(events.update().where(events.c.id == number).values(why="x"))
        assert broken(connection).startswith("event 2 (")


def test_words_that_are_forgotten_leave_the_chain_whole(full: Store) -> None:
    with tampering(full) as connection:
        connection.execute(texts.update().values(text=None, salt=None, key=None))
        assert journal.verify(connection).holds
    half = [{"text": None}, {"text": None, "salt": None}, {"salt": None}, {"text": None, "key": None}]
    for values in half:
        with tampering(full) as connection:
            connection.execute(texts.update().where(texts.c.id == 1).values(**values))
            assert broken(connection).startswith("the words of row 1 of the table texts")


def test_a_store_of_which_a_payer_was_forgotten_holds(store: Store) -> None:
    names = put(store, *ROWS)
    store.match(register())
    store.decide(names[2], ("IDB", None), by="Thandi", evidence="J Ndlovu's letter")
    assert store.forget(names, by="Thandi", reason="they asked") > 0
    assert store.verify().holds
    assert store.decisions()["evidence"].isna().all()


def test_two_marks_of_the_same_words_have_nothing_in_common(store: Store) -> None:
    for name in put(store, gift("A"), gift("B", 10, 1)):
        store.decide(name, ("IDB", None), by="Thandi", evidence="the same letter")
    with store._database.reading() as connection:
        marks = connection.execute(sa.select(METADATA.tables["decisions"].c.mark)).scalars().all()
    assert len(set(marks)) == 2


def test_nothing_that_wrote_nothing_is_on_record(store: Store) -> None:
    names = put(store, *ROWS)
    store.match(register())
    before = len(store.events())
    store.add(export(ROWS))
    store.match(register())
    with pytest.raises(ValueError, match="add up"):
        store.decide(names[0], [("IDB", None, "1.00")], by="Thandi")
    assert len(store.events()) == before
    assert store.events()["event"].tolist() == list(range(1, before + 1))


def test_a_statement_of_a_bank_holds_with_all_its_rows(store: Store) -> None:
    store.add(read_statement(NOTICES))
    assert store.verify().holds
    assert store.events()["kind"].tolist() == ["import"]
