"""What people decide adds up to the cent, is explained, stays on record, and can be taken back step by step."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest
from exports import Entry, export
from gifts import FEBRUARY, booked, close, credited, gift, length, match_of, parts, put, register, total
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.errors import DecisionRefused
from reconcile.store import Store, open_store

REGISTER = register()


@pytest.fixture
def waiting(books: Store) -> str:
    """A gift of R 100.00 that names nothing, in a store that knows the register."""
    name = put(books, gift("J NDLOVU"))[0]
    books.match(REGISTER)
    return name


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    """A store and a gift as above, for what changes nothing."""
    with open_store(tmp_path_factory.mktemp("untouched") / "s.db") as store:
        name = put(store, gift("J NDLOVU"))[0]
        store.match(REGISTER)
        yield store, name


def by_t(store: Store, name: str, given: object, reason: str = "", evidence: str = "") -> int:
    return store.decide(name, given, by="Thandi", reason=reason, evidence=evidence)


TAKEN = {
    "one place": (("IDB", "zakat"), [("IDB", "zakat", "100.00")]),
    "no fund": (("IDB", None), [("IDB", None, "100.00")]),
    "an empty fund": (("IDB", ""), [("IDB", None, "100.00")]),
    "a list of one": ([("IDB", "zakat", "100.00")], [("IDB", "zakat", "100.00")]),
    "two campaigns": (
        [("IDB", None, "60.00"), ("YEM", None, "40.00")],
        [("IDB", None, "60.00"), ("YEM", None, "40.00")],
    ),
    "two funds": (
        [("IDB", "zakat", "99.99"), ("IDB", "lillah", "0.01")],
        [("IDB", "zakat", "99.99"), ("IDB", "lillah", "0.01")],
    ),
    "amounts of other types": (
        [("IDB", None, 50), ("YEM", None, 49.5), ("WWL", None, Decimal("0.5"))],
        [("IDB", None, "50.00"), ("YEM", None, "49.50"), ("WWL", None, "0.50")],
    ),
    "a frame": (
        pd.DataFrame({"campaign": ["IDB", "YEM"], "fund": [None, "zakat"], "amount": ["60.00", "40.00"]}),
        [("IDB", None, "60.00"), ("YEM", "zakat", "40.00")],
    ),
    "rows as mappings": ([{"campaign": "IDB", "amount": "100.00"}], [("IDB", None, "100.00")]),
    "whatever can be walked along": ({1: ["IDB", "zakat", "100.00"]}.values(), [("IDB", "zakat", "100.00")]),
    "partly no gift": ([("IDB", "zakat", "60.00"), (None, None, "40.00")],) * 2,
}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[str], list[str]]]:
    """A store with gifts that name nothing, and gifts that the rules credited to IDB zakat: one for each case."""
    rows = [gift(text, 100, day) for day in range(max(len(TAKEN), len(CHANGES))) for text in ("J NDLOVU", "IDB ZAKAT")]
    with open_store(tmp_path_factory.mktemp("many") / "s.db") as store:
        names = put(store, *rows)
        store.match(REGISTER)
        yield store, names[::2], names[1::2]


@pytest.mark.parametrize("given", TAKEN)
def test_a_gift_goes_where_a_person_says(many: tuple[Store, list[str], list[str]], given: str) -> None:
    said, wanted = TAKEN[given]
    store, waiting, _ = many
    name = waiting[list(TAKEN).index(given)]
    by_t(store, name, said)
    assert parts(store, name) == wanted
    assert match_of(store, name)["status"] == "decided"
    assert store.verify().holds


REFUSED = {
    "a cent too little": (
        [("IDB", None, "60.00"), ("YEM", None, "39.99")],
        "add up to R 99.99, the movement is R 100.00",
    ),
    "a cent too much": (
        [("IDB", None, "60.00"), ("YEM", None, "40.01")],
        "add up to R 100.01, the movement is R 100.00",
    ),
    "nothing": ([], "no allocation is given"),
    "a word": ("IDB", "neither (campaign, fund) nor a list"),
    "no list": (100, "neither (campaign, fund) nor a list"),
    "None": (None, "neither (campaign, fund) nor a list"),
    "one mapping": ({"campaign": "IDB", "amount": "100.00"}, "neither (campaign, fund) nor a list"),
    "a part without amount": ([("IDB", None)], "a part is not (campaign, fund, amount)"),
    "three words": (("IDB", "zakat", "100.00"), "a part is not (campaign, fund, amount)"),
    "a mapping without amount": ([{"campaign": "IDB"}], "is no amount"),
    "a fund without campaign": ((None, "zakat"), "a fund is given without a campaign"),
    "a part's fund without campaign": ([(None, "zakat", "100.00")], "a fund is given without a campaign"),
    "an empty campaign": (("", "zakat"), "a fund is given without a campaign"),
    "an unknown campaign": (("XYZ", None), 'no campaign is called "XYZ"'),
    "a code in small letters": (("idb", None), 'no campaign is called "idb"'),
    "an unknown fund": (("IDB", "zakaat"), 'no fund is called "zakaat"'),
    "an unknown campaign of a part": ([("IDB", None, "60.00"), ("XYZ", None, "40.00")], 'no campaign is called "XYZ"'),
    "a campaign that is no text": ([(["IDB", "YEM"], None, "100.00")], "is no text"),
    "a fund that is no text": ([("IDB", 7, "100.00")], "is no text"),
    "zero": ([("IDB", None, "100.00"), ("YEM", None, "0.00")], "a part is zero"),
    "another sign": ([("IDB", None, "150.00"), ("YEM", None, "-50.00")], "of the other sign"),
    "the same place twice": ([("IDB", None, "60.00"), ("IDB", None, "40.00")], "the same campaign and fund"),
}
REFUSED |= {
    f"the amount {amount!r}": ([("IDB", None, amount)], "is no amount")
    for amount in [
        *("100.001", "1,00", "R100", "1e2", "", " 100.00", "٣٣", 0.1 + 0.2, None, True, [100], {}),
        *(float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity"), Decimal("99.999"), 10**30, "9" * 12),
    ]
}


@pytest.mark.parametrize("given", REFUSED)
def test_what_does_not_add_up_or_is_not_known_is_refused_and_nothing_is_recorded(
    untouched: tuple[Store, str], given: str
) -> None:
    said, message = REFUSED[given]
    books, waiting = untouched
    before = length(books)
    with pytest.raises(DecisionRefused) as refused:
        by_t(books, waiting, said, reason="because", evidence="a letter")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert parts(books, waiting) == []
    assert books.decisions().empty
    assert length(books) == before


def test_money_that_went_out_is_divided_by_parts_of_its_own_sign(books: Store) -> None:
    name = put(books, gift("RENT", -100))[0]
    by_t(books, name, [("IDB", None, "-60.00"), ("YEM", None, "-40.00")])
    assert parts(books, name) == [("IDB", None, "-60.00"), ("YEM", None, "-40.00")]


def test_of_a_transaction_that_is_not_there_nothing_can_be_decided(store: Store) -> None:
    for name in ("nosuchname", "", None, "'; DROP TABLE decisions; --"):
        with pytest.raises(DecisionRefused, match="no transaction is called"):
            store.decide(name, ("IDB", None), by="Thandi")
        with pytest.raises(DecisionRefused, match="no transaction is called"):
            store.undo(name, by="Thandi", reason="wrong")


@pytest.mark.parametrize("nobody", ["", "  ", None])
def test_somebody_must_be_named(books: Store, nobody: str) -> None:
    name = put(books, gift("J NDLOVU"))[0]
    with pytest.raises(DecisionRefused, match="nobody is named"):
        books.decide(name, ("IDB", None), by=nobody)
    assert books.decisions().empty
    books.decide(name, ("IDB", None), by=" Thandi ")
    with pytest.raises(DecisionRefused, match="nobody is named"):
        books.undo(name, by=nobody, reason="wrong")
    assert books.decisions()["by"].tolist() == ["Thandi"]


def test_before_a_register_was_used_any_word_is_taken_and_after_it_only_its_own(books: Store) -> None:
    name, other = put(books, gift("J NDLOVU"), gift("P VENTER", day=1))
    by_t(books, name, ("OLD", "any"))
    books.match(REGISTER)
    assert parts(books, name) == [("OLD", "any", "100.00")]
    for place in (("OLD", None), ("IDB", "any")):
        with pytest.raises(DecisionRefused, match="is called"):
            by_t(books, other, place)
    books.match(register(NEW="New Appeal"))
    with pytest.raises(DecisionRefused, match="is called"):
        by_t(books, other, ("IDB", None))
    by_t(books, other, ("NEW", "zakat"))


def test_no_gift_is_credited_nowhere_and_said_to_be_none(store: Store) -> None:
    name = put(store, gift("J NDLOVU"))[0]
    store.decide(name, (None, None), by="Thandi")
    assert parts(store, name) == []
    assert credited(store, name) == ("not_donation", None, None)
    assert len(store.decisions()) == 1


CHANGES = {
    # what was credited by the rule is IDB zakat
    "the same again": (("IDB", "zakat"), "", "", None),
    "another campaign": (("YEM", "zakat"), "", "", "no reason is given for the change"),
    "another campaign, explained": (("YEM", "zakat"), "typed wrong", "", None),
    "a reason of blanks": (("YEM", "zakat"), "  ", "", "no reason is given for the change"),
    "another fund": (("IDB", "lillah"), "", "", "no reason is given for the change"),
    "another fund, explained": (("IDB", "lillah"), "asked her", "", "nothing is given that shows the donor's wish"),
    "another fund, shown": (("IDB", "lillah"), "asked her", "letter of 3 January", None),
    "another fund, shown without reason": (("IDB", "lillah"), "", "letter", "no reason is given for the change"),
    "no fund any more": (("IDB", None), "asked her", " ", "nothing is given that shows the donor's wish"),
    "no gift": ((None, None), "a loan", "", "nothing is given that shows the donor's wish"),
    "a part to another campaign": (
        [("IDB", "zakat", "60.00"), ("YEM", "zakat", "40.00")],
        "",
        "",
        "no reason is given for the change",
    ),
    "a part to another fund": (
        [("IDB", "zakat", "60.00"), ("IDB", None, "40.00")],
        "asked her",
        "",
        "shows the donor's wish",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_needs_a_reason_and_of_the_fund_what_shows_it(
    many: tuple[Store, list[str], list[str]], change: str
) -> None:
    said, reason, evidence, message = CHANGES[change]
    store, _, credits = many
    name, before = credits[list(CHANGES).index(change)], length(store)
    if message is None:
        by_t(store, name, said, reason, evidence)
        assert length(store) == before + 1
        return
    with pytest.raises(DecisionRefused) as refused:
        by_t(store, name, said, reason, evidence)
    assert message in str(refused.value)
    assert parts(store, name) == [("IDB", "zakat", "100.00")]
    assert length(store) == before


HALVES = [("IDB", "zakat", "50.00"), ("YEM", "lillah", "50.00")]
SHIFTED = {
    "only the amounts": ([("IDB", "zakat", "60.00"), ("YEM", "lillah", "40.00")], "the donor's wish"),
    "the funds change places": ([("IDB", "lillah", "50.00"), ("YEM", "zakat", "50.00")], None),
    "the same in another order": (HALVES[::-1], "nothing"),
}


@pytest.mark.parametrize("shift", SHIFTED)
def test_amounts_moved_between_the_parts_of_a_split_are_a_change_too(books: Store, waiting: str, shift: str) -> None:
    said, needed = SHIFTED[shift]
    by_t(books, waiting, HALVES)
    if needed == "nothing":
        by_t(books, waiting, said)
        return
    with pytest.raises(DecisionRefused, match="no reason is given for the change"):
        by_t(books, waiting, said)
    if needed:
        with pytest.raises(DecisionRefused, match=needed):
            by_t(books, waiting, said, reason="counted wrong")
    by_t(books, waiting, said, reason="counted wrong", evidence="letter" if needed else "")
    assert parts(books, waiting) == said


def test_what_was_never_credited_needs_no_reason(books: Store, waiting: str) -> None:
    by_t(books, waiting, ("IDB", "zakat"))
    assert books.decisions()["reason"].tolist() == [""]


def test_undoing_goes_back_one_decision_at_a_time_until_nothing_is_left(store: Store) -> None:
    name = put(store, gift("J NDLOVU"))[0]
    store.decide(name, ("IDB", None), by="Thandi")
    store.decide(name, [("IDB", None, "60.00"), ("YEM", None, "40.00")], by="Pieter", reason="his letter")
    store.decide(name, ("YEM", None), by="Thandi", reason="his second letter")
    stations = [[("IDB", None, "60.00"), ("YEM", None, "40.00")], [("IDB", None, "100.00")], []]
    for wanted in stations:
        store.undo(name, by="Thandi", reason="wrong")
        assert parts(store, name) == wanted
    with pytest.raises(DecisionRefused, match="nothing was decided"):
        store.undo(name, by="Thandi", reason="wrong")
    assert credited(store, name)[0] == "review"
    assert store.decisions().drop_duplicates("decision")["undoes"].astype(object).where(
        store.decisions().drop_duplicates("decision")["undoes"].notna(), None
    ).tolist() == [None, None, None, 3, 2, 1]


def test_what_is_decided_after_an_undo_is_undone_to_what_the_undo_left(books: Store, waiting: str) -> None:
    by_t(books, waiting, ("IDB", None))
    by_t(books, waiting, ("YEM", None), reason="no")
    books.undo(waiting, by="Thandi", reason="wrong")
    by_t(books, waiting, ("WWL", None), reason="she rang")
    books.undo(waiting, by="Thandi", reason="wrong")
    assert parts(books, waiting) == [("IDB", None, "100.00")]
    books.undo(waiting, by="Thandi", reason="wrong")
    assert parts(books, waiting) == []


def test_undoing_needs_a_reason_and_something_decided(books: Store, waiting: str) -> None:
    with pytest.raises(DecisionRefused, match="nothing was decided"):
        books.undo(waiting, by="Thandi", reason="wrong")
    by_t(books, waiting, ("IDB", None))
    with pytest.raises(DecisionRefused, match="no reason is given"):
        books.undo(waiting, by="Thandi", reason=" ")
    assert parts(books, waiting) == [("IDB", None, "100.00")]


def test_a_decision_undone_gives_the_gift_back_to_the_rules(books: Store) -> None:
    name, other = put(books, gift("IDB ZAKAT"), gift("YEMEN", day=1))
    by_t(books, other, ("IDB", None))
    books.match(REGISTER)
    by_t(books, name, ("YEM", "zakat"), reason="typed wrong")
    for undone in (name, other):
        books.undo(undone, by="Thandi", reason="wrong")
    assert parts(books, name) == [("IDB", "zakat", "100.00")]
    # never matched, since it was decided before a register was used
    books.match(REGISTER)
    assert parts(books, other) == [("YEM", None, "100.00")]


def test_a_gift_decided_while_the_register_changed_is_matched_with_the_new_one_when_that_is_undone(
    books: Store,
) -> None:
    name = put(books, gift("IDB ZAKAT"))[0]
    books.match(REGISTER)
    by_t(books, name, ("YEM", "zakat"), reason="typed wrong")
    later = register(NEW="New Appeal|IDB")
    books.match(later)
    books.undo(name, by="Thandi", reason="wrong")
    books.match(later)
    assert parts(books, name) == [("NEW", "zakat", "100.00")]


def test_both_histories_stay_on_record(store: Store) -> None:
    name = put(store, gift("J NDLOVU"))[0]
    store.decide(name, ("IDB", None), by="Thandi", reason="rang him")
    store.decide(name, ("IDB", "zakat"), by="Pieter", reason="his letter", evidence="letter of 3 January")
    store.undo(name, by="Naledi", reason="the letter was another's")
    found = store.decisions()
    told = found[["campaign", "fund", "amount", "by", "reason", "evidence", "in_force"]].astype(object)
    assert told.where(told.notna(), None).values.tolist() == [
        ["IDB", None, Decimal("100.00"), "Thandi", "rang him", None, False],
        ["IDB", "zakat", Decimal("100.00"), "Pieter", "his letter", "letter of 3 January", False],
        ["IDB", None, Decimal("100.00"), "Naledi", "the letter was another's", None, True],
    ]
    assert (found["transaction_id"] == name).all()
    assert found["at"].str.startswith("20").all()
    assert match_of(store, name)["evidence"].startswith("decided by Naledi on 20")


LATER = [gift("J NDLOVU"), gift("IDB ZAKAT", 70, 1), gift("P VENTER", 30, 2)]


def test_decisions_outlive_re_imports_other_wordings_and_other_registers(store: Store) -> None:
    name, other, _ = put(store, *LATER)
    store.match(REGISTER)
    store.decide(name, [("IDB", None, "60.00"), ("YEM", "zakat", "40.00")], by="Thandi")
    store.decide(other, ("YEM", "zakat"), by="Thandi", reason="typed wrong")
    kept = [parts(store, n) for n in (name, other)]
    for statement in (
        export(LATER),
        export(LATER, wording="emailed"),
        export(LATER, wording="ofx"),
        export(LATER, 0, 1),
    ):
        store.add(statement)
        store.match(REGISTER)
        store.match(register(OTH="Other Appeal|Idleb", NDL="Ndlovu Appeal"))
        assert [parts(store, n) for n in (name, other)] == kept
    assert len(store.transactions()) == 3
    assert len(store.decisions()) == 3
    assert store.verify().holds


def one_row(store: Store, wording: str, payer: str) -> str:
    """A row of a day as an export words it."""
    texts = {0: f"FNB APP PAYMENT FROM  {payer}"}
    added = store.add(export([gift("")], wording=wording, file=f"{wording} {payer}", texts=texts))
    return added.rows["transaction_id"].iloc[0]


@pytest.mark.parametrize("decided", [[0], [1], [0, 1], [1, 0]])
def test_when_two_movements_turn_out_to_be_one_a_decision_on_either_stays_and_counts_once(
    books: Store, decided: list[int]
) -> None:
    store = books
    names = [one_row(store, "ofx", "P VENTER"), one_row(store, "emailed", "J NDLOVU")]
    assert len(set(names)) == 2
    for n in decided:
        store.decide(names[n], ("IDB" if n else "YEM", None), by="Thandi")
    # says what the one says, and has the balance of the other
    kept = one_row(store, "emailed", "P VENTER")
    assert kept == names[min(decided)]
    assert store.transactions()["transaction_id"].tolist() == [kept]
    assert parts(store, kept) == [("IDB" if decided == [1] else "YEM", None, "100.00")]
    found = store.decisions()
    assert found["transaction_id"].tolist() == [names[n] for n in decided]
    assert found.loc[found["in_force"], "transaction_id"].tolist() == [kept]
    (gone,) = {*names} - {kept}
    for change in (
        lambda: store.decide(gone, ("WWL", None), by="Thandi", reason="x"),
        lambda: store.undo(gone, by="Thandi", reason="x"),
    ):
        with pytest.raises(DecisionRefused, match=f"the same movement as {kept}. Decide {kept} instead"):
            change()
    assert store.remembered()["times"].sum() == 1
    assert store.verify().holds


def test_an_undecided_gift_of_a_closed_month_is_booked_in_the_open_one_and_can_be_corrected_there(store: Store) -> None:
    name, _ = put(store, gift("J NDLOVU"), gift("IDB", day=FEBRUARY))
    store.match(REGISTER)
    close(store)
    store.decide(name, ("IDB", None), by="Thandi")
    assert booked(store, name) == {"2026-02"}
    store.decide(name, ("YEM", None), by="Thandi", reason="she rang")
    assert (parts(store, name), booked(store, name)) == ([("YEM", None, "100.00")], {"2026-02"})
    store.undo(name, by="Thandi", reason="wrong")
    assert (parts(store, name), booked(store, name)) == ([("IDB", None, "100.00")], {"2026-02"})
    close(store, "2026-02")
    for change in (
        lambda: store.decide(name, ("YEM", None), by="Thandi", reason="she rang"),
        lambda: store.undo(name, by="Thandi", reason="wrong"),
    ):
        with pytest.raises(DecisionRefused, match="is credited in 2026-02, which is closed"):
            change()
    # the month that it is booked in is the one to open, not its own
    store.reopen("2026-01", by="Thandi", reason="look again")
    with pytest.raises(DecisionRefused, match="is credited in 2026-02, which is closed"):
        store.decide(name, ("YEM", None), by="Thandi", reason="she rang")


places = st.tuples(st.sampled_from(["IDB", "YEM", "WWL"]), st.sampled_from([None, "zakat", "lillah"]))


@st.composite
def divided(draw: st.DrawFn) -> list[tuple[str, str | None, str]]:
    """R 100.00 over one to three different places, or sometimes not quite."""
    chosen = draw(st.lists(places, min_size=1, max_size=3, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=len(chosen) - 1, max_size=len(chosen) - 1)))
    ends = [0, *cuts, draw(st.sampled_from([10_000, 10_000, 10_000, 9_999]))]
    cents = [b - a for a, b in pairwise(ends)]
    return [(c, f, f"{n / 100:.2f}") for (c, f), n in zip(chosen, cents, strict=True)]


steps = st.lists(st.tuples(st.integers(0, 1), st.one_of(st.none(), places, divided())), max_size=8)


@settings(max_examples=15)
@given(steps)
def test_after_any_sequence_of_decisions_and_undoings_the_parts_add_up_or_there_are_none(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, object]]
) -> None:
    with open_store(tmp_path_factory.mktemp("any") / "s.db") as store:
        names = put(store, gift("J NDLOVU"), Entry(1, -100_00, "bare", "RENT"))
        stacks: list[list[object]] = [[], []]
        for at, said in steps:
            sign = (1, -1)[at]
            if isinstance(said, list):
                said = [(c, f, str(Decimal(a) * sign)) for c, f, a in said]  # noqa: PLW2901
            try:
                if said is None:
                    store.undo(names[at], by="Thandi", reason="wrong")
                    stacks[at].pop()
                else:
                    store.decide(names[at], said, by="Thandi", reason="so", evidence="letter")
                    stacks[at].append(parts(store, names[at]))
            except DecisionRefused:
                pass
            now = parts(store, names[at])
            assert now == (stacks[at][-1] if stacks[at] else [])
            assert total([a for *_, a in now]) == (Decimal("100.00") * sign if now else 0)
        assert [parts(store, name) for name in names] == [stack[-1] if stack else [] for stack in stacks]
        assert store.verify().holds
