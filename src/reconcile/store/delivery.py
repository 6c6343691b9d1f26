"""One statement into the store: its facts, its rows day by day, and the lines they stand on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.merging import preference
from reconcile.statement import Statement
from reconcile.store import columns, tables, words
from reconcile.store.asking import in_parts
from reconcile.store.columns import Column
from reconcile.store.journal import Work, canonical


@dataclass(frozen=True)
class Day:
    """One day of a statement: its rows by their ids in the store, and by those that they have in the statement.

    `again`: another statement delivered the same.
    """

    day: str
    number: int
    rows: Sequence[int]
    own: Sequence[str]
    again: bool


@dataclass(frozen=True)
class Delivered:
    """A statement written down: its number in the store, and its days in their order."""

    statement: int
    days: tuple[Day, ...]


def known_as(connection: sa.Connection, statement: Statement) -> int | None:
    """The number of the same statement in the store, None where it was not added yet."""
    asked = sa.select(tables.statements.c.id).where(tables.statements.c.mark == _mark(statement))
    return connection.execute(asked).scalar()


def deliver(work: Work, statement: Statement) -> Delivered:
    """Write down a statement that is not in the store."""
    number = _write_facts(work, statement)
    _write_other_rows(work, number, statement)
    return Delivered(number, _write_days(work, number, statement))


def _mark(statement: Statement) -> str:
    """The same for the same statement of the same bytes: a document may have an account twice."""
    first = statement.transactions["line"].iloc[0] if len(statement.transactions) else 0
    facts = [
        statement.source.sha256,
        statement.source.member,
        statement.account.number,
        str(statement.period),
        str(statement.opening),
        str(statement.closing),
        int(first),
        len(statement.transactions),
    ]
    return hashlib.sha256(canonical(facts).encode("ascii")).hexdigest()


def _write_facts(work: Work, statement: Statement) -> int:
    source, account, period = statement.source, statement.account, statement.period
    rows = statement.transactions["date"]
    facts = {
        "file": source.file,
        "member": source.member,
        "sha256": source.sha256,
        "layout": source.layout,
        "encoding": source.encoding,
        "account": account.number,
        "account_name": account.name,
        "account_kind": account.kind,
        "currency": account.currency,
        "period_start": str(period.start) if period else None,
        "period_end": str(period.end) if period else None,
        "period_stated": int(bool(period and period.stated)),
        "opening": _cents(statement.opening),
        "closing": _cents(statement.closing),
        "first_day": f"{rows.min():%Y-%m-%d}" if len(rows) else None,
        "last_day": f"{rows.max():%Y-%m-%d}" if len(rows) else None,
        "number": statement.number,
        "preference": _preference(statement),
        "proof": canonical([[c.name, c.outcome, c.detail] for c in statement.proof.checks]),
        "warnings": canonical(list(statement.warnings)),
        "mark": _mark(statement),
    }
    return work.add(tables.statements, [facts])[0]


def _preference(statement: Statement) -> int:
    """What speaks against taking a movement's row from this statement where others deliver it too; 0 is best."""
    lacks_opening, lacks_balances, lost_case, *_ = preference(statement)
    return 4 * bool(lacks_opening) + 2 * bool(lacks_balances) + bool(lost_case)


def _write_other_rows(work: Work, number: int, statement: Statement) -> None:
    notices, aside = statement.notices, statement.quarantined
    # a reason may quote what stood in the row
    texts = words.ids_of(work, [*notices["description"], *aside["text"], *aside["reason"]])
    rows = [
        {
            "statement": number,
            "kind": "notice",
            "line": row["line"],
            "text": texts[row["description"]],
            "reason": None,
            "day": f"{row['date']:%Y-%m-%d}",
            "cents": _cents(row["amount"]),
            "balance": _cents(row["balance"]),
        }
        for row in notices.to_dict("records")
    ]
    rows += [
        {
            "statement": number,
            "kind": "set aside",
            "line": row["line"],
            "text": texts[row["text"]],
            "reason": texts[row["reason"]],
            "day": None,
            "cents": _cents(row["amount"]),
            "balance": None,
        }
        for row in aside.to_dict("records")
    ]
    work.add(tables.other_rows, rows)


