"""Which bank line and which receipt may be the same money: the amount to the cent, and days that are near."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]
Side = tuple[Positions, Positions]
"""Of each row what must be equal, and its day."""


def equal_pairs(
    one: Side, other: Side, window: int, most: int | Positions | None = None
) -> tuple[Positions, Positions]:
    """Positions in both, each given as what must be equal and as days, of each two at most `window` days apart.

    With `most` of each one no more than the first so many, by day and then by position.
    """
    order, begin, counts = _runs(one, other, window)
    if most is not None:
        counts = np.minimum(counts, most)
    left = np.repeat(np.arange(len(counts)), counts)
    steps = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
    return left, order[np.repeat(begin, counts) + steps]


def equal_counts(one: Side, other: Side, window: int) -> Positions:
    """Of each one how many pairs it is in."""
    return _runs(one, other, window)[2]


def joined(one: Positions, other: Positions) -> tuple[Positions, Positions]:
    """Positions in both of each two that are equal."""
    return equal_pairs((one, np.zeros_like(one)), (other, np.zeros_like(other)), 0)


def crowded_pairs(
    one: Side, other: Side, window: int, most: int
) -> tuple[tuple[Positions, Positions], tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """The pairs of those that are in at most so many, and of both which are in one that was left out."""
    order, begin, counts = _runs(one, other, window)
    crowd = counts > most
    steps = np.zeros(len(order) + 1, dtype=np.int64)
    np.add.at(steps, begin[crowd], 1)
    np.add.at(steps, begin[crowd] + counts[crowd], -1)
    touched = np.zeros(len(order), dtype=bool)
    touched[order] = np.cumsum(steps[:-1]) > 0
    return equal_pairs(one, other, window, np.where(crowd, 0, counts)), (crowd, touched)


def as_one(one: Side, other: Side) -> tuple[Positions, Positions]:
    """Of each row one number for two, the same on both sides where both are the same."""
    known = [np.unique(np.concatenate(both)) for both in zip(one, other, strict=True)]
    found = [[np.searchsorted(k, each) for k, each in zip(known, side, strict=True)] for side in (one, other)]
    first, second = (a * len(known[1]) + b for a, b in found)
    return first, second


def _runs(one: Side, other: Side, window: int) -> tuple[Positions, Positions, Positions]:
    """The order of the others, and of each one where in it those begin that may go with it, and how many they are.

    Sorted by what is compared and then by day, what may go with a row is one run.
    """
    (values, days), (other_values, other_days) = one, other
    if not len(values) or not len(other_values):
        nothing = np.zeros(len(values), dtype=np.int64)
        return np.arange(len(other_values)), nothing, nothing
    known = np.unique(np.concatenate([values, other_values]))
    first, last = min(days.min(), other_days.min()), max(days.max(), other_days.max())
    # one number for both, far enough apart for a window never to reach the next amount
    span = 2 * window + 2 + last - first
    asked = np.searchsorted(known, values) * span + days - first
    there = np.searchsorted(known, other_values) * span + other_days - first
    order = np.argsort(there, kind="stable")
    there = there[order]
    begin = np.searchsorted(there, asked - window, side="left")
    return order, begin, np.searchsorted(there, asked + window, side="right") - begin
