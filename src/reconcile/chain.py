"""The running balance: each is the one before plus the amount, from the opening balance to the closing one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from reconcile import money
from reconcile.errors import DamagedStatement
from reconcile.money import shown_cents


@dataclass(frozen=True)
class Chain:
    """What a running balance proves: opening and closing, which balances are not known, what set-aside rows moved.

    `opening` and `closing` are None where no balance tells; `implied_cents` has, for the position of a gap, what the
    rows set aside there moved.
    """

    opening: Decimal | None
    closing: Decimal | None
    unknown: np.ndarray[Any, np.dtype[np.bool_]]
    implied_cents: dict[int, int]


_Cents = np.ndarray[Any, np.dtype[np.int64]]


def check_chain(
    amounts: _Cents,
    balances: _Cents,
    lines: _Cents,
    *,
    file: str,
    gaps: Iterable[int] = (),
    opening: int | None = None,
    closing: int | None = None,
    nought_is_unknown: bool = True,
) -> Chain:
    """Prove that each balance is the one before plus the amount; oldest first, whole cents.

    `gaps` are positions in front of which rows were set aside (the number of rows: behind the last): there the
    balances may jump, and the jump is what those rows moved. `opening` and `closing` are what the export states, in
    cents. A balance of exactly 0 that does not fit is "not known" (the history has such rows), never a break.
    Raises DamagedStatement naming the two lines and the difference.
    """
    count, gap_set = len(amounts), set(gaps)
    total = int(amounts.sum())
    base = balances - np.cumsum(amounts)  # the balance before the first row, as each row tells it: all the same
    unknown = np.zeros(count, dtype=bool)
    implied: dict[int, int] = {}
    before = opening  # what the part in front tells; None where there is none, or it has no known balance
    stated = opening
    for start, end in pairwise(sorted({0, count, *gap_set})):
        part = slice(start, end)
        last = end == count and count not in gap_set
        anchor = _anchor(base[part], balances[part], closing - total if last and closing is not None else None)
        if nought_is_unknown:
            unknown[part] = (balances[part] == 0) & (True if anchor is None else base[part] != anchor)
        if anchor is not None:
            _refuse_break(base[part], lines[part], unknown[part], anchor, file)
        if start in gap_set and before is not None and anchor is not None:
            implied[start] = anchor - before
        elif start == 0 and stated is not None and anchor is not None and anchor != stated:
            follows = f"the oldest row follows on {shown_cents(anchor)}"
            what = f"the opening balance is stated as {shown_cents(stated)}, {follows}"
            raise DamagedStatement(what, file=file, line=int(lines[0]), do=_MISSING)
        opening = anchor if start == 0 and stated is None else opening
        before = anchor
    if before is None:
        opening = closing if not count and not gap_set else opening
    elif count in gap_set:
        implied |= {} if closing is None else {count: closing - before - total}
    else:
        _refuse_other_closing(before + total, closing, lines, file)
        closing = before + total
    return Chain(_decimal(opening), _decimal(closing), unknown, implied)


def _refuse_other_closing(leads_to: int, closing: int | None, lines: _Cents, file: str) -> None:
    if closing is not None and closing != leads_to:
        who = "the newest row leads" if len(lines) else "the opening balance, without rows, leads"
        what = f"the closing balance is stated as {shown_cents(closing)}, {who} to {shown_cents(leads_to)}"
        raise DamagedStatement(what, file=file, line=int(lines[-1]) if len(lines) else None, do=_MISSING)


_MISSING = "Rows are missing or were changed; download the file again."


def _anchor(base: _Cents, balances: _Cents, stated: int | None) -> int | None:
    known = np.flatnonzero(balances)
    if len(known):
        return int(base[known[0]])
    if stated is not None:
        return stated
    # balances of 0 alone may be real (an emptied account) or "not known": believed where they agree
    return int(base[0]) if len(base) and (base == base[0]).all() else None


def _refuse_break(base: _Cents, lines: _Cents, unknown: np.ndarray[Any, Any], anchor: int, file: str) -> None:
    known = np.flatnonzero(~unknown)
    broken = known[base[known] != anchor]
    if not len(broken):
        return
    at = int(broken[0])
    neighbour = int(known[known < at][-1]) if at > known[0] else int(known[min(1, len(known) - 1)])
    pair = sorted((int(lines[neighbour]), int(lines[at])))
    off = int(base[at] - base[neighbour]) if at > known[0] else int(base[neighbour] - base[at])
    by = f"{shown_cents(abs(off))} {'more' if off > 0 else 'less'} than the amount says"
    raise DamagedStatement(
        f"the balances of lines {pair[0]} and {pair[1]} differ by {by}",
        file=file,
        line=int(lines[at]),
        do="A row was lost, added or changed between them; download the file again.",
    )


def _decimal(cents: int | None) -> Decimal | None:
    return None if cents is None else money.rand(cents)
