"""The lines and receipts that nothing has settled yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reconcile.books.links import Link
from reconcile.books.pairs import Flags, runs
from reconcile.books.sides import Sides


@dataclass(frozen=True, eq=False)
class Free:
    """A flag for each line and each receipt: whether it is free."""

    lines: Flags
    receipts: Flags

    def without(self, links: Iterable[Link]) -> Free:
        """What is free when these have taken theirs."""
        lines, receipts = self.lines.copy(), self.receipts.copy()
        for link in links:
            lines[list(link.lines)] = False
            receipts[list(link.receipts)] = False
        return Free(lines, receipts)

    def has(self, link: Link) -> bool:
        """Whether every line and receipt of a link is free."""
        return bool(self.lines[list(link.lines)].all() and self.receipts[list(link.receipts)].all())

    def but(self, other: Free) -> Free:
        """What is free here and not there."""
        return Free(self.lines & ~other.lines, self.receipts & ~other.receipts)

    def of(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Those of pairs of which both are free."""
        both: pd.DataFrame = pairs[self.lines[pairs["line"].to_numpy()] & self.receipts[pairs["receipt"].to_numpy()]]
        return both


def in_pairs(sides: Sides, free: Free, window: int) -> Free:
    """The free lines for which a receipt of their amount and near days is free, and such receipts."""
    lines, receipts = np.flatnonzero(free.lines), np.flatnonzero(free.receipts)
    one, other = sides.bank.rows(lines), sides.receipts.rows(receipts)
    found = nothing_free(sides)
    found.lines[lines] = runs(one, other, window).counts > 0
    found.receipts[receipts] = runs(other, one, window).counts > 0
    return found


def all_free(sides: Sides) -> Free:
    """Everything, before the first link."""
    return Free(np.ones(len(sides.bank), dtype=bool), np.ones(len(sides.receipts), dtype=bool))


def nothing_free(sides: Sides) -> Free:
    """Nothing yet."""
    return Free(np.zeros(len(sides.bank), dtype=bool), np.zeros(len(sides.receipts), dtype=bool))
