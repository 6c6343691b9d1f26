"""Whether the running balances of one day, from several exports together, make one unbroken trail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reconcile.merging.rows import Coverage, Row

Step = tuple[int, int]
"""Amount and the balance after it, in cents."""


@dataclass(frozen=True)
class Trail:
    """The steps of one day in order, each balance the one before plus the amount; `moved_cents` is their sum."""

    steps: tuple[Step, ...]

    @property
    def moved_cents(self) -> int:
        """What the day moved in all."""
        return sum(cents for cents, _ in self.steps)


def telling(rows: Sequence[Row]) -> dict[int, list[Row]]:
    """The rows of each statement that knows every balance of the day, in its own order."""
    parts: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row.part].append(row)
    return {part: own for part, own in parts.items() if all(r.balance is not None for r in own)}


def trail(rows: Sequence[Row], coverage: Coverage) -> Trail | None:
    """The rows of a day, each (amount, balance) once, as one trail; None where they do not make one.

    A row that several exports deliver is one step, unless one export has it several times. Where an export reaches
    over the day, the trail must begin and end with it. Exports that put the rows of the day in another order make no
    trail: each brings balances of its own.
    """
    parts = telling(rows)
    if len(parts) < 2:
        return None
    once: Counter[Step] = Counter()
    for own in parts.values():
        once |= Counter(_step(r) for r in own)
    lean: Counter[int] = Counter()
    for (cents, balance), times in once.items():
        lean[balance - cents] += times
        lean[balance] -= times
    ends = sorted((n, balance) for balance, n in lean.items() if n)
    first_part = parts[min(parts)]
    start = end = _opening(first_part)  # a day that comes back to where it began may begin anywhere: take the first
    if ends:
        if [n for n, _ in ends] != [-1, 1]:
            return None
        (_, end), (_, start) = ends
    for part, own in parts.items():
        before, after = coverage.reaches_before(part, own[0].day), coverage.reaches_after(part, own[0].day)
        if (before and _opening(own) != start) or (after and own[-1].balance != end):
            return None
    return _walked(once, start)


def _step(row: Row) -> Step:
    assert row.balance is not None
    return row.cents, row.balance


def _opening(own: Sequence[Row]) -> int:
    cents, balance = _step(own[0])
    return balance - cents


def _walked(once: Counter[Step], start: int) -> Trail | None:
    """All steps in one walk from `start` (Hierholzer), or None where some cannot be reached."""
    leaving: dict[int, list[Step]] = defaultdict(list)
    for step in sorted(once.elements(), reverse=True):
        leaving[step[1] - step[0]].append(step)
    walked: list[Step] = []
    open_steps: list[Step] = [(0, start)]
    while open_steps:
        at = open_steps[-1][1]
        if leaving[at]:
            open_steps.append(leaving[at].pop())
        else:
            walked.append(open_steps.pop())
    steps = tuple(walked[-2::-1])  # found from the end; the first is no step but the start
    return Trail(steps) if len(steps) == once.total() else None
