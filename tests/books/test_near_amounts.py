"""Amounts that are nearly the same are asked about on request, and none of them is ever linked by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile import money
from reconcile.errors import FrameRefused, NotMoney
from tests.books.two_sides import Line, Receipt, asked, bank, books, linked, matches

KHAN = "FNB APP PAYMENT FROM  A KHAN ROOF25"


def found(lines: list[Line], receipts: list[Receipt], tolerance: Any) -> Any:
    return rc.reconcile(bank(*lines), books(*receipts), matches=matches(*lines), tolerance=tolerance)


ONE = ([Line("a", 0, "100.50", KHAN)], [Receipt("R1", 0, "100", "A Khan")])


@pytest.mark.parametrize(("tolerance", "there"), [(0, False), ("0.49", False), ("0.50", True), (5, True)])
def test_what_differs_by_no_more_than_that_is_proposed(tolerance: Any, there: bool) -> None:
    result = found(*ONE, tolerance)
    assert linked(result) == set()
    wanted = {("a", "R1"): "the amounts differ by 0.50: 100.50 at the bank, 100.00 in the books"}
    assert asked(result).items() >= wanted.items() if there else not asked(result)
    assert result.links["rule"].eq("another amount").all()
    assert result.bank_reconciliation()["amount"].iloc[-1] == 0


def test_another_fund_is_what_speaks_against_it() -> None:
    lines = [Line("a", 0, "100.50", KHAN, fund="zakat")]
    result = found(lines, [Receipt("R1", 0, "100", "A Khan", fund="lillah")], 1)
    assert asked(result)["a", "R1"] == "the bank line's fund is zakat, the receipt's lillah"


NOT_ASKED = {
    "days too far apart": ([Line("a", 0, "100.50", KHAN)], [Receipt("R1", 8, "100", "A Khan")]),
    "the other sign": ([Line("a", 0, "0.20", KHAN)], [Receipt("R1", 0, "-0.20", "A Khan")]),
}


@pytest.mark.parametrize("case", NOT_ASKED.values(), ids=NOT_ASKED)
def test_what_is_not_near_is_not_asked(case: Any) -> None:
    assert found(*case, 1).links.empty


def test_three_of_a_line_are_shown_those_of_its_payer_first() -> None:
    receipts = [Receipt(f"R{n}", 0, f"100.0{n}", "Naidoo") for n in range(1, 6)]
    result = found([Line("a", 0, "100", KHAN)], [*receipts, Receipt("R9", 0, "100.09", "A Khan")], 1)
    assert asked(result).keys() >= {("a", "R9")}
    assert len(result.links["receipt_id"].dropna()) == 3


@pytest.mark.parametrize(("tolerance", "kind"), [(-1, FrameRefused), ("much", NotMoney)])
def test_what_is_no_tolerance_is_refused(tolerance: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        found(*ONE, tolerance)


GIFTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(9998, 10002),
        st.sampled_from([KHAN, "FNB  NAIDOO", "FNB  ROOF25", "FNB REC0001"]),
    ),
    max_size=6,
)
BOOKED = st.lists(
    st.tuples(st.integers(0, 5), st.integers(9998, 10002), st.sampled_from(["A Khan", "Naidoo", None])), max_size=6
)


@settings(max_examples=60)
@given(GIFTS, BOOKED, st.sampled_from(["0", "0.01", "5"]))
def test_nothing_that_differs_by_a_cent_is_linked(gifts: Any, booked: Any, tolerance: str) -> None:
    lines = [Line(f"L{n}", day, f"{cents / 100:.2f}", text) for n, (day, cents, text) in enumerate(gifts)]
    receipts = [Receipt(f"REC000{n}", d, f"{cents / 100:.2f}", payer) for n, (d, cents, payer) in enumerate(booked)]
    result = found(lines, receipts, tolerance)
    moved = dict(zip(result.transactions["transaction_id"], money.cents(result.transactions["amount"]), strict=True))
    owed = dict(zip(result.receipts["receipt_id"], money.cents(result.receipts["amount"]), strict=True))
    for _, own in result.settled.groupby("group"):
        assert sum(moved[n] for n in set(own["transaction_id"])) == sum(owed[n] for n in set(own["receipt_id"]))