def _write_days(work: Work, number: int, statement: Statement) -> tuple[Day, ...]:
    frame = statement.transactions.sort_values("date", kind="stable")
    if not len(frame):
        return ()
    stamps = frame["date"].to_numpy().astype("datetime64[D]")
    starts = np.flatnonzero(np.r_[True, stamps[1:] != stamps[:-1]]).tolist()
    ends = [*starts[1:], len(frame)]
    names = np.datetime_as_string(stamps[starts]).tolist()
    rows = _rows_of(work, frame)
    digests = _digests(rows, starts, ends)
    known = _known_days(work, statement.account.number, names)
    here = list(zip(names, digests, starts, ends, strict=True))
    fresh = [d for d in here if d[:2] not in known]
    account = statement.account.number
    made = work.add(tables.days, [{"account": account, "day": d, "digest": digest} for d, digest, *_ in fresh])
    new = {d[:2]: at for d, at in zip(fresh, made, strict=True)}
    held = _rows_held(work, [known[d[:2]] for d in here if d[:2] in known])
    held |= _write_rows(work, rows, {new[d[:2]]: d[2:] for d in fresh})
    numbers = known | new
    own = rows["own_id"]
    found = tuple(Day(d[0], numbers[d[:2]], held[numbers[d[:2]]], own[d[2] : d[3]], d[:2] in known) for d in here)
    lines = frame["line"].tolist()
    stand = [json.dumps(lines[start:end], separators=(",", ":")) for start, end in zip(starts, ends, strict=True)]
    work.speak_of(names)
    written: dict[str, Column] = {"statement": number, "day_id": [day.number for day in found], "lines": stand}
    work.add_columns(tables.delivered, written, len(found))
    return found


def _write_rows(work: Work, rows: dict[str, Any], days: dict[int, tuple[int, int]]) -> dict[int, Sequence[int]]:
    """Write the rows of days that begin and end at these places; the ids that they got, by day."""
    places = [at for start, end in days.values() for at in range(start, end)]
    given = rows if len(places) == len(rows["own_id"]) else {n: c and [c[at] for at in places] for n, c in rows.items()}
    day_ids = [day for day, (start, end) in days.items() for _ in range(start, end)]
    stand = [at for start, end in days.values() for at in range(end - start)]
    ids = work.add_columns(tables.rows, {**given, "day_id": day_ids, "place": stand}, len(places))
    ends = accumulate(end - start for start, end in days.values())
    return {d: ids[n - (end - start) : n] for n, (d, (start, end)) in zip(ends, days.items(), strict=True)}


def _rows_of(work: Work, frame: pd.DataFrame) -> dict[str, Any]:
    """The columns of the rows as the store has them, but for their day and place."""
    descriptions, references = frame["description"].tolist(), _or_none(frame["bank_reference"])
    texts: dict[str | None, int | None] = {None: None}
    texts.update(words.ids_of(work, {*descriptions, *(r for r in references or () if r is not None)}))
    return {
        "own_id": frame["transaction_id"].tolist(),
        "cents": money.cents(frame["amount"]).tolist(),
        "balance": _cents_or_none(frame["balance"]),
        "description": [texts[d] for d in descriptions],
        "bank_reference": references and [texts[r] for r in references],
        "bank_id": _or_none(frame["bank_id"]),
    }


def _digests(rows: dict[str, Any], starts: Sequence[int], ends: Sequence[int]) -> list[str]:
    """For each day the same for the same rows in the same order.

    Ids that a bank mints anew for each download are no part of it.
    """
    facts = [rows[name] for name in ("own_id", "balance", "description", "bank_reference")]
    told = columns.joined(facts, len(rows["own_id"])).to_pylist()
    days = (",".join(told[start:end]) for start, end in zip(starts, ends, strict=True))
    return [hashlib.sha256(f"[{day}]".encode("ascii")).hexdigest() for day in days]


def _known_days(work: Work, account: str, names: Sequence[str]) -> dict[tuple[str, str], int]:
    days = tables.days.c
    asked = sa.select(days.day, days.digest, days.id).where(
        days.account == account, days.day >= names[0], days.day <= names[-1]
    )
    return {(day, digest): number for day, digest, number in work.connection.execute(asked)}


def _rows_held(work: Work, numbers: Sequence[int]) -> dict[int, Sequence[int]]:
    """The rows of days that are in the store, in their order."""
    held: dict[int, list[int]] = {number: [] for number in numbers}
    rows = tables.rows.c
    order = rows.day_id, rows.place
    found = in_parts(
        work.connection,
        numbers,
        lambda some: sa.select(rows.day_id, rows.id).where(rows.day_id.in_(some)).order_by(*order),
    )
    for number, row in found:
        held[number].append(row)
    return dict(held)


def _or_none(column: pd.Series[Any]) -> list[str | None] | None:
    """The texts, None where the column has none at all."""
    if not column.notna().any():
        return None
    return column.astype(object).where(column.notna(), None).tolist()


def _cents_or_none(amounts: pd.Series[Any]) -> list[int | None]:
    known = amounts.notna().tolist()
    return [cents if is_known else None for cents, is_known in zip(money.cents(amounts).tolist(), known, strict=True)]


def _cents(amount: object) -> int | None:
    return money.in_cents(amount) if isinstance(amount, Decimal) else None
