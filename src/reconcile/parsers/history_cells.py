"""The lines of a Transaction History taken apart into date, amount, balance and description, unchecked."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.parsers.days import YEAR_FIRST

JOINED = "[0-9]{4}/[0-9]{2}/[0-9]{2}, *-?[0-9]+(\\.[0-9]+)?, *-?[0-9]"
"""Day, amount and balance inside a description: the line end before a row was lost."""


@dataclass(frozen=True)
class Cells:
    """Every line below the heading, and its four cells; `whole` says which lines have four.

    Where a line is not whole its cells are empty. `form` is how the days are written. Amounts and balances have a
    decimal point and no blanks around them; the description is as exported without the one blank after the comma.
    """

    raw: pa.Array
    whole: npt.NDArray[np.bool_]
    dates: pa.Array
    amounts: pa.Array
    balances: pa.Array
    descriptions: pa.Array
    form: re.Pattern[str] = YEAR_FIRST
    warnings: tuple[str, ...] = ()


def lines_of(text: str, start: int) -> pa.Array:
    """The lines of a text from `start` on, without their ends; other separators than a line feed split nothing."""
    lines = pc.split_pattern(pa.array([text[start:]], type=pa.large_string()), "\n").flatten()
    # what stands behind the last line feed is a line only if something stands there
    return lines[:-1] if not lines[-1].as_py() else lines


def bank_cells(raw: pa.Array, places: tuple[int, ...]) -> Cells:
    """The cells as the bank writes them: unquoted, so that all behind the third comma is the last cell."""
    parts = pc.split_pattern(raw, ",", max_splits=3)
    whole = np.asarray(pc.equal(pc.list_value_length(parts), 4))
    if not whole.all():
        parts = pc.split_pattern(pc.if_else(pa.array(whole), raw, ",,,"), ",", max_splits=3)
    flat, first = parts.flatten(), np.arange(0, 4 * len(raw), 4)
    dates, amounts, balances, descriptions = (flat.take(pa.array(first + place)) for place in places)
    return Cells(
        raw,
        whole,
        pc.ascii_trim(dates, " "),
        pc.ascii_trim(amounts, " "),
        pc.ascii_trim(balances, " "),
        without_first_blank(descriptions),
    )


def without_first_blank(texts: pa.Array) -> pa.Array:
    """The texts without the one blank the bank writes after a comma."""
    blank = pc.starts_with(texts, " ")
    if pc.all(blank, min_count=0).as_py():
        return pc.utf8_slice_codeunits(texts, 1)
    return pc.if_else(blank, pc.utf8_slice_codeunits(texts, 1), texts)
