"""What a workbook's own hashes show: each changed constant, each row and sheet more or less; nothing of a sound one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from books_in_review import FEBRUARY, JANUARY, Formula, Saved, book_of, cell_at, cells_in, changed, filled, places_of
from changes_in_cells import Held, changes, held
from nights import Job

from reconcile import Sampling, write_month
from reconcile._found import found_in
from reconcile.campaigns import read_campaigns, read_funds
from reconcile.reporters import sheets
from reconcile.reporters.book import TableColumnShown
from reconcile.reporters.options import Options
from reconcile.reporters.sheets import register
from reconcile.review.cells import Book, at, read_book
from reconcile.review.seals import AMOUNTS, DAYS, NO_ROW, NUMBERS, broken, is_part_of, nothing_else_in, own_seal
from reconcile.spreadsheets import Cell
from tests.turns import by_turns

OPTIONS = {
    "plain": Options(),
    "masked": Options(mask=True),
    "per campaign": Options(per_campaign=True),
    "a sample": Options(sample=Sampling(5, "a seed")),
    "a monetary sample": Options(sample=Sampling(4, "a\nseed", "monetary")),
    "all of it": Options(True, True, True, Sampling(3)),
}


@pytest.mark.parametrize("what", by_turns(OPTIONS, 2))
@pytest.mark.parametrize("month", [JANUARY, FEBRUARY])
def test_nothing_is_broken_in_a_workbook_as_it_was_written(what: str, month: str, books: Job, tmp_path: Path) -> None:
    with books.store() as store:
        view = store.month(month)
    assert view is not None
    campaigns, funds = read_campaigns(books.folder / "campaigns.csv"), read_funds(books.folder / "funds.csv")
    path = write_month(tmp_path / "a.xlsx", view, campaigns=campaigns, funds=funds, options=OPTIONS[what])
    book = read_book(path)
    assert broken(book) == []
    place, seal = own_seal(book.sheets["Control"]) or ((0, 0), "")
    assert book.sheets["Control"][place].value == seal


def test_a_campaigns_code_with_a_comma_names_a_sheet_of_its_own(books: Job, tmp_path: Path) -> None:
    with books.store() as store:
        view = store.month(FEBRUARY)
    assert view is not None
    view.matches["campaign"] = view.matches["campaign"].replace("WEL", "WEL, new")
    campaigns, funds = read_campaigns(books.folder / "campaigns.csv"), read_funds(books.folder / "funds.csv")
    path = write_month(tmp_path / "a.xlsx", view, campaigns=campaigns, funds=funds, options=Options(per_campaign=True))
    book = read_book(path)
    assert "WEL, new" in book.sheets
    assert broken(book) == []


def test_a_changed_constant_is_found_on_every_sheet(february: Path, tmp_path: Path) -> None:
    """Its row is named where it is of a table, its sheet elsewhere."""
    draw = random.Random("seals")
    of_sheet: dict[str, list[Held]] = {}
    for cell in held(february):
        if cell.is_constant:
            of_sheet.setdefault(cell.sheet, []).append(cell)
    found = {}
    for sheet, cells in of_sheet.items():
        for cell in draw.sample(cells, 3):
            change = changes(cell, draw)
            said = broken(read_book(change.put(february, tmp_path / "edited.xlsx")))
            named = (f"{sheet}!{cell.row}:", f"{sheet}!{cell.place}:", f"{sheet}:")
            seals = sheet == "Control" and cell.place[0] in "ABC"  # a seal is told by the sheet of which it tells
            found[str(change)] = said if seals else [s for s in said if s.startswith(named)]
    assert [change for change, said in found.items() if not said] == []
    assert len(found) == 3 * len(of_sheet)


def test_each_cell_around_the_seals_is_told_by_itself(february: Path) -> None:
    book = read_book(february)
    cells = book.sheets["Control"]
    begins = next(row for (row, _), cell in cells.items() if cell.value == "Seals")
    last = [place for place in cells if place[0] >= begins]
    for place in last:
        sheets = {**book.sheets, "Control": {**cells, place: Cell("x")}}
        assert broken(replace(book, sheets=sheets)), at(place)
    assert len(last) > 40


EDITS: dict[str, tuple[Callable[[Saved], object], str]] = {
    "a row deleted": (
        lambda s: s.without_row("Transactions", 7),
        "Transactions: its table has 17 rows, 18 were written",
    ),
    "a row added": (
        lambda s: s.put_row("Transactions", {"A40": 46_000, "C40": 1}),
        "Transactions!40: the row is not as it was written",
    ),
    "a day as text": (lambda s: s.put("Transactions", "A5", "2026-02-02"), "Transactions!5: the row is not as it"),
    "a line as text": (lambda s: s.put("Reversals", "M5", "20"), "Reversals!5: the row is not as it was written"),
    "a text as number": (lambda s: s.put("Register", "A8", 12), "Register!8: the row is not as it was written"),
    "half a day later": (lambda s: s.put("Transactions", "A5", 46_055.5), "Transactions!5: the row is not as it"),
    "a tenth of a cent": (lambda s: s.put("Transactions", "C6", 1000.001), "Transactions!6: the row is not as it was"),
    "an endless amount": (lambda s: s.put("Transactions", "C6", 1e308), "Transactions!6: the row is not as it was"),
    "a formula of the same value": (
        lambda s: s.put("Funds", "A5", Formula('"zakat"', "zakat")),
        "Funds!5: the row is not as it was written",
    ),
    "a hash made by a formula": (
        lambda s: made_live(s, "Funds", "D5"),
        "Funds!5: the row is not as it was written",
    ),
    "a cell beside a table": (
        lambda s: s.put_row("Transactions", {"Z400": "see me"}),
        "Transactions!Z400: a cell beside the table",
    ),
    "a state typed over": (lambda s: s.put("To review", "A6", "ready"), "To review!A6: the formula is gone"),
    "a title": (lambda s: s.put("By day", "A1", "Gifts"), "By day: a cell beside its table is not as it was written"),
    "a figure of a formula": (
        lambda s: s.put("By day", "C5", Formula("1+1", 2)),
        "By day: a cell beside its table is not as it was written",
    ),
    "words below the sign-off": (
        lambda s: s.put_row("Control", {"B400": "Thandi"}),
        "Control!B400: the cell is not as it was written",
    ),
    "a number as text": (
        lambda s: s.put("By campaign", "K5", "0"),
        "By campaign: a cell beside its table is not as it was written",
    ),
    "a seal made by a formula": (lambda s: made_live(s, "Control", seal_of(s, "Funds", "C")), "Control!C"),
    "a count taken out": (
        lambda s: s.put("Control", seal_of(s, "Transactions", "B"), None),
        "Transactions: its table has 18 rows, its seal tells of none",
    ),
    "a count where there is none": (
        lambda s: s.put("Control", seal_of(s, "Summary", "B"), 4),
        "Summary: its table has 0 rows, 4 were written",
    ),
    "a seal taken out": (
        lambda s: s.put("Control", seal_of(s, "Summary", "C"), None),
        "Summary: a sheet that reconcile did not write",
    ),
    "the seals taken out": (
        lambda s: s.put("Control", seal_of(s, "Seals", "A"), None),
        "Control: the section Seals is gone",
    ),
}


def made_live(saved: Saved, sheet: str, place: str) -> Saved:
    """A formula that was saved with the text which stands there."""
    found = cell_at(saved.xml(sheet), place)
    assert found
    return saved.put(sheet, place, Formula("1", re.sub("<[^>]*>", "", found["inside"])))


def seal_of(saved: Saved, sheet: str, column: str) -> str:
    """The cell of a sheet's seal on Control."""
    cells = [cell for cell in cells_in(saved.xml("Control")) if f">{sheet}<" in str(cell["inside"])]
    return f"{column}{[cell['place'][1:] for cell in cells if cell['place'][0] == 'A'][-1]}"


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_is_named(what: str, february: Path, tmp_path: Path) -> None:
    edit, wanted = EDITS[what]
    saved = Saved(february)
    edit(saved)
    said = broken(read_book(saved.to(tmp_path / "edited.xlsx")))
    assert any(s.startswith(wanted) for s in said), said


