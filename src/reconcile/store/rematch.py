"""Deciding again: open movements with today's register, funds and rules; what changed since the last time, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile.books import link_reversals
from reconcile.books.gifts import Register
from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import FrameRefused
from reconcile.matching import match
from reconcile.matching.two_texts import review_two_texts
from reconcile.schema import MATCHES
from reconcile.store import (
    disagreements,
    effective,
    journal,
    memory,
    payout_lines,
    reading,
    registers,
    rewriting,
    tables,
)
from reconcile.store.asking import among, in_parts
from reconcile.store.journal import Work
from reconcile.store.periods import Months
from reconcile.store.rewriting import State

Progress = Callable[[int, int], None]


def rematch(
    work: Work,
    campaigns: CampaignRegister,
    funds: FundVocabulary,
    max_wrong: float = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Decide the open movements that may be decided otherwise now; what changed, columns `rewriting.CHANGES`.

    Where register, vocabulary, rules and `max_wrong` are those of the last time, only movements that are new, worded
    otherwise, or waiting for a person are looked at. Raises FrameRefused for what is no register.
    """
    if not isinstance(campaigns, CampaignRegister) or not isinstance(funds, FundVocabulary):
        raise FrameRefused("campaigns or funds are no register", do="Read them with read_campaigns and read_funds.")
    key = registers.decided_with(campaigns, funds, max_wrong)
    before = _state(work.connection)
    registers.write(work, "campaigns", campaigns)
    registers.write(work, "funds", funds)
    names = _to_decide(work.connection, before, everything=key != before.key)
    transactions = reading.some(work.connection, names)
    held = rewriting.held(work.connection, names)
    if len(transactions):
        now = match(transactions, campaigns, funds=funds, max_wrong=max_wrong, progress=progress)
        now = memory.recall(now, transactions, memory.learnt(work.connection), campaigns, funds)
        now = review_two_texts(now, disagreements.conflicts(work.connection), campaigns, funds, max_wrong)
        now = _take_down(work, transactions, now)
    else:
        now = MATCHES.empty()
    kept = reading.kept_rows(work.connection, names)
    places = rewriting.Places(kept, effective.months_of(work.connection, names))
    changed = rewriting.write(work, now, held, key, places)
    told = rewriting.changes(transactions, now, held, changed, (before.key, key))
    of_gifts = payout_lines.settle(work, Register(campaigns, funds, max_wrong), before, key)
    _note(work, campaigns, funds, key)
    return pd.concat([told, of_gifts], ignore_index=True) if len(of_gifts) else told


def _state(connection: sa.Connection) -> State:
    about = tables.about.c
    found: dict[str, str] = {row[0]: row[1] for row in connection.execute(sa.select(about.name, about.value))}
    return State(found.get("decided with", ""), int(found.get("decided at event", 0)))


AT_EVENT = "decided at event"


def _note(work: Work, campaigns: CampaignRegister, funds: FundVocabulary, key: str) -> None:
    values = {
        "decided with": key,
        AT_EVENT: str(work.event if work.wrote else work.event - 1),
        "campaigns in use": registers.digest_of(registers.content_of(campaigns)),
        "funds in use": registers.digest_of(registers.content_of(funds)),
    }
    about = tables.about
    asked = sa.select(about.c.name, about.c.value).where(about.c.name.in_(list(values)))
    here: dict[str, str] = {row[0]: row[1] for row in work.connection.execute(asked)}
    if work.wrote or here.keys() != values.keys() or any(here[n] != values[n] for n in values if n != AT_EVENT):
        work.connection.execute(about.delete().where(about.c.name.in_(list(values))))
        work.connection.execute(about.insert(), [{"name": n, "value": v} for n, v in values.items()])


def _to_decide(connection: sa.Connection, before: State, *, everything: bool) -> list[str]:
    movements, matches = tables.movements.c, tables.matches.c
    closed = Months.of(connection).closed
    joined = sa.and_(matches.movement == movements.movement, matches.current == 1)
    asked = (
        sa.select(movements.movement)
        .join(tables.matches, joined, isouter=True)
        .where(
            movements.current == 1,
            movements.joined_to.is_(None),
            movements.booked.not_in(closed),
            movements.movement.not_in(effective.decided_by_people()),
            sa.or_(matches.id.is_(None), ~_forgotten(movements.row)),
            movements.movement.not_in(_of_forgotten()),
        )
    )
    if not everything:
        asked = asked.where(sa.or_(*_again(connection, before)))
    # what is booked in open months is of their days, or came too late for its own
    asks = [asked.where(tables.ELSEWHERE)]
    if first := min(journal.newest(connection).keys() - closed, default=None):
        accounts = sa.select(tables.statements.c.account)
        asks.append(asked.where(movements.account.in_(accounts), movements.day >= f"{first}-01"))
    return sorted({name for one in asks for name in connection.execute(one).scalars()})


