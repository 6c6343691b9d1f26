"""The sheet To review as it comes back: whatever people do to it beside the yellow cells is understood or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from books_in_review import CAMPAIGNS, FUNDS, SECOND, Formula, Saved, changed, filled
from ledgers import history, read_text
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.campaigns import read_campaigns, read_funds
from reconcile.errors import ReviewRefused
from reconcile.matching import match
from reconcile.merging import merge_statements
from reconcile.reporters.sheets.review import ASKED
from reconcile.review import Reviewed, read_decisions, review_rows

GIVEN = {
    "ABSA BANK mbf 0077": {"Your campaign": "WEL", "Your fund": "zakat"},
    "NEDBANK   L BOTHA WITH LOVE": {"Your campaign": "ORF", "Your fund": "unspecified", "Your note": "by telephone"},
}


@pytest.fixture(scope="module")
def reviewed(february: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sheets that are read of a workbook in which two of eight rows are filled in; read it only."""

    def change(book: openpyxl.Workbook) -> None:
        for name in set(book.sheetnames) - {"To review", "Register", "Funds", "By day"}:
            book.remove(book[name])

    path = tmp_path_factory.mktemp("reviewed") / "reviewed.xlsx"
    return changed(filled(february, path, GIVEN), path, change)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The rows of the same month in a notebook, two of them filled in."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "campaigns.csv").write_text(CAMPAIGNS, encoding="utf-8")
    (folder / "funds.csv").write_text(FUNDS, encoding="utf-8")
    campaigns, funds = read_campaigns(folder / "campaigns.csv"), read_funds(folder / "funds.csv")
    statements = read_text(folder, history(SECOND), "february.csv")
    matches = match(merge_statements(statements).transactions, campaigns, funds=funds)
    frame = review_rows(statements, matches, campaigns=campaigns, funds=funds)
    for text, cells in GIVEN.items():
        for heading, value in cells.items():
            frame.loc[frame["Description"] == text, heading] = value
    return frame


def taken(found: Reviewed) -> set[tuple[str, str]]:
    return set(zip(found.decisions["description"], found.decisions["campaign"], strict=True))


BOTH = {("ABSA BANK mbf 0077", "WEL"), ("NEDBANK   L BOTHA WITH LOVE", "ORF")}


def edited(path: Path, tmp_path: Path, change: Callable[[Worksheet], object]) -> Path:
    """The workbook after somebody changed its sheet To review."""
    return changed(path, tmp_path / "edited.xlsx", lambda book: change(book["To review"]))


def cells(sheet: Worksheet, first: int = 5) -> list[list[tuple[Any, str, str]]]:
    """The cells of each row: value, kind and format."""
    rows = sheet.iter_rows(min_row=first)
    return [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in rows]


def write(sheet: Worksheet, rows: list[list[tuple[Any, str, str]]], first: int = 5) -> None:
    for number, row in enumerate(rows, start=first):
        for column, (value, kind, form) in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value, cell.number_format = value, form
            cell.data_type = kind  # a text that begins like a formula stays a text


def sort(sheet: Worksheet) -> None:
    write(sheet, sorted(cells(sheet), key=lambda row: str(row[4])))


def move_a_column(sheet: Worksheet) -> None:
    """`Your note` first of all."""
    write(sheet, [[row[19], *row[:19], *row[20:]] for row in cells(sheet, 4)], 4)


def move_a_row(sheet: Worksheet) -> None:
    sheet.move_range("A5:X5", rows=40)


def own_columns(sheet: Worksheet) -> None:
    sheet.insert_cols(3, 2)
    for row in range(4, 13):
        sheet.cell(row, 3).value, sheet.cell(row, 4).value = f"mine {row}", row


