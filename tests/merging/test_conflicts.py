from __future__ import annotations

from itertools import permutations

import pytest
from exports import Entry, aside, day, export, ledger, stated

from reconcile.merging import conflict_lines, merge_statements
from reconcile.schema import CONFLICTS

FOUR = ledger(10, 20, 30, 40)


def conflicts(*statements):
    """The conflicts, seen to be the same in every order of the statements."""
    merged = [merge_statements(order) for order in permutations(statements)]
    assert all(m.conflicts.equals(merged[0].conflicts) for m in merged)
    assert all(m.transactions.equals(merged[0].transactions) for m in merged)
    assert CONFLICTS.check(merged[0].conflicts).equals(merged[0].conflicts)
    return merged[0]


def test_on_a_day_that_both_have_whole_another_text_of_one_amount_is_the_same_movement_and_is_told():
    whole = export(FOUR, file="a")
    edited = export(FOUR, file="b", wording="ofx", texts={1: "IDB LILLAH"})
    merged = conflicts(whole, edited)
    assert len(merged.transactions) == 4
    (row,) = merged.conflicts.to_dict("records")
    assert (row["kind"], row["date"].date(), row["amount"]) == ("text differs", day(1), 20)
    assert (row["text"], row["other_text"]) == ("FNB APP PAYMENT FROM  MBF0107", "IDB LILLAH")
    assert (row["source"], row["line"], row["other_source"], row["other_line"]) == ("a", 8, "b", 8)
    assert "whole day" in row["reason"]
    assert not merged.settled


@pytest.mark.parametrize(("start", "end", "longer"), [(0, 2, stated(0, 2)), (1, 3, stated(0, 2))])
def test_on_the_first_and_last_day_of_an_export_another_text_may_be_another_movement(start, end, longer):
    whole = export(FOUR, 0, 4, file="a", wording="ofx")
    edited = {"file": "b", "wording": "ofx", "texts": {1: "IDB LILLAH"}}
    assert len(conflicts(whole, export(FOUR, start, end, **edited)).transactions) == 5
    # unless the export states a period that reaches beyond that day
    assert len(conflicts(whole, export(FOUR, start, end, **edited, period=longer)).transactions) == 4


def test_one_running_balance_under_two_texts_is_one_movement_on_any_day_and_is_told():
    merged = conflicts(export(FOUR, file="a"), export(FOUR, 0, 2, file="b", texts={1: "IDB LILLAH"}))
    assert len(merged.transactions) == 4
    (reason,) = merged.conflicts["reason"]
    assert "running balance is the same" in reason


@pytest.mark.parametrize("wording", ["emailed", "ofx"])
def test_two_wordings_of_one_text_are_no_conflict(wording):
    entries = [Entry(n, 100_00, c, "T MOKOENA MBF0042") for n, c in enumerate(["app", "eft", "cash", "bare"])]
    merged = conflicts(export(entries, file="a"), export(entries, wording=wording, file="b"))
    assert len(merged.transactions) == 4
    assert not len(merged.conflicts)
    assert merged.settled


@pytest.mark.parametrize("wording", ["history", "ofx"])
def test_a_movement_that_two_exports_have_on_two_days_is_counted_once(wording):
    entries = [*FOUR, Entry(4, 5_00)]
    moved = [*FOUR[:1], Entry(2, 30_00), Entry(3, 20_00), Entry(3, 40_00), Entry(4, 5_00)]
    merged = conflicts(export(entries, file="a"), export(moved, file="b", wording=wording))
    assert len(merged.transactions) == 5
    (row,) = merged.conflicts.to_dict("records")
    assert (row["kind"], row["amount"]) == ("day differs", 20)
    assert (row["date"].date(), row["other_date"].date()) == (day(1), day(3))
    # the money is certain, so nobody must settle it
    assert merged.settled


def test_days_further_apart_are_two_movements():
    entries = [Entry(n, 1_00 + n) for n in range(9)]
    one = sorted([*entries, Entry(1, 77_00)], key=lambda e: e.day)
    other = sorted([*entries, Entry(7, 77_00)], key=lambda e: e.day)
    merged = conflicts(export(one, file="a", wording="ofx"), export(other, file="b", wording="ofx"))
    assert len(merged.transactions) == 11
    assert merged.conflicts["kind"].tolist() == ["not in the other export"] * 2


def test_a_row_that_the_other_export_lacks_on_a_day_it_has_whole_is_kept_and_told():
    lacking = [FOUR[0], FOUR[2], FOUR[3]]
    merged = conflicts(export(FOUR, file="a"), export([*lacking[:2], lacking[2]], file="b", wording="ofx"))
    # its day has no other row, so the other export covers it: it has rows before and after
    assert len(merged.transactions) == 4
    (row,) = merged.conflicts.to_dict("records")
    assert (row["kind"], row["amount"], row["other_source"]) == ("not in the other export", 20, "b")
    assert merged.conflicts[["other_text", "other_date", "other_amount", "other_line"]].isna().all(axis=None)
    assert not merged.settled


def test_a_row_that_the_other_export_had_to_set_aside_is_no_conflict():
    torn = export([FOUR[0], *FOUR[2:]], file="torn", wording="ofx", quarantined=aside(20_00))
    assert not len(conflicts(export(FOUR, file="a"), torn).conflicts)


def test_a_conflict_is_one_line_without_the_payers_words():
    merged = conflicts(export(FOUR, file="a\n"), export(FOUR, file="b", wording="ofx", texts={1: "T MOKOENA"}))
    (line,) = conflict_lines(merged.conflicts)
    assert line.startswith(
        "Account …9001: text differs: R 20.00 on 2026-01-02, a\N{REPLACEMENT CHARACTER}, line 8, and b"
    )
    assert "MOKOENA" not in line and "MBF" not in line
