"""The cells of a workbook as they came back: values, formulas, and who saved it."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from os import PathLike
from typing import Any

from defusedxml.ElementTree import fromstring
from openpyxl.utils import get_column_letter

from reconcile.errors import ReviewRefused, UnknownLayout, UnreadableFile
from reconcile.errors import shown as safely
from reconcile.files import Document, read_documents
from reconcile.reporters import seal
from reconcile.spreadsheets import Cell, opened, refuse_active_parts, rows_of

MAX_BYTES = 2**31
LONGEST_SHOWN = 80
Place = tuple[int, int]
"""Row and column of a cell."""

_AGAIN = "Take the workbook as it was written, or save it again as .xlsx."
_WHOLE = "Take the workbook as it was written, all its sheets, saved as .xlsx; a sheet saved as CSV cannot be taken."
_ADDED = re.compile(r"xl/((threaded)?comments|persons|media|embeddings|ctrlProps)", re.IGNORECASE)
_TABLE = re.compile(r"xl/tables/[^/]+\.xml")
_SAVED = re.compile(rb"<(?:\w+:)?modified[^>]*>\s*([0-9]{4}-[0-9]{2}-[0-9]{2})T")
_DRAWN = re.compile(rb"<(?:\w+:)?(?:sp|pic|cxnSp)[ >]")


@dataclass(frozen=True)
class Book:
    """The cells of each sheet that hold anything; `ours` tells whether no spreadsheet program saved it since."""

    name: str
    sha256: str
    sheets: Mapping[str, Mapping[Place, Cell]]
    ours: bool
    remarks: bool
    """Whether somebody put comments, pictures or text boxes into it."""

    tables: Mapping[str, str] = field(default_factory=dict)
    """The cells over which each table reaches: formulas add up those and no others."""

    @property
    def calculated(self) -> bool:
        """Whether the values of its formulas are in it."""
        live = [cell for cells in self.sheets.values() for cell in cells.values() if cell.formula]
        return not live or any(cell.value is not None for cell in live)


class Sheets:
    """The sheets of a workbook that is open: their `names`, and the rows of each, read as they are asked for.

    `saved_on` is the day on which it was saved, by the clock of Greenwich; empty where the file does not say.
    """

    def __init__(self, document: Document, book: Any) -> None:
        self._book, self.name, self.sha256 = book, document.name, document.sha256
        self.saved_on = _saved_on(document)
        self.names: tuple[str, ...] = tuple(book.sheetnames)
        counts = Counter(name.casefold() for name in self.names)
        if twice := [name for name in self.names if counts[name.casefold()] > 1]:
            what = f'has {len(twice)} sheets named "{safely(twice[0], 40)}"'
            raise UnreadableFile(what, file=document.name, do=_AGAIN)

    def rows(self, name: str) -> Iterator[tuple[int, dict[int, Cell]]]:
        """The number of each row that has cells, and its cells by the number of their column."""
        return rows_of(self._book, name, self.name)


def document_at(path: str | PathLike[str]) -> Document:
    """A workbook as it came off the disk. Raises UnreadableFile, and ReviewRefused for what is no workbook."""
    try:
        found = read_documents(path, allow_xlsx=True, max_bytes=MAX_BYTES)
    except UnknownLayout as fault:
        raise ReviewRefused(fault.what, file=fault.file, do=_AGAIN) from fault
    except UnreadableFile as fault:
        do = _AGAIN if fault.do.startswith("Download") else fault.do  # what is said of statements
        raise UnreadableFile(fault.what, file=fault.file, line=fault.line, do=do) from fault
    if [document.kind for document in found] != ["xlsx"]:
        raise ReviewRefused("is no workbook", file=found[0].file_name, do=_WHOLE)
    refuse_active_parts(found[0])
    return found[0]


def _saved_on(document: Document) -> str:
    with zipfile.ZipFile(io.BytesIO(document.content)) as package:
        core = package.read("docProps/core.xml") if "docProps/core.xml" in package.namelist() else b""
    found = _SAVED.search(core)
    return found[1].decode() if found else ""


@contextmanager
def sheets_of(document: Document) -> Iterator[Sheets]:
    """The sheets of a workbook; whatever is no whole one raises UnreadableFile while it is open."""
    with opened(document, data_only=True) as book:
        yield Sheets(document, book)


def read_book(path: str | PathLike[str]) -> Book:
    """All cells of a workbook. Raises UnreadableFile, and ReviewRefused for what is no workbook."""
    document = document_at(path)
    with sheets_of(document) as sheets, zipfile.ZipFile(io.BytesIO(document.content)) as package:
        cells = {
            name: {
                (row, column): cell
                for row, own in sheets.rows(name)
                for column, cell in own.items()
                if cell.value is not None or cell.formula
            }
            for name in sheets.names
        }
        names = package.namelist()
        by = package.read("docProps/app.xml") if "docProps/app.xml" in names else b""
        tables = [fromstring(package.read(part)).attrib for part in names if _TABLE.match(part)]
        drawn = any(_DRAWN.search(package.read(part)) for part in names if part.startswith("xl/drawings/drawing"))
    remarks = drawn or any(_ADDED.match(part) for part in names)
    reach = {own.get("displayName", ""): own.get("ref", "") for own in tables}
    return Book(document.name, document.sha256, cells, b"openpyxl" in by.lower(), remarks, reach)


def at(place: Place) -> str:
    """A place as spreadsheets call it: `C57`."""
    return f"{get_column_letter(place[1])}{place[0]}"


def shown(value: Any) -> str:
    """A value in words, safe in one line."""
    if value is None:
        return "nothing"
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}" if seal.is_day(value) else str(value)
    return f'"{safely(value, LONGEST_SHOWN)}"' if isinstance(value, str) else safely(value, LONGEST_SHOWN)
