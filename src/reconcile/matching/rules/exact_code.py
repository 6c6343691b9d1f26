"""The campaign's code, letter for letter, as a word of its own or run together with known words or digits."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule


def _propose(reading: Reading) -> Iterator[Candidate]:
    for at, (campaign, length) in reading.codes.items():
        positions = frozenset(range(at, at + length))
        score = 100.0 if at not in reading.glued else 97.0
        # a code of figures only may as well be a house number or an amount
        alone = all(reading.tokens[i].isdigit() for i in positions)
        yield Candidate(campaign, score, "code", "= code", positions, sure=True, alone=alone)


RULE = Rule("code", _propose)
