"""Does the ledger lead from one balance to the next? Figures of each account, and where days are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from reconcile import money
from reconcile.merging.conflicts import TO_SETTLE
from reconcile.statement import Account
from reconcile.store import effective, tables
from reconcile.store.months import first_and_last, next_month


@dataclass(frozen=True)
class DayFigures:
    """One day of an account in cents: the balances before and after it where the bank states them, and what moved."""

    account: str
    day: str
    opening: int | None
    moved: int
    closing: int | None


def days_of(connection: sa.Connection, first: str | None = None, last: str | None = None) -> list[DayFigures]:
    """The days of every account on which money moved, in their order, and those before the first that lead to it.

    The balance before a day is the one that its rows go on from and none of them leads to; that after it the other way
    round. A day some of whose rows have no balance, or whose rows lead in a circle over two exports, states none.
    """
    accounts = connection.execute(sa.select(tables.statements.c.account).distinct()).scalars()
    found = [d for account in sorted(accounts) for d in _days_of(connection, account, first, last)]
    return _with_stated(connection, found)


def _with_stated(connection: sa.Connection, found: list[DayFigures]) -> list[DayFigures]:
    """The days, where no row tells with the balances that a statement gives before its first row or after its last.

    Only of a statement that has all that moved on that day: its first and its last day may be cut.
    """
    at = {(d.account, d.day): n for n, d in enumerate(found) if d.opening is None or d.closing is None}
    if not at:
        return found
    c, links, days, rows = tables.statements.c, tables.delivered.c, tables.days.c, tables.rows.c
    facts = (c.account, days.day, c.first_day, c.last_day, c.opening, c.closing)
    asked = (
        sa.select(*facts, sa.func.sum(rows.cents))
        .join(tables.delivered, links.statement == c.id)
        .join(tables.days, days.id == links.day_id)
        .join(tables.rows, rows.day_id == days.id)
        .where(sa.or_(days.day == c.first_day, days.day == c.last_day))
        .where(days.day >= min(day for _, day in at), days.day <= max(day for _, day in at))
        .group_by(c.id, *facts)
        .order_by(c.id)
    )
    filled = list(found)
    for account, day, first, last, opening, closing, moved in connection.execute(asked):
        number = at.get((account, day))
        if number is None or int(moved) != found[number].moved:
            continue
        here = filled[number]
        filled[number] = replace(
            here,
            opening=opening if here.opening is None and day == first else here.opening,
            closing=closing if here.closing is None and day == last else here.closing,
        )
    return filled


def _days_of(connection: sa.Connection, account: str, first: str | None, last: str | None) -> list[DayFigures]:
    movements, rows = tables.movements.c, tables.rows.c
    asked = (
        sa.select(movements.day, rows.cents, rows.balance, rows.day_id)
        .join(tables.rows, rows.id == movements.row)
        .where(movements.account == account, movements.current == 1, movements.joined_to.is_(None))
        .order_by(movements.day, rows.day_id, rows.place)
    )
    asked = asked.where(movements.day >= _leading_to(connection, account, first)) if first else asked
    asked = asked.where(movements.day <= last) if last else asked
    found = groupby(connection.execute(asked), key=itemgetter(0))
    moved = [_figures(account, day, [(c, b, d) for _, c, b, d in own]) for day, own in found]
    # one that states a balance and has no rows says that nothing moved before it on its first day
    return sorted([*_without_rows(connection, account, first, last), *moved], key=lambda d: d.day)


def _without_rows(connection: sa.Connection, account: str, first: str | None, last: str | None) -> list[DayFigures]:
    c = tables.statements.c
    asked = sa.select(c.period_start, c.opening).where(
        c.account == account,
        c.first_day.is_(None),
        c.period_start.is_not(None),
        c.opening == c.closing,
        c.id.not_in(_torn()),
        *([c.period_start >= first] if first else []),
        *([c.period_start <= last] if last else []),
    )
    found = connection.execute(asked.order_by(c.period_start, c.id)).all()
    return [DayFigures(account, day, balance, 0, balance) for day, balance in found]


def _leading_to(connection: sa.Connection, account: str, first: str) -> str:
    """Some weeks before a day, or the last day of the account with a balance where that is longer ago."""
    movements, rows = tables.movements.c, tables.rows.c
    asked = (
        sa.select(movements.day)
        .join(tables.rows, rows.id == movements.row)
        .where(movements.account == account, movements.day < first, rows.balance.is_not(None))
        .where(movements.current == 1, movements.joined_to.is_(None))
        .order_by(movements.day.desc())
        .limit(1)
    )
    weeks = _weeks_before(first)
    return min(connection.execute(asked).scalar() or weeks, weeks)


def _figures(account: str, day: str, own: Sequence[tuple[int, int | None, int]]) -> DayFigures:
    moved = sum(cents for cents, *_ in own)
    after = [balance for _, balance, _ in own if balance is not None]
    before = [balance - cents for cents, balance, _ in own if balance is not None]
    if len(after) < len(own):  # one without a balance may stand before or behind the others
        return DayFigures(account, day, None, moved, None)
    opens = list((Counter(before) - Counter(after)).elements())
    closes = list((Counter(after) - Counter(before)).elements())
    opening = opens[0] if len(opens) == 1 else None
    closing = closes[0] if len(closes) == 1 else None
    if not opens and not closes and len({delivered for *_, delivered in own}) == 1:
        # the day leads back to where it began, and its rows stand as they came
        opening, closing = before[0], before[0] + moved
    return DayFigures(account, day, opening, moved, closing)


@dataclass(frozen=True)
class Break:
    """Where the ledger does not lead on: cents missing between two days of an account, or inside one."""

    account: str
    after: str
    before: str
    closing: int
    opening: int

    @property
    def missing(self) -> int:
        """What the lacking rows moved."""
        return self.opening - self.closing


def breaks(days: Sequence[DayFigures]) -> list[Break]:
    """The breaks between days, in their order; days without balances are bridged by what moved on them."""
    found: list[Break] = []
    account, at, stand = "", "", None
    for day in days:
        if day.account != account:
            account, stand = day.account, None
        if stand is not None and day.opening is not None and day.opening != stand:
            found.append(Break(account, at, day.day, stand, day.opening))
            stand = day.opening
        led = day.opening if day.opening is not None else stand
        reached = None if led is None else led + day.moved
        if day.closing is not None:
            if reached is not None and reached != day.closing:
                found.append(Break(account, day.day, day.day, reached, day.closing))
            reached = day.closing
        stand, at = reached, day.day
    return found


@dataclass(frozen=True)
class MonthFigures:
    """An account over a month, in rand: `difference` is what is missing, None where no balance tells.

    `moved` is what counts for the month: without what arrived after it was closed, and with what is late for closed
    months before it. The balances are the bank's, less what is counted later.
    """

    account: Account
    opening: Decimal | None
    moved: Decimal
    closing: Decimal | None
    set_aside: int
    breaks: tuple[Break, ...]
    conflicts: int

    @property
    def difference(self) -> Decimal | None:
        """Closing less opening less what moved."""
        return None if self.opening is None or self.closing is None else self.closing - self.opening - self.moved

    @property
    def ties(self) -> bool:
        """Whether the month may be closed: every balance leads on, nothing is set aside, no two exports disagree."""
        return not self.breaks and not self.set_aside and not self.conflicts and self.difference in (None, Decimal(0))

    @property
    def why_not(self) -> str:
        """What keeps it from tying out, in words."""
        words = [f"{money.shown_cents(b.missing)} missing from {b.after} to {b.before}" for b in self.breaks]
        words += [f"{self.set_aside} rows set aside"] if self.set_aside else []
        words += [f"{self.conflicts} rows on which exports disagree"] if self.conflicts else []
        words += [f"difference {money.shown(self.difference)}"] if self.difference and not self.breaks else []
        return f"account {self.account.shown}: {', '.join(words)}"


def month_figures(connection: sa.Connection, month: str) -> list[MonthFigures]:
    """The figures of a month for each account that has movements in it, or statements that reach into it."""
    start, end = first_and_last(month)
    first, last = span()
    asked = sa.select(tables.statements.c.account).where(first <= end, last >= start)
    late = sa.select(tables.movements.c.account).where(
        tables.ELSEWHERE, tables.movements.c.booked == month, tables.movements.c.current == 1
    )
    accounts = sorted({account for some in (asked, late) for account in connection.execute(some).scalars()})
    return [_month(connection, account, month) for account in accounts]


def span() -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    """The first and last day of a statement's rows; of one without rows, of its period."""
    c = tables.statements.c
    return sa.func.coalesce(c.first_day, c.period_start), sa.func.coalesce(c.last_day, c.period_end)


