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


def section(book: Book, sheet: Worksheet, row: int, title: str, heads: Sequence[Head]) -> int:
    """Write a section's title and its headings, each (words, first column, columns spanned, over figures); next row."""
    for column in range(1, ACROSS + 1):
        book.put(sheet, row, column, title if column == 1 else None, style.HEADING)
    sheet.row_dimensions[row].height = 20
    if not heads:
        return row + 1
    looks = {True: style.COLUMN_HEAD_RIGHT, False: style.COLUMN_HEAD}
    book.line(sheet, row + 1, [(at, span, words, looks[right]) for words, at, span, right in heads])
    return row + 2


def line(book: Book, sheet: Worksheet, row: int, cells: Cells) -> int:
    """Write a row of cells; the next row."""
    book.line(sheet, row, cells)
    return row + 1


def cells(spans: Sequence[Span], values: Sequence[Value], looks: Sequence[Look]) -> Cells:
    """Values with the columns they reach over and how they look."""
    return [(at, span, value, look) for (at, span), value, look in zip(spans, values, looks, strict=True)]
