from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, permutations
from pathlib import Path

import pandas as pd
import pytest
from exports import Entry, export, ledger
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import Entry as Line
from ledgers import history, ofx, ofx_account, ofx_row

from reconcile.errors import FrameRefused
from reconcile.files import Document
from reconcile.merging import Merged, accounts, merge_statements
from reconcile.merging.merged import _stood_before
from reconcile.parsers import read_statement, read_statements
from reconcile.parsers.layouts.fnb_history import LAYOUT
from reconcile.statement import Statement

SAMPLES = Path(__file__).parents[1] / "parsers" / "samples"
MONTH = Path(__file__).parents[2] / "sample_statements"


def read(name: str, text: str) -> Statement:
    (statement,) = LAYOUT.read(Document(name, None, text.encode(), name, "text", text, "utf-8"))
    return statement


def moved(merged: Merged) -> list[tuple[str, Decimal]]:
    rows = merged.transactions
    return sorted(zip(rows["date"].dt.strftime("%Y-%m-%d"), rows["amount"], strict=True))


def of(entries: list[Entry]) -> list[tuple[str, Decimal]]:
    return sorted((str(date(2026, 1, 1) + timedelta(e.day)), Decimal(e.cents).scaleb(-2)) for e in entries)


def test_overlapping_statements_count_a_movement_once_and_twins_twice():
    whole = read_statement(SAMPLES / "01-history-download.csv")
    overlap = read_statement(SAMPLES / "08c-ofx1-overlap-other-fitids.ofx")
    both = merge_statements([whole, overlap])
    swapped = merge_statements([overlap, whole])
    # one text is worded otherwise in the two samples ("AND", "&")
    assert len(both.transactions) == len(whole.transactions)
    assert both.transactions.equals(swapped.transactions)
    assert both.contributed[["rows", "new", "known"]].to_numpy().tolist() == [[23, 23, 0], [7, 0, 7]]
    assert (both.transactions["description"] == "FNB APP PAYMENT FROM  MBF0107").sum() == 2
    assert len(merge_statements([whole, whole]).transactions) == 23


@pytest.mark.parametrize("given", [[], None, "statement"])
def test_no_statements_are_refused(given):
    with pytest.raises(FrameRefused, match="no statements were given"):
        merge_statements(given)


def test_one_statement_outside_a_list_is_refused_with_the_way_out():
    with pytest.raises(FrameRefused, match=r"\[statement\]"):
        merge_statements(read_statement(SAMPLES / "01-history-download.csv"))


amounts = st.integers(-500, 500).filter(bool).map(lambda c: c * 100) | st.sampled_from([100_00, 250_00])
entries = st.builds(
    Entry,
    st.integers(0, 5),
    amounts,
    st.sampled_from(["app", "eft", "cash", "bare"]),
    st.sampled_from(["MBF0107", "MBF-0042 T MOKOENA", "idb zakat", "FEB & MAR", "A B", "C"]),
)
made_ledgers = st.lists(entries, min_size=1, max_size=14).map(lambda rows: sorted(rows, key=lambda e: e.day))


def day_ends(entries: list[Entry]) -> list[int]:
    days = [len(list(rows)) for _, rows in groupby(entries, key=lambda e: e.day)]
    return [sum(days[:n]) for n in range(len(days) + 1)]


@settings(max_examples=60)
@given(made_ledgers, st.data())
def test_any_overlapping_exports_of_whole_days_in_any_wording_and_order_make_the_ledger(entries, data):
    ends = day_ends(entries)
    cut = data.draw(st.integers(0, len(ends) - 1), label="the first ends")
    again = data.draw(st.integers(0, cut), label="the second begins")
    wording = st.sampled_from(["history", "emailed"])
    exports = [
        export(entries, 0, ends[cut], wording=data.draw(wording), file="a"),
        export(entries, ends[again], len(entries), wording=data.draw(wording), file="b"),
        # one made during some day
        export(entries, 0, data.draw(st.integers(0, len(entries))), wording=data.draw(wording), file="c"),
    ]
    low = data.draw(st.integers(0, len(ends) - 1))
    high = data.draw(st.integers(low, len(ends) - 1))
    exports += [export(entries, ends[low], ends[high], wording="ofx", file="d")]
    exports = [e for e in exports if len(e.transactions)]
    merged = merge_statements(data.draw(st.permutations(exports)))
    assert moved(merged) == of(entries)
    assert merged.transactions["transaction_id"].is_unique
    assert not len(merged.gaps)
    assert not len(merged.conflicts)
    (figures,) = merged.accounts
    assert figures.ties is not False
    again_merged = merge_statements(exports)
    assert merged.transactions.equals(again_merged.transactions)
    assert merged.accounts == again_merged.accounts


