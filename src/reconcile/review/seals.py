"""What the hashes of a workbook show by themselves: rows and sheets that are not as they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count
from typing import cast

from reconcile._found import found_in
from reconcile.errors import shown as safely
from reconcile.reporters import seal, sheets
from reconcile.reporters.book import HEAD_ROW, ROW_HASH, TableColumnShown
from reconcile.reporters.sheets.control import (
    OWN_SEAL,
    SEAL_HEADS,
    SEAL_REMARK,
    SEALS,
    SIGN_OFF,
    SIGNED_BY,
    SIGNED_WITH,
)
from reconcile.reporters.sheets.review import ASKED
from reconcile.reporters.sheets.sample import ASKED as ASKED_OF_AUDITORS
from reconcile.review.cells import Book, Place, at, read_book
from reconcile.spreadsheets import Cell

HASH, STATE = ROW_HASH.heading, "State"
REVIEW, SAMPLE, CONTROL = "To review", "Sample", "Control"
_FREE = {REVIEW: frozenset(ASKED), SAMPLE: frozenset(ASKED_OF_AUDITORS)}
_COLUMNS = [c for own in cast("list[tuple[TableColumnShown, ...]]", found_in(sheets, "COLUMNS")) for c in own]
AMOUNTS = frozenset(c.heading for c in _COLUMNS if c.hashed and c.holds == "amount")
DAYS = frozenset(c.heading for c in _COLUMNS if c.hashed and c.holds == "day")
NUMBERS = frozenset(c.heading for c in _COLUMNS if c.hashed and c.holds in {"number", "share"})
"""The headings of what is no text, on whatever sheet."""

_BOXES = (2, 3, 4, 6, 7, 8, 9, 10)
"""The columns in which names and signatures stand."""

FEW_ROWS = 10
"""Of a table with more rows than this, of which none stands as written, that is said and not each row."""

NO_ROW = "none of its rows is as it was written: a column may have been put in, taken out or renamed"

Cells = Mapping[Place, Cell]


def nothing_else_in(path: str) -> bool:
    """Whether a workbook has nothing but what it was written with and what was filled in where it asks for it."""
    book = read_book(path)
    signed = any(in_a_box(book, place) for place in book.sheets.get(CONTROL, {}))
    seen = any(is_part_of(name, SAMPLE) for name in book.sheets)
    return book.calculated and not book.remarks and not signed and not seen and not broken(book)


def is_part_of(name: str, sheet: str) -> bool:
    """Whether it is the name of a sheet, or of one that goes on with its table."""
    return name == sheet or (name.startswith(f"{sheet} ") and name[len(sheet) + 1 :].isdecimal())


def in_a_box(book: Book, place: Place) -> bool:
    """Whether a cell of the sheet Control is one in which somebody signs."""
    row, column = place
    words = (book.sheets[CONTROL].get((row - offset, 1)) for offset in range(2, 2 + len(SIGNED_WITH)))
    return column in _BOXES and any(cell is not None and cell.value == SIGN_OFF for cell in words)


def broken(book: Book) -> list[str]:
    """Each row and sheet of which the hash is another, in words; nothing where all stand as they were written."""
    found = [said for name, cells in book.sheets.items() for said in _rows(name, cells)]
    return found + list(_sheets(book))


def table_of(cells: Cells) -> dict[str, int] | None:
    """The columns of a sheet's table by heading, None where it has none."""
    heads = {str(c.value): column for (row, column), c in cells.items() if row == HEAD_ROW and c.value is not None}
    return heads if HASH in heads else None


def free_of(name: str) -> frozenset[str]:
    """The columns of a sheet's table that people fill in."""
    return next((free for sheet, free in _FREE.items() if is_part_of(name, sheet)), frozenset())


def _rows(name: str, cells: Cells) -> Iterator[str]:
    heads = table_of(cells)
    if heads is None:
        return
    live = heads.get(STATE) if is_part_of(name, REVIEW) else None
    hashed = {h: column for h, column in heads.items() if h not in {HASH, *free_of(name)} and column != live}
    inside = set(heads.values())
    rows = _rows_of(name, cells, heads)
    changed = []
    for row in sorted(rows):
        own = {heading: cells.get((row, column), Cell(None)) for heading, column in hashed.items()}
        told = [seal.of_cell(cell.value, "amount" if heading in AMOUNTS else "") for heading, cell in own.items()]
        given = cells.get((row, heads[HASH]), Cell(None))
        sound = all(_is_kind(heading, cell) for heading, cell in own.items()) and not given.formula
        if not sound or seal.of_row(told) != given.value:
            changed.append(f"{name}!{row}: the row is not as it was written")
        if live and not cells.get((row, live), Cell(None)).formula:
            changed.append(f"{name}!{at((row, live))}: the formula is gone")
    yield from [f"{name}: {NO_ROW}"] if len(changed) == len(rows) > FEW_ROWS else changed
    for place, cell in sorted(cells.items()):
        if place[0] > HEAD_ROW and cell.value is not None and (place[1] not in inside or place[0] not in rows):
            yield f"{name}!{at(place)}: a cell beside the table"


