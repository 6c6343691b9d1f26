"""What is missing between the statements of one account, from the balances they lead to and go on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, pairwise

import pandas as pd

from reconcile import money
from reconcile.errors import shown
from reconcile.schema import DAY, GAPS
from reconcile.statement import Account, Statement

MOST_ASIDE = 12
"""Of more rows set aside than these, not every combination is tried for what another export delivers."""


@dataclass(frozen=True, eq=False)
class Leg:
    """One statement on the way of its account, in cents; balances are None where none tells.

    `new` is what it adds, by day, to the movements of the statements before it; `aside` what rows it set aside moved.
    Of two statements the one with the higher `end_rank` goes further.
    """

    statement: Statement
    first: date
    last: date
    opening: int | None
    closing: int | None
    new: dict[date, int]
    aside: tuple[int, ...]
    end_rank: tuple[object, ...]

    @property
    def added(self) -> int:
        """All that it adds, what was set aside too."""
        return sum(self.new.values()) + sum(self.aside)


@dataclass(frozen=True)
class Gap:
    """A gap: days, balances in cents, the statements on both sides, and what is missing in words."""

    account: str
    after: date | None
    before: date | None
    opening: int | None
    closing: int | None
    missing: int | None
    from_source: str | None
    to_source: str
    reason: str


@dataclass
class Way:
    """One account's way through its statements: where it stands, what stays set aside, and its gaps.

    `loose` are the rows by day that only statements without balances deliver.
    """

    front: Leg
    closing: int
    aside: list[int]
    loose: dict[date, int]
    gaps: list[Gap] = field(default_factory=list)


def walk(legs: Sequence[Leg]) -> tuple[list[Gap], list[int]]:
    """The gaps of an account and what stays set aside; `legs` in the order in which the statements begin.

    Each statement with balances is held against the balance to which those before it lead: one that goes further must
    close at that balance plus what it adds; one that does not must add nothing. What is off is missing between them, so
    the gaps add up to what the account lacks. Rows that only statements without balances deliver fill gaps of their
    days.
    """
    told = [leg for leg in legs if leg.closing is not None]
    untold = [leg for leg in legs if leg.closing is None]
    if not told:
        return [], [cents for leg in legs for cents in leg.aside]
    way = Way(told[0], told[0].opening or 0, [c for leg in untold for c in leg.aside], _loose(untold))
    for leg in told:
        further = leg is told[0] or leg.end_rank > way.front.end_rank
        way.aside += leg.aside
        off = (leg.closing or 0) - way.closing - leg.added if further else -leg.added
        if off := _settled(way, _filled(way, leg, off)):
            way.gaps.append(_gap(way, leg, off))
        if further:
            way.front, way.closing = leg, leg.closing or 0
    _over(way, told, untold)
    return way.gaps, way.aside


def _loose(untold: Sequence[Leg]) -> dict[date, int]:
    loose: dict[date, int] = {}
    for leg in untold:
        for day, cents in leg.new.items():
            loose[day] = loose.get(day, 0) + cents
    return loose


def _filled(way: Way, leg: Leg, off: int) -> int:
    """What is off once rows of those days from statements without balances are in."""
    if off and leg is not way.front:
        low, high = sorted((way.front.last, leg.first))
        for day in [d for d in way.loose if low <= d <= high]:
            off -= way.loose.pop(day)
    return off


def _over(way: Way, told: Sequence[Leg], untold: Sequence[Leg]) -> None:
    """Rows of statements without balances, on days between known balances that leave no room for them, as gaps."""
    for leg in untold:
        over = sum(way.loose.pop(d, 0) for d in leg.new if told[0].first <= d <= way.front.last)
        aside = [c for c in leg.aside if told[0].first <= leg.first and leg.last <= way.front.last]
        if off := _settled(way, -over - sum(aside)):
            way.gaps.append(_gap(way, leg, off))


def _settled(way: Way, off: int) -> int:
    """What is off once rows set aside that this or an earlier export delivers are not counted twice."""
    if not off:
        return 0
    most = len(way.aside) if len(way.aside) <= MOST_ASIDE else 1
    for count in range(1, most + 1):
        for chosen in combinations(sorted(way.aside), count):
            if sum(chosen) == -off:
                for cents in chosen:
                    way.aside.remove(cents)
                return 0
    return off


def _gap(way: Way, leg: Leg, off: int) -> Gap:
    front, source = way.front, leg.statement.source.name
    balances = way.closing + off, way.closing, off
    if leg is front:
        why = "rows were set aside of which nothing tells what they moved"
        return Gap(leg.statement.account.number, leg.first, leg.last, *balances, None, source, why)
    if leg.first > front.last:
        after, before = _between(front, leg)
        why = "rows of the days between are missing"
    elif leg.first == front.last:
        after = before = leg.first
        why = "rows of this day are missing"
    else:
        after, before = leg.first, min(front.last, leg.last)
        why = "the rows of these days do not lead from one balance to the other"
    return Gap(leg.statement.account.number, after, before, *balances, front.statement.source.name, source, why)


def _between(front: Leg, leg: Leg) -> tuple[date, date]:
    """The last day before the gap and the first after it; a stated period may reach further than the rows."""
    after, before = front.last, leg.first
    if (ended := front.statement.period) and ended.stated and after < ended.end <= before:
        after = ended.end
    if (begun := leg.statement.period) and begun.stated and after <= begun.start < before:
        before = begun.start
    return after, before


def unproved_days(legs: Sequence[Leg]) -> list[Gap]:
    """The days between two stated periods where no balance, on either side, says that nothing happened on them."""
    found: list[Gap] = []
    for at, leg in enumerate(legs[1:], start=1):
        front = max(legs[:at], key=lambda x: x.end_rank)
        bridged = any(x.closing is not None for x in legs[:at]) and any(x.closing is not None for x in legs[at:])
        ended, begun = front.statement.period, leg.statement.period
        if bridged or not (ended and begun and ended.stated and begun.stated) or (begun.start - ended.end).days < 2:
            continue
        why = "no balance tells whether rows of the days between are missing"
        names = front.statement.source.name, leg.statement.source.name
        account = leg.statement.account.number
        found.append(Gap(account, ended.end, begun.start, leg.opening, front.closing, None, *names, why))
    return found


def with_numbers(gaps: Sequence[Gap], legs: Sequence[Leg], present: set[int]) -> list[Gap]:
    """The gaps, those where the bank's statement numbers skip saying so, and further ones where the balances tie."""
    numbered = [leg for leg in legs if leg.statement.number is not None]
    found = list(gaps)
    for before, leg in pairwise(numbered):
        low, high = before.statement.number or 0, leg.statement.number or 0
        lacking = [n for n in range(low + 1, high) if n not in present] if high - low <= 1000 else []
        if not lacking:
            continue
        words = _numbers(lacking)
        name = leg.statement.source.name
        mine = next((at for at, g in enumerate(found) if g.to_source == name and g.missing), None)
        if mine is not None:
            found[mine] = Gap(**(vars(found[mine]) | {"reason": f"{words}: {found[mine].reason}"}))
            continue
        tie = before.closing is not None and leg.opening is not None
        after, until = _between(before, leg) if leg.first > before.last else (leg.first, before.last)
        reason = f"{words}; {'the balances tie without' if tie else 'no balance tells what moved on'} it"
        balances = (leg.opening, before.closing, 0 if tie else None)
        account = leg.statement.account.number
        found.append(Gap(account, after, until, *balances, before.statement.source.name, name, reason))
    return found


