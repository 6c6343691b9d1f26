"""Does the ledger lead from one balance to the next? Figures of each account, and where days are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.schema import GAPS
from reconcile.statement import Account
from reconcile.store import tables


@dataclass(frozen=True)
class DayFigures:
    """One day of an account in cents: the balances before and after it where the bank states them, and what moved."""

    account: str
    day: str
    opening: int | None
    moved: int
    closing: int | None


def days_of(connection: sa.Connection, first: str | None = None, last: str | None = None) -> list[DayFigures]:
    """The days of every account on which money moved, in their order.

    The balance before a day is the one that its rows go on from and none of them leads to; that after it the other way
    round. A day whose rows lead in a circle, or have no balances, states none.
    """
    movements, rows = tables.movements.c, tables.rows.c
    asked = (
        sa.select(movements.account, movements.day, rows.cents, rows.balance)
        .join(tables.rows, rows.id == movements.row)
        .where(movements.current == 1, movements.joined_to.is_(None))
        .order_by(movements.account, movements.day)
    )
    asked = asked.where(movements.day >= first) if first else asked
    asked = asked.where(movements.day <= last) if last else asked
    found: list[DayFigures] = []
    own: list[tuple[int, int | None]] = []
    key: tuple[str, str] | None = None
    for account, day, cents, balance in connection.execute(asked):
        if key and (account, day) != key:
            found.append(_figures(*key, own))
            own = []
        key = (account, day)
        own.append((cents, balance))
    if key:
        found.append(_figures(*key, own))
    return found


def _figures(account: str, day: str, own: Sequence[tuple[int, int | None]]) -> DayFigures:
    moved = sum(cents for cents, _ in own)
    after = [balance for _, balance in own if balance is not None]
    before = [balance - cents for cents, balance in own if balance is not None]
    opens, closes = list(before), list(after)
    for balance in after:
        if balance in opens:
            opens.remove(balance)
    for balance in before:
        if balance in closes:
            closes.remove(balance)
    opening = opens[0] if len(opens) == 1 else None
    closing = closes[0] if len(closes) == 1 else None
    if not opens and not closes and after:  # the day leads back to where it began
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


def gaps_frame(connection: sa.Connection, found: Sequence[Break]) -> pd.DataFrame:
    """The breaks as the columns of `schema.GAPS`."""
    if not found:
        return GAPS.empty()
    rows = []
    for b in found:
        one = b.after == b.before
        why = "rows of this day are missing" if one else "rows of the days between are missing"
        rows.append(
            {
                "account": b.account,
                "after": b.after,
                "before": b.before,
                "opening": money.rand(b.opening),
                "closing": money.rand(b.closing),
                "missing": money.rand(b.missing),
                "from_source": _source(connection, b.account, b.after),
                "to_source": _source(connection, b.account, b.before),
                "reason": why,
            }
        )
    frame = pd.DataFrame(rows)
    for column in ("after", "before"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    for column in ("opening", "closing", "missing"):
        frame[column] = frame[column].astype(money.AMOUNT)
    return GAPS.check(frame)


def _source(connection: sa.Connection, account: str, day: str) -> str:
    """The file that first delivered a day."""
    days, links, statements = tables.days.c, tables.delivered.c, tables.statements.c
    asked = (
        sa.select(statements.file, statements.member)
        .join(tables.delivered, links.statement == statements.id)
        .join(tables.days, days.id == links.day_id)
        .where(days.account == account, days.day == day)
        .order_by(links.id)
        .limit(1)
    )
    row = connection.execute(asked).first()
    return "" if row is None else f"{row.file}:{row.member}" if row.member else row.file


@dataclass(frozen=True)
class MonthFigures:
    """An account over a month, in rand: `difference` is what is missing, None where no balance tells."""

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
        words = [f"{money.shown(money.rand(b.missing))} missing from {b.after} to {b.before}" for b in self.breaks]
        words += [f"{self.set_aside} rows set aside"] if self.set_aside else []
        words += [f"{self.conflicts} rows on which exports disagree"] if self.conflicts else []
        words += [f"difference {money.shown(self.difference)}"] if self.difference and not self.breaks else []
        return f"account {self.account.shown}: {', '.join(words)}"


def month_figures(connection: sa.Connection, month: str) -> list[MonthFigures]:
    """The figures of a month for each account that has movements in it, or statements that reach into it."""
    start, end = f"{month}-01", f"{month}-31"
    statements = tables.statements.c
    reach = sa.and_(statements.first_day <= end, statements.last_day >= start)
    accounts = sorted(set(connection.execute(sa.select(statements.account).where(reach)).scalars()))
    return [_month(connection, account, start, end) for account in accounts]


def _month(connection: sa.Connection, account: str, start: str, end: str) -> MonthFigures:
    before = [d for d in days_of(connection, _weeks_before(start), end) if d.account == account]
    own = [d for d in before if d.day >= start]
    found = tuple(b for b in breaks(before) if b.before >= start)
    opening = own[0].opening if own else None
    moved = sum(d.moved for d in own)
    closing = own[-1].closing if own else None
    facts = connection.execute(
        sa.select(tables.statements).where(tables.statements.c.account == account).limit(1)
    ).first()
    name = facts.account_name if facts else ""
    return MonthFigures(
        Account(account, name),
        None if opening is None else money.rand(opening),
        money.rand(moved),
        None if closing is None else money.rand(closing),
        len(aside_of(connection, account, start, end)),
        found,
        _conflicts(connection, account, start, end),
    )


def _weeks_before(day: str) -> str:
    """So far back that a day with movements is met, as a rule: what comes before the month must lead to it."""
    return str(date.fromordinal(date.fromisoformat(day).toordinal() - 45))


def aside_of(connection: sa.Connection, account: str, start: str, end: str) -> list[tuple[int, int | None]]:
    """The rows set aside in statements that reach into the days, each text once: its number and cents.

    A row that a later statement delivers sound moves no money here: the balances then lead on without it.
    """
    rows, statements = tables.other_rows.c, tables.statements.c
    asked = (
        sa.select(sa.func.min(rows.id), rows.cents)
        .join(tables.statements, statements.id == rows.statement)
        .where(
            rows.kind == "set aside",
            statements.account == account,
            statements.first_day <= end,
            statements.last_day >= start,
        )
        .group_by(rows.text, rows.cents)
    )
    return [(number, cents) for number, cents in connection.execute(asked)]


def _conflicts(connection: sa.Connection, account: str, start: str, end: str) -> int:
    from reconcile.merging.conflicts import TO_SETTLE

    c = tables.conflicts.c
    asked = sa.select(sa.func.count(sa.distinct(c.movement))).where(
        c.account == account, c.day >= start, c.day <= end, c.current == 1, c.kind.in_(TO_SETTLE)
    )
    return int(connection.execute(asked).scalar() or 0)


def lines(found: Sequence[Break]) -> list[str]:
    """One line per break, for a report."""
    return [
        f"Account {Account(b.account).shown}: {money.shown(money.rand(b.missing))} missing from {b.after} to {b.before}"
        for b in found
    ]
