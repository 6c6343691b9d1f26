from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.books.differing import is_slip
from reconcile.errors import FrameRefused, NotMoney
from reconcile.schema import LINKS
from tests.books.two_sides import Line, Receipt, asked, bank, books, linked, matches

KHAN = "FNB APP PAYMENT FROM  A KHAN ROOF25"


def found(lines: list[Line], receipts: list[Receipt], *, known: bool = True, window: int = 7) -> Any:
    return rc.reconcile(bank(*lines), books(*receipts), matches=matches(*lines) if known else None, window=window)


LINKED = {
    "a payer's name and the amount": (
        [Line("a", 0, "100", KHAN)],
        [Receipt("R1", 2, "100", "Mr A Khan")],
        {("a", "R1")},
    ),
    "of two payers each one's own": (
        [Line("a", 0, "100", KHAN), Line("b", 0, "100", "FNB APP PAYMENT FROM  PATEL S")],
        [Receipt("R1", 0, "100", "S. Patel"), Receipt("R2", 0, "100", "Ayesha Khan")],
        {("a", "R2"), ("b", "R1")},
    ),
    "the receipt's number, though another has the payer's name": (
        [Line("a", 0, "100", "FNB APP PAYMENT FROM  KHAN REC0077")],
        [Receipt("REC0077", 0, "100", "Naidoo"), Receipt("R2", 0, "100", "A Khan")],
        {("a", "REC0077")},
    ),
    "what is left when the sure ones are taken": (
        [Line("a", 0, "137.20", KHAN), Line("b", 0, "137.20")],
        [Receipt("R1", 0, "137.20", "Khan"), Receipt("R2", 0, "137.20", "Naidoo")],
        {("a", "R1"), ("b", "R2")},
    ),
    "equal gifts of one payer, in the order of their days": (
        [Line("b", 0, "100", KHAN), Line("a", 3, "100", KHAN)],
        [Receipt("R9", 1, "100", "A Khan"), Receipt("R8", 4, "100", "A Khan")],
        {("b", "R9"), ("a", "R8")},
    ),
    "a batch that the bank prints": (
        [Line("a", 1, "350", "CASH DEPOSIT SLIP DS0045")],
        [Receipt("R1", 0, "100", batch="DS0045"), Receipt("R2", 0, "250", batch="DS0045")],
        {("a", "R1"), ("a", "R2")},
    ),
    "a bucket of three that comes to the line": (
        [Line("a", 1, "351.70", "CASH DEPOSIT MALL")],
        [Receipt(f"R{n}", 0, rand, batch="bucket 4") for n, rand in enumerate(("100", "250", "1.70"))],
        {("a", "R0"), ("a", "R1"), ("a", "R2")},
    ),
    "several receipts of a payer paid at once": (
        [Line("a", 1, "350", KHAN)],
        [Receipt("R1", 0, "100", "A Khan"), Receipt("R2", 0, "250", "A Khan")],
        {("a", "R1"), ("a", "R2")},
    ),
    "one receipt paid in parts": (
        [Line("a", 1, "200", KHAN), Line("b", 31, "150", KHAN)],
        [Receipt("R1", 0, "350", "A Khan")],
        {("a", "R1"), ("b", "R1")},
    ),
    "a payment taken back, on both sides": (
        [Line("a", 0, "100", KHAN), Line("b", 2, "-100", "REVERSAL " + KHAN, kind="reversal")],
        [Receipt("R1", 0, "100", "A Khan"), Receipt("R2", 2, "-100", "Khan")],
        {("a", "R1"), ("b", "R2")},
    ),
}


@pytest.mark.parametrize("case", LINKED.values(), ids=LINKED)
def test_what_is_sure_is_linked(case: Any) -> None:
    lines, receipts, wanted = case
    result = found(lines, receipts)
    assert linked(result) == wanted
    assert not asked(result)
    assert result.links.columns.tolist() == LINKS.names
    assert result.bank_reconciliation()["amount"].iloc[-1] == 0


ASKED = {
    "two receipts that are as good": (
        [Line("a", 0, "100", KHAN)],
        [Receipt("R1", 0, "100", "A Khan"), Receipt("R2", 0, "100", "A Khan")],
        {("a", "R1"): "2 receipts may be this line", ("a", "R2"): "2 receipts may be this line"},
    ),
    "another fund": (
        [Line("a", 0, "100", KHAN, fund="zakat", campaign="IDB")],
        [Receipt("R1", 0, "100", "Khan", fund="lillah", campaign="IDB")],
        {("a", "R1"): "the bank line's fund is zakat, the receipt's lillah"},
    ),
    "another campaign, the number printed or not": (
        [Line("a", 0, "100", "FNB APP PAYMENT FROM  REC0077", campaign="IDB")],
        [Receipt("REC0077", 0, "100", campaign="ROH")],
        {("a", "REC0077"): "the bank line's campaign is IDB, the receipt's ROH"},
    ),
    "two figures that changed places": (
        [Line("a", 0, "540", KHAN)],
        [Receipt("R1", 0, "450", "A Khan")],
        {("a", "R1"): "two figures may have changed places: 540.00 at the bank, 450.00 in the books"},
    ),
    "a fee": (
        [Line("a", 0, "484.50", KHAN)],
        [Receipt("R1", 0, "500", "A Khan")],
        {("a", "R1"): "the line is 15.50 short of the receipt, which may be a fee"},
    ),
    "somebody else of the same amount": (
        [Line("a", 0, "100", KHAN)],
        [Receipt("R1", 0, "100", "Naidoo")],
        {("a", "R1"): "nothing but amount and day speaks for it"},
    ),
}


