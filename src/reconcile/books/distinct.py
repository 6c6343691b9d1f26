"""Many rows of few values: each value once, so that what is asked of it is asked once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Distinct(Generic[T]):
    """Values of which many are the same: each once, and of each row which one is its own."""

    known: list[T]
    of: Numbers


def distinct(values: Iterable[T]) -> Distinct[T]:
    """Each value once, in the order in which they come first."""
    at: dict[T, int] = {}
    of = np.array([at.setdefault(value, len(at)) for value in values], dtype=np.int64)
    return Distinct(list(at), of)


def in_order(numbers: Numbers) -> Numbers:
    """Each number once, in order; NumPy's own way of hashing takes several times as long."""
    numbers = np.sort(numbers)
    return numbers[np.append(True, numbers[1:] != numbers[:-1])] if len(numbers) else numbers


def each(read: Callable[[T], R], values: Iterable[T]) -> list[R]:
    """What is read from each value; the same one is read once."""
    once = distinct(values)
    found = [read(value) for value in once.known]
    return [found[at] for at in once.of.tolist()]


def expanded(counts: Numbers) -> tuple[Numbers, Numbers]:
    """For rows that have so many things each: the row of each thing, and which of the row's own it is, from 0."""
    rows = np.repeat(np.arange(len(counts)), counts)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)


def spread(found: list[list[int]], of: Numbers) -> tuple[Numbers, Numbers]:
    """For rows that have each what a distinct value has: the rows, as often as they have something, and what it is."""
    counts = np.array([len(own) for own in found], dtype=np.int64)
    flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(counts.sum()))
    begin = (np.cumsum(counts) - counts)[of]
    rows, steps = expanded(counts[of])
    return rows, flat[begin[rows] + steps]
