"""What a person must say: pairs that are likely and not sure, each with what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
import pandas as pd

from reconcile.books.aims import clashes, crosses
from reconcile.books.differing import how_they_differ
from reconcile.books.distinct import Numbers
from reconcile.books.evidence import ENOUGH, NAME, NOTHING, common, reference_of
from reconcile.books.free import Free
from reconcile.books.links import Link
from reconcile.books.one_to_one import RULES
from reconcile.books.pairs import runs
from reconcile.books.payers import payer_of, typed
from reconcile.books.sides import Sides
from reconcile.schema import TEXT

ANOTHER_AMOUNT = "another amount"
MOST_SHOWN = 3
"""So many candidates of one line are shown."""


def open_pairs(sides: Sides, pairs: pd.DataFrame, free: Free, window: int) -> list[Link]:
    """The best pairs of each line that is still open, and why each was not linked.

    `pairs` are those that have something in common; where a line has too few, others of its amount are shown, the first
    first.
    """
    bank, books = sides.bank, sides.receipts
    lines, receipts = np.flatnonzero(free.lines), np.flatnonzero(free.receipts)
    several, others = np.zeros(len(bank), dtype=np.int64), np.zeros(len(books), dtype=np.int64)
    several[lines] = runs(bank.rows(lines), books.rows(receipts), window).counts
    others[receipts] = runs(books.rows(receipts), bank.rows(lines), window).counts
    pairs = free.of(pairs)
    pairs = pd.concat([pairs, _nothing_in_common(sides, pairs, lines, receipts, window)])
    order = pairs.sort_values(["line", "level", "strength", "receipt"], ascending=[True, False, False, True])
    return [
        Link(
            (int(p.line),),
            (int(p.receipt),),
            RULES[p.level],
            p.words or "the same amount",
            0.5,
            p.clash or _why(p.level, p.strength, int(several[p.line]), int(others[p.receipt])),
        )
        for p in cast("Iterable[Any]", order.groupby("line").head(MOST_SHOWN).itertuples())
    ]


def _nothing_in_common(
    sides: Sides, pairs: pd.DataFrame, lines: Numbers, receipts: Numbers, window: int
) -> pd.DataFrame:
    """For lines of fewer pairs than are shown, the first of the other receipts of their amount."""
    bank, books = sides.bank, sides.receipts
    known = np.bincount(pairs["line"], minlength=len(bank))
    lines = lines[known[lines] < MOST_SHOWN]
    near = runs(bank.rows(lines), books.rows(receipts), window)
    left, right = near.first(MOST_SHOWN + known[lines]).pairs()
    line, receipt = lines[left], receipts[right]
    new = ~np.isin(line * len(books) + receipt, pairs["line"] * len(books) + pairs["receipt"])
    line, receipt = line[new], receipt[new]
    clash = pd.Series(clashes(sides, line, receipt, np.ones(len(line), dtype=bool)), dtype=TEXT)
    return pd.DataFrame(
        {"line": line, "receipt": receipt, "level": NOTHING, "strength": 0.0, "clash": clash, "words": ""}
    )


def _why(level: int, strength: float, several: int, others: int) -> str:
    if several > 1:
        return f"{several} receipts may be this line"
    if others > 1:
        return f"{others} lines may be this receipt"
    if level >= NAME and strength < ENOUGH:
        return "the payer's name is there only in part"
    return "nothing but amount and day speaks for it" if level == NOTHING else "it is not sure enough"


def other_amounts(sides: Sides, near: pd.DataFrame, window: int, free: Free) -> list[Link]:
    """Open pairs of one payer whose amounts differ as a fee or a slip of the keys makes them differ."""
    bank, books = sides.bank, sides.receipts
    near = free.of(near)
    near = near[np.abs(bank.day[near["line"]] - books.day[near["receipt"]]) <= window]
    found = []
    for b, r in zip(near["line"].tolist(), near["receipt"].tolist(), strict=True):
        if reason := how_they_differ(int(bank.cents[b]), int(books.cents[r])):
            payer, reference = payer_of(books.payer[r]), reference_of(books.reference[r])
            words = common(typed(bank.text[b]), True, payer, reference).words or "the receipt's number"
            fee = int(books.cents[r] - bank.cents[b])
            found.append(Link((b,), (r,), ANOTHER_AMOUNT, words, 0.5, crosses(sides, b, (r,)) or reason, fee))
    return found
