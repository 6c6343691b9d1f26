"""What payers typed is stored once, as it was typed, and can be forgotten without a trace of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from exports import Entry, aside, export
from gifts import gift, parts, put, register

from reconcile.errors import DecisionRefused
from reconcile.parsers import read_statement
from reconcile.store import Store, open_store
from reconcile.store.tables import texts

SAMPLE = Path(__file__).parents[2] / "sample_statements" / "history-2018-09.csv"
MARKER = "MARKER OF A PAYER"


def rows_of_texts(store: Store) -> list[tuple[object, ...]]:
    with store._database.reading() as connection:
        asked = sa.select(texts.c.text, texts.c.salt, texts.c.key, texts.c.mark).order_by(texts.c.id)
        return [tuple(row) for row in connection.execute(asked)]


TYPED = [
    *("a  b   c", " front", "back ", "A B", "a b", "A  B"),
    *("'; DROP TABLE texts; --", '"', "`", "\\", "%s %(x)s :x ?", "{}", "=1+1", "@SUM(A1)", "-1", "+1", "\t"),
    *("NULL", "None", "NA", "nan", "TRUE", "0012345", "1E5", "", "x" * 9000),
    *(
        "Zoë",
        "Zoe\u0308",
        "\u202eRTL",
        "😀🇿🇦",
        "\ufffd",
        "\uffff",
        "ÿ",
        "日本",
        "ʼ",
        "\x7f",
        "\x85",
        "\u2028",
        "a\nb",
        "\x1f",
    ),
]


def test_every_text_comes_back_as_it_was_typed(store: Store) -> None:
    rows = [Entry(n, 100_00 + n, "bare", text) for n, text in enumerate(TYPED)]
    put(store, *rows)
    assert store.transactions()["description"].tolist() == TYPED
    assert store.verify().holds


def test_many_texts_at_once_are_written_and_proved_like_few(store: Store) -> None:
    rows = [Entry(n // 20, 100 + n, "bare", f"{TYPED[n % len(TYPED)]}{n % 7}") for n in range(300)]
    store.add(export(rows))
    assert sorted(store.transactions()["description"]) == sorted(r.reference for r in rows)
    assert store.verify().holds
    assert len(rows_of_texts(store)) == len({r.reference for r in rows})


def test_a_text_is_stored_once_however_often_it_comes(store: Store) -> None:
    rows = [gift("J NDLOVU", 10 + n, n) for n in range(5)]
    for n in range(5):
        store.add(export(rows, 0, n + 1))
    store.add(export(rows, wording="ofx", quarantined=aside(5_00)))
    store.add(export(rows, file="again", quarantined=aside(5_00)))
    found = [text for text, *_ in rows_of_texts(store)]
    assert len(found) == len(set(found))
    assert found.count("FNB APP PAYMENT FROM  J NDLOVU") == 1


def test_texts_that_differ_in_case_or_blanks_alone_are_different_ones(books: Store) -> None:
    put(books, *[Entry(n, 100, "bare", text) for n, text in enumerate(["A B", "a b", "A  B", "A B "])])
    assert len(rows_of_texts(books)) == 4


def test_a_row_set_aside_for_a_nul_is_taken_by_every_database(store: Store, tmp_path: Path) -> None:
    lines = SAMPLE.read_bytes().split(b"\n")
    lines[10] = lines[10][:-3] + b"\0" + lines[10][-3:]
    (tmp_path / "torn.csv").write_bytes(b"\n".join(lines))
    statement = read_statement(tmp_path / "torn.csv")
    assert "\0" in statement.quarantined["text"].iloc[0]
    for _ in range(2):
        store.add(statement)
    assert any("LIL\N{SYMBOL FOR NULL}LAH" in str(text) for text, *_ in rows_of_texts(store))
    assert store.verify().holds


def test_a_mark_tells_nothing_of_its_words(books: Store) -> None:
    put(books, gift(MARKER))
    (_, salt, key, mark), *_ = rows_of_texts(books)
    assert len({salt, key, mark}) == 3
    assert len(str(salt)) == 32


FORGET = {
    "by name": lambda store, names: store.forget(names, by="Thandi", reason="she asked"),
    "by day": lambda store, names: store.forget_before("2026-02-01", by="Thandi"),
}


@pytest.mark.parametrize("way", FORGET)
def test_what_is_forgotten_is_nowhere_in_the_files_and_every_amount_stays(tmp_path: Path, way: str) -> None:
    with open_store(tmp_path / "s.db") as store:
        names = put(store, gift(MARKER), gift(f"{MARKER} IDB", 50, 1), gift("J NDLOVU", 20, 40))
        store.match(register())
        store.decide(names[0], ("IDB", None), by="Thandi", evidence=f"letter of {MARKER}")
        before = store.transactions().drop(columns="description")
        credited = store.allocations()
        assert any(MARKER.encode() in path.read_bytes() for path in tmp_path.iterdir())
        assert FORGET[way](store, names[:2]) == 2
        for path in tmp_path.iterdir():
            assert MARKER.encode() not in path.read_bytes(), path.name
        assert store.transactions()["description"].tolist() == ["(forgotten)"] * 2 + ["FNB APP PAYMENT FROM  J NDLOVU"]
        assert store.transactions().drop(columns="description").equals(before)
        assert store.allocations().equals(credited)
        assert [row[:3] for row in rows_of_texts(store)].count((None, None, None)) == 2
        assert store.verify().holds


@pytest.mark.parametrize("day", ["soon", "2026-2-1", "01/02/2026", "2026-02-01T00:00", "2026-02", "20260201", "", None])
def test_what_is_no_day_forgets_nothing(books: Store, day: str) -> None:
    put(books, gift(MARKER))
    before = books.head()
    with pytest.raises(DecisionRefused, match="is no day"):
        books.forget_before(day)
    assert books.head() == before
    assert books.transactions()["description"].tolist() == [f"FNB APP PAYMENT FROM  {MARKER}"]


def test_what_was_forgotten_and_comes_again_is_the_same_movement(store: Store) -> None:
    rows = [gift(MARKER), gift("J NDLOVU", 50, 1), gift(MARKER, 20, 2), gift("P VENTER", 30, 3)]
    names = put(store, *rows)
    store.match(register())
    store.decide(names[0], ("IDB", None), by="Thandi")
    store.forget([names[0]], by="Thandi", reason="she asked")
    assert store.add(export(rows)).again
    for again in (export(rows, file="anew"), export(rows, wording="emailed"), export(rows, 0, 2, file="part")):
        store.add(again)
        found = store.transactions()
        assert len(found) == 4
        assert found["amount"].sum() == Decimal("200.00")
        assert found["transaction_id"].tolist() == names
        assert parts(store, names[0]) == [("IDB", None, "100.00")]
    assert store.verify().holds
