"""Hashes of rows and sheets: they hold for the cells read back, whichever program saved them, and show an edit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from full_workbook import write_full
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from readback import Convert, assert_recalculates, rows
from small_statements import written

from reconcile import money
from reconcile.reporters import seal
from reconcile.reporters.celltext import clean, for_cell

SHEETS = ["Summary", "By campaign", "By day", "Transactions", "To review", "Decided later", "Exceptions", "Reversals"]
SHEETS += ["Decisions", "Changes", "Register", "Funds", "How to read this", "Control"]
TABLES = [*SHEETS[3:-2]]
HASH = "Row hash"
ASKED = {"State", "Your note", *(f"Your {what}" for what in ("campaign", "fund", "amount"))}
ASKED |= {f"{what} {number}" for what in ("Campaign", "Fund", "Amount") for number in (2, 3)}
"""What people fill in on To review, and what hangs on it."""

MONEY = {"Amount", "Balance"}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook in which every sheet has something to show."""
    return write_full(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def resaved(full: Path, converted: Convert) -> Path:
    """The same as LibreOffice saves it, all of it calculated anew."""
    return assert_recalculates(full, converted)


def heads(sheet: Worksheet) -> list[str]:
    """The headings of a sheet's table, none where it has no table."""
    found = [str(cell.value) for cell in sheet[4] if cell.value is not None]
    return found if HASH in found else []


def of_row(sheet: Worksheet, row: int) -> tuple[str, str]:
    """The hash of the cells of a row of a table, and the one that stands in it."""
    headings = heads(sheet)
    cells = dict(zip(headings, (cell.value for cell in sheet[row]), strict=False))
    stands = str(cells.pop(HASH))
    hashed = {h: v for h, v in cells.items() if sheet.title != "To review" or h not in ASKED}
    return seal.of_row(seal.of_cell(v, "amount" if h in MONEY else "") for h, v in hashed.items()), stands


def numbers(sheet: Worksheet) -> list[int]:
    """The rows of a table that hold anything."""
    return [cells[0].row for cells in sheet.iter_rows(min_row=5) if any(c.value is not None for c in cells)]


def broken_rows(path: Path) -> list[tuple[str, int]]:
    """The rows of which the hash is another."""
    tables = [sheet for sheet in openpyxl.load_workbook(path, data_only=True) if heads(sheet)]
    pairs = [(sheet.title, row, *of_row(sheet, row)) for sheet in tables for row in numbers(sheet)]
    return [(name, row) for name, row, own, stands in pairs if own != stands]


def seals(path: Path) -> dict[str, tuple[str, str, object]]:
    """For each sheet the hash of its cells beside a table, and what Control has: that hash and the number of rows."""
    return seals_of(openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path))


def seals_of(values: Workbook, live: Workbook) -> dict[str, tuple[str, str, object]]:
    control = list(values["Control"].iter_rows(values_only=True))
    begins = next(at for at, row in enumerate(control) if row[0] == "Seals")
    found: dict[str, tuple[str, str, object]] = {}
    for name, count, stands, *_ in control[begins + 2 :]:
        if stands is None:
            break
        sheet = str(name).split(",")[0]
        last = begins if sheet == "Control" else 4 if heads(values[sheet]) else None
        found[sheet] = seal.of_cells(told(values[sheet], live[sheet], last)), str(stands), count
    return found


def told(values: Worksheet, live: Worksheet, last: int | None) -> Iterator[tuple[str, str]]:
    """The cells of a sheet down to a row, each with the text that is hashed."""
    for row in live.iter_rows(max_row=last):
        for cell in row:
            value = values[cell.coordinate].value
            yield cell.coordinate, f"={seal.of_cell(value)}" if cell.data_type == "f" else seal.of_constant(value)


def broken_seals(path: Path) -> list[str]:
    return [name for name, (own, stands, _) in seals(path).items() if own != stands]


def test_every_sheet_has_something_to_show(full: Path) -> None:
    book = openpyxl.load_workbook(full)
    assert book.sheetnames == SHEETS
    assert [s.title for s in book if heads(s)] == TABLES
    assert all(numbers(book[name]) for name in TABLES)
    kinds = {row[0] for row in rows(full, "Exceptions")[4:]}
    assert len(kinds) == 8, kinds


def test_the_hash_of_every_row_is_that_of_its_cells_read_back(full: Path) -> None:
    assert broken_rows(full) == []


def test_the_seal_of_every_sheet_is_that_of_its_cells_read_back(full: Path) -> None:
    found = seals(full)
    assert list(found) == SHEETS
    assert broken_seals(full) == []
    book = openpyxl.load_workbook(full)
    counts = {name: len(numbers(book[name])) for name in TABLES}
    assert {name: count for name, (*_, count) in found.items() if count is not None} == counts


def test_hashes_and_seals_hold_when_another_program_saves_the_workbook(resaved: Path) -> None:
    assert broken_rows(resaved) == []
    assert broken_seals(resaved) == []


