"""Rows of a table whose first line names its columns: each cell found by the name of its column, not by its place."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.errors import UnknownLayout, shown
from reconcile.parsers.cells import Mask

_REST_OF_A_FIGURE = re.compile(r"[0-9]{1,3}(\.[0-9]{2})?(,|$)")

SEPARATORS = (",", ";", "\t", "|")
_FIGURE = re.compile(r"-?[0-9]+[-/.]?[0-9]")
"""How a day or an amount begins, and the name of no column."""

_MOST_CELLS = 200
"""Cells that two texts may fall into by their own commas: the bank gives them 72 letters, and each split is tried."""

_CELL = "\x1f"  # separates cells inside this module: a control character, which sets a row aside that has it itself


@dataclass(frozen=True)
class Columns:
    """The names of the columns in lower case, in order, what separates cells, and how many cells the line has.

    `width` counts empty cells behind the last name too, which a row then has as well.
    """

    names: tuple[str, ...]
    separator: str
    width: int

    def lacking(self, wanted: Sequence[str]) -> list[str]:
        """The wanted names that are not there."""
        return [name for name in wanted if name not in self.names]


def columns_in(line: str, wanted: Sequence[str]) -> Columns | None:
    """The columns a line names, when at least two of the wanted are among them; None for any other line."""
    for separator in SEPARATORS:
        names = [name.lower() for name in cells_in(line, separator)]
        width = len(names)
        while names and not names[-1]:
            names.pop()
        if len(set(names) & set(wanted)) >= 2:
            return Columns(tuple(names), separator, width)
    return None


def cells_in(line: str, separator: str) -> list[str]:
    """The cells of one line without blanks and quotes around them."""
    cells = _requoted(line, separator).split(_CELL) if '"' in line else line.split(separator)
    return [cell.strip(" \"'") for cell in cells]


def refuse_lacking(columns: Columns, wanted: Sequence[str], file: str, line: int) -> None:
    """Raise UnknownLayout where a wanted column is missing, one stands twice, or a row has run into the names."""
    lacking = columns.lacking(wanted)
    twice = [n for n in dict.fromkeys(columns.names) if n and columns.names.count(n) > 1]
    if lacking or twice:
        fault = f"lacks the column {_named(lacking)}" if lacking else f"has the column {_named(twice)} twice"
        what = f"{fault}; it has the columns {_named([n for n in columns.names if n])}"
        raise UnknownLayout(what, file=file, line=line, do="Download the file again as the bank offers it.")
    if any(_FIGURE.match(name) for name in columns.names):
        # taken for names that row would be lost in silence, at an end where nothing else tells
        what = "a row has run into the names of the columns"
        raise UnknownLayout(what, file=file, line=line, do="Download the file again as the bank offers it.")


def _named(names: Sequence[str]) -> str:
    return ", ".join(shown(name, 40) for name in names)


@dataclass(frozen=True)
class NamedCells:
    """Lines taken apart: `whole` says which have the cells of the row and no more than there are names."""

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
        return pc.fill_null(pc.list_element(self.parts, self.columns.names.index(name)), "")


def named_cells(raw: pa.Array, columns: Columns, wanted: Sequence[str], forms: Mapping[str, str]) -> NamedCells:
    """The cells of each line, those of the `wanted` columns in all; empty cells may be missing or too many at its end.

    The bank does not quote: where a line has separators too many, they are given back to the description and the
    reference behind it, if that can be done so that each other column has the form it must have (a pattern in `forms`).
    """
    separator, count = columns.separator, len(columns.names)
    quoted = np.asarray(pc.match_substring_regex(raw, f'(^|[{separator}]) *"'))
    rows = pc.replace_substring(raw, separator, _CELL)
    if quoted.any():
        again = [_requoted(line, separator) for line in raw.filter(pa.array(quoted)).to_pylist()]
        rows = pc.replace_with_mask(rows, pa.array(quoted), pa.array(again, type=pa.large_string()))
    over = np.asarray(pc.count_substring(rows, _CELL)) >= columns.width
    if over.any():
        folded = [_folded(row, columns, forms) for row in rows.filter(pa.array(over)).to_pylist()]
        rows = pc.replace_with_mask(rows, pa.array(over), pa.array(folded, type=pa.large_string()))
    last = max(columns.names.index(name) for name in wanted)
    enough = np.asarray(pc.count_substring(rows, _CELL)) >= last
    rows = pc.utf8_rtrim(rows, _CELL + " ")
    whole = enough & (np.asarray(pc.count_substring(rows, _CELL)) < count)
    # a line that is no row takes no cells: a million of them would take more memory than any statement
    kept = pc.if_else(pa.array(whole), rows, pa.scalar(None, rows.type))
    filled = pc.binary_join_element_wise(kept, pa.scalar(_CELL * count, rows.type), pa.scalar("", rows.type))
    return NamedCells(columns, pc.split_pattern(filled, _CELL), whole)


def _requoted(line: str, separator: str) -> str:
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True), [])
    except csv.Error:
        return line.replace(separator, _CELL)
    return _CELL.join(cells)


def _folded(row: str, columns: Columns, forms: Mapping[str, str]) -> str:
    """The row with the cells too many given back to its texts; nothing where that can be done in no way."""
    cells, names = row.split(_CELL), columns.names
    if _fits(cells, columns, forms):  # what is too many is empty
        return row
    first = names.index("description")
    texts = 2 if names[first + 1 : first + 2] == ("reference",) else 1
    behind = columns.width - first - texts
    own = cells[first : len(cells) - behind]
    if len(own) > _MOST_CELLS:
        return ""
    splits = [[own[:at], own[at:]] for at in range(1, len(own))] if texts == 2 else [[own]]
    for split in splits:
        joined = [columns.separator.join(part) for part in split]
        # the description ends with the reference, cut at its twentieth letter; the longest such reference is meant
        if joined[-1].strip()[:20].strip() in joined[0]:
            whole = [*cells[:first], *joined, *cells[len(cells) - behind :]]
            figure = names[first - 1] in forms if first else False
            # behind an amount such a text is more likely the rest of that: 1000,00 or 1,000.00
            doubtful = figure and _REST_OF_A_FIGURE.match(joined[0])
            return _CELL.join(whole) if _fits(whole, columns, forms) and not doubtful else ""
    return ""


def _fits(cells: Sequence[str], columns: Columns, forms: Mapping[str, str]) -> bool:
    """Whether no filled cell lies behind the names, and each column of a form has it."""
    found = dict(zip(columns.names, cells, strict=False))
    return not "".join(cells[len(columns.names) :]).strip() and all(
        re.fullmatch(form, found[name].strip()) for name, form in forms.items() if name in found
    )
