"""Whole columns of text looked at by their bytes, where a question to all of them at once is the quickest."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

_LARGE = pa.large_string()


def one_array(values: pd.Series[Any], kind: pa.DataType | None = None) -> pa.Array:
    """A column as one Arrow array, of a type if one is given; that of a concatenated frame is several pieces."""
    if values.dtype == "category":  # asked for as text at once, each would become a Python string
        return pa.array(values).dictionary_decode().cast(kind or _LARGE)
    array = pa.array(values, type=kind, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def octets_of(texts: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Where each text of a large-string column ends, after the start of the first, and all their bytes."""
    texts = texts if texts.type == _LARGE else texts.cast(_LARGE)
    ends = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    octets = texts.buffers()[2]
    own = np.frombuffer(octets, dtype=np.uint8) if octets is not None else np.empty(0, dtype=np.uint8)
    return ends - ends[0], own[int(ends[0]) : int(ends[-1])]


def only_of(texts: pa.Array, characters: bytes) -> bool:
    """Whether all texts of a large-string column are of these ASCII characters alone."""
    return not octets_of(texts)[1].tobytes().translate(None, characters)


def rows_with(texts: pa.Array, character: str) -> npt.NDArray[np.intp]:
    """Positions of the texts of a large-string column that hold an ASCII character; cheap where few do."""
    ends, octets = octets_of(texts)
    found = np.flatnonzero(octets == ord(character))
    return np.unique(np.searchsorted(ends, found, side="right") - 1)
