"""Rows given as columns: the text that a digest takes in, and the tuples that a database takes, many at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from reconcile.texts import octets_of, only_of

Column = Sequence[Any] | str | int | None
"""The values of a column, one for each row, or the one value that all rows have."""

FEW = 50
"""So many rows are written one by one as quickly as whole columns are."""

AT_ONCE = 20_000

_PLAIN = bytes(c for c in range(0x20, 0x7F) if c not in b'"\\')
_encode = json.JSONEncoder(separators=(",", ":")).encode


def of_rows(rows: Sequence[Mapping[str, object]]) -> dict[str, Column]:
    """The columns of rows; what a row does not have is missing."""
    return {name: [row.get(name) for row in rows] for name in dict.fromkeys(name for row in rows for name in row)}


def write(connection: sa.Connection, table: sa.Table, given: Mapping[str, Column], count: int) -> None:
    """Put so many rows into a table, through the driver itself: nothing is made of a row but its values."""
    quoted, mark = connection.dialect.identifier_preparer.quote, "?" if connection.dialect.positional else "%s"
    told = {name: column for name, column in given.items() if column is not None}
    names, marks = ", ".join(map(quoted, told)), ", ".join(mark for _ in told)
    rows = tuples(list(told.values()), count)
    while some := list(islice(rows, AT_ONCE)):
        connection.exec_driver_sql(f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({marks})", some)


def tuples(columns: Sequence[Column], count: int) -> Iterator[tuple[Any, ...]]:
    """The rows, one by one."""
    return zip(*(repeat(c, count) if _is_one(c) else c for c in columns), strict=True)


def lines(columns: Sequence[Column], count: int) -> Iterator[bytes]:
    """Each row as a list in JSON without blanks, in ASCII and on a line of its own; many rows at a time."""
    if count < FEW:
        yield "".join(_encode(row) + "\n" for row in tuples(columns, count)).encode("ascii")
        return
    for start in range(0, count, AT_ONCE):
        some = [c if _is_one(c) else c[start : start + AT_ONCE] for c in columns]  # type: ignore[index]
        yield octets_of(joined(some, min(AT_ONCE, count - start), "[", "]\n"))[1].tobytes()


def joined(columns: Sequence[Column], count: int, begin: str = "[", end: str = "]") -> pa.Array:
    """Each row as JSON has it, with commas between its values."""
    # what stands between the columns, the values that all rows have and the marks around texts too, and the columns
    between, parts = begin, list[Any]()
    for number, column in enumerate(columns):
        between += "," if number else ""
        if _is_one(column):
            between += _encode(column)
            continue
        values, quotes = _values(column)
        parts += [between + quotes, values]
        between = quotes
    parts = parts or [pa.array([""] * count)]
    return pc.binary_join_element_wise(*parts, between + end, "")


def _values(column: Column) -> tuple[pa.Array, str]:
    """The values of a column as JSON writes them, and the marks that are to stand around each."""
    assert isinstance(column, Sequence)
    values = np.arange(column.start, column.stop) if isinstance(column, range) else column
    try:
        numbers = pa.array(values, pa.int64()).cast(pa.string())
        return (numbers.fill_null("null") if numbers.null_count else numbers), ""
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        pass
    try:
        texts = pa.array(column, pa.string())
        if not texts.null_count and only_of(texts, _PLAIN):
            return texts, '"'
    except (pa.ArrowInvalid, UnicodeEncodeError):  # half of a letter
        pass
    return pa.array([_encode(value) for value in column]), ""


def _is_one(column: Column) -> bool:
    return column is None or isinstance(column, str | int)
