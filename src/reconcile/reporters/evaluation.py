"""write_evaluation: how good the decisions are, as a workbook with every wrong line and every one left to a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.errors import WorkbookNotWritten, shown
from reconcile.files import replace_whole
from reconcile.matching import Evaluation
from reconcile.matching.evaluation.tables import Table
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.celltext import clean_column
from reconcile.reporters.formulas import Sums
from reconcile.reporters.package import write_package
from reconcile.reporters.sections import ACROSS, heading
from reconcile.reporters.style import Look, Page
from reconcile.schema import TEXT

WIDE, NARROW = 30, 15
"""Widths of the first and the other columns of a sheet of figures."""

SHARE = Look(below="hair", number_format=style.SHARE, across="right")
WIDEST = {"Description": 46.0, "Evidence": 46.0, "Candidates": 34.0, "Why a person must say": 40.0}
"""Width at which the texts of single lines are wrapped; others are shorter."""

UNDATED = date(2000, 1, 1)
"""The time inside the file: the same evaluation gives the same bytes."""


def write_evaluation(path: str | Path, evaluation: Evaluation, *, replace: bool = True) -> Path:
    """The path of a workbook with the sheets Summary, Wrong, Review and Calibration.

    Counts are whole numbers, shares from 0 to 1 shown in percent, payers' words text that is never run. What stood at
    the path is replaced, unless `replace` is False and it has other content. The same evaluation gives the same bytes.

    Raises WorkbookNotWritten (a name that does not end in .xlsx; a path that cannot or may not be replaced; what stood
    there is untouched) and FrameRefused (a text no cell can hold).
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx":  # or a slip would put a workbook in place of the labelled lines
        what = f'"{shown(target.name, 60)}" is no name of a workbook'
        raise WorkbookNotWritten(what, do="Give it the ending .xlsx.")
    content = _content(evaluation)
    if not replace and target.exists() and not (target.is_file() and target.read_bytes() == content):
        raise WorkbookNotWritten("is there with other content", file=target.name, do="Name another file.")
    replace_whole(target, content)
    return target


def _content(evaluation: Evaluation) -> bytes:
    """The bytes of the workbook."""
    book = Book(Sums(pd.DataFrame(), np.empty(0, dtype=np.int64), ()))
    *figures, calibration = evaluation.tables()
    subtitle = "Decisions measured on lines whose answer is known; right only if campaign and fund both are"
    _figures(book, "Summary", "How good the decisions are", subtitle, figures)
    _lines(book, "Wrong", evaluation.wrong_table(), "credited to a wrong campaign or fund")
    _lines(book, "Review", evaluation.review_table(), "name one campaign and were not credited")
    said = "expected is the mean confidence of the lines; share right is what happened"
    _figures(book, "Calibration", "Calibration", said, [calibration])
    book.sign("Decisions measured on lines whose answer is known", UNDATED)
    content = BytesIO()
    write_package(content, book, UNDATED)
    return content.getvalue()


def _figures(book: Book, name: str, title: str, subtitle: str, tables: list[Table]) -> None:
    """A sheet with tables of figures below one another."""
    sheet = book.sheet(name, title, subtitle, Page("1:2", frozen="A3"))
    style.widen(sheet, (WIDE, *[NARROW] * (ACROSS - 1)))
    row = 4
    for table in tables:
        row = _table(book, sheet, row, table) + 1


def _table(book: Book, sheet: Worksheet, row: int, table: Table) -> int:
    """One table from this row on; the row behind it."""
    heading(book, sheet, row, table.title)
    last = len(table.heads)
    spans = [ACROSS - last + 1 if at == last and at > 1 and left else 1 for at, left in enumerate(table.left, start=1)]
    heads = [style.COLUMN_HEAD if left or at == 0 else style.COLUMN_HEAD_RIGHT for at, left in enumerate(table.left)]
    cells = zip(range(1, last + 1), spans, table.heads, heads, strict=True)
    book.line(sheet, row + 1, list(cells))
    for number, values in enumerate(table.rows, start=row + 2):
        shown_as = [_cell(value) for value in values]
        book.line(sheet, number, [(at, spans[at - 1], *cell) for at, cell in enumerate(shown_as, start=1)])
    return row + 2 + len(table.rows)


def _cell(value: str | int | float | None) -> tuple[Value, Look]:
    if isinstance(value, float):
        return Decimal(str(round(value, 6))), SHARE
    if isinstance(value, int):
        return value, style.COUNT
    return value, style.TYPED if value else style.PLAIN


def _lines(book: Book, name: str, table: Table, what: str) -> None:
    """A sheet with a row per labelled line; it is there, and says so, when there is none."""
    headings = [name[:1].upper() + name[1:] for name in table.heads]
    rows = pd.DataFrame(table.rows, columns=headings, dtype=object)
    columns = []
    for head in headings:
        figures = len(rows) > 0 and all(isinstance(value, int) for value in rows[head])
        if figures:
            rows[head] = rows[head].astype("int64")
        else:
            rows[head], _ = clean_column(rows[head].astype(TEXT), head)
        widest = WIDEST.get(head, 20.0)
        columns.append(Column(head, "number" if figures else "text", len(head) + 4, widest, wrap=not figures))
    count = {0: "No line was", 1: "1 line was"}.get(len(rows), f"{len(rows)} lines were")
    count = f"{count} {what}" if name == "Wrong" else f"{len(rows)} lines {what}; suggestion 0: none of the three"
    book.long_sheets(name, f"{name}Lines", count, columns, rows)
