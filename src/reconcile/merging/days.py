"""The movements of one day from all exports that deliver rows of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from rapidfuzz import fuzz, process

from reconcile.merging.rows import Coverage, Movement, Row
from reconcile.merging.trail import Trail, telling, trail
from reconcile.merging.wording import ALIKE, alike, plain, unspaced

Ids = Callable[[Row, int], Sequence[str]]
"""The ids of a row that stands so many times."""


def movements_of_day(rows: Sequence[Row], coverage: Coverage, ids: Ids) -> list[Movement]:
    """The movements of one account's day; the order of the rows' statements does not matter.

    Rows of one id are one movement, and rows of several ids where balance, text or the whole day say so. Where that
    makes one movement of rows with several balances, the balances are asked: if, taken together, they lead through the
    day as one trail, and the movements found do not, rows of different balances are different movements. Otherwise the
    bank only put the rows of the day in another order.
    """
    found = _joined(rows, coverage, by_balance=False)
    if not any(len(m.balances) > 1 for m in found):
        return found
    way = trail(rows, coverage)
    if way is None or _moved(found, rows) == way.moved_cents:
        return found
    counted = _counted_anew(rows, way, ids)
    proved = _joined(counted, coverage, by_balance=True)
    return proved if _moved(proved, rows) == way.moved_cents else found


def _moved(movements: Iterable[Movement], rows: Sequence[Row]) -> int:
    """What the movements sum to, as far as statements that know their balances deliver them."""
    parts = set(telling(rows))
    return sum(m.cents for m in movements if m.parts & parts)


def _counted_anew(rows: Sequence[Row], way: Trail, ids: Ids) -> list[Row]:
    """The rows with ids that count equal rows along the trail, not in each file by itself."""
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, step in enumerate(way.steps):
        places[step].append(place)
    known = telling(rows)
    slots: dict[tuple[str, int], set[int]] = defaultdict(set)
    taken: list[tuple[Row, tuple[str, int], int]] = []
    for own in known.values():
        times: dict[tuple[str, int, int | None], int] = defaultdict(int)
        for row in own:
            key = plain(row.description), row.cents
            place = places[row.cents, row.balance or 0][times[*key, row.balance]]
            times[*key, row.balance] += 1
            slots[key].add(place)
            taken.append((row, key, place))
    ranks = {key: {place: n for n, place in enumerate(sorted(own))} for key, own in slots.items()}
    counted = [replace(r, id=ids(r, len(ranks[key]))[ranks[key][place]]) for r, key, place in taken]
    return counted + [r for r in rows if r.part not in known]


@dataclass(frozen=True)
class _Pair:
    """Two movements that may be one; `rank` 0: balance and text, 1: text, 2: balance alone, 3: nothing but the day."""

    rank: int
    score: float
    one: Movement
    other: Movement

    @property
    def order(self) -> tuple[object, ...]:
        """Best first, and nothing in it that hangs on the order of the statements."""
        rows = sorted((m.rows[0].text.casefold(), m.rows[0].id) for m in (self.one, self.other))
        return self.rank, -self.score, rows


def _joined(rows: Sequence[Row], coverage: Coverage, *, by_balance: bool) -> list[Movement]:
    by_id: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_id[row.id].append(row)
    everyone = {r.part for r in rows}
    found: list[Movement] = []
    groups: dict[int, list[Movement]] = defaultdict(list)
    for own in by_id.values():
        movement = Movement(tuple(own))
        # one that every export delivers is settled
        (found if movement.parts == everyone else groups[movement.cents]).append(movement)
    for group in groups.values():
        joined = _take(_likely(group, by_balance), group, by_balance)
        found += _take(_left_over(joined, coverage, by_balance), joined, by_balance)
    return found


def _may_join(one: Movement, other: Movement, by_balance: bool) -> bool:
    """Not two rows of one file; and, where the balances decide, not two balances."""
    if not one.documents.isdisjoint(other.documents):
        return False
    return not (by_balance and one.balances and other.balances and one.balances.isdisjoint(other.balances))


def _likely(group: Sequence[Movement], by_balance: bool) -> list[_Pair]:
    """The pairs that one balance or two wordings of one text speak for."""
    if len(group) < 2:
        return []
    texts = [unspaced(m.rows[0].text) for m in group]
    scores = process.cdist(texts, texts, scorer=fuzz.partial_ratio, score_cutoff=ALIKE - 1)
    found = []
    for i, j in combinations(range(len(group)), 2):
        one, other = group[i], group[j]
        same_balance = not one.balances.isdisjoint(other.balances)
        if not (scores[i, j] or same_balance) or not _may_join(one, other, by_balance):
            continue
        worded = any(alike(a, b) for a in one.texts for b in other.texts)
        if worded or same_balance:
            rank = 2 if not worded else 0 if same_balance else 1
            found.append(_Pair(rank, fuzz.ratio(texts[i], texts[j]), one, other))
    return found


def _left_over(group: Sequence[Movement], coverage: Coverage, by_balance: bool) -> list[_Pair]:
    """The pairs of which each is lacking in an export that surely has the whole day: of one amount, they are one."""
    sure = [m for m in group if any(coverage.whole(p, m.day) for p in m.parts)]
    return [
        _Pair(3, fuzz.ratio(unspaced(one.kept.text), unspaced(other.kept.text)), one, other)
        for one, other in combinations(sure, 2)
        if _may_join(one, other, by_balance)
    ]


def _take(pairs: Sequence[_Pair], group: Sequence[Movement], by_balance: bool) -> list[Movement]:
    """The movements with the pairs joined, best first, as long as no file then delivers one twice."""
    became = {id(m): m for m in group}
    for pair in sorted(pairs, key=lambda p: p.order):
        one, other = became[id(pair.one)], became[id(pair.other)]
        if one is other or not _may_join(one, other, by_balance):
            continue
        unlike = ((pair.one.kept, pair.other.kept),) if pair.rank > 1 else ()
        both = Movement(one.rows + other.rows, one.unlike + other.unlike + unlike)
        became = {key: both if m is one or m is other else m for key, m in became.items()}
    return list({id(m): m for m in became.values()}.values())
