"""One bank line and one receipt: the best of all pairs together, and a question where two are as good."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.books.assignment import sure_pairs
from reconcile.books.blocks import Pair, blocks
from reconcile.books.by_amount import NEAR, by_amount
from reconcile.books.candidates import Candidates
from reconcile.books.evidence import ENOUGH, NAME, NOTHING, NUMBER, REFERENCE
from reconcile.books.free import Free
from reconcile.books.links import Link
from reconcile.books.payers import one_payer
from reconcile.books.sides import Sides

MARGIN = 0.25
"""A pair must be so much better than any other of its line and of its receipt."""

SURE_BY = 0.15
"""An assignment without a pair must be so much worse than the best one with it."""

WELL = 0.8
"""A name that is there so surely needs no near days."""

CONFIDENCE = {NUMBER: 0.999, REFERENCE: 0.995, NAME: 0.99, NOTHING: 0.97}
EQUAL = "equal gifts"
"""Lines and receipts that settle one another together: which is which makes no difference to any fund."""

RULES = {NUMBER: "receipt number", REFERENCE: "reference", NAME: "payer's name", NOTHING: "amount and day"}


def best_pairs(sides: Sides, found: Candidates, free: Free, window: int) -> list[Link]:
    """The links that are sure.

    In each round every pair that beats all others of its line and of its receipt is linked at once; what is taken
    leaves others alone with one another. So neither the order of the lists nor of the work decides.
    """
    links: list[Link] = []
    pairs = free.of(found.pairs)
    for least in (NAME, NOTHING):
        while True:
            sure = _sure(pairs)
            if least == NOTHING:
                sure = pd.concat([sure, by_amount(sides, found, pairs, free, window)])
            elif sure.empty:
                sure = _best_in_blocks(pairs)
            new = [_link(pair) for pair in cast("Iterable[Any]", sure.itertuples())]
            new += _twins(sides, pairs) if sure.empty and least == NAME else []
            if not new:
                break
            links += new
            free = free.without(new)
            pairs = free.of(pairs)
    return links


def _best_in_blocks(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs that are in every good assignment of the lines and receipts that hang together by names."""
    sure = {pair for own in _blocks(_strong(pairs)) if len(own) > 1 for pair in sure_pairs(own, SURE_BY)}
    there = [pair in sure for pair in zip(pairs["line"].tolist(), pairs["receipt"].tolist(), strict=True)]
    found: pd.DataFrame = pairs[np.array(there, dtype=bool)]
    return found


def _strong(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs[_worth(pairs) & pairs["clash"].eq("").to_numpy()]


def _worth(pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which pairs have a number, a reference or a name in common; a family's name alone must be of near days."""
    level, strength, apart = (pairs[name].to_numpy() for name in ("level", "strength", "apart"))
    seen = (level >= REFERENCE) | ~pairs["crowded"].to_numpy(dtype=bool)
    return np.asarray(seen & (strength >= ENOUGH) & ((strength >= WELL) | (np.abs(apart) <= NEAR)))


def _rank(pairs: pd.DataFrame) -> npt.NDArray[np.float64]:
    level, strength = pairs["level"].to_numpy(), pairs["strength"].to_numpy()
    rank = np.where(level >= REFERENCE, level - 0.5, level) + strength
    # another fund or campaign speaks against a pair as much as a name speaks for it
    return np.asarray(rank - pairs["clash"].ne("").to_numpy(), dtype=np.float64)


def _sure(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs that may be linked by themselves, now."""
    rank = pd.Series(_rank(pairs), index=pairs.index)
    worth = _worth(pairs)
    for side in ("line", "receipt"):
        worth &= _lead(rank, pairs[side]) >= MARGIN
    return pairs[worth & pairs["clash"].eq("").to_numpy()]


def _lead(ranks: pd.Series[float], side: pd.Series[int]) -> npt.NDArray[np.float64]:
    """How far the rank of each pair is before the best of the others of its line, or of its receipt."""
    order = np.lexsort((-ranks.to_numpy(), side.to_numpy()))
    own, rank = side.to_numpy()[order], ranks.to_numpy()[order]
    first = np.append(True, own[1:] != own[:-1]) if len(own) else np.empty(0, dtype=bool)
    begins = np.flatnonzero(first)
    at = np.cumsum(first) - 1
    best = rank[begins]
    sizes = np.diff(np.append(begins, len(own)))
    second = np.where(sizes > 1, rank[np.minimum(begins + 1, len(own) - 1)] if len(own) else best, -np.inf)
    lead = np.empty(len(own))
    lead[order] = rank - np.where(first, second[at], best[at])
    return lead


def _link(pair: Any) -> Link:
    words = pair.words or "nothing but amount and day, and no other of this amount near"
    when = "the same day" if pair.apart == 0 else f"{abs(pair.apart)} day{'s' if abs(pair.apart) > 1 else ''} apart"
    said = f"{words}; the same amount, {when}"
    return Link((int(pair.line),), (int(pair.receipt),), RULES[pair.level], said, CONFIDENCE[pair.level])


def _twins(sides: Sides, pairs: pd.DataFrame) -> list[Link]:
    """Equal gifts of one payer, as many on both sides: linked in the order of their days."""
    bank, books = sides.bank, sides.receipts
    found: list[Link] = []
    for own in _blocks(_strong(pairs)):
        lines, receipts = sorted({b for b, _ in own}), sorted({r for _, r in own})
        if len(lines) != len(receipts) or len(lines) < 2:
            continue
        payers = [books.payer[r] for r in receipts]
        booked, booked_sure = one_payer(payers, payers)
        paid, paid_sure = one_payer([bank.text[b] for b in lines], payers)
        # receipts of one payer and day may be one, issued twice
        twice = len({int(books.day[r]) for r in receipts}) < len(receipts)
        alike = (booked and paid) or paid_sure or (booked_sure and not twice)
        told = [
            {side[at] for at in rows} - {""}
            for side, rows in (
                (bank.fund, lines),
                (bank.campaign, lines),
                (books.fund, receipts),
                (books.campaign, receipts),
            )
        ]
        order = zip(lines, receipts, strict=True)
        if alike and all(len(names) < 2 for names in told) and own.keys() >= set(order):
            words = f"{len(lines)} equal gifts of one payer and as many receipts, in the order of their days"
            found.append(Link(tuple(lines), tuple(receipts), EQUAL, words, 0.98))
    return found


def _blocks(pairs: pd.DataFrame) -> list[dict[Pair, float]]:
    """The pairs with their ranks, in blocks that share no line and no receipt."""
    found = zip(pairs["line"].tolist(), pairs["receipt"].tolist(), strict=True)
    ranks = dict(zip(found, _rank(pairs).tolist(), strict=True))
    return [{pair: ranks[pair] for pair in block} for block in blocks(ranks)]
