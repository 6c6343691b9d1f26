"""One bank line and one receipt: the best of all pairs together, and a question where two are as good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.books.assignment import sure_pairs
from reconcile.books.evidence import ENOUGH, NAME, NOTHING, NUMBER, REFERENCE, Common, common, named_in_text
from reconcile.books.pairs import equal_pairs
from reconcile.books.payers import one_payer
from reconcile.books.sides import Side, Sides
from reconcile.schema import TEXT

MARGIN = 0.25
"""A pair must be so much better than any other of its line and of its receipt."""

SURE_BY = 0.15
"""An assignment without a pair must be so much worse than the best one with it."""

WELL = 0.8
"""A name that is there so surely needs no near days."""

NEAR = 4
"""Days for what is less sure: a receipt is written with the gift, or when the statement comes."""

ROUND = 5000
"""Cents of which many gifts are a multiple: two of such an amount may well be two gifts."""

ALONE = 30
"""So many days on both sides an amount must be the only open one, for amount and day alone to link."""

CONFIDENCE = {NUMBER: 0.999, REFERENCE: 0.995, NAME: 0.99, NOTHING: 0.97}
EQUAL = "equal gifts"
"""Lines and receipts that settle one another together: which is which makes no difference to any fund."""

RULES = {NUMBER: "receipt number", REFERENCE: "reference", NAME: "payer's name", NOTHING: "amount and day"}


@dataclass(frozen=True)
class Link:
    """Bank lines and receipts that settle one another, `fee` cents short; by itself unless there is a `reason`."""

    lines: tuple[int, ...]
    receipts: tuple[int, ...]
    rule: str
    evidence: str
    confidence: float
    reason: str = ""
    fee: int = 0


def candidates(sides: Sides, window: int) -> pd.DataFrame:
    """Every pair of one amount and near days.

    `line` and `receipt` are rows of both sides, `level` and `strength` what they have in common and `words` says it,
    `apart` are days, `clash` is why a person must say, or empty.
    """
    bank, books = sides.bank, sides.receipts
    left, right = equal_pairs((bank.cents, bank.day), (books.cents, books.day), window)
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    named = named_in_text(sides, books.ids)
    numbered = set(zip(named["line"].tolist(), named["at"].tolist(), strict=True))
    found = [
        Common(NUMBER, 1.0, f"the receipt's number {books.ids[r]}")
        if (b, r) in numbered
        else common(bank.text[b], bool(bank.told[b]), books.payer[r], books.reference[r])
        for b, r in pairs
    ]
    banked = {batch for batch, number in Counter(books.batch).items() if batch and number > 1}
    clashes = [
        crosses(sides, b, (r,))
        or (_of_batch(books.batch[r]) if f.level < REFERENCE and books.batch[r] in banked else "")
        for (b, r), f in zip(pairs, found, strict=True)
    ]
    return pd.DataFrame(
        {
            "line": left,
            "receipt": right,
            "level": np.array([f.level for f in found], dtype=np.int64),
            "strength": np.array([f.strength for f in found], dtype=np.float64),
            "apart": books.day[right] - bank.day[left],
            "clash": pd.Series(clashes, dtype=TEXT),
            "words": pd.Series([f.words for f in found], dtype=TEXT),
        }
    )


def crosses(sides: Sides, line: int, receipts: Sequence[int]) -> str:
    """Why a person must say: the line is for one fund or campaign and a receipt for another; empty where none is."""
    for name, own, others in (
        ("fund", sides.bank.fund, sides.receipts.fund),
        ("campaign", sides.bank.campaign, sides.receipts.campaign),
    ):
        other = {others[r] for r in receipts} - {"", own[line]}
        if own[line] and other:
            return f"the bank line's {name} is {own[line]}, the receipt's {min(other)}"
    return ""


def _of_batch(batch: str) -> str:
    return f'the receipt was banked with others, as "{batch}"'


def best_pairs(sides: Sides, pairs: pd.DataFrame) -> tuple[list[Link], pd.DataFrame]:
    """The links that are sure, and the pairs that are then left.

    In each round every pair that beats all others of its line and of its receipt is linked at once; what is taken
    leaves others alone with one another. So neither the order of the lists nor of the work decides.
    """
    links: list[Link] = []
    for least in (NAME, NOTHING):
        while True:
            sure = _sure(sides, pairs, least)
            if sure.empty and least == NAME:
                sure = _best_in_blocks(pairs)
            found = [_link(pair) for pair in cast("Iterable[Any]", sure.itertuples())]
            found += _twins(sides, pairs) if sure.empty and least == NAME else []
            if not found:
                break
            links += found
            lines = {line for link in found for line in link.lines}
            receipts = {receipt for link in found for receipt in link.receipts}
            pairs = pairs[~pairs["line"].isin(lines) & ~pairs["receipt"].isin(receipts)]
    return links, pairs


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
    named = (pairs["level"] >= NAME).to_numpy() & (pairs["strength"] >= ENOUGH).to_numpy()
    return named & ((pairs["strength"] >= WELL).to_numpy() | (pairs["apart"].abs() <= NEAR).to_numpy())


def _rank(pairs: pd.DataFrame) -> npt.NDArray[np.float64]:
    level, strength = pairs["level"].to_numpy(), pairs["strength"].to_numpy()
    rank = np.where(level >= REFERENCE, level - 0.5, level) + strength
    # another fund or campaign speaks against a pair as much as a name speaks for it
    return np.asarray(rank - pairs["clash"].ne("").to_numpy(), dtype=np.float64)


def _sure(sides: Sides, pairs: pd.DataFrame, least: int) -> pd.DataFrame:
    """The pairs that may be linked by themselves, now."""
    rank = pd.Series(_rank(pairs), index=pairs.index)
    worth = _worth(pairs)
    if least == NOTHING:
        near = (pairs["apart"].abs() <= NEAR).to_numpy()
        worth |= (pairs["level"] == NOTHING).to_numpy() & near & _nothing_else(sides, pairs)
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


def _nothing_else(sides: Sides, pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the amount is the only open one for weeks on both sides, and the bank names nobody but the receipt."""
    bank, books = sides.bank, sides.receipts
    lines, receipts = pairs["line"].to_numpy(), pairs["receipt"].to_numpy()
    alone = _only_open(bank, lines) & _only_open(books, receipts)
    unnamed = np.array([not books.payer[r] for r in receipts.tolist()], dtype=bool)
    return np.asarray(alone & (~bank.told[lines] | unnamed) & (bank.cents[lines] % ROUND != 0))


