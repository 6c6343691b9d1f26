"""Lines of an export taken apart into the cells of a row, unchecked, a run of lines at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.errors import DamagedStatement
from reconcile.parsers.days import Days

Mask = npt.NDArray[np.bool_]

RUN = 2_000_000
"""Characters taken apart at a time: enough for whole columns to pay, few enough to stay near the processor."""

LONGEST = 10_000
"""Characters of a line; no description is that long, and no cell of a workbook could hold three of them."""


@dataclass(frozen=True)
class Cells:
    """A run of lines and their cells as texts; `whole` says which lines have all cells, the others have empty ones.

    `days` are the dates as days, `NaT` where `dates` is none, and `why_no_day` says why. Amounts and balances have a
    decimal point and no blanks around them.
    """

    raw: pa.Array
    whole: Mask
    dates: pa.Array
    days: Days
    why_no_day: Callable[[str], str]
    amounts: pa.Array
    balances: pa.Array
    descriptions: pa.Array
    references: pa.Array | None = None
    bank_ids: pa.Array | None = None


def unix_lines(text: str) -> str:
    """The text with line feeds alone as line ends."""
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    text = text if "\n" in text else text.replace("\r", "\n")
    return text[:-1] + "\n" if text.endswith("\r") else text


def runs_of_lines(text: str, start: int, first_line: int, file: str, size: int = RUN) -> Iterator[pa.Array]:
    """The lines of a text from `start` on, without their ends, some thousands at a time.

    Other separators than a line feed split nothing. Raises DamagedStatement for a line no statement has.
    """
    while start < len(text):
        cut = text.find("\n", start + size)
        end = cut if cut >= 0 else len(text)
        lines = pc.split_pattern(pa.array([text[start:end]], type=pa.large_string()), "\n").flatten()
        # what stands behind the last line feed is a line only if something stands there
        if cut < 0 and not lines[-1].as_py():
            lines = lines[:-1]
        if len(lines):
            _refuse_long(lines, first_line, file)
            yield lines
        first_line += len(lines)
        start = end + 1


def _refuse_long(lines: pa.Array, first_line: int, file: str) -> None:
    if pc.max(pc.binary_length(lines)).as_py() <= LONGEST:  # bytes are never fewer than characters, and quicker told
        return
    long = np.flatnonzero(np.asarray(pc.greater(pc.utf8_length(lines), LONGEST)))
    if len(long):
        what = f"has {pc.utf8_length(lines)[int(long[0])].as_py():,} characters, more than {LONGEST:,}"
        raise DamagedStatement(what, file=file, line=first_line + int(long[0]), do="Download the file again.")


PRINTABLE = bytes(range(32, 127))
"""What most lines are made of alone: printable ASCII."""


def without_first_blank(texts: pa.Array) -> pa.Array:
    """The texts without the one blank the bank writes after a comma."""
    blank = pc.starts_with(texts, " ")
    if pc.all(blank, min_count=0).as_py():
        return pc.utf8_slice_codeunits(texts, 1)
    return pc.if_else(blank, pc.utf8_slice_codeunits(texts, 1), texts)


def or_null(texts: pa.Array) -> pa.Array:
    """The texts, with null for an empty one."""
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)
