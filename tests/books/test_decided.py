"""What a person said of lines and receipts holds before any rule, and only where it comes out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

import reconcile as rc
from reconcile.errors import FrameRefused
from tests.books.two_sides import Line, Receipt, asked, bank, books, linked, matches

KHAN = "FNB APP PAYMENT FROM  A KHAN ROOF25"
YES, NO = True, False


def said(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Line, receipt, whether it is so, and what was kept on the way."""
    return pd.DataFrame(
        [(*row[:3], "Thandi", "saw the slip", *(row[3:] or (None,))) for row in rows],
        columns=["transaction_id", "receipt_id", "settles", "by", "reason", "fee"],
    )


def found(lines: list[Line], receipts: list[Receipt], *rows: tuple[Any, ...]) -> Any:
    return rc.reconcile(bank(*lines), books(*receipts), matches=matches(*lines), decided=said(*rows) if rows else None)


def decided(result: Any) -> set[tuple[Any, Any, Decimal]]:
    own = result.links[result.links["status"] == "decided"]
    pairs = zip(own["transaction_id"], own["receipt_id"].fillna("fee"), own["amount"], strict=True)
    return {(line, receipt, amount) for line, receipt, amount in pairs}


AFFIRMED: dict[str, tuple[list[Line], list[Receipt], list[tuple[Any, ...]], set[tuple[str, str, str]]]] = {
    "a pair of another name and day": (
        [Line("a", 0, "100", KHAN)],
        [Receipt("R1", 80, "100", "Naidoo")],
        [("a", "R1", YES)],
        {("a", "R1", "100.00")},
    ),
    "a pair of two funds": (
        [Line("a", 0, "100", KHAN, fund="zakat")],
        [Receipt("R1", 0, "100", "A Khan", fund="lillah")],
        [("a", "R1", YES)],
        {("a", "R1", "100.00")},
    ),
    "several receipts of one line": (
        [Line("a", 0, "100")],
        [Receipt("R1", 0, "60"), Receipt("R2", 9, "40")],
        [("a", "R1", YES), ("a", "R2", YES)],
        {("a", "R1", "60.00"), ("a", "R2", "40.00")},
    ),
    "several lines of one receipt": (
        [Line("a", 0, "60"), Line("b", 50, "40")],
        [Receipt("R1", 0, "100")],
        [("a", "R1", YES), ("b", "R1", YES)],
        {("a", "R1", "60.00"), ("b", "R1", "40.00")},
    ),
    "one less a fee that was named": (
        [Line("a", 0, "97.10")],
        [Receipt("R1", 0, "60"), Receipt("R2", 9, "40")],
        [("a", "R1", YES, "2.00"), ("a", "R2", YES, "0.90")],
        {("a", "R1", "60.00"), ("a", "R2", "40.00"), ("a", "fee", "-2.90")},
    ),
    "in parts, less a fee": (
        [Line("a", 0, "58"), Line("b", 50, "40")],
        [Receipt("R1", 0, "100")],
        [("a", "R1", YES, "2.00"), ("b", "R1", YES)],
        {("a", "R1", "60.00"), ("b", "R1", "40.00"), ("a", "fee", "-2.00")},
    ),
}


@pytest.mark.parametrize("case", AFFIRMED.values(), ids=AFFIRMED)
def test_what_a_person_affirmed_is_linked_as_decided(case: Any) -> None:
    lines, receipts, rows, wanted = case
    result = found(lines, receipts, *rows)
    assert {(*pair, str(amount)) for *pair, amount in decided(result)} == wanted
    assert result.unmatched_bank.empty and result.unmatched_receipts.empty
    assert set(result.links["evidence"]) == {"decided by Thandi: saw the slip"}
    assert result.bank_reconciliation()["amount"].iloc[-1] == 0
    assert dict(result.facts())["Bank lines"] == f"{len(lines)}, {len(lines)} linked"


def test_a_decision_takes_line_and_receipt_out_of_every_rule() -> None:
    lines = [Line("a", 0, "100", KHAN), Line("b", 0, "100", KHAN)]
    receipts = [Receipt("R1", 0, "100", "A Khan"), Receipt("R2", 0, "100", "Naidoo")]
    assert linked(found(lines, receipts)) == set()
    result = found(lines, receipts, ("a", "R2", YES))
    assert {pair[:2] for pair in decided(result)} == {("a", "R2")}
    assert linked(result) == {("b", "R1")}