def test_an_edit_of_any_cell_of_a_row_shows_but_of_those_that_are_asked_for(full: Path) -> None:
    book = openpyxl.load_workbook(full, data_only=True)
    for name in TABLES:
        sheet = book[name]
        headings = heads(sheet)
        shown = set[str]()
        for column, heading in enumerate(headings, start=1):
            cell = sheet.cell(5, column)
            before = cell.value
            cell.value = "2" if before is None else None
            own, stands = of_row(sheet, 5)
            shown |= {heading} if own != stands else set()
            cell.value = before
        assert shown == set(headings) - (ASKED if name == "To review" else set()), name


EDITS = {
    "a title": lambda sheet: sheet.cell(1, 1, "Another title"),
    "a word beside nothing": lambda sheet: sheet.cell(3, 2, "typed"),
    "a word that is gone": lambda sheet: setattr(sheet.cell(2, 1), "value", None),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_beside_a_table_shows_in_the_seal_of_its_sheet(full: Path, edit: str) -> None:
    values, live = openpyxl.load_workbook(full, data_only=True), openpyxl.load_workbook(full)
    before = seals_of(values, live)
    for book in (values, live):
        for name in SHEETS:
            EDITS[edit](book[name])
    assert [name for name, (own, *_) in seals_of(values, live).items() if own == before[name][0]] == []


def test_a_figure_typed_over_its_formula_shows_though_it_is_the_same(full: Path) -> None:
    values, live = openpyxl.load_workbook(full, data_only=True), openpyxl.load_workbook(full)
    for name in ("Summary", "By campaign", "By day", "Control"):
        cell = next(c for row in live[name].iter_rows() for c in row if c.data_type == "f")
        cell.value = values[name][cell.coordinate].value
    broken = [name for name, (own, stands, _) in seals_of(values, live).items() if own != stands]
    assert broken == ["Summary", "By campaign", "By day", "Control"]


def as_read(text: str) -> list[str]:
    """The ways in which a text of a cell may come back: as typed, with its escapes, and with those openpyxl leaves."""
    kept = for_cell(text)
    return [text, kept, kept.replace("x005F_", "", 1), kept.replace("x005F_", ""), re.sub("\r\n?", "\n", text)]


PIECES = ["_", "x005F_", "x0041_", "x000D_", "x00", "5F_", "\r", "\n", "\r\n", "\x00", "=1", "é"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_a_text_has_one_hash_however_it_was_typed_saved_and_read(text: str) -> None:
    shown = clean(text)
    [column] = seal.told("text", pd.Series([shown], dtype="str")).to_pylist()
    assert {seal.of_cell(read) for read in as_read(shown)} == {column}


@given(st.integers(-(10**15), 10**15))
def test_an_amount_has_one_hash_as_it_is_known_and_as_it_is_read(cents: int) -> None:
    [column] = seal.told("amount", money.from_cents([cents])).to_pylist()
    assert seal.of_cell(float(column), "amount") == column
    assert seal.of_cell(money.rand(cents), "amount") == column


@pytest.mark.parametrize(
    ("kind", "column", "read"),
    [
        ("number", pd.Series([7, None], dtype="Int64"), [7, None]),
        ("number", pd.Series([7, 0]), [7.0, 0]),
        ("share", pd.Series([0.98, float("nan")]), [0.98, None]),
        ("share", pd.Series([1.0, 0.1 + 0.2]), [1, 0.3]),
        ("day", pd.Series(["2018-09-01", None], dtype="datetime64[s]"), [datetime(2018, 9, 1), None]),  # noqa: DTZ001
        ("day", pd.Series(["2018-09-01"], dtype="datetime64[ns]"), [date(2018, 9, 1)]),
        ("text", pd.Series(["", None], dtype="str"), [None, None]),
    ],
)
def test_whatever_a_column_holds_its_cells_read_back_have_the_same_hash(
    kind: str, column: pd.Series, read: list[object]
) -> None:
    assert seal.told(kind, column).to_pylist() == [seal.of_cell(value) for value in read]


def test_cells_that_only_change_places_have_another_hash() -> None:
    assert seal.of_row(["a", "b"]) != seal.of_row(["b", "a"])
    assert seal.of_row(["a", ""]) != seal.of_row(["", "a"])
    assert seal.of_cells([("A1", "a"), ("B1", "b")]) != seal.of_cells([("A1", "b"), ("B1", "a")])
    assert seal.of_cells([("A1", "a"), ("B1", "b")]) == seal.of_cells([("B1", "b"), ("A1", "a"), ("C1", "")])


def test_rows_without_lines_have_no_hash_and_their_sheets_a_seal(tmp_path: Path) -> None:
    path = written().to(tmp_path / "a.xlsx")
    assert broken_rows(path) == []
    assert broken_seals(path) == []
    assert [count for *_, count in seals(path).values()] == [None, None, None, 0, 0, 0, 5, 4, None, None]
