"""The ledger read back as frames."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.books.reversals import LONGEST_DAYS
from reconcile.schema import TEXT, TRANSACTIONS
from reconcile.store import tables
from reconcile.store.asking import AT_ONCE, among, in_parts, pairs
from reconcile.store.evidence import FORGOTTEN, amounts_of
from reconcile.store.months import first_and_last


def transactions(
    connection: sa.Connection, start: str | None = None, end: str | None = None, until: int | None = None
) -> pd.DataFrame:
    """The movements of some days, or of all, by account and day and in the order of their statement.

    With `until` as they were after that event.
    """
    movements = tables.movements.c
    # of every account, said so that the days are found by account and day
    limits: list[sa.ColumnElement[bool]] = []
    limits += [movements.account.in_(sa.select(tables.statements.c.account))] if start or end else []
    limits += [movements.day >= start] if start else []
    limits += [movements.day <= end] if end else []
    return _frame(connection, limits, until)


def booked_in(
    connection: sa.Connection, month: str, elsewhere: Mapping[str, str], until: int | None = None
) -> pd.DataFrame:
    """The movements that count for a month, by account and day: those of its days, and late ones of closed months.

    `elsewhere` is what `booked_elsewhere` has for the month; with `until` all is as it was after that event.
    """
    own = transactions(connection, *first_and_last(month), until)
    if not elsewhere:
        return own
    gone = [name for name, booked in elsewhere.items() if booked != month]
    late = _frame(connection, [tables.movements.c.booked == month, tables.ELSEWHERE], until)
    both = pd.concat([late, own[~own["transaction_id"].isin(gone)]], ignore_index=True)
    return both.sort_values(["account", "date"], kind="stable", ignore_index=True)


def booked_between(connection: sa.Connection, first: str, last: str) -> pd.DataFrame:
    """The movements that count for some months, both included; columns of `transactions` and `booked`, the month."""
    c = tables.movements.c
    found = _frame(connection, [c.booked >= first, c.booked <= last])
    asked = sa.select(c.movement, c.booked).where(c.current == 1, c.booked >= first, c.booked <= last)
    booked = {row.movement: row.booked for row in connection.execute(asked)}
    return found.assign(booked=pd.Series([booked[name] for name in found["transaction_id"]], dtype=TEXT))


def booked_elsewhere(connection: sa.Connection, month: str, until: int | None = None) -> dict[str, str]:
    """The movements of the days of a month that count for another one, and the other way round: where each counts."""
    movements = tables.movements.c
    asked = sa.select(movements.movement, movements.booked).where(
        in_force(tables.movements, "movement", until),
        movements.joined_to.is_(None),
        tables.ELSEWHERE,
        sa.or_(movements.booked == month, movements.day.between(*first_and_last(month))),
    )
    return {row.movement: row.booked for row in connection.execute(asked)}


def in_force(table: sa.Table, key: str | tuple[str, ...], until: int | None) -> sa.ColumnElement[bool]:
    """Of the rows of a table, of which newer ones take the place of older ones of the same key: which hold.

    Those of now, or those that held after an event.
    """
    if until is None:
        return table.c.current == 1
    keys = (key,) if isinstance(key, str) else key
    newest = sa.select(sa.func.max(table.c.id)).where(known(table, until)).group_by(*(table.c[name] for name in keys))
    return table.c.id.in_(newest)


def known(table: sa.Table, until: int | None) -> sa.ColumnElement[bool]:
    """Of the rows of a table those that were there after an event; all of them where there is none."""
    return sa.true() if until is None else table.c.event <= until


def some(connection: sa.Connection, names: Sequence[str], until: int | None = None) -> pd.DataFrame:
    """The movements of these names; with `until` as they were after that event."""
    ordered = sorted(set(names))
    parts = [
        _frame(connection, [tables.movements.c.movement.in_(among(connection, ordered[at : at + AT_ONCE]))], until)
        for at in range(0, len(ordered), AT_ONCE)
    ]
    return pd.concat(parts, ignore_index=True) if parts else TRANSACTIONS.empty()


def places_in(connection: sa.Connection, statement: int, wanted: Collection[int]) -> dict[int, int]:
    """The places of some rows among those of a statement, oldest first; of other statements' rows none."""
    if not wanted:
        return {}
    rows, links = tables.rows.c, tables.delivered.c
    asked = sa.select(links.day_id, links.lines).where(links.statement == statement).order_by(links.id)
    begins: dict[int, int] = {}
    at = 0
    for day, lines in connection.execute(asked):
        begins[day] = at
        at += len(json.loads(lines))
    found = sa.select(rows.id, rows.day_id, rows.place)
    places = in_parts(connection, sorted(wanted), lambda some: found.where(rows.id.in_(some)))
    return {row: begins[day] + place for row, day, place in places if day in begins}


