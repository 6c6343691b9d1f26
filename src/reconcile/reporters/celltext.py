"""Text a worksheet cell can hold: what the payer typed, shown exactly or visibly replaced, and never cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import schema
from reconcile.errors import FrameRefused
from reconcile.texts import one_array, only_of

LONGEST = 32_767
"""Characters (UTF-16 units) in one cell: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3"""

TEXT = pa.large_string()

PIECE = 16_384
"""So many texts of a column are looked at in one go: what that takes is then the same for a column of any length."""

# XML 1.0 has no place for the control characters and U+FFFE/FFFF; the bidirectional embeddings, overrides and isolates
# could make an amount or a name read backwards.
_UNSHOWN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{202a}-\x{202e}\x{2066}-\x{2069}\x{fffe}\x{ffff}]"
_UNSHOWN_OR_LONE = re.compile(re.sub(r"\\x\{(....)\}", r"\\u\1", _UNSHOWN)[:-1] + r"\ud800-\udfff]")

# The first bytes of these in UTF-8: a text without any of them is as it was.
_UNSHOWN_BYTES = b"\x7f\xc2\xe2\xef" + bytes(set(range(32)) - set(b"\t\n\r"))
_SHOWN_BYTES = bytes(set(range(256)) - set(_UNSHOWN_BYTES))

# A reader takes _xHHHH_ for one character (ECMA-376 part 1, 22.9.2.19); escaping the underscore keeps it as typed.
_HEX = "_(x[0-9A-Fa-f]{4})"


def clean(text: str) -> str:
    """The text with what no worksheet can hold, or what would mislead the eye, shown as U+FFFD."""
    return _UNSHOWN_OR_LONE.sub("\N{REPLACEMENT CHARACTER}", text)


def for_cell(text: str) -> str:
    """Cleaned text as openpyxl must be given it, so that Excel shows it as typed; raises FrameRefused when too long."""
    cleaned = clean(text)
    if len(cleaned.encode("utf-16-le")) // 2 > LONGEST:
        raise _too_long(cleaned, "a text")
    return re.sub(_HEX, r"_x005F_\1", cleaned).replace("\r", "_x000D_")


def clean_column(texts: pd.Series[Any], what: str) -> tuple[pd.Series[Any], int]:
    """The column cleaned, and how many of its texts that changed; raises FrameRefused naming a text over 32 767."""
    cleaned = changed_column(texts, lambda piece: piece if only_of(piece, _SHOWN_BYTES) else on_distinct(piece, _clean))
    changed, first_row = 0, 1
    for piece, given in zip(_pieces(cleaned), _pieces(texts), strict=True):
        changed += 0 if cleaned is texts else pc.sum(pc.not_equal(piece, given)).as_py() or 0
        _refuse_too_long(piece, what, range(first_row, first_row + len(piece)))
        first_row += len(piece)
    return cleaned, changed


def coded_column(
    texts: pd.Series[Any], what: str, change: Callable[[pa.Array], pa.Array]
) -> tuple[pd.Series[Any], int]:
    """The column as categories, each distinct text changed and cleaned, and how many texts the cleaning changed.

    Of a column in which a few texts come again and again a line then takes a byte. Raises as `clean_column`.
    """
    number_of: dict[str, int] = {}
    codes, replaced, first_row = [np.empty(0, dtype=np.int32)], 0, 1
    for piece in _pieces(texts):
        encoded = pc.dictionary_encode(piece)
        at = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
        given = change(encoded.dictionary)
        cleaned = _clean(given)
        first = np.full(len(cleaned) + 1, len(piece))
        np.minimum.at(first, at, np.arange(len(piece)))
        _refuse_too_long(cleaned, what, (first_row + first).tolist())
        differs = np.append(pc.not_equal(given, cleaned).to_numpy(zero_copy_only=False), False)
        replaced += int(np.count_nonzero(differs[at]))
        numbers = [number_of.setdefault(word, len(number_of)) for word in cleaned.to_pylist()]
        codes.append(np.array([*numbers, -1], dtype=np.int32)[at])
        first_row += len(piece)
    words = pd.Index(list(number_of), dtype="str")
    return pd.Series(pd.Categorical.from_codes(np.concatenate(codes), categories=words), index=texts.index), replaced


def _refuse_too_long(texts: pa.Array, what: str, rows: Sequence[int]) -> None:
    """Nothing where each of the texts, which stand in these rows, fits into a cell."""
    # a character beyond U+FFFF counts twice in a cell, so only texts over half the limit need the exact count
    for at in np.flatnonzero(pc.fill_null(pc.greater(pc.utf8_length(texts), LONGEST // 2), False).to_numpy(False)):
        text = texts[int(at)].as_py()
        if len(text.encode("utf-16-le")) // 2 > LONGEST:
            raise _too_long(text, f"{what} in row {rows[int(at)]}")


def _clean(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, _UNSHOWN, "\N{REPLACEMENT CHARACTER}")


def changed_column(texts: pd.Series[Any], change: Callable[[pa.Array], pa.Array]) -> pd.Series[Any]:
    """The column changed piece by piece; a column in which nothing changes is given back itself, not held twice."""
    given = list(_pieces(texts))
    made = [change(piece) for piece in given]
    if texts.dtype == schema.TEXT and all(a is b for a, b in zip(given, made, strict=True)):
        return texts
    return pd.Series(pd.array(pa.chunked_array(made, TEXT), dtype="str"), index=texts.index)


def _pieces(texts: pd.Series[Any]) -> Iterator[pa.Array]:
    """The texts as Arrow arrays of at most so many, in order; those of a column of text are not copied."""
    if isinstance(texts.dtype, pd.CategoricalDtype):
        yield from (arrow_text(texts.iloc[begin : begin + PIECE]) for begin in range(0, len(texts), PIECE))
        return
    array = pa.array(texts, type=TEXT, from_pandas=True)
    for chunk in array.chunks if isinstance(array, pa.ChunkedArray) else [array]:
        yield from (chunk.slice(begin, PIECE) for begin in range(0, len(chunk), PIECE))


def on_distinct(texts: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """The texts changed, each distinct one once, for most columns repeat a few; the array itself if none changes."""
    encoded = pc.dictionary_encode(texts)
    changed = change(encoded.dictionary)
    return texts if changed.equals(encoded.dictionary) else changed.take(encoded.indices)


def escaped(texts: pa.Array) -> pa.Array:
    """Cleaned texts as the inside of an XML element, carriage returns and `_xHHHH_` kept as typed."""
    return on_distinct(texts, _escaped)


def _escaped(texts: pa.Array) -> pa.Array:
    texts = pc.replace_substring_regex(texts, _HEX, r"_x005F_\1")
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        texts = pc.replace_substring(texts, char, entity)
    return texts


def escaped_text(text: str) -> str:
    """One cleaned text as the inside of an XML element."""
    return escape(text, quote=False).replace("\r", "&#13;")


def longest(texts: pd.Series[Any]) -> int:
    """Characters of the longest text of a column, 0 when it is empty."""
    return max((pc.max(pc.utf8_length(piece)).as_py() or 0 for piece in _pieces(texts)), default=0)


def arrow_text(texts: pd.Series[Any]) -> pa.Array:
    """A column of texts as one Arrow array."""
    return one_array(texts, TEXT)


def _too_long(text: str, what: str) -> FrameRefused:
    return FrameRefused(
        f'{what} has {len(text.encode("utf-16-le")) // 2} characters ("{text[:20]}…"); a cell holds {LONGEST}',
        do="No reference is that long: correct the row it came from.",
    )
