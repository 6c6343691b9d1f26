"""Hashes by which a changed cell shows: of each row of a long table, and of all cells of any other sheet.

They show an edit to whoever reads the workbook, not to whoever makes a new hash as well: that needs the sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.reporters.celltext import TEXT, on_distinct
from reconcile.texts import one_array

HASH_LETTERS = 16
_BETWEEN = "\x1f"
_LINE_ENDS = re.compile(r"(?:\r|\n|_x000D_)+")
_ESCAPE = "x005F_"
"""What marks an underscore that begins no escape, see `celltext`; some readers take it out, some do not."""

_STEP = Decimal("0.000001")
_LARGEST = Decimal(10) ** 15


def told(kind: str, values: pd.Series[Any]) -> pa.Array:
    """A column of a long table as the texts that are hashed; `of_cell` gives the same for a cell read back."""
    if kind == "text":
        texts = _whole_column(one_array(values, TEXT))
    elif kind == "day":
        texts = pc.cast(pc.strftime(one_array(values), format="%Y-%m-%d"), TEXT)
    elif kind == "amount":
        texts = pc.cast(one_array(values, money.ARROW), TEXT)
    elif kind == "share":
        texts = pa.array([None if pd.isna(v) else of_cell(float(v)) for v in values], TEXT)
    else:
        texts = pc.cast(one_array(values), TEXT)
    return pc.fill_null(texts, "")


def of_rows(columns: Sequence[pa.Array]) -> pd.Series[Any]:
    """The hash of each row of some columns of texts."""
    rows = pc.binary_join_element_wise(*columns, pa.scalar(_BETWEEN, TEXT)).to_pylist()
    return pd.Series([_digest(row)[:HASH_LETTERS] for row in rows], dtype="str")


def of_row(texts: Iterable[str]) -> str:
    """The hash of one row, of the texts of its cells."""
    return _digest(_BETWEEN.join(texts))[:HASH_LETTERS]


def of_cell(value: object, kind: str = "") -> str:
    """What a cell holds as the text that is hashed, whatever program saved it."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return str(value)[:10] if is_day(value) else str(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(Decimal(str(value)), kind)
    return _plain(str(value))


def _number(exact: Decimal, kind: str) -> str:
    if not exact.is_finite() or abs(exact) >= _LARGEST:
        return f"{exact:f}"
    near = exact.quantize(_STEP)
    cents = near.quantize(Decimal("0.01"))
    if kind == "amount" and cents == near:
        return str(cents)
    return f"{near.normalize() + 0:f}"  # no minus on zero


def is_day(value: date | datetime) -> bool:
    """Whether it is a day alone, without a time of day."""
    return not isinstance(value, datetime) or value.time() == time()


def of_constant(value: object) -> str:
    """What a cell beside a table holds as the text that is hashed: a number or a day is no text that reads like it."""
    return of_cell(value) if value is None or isinstance(value, str) else f"#{of_cell(value)}"


def of_cells(cells: Iterable[tuple[str, str]]) -> str:
    """The hash of the cells of a sheet, each with where it stands; empty ones do not count, nor does the order."""
    return _digest("\n".join(f"{where}{_BETWEEN}{text}" for where, text in sorted(cells) if text))


def _plain(text: str) -> str:
    """A text as it is hashed: ends of lines as one `\\n`, which programs write in many ways, and no escape."""
    while _ESCAPE in text:  # taking one out may bring the next one together
        text = text.replace(_ESCAPE, "")
    return _LINE_ENDS.sub("\n", text)


def _whole_column(texts: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring(texts, _ESCAPE)).as_py():
        return on_distinct(texts, lambda known: pa.array([_plain(text) for text in known.to_pylist()], TEXT))
    return pc.replace_substring_regex(texts, _LINE_ENDS.pattern, "\n")


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
