"""Lines below a heading read from their cells: figures as exact money, odd lines told apart, yet unproved."""

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
from reconcile.parsers.cells import PRINTABLE, Cells, Mask
from reconcile.parsers.days import Days
from reconcile.parsers.frames import UNPRINTABLE
from reconcile.parsers.odd_lines import OddLines, Wording
from reconcile.texts import only_of, rows_with


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
    begin = list(islice(waiting, 4))  # two being read, two ready for whichever is done first
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
