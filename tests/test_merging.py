from __future__ import annotations

import sys
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.errors import FrameRefused
from reconcile.files import Document
from reconcile.merging import account_figures, merge_statements
from reconcile.parsers import read_statement, read_statements
from reconcile.parsers.layouts.fnb_history import LAYOUT

HERE = Path(__file__).parent
SAMPLES = HERE / "parsers" / "samples"
sys.path.insert(0, str(HERE / "parsers"))
from ledgers import Entry, history, ofx, ofx_account, ofx_row  # noqa: E402

OPENING = 5_000_00


def read(name: str, text: str):
    (statement,) = LAYOUT.read(Document(name, None, text.encode(), name, "text", text, "utf-8"))
    return statement


def export(ledger: list[Entry], start: int, end: int, name: str):
    """The rows from one position to another, as a download of those would be."""
    return read(name, history(ledger[start:end], OPENING + sum(e.cents for e in ledger[:start])))


def test_overlapping_statements_count_a_movement_once_and_twins_twice():
    whole = read_statement(SAMPLES / "01-history-download.csv")
    overlap = read_statement(SAMPLES / "08c-ofx1-overlap-other-fitids.ofx")
    both = merge_statements([whole, overlap])
    swapped = merge_statements([overlap, whole])
    # one text differs between the two samples ("AND", "&"), so that row counts as another
    assert len(both.transactions) == len(whole.transactions) + 1
    assert both.transactions.equals(swapped.transactions)
    assert both.contributed[["rows", "new", "known"]].to_numpy().tolist() == [[23, 23, 0], [7, 1, 6]]
    assert (both.transactions["description"] == "FNB APP PAYMENT FROM  MBF0107").sum() == 2
    assert len(merge_statements([whole, whole]).transactions) == 23


@pytest.mark.parametrize("given", [[], None, "statement"])
def test_no_statements_are_refused(given):
    with pytest.raises(FrameRefused, match="no statements were given"):
        merge_statements(given)


def test_one_statement_outside_a_list_is_refused_with_the_way_out():
    with pytest.raises(FrameRefused, match=r"\[statement\]"):
        merge_statements(read_statement(SAMPLES / "01-history-download.csv"))


entries = st.builds(
    Entry,
    st.dates(date(2026, 1, 1), date(2026, 1, 6)),
    st.integers(-500, 500).filter(bool).map(lambda c: c * 100),
    st.sampled_from(["IDB ZAKAT", "A B", "C"]),
)
ledgers = st.lists(entries, min_size=1, max_size=14).map(lambda rows: sorted(rows, key=lambda e: e.day))


@settings(max_examples=150)
@given(ledgers, st.data())
def test_any_overlapping_exports_of_whole_days_in_any_order_make_the_ledger(ledger, data):
    days = [len(list(rows)) for _, rows in groupby(ledger, key=lambda e: e.day)]
    ends = [sum(days[:n]) for n in range(len(days) + 1)]
    cut = data.draw(st.integers(0, len(days)))
    again = data.draw(st.integers(0, cut))
    # two exports that overlap by some whole days, perhaps a third that was made during the last day
    exports = [export(ledger, 0, ends[cut], "a"), export(ledger, ends[again], len(ledger), "b")]
    noon = data.draw(st.integers(0, len(ledger)))
    exports += [export(ledger, 0, noon, "c")]
    exports = [e for e in exports if len(e.transactions)]
    shuffled = data.draw(st.permutations(exports))
    merged = merge_statements(shuffled)
    moved = sorted((str(r.date.date()), r.amount, r.description) for r in merged.transactions.itertuples())
    assert moved == sorted((str(e.day), Decimal(e.cents).scaleb(-2), e.text) for e in ledger)
    assert merged.transactions.equals(merge_statements(exports).transactions)
    (figures,) = account_figures(shuffled, merged)
    assert figures.ties
    assert figures == account_figures(exports, merged)[0]


def test_of_two_exports_that_end_on_one_day_the_fuller_gives_the_closing_balance():
    ledger = [Entry(date(2026, 1, 2), 100_00, "A"), Entry(date(2026, 1, 2), 200_00, "B")]
    noon, evening = export(ledger, 0, 1, "noon"), export(ledger, 0, 2, "evening")
    for order in ([noon, evening], [evening, noon]):
        (figures,) = account_figures(order, merge_statements(order))
        assert figures.ties
        assert figures.closing == evening.closing


def test_a_gap_between_statements_is_what_is_missing():
    ledger = [Entry(date(2026, 1, 1) + timedelta(n), 100_00, "A") for n in range(3)]
    ends = [export(ledger, 0, 1, "a"), export(ledger, 2, 3, "c")]
    (figures,) = account_figures(ends, merge_statements(ends))
    assert figures.ties is False
    assert figures.difference == 100


def test_a_row_set_aside_in_one_export_counts_until_another_delivers_it():
    ledger = [Entry(date(2026, 1, 1) + timedelta(n), 100_00, f"T{n}") for n in range(3)]
    torn = read("torn", history(ledger, OPENING).replace("T1", "T\x001"))
    assert len(torn.quarantined) == 1
    (alone,) = account_figures([torn], merge_statements([torn]))
    assert (alone.set_aside, alone.ties) == (100, True)
    both = [torn, export(ledger, 0, 3, "whole")]
    (figures,) = account_figures(both, merge_statements(both))
    assert (figures.set_aside, figures.ties, figures.movements) == (0, True, 300)


def test_two_blocks_of_one_account_in_one_file_keep_equal_gifts_apart(tmp_path):
    path = tmp_path / "two.ofx"
    other = ofx_row("20260116", "90.00", "<FITID>2\n<MEMO>OTHER\n")
    path.write_text(ofx(ofx_account(ofx_row()), ofx_account(ofx_row() + other)))
    statements = read_statements(path)
    assert len(statements) == 2
    assert len(merge_statements(statements).transactions) == 3


def test_without_balances_an_account_is_not_said_to_tie(tmp_path):
    path = tmp_path / "no-balance.ofx"
    text = ofx(ofx_account(ofx_row()))
    path.write_text(text[: text.index("<LEDGERBAL>")] + text[text.index("</LEDGERBAL>") + 12 :])
    statements = read_statements(path)
    (figures,) = account_figures(statements, merge_statements(statements))
    assert figures.ties is None
