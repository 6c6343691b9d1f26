from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pandas as pd
import pytest
from exports import Entry, aside, day, export, ledger, stated
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.merging import gap_lines, merge_statements
from reconcile.money import total
from reconcile.schema import GAPS

FIVE = ledger(10, 20, 30, 40, 50)


def merge(*statements):
    """The merge, seen to be the same in every order of the statements."""
    found = [merge_statements(order) for order in permutations(statements)]
    assert all(m.gaps.equals(found[0].gaps) and m.accounts == found[0].accounts for m in found)
    assert GAPS.check(found[0].gaps).equals(found[0].gaps)
    return found[0]


def only(merged):
    (row,) = merged.gaps.to_dict("records")
    return row


def test_a_gap_names_the_days_and_what_is_missing():
    gap = only(merge(export(FIVE, 0, 2, file="a"), export(FIVE, 4, file="b")))
    assert (gap["after"].date(), gap["before"].date(), gap["missing"]) == (day(1), day(4), 70)
    assert (gap["closing"], gap["opening"]) == (5030, 5100)
    assert (gap["from_source"], gap["to_source"]) == ("a", "b")


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-9, 9).filter(bool)), min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12), st.sampled_from(["history", "emailed"])), min_size=1),
    st.randoms(use_true_random=False),
)
def test_what_the_gaps_of_an_account_miss_is_what_it_does_not_tie_by(steps, parts, random):
    entries, at = [], 0
    for step, rand in steps:
        at += step
        entries.append(Entry(at, rand * 100, reference=f"MBF{rand:03d}"))
    exports = [
        export(entries, start, min(start + length, len(entries)), wording=wording, file=str(n))
        for n, (start, length, wording) in enumerate(parts)
        if start < len(entries)
    ]
    if not exports:
        return
    random.shuffle(exports)
    merged = merge_statements(exports)
    (figures,) = merged.accounts
    assert total(merged.gaps["missing"]) == figures.difference
    assert all(gap["missing"] != 0 for gap in merged.gaps.to_dict("records"))


@settings(max_examples=60)
@given(st.lists(st.integers(1, 99), min_size=3, max_size=9), st.data())
def test_whole_days_that_no_export_has_are_the_gap_to_the_cent_and_the_day(amounts, data):
    entries = ledger(*amounts)
    cut = data.draw(st.integers(1, len(entries) - 2))
    again = data.draw(st.integers(cut + 1, len(entries) - 1))
    wording = st.sampled_from(["history", "emailed"])
    first = export(entries, 0, cut, wording=data.draw(wording), file="a")
    second = export(entries, again, wording=data.draw(wording), file="b")
    gap = only(merge(first, second))
    assert gap["missing"] == sum(amounts[cut:again])
    assert (gap["after"].date(), gap["before"].date()) == (day(cut - 1), day(again))


def test_where_the_balances_tie_there_is_no_gap_however_many_days_lie_between():
    entries = [Entry(0, 100_00), Entry(300, 5_00)]
    assert not len(merge(export(entries, 0, 1), export(entries, 1)).gaps)


def test_an_overlapping_export_closes_the_gap():
    assert not len(merge(export(FIVE, 0, 2), export(FIVE, 4), export(FIVE, 1, 5, wording="emailed")).gaps)


def test_rows_that_only_an_export_without_balances_delivers_fill_the_gap():
    early, late = export(FIVE, 0, 2, file="a"), export(FIVE, 4, file="b")
    assert not len(merge(early, late, export(FIVE, 1, 5, wording="ofx")).gaps)
    gap = only(merge(early, late, export(FIVE, 1, 3, wording="ofx")))
    assert gap["missing"] == 40


def test_rows_that_the_balances_leave_no_room_for_are_a_gap_of_their_own():
    more = sorted([*FIVE, Entry(2, 7_00, reference="LILLAH")], key=lambda e: e.day)
    gap = only(merge(export(FIVE, file="a"), export(more, wording="ofx", file="b")))
    assert (gap["missing"], gap["to_source"]) == (-7, "b")


def test_what_a_later_export_with_balances_delivers_is_not_off_for_one_without():
    entries = [Entry(0, 1_00), Entry(1, 1_00), Entry(1, 1_00)]
    parts = [export(entries, 0, 1, file="a"), export(entries, 1, file="b"), export(entries, 0, 2, file="c")]
    assert not len(merge(*parts, export(entries, wording="ofx")).gaps)


