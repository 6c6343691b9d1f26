"""Rows with a running balance: read from their cells, put in time order and proved by the chain of their balances."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.chain import Chain, check_chain
from reconcile.files import Document
from reconcile.parsers.cells import PRINTABLE, Cells, Mask
from reconcile.parsers.days import Days
from reconcile.parsers.frames import UNPRINTABLE, Aside, Rows, period_of, set_aside, source_of, split_by_effect
from reconcile.parsers.odd_lines import OddLines, Wording
from reconcile.parsers.proofs import Sentences
from reconcile.statement import Account, Period, Statement
from reconcile.texts import only_of, rows_with

Cents = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lines:
    """The lines below a heading, read but not yet proved, in the order of the file.

    The columns have the lines with an amount and a balance, which take part in the chain: `places` says which those
    are, counted from 0 at line `first_line`, and `good` which of them are read whole. `odd` has all other lines.
    """

    first_line: int
    count: int
    places: npt.NDArray[np.intp]
    good: Mask
    days: Days
    amounts: pa.Array
    balances: pa.Array
    descriptions: pa.Array
    references: pa.Array | None
    bank_ids: pa.Array | None
    odd: OddLines


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


def read_lines(
    runs: Iterable[Cells | Callable[[], Cells]], first_line: int, wording: Wording, file: str, *, cut: bool = False
) -> Lines:
    """The lines of all runs; one that is yet to be called is taken apart beside the others. With `cut` the last line
    may be cut inside its text, and is set aside.

    Raises UnknownLayout or DamagedStatement where no row can be read.
    """
    odd = OddLines(file, wording, first_line)
    parts: list[Lines] = []
    count = 0
    for run, last in _with_last(_ahead(runs, partial(_read, joined=wording.joined))):
        parts.append(_sorted_out(run, first_line, count, odd, cut=cut and last))
        count += len(run.cells.raw)
    if odd.asides and not any(part.good.any() for part in parts):
        odd.refuse_all()
    if not parts:
        texts = pa.array([], type=pa.large_string())
        none = pa.array([], type=money.ARROW)
        nothing = np.empty(0, dtype=np.intp)
        empty: Days = np.empty(0, dtype="datetime64[s]")
        return Lines(first_line, 0, nothing, nothing.astype(bool), empty, none, none, texts, None, None, odd)
    return Lines(
        first_line,
        count,
        np.concatenate([p.places for p in parts]),
        np.concatenate([p.good for p in parts]),
        np.concatenate([p.days for p in parts]),
        pa.concat_arrays([p.amounts for p in parts]),
        pa.concat_arrays([p.balances for p in parts]),
        pa.concat_arrays([p.descriptions for p in parts]),
        _concatenated([p.references for p in parts]),
        _concatenated([p.bank_ids for p in parts]),
        odd,
    )


def _concatenated(parts: Sequence[pa.Array | None]) -> pa.Array | None:
    known = [p for p in parts if p is not None]
    return pa.concat_arrays(known) if known else None


@dataclass(frozen=True)
class _Run:
    """A run of lines with its figures as money; `readable` and `good` as in Lines, before odd lines are told apart."""

    cells: Cells
    amounts: pa.Array
    balances: pa.Array
    readable: Mask
    good: Mask


def _ahead(
    runs: Iterable[Cells | Callable[[], Cells]], read: Callable[[Cells | Callable[[], Cells]], _Run]
) -> Iterator[_Run]:
    """Each run read, in order; of a long file two are read at the same time, as the columns do their work outside
    Python's lock.
    """
    waiting = iter(runs)
    begin = list(islice(waiting, 2))
    if len(begin) < 2:
        yield from map(read, begin)
        return
    with ThreadPoolExecutor(2) as pool:
        reading = deque(pool.submit(read, run) for run in begin)
        while reading:
            yield reading.popleft().result()
            reading.extend(pool.submit(read, run) for run in islice(waiting, 1))


def _with_last(runs: Iterable[_Run]) -> Iterator[tuple[_Run, bool]]:
    """Each run, and whether it is the last."""
    waiting: _Run | None = None
    for run in runs:
        if waiting is not None:
            yield waiting, False
        waiting = run
    if waiting is not None:
        yield waiting, True


def _read(run: Cells | Callable[[], Cells], joined: str) -> _Run:
    cells = run() if callable(run) else run
    whole = cells.whole & ~_run_together(cells.descriptions, joined)
    amounts, has_amount = money.read(cells.amounts)
    balances, has_balance = money.read(cells.balances)
    readable = whole & has_amount & has_balance
    good = readable & ~np.isnat(cells.days)
    if not only_of(cells.raw, PRINTABLE):
        good &= ~np.asarray(pc.match_substring_regex(cells.raw, UNPRINTABLE))
    return _Run(replace(cells, whole=whole), amounts, balances, readable, good)


def _sorted_out(run: _Run, first_line: int, start: int, odd: OddLines, *, cut: bool) -> Lines:
    """The run without its odd lines, which go to `odd`."""
    cells, readable, good = run.cells, run.readable, run.good
    if cut and len(good):
        good[-1] = False
    if not good.all() or odd.unreadable:
        odd.sort(cells, good, readable, start, cut=cut)
        readable[[at - start for at in odd.no_rows if at >= start]] = False
    keep = None if readable.all() else pa.array(np.flatnonzero(readable))

    def kept(column: pa.Array | None) -> pa.Array | None:
        return column if keep is None or column is None else column.take(keep)

    return Lines(
        first_line,
        len(cells.raw),
        np.flatnonzero(readable) + start,
        good[readable],
        cells.days[readable],
        kept(run.amounts),
        kept(run.balances),
        kept(cells.descriptions),
        kept(cells.references),
        kept(cells.bank_ids),
        odd,
    )


def _run_together(descriptions: pa.Array, joined: str) -> Mask:
    """Which descriptions hold another row; such a one has a comma, which few texts have."""
    found = np.zeros(len(descriptions), dtype=bool)
    commas = rows_with(descriptions, ",")
    if len(commas):
        found[commas] = np.asarray(pc.match_substring_regex(descriptions.take(pa.array(commas)), joined))
    return found


def prove(
    lines: Lines,
    *,
    opening: int | None = None,
    closing: int | None = None,
    nought_is_unknown: bool = False,
    may_stand_still: bool = False,
    oldest_first: bool | None = None,
) -> Ledger:
    """The rows in time order, each balance the one before plus the amount; `opening` and `closing` as stated, in cents.

    `may_stand_still`: a row whose balance is that of the row before moves no money, whatever its amount says.
    `oldest_first` is the order of the file, None where the rows themselves must tell. Raises DamagedStatement.
    """
    odd, places = lines.odd, lines.places
    amounts, balances = money.cents(money.series(lines.amounts)), money.cents(money.series(lines.balances))
    gaps = np.searchsorted(places, np.array(odd.unreadable, dtype=np.intp))
    if oldest_first is None:
        oldest_first = not _newest_first(lines.days[lines.good], amounts, balances, opening, closing)
    order = np.arange(len(places)) if oldest_first else np.arange(len(places))[::-1]
    gaps = gaps if oldest_first else len(places) - gaps
    cents, good = amounts[order], lines.good[order]
    if may_stand_still:
        still = _still(balances[order], opening, gaps)
        behind = np.unique(gaps[gaps < len(places)])
        doubtful = behind[good[behind] & (cents[behind] != 0)]
        for position in places[order][doubtful].tolist():
            odd.doubt(position)
        gaps = np.concatenate((gaps, doubtful))
        good[doubtful], still[doubtful] = False, True
        cents = np.where(still, 0, cents)
    chain = check_chain(
        cents,
        balances[order],
        places[order] + lines.first_line,
        file=odd.file,
        gaps=gaps.tolist(),
        opening=opening,
        closing=closing,
        nought_is_unknown=nought_is_unknown,
    )
    moved = dict(zip((places[order] + lines.first_line).tolist(), cents.tolist(), strict=True)) if odd.asides else {}
    asides = odd.asides_with_amounts(moved, gaps.tolist(), chain.implied_cents)
    take = None if oldest_first and good.all() else pa.array(order[good])

    def taken(column: pa.Array) -> pa.Array:
        return column if take is None else column.take(take)

    known = taken(lines.balances)
    if chain.unknown.any():
        known = pc.if_else(pa.array(chain.unknown[good]), pa.scalar(None, money.ARROW), known)
    rows = Rows(
        places[order][good] + lines.first_line,
        lines.days[order][good],
        taken(lines.amounts),
        known,
        taken(lines.descriptions),
        None if lines.references is None else taken(lines.references),
        None if lines.bank_ids is None else taken(lines.bank_ids),
    )
    others = len(odd.no_rows)
    broken = bool(odd.unreadable)
    return Ledger(rows, cents[good] != 0, cents, chain, tuple(asides), broken, len(places), lines.count, others, odd)


def _still(balances: Cents, opening: int | None, gaps: npt.NDArray[np.intp]) -> Mask:
    """Which rows leave the balance as it was; behind a gap, and at the start without an opening, none tells."""
    still = np.zeros(len(balances), dtype=bool)
    if len(balances):
        still[1:] = balances[1:] == balances[:-1]
        still[0] = opening is not None and balances[0] == opening
        still[[gap for gap in gaps.tolist() if gap < len(balances)]] = False
    return still


def _newest_first(days: Days, amounts: Cents, balances: Cents, opening: int | None, closing: int | None) -> bool:
    """By the days; inside one day by the balances; where both orders fit, by the balances the export states."""
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
