"""Matching again: nothing without a cause, each change with its cause, and reversals follow what they take back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from exports import Entry, export
from gifts import (
    FEBRUARY,
    MARCH,
    booked,
    close,
    credited,
    funds,
    gift,
    length,
    match_of,
    parts,
    put,
    register,
    taken_back,
    total,
)

from reconcile.campaigns import read_campaigns
from reconcile.errors import FrameRefused
from reconcile.store import Store, open_store

REGISTER = register()


MIXED = [
    gift("IDB ZAKAT"),
    gift("J NDLOVU", day=1),
    taken_back("IDB ZAKAT", day=2),
    gift("YEMEN", 40, 3),
    gift("P VENTER", 60, 3),
    taken_back("P VENTER", 60, 4),
    Entry(5, -3_00, "bare", "#SERVICE FEES"),
    gift("IDLIB YEMEN", 20, 6),
]


def test_matching_again_changes_nothing_and_writes_nothing(store: Store) -> None:
    names = put(store, *MIXED)
    store.add(export(MIXED, 0, 5, texts={3: "FNB APP PAYMENT FROM  SOMETHING ELSE"}, file="again"))
    assert len(store.match(REGISTER)) == len(names)
    store.decide(names[1], ("IDB", None), by="Thandi")
    store.match(REGISTER)
    before, found, money = length(store), store.matches(), store.allocations()
    for again in (
        REGISTER,
        register(WWL="Water Wells|Hand Pump", YEM="Yemen Emergency|Yemen", IDB="Idlib Appeal|Idleb"),
    ):
        assert store.match(again).empty
        assert length(store) == before
    assert store.match(REGISTER, max_wrong=0.0).empty
    assert length(store) == before
    assert store.matches().equals(found)
    assert store.allocations().equals(money)
    assert store.verify().holds


def test_matching_again_leaves_the_file_as_it_is(books: Store, tmp_path: Path) -> None:
    put(books, *MIXED)
    books.match(REGISTER)
    books.shut()
    before = (tmp_path / "books.db").read_bytes()
    with open_store(tmp_path / "books.db") as again:
        again.match(REGISTER)
        again.matches()
    assert (tmp_path / "books.db").read_bytes() == before


def test_the_first_time_every_movement_is_said_to_be_new(books: Store) -> None:
    put(books, gift("IDB ZAKAT"), gift("J NDLOVU", day=1), Entry(2, -3_00, "bare", "#SERVICE FEES"))
    found = books.match(REGISTER)
    assert found["why"].tolist() == ["new"] * 3
    assert found.sort_values("date")[["before", "now"]].values.tolist() == [
        ["", "IDB zakat"],
        ["", "a person must say"],
        ["", "no gift"],
    ]


CAUSES = {
    "a new alias": (
        "J NDLOVU WELLNESS",
        {"campaigns": register(IDB="Idlib Appeal|Idleb", WEL="Wellness")},
        "WEL unspecified",
        "the register changed",
    ),
    "a campaign gone": (
        "YEMEN",
        {"campaigns": register(IDB="Idlib Appeal|Idleb")},
        "a person must say",
        "the register changed",
    ),
    "another spelling of a fund": (
        "IDB WAQF",
        {"funds": funds(zakat="Zakat", waqf="Waqf")},
        "IDB waqf",
        "the funds changed",
    ),
    "a fund gone": ("IDB ZAKAT", {"funds": funds(lillah="Lillah")}, "a person must say", "the funds changed"),
    "more wrong allowed": ("IDB YEMEN", {"max_wrong": 0.2}, None, "another share of wrong allowed"),
    "two at once": (
        "IDB ZAKAT",
        {"campaigns": register(IDX="Idlib Appeal|IDB"), "funds": funds(lillah="Lillah")},
        "a person must say",
        "the register changed and the funds changed",
    ),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_change_of_what_decides_is_the_cause_of_what_changes(books: Store, cause: str) -> None:
    text, given, now, why = CAUSES[cause]
    put(books, gift(text), gift("P VENTER", day=1))
    books.match(REGISTER)
    how = {"campaigns": REGISTER} | given
    found = books.match(how.pop("campaigns"), **how)
    if now is not None:
        assert found[["now", "why"]].values.tolist() == [[now, why]]
    assert set(found["why"]) <= {why}
    assert books.match(given.get("campaigns", REGISTER), **how).empty


def test_another_version_of_the_rules_decides_anew(books: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    name = put(books, gift("IDB ZAKAT"))[0]
    monkeypatch.setattr("reconcile.store.registers.rule_version", lambda: "0.0.1+old")
    books.match(REGISTER)
    monkeypatch.undo()
    assert books.match(REGISTER).empty
    assert credited(books, name) == ("matched", "IDB", "zakat")


def test_no_wrong_allowed_is_the_same_however_it_is_written(books: Store) -> None:
    put(books, *MIXED)
    books.match(REGISTER)
    changed = books.match(LATER, max_wrong=0.0)
    assert set(changed["why"]) == {"the register changed"}


@pytest.mark.parametrize("given", [{"campaigns": None}, {"campaigns": "campaigns.csv"}, {"funds": "funds.csv"}])
def test_what_is_no_register_is_refused(books: Store, given: dict[str, object]) -> None:
    put(books, *MIXED)
    how = {"campaigns": REGISTER} | given
    with pytest.raises(FrameRefused, match="are no register"):
        books.match(how.pop("campaigns"), **how)
    assert length(books) == 1


def test_every_register_that_was_used_is_kept_once(store: Store) -> None:
    put(store, gift("IDB ZAKAT"))
    other = register(OTH="Other Appeal")
    for used in (REGISTER, other, REGISTER, other):
        store.match(used)
    assert store.registers().groupby("kind").size().to_dict() == {"campaigns": 2, "funds": 1}


LATER = register(NEW="New Appeal|IDB", YEM="Yemen Emergency|Yemen")


def test_a_closed_month_is_not_decided_again_and_what_was_decided_never(store: Store) -> None:
    old, own, late = put(store, gift("IDB ZAKAT"), gift("IDB LILLAH", day=FEBRUARY), gift("IDB", day=FEBRUARY + 1))
    store.match(REGISTER)
    close(store)
    store.decide(own, ("YEM", "lillah"), by="Thandi", reason="typed wrong")
    found = store.match(LATER)
    assert found["transaction_id"].tolist() == [late]
    assert credited(store, old) == ("matched", "IDB", "zakat")
    assert credited(store, own) == ("decided", "YEM", "lillah")
    assert credited(store, late) == ("matched", "NEW", None)


def test_a_closed_month_among_open_ones_stays_as_it_was(books: Store) -> None:
    names = put(books, *[gift("IDB ZAKAT", 10, day) for day in (0, FEBRUARY, MARCH)])
    books.match(REGISTER)
    close(books, "2026-02")
    assert sorted(books.match(LATER)["transaction_id"]) == sorted([names[0], names[2]])
    assert credited(books, names[1]) == ("matched", "IDB", "zakat")


def test_a_month_opened_again_is_decided_with_the_register_of_today(store: Store) -> None:
    old, _ = put(store, gift("IDB ZAKAT"), gift("YEMEN", day=FEBRUARY))
    store.match(REGISTER)
    close(store)
    store.match(LATER)
    store.reopen("2026-01", by="Thandi", reason="the appeal was merged")
    found = store.match(LATER)
    assert found["transaction_id"].tolist() == [old]
    assert credited(store, old) == ("matched", "NEW", "zakat")
    before = length(store)
    assert store.match(LATER).empty
    assert length(store) == before


def test_a_month_opened_again_right_after_a_match_that_wrote_nothing(books: Store) -> None:
    old, _ = put(books, gift("IDB ZAKAT"), gift("YEMEN", day=FEBRUARY))
    books.match(REGISTER)
    close(books)
    books.match(LATER)
    assert books.match(LATER).empty
    books.reopen("2026-01", by="Thandi", reason="the appeal was merged")
    assert books.match(LATER)["transaction_id"].tolist() == [old]


def test_a_gift_that_another_export_words_so_that_it_would_go_elsewhere_waits(books: Store) -> None:
    rows = [gift("J NDLOVU"), gift("IDB ZAKAT", 50, 1)]
    _, other = put(books, *rows)
    books.match(REGISTER)
    books.add(export(rows, texts={1: "FNB APP PAYMENT FROM  YEMEN"}, file="second"))
    changes = books.match(REGISTER)
    assert changes[["transaction_id", "now", "why"]].values.tolist() == [[other, "a person must say", "other evidence"]]
    assert "two exports word it differently" in match_of(books, other)["reason"]
    assert parts(books, other) == []


def given_back(store: Store, *more: Entry) -> tuple[str, ...]:
    """A gift and its reversal the day after, and what else there is."""
    return tuple(put(store, gift("IDB ZAKAT"), taken_back("IDB ZAKAT", day=1), *more))


def test_a_reversal_takes_campaign_and_fund_from_the_gift_that_it_takes_back(store: Store) -> None:
    original, reversal = given_back(store)
    store.match(REGISTER)
    assert parts(store, reversal) == [("IDB", "zakat", "-100.00")]
    found = match_of(store, reversal)
    assert (found["status"], found["kind"], found["rule"]) == ("matched", "reversal", "reversal")
    assert found["evidence"].startswith(f"takes back {original}: ")
    assert total([a for name in (original, reversal) for *_, a in parts(store, name)]) == 0


SAID = {
    "to another place": (("YEM", "lillah"), [("YEM", "lillah", "-100.00")]),
    "to two places": (
        [("IDB", "zakat", "60.00"), ("YEM", None, "40.00")],
        [("IDB", "zakat", "-60.00"), ("YEM", None, "-40.00")],
    ),
    "to three": (
        [("IDB", "zakat", "33.33"), ("IDB", None, "33.33"), ("YEM", None, "33.34")],
        [("IDB", "zakat", "-33.33"), ("IDB", None, "-33.33"), ("YEM", None, "-33.34")],
    ),
    "no gift": ((None, None), []),
}


@pytest.mark.parametrize("moment", ["before the first matching", "between", "at last"])
def test_a_reversal_goes_where_a_person_said_that_the_gift_goes(books: Store, moment: str) -> None:
    rows = [(gift("IDB ZAKAT", day=2 * n), taken_back("IDB ZAKAT", day=2 * n + 1)) for n in range(len(SAID))]
    names = put(books, *[row for pair in rows for row in pair])
    originals, reversals = names[::2], names[1::2]
    if moment != "before the first matching":
        books.match(REGISTER)
    for original, (allocation, _) in zip(originals, SAID.values(), strict=True):
        books.decide(original, allocation, by="Thandi", reason="her letter", evidence="letter of 3 January")
    if moment != "at last":
        books.match(REGISTER)
        before = length(books)
        assert books.match(REGISTER).empty
        assert length(books) == before
    for original, reversal, (said, (_, wanted)) in zip(originals, reversals, SAID.items(), strict=True):
        assert parts(books, reversal) == wanted, said
        assert total([a for name in (original, reversal) for *_, a in parts(books, name)]) == 0
        if moment != "at last":
            assert match_of(books, reversal)["status"] == ("matched" if wanted else "not_donation")
            assert original in match_of(books, reversal)["evidence"]


def test_a_reversal_waits_as_long_as_its_gift_does(store: Store) -> None:
    original, reversal = put(store, gift("J NDLOVU"), taken_back("J NDLOVU", day=1))
    store.match(REGISTER)
    assert credited(store, reversal) == ("review", None, None)
    assert "the gift it takes back waits for a person" in match_of(store, reversal)["reason"]
    store.decide(original, ("IDB", None), by="Thandi")
    assert parts(store, reversal) == [("IDB", None, "-100.00")]
    store.match(REGISTER)
    assert credited(store, reversal) == ("matched", "IDB", None)
    store.undo(original, by="Thandi", reason="wrong")
    store.match(REGISTER)
    assert credited(store, reversal) == ("review", None, None)
    assert parts(store, reversal) == []


def test_a_reversal_that_a_person_decided_stays_so(books: Store) -> None:
    original, reversal = given_back(books)
    books.match(REGISTER)
    books.decide(reversal, ("YEM", None), by="Thandi", reason="of another gift", evidence="letter")
    books.decide(original, ("IDB", "lillah"), by="Thandi", reason="her letter", evidence="letter")
    books.match(REGISTER)
    assert parts(books, reversal) == [("YEM", None, "-100.00")]
    books.undo(reversal, by="Thandi", reason="wrong")
    books.match(REGISTER)
    assert parts(books, reversal) == [("IDB", "lillah", "-100.00")]


def test_a_reversal_of_a_gift_of_a_closed_month_is_booked_in_its_own(store: Store) -> None:
    (original,) = put(store, gift("IDB ZAKAT"))
    store.match(REGISTER)
    close(store)
    rows = [gift("IDB ZAKAT"), taken_back("IDB ZAKAT", day=FEBRUARY)]
    reversal = put(store, *rows)[1]
    store.match(LATER)
    assert (parts(store, reversal), booked(store, reversal)) == ([("IDB", "zakat", "-100.00")], {"2026-02"})
    assert (parts(store, original), booked(store, original)) == ([("IDB", "zakat", "100.00")], {"2026-01"})


def test_a_reversal_of_a_split_gift_of_a_closed_month_is_split_likewise(books: Store) -> None:
    (original,) = put(books, gift("IDB ZAKAT"))
    books.match(REGISTER)
    books.decide(original, [("IDB", "zakat", "99.99"), ("YEM", None, "0.01")], by="T", reason="x", evidence="letter")
    close(books)
    reversal = put(books, gift("IDB ZAKAT"), taken_back("IDB ZAKAT", day=FEBRUARY))[1]
    books.match(LATER)
    assert parts(books, reversal) == [("IDB", "zakat", "-99.99"), ("YEM", None, "-0.01")]
    assert booked(books, reversal) == {"2026-02"}


def test_gift_and_reversal_of_a_closed_month_decided_later_both_count_for_the_open_one(books: Store) -> None:
    original, reversal, _ = put(books, gift("J NDLOVU"), taken_back("J NDLOVU", day=1), gift("IDB", day=FEBRUARY))
    books.match(REGISTER)
    close(books)
    books.decide(original, ("IDB", None), by="Thandi")
    assert booked(books, original) == booked(books, reversal) == {"2026-02"}
    assert parts(books, reversal) == [("IDB", None, "-100.00")]


def test_gift_and_reversal_move_together_when_the_register_changes(books: Store) -> None:
    original, reversal = given_back(books)
    books.match(REGISTER)
    changes = books.match(LATER)
    assert set(changes["transaction_id"]) == {original, reversal}
    assert parts(books, original) == [("NEW", "zakat", "100.00")]
    assert parts(books, reversal) == [("NEW", "zakat", "-100.00")]
    before = length(books)
    assert books.match(LATER).empty
    assert length(books) == before


def test_a_reversal_and_a_new_payment_on_its_day_stay_three_rows(store: Store) -> None:
    first, back, again = put(store, gift("IDB ZAKAT"), taken_back("IDB ZAKAT", day=1), gift("IDB ZAKAT", day=1))
    store.match(REGISTER)
    assert len({first, back, again}) == 3
    assert [parts(store, n) for n in (first, back, again)] == [
        [("IDB", "zakat", "100.00")],
        [("IDB", "zakat", "-100.00")],
        [("IDB", "zakat", "100.00")],
    ]
    assert first in match_of(store, back)["evidence"]
    assert store.transactions()["amount"].sum() == Decimal("100.00")


def test_all_three_on_one_day(store: Store) -> None:
    names = put(store, gift("IDB ZAKAT"), taken_back("IDB ZAKAT"), gift("IDB ZAKAT"))
    store.match(REGISTER)
    assert len(set(names)) == 3
    assert parts(store, names[1]) == [("IDB", "zakat", "-100.00")]
    assert total([a for name in names for *_, a in parts(store, name)]) == Decimal("100.00")


def test_two_reversals_take_back_two_gifts_though_one_is_of_a_closed_month(books: Store) -> None:
    rows = [gift("IDB ZAKAT"), gift("IDB ZAKAT", day=2), taken_back("IDB ZAKAT", day=3)]
    first, second, back = put(books, *rows)
    books.match(REGISTER)
    books.decide(first, ("YEM", "zakat"), by="Thandi", reason="her letter")
    assert second in match_of(books, back)["evidence"]
    close(books)
    other = put(books, *rows, taken_back("IDB ZAKAT", day=FEBRUARY), file="later")[3]
    books.match(REGISTER)
    assert first in match_of(books, other)["evidence"]
    assert parts(books, other) == [("YEM", "zakat", "-100.00")]


def test_a_gift_of_a_closed_month_is_matched_by_nobody_and_booked_where_it_is_decided(books: Store) -> None:
    name, _ = put(books, gift("IDB ZAKAT"), gift("IDB", day=FEBRUARY))
    close(books)
    books.match(REGISTER)
    assert credited(books, name)[0] == "review"
    books.decide(name, ("IDB", "zakat"), by="Thandi")
    assert booked(books, name) == {"2026-02"}


def test_an_appeal_that_was_closed_keeps_its_campaign_and_says_so(books: Store) -> None:
    name = put(books, gift("IDB ZAKAT"))[0]
    frame = pd.DataFrame({"code": ["IDB"], "name": ["Idlib Appeal"], "closes": ["2025-12-31"]})
    books.match(read_campaigns(frame))
    assert credited(books, name) == ("matched", "IDB", "zakat")
    assert "2025-12-31" in match_of(books, name)["reason"]


def test_part_of_the_movements_is_decided_as_all_of_them_would_be(books: Store, tmp_path: Path) -> None:
    texts = ["IDB ZAKAT", "J NDLOVU", "IDBB", "YEMEN YMN", "IDLEB", "ZAKAT", "WELLS", "PUMP", "IDB 12", "12"]
    rows = [replace(gift(t, 10 + n, n), channel="app") for n, t in enumerate(texts)]
    for n in range(len(rows)):
        books.add(export(rows, 0, n + 1))
        books.match(REGISTER)
    with open_store(tmp_path / "once.db") as once:
        put(once, *rows)
        once.match(REGISTER)
        assert books.matches().equals(once.matches())


def test_what_a_payer_typed_can_be_forgotten_and_its_credit_stays(books: Store) -> None:
    original, reversal, waiting = put(books, gift("IDB ZAKAT"), taken_back("IDB ZAKAT", day=1), gift("J NDLOVU", day=2))
    books.match(REGISTER)
    books.forget([original, waiting], by="Thandi", reason="she asked")
    for used in (REGISTER, LATER, REGISTER):
        books.match(used)
        assert parts(books, original) == [("IDB", "zakat", "100.00")]
        assert parts(books, reversal) == [("IDB", "zakat", "-100.00")]
    assert credited(books, waiting)[0] == "review"
    assert books.verify().holds
