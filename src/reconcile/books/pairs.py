"""Which bank line and which receipt may be the same money: the amount to the cent, and days that are near."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]


def equal_pairs(
    one: tuple[Positions, Positions], other: tuple[Positions, Positions], window: int
) -> tuple[Positions, Positions]:
    """Positions in both, each given as what must be equal and as days, of each two at most `window` days apart.

    Both are sorted by what is compared and then by day, so that what may go with a line is one run of receipts.
    """
    (values, days), (other_values, other_days) = one, other
    if not len(values) or not len(other_values):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    known = np.unique(np.concatenate([values, other_values]))
    first, last = min(days.min(), other_days.min()), max(days.max(), other_days.max())
    # one number for both, far enough apart for a window never to reach the next amount
    span = 2 * window + 2 + last - first
    asked = np.searchsorted(known, values) * span + days - first
    there = np.searchsorted(known, other_values) * span + other_days - first
    order = np.argsort(there, kind="stable")
    begin = np.searchsorted(there[order], asked - window, side="left")
    counts = np.searchsorted(there[order], asked + window, side="right") - begin
    left = np.repeat(np.arange(len(values)), counts)
    steps = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
    return left, order[np.repeat(begin, counts) + steps]
