"""A month of the store as a workbook shows it: its statements, its movements, how they were decided, and the proof."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.books import ExplodedPayouts, Reconciliation
from reconcile.merging import AccountFigures, Merged
from reconcile.schema import SET_ASIDE, TEXT, TRANSACTIONS
from reconcile.statement import Account, Check, Period, Proof, Statement
from reconcile.store import (
    disagreements,
    effective,
    evidence,
    figures,
    gaps,
    gifts,
    history,
    periods,
    reading,
    tables,
    two_sides,
)
from reconcile.store.asking import in_parts, pairs
from reconcile.store.evidence import FORGOTTEN, amounts_of
from reconcile.store.months import first_and_last


@dataclass(frozen=True, eq=False)
class MonthView:
    """One month: its statements cut to it, its movements, their matches in the same order, and the parts of splits.

    What came after a month was closed counts for a later one: a movement stands there among `merged`, with a word about
    it in `matches`, a decision in `decided_later`. `reversals` says which payments are taken back, `originals` has
    those of other months; `decisions` and `changes` tell how it came to this. Their columns are those of `schema`.
    `reconciliation` is the bank against the receipts, None where there are none by then; `exploded` are the gifts of
    payouts, None where there are none, and `matches` are then those of its `transactions`.
    """

    month: str
    statements: tuple[Statement, ...]
    merged: Merged
    matches: pd.DataFrame
    parts: pd.DataFrame
    decided_later: pd.DataFrame
    reversals: pd.DataFrame
    originals: pd.DataFrame
    decisions: pd.DataFrame
    changes: pd.DataFrame
    reconciliation: Reconciliation | None = None
    exploded: ExplodedPayouts | None = None


def month(connection: sa.Connection, name: str) -> MonthView | None:
    """The month, None where nothing reaches into it."""
    closing = periods.closing(connection, name)
    until = closing.event if closing else None
    elsewhere = reading.booked_elsewhere(connection, name, until)
    transactions = reading.booked_in(connection, name, elsewhere, until)
    statements = _statements(connection, name, elsewhere, until)
    if not statements:
        return None
    if closing:
        accounts, breaks = _as_closed(closing), []
    else:
        told = figures.month_figures(connection, name)
        accounts = tuple(AccountFigures(f.account, f.opening, f.moved, money.rand(0), f.closing) for f in told)
        breaks = [b for f in told for b in f.breaks]
    merged = Merged(
        transactions,
        _contributed(statements, transactions),
        accounts,
        gaps.frame(connection, breaks, *first_and_last(name), until),
        _conflicts(connection, name, until),
    )
    matches = effective.matches_of(connection, transactions, name, closed=closing is not None)
    exploded = gifts.exploded(connection, transactions, gifts.Month(name, until), matches)
    names = transactions["transaction_id"].tolist()
    reversals, originals = history.reversals(connection, names, until)
    months = transactions["date"].dt.strftime("%Y-%m")
    if exploded:
        matches, names = exploded.matches, exploded.transactions["transaction_id"].tolist()
        months = exploded.bank_lines.map(dict(zip(transactions["transaction_id"], months, strict=True)))
    parts = gifts.allocations_of(connection, transactions, exploded)
    split = parts[parts["transaction_id"].duplicated(keep=False) & parts["booked"].le(name)].reset_index(drop=True)
    return MonthView(
        name,
        tuple(statements),
        merged,
        _with_late(matches, months, name),
        split,
        effective.decided_later(connection, name, gifts.decided_later(connection, name)),
        reversals,
        originals,
        history.decisions(connection, names, until),
        history.changes(connection, names, until),
        two_sides.reconciliation(connection, name),
        exploded,
    )


def _as_closed(closing: periods.Closing) -> tuple[AccountFigures, ...]:
    """The figures of each account with which a month was closed: it tied out, and nothing was set aside."""
    return tuple(
        AccountFigures(
            Account(row["account"], row["name"]),
            _rand(row["opening"]),
            Decimal(row["moved"]),
            money.rand(0),
            _rand(row["closing"]),
        )
        for row in closing.figures
    )


def _rand(kept: str | None) -> Decimal | None:
    return None if kept is None else Decimal(kept)


def _with_late(matches: pd.DataFrame, months: pd.Series[str], name: str) -> pd.DataFrame:
    """The matches, with a word about those of which the month was closed when they arrived; `months` are their own."""
    late = months < name
    if not late.any():
        return matches
    said = ("late for " + months + ", which was closed").where(late)
    both = (said + "; " + matches["reason"]).astype(TEXT)
    return matches.assign(reason=both.fillna(said.astype(TEXT)).fillna(matches["reason"]))


def _statements(
    connection: sa.Connection, name: str, elsewhere: Mapping[str, str], until: int | None
) -> list[Statement]:
    """The statements that reach into the month or have a row that counts for it, cut to that, by file and account."""
    start, end = first_and_last(name)
    first, last = figures.span()
    reaching = sa.select(tables.statements).where(first <= end, last >= start, reading.known(tables.statements, until))
    inside = {row["id"]: dict(row) for row in connection.execute(reaching).mappings()}
    booked = _rows_elsewhere(connection, elsewhere, until)
    linked = _links(connection, name, [row for row, month in booked.items() if month == name], until)
    late = sorted(linked.keys() - inside.keys())
    asked = sa.select(tables.statements)
    others = in_parts(connection, late, lambda some: asked.where(tables.statements.c.id.in_(some)))
    facts = inside | {row.id: dict(row._mapping) for row in others}
    stack = evidence.stack(connection, {day for own in linked.values() for day, _ in own})
    beside = _others(connection, inside)
    found = []
    for number, own in facts.items():
        rows = stack.of([day for day, _ in linked[number]])
        rows = rows.assign(line=[line for _, lines in linked[number] for line in lines])
        if booked:
            months = zip(rows["row"], rows["date"].dt.strftime("%Y-%m"), strict=True)
            rows = rows[[booked.get(row, month) == name for row, month in months]].reset_index(drop=True)
        if number in inside or len(rows):
            found.append(_cut(own, rows, beside.get(number, []), (start, end)))
    return sorted(found, key=lambda s: (s.source.name, s.account.number, s.source.sha256))


def _rows_elsewhere(connection: sa.Connection, elsewhere: Mapping[str, str], until: int | None) -> dict[int, str]:
    """Every delivered row of the movements, and the month that it counts for."""
    movements, members = tables.movements.c, tables.members.c
    names = list(elsewhere)
    kept = sa.select(movements.row, movements.movement).where(reading.in_force(tables.movements, "movement", until))
    others = sa.select(members.row, members.movement).where(reading.in_force(tables.members, "row", until))
    rows = pairs(connection, names, lambda some: kept.where(movements.movement.in_(some)))
    rows |= pairs(connection, names, lambda some: others.where(members.movement.in_(some)))
    return {row: elsewhere[name] for row, name in rows.items()}


def _links(
    connection: sa.Connection, name: str, late: Sequence[int], until: int | None
) -> dict[int, list[tuple[int, list[int]]]]:
    """For each statement the days that it delivers of the month and those of late rows, each with its rows' lines."""
    links, days, rows = tables.delivered.c, tables.days.c, tables.rows.c
    asked = sa.select(days.id, days.day)
    start, end = first_and_last(name)
    accounts = days.account.in_(sa.select(tables.statements.c.account))
    of_month = connection.execute(asked.where(accounts, days.day.between(start, end))).all()
    of_late = asked.join(tables.rows, rows.day_id == days.id)
    of_late_rows = in_parts(connection, late, lambda some: of_late.where(rows.id.in_(some)))
    day_of = {row.id: row.day for row in [*of_month, *of_late_rows]}
    asked_links = sa.select(links.statement, links.day_id, links.lines).where(reading.known(tables.delivered, until))
    found: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    delivered = in_parts(connection, sorted(day_of), lambda some: asked_links.where(links.day_id.in_(some)))
    for statement, day, lines in sorted(delivered, key=lambda row: (row[0], day_of[row[1]])):
        found[statement].append((day, json.loads(lines)))
    return found


