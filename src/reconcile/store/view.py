"""A month of the store as a workbook shows it: its statements, its movements, how they were decided, and the proof."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.merging import AccountFigures, Merged
from reconcile.schema import KINDS, SET_ASIDE, TEXT, TRANSACTIONS
from reconcile.statement import Check, Period, Proof, Statement
from reconcile.store import disagreements, effective, evidence, figures, reading, tables
from reconcile.store.asking import in_parts
from reconcile.store.evidence import FORGOTTEN, amounts_of


@dataclass(frozen=True, eq=False)
class MonthView:
    """One month: its statements cut to it, its movements, their matches in the same order, and the parts of splits."""

    month: str
    statements: tuple[Statement, ...]
    merged: Merged
    matches: pd.DataFrame
    parts: pd.DataFrame


def month(connection: sa.Connection, name: str) -> MonthView | None:
    """The month, None where nothing reaches into it."""
    start, end = f"{name}-01", f"{name}-31"
    transactions = reading.transactions(connection, start, end)
    statements = _statements(connection, start, end)
    if not statements:
        return None
    told = figures.month_figures(connection, name)
    nothing = money.rand(0)
    merged = Merged(
        transactions,
        _contributed(statements, transactions),
        tuple(AccountFigures(f.account, f.opening, f.moved, nothing, f.closing) for f in told),
        figures.gaps_frame(connection, [b for f in told for b in f.breaks]),
        _conflicts(connection, start, end),
    )
    matches = effective.matches_of(connection, transactions)
    parts = effective.allocations_of(connection, transactions)
    split = parts[parts["transaction_id"].duplicated(keep=False)].reset_index(drop=True)
    return MonthView(name, tuple(statements), merged, matches, split)


def _statements(connection: sa.Connection, start: str, end: str) -> list[Statement]:
    """The statements that reach into the days, cut to them, by file and account."""
    c, links, days = tables.statements.c, tables.delivered.c, tables.days.c
    asked = sa.select(tables.statements).where(c.first_day <= end, c.last_day >= start)
    facts = {row["id"]: dict(row) for row in connection.execute(asked).mappings()}
    linked: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    asked_links = (
        sa.select(links.statement, links.day_id, links.lines)
        .join(tables.days, days.id == links.day_id)
        .where(days.day >= start, days.day <= end)
        .order_by(links.statement, days.day)
    )
    for number, day, lines in in_parts(connection, facts, lambda some: asked_links.where(links.statement.in_(some))):
        linked[number].append((day, json.loads(lines)))
    stack = evidence.stack(connection, {day for own in linked.values() for day, _ in own})
    others = _others(connection, facts)
    found = []
    for number, own in facts.items():
        rows = stack.of([day for day, _ in linked[number]])
        rows = rows.assign(line=[line for _, lines in linked[number] for line in lines])
        found.append(_cut(own, rows, others.get(number, []), (start, end)))
    return sorted(found, key=lambda s: (s.source.name, s.account.number, s.source.sha256))


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
    if facts["first_day"] < start:
        opening = _before(rows)
    if facts["last_day"] > end:
        closing = _after(rows)
    period = whole.period
    if period:
        first, last = max(str(period.start), start), min(str(period.end), _last_day(end))
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


def _last_day(end: str) -> str:
    return str((pd.Period(end[:7], "M").end_time).date())


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
            "source": pd.Series([statement.source.name for _ in rows], dtype=KINDS["text"]),
            "line": pd.Series([r["line"] for r in rows], dtype="int64"),
            "text": pd.Series([FORGOTTEN if r["text"] is None else r["text"] for r in rows], dtype=KINDS["text"]),
            "reason": pd.Series([FORGOTTEN if r["reason"] is None else r["reason"] for r in rows], dtype=KINDS["text"]),
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


def _conflicts(connection: sa.Connection, start: str, end: str) -> pd.DataFrame:
    found = disagreements.conflicts(connection, start)
    return found[found["date"] <= pd.Timestamp(_last_day(end))].reset_index(drop=True)
