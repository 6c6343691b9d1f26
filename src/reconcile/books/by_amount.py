"""One bank line and one receipt that have nothing in common but amount and day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.books.aims import crossing
from reconcile.books.candidates import Candidates
from reconcile.books.distinct import Numbers
from reconcile.books.evidence import NOTHING
from reconcile.books.free import Free, in_pairs
from reconcile.books.pairs import Flags, equal_pairs
from reconcile.books.sides import Side, Sides

NEAR = 4
"""Days for what is less sure: a receipt is written with the gift, or when the statement comes."""

ROUND = 5000
"""Cents of which many gifts are a multiple: two of such an amount may well be two gifts."""

ALONE = 30
"""So many days on both sides an amount must be the only open one, for amount and day alone to link."""


def by_amount(sides: Sides, found: Candidates, pairs: pd.DataFrame, free: Free, window: int) -> pd.DataFrame:
    """The pairs that are each other's only ones, where nothing speaks for any other.

    `pairs` are those that are left of what was found. On both sides the amount is the only open one for weeks, and the
    bank names nobody but the receipt.
    """
    bank, books = sides.bank, sides.receipts
    free = in_pairs(sides, free, window)
    lines, receipts = np.flatnonzero(free.lines), np.flatnonzero(free.receipts)
    lonely = _alone(sides, 0, bank, lines) & ~found.unseen_lines[lines] & ~np.isin(lines, pairs["line"])
    own = lines[lonely & (bank.cents[lines] % ROUND != 0)]
    lonely = _alone(sides, 1, books, receipts) & ~found.unseen_receipts[receipts] & ~np.isin(receipts, pairs["receipt"])
    booked = receipts[lonely & (books.cents[receipts] % ROUND != 0)]
    line, receipt = _only(sides, own, receipts, window)
    of_receipts = _only(sides, lines, booked, window, of_lines=False)
    fits = np.isin(line * len(books) + receipt, of_receipts[0] * len(books) + of_receipts[1])
    unnamed = np.array([not books.payer[at] for at in receipt.tolist()], dtype=bool)
    apart = books.day[receipt] - bank.day[line]
    fits &= (np.abs(apart) <= NEAR) & (~bank.told[line] | unnamed)
    told = pd.DataFrame({"line": line, "receipt": receipt, "apart": apart, "level": NOTHING, "words": ""})
    linked: pd.DataFrame = told[fits]
    return linked


def _only(
    sides: Sides, lines: Numbers, receipts: Numbers, window: int, *, of_lines: bool = True
) -> tuple[Numbers, Numbers]:
    """The pairs of lines, or of receipts, for which there is one other and no second that nothing speaks against."""
    left, right = equal_pairs(sides.bank.rows(lines), sides.receipts.rows(receipts), window)
    left, right = lines[left], receipts[right]
    fits = ~crossing(sides, left, right) & ~sides.receipts.banked[right]
    left, right = left[fits], right[fits]
    side = left if of_lines else right
    once = np.bincount(side)[side] == 1 if len(side) else np.empty(0, dtype=bool)
    return left[once], right[once]


def _alone(sides: Sides, which: int, side: Side, rows: Numbers) -> Flags:
    """Of each of some rows, whether no other has its amount, fund and campaign for weeks; linked ones do not count."""
    alone = np.ones(len(rows), dtype=bool)
    day = side.day[rows]
    same = [side.cents[rows], *(aim[which][rows] for aim in sides.aims)]
    order = np.lexsort((day, *same))
    near = np.diff(day[order]) <= ALONE
    for each in same:
        near &= np.diff(each[order]) == 0
    alone[order[1:][near]] = False
    alone[order[:-1][near]] = False
    return alone
