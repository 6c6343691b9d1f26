"""What stands beside a campaign's words and makes it doubtful that they name it: one file per kind of doubt.

A doubt is a module with a `DOUBT`: the case it is measured by, and a function from what stands `Beside` the words to a
reason, None where there is none. Any of them sends a gift to a person; their order only says which reason is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from reconcile._found import found_in
from reconcile.matching.beside import Beside, beside
from reconcile.matching.confidence import DOUBTS
from reconcile.matching.people import as_typed, firm_after, in_a_name, is_word
from reconcile.matching.reading import Candidate, Reading


class Doubt(NamedTuple):
    """Why a person must say: the case that is measured, and the reason in words."""

    case: str
    reason: str


@dataclass(frozen=True, slots=True)
class DoubtRule:
    """One kind of doubt: the case that is measured (`confidence.DOUBTS`), and what gives the reason."""

    case: str
    name: str
    asks: Callable[[Beside], str | None]


def doubt(
    reading: Reading, winner: Candidate, positions: frozenset[int], without: frozenset[int] = frozenset()
) -> Doubt | None:
    """What makes it doubtful that the winner's words name the campaign; None if nothing does.

    `positions` are those of all words that name it; words at `without` are thought away.
    """
    there = beside(reading, winner, positions, without)
    numbered = there.figures or (winner.rule == "code" and len(winner.positions) == 1 and there.others)
    alone = reading.narrative.payer and all(role == "number" for role in there.others.values())
    if alone and not numbered and not there.of_two_languages:
        return None  # a number beside a name, or beside a code that has figures, says nothing; a machine's place does
    for rule in _rules():
        if reason := rule.asks(there):
            return Doubt(rule.case, reason)
    return None


@cache
def _rules() -> tuple[DoubtRule, ...]:
    from reconcile.matching import doubts

    found = [rule for rule in found_in(doubts, "DOUBT") if isinstance(rule, DoubtRule)]
    return tuple(sorted(found, key=lambda rule: (DOUBTS.index(rule.case), rule.name)))


def not_payers(reading: Reading, sure: list[Candidate]) -> list[Candidate]:
    """Without single words that read like the payer's name or firm, where other words name a campaign beside them.

    A code as typed, and a word that would be credited without those, is a second campaign whatever it reads like.
    """
    if len(sure) < 2:
        return sure
    real = [c for c in sure if (c.rule == "code" and as_typed(reading, c)) or not of_a_giver(reading, c)]
    if not real or len(real) == len(sure):
        return sure
    named, taken = {c.campaign for c in real}, frozenset[int]().union(*(c.positions for c in real))
    return [c for c in sure if c.campaign in named or c in real or not doubt(reading, c, c.positions, taken)]


def of_a_giver(reading: Reading, candidate: Candidate) -> bool:
    """Whether the one word of a candidate reads like part of a person's or a firm's name, its code like initials."""
    positions = candidate.positions
    if candidate.rule == "code" and not as_typed(reading, candidate):
        return True  # D H VAN ZYL
    if candidate.rule == "code" and not is_word(reading, candidate):
        return False
    return len(positions) == 1 and (in_a_name(reading, positions) or firm_after(reading, positions))
