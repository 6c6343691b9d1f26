"""What a person must say: pairs that are likely and not sure, each with what speaks against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

import pandas as pd

from reconcile.books.evidence import ENOUGH, NAME, NOTHING, common
from reconcile.books.one_to_one import RULES, Link, crosses
from reconcile.books.sides import Sides
from reconcile.books.together import FEE_EACH, FEE_SHARE

MOST_SHOWN = 3
"""So many candidates of one line are shown."""


def open_pairs(pairs: pd.DataFrame) -> list[Link]:
    """The best pairs of each line that is still open, and why each was not linked."""
    several, others = Counter(pairs["line"].tolist()), Counter(pairs["receipt"].tolist())
    order = pairs.sort_values(["line", "level", "strength", "receipt"], ascending=[True, False, False, True])
    return [
        Link(
            (int(p.line),),
            (int(p.receipt),),
            RULES[p.level],
            p.words or "the same amount",
            0.5,
            p.clash or _why(p.level, p.strength, several[p.line], others[p.receipt]),
        )
        for p in cast("Iterable[Any]", order.groupby("line").head(MOST_SHOWN).itertuples())
    ]


def _why(level: int, strength: float, several: int, others: int) -> str:
    if several > 1:
        return f"{several} receipts may be this line"
    if others > 1:
        return f"{others} lines may be this receipt"
    if level >= NAME and strength < ENOUGH:
        return "the payer's name is there only in part"
    return "nothing but amount and day speaks for it" if level == NOTHING else "it is not sure enough"


def other_amounts(sides: Sides, near: pd.DataFrame, window: int, lines: set[int], receipts: set[int]) -> list[Link]:
    """Open pairs of one payer whose amounts differ as a fee or a slip of the keys makes them differ."""
    bank, books = sides.bank, sides.receipts
    found = []
    for b, r in zip(near["line"].tolist(), near["receipt"].tolist(), strict=True):
        reason = _differ(int(bank.cents[b]), int(books.cents[r]))
        if reason and b in lines and r in receipts and abs(int(bank.day[b] - books.day[r])) <= window:
            words = common(bank.text[b], True, books.payer[r], books.reference[r]).words or "the receipt's number"
            fee = int(books.cents[r] - bank.cents[b])
            found.append(Link((b,), (r,), "another amount", words, 0.5, crosses(sides, b, (r,)) or reason, fee))
    return found


def _differ(own: int, booked: int) -> str:
    """How two amounts differ, in words, where that is a slip or a fee."""
    if is_slip(own, booked):
        return f"two figures may have changed places: {own / 100:.2f} at the bank, {booked / 100:.2f} in the books"
    if 0 < booked - own <= FEE_SHARE * booked + FEE_EACH:
        return f"the line is {(booked - own) / 100:.2f} short of the receipt, which may be a fee"
    return ""


def is_slip(one: int, other: int) -> bool:
    """Whether two amounts differ by two neighbouring figures that changed places."""
    left, right = str(abs(one)), str(abs(other))
    differ = [i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
    if (one < 0) != (other < 0) or len(left) != len(right) or len(differ) != 2 or differ[1] != differ[0] + 1:
        return False
    i, j = differ
    return left[i] == right[j] and left[j] == right[i]