def _cut(
    facts: Mapping[str, Any],
    rows: pd.DataFrame,
    others: Sequence[Mapping[str, Any]],
    within: tuple[str, str],
) -> Statement:
    """A statement with its rows of some days, and the balances before and after them."""
    whole = evidence.statement_of(facts)
    name, (start, end) = whole.source.name, within
    source = pd.Series(name, index=rows.index, dtype=TEXT)
    rows = rows.assign(source=source, line=rows["line"].astype("int64"))[TRANSACTIONS.names]
    opening, closing = whole.opening, whole.closing
    if facts["first_day"] and facts["first_day"] < start:
        opening = _before(rows)
    if facts["last_day"] and facts["last_day"] > end:
        closing = _after(rows)
    period = whole.period
    if period:
        first, last = max(str(period.start), start), min(str(period.end), end)
        if first > last:  # it has late rows alone
            first, last = rows["date"].min(), rows["date"].max()
        period = Period(pd.Timestamp(first).date(), pd.Timestamp(last).date(), period.stated)
    return replace(
        whole,
        period=period,
        opening=opening,
        closing=closing,
        transactions=rows,
        notices=_notices(whole, [o for o in others if o["kind"] == "notice" and start <= o["day"] <= end]),
        quarantined=_aside(whole, [o for o in others if o["kind"] == "set aside"]),
        proof=Proof(tuple(Check(*check) for check in json.loads(facts["proof"]))),
        warnings=tuple(json.loads(facts["warnings"])),
    )