@pytest.mark.parametrize("case", ASKED.values(), ids=ASKED)
def test_what_is_not_sure_is_asked(case: Any) -> None:
    lines, receipts, wanted = case
    result = found(lines, receipts)
    assert not linked(result)
    own = {pair: reason for pair, reason in asked(result).items() if isinstance(pair[1], str)}
    assert own == wanted
    assert set(result.unmatched_bank["transaction_id"]) == {line.id for line in lines}
    assert set(result.unmatched_receipts["receipt_id"]) == {receipt.id for receipt in receipts}
    assert result.bank_reconciliation()["amount"].iloc[-1] == 0


def test_a_cent_is_never_let_go() -> None:
    result = found([Line("a", 0, "100.01", KHAN)], [Receipt("R1", 0, "100", "A Khan")])
    assert result.links.empty


def test_a_payout_shows_what_the_gateway_kept_and_ties_to_the_cent() -> None:
    lines = [Line("a", 1, "340", "PAYFAST PAYOUT 88213", kind="settlement")]
    receipts = [Receipt("R1", 0, "100", batch="PAYOUT 88213"), Receipt("R2", 0, "250", batch="PAYOUT 88213")]
    [reason] = set(asked(found(lines, receipts)).values())
    assert reason.startswith("the line is short of the receipts")
    told = {"payout": "88213", "date": "2026-03-02", "gift": ["1", "2"], "gross": ["100.00", "250.00"]}
    payouts = rc.read_payouts(pd.DataFrame({**told, "fee": ["-4.00", "-6.00"], "net": ["96.00", "244.00"]}))
    known = rc.reconcile(bank(*lines), books(*receipts), matches=matches(*lines), payouts=payouts)
    assert known.links[["receipt_id", "amount", "rule"]].fillna("fee").to_numpy().tolist() == [
        ["R1", Decimal("100.00"), "gateway payout"],
        ["R2", Decimal("250.00"), "gateway payout"],
        ["fee", Decimal("-10.00"), "gateway payout"],
    ]
    assert known.bank_reconciliation()["amount"].iloc[-1] == 0
    off = rc.reconcile(bank(replace(lines[0], rand="339.99")), books(*receipts), payouts=payouts)
    assert not linked(off)


def test_days_beyond_the_window_are_not_linked() -> None:
    lines, receipts = [Line("a", 0, "100", KHAN)], [Receipt("R1", 4, "100", "A Khan")]
    assert linked(found(lines, receipts, window=4))
    assert not linked(found(lines, receipts, window=3))
    with pytest.raises(FrameRefused, match="the window is -1 days"):
        found(lines, receipts, window=-1)


def test_an_id_twice_is_refused_on_either_side() -> None:
    line, receipt = Line("a", 0, "100"), Receipt("R1", 0, "100")
    with pytest.raises(FrameRefused, match="transactions has the id a twice"):
        found([line, line], [receipt], known=False)
    with pytest.raises(FrameRefused, match="receipts has the id R1 twice"):
        found([line], [receipt, receipt])


def test_matches_of_fewer_lines_are_refused() -> None:
    lines = [Line("a", 0, "100"), Line("b", 0, "100")]
    with pytest.raises(FrameRefused, match="matches lacks 1 of 2 transactions, the first b"):
        rc.reconcile(bank(*lines), books(Receipt("R1", 0, "100")), matches=matches(lines[0]))


def test_an_opening_balance_is_taken_exactly_or_refused() -> None:
    result = found([Line("a", 0, "100", KHAN)], [Receipt("R1", 0, "100", "A Khan")])
    assert result.bank_reconciliation(opening="10.05")["amount"].iloc[0] == Decimal("110.05")
    with pytest.raises(NotMoney, match="the opening balance"):
        result.bank_reconciliation(opening="ten")


def test_what_stands_on_one_side_alone_is_listed_there_with_why() -> None:
    lines = [
        Line("a", 0, "100", KHAN),
        Line("b", 1, "-12.50", "#MONTHLY ACCOUNT FEE", kind="fee"),
        Line("c", 2, "70", "FNB APP PAYMENT FROM  NAIDOO"),
    ]
    result = found(lines, [Receipt("R1", 0, "100", "A Khan"), Receipt("R2", 0, "55", "Botha")])
    assert dict(result.unmatched_bank[["transaction_id", "why"]].to_numpy().tolist()) == {
        "b": "a bank's fee, not in the books",
        "c": "no receipt in the books",
    }
    assert result.unmatched_receipts[["receipt_id", "why"]].to_numpy().tolist() == [["R2", "not at the bank"]]
    told = result.bank_reconciliation(opening=Decimal(1000))
    assert told[["side", "item", "amount"]].to_numpy().tolist() == [
        ["bank", "balance per bank", Decimal("1157.50")],
        ["bank", "deposits in transit: receipts not at the bank", Decimal("55.00")],
        ["bank", "outstanding: receipts taken back, not at the bank", Decimal("0.00")],
        ["bank", "adjusted balance", Decimal("1212.50")],
        ["books", "balance per books", Decimal("1155.00")],
        ["books", "at the bank: a bank's fee, not in the books", Decimal("-12.50")],
        ["books", "at the bank: no receipt in the books", Decimal("70.00")],
        ["books", "adjusted balance", Decimal("1212.50")],
        ["", "difference", Decimal("0.00")],
    ]


