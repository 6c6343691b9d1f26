"""Whether the ledger leads from one balance to the next, and what is missing where it does not."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from exports import ACCOUNT, Entry, export, stated
from gifts import gift
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.statement import Account
from reconcile.store import Store, open_store
from reconcile.store.figures import Break, DayFigures, breaks, lines

OTHER = Account(ACCOUNT[:-1] + "2")


def told(store: Store, *days: str) -> list[tuple[str, str, str]]:
    """The gaps, as the day after which, the day before which, and the rand that are missing."""
    found = store.gaps(*days)
    return [(f"{g.after:%m-%d}", f"{g.before:%m-%d}", str(g.missing)) for g in found.itertuples(index=False)]


DAYS = [gift("A", 10), gift("B", 20, 1), gift("C", 30, 1), gift("D", 40, 2), gift("E", 50, 40), gift("F", 60, 70)]

SPANS = {
    "all of it": ([(0, 6)], []),
    "in two parts": ([(0, 3), (3, 6)], []),
    "the later part first": ([(3, 6), (0, 3)], []),
    "overlapping": ([(0, 4), (2, 6)], []),
    "a day is missing": ([(0, 1), (3, 6)], [("01-01", "01-03", "50.00")]),
    "half a day is missing": ([(0, 2), (3, 6)], [("01-02", "01-03", "30.00")]),
    "the first half of a day is missing": ([(0, 1), (2, 6)], [("01-01", "01-02", "20.00")]),
    "two gaps": ([(0, 1), (3, 4), (5, 6)], [("01-01", "01-03", "50.00"), ("01-03", "03-12", "50.00")]),
    "over months": ([(0, 4), (5, 6)], [("01-03", "03-12", "50.00")]),
    "nothing before the first": ([(4, 6)], []),
}


@pytest.mark.parametrize("case", SPANS)
def test_a_gap_is_told_by_its_days_and_what_is_missing(books: Store, case: str) -> None:
    spans, wanted = SPANS[case]
    for start, end in spans:
        books.add(export(DAYS, start, end))
    assert told(books) == wanted


def test_a_gap_heals_when_its_days_arrive(store: Store) -> None:
    store.add(export(DAYS, 0, 1))
    store.add(export(DAYS, 4, 6))
    assert told(store) == [("01-01", "02-10", "90.00")]
    store.add(export(DAYS, 3, 4))
    assert told(store) == [
        ("01-01", "01-03", "50.00"),
    ]
    store.add(export(DAYS, 1, 3))
    assert told(store) == []
    found = store.gaps()
    assert found.empty


def test_a_gap_names_the_files_on_either_side_and_both_balances(books: Store) -> None:
    books.add(export(DAYS, 0, 1, file="first.csv"))
    books.add(export(DAYS, 3, 6, file="second.csv"))
    gap = books.gaps().iloc[0]
    assert (gap["from_source"], gap["to_source"]) == ("first.csv", "second.csv")
    assert (gap["closing"], gap["opening"]) == (Decimal("5010.00"), Decimal("5060.00"))
    assert gap["account"] == ACCOUNT


QUIET = {
    "it leads on": ([(0, 4)], (5, 9), []),
    "something lacks before it": ([(0, 1)], (5, 9), [("01-01", "01-06", "90.00")]),
    "something lacks before it, and it leads on": ([(0, 1), (4, 6)], (20, 30), [("01-01", "01-21", "90.00")]),
    "made before the first movement of its day": ([(0, 4), (4, 6)], (40, 40), []),
}


@pytest.mark.parametrize("case", QUIET)
def test_an_export_without_rows_states_a_balance_that_the_days_before_must_lead_to(books: Store, case: str) -> None:
    spans, (first, last), wanted = QUIET[case]
    books.add(export(DAYS, 4, 4, period=stated(first, last), file="quiet.csv"))
    for start, end in spans:
        books.add(export(DAYS, start, end))
    assert told(books) == wanted
    assert books.gaps()["to_source"].tolist() == ["quiet.csv"] * len(wanted)


def test_only_gaps_that_reach_into_the_days_asked_for(books: Store) -> None:
    for start, end in ((0, 1), (3, 4), (5, 6)):
        books.add(export(DAYS, start, end))
    assert told(books, "2026-01-04") == [("01-03", "03-12", "50.00")]
    assert told(books, "2026-01-01", "2026-01-31") == [("01-01", "01-03", "50.00")]
    assert told(books, "2026-03-12", "2026-03-12") == [("01-03", "03-12", "50.00")]


def test_each_account_is_looked_at_by_itself(books: Store) -> None:
    books.add(export(DAYS, 0, 1))
    books.add(export(DAYS, 3, 6))
    books.add(export(DAYS, opening=9_000_00, account=OTHER, file="other"))
    assert told(books) == [("01-01", "01-03", "50.00")]


CIRCLES = {
    "there and back": [gift("B", 100, 1), gift("B", -100, 1)],
    "back and there": [gift("B", -100, 1), gift("B", 100, 1)],
    "over three": [gift("B", 100, 1), gift("C", -30, 1), gift("D", -70, 1)],
    "twice": [gift("B", 100, 1), gift("B", -100, 1), gift("B", 100, 1), gift("B", -100, 1)],
    "a movement of nothing": [gift("B", 0, 1)],
    "twins": [gift("B", 100, 1), gift("B", 100, 1), gift("C", -200, 1)],
}


@pytest.mark.parametrize("circle", CIRCLES)
def test_a_day_that_leads_back_to_where_it_began_is_no_gap(books: Store, circle: str) -> None:
    no_gap_around(books, circle)


def test_a_server_tells_the_rows_of_such_a_day_in_their_order_too(store: Store) -> None:
    no_gap_around(store, "over three")


def no_gap_around(store: Store, circle: str) -> None:
    rows = [gift("A", 50), *CIRCLES[circle], gift("E", 30, 2)]
    store.add(export(rows, len(rows) - 2, len(rows) - 1, wording="ofx"))
    store.add(export(rows))
    assert told(store) == []
    store.add(export(rows, wording="emailed"))
    store.add(export(rows, 0, 2, file="noon"))
    assert told(store) == []


@pytest.mark.parametrize("circle", CIRCLES)
def test_a_gap_before_or_after_such_a_day_is_told(books: Store, circle: str) -> None:
    rows = [gift("A", 50), gift("X", 5), *CIRCLES[circle], gift("Y", 7, 2), gift("E", 30, 2)]
    books.add(export(rows, 0, 1))
    books.add(export(rows, 2, len(rows) - 2))
    books.add(export(rows, len(rows) - 1, len(rows)))
    assert told(books) == [("01-01", "01-02", "5.00"), ("01-02", "01-03", "7.00")]


def test_two_exports_of_a_day_of_which_one_has_no_balances(store: Store) -> None:
    rows = [gift("A", 50), gift("B", 100, 1), gift("C", 30, 1), gift("D", 20, 2)]
    store.add(export(rows, 0, 2))
    store.add(export(rows, wording="ofx"))
    assert told(store) == []
    store.add(export(rows, 3, 4))
    assert told(store) == []


def test_days_without_balances_are_bridged_by_what_moved_on_them(books: Store) -> None:
    books.add(export(DAYS, 0, 1))
    books.add(export(DAYS, 1, 4, wording="ofx"))
    books.add(export(DAYS, 4, 6))
    assert told(books) == []


def test_what_lacks_among_days_without_balances_is_told_at_the_next_balance(books: Store) -> None:
    books.add(export(DAYS, 0, 1))
    books.add(export(DAYS, 1, 3, wording="ofx"))
    books.add(export(DAYS, 4, 6))
    assert told(books) == [("01-02", "02-10", "40.00")]


def test_of_an_account_without_any_balance_nothing_is_missing(books: Store) -> None:
    books.add(export(DAYS, 0, 1, wording="ofx"))
    books.add(export(DAYS, 3, 6, wording="ofx"))
    assert told(books) == []


def test_the_order_in_which_exports_came_does_not_matter(books: Store, tmp_path: Path) -> None:
    parts = [
        export(DAYS, 0, 2),
        export(DAYS, 3, 6, wording="emailed"),
        export(DAYS, 1, 2, file="x"),
        export(DAYS, 5, 6),
    ]
    for statement in parts:
        books.add(statement)
    with open_store(tmp_path / "other.db") as other:
        for statement in reversed(parts):
            other.add(statement)
        assert told(books) == told(other) == [("01-02", "01-03", "30.00")]


def test_a_line_for_a_report_has_the_account_by_its_last_digits(books: Store) -> None:
    one = Break(ACCOUNT, "2026-01-01", "2026-01-03", 10_00, 1_260_50)
    assert lines([one]) == [f"Account …{ACCOUNT[-4:]}: R 1 250.50 missing from 2026-01-01 to 2026-01-03"]


def day(number: int, opening: int | None, moved: int, closing: int | None) -> DayFigures:
    return DayFigures(ACCOUNT, f"2026-01-{number:02}", opening, moved, closing)


CHAINS = [
    ([], []),
    ([day(1, 0, 5, 5)], []),
    ([day(1, 0, 5, 5), day(2, 5, 1, 6)], []),
    ([day(1, 0, 5, 5), day(2, 7, 1, 8)], [("01", "02", 2)]),
    ([day(1, 0, 5, 9)], [("01", "01", 4)]),
    ([day(1, None, 5, None), day(2, 5, 1, 6)], []),
    ([day(1, 0, 5, 5), day(2, None, 3, None), day(3, 8, 1, 9)], []),
    ([day(1, 0, 5, 5), day(2, None, 3, None), day(3, 9, 1, 10)], [("02", "03", 1)]),
    ([day(1, 0, 5, 5), day(2, None, 3, 9)], [("02", "02", 1)]),
    ([day(1, 0, 5, 5), day(2, 6, 3, None), day(3, 9, 1, 10)], [("01", "02", 1)]),
]


@pytest.mark.parametrize(("chain", "wanted"), CHAINS)
def test_breaks_of_a_chain_of_days(chain: list[DayFigures], wanted: list[tuple[str, str, int]]) -> None:
    assert [(b.after[-2:], b.before[-2:], b.missing) for b in breaks(chain)] == wanted


entries = st.builds(
    Entry,
    st.integers(0, 6),
    st.integers(-3, 3).filter(bool).map(lambda n: n * 50_00),
    st.just("app"),
    st.sampled_from("AB"),
)


@settings(max_examples=15)
@given(st.lists(entries, min_size=2, max_size=9).map(lambda rows: sorted(rows, key=lambda e: e.day)), st.data())
def test_whole_days_that_hang_together_have_no_gap_and_what_lacks_between_is_told(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Entry], data: st.DataObject
) -> None:
    ends = [n for n in range(len(rows) + 1) if n in (0, len(rows)) or rows[n].day != rows[n - 1].day]
    first = data.draw(st.sampled_from(ends[1:]))
    second = data.draw(st.sampled_from(ends[:-1]))
    with open_store(tmp_path_factory.mktemp("any") / "s.db") as store:
        store.add(export(rows, 0, first, file="a"))
        store.add(export(rows, second, len(rows), file="b"))
        lacking = sum(e.cents for e in rows[first:second])
        assert sum(store.gaps()["missing"], Decimal(0)) == Decimal(lacking) / 100
        if not lacking:
            assert store.gaps().empty