@settings(max_examples=50)
@given(made_ledgers | made_ledgers.map(lambda rows: [replace(e, cents=abs(e.cents)) for e in rows]), st.data())
def test_two_exports_cut_anywhere_inside_a_day_make_the_ledger_by_their_balances(entries, data):
    cut = data.draw(st.integers(0, len(entries)))
    again = data.draw(st.integers(0, cut))
    exports = [export(entries, 0, cut, file="a"), export(entries, again, file="b")]
    exports = [e for e in exports if len(e.transactions)]
    for order in permutations(exports):
        merged = merge_statements(order)
        assert merged.accounts[0].ties
        assert not len(merged.gaps)
        # with money out too, a part of a day may lead back to where it began: that reads in two ways, and both tie
        if all(e.cents > 0 for e in entries):
            assert moved(merged) == of(entries)


def test_twins_on_both_sides_of_a_cut_inside_a_day_stay_two():
    entries = [Entry(0, 50_00), Entry(1, 100_00), Entry(1, 100_00), Entry(2, 70_00)]
    morning, evening = export(entries, 0, 2, file="a"), export(entries, 2, file="b")
    for order in ([morning, evening], [evening, morning]):
        merged = merge_statements(order)
        assert moved(merged) == of(entries)
        assert merged.transactions["transaction_id"].is_unique
        assert merged.accounts[0].ties
    # the ids are those that one export of all has
    whole = export(entries).transactions["transaction_id"]
    assert merged.transactions["transaction_id"].tolist() == whole.tolist()


def test_rows_that_the_bank_put_in_another_order_are_not_taken_for_others():
    entries = [Entry(0, 5_00), Entry(1, 100_00), Entry(1, -30_00, reference="FEE"), Entry(1, 20_00), Entry(2, 9_00)]
    other = [entries[0], entries[3], entries[1], entries[2], entries[4]]
    merged = merge_statements([export(entries, file="a"), export(other, file="b")])
    assert moved(merged) == of(entries)
    assert not len(merged.conflicts)


def test_rows_in_another_order_that_lead_back_to_where_the_day_began_are_not_counted_twice():
    entries = [Entry(1, 100_00), Entry(1, -100_00, reference="FEE")]
    merged = merge_statements([export(entries, file="a"), export(entries[::-1], file="b")])
    assert moved(merged) == of(entries)


def test_twins_cut_apart_without_balances_to_prove_it_are_counted():
    entries = [Entry(1, 100_00), Entry(1, 100_00)]
    halves = [export(entries, 0, 1, wording="ofx", file="a"), export(entries, 1, 2, wording="ofx", file="b")]
    assert len(merge_statements(halves).transactions) == 1


def test_of_two_wordings_with_balances_the_one_in_the_payers_own_case_is_kept():
    entries = [Entry(0, 100_00, "eft", "mbf-0042 T MOKOENA")]
    pair = [export(entries, wording="emailed", file="a"), export(entries, wording="history", file="b")]
    for order in (pair, pair[::-1]):
        merged = merge_statements(order)
        assert merged.transactions["description"].tolist() == ["CAPITEC   mbf-0042 T MOKOENA"]
        assert merged.transactions["balance"].notna().all()


def test_different_gifts_of_one_amount_on_a_day_that_was_cut_stay_two():
    entries = [Entry(0, 100_00, reference="T MOKOENA"), Entry(0, 100_00, reference="S MOKOENA")]
    halves = [export(entries, 0, 1, wording="ofx", file="a"), export(entries, 1, 2, wording="ofx", file="b")]
    assert len(merge_statements(halves).transactions) == 2


