"""Rows with a running balance, put in time order and proved by the chain of their balances."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.chain import Chain, check_chain
from reconcile.files import Document
from reconcile.parsers.cells import Mask
from reconcile.parsers.days import Days
from reconcile.parsers.frames import Aside, Rows, period_of, set_aside, source_of, split_by_effect
from reconcile.parsers.lines import Lines
from reconcile.parsers.odd_lines import OddLines
from reconcile.parsers.proofs import Sentences
from reconcile.statement import Account, Period, Statement

Cents = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ledger:
    """Proved rows, oldest first: `rows` those read whole, `moves` which of them move money, `cents` what all moved.

    `asides` are the rows set aside, `broken` whether the figures of some of these cannot be read; `count` is the number
    of lines, `others` of those that are no rows.
    """

    rows: Rows
    moves: Mask
    cents: Cents
    chain: Chain
    asides: tuple[Aside, ...]
    broken: bool
    in_chain: int
    count: int
    others: int
    odd: OddLines

    @property
    def moved(self) -> int:
        """What all rows of the chain moved, in cents, those set aside for their text too."""
        return int(self.cents.sum())

    @property
    def unread(self) -> bool:
        """Whether what a row set aside moved is not known."""
        return any(a.cents is None for a in self.asides)


@dataclass(frozen=True)
class StatedBalances:
    """What an export states of its rows: `opening` and `closing` in cents, and its order where that is known.

    `nought_is_unknown`: a balance of 0 that does not fit is not known. `may_stand_still`: a row whose balance is that
    of the row before moves no money, whatever its amount says.
    """

    opening: int | None = None
    closing: int | None = None
    nought_is_unknown: bool = False
    may_stand_still: bool = False
    oldest_first: bool | None = None


def prove(lines: Lines, stated: StatedBalances) -> Ledger:
    """The rows in time order, each balance the one before plus the amount; raises DamagedStatement."""
    with ThreadPoolExecutor(1) as beside:  # telling texts apart takes as long as the proof, and needs nothing of it
        texts = beside.submit(pc.dictionary_encode, lines.descriptions)
        return _proved(lines, stated, texts)


def _proved(lines: Lines, stated: StatedBalances, texts: Future[pa.DictionaryArray]) -> Ledger:
    odd, places = lines.odd, lines.places
    amounts, balances = money.cents(money.series(lines.amounts)), money.cents(money.series(lines.balances))
    oldest_first = stated.oldest_first
    if oldest_first is None:
        oldest_first = not _newest_first(lines, amounts, balances, stated.opening, stated.closing)
    order = np.arange(len(places)) if oldest_first else np.arange(len(places))[::-1]
    cents, good = amounts[order], lines.good[order]
    gaps = _gaps(lines, oldest_first)
    if stated.may_stand_still:
        _stand_still(lines, cents, good, _still(balances[order], stated.opening, gaps), gaps)
        gaps = _gaps(lines, oldest_first)
    numbers = places[order] + lines.first_line
    chain = check_chain(
        cents,
        balances[order],
        numbers,
        file=odd.file,
        gaps=gaps.tolist(),
        opening=stated.opening,
        closing=stated.closing,
        nought_is_unknown=stated.nought_is_unknown,
    )
    moved = dict(zip(numbers.tolist(), cents.tolist(), strict=True)) if odd.asides else {}
    asides = tuple(odd.asides_with_amounts(moved, gaps.tolist(), chain.implied_cents))
    rows = _rows(lines, texts.result(), order[good], numbers[good], chain.unknown[good])
    others, broken = len(odd.no_rows), bool(odd.unreadable)
    return Ledger(rows, cents[good] != 0, cents, chain, asides, broken, len(places), lines.count, others, odd)


def _gaps(lines: Lines, oldest_first: bool) -> npt.NDArray[np.intp]:
    """In front of which row of the chain, oldest first, each line stands whose figures cannot be read."""
    at = np.searchsorted(lines.places, np.array(lines.odd.unreadable, dtype=np.intp))
    return at if oldest_first else len(lines.places) - at


def _rows(
    lines: Lines,
    texts: pa.DictionaryArray,
    order: npt.NDArray[np.intp],
    numbers: npt.NDArray[np.int64],
    unknown: Mask,
) -> Rows:
    whole = len(order) == len(lines.places) and bool((order[:1] == 0).all())  # already as wanted: nothing to copy
    take = None if whole else pa.array(order)

    def taken(column: pa.Array) -> pa.Array:
        return column if take is None or column is None else column.take(take)

    balances = taken(lines.balances)
    if unknown.any():
        balances = pc.if_else(pa.array(unknown), pa.scalar(None, money.ARROW), balances)
    others = (taken(lines.references), taken(lines.bank_ids))
    return Rows(numbers, lines.days[order], taken(lines.amounts), balances, taken(texts), *others)


def _stand_still(lines: Lines, cents: Cents, good: Mask, still: Mask, gaps: npt.NDArray[np.intp]) -> None:
    """Take the movement from rows that stand still. One behind a gap may or may not: it is set aside with the gap."""
    behind = np.unique(gaps[gaps < len(cents)])
    doubtful = behind[good[behind] & (cents[behind] != 0)]
    for position in lines.places[doubtful].tolist():
        lines.odd.doubt(position)
    good[doubtful] = False
    cents[still] = 0
    cents[doubtful] = 0


def _still(balances: Cents, opening: int | None, gaps: npt.NDArray[np.intp]) -> Mask:
    """Which rows leave the balance as it was; behind a gap, and at the start without an opening, none tells."""
    still = np.zeros(len(balances), dtype=bool)
    if len(balances):
        still[1:] = balances[1:] == balances[:-1]
        still[0] = opening is not None and balances[0] == opening
        still[[gap for gap in gaps.tolist() if gap < len(balances)]] = False
    return still


def _newest_first(lines: Lines, amounts: Cents, balances: Cents, opening: int | None, closing: int | None) -> bool:
    """By the days; inside one day by the balances; where both orders fit, by the balances the export states."""
    days: Days = lines.days[lines.good]
    if len(days) and days[0] != days[-1]:
        return bool(days[0] > days[-1])
    down = int((balances[:-1] - amounts[:-1] == balances[1:]).sum())
    up = int((balances[:-1] + amounts[1:] == balances[1:]).sum())
    if down != up:
        return down > up
    if not len(balances):
        return False
    if closing is not None:
        return not (balances[0] != closing and balances[-1] == closing)
    return not (opening is not None and balances[0] - amounts[0] == opening)


def statement_of(
    ledger: Ledger,
    document: Document,
    layout: str,
    account: Account,
    sentences: Sentences,
    *,
    period: Period | None = None,
    number: int | None = None,
    warnings: Sequence[str] = (),
) -> Statement:
    """The statement of a proved ledger; `period` as stated, or else the days of its rows."""
    source = source_of(document, layout)
    transactions, notices = split_by_effect(ledger.rows, account.number, source.name, ledger.moves)
    ledger.odd.check_footers(ledger.chain, transactions)
    notes = [*document.warnings, *warnings, *ledger.odd.warnings]
    if not len(ledger.rows.lines):
        notes.append("no transactions")
    backwards = np.flatnonzero(np.diff(ledger.rows.days) < np.timedelta64(0))
    if len(backwards):
        notes.append(f"the dates are not in order at line {int(ledger.rows.lines[backwards[0] + 1])}")
    return Statement(
        account,
        period or period_of(ledger.rows.days),
        ledger.chain.opening,
        ledger.chain.closing,
        transactions,
        notices,
        set_aside(ledger.asides, source.name),
        source,
        sentences.proof(),
        tuple(notes),
        number,
    )


def line_parts(ledger: Ledger, heading: int, words: str = "lines of heading") -> list[tuple[int, str]]:
    """What the lines of a file are, for the check that every line is accounted for."""
    moving = int(ledger.moves.sum())
    return [
        (heading, words),
        (moving, "transactions"),
        (len(ledger.moves) - moving, "notices"),
        (len(ledger.asides), "rows set aside"),
        (ledger.others, "blank or without a row"),
    ]