def test_a_sheet_more_or_less_is_named(february: Path, tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book.create_sheet("Mine")["A1"].value = 1
        book.remove(book["Decisions"])

    book = read_book(changed(february, tmp_path / "edited.xlsx", change))
    assert not book.calculated
    assert sorted(broken(book)) == ["Decisions: the sheet is gone", "Mine: a sheet that reconcile did not write"]


def test_without_the_values_of_its_formulas_all_else_is_checked(february: Path, tmp_path: Path) -> None:
    """Some programs save formulas alone."""
    book = read_book(changed(february, tmp_path / "a.xlsx", lambda book: None))
    assert (book.calculated, broken(book)) == (False, [])
    edited = changed(february, tmp_path / "b.xlsx", lambda book: book["Transactions"].delete_rows(9))
    assert "Transactions: its table has 17 rows, 18 were written" in broken(read_book(edited))


def test_what_is_asked_for_may_be_filled_in(february: Path, tmp_path: Path) -> None:
    given = {text: {"Your campaign": "WEL", "Your fund": "zakat", "Your note": "x"} for text in places_of(february)}
    path = filled(february, tmp_path / "a.xlsx", given)
    assert broken(read_book(path)) == []
    assert nothing_else_in(str(path))


def test_a_signature_is_no_edit_but_it_is_something(february: Path, tmp_path: Path) -> None:
    control = openpyxl.load_workbook(february)["Control"]
    row = next(row[0].row for row in control.iter_rows() if row[0].value == "Sign-off")
    saved = Saved(february)
    for place in (f"B{row + 2}", f"F{row + 2}", f"B{row + 4}"):
        saved.put("Control", place, "2026-03-02" if place.endswith(str(row + 4)) else "Thandi")
    path = saved.to(tmp_path / "a.xlsx")
    assert broken(read_book(path)) == []
    assert not nothing_else_in(str(path))


def test_an_auditors_sample_is_never_thrown_away(books: Job, tmp_path: Path) -> None:
    with books.store() as store:
        view = store.month(FEBRUARY)
    assert view is not None
    campaigns = read_campaigns(books.folder / "campaigns.csv")
    path = write_month(tmp_path / "a.xlsx", view, campaigns=campaigns, funds=None, options=Options(sample=Sampling(3)))
    assert not nothing_else_in(str(path))
    sheet = openpyxl.load_workbook(path)["Sample"]
    at = {cell.value: cell.column_letter for cell in sheet[4]}
    saved = Saved(path).put("Sample", f"{at['Seen by']}5", "Thandi").put("Sample", f"{at['Finding']}6", "no voucher")
    assert broken(read_book(saved.to(tmp_path / "b.xlsx"))) == []


def test_nothing_else_is_in_the_workbook_of_the_night(books: Job) -> None:
    assert [nothing_else_in(str(book_of(books, month))) for month in (JANUARY, FEBRUARY)] == [True, True]


def test_every_column_of_every_table_has_the_kind_that_the_hashes_take_it_for() -> None:
    """Where a sheet gets a column of another kind, its heading belongs into `review.seals`."""
    tables = [*found_in(sheets, "COLUMNS"), register.CAMPAIGNS, register.FUNDS]
    columns: list[TableColumnShown] = [column for table in tables for column in table if column.hashed]  # type: ignore[attr-defined]
    kinds = {"amount": AMOUNTS, "day": DAYS, "number": NUMBERS, "share": NUMBERS}
    assert len(tables) > 8
    for column in columns:
        own = [kind for kind, headings in kinds.items() if column.heading in headings]
        assert (column.holds in own) if column.holds != "text" else (own == []), column.heading


@pytest.mark.parametrize(
    ("name", "sheet", "is_part"),
    [
        ("To review", "To review", True),
        ("To review 2", "To review", True),
        ("To review (2)", "To review", False),
        ("To review x", "To review", False),
        ("To reviewer", "To review", False),
        ("Sample", "To review", False),
    ],
)
def test_a_table_goes_on_on_sheets_with_a_number(name: str, sheet: str, is_part: bool) -> None:
    assert is_part_of(name, sheet) is is_part


def test_a_workbook_without_any_sheet_of_ours_is_broken() -> None:
    assert broken(Book("a.xlsx", "", {"Sheet": {}}, True, False)) == ["Control: the section Seals is gone"]


def test_a_column_put_into_a_long_table_is_said_once(february: Path, tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Transactions"].insert_cols(5)
        book["Transactions"]["E4"].value = "Seen"

    said = [told for told in broken(read_book(changed(february, tmp_path / "a.xlsx", change))) if "Trans" in told]
    assert said[0] == f"Transactions: {NO_ROW}"
    assert not [told for told in said if told.endswith("the row is not as it was written")]
