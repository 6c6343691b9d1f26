"""A table as somebody sorted it, put a column in or took a row out, lined up with how it was written.

Cell by cell, one column put in would make every cell behind it differ, and nobody would see what became of the sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconcile.errors import shown as safely
from reconcile.reporters.book import HEAD_ROW
from reconcile.review.cells import LONGEST_SHOWN, Place, at
from reconcile.review.seals import HASH, Cells, table_of
from reconcile.spreadsheets import Cell

NOT_WRITTEN = "that reconcile did not write"
OTHER_ORDER = "its columns stand in another order than they were written in"
SORTED = "its rows stand in another order than they were written in; they are compared row by row"

_KNOWN_BY = (
    ("File", "Line", "Transaction id"),
    ("Transaction id",),
    ("File", "Line"),
    ("Receipt",),
    ("Campaign",),
    ("Fund",),
)
"""By which columns a row is known again whose hash is another."""


@dataclass(frozen=True)
class LinedUp:
    """The cells of a sheet where those written stand, where each of them stands now, and what was found on the way."""

    cells: Cells
    stands: Mapping[Place, Place] = field(default_factory=dict)
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    gone: frozenset[int] = frozenset()
    """Rows of those written that are told of already."""


def lined_up(name: str, wanted: Cells, there: Cells) -> LinedUp:
    """The cells of the sheet `name` lined up with those `wanted`."""
    must, own = table_of(wanted), table_of(there)
    if must is None or own is None or not must.keys() <= own.keys():
        return LinedUp(there)
    if sum(row == HEAD_ROW for row, _ in there) != len(own):
        return LinedUp(there)  # a heading stands there twice
    return _by_row(name, wanted, must, _by_column(name, there, must, own))


@dataclass
class _Columns:
    """The cells under the headings wanted, where they stand now, those under none, and what was found."""

    cells: dict[Place, Cell] = field(default_factory=dict)
    stands: dict[Place, Place] = field(default_factory=dict)
    beside: dict[Place, Cell] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)


def _by_column(name: str, there: Cells, must: Mapping[str, int], own: Mapping[str, int]) -> _Columns:
    lined = _Columns()
    if more := [heading for heading in own if heading not in must]:
        named = ", ".join(f'"{safely(heading, LONGEST_SHOWN)}"' for heading in more)
        lined.found.append(f"{name}: a column {NOT_WRITTEN}: {named}")
    if [h for h in sorted(own, key=own.__getitem__) if h in must] != sorted(must, key=must.__getitem__):
        lined.found.append(f"{name}: {OTHER_ORDER}")
    columns, inside = {own[heading]: column for heading, column in must.items()}, set(own.values())
    for place, cell in there.items():
        row, column = place
        to = (row, columns.get(column, column))
        if row < HEAD_ROW or (to == place and column in columns):
            lined.cells[place] = cell
        elif column in columns:
            lined.cells[to], lined.stands[to] = cell, place
        elif column not in inside:
            lined.beside[place] = cell
    return lined


def _by_row(name: str, wanted: Cells, heads: Mapping[str, int], own: _Columns) -> LinedUp:
    """The same with the rows lined up as well."""
    written, there = _Rows(wanted, heads), _Rows(own.cells, heads)
    pairs, found = _paired(written, there), list(own.found)
    took = set(pairs.values())
    gone = frozenset(written.numbers) - took
    found += [f"{name}: the row of {_named(wanted, heads, row)} is gone" for row in sorted(gone)]
    own_hash = there.by([HASH])
    added = {row for row in there.numbers if row not in pairs and (own_hash(row) or row in took)}
    found += [f"{name}!{row}: a row {NOT_WRITTEN}" for row in sorted(added)]
    placed, stands = dict[Place, Cell](), dict[Place, Place]()
    for (row, column), cell in own.cells.items():
        if row not in added:
            place = pairs.get(row, row), column
            placed[place] = cell
            stands[place] = own.stands.get((row, column), (row, column))
    for place, cell in own.beside.items():
        if place in placed or place in wanted:
            found.append(f"{name}!{at(place)}: a cell {NOT_WRITTEN}")
        else:
            placed[place] = cell
    order = [pairs[row] for row in sorted(pairs)]
    notes = (f"{name}: {SORTED}",) if order != sorted(order) else ()
    return LinedUp(placed, stands, tuple(found), notes, gone)


class _Rows:
    """The rows of a table: their numbers, and what a row is known by."""

    def __init__(self, cells: Cells, heads: Mapping[str, int]) -> None:
        inside = set(heads.values())
        self._cells, self.heads = cells, heads
        self.numbers = sorted({row for row, column in cells if row > HEAD_ROW and column in inside})

    def by(self, headings: Iterable[str]) -> Callable[[int], Hashable]:
        """What gives the values of a row under these headings; None where any is empty."""
        columns = [self.heads[heading] for heading in headings]

        def key(row: int) -> Hashable:
            values = tuple(self._value(row, column) for column in columns)
            return None if None in values else values

        return key

    def _value(self, row: int, column: int) -> Any:
        cell = self._cells.get((row, column))
        return None if cell is None else str(cell.value)


def _paired(wanted: _Rows, there: _Rows) -> dict[int, int]:
    """For each row that is there the row that it was written in, as far as that can be told."""
    pairs: dict[int, int] = {}
    for headings in ((HASH,), *(k for k in _KNOWN_BY if set(k) <= wanted.heads.keys())):
        _pair(pairs, wanted, there, headings)
    left = [row for row in there.numbers if row not in pairs]
    open_ = set(wanted.numbers) - set(pairs.values())
    pairs |= {row: row for row in left if row in open_}  # changed where it stands
    return pairs


def _pair(pairs: dict[int, int], wanted: _Rows, there: _Rows, headings: tuple[str, ...]) -> None:
    """Pair what is alike under these headings, in the order in which it stands."""
    took = set(pairs.values())
    at = defaultdict[Hashable, list[int]](list)
    key = wanted.by(headings)
    for row in reversed(wanted.numbers):
        if row not in took and (known := key(row)) is not None:
            at[known].append(row)
    key = there.by(headings)
    for row in there.numbers:
        if row not in pairs and (known := key(row)) is not None and at[known]:
            pairs[row] = at[known].pop()


def _named(wanted: Cells, heads: Mapping[str, int], row: int) -> str:
    """A row in words: the line of the file that it is of, or what stands first in it."""
    told = {heading: wanted[row, column].value for heading, column in heads.items() if (row, column) in wanted}
    if "File" in told and "Line" in told:
        return f"{safely(told['File'], LONGEST_SHOWN)}, line {safely(told['Line'], LONGEST_SHOWN)}"
    return f'"{safely(next(iter(told.values()), ""), LONGEST_SHOWN)}"'
