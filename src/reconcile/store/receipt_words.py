"""Forgetting what the books say of payers: of receipts, of a gateway's gifts, and in what links were decided by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reconcile.errors import DecisionRefused, shown
from reconcile.store import keeping, tables, two_sides
from reconcile.store.asking import among, in_parts
from reconcile.store.journal import Work, newest


@dataclass(frozen=True)
class Known:
    """The numbers of receipts and of a gateway's gifts whose words are to go."""

    receipts: frozenset[str] = frozenset()
    gifts: frozenset[str] = frozenset()


def of(connection: sa.Connection, lines: Sequence[str], names: Sequence[str]) -> Known:
    """The receipts settled with some lines, and receipts and gifts by their names; raises DecisionRefused."""
    own = {
        table.name: set(in_parts(connection, names, _named(table, key)))
        for table, key in ((tables.receipts, "receipt"), (tables.payouts, "gift"))
    }
    receipts, gifts = ({name for (name,) in own[table]} for table in ("receipts", "payouts"))
    if lacking := sorted(set(names) - receipts - gifts):
        do = "Take its number from the sheet Receipts of the workbook, or from store.receipts()."
        raise DecisionRefused(f'no receipt is called "{shown(lacking[0], 40)}"', do=do)
    if lines and (found := two_sides.reconciliation(connection)):
        settled = found.settled[found.settled["transaction_id"].isin(lines)]
        receipts |= set(settled["receipt_id"].dropna())
    return Known(frozenset(receipts), frozenset(gifts))


def _named(table: sa.Table, key: str) -> Any:
    return lambda some: sa.select(table.c[key]).where(table.c[key].in_(some))


def before(connection: sa.Connection, day: str) -> Known:
    """The receipts and gifts of before a day that have words."""
    c, gifts = tables.receipts.c, tables.payouts.c
    asked = sa.select(c.receipt).where(c.day < day, sa.or_(c.payer.is_not(None), c.reference.is_not(None)))
    words = sa.or_(gifts.payer.is_not(None), gifts.reference.is_not(None))
    asked_gifts = sa.select(gifts.gift).where(gifts.day < day, words)
    return Known(*(frozenset(connection.execute(some).scalars()) for some in (asked, asked_gifts)))


def hold(work: Work, movements: Sequence[sa.Select[Any]], known: Known) -> None:
    """Keep the links that were found by the words that go now: nothing would find them again."""
    if not known.receipts and not movements:
        return
    found = two_sides.worked_out(work.connection, two_sides.LAST)
    if found is None:
        return
    lines = {name for some in movements for name in work.connection.execute(some).scalars()}
    links = found.whole.links
    kept = set(keeping.links(work.connection)["group"])
    own = links[links["status"].eq("linked") & ~links["group"].isin(kept)]
    gone = own["transaction_id"].isin(lines) | own["receipt_id"].isin(known.receipts)
    keeping.hold(work, own[own["group"].isin(own.loc[gone, "group"])], found.month_of)


def blank(work: Work, known: Known) -> int:
    """Take the words of receipts and gifts out of every version of them; of how many there were any."""
    marks: list[str] = []
    for table, key, names in (
        (tables.receipts, "receipt", known.receipts),
        (tables.payouts, "gift", known.gifts),
    ):
        c = table.c
        asked = sa.select(c.mark).where(c.salt.is_not(None), sa.or_(c.payer.is_not(None), c.reference.is_not(None)))
        found = in_parts(work.connection, sorted(names), lambda some, k=c[key], a=asked: a.where(k.in_(some)))  # type: ignore[misc]
        marks += [mark for (mark,) in found]
        if names:
            gone = table.update().where(c[key].in_(among(work.connection, sorted(names))))
            work.connection.execute(gone.values(payer=None, reference=None, salt=None))
    if known.receipts:
        some = among(work.connection, sorted(known.receipts))
        blank_links(work, tables.kept_links.c.receipt.in_(some))
        c = tables.receipts.c
        first = work.connection.execute(sa.select(sa.func.min(c.booked)).where(c.receipt.in_(some))).scalar()
        # what was open stands in the months after it too, closed ones as well
        work.speak_of(month for month in newest(work.connection) if month >= str(first))
    work.add(tables.forgotten, [{"what": "receipt", "mark": mark} for mark in sorted(marks)])
    return len(marks)


def blank_links(work: Work, which: sa.ColumnElement[bool]) -> None:
    """Take out what some kept links were decided by, whole settlements at a time."""
    c = tables.kept_links.c
    own = sa.select(c.together).where(which)
    gone = tables.kept_links.update().where(c.together.in_(own))
    work.connection.execute(gone.values(evidence=None, reason=None, salt=None))
