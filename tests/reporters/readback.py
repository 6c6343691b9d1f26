"""A saved workbook read back, and calculated anew by LibreOffice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd

Convert = Callable[[Path, str], Path]


def table(path: Path, sheet: str = "Transactions") -> pd.DataFrame:
    """The rows under the headings as openpyxl reads them."""
    rows = list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(min_row=4, values_only=True))
    return pd.DataFrame(rows[1:], columns=list(rows[0]), dtype=object)


def rows(path: Path, sheet: str) -> list[tuple[object, ...]]:
    """All rows of a sheet, the values of its formulas among them."""
    return list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True))


def in_cents(values: Iterable[object]) -> int:
    return sum(round(Decimal(str(v)) * 100) for v in values if v is not None)


def find(path: Path, sheet: str, label: str, column: int) -> object:
    """The value in a column of the first row that begins with a label."""
    return next(row[column - 1] for row in rows(path, sheet) if row[0] == label)


def typed(value: object) -> object:
    """A text as it was typed: openpyxl takes its escapes out or not, by how the file keeps it; other values as is."""
    while isinstance(value, str) and "x005F_" in value:
        value = value.replace("x005F_", "")
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def assert_recalculates(path: Path, convert: Convert) -> Path:
    """LibreOffice calculates every value that is stored, and leaves every other cell as it was; what it saved."""
    before, blind = openpyxl.load_workbook(path, data_only=True), path.with_name(f"{path.stem}-blind.xlsx")
    with ZipFile(path) as old, ZipFile(blind, "w") as new:  # without the stored values, what comes back was calculated
        for entry in old.infolist():
            new.writestr(entry, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", old.read(entry)))
    saved = convert(blind, "xlsx")
    after = openpyxl.load_workbook(saved, data_only=True)
    live = openpyxl.load_workbook(path)
    for sheet in live:
        for cell in (c for row in sheet.iter_rows() for c in row if c.value is not None):
            stored, found = before[sheet.title][cell.coordinate].value, after[sheet.title][cell.coordinate].value
            figures = cell.data_type == "f" and found != stored and not isinstance(stored, str)
            where = f"{sheet.title}!{cell.coordinate}: {stored!r} became {found!r} ({cell.value})"
            assert not figures or isinstance(found, int | float), where
            assert round(stored, 2) == round(found, 2) if figures else typed(stored) == typed(found), where
    return saved
