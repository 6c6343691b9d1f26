"""Amounts that are nearly the same: asked about where somebody says how far apart they may be, and never linked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from reconcile import money
from reconcile.books.aims import crosses
from reconcile.books.distinct import Numbers, expanded
from reconcile.books.evidence import Common, common_of
from reconcile.books.free import Free
from reconcile.books.links import Link
from reconcile.books.questions import ANOTHER_AMOUNT, MOST_SHOWN
from reconcile.books.sides import Sides
from reconcile.errors import FrameRefused


def tolerated(tolerance: object) -> int:
    """So many cents may a line and its receipt differ; raises FrameRefused below 0, NotMoney for no amount."""
    cents = money.exact_cents(tolerance, "the tolerance")
    if cents < 0:
        raise FrameRefused(f"the tolerance is {money.rand(cents)}", do="Give 0 or more rand.")
    return cents


def near_amounts(sides: Sides, window: int, tolerance: int, free: Free, asked: Sequence[Link]) -> list[Link]:
    """Of the lines and receipts that are `free`, those of near days whose amounts differ by so many cents at most.

    The most telling of each line; those that are `asked` about already are left out.
    """
    if not tolerance:
        return []
    told = Counter(line for link in asked for line in link.lines)
    known = {(line, r) for link in asked for line in link.lines for r in link.receipts}
    lines, receipts = _near(sides, window, tolerance, free)
    answers, which = common_of(sides, lines, receipts)
    found: dict[int, list[tuple[Common, int, int]]] = {}
    for line, receipt, answer in zip(lines.tolist(), receipts.tolist(), which.tolist(), strict=True):
        if (line, receipt) not in known:
            apart = abs(int(sides.receipts.cents[receipt] - sides.bank.cents[line]))
            found.setdefault(line, []).append((answers[answer], apart, receipt))
    return [
        _question(sides, line, receipt, words)
        for line, own in sorted(found.items())
        for words, _, receipt in sorted(own, key=_most_telling_first)[: max(0, MOST_SHOWN - told[line])]
    ]


def _most_telling_first(each: tuple[Common, int, int]) -> tuple[float, ...]:
    words, apart, receipt = each
    return -words.level, -words.strength, apart, receipt


def _near(sides: Sides, window: int, tolerance: int, free: Free) -> tuple[Numbers, Numbers]:
    """The pairs of near days and of amounts that are not the same, and of one sign."""
    bank, books = sides.bank, sides.receipts
    lines, receipts = np.flatnonzero(free.lines), np.flatnonzero(free.receipts)
    order = receipts[np.argsort(books.cents[receipts], kind="stable")]
    asked, there = bank.cents[lines], books.cents[order]
    begin = np.searchsorted(there, asked - tolerance, side="left")
    counts = np.searchsorted(there, asked + tolerance, side="right") - begin
    left, steps = expanded(counts)
    line, receipt = lines[left], order[begin[left] + steps]
    own, booked = bank.cents[line], books.cents[receipt]
    near = np.abs(books.day[receipt] - bank.day[line]) <= window
    near &= (own != booked) & (np.sign(own) == np.sign(booked))
    return line[near], receipt[near]


def _question(sides: Sides, line: int, receipt: int, words: Common) -> Link:
    own, booked = int(sides.bank.cents[line]), int(sides.receipts.cents[receipt])
    reason = crosses(sides, line, (receipt,))
    sums = f"{money.rand(own)} at the bank, {money.rand(booked)} in the books"
    reason = reason or f"the amounts differ by {money.rand(abs(booked - own))}: {sums}"
    return Link((line,), (receipt,), ANOTHER_AMOUNT, words.words or "nearly the same", 0.5, reason, booked - own)
