"""Some of a payer's gifts, or of a batch's, that come to one amount: proposed to a person, never linked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from reconcile.books.aims import crossing
from reconcile.books.distinct import Numbers
from reconcile.books.evidence import named_in_text
from reconcile.books.free import Free
from reconcile.books.links import Link
from reconcile.books.sides import Sides
from reconcile.books.subsets import by_chance, sums_to
from reconcile.books.together import batches_of

SOME = "some of several"

Some = tuple[tuple[int, ...], str, str, float, str]
"""What comes to it, the rule, its evidence, its confidence, and why a person must say."""

LIKELIEST = 0.9
"""The most that a sum is held to be no chance: nobody said that these belong together."""


def some_of_batch(sides: Sides, free: Free, unasked: Free, window: int) -> list[Link]:
    """Some of the free receipts of a batch that come to a line of which nothing is asked and which prints the batch."""
    bank, books, batches = sides.bank, sides.receipts, batches_of(sides.receipts)
    found = []
    for one, at in named_in_text(sides, batches.names).sort_values(["line", "at"]).itertuples(index=False):
        own = np.array(batches.receipts[at], dtype=np.int64)
        fits = free.receipts[own] & (np.sign(books.cents[own]) == np.sign(bank.cents[one]))
        fits &= (np.abs(books.day[own] - bank.day[one]) <= window) & ~crossing(sides, np.full_like(own, one), own)
        words = f'receipts of the batch "{batches.names[at]}", which the bank prints,'
        if unasked.lines[one] and (some := _some(int(bank.cents[one]), own[fits].tolist(), books.cents, words)):
            found.append(Link((one,), *some))
    once = Counter(link.lines for link in found)
    return [link for link in found if once[link.lines] == 1]


def some_of_payer(sides: Sides, near: pd.DataFrame, free: Free, unasked: Free, window: int) -> list[Link]:
    """Some of a payer's free receipts that come to a line of which nothing is asked, or of its payments to a receipt.

    Of the pairs that `of_payers` gave, those that cross no fund or campaign.
    """
    bank, books = sides.bank, sides.receipts
    near = free.of(near)
    near = near[~crossing(sides, near["line"].to_numpy(), near["receipt"].to_numpy())]
    line, receipt = near["line"].to_numpy(), near["receipt"].to_numpy()
    own, booked = np.abs(bank.cents[line]), np.abs(books.cents[receipt])
    at_once = unasked.lines[line] & (booked < own) & (np.abs(books.day[receipt] - bank.day[line]) <= window)
    found = []
    for one, parts in _parts(near[at_once], "line", "receipt"):
        words = f'receipts of the payer "{books.payer[parts[0]]}"'
        if some := _some(int(bank.cents[one]), parts, books.cents, words):
            found.append(Link((one,), *some))
    for one, parts in _parts(near[unasked.receipts[receipt] & (own < booked)], "receipt", "line"):
        words = f'payments of the payer "{books.payer[one]}"'
        if some := _some(int(books.cents[one]), parts, bank.cents, words):
            found.append(Link(some[0], (one,), *some[1:]))
    return found


def _parts(pairs: pd.DataFrame, one: str, many: str) -> list[tuple[int, list[int]]]:
    """Each one with the many that may be parts of it."""
    found: dict[int, list[int]] = {}
    for at, other in zip(pairs[one].tolist(), pairs[many].tolist(), strict=True):
        found.setdefault(at, []).append(other)
    return [(at, sorted(others)) for at, others in sorted(found.items()) if len(others) > 1]


def _some(whole: int, parts: Sequence[int], cents: Numbers, words: str) -> Some | None:
    """The parts that come to a whole, of several ways the fewest and then the earliest, with what is said of them."""
    amounts = cents[list(parts)].tolist()
    ways = sums_to(whole, amounts)
    if not ways:
        return None
    chance = sum(by_chance(size, amounts) for size in {len(way) for way in ways})
    expected = f"{chance:.3f}" if chance >= 0.001 else "fewer than 0.001"
    evidence = f"{len(ways[0])} of {len(parts)} {words} come to it to the cent; {expected} such sums would by chance"
    reason = f"{len(ways)} sums of what is open come to it, of which this is one"
    if len(ways) == 1:
        reason = "some of what is open come to it, not all" if len(ways[0]) < len(parts) else "it may be another's"
    return tuple(parts[at] for at in ways[0]), SOME, evidence, min(LIKELIEST, 1 / (len(ways) + chance)), reason
