"""Rows written as columns are the rows one by one, and what is kept beside them is what they tell."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest
import sqlalchemy as sa
from gifts import FEBRUARY, JANUARY, gift, put, register
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.store import Store, columns, tables
from reconcile.store.asking import AT_ONCE, in_parts
from reconcile.store.columns import FEW

texts = st.sampled_from(["", "5", "J NDLOVU", 'a "b"', "back\\slash", "é", "\u2028", "\x7f", "\ud800", "null", None])
plain = st.sampled_from(["plain", "5"]) | st.none()
numbers = st.integers(-(2**62), 2**62) | st.none()


@st.composite
def tables_of(draw: st.DrawFn) -> tuple[list[columns.Column], int]:
    count = draw(st.sampled_from([1, 2, FEW - 1, FEW, FEW + 1]))
    lists = [st.lists(kind, min_size=count, max_size=count) for kind in (texts, numbers, plain)]
    column = st.one_of(*lists, texts, numbers, st.just(range(7, 7 + count)))
    return draw(st.lists(column, min_size=1, max_size=5)), count


@settings(max_examples=300)
@given(tables_of())
def test_the_text_of_rows_is_that_of_each_row_as_json(given_table: tuple[list[columns.Column], int]) -> None:
    given_columns, count = given_table
    rows = [[c[n] if isinstance(c, list | range) else c for c in given_columns] for n in range(count)]
    wanted = [json.dumps(row, separators=(",", ":")) for row in rows]
    assert b"".join(columns.lines(given_columns, count)).decode("ascii").splitlines() == wanted
    assert columns.joined(given_columns, count).to_pylist() == wanted
    assert [list(row) for row in columns.tuples(given_columns, count)] == rows


def test_lines_are_the_same_however_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given_columns = [range(200), [f"text {n}" for n in range(200)], "all"]
    whole = b"".join(columns.lines(given_columns, 200))
    monkeypatch.setattr(columns, "AT_ONCE", 60)
    assert b"".join(columns.lines(given_columns, 200)) == whole


def test_a_question_about_more_values_than_go_into_one_is_answered_whole(store: Store) -> None:
    names = [f"name {n}" for n in range(AT_ONCE + 5)]
    about = tables.about
    with store._database.writing() as connection:
        columns.write(connection, about, {"name": names, "value": "x"}, len(names))
    with store._database.reading() as connection:
        asked = sa.select(about.c.name)
        found = in_parts(connection, [*names, "another"], lambda some: asked.where(about.c.name.in_(some)))
        assert Counter(row[0] for row in found) == Counter(names)


def test_what_is_kept_beside_the_rows_is_what_they_tell(store: Store) -> None:
    known = register()
    rows = [gift("IDB0107", day=JANUARY + 3), gift("A NAME", 70, JANUARY + 4), gift("YEMEN", 80, FEBRUARY + 2)]
    last = gift("IDLIB", day=FEBRUARY + 3)
    first, second, third, _ = put(store, *rows, last)
    steps = [
        lambda: store.match(known, by="t"),
        lambda: put(store, *rows[:2], gift("ANOTHER", 60, JANUARY + 4), gift("SOMEBODY", 90, FEBRUARY), file="b"),
        lambda: store.match(known, by="t"),
        lambda: put(store, rows[2], last, file="c"),
        lambda: store.decide(second, ("WWL", None), by="t"),
        lambda: store.decide(first, (None, None), by="t", reason="a loan"),
        lambda: store.decide(third, [("IDB", None, "30.00"), ("YEM", None, "50.00")], by="t", reason="a letter"),
        lambda: store.undo(second, by="t", reason="a slip"),
        lambda: store.match(known, by="t"),
        lambda: store.forget([third], by="t", reason="asked for"),
    ]
    for step in [lambda: None, *steps]:
        step()
        assert store.month_versions() == newest_events(store)
        for start in ("2026-01-01", "2026-02-01"):
            assert store.statuses(start) == store.matches(start)["status"].value_counts().to_dict()
    assert set(store.statuses("2026-01-01")) == {"matched", "review", "not_donation", "decided"}


def newest_events(store: Store) -> dict[str, int]:
    """For each month the newest event of any row that says something of it."""
    t = tables
    months = {
        t.movements: t.movements.c.day,
        t.conflicts: t.conflicts.c.day,
        t.matches: t.matches.c.month,
        t.decisions: t.movements.c.day,
        t.delivered: t.days.c.day,
        t.forgotten: t.days.c.day,
    }
    joins = {
        t.decisions: t.decisions.join(t.movements, t.movements.c.movement == t.decisions.c.movement),
        t.delivered: t.delivered.join(t.days, t.days.c.id == t.delivered.c.day_id),
        t.forgotten: t.forgotten.join(t.texts, t.texts.c.mark == t.forgotten.c.mark)
        .join(t.rows, t.rows.c.description == t.texts.c.id)
        .join(t.days, t.days.c.id == t.rows.c.day_id),
    }
    found: dict[str, int] = defaultdict(int)
    with store._database.reading() as connection:
        for table, day in months.items():
            asked = sa.select(day, table.c.event).select_from(joins.get(table, table))
            for when, event in connection.execute(asked):
                found[when[:7]] = max(found[when[:7]], event)
    return dict(found)
