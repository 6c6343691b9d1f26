"""The best assignment of a few lines to a few receipts, and which of its pairs no other one nearly as good lacks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from reconcile.books.blocks import Pair

MOST = 8
"""Lines or receipts of a block; in a larger one nothing is told apart this way."""


def sure_pairs(ranks: Mapping[Pair, float], margin: float) -> list[Pair]:
    """The pairs of the best assignment without which the best one would be worse by a margin, in order."""
    if not _is_small(ranks):
        return []
    best, chosen = _best(ranks)
    return [
        pair
        for pair in chosen
        if best - _best({other: rank for other, rank in ranks.items() if other != pair})[0] >= margin
    ]


def _is_small(ranks: Mapping[Pair, float]) -> bool:
    return max(len({line for line, _ in ranks}), len({receipt for _, receipt in ranks})) <= MOST


def _best(ranks: Mapping[Pair, float]) -> tuple[float, list[Pair]]:
    """The largest sum of ranks that uses no line and no receipt twice, and the pairs that come to it."""
    lines, receipts = sorted({line for line, _ in ranks}), sorted({receipt for _, receipt in ranks})

    @cache
    def best(at: int, taken: int) -> tuple[float, tuple[Pair, ...]]:
        if at == len(lines):
            return 0.0, ()
        found = best(at + 1, taken)
        for bit, receipt in enumerate(receipts):
            rank = ranks.get((lines[at], receipt), 0.0)
            if rank > 0 and not taken >> bit & 1:
                value, rest = best(at + 1, taken | 1 << bit)
                if value + rank > found[0] + 1e-9:
                    found = value + rank, ((lines[at], receipt), *rest)
        return found

    value, pairs = best(0, 0)
    return value, sorted(pairs)
