"""verify, of a table that somebody worked in: what became of it is said once, and what else differs by its cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from books_in_review import changed

from reconcile.review.cells import Book, read_book
from reconcile.review.lined_up import SORTED
from reconcile.review.verifying import Compared, compare

Edit = Callable[[Any], object]


@pytest.fixture
def found(february: Path, wanted: Book, tmp_path: Path) -> Callable[[Edit], Compared]:
    """What is found in the workbook of February after an edit of its sheet Transactions."""

    def of(edit: Edit) -> Compared:
        return compare(wanted, read_book(changed(february, tmp_path / "a.xlsx", lambda b: edit(b["Transactions"]))))

    return of


def texts(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]


def put(sheet: Any, rows: list[list[Any]]) -> None:
    for at, row in enumerate(rows, start=5):
        for column, value in enumerate(row, start=1):
            sheet.cell(at, column).value = value
            if isinstance(value, str):
                sheet.cell(at, column).data_type = "s"


def by_amount(sheet: Any) -> None:
    put(sheet, sorted(texts(sheet), key=lambda row: (row[2], row[-1])))


def test_sorted_rows_are_compared_row_by_row(found: Callable[[Edit], Compared]) -> None:
    told = found(by_amount)
    assert told.differences == ()
    assert f"Transactions: {SORTED}" in told.notes


def test_in_sorted_rows_a_changed_cell_is_named_where_it_stands_now(found: Callable[[Edit], Compared]) -> None:
    def edit(sheet: Any) -> None:
        by_amount(sheet)
        sheet["C5"] = 1

    assert found(edit).differences == ("Transactions!C5: 1 stands there, -120.0 is right",)


@pytest.mark.parametrize("at", [1, 5, 40])
def test_a_column_put_in_is_one_difference(at: int, found: Callable[[Edit], Compared]) -> None:
    def edit(sheet: Any) -> None:
        titles = sheet["A1"].value, sheet["A2"].value
        sheet.insert_cols(at)
        for row, title in enumerate(titles, start=1):  # the title is no part of the table
            sheet.cell(row, 1).value, sheet.cell(row, 2).value = title, None
        sheet.cell(4, at).value, sheet.cell(9, at).value = "Seen", "x"

    assert found(edit).differences == ('Transactions: a column that reconcile did not write: "Seen"',)


def test_a_row_taken_out_and_one_put_in_are_named(found: Callable[[Edit], Compared]) -> None:
    def edit(sheet: Any) -> None:
        rows = texts(sheet)
        more = list(rows[0])
        more[2], more[-4:] = 5, ["mine.csv", 9, "another", "a" * 16]
        put(sheet, [*rows[:3], *rows[4:], more])

    gone, put_in, *_ = found(edit).differences
    assert gone == "Transactions: the row of february.csv, line 22 is gone"
    assert put_in == "Transactions!22: a row that reconcile did not write"


def test_of_a_changed_hash_alone_it_is_said_what_it_means(found: Callable[[Edit], Compared]) -> None:
    told = found(lambda sheet: sheet.__setitem__("T7", "0" * 16)).differences
    assert told == ("Transactions!T7: the hash of the row is not that of its cells: something in it was changed",)
