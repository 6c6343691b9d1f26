"""Statements that the bank numbered: one that is skipped is told, with whether the balances tie without it."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from exports import export
from gifts import gift

from reconcile.merging import merge_statements
from reconcile.store import Store

DAYS = [gift("A", 10), gift("B", 20, 10), gift("C", 30, 20), gift("D", 40, 30), gift("E", 50, 40)]


NUMBERED = {
    "one after the other": ([(0, 2, 7), (2, 5, 8)], []),
    "one is skipped and its rows are missing": (
        [(0, 1, 7), (2, 5, 9)],
        [("20.00", "statement 8 is missing: rows of the days between are missing")],
    ),
    "two are skipped and their rows are missing": (
        [(0, 1, 7), (3, 5, 10)],
        [("50.00", "statements 8 and 9 are missing: rows of the days between are missing")],
    ),
    "one is skipped and nothing is missing": (
        [(0, 2, 7), (2, 5, 9)],
        [("0.00", "statement 8 is missing; the balances tie without it")],
    ),
    "one is skipped and another export has its rows": (
        [(0, 1, 7), (2, 5, 9), (0, 5, None)],
        [("0.00", "statement 8 is missing; the balances tie without it")],
    ),
    "the later one first": ([(2, 5, 8), (0, 2, 7)], []),
}


@pytest.mark.parametrize("case", NUMBERED)
def test_a_skipped_number_is_told_with_what_is_missing(store: Store, case: str) -> None:
    spans, wanted = NUMBERED[case]
    exports = [export(DAYS, start, end, number=number, file=f"{start}-{end}") for start, end, number in spans]
    for one in exports:
        store.add(one)
    found = store.gaps()
    assert list(zip(found["missing"].astype(str), found["reason"], strict=True)) == wanted
    pd.testing.assert_frame_equal(found, merge_statements(exports).gaps)


def test_a_skipped_number_heals_when_it_arrives(books: Store) -> None:
    books.add(export(DAYS, 0, 1, number=7))
    books.add(export(DAYS, 2, 5, number=9))
    assert books.gaps("2026-03-01").empty
    assert books.gaps("2026-01-15")["missing"].tolist() == [Decimal("20.00")]
    books.add(export(DAYS, 1, 2, number=8))
    assert books.gaps().empty
