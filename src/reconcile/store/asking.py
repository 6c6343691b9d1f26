"""Questions about many things at once: the values go in as one, since databases bound how many a question may have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

AT_ONCE = 10_000


def in_parts(connection: sa.Connection, values: Iterable[Any], asked: Callable[[Any], sa.Select[Any]]) -> Iterator[Any]:
    """The rows of a question asked of some values at a time; `asked` gets them to be put into an `in_`."""
    ordered = list(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield from connection.execute(asked(among(connection, ordered[start : start + AT_ONCE]))).all()


def pairs(connection: sa.Connection, values: Iterable[Any], asked: Callable[[Any], sa.Select[Any]]) -> dict[Any, Any]:
    """As `in_parts`, for a question of two columns: from the first to the second."""
    return {row[0]: row[1] for row in in_parts(connection, values, asked)}


def among(connection: sa.Connection, values: Sequence[Any]) -> sa.Select[Any]:
    """Some whole numbers, or some texts, as a question that gives them back: for an `in_`.

    However many they are, it is one value to the database and one text of the question, so nothing is made out anew.
    """
    if connection.dialect.name == "sqlite":
        each = sa.func.json_each(sa.bindparam("values", json.dumps(values), sa.Text, unique=True)).table_valued("value")
        return sa.select(each.c.value)
    kind = sa.Text() if values and isinstance(values[0], str) else sa.BigInteger()
    return sa.select(sa.func.unnest(sa.bindparam("values", values, ARRAY(kind), unique=True)))
