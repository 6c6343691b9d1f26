"""The two sides of a month as they were when it was closed, written down: its links, its questions, what was open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.books import Reconciliation
from reconcile.books.before import Before
from reconcile.errors import DecisionRefused, shown
from reconcile.schema import LINKS, TEXT
from reconcile.store import entries, reading, tables
from reconcile.store.asking import in_parts
from reconcile.store.evidence import FORGOTTEN
from reconcile.store.journal import Work
from reconcile.store.periods import Months

BANK, BOOKS = "bank", "books"


def keep(work: Work, month: str, found: Reconciliation) -> None:
    """Write down the two sides of a month that is closed just now."""
    hold(work, found.links, dict.fromkeys(found.links["group"].unique(), month))
    assert found.before is not None
    rows = []
    for side, name, whole, left, earlier in (
        (BANK, "transaction_id", found.transactions, found.unmatched_bank, found.before.lines),
        (BOOKS, "receipt_id", found.receipts, found.unmatched_receipts, found.before.receipts),
    ):
        why = dict(zip(left[name], left["why"], strict=True))
        names = sorted({*why, *(whole.loc[whole[name].isin(earlier), name])})
        rows += [
            {"month": month, "side": side, "item": n, "earlier": int(n in earlier), "why": why.get(n), "current": 1}
            for n in names
        ]
    work.add(tables.open_items, rows)


def hold(work: Work, links: pd.DataFrame, months: Mapping[str, str]) -> None:
    """Write down links that are to stay as they are, and by their groups the month that each counts for."""
    links = links.sort_values(["transaction_id", "group", "receipt_id"])
    texts = {n: links[n].astype(object).where(links[n].notna(), None).tolist() for n in ("evidence", "reason")}
    told: dict[str, Any] = {
        "month": [months[group] for group in links["group"]],
        "movement": links["transaction_id"].tolist(),
        "receipt": links["receipt_id"].astype(object).where(links["receipt_id"].notna(), None).tolist(),
        "cents": money.cents(links["amount"]).tolist(),
        "status": links["status"].tolist(),
        "rule": links["rule"].tolist(),
        "together": links["group"].tolist(),
        "confidence": [repr(float(share)) for share in links["confidence"]],
        **texts,
    }
    work.add_columns(tables.kept_links, {**told, "current": 1}, len(links))


def open_again(work: Work, month: str, event: int) -> None:
    """Say of what was written down when a month was closed, by that event, that it holds no longer."""
    for table in (tables.kept_links, tables.open_items):
        work.outdate(table, table.c.month == month, table.c.event == event)


@dataclass(frozen=True)
class Closed:
    """How a month was closed: the event, the bank's balance it began with, and which movements count elsewhere."""

    event: int
    opening: Any
    elsewhere: dict[str, str]


def as_closed(connection: sa.Connection, month: str, closed: Closed) -> Reconciliation | None:
    """The two sides of a month as they were written down; None where there were no receipts by then."""
    receipts = entries.receipts(connection, closed.event)
    if not len(receipts[receipts["booked"] <= month]):
        return None
    c = tables.open_items.c
    asked = sa.select(c.side, c.item, c.earlier, c.why).where(c.month == month, c.event == closed.event)
    items = {BANK: dict[str, Any](), BOOKS: dict[str, Any]()}
    earlier: dict[str, set[str]] = {BANK: set(), BOOKS: set()}
    for side, item, is_earlier, why in connection.execute(asked):
        items[side] |= {} if why is None else {item: why}
        earlier[side] |= {item} if is_earlier else set()
    own = reading.booked_in(connection, month, closed.elsewhere, closed.event)
    lines = pd.concat([own, reading.some(connection, sorted(earlier[BANK]), closed.event)], ignore_index=True)
    receipts = receipts[receipts["booked"].eq(month) | receipts["receipt_id"].isin(earlier[BOOKS])]
    receipts = receipts.drop(columns="booked").reset_index(drop=True)
    return Reconciliation(
        lines,
        receipts,
        _links(connection, tables.kept_links.c.month == month, tables.kept_links.c.event == closed.event)[LINKS.names],
        _left(lines, "transaction_id", items[BANK]),
        _left(receipts, "receipt_id", items[BOOKS]),
        pd.DataFrame(columns=["side", "first", "second", "amount", "why"]),
        Before(frozenset(earlier[BANK]), frozenset(earlier[BOOKS]), closed.opening),
    )


