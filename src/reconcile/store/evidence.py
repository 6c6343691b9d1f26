"""Delivered rows read back and compared: what statements say of the same days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.merging import Coverage, coverage, movement_ids
from reconcile.schema import SET_ASIDE, TEXT, TRANSACTIONS, Frame
from reconcile.statement import Account, Period, Proof, Source, Statement, add_ids
from reconcile.store import tables
from reconcile.store.asking import in_parts


@dataclass(frozen=True)
class Conflict:
    """A disagreement between statements, by the ids of the rows in the store."""

    kind: str
    kept: int
    other: int | None
    other_statement: int
    reason: str


@dataclass(frozen=True)
class Compared:
    """Rows of some days compared: `groups` has for each movement its rows, the kept one first."""

    groups: list[list[int]]
    conflicts: list[Conflict]
    day_of: Mapping[int, str]
    own_id: Mapping[int, str]


def next_id(own: str) -> str:
    """Another id made of one, always the same."""
    facts = {"account": own, "date": pd.Timestamp(0), "amount": money.from_cents([0]), "description": own}
    return str(add_ids(pd.DataFrame(facts, index=[0]))["transaction_id"].iloc[0])


def compare(connection: sa.Connection, account: str, days: Sequence[str]) -> Compared:
    """The rows of some days, of all statements that cover them, as movements."""
    statements = _statements(connection, account, days[0], days[-1])
    numbers = [number for number, _ in statements]
    links = _links(connection, numbers, days)
    days_rows = stack(connection, {day for own in links.values() for day in own})
    asides = _asides(connection, numbers)
    parts, stacked = [], []
    for number, statement in statements:
        rows = days_rows.of(links.get(number, ()))
        parts.append(replace(statement, transactions=rows, quarantined=asides.get(number, statement.quarantined)))
        stacked.append(rows)
    together = pd.concat(stacked, ignore_index=True)
    part = np.repeat(np.arange(len(parts)), [len(rows) for rows in stacked])
    ids, conflicts = movement_ids(parts, together, part, _covered(connection, numbers, parts))
    row_ids = together["row"].tolist()
    groups: dict[str, list[int]] = defaultdict(list)
    for row, name in dict(zip(reversed(row_ids), reversed(ids.tolist()), strict=True)).items():
        groups[name].insert(0, row)
    return Compared(
        list(groups.values()),
        [
            Conflict(
                c.kind,
                row_ids[c.kept.at],
                None if c.other is None else row_ids[c.other.at],
                numbers[c.other_part],
                c.reason,
            )
            for c in conflicts
        ],
        dict(zip(row_ids, together["date"].dt.strftime("%Y-%m-%d"), strict=True)),
        dict(zip(row_ids, together["transaction_id"], strict=True)),
    )


def _statements(connection: sa.Connection, account: str, first: str, last: str) -> list[tuple[int, Statement]]:
    """The statements that cover any of the days, without their rows, those preferred first."""
    c = tables.statements.c
    asked = sa.select(tables.statements).where(c.account == account, c.first_day <= last, c.last_day >= first)
    rows = [dict(row) for row in connection.execute(asked).mappings()]
    found = [(row["preference"], row["id"], statement_of(row)) for row in rows]
    found.sort(key=lambda s: (s[0], s[2].source.name, s[2].source.sha256, s[1]))
    return [(number, statement) for _, number, statement in found]


def statement_of(row: Mapping[str, Any]) -> Statement:
    """A statement as the store has it, without its rows."""
    start, end = row["period_start"], row["period_end"]
    period = None
    if start and end:
        period = Period(pd.Timestamp(start).date(), pd.Timestamp(end).date(), bool(row["period_stated"]))
    return Statement(
        account=Account(row["account"], row["account_name"], row["account_kind"], row["currency"]),
        period=period,
        opening=None if row["opening"] is None else money.rand(row["opening"]),
        closing=None if row["closing"] is None else money.rand(row["closing"]),
        transactions=_no_rows(TRANSACTIONS).copy(),
        notices=_no_rows(TRANSACTIONS).copy(),
        quarantined=_no_rows(SET_ASIDE).copy(),
        source=Source(row["file"], row["member"], row["sha256"], row["layout"], row["encoding"]),
        proof=Proof(()),
        number=row["number"],
    )


@cache
def _no_rows(frame: Frame) -> pd.DataFrame:
    return frame.empty()


def _asides(connection: sa.Connection, statements: Sequence[int]) -> dict[int, pd.DataFrame]:
    """What the rows set aside in each statement moved, for those that have such rows."""
    rows = tables.other_rows.c
    found: dict[int, list[int | None]] = defaultdict(list)
    asked = sa.select(rows.statement, rows.cents).where(rows.kind == "set aside")
    for number, cents in in_parts(connection, statements, lambda some: asked.where(rows.statement.in_(some))):
        found[number].append(cents)
    return {number: pd.DataFrame({"amount": amounts_of(cents)}) for number, cents in found.items()}


def amounts_of(cents: Sequence[int | None]) -> pd.Series[Any]:
    """Whole cents as amounts, missing where there are none."""
    lacks = pd.Series([c is None for c in cents], dtype=bool)
    return money.from_cents(np.array([c or 0 for c in cents], dtype=np.int64)).mask(lacks)


def _links(connection: sa.Connection, statements: Sequence[int], days: Sequence[str]) -> dict[int, list[int]]:
    """For each statement the days of those asked for that it delivers, in their order."""
    found: dict[int, list[int]] = defaultdict(list)
    links, known = tables.delivered.c, tables.days.c
    asked = (
        sa.select(links.statement, links.day_id)
        .join(tables.days, known.id == links.day_id)
        .where(known.day.in_(days))
        .order_by(links.statement, known.day)
    )
    for statement, day in in_parts(connection, statements, lambda some: asked.where(links.statement.in_(some))):
        found[statement].append(day)
    return found


@dataclass(frozen=True, eq=False)
class Stack:
    """The rows of some days one under the other; columns of `schema.TRANSACTIONS` and `row`, the row's own number.

    `places` has where those of each day are, by the day's number.
    """

    rows: pd.DataFrame
    places: Mapping[int, range]

    def of(self, days: Sequence[int]) -> pd.DataFrame:
        """The rows of some of the days, in the order of these."""
        own = [self.places[day] for day in days]
        if not own:
            return self.rows.iloc[:0]
        if all(
            one.stop == other.start for one, other in pairwise(own)
        ):  # as those of a statement do, for the most part
            return self.rows.iloc[own[0].start : own[-1].stop].reset_index(drop=True)
        return self.rows.take(np.concatenate([np.arange(o.start, o.stop) for o in own])).reset_index(drop=True)


def stack(connection: sa.Connection, days: Iterable[int]) -> Stack:
    """The rows of each of the days, by the days' numbers."""
    rows, description, reference = tables.rows.c, tables.texts.alias(), tables.texts.alias()
    asked = (
        sa.select(
            rows.day_id,
            rows.id,
            rows.own_id,
            tables.days.c.account,
            tables.days.c.day,
            rows.cents,
            rows.balance,
            description.c.text,
            reference.c.text,
            rows.bank_id,
        )
        .join(tables.days, tables.days.c.id == rows.day_id)
        .join(description, description.c.id == rows.description)
        .join(reference, reference.c.id == rows.bank_reference, isouter=True)
        .order_by(tables.days.c.account, tables.days.c.day, rows.day_id, rows.place)
    )
    numbers = set(days)
    found = list(in_parts(connection, numbers, lambda some: asked.where(rows.day_id.in_(some))))
    places = {day: range(0) for day in numbers}
    starts = [at for at, row in enumerate(found) if not at or row[0] != found[at - 1][0]]
    for start, end in pairwise([*starts, len(found)]):
        places[found[start][0]] = range(start, end)
    return Stack(_frame([row[1:] for row in found]), places)