def _only_open(side: Side, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Of each of some rows, whether no other has its amount, fund and campaign for weeks; linked ones do not count."""
    own = np.unique(rows)
    told = pd.DataFrame({"cents": side.cents, "fund": side.fund, "campaign": side.campaign}).iloc[own]
    same = np.asarray(told.groupby(list(told)).ngroup(), dtype=np.int64), side.day[own]
    near, _ = equal_pairs(same, same, ALONE)
    return np.asarray((np.bincount(near, minlength=len(own)) == 1)[np.searchsorted(own, rows)])


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


def _blocks(pairs: pd.DataFrame) -> list[dict[tuple[int, int], float]]:
    """The pairs with their ranks, in blocks that share no line and no receipt."""
    home: dict[tuple[str, int], tuple[str, int]] = {}

    def top(node: tuple[str, int]) -> tuple[str, int]:
        while home.setdefault(node, node) != node:
            home[node] = home[home[node]]
            node = home[node]
        return node

    found = list(zip(pairs["line"].tolist(), pairs["receipt"].tolist(), strict=True))
    for line, receipt in found:
        home[top(("line", line))] = top(("receipt", receipt))
    blocks: dict[tuple[str, int], dict[tuple[int, int], float]] = {}
    for (line, receipt), rank in zip(found, _rank(pairs).tolist(), strict=True):
        blocks.setdefault(top(("line", line)), {})[line, receipt] = rank
    return list(blocks.values())
