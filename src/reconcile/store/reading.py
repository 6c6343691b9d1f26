"""The ledger read back as frames."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.schema import TEXT, TRANSACTIONS
from reconcile.store import tables
from reconcile.store.asking import AT_ONCE, in_parts
from reconcile.store.evidence import FORGOTTEN, amounts_of


def transactions(connection: sa.Connection, start: str | None = None, end: str | None = None) -> pd.DataFrame:
    """The movements of some days, or of all, by account and day and in the order of their statement."""
    movements = tables.movements.c
    limits = [movements.day >= start] if start else []
    limits += [movements.day <= end] if end else []
    return _frame(connection, limits)


def some(connection: sa.Connection, names: Sequence[str]) -> pd.DataFrame:
    """The movements of these names."""
    ordered = sorted(set(names))
    parts = [
        _frame(connection, [tables.movements.c.movement.in_(ordered[at : at + AT_ONCE])])
        for at in range(0, len(ordered), AT_ONCE)
    ]
    return pd.concat(parts, ignore_index=True) if parts else TRANSACTIONS.empty()


def rows_of(connection: sa.Connection, statement: int) -> list[int]:
    """The rows of a statement, oldest first."""
    rows, links = tables.rows.c, tables.delivered.c
    asked = (
        sa.select(rows.id)
        .join(tables.delivered, links.day_id == rows.day_id)
        .where(links.statement == statement)
        .order_by(links.id, rows.place)
    )
    return list(connection.execute(asked).scalars())


def _frame(connection: sa.Connection, limits: Sequence[sa.ColumnElement[bool]]) -> pd.DataFrame:
    movements, rows = tables.movements.c, tables.rows.c
    description, reference = tables.texts.alias(), tables.texts.alias()
    asked = (
        sa.select(
            movements.movement,
            movements.account,
            movements.day,
            rows.cents,
            rows.balance,
            description.c.text,
            reference.c.text,
            rows.bank_id,
            rows.day_id,
            rows.place,
        )
        .join(tables.rows, rows.id == movements.row)
        .join(description, description.c.id == rows.description)
        .join(reference, reference.c.id == rows.bank_reference, isouter=True)
        .where(movements.current == 1, movements.joined_to.is_(None), *limits)
        .order_by(movements.account, movements.day, rows.day_id, rows.place)
    )
    values = connection.execute(asked).all()
    if not values:
        return TRANSACTIONS.empty()
    name, account, day, cents, balance, text, ref, bank_id, day_id, place = zip(*values, strict=True)
    stands = _places(connection, set(day_id))
    return pd.DataFrame(
        {
            "transaction_id": pd.Series(name, dtype=TEXT),
            "account": pd.Series(account, dtype=TEXT),
            "date": pd.Series(np.array(day, dtype="datetime64[s]")),
            "amount": money.from_cents(np.array(cents, dtype=np.int64)),
            "balance": amounts_of(balance),
            "description": pd.Series([FORGOTTEN if t is None else t for t in text], dtype=TEXT),
            "bank_reference": pd.Series(ref, dtype=TEXT),
            "bank_id": pd.Series(bank_id, dtype=TEXT),
            "source": pd.Series([stands[d][0] for d in day_id], dtype=TEXT),
            "line": pd.Series([stands[d][1][p] for d, p in zip(day_id, place, strict=True)], dtype="int64"),
        }
    )


def _places(connection: sa.Connection, days: set[int]) -> dict[int, tuple[str, list[int]]]:
    """For each day's rows the first file that delivered them, and their lines in it."""
    links, statements = tables.delivered.c, tables.statements.c
    found: dict[int, tuple[str, list[int]]] = {}

    def asked(some_days: list[int]) -> sa.Select[Any]:
        first = sa.select(sa.func.min(links.id)).where(links.day_id.in_(some_days)).group_by(links.day_id)
        return (
            sa.select(links.day_id, statements.file, statements.member, links.lines)
            .join(tables.statements, statements.id == links.statement)
            .where(links.id.in_(first))
        )

    for day, file, member, lines in in_parts(connection, sorted(days), asked):
        found[day] = (f"{file}:{member}" if member else file, json.loads(lines))
    return found
