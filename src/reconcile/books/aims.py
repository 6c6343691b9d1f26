"""What a line and a receipt are for: a link never crosses a fund or a campaign by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reconcile.books.distinct import Numbers
from reconcile.books.pairs import Flags
from reconcile.books.sides import Sides


def crosses(sides: Sides, line: int, receipts: Sequence[int]) -> str:
    """Why a person must say: the line is for one fund or campaign and a receipt for another; empty where none is."""
    for name, own, others in (
        ("fund", sides.bank.fund, sides.receipts.fund),
        ("campaign", sides.bank.campaign, sides.receipts.campaign),
    ):
        other = {others[r] for r in receipts} - {"", own[line]}
        if own[line] and other:
            told = (own[line], min(other)) if name == "fund" else (own[line].upper(), min(other).upper())
            return f"the bank line's {name} is {told[0]}, the receipt's {told[1]}"
    return ""


def crossing(sides: Sides, lines: Numbers, receipts: Numbers) -> Flags:
    """Which of many pairs are for two funds or campaigns."""
    found = np.zeros(len(lines), dtype=bool)
    for own, other in sides.aims:
        found |= (own[lines] > 0) & (other[receipts] > 0) & (own[lines] != other[receipts])
    return found


def of_batch(batch: str) -> str:
    """Why a person must say, where a receipt that was banked with others could be one line's alone."""
    return f'the receipt was banked with others, as "{batch}"'


def clashes(sides: Sides, lines: Numbers, receipts: Numbers, banked: Flags) -> list[str]:
    """What speaks against each of many pairs, or empty; `banked` tells whose receipt's batch does."""
    found = [""] * len(lines)
    books = sides.receipts
    for at in np.flatnonzero(banked & books.banked[receipts]).tolist():
        found[at] = of_batch(books.batch[receipts[at]])
    for at in np.flatnonzero(crossing(sides, lines, receipts)).tolist():
        found[at] = crosses(sides, int(lines[at]), (int(receipts[at]),))
    return found
