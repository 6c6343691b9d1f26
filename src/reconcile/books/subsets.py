"""Some of a few amounts that come to a whole: every way there is, and how many would be by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations
from math import comb, gcd

import numpy as np
import numpy.typing as npt

FEWEST, MOST_MEMBERS = 2, 6
"""So many of the amounts are added up."""

MOST_PARTS = 20
"""Amounts beyond which nothing is looked for: of 21 there are 82 000 sums, and some come to anything."""


def sums_to(whole: int, parts: Sequence[int]) -> list[tuple[int, ...]]:
    """The positions of all two to six parts that come to a whole, the fewest first; none of too many parts."""
    if len(parts) > MOST_PARTS:
        return []
    amounts = np.asarray(parts, dtype=np.int64)
    return [
        tuple(members)
        for choices in _choices(len(parts))
        for members in choices[amounts[choices].sum(axis=1) == whole].tolist()
    ]


def by_chance(members: int, parts: Sequence[int]) -> float:
    """How many sums of so many of these amounts would come to one amount among them, if they fell there by chance.

    They fall between the least and the largest such sum, on what all amounts are a multiple of: gifts of round hundreds
    come to one another often, gifts to the cent hardly ever.
    """
    order = sorted(abs(part) for part in parts)
    places = (sum(order[-members:]) - sum(order[:members])) // max(gcd(*order), 1) + 1
    return (comb(len(order), members) - 1) / places


@cache
def _every(count: int, members: int) -> npt.NDArray[np.int64]:
    return np.array(list(combinations(range(count), members)), dtype=np.int64)


def _choices(count: int) -> Iterator[npt.NDArray[np.int64]]:
    for members in range(FEWEST, min(MOST_MEMBERS, count) + 1):
        yield _every(count, members)