@pytest.mark.parametrize(
    ("kept", "missing", "reason"),
    [
        (slice(0, 2), 30, "statement 42 is missing: rows of the days between are missing"),
        (slice(0, 3), 0, "statement 42 is missing; the balances tie without it"),
    ],
)
def test_a_statement_number_that_is_skipped_is_a_gap_with_its_amount_where_balances_tell(kept, missing, reason):
    first = export(FIVE[kept], file="a", number=41)
    second = export(FIVE, 3, file="c", number=43)
    merged = merge(first, second)
    gap = only(merged)
    assert (gap["missing"], gap["reason"]) == (missing, reason)
    assert merged.settled is (missing == 0)


def test_statements_that_are_numbered_in_a_row_have_no_gap():
    parts = [export(FIVE, n, n + 1, file=str(n), number=41 + n) for n in range(3)]
    assert not len(merge(*parts).gaps)


def test_several_numbers_that_are_skipped_are_one_gap():
    gap = only(merge(export(FIVE, 0, 1, file="a", number=41), export(FIVE, 4, file="c", number=44)))
    assert gap["reason"].startswith("statements 42 and 43 are missing: ")
    assert gap["missing"] == 90


def test_without_balances_a_skipped_number_misses_an_amount_nobody_knows():
    parts = [export(FIVE, 0, 1, wording="ofx", number=41), export(FIVE, 4, wording="ofx", number=43)]
    merged = merge(*parts)
    assert only(merged)["reason"] == "statement 42 is missing; no balance tells what moved on it"
    assert merged.gaps["missing"].isna().all()
    assert not merged.settled


def without_rows(balance: int, file: str = "quiet", **changes):
    told = Decimal(balance)
    return export(FIVE, 0, 0, file=file, opening=balance * 100, closing=told, **changes)


def test_a_statement_without_rows_takes_part_by_its_balances_and_its_period():
    before, after = export(FIVE, 0, 2, file="a"), export(FIVE, 4, file="b")
    quiet = without_rows(5100, period=stated(2, 3))
    gap = only(merge(before, quiet, after))
    assert (gap["to_source"], gap["missing"], gap["before"].date()) == ("quiet", 70, day(2))
    assert not len(merge(before, without_rows(5030, period=stated(2, 3))).gaps)


def test_a_statement_without_rows_and_days_must_have_a_balance_that_the_account_had():
    whole = export(FIVE, file="a")
    for known in (5000, 5030, 5150):
        assert not len(merge(whole, without_rows(known)).gaps)
    gap = only(merge(whole, without_rows(4711)))
    assert "no rows" in gap["reason"] and gap["opening"] == 4711
    assert merge(without_rows(4711)).accounts[0].ties


def test_days_between_two_stated_periods_that_no_balance_bridges_are_told():
    first = export(FIVE, 0, 1, wording="ofx", period=stated(0, 1))
    second = export(FIVE, 4, wording="ofx", period=stated(4, 5))
    gap = only(merge(first, second))
    assert (gap["after"].date(), gap["before"].date()) == (day(1), day(4))
    touching = export(FIVE, 4, wording="ofx", period=stated(2, 5))
    assert not len(merge(first, touching).gaps)


def test_a_row_set_aside_in_one_export_counts_until_another_delivers_it():
    rows = [FIVE[0], FIVE[2]]
    closing = Decimal(5060)
    torn = export(rows, file="torn", quarantined=aside(20_00), closing=closing)
    (alone,) = merge(torn).accounts
    assert (alone.set_aside, alone.ties) == (20, True)
    whole = export(FIVE, 0, 3, file="whole")
    merged = merge(torn, whole)
    (figures,) = merged.accounts
    assert (figures.set_aside, figures.ties, figures.movements) == (0, True, 60)
    assert not len(merged.gaps)


def test_of_two_rows_set_aside_the_one_that_no_export_delivers_stays_aside():
    rows = [FIVE[0], FIVE[3]]
    both = pd.concat([aside(20_00), aside(30_00)], ignore_index=True)
    torn = export(rows, file="torn", quarantined=both, closing=Decimal(5100))
    some = export([*FIVE[:2]], file="some")
    (figures,) = merge(torn, some).accounts
    assert (figures.set_aside, figures.ties) == (30, True)


def test_a_gap_is_one_line():
    (line,) = gap_lines(merge(export(FIVE, 0, 2, file="a"), export(FIVE, 4, file="b")).gaps)
    assert line == (
        "Account …9001: R 70.00 missing from 2026-01-02 to 2026-01-05, a and b: rows of the days between are missing"
    )
