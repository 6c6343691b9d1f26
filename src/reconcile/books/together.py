"""Several on one side: receipts banked as one deposit, gifts that a payer makes at once, one receipt paid in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reconcile import money
from reconcile.books.aims import crosses, crossing
from reconcile.books.differing import FEE_EACH, FEE_SHARE, may_differ
from reconcile.books.distinct import Numbers, in_order, spread
from reconcile.books.evidence import NAME, common_of, named_in_text
from reconcile.books.free import Free, nothing_free
from reconcile.books.links import Link
from reconcile.books.one_to_one import WELL
from reconcile.books.pairs import Flags, equal_pairs, runs
from reconcile.books.payers import SHORTEST_NAME, names_in
from reconcile.books.sides import Books, Sides
from reconcile.matching.words import squashed
from reconcile.schema import PAYOUTS

FEWEST_UNNAMED = 3
"""A batch of fewer receipts whose name the bank does not print could come to a line's amount by chance."""

MOST_PARTS = 12
"""Parts of one gift beyond which no sum is looked for: among more, some come to any amount."""

LONGEST_INSTALMENTS = 92
"""Days between a receipt and the payments in parts that settle it."""

MOST_NEAR = 500
"""Receipts with a word of a payer's name, months around a line, beyond which no sum of them is looked for."""

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Batches:
    """The batches of more than one receipt: name, receipts, what they come to, and the last of their days."""

    names: list[str]
    receipts: list[tuple[int, ...]]
    cents: Numbers
    day: Numbers


def batches_of(books: Books) -> Batches:
    """The batches of more than one receipt, by name."""
    members: dict[str, list[int]] = {}
    for at, name in enumerate(books.batch):
        members.setdefault(name, []).append(at)
    names = sorted(name for name, own in members.items() if name and len(own) > 1)
    own = [tuple(members[name]) for name in names]
    cents = np.array([books.cents[list(each)].sum() for each in own], dtype=np.int64)
    day = np.array([books.day[list(each)].max() for each in own], dtype=np.int64)
    return Batches(names, own, cents, day)


def paid_out(payouts: pd.DataFrame | None) -> dict[str, Pair]:
    """For each payout of a gateway, by its name squashed, what its gifts come to and what it paid out, in cents."""
    if payouts is None:
        return {}
    rows = PAYOUTS.check(payouts)
    cents = pd.DataFrame({"gross": money.cents(rows["gross"]), "net": money.cents(rows["net"])}, index=rows.index)
    sums = cents.groupby(rows["payout"]).sum()
    return {squashed(str(name)): (int(gross), int(net)) for name, gross, net in sums.itertuples()}


def by_batch(sides: Sides, window: int, paid: Mapping[str, Pair]) -> list[Link]:
    """Receipts of one batch that come to one bank line, exactly; less a fee, a question unless a payout shows it."""
    bank, batches = sides.bank, batches_of(sides.receipts)
    named = named_in_text(sides, batches.names)
    printed = set(zip(named["line"].tolist(), named["at"].tolist(), strict=True))
    left, right = equal_pairs((bank.cents, bank.day), (batches.cents, batches.day), window)
    exact = set(zip(left.tolist(), right.tolist(), strict=True))
    sure = _alone(exact & printed)
    lines, taken = {line for line, _ in sure}, {at for _, at in sure}
    unnamed = _alone({(line, at) for line, at in exact if line not in lines and at not in taken})
    sure |= {(line, at) for line, at in unnamed if len(batches.receipts[at]) >= FEWEST_UNNAMED}
    links = [_link(sides, batches, pair, pair in printed) for pair in sorted(sure)]
    lines, taken = {line for line, _ in sure}, {at for _, at in sure}
    left_over = [(line, at) for line, at in sorted(printed) if line not in lines and at not in taken]
    return links + _less_a_fee(sides, batches, left_over, window, paid)


def _alone(pairs: set[Pair]) -> set[Pair]:
    """The pairs that are each other's only one."""
    lines, others = Counter(line for line, _ in pairs), Counter(at for _, at in pairs)
    return {(line, at) for line, at in pairs if lines[line] == 1 and others[at] == 1}


