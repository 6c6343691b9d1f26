"""Questions about many things at once: in parts, since databases bound how many values one question may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

AT_ONCE = 500


def in_parts(
    connection: sa.Connection, values: Iterable[Any], asked: Callable[[list[Any]], sa.Select[Any]]
) -> Iterator[Any]:
    """The rows of a question asked of some values at a time."""
    ordered = list(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield from connection.execute(asked(ordered[start : start + AT_ONCE]))


def pairs(
    connection: sa.Connection, values: Iterable[Any], asked: Callable[[list[Any]], sa.Select[Any]]
) -> dict[Any, Any]:
    """As `in_parts`, for a question of two columns: from the first to the second."""
    return {row[0]: row[1] for row in in_parts(connection, values, asked)}