def _before(rows: pd.DataFrame) -> Any:
    known = rows[rows["balance"].notna()].head(1)
    return None if not len(known) else known["balance"].iloc[0] - known["amount"].iloc[0]


def _after(rows: pd.DataFrame) -> Any:
    known = rows[rows["balance"].notna()].tail(1)
    return None if not len(known) else known["balance"].iloc[0]


def _others(connection: sa.Connection, facts: Mapping[int, object]) -> dict[int, list[dict[str, Any]]]:
    rows, texts, reasons = tables.other_rows.c, tables.texts.c, tables.texts.alias()
    asked = (
        sa.select(rows.statement, rows.kind, rows.line, rows.day, rows.cents, rows.balance, texts.text)
        .add_columns(reasons.c.text.label("reason"))
        .join(tables.texts, texts.id == rows.text)
        .join(reasons, reasons.c.id == rows.reason, isouter=True)
        .order_by(rows.id)
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in in_parts(connection, facts, lambda some: asked.where(rows.statement.in_(some))):
        found[row.statement].append(dict(row._mapping))
    return found


def _notices(statement: Statement, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    if not rows:
        return statement.notices
    frame = pd.DataFrame(
        {
            "transaction_id": [f"notice-{statement.source.sha256[:8]}-{r['line']}" for r in rows],
            "account": [statement.account.number for _ in rows],
            "date": pd.to_datetime([r["day"] for r in rows]).astype("datetime64[s]"),
            "amount": amounts_of([r["cents"] for r in rows]),
            "balance": amounts_of([r["balance"] for r in rows]),
            "description": [FORGOTTEN if r["text"] is None else r["text"] for r in rows],
            "bank_reference": pd.Series([None for _ in rows], dtype=TEXT),
            "bank_id": pd.Series([None for _ in rows], dtype=TEXT),
            "source": [statement.source.name for _ in rows],
            "line": [r["line"] for r in rows],
        }
    )
    return TRANSACTIONS.check(frame)


def _aside(statement: Statement, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    if not rows:
        return statement.quarantined
    frame = pd.DataFrame(
        {
            "source": pd.Series([statement.source.name for _ in rows], dtype=TEXT),
            "line": pd.Series([r["line"] for r in rows], dtype="int64"),
            "text": pd.Series([FORGOTTEN if r["text"] is None else r["text"] for r in rows], dtype=TEXT),
            "reason": pd.Series([FORGOTTEN if r["reason"] is None else r["reason"] for r in rows], dtype=TEXT),
            "amount": amounts_of([r["cents"] for r in rows]),
        }
    )
    return SET_ASIDE.check(frame)


def _contributed(statements: Sequence[Statement], transactions: pd.DataFrame) -> pd.DataFrame:
    taken = transactions.groupby(["source", "account"]).size()
    rows = [len(s.transactions) for s in statements]
    new, seen = [], set[tuple[str, str]]()
    for s in statements:
        key = (s.source.name, s.account.number)
        new.append(int(taken.get(key, 0)) if key not in seen else 0)
        seen.add(key)
    return pd.DataFrame(
        {
            "source": [s.source.name for s in statements],
            "account": [s.account.number for s in statements],
            "rows": rows,
            "new": new,
            "known": [r - n for r, n in zip(rows, new, strict=True)],
        }
    )


def _conflicts(connection: sa.Connection, name: str, until: int | None) -> pd.DataFrame:
    start, end = first_and_last(name)
    found = disagreements.conflicts(connection, start, until)
    return found[found["date"] <= pd.Timestamp(end)].reset_index(drop=True)
