"""Statements go in exactly once, in any order, and the ledger is what merging all of them gives."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import groupby, permutations
from pathlib import Path

import pytest
from exports import Entry, aside, export, ledger
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import Fresh

from reconcile.merging import merge_statements
from reconcile.parsers import read_statement
from reconcile.statement import Statement
from reconcile.store import Store, open_store

ROOT = Path(__file__).parents[2]
SAMPLES = [
    ROOT / "sample_statements" / name
    for name in ("history-2018-09.csv", "history-2018-09-17-to-30.ofx", "emailed-2018-09.csv")
]


def moved(frame) -> Counter[tuple[str, Decimal]]:
    return Counter(zip(frame["date"].dt.strftime("%Y-%m-%d"), frame["amount"], strict=True))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_sample_month_in_any_order_is_what_merging_gives(fresh: Fresh, order: tuple[int, ...]) -> None:
    statements = [read_statement(path) for path in SAMPLES]
    merged = merge_statements(statements)
    with open_store(fresh()) as store:
        for number in order:
            store.add(statements[number])
        found = store.transactions()
        assert moved(found) == moved(merged.transactions)
        assert sorted(found["description"]) == sorted(merged.transactions["description"])
        assert found["transaction_id"].is_unique
        assert store.verify().holds


def test_each_row_is_said_to_be_new_known_changed_or_withdrawn(store: Store) -> None:
    rows = [Entry(n, 100_00 + n) for n in range(5)]
    assert store.add(export(rows, 0, 3)).counts == counts(new=3)
    assert store.add(export(rows, 1, 5, wording="emailed")).counts == counts(new=2, known=2)
    again = store.add(export(rows, 0, 3))
    assert again.again
    assert again.counts == counts(known=3)
    reworded = export(rows, 0, 5, file="later", texts={1: "SOMETHING ELSE ALTOGETHER"})
    assert store.add(reworded).counts == counts(known=4, changed=1)
    assert len(store.transactions()) == 5


def test_a_row_that_a_later_export_of_the_day_lacks_is_kept_and_named(store: Store) -> None:
    rows = [Entry(n, 100_00 + n) for n in range(5)]
    store.add(export(rows))
    without = [replace(r) for n, r in enumerate(rows) if n != 2]
    added = store.add(export(without, wording="ofx"))
    assert added.counts == counts(known=4, withdrawn=1)
    assert added.withdrawn["amount"].tolist() == [Decimal("100.02")]
    assert len(store.transactions()) == 5


def counts(new: int = 0, known: int = 0, changed: int = 0, withdrawn: int = 0) -> dict[str, int]:
    return {"new": new, "known": known, "changed by the bank": changed, "withdrawn": withdrawn}


def test_two_equal_gifts_on_a_day_stay_two_over_overlapping_exports(store: Store) -> None:
    rows = [Entry(0, 50_00), Entry(1, 100_00), Entry(1, 100_00), Entry(2, 70_00)]
    store.add(export(rows, 0, 3))
    store.add(export(rows, 1, 4))
    store.add(export(rows, wording="emailed"))
    assert moved(store.transactions()) == Counter({(d, a): n for d, a, n in DAYS})


DAYS = [
    ("2026-01-01", Decimal("50.00"), 1),
    ("2026-01-02", Decimal("100.00"), 2),
    ("2026-01-03", Decimal("70.00"), 1),
]


def test_an_export_made_at_noon_and_the_whole_day_after_it(store: Store) -> None:
    rows = [Entry(0, 50_00), Entry(1, 100_00), Entry(1, 100_00), Entry(1, 80_00), Entry(2, 70_00)]
    first = store.add(export(rows, 0, 2))
    ids = set(first.rows["transaction_id"])
    assert store.add(export(rows, 0, 5)).counts == counts(new=3, known=2)
    assert ids <= set(store.transactions()["transaction_id"])


def test_a_fitid_minted_anew_for_each_download_makes_no_row_new(store: Store) -> None:
    rows = ledger(10, 20, 30)
    one, other = export(rows, wording="ofx", file="a"), export(rows, wording="ofx", file="b")
    store.add(replace(one, transactions=one.transactions.assign(bank_id=["1", "2", "3"])))
    assert store.add(replace(other, transactions=other.transactions.assign(bank_id=["7", "8", "9"]))).counts == counts(
        known=3
    )


def test_rows_set_aside_and_notices_are_kept_with_their_statement(store: Store) -> None:
    rows = ledger(10, 20, 30)
    store.add(export(rows, quarantined=aside(5_00)))
    assert store.verify().holds


def test_a_transaction_leads_back_to_file_and_line(store: Store) -> None:
    statement = read_statement(SAMPLES[0])
    store.add(statement)
    own = statement.transactions.sort_values("date", kind="stable", ignore_index=True)
    found = store.transactions()
    assert found["source"].tolist() == own["source"].tolist()
    assert found["line"].tolist() == own["line"].tolist()
    for column in ("transaction_id", "amount", "balance", "description", "bank_reference", "bank_id"):
        assert found[column].equals(own[column]), column


amounts = st.integers(-500, 500).filter(bool).map(lambda c: c * 100) | st.sampled_from([100_00, 250_00])
entries = st.builds(
    Entry,
    st.integers(0, 5),
    amounts,
    st.sampled_from(["app", "eft", "cash", "bare"]),
    st.sampled_from(["MBF0107", "MBF-0042 T MOKOENA", "idb zakat", "FEB & MAR", "A B", "C"]),
)
made_ledgers = st.lists(entries, min_size=1, max_size=14).map(lambda rows: sorted(rows, key=lambda e: e.day))


def day_ends(rows: list[Entry]) -> list[int]:
    days = [len(list(own)) for _, own in groupby(rows, key=lambda e: e.day)]
    return [sum(days[:n]) for n in range(len(days) + 1)]


def exports(rows: list[Entry], data: st.DataObject) -> list[Statement]:
    """Overlapping exports of one ledger: of whole days in several wordings, of part of a day, without balances."""
    ends = day_ends(rows)
    cut = data.draw(st.integers(0, len(ends) - 1), label="the first ends")
    again = data.draw(st.integers(0, cut), label="the second begins")
    wording = st.sampled_from(["history", "emailed"])
    low = data.draw(st.integers(0, len(ends) - 1))
    high = data.draw(st.integers(low, len(ends) - 1))
    made = [
        export(rows, 0, ends[cut], wording=data.draw(wording), file="a"),
        export(rows, ends[again], len(rows), wording=data.draw(wording), file="b"),
        export(rows, 0, data.draw(st.integers(0, len(rows))), wording=data.draw(wording), file="c"),
        export(rows, ends[low], ends[high], wording="ofx", file="d"),
    ]
    return [e for e in made if len(e.transactions)]


@settings(max_examples=20)
@given(made_ledgers, st.data())
def test_statements_added_one_by_one_in_any_order_are_what_merging_all_of_them_gives(rows, data) -> None:
    given_now = data.draw(st.permutations(exports(rows, data)))
    wanted = Counter({(str(d), a): n for (d, a), n in Counter((e.day, e.cents) for e in rows).items()})
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "s.db") as store:
        seen: set[str] = set()
        for statement in given_now:
            store.add(statement)
            now = set(store.transactions()["transaction_id"])
            lost = seen - now
            assert not lost or len(now) < len(seen) + len(statement.transactions)
            seen = now
        found = store.transactions()
        assert moved(found) == moved(merge_statements(given_now).transactions)
        assert sum(wanted.values()) == len(found)
        assert found["transaction_id"].is_unique
        assert store.verify().holds
        for statement in given_now:
            assert store.add(statement).again
        assert store.transactions().equals(found)