def test_of_two_exports_that_end_on_one_day_the_fuller_gives_the_closing_balance():
    ledger = [Line(date(2026, 1, 2), 100_00, "A"), Line(date(2026, 1, 2), 200_00, "B")]
    noon, evening = read("noon", history(ledger[:1])), read("evening", history(ledger))
    for order in ([noon, evening], [evening, noon]):
        (figures,) = merge_statements(order).accounts
        assert figures.ties
        assert figures.closing == evening.closing


def test_of_two_parts_of_one_day_the_earlier_opens_and_the_later_closes_however_many_rows_they_have():
    entries = [Entry(0, 10_00 + n) for n in range(6)]
    for cut in (1, 5):
        parts = [export(entries, 0, cut, file="b"), export(entries, cut, file="a")]
        (figures,) = merge_statements(parts).accounts
        assert (figures.opening, figures.closing) == (parts[0].opening, parts[1].closing)
        assert figures.ties


def test_two_blocks_of_one_account_in_one_file_keep_equal_gifts_apart(tmp_path):
    path = tmp_path / "two.ofx"
    other = ofx_row("20260116", "90.00", "<FITID>2\n<MEMO>OTHER\n")
    path.write_text(ofx(ofx_account(ofx_row()), ofx_account(ofx_row() + other)))
    statements = read_statements(path)
    assert len(statements) == 2
    assert len(merge_statements(statements).transactions) == 3


def test_without_balances_an_account_is_not_said_to_tie():
    (figures,) = merge_statements([export(ledger(1), wording="ofx")]).accounts
    assert figures.ties is None


def test_a_merge_shows_itself_with_what_is_missing_and_nothing_of_it_is_markup():
    entries = ledger(1, 2, 3)
    merged = merge_statements([export(entries, 0, 1, file="<b>"), export(entries, 2, file="c")])
    assert "R 2.00 missing from 2026-01-01 to 2026-01-03" in repr(merged)
    assert "&lt;b&gt;" in merged._repr_html_()
    assert "<b>" not in merged._repr_html_()


def test_the_rows_of_a_single_statement_are_its_own_and_not_copied():
    statement = read_statement(SAMPLES / "01-history-download.csv")
    given, merged = statement.transactions, merge_statements([statement]).transactions
    assert merged.equals(given)
    for column in ("amount", "balance", "description", "transaction_id"):
        places = [f[column].array._pa_array.chunk(0).buffers()[-1].address for f in (given, merged)]
        assert places[0] == places[1], column


def test_rows_that_are_not_in_the_order_of_days_are_put_in_it():
    statement = read_statement(SAMPLES / "01-history-download.csv")
    rows = statement.transactions
    later_first = replace(statement, transactions=rows.iloc[::-1].reset_index(drop=True))
    days = merge_statements([later_first]).transactions["date"]
    assert days.is_monotonic_increasing
    assert not later_first.transactions["date"].is_monotonic_increasing


IDS = st.text("bcdfghjkmnpqrstv", min_size=16, max_size=16)


@settings(max_examples=100, deadline=None)
@given(st.lists(IDS, max_size=8), st.lists(st.integers(0, 7), max_size=4), st.booleans())
def test_an_id_is_known_where_it_stood_before_whatever_its_length(ids, again, short):
    texts = ids + [ids[i] for i in again if i < len(ids)]
    rows = pd.Series([t[:3] if short else t for t in texts], dtype="str")
    assert _stood_before(rows).tolist() == rows.duplicated().tolist()


@pytest.mark.parametrize("rows", [1, 7])
def test_how_many_rows_are_summed_in_one_go_changes_no_figure(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("history-2018-09.csv", "history-2018-09-17-to-30.ofx", "emailed-2018-09.csv")
    statements = [read_statement(MONTH / name) for name in names]
    whole = merge_statements(statements)
    monkeypatch.setattr(accounts, "PIECE", rows)
    pieces = merge_statements(statements)
    assert pieces.accounts == whole.accounts
    assert all(account.ties for account in pieces.accounts)
    pd.testing.assert_frame_equal(pieces.gaps, whole.gaps)