def test_the_books_beginning_elsewhere_than_the_bank_is_a_difference() -> None:
    result = found([Line("a", 0, "100", KHAN)], [Receipt("R1", 0, "100", "A Khan")])
    told = result.bank_reconciliation(opening=Decimal(10), books_opening=Decimal(7))
    assert told["amount"].iloc[-1] == 3


def test_open_items_are_told_by_their_age() -> None:
    result = found([Line("a", 0, "100", KHAN)], [Receipt("R1", 40, "55", "Botha")])
    told = result.ageing()
    assert told.loc[told["count"] > 0, ["side", "days", "count", "amount"]].to_numpy().tolist() == [
        ["bank", "to 60", 1, Decimal("100.00")],
        ["books", "to 7", 1, Decimal("55.00")],
    ]


def test_what_may_stand_twice_is_told_and_left_alone() -> None:
    receipts = [Receipt("R1", 0, "100", "A Khan"), Receipt("R2", 1, "100", "A Khan"), Receipt("R3", 9, "100", "A Khan")]
    result = found([], receipts)
    assert result.duplicates[["side", "first", "second", "why"]].to_numpy().tolist() == [
        ["books", "R1", "R2", "the same words and amount, 1 day apart"]
    ]
    assert len(result.unmatched_receipts) == 3


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [(45000, 54000, True), (45000, 45000, False), (45000, 4500, False), (12300, 32100, False), (-540, 450, False)],
)
def test_a_slip_is_two_neighbours_that_changed_places(one: int, other: int, slip: bool) -> None:
    assert is_slip(one, other) is slip


NAMES = ("Khan", "Patel", "Naidoo", "Botha", None)
TEXTS = (KHAN, "FNB APP PAYMENT FROM  PATEL S", "MAGTAPE CREDIT NAIDOO", "CASH DEPOSIT MALL", "ROOF25")
lines_of = st.lists(
    st.builds(
        Line, st.just(""), st.integers(0, 12), st.sampled_from(("100", "250", "350", "-100")), st.sampled_from(TEXTS)
    ),
    max_size=7,
)
receipts_of = st.lists(
    st.builds(
        Receipt,
        st.just(""),
        st.integers(0, 12),
        st.sampled_from(("100", "250", "350", "-100")),
        st.sampled_from(NAMES),
        st.none(),
        st.none(),
        st.none(),
        st.sampled_from((None, None, "DS0045")),
    ),
    max_size=7,
)


def numbered(rows: list[Any], letter: str) -> list[Any]:
    return [type(row)(**{**vars(row), "id": f"{letter}{at}"}) for at, row in enumerate(rows)]


@settings(max_examples=30, deadline=None)
@given(lines_of, receipts_of, st.data())
def test_nothing_is_used_twice_sums_are_kept_and_order_means_nothing(
    lines: list[Line], receipts: list[Receipt], data: st.DataObject
) -> None:
    lines, receipts = numbered(lines, "b"), numbered(receipts, "r")
    result = found(lines, receipts)
    own = result.links[result.links["status"] == "linked"]
    for column in ("transaction_id", "receipt_id"):
        assert (own.dropna().groupby(column)["group"].nunique() <= 1).all()
    rand = {line.id: Decimal(line.rand) for line in lines} | {r.id: Decimal(r.rand) for r in receipts}
    for _, group in own.groupby("group"):
        assert sum(rand[i] for i in set(group["transaction_id"])) == sum(rand[i] for i in set(group["receipt_id"]))
        assert group["amount"].sum() == sum(rand[i] for i in set(group["transaction_id"]))
    assert result.bank_reconciliation()["amount"].iloc[-1] == 0
    again = found(data.draw(st.permutations(lines)), data.draw(st.permutations(receipts)))
    pd.testing.assert_frame_equal(again.links, result.links)


@settings(max_examples=30, deadline=None)
@given(lines_of, receipts_of)
def test_a_pair_that_has_nothing_to_do_with_the_others_changes_none(lines: list[Line], receipts: list[Receipt]) -> None:
    lines, receipts = numbered(lines, "b"), numbered(receipts, "r")
    before = found(lines, receipts).links
    more = found([*lines, Line("x", 5, "77.77", "ZUMA")], [*receipts, Receipt("y", 5, "77.77", "Zuma")]).links
    kept = more[more["transaction_id"] != "x"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, before)
    assert len(more) == len(before) + 1
