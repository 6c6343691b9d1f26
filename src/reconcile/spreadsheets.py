"""Spreadsheets opened safely: nothing in them is run, and what no honest one holds is refused before it is read."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from reconcile.errors import ReconcileError, UnreadableFile, shown
from reconcile.files import Document

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet can have: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3"""

_HEX = re.compile("_x([0-9A-Fa-f]{4})_")


class Cell(NamedTuple):
    """What a cell holds: its value, and its formula where it has one (then the value is the one saved with it)."""

    value: Any
    formula: str | None = None


def as_typed(text: str) -> str:
    """A text of a cell with each `_xHHHH_` as the character that it stands for (ECMA-376 part 1, 22.9.2.19)."""
    return _HEX.sub(lambda found: chr(int(found[1], 16)), text)


def refuse_active_parts(document: Document) -> None:
    """Refuse macros, and the document types (entities) that no honest writer declares: ECMA-376 part 2 forbids them."""
    name = document.name
    try:
        with zipfile.ZipFile(io.BytesIO(document.content)) as package:
            kinds = package.read("[Content_Types].xml").lower()
            macros = "vbaproject" in " ".join(package.namelist()).lower() or any(
                word in kinds for word in (b"macroenabled", b"vbaproject", b"macrosheet")
            )
            typed = [
                m
                for m in package.namelist()
                if m.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.read(m).replace(b"\0", b"").upper()
            ]
    except Exception as fault:  # zipfile too: BadZipFile, zlib.error, NotImplementedError, RuntimeError
        raise UnreadableFile(
            "it is a damaged spreadsheet", file=name, do="Open it in a spreadsheet, save it again as .xlsx or .csv."
        ) from fault
    if macros or typed:
        what = "it holds macros" if macros else f"its part {shown(typed[0], 60)} declares XML entities"
        raise UnreadableFile(what, file=name, do="Save the first sheet as .csv, or as .xlsx in a new workbook.")


@contextmanager
def opened(document: Document, *, data_only: bool) -> Iterator[Workbook]:
    """The workbook, read row by row as it is asked for; with `data_only` the saved values of formulas.

    Raises UnreadableFile for whatever goes wrong while it is open: openpyxl lets out what it trips over (KeyError,
    zlib.error, ParseError, ValueError).
    """
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl remarks on styles and validations, which are of no concern here
        try:
            content = io.BytesIO(document.content)
            book = openpyxl.load_workbook(content, read_only=True, data_only=data_only, keep_links=False)
            try:
                yield book
            finally:
                book.close()
        except ReconcileError:
            raise
        except Exception as fault:
            do = "Open it in a spreadsheet, save it again as .xlsx or .csv."
            raise UnreadableFile("it is not a whole spreadsheet", file=document.name, do=do) from fault


def rows_of(book: Workbook, name: str, file: str) -> Iterator[tuple[int, dict[int, Cell]]]:
    """The rows of a sheet that have cells: the number of each, and its cells by the number of their column.

    `book` is from `opened` with `data_only`; a sheet that is a chart has no rows. Raises UnreadableFile for rows or
    cells that are out of order, there twice, or past the last that a sheet can have: one program would show what
    another passes over.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    whole: Any = book
    sheet: Any = whole[name]
    if not hasattr(sheet, "_get_source"):
        return
    with sheet._get_source() as source:
        # the parser of openpyxl itself: it gives each cell that is there, and no empty ones in between
        formats = {"date_formats": whole._date_formats, "timedelta_formats": whole._timedelta_formats}
        parser: Any = WorkSheetParser(source, sheet._shared_strings, data_only=True, epoch=whole.epoch, **formats)
        read, last = parser.parse_cell, 0
        parser.parse_cell = lambda element: {**(own := read(element)), "cell": _cell(parser, element, own["value"])}
        for number, cells in parser.parse():
            columns = [cell["column"] for cell in cells]
            if not last < number <= MOST_ROWS or columns != sorted(set(columns)) or max([0, *columns]) > MOST_COLUMNS:
                what = f"row {number} of its sheet {shown(name, 40)} is out of order, or holds a cell twice"
                do = "Open it in a spreadsheet, save it again as .xlsx."
                raise UnreadableFile(what, file=file, do=do)
            last = number
            yield number, {cell["column"]: cell["cell"] for cell in cells}


def _cell(parser: Any, element: Any, value: Any) -> Cell:
    """A cell with its saved value and its formula, text as it was typed."""
    from openpyxl.worksheet._reader import FORMULA_TAG

    if isinstance(value, str):
        # of the texts that several cells share openpyxl has undone it but for this one
        value = as_typed(value) if element.get("t") == "inlineStr" else value.replace("_x000D_", "\r")
    if element.find(FORMULA_TAG) is None:
        return Cell(value)
    formula = parser.parse_formula(element)
    return Cell(value, formula if isinstance(formula, str) else str(getattr(formula, "text", None) or "="))