UNDERSTOOD = {
    "rows sorted": sort,
    "a column moved": move_a_column,
    "a row moved down": move_a_row,
    "columns of one's own": own_columns,
    "rows put in above": lambda sheet: sheet.insert_rows(1, 6),
    "rows put in between": lambda sheet: sheet.insert_rows(7, 3),
    "another title": lambda sheet: sheet.cell(1, 1, "for Thandi"),
    "the state overwritten": lambda sheet: sheet.cell(5, 1, "done!"),
    "the state taken out": lambda sheet: sheet.delete_cols(1),
    "a heading of no concern": lambda sheet: sheet.cell(4, 1, "Stand"),
    "a sum below": lambda sheet: [sheet.cell(20, 2, 12.5), sheet.cell(21, 2, 12.5), sheet.cell(22, 4, "words")],
    "another name": lambda sheet: setattr(sheet, "title", "Thandi's"),
    "hidden": lambda sheet: setattr(sheet, "sheet_state", "hidden"),
}


@pytest.mark.parametrize("what", UNDERSTOOD)
def test_what_does_no_harm_is_understood(what: str, reviewed: Path, tmp_path: Path) -> None:
    found = read_decisions(edited(reviewed, tmp_path, UNDERSTOOD[what]))
    assert (taken(found), found.refused, found.open) == (BOTH, (), 6)


