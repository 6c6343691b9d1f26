"""Rand-and-cents text <-> exact amounts. Money never passes through a float."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.typing import NAType

from reconcile.errors import NotMoney
from reconcile.errors import shown as shown_text
from reconcile.texts import octets_of, only_of

ARROW = pa.decimal128(18, 2)
"""The Arrow type of money: 16 digits of rand, two of cents."""

AMOUNT = pd.ArrowDtype(ARROW)
"""The pandas type of every `amount` and `balance` column."""

PATTERN = r"^-?(0|[1-9][0-9]{0,10})(\.[0-9]{1,2})?$"
"""Money as FNB writes it: no thousands mark, plus or noughts in front, at most two decimals, below R 100 billion."""

_MOST_CENTS = 10**13

_DO = "Write amounts as 1650.00: digits, a point, at most two decimals."


def is_money(texts: pa.Array) -> pa.Array:
    """A boolean per text: is it money as FNB writes it? An empty text or null is not."""
    return pc.fill_null(pc.match_substring_regex(texts, PATTERN), False)


def cents_of(text: str) -> int | None:
    """Whole cents of one text that `is_money`; None of any other."""
    return int(Decimal(text).scaleb(2)) if re.match(PATTERN, text) else None


def rand(cents: int) -> Decimal:
    """An exact amount from whole cents."""
    return Decimal(int(cents)).scaleb(-2)


def from_text(texts: pa.Array) -> pa.Array:
    """Exact amounts from texts that `is_money` accepts."""
    return pc.cast(texts, ARROW)


def read(texts: pa.Array) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Exact amounts, and which of the texts `is_money`; 0 where one is not.

    Long columns of plain figures are seen to be money by what is cheap to ask of them all, the same as one by one.
    """
    amounts = _all_plain(texts)
    if amounts is not None:
        return amounts, np.ones(len(texts), dtype=bool)
    known = is_money(texts)
    return from_text(pc.if_else(known, texts, pa.scalar("0", texts.type))), np.asarray(known)


def _all_plain(texts: pa.Array) -> pa.Array | None:
    """The amounts where every text is digits with perhaps a point inside and a minus in front; None otherwise."""
    if texts.null_count or not len(texts) or not only_of(texts, b"0123456789.-") or not _well_formed(texts):
        return None
    try:
        amounts = pc.cast(texts, ARROW)
    except pa.ArrowInvalid:
        return None
    return amounts if np.abs(cents(series(amounts))).max() < _MOST_CENTS else None


def _well_formed(texts: pa.Array) -> bool:
    """Whether figures have the form that a cast to money does not ask for: a digit in front, one or two decimals."""
    ends, octets = octets_of(texts)
    if (ends[1:] - ends[:-1]).min() < 2:  # a single character may be a sign alone; two are at least a digit
        return False
    points = np.flatnonzero(octets == ord("."))
    own = ends[1:] if len(points) == len(texts) else ends[np.searchsorted(ends, points, side="right")]
    behind = own - points - 1
    if not ((behind == 1) | (behind == 2)).all():
        return False
    first = ends[:-1] + (octets[ends[:-1]] == ord("-"))
    if (octets[first] == ord(".")).any():
        return False
    # a nought in front of more digits would make the number longer than it is
    noughts = first[octets[first] == ord("0")]
    return bool((octets[np.minimum(noughts + 1, len(octets) - 1)] == ord(".")).all())


def series(amounts: pa.Array | pa.ChunkedArray, index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """A pandas column of exact money around an Arrow array."""
    return pd.Series(pd.arrays.ArrowExtensionArray(amounts), index=index)


def from_cents(cents: npt.NDArray[np.int64] | Iterable[int], index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """A column of exact money from whole cents."""
    whole = np.ascontiguousarray(np.asarray(cents, dtype=np.int64))
    words = np.empty((len(whole), 2), dtype=np.int64)
    words[:, 0] = whole
    words[:, 1] = whole >> 63  # decimal128 is two 64-bit words, low first, with the sign carried into the high one
    array = pa.Array.from_buffers(ARROW, len(whole), [None, pa.py_buffer(words.tobytes())])
    return series(array, index)


def cents(amounts: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Whole cents of a column of exact money; a missing amount counts as 0 (ask `isna` for those)."""
    if len(amounts) == 0:
        return np.empty(0, dtype=np.int64)
    array = pa.array(amounts, type=ARROW)
    if isinstance(array, pa.ChunkedArray):  # what a column is after a concat
        array = array.combine_chunks()
    array = array.fill_null(0) if array.null_count else array
    words = np.frombuffer(array.buffers()[1], dtype=np.int64)
    return words[2 * array.offset : 2 * (array.offset + len(array)) : 2].copy()


def exact(values: pd.Series[Any], what: str = "amount") -> pd.Series[Any]:
    """The column as exact money, from exact decimals, or strings, whole numbers and floats of at most two decimals.

    Raises NotMoney, naming the first row that is no such amount; nothing is rounded.
    """
    if values.dtype == AMOUNT:
        _refuse(values, values.isna().to_numpy(), what)
        return values
    if pd.api.types.is_integer_dtype(values.dtype):
        texts = values.astype(str)
    elif pd.api.types.is_float_dtype(values.dtype):
        floats = values.to_numpy(dtype=float, na_value=np.nan)
        whole = np.rint(floats * 100)
        _refuse(values, ~(np.isfinite(floats) & (whole / 100 == floats) & (np.abs(floats) < 1e11)), what)
        return from_cents(whole.astype(np.int64), values.index)
    else:
        texts = values.map(lambda v: f"{v:f}" if isinstance(v, Decimal) else v).astype("str")
    array = pa.array(texts, type=pa.string(), from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    _refuse(values, ~np.asarray(is_money(array)), what)
    return series(from_text(array), values.index)


def _refuse(values: pd.Series[Any], bad: npt.NDArray[np.bool_], what: str) -> None:
    if bad.any():
        where = int(np.flatnonzero(bad)[0])
        raise NotMoney(f'{what} "{shown_text(values.iloc[where], 40)}" in row {where + 1} is not money', do=_DO)


def total(amounts: pd.Series[Any]) -> Decimal:
    """The exact sum of a column of money; of an empty column, 0.00."""
    return rand(cents(amounts).sum())


def shown(amount: Decimal | NAType | None) -> str:
    """An amount as a person reads it: `R 1 234.56`, `-R 50.00`; an unknown one as a dash."""
    if amount is None or isinstance(amount, NAType):
        return "–"
    return f"{'-' if amount < 0 else ''}R {abs(amount):,.2f}".replace(",", " ")