def _month(connection: sa.Connection, account: str, month: str) -> MonthFigures:
    start, end = first_and_last(month)
    around = _days_of(connection, account, start, _next_day(connection, account, end))
    own = [d for d in around if start <= d.day <= end]
    # what lacks over the end of the month may lack in it
    found = tuple(b for b in breaks(around) if b.before >= start and b.after <= end)
    before, after = _counted_after(connection, account, month), _counted_after(connection, account, next_month(month))
    opening = own[0].opening if own else None
    moved = sum(d.moved for d in own) + before - after
    closing = own[-1].closing if own else None
    return MonthFigures(
        Account(account, _name(connection, account)),
        None if opening is None else money.rand(opening - before),
        money.rand(moved),
        None if closing is None else money.rand(closing - after),
        len(aside_of(connection, account, start, end)),
        found,
        _conflicts(connection, account, start, end),
    )


def _name(connection: sa.Connection, account: str) -> str:
    """What the account is called by the statement that merging prefers, of those that name it."""
    c = tables.statements.c
    asked = sa.select(c.account_name).where(c.account == account, c.account_name != "")
    return connection.execute(asked.order_by(c.preference, c.file, c.sha256).limit(1)).scalar() or ""


def _counted_after(connection: sa.Connection, account: str, month: str) -> int:
    """What the bank moved before a month and the books only from it on, less what is the other way round; cents."""
    movements, rows = tables.movements.c, tables.rows.c
    late = sa.and_(movements.day < f"{month}-01", movements.booked >= month)
    early = sa.and_(movements.day >= f"{month}-01", movements.booked < month)
    asked = (
        sa.select(sa.func.sum(sa.case((late, rows.cents), else_=-rows.cents)))
        .join(tables.rows, rows.id == movements.row)
        .where(movements.account == account, movements.current == 1, movements.joined_to.is_(None))
        .where(tables.ELSEWHERE, sa.or_(late, early))
    )
    return int(connection.execute(asked).scalar() or 0)


