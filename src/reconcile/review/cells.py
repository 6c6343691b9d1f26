"""The cells of a workbook as they came back: values, formulas, and who saved it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

from reconcile.errors import ReviewRefused
from reconcile.files import Document, read_documents
from reconcile.spreadsheets import opened, refuse_active_parts

MAX_BYTES = 2**31
LAST_COLUMN = 400
Place = tuple[int, int]
"""Row and column of a cell."""


class Cell(NamedTuple):
    """What a cell holds: its value, and its formula where it has one (then the value is the one saved with it)."""

    value: Any
    formula: str | None = None


@dataclass(frozen=True)
class Book:
    """The cells of each sheet that hold anything; `ours` tells whether no spreadsheet program saved it since."""

    name: str
    sha256: str
    sheets: Mapping[str, Mapping[Place, Cell]]
    ours: bool
    remarks: bool
    """Whether somebody put comments into it."""

    @property
    def calculated(self) -> bool:
        """Whether the values of its formulas are in it."""
        live = [cell for cells in self.sheets.values() for cell in cells.values() if cell.formula]
        return not live or any(cell.value is not None for cell in live)


def read_book(path: str) -> Book:
    """All cells of a workbook. Raises UnreadableFile, and ReviewRefused for what is no workbook."""
    [document] = read_documents(path, allow_xlsx=True, max_bytes=MAX_BYTES)
    if document.kind != "xlsx":
        raise ReviewRefused("is no workbook", file=document.name, do="Give an .xlsx.")
    refuse_active_parts(document)
    return book_of(document)


def book_of(document: Document) -> Book:
    """All cells of a document that is known to be a workbook without active parts."""
    sheets: dict[str, dict[Place, Cell]] = {}
    with opened(document, data_only=True) as values, opened(document, data_only=False) as formulas:
        for name in values.sheetnames:
            found = sheets[name] = {}
            pairs = zip(_rows(values[name]), _rows(formulas[name]), strict=False)
            for row, (own, written) in enumerate(pairs, start=1):
                for column, (value, typed) in enumerate(zip(own, written, strict=False), start=1):
                    if typed is not None:
                        live = typed if isinstance(typed, str) and typed != value and typed.startswith("=") else None
                        found[row, column] = Cell(value, live)
    with zipfile.ZipFile(io.BytesIO(document.content)) as package:
        names = package.namelist()
        by = package.read("docProps/app.xml") if "docProps/app.xml" in names else b""
    remarks = any(re.match(r"xl/(comments|threadedComments)", part) for part in names)
    return Book(document.name, document.sha256, sheets, b"openpyxl" in by.lower(), remarks)


def _rows(sheet: Any) -> Any:
    return sheet.iter_rows(max_col=LAST_COLUMN, values_only=True)


def at(place: Place) -> str:
    """A place as spreadsheets call it: `C57`."""
    return f"{get_column_letter(place[1])}{place[0]}"


def shown(value: Any) -> str:
    """A value in words."""
    if value is None:
        return "nothing"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    return f'"{value}"' if isinstance(value, str) else str(value)
