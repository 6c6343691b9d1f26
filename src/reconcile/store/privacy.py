"""Forgetting what payers typed, while every amount, total and link of the journal stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from reconcile.errors import DecisionRefused, shown
from reconcile.store import receipt_words, tables
from reconcile.store.asking import AT_ONCE, among, in_parts
from reconcile.store.journal import Work

_DAY = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
"""Days are compared as they are written: any other text would stand before or behind all of them."""


def forget(work: Work, names: Sequence[str], receipts: Sequence[str] = ()) -> int:
    """Forget the words of some movements, however often delivered; how many texts went. Raises DecisionRefused.

    A text that other movements share goes for them too: it is the same payer's. So do the words of the receipts that
    are settled with them, and those of `receipts`.
    """
    beside = receipt_words.of(work.connection, names, receipts)
    movements = tables.movements.c
    known = sa.select(movements.movement, movements.row)
    kept = list(in_parts(work.connection, names, lambda some: known.where(movements.movement.in_(some))))
    if lacking := sorted(set(names) - {name for name, _ in kept}):
        do = "Take it from the column Transaction id of the workbook, or from store.transactions()."
        raise DecisionRefused(f'no transaction is called "{shown(lacking[0], 40)}"', do=do)
    members = tables.members.c
    others = sa.select(members.movement, members.row)
    rows = {row for _, row in kept}
    rows |= {r for _, r in in_parts(work.connection, names, lambda some: others.where(members.movement.in_(some)))}
    c = tables.rows.c
    asked = sa.select(c.description, c.bank_reference)
    texts = {
        text
        for row in in_parts(work.connection, sorted(rows), lambda some: asked.where(c.id.in_(some)))
        for text in row
        if text is not None
    }
    return _blank(work, texts, beside)


def forget_before(work: Work, day: str) -> int:
    """Forget the words of all that moved before a day and not since; how many texts went. Raises DecisionRefused."""
    if not isinstance(day, str) or not _DAY.fullmatch(day):
        raise DecisionRefused(f'"{shown(day, 20)}" is no day', do="Write it as 2019-01-01.")
    rows, days, others, statements = tables.rows.c, tables.days.c, tables.other_rows.c, tables.statements.c
    texts = tables.texts.c
    of_days = sa.select(days.id).where(days.day >= day)
    recent = [
        sa.select(rows.description).where(rows.day_id.in_(of_days)),
        sa.select(rows.bank_reference).where(rows.day_id.in_(of_days), rows.bank_reference.is_not(None)),
        *(
            sa.select(column).where(
                column.is_not(None),
                others.statement.in_(
                    sa.select(statements.id).where(sa.or_(statements.last_day >= day, statements.last_day.is_(None)))
                ),
            )
            for column in (others.text, others.reason)
        ),
    ]
    asked = sa.select(texts.id).where(texts.text.is_not(None), *[texts.id.not_in(some) for some in recent])
    return _blank(work, set(work.connection.execute(asked).scalars()), receipt_words.before(work.connection, day))


def _blank(work: Work, wanted: set[int], receipts: receipt_words.Known) -> int:
    """Take the words of these texts and receipts out of every table that has them, and note that it was done."""
    texts = tables.texts.c
    marks = sa.select(texts.id, texts.mark).where(texts.text.is_not(None))
    here = {row[0]: row[1] for row in in_parts(work.connection, sorted(wanted), lambda s: marks.where(texts.id.in_(s)))}
    ordered = sorted(here)
    receipt_words.hold(work, [_movements(among(work.connection, ordered))] if ordered else [], receipts)
    for start in range(0, len(ordered), AT_ONCE):
        some = among(work.connection, ordered[start : start + AT_ONCE])
        blank = tables.texts.update().where(texts.id.in_(some))
        work.connection.execute(blank.values(text=None, salt=None, key=None))
        movements = _movements(some)
        work.connection.execute(
            tables.matches.update()
            .where(tables.matches.c.movement.in_(movements))
            .values(evidence=None, reason=None, salt=None)
        )
        work.connection.execute(
            tables.decisions.update().where(tables.decisions.c.movement.in_(movements)).values(evidence=None, salt=None)
        )
        receipt_words.blank_links(work, tables.kept_links.c.movement.in_(movements))
        for days in (*_days(some), _booked(movements)):
            work.speak_of(row[0] for row in work.connection.execute(days))
    work.add(tables.forgotten, [{"what": "words", "mark": here[number]} for number in ordered])
    return len(ordered) + receipt_words.blank(work, receipts)


def _days(texts: sa.Select[Any]) -> list[sa.Select[Any]]:
    """The days of the rows that have one of the texts, and of the statements that set one aside."""
    days, rows, others, links = tables.days.c, tables.rows.c, tables.other_rows.c, tables.delivered.c
    asked = sa.select(days.day).distinct()
    of_rows = asked.join(tables.rows, rows.day_id == days.id)
    of_others = asked.join(tables.delivered, links.day_id == days.id).join(
        tables.other_rows, others.statement == links.statement
    )
    return [
        of_rows.where(sa.or_(rows.description.in_(texts), rows.bank_reference.in_(texts))),
        of_others.where(others.text.in_(texts)),
    ]


def _booked(movements: sa.Select[tuple[str]]) -> sa.Select[tuple[str]]:
    """The months that the movements count for."""
    return sa.select(tables.movements.c.booked).where(tables.movements.c.movement.in_(movements)).distinct()


def _movements(texts: sa.Select[Any]) -> sa.Select[tuple[str]]:
    """The movements of which any row has one of the texts."""
    rows = tables.rows.c
    own = sa.select(rows.id).where(sa.or_(rows.description.in_(texts), rows.bank_reference.in_(texts)))
    kept = sa.select(tables.movements.c.movement).where(tables.movements.c.row.in_(own))
    others = sa.select(tables.members.c.movement).where(tables.members.c.row.in_(own))
    return sa.select(sa.union(kept, others).subquery().c.movement)