FORGOTTEN = "(forgotten)"
"""What stands where a payer's words were forgotten."""


def _frame(values: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Rows as read (number, own id, account, day, cents, balance, text, reference, bank's id) as a frame."""
    columns = list(zip(*values, strict=True)) if values else [()] * 9
    number, own, account, day, cents, balance, text, reference, bank_id = columns
    return pd.DataFrame(
        {
            "row": pd.Series(number, dtype="int64"),
            "transaction_id": pd.Series(own, dtype=TEXT),
            "account": pd.Series(account, dtype=TEXT),
            "date": pd.Series(pd.to_datetime(list(day)), dtype="datetime64[s]"),
            "amount": money.from_cents(np.array(cents, dtype=np.int64)),
            "balance": amounts_of(balance),
            "description": pd.Series([FORGOTTEN if t is None else t for t in text], dtype=TEXT),
            "bank_reference": pd.Series(reference, dtype=TEXT),
            "bank_id": pd.Series(bank_id, dtype=TEXT),
        }
    )


def _covered(connection: sa.Connection, numbers: Sequence[int], parts: Sequence[Statement]) -> Coverage:
    """What the statements cover over all their days, those not read here too."""
    c = tables.statements.c
    asked = sa.select(c.id, c.first_day, c.last_day).where(c.account == parts[0].account.number)
    spans = {number: (first, last) for number, first, last in connection.execute(asked)}
    whole = [
        replace(statement, transactions=pd.DataFrame({"date": pd.to_datetime(list(spans[number]))}))
        for number, statement in zip(numbers, parts, strict=True)
    ]
    return coverage(whole)
