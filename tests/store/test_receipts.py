"""Receipts in a store: every version kept, open items carried on, a person's word before any rule."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from exports import Entry, export
from gifts import FEBRUARY, MARCH, booked, books, close, funds, gift, length, put, receipt, register

from reconcile import money
from reconcile.books import Reconciliation
from reconcile.errors import DecisionRefused, RegisterRefused, StoreRefused, UnreadableFile
from reconcile.store import Store, open_store, tables
from reconcile.store.tables import SCHEMA_VERSION

KHAN, NAIDOO, SMIT, ZULU = "A KHAN THANKS", "P NAIDOO THANKS", "J SMIT THANKS", "B ZULU THANKS"

ROWS = [
    gift(KHAN, 101, 0),
    gift(NAIDOO, 202, 29),
    gift(SMIT, 303, FEBRUARY + 1),
    gift(ZULU, 404, FEBRUARY + 20),
    gift("NOBODY THERE", 505, MARCH + 3),
]
"""January has two, of which the second is written down in February; February has two, the first receipted before."""

BOOKS = [
    receipt("R1", 101, 1, "A. Khan"),
    receipt("R2", 202, FEBRUARY, "P. Naidoo"),
    receipt("R3", 303, 30, "J. Smit"),
    receipt("R4", 404, FEBRUARY + 21, "B. Zulu"),
]


def filled(store: Store, *receipts: dict[str, Any]) -> list[str]:
    names = put(store, *ROWS)
    store.match(register())
    store.add_receipts(books(*(receipts or BOOKS)), by="Thandi")
    return names


def linked(found: Reconciliation) -> set[tuple[str, str]]:
    own = found.settled.dropna(subset="receipt_id")
    return set(zip(own["transaction_id"], own["receipt_id"], strict=True))


def items(found: Reconciliation) -> dict[tuple[str, str], str]:
    rows = found.bank_reconciliation()
    return {(r["side"], r["item"]): str(r["amount"]) for r in rows.to_dict("records")}


def test_a_decision_taken_late_for_a_closed_month_makes_no_month_of_two_sides(store: Store) -> None:
    (name,) = put(store, gift(KHAN, 101, 0))
    store.match(register())
    store.add_receipts(books(BOOKS[0]), by="Thandi")
    close(store)
    before = store.standing()
    assert before["month"] == "2026-01"
    store.decide(name, ("WWL", None), by="Thandi", reason="asked")
    assert booked(store, name) == {"2026-02"}
    assert store.standing() == before


def test_what_is_delivered_again_is_known_and_what_changed_keeps_its_earlier_version(store: Store) -> None:
    assert store.add_receipts(books(*BOOKS)).counts == {"new": 4, "known": 0, "changed": 0}
    before = length(store)
    assert store.add_receipts(books(*BOOKS)).counts == {"new": 0, "known": 4, "changed": 0}
    assert length(store) == before
    again = [receipt("R1", 111, 1, "A. Khan"), receipt("R2", 202, FEBRUARY + 1, "P. Naidoo"), BOOKS[2]]
    again += [receipt("R4", 404, FEBRUARY + 21, "B. Zulu-Nel"), receipt("R5", 5, 3)]
    added = store.add_receipts(books(*again))
    assert added.rows["state"].tolist() == ["changed", "changed", "known", "changed", "new"]
    held = store.receipts().set_index("receipt_id")
    assert str(held.loc["R1", "amount"]) == "111.00"
    assert held.loc["R4", "payer"] == "B. Zulu-Nel"
    history = store.receipt_history()
    assert history.loc[history["receipt_id"] == "R1", "amount"].astype(str).tolist() == ["101.00", "111.00"]
    assert history.loc[history["receipt_id"] == "R1", "in_force"].tolist() == [False, True]
    assert store.verify().holds


def test_a_file_is_read_once_unless_its_columns_are_said_to_be_others(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text("Book no,Receipt no,Date,Amount,Donor\nB1,R1,2026-01-02,101.00,A. Khan\n")
    assert store.add_receipts(path).counts["new"] == 1
    before = length(store)
    added = store.add_receipts(path)
    assert added.again and added.rows.empty and length(store) == before
    assert store.add_receipts(path, columns={"receipt_id": "Book no"}).counts["new"] == 1
    assert store.receipts()["receipt_id"].tolist() == ["B1", "R1"]
    assert store.receipts()["source"].tolist() == ["receipts.csv"] * 2


def test_a_file_that_cannot_be_read_leaves_nothing(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text("Receipt no,Date,Amount\nR1,2026-01-02,101.00\nR1,2026-01-02,101.00\n")
    with pytest.raises(RegisterRefused):
        store.add_receipts(path)
    with pytest.raises(UnreadableFile, match="nosuch"):
        store.add_receipts(tmp_path / "nosuch.csv")
    assert store.receipts().empty and length(store) == 0


def test_what_fails_half_way_leaves_the_old_state(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(store)
    head = store.head()

    def fails(*_: object, **__: object) -> None:
        raise DecisionRefused("not now")

    monkeypatch.setattr("reconcile.store.journal.Work.finish", fails)
    with pytest.raises(DecisionRefused):
        store.add_receipts(books(receipt("R1", 999, 1), receipt("R9", 9, 1)))
    monkeypatch.undo()
    assert store.head() == head
    assert len(store.receipts()) == 4
    assert store.verify().holds


def test_only_a_person_takes_a_receipt_out_and_no_file_brings_it_back(store: Store) -> None:
    filled(store)
    with pytest.raises(DecisionRefused, match="no reason"):
        store.withdraw("R1", by="Thandi", reason=" ")
    store.withdraw("R1", by="Thandi", reason="written twice")
    with pytest.raises(DecisionRefused, match="withdrawn already"):
        store.withdraw("R1", by="Thandi", reason="written twice")
    assert "R1" not in set(store.receipts()["receipt_id"])
    store.add_receipts(books(receipt("R1", 101.5, 1, "A. Khan")))
    assert "R1" not in set(store.receipts()["receipt_id"])
    assert store.reconciliation("2026-01").unmatched_bank["why"].tolist() == ["no receipt in the books"] * 2
    store.restore("R1", by="Thandi", reason="it was another one")
    assert "R1" in set(store.receipts()["receipt_id"])
    with pytest.raises(DecisionRefused, match='no receipt is called "R99"'):
        store.withdraw("R99", by="Thandi", reason="x")
    assert store.verify().holds


def test_a_receipt_of_a_closed_month_counts_for_the_next_open_one(store: Store) -> None:
    filled(store)
    close(store)
    store.add_receipts(books(receipt("R9", 9, 3), receipt("R3", 313, 30, "J. Smit")))
    booked = store.receipt_history().set_index("receipt_id")["booked"]
    assert booked["R9"] == "2026-02"
    assert set(booked["R3"]) == {"2026-01"}
    own = store.reconciliation("2026-02")
    assert own.before is not None
    assert "R9" in set(own.unmatched_receipts["receipt_id"]) - own.before.receipts
    assert "R3" in own.before.receipts
    closed = store.reconciliation("2026-01")
    assert closed.receipts["receipt_id"].tolist() == ["R1", "R3"]
    assert str(closed.receipts.set_index("receipt_id").loc["R3", "amount"]) == "303.00"


@pytest.mark.parametrize("closing", [False, True])
def test_open_items_go_on_into_the_next_month_and_close_when_their_other_side_comes(
    store: Store, closing: bool
) -> None:
    a, b, c, d, e = filled(store)
    january = store.reconciliation("2026-01")
    assert linked(january) == {(a, "R1")}
    assert january.unmatched_bank["transaction_id"].tolist() == [b]
    assert january.unmatched_receipts["receipt_id"].tolist() == ["R3"]
    assert items(january) == {
        ("bank", "balance per bank"): "5303.00",
        ("bank", "deposits in transit: receipts not at the bank"): "303.00",
        ("bank", "outstanding: receipts taken back, not at the bank"): "0.00",
        ("bank", "adjusted balance"): "5606.00",
        ("books", "balance per books"): "5404.00",
        ("books", "at the bank: no receipt in the books"): "202.00",
        ("books", "adjusted balance"): "5606.00",
        ("", "difference"): "0.00",
    }
    if closing:
        close(store)
    february = store.reconciliation("2026-02")
    assert february.before is not None
    assert (february.before.lines, february.before.receipts) == ({b}, {"R3"})
    assert linked(february) == {(b, "R2"), (c, "R3"), (d, "R4")}
    assert february.unmatched_bank.empty and february.unmatched_receipts.empty
    found = items(february)
    assert found["bank", "balance per bank"] == "6010.00"
    assert found["books", "balance per books"] == "6010.00"
    assert found["", "difference"] == "0.00"
    if closing:
        close(store, "2026-02")
    march = store.reconciliation("2026-03")
    assert march.before is not None and not march.before.lines | march.before.receipts
    assert march.unmatched_bank["transaction_id"].tolist() == [e]
    assert linked(store.reconciliation()) == {(a, "R1"), (b, "R2"), (c, "R3"), (d, "R4")}


def test_what_stays_open_stands_in_every_month_after_as_of_before(store: Store) -> None:
    filled(store, receipt("R1", 101, 1, "A. Khan"), receipt("R7", 77, 5, "Nobody"), receipt("R8", -8, 6))
    for month in ("2026-02", "2026-03"):
        found = items(store.reconciliation(month))
        assert found["bank", "of before: deposits in transit: receipts not at the bank"] == "77.00"
        assert found["bank", "of before: outstanding: receipts taken back, not at the bank"] == "-8.00"
        assert found["books", "of before: at the bank: no receipt in the books"] == (
            "202.00" if month == "2026-02" else "909.00"
        )
        assert found["", "difference"] == "0.00"


def test_a_fee_of_the_bank_is_open_in_its_own_month_alone(store: Store) -> None:
    put(store, gift(KHAN, 101), Entry(1, -900, "bare", "#SERVICE FEES"), gift(SMIT, 303, FEBRUARY))
    store.match(register())
    store.add_receipts(books(*BOOKS[:1]))
    assert items(store.reconciliation("2026-01"))["books", "at the bank: a bank's fee, not in the books"] == "-9.00"
    february = store.reconciliation("2026-02")
    assert february.before is not None and not february.before.lines
    assert items(february)["", "difference"] == "0.00"


def test_the_books_begin_with_the_month_of_their_first_receipt(store: Store) -> None:
    names = filled(store, BOOKS[3])
    assert store.reconciliation("2026-01").transactions.empty
    assert set(store.reconciliation().transactions["transaction_id"]) == set(names[2:])
    assert store.month("2026-01").reconciliation is None  # type: ignore[union-attr]


def test_a_closed_month_stays_as_it_was_whatever_comes_later(store: Store) -> None:
    a, *_ = filled(store)
    before = store.reconciliation("2026-01")
    close(store)
    kept = store.reconciliation("2026-01")
    for name in ("transactions", "receipts", "links", "unmatched_bank", "unmatched_receipts"):
        pd.testing.assert_frame_equal(getattr(kept, name), getattr(before, name))
    pd.testing.assert_frame_equal(kept.bank_reconciliation(), before.bank_reconciliation())
    store.add_receipts(books(receipt("R1", 111, 1, "Somebody Else"), receipt("R0", 101, 0, "A. Khan")))
    put(store, *ROWS[:2], gift("LATE", 7, 30), *ROWS[2:], file="again")
    store.match(register(IDB="Khan"))
    again = store.reconciliation("2026-01")
    pd.testing.assert_frame_equal(again.bank_reconciliation(), before.bank_reconciliation())
    pd.testing.assert_frame_equal(again.links, before.links)
    assert (a, "R1") in linked(store.reconciliation())
    assert "R0" in set(store.reconciliation("2026-02").unmatched_receipts["receipt_id"])
    assert items(store.reconciliation("2026-02"))["", "difference"] == "0.00"
    with pytest.raises(DecisionRefused, match=r"settled in 2026-01, which is closed\. Reopen it first"):
        store.keep_apart(a, "R1", by="Thandi", reason="no")
    with pytest.raises(DecisionRefused, match="settled in 2026-01"):
        store.withdraw("R1", by="Thandi", reason="no")
    store.reopen("2026-01", by="Thandi", reason="look again")
    assert (a, "R1") not in linked(store.reconciliation("2026-01"))
    assert store.verify().holds


def test_both_of_a_closed_month_linked_later_close_in_the_month_that_is_open(store: Store) -> None:
    a, b, *_ = filled(store, receipt("R1", 101, 1, "Somebody Else"), *BOOKS[1:])
    close(store)
    assert (a, "R1") not in linked(store.reconciliation("2026-01"))
    store.settle(a, "R1", by="Thandi", reason="the same family")
    february = store.reconciliation("2026-02")
    assert february.before is not None
    assert a in february.before.lines and "R1" in february.before.receipts
    assert {(a, "R1"), (b, "R2")} <= linked(february)
    assert items(february)["", "difference"] == "0.00"
    assert a in set(store.reconciliation("2026-01").unmatched_bank["transaction_id"])


def test_a_persons_word_holds_before_any_rule_until_it_is_taken_back(store: Store) -> None:
    a, *_ = filled(store)
    assert (a, "R1") in linked(store.reconciliation())
    number = store.keep_apart(a, "R1", by="Thandi", reason="a namesake")
    assert not store.reconciliation().links["transaction_id"].eq(a).any()
    with pytest.raises(DecisionRefused, match=f"Thandi said on .* that {a} and R1 do not belong together"):
        store.settle(a, "R1", by="Pieter")
    assert store.unsettle(a, by="Thandi", reason="the same after all") == number + 1
    store.settle(a, "R1", by="Thandi", reason="she rang")
    own = store.reconciliation().links.query("transaction_id == @a")
    assert own["status"].tolist() == ["decided"]
    assert own["evidence"].str.fullmatch(r"decided by Thandi on \d{4}-\d\d-\d\d: she rang").all()
    said = store.settlements()
    assert said["by"].tolist() == ["Thandi"] * 3
    assert said["in_force"].tolist() == [False, True, True]
    with pytest.raises(DecisionRefused, match="a person settled the receipt R1"):
        store.withdraw("R1", by="Pieter", reason="x")
    assert store.verify().holds


def test_one_line_settles_several_receipts_less_a_fee(store: Store) -> None:
    a, *_ = filled(store, receipt("R1", 60, 1, fund="zakat"), receipt("R2", 43.5, 2, fund="lillah"))
    store.settle(a, ["R1", "R2"], by="Thandi", reason="the gateway's letter", fee="2.50")
    found = store.reconciliation("2026-01")
    assert linked(found) == {(a, "R1"), (a, "R2")}
    assert money.total(found.fees["amount"]) == money.rand(-250)
    assert items(found)["", "difference"] == "0.00"


REFUSED: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "a line that is not there": ("zz", "R1", {}, 'no transaction is called "zz"'),
    "a receipt that is not there": (0, "R9", {}, 'no receipt is called "R9"'),
    "no receipt": (0, [], {}, "no receipt is named"),
    "one twice": (0, ["R1", "R1"], {}, "a receipt is named twice"),
    "another amount": (0, "R2", {}, "do not come out: R 101.00 at the bank, R 202.00 in the books"),
    "another fee": (0, "R1", {"fee": "1"}, "do not come out"),
    "a fee below nothing": (0, "R1", {"fee": -1}, "the fee is -1.00"),
    "no fee": (0, "R1", {"fee": "much"}, '"much" is no amount'),
    "several on both sides": ([0, 1], ["R1", "R2"], {}, "are several on both sides"),
    "nobody": (0, "R1", {"by": " "}, "nobody is named"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_word_that_cannot_hold_is_refused_and_leaves_nothing(books_: Store, case: Any) -> None:
    lines, receipts, more, said = case
    names = books_.transactions()["transaction_id"].tolist()
    given = [names[n] if isinstance(n, int) else n for n in (lines if isinstance(lines, list) else [lines])]
    before = length(books_)
    with pytest.raises(DecisionRefused) as fault:
        books_.settle(given, receipts, **{"by": "Thandi", **more})
    assert said in str(fault.value)
    assert length(books_) == before


@pytest.fixture
def books_(tmp_path: Path) -> Any:
    with open_store(tmp_path / "books.db") as store:
        filled(store)
        yield store


def test_a_receipt_is_settled_once(books_: Store) -> None:
    a, *_ = books_.transactions()["transaction_id"]
    books_.add_receipts(books(receipt("R8", 101, 1)))
    books_.settle(a, "R1", by="Thandi")
    with pytest.raises(DecisionRefused, match=r"settle one another\. Take that back first"):
        books_.settle(a, "R8", by="Thandi")
    with pytest.raises(DecisionRefused, match=r"nothing was said of"):
        books_.unsettle("R8", by="Thandi", reason="x")


def test_what_a_person_settled_is_asked_again_where_its_receipt_changed(store: Store) -> None:
    a, *_ = filled(store)
    store.settle(a, "R1", by="Thandi", reason="she rang")
    store.add_receipts(books(receipt("R1", 111, 1, "A. Khan")))
    found = store.reconciliation("2026-01")
    own = found.links[found.links["transaction_id"] == a]
    assert own["status"].tolist() == ["proposed"]
    assert own["reason"].tolist() == ["was decided, and the amounts do not come out any more"]
    assert found.unmatched_bank.set_index("transaction_id").loc[a, "why"] == "a question, not settled"
    assert items(found)["", "difference"] == "0.00"


def test_funds_of_the_last_matching_and_payouts_count(store: Store) -> None:
    rows = [gift("A KHAN WELLS", 101), gift("PAYGATE PO77", 97, 3)]
    _, paid = put(store, *rows)
    store.match(register(), funds=funds(wells="Wells", zakat="Zakat"))
    batch = [receipt("R2", 60, 2, batch="PO77"), receipt("R3", 40, 2, batch="PO77")]
    store.add_receipts(books(receipt("R1", 101, 0, "A. Khan", fund="zakat"), *batch))
    assert "the bank line's fund is wells, the receipt's zakat" in set(store.reconciliation().links["reason"])
    assert not linked(store.reconciliation())
    gifts = [
        {"payout": "PO77", "date": "2026-01-04", "gift": f"G{n}", "gross": gross, "fee": fee, "net": net}
        for n, (gross, fee, net) in enumerate([("60.00", "1.50", "58.50"), ("40.00", "1.50", "38.50")])
    ]
    assert store.add_payouts(pd.DataFrame(gifts)).counts["new"] == 2
    assert linked(store.reconciliation()) == {(paid, "R2"), (paid, "R3")}
    assert money.total(store.reconciliation("2026-01").fees["amount"]) == money.rand(-300)


def test_a_payers_words_are_forgotten_and_the_links_stay(store: Store) -> None:
    a, *_ = filled(store)
    before = linked(store.reconciliation())
    store.forget([a], by="Thandi", reason="asked for it", receipts=["R4"])
    assert linked(store.reconciliation()) == before
    held = store.receipts().set_index("receipt_id")["payer"]
    assert held.isna().to_dict() == {"R1": True, "R2": False, "R3": False, "R4": True}
    with store._database.reading() as connection:
        for table in tables.METADATA.sorted_tables:
            said = str(connection.execute(sa.select(table)).all())
            assert "Khan" not in said and "Zulu" not in said, table.name
    assert store.add_receipts(books(*BOOKS)).counts == {"new": 0, "known": 4, "changed": 0}
    store.add_receipts(books(receipt("R4", 444, FEBRUARY + 21, "B. Zulu")))
    assert pd.isna(store.receipts().set_index("receipt_id").loc["R4", "payer"])
    with pytest.raises(DecisionRefused, match='no receipt is called "R99"'):
        store.forget([], by="Thandi", reason="x", receipts=["R99"])
    assert store.verify().holds
    close(store)
    assert store.verify().holds
    assert "(forgotten)" in set(store.reconciliation("2026-01").links["evidence"])


def test_words_of_before_a_day_go_from_the_receipts_too(store: Store) -> None:
    filled(store)
    close(store)
    assert store.forget_before("2026-02-01", by="Thandi") == 4  # two payments, two receipts
    assert store.receipts()["payer"].isna().tolist() == [True, True, False, False]
    assert linked(store.reconciliation("2026-01")) == {(store.transactions()["transaction_id"].iloc[0], "R1")}
    assert store.forget_before("2026-02-01", by="Thandi") == 0
    assert store.verify().holds


def test_what_comes_in_speaks_of_each_open_month_from_its_own_on(store: Store) -> None:
    filled(store)
    close(store)
    before = store.month_versions()
    store.add_receipts(books(receipt("R9", 9, 3)))
    after = store.month_versions()
    assert {month for month in after if after[month] != before[month]} == {"2026-02", "2026-03"}
    store.add(export([gift("MORE", 1, FEBRUARY + 2)], file="more"))
    last = store.month_versions()
    assert {month for month in last if last[month] != after[month]} == {"2026-02", "2026-03"}


NEW = (
    "gift_days",
    "payout_lines",
    "open_items",
    "kept_links",
    "settled_pairs",
    "settlements",
    "book_files",
    "payouts",
    "receipts",
)


def of_version_1(path: Path) -> Path:
    """A store as the version before wrote it: without the tables of the receipts."""
    with open_store(path) as store:
        put(store, *ROWS)
        store.match(register())
    connection = sqlite3.connect(path)
    for name in NEW:
        connection.execute(f"DROP TABLE {name}")
    connection.execute("UPDATE about SET value = '1' WHERE name = 'schema_version'")
    connection.commit()
    connection.close()
    return path


def test_a_store_of_the_version_before_is_brought_to_today(tmp_path: Path) -> None:
    path = of_version_1(tmp_path / "s.db")
    with open_store(path) as store:
        assert store.verify().holds
        assert store.receipts().empty and store.reconciliation().links.empty
        store.add_receipts(books(*BOOKS))
        assert len(linked(store.reconciliation())) == 4
        assert store.verify().holds
    with open_store(path) as store:
        assert len(store.receipts()) == 4
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT value FROM about WHERE name = 'schema_version'").fetchone()
    connection.close()
    assert found == (str(SCHEMA_VERSION),)


def test_a_migration_that_fails_leaves_the_older_store(tmp_path: Path) -> None:
    path = of_version_1(tmp_path / "s.db")
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE settlements (odd INTEGER)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreRefused):
        open_store(path)
    assert path.read_bytes() == before