def _next_day(connection: sa.Connection, account: str, day: str) -> str:
    """The next day of the account with a balance; the day itself where there is none."""
    movements, rows = tables.movements.c, tables.rows.c
    asked = (
        sa.select(movements.day)
        .join(tables.rows, rows.id == movements.row)
        .where(movements.account == account, movements.day > day, rows.balance.is_not(None))
        .where(movements.current == 1, movements.joined_to.is_(None))
        .order_by(movements.day)
        .limit(1)
    )
    return connection.execute(asked).scalar() or day


def _weeks_before(day: str) -> str:
    """So far back that a day with movements is met, as a rule."""
    return str(date.fromordinal(date.fromisoformat(day).toordinal() - 45))


def aside_of(connection: sa.Connection, account: str, start: str, end: str) -> list[tuple[int, int | None]]:
    """The rows set aside in statements that reach into the days, each text once: its number and cents.

    Without those of a statement all of whose days another one delivers sound: a row torn at its edge may be of a day
    that the other does not reach, so where both end on a day, no balance may say that the other lacks something.
    """
    rows, statements, sound, torn = tables.other_rows.c, tables.statements.c, tables.statements.alias(), _torn()
    first, last = span()
    again = sa.exists().where(
        sound.c.account == account,
        sa.or_(sound.c.first_day < first, sa.and_(sound.c.first_day == first, _alike("opening", sound))),
        sa.or_(sound.c.last_day > last, sa.and_(sound.c.last_day == last, _alike("closing", sound))),
        sound.c.id.not_in(torn),
    )
    asked = (
        sa.select(sa.func.min(rows.id), rows.cents)
        .join(tables.statements, statements.id == rows.statement)
        .where(
            rows.kind == "set aside",
            statements.account == account,
            first <= end,
            last >= start,
            ~again,
        )
        .group_by(rows.text, rows.cents)
    )
    return [(number, cents) for number, cents in connection.execute(asked)]


def _alike(balance: str, sound: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a statement states the same balance as another, as far as both state one."""
    own, other = tables.statements.c[balance], sound.c[balance]
    return sa.or_(own.is_(None), other.is_(None), own == other)


def _torn() -> sa.Select[Any]:
    rows = tables.other_rows.alias()
    return sa.select(rows.c.statement).where(rows.c.kind == "set aside")


def _conflicts(connection: sa.Connection, account: str, start: str, end: str) -> int:
    """On how many movements exports disagree so that a person must settle it, and none has decided."""
    c = tables.conflicts.c
    asked = sa.select(sa.func.count(sa.distinct(c.movement))).where(
        c.account == account, c.day >= start, c.day <= end, c.current == 1, c.kind.in_(TO_SETTLE)
    )
    asked = asked.where(c.movement.not_in(effective.decided_by_people()))
    return int(connection.execute(asked).scalar() or 0)


def lines(found: Sequence[Break]) -> list[str]:
    """One line per break, for a report."""
    return [
        f"Account {Account(b.account).shown}: {money.shown_cents(b.missing)} missing from {b.after} to {b.before}"
        for b in found
    ]
