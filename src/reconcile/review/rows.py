"""The rows a person must decide: out of a workbook that comes back, or as a frame to be filled in in a notebook."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from math import isnan
from os import PathLike
from typing import Any

import pandas as pd

from reconcile.books import ExplodedPayouts
from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import ReviewRefused, shown
from reconcile.merging import Merged
from reconcile.reporters import seal
from reconcile.reporters.beside import Beside
from reconcile.reporters.book import ROW_HASH
from reconcile.reporters.contents import gather
from reconcile.reporters.sheets.register import NOT_A_GIFT
from reconcile.reporters.sheets.review import ASKED, COLUMNS, asked_of, waiting
from reconcile.review.cells import Sheets, at, document_at, sheets_of
from reconcile.spreadsheets import Cell
from reconcile.statement import Statement

SHEET = "To review"
LAST_HEADING = 30
"""Headings are looked for so many rows down: somebody may have put rows above them."""

HASH, ID, ROW = ROW_HASH.heading, "Transaction id", ""
_KINDS = {c.heading: c.holds for c in COLUMNS}
_HASHED = [c.heading for c in COLUMNS if c.hashed]
_MAY_LACK = {"Bank reference"}
"""A column that stands in a workbook only where the statements have it."""


@dataclass(frozen=True)
class Filled:
    """One row as it came back: `cells` by heading, `at` says where each of them stands, `formulas` has those that are.

    `at[ROW]` is where the whole row stands.
    `sound` tells whether what is not to be filled in is as it was written.
    """

    cells: Mapping[str, Any]
    at: Mapping[str, str]
    formulas: Mapping[str, str]
    sound: bool

    @property
    def where(self) -> str:
        """Where the row stands."""
        return self.at[ROW]

    @property
    def day(self) -> pd.Timestamp | None:
        """Its day, None where none stands there."""
        day = pd.to_datetime(self.cells["Date"], errors="coerce")
        return day.normalize() if isinstance(day, pd.Timestamp) else None

    @property
    def touched(self) -> bool:
        """Whether anybody filled anything in."""
        return any(heading in self.formulas or not is_empty(self.cells.get(heading)) for heading in ASKED)


@dataclass(frozen=True)
class Sheet:
    """What came back: the rows, the campaigns and funds that could be chosen (None: not told), and the file."""

    rows: tuple[Filled, ...]
    campaigns: tuple[str, ...] | None = None
    funds: tuple[str, ...] | None = None
    name: str = ""
    sha256: str = ""
    saved_on: str = ""
    called: Mapping[str, str] = field(default_factory=dict)
    """The name of each campaign, by its code."""


def is_empty(value: object) -> bool:
    """Whether a cell holds nothing."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and isnan(value))


def review_rows(
    statements: Sequence[Statement],
    matches: pd.DataFrame,
    *,
    campaigns: CampaignRegister,
    funds: FundVocabulary | None = None,
    merged: Merged | None = None,
    exploded: ExplodedPayouts | None = None,
) -> pd.DataFrame:
    """The rows that a person must decide, largest first, under the headings of the sheet To review.

    Fill in `Your campaign`, `Your fund` and, where it is split, the amounts (rand, as text or decimals); give the frame
    to `read_decisions`. `Row hash` tells whether the other cells stand as they were. With `merged` for a month of a
    store; with payouts `exploded`, whose `matches` are those to pass then, a gift of a payout is a row of its own.
    Raises FrameRefused for matches of other transactions.
    """
    known: dict[str, Any] = {"merged": merged, "beside": Beside(exploded=exploded)}
    contents = gather(statements, matches, campaigns=campaigns, funds=funds, settings=None, **known)
    rows = asked_of(contents, waiting(contents)).reset_index(drop=True)
    kept = [h for h in _HASHED if h not in _MAY_LACK or rows[h].notna().any()]
    hashes = seal.of_rows([seal.told(_KINDS[h], rows[h]) for h in kept])
    asked = {heading: pd.Series([None] * len(rows), dtype=object) for heading in ASKED}
    return rows[kept].assign(**asked, **{HASH: hashes})


def from_frame(frame: pd.DataFrame) -> Sheet:
    """The rows of a frame that `review_rows` gave and somebody filled in."""
    headings = [str(name) for name in frame.columns]
    _complete(headings, "the frame")
    found = []
    for number, values in enumerate(frame.itertuples(index=False, name=None), start=1):
        cells = dict(zip(headings, values, strict=True))
        where = {heading: f"row {number}, {heading}" for heading in headings} | {ROW: f"row {number}"}
        found.append(Filled(cells, where, {}, _is_sound(cells)))
    return Sheet(tuple(found))