def _rows_of(name: str, cells: Cells, heads: Mapping[str, int]) -> set[int]:
    """The rows of a table: those that hold something which nobody fills in."""
    own = {column for heading, column in heads.items() if heading not in free_of(name)}
    return {row for row, column in cells if row > HEAD_ROW and column in own}


def _is_kind(heading: str, cell: Cell) -> bool:
    """Whether a cell is no formula, and a number or a day where its column has those, not a text that reads like it."""
    if cell.value is None or cell.formula:
        return not cell.formula
    if heading in DAYS:
        return isinstance(cell.value, date)
    if heading in AMOUNTS | NUMBERS:
        return isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    return isinstance(cell.value, str)


def _sheets(book: Book) -> Iterator[str]:
    control = book.sheets.get(CONTROL, {})
    begins = _begins(control)
    if begins is None:
        yield f"{CONTROL}: the section {SEALS} is gone"
        return
    sealed = set[str]()
    for row in count(begins + 2):
        name, given = control.get((row, 1)), control.get((row, 3))
        if name is None or given is None:
            break
        own = CONTROL if name.value == OWN_SEAL else str(name.value)
        sealed.add(own)
        yield from _sealed(book, own, given.value, control.get((row, 2), Cell(None)).value)
    yield from _around_the_seals(book, begins, row)
    yield from (f"{name}: a sheet that reconcile did not write" for name in book.sheets if name not in sealed)


def _sealed(book: Book, name: str, given: object, rows: object) -> Iterator[str]:
    """What a seal shows of its sheet."""
    if name not in book.sheets:
        yield f"{name}: the sheet is gone"
        return
    cells = book.sheets[name]
    live = any(cell.formula for cell in cells.values())
    before = _begins(cells) if name == CONTROL else None
    if (book.calculated or not live) and seal.of_cells(_told(cells, before)) != given:
        yield f"{name}: a cell beside its table is not as it was written"
    heads = table_of(cells)
    there = len(_rows_of(name, cells, heads)) if heads else None
    if there != rows:
        written = "its seal tells of none" if rows is None else f"{safely(rows, 40)} were written"
        yield f"{name}: its table has {there or 0} rows, {written}"


def _begins(control: Cells) -> int | None:
    """The row in which the seals begin."""
    return min((row for (row, column), cell in control.items() if column == 1 and cell.value == SEALS), default=None)


def _around_the_seals(book: Book, begins: int, after: int) -> Iterator[str]:
    """The cells of the sheet Control that no seal tells of: headings, a remark, and who signs."""
    wanted = {(begins, 1): SEALS, (after, 1): SEAL_REMARK, (after + 2, 1): SIGN_OFF}
    wanted |= {(begins + 1, column): words for words, column, _, _ in SEAL_HEADS}
    for column, words in SIGNED_BY:
        wanted |= {(after + 3 + offset, column): said for offset, said in enumerate((words, *SIGNED_WITH))}
    control = book.sheets[CONTROL]
    seals = {(row, column) for row in range(begins + 2, after) for _, column, _, _ in SEAL_HEADS}
    seals = {place for place in seals if place in control and not control[place].formula}
    there = {place for place in control if place[0] >= begins and not in_a_box(book, place)} - seals
    for place in sorted(there | wanted.keys()):
        if control.get(place, Cell(None)) != Cell(wanted.get(place)):
            yield f"{CONTROL}!{at(place)}: the cell is not as it was written"


def own_seal(control: Cells) -> tuple[Place, str] | None:
    """Where the seal of the sheet Control itself stands, and what it must be; None where there is none."""
    rows = [row for (row, column), cell in control.items() if column == 1 and cell.value == OWN_SEAL]
    return ((rows[0], 3), seal.of_cells(_told(control, _begins(control)))) if rows else None


def _told(cells: Cells, before: int | None) -> Iterator[tuple[str, str]]:
    """The cells beside the table, each with the text that is hashed."""
    table = table_of(cells) is not None
    for (row, column), cell in cells.items():
        if (table and row > HEAD_ROW) or (before is not None and row >= before):
            continue
        text = f"={seal.of_cell(cell.value)}" if cell.formula else seal.of_constant(cell.value)
        yield at((row, column)), text
