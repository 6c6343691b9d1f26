"""What the hashes of a workbook show by themselves: rows and sheets that are not as they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconcile.reporters import seal
from reconcile.reporters.sheets.control import SEALS
from reconcile.reporters.sheets.review import ASKED
from reconcile.reporters.sheets.sample import ASKED as ASKED_OF_AUDITORS
from reconcile.review.cells import Book, Cell, Place, at, read_book

HASH = "Row hash"
HEADING_ROW = 4
_FREE = {"To review": frozenset({*ASKED, "State"}), "Sample": frozenset(ASKED_OF_AUDITORS)}
_AMOUNTS = frozenset({"Amount", "Balance", "Hit at"})
Cells = Mapping[Place, Cell]

SIGN_OFF = "Sign-off"
_SIGNED = (2, 3, 4, 6, 7, 8, 9, 10)
"""The columns in which names and signatures stand."""


def nothing_else_in(path: str) -> bool:
    """Whether a workbook has nothing but what it was written with and what was filled in where it asks for it."""
    book = read_book(path)
    signed = any(row > _sign_off(book) for row, column in book.sheets.get("Control", {}) if column in _SIGNED)
    seen = any(name == "Sample" or name.startswith("Sample ") for name in book.sheets)
    return book.calculated and not book.remarks and not signed and not seen and not broken(book)


def _sign_off(book: Book) -> int:
    control = book.sheets.get("Control", {})
    return next((row for (row, column), cell in control.items() if column == 1 and cell.value == SIGN_OFF), 0)


def broken(book: Book) -> list[str]:
    """Each row and sheet of which the hash is another, in words; nothing where all stand as they were written."""
    found = [said for name, cells in book.sheets.items() for said in _rows(name, cells)]
    return found + list(_sheets(book))


def table_of(cells: Cells) -> dict[str, int] | None:
    """The columns of a sheet's table by heading, None where it has none."""
    heads = {str(c.value): column for (row, column), c in cells.items() if row == HEADING_ROW and c.value is not None}
    return heads if HASH in heads else None


def free_of(name: str) -> frozenset[str]:
    """The columns of a sheet's table that people fill in, or that hang on what they fill in."""
    return next((free for sheet, free in _FREE.items() if name == sheet or name.startswith(f"{sheet} ")), frozenset())


def _rows(name: str, cells: Cells) -> Iterator[str]:
    heads = table_of(cells)
    if heads is None:
        return
    hashed = [(heading, column) for heading, column in heads.items() if heading not in {HASH, *free_of(name)}]
    last = max((row for row, _ in cells), default=0)
    for row in range(HEADING_ROW + 1, last + 1):
        own = [cells.get((row, column), Cell(None)) for _, column in hashed]
        given = cells.get((row, heads[HASH]))
        if given is None and all(cell.value is None for cell in own):
            continue
        told = [
            seal.of_cell(cell.value, "amount" if heading in _AMOUNTS else "")
            for (heading, _), cell in zip(hashed, own, strict=True)
        ]
        live = any(cell.formula for cell in own)
        if given is None or live or seal.of_row(told) != given.value:
            yield f"{name}!{row}: the row is not as it was written"


def _sheets(book: Book) -> Iterator[str]:
    control = book.sheets.get("Control", {})
    begins = next((row for (row, column), c in sorted(control.items()) if column == 1 and c.value == SEALS), None)
    if begins is None:
        yield "Control: the section Seals is gone"
        return
    row, sealed = begins + 2, set[str]()
    while (name_cell := control.get((row, 1))) and (given := control.get((row, 3))):
        name = str(name_cell.value)
        own = name.split(",", maxsplit=1)[0]
        sealed.add(own)
        if own not in book.sheets:
            yield f"{own}: the sheet is gone"
        else:
            before = begins if own == "Control" else None
            if seal.of_cells(_told(book.sheets[own], before)) != given.value:
                yield f"{own}: a cell beside its table is not as it was written"
            rows = control.get((row, 2))
            if rows is not None and rows.value != _count(book.sheets[own]):
                yield f"{own}: it has {_count(book.sheets[own])} rows where {rows.value} were written"
        row += 1
    yield from (f"{name}: a sheet that was not written" for name in book.sheets if name not in sealed)


def _told(cells: Cells, before: int | None) -> Iterator[tuple[str, str]]:
    """The cells beside the table, each with the text that is hashed."""
    table = table_of(cells) is not None
    for (row, column), cell in cells.items():
        if (table and row > HEADING_ROW) or (before is not None and row >= before):
            continue
        text = seal.of_cell(cell.value)
        yield at((row, column)), f"={text}" if cell.formula else text


def _count(cells: Cells) -> int:
    return len({row for row, _ in cells if row > HEADING_ROW}) if table_of(cells) else 0
