"""Decisions: what people decided of the lines of a month, each with what was there before and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from gifts import FEBRUARY, close, gift, put, register, write
from readback import in_cents, rows, table
from small_statements import ENTRIES, Entry, Written, written

from reconcile.reporters import Beside
from reconcile.schema import DECISIONS
from reconcile.store import Store, open_store

REGISTER = register()
ROWS = [gift("J NDLOVU"), gift("P MOKOENA", 50, 2), gift("IDB ZAKAT", 7, 3), gift("YEM", 5, FEBRUARY)]


@pytest.fixture
def books(tmp_path: Path) -> Iterator[tuple[Store, list[str]]]:
    """A store with two months, and the names of what moved in them."""
    with open_store(tmp_path / "books.db") as store:
        names = put(store, *ROWS)
        store.match(REGISTER)
        yield store, names


def workbook(store: Store, path: Path, month: str = "2026-01") -> Path:
    view = store.month(month)
    assert view is not None
    return write(path, view, REGISTER)


def told(path: Path, *headings: str) -> list[tuple[object, ...]]:
    found = table(path, "Decisions")[list(headings)]
    return [tuple(row) for row in found.to_numpy().tolist()]


def test_a_decision_is_shown_with_its_line_who_when_why_and_what_was_before(
    books: tuple[Store, list[str]], tmp_path: Path
) -> None:
    store, names = books
    number = store.decide(names[0], ("IDB", "zakat"), by="Thandi", reason="=her letter", evidence="note of 3 May")
    [row] = table(workbook(store, tmp_path / "a.xlsx"), "Decisions").to_dict("records")
    assert datetime.fromisoformat(str(row.pop("Decided on"))).date() == datetime.now(UTC).date()
    assert len(str(row.pop("Row hash"))) == 16
    assert row == {
        "Decision": number,
        "Date": datetime(2026, 1, 1),  # noqa: DTZ001
        "Amount": 100,
        "Description": ROWS[0].text("history"),
        "Campaign": "IDB",
        "Fund": "zakat",
        "Before": "a person must say",
        "State": "in force",
        "Decided by": "Thandi",
        "Reason": "=her letter",
        "Evidence": "note of 3 May",
        "File": "history-0-4",
        "Line": 7,
        "Transaction id": names[0],
    }


def test_decisions_that_were_changed_and_undone_stay_with_what_became_of_them(
    books: tuple[Store, list[str]], tmp_path: Path
) -> None:
    store, names = books
    one = store.decide(names[0], ("IDB", None), by="Thandi")
    two = store.decide(names[0], ("YEM", "lillah"), by="Sipho", reason="wrong appeal", evidence="her letter")
    three = store.undo(names[0], by="Thandi", reason="right after all")
    four = store.decide(names[2], (None, None), by="Thandi", reason="a loan", evidence="its contract")
    five = store.undo(names[2], by="Thandi", reason="none")
    found = told(workbook(store, tmp_path / "a.xlsx"), "Decision", "Campaign", "Fund", "Amount", "Before", "State")
    assert found == [
        (one, "IDB", "unspecified", 100, "a person must say", "in force"),
        (two, "YEM", "lillah", 100, "IDB unspecified", f"taken back by {three}"),
        (three, "IDB", "unspecified", 100, "YEM lillah", f"takes back {two}"),
        (four, "not a gift", None, 7, "IDB zakat", f"taken back by {five}"),
        (five, None, None, None, "no gift", f"takes back {four}"),
    ]


def test_a_split_has_a_row_for_each_part_and_they_add_up_to_the_line(
    books: tuple[Store, list[str]], tmp_path: Path
) -> None:
    store, names = books
    said = [("IDB", "zakat", "33.33"), ("YEM", None, "16.66"), (None, None, "0.01")]
    number = store.decide(names[1], said, by="Thandi")
    path = workbook(store, tmp_path / "a.xlsx")
    assert told(path, "Decision", "Campaign", "Fund", "Amount", "Line") == [
        (number, "IDB", "zakat", 33.33, 8),
        (number, "YEM", "unspecified", 16.66, 8),
        (number, "not a gift", None, 0.01, 8),
    ]
    assert in_cents(table(path, "Decisions")["Amount"]) == 50_00


def test_a_closed_month_shows_what_was_known_at_its_close(books: tuple[Store, list[str]], tmp_path: Path) -> None:
    store, names = books
    store.decide(names[0], ("IDB", None), by="Thandi")
    close(store)
    before = workbook(store, tmp_path / "before.xlsx")
    store.decide(names[1], ("YEM", None), by="Thandi")
    after = workbook(store, tmp_path / "after.xlsx")
    assert told(after, "Transaction id", "State") == [(names[0], "in force")]
    assert after.read_bytes() == before.read_bytes()
    assert "Decisions" not in openpyxl.load_workbook(workbook(store, tmp_path / "f.xlsx", "2026-02")).sheetnames
    store.reopen("2026-01", by="Thandi", reason="a slip")
    opened = workbook(store, tmp_path / "opened.xlsx")
    assert told(opened, "Transaction id", "State") == [(names[0], "in force"), (names[1], "in force")]


@pytest.mark.parametrize("decisions", [None, DECISIONS.empty()], ids=["no record is kept", "nothing was decided"])
def test_where_people_decided_nothing_there_is_no_such_sheet(tmp_path: Path, decisions: pd.DataFrame | None) -> None:
    path = Written().to(tmp_path / "a.xlsx", beside=Beside(decisions=decisions))
    assert "Decisions" not in openpyxl.load_workbook(path).sheetnames


def given(transaction: str, **more: object) -> pd.DataFrame:
    values = {
        "decision": 1,
        "transaction_id": transaction,
        "amount": "1.00",
        "campaign": "IDB",
        "fund": None,
        "before": "a person must say",
        "by": "Thandi",
        "on": "2026-01-05",
        "reason": None,
        "evidence": None,
        "state": "in force",
    }
    return DECISIONS.check(pd.DataFrame([values | more]))


def test_words_of_people_that_no_cell_can_show_are_shown_replaced(tmp_path: Path) -> None:
    one = written(Entry(1, 1_00, "IDB", status="decided", campaign="IDB"))
    odd = given(one.matches["transaction_id"][0], reason="bell\x07", by="\ufffeThandi", before="A\x00B unspecified")
    path = one.to(tmp_path / "a.xlsx", beside=Beside(decisions=odd))
    mark = "\N{REPLACEMENT CHARACTER}"
    assert told(path, "Reason", "Decided by", "Before") == [(f"bell{mark}", f"{mark}Thandi", f"A{mark}B unspecified")]


def test_a_decision_about_a_line_that_is_not_here_is_shown_without_its_place(tmp_path: Path) -> None:
    one = written(*ENTRIES)
    here = given(one.matches["transaction_id"][0], decision=2)
    both = pd.concat([given("of another month"), here], ignore_index=True)
    path = one.to(tmp_path / "a.xlsx", beside=Beside(decisions=both))
    assert told(path, "Transaction id", "Line", "File") == [
        ("of another month", None, None),
        (here["transaction_id"][0], 7, "history.csv"),
    ]
    assert rows(path, "Decisions")[1][0].startswith("every decision of people")
