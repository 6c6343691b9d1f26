"""What people decided before for the same words of a payer: proposed again, and never against what a text says.

The words are the payer's alone, without the bank's. Two decisions that disagree end it: then a person is told of both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import DecisionRefused
from reconcile.matching.narrative import narrate
from reconcile.matching.roles import role_of
from reconcile.matching.words import chunks, fold
from reconcile.schema import TEXT
from reconcile.store import tables
from reconcile.store.journal import mark_of

Place = tuple[str, str | None]
"""Campaign and fund."""

SALT = "memory"


@dataclass
class Remembered:
    """The decisions on one payer's words: where they went, how often, and when last."""

    places: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    last: str = ""

    @property
    def place(self) -> Place | None:
        """The one place of all of them, None where they disagree."""
        return next(iter(self.places)) if len(self.places) == 1 else None

    @property
    def times(self) -> int:
        """How many decisions there are."""
        return sum(self.places.values())


@lru_cache(maxsize=65536)
def words_of(description: str, reference: str | None) -> str:
    """The payer's own words, as they are compared: `J NDLOVU GIFT`; empty where there are none."""
    return " ".join(chunks(narrate(description, reference).payer))


def learnt(connection: sa.Connection) -> dict[str, Remembered]:
    """What is remembered, by the payer's words; decisions that split a gift, or say it is none, teach nothing."""
    decisions, parts, rows = tables.decisions.c, tables.allocations.c, tables.rows.c
    description, reference = tables.texts.alias(), tables.texts.alias()
    asked = (
        sa.select(
            decisions.id,
            decisions.event,
            description.c.text,
            reference.c.text,
            parts.campaign,
            parts.fund,
            tables.events.c.at,
        )
        .join(tables.events, tables.events.c.id == decisions.event)
        .join(tables.allocations, parts.decision == decisions.id)
        .join(
            tables.movements,
            sa.and_(
                tables.movements.c.movement == decisions.movement,
                tables.movements.c.current == 1,
                tables.movements.c.joined_to.is_(None),
            ),
        )
        .join(tables.rows, rows.id == tables.movements.c.row)
        .join(description, description.c.id == rows.description)
        .join(reference, reference.c.id == rows.bank_reference, isouter=True)
        .where(decisions.current == 1, description.c.text.is_not(None), rows.cents > 0)
        .order_by(decisions.id)
    )
    by_decision: dict[int, list[tuple[int, str, Place | None, str]]] = defaultdict(list)
    for number, event, text, ref, campaign, fund, at in connection.execute(asked):
        by_decision[number].append((event, words_of(text, ref), (campaign, fund) if campaign else None, at))
    gone = _forgotten(connection)
    found: dict[str, Remembered] = defaultdict(Remembered)
    for own in by_decision.values():
        event, words, place, at = own[0]
        if len(own) == 1 and place and words and event > gone.get(mark_of(words, SALT), 0):
            found[words].places[place] += 1
            found[words].last = max(found[words].last, at[:10])
    return dict(found)


def changed(connection: sa.Connection, since: int) -> bool:
    """Whether what is remembered may be other than at an event: people decided, or what they decided on reads anew."""
    decisions, movements = tables.decisions, tables.movements.c
    for table in (decisions, tables.forgotten):
        newest = connection.execute(sa.select(table.c.event).order_by(table.c.id.desc()).limit(1)).scalar()
        if newest is not None and newest > since:
            return True
    joined = sa.and_(movements.movement == decisions.c.movement, movements.event > since)
    asked = sa.select(decisions.c.id).join(tables.movements, joined).where(decisions.c.current == 1).limit(1)
    return connection.execute(asked).scalar() is not None


def _forgotten(connection: sa.Connection) -> dict[str, int]:
    """The marks of words that were forgotten, each with the event up to which."""
    forgotten = tables.forgotten.c
    asked = sa.select(forgotten.mark, sa.func.max(forgotten.event)).group_by(forgotten.mark)
    return {row[0]: row[1] for row in connection.execute(asked.where(forgotten.what == "remembered"))}


