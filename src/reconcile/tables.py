"""A small hand-kept table (CSV, XLSX or a frame) as exact text by line, with every fault collected before refusing."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from os import PathLike
from pathlib import PurePath
from typing import Any

import pandas as pd

from reconcile.errors import RegisterRefused, UnreadableFile, shown
from reconcile.files import Document, read_documents
from reconcile.spreadsheets import opened, refuse_active_parts

TableSource = str | PathLike[str] | pd.DataFrame
"""What a table is read from: the path of a CSV or XLSX file, or a frame."""

Cell = str | date | None
"""Exact text, a real date, or None where the cell is already named among the faults."""

LAST_LINE = 20_000
LAST_COLUMN = 100


@dataclass
class Faults:
    """All that is wrong with one table; `refuse_any` raises RegisterRefused with all of it, in order of lines."""

    file: str | None = None
    word: str = "line"
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, column: str, text: str) -> None:
        """Note a fault of one field."""
        self.found.append((line, f"{self.word} {line}, {column}: {text}"))

    def add_whole(self, text: str, line: int = 0) -> None:
        """Note a fault of the whole table, or of a whole line."""
        self.found.append((line, f"{self.word} {line}: {text}" if line else text))

    def refuse_any(self) -> None:
        """Raise RegisterRefused if there is any fault."""
        if self.found:
            raise RegisterRefused([text for _, text in sorted(self.found, key=lambda f: f[0])], file=self.file)


@dataclass(frozen=True)
class Row:
    """One row: its line (in a frame, its number counted from 1) and its cells by column."""

    line: int
    cells: Mapping[str, Cell]

    def text(self, column: str, faults: Faults) -> str | None:
        """The cell as text; None, with a fault noted, where it is no text."""
        cell = self.cells[column]
        if isinstance(cell, date):
            faults.add(self.line, column, f"is the date {cell}, not text; format the cell as text and type it again")
            return None
        return cell

    def texts(self, column: str, faults: Faults) -> tuple[str, ...]:
        """The parts of a list written with `|`, without the empty ones."""
        parts = ((self.text(column, faults) or "").split("|")) if column in self.cells else []
        return tuple(part.strip() for part in parts if part.strip())

    def day(self, column: str, faults: Faults) -> date | None:
        """The cell as a day, written YYYY-MM-DD or YYYY/MM/DD; None where it is empty."""
        cell = self.cells.get(column)
        if isinstance(cell, date) or not cell:
            return cell or None
        if re.fullmatch(r"[0-9]{4}([-/])[0-9]{2}\1[0-9]{2}", cell):
            try:
                return date(*map(int, re.split("[-/]", cell)))
            except ValueError:
                pass
        faults.add(self.line, column, f'"{shown(cell, 40)}" is not a date; write it like 2018-08-31')
        return None


@dataclass(frozen=True)
class Table:
    """The rows of a table, the faults found while reading it, and the name and SHA-256 of its file."""

    rows: tuple[Row, ...]
    faults: Faults
    sha256: str | None


@dataclass(frozen=True)
class Unfit:
    """A cell of a sheet that holds no value of its own, and why."""

    why: str


def read_table(source: TableSource, *, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """The rows of a CSV or XLSX file or a frame, each cell as exact text (`NA`, `0012`, `1E5` stay so).

    Column names are compared without case and spaces. Other columns (notes, a budget) are ignored, unless one looks
    like a slip for a column that is absent: `alias` for `aliases` would lose every alias without a word. Rows with
    nothing in them are skipped. Raises UnreadableFile for a file that cannot be read, RegisterRefused where no row
    can be read; other faults are left in `faults` for the caller to add to.
    """
    if isinstance(source, pd.DataFrame):
        faults, sha256 = Faults(word="row"), None
        lines = iter([(0, list(source.columns)), *enumerate(source.itertuples(index=False, name=None), start=1)])
    elif isinstance(source, str | PathLike):
        document = only_document(source)
        faults, sha256 = Faults(file=document.name), document.sha256
        lines = sheet_lines(document) if document.kind == "xlsx" else _text_lines(document, faults)
    else:
        raise RegisterRefused([f"a path or a frame is needed, not {type(source).__name__}"])
    header = next(lines, None)
    places = _places(header, required, optional, faults) if header else {}
    if not header:
        faults.add_whole(f"it has no header; the first line must name {', '.join([*required, *optional])}")
    faults.refuse_any()
    assert header is not None
    rows = tuple(_rows(lines, places, len(header[1]), faults))
    if not rows and not faults.found:
        faults.add_whole("it has a header and no rows")
    return Table(rows, faults, sha256)


def only_document(path: str | PathLike[str]) -> Document:
    """The one text or spreadsheet of a file; raises UnreadableFile for a ZIP of several."""
    documents = read_documents(path, allow_xlsx=True)
    if len(documents) != 1:
        raise UnreadableFile(
            f"it holds {len(documents)} files, and a register is one",
            file=PurePath(path).name,
            do="Take the right one out of the ZIP and give that.",
        )
    return documents[0]


def _text_lines(document: Document, faults: Faults) -> Iterator[tuple[int, list[Any]]]:
    """Each record with the line it starts on; comma or semicolon separates, whichever the header has more of."""
    text = document.text
    header = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ",", strict=True
    )
    start = 1
    try:
        for record in reader:
            if any(value.strip() for value in record):
                yield start, list(record)
            start = reader.line_num + 1
    except csv.Error:
        faults.add_whole("the quotes do not pair up; a quote inside a field is written twice", line=start)


def sheet_lines(
    document: Document, last: int = LAST_LINE, value_of: Callable[[Any, Any], Any] | None = None
) -> Iterator[tuple[int, list[Any]]]:
    """The rows of the first sheet that hold anything; formulas are never run, only their saved values are taken.

    `value_of` takes a cell as its saved value and as it is written (`sheet_value` unless given). Raises RegisterRefused
    for a sheet of more than `last` lines.
    """
    refuse_active_parts(document)
    take = value_of or sheet_value
    with opened(document, data_only=True) as values, opened(document, data_only=False) as formulas:
        # limits of our own: the size a sheet claims is not believed, it may be a thousand million cells, or one
        saved, as_written = (
            book.worksheets[0].iter_rows(max_row=last + 1, max_col=LAST_COLUMN) for book in (values, formulas)
        )
        for line, (row, written) in enumerate(zip(saved, as_written, strict=True), start=1):
            if line > last:
                what = f"the sheet is longer than {last} lines; delete the lines below the last"
                raise RegisterRefused([what], file=document.name)
            cells = [take(cell, source) for cell, source in zip(row, written, strict=True)]
            while cells and cells[-1] is None:
                cells.pop()
            if any(cell is not None and cell != "" for cell in cells):
                yield line, cells


def sheet_value(cell: Any, written: Any) -> Any:
    """The value of a cell, from its saved value and its formula; Unfit where it is not to be trusted."""
    if written.data_type == "f" and cell.value is None:
        return Unfit("holds a formula without a saved value; type the value itself")
    if cell.data_type == "e":
        return Unfit(f"holds the error {shown(cell.value, 20)}; type the value itself")
    if (
        isinstance(cell.value, int)
        and not isinstance(cell.value, bool)
        and cell.number_format not in ("General", "0", "@")
    ):
        return Unfit(f"is the number {cell.value} shown in another form; format the cell as text and type it again")
    return cell.value


def _places(
    header: tuple[int, Sequence[Any]], required: Sequence[str], optional: Sequence[str], faults: Faults
) -> dict[str, int]:
    line, names = header
    keys = ["".join(str(name).split()).casefold() for name in names]
    wanted = [*required, *optional]
    for name in wanted:
        if keys.count(name) > 1:
            faults.add_whole(f"the column {name} is there {keys.count(name)} times", line)
    absent = [name for name in wanted if name not in keys]
    for key in dict.fromkeys(keys):
        meant = get_close_matches(key, absent, n=1, cutoff=0.7) if key not in wanted else []
        if meant:
            faults.add_whole(f'the column "{shown(key, 40)}" looks like a slip for {meant[0]}; name it so', line)
    lacking = [name for name in required if name not in keys]
    if lacking:
        there = ", ".join(shown(name, 40) for name in names if str(name).strip())
        s = "s" if len(lacking) > 1 else ""
        told = f"it lacks the column{s} {' and '.join(lacking)}; the first line that is not empty names the columns"
        faults.add_whole(f"{told}, and has {there or 'none'}", line)
    return {name: keys.index(name) for name in wanted if name in keys}


def _rows(
    lines: Iterator[tuple[int, Sequence[Any]]], places: Mapping[str, int], width: int, faults: Faults
) -> Iterator[Row]:
    for line, values in lines:
        if any(cell_of(value) != ("", "") for value in values[width:]):
            faults.add_whole(
                f"has {len(values)} fields where the header has {width}; put a field with commas in quotes", line
            )
            continue
        cells: dict[str, Cell] = {}
        for column, place in places.items():
            cells[column], why = cell_of(values[place] if place < len(values) else "")
            if why:
                faults.add(line, column, why)
        if any(cell != "" for cell in cells.values()):
            yield Row(line, cells)


def cell_of(value: Any) -> tuple[Cell, str]:
    """The cell, and why it is unfit (then the cell is None)."""
    unfit = ""
    cell: Cell = None
    if isinstance(value, Unfit):
        unfit = value.why
    elif isinstance(value, str):
        cell = value.strip()
        if any(unicodedata.category(c) in ("Cc", "Cs") for c in cell):
            unfit = f'"{shown(cell, 40)}" holds a line break or control character'
    elif value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        cell = ""
    elif pd.api.types.is_bool(value) or pd.api.types.is_integer(value):
        cell = str(value).upper()
    elif isinstance(value, datetime):
        cell = value.date()
        unfit = "" if value.time() == time() else f"{value} has a time of day; give the day alone"
    elif isinstance(value, date):
        cell = value
    else:
        unfit = f"is {shown(value, 40)}, a {type(value).__name__} and not text; write it as text"
    return (None, unfit) if unfit else (cell, "")
