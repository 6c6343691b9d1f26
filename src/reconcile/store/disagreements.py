"""Where exports of the same days disagree, read back with both texts and their places."""

from __future__ import annotations

from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.schema import CONFLICTS, TEXT
from reconcile.store import tables
from reconcile.store.evidence import FORGOTTEN
from reconcile.store.reading import known, places


def conflicts(connection: sa.Connection, first: str | None = None, until: int | None = None) -> pd.DataFrame:
    """The conflicts from a day on, or all, columns of `schema.CONFLICTS`; those found up to an event, with `until`."""
    rows = connection.execute(_asked(first).where(known(tables.conflicts, until))).all()
    if not rows:
        return CONFLICTS.empty()
    stands = places(
        connection, {r.kept_day for r in rows} | {r.other_day_id for r in rows if r.other_day_id is not None}
    )
    frame = pd.DataFrame([_row(r, stands) for r in rows], columns=CONFLICTS.names)
    for column in ("date", "other_date"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    for column in ("amount", "other_amount"):
        frame[column] = frame[column].astype(money.AMOUNT)
    frame["other_line"] = frame["other_line"].astype("Int64")
    return CONFLICTS.check(frame.astype(dict.fromkeys(("text", "other_text"), TEXT)))


def _asked(first: str | None) -> sa.Select[Any]:
    c, kept, other, file = tables.conflicts.c, tables.rows.alias(), tables.rows.alias(), tables.statements
    text, other_text, other_day = tables.texts.alias(), tables.texts.alias(), tables.days.alias()
    return (
        sa.select(
            c.account,
            c.kind,
            c.day,
            kept.c.cents,
            c.movement,
            text.c.text,
            other_text.c.text.label("other_text"),
            other_day.c.day.label("other_date"),
            other.c.cents.label("other_cents"),
            file.c.file,
            file.c.member,
            c.reason,
            kept.c.day_id.label("kept_day"),
            kept.c.place,
            other.c.day_id.label("other_day_id"),
            other.c.place.label("other_place"),
        )
        .join(kept, kept.c.id == c.kept)
        .join(other, other.c.id == c.other, isouter=True)
        .join(text, text.c.id == kept.c.description)
        .join(other_text, other_text.c.id == other.c.description, isouter=True)
        .join(other_day, other_day.c.id == other.c.day_id, isouter=True)
        .join(file, file.c.id == c.other_statement)
        .where(c.current == 1, *([c.day >= first] if first else []))
        .order_by(c.account, c.day, c.kind, c.movement, c.id)
    )


def _row(row: Any, stands: dict[int, tuple[str, list[int]]]) -> dict[str, Any]:
    source, lines = stands[row.kept_day]
    there = row.other_day_id is not None
    return {
        "account": row.account,
        "kind": row.kind,
        "date": row.day,
        "amount": money.rand(row.cents),
        "transaction_id": row.movement,
        "text": FORGOTTEN if row.text is None else row.text,
        "source": source,
        "line": lines[row.place],
        "other_text": FORGOTTEN if there and row.other_text is None else row.other_text,
        "other_date": row.other_date,
        "other_amount": money.rand(row.other_cents) if there else None,
        "other_source": f"{row.file}:{row.member}" if row.member else row.file,
        "other_line": stands[row.other_day_id][1][row.other_place] if there else None,
        "reason": row.reason,
    }
