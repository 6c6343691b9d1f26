"""Every figure leads to lines of the bank's files: a formula to rows of a table, and each row to its file and line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from books_in_review import FEBRUARY, JANUARY, book_of
from nights import Job
from openpyxl.utils import column_index_from_string

from reconcile.campaigns import read_campaigns, read_funds
from reconcile.review.cells import Book, Place, at, read_book
from reconcile.run import run
from reconcile.spreadsheets import Cell

SAMPLES = Path(__file__).parents[2] / "sample_statements"
FILES = [SAMPLES / f"{name}" for name in ("history-2018-09.csv", "history-2018-09-17-to-30.ofx", "emailed-2018-09.csv")]
OVERVIEWS = ("Summary", "By campaign", "By day")
STATED = {("Summary", "Opening"), ("Summary", "Closing"), ("Summary", "Set aside"), ("By campaign", "Outside its days")}
"""What is no formula: balances that a statement states, rows set aside, and a count that is made again below."""

LINES = ("Transactions", "To review", "Reversals", "Decided later", "Changes", "Decisions")
"""The sheets of which each row names a line of a file."""

TABLES = re.compile(r"([A-Za-z0-9]+)\[([^\]]+)\]")
CELLS = re.compile(r"(?:(?:'([^']+)'|([A-Za-z]+))!)?\$?\b([A-Z]{1,3})\$?([0-9]+)\b(?::\$?([A-Z]{1,3})\$?([0-9]+))?")
Month = tuple[Book, dict[str, Path]]
Row = Mapping[str, object]


@pytest.fixture(scope="module", params=["all its files", "OFX alone", "the e-mailed one alone", JANUARY, FEBRUARY])
def month(request: pytest.FixtureRequest, books: Job, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """A workbook, and by their names the files that it was made from: the sample month, or a month of a store."""
    if request.param in (JANUARY, FEBRUARY):
        return read_book(book_of(books, request.param)), {path.name: path for path in books.inbox.iterdir()}
    files = {"OFX alone": FILES[1:2], "the e-mailed one alone": FILES[2:]}.get(request.param, FILES)
    campaigns, funds = read_campaigns(SAMPLES / "campaigns.csv"), read_funds(SAMPLES / "funds.csv")
    report = run(files, campaigns, funds=funds, out=tmp_path_factory.mktemp("out"))
    assert report.workbook is not None
    return read_book(report.workbook), {path.name: path for path in files}


def table(book: Book, name: str) -> list[Row]:
    """The rows of a table, by heading."""
    cells = book.sheets[name]
    heads = {column: str(cell.value) for (row, column), cell in cells.items() if row == 4}
    last = max(row for row, _ in cells)
    return [{h: cells.get((row, c), Cell(None)).value for c, h in heads.items()} for row in range(5, last + 1)]


def exact(value: object) -> Decimal:
    return Decimal(str(value))


def figures(book: Book) -> list[tuple[str, Place, Cell]]:
    """The cells of the overviews with a number, or with a formula."""
    return [
        (sheet, place, cell)
        for sheet in OVERVIEWS
        for place, cell in book.sheets[sheet].items()
        if cell.formula or (isinstance(cell.value, int | float) and not isinstance(cell.value, bool))
    ]


def heading_of(cells: Mapping[Place, Cell], place: Place) -> object:
    """The heading above a cell: the nearest text in its column that has texts beside it."""
    for row in range(place[0] - 1, 0, -1):
        beside = [cells.get((row, column), Cell(None)).value for column in (1, place[1] - 1, place[1])]
        if all(isinstance(value, str) for value in beside):
            return beside[-1]
    return None


def test_each_figure_of_an_overview_is_a_formula_or_is_worked_out_again_here(month: Month) -> None:
    book, _ = month
    constants = {(s, heading_of(book.sheets[s], place)) for s, place, cell in figures(book) if not cell.formula}
    assert constants <= STATED
    assert sum(bool(cell.formula) for _, _, cell in figures(book)) > 60


def test_each_formula_leads_by_whatever_steps_to_the_rows_of_a_table(month: Month) -> None:
    book, _ = month
    for sheet, place, cell in figures(book):
        assert leads_somewhere(book, sheet, place), f"{sheet}!{at(place)}: {cell.formula}"


def leads_somewhere(book: Book, sheet: str, place: Place) -> bool:
    """Whether a figure is one of those stated, or a formula over columns of tables, or over figures that are that."""
    cell = book.sheets[sheet].get(place, Cell(None))
    if not cell.formula:
        return (sheet, heading_of(book.sheets[sheet], place)) in STATED
    for name, column in TABLES.findall(cell.formula):
        cells = book.sheets[re.sub("([0-9]+)$", r" \1", name)]
        assert any(cell.value == column for (row, _), cell in cells.items() if row == 4), cell.formula
    if TABLES.search(cell.formula):
        return True
    steps = [
        (quoted or plain or sheet, (r, c))
        for quoted, plain, first, row, last, end in CELLS.findall(re.sub('"[^"]*"', "", cell.formula))
        for r in range(int(row), int(end or row) + 1)
        for c in range(column_index_from_string(first), column_index_from_string(last or first) + 1)
    ]
    return bool(steps) and all(leads_somewhere(book, *step) for step in steps)


def test_the_value_saved_with_each_sum_is_that_of_the_rows(month: Month) -> None:
    """SUMIFS and COUNTIFS over the Transactions, worked out here over the rows of the sheet."""
    book, _ = month
    rows, checked = table(book, "Transactions"), 0
    for sheet, place, cell in figures(book):
        found = re.fullmatch(r"=(SUM|COUNT)IFS\((.*)\)", cell.formula or "")
        if found:
            arguments = re.findall(r'Transactions\[([^\]]+)\]|("[^"]*"|\$?[A-Z]+\$?[0-9]+)', found[2])
            columns = [column for column, _ in arguments if column][found[1] == "SUM" :]
            wanted = [value_of(book, sheet, value) for _, value in arguments if value]
            own = [row for row in rows if all(meets(row[c], w) for c, w in zip(columns, wanted, strict=True))]
            total = sum((exact(row["Amount"]) for row in own), Decimal(0)) if found[1] == "SUM" else len(own)
            assert exact(cell.value) == total, f"{sheet}!{at(place)}: {cell.formula}"
            checked += 1
    assert checked > 40


def value_of(book: Book, sheet: str, written: str) -> object:
    """What a criterion compares with: a text of its own, or a cell."""
    found = re.fullmatch(r"\$?([A-Z]+)\$?([0-9]+)", written)
    if found is None:
        return written.strip('"')
    return book.sheets[sheet][int(found[2]), column_index_from_string(found[1])].value


def meets(value: object, wanted: object) -> bool:
    text = str(wanted)
    if text.startswith("<>"):
        return value != text[2:]
    if text[:1] in ("<", ">") and isinstance(value, int | float):
        return value > float(text[1:]) if text[0] == ">" else value < float(text[1:])
    return value == wanted


def test_what_is_set_aside_is_listed_row_by_row(month: Month) -> None:
    book, _ = month
    cells = book.sheets["Summary"]
    total = next(c for p, c in cells.items() if c.formula and heading_of(cells, p) == "Set aside")
    rows = [row for row in table(book, "Exceptions") if row["What"] == "row set aside"]
    assert exact(total.value) == sum((exact(row["Amount"]) for row in rows), Decimal(0))


def credited(book: Book) -> list[Row]:
    return [row for row in table(book, "Transactions") if row["Status"] in ("matched", "decided")]


def test_first_and_last_gift_and_what_is_outside_its_days_are_those_of_the_rows(month: Month) -> None:
    book, _ = month
    rows = credited(book)
    days = {row["Campaign"]: (row["Opens"], row["Closes"]) for row in table(book, "Register")}
    groups = [row for row in table(book, "By campaign") if row["Fund"] is not None]
    places = {(row["Campaign"], row["Fund"]) for row in rows if row["Campaign"]}
    assert {(row["Campaign"], row["Fund"]) for row in groups} == places
    for group in groups:
        own = [row for row in rows if (row["Campaign"], row["Fund"]) == (group["Campaign"], group["Fund"])]
        gifts = [day_of(row) for row in own if row["Kind"] != "reversal"]
        ends = (min(gifts), max(gifts)) if gifts else (None, None)
        assert (group["First gift"], group["Last gift"]) == ends
        opens, closes = days.get(group["Campaign"], (None, None))
        outside = [row for row in own if (opens and day_of(row) < opens) or (closes and day_of(row) > closes)]
        assert group["Outside its days"] == len(outside)


def day_of(row: Row) -> datetime:
    day = row["Date"]
    assert isinstance(day, datetime)
    return day


def test_each_day_is_there_once_and_has_its_gifts(month: Month) -> None:
    book, _ = month
    days = [row["Day"] for row in table(book, "By day") if isinstance(row["Day"], datetime)]
    assert days == sorted({day_of(row) for row in credited(book)})


def test_opening_and_closing_are_balances_that_the_rows_lead_to(month: Month) -> None:
    book, _ = month
    rows = table(book, "Transactions")
    for account in {row["Account"] for row in rows}:
        row = next(place[0] for place, cell in book.sheets["Summary"].items() if cell.value == account)
        opening, closing = (exact(book.sheets["Summary"][row, column].value) for column in (3, 7))
        assert opening + sum(exact(r["Amount"]) for r in rows if r["Account"] == account) == closing


def test_each_row_is_the_line_of_the_file_that_it_names(month: Month) -> None:
    """There stand its amount, its day and its text; of OFX the line is where its record begins."""
    book, files = month
    lines = {name: path.read_text(encoding="utf-8-sig").splitlines() for name, path in files.items()}
    whole, checked = whole_of(book), 0
    for sheet in (name for name in LINES if name in book.sheets):
        for row in table(book, sheet):
            name, number = str(row["File"]), int(str(row["Line"]))
            length = 8 if name.endswith(".ofx") else 1
            line = " ".join(lines[name][number - 1 : number - 1 + length])
            amount = whole.get(row["Transaction id"]) or exact(row["Amount"])
            assert re.search(rf"(?<![0-9.]){re.escape(f'{amount:.2f}')}(?![0-9])", line), (sheet, row, line)
            assert words(row["Description"]) in words(line), (sheet, row, line)
            forms = ("%Y/%m/%d", "%Y%m%d", "%d %b")
            assert any(f"{day_of(row):{form}}" in line for form in forms), (sheet, row, line)
            checked += 1
    assert checked > 8


def words(text: object) -> str:
    """A text without the signs that a layout writes between and around its parts."""
    return re.sub(r"\W+", " ", unescape(str(text))).strip()


def whole_of(book: Book) -> dict[object, Decimal]:
    """What each movement moved, that of its parts together where it was split."""
    amounts: dict[object, Decimal] = {}
    for row in table(book, "Transactions"):
        amounts[row["Transaction id"]] = amounts.get(row["Transaction id"], Decimal(0)) + exact(row["Amount"])
    return amounts
