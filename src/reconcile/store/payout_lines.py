"""Payouts looked for among the bank's lines: what each is, and how its gifts are decided, written where it changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.books.gifts import Register, asked_instead, found_lines, gift_ids, gifts_by_words
from reconcile.books.settlements import AT_BANK, MANY_DAYS
from reconcile.schema import TEXT, TRANSACTIONS
from reconcile.store import deciding, effective, entries, payout_states, reading, rewriting, tables
from reconcile.store.asking import among, in_parts
from reconcile.store.journal import Work
from reconcile.store.periods import Months

LAST = "9999-12"
"""A month after all others."""


def settle(work: Work, how: Register, before: rewriting.State, key: str) -> pd.DataFrame:
    """Look for the bank lines of payouts and decide their gifts; what of these changed, columns `rewriting.CHANGES`.

    What counts for a closed month stays, and so does a line whose words are forgotten: nothing would find it again.
    """
    connection = work.connection
    report, was = entries.payouts(connection), payout_states.of(connection)
    none = pd.DataFrame(columns=rewriting.CHANGES)
    if report is None or (key == before.key and not _again(connection, report, was, before.event)):
        return none
    closed = Months.of(connection).closed
    kept = was[was["state"].eq(AT_BANK) & was["month"].isin(closed)]
    kept = pd.concat([kept, _forgotten(connection, was.drop(index=kept.index))])
    report = report[~report["payout"].isin(kept.index)].reset_index(drop=True)
    if report.empty:
        return none
    first = report["date"].min() - pd.Timedelta(days=MANY_DAYS)
    rows = reading.booked_between(connection, f"{first:%Y-%m}", LAST)
    rows = rows[~rows["transaction_id"].isin(kept["movement"])].reset_index(drop=True)
    booked = rows.set_index("transaction_id")["booked"]
    found = _found(connection, rows, report, closed)
    _write(work, was, found.assign(month=found["transaction_id"].map(booked).astype(TEXT)))
    told = gifts_by_words(rows[TRANSACTIONS.names], report, found, how)
    return _decide(work, report, told, booked, (before.key, key))


def _again(connection: sa.Connection, report: pd.DataFrame, was: pd.DataFrame, since: int) -> bool:
    """Whether a payout was never looked for, or there may be other lines for them than at an event."""
    if not report["payout"].isin(was.index).all():
        return True
    newest = [connection.execute(sa.select(t.c.event).order_by(t.c.id.desc()).limit(1)).scalar() for t in _TELLING]
    return max(event or 0 for event in newest) > since


_TELLING = (tables.movements, tables.decisions, tables.periods)


def _forgotten(connection: sa.Connection, was: pd.DataFrame) -> pd.DataFrame:
    """The payouts at the bank of which the words of the line are gone."""
    c, rows, texts = tables.movements.c, tables.rows.c, tables.texts.c
    asked = (
        sa.select(c.movement)
        .join(tables.rows, rows.id == c.row)
        .join(tables.texts, texts.id == rows.description)
        .where(c.current == 1, c.joined_to.is_(None), texts.text.is_(None))
    )
    own = was[was["state"].eq(AT_BANK)]
    gone = in_parts(connection, own["movement"].tolist(), lambda some: asked.where(c.movement.in_(some)))
    return own[own["movement"].isin([name for (name,) in gone])]


def _found(connection: sa.Connection, rows: pd.DataFrame, report: pd.DataFrame, closed: frozenset[str]) -> pd.DataFrame:
    by_people = pd.Series(list(connection.execute(effective.decided_by_people()).scalars()), dtype=TEXT)
    found = found_lines(rows, report, by_people)
    month = found["transaction_id"].map(rows.set_index("transaction_id")["booked"]).astype(TEXT)
    return asked_instead(found, month.isin(closed), "its bank line counts for " + month + ", which is closed")


def _write(work: Work, was: pd.DataFrame, found: pd.DataFrame) -> None:
    """Write what is known of payouts otherwise than before."""
    told = found.assign(day=found["date"].dt.strftime("%Y-%m-%d"), movement=found["transaction_id"])
    rows, here = _records(told[["payout", *payout_states.COLUMNS]]), _records(was.reset_index())
    new = [row for row in rows if row not in here]
    names = {row["payout"] for row in new}
    before = [row["month"] for row in here if row["payout"] in names]
    payout_states.write(work, new)
    work.speak_of(month for month in (*before, *(row["month"] for row in new)) if month)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    texts = frame.astype(object).where(frame.notna(), None)
    return [dict(zip(frame.columns, row, strict=True)) for row in texts.itertuples(index=False, name=None)]


def _decide(
    work: Work,
    report: pd.DataFrame,
    told: tuple[pd.DataFrame, pd.DataFrame, pd.Series[str]],
    booked: pd.Series[str],
    keys: tuple[str, str],
) -> pd.DataFrame:
    """Write what the words of the gifts say now; what people decided stays, while it comes to the gift."""
    lines, now, line_of = told
    connection, ids = work.connection, lines["transaction_id"]
    held = rewriting.held(connection, gift_ids(report).tolist())
    _let_go(work, [match for name, match in held.items() if name not in set(ids)])
    decided = effective.decided_cents(connection, ids.tolist())
    cents = dict(zip(ids, money.cents(lines["amount"]).tolist(), strict=True))
    months = dict(zip(ids, line_of.map(booked), strict=True))
    for name in sorted(name for name, whole in decided.items() if whole != cents[name]):
        deciding.take_all_back(work, name)
        del decided[name]
    gone = payout_states.forgotten(connection)
    open_ones = ~ids.isin({*decided, *(gone & held.keys())})
    rows = reading.kept_rows(connection, line_of.unique().tolist())
    places = rewriting.Places(dict(zip(ids, line_of.map(rows), strict=True)), months)
    own, now = lines[open_ones].reset_index(drop=True), now[open_ones].reset_index(drop=True)
    changed = rewriting.write(work, now, held, keys[1], places)
    return rewriting.changes(own, now, held, changed, keys)


def _let_go(work: Work, matches: Sequence[dict[str, Any]]) -> None:
    """Say of the matches of gifts that are not at the bank any more that they hold no longer."""
    work.outdate(tables.matches, tables.matches.c.id.in_(among(work.connection, [m["id"] for m in matches])))
    work.speak_of(m["month"] for m in matches)
