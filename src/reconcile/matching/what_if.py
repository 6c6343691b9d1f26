"""What would have changed a decision: the text decided again without a word, or without the words that decided."""

from __future__ import annotations

from typing import NamedTuple

from reconcile.matching.engine import Engine, Outcome, Text
from reconcile.matching.narrative import Narrative
from reconcile.matching.reading import Reading

MOST_WORDS = 12
"""Of a longer text no single words are left out: it is no payment reference."""


class Change(NamedTuple):
    """Another outcome, and the words without which it would have come about."""

    without: str
    outcome: Outcome


def changes(
    machine: Engine, text: Text, narrative: Narrative, reading: Reading, outcome: Outcome
) -> tuple[Change, ...]:
    """The words whose absence changes status, campaign or fund, in the order they were typed; fewest words first."""
    tokens = reading.tokens
    groups = [frozenset([at]) for at in range(len(tokens))] if len(tokens) <= MOST_WORDS else []
    groups += [outcome.decision.positions] if len(outcome.decision.positions) > 1 else []
    found: dict[str, Change] = {}
    for group in groups:
        left = [token for at, token in enumerate(tokens) if at not in group]
        without = " ".join(token for at, token in enumerate(tokens) if at in group)
        shorter = narrative._replace(payer=" ".join(left), place="", cut=narrative.cut and len(tokens) - 1 not in group)
        machine.read(shorter)
        other = machine.outcome(text, shorter)
        if _differs(other, outcome):
            found.setdefault(without, Change(without, other))
    return tuple(found.values())


def _differs(one: Outcome, other: Outcome) -> bool:
    return one.decision[:3] != other.decision[:3]  # status, campaign, fund