def from_file(path: str | PathLike[str]) -> Sheet:
    """The rows of the sheet To review of a workbook, and what could be chosen in it.

    Raises UnreadableFile for what is no whole spreadsheet, or holds macros, and ReviewRefused where the sheet or one of
    its columns is gone.
    """
    with sheets_of(document_at(path)) as sheets:
        names = [name for name in sheets.names if _is_review(sheets, name)]
        if not names:
            there = ", ".join(shown(name, 40) for name in sheets.names[:20])
            do = "Take the workbook as it was written, and fill in its yellow cells."
            raise ReviewRefused(f'the sheet "{SHEET}" is not there; there are {there}', file=sheets.name, do=do)
        rows = [row for name in names for row in _rows(sheets, name)]
        campaigns = _listed(sheets, "Register", "Campaign", "Name")
        funds = tuple(_listed(sheets, "Funds", "Fund", "What it is"))
        return Sheet(tuple(rows), tuple(campaigns), funds, sheets.name, sheets.sha256, sheets.saved_on, campaigns)


def _is_review(sheets: Sheets, name: str) -> bool:
    """Whether a sheet is one of those to fill in: by its name, or by its headings, for it may be a copy."""
    if re.fullmatch(rf"{SHEET}( [0-9]+)?", name):
        return True
    first = takewhile(lambda row: row[0] <= LAST_HEADING, sheets.rows(name))
    return any({HASH, ID, ASKED[0]} <= _texts(cells) for _, cells in first)


def _texts(cells: Mapping[int, Cell]) -> set[str]:
    return {cell.value for cell in cells.values() if isinstance(cell.value, str)}


def _rows(sheets: Sheets, name: str) -> Iterator[Filled]:
    """The rows under the headings, wherever these stand: rows and columns may have been put in, moved or sorted."""
    places: dict[str, int] = {}
    for number, found in sheets.rows(name):
        if not places:
            if {HASH, ID} <= _texts(found):
                headings = {column: cell.value for column, cell in found.items() if isinstance(cell.value, str)}
                _complete(list(headings.values()), f"{name}!{number}", sheets.name)
                places = {h: column for column, h in headings.items() if h in _KINDS}
            elif number > LAST_HEADING:
                break
            continue
        own = {heading: found.get(column, Cell(None)) for heading, column in places.items()}
        if all(is_empty(cell.value) and not cell.formula for heading, cell in own.items() if heading != "State"):
            continue
        cells = {heading: cell.value for heading, cell in own.items()}
        live = {heading: cell.formula for heading, cell in own.items() if cell.formula and heading != "State"}
        where = {heading: f"{name}!{at((number, column))}" for heading, column in places.items()}
        where[ROW] = f"{name}!{number}"
        yield Filled(cells, where, live, _is_sound(cells) and live.keys().isdisjoint({*_HASHED, HASH}))
    if not places:
        what = f'{name}: the headings "{ID}" and "{HASH}" are in none of its first {LAST_HEADING} rows'
        raise ReviewRefused(what, file=sheets.name, do="Put the row of headings back as it was written.")


def _complete(headings: Sequence[str], where: str, file: str | None = None) -> None:
    """Refuse a sheet or frame of which a column is gone, or there twice."""
    counts = Counter(headings)
    lacking = [h for h in (*_HASHED, *ASKED, HASH) if not counts[h] and h not in _MAY_LACK]
    twice = [h for h in (*_HASHED, *ASKED, HASH) if counts[h] > 1]
    if lacking:
        what = f'{where}: the column "{lacking[0]}" is gone'
        raise ReviewRefused(what, file=file, do="Put it back as it was written, heading and all.")
    if twice:
        raise ReviewRefused(f'{where}: the column "{twice[0]}" is there twice', file=file, do="Take the copy out.")


def _is_sound(cells: Mapping[str, Any]) -> bool:
    """Whether the hash of the row is that of its cells."""
    told = [seal.of_cell(plain(cells[h]), _KINDS[h]) for h in _HASHED if h in cells]
    return bool(seal.of_row(told) == cells.get(HASH))


def plain(value: Any) -> Any:
    """A cell's value, None for each way to say that it has none."""
    return None if is_empty(value) and not isinstance(value, str) else value


def _listed(sheets: Sheets, name: str, heading: str, beside: str) -> dict[str, str]:
    """What stands under a heading of a list of what can be chosen, and what beside it; each row as its hash says."""
    do = "Put it back as it was written; a new campaign or fund belongs in the file that it was read from."
    if name not in sheets.names:
        raise ReviewRefused(f'the sheet "{name}" is not there', file=sheets.name, do=do)
    found: dict[str, str] = {}
    places: dict[str, int] = {}
    for number, cells in sheets.rows(name):
        if not places:
            if {heading, HASH} <= _texts(cells):
                places = {str(cell.value): column for column, cell in cells.items() if not is_empty(cell.value)}
            continue
        own = {h: cells.get(column, Cell(None)).value for h, column in places.items()}
        if all(is_empty(value) for value in own.values()):
            continue
        if seal.of_row(seal.of_cell(plain(value)) for h, value in own.items() if h != HASH) != own[HASH]:
            raise ReviewRefused(f"{name}!{number}: the row is not as it was written", file=sheets.name, do=do)
        found[seal.of_cell(own[heading])] = str(own.get(beside) or "")
    if not places:
        what = f'{name}: the headings "{heading}" and "{HASH}" are gone'
        raise ReviewRefused(what, file=sheets.name, do=do)
    found.pop(NOT_A_GIFT, None)
    return found
