"""What is missing in the store, as a frame: where balances do not lead on, and statements that the bank numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd
import sqlalchemy as sa

from reconcile.merging import Gap, Leg, gaps_frame, with_numbers
from reconcile.store import evidence, figures, reading, tables
from reconcile.store.figures import Break


def gaps(connection: sa.Connection, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """What is missing between the days, or over them, columns of `schema.GAPS`."""
    breaks = figures.breaks(figures.days_of(connection, start, end))
    return frame(connection, [b for b in breaks if not start or b.before >= start], start, end)


def frame(
    connection: sa.Connection,
    breaks: Sequence[Break],
    start: str | None = None,
    end: str | None = None,
    until: int | None = None,
) -> pd.DataFrame:
    """The breaks, and the numbers of the bank's statements that were skipped, columns of `schema.GAPS`.

    With `until` those skipped among the statements that were there after that event.
    """
    found = [_of_break(connection, b) for b in breaks]
    for skipped in _skipped(connection, start, end, until):
        here = [n for n, gap in enumerate(found) if gap.missing and _overlap(gap, skipped)]
        if here:
            words = skipped.reason.split(";")[0]
            found[here[0]] = replace(found[here[0]], reason=f"{words}: {found[here[0]].reason}")
        else:
            found.append(skipped)
    return gaps_frame(found)


def _of_break(connection: sa.Connection, b: Break) -> Gap:
    why = "rows of this day are missing" if b.after == b.before else "rows of the days between are missing"
    names = _source(connection, b.account, b.after), _source(connection, b.account, b.before)
    days = date.fromisoformat(b.after), date.fromisoformat(b.before)
    return Gap(b.account, *days, b.opening, b.closing, b.missing, *names, why)


def _overlap(one: Gap, other: Gap) -> bool:
    return one.account == other.account and str(one.after) <= str(other.before) and str(other.after) <= str(one.before)


def _skipped(connection: sa.Connection, start: str | None, end: str | None, until: int | None) -> list[Gap]:
    """The statements that the bank numbered and nobody delivered; whether the balances tie without them is said."""
    c = tables.statements.c
    first, last = figures.span()
    asked = sa.select(tables.statements, first.label("first"), last.label("last"))
    asked = asked.where(c.number.is_not(None), first.is_not(None), reading.known(tables.statements, until))
    asked = asked.order_by(c.account, c.number, c.preference, c.sha256)
    legs: dict[str, dict[int, Leg]] = {}
    for row in connection.execute(asked).mappings():
        days = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
        leg = Leg(evidence.statement_of(dict(row)), *days, row["opening"], row["closing"], {}, (), ())
        legs.setdefault(row["account"], {}).setdefault(row["number"], leg)
    found = [gap for own in legs.values() for gap in with_numbers([], list(own.values()), set(own))]
    return [g for g in found if (not start or str(g.before) >= start) and (not end or str(g.after) <= end)]


def _source(connection: sa.Connection, account: str, day: str) -> str:
    """The file that delivers a day; of several the one that merging prefers, whichever came first."""
    days, links, c = tables.days.c, tables.delivered.c, tables.statements.c
    facts = sa.select(c.preference, c.file, c.member, c.sha256)
    asked = (
        facts.join(tables.delivered, links.statement == c.id)
        .join(tables.days, days.id == links.day_id)
        .where(days.account == account, days.day == day)
    )
    quiet = facts.where(c.account == account, c.first_day.is_(None), c.period_start == day)
    delivered = connection.execute(asked).all() or connection.execute(quiet).all()
    found = [(p, f"{file}:{m}" if m else file, sha256) for p, file, m, sha256 in delivered]
    return min(found)[1] if found else ""