def _left(rows: pd.DataFrame, name: str, why: dict[str, Any]) -> pd.DataFrame:
    left = rows[rows[name].isin(why.keys())].sort_values(["date", name], ignore_index=True)
    return left.assign(why=left[name].map(why).astype(TEXT))


def links(connection: sa.Connection) -> pd.DataFrame:
    """What settles what and is kept, of closed months and of forgotten words: columns of `schema.LINKS` and `month`."""
    c = tables.kept_links.c
    found = _links(connection, c.current == 1, c.status != "proposed")
    joined = reading.joined(connection)
    names = found["transaction_id"].map(joined).astype(TEXT).fillna(found["transaction_id"])
    found = found.assign(transaction_id=names)
    # kept when its words were forgotten, and once more when its month was closed
    return found.drop_duplicates(["transaction_id", "receipt_id"], keep="last", ignore_index=True)


def changed(connection: sa.Connection) -> pd.DataFrame:
    """Receipts of which a newer version came after they were settled in a closed month: then and now, in rand."""
    c, own, old = tables.kept_links.c, tables.receipts.c, tables.receipts.alias()
    before = sa.select(sa.func.max(old.c.id)).where(old.c.receipt == c.receipt, old.c.event <= c.event)
    asked = (
        sa.select(c.receipt, c.month, old.c.cents, own.cents)
        .join(tables.receipts, sa.and_(own.receipt == c.receipt, own.current == 1, own.event > c.event))
        .join(old, old.c.id == before.correlate(tables.kept_links).scalar_subquery())
        .where(c.current == 1, c.status != "proposed", c.month.in_(Months.of(connection).closed))
        .distinct()
        .order_by(c.month, c.receipt)
    )
    found = pd.DataFrame(
        [tuple(row) for row in connection.execute(asked)], columns=["receipt_id", "month", "amount", "now"]
    )
    amounts = {name: money.from_cents(found[name].astype("int64").to_numpy()) for name in ("amount", "now")}
    return found.assign(**amounts).astype({"receipt_id": TEXT, "month": TEXT})


def _links(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> pd.DataFrame:
    c = tables.kept_links.c
    told = (c.movement, c.receipt, c.cents, c.status, c.rule, c.evidence, c.confidence, c.together, c.reason, c.month)
    rows = [tuple(row) for row in connection.execute(sa.select(*told, c.salt).where(*where).order_by(c.id))]
    found = pd.DataFrame(rows, columns=[*LINKS.names, "month", "salt"])
    gone = found["salt"].isna() & found["evidence"].isna()
    found = found.assign(
        amount=money.from_cents(found["amount"].astype("int64").to_numpy()),
        confidence=found["confidence"].astype("float64"),
        evidence=found["evidence"].mask(gone, FORGOTTEN),
    )
    return LINKS.check(found).assign(month=found["month"].astype(TEXT))


def set_free(work: Work, lines: Sequence[str], receipts: Sequence[str]) -> None:
    """Let go of what is kept of lines and receipts for forgotten words; raises DecisionRefused for closed months."""
    closed = Months.of(work.connection).closed
    if shut := sorted((month, group) for group, month in _kept(work, lines, receipts) if month in closed):
        month, group = shut[0]
        do = f"Reopen it first: reconcile reopen {month}, or store.reopen."
        raise DecisionRefused(f"{shown(group, 60)} is settled in {month}, which is closed", do=do)
    let_go(work, lines, receipts)


def let_go(work: Work, lines: Sequence[str], receipts: Sequence[str]) -> None:
    """Let go of what is kept of lines and receipts for forgotten words; what is of closed months stays."""
    c, closed = tables.kept_links.c, Months.of(work.connection).closed
    groups = [group for group, month in _kept(work, lines, receipts) if month not in closed]
    work.outdate(tables.kept_links, c.together.in_(groups), c.month.not_in(closed))


def _kept(work: Work, lines: Sequence[str], receipts: Sequence[str]) -> list[tuple[str, str]]:
    """The settlements of lines and receipts that are kept, each with the month that it counts for."""
    c = tables.kept_links.c
    asked = sa.select(c.together, c.month).where(c.current == 1, c.status != "proposed")
    found = [
        *in_parts(work.connection, lines, lambda some: asked.where(c.movement.in_(some))),
        *in_parts(work.connection, receipts, lambda some: asked.where(c.receipt.in_(some))),
    ]
    return [(group, month) for group, month in found]
