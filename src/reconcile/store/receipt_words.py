"""Forgetting what the books say of payers: of receipts, of a gateway's gifts, and in what links were decided by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reconcile.books.gifts import gift_id, number_of
from reconcile.errors import DecisionRefused, shown
from reconcile.store import keeping, payout_states, tables, two_sides
from reconcile.store.asking import AT_ONCE, among, in_parts
from reconcile.store.journal import Work, newest


@dataclass(frozen=True)
class Known:
    """The numbers of receipts, and the names of a gateway's gifts, whose words are to go."""

    receipts: frozenset[str] = frozenset()
    gifts: frozenset[str] = frozenset()


def of(connection: sa.Connection, lines: Sequence[str], names: Sequence[str]) -> Known:
    """The receipts settled with some lines, and receipts and gifts by their numbers; raises DecisionRefused.

    Of lines that are payouts all gifts; a gift may also stand by its name among the lines.
    """
    c, own = tables.receipts.c, tables.payouts.c
    receipts = {name for (name,) in in_parts(connection, names, lambda s: sa.select(c.receipt).where(c.receipt.in_(s)))}
    asked = sa.select(own.payout, own.gift)
    gifts = {gift: payout for payout, gift in in_parts(connection, names, lambda s: asked.where(own.gift.in_(s)))}
    if lacking := sorted(set(names) - receipts - gifts.keys()):
        do = "Take its number from the sheet Receipts of the workbook, or from store.receipts()."
        raise DecisionRefused(f'no receipt is called "{shown(lacking[0], 40)}"', do=do)
    named = {gift.name for gift in payout_states.gifts(connection, lines)}
    if lacking := sorted(name for name in lines if payout_states.is_gift(name) and name not in named):
        do = "Take it from the column Transaction id of the sheet Payout gifts."
        raise DecisionRefused(f'no gift is called "{shown(lacking[0], 40)}"', do=do)
    named |= {name for own_names in payout_states.names_in(connection, lines).values() for name in own_names}
    named |= {gift_id(payout, gift) for gift, payout in gifts.items()}
    if lines and (found := two_sides.reconciliation(connection)):
        settled = found.settled[found.settled["transaction_id"].isin(lines)]
        receipts |= set(settled["receipt_id"].dropna())
    return Known(frozenset(receipts), frozenset(named))


def before(connection: sa.Connection, day: str) -> Known:
    """The receipts and gifts of before a day that have words."""
    c, gifts = tables.receipts.c, tables.payouts.c
    asked = sa.select(c.receipt).where(c.day < day, sa.or_(c.payer.is_not(None), c.reference.is_not(None)))
    words = sa.or_(gifts.payer.is_not(None), gifts.reference.is_not(None))
    own = connection.execute(sa.select(gifts.payout, gifts.gift).where(gifts.day < day, words))
    named = frozenset(gift_id(payout, gift) for payout, gift in own)
    return Known(frozenset(connection.execute(asked).scalars()), named)


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
    c = tables.receipts.c
    words = sa.or_(c.payer.is_not(None), c.reference.is_not(None))
    asked = sa.select(c.mark).where(c.salt.is_not(None), words)
    found = in_parts(work.connection, sorted(known.receipts), lambda some: asked.where(c.receipt.in_(some)))
    marks = [mark for (mark,) in found]
    if known.receipts:
        gone = tables.receipts.update().where(c.receipt.in_(among(work.connection, sorted(known.receipts))))
        work.connection.execute(gone.values(payer=None, reference=None, salt=None))
    marks += _blank_gifts(work, sorted(known.gifts))
    if known.receipts:
        some = among(work.connection, sorted(known.receipts))
        blank_links(work, tables.kept_links.c.receipt.in_(some))
        c = tables.receipts.c
        first = work.connection.execute(sa.select(sa.func.min(c.booked)).where(c.receipt.in_(some))).scalar()
        # what was open stands in the months after it too, closed ones as well
        work.speak_of(month for month in newest(work.connection) if month >= str(first))
    work.add(tables.forgotten, [{"what": "receipt", "mark": mark} for mark in sorted(marks)])
    return len(marks)


def _blank_gifts(work: Work, names: Sequence[str]) -> list[str]:
    """Take the words of gifts out of every version of them, and out of what they were decided by; their marks."""
    c = tables.payouts.c
    asked = sa.select(c.id, c.mark, c.payout, c.gift, c.day, sa.or_(c.payer.is_not(None), c.reference.is_not(None)))
    numbers = sorted({number_of(name) for name in names})
    rows = list(in_parts(work.connection, numbers, lambda some: asked.where(c.salt.is_not(None), c.gift.in_(some))))
    wanted = set(names)
    own = [row for row in rows if gift_id(row.payout, row.gift) in wanted]
    for start in range(0, len(own), AT_ONCE):
        ids = among(work.connection, [row.id for row in own[start : start + AT_ONCE]])
        gone = tables.payouts.update().where(c.id.in_(ids))
        work.connection.execute(gone.values(payer=None, reference=None, salt=None))
    for start in range(0, len(names), AT_ONCE):
        some = among(work.connection, names[start : start + AT_ONCE])
        matches, decisions = tables.matches, tables.decisions
        told = {"evidence": None, "salt": None}
        work.connection.execute(matches.update().where(matches.c.movement.in_(some)).values(reason=None, **told))
        work.connection.execute(decisions.update().where(decisions.c.movement.in_(some)).values(**told))
    for day in {row.day for row in own}:
        work.speak_of_open(day[:7])
    work.speak_of(gift.month for gift in payout_states.gifts(work.connection, names) if gift.month)
    return [row.mark for row in own if row[5]]


def blank_links(work: Work, which: sa.ColumnElement[bool]) -> None:
    """Take out what some kept links were decided by, whole settlements at a time."""
    c = tables.kept_links.c
    own = sa.select(c.together).where(which)
    gone = tables.kept_links.update().where(c.together.in_(own))
    work.connection.execute(gone.values(evidence=None, reason=None, salt=None))