def test_the_cell_that_is_named_is_the_one_in_which_it_stands_now(reviewed: Path, tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["K5"].value = "WELL"
        sheet.insert_rows(1, 3)
        sheet.insert_cols(2)

    (fault,) = read_decisions(edited(reviewed, tmp_path, change)).refused
    assert str(fault).startswith('edited.xlsx: To review!L8: campaign "WELL" is not on the register')


NOT_AS_WRITTEN = (
    "the row is not as it was written. "
    "Undo what was changed beside the yellow cells, or fill the row in where it is as written."
)

CHANGED = {
    "B5": 1000.01,
    "B8": 88.8,
    "C5": "2026-02-18",
    "D5": "…9002",
    "E5": "ABSA BANK mbf 0078",
    "F5": None,
    "G6": "WEL 99",
    "H6": "ORF",
    "I8": "lillah",
    "J6": "other evidence",
    "U5": "march.csv",
    "V5": 14,
    "W5": "hkqmmbtcgfhgppbk",
    "X5": "0" * 16,
}


@pytest.mark.parametrize("place", CHANGED)
def test_a_row_of_which_anything_else_was_changed_is_refused_and_the_others_are_taken(
    place: str, reviewed: Path, tmp_path: Path
) -> None:
    row = place[1:]
    path = edited(reviewed, tmp_path, lambda sheet: sheet.__setitem__(place, CHANGED[place]))
    found = read_decisions(path)
    assert [str(f) for f in found.refused] == [f"edited.xlsx: To review!{row}: {NOT_AS_WRITTEN}"]
    assert taken(found) == (BOTH - {("ABSA BANK mbf 0077", "WEL")} if row == "5" else BOTH)


def test_a_formula_in_the_place_of_what_was_written_is_a_change(reviewed: Path, tmp_path: Path) -> None:
    """Its value is the same today."""
    path = Saved(reviewed).put("To review", "B5", Formula("500+500", 1000)).to(tmp_path / "edited.xlsx")
    found = read_decisions(path)
    assert taken(found) == BOTH - {("ABSA BANK mbf 0077", "WEL")}
    assert "To review!5: the row is not as it was written" in str(found.refused[0])


@pytest.mark.parametrize("more", [None, "ORF"])
def test_a_copied_row_is_decided_by_neither(more: str | None, reviewed: Path, tmp_path: Path) -> None:
    def copy(sheet: Worksheet) -> None:
        write(sheet, [cells(sheet)[0]], 13)
        sheet["K13"].value = more

    found = read_decisions(edited(reviewed, tmp_path, copy))
    assert taken(found) == BOTH - {("ABSA BANK mbf 0077", "WEL")}
    assert [str(f) for f in found.refused] == [
        "edited.xlsx: To review!13: the payment stands in 2 rows, the first is To review!5. Take the copies out."
    ]


def test_what_is_filled_in_below_the_table_is_not_passed_over(reviewed: Path, tmp_path: Path) -> None:
    def write_below(sheet: Worksheet) -> None:
        for row in (20, 21):
            sheet.cell(row, 11).value = "WEL"

    found = read_decisions(edited(reviewed, tmp_path, write_below))
    assert taken(found) == BOTH
    assert [str(f).split(": ")[1:3] for f in found.refused] == [
        ["To review!20", NOT_AS_WRITTEN],
        ["To review!21", NOT_AS_WRITTEN],
    ]


def test_a_row_that_was_deleted_is_left_open_in_the_books(reviewed: Path, tmp_path: Path) -> None:
    found = read_decisions(edited(reviewed, tmp_path, lambda sheet: sheet.delete_rows(5)))
    assert (taken(found), found.refused) == (BOTH - {("ABSA BANK mbf 0077", "WEL")}, ())
    assert found.open == 6


HEADINGS_GONE = 'To review: the headings "Transaction id" and "Row hash" are in none of its first 30 rows'


@pytest.mark.parametrize("heading", ["Amount", "Transaction id", "Row hash", "Your campaign", "Amount 3", "Your note"])
@pytest.mark.parametrize("change", ["deleted", "renamed", "there twice"])
def test_without_one_of_its_columns_nothing_is_taken(heading: str, change: str, reviewed: Path, tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        column = next(cell.column for cell in sheet[4] if cell.value == heading)
        if change == "deleted":
            sheet.delete_cols(column)
        elif change == "renamed":
            sheet.cell(4, column).value = f"{heading} of Thandi"
        else:
            sheet.cell(4, 26).value = heading

    with pytest.raises(ReviewRefused) as fault:
        read_decisions(edited(reviewed, tmp_path, edit))
    is_known_by = heading in ("Transaction id", "Row hash") and change != "there twice"
    gone = "there twice" if change == "there twice" else "gone"
    said = HEADINGS_GONE if is_known_by else f'the column "{heading}" is {gone}'
    assert str(fault.value).startswith("edited.xlsx: ")
    assert said in str(fault.value)


def test_without_its_headings_nothing_is_taken(reviewed: Path, tmp_path: Path) -> None:
    with pytest.raises(ReviewRefused, match=HEADINGS_GONE):
        read_decisions(edited(reviewed, tmp_path, lambda sheet: sheet.delete_rows(4)))


@pytest.mark.parametrize("name", ["To review", "Register", "Funds"])
def test_a_sheet_that_is_needed_is_asked_for_by_name(name: str, reviewed: Path, tmp_path: Path) -> None:
    path = changed(reviewed, tmp_path / "edited.xlsx", lambda book: book.remove(book[name]))
    with pytest.raises(ReviewRefused, match=f'edited.xlsx: the sheet "{name}" is not there') as fault:
        read_decisions(path)
    assert str(fault.value).endswith(".")
    assert ("By day" in str(fault.value)) == (name == "To review")


def test_of_a_copy_of_the_sheet_both_are_read_so_that_nothing_is_passed_over(reviewed: Path, tmp_path: Path) -> None:
    def copy(book: openpyxl.Workbook) -> None:
        sheet = book.copy_worksheet(book["To review"])
        sheet.title = "Thandi"
        sheet["K6"].value, sheet["L6"].value = "WEL", "zakat"

    found = read_decisions(changed(reviewed, tmp_path / "edited.xlsx", copy))
    assert (taken(found), len(found.refused)) == (set(), 8)
    said = "edited.xlsx: Thandi!5: the payment stands in 2 rows, the first is To review!5. Take the copies out."
    assert str(found.refused[0]) == said


@pytest.mark.parametrize(
    ("sheet", "place", "value"),
    [
        ("Register", "A5", "OWN"),
        ("Register", "B6", "Another Name"),
        ("Register", "D7", "x"),
        ("Register", "F5", "0" * 16),
        ("Funds", "A5", "zakaat"),
        ("Funds", "C5", "anything"),
        ("Register", "A20", "OWN"),
        ("Funds", "A30", "own"),
    ],
)
def test_who_adds_to_what_can_be_chosen_is_told_where_it_belongs(
    sheet: str, place: str, value: str, reviewed: Path, tmp_path: Path
) -> None:
    path = changed(reviewed, tmp_path / "edited.xlsx", lambda book: book[sheet].__setitem__(place, value))
    with pytest.raises(ReviewRefused) as fault:
        read_decisions(path)
    said = f"edited.xlsx: {sheet}!{place[1:]}: the row is not as it was written. Put it back as it was written; "
    assert str(fault.value).startswith(f"{said}a new campaign or fund belongs in the file that it was read from")


@pytest.mark.parametrize(("sheet", "heading"), [("Register", "A4"), ("Register", "F4"), ("Funds", "A4")])
def test_a_list_without_its_headings_is_refused_by_name(
    sheet: str, heading: str, reviewed: Path, tmp_path: Path
) -> None:
    path = changed(reviewed, tmp_path / "edited.xlsx", lambda book: book[sheet].__setitem__(heading, None))
    known_by = {"Register": "Campaign", "Funds": "Fund"}[sheet]
    with pytest.raises(ReviewRefused, match=f'{sheet}: the headings "{known_by}" and "Row hash" are gone'):
        read_decisions(path)


def test_the_rows_of_a_notebook_have_the_hashes_of_the_workbook(rows: pd.DataFrame, february: Path) -> None:
    sheet = openpyxl.load_workbook(february)["To review"]
    headings = [cell.value for cell in sheet[4]]
    hashes = {row[4].value: row[headings.index("Row hash")].value for row in sheet.iter_rows(min_row=5)}
    own = dict(zip(rows["Description"], rows["Row hash"], strict=True))
    assert {text: own.get(text) for text in GIVEN} == {text: hashes[text] for text in GIVEN}
    known = [heading for heading in headings[1:-1] if heading not in ASKED]
    assert list(rows.columns) == [*known, *ASKED, "Row hash"]


def frame_edits() -> dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], set[tuple[str, str]], int]]:
    first, last = BOTH - {("NEDBANK   L BOTHA WITH LOVE", "ORF")}, BOTH - {("ABSA BANK mbf 0077", "WEL")}
    own = "ABSA BANK mbf 0077"

    def put(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
        def edit(frame: pd.DataFrame) -> pd.DataFrame:
            frame = frame.astype(object)
            frame.loc[frame["Description"] == own, column] = value
            return frame

        return edit

    return {
        "sorted": (lambda f: f.sort_values("Description"), BOTH, 0),
        "other columns between": (lambda f: f.assign(mine=1)[["mine", *f.columns[::-1]]], BOTH, 0),
        "through text and back": (lambda f: f.assign(Amount=f["Amount"].astype(str)), BOTH, 0),
        "the days as text": (lambda f: f.assign(Date=f["Date"].dt.strftime("%Y-%m-%d")), BOTH, 0),
        "the amounts in floats": (lambda f: f.assign(Amount=f["Amount"].astype(float)), BOTH, 0),
        "the one row alone": (lambda f: f[f["Description"] != own], last, 0),
        "a row twice": (lambda f: pd.concat([f, f[f["Description"] == own]]), last, 1),
        "another amount": (put("Amount", 1), last, 1),
        "another text": (put("Description", "ABSA"), last, 1),
        "another id": (put("Transaction id", None), last, 1),
        "another hash": (put("Row hash", ""), last, 1),
        "none of it": (lambda f: f.iloc[:0], set(), 0),
        "a row filled in no more": (
            lambda f: f.mask(f["Description"].eq("NEDBANK   L BOTHA WITH LOVE"), other=pd.NA),
            first,
            0,
        ),
    }


@pytest.mark.parametrize("what", frame_edits())
def test_a_frame_is_checked_like_the_sheet(what: str, rows: pd.DataFrame) -> None:
    change, wanted, refused = frame_edits()[what]
    found = read_decisions(change(rows.copy()))
    assert (taken(found), len(found.refused)) == (wanted, refused)


@pytest.mark.parametrize("column", ["Amount", "Row hash", "Your campaign", "Transaction id"])
def test_a_frame_without_a_column_is_refused(column: str, rows: pd.DataFrame) -> None:
    with pytest.raises(ReviewRefused, match=f'the frame: the column "{column}" is gone'):
        read_decisions(rows.drop(columns=column))
