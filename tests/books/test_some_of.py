"""Some of several gifts that come to one amount: proposed, never linked."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.books.some_of import LIKELIEST, SOME
from reconcile.books.subsets import MOST_MEMBERS, MOST_PARTS, by_chance, sums_to
from tests.books.two_sides import Line, Receipt, bank, books, linked

KHAN = "FNB APP PAYMENT FROM  A KHAN ROOF25"
SLIP = "CASH DEPOSIT SLIP DS0045"


def receipts(*rand: str, payer: str | None = "A Khan", **more: Any) -> list[Receipt]:
    return [Receipt(f"R{at}", 0, each, payer, **more) for at, each in enumerate(rand)]


def asked(lines: list[Line], own: list[Receipt]) -> Any:
    found = rc.reconcile(bank(*lines), books(*own))
    assert not linked(found)
    return found.links[found.links["rule"] == SOME]


PROPOSED = {
    "two of a payer's three receipts": (
        [Line("a", 1, "350.10", KHAN)],
        receipts("100", "250.10", "75"),
        {("a", "R0"), ("a", "R1")},
        '2 of 3 receipts of the payer "A Khan" come to it',
    ),
    "two of three payments, a month apart": (
        [Line("a", 1, "200", KHAN), Line("b", 31, "150.55", KHAN), Line("c", 40, "20", KHAN)],
        receipts("350.55"),
        {("a", "R0"), ("b", "R0")},
        '2 of 3 payments of the payer "A Khan" come to it',
    ),
    "three of a batch that the bank prints": (
        [Line("a", 1, "151.70", SLIP)],
        receipts("100", "50", "1.70", "300", payer=None, batch="DS0045"),
        {("a", "R0"), ("a", "R1"), ("a", "R2")},
        '3 of 4 receipts of the batch "DS0045", which the bank prints, come to it',
    ),
}


@pytest.mark.parametrize("case", PROPOSED.values(), ids=PROPOSED)
def test_the_only_sum_of_some_is_proposed_with_how_likely_it_is_by_chance(case: Any) -> None:
    lines, own, wanted, evidence = case
    found = asked(lines, own)
    assert set(zip(found["transaction_id"], found["receipt_id"], strict=True)) == wanted
    assert set(found["status"]) == {"proposed"}
    assert set(found["reason"]) == {"some of what is open come to it, not all"}
    [said] = set(found["evidence"])
    assert said.startswith(evidence)
    assert said.endswith("such sums would by chance")
    assert found["confidence"].between(0.5, LIKELIEST).all()


def test_of_several_sums_one_is_shown_and_the_question_says_how_many_there_are() -> None:
    found = asked([Line("a", 1, "350", KHAN)], receipts("100", "250", "150", "200"))
    assert set(found["reason"]) == {"2 sums of what is open come to it, of which this is one"}
    assert found["receipt_id"].tolist() == ["R0", "R1"]
    assert (found["confidence"] < 0.5).all()


NOT_PROPOSED = {
    "receipts of another person of the name": (
        [Line("a", 1, "350.10", KHAN)],
        receipts("100", "250.10", payer="S Khan"),
    ),
    "a family's name alone": (
        [Line("a", 1, "350.10", "MAGTAPE KHAN")],
        receipts("100", "250.10", "75", payer="S Khan"),
    ),
    "receipts of another fund": (
        [Line("a", 1, "350.10", KHAN + " ZAKAT")],
        receipts("100", "250.10", "75", fund="lillah"),
    ),
    "a cent less": ([Line("a", 1, "350.09", KHAN)], receipts("100", "250.10", "75")),
    "receipts of other weeks": ([Line("a", 30, "350.10", KHAN)], receipts("100", "250.10", "75")),
    "a batch that the bank does not print": (
        [Line("a", 1, "150", "CASH DEPOSIT MALL")],
        receipts("100", "50", "12.30", payer=None, batch="DS0045"),
    ),
    "so many that some come to anything": (
        [Line("a", 1, "3", KHAN)],
        receipts(*["1", "2"], *[f"0.{11 + at}" for at in range(MOST_PARTS)]),
    ),
}


@pytest.mark.parametrize("case", NOT_PROPOSED.values(), ids=NOT_PROPOSED)
def test_without_the_same_evidence_nothing_is_proposed(case: Any) -> None:
    assert asked(*case).empty


lines_of = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 40), st.sampled_from((KHAN, SLIP, "FNB APP PAYMENT FROM  PATEL S"))),
    max_size=6,
)
receipts_of = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 30), st.sampled_from(("A Khan", "S Patel", None)), st.booleans()),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(lines_of, receipts_of)
def test_a_proposal_comes_to_the_cent_and_nothing_is_linked_twice(given_lines: Any, given_receipts: Any) -> None:
    lines = [Line(f"b{at}", day, f"{rand}.10", text) for at, (day, rand, text) in enumerate(given_lines)]
    own = [
        Receipt(f"r{at}", day, f"{rand}.05", payer, batch="DS0045" if banked else None)
        for at, (day, rand, payer, banked) in enumerate(given_receipts)
    ]
    links = rc.reconcile(bank(*lines), books(*own)).links
    rand = {each.id: Decimal(each.rand) for each in (*lines, *own)}
    for _, group in links[links["rule"] == SOME].groupby("group"):
        sides = [set(group["transaction_id"]), set(group["receipt_id"])]
        assert min(map(len, sides)) == 1
        assert sum(rand[i] for i in sides[0]) == sum(rand[i] for i in sides[1]) == group["amount"].sum()
        assert set(group["status"]) == {"proposed"}
    sure = links[links["status"] == "linked"]
    for column in ("transaction_id", "receipt_id"):
        assert (sure.dropna(subset="receipt_id").groupby(column)["group"].nunique() <= 1).all()


@given(st.integers(-50, 200), st.lists(st.integers(-20, 60), max_size=8))
def test_every_sum_is_found_and_no_other(whole: int, parts: list[int]) -> None:
    wanted = [
        members
        for size in range(2, MOST_MEMBERS + 1)
        for members in combinations(range(len(parts)), size)
        if sum(parts[at] for at in members) == whole
    ]
    assert sums_to(whole, parts) == wanted


def test_round_amounts_come_to_one_another_by_chance_and_amounts_to_the_cent_hardly_ever() -> None:
    round_ones = by_chance(3, [10000, 20000, 30000, 50000, 100000, 5000, 15000])
    to_the_cent = by_chance(3, [10017, 20031, 30005, 50099, 100041, 5003, 15077])
    assert round_ones > 0.5
    assert to_the_cent < 0.001
