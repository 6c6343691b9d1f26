"""reconcile: the bank's lines against the charity's own receipts, both sides to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

import pandas as pd

from reconcile import money
from reconcile.books.before import NOTHING, Before
from reconcile.books.both_sides import Held, both_sides
from reconcile.books.candidates import candidates
from reconcile.books.copied import word_for_word
from reconcile.books.decided import Decided, decided_of
from reconcile.books.free import all_free, in_pairs
from reconcile.books.links import DECIDED, LINKED, PROPOSED, SETTLED, Link
from reconcile.books.near_amounts import near_amounts, tolerated
from reconcile.books.one_to_one import EQUAL, best_pairs
from reconcile.books.open_items import ageing, duplicates, open_lines, open_receipts
from reconcile.books.questions import open_pairs, other_amounts
from reconcile.books.sides import Sides, sides_of
from reconcile.books.some_of import some_of_batch, some_of_payer
from reconcile.books.together import by_batch, of_one_payer, of_payers, paid_out
from reconcile.campaigns import FundVocabulary, default_funds
from reconcile.errors import FrameRefused
from reconcile.facts import as_html, as_text
from reconcile.schema import LINKS

Rand = Decimal | str | int

WINDOW = 7
"""Days between the bank's day and the receipt's: a receipt is written as the money is given, or from the statement."""


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """What settles what, and what is open on both sides.

    `links` has a row per pair (columns of `schema.LINKS`); `unmatched_bank` and `unmatched_receipts` every line and
    receipt that nothing is `linked` to, by itself or by a person, with `why` in words; `duplicates` what may stand
    twice on one side. Of a month of a store, `before` says what of it was open when the month began.
    """

    transactions: pd.DataFrame
    receipts: pd.DataFrame
    links: pd.DataFrame
    unmatched_bank: pd.DataFrame
    unmatched_receipts: pd.DataFrame
    duplicates: pd.DataFrame
    before: Before | None = None

    @property
    def settled(self) -> pd.DataFrame:
        """The rows of `links` that settle one another, linked by themselves or by a person; the others are asked."""
        return self.links[self.links["status"].isin(SETTLED)]

    @property
    def fees(self) -> pd.DataFrame:
        """What gateways kept: the rows of `links` by which a line is short of the receipts that it settles."""
        return self.settled[self.settled["receipt_id"].isna()]

    def bank_reconciliation(self, *, opening: Rand | None = None, books_opening: Rand | None = None) -> pd.DataFrame:
        """The two balances brought together: `side`, `item`, `count`, `amount` (rand); the last row must be 0.

        `opening` is the bank's balance before the first line, `books_opening` the books'; left out, both begin at 0,
        and the rows show what moved. Of a month they are known: the statements', and this with what was open before.
        Raises NotMoney for what is no exact amount.
        """
        bank, books = Held(self.transactions, self.unmatched_bank), Held(self.receipts, self.unmatched_receipts)
        before = self.before or NOTHING
        return both_sides(bank, books, self.fees, before, opening=opening, books_opening=books_opening)

    def ageing(self, on: date | None = None) -> pd.DataFrame:
        """What is open by `side` and `days` open on a day (the last of both sides unless given): `count`, `amount`."""
        return ageing(self.unmatched_bank, self.unmatched_receipts, on)

    def facts(self) -> list[tuple[str, str]]:
        """What a person wants to know first, as label and text."""
        linked = self.settled
        asked = self.links.loc[self.links["status"] == PROPOSED, "group"].nunique()
        off = self.bank_reconciliation()["amount"].iloc[-1]
        return [
            ("Bank lines", f"{len(self.transactions)}, {linked['transaction_id'].nunique()} linked"),
            ("Receipts", f"{len(self.receipts)}, {linked['receipt_id'].nunique()} linked"),
            ("Open at the bank", _counted(self.unmatched_bank)),
            ("Open in the books", _counted(self.unmatched_receipts)),
            ("Questions", str(asked)),
            ("May stand twice", str(len(self.duplicates))),
            ("Both sides", "tie out" if off == 0 else f"differ by {money.shown(off)}"),
        ]

    def __repr__(self) -> str:
        return as_text(self.facts())

    def _repr_html_(self) -> str:
        return as_html(self.facts())


def _counted(rows: pd.DataFrame) -> str:
    return f"{len(rows)}, {money.shown(money.total(rows['amount']))}"


def reconcile(
    transactions: pd.DataFrame,
    receipts: pd.DataFrame,
    *,
    matches: pd.DataFrame | None = None,
    funds: FundVocabulary | None = None,
    payouts: pd.DataFrame | None = None,
    decided: pd.DataFrame | None = None,
    tolerance: Rand = 0,
    window: int = WINDOW,
) -> Reconciliation:
    """The bank's lines and the charity's receipts, each linked to what settles it, asked about, or open.

    Numbers and references link before names, names before amount and day alone; of several a pair is linked only where
    it beats all others of its line and of its receipt. Deposits of a batch, gifts of a payer made at once or in parts
    are linked where they come to the cent. Other amounts (a fee, changed figures) are proposed, never linked. No
    link crosses a fund or a campaign: those of `matches`, and where these know none, the fund that the text names by a
    word of `funds` (the built-in ones unless given). The order of the rows means nothing.

    `payouts` (a gateway's report, columns of `schema.PAYOUTS`) shows what it kept of a batch, which is no question
    then; `window` is the most days between both. `decided` (columns of `schema.SETTLEMENTS`) is what people said: what
    they affirmed is linked, also across funds, and what they denied is not asked again. Amounts that differ by no more
    than `tolerance` (rand) are proposed too.

    Raises FrameRefused for frames that lack columns or have an id twice, and for a decision on what is not there or
    does not come out; NotMoney for a tolerance that is no amount.
    """
    if window < 0:
        raise FrameRefused(f"the window is {window} days", do="Give 0 or more days.")
    sides = sides_of(transactions, receipts, matches, funds or default_funds())
    links = _settled(sides, window, paid_out(payouts), decided_of(sides, decided), tolerated(tolerance))
    frame = _frame(sides, links)
    return Reconciliation(
        transactions,
        receipts,
        frame,
        open_lines(transactions, frame, sides),
        open_receipts(receipts, frame),
        duplicates(sides),
    )


def _settled(
    sides: Sides, window: int, paid: Mapping[str, tuple[int, int]], decided: Decided, tolerance: int
) -> list[Link]:
    """All links and questions; no line and no receipt is linked twice, and what people said goes before all else."""
    links = decided.allowed(by_batch(sides, window, paid))
    sure = [*decided.links, *(link for link in links if not link.reason)]
    free = all_free(sides).without(sure)
    sure += [link for link in decided.allowed(word_for_word(sides)) if free.has(link)]
    found = decided.of_candidates(candidates(sides, window))
    sure += best_pairs(sides, found, free.without(sure), window)
    near = decided.without_denied(of_payers(sides, free.without(sure), window))
    several = of_one_payer(sides, near, window)
    sure += [link for link in several if not link.reason]
    asked = [link for link in (*links, *several) if link.reason]
    free = free.without(sure)
    left = free.without(asked)
    asked += decided.allowed(open_pairs(sides, found.pairs, left, window))
    # an open line of which the amount has a receipt is asked about that one only
    no_pair = free.but(in_pairs(sides, left, window))
    asked += other_amounts(sides, near, window, no_pair)
    asked += decided.allowed(near_amounts(sides, window, tolerance, no_pair, asked))
    asked += decided.allowed(some_of_batch(sides, free, free.without(asked), window))
    asked += some_of_payer(sides, near, free, free.without(asked), window)
    return sure + asked


def _pairs(link: Link, own: Sequence[int], booked: Sequence[int]) -> list[tuple[int, int, int]]:
    """The line, the receipt and the cents of each row of a link."""
    if link.rule == EQUAL:
        return [(line, r, own[line]) for line, r in zip(link.lines, link.receipts, strict=True)]
    if len(link.lines) == 1:
        return [(line, r, booked[r]) for line in link.lines for r in link.receipts]
    # a fee is the first line's: with it the amounts of that line come to what it moved
    kept = {link.lines[0]: link.fee}
    return [(line, r, own[line] + kept.get(line, 0)) for line in link.lines for r in link.receipts]


def _status(link: Link) -> str:
    return DECIDED if link.rule == DECIDED else PROPOSED if link.reason else LINKED


def _frame(sides: Sides, links: Sequence[Link]) -> pd.DataFrame:
    """The links as rows, one for each pair, and one for a fee."""
    ids, numbers = sides.bank.ids, sides.receipts.ids
    own, booked = sides.bank.cents.tolist(), sides.receipts.cents.tolist()
    rows: list[tuple[object, ...]] = []
    for link in links:
        # named for what is in it, so that it is the same whatever else there is
        group = min(ids[line] for line in link.lines) + "/" + min(numbers[r] for r in link.receipts)
        told = (_status(link), link.rule, link.evidence, link.confidence, group, link.reason)
        rows += [(ids[line], numbers[r], cents, *told) for line, r, cents in _pairs(link, own, booked)]
        if link.fee:
            rows.append((ids[link.lines[0]], None, -link.fee, *told))
    if not rows:
        return LINKS.empty()
    frame = pd.DataFrame(rows, columns=LINKS.names)
    amount = pd.Series([money.rand(cast("int", row[2])) for row in rows], dtype=money.AMOUNT)
    frame = frame.assign(amount=amount, reason=frame["reason"].where(frame["reason"].ne("")))
    return LINKS.check(frame).sort_values(["transaction_id", "group", "receipt_id"], ignore_index=True)