def _again(connection: sa.Connection, before: State) -> list[sa.ColumnElement[bool]]:
    """Of what may be decided otherwise than the last time with the same register, funds and rules.

    That is what is new or worded otherwise, what hangs on other movements or on another export, and what people opened
    again. What waits for a person hangs on its own text, and on what people decided before: it is looked at again where
    they decided anything since.
    """
    movements, matches = tables.movements.c, tables.matches.c
    found = [
        matches.id.is_(None),
        matches.row != movements.row,
        matches.rule == "reversal",
        matches.kind == "reversal",
        movements.movement.in_(sa.select(tables.conflicts.c.movement)),
        movements.movement.in_(_undone()),
        movements.booked.in_(_reopened(before.event)),
    ]
    if memory.changed(connection, before.event):
        found += [matches.status == "review", matches.rule == "remembered"]
    return found


def _undone() -> sa.Select[Any]:
    decisions = tables.decisions.c
    return sa.select(decisions.movement).where(decisions.current == 1, decisions.undoes.is_not(None))


def _reopened(since: int) -> sa.Select[Any]:
    """The months opened again after an event: they may have been decided with what is no longer in use."""
    periods = tables.periods.c
    return sa.select(periods.month).where(periods.current == 1, periods.state == "reopened", periods.event > since)


def _of_forgotten() -> sa.Select[Any]:
    """The reversals of gifts whose words are gone: nothing would tell any more what they take back."""
    links, originals = tables.reversals.c, tables.movements.alias()
    return (
        sa.select(links.reversal)
        .join(originals, sa.and_(originals.c.movement == links.original, originals.c.current == 1))
        .where(links.current == 1, _forgotten(originals.c.row))
    )


def _forgotten(row: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Of a row whose words are gone: what it was decided by when they were read stays."""
    rows, texts = tables.rows.c, tables.texts.c
    asked = sa.select(rows.id).join(tables.texts, texts.id == rows.description)
    return sa.exists(asked.where(rows.id == row, texts.text.is_(None)))


def _take_down(work: Work, transactions: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The matches, each reversal with the campaign and fund of the gift that it takes back."""
    reversing = now["kind"].eq("reversal") & transactions["amount"].lt(0)
    if not reversing.any():
        return now
    debits = transactions[reversing]
    credits = reading.opposite(work.connection, debits)
    credits = credits[~credits["transaction_id"].isin(_taken_back(work.connection, set(debits["transaction_id"])))]
    both = pd.concat([debits, credits], ignore_index=True)
    kinds = both[["transaction_id"]].assign(
        kind=["reversal"] * len(debits) + ["donation"] * len(credits), status="review", rule="none"
    )
    kinds = MATCHES.check(kinds.reindex(columns=MATCHES.names))
    links = link_reversals(both, kinds)
    _write_links(work, links, debits["transaction_id"].tolist())
    own = now.set_index("transaction_id")[["status", "campaign", "fund"]]
    parts = effective.parts(work.connection, links["original"].tolist())
    rows = now.copy()
    for reversal, original, reason in links.itertuples(index=False):
        at = rows.index[rows["transaction_id"] == reversal][0]
        whole = parts.get(original)
        if original in own.index:  # decided just now, which is not written yet
            status, *place = own.loc[original]
            whole = [(place[0], place[1])] if status == "matched" else None
        if whole is None:
            new: tuple[Any, ...] = ("review", None, None, f"the gift it takes back waits for a person: {reason}")
        elif len(whole) == 1 and whole[0][0] is None:
            new = ("not_donation", None, None, "what it takes back is no gift")
        elif len(whole) > 1:
            new = ("matched", None, None, "the gift it takes back was split")
        else:
            new = ("matched", *whole[0], None)
        rows.loc[at, ["status", "campaign", "fund", "reason"]] = new
        rows.loc[at, ["rule", "evidence"]] = ["reversal", f"takes back {original}: {reason}"]
        rows.loc[at, "confidence"] = float("nan")
    return rows


def _taken_back(connection: sa.Connection, besides: set[str]) -> list[str]:
    """What other reversals than these take back: of closed months, or decided by a person."""
    links = tables.reversals.c
    asked = sa.select(links.reversal, links.original).where(links.current == 1)
    return [original for reversal, original in connection.execute(asked) if reversal not in besides]


def _write_links(work: Work, links: pd.DataFrame, debits: list[str]) -> None:
    table = tables.reversals.c
    asked = sa.select(table.reversal, table.original, table.id).where(table.current == 1)
    rows = in_parts(work.connection, debits, lambda some: asked.where(table.reversal.in_(some)))
    here = {(reversal, original): number for reversal, original, number in rows}
    wanted = {(r, o): why for r, o, why in links.itertuples(index=False)}
    gone = [here[pair] for pair in here.keys() - wanted.keys()]
    work.outdate(tables.reversals, table.id.in_(among(work.connection, gone)))
    new = [{"reversal": r, "original": o, "reason": wanted[r, o], "current": 1} for r, o in wanted.keys() - here.keys()]
    work.add(tables.reversals, sorted(new, key=lambda n: str(n["reversal"])))
