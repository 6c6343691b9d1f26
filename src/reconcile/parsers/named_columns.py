"""Rows of a table whose first line names its columns: each cell found by the name of its column, not by its place."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.errors import UnknownLayout, shown
from reconcile.parsers.cells import Mask

SEPARATORS = (",", ";", "\t", "|")
_CELL = "\x1f"  # separates cells inside this module: a control character, which sets a row aside that has it itself


@dataclass(frozen=True)
class Columns:
    """The names of the columns in lower case, in order, and what separates cells."""

    names: tuple[str, ...]
    separator: str

    def lacking(self, wanted: Sequence[str]) -> list[str]:
        """The wanted names that are not there."""
        return [name for name in wanted if name not in self.names]


def columns_in(line: str, wanted: Sequence[str]) -> Columns | None:
    """The columns a line names, when at least two of the wanted are among them; None for any other line."""
    for separator in SEPARATORS:
        names = cells_in(line, separator)
        while names and not names[-1]:
            names.pop()
        if len({n.lower() for n in names} & set(wanted)) >= 2:
            return Columns(tuple(n.lower() for n in names), separator)
    return None


def cells_in(line: str, separator: str) -> list[str]:
    """The cells of one line without blanks and quotes around them."""
    return [cell.strip(" \"'\ufeff") for cell in line.split(separator)]


def refuse_lacking(columns: Columns, wanted: Sequence[str], file: str, line: int) -> None:
    """Raise UnknownLayout where a wanted column is missing, or one stands twice."""
    twice = sorted({n for n in columns.names if n and columns.names.count(n) > 1})
    if columns.lacking(wanted) or twice:
        found = ", ".join(shown(n, 40) for n in columns.names if n)
        what = f"has the columns {found}; wanted {', '.join(wanted)}" + (", each once" if twice else "")
        raise UnknownLayout(what, file=file, line=line, do="Download the file again as the bank offers it.")


@dataclass(frozen=True)
class NamedCells:
    """Lines taken apart: `whole` says which have the named cells and no more."""

    columns: Columns
    parts: pa.Array
    whole: Mask

    def __getitem__(self, name: str) -> pa.Array:
        """The cells of a column without blanks around them; empty texts where there is no such column."""
        return pc.utf8_trim(self.exactly(name), " ")

    def exactly(self, name: str) -> pa.Array:
        """The cells of a column as they stand."""
        if name not in self.columns.names:
            return pa.array([""] * len(self.parts), type=pa.large_string())
        return pc.list_element(self.parts, self.columns.names.index(name))


def named_cells(raw: pa.Array, columns: Columns, *, texts: tuple[str, str] | None = None) -> NamedCells:
    """The cells of each line; empty ones at its end may be missing or too many.

    `texts` names two neighbouring columns of free text, which the bank does not quote: a row with commas too many is
    taken apart where the second text is part of the first.
    """
    count = len(columns.names)
    quoted = np.asarray(pc.match_substring_regex(raw, f'(^|[{columns.separator}]) *"'))
    rows = pc.replace_substring(raw, columns.separator, _CELL)
    if quoted.any():
        again = [_requoted(line, columns.separator) for line in raw.filter(pa.array(quoted)).to_pylist()]
        rows = pc.replace_with_mask(rows, pa.array(quoted), pa.array(again, type=pa.large_string()))
    rows = pc.utf8_rtrim(rows, _CELL + " ")
    cells = np.asarray(pc.count_substring(rows, _CELL)) + 1
    if texts and (cells > count).any():
        rows = _folded(rows, cells > count, columns, texts)
        cells = np.asarray(pc.count_substring(rows, _CELL)) + 1
    whole = cells <= count
    filled = pc.binary_join_element_wise(
        pc.if_else(pa.array(whole), rows, ""), pa.scalar(_CELL * count, pa.large_string()), pa.scalar("", rows.type)
    )
    return NamedCells(columns, pc.split_pattern(filled, _CELL), whole)


def _requoted(line: str, separator: str) -> str:
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True), [])
    except csv.Error:
        return line
    return _CELL.join(cells)


def _folded(rows: pa.Array, over: Mask, columns: Columns, texts: tuple[str, str]) -> pa.Array:
    """The rows with too many cells, the surplus given back to the two texts where that can be done in one way."""
    first, second = (columns.names.index(name) for name in texts)
    if second != first + 1:
        return rows
    behind = len(columns.names) - second - 1
    folded = []
    for row in rows.filter(pa.array(over)).to_pylist():
        cells = row.split(_CELL)
        own = cells[first : len(cells) - behind]
        splits = [(columns.separator.join(own[:i]), columns.separator.join(own[i:])) for i in range(1, len(own))]
        # the description ends with the reference, cut at its twentieth letter; the longest such reference is meant
        fitting = [(text, ref) for text, ref in splits if ref.strip()[:20].strip() in text]
        text, ref = fitting[0] if fitting else (row, row)
        folded.append(_CELL.join([*cells[:first], text, ref, *cells[len(cells) - behind :]]) if fitting else row)
    return pc.replace_with_mask(rows, pa.array(over), pa.array(folded, type=rows.type))
