"""Sections of a sheet: a title, headings, and rows of cells that may reach over several columns."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.worksheet.worksheet import Worksheet

from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.style import Look

ACROSS = 10
"""Columns of a sheet made of sections."""

Span = tuple[int, int]
Head = tuple[str, int, int, bool]
Cells = list[tuple[int, int, Value, Look]]


def heading(book: Book, sheet: Worksheet, row: int, title: str, columns: int = ACROSS) -> int:
    """Write a title over so many columns; the next row."""
    for column in range(1, columns + 1):
        book.put(sheet, row, column, title if column == 1 else None, style.HEADING)
    sheet.row_dimensions[row].height = 20
    return row + 1


def section(book: Book, sheet: Worksheet, row: int, title: str, heads: Sequence[Head]) -> int:
    """Write a section's title and its headings, each (words, first column, columns spanned, over figures); next row."""
    row = heading(book, sheet, row, title)
    if not heads:
        return row
    looks = {True: style.COLUMN_HEAD_RIGHT, False: style.COLUMN_HEAD}
    return line(book, sheet, row, [(at, span, words, looks[right]) for words, at, span, right in heads])


def line(book: Book, sheet: Worksheet, row: int, cells: Cells) -> int:
    """Write a row of cells; the next row."""
    book.line(sheet, row, cells)
    return row + 1


def cells(spans: Sequence[Span], values: Sequence[Value], looks: Sequence[Look]) -> Cells:
    """Values with the columns they reach over and how they look."""
    return [(at, span, value, look) for (at, span), value, look in zip(spans, values, looks, strict=True)]


def side_by_side(values: Sequence[Value], looks: Sequence[Look]) -> Cells:
    """Values from the first column on, a column each, with how they look."""
    return cells([(at, 1) for at in range(1, len(values) + 1)], values, looks)
