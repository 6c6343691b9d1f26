"""How it came to what holds: every decision with what was before, what the rules changed, and what was taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from gifts import FEBRUARY, close, funds, gift, length, put, register, taken_back

from reconcile.schema import CHANGES, DECISIONS, REVERSALS, TRANSACTIONS
from reconcile.store import Store, history
from reconcile.store.months import first_and_last

REGISTER = register()
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


def decisions(store: Store, *names: str, until: int | None = None) -> list[dict[str, Any]]:
    with store._database.reading() as connection:
        found = history.decisions(connection, names, until)
    assert list(found.columns) == DECISIONS.names
    return rows_of(found)


def changes(store: Store, *names: str, until: int | None = None) -> list[dict[str, Any]]:
    with store._database.reading() as connection:
        found = history.changes(connection, names, until)
    assert list(found.columns) == CHANGES.names
    return rows_of(found)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{k: None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")]


def short(found: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(str(row[c]) if c == "amount" else row[c] for c in columns) for row in found]


@pytest.fixture
def waiting(store: Store) -> str:
    """A gift of R 100.00 that names nothing."""
    name, *_ = put(store, gift("J NDLOVU"), gift("IDB ZAKAT", 5, 1))
    store.match(REGISTER)
    return name


def test_of_what_nobody_decided_there_is_nothing(waiting: str, store: Store) -> None:
    assert decisions(store, waiting) == []
    assert decisions(store) == []


def test_a_decision_says_who_when_why_on_what_evidence_and_what_was_there_before(waiting: str, store: Store) -> None:
    store.decide(waiting, ("IDB", "zakat"), by="Thandi", reason="she phoned", evidence="note of 3 May")
    [row] = decisions(store, waiting)
    assert row == {
        "decision": row["decision"],
        "transaction_id": waiting,
        "amount": row["amount"],
        "campaign": "IDB",
        "fund": "zakat",
        "before": "a person must say",
        "by": "Thandi",
        "on": row["on"],
        "reason": "she phoned",
        "evidence": "note of 3 May",
        "state": "in force",
    }
    assert str(row["amount"]) == "100.00"
    assert TODAY <= row["on"] <= f"{datetime.now(UTC):%Y-%m-%d}"


BEFORE = {
    "credited by a rule": (lambda store, names: None, 1, "IDB zakat"),
    "waiting": (lambda store, names: None, 0, "a person must say"),
    "no gift": (lambda store, names: store.decide(names[0], (None, None), by="T"), 0, "no gift"),
    "without a fund": (lambda store, names: store.decide(names[0], ("YEM", None), by="T"), 0, "YEM unspecified"),
    "split": (
        lambda store, names: store.decide(names[0], [("IDB", None, "60.00"), ("YEM", None, "40.00")], by="T"),
        0,
        "split over 2",
    ),
    "partly no gift": (
        lambda store, names: store.decide(names[0], [("IDB", None, "60.00"), (None, None, "40.00")], by="T"),
        0,
        "split over 2",
    ),
    "taken back": (
        lambda store, names: (
            store.decide(names[0], ("YEM", None), by="T"),
            store.undo(names[0], by="T", reason="a slip"),
        ),
        0,
        "a person must say",
    ),
    "taken back to one before": (
        lambda store, names: (
            store.decide(names[0], ("YEM", None), by="T"),
            store.decide(names[0], ("IDB", None), by="T", reason="a slip"),
            store.undo(names[0], by="T", reason="none"),
        ),
        0,
        "YEM unspecified",
    ),
}


@pytest.mark.parametrize("case", BEFORE)
def test_before_is_what_held_until_then(books: Store, case: str) -> None:
    prepare, at, before = BEFORE[case]
    names = put(books, gift("J NDLOVU"), gift("IDB ZAKAT", 100, 1))
    books.match(REGISTER)
    prepare(books, names)
    books.decide(names[at], ("WWL", "lillah"), by="T", reason="x", evidence="y")
    assert decisions(books, *names)[-1]["before"] == before


def test_before_the_first_matching_nothing_held(books: Store) -> None:
    (name,) = put(books, gift("J NDLOVU"))
    books.decide(name, ("IDB", None), by="T")
    assert short(decisions(books, name), "before", "state") == [("not matched yet", "in force")]


def test_of_decisions_changed_and_taken_back_each_says_what_became_of_it(waiting: str, store: Store) -> None:
    first = store.decide(waiting, ("IDB", None), by="Thandi")
    second = store.decide(waiting, ("YEM", None), by="Sipho", reason="wrong appeal")
    assert short(decisions(store, waiting), "decision", "state") == [(first, "changed since"), (second, "in force")]
    third = store.undo(waiting, by="Thandi", reason="right after all")
    found = decisions(store, waiting)
    assert short(found, "decision", "by", "campaign", "before", "state", "reason") == [
        (first, "Thandi", "IDB", "a person must say", "in force", None),
        (second, "Sipho", "YEM", "IDB unspecified", f"taken back by {third}", "wrong appeal"),
        (third, "Thandi", "IDB", "YEM unspecified", f"takes back {second}", "right after all"),
    ]
    fourth = store.undo(waiting, by="Thandi", reason="nobody knows")
    found = decisions(store, waiting)
    assert short(found, "decision", "state") == [
        (first, f"taken back by {fourth}"),
        (second, f"taken back by {third}"),
        (third, f"takes back {second}"),
        (fourth, f"takes back {first}"),
    ]
    assert short(found[-1:], "amount", "campaign", "fund", "before") == [("None", None, None, "IDB unspecified")]


def test_a_split_has_a_row_for_each_part_that_add_up_to_the_gift(waiting: str, store: Store) -> None:
    said = [("IDB", "zakat", "33.33"), ("YEM", None, "66.66"), (None, None, "0.01")]
    number = store.decide(waiting, said, by="Thandi")
    found = decisions(store, waiting)
    assert short(found, "decision", "campaign", "fund", "amount") == [(number, *part) for part in said]
    assert {row["state"] for row in found} == {"in force"}


def test_decisions_stand_oldest_first_and_only_those_of_the_movements_asked_for(books: Store) -> None:
    names = put(books, *(gift(f"PAYER {n}", 10, n) for n in range(4)))
    books.match(REGISTER)
    numbers = [books.decide(name, ("IDB", None), by="T") for name in (names[2], names[0], names[3])]
    found = decisions(books, *names[:3])
    assert short(found, "decision", "transaction_id") == [(numbers[0], names[2]), (numbers[1], names[0])]


def test_until_an_event_what_came_after_it_is_not_known(waiting: str, store: Store) -> None:
    first = store.decide(waiting, ("IDB", None), by="T")
    known = [length(store)]
    store.decide(waiting, ("YEM", None), by="T", reason="x")
    known += [length(store)]
    store.undo(waiting, by="T", reason="y")
    assert decisions(store, waiting, until=known[0] - 1) == []
    assert short(decisions(store, waiting, until=known[0]), "decision", "state") == [(first, "in force")]
    states = [state for (state,) in short(decisions(store, waiting, until=known[1]), "state")]
    assert states == ["changed since", "in force"]
    assert len(decisions(store, waiting)) == 3


def test_what_was_forgotten_of_a_payer_leaves_the_decisions(waiting: str, store: Store) -> None:
    store.decide(waiting, ("IDB", None), by="T")
    before = decisions(store, waiting)
    store.forget([waiting], by="T", reason="she asked")
    assert decisions(store, waiting) == before


def test_the_first_matching_changes_nothing(waiting: str, store: Store) -> None:
    assert changes(store, waiting) == []
    store.match(REGISTER)
    assert changes(store, waiting) == []


def test_a_change_says_what_was_credited_before_and_then_and_what_had_changed(store: Store) -> None:
    names = put(store, gift("NDLOVU"), gift("IDB ZKAAT", 50, 1), gift("YEM", 7, 2))
    store.match(REGISTER, funds=funds(zakat="Zakat"))
    store.match(register(IDB="Idlib Appeal|Ndlovu", YEM="Yemen Emergency|Yemen"), funds=funds(zakat="Zakat"))
    [row] = changes(store, *names)
    assert TODAY <= row.pop("on") <= f"{datetime.now(UTC):%Y-%m-%d}"
    assert row == {
        "transaction_id": names[0],
        "before": "a person must say",
        "now": "IDB unspecified",
        "why": "the register changed",
    }
    store.match(REGISTER, funds=funds(zakat="Zakat|Yem"))
    newer = short(changes(store, *names), "transaction_id", "before", "now", "why")[:-1]
    assert set(newer) == {
        (names[0], "IDB unspecified", "a person must say", "the register changed and the funds changed"),
        # the last time that this one was decided otherwise, the register was the same
        (names[2], "YEM unspecified", "YEM zakat", "the funds changed"),
    }


def test_what_is_credited_as_people_decided_before_says_so(books: Store) -> None:
    names = put(books, gift("MRS KHUMALO"), gift("MRS KHUMALO", 100, 9))
    books.match(REGISTER)
    books.decide(names[0], ("IDB", "zakat"), by="Thandi")
    books.match(REGISTER)
    said = (names[1], "a person must say", "IDB zakat", "remembered")
    assert short(changes(books, *names), "transaction_id", "before", "now", "why") == [said]


def test_changes_stand_newest_first_and_until_an_event_later_ones_are_not_known(store: Store) -> None:
    (name,) = put(store, gift("NDLOVU"))
    store.match(REGISTER)
    store.match(register(IDB="Idlib Appeal|Ndlovu"))
    known = length(store)
    store.match(REGISTER)
    assert short(changes(store, name), "before", "now") == [
        ("IDB unspecified", "a person must say"),
        ("a person must say", "IDB unspecified"),
    ]
    assert short(changes(store, name, until=known), "before", "now") == [("a person must say", "IDB unspecified")]
    assert changes(store, name, until=known - 1) == []


def test_other_evidence_for_the_same_credit_is_no_change(books: Store) -> None:
    (name,) = put(books, gift("IDB"))
    books.match(REGISTER)
    books.match(register(IDB="Idlib Appeal|Idleb|Idb Idb"))
    assert changes(books, name) == []


def reversals(store: Store, month: str, until: int | None = None) -> tuple[list[tuple[str, str]], pd.DataFrame]:
    names = store.transactions(*first_and_last(month))["transaction_id"].tolist()
    with store._database.reading() as connection:
        found, others = history.reversals(connection, names, until)
    assert list(found.columns) == REVERSALS.names
    assert list(others.columns) == TRANSACTIONS.names
    return short(rows_of(found), "reversal", "original"), others


ROWS = [gift("IDB ZAKAT"), gift("YEM", 30, 5), taken_back("YEM", 30, 9), taken_back("IDB ZAKAT", day=FEBRUARY + 3)]


def test_a_reversal_is_linked_and_the_payment_of_another_month_is_there(store: Store) -> None:
    idb, yem, back, later = put(store, *ROWS)
    assert reversals(store, "2026-01")[0] == []  # nothing was matched yet
    store.match(REGISTER)
    links, others = reversals(store, "2026-01")
    assert links == [(back, yem)]
    assert others.empty
    links, others = reversals(store, "2026-02")
    assert links == [(later, idb)]
    assert others["transaction_id"].tolist() == [idb]
    assert others["description"].tolist() == [ROWS[0].text("history")]
    assert str(others["amount"][0]) == "100.00"


def test_until_an_event_links_and_payments_are_as_they_were_then(store: Store) -> None:
    idb, *_, later = put(store, *ROWS, file="z")
    before = length(store)
    store.match(REGISTER)
    known = length(store)
    put(store, *ROWS, file="a")
    assert reversals(store, "2026-02", until=before)[0] == []
    links, others = reversals(store, "2026-02", until=known)
    assert links == [(later, idb)]
    assert others["source"].tolist() == ["z"]
    assert reversals(store, "2026-02")[1]["source"].tolist() == ["a"]


def test_a_closed_month_has_the_decisions_and_changes_that_were_known_at_its_close(store: Store) -> None:
    first, second, _ = put(store, gift("J NDLOVU"), gift("P MOKOENA", 50, 2), gift("IDB", 7, FEBRUARY))
    store.match(REGISTER)
    store.decide(first, ("IDB", None), by="Thandi")
    close(store)
    before = store.month("2026-01")
    assert before is not None
    store.decide(second, ("YEM", None), by="Thandi")
    store.match(register(IDB="Idlib Appeal|Idleb", YEM="Mokoena Appeal"))
    view = store.month("2026-01")
    assert view is not None
    assert view.decisions.equals(before.decisions)
    assert view.decisions["transaction_id"].tolist() == [first]
    assert view.changes.equals(before.changes)
    later = store.month("2026-02")
    assert later is not None
    assert later.decisions.empty  # it stands among what was decided later
    assert later.decided_later["transaction_id"].tolist() == [second]
