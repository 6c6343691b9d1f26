"""A month is closed when it ties out, stays as it was, and what comes late is booked in the first one that is open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from exports import ACCOUNT, Entry, aside, export, stated
from gifts import FEBRUARY, MARCH, booked, close, credited, gift, length, parts, put, register

from reconcile.errors import DecisionRefused
from reconcile.statement import Account
from reconcile.store import Store, open_store
from reconcile.store.months import first_and_last, month_before, next_month
from reconcile.store.periods import Months

REGISTER = register()


ROWS = [
    gift("IDB ZAKAT"),
    gift("J NDLOVU", 50, 10),
    gift("YEMEN", 30, FEBRUARY - 1),
    gift("IDB", 20, FEBRUARY),
    gift("YEMEN", 10, FEBRUARY + 20),
    gift("IDB", 5, MARCH),
]


def states(store: Store) -> list[tuple[str, str, bool]]:
    return list(store.months()[["month", "state", "in_force"]].itertuples(index=False, name=None))


def test_a_month_that_ties_out_is_closed_with_its_figures_on_record(store: Store) -> None:
    put(store, *ROWS)
    store.close("2026-01", by="Thandi", reason="sent to the auditors")
    assert states(store) == [("2026-01", "closed", True)]
    found = store.months().iloc[0]
    assert (found["by"], found["reason"]) == ("Thandi", "sent to the auditors")
    assert store.events()["kind"].tolist()[-1] == "close"
    assert store.verify().holds


OPEN_ENDS = {
    "a day is missing": ([(0, 1), (2, 6)], "R 50.00 missing from 2026-01-01 to 2026-01-31"),
    "what is missing reaches into the next month": ([(0, 2), (3, 6)], "R 30.00 missing from 2026-01-11 to 2026-02-01"),
    "over the end of the month": ([(0, 2), (5, 6)], "R 60.00 missing from 2026-01-11 to 2026-03-01"),
}


@pytest.mark.parametrize("case", OPEN_ENDS)
def test_a_month_with_a_gap_is_not_closed_and_days_and_amount_are_named(books: Store, case: str) -> None:
    spans, message = OPEN_ENDS[case]
    for start, end in spans:
        books.add(export(ROWS, start, end))
    before = length(books)
    with pytest.raises(DecisionRefused) as refused:
        close(books)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert length(books) == before
    assert books.months().empty
    books.add(export(ROWS))
    close(books)


def test_a_gap_from_the_month_before_keeps_both_open(books: Store) -> None:
    books.add(export(ROWS, 0, 2))
    books.add(export(ROWS, 3, 6))
    for month in ("2026-01", "2026-02"):
        with pytest.raises(DecisionRefused, match=r"R 30\.00 missing from 2026-01-11 to 2026-02-01"):
            close(books, month)
    close(books, "2026-03")


@pytest.mark.parametrize("far", [FEBRUARY, MARCH, 150])
def test_a_gap_is_seen_however_long_the_account_was_quiet(books: Store, far: int) -> None:
    rows = [gift("A"), gift("B", 50, 1), gift("C", 30, far)]
    books.add(export(rows, 0, 1))
    books.add(export(rows, 2, 3))
    for month in ("2026-01", str(books.transactions()["date"].max())[:7]):
        with pytest.raises(DecisionRefused, match=r"R 50\.00 missing from 2026-01-01"):
            close(books, month)


def test_a_month_with_a_row_set_aside_is_not_closed_until_it_is_delivered_sound(store: Store) -> None:
    store.add(export(ROWS, 0, 2, quarantined=aside(5_00)))
    for again in range(2):  # the same torn row once more, in an overlapping export
        with pytest.raises(DecisionRefused, match="1 rows set aside"):
            close(store)
        store.add(export(ROWS, again, 2, quarantined=aside(5_00), file="again"))
    store.add(export(ROWS, 1, 6, file="not all of its days"))
    with pytest.raises(DecisionRefused, match="1 rows set aside"):
        close(store)
    store.add(export(ROWS, 0, 4, file="sound"))
    close(store)


def test_a_row_torn_at_the_edge_is_not_made_good_by_an_export_that_ends_before_it(books: Store) -> None:
    lacking = Decimal("5155.00")
    books.add(export(ROWS, 0, 2, quarantined=aside(5_00), closing=lacking, period=stated(0, 30)))
    books.add(export(ROWS, 0, 2, file="without it", period=stated(0, 30)))
    with pytest.raises(DecisionRefused, match="1 rows set aside"):
        close(books)
    books.add(export(ROWS, 0, 2, file="with it", closing=lacking, period=stated(0, 30)))
    close(books)


def test_a_statement_of_nothing_but_rows_set_aside_keeps_the_month_of_its_period_open(books: Store) -> None:
    books.add(export(ROWS, 0, 2))
    books.add(export(ROWS, 0, 0, quarantined=aside(None), period=stated(5, 35), file="torn"))
    for month in ("2026-01", "2026-02"):
        with pytest.raises(DecisionRefused, match="1 rows set aside"):
            close(books, month)
    put(books, *ROWS)
    close(books)


def test_a_month_on_which_exports_disagree_is_not_closed_until_a_person_decided(store: Store) -> None:
    names = put(store, *ROWS)
    store.match(REGISTER)
    store.add(export(ROWS, 0, 3, texts={1: "FNB APP PAYMENT FROM  SOMEBODY ELSE"}, file="second"))
    with pytest.raises(DecisionRefused, match="1 rows on which exports disagree"):
        close(store)
    store.decide(names[1], ("IDB", None), by="Thandi", reason="the second is right")
    close(store)


SHORT = [ROWS[0], ROWS[1]]


@pytest.mark.parametrize("wording", ["history", "emailed", "ofx"])
def test_a_month_of_which_the_last_days_are_not_in_is_not_closed(books: Store, wording: str) -> None:
    put(books, *SHORT, wording=wording)
    before = length(books)
    with pytest.raises(DecisionRefused) as refused:
        books.close("2026-01", by="Thandi", reason="checked")
    assert "no statement reaches the last day of 2026-01: account …9001 to 2026-01-11. " in str(refused.value)
    assert length(books) == before


REACHING = {
    "it states the whole month": {"period": stated(0, 30)},
    "a movement on the last day": {"more": [gift("A", 5, 30)]},
    "a movement in the next month": {"more": [gift("A", 5, FEBRUARY + 3)]},
}


@pytest.mark.parametrize("case", REACHING)
def test_what_reaches_the_last_day_shows_that_the_month_is_in(books: Store, case: str) -> None:
    how = REACHING[case]
    put(books, *SHORT, *how.get("more", []), **({"period": how["period"]} if "period" in how else {}))
    books.close("2026-01", by="Thandi")


def test_an_export_of_no_row_that_states_the_last_day_shows_it_too(books: Store) -> None:
    put(books, *SHORT)
    books.add(export(SHORT, 2, 2, period=stated(11, 30), file="quiet"))
    books.close("2026-01", by="Thandi")


def test_an_end_left_open_is_said_and_kept_on_record(store: Store) -> None:
    put(store, *SHORT)
    for nothing in ("", "  "):
        with pytest.raises(DecisionRefused, match="no statement reaches the last day"):
            store.close("2026-01", by="Thandi", open_end=nothing)
    store.close("2026-01", by="Thandi", open_end="the account was shut on the 12th")
    assert states(store) == [("2026-01", "closed", True)]
    assert store.verify().holds


def test_every_account_must_reach_the_last_day_but_one_silent_for_a_month(books: Store) -> None:
    other = Account(ACCOUNT[:-1] + "2")
    put(books, *ROWS, gift("A", 5, MARCH + 31), gift("A", 5, MARCH + 61))
    books.add(export(SHORT, account=other, file="other"))
    for month in ("2026-01", "2026-02"):
        with pytest.raises(DecisionRefused, match=rf"account {other.shown} to 2026-01-11\."):
            books.close(month, by="Thandi")
    books.close("2026-03", by="Thandi")


def test_a_row_that_another_export_lacks_keeps_the_month_open_too(books: Store) -> None:
    names = put(books, *ROWS)
    books.add(export([e for n, e in enumerate(ROWS) if n != 1], wording="ofx", file="second"))
    with pytest.raises(DecisionRefused, match="1 rows on which exports disagree"):
        close(books)
    books.decide(names[1], ("IDB", None), by="Thandi", reason="it is in the bank's letter")
    close(books)


NO_MONTHS = ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "January", "", None, 202601, "2026-01\n", "٢٠٢٦-٠١"]


@pytest.mark.parametrize("month", NO_MONTHS)
def test_what_is_no_month_is_refused(books: Store, month: str) -> None:
    for ask in (
        lambda: close(books, month),
        lambda: books.reopen(month, by="Thandi", reason="x"),
        lambda: books.month(month),
    ):
        with pytest.raises(DecisionRefused, match="is no month"):
            ask()
    assert books.months().empty


def test_a_month_of_which_nothing_is_known_is_not_closed(books: Store) -> None:
    with pytest.raises(DecisionRefused, match="nothing is known of 2026-01"):
        close(books)
    put(books, *ROWS)
    with pytest.raises(DecisionRefused, match="nothing is known of 2025-12"):
        close(books, "2025-12")


def test_closing_twice_and_opening_what_is_open_are_refused(store: Store) -> None:
    put(store, *ROWS)
    with pytest.raises(DecisionRefused, match="is not closed"):
        store.reopen("2026-01", by="Thandi", reason="look again")
    close(store)
    with pytest.raises(DecisionRefused, match="2026-01 is closed already"):
        close(store)
    with pytest.raises(DecisionRefused, match="no reason is given for opening 2026-01"):
        store.reopen("2026-01", by="Thandi", reason=" ")
    store.reopen("2026-01", by="Pieter", reason="look again")
    with pytest.raises(DecisionRefused, match="is not closed"):
        store.reopen("2026-01", by="Thandi", reason="look again")
    close(store)
    assert states(store) == [("2026-01", "closed", False), ("2026-01", "reopened", False), ("2026-01", "closed", True)]
    assert store.months()["reason"].tolist() == ["", "look again", ""]


def test_months_may_be_closed_in_any_order(books: Store) -> None:
    put(books, *ROWS)
    for month in ("2026-03", "2026-01", "2026-02"):
        close(books, month)
    assert all(state == "closed" for _, state, _ in states(books))


def test_what_comes_late_is_booked_in_the_first_open_month_and_points_back(store: Store) -> None:
    put(store, *ROWS)
    store.match(REGISTER)
    close(store)
    close(store, "2026-02")
    late = put(store, *ROWS[:2], gift("IDB", 0, 11), gift("IDB LATE", 7, 12), file="more", wording="ofx")[-1]
    store.match(REGISTER)
    found = store.late()
    own = found[found["transaction_id"] == late].iloc[0]
    assert (own["month"], own["booked"], own["amount"]) == ("2026-01", "2026-03", Decimal("7.00"))
    assert f"{own['date']:%Y-%m-%d}" == "2026-01-13"
    assert late in set(store.late("2026-03")["transaction_id"])
    assert store.late("2026-02").empty
    assert booked(store, late) == {"2026-03"}
    assert credited(store, late)[:2] == ("matched", "IDB")
    assert (store.transactions()["transaction_id"] == late).sum() == 1


def test_what_came_late_stays_booked_there_when_its_month_is_opened_again(books: Store) -> None:
    put(books, *ROWS)
    books.match(REGISTER)
    close(books)
    late = put(books, *ROWS[:2], gift("IDB LATE", 7, 12), file="more", wording="ofx")[-1]
    books.match(REGISTER)
    books.reopen("2026-01", by="Thandi", reason="look again")
    books.match(REGISTER)
    assert booked(books, late) == {"2026-02"}
    assert books.late()["booked"].tolist() == ["2026-02"]


def test_of_what_is_on_time_nothing_is_late(books: Store) -> None:
    put(books, *ROWS)
    close(books)
    put(books, *ROWS, gift("IDB", 3, MARCH + 1), file="more")
    assert books.late().empty


def test_a_movement_that_another_export_dates_into_the_next_month_is_not_late(tmp_path: Path) -> None:
    rows = [gift("A", 10, FEBRUARY - 3), gift("B", 20, FEBRUARY - 1), gift("C", 30, FEBRUARY + 2)]
    moved = [rows[0], replace(rows[1], day=FEBRUARY), rows[2]]
    for order in ([rows, moved], [moved, rows]):
        with open_store(tmp_path / f"{order[0] is rows}.db") as store:
            for number, own in enumerate(order):
                store.add(export(own, wording="history" if number else "emailed", file=f"{number}"))
            assert len(store.transactions()) == 3
            assert store.late().empty


def test_a_movement_of_a_closed_month_that_another_export_dates_into_the_next_stays_and_is_not_late(
    books: Store,
) -> None:
    rows = [gift("A", 10, FEBRUARY - 3), gift("IDB", 20, FEBRUARY - 1), gift("C", 30, FEBRUARY + 2)]
    name = put(books, *rows, wording="emailed")[1]
    books.match(REGISTER)
    close(books)
    put(books, rows[0], replace(rows[1], day=FEBRUARY), rows[2])
    assert str(books.transactions().set_index("transaction_id")["date"][name])[:7] == "2026-02"
    assert booked(books, name) == {"2026-01"}
    assert books.late().empty


def test_a_credited_gift_of_a_closed_month_is_not_decided_again_before_it_is_opened(store: Store) -> None:
    name, waiting, *_ = put(store, *ROWS)
    store.match(REGISTER)
    close(store)
    for change in (
        lambda: store.decide(name, ("YEM", "zakat"), by="Thandi", reason="typed wrong"),
        lambda: store.decide(name, ("IDB", "zakat"), by="Thandi"),
    ):
        with pytest.raises(DecisionRefused, match="is credited in 2026-01, which is closed"):
            change()
    store.decide(waiting, ("IDB", None), by="Thandi")
    assert booked(store, waiting) == {"2026-02"}
    assert store.decisions()["booked"].tolist() == ["2026-02"]
    store.reopen("2026-01", by="Thandi", reason="typed wrong")
    store.decide(name, ("YEM", "zakat"), by="Thandi", reason="typed wrong")
    assert booked(store, name) == {"2026-01"}


def test_a_decision_of_a_month_closed_since_is_not_taken_back(books: Store) -> None:
    _, waiting, *_ = put(books, *ROWS)
    books.decide(waiting, ("IDB", None), by="Thandi")
    close(books)
    with pytest.raises(DecisionRefused, match="is credited in 2026-01, which is closed"):
        books.undo(waiting, by="Thandi", reason="wrong")
    assert parts(books, waiting) == [("IDB", None, "50.00")]


def test_closing_and_opening_need_somebody(books: Store) -> None:
    put(books, *ROWS)
    with pytest.raises(DecisionRefused, match="nobody is named"):
        books.close("2026-01", by="")
    assert books.months().empty
    close(books)
    with pytest.raises(DecisionRefused, match="nobody is named"):
        books.reopen("2026-01", by=" ", reason="x")
    assert states(books) == [("2026-01", "closed", True)]


def test_an_account_without_balances_is_closed_since_nothing_contradicts(books: Store) -> None:
    books.add(export(ROWS, wording="ofx"))
    close(books)


@pytest.mark.parametrize(
    ("closed", "day", "booked"),
    [
        ([], "2026-01-31", "2026-01"),
        (["2026-01"], "2026-01-31", "2026-02"),
        (["2026-02"], "2026-01-31", "2026-01"),
        (["2026-11", "2026-12"], "2026-11-01", "2027-01"),
        (["2026-01", "2026-03"], "2026-01-01", "2026-02"),
    ],
)
def test_a_day_is_booked_in_its_own_month_or_the_first_open_one_after(closed: list[str], day: str, booked: str) -> None:
    assert Months(frozenset(closed)).booked(day) == booked


def test_after_december_comes_january() -> None:
    months = ["2026-11"]
    for _ in range(3):
        months.append(next_month(months[-1]))
    assert months == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert [month_before(month) for month in months] == ["2026-10", *months[:-1]]


@pytest.mark.parametrize(
    ("month", "last"), [("2026-02", "28"), ("2028-02", "29"), ("2026-04", "30"), ("2026-12", "31")]
)
def test_a_month_has_its_days(month: str, last: str) -> None:
    assert first_and_last(month) == (f"{month}-01", f"{month}-{last}")


def test_a_zero_movement_or_a_day_that_leads_back_at_the_end_of_a_month_does_not_keep_it_open(books: Store) -> None:
    put(books, gift("A", 10, 28), gift("B", 100, 29), Entry(29, -100_00), gift("C", 0, 30), gift("D", 5, FEBRUARY))
    close(books)
    close(books, "2026-02")
