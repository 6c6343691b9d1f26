"""One row of one statement as the comparison of a day sees it, and which days a statement covers whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from reconcile.statement import Statement


@dataclass(frozen=True)
class Row:
    """A row: its place among all rows, its statement's place (the preferred first), id, day number, cents, and text.

    `document` is the file of its statement: a file that has an account twice delivers every row of both.
    `description` is what the id counts; `text` has the payer's reference behind it where that has a column of its own.
    """

    at: int
    part: int
    document: str
    id: str
    day: int
    cents: int
    balance: int | None
    description: str
    text: str


@dataclass(frozen=True, eq=False)
class Movement:
    """Rows that are one movement; `unlike` has the pairs of rows that were joined although their texts differ."""

    rows: tuple[Row, ...]
    unlike: tuple[tuple[Row, Row], ...] = ()

    @property
    def day(self) -> int:
        """Its day, that of the kept row."""
        return self.kept.day

    @property
    def cents(self) -> int:
        """What it moved."""
        return self.rows[0].cents

    @cached_property
    def texts(self) -> set[str]:
        """The texts it is delivered with."""
        return {r.text for r in self.rows}

    @cached_property
    def kept(self) -> Row:
        """The row that stands for the movement: that of the preferred statement."""
        return min(self.rows, key=lambda r: (r.part, r.at))

    @cached_property
    def parts(self) -> set[int]:
        """The statements that deliver it."""
        return {r.part for r in self.rows}

    @cached_property
    def documents(self) -> set[str]:
        """The files that deliver it."""
        return {r.document for r in self.rows}

    @cached_property
    def balances(self) -> set[int]:
        """The running balances it is delivered with, in cents."""
        return {r.balance for r in self.rows if r.balance is not None}


@dataclass(frozen=True)
class Coverage:
    """The days (as numbers) of each statement: first and last of its rows, and those that it surely covers whole."""

    first: Sequence[int]
    last: Sequence[int]
    whole_from: Sequence[int]
    whole_to: Sequence[int]

    def whole(self, part: int, day: int) -> bool:
        """Whether the statement surely has all movements of the day."""
        return self.whole_from[part] <= day <= self.whole_to[part]

    def reaches_before(self, part: int, day: int) -> bool:
        """Whether the statement has rows of earlier days."""
        return self.first[part] < day

    def reaches_after(self, part: int, day: int) -> bool:
        """Whether the statement has rows of later days."""
        return self.last[part] > day


def coverage(statements: Sequence[Statement]) -> Coverage:
    """What each statement covers.

    The first and last day of its rows may be cut (an export can be made at noon), unless a stated period reaches
    beyond them. A statement without rows covers no day.
    """
    spans = [_span(s) for s in statements]
    return Coverage(*(tuple(values) for values in zip(*spans, strict=True)))


def _span(statement: Statement) -> tuple[int, int, int, int]:
    days = statement.transactions["date"]
    if not len(days):
        return 1, 0, 1, 0
    first, last = _number(days.min()), _number(days.max())
    period = statement.period
    stated = period is not None and period.stated
    begins = period is not None and stated and _number(period.start) < first
    ends = period is not None and stated and _number(period.end) > last
    return first, last, first + (not begins), last - (not ends)


def _number(day: object) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))  # type: ignore[call-overload]
