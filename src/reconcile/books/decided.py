"""What people said of lines and receipts: which settle one another, and which do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from reconcile import money
from reconcile.books.blocks import Pair, blocks
from reconcile.books.candidates import Candidates
from reconcile.books.links import DECIDED, Link
from reconcile.books.sides import Sides
from reconcile.errors import FrameRefused, shown
from reconcile.schema import SETTLEMENTS

Row = tuple[Pair, Any]
"""The positions of a line and a receipt, and what was said of them."""

OPTIONAL = ("reason", "fee", "on")


@dataclass(frozen=True, eq=False)
class Decided:
    """What people said, by positions: `links` are what they affirmed, `denied` the pairs that are none."""

    links: Sequence[Link] = ()
    denied: frozenset[Pair] = frozenset()

    def allowed(self, links: Sequence[Link]) -> list[Link]:
        """The links that have no denied pair in them, and nothing of what a person linked otherwise."""
        lines = {line for link in self.links for line in link.lines}
        receipts = {receipt for link in self.links for receipt in link.receipts}
        return [
            link
            for link in links
            if lines.isdisjoint(link.lines)
            and receipts.isdisjoint(link.receipts)
            and not (self.denied and self.denied & {(line, r) for line in link.lines for r in link.receipts})
        ]

    def of_candidates(self, found: Candidates) -> Candidates:
        """The candidates that nobody denied; what was denied one of its pairs needs more than amount and day."""
        if not self.denied:
            return found
        lines, receipts = found.unseen_lines.copy(), found.unseen_receipts.copy()
        lines[[line for line, _ in self.denied]] = True
        receipts[[receipt for _, receipt in self.denied]] = True
        return replace(found, pairs=self.without_denied(found.pairs), unseen_lines=lines, unseen_receipts=receipts)

    def without_denied(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """The rows (`line`, `receipt`) of a frame of pairs that nobody denied."""
        if not self.denied:
            return pairs
        both = zip(pairs["line"].tolist(), pairs["receipt"].tolist(), strict=True)
        found: pd.DataFrame = pairs[np.array([pair not in self.denied for pair in both], dtype=bool)]
        return found


def decided_of(sides: Sides, said: pd.DataFrame | None) -> Decided:
    """What people said of these sides; raises FrameRefused for what is not there, or does not come out."""
    if said is None:
        return Decided()
    rows = list(_rows(sides, settlements_of(said)))
    twice = [pair for pair, number in Counter(pair for pair, _ in rows).items() if number > 1]
    if twice:
        line, receipt = min(twice)
        what = f"decided: {_named(sides, (line,), (receipt,))} stand there twice"
        raise FrameRefused(what, do="Say of each pair once whether it is so.")
    denied = frozenset(pair for pair, row in rows if not row.settles)
    affirmed = {pair: row for pair, row in rows if row.settles}
    groups = [{pair: affirmed[pair] for pair in block} for block in blocks(sorted(affirmed))]
    return Decided([_link(sides, group) for group in groups], denied)


def settlements_of(said: pd.DataFrame) -> pd.DataFrame:
    """The frame with the columns of `schema.SETTLEMENTS`; those that nobody must give may be left out."""
    return SETTLEMENTS.check(said.assign(**{name: None for name in OPTIONAL if name not in said.columns}))


def _rows(sides: Sides, said: pd.DataFrame) -> Iterator[Row]:
    lines = {name: at for at, name in enumerate(sides.bank.ids)}
    receipts = {name: at for at, name in enumerate(sides.receipts.ids)}
    for row in cast("Iterator[Any]", said.itertuples(index=False)):
        for name, known, what in (
            (row.transaction_id, lines, "transaction"),
            (row.receipt_id, receipts, "receipt"),
        ):
            if name not in known:
                do = f"Take it from the column {what}_id of the {what}s, or leave the row out."
                raise FrameRefused(f'decided: no {what} is called "{shown(name, 40)}"', do=do)
        yield (lines[row.transaction_id], receipts[row.receipt_id]), row


def _link(sides: Sides, group: Mapping[Pair, Any]) -> Link:
    """One settlement; raises FrameRefused unless one side has one alone and the amounts come out, less a fee."""
    lines, receipts = tuple(sorted({line for line, _ in group})), tuple(sorted({r for _, r in group}))
    if len(lines) > 1 and len(receipts) > 1:
        used = min(r for r in receipts if sum(receipt == r for _, receipt in group) > 1)
        what = (
            f"decided: the receipt {shown(sides.receipts.ids[used], 40)} is used twice, by lines that have others too"
        )
        raise FrameRefused(what, do="Give one line and all its receipts, or one receipt and all its lines.")
    fees = pd.Series([row.fee for row in group.values()], dtype=money.AMOUNT)
    if (money.cents(fees) < 0).any():
        what = f"decided: the fee of {_named(sides, lines, receipts)} is below 0"
        raise FrameRefused(what, do="Give what was kept as a positive amount.")
    fee = int(money.cents(fees).sum())
    moved, booked = sides.bank.cents[list(lines)].tolist(), sides.receipts.cents[list(receipts)].tolist()
    if fault := comes_out(moved, booked, fee):
        do = "Correct the pairs or the receipts, or name what was kept on the way as the fee."
        raise FrameRefused(f"decided: {_named(sides, lines, receipts)} {fault}", do=do)
    said = sorted({_said(row) for row in group.values()})
    return Link(lines, receipts, DECIDED, "; ".join(said), 1.0, fee=fee)


def comes_out(moved: Sequence[int], booked: Sequence[int], fee: int) -> str:
    """What keeps lines and receipts, in cents, from settling one another, in words; empty where nothing does."""
    if len(moved) > 1 and len(booked) > 1:
        return "are several on both sides"
    if sum(booked) - fee == sum(moved):
        return ""
    less = f", less {money.shown_cents(fee)}" if fee else ""
    at_bank, in_books = (money.shown_cents(sum(side)) for side in (moved, booked))
    return f"do not come out: {at_bank} at the bank, {in_books} in the books{less}"


def _said(row: Any) -> str:
    when = f" on {row.on[:10]}" if isinstance(row.on, str) else ""
    return f"decided by {row.by}{when}" + (f": {row.reason}" if isinstance(row.reason, str) and row.reason else "")


def _named(sides: Sides, lines: Sequence[int], receipts: Sequence[int]) -> str:
    return (
        f"{' '.join(sides.bank.ids[line] for line in lines)} and "
        f"{' '.join(shown(sides.receipts.ids[receipt], 40) for receipt in receipts)}"
    )