def _numbers(lacking: Sequence[int]) -> str:
    if len(lacking) == 1:
        return f"statement {lacking[0]} is missing"
    return f"statements {', '.join(str(n) for n in lacking[:-1])} and {lacking[-1]} are missing"


def gaps_frame(gaps: Sequence[Gap]) -> pd.DataFrame:
    """The gaps with the columns of `schema.GAPS`, by account and day."""
    if not gaps:
        return GAPS.empty()
    frame = pd.DataFrame([vars(g) for g in gaps])
    for column in ("opening", "closing", "missing"):
        lacks = frame[column].isna()
        frame[column] = money.from_cents(frame[column].fillna(0).astype("int64").to_numpy()).mask(lacks)
    for column in ("after", "before"):
        frame[column] = pd.to_datetime(frame[column]).astype(DAY)
    frame["from_source"] = frame["from_source"].astype("str")
    return GAPS.check(frame).sort_values(["account", "before", "to_source"], kind="stable", ignore_index=True)


def gap_lines(gaps: pd.DataFrame) -> list[str]:
    """One line per gap."""
    lines = []
    for row in gaps.to_dict("records"):
        missing = "" if pd.isna(row["missing"]) else f": {money.shown(row['missing'])} missing"
        days = f" from {row['after']:%Y-%m-%d} to {row['before']:%Y-%m-%d}" if not pd.isna(row["before"]) else ""
        between = (
            shown(row["to_source"])
            if pd.isna(row["from_source"])
            else (f"{shown(row['from_source'])} and {shown(row['to_source'])}")
        )
        lines.append(f"Account {Account(row['account']).shown}{missing}{days}, {between}: {row['reason']}")
    return lines
