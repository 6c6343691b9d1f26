"""Changes: lines that the rules decided otherwise than before, after a new register, new funds or new decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from gifts import FEBRUARY, close, funds, gift, put, register, write
from readback import table
from small_statements import Entry, Written, written

from reconcile.reporters import Beside
from reconcile.schema import CHANGES
from reconcile.store import Store, open_store

REGISTER = register()
NEWER = register(IDB="Idlib Appeal|Ndlovu", YEM="Yemen Emergency|Yemen")
ROWS = [gift("NDLOVU"), gift("IDB ZKAAT", 50, 2), gift("YEM", 7, 3), gift("NDLOVU", 9, FEBRUARY)]


@pytest.fixture
def books(tmp_path: Path) -> Iterator[tuple[Store, list[str]]]:
    """A store that decided two months once, and the names of what moved in them."""
    with open_store(tmp_path / "books.db") as store:
        names = put(store, *ROWS)
        store.match(REGISTER, funds=funds(zakat="Zakat"))
        yield store, names


def workbook(store: Store, path: Path, month: str = "2026-01") -> Path:
    view = store.month(month)
    assert view is not None
    return write(path, view, NEWER)


def told(path: Path, *headings: str) -> list[tuple[object, ...]]:
    found = table(path, "Changes")[list(headings)]
    return [tuple(row) for row in found.to_numpy().tolist()]


def test_after_a_new_register_each_line_that_is_decided_otherwise_says_what_it_was(
    books: tuple[Store, list[str]], tmp_path: Path
) -> None:
    store, names = books
    assert "Changes" not in openpyxl.load_workbook(workbook(store, tmp_path / "a.xlsx")).sheetnames
    store.match(NEWER, funds=funds(zakat="Zakat"))
    [row] = table(workbook(store, tmp_path / "b.xlsx"), "Changes").to_dict("records")
    assert datetime.fromisoformat(str(row.pop("On"))).date() == datetime.now(UTC).date()
    assert len(str(row.pop("Row hash"))) == 16
    assert row == {
        "Date": datetime(2026, 1, 1),  # noqa: DTZ001
        "Amount": 100,
        "Description": ROWS[0].text("history"),
        "Before": "a person must say",
        "Then": "IDB unspecified",
        "Why": "the register changed",
        "File": "history-0-4",
        "Line": 7,
        "Transaction id": names[0],
    }


def test_the_newest_change_stands_first_and_a_month_shows_its_own(
    books: tuple[Store, list[str]], tmp_path: Path
) -> None:
    store, names = books
    store.match(NEWER, funds=funds(zakat="Zakat"))
    store.match(NEWER, funds=funds(zakat="Zakat|Yem"))
    january = told(workbook(store, tmp_path / "a.xlsx"), "Transaction id", "Before", "Then", "Why")
    assert january == [
        (names[2], "YEM unspecified", "YEM zakat", "the register changed and the funds changed"),
        (names[0], "a person must say", "IDB unspecified", "the register changed"),
    ]
    february = told(workbook(store, tmp_path / "b.xlsx", "2026-02"), "Transaction id", "Then")
    assert february == [(names[3], "IDB unspecified")]


def test_the_amount_is_that_of_the_whole_line_though_it_was_split_since(
    books: tuple[Store, list[str]], tmp_path: Path
) -> None:
    store, names = books
    store.match(NEWER, funds=funds(zakat="Zakat"))
    said = [("IDB", None, "60.00"), ("YEM", None, "40.00")]
    store.decide(names[0], said, by="Thandi", reason="her letter", evidence="her letter")
    path = workbook(store, tmp_path / "a.xlsx")
    assert table(path)["Amount"].tolist()[:2] == [60, 40]
    assert told(path, "Transaction id", "Amount") == [(names[0], 100)]


def test_a_closed_month_shows_what_had_changed_at_its_close(books: tuple[Store, list[str]], tmp_path: Path) -> None:
    store, names = books
    store.match(NEWER, funds=funds(zakat="Zakat"))
    close(store)
    before = workbook(store, tmp_path / "before.xlsx")
    assert told(before, "Transaction id") == [(names[0],)]
    store.match(REGISTER, funds=funds(zakat="Zakat|Zkaat"))
    assert workbook(store, tmp_path / "after.xlsx").read_bytes() == before.read_bytes()
    february = told(workbook(store, tmp_path / "f.xlsx", "2026-02"), "Then")
    assert february == [("a person must say",), ("IDB unspecified",)]


@pytest.mark.parametrize("changes", [None, CHANGES.empty()], ids=["no record is kept", "nothing changed"])
def test_where_nothing_was_decided_otherwise_there_is_no_such_sheet(
    tmp_path: Path, changes: pd.DataFrame | None
) -> None:
    path = Written().to(tmp_path / "a.xlsx", beside=Beside(changes=changes))
    assert "Changes" not in openpyxl.load_workbook(path).sheetnames


def test_a_code_that_no_cell_can_show_is_shown_replaced(tmp_path: Path) -> None:
    one = written(Entry(1, 1_00, "odd", campaign="A\ufffeB"))
    name = one.matches["transaction_id"][0]
    row = [name, "A\ufffeB unspecified", "A\ufffeB zakat", "the funds changed", "2026-01-05"]
    path = one.to(tmp_path / "a.xlsx", beside=Beside(changes=pd.DataFrame([row], columns=CHANGES.names)))
    mark = "\N{REPLACEMENT CHARACTER}"
    assert told(path, "Before", "Then") == [(f"A{mark}B unspecified", f"A{mark}B zakat")]