def recall(
    matches: pd.DataFrame,
    transactions: pd.DataFrame,
    memory: Mapping[str, Remembered],
    campaigns: CampaignRegister,
    funds: FundVocabulary,
) -> pd.DataFrame:
    """The matches, with gifts that name nothing credited as people decided before for the same words.

    Only where the text has no word of any campaign, names no other fund, and has a word that tells who pays: `ZAKAT`
    alone says nothing of the next payer; and only to an appeal open that day, and a fund credited without a person.
    Where memory cannot decide, the reason says what it knows.
    """
    if not memory:
        return matches
    waiting = (matches["status"] == "review") & (matches["kind"] == "donation")
    generic = _fund_words(funds)
    changed = {column: matches[column].astype(object).copy() for column in _CHANGED}
    for at in matches.index[waiting]:
        row = transactions.loc[at]
        reference = None if pd.isna(row["bank_reference"]) else row["bank_reference"]
        words = words_of(row["description"], reference)
        known = memory.get(words)
        if known is None:
            continue
        said = matches.loc[at]
        why = _against(said, known, words, generic)
        if why is None and known.place is not None and (gone := _closed(known.place, row["date"], campaigns, funds)):
            why = f"decided as {_named(known.place)} before, but {gone}"
        if why is None and known.place is not None:
            campaign, fund = known.place
            evidence = f"{words} = decided as {_named(known.place)} before ({known.times}×, last on {known.last})"
            new: tuple[Any, ...] = ("matched", campaign, fund, "remembered", evidence, None)
        else:
            before = "" if pd.isna(said["reason"]) else f"{said['reason']}; "
            new = (said["status"], said["campaign"], said["fund"], said["rule"], said["evidence"], f"{before}{why}")
        for column, value in zip(_CHANGED, new, strict=True):
            changed[column].loc[at] = value
    recalled = matches.assign(**{column: values.astype(TEXT) for column, values in changed.items()})
    remembered = recalled["rule"].eq("remembered")
    recalled["confidence"] = recalled["confidence"].mask(remembered)
    return recalled


_CHANGED = ("status", "campaign", "fund", "rule", "evidence", "reason")


def _against(said: pd.Series[Any], known: Remembered, words: str, generic: frozenset[str]) -> str | None:
    """Why memory does not decide, None where it does."""
    if known.place is None:
        places = " and as ".join(sorted(_named(p) for p in known.places))
        return f"the same words were decided as {places}"
    once = f"decided as {_named(known.place)} before"
    if not pd.isna(said["candidates"]):
        return f"{once}, but the words are like a campaign's"
    if not pd.isna(said["fund"]) and said["fund"] != known.place[1]:
        return f"{once}, but the words name {said['fund']}"
    if pd.isna(said["fund"]) and known.place[1] and not pd.isna(said["evidence"]):
        return f"{once}, but the words are unclear: {said['evidence']}"
    if not any(word not in generic and not word.isdigit() and role_of(word) in _TELLING for word in words.split()):
        return f"{once}, but the words say nothing of who pays"
    return None


def _closed(place: Place, day: pd.Timestamp, campaigns: CampaignRegister, funds: FundVocabulary) -> str | None:
    """Why nothing goes there without a person, None where it does."""
    code, name = place
    own = next((c for c in campaigns if c.code == code), None)
    fund = next((f for f in funds if f.name == name), None)
    found = {
        f"{code} is in the register no more": own is None,
        f"{name} is no fund any more": name is not None and fund is None,
        f"a gift to {name} is for a person to credit": fund is not None and not fund.automatic,
    }
    if own is not None and own.closes:
        found[f"appeal closed on {own.closes}"] = day.date() > own.closes
    if own is not None and own.opens:
        found[f"appeal opens on {own.opens}"] = day.date() < own.opens
    return next((why for why, holds in found.items() if holds), None)


_TELLING = frozenset({"unknown", "firm"})


def _fund_words(funds: FundVocabulary) -> frozenset[str]:
    return frozenset(word for fund in funds.funds for text in fund.spellings for word in chunks(fold(text)))


def _named(place: Place) -> str:
    return f"{place[0]} {place[1] or 'unspecified'}"


def frame(memory: Mapping[str, Remembered]) -> pd.DataFrame:
    """What is remembered: a row for each payer's words and each place that they were decided for."""
    rows = [
        (words, *place, times, known.last, known.place is not None)
        for words, known in sorted(memory.items())
        for place, times in sorted(known.places.items(), key=lambda p: (p[0][0], p[0][1] or ""))
    ]
    found = pd.DataFrame(rows, columns=["words", "campaign", "fund", "times", "last", "in_use"])
    return found.astype(
        {"words": TEXT, "campaign": TEXT, "fund": TEXT, "times": "int64", "last": TEXT, "in_use": "bool"}
    )


def marks(words: Iterable[str]) -> list[str]:
    """What forgotten words are known by from then on; raises DecisionRefused where there are none."""
    told = [" ".join(chunks(fold(w))) if isinstance(w, str) else "" for w in words]
    if "" in told:
        raise DecisionRefused("no words are given", do="Take them from the column words of store.remembered().")
    return [mark_of(w, SALT) for w in told]
