"""A long unknown word that a code begins or a word of a name stands in: shown to a person, never credited."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.matching.names import is_name
from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule

SCORE = 34.0


def _propose(reading: Reading) -> Iterator[Candidate]:
    for at, token in enumerate(reading.tokens):
        if reading.role(at) != "unknown" or reading.likes[at] or is_name(token):
            continue
        for campaign, how in reading.lexicon.held_in(token):
            yield Candidate(campaign, SCORE, "run on", how, frozenset([at]), sure=False)


RULE = Rule("run on", _propose, only_suggests=True)
