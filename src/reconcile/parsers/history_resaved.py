"""A Transaction History that a spreadsheet saved again: padded with commas, quoted, its dates turned round.

Where the country's settings write decimal commas, as South Africa's do, the spreadsheet separates by semicolons, or
leaves each line of the bank in one cell.

Accepted only because the balances prove every row afterwards. `DD MM YYYY` is how such files have been seen; a day
written with slashes is read day first only where month first cannot be meant.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa

from reconcile.errors import UnknownLayout
from reconcile.parsers.cells import Cells, without_first_blank
from reconcile.parsers.days import day_of, days_of, fault_of
from reconcile.parsers.odd_lines import AMBIGUOUS

_DAY_FIRST = re.compile(r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})")
_MONTH_FIRST = re.compile(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})")
_FORMS = (
    re.compile(r"(?P<y>[0-9]{4})[/-](?P<m>[0-9]{1,2})[/-](?P<d>[0-9]{1,2})"),
    re.compile(r"(?P<d>[0-9]{1,2}) (?P<m>[0-9]{1,2}) (?P<y>[0-9]{4})"),
    _DAY_FIRST,
)
_BANK_ROW = re.compile(r"\s*[0-9]{4}/[0-9]{2}/[0-9]{2}, ")
_OTHER_ROW = re.compile(
    r'\s*"?([0-9]{4}/[0-9]{2}/[0-9]{2}"?,[^ ]|[0-9]{4}-|[0-9]{1,2} [0-9]{1,2} [0-9]{4}\b|[0-9/]+"?,[^ ])'
)
_HEAD = 4000
_OTHER_MARK = re.compile(r'^ *"?Date"?(?P<mark>[;\t])', re.IGNORECASE | re.MULTILINE)
_ONE_CELL = re.compile(r'^\s*"Date, *Amount,', re.IGNORECASE | re.MULTILINE)
_COMMA_MONEY = re.compile(r"-?[0-9]{1,11}(,[0-9]{1,2})?")


def with_commas(text: str) -> str | None:
    """The text with commas between its cells, line by line; None where it has them already."""
    head = text[:_HEAD]
    if found := _OTHER_MARK.search(head):
        return "\n".join(_of_cells(line, found["mark"]) for line in text.split("\n"))
    if _ONE_CELL.search(head):
        return "\n".join(map(_of_one_cell, text.split("\n")))
    return None


def _of_cells(line: str, mark: str) -> str:
    try:
        cells = next(csv.reader([line], delimiter=mark, strict=True), [])
    except csv.Error:
        return line
    if cells and cells[0].strip().casefold() == "balance:":
        cells = [cell.replace(",", ".") if _COMMA_MONEY.fullmatch(cell.strip()) else cell for cell in cells]
    return ",".join('"' + cell.replace('"', '""') + '"' if re.search('[,"]', cell) else cell for cell in cells)


def _of_one_cell(line: str) -> str:
    try:
        cells = next(csv.reader([line], strict=True), [])
    except csv.Error:
        return line
    return cells[0] if len(cells) == 1 else line


def is_resaved(raw: pa.Array, padded_heading: bool) -> bool:
    """Whether the rows were saved again: a padded or quoted heading, or most rows in another form than the bank's."""
    rows = raw[:50].to_pylist()
    others = sum(bool(_OTHER_ROW.match(row)) for row in rows)
    return padded_heading or others > sum(bool(_BANK_ROW.match(row)) for row in rows)


def resaved_cells(raw: pa.Array, places: tuple[int, ...], file: str, first_line: int) -> Cells:
    """The cells of re-saved rows; raises UnknownLayout where a date may be read in two ways."""
    lines = raw.to_pylist()
    rows = [_cells(line, places) for line in lines]
    extra = min((len(r) - 4 for r in rows if len(r) >= 4), default=0)
    # the padding is as wide in every row; further commas belong to the description
    rows = [_fold(r[: len(r) - extra] if len(r) >= 4 and not any(r[len(r) - extra :]) else r, places) for r in rows]
    whole = np.array([len(r) == 4 for r in rows], dtype=bool)
    dates, amounts, balances, texts = ([r[p] if len(r) == 4 else "" for r in rows] for p in places)
    dates = [d.strip() for d in dates]
    form = _form(dates, file, first_line)
    days = pa.array(dates, type=pa.large_string())
    amounts, balances = _pointed([a.strip() for a in amounts], [b.strip() for b in balances])
    return Cells(
        raw,
        whole,
        days,
        days_of(days, form),
        partial(fault_of, form=form),
        pa.array(amounts, type=pa.large_string()),
        pa.array(balances, type=pa.large_string()),
        without_first_blank(pa.array(texts, type=pa.large_string())),
    )


def _cells(line: str, places: tuple[int, ...]) -> list[str]:
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], skipinitialspace=True, strict=True), [])
    except csv.Error:
        return []


def _fold(cells: list[str], places: tuple[int, ...]) -> list[str]:
    """Four cells, where the description is last and more commas can only be its own."""
    if len(cells) > 4 and places[3] == 3:
        return [*cells[:3], ",".join(cells[3:])]
    return cells


def _pointed(amounts: list[str], balances: list[str]) -> tuple[list[str], list[str]]:
    """Decimal commas as points, where the whole file writes commas."""
    figures = [f for f in amounts + balances if re.search(r"[0-9]", f)]
    if any("," in f for f in figures) and all(_COMMA_MONEY.fullmatch(f) for f in figures):
        return [a.replace(",", ".") for a in amounts], [b.replace(",", ".") for b in balances]
    return amounts, balances


def _form(dates: list[str], file: str, first_line: int) -> re.Pattern[str]:
    form = max(_FORMS, key=lambda f: sum(bool(f.fullmatch(d)) for d in dates))
    if form is _DAY_FIRST:
        days = [day_of(d, _DAY_FIRST) for d in dates if d]
        months = [day_of(d, _MONTH_FIRST) for d in dates if d]
        if not _ordered(days) or _ordered(months):
            do = "Use the file as the bank delivered it, not a re-saved one."
            raise UnknownLayout(AMBIGUOUS, file=file, line=first_line, do=do)
    return form


def _ordered(days: Sequence[date | None]) -> bool:
    known = [d for d in days if d is not None]
    return len(known) == len(days) and known in (sorted(known), sorted(known, reverse=True))
