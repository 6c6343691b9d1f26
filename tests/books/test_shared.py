"""Which lines and receipts are looked at: all that have something in common, and few others."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.books import pairs
from reconcile.books.evidence import NOTHING, common, reference_of
from reconcile.books.inside import Inside
from reconcile.books.pairs import equal_pairs, runs
from reconcile.books.payers import payer_of, typed
from reconcile.books.shared import MOST, sharing
from reconcile.books.sides import sides_of
from reconcile.campaigns import default_funds
from tests.books.two_sides import Line, Receipt, asked, bank, books, linked

TYPED = (
    "A KHAN",
    "NAIDOO AMINA",
    "NIADOO",
    "ROOFNAIDOO",
    "LERATO H",
    "CONTRIBUTION OF NAID",
    "A CONTRIBUTION BY NA",
    "PL12345",
    "GAMIELDEIN THANDI PE",
    "PL123456",
    "X PL 123456",
    "PETERSON",
    "SAMSODEIN M",
    "MRSPATEL",
    "",
)
PAYERS = (
    "Amina Naidoo",
    "A. Khan",
    "L. Hendricks",
    "Gamieldien, T",
    "M Samsodien",
    "Mrs Patel",
    "Petersen",
    "Thandi Peterson",
    None,
)
REFERENCES = ("PL123456", "L Hendricks", "Khan A", "Amina Naidoo", "NAIDOO", "roof", None)


def sides(lines: list[Line], receipts: list[Receipt]) -> Any:
    return sides_of(bank(*lines), books(*receipts), None, default_funds())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(TYPED), min_size=4, max_size=8),
    st.lists(st.tuples(st.sampled_from(PAYERS), st.sampled_from(REFERENCES)), min_size=4, max_size=12),
)
def test_no_pair_that_has_something_in_common_is_left_out(texts: list[str], own: list[Any]) -> None:
    lines = [Line(f"b{at}", 0, "100", f"FNB APP PAYMENT FROM  {text}") for at, text in enumerate(texts)]
    both = sides(lines, [Receipt(f"r{at}", 0, "100", *each) for at, each in enumerate(own)])
    shared = sharing(both, 7)
    seen = set(zip(shared.lines.tolist(), shared.receipts.tolist(), strict=True))
    for line, (text, told) in enumerate(zip(both.bank.text, both.bank.told.tolist(), strict=True)):
        for receipt, (payer, reference) in enumerate(zip(both.receipts.payer, both.receipts.reference, strict=True)):
            found = common(typed(text), told, payer_of(payer), reference_of(reference))
            assert found.level == NOTHING or (line, receipt) in seen


def test_strangers_of_one_amount_and_day_are_not_looked_at_and_counted_all_the_same() -> None:
    lines = [Line(f"b{at}", 0, "100", f"FNB APP PAYMENT FROM  {'QXZ' + chr(65 + at) * 4}") for at in range(20)]
    receipts = [Receipt(f"r{at}", 0, "100", f"{'WVK' + chr(65 + at) * 4}") for at in range(20)]
    assert len(sharing(sides(lines, receipts), 7).lines) == 0
    reasons = asked(rc.reconcile(bank(*lines), books(*receipts)))
    assert len(reasons) == 60
    assert set(reasons.values()) == {"20 receipts may be this line"}


def test_of_a_name_that_too_many_have_nobody_is_linked_by_it_but_by_a_number() -> None:
    receipts = [
        Receipt(f"REC{at:04d}", 0, "100", f"{chr(65 + at % 26)}{chr(65 + at // 26)} Khan") for at in range(MOST)
    ]
    receipts.append(Receipt("REC8888", 0, "100", "Ayesha Khan"))
    named, numbered = Line("a", 0, "100", "MAGTAPE AYESHA KHAN"), Line("b", 0, "100", "MAGTAPE KHAN REC0077")
    crowd = rc.reconcile(bank(named, numbered), books(*receipts, Receipt("REC0077", 0, "100", "A Khan")))
    assert linked(crowd) == {("b", "REC0077")}
    assert ("a", "REC8888") in asked(crowd)
    fewer = rc.reconcile(bank(named), books(*receipts[-MOST:]))
    assert linked(fewer) == {("a", "REC8888")}


rows_of = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=12)


def columns(rows: list[tuple[int, int]]) -> tuple[Any, Any]:
    return tuple(np.array(column, dtype=np.int64) for column in (list(zip(*rows, strict=True)) or [[], []]))  # type: ignore[return-value]


@given(rows_of, rows_of, st.integers(0, 5), st.integers(0, 3))
def test_pairs_are_those_of_one_value_and_near_days_whole_or_in_part(
    one: list[Any], other: list[Any], window: int, most: int
) -> None:
    wanted = {
        (i, j)
        for i, (value, day) in enumerate(one)
        for j, (same, there) in enumerate(other)
        if value == same and abs(day - there) <= window
    }

    def as_set(found: Any) -> set[tuple[int, int]]:
        return set(zip(*(side.tolist() for side in found), strict=True))

    near = runs(columns(one), columns(other), window)
    assert as_set(equal_pairs(columns(one), columns(other), window)) == wanted
    with patch.object(pairs, "AT_ONCE", 3):
        parts = [np.stack(part) for part in near.slices()]
    assert np.concatenate([np.empty((2, 0)), *parts], axis=1).tolist() == np.stack(near.pairs()).tolist()
    counts = pd.Series([i for i, _ in wanted], dtype="int64").value_counts()
    assert near.counts.tolist() == [counts.get(i, 0) for i in range(len(one))]
    crowd = {i for i in range(len(one)) if counts.get(i, 0) > most}
    kept, (rows, touched) = near.but_crowds(most)
    assert as_set(kept.pairs()) == {(i, j) for i, j in wanted if i not in crowd}
    assert set(np.flatnonzero(rows).tolist()) == crowd
    assert set(np.flatnonzero(touched).tolist()) == {j for i, j in wanted if i in crowd}


@given(st.lists(st.text("AB", min_size=3, max_size=5), max_size=6, unique=True), st.text("ABC", max_size=12))
def test_the_words_inside_a_text_are_found(words: list[str], text: str) -> None:
    assert Inside(words, 3).of(text) == {word for word in words if word in text}