def _frame(
    connection: sa.Connection, limits: Sequence[sa.ColumnElement[bool]], until: int | None = None
) -> pd.DataFrame:
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
        .where(in_force(tables.movements, "movement", until), movements.joined_to.is_(None), *limits)
        .order_by(movements.account, movements.day, rows.day_id, rows.place)
    )
    values = connection.execute(asked).all()
    if not values:
        return TRANSACTIONS.empty()
    name, account, day, cents, balance, text, ref, bank_id, day_id, place = zip(*values, strict=True)
    stands = places(connection, set(day_id), until)
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


def places(connection: sa.Connection, days: set[int], until: int | None = None) -> dict[int, tuple[str, list[int]]]:
    """For each day's rows a file that delivers them, and their lines in it; with `until` one known after that event.

    Of several the one that merging prefers, whichever came first.
    """
    links, statements = tables.delivered.c, tables.statements.c
    names = statements.file, statements.member, statements.sha256
    asked = sa.select(links.day_id, statements.preference, *names, links.id).join(
        tables.statements, statements.id == links.statement
    )
    asked = asked.where(known(tables.delivered, until))
    best: dict[int, tuple[int, str, str, int]] = {}
    for day, preferred, file, member, sha256, link in in_parts(
        connection, sorted(days), lambda some: asked.where(links.day_id.in_(some))
    ):
        key = (preferred, f"{file}:{member}" if member else file, sha256, link)
        best[day] = min(best.get(day, key), key)
    lines = sa.select(links.id, links.lines)
    chosen = [link for *_, link in best.values()]
    found = pairs(connection, chosen, lambda some: lines.where(links.id.in_(some)))
    return {day: (name, json.loads(found[link])) for day, (_, name, _, link) in best.items()}


def joined(connection: sa.Connection) -> dict[str, str]:
    """The movements that turned out to be another one, and which."""
    c = tables.movements.c
    asked = sa.select(c.movement, c.joined_to).where(c.current == 1, c.joined_to.is_not(None))
    return {row.movement: row.joined_to for row in connection.execute(asked)}


def kept_rows(connection: sa.Connection, names: Sequence[str]) -> dict[str, int]:
    """The row that stands for each movement."""
    movements = tables.movements.c
    asked = sa.select(movements.movement, movements.row).where(movements.current == 1)
    return pairs(connection, names, lambda some: asked.where(movements.movement.in_(some)))


def opposite(connection: sa.Connection, debits: pd.DataFrame) -> pd.DataFrame:
    """The movements that one of the debits may take back: of the opposite amount, on its account, not too long ago."""
    if not len(debits):
        return TRANSACTIONS.empty()
    cents = sorted({-c for c in money.cents(debits["amount"]).tolist()})
    first, last = debits["date"].min() - pd.Timedelta(days=LONGEST_DAYS), debits["date"].max()
    days = tables.movements.c.day.between(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}")
    limits = [days, tables.movements.c.account.in_(debits["account"].unique().tolist())]
    parts = [
        _frame(connection, [*limits, tables.rows.c.cents.in_(among(connection, cents[at : at + AT_ONCE]))])
        for at in range(0, len(cents), AT_ONCE)
    ]
    return pd.concat(parts, ignore_index=True)


def statements(connection: sa.Connection) -> pd.DataFrame:
    """Every statement added, oldest first."""
    c, links, days, rows = tables.statements.c, tables.delivered.c, tables.days.c, tables.rows.c
    count = (
        sa.select(links.statement, sa.func.count(rows.id).label("rows"))
        .join(tables.days, days.id == links.day_id)
        .join(tables.rows, rows.day_id == days.id)
        .group_by(links.statement)
        .subquery()
    )
    asked = (
        sa.select(
            c.id,
            c.file,
            c.member,
            c.sha256,
            c.layout,
            c.account,
            c.first_day,
            c.last_day,
            c.opening,
            c.closing,
            count.c.rows,
            tables.events.c.at,
            tables.events.c.by,
        )
        .join(tables.events, tables.events.c.id == c.event)
        .join(count, count.c.statement == c.id, isouter=True)
        .order_by(c.id)
    )
    names = ["statement", "file", "member", "sha256", "layout", "account", "first_day", "last_day", "opening"]
    found = pd.DataFrame(connection.execute(asked).all(), columns=[*names, "closing", "rows", "at", "by"])
    for column in ("opening", "closing"):
        found[column] = amounts_of([None if pd.isna(v) else int(v) for v in found[column]])
    found["rows"] = found["rows"].fillna(0)
    return found.astype({"statement": "int64", "rows": "int64"})


def workbooks(connection: sa.Connection) -> dict[str, set[str]]:
    """For each workbook noted, by name, the SHA-256 of every version of it."""
    found: dict[str, set[str]] = {}
    for name, sha256 in connection.execute(sa.select(tables.workbooks.c.name, tables.workbooks.c.sha256)):
        found.setdefault(name, set()).add(sha256)
    return found
