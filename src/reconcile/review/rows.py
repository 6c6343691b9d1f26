"""The rows a person must decide: out of a workbook that comes back, or as a frame to be filled in in a notebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from os import PathLike
from typing import Any

import pandas as pd

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import ReviewRefused, shown
from reconcile.files import Document, read_documents
from reconcile.merging import Merged
from reconcile.reporters import seal
from reconcile.reporters.contents import gather
from reconcile.reporters.sheets.register import NOT_A_GIFT
from reconcile.reporters.sheets.review import ASKED, COLUMNS, sorted_rows
from reconcile.spreadsheets import opened, refuse_active_parts
from reconcile.statement import Statement

SHEET = "To review"
MAX_BYTES = 2**31
LAST_HEADING = 30
"""Headings are looked for so many rows down: somebody may have put rows above them."""

LAST_COLUMN = 120
HASH, ID = "Row hash", "Transaction id"
_KINDS = {c.heading: c.holds for c in COLUMNS}
_HASHED = [c.heading for c in COLUMNS if c.hashed]
_MAY_LACK = {"Bank reference"}
"""A column that stands in a workbook only where the statements have it."""


@dataclass(frozen=True)
class Filled:
    """One row as it came back: `cells` by heading, `at` says where each of them stands, `formulas` which are formulas.

    `sound` tells whether what is not to be filled in is as it was written.
    """

    cells: Mapping[str, Any]
    at: Mapping[str, str]
    formulas: frozenset[str]
    sound: bool

    @property
    def where(self) -> str:
        """Where the row stands."""
        return self.at.get(ID, "")

    @property
    def touched(self) -> bool:
        """Whether anybody filled anything in."""
        return any(not is_empty(self.cells.get(heading)) for heading in ASKED)


@dataclass(frozen=True)
class Sheet:
    """What came back: the rows, the campaigns and funds that could be chosen (None: not told), and the file."""

    rows: tuple[Filled, ...]
    campaigns: tuple[str, ...] | None = None
    funds: tuple[str, ...] | None = None
    name: str = ""
    sha256: str = ""
    faults: tuple[ReviewRefused, ...] = field(default=())


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
) -> pd.DataFrame:
    """The rows that a person must decide, largest first, under the headings of the sheet To review.

    Fill in `Your campaign`, `Your fund` and, where it is split, the amounts (rand, as text or decimals); give the frame
    to `read_decisions`. `Row hash` tells whether the other cells stand as they were. With `merged` for a month of a
    store. Raises FrameRefused for matches of other transactions.
    """
    contents = gather(statements, matches, campaigns=campaigns, funds=funds, settings=None, merged=merged)
    rows, _ = sorted_rows(contents)
    rows = rows.reset_index(drop=True)
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
        at = {heading: f"row {number}, {heading}" for heading in headings}
        found.append(Filled(cells, at, frozenset(), _is_sound(cells)))
    return Sheet(tuple(found))


def from_file(path: str | PathLike[str]) -> Sheet:
    """The rows of the sheet To review of a workbook, and what could be chosen in it.

    Raises UnreadableFile for what is no whole spreadsheet, or holds macros, and ReviewRefused where the sheet or one of
    its columns is gone.
    """
    [document] = read_documents(path, allow_xlsx=True, max_bytes=MAX_BYTES)
    if document.kind != "xlsx":
        raise ReviewRefused("is no workbook", file=document.name, do="Give the .xlsx in which the rows were filled in.")
    refuse_active_parts(document)
    with opened(document, data_only=True) as values, opened(document, data_only=False) as formulas:
        names = [name for name in values.sheetnames if name == SHEET or name.startswith(f"{SHEET} ")]
        if not names:
            there = ", ".join(shown(name, 40) for name in values.sheetnames[:20])
            do = "Take the workbook as it was written, and fill in its yellow cells."
            raise ReviewRefused(f'the sheet "{SHEET}" is not there; there are {there}', file=document.name, do=do)
        rows: list[Filled] = []
        for name in names:
            rows += _rows(document, name, values[name], formulas[name])
        lists = [
            _listed(document, values[name], name) if name in values.sheetnames else None
            for name in ("Register", "Funds")
        ]
    return Sheet(tuple(rows), lists[0], lists[1], document.name, document.sha256)


def _rows(document: Document, name: str, values: Any, formulas: Any) -> Iterator[Filled]:
    """The rows under the headings, wherever these stand: rows and columns may have been put in, moved or sorted."""
    pairs = zip(
        values.iter_rows(max_col=LAST_COLUMN, values_only=True),
        formulas.iter_rows(max_col=LAST_COLUMN, values_only=True),
        strict=False,
    )
    places: dict[str, int] = {}
    for number, (row, written) in enumerate(pairs, start=1):
        if not places:
            if {HASH, ID} <= {value for value in row if isinstance(value, str)}:
                headings = [value if isinstance(value, str) else "" for value in row]
                _complete([h for h in headings if h], f"{name}!{number}", document.name)
                places = {heading: at for at, heading in enumerate(headings) if heading in _KINDS or heading == HASH}
            elif number > LAST_HEADING:
                break
            continue
        cells = {heading: row[at] if at < len(row) else None for heading, at in places.items()}
        if all(is_empty(value) for heading, value in cells.items() if heading != "State"):
            continue
        at = {heading: f"{name}!{_letter(place)}{number}" for heading, place in places.items()}
        live = {h for h, place in places.items() if place < len(written) and _is_formula(written[place])}
        yield Filled(cells, at, frozenset(live - {"State"}), _is_sound(cells) and not live & set(_HASHED))
    if not places:
        what = f'the headings of the sheet "{name}" are gone'
        raise ReviewRefused(what, file=document.name, do="Take the workbook as it was written.")


def _letter(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(place + 1)


def _is_formula(value: object) -> bool:
    return isinstance(value, str) and value.startswith("=") and len(value) > 1


def _complete(headings: Sequence[str], where: str, file: str | None = None) -> None:
    """Refuse a sheet or frame of which a column is gone, or there twice."""
    counts = Counter(headings)
    lacking = [h for h in (*_HASHED, *ASKED, HASH) if not counts[h] and h not in _MAY_LACK]
    twice = [h for h in (*_HASHED, *ASKED, HASH) if counts[h] > 1]
    do = "Take it as it was written, and fill in no more than the columns that ask for it."
    if lacking:
        raise ReviewRefused(f'{where}: the column "{lacking[0]}" is gone', file=file, do=do)
    if twice:
        raise ReviewRefused(f'{where}: the column "{twice[0]}" is there twice', file=file, do=do)


def _is_sound(cells: Mapping[str, Any]) -> bool:
    """Whether the hash of the row is that of its cells."""
    told = [seal.of_cell(plain(cells[h]), _KINDS[h]) for h in _HASHED if h in cells]
    return bool(seal.of_row(told) == cells.get(HASH))


def plain(value: Any) -> Any:
    """A cell's value, None for each way to say that it has none."""
    return None if is_empty(value) and not isinstance(value, str) else value


def _listed(document: Document, values: Any, name: str) -> tuple[str, ...] | None:
    """What stands in the first column of a list under its heading, each row as its hash says; None where edited."""
    heading = {"Register": "Campaign", "Funds": "Fund"}[name]
    found: list[str] = []
    place: dict[str, int] = {}
    for row in values.iter_rows(max_col=LAST_COLUMN, values_only=True):
        if not place:
            if heading in row and HASH in row:
                place = {str(value): at for at, value in enumerate(row) if value is not None}
            continue
        told = [seal.of_cell(plain(row[at])) for h, at in place.items() if h != HASH]
        if seal.of_row(told) != row[place[HASH]]:
            if any(not is_empty(value) for value in row):
                what = f'the sheet "{name}" was changed'
                raise ReviewRefused(
                    what, file=document.name, do="Take it as it was written; a new campaign goes into the register."
                )
            continue
        found.append(str(row[place[heading]]))
    return tuple(word for word in found if word != NOT_A_GIFT)