def _link(sides: Sides, batches: Batches, pair: Pair, printed: bool, fee: int = 0) -> Link:
    line, at = pair
    words = f'{len(batches.receipts[at])} receipts of the batch "{batches.names[at]}"'
    words += ", which the bank prints" if printed else ""
    words += f", less {money.rand(fee)}" if fee else ", which come to the line's amount"
    reason = crosses(sides, line, batches.receipts[at])
    if fee and not reason:
        reason = "the line is short of the receipts by what may be a gateway's fee; its report of payouts would show it"
    rule, sure = ("batch named", 0.99) if printed else ("batch", 0.97)
    return Link((line,), batches.receipts[at], rule, words, sure, reason, fee)


def _less_a_fee(sides: Sides, batches: Batches, pairs: list[Pair], window: int, paid: Mapping[str, Pair]) -> list[Link]:
    found = []
    for line, at in pairs:
        whole, own = int(batches.cents[at]), int(sides.bank.cents[line])
        fee, name = whole - own, squashed(batches.names[at])
        if fee and any(payout in name and sums == (whole, own) for payout, sums in paid.items()):
            words = f'{len(batches.receipts[at])} receipts of the batch "{batches.names[at]}", less {money.rand(fee)}'
            words += ", which the gateway kept by its report"
            reason = crosses(sides, line, batches.receipts[at])
            found.append(Link((line,), batches.receipts[at], "gateway payout", words, 0.999, reason, fee))
            continue
        most = FEE_SHARE * int(batches.cents[at]) + FEE_EACH * len(batches.receipts[at])
        if abs(int(batches.day[at] - sides.bank.day[line])) <= window and 0 < fee <= most:
            found.append(_link(sides, batches, (line, at), True, fee))
    return found


def of_payers(sides: Sides, free: Free, window: int) -> pd.DataFrame:
    """The open lines and receipts that share a payer's name or a receipt's number, and may settle one another.

    `line`, `receipt`, `numbered`, and `crowded`: whether there are others of the name that were not looked at.
    """
    books = sides.receipts
    named = free.of(named_in_text(sides, books.ids).rename(columns={"at": "receipt"}))
    numbers = (named["line"] * len(books) + named["receipt"]).to_numpy()
    sharing, crowded = _sharing_a_word(sides, free, window)
    pairs = in_order(np.concatenate([numbers, sharing]))
    line, receipt = np.divmod(pairs, max(len(books), 1))
    numbered = np.isin(pairs, numbers)
    fits = _may_settle(sides, line, receipt, window)
    line, receipt, numbered = line[fits], receipt[fits], numbered[fits]
    found, which = common_of(sides, line, receipt)
    # sums of a whole family's gifts come about by chance
    surely = np.array([each.level >= NAME and each.strength >= WELL for each in found], dtype=bool)[which]
    told = pd.DataFrame({"line": line, "receipt": receipt, "numbered": numbered})
    told["crowded"] = crowded.lines[line] | crowded.receipts[receipt]
    payers: pd.DataFrame = told[numbered | surely]
    return payers


def _may_settle(sides: Sides, line: Numbers, receipt: Numbers, window: int) -> Flags:
    """Which pairs are of near days and may be parts of one sum, or differ by a fee or a slip of the keys."""
    bank, books = sides.bank, sides.receipts
    own, booked = bank.cents[line], books.cents[receipt]
    apart = np.abs(books.day[receipt] - bank.day[line])
    in_parts = np.abs(own) < np.abs(booked)
    near = (np.sign(own) == np.sign(booked)) & (apart <= LONGEST_INSTALMENTS) & (in_parts | (apart <= window))
    fits = near & (apart <= window) & may_differ(own, booked)
    fits[near] |= ~crossing(sides, line[near], receipt[near])
    return np.asarray(fits)