DENIED = {
    "a pair that would be linked": ([Line("a", 0, "100", KHAN)], [Receipt("R1", 0, "100", "A Khan")]),
    "a number that is printed": ([Line("a", 0, "100", "FNB REC0077")], [Receipt("R1", 0, "100", reference="REC0077")]),
    "a fee": ([Line("a", 0, "484.50", KHAN)], [Receipt("R1", 0, "500", "A Khan")]),
    "a batch": (
        [Line("a", 1, "350", "CASH DEPOSIT SLIP DS0045")],
        [Receipt("R1", 0, "100", batch="DS0045"), Receipt("R2", 0, "250", batch="DS0045")],
    ),
    "several of one payer": (
        [Line("a", 1, "350", KHAN)],
        [Receipt("R1", 0, "100", "A Khan"), Receipt("R2", 0, "250", "A Khan")],
    ),
    "words copied from the statement": (
        [Line("a", 0, "100", "FNB APP PAYMENT FROM  FOR AMINA")],
        [Receipt("R1", 0, "100", reference="FOR AMINA")],
    ),
}


@pytest.mark.parametrize("case", DENIED.values(), ids=DENIED)
def test_what_a_person_denied_is_neither_linked_nor_asked_again(case: Any) -> None:
    lines, receipts = case
    before = found(lines, receipts)
    assert "R1" in set(before.links["receipt_id"])
    result = found(lines, receipts, ("a", "R1", NO))
    assert "R1" not in set(result.links["receipt_id"])
    assert result.bank_reconciliation()["amount"].iloc[-1] == 0


def test_of_two_that_are_as_good_the_other_one_is_left_where_one_is_denied() -> None:
    lines = [Line("a", 0, "100", KHAN)]
    receipts = [Receipt("R1", 0, "100", "A Khan"), Receipt("R2", 0, "100", "A Khan")]
    assert asked(found(lines, receipts)).keys() == {("a", "R1"), ("a", "R2")}
    assert linked(found(lines, receipts, ("a", "R1", NO))) == {("a", "R2")}


REFUSED: dict[str, tuple[list[tuple[Any, ...]], str]] = {
    "a line that is not there": ([("zz", "R1", YES)], 'no transaction is called "zz"'),
    "a receipt that is not there": ([("a", "R9", NO)], 'no receipt is called "R9"'),
    "one pair twice": ([("a", "R1", YES), ("a", "R1", YES)], "a and R1 stand there twice"),
    "yes and no": ([("a", "R1", YES), ("a", "R1", NO)], "a and R1 stand there twice"),
    "amounts that do not come out": ([("a", "R2", YES)], "a and R2 do not come out: R 100.00 at the bank, R 60.00"),
    "a fee that is another": (
        [("a", "R1", YES, "0.01")],
        "a and R1 do not come out: R 100.00 at the bank, R 100.00 in the books, less R 0.01",
    ),
    "a receipt used by two lines": ([("a", "R1", YES), ("b", "R1", YES)], "a b and R1 do not come out"),
    "several on both sides": (
        [("a", "R1", YES), ("b", "R1", YES), ("b", "R2", YES)],
        "the receipt R1 is used twice, by lines that have others too",
    ),
    "a fee below nothing": ([("a", "R1", YES, "-1.00")], "the fee of a and R1 is below 0"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_does_not_come_out_is_refused_by_its_ids(case: Any) -> None:
    rows, said_ = case
    lines = [Line("a", 0, "100"), Line("b", 0, "100")]
    with pytest.raises(FrameRefused) as fault:
        found(lines, [Receipt("R1", 0, "100"), Receipt("R2", 0, "60")], *rows)
    assert said_ in str(fault.value)
    assert fault.value.do


def test_words_for_yes_and_no_are_refused() -> None:
    rows = said(("a", "R1", "false"))
    with pytest.raises(FrameRefused, match="settles is neither true nor false"):
        rc.reconcile(bank(Line("a", 0, "100")), books(Receipt("R1", 0, "100")), decided=rows)


def test_the_order_of_what_was_said_means_nothing() -> None:
    lines = [Line("a", 0, "60"), Line("b", 50, "40"), Line("c", 0, "7")]
    receipts = [Receipt("R1", 0, "100"), Receipt("R2", 0, "7")]
    rows = [("a", "R1", YES), ("c", "R2", YES), ("b", "R1", YES)]
    one, other = found(lines, receipts, *rows), found(lines, receipts, *rows[::-1])
    pd.testing.assert_frame_equal(one.links, other.links)
