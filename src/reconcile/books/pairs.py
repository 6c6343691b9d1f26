"""Which bank line and which receipt may be the same money: the amount to the cent, and days that are near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from reconcile.books.distinct import Numbers, expanded, in_order

AT_ONCE = 1_000_000
"""Pairs that are held at once, where they are looked at slice by slice."""

Flags = npt.NDArray[np.bool_]
Keyed = tuple[Numbers, Numbers]
"""Of each row what must be equal, and its day."""


def equal_pairs(one: Keyed, other: Keyed, window: int) -> tuple[Numbers, Numbers]:
    """Numbers in both, each given as what must be equal and as days, of each two at most `window` days apart."""
    return runs(one, other, window).pairs()


def joined(one: Numbers, other: Numbers) -> tuple[Numbers, Numbers]:
    """Numbers in both of each two that are equal."""
    return equal_pairs((one, np.zeros_like(one)), (other, np.zeros_like(other)), 0)


def as_one(one: Keyed, other: Keyed) -> tuple[Numbers, Numbers]:
    """Of each row one number for two, the same on both sides where both are the same."""
    known = [in_order(np.concatenate(both)) for both in zip(one, other, strict=True)]
    found = [[np.searchsorted(k, each) for k, each in zip(known, side, strict=True)] for side in (one, other)]
    first, second = (a * len(known[1]) + b for a, b in found)
    return first, second


@dataclass(frozen=True, eq=False)
class Runs:
    """What may go with each row: `counts` others, which stand from `begin` on in `order`, by day and then as given."""

    order: Numbers
    begin: Numbers
    counts: Numbers

    def pairs(self) -> tuple[Numbers, Numbers]:
        """Numbers in both of each pair; as many as there are."""
        left, steps = expanded(self.counts)
        return left, self.order[self.begin[left] + steps]

    def slices(self) -> Iterator[tuple[Numbers, Numbers]]:
        """The pairs of some rows after the other, so that few of very many are held at once."""
        ends = np.searchsorted(np.cumsum(self.counts), np.arange(AT_ONCE, self.counts.sum() + AT_ONCE, AT_ONCE))
        for begin, end in pairwise([0, *in_order(np.minimum(ends + 1, len(self.counts))).tolist()]):
            left, right = Runs(self.order, self.begin[begin:end], self.counts[begin:end]).pairs()
            yield left + begin, right

    def first(self, most: int | Numbers) -> Runs:
        """Of each row only the first so many."""
        return Runs(self.order, self.begin, np.minimum(self.counts, most))

    def but_crowds(self, most: int) -> tuple[Runs, tuple[Flags, Flags]]:
        """Without the rows that have more; and of both sides which are in a pair that was left out."""
        crowd = self.counts > most
        steps = np.zeros(len(self.order) + 1, dtype=np.int64)
        np.add.at(steps, self.begin[crowd], 1)
        np.add.at(steps, self.begin[crowd] + self.counts[crowd], -1)
        touched = np.zeros(len(self.order), dtype=bool)
        touched[self.order] = np.cumsum(steps[:-1]) > 0
        return self.first(np.where(crowd, 0, self.counts)), (crowd, touched)


def runs(one: Keyed, other: Keyed, window: int) -> Runs:
    """Which others may go with each row: what is equal, at most `window` days apart.

    Sorted by what is compared and then by day, what may go with a row is one run.
    """
    (values, days), (other_values, other_days) = one, other
    if not len(values) or not len(other_values):
        nothing = np.zeros(len(values), dtype=np.int64)
        return Runs(np.arange(len(other_values)), nothing, nothing)
    known = in_order(np.concatenate([values, other_values]))
    first, last = min(days.min(), other_days.min()), max(days.max(), other_days.max())
    # one number for both, far enough apart for a window never to reach the next amount
    span = 2 * window + 2 + last - first
    asked = np.searchsorted(known, values) * span + days - first
    there = np.searchsorted(known, other_values) * span + other_days - first
    order = np.argsort(there, kind="stable")
    there = there[order]
    begin = np.searchsorted(there, asked - window, side="left")
    return Runs(order, begin, np.searchsorted(there, asked + window, side="right") - begin)