def _sharing_a_word(sides: Sides, free: Free, window: int) -> tuple[Numbers, Free]:
    """The lines and receipts with a word of a payer's name in common that may settle one another, each pair one number.

    And those lines and receipts of which pairs were left out, because they are too many.
    """
    bank, books = sides.bank, sides.receipts
    at = {word: number for number, word in enumerate(sides.words)}
    words = [[at[w] for w in set(names_in(payer)) if len(w) > SHORTEST_NAME] for payer, _ in books.texts.known]
    receipt, name = spread(words, books.texts.of)
    line, word = sides.printed
    line, word = line[free.lines[line]], word[free.lines[line]]
    receipt, name = receipt[free.receipts[receipt]], name[free.receipts[receipt]]
    one, other = (word, bank.day[line]), (name, books.day[receipt])
    near, (own, booked) = runs(one, other, LONGEST_INSTALMENTS).but_crowds(MOST_NEAR)
    crowded = nothing_free(sides)
    crowded.lines[line[own]], crowded.receipts[receipt[booked]] = True, True
    found = [np.empty(0, dtype=np.int64)]
    for left, right in near.slices():
        a, b = line[left], receipt[right]
        fits = _may_settle(sides, a, b, window)
        found.append(a[fits] * len(books) + b[fits])
    return in_order(np.concatenate(found)), crowded


def of_one_payer(sides: Sides, pairs: pd.DataFrame, window: int) -> list[Link]:
    """One line for several receipts of its payer, or several lines for one receipt, of the pairs `of_payers` gave.

    Only where all there are come to it, so that no chance sum is taken.
    """
    pairs = pairs[~crossing(sides, pairs["line"].to_numpy(), pairs["receipt"].to_numpy())]
    links = _of_one_payer(sides, pairs[pairs["numbered"]], window)
    lines, receipts = {b for link in links for b in link.lines}, {r for link in links for r in link.receipts}
    left = pairs[~pairs["line"].isin(lines) & ~pairs["receipt"].isin(receipts)]
    return links + _of_one_payer(sides, left, window)


def _of_one_payer(sides: Sides, pairs: pd.DataFrame, window: int) -> list[Link]:
    bank, books = sides.bank, sides.receipts
    line, receipt = pairs["line"].to_numpy(), pairs["receipt"].to_numpy()
    apart = np.abs(books.day[receipt] - bank.day[line])
    less = np.abs(bank.cents[line]) < np.abs(books.cents[receipt])
    links = [
        Link(
            (one,), own, "one payment", f'{len(own)} receipts of the payer "{books.payer[own[0]]}", paid at once', 0.98
        )
        for one, own in _sums(pairs[~less & (apart <= window)], "line", "receipt", bank.cents, books.cents)
    ]
    parts = pairs[less & (apart <= LONGEST_INSTALMENTS)]
    links += [
        Link(own, (one,), "in parts", f"{len(own)} payments of the payer come to the receipt", 0.98)
        for one, own in _sums(parts, "receipt", "line", books.cents, bank.cents)
    ]
    return _without_overlap(links)


def _sums(
    pairs: pd.DataFrame, one: str, many: str, whole: Numbers, parts: Numbers
) -> list[tuple[int, tuple[int, ...]]]:
    """For each of `one` the two or more of `many` that are all there are and come to it."""
    # of a name of which not all were looked at nothing is known to be all there is
    pairs = pairs[~pairs["crowded"].groupby(pairs[one]).transform("any")]
    members: dict[int, list[int]] = {}
    for at, other in zip(pairs[one].tolist(), pairs[many].tolist(), strict=True):
        members.setdefault(at, []).append(other)
    return [
        (at, tuple(sorted(own)))
        for at, own in sorted(members.items())
        if 2 <= len(own) <= MOST_PARTS and int(parts[own].sum()) == int(whole[at])
    ]


def _without_overlap(links: list[Link]) -> list[Link]:
    """The links of which no line and no receipt is in another: what could be two ways is a question."""
    lines = Counter(line for link in links for line in link.lines)
    receipts = Counter(r for link in links for r in link.receipts)
    return [
        link
        for link in links
        if all(lines[line] == 1 for line in link.lines) and all(receipts[r] == 1 for r in link.receipts)
    ]
