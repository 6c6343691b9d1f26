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
from reconcile.texts import octets_of, one_array, only_of

ARROW = pa.decimal128(18, 2)
"""The Arrow type of money: 16 digits of rand, two of cents."""

AMOUNT = pd.ArrowDtype(ARROW)
"""The pandas type of every `amount` and `balance` column."""

PATTERN = r"^-?(0|[1-9][0-9]{0,10})(\.[0-9]{1,2})?$"
"""Money as FNB writes it: no thousands mark, plus or noughts in front, at most two decimals, below R 100 billion."""

_DO = "Write amounts as 1650.00: digits, a point, at most two decimals."


def is_money(texts: pa.Array) -> pa.Array:
    """A boolean per text: is it money as FNB writes it? An empty text or null is not."""
    return pc.fill_null(pc.match_substring_regex(texts, PATTERN), False)


def cents_of(text: str) -> int | None:
    """Whole cents of one text that `is_money`; None of any other."""
    return in_cents(Decimal(text)) if re.match(PATTERN, text) else None


def rand(cents: int) -> Decimal:
    """An exact amount from whole cents."""
    return Decimal(int(cents)).scaleb(-2)


def in_cents(amount: Decimal) -> int:
    """Whole cents of one exact amount."""
    return int(amount.scaleb(2))


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
    """The amounts where every text is digits, a point and two decimals, with perhaps a minus in front; else None.

    With the point left out such texts are whole numbers of cents, and those are quick to read.
    """
    if texts.null_count or not len(texts) or not only_of(texts, b"0123456789.-"):
        return None
    ends, octets = octets_of(texts)
    points = np.flatnonzero(octets == ord("."))
    if len(points) != len(texts) or (points != ends[1:] - 3).any():
        return None
    first = ends[:-1] + (octets[ends[:-1]] == ord("-"))
    # digits in front of the point, at most eleven, and no nought in front of others
    whole = points - first
    if whole.min() < 1 or whole.max() > 11 or ((octets[first] == ord("0")) & (whole > 1)).any():
        return None
    digits = pa.py_buffer(octets.tobytes().replace(b".", b""))
    offsets = pa.py_buffer(ends - np.arange(len(ends)))
    try:
        numbers = pc.cast(pa.LargeStringArray.from_buffers(len(texts), offsets, digits), pa.int64())
    except pa.ArrowInvalid:  # a minus inside
        return None
    return _decimals(numbers.to_numpy())


def series(amounts: pa.Array | pa.ChunkedArray, index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """A pandas column of exact money around an Arrow array."""
    return pd.Series(pd.arrays.ArrowExtensionArray(amounts), index=index)


def from_cents(cents: npt.NDArray[np.int64] | Iterable[int], index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """A column of exact money from whole cents."""
    return series(_decimals(np.ascontiguousarray(np.asarray(cents, dtype=np.int64))), index)


def _decimals(whole: npt.NDArray[np.int64]) -> pa.Array:
    words = np.empty((len(whole), 2), dtype=np.int64)
    words[:, 0] = whole
    words[:, 1] = whole >> 63  # decimal128 is two 64-bit words, low first, with the sign carried into the high one
    return pa.Array.from_buffers(ARROW, len(whole), [None, pa.py_buffer(words)])


def cents(amounts: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Whole cents of a column of exact money; a missing amount counts as 0 (ask `isna` for those)."""
    if len(amounts) == 0:
        return np.empty(0, dtype=np.int64)
    array = one_array(amounts, ARROW)
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
    array = one_array(texts, pa.string())
    _refuse(values, ~np.asarray(is_money(array)), what)
    return series(from_text(array), values.index)


def exact_cents(value: object, what: str = "amount") -> int:
    """Whole cents of one value that `exact` takes; raises NotMoney for any other."""
    return int(cents(exact(pd.Series([value], dtype=object), what))[0])


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


def shown_cents(cents: int) -> str:
    """Whole cents as a person reads them: `R 1 234.56`."""
    return shown(rand(cents))
