"""The campaign's code, letter for letter, as a word of its own or run together with known words or digits."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule, named


def _propose(reading: Reading) -> Iterator[Candidate]:
    for at, (campaign, length) in reading.codes.items():
        positions = frozenset(range(at, at + length))
        evidence = named(campaign, positions, reading, "= code")
        yield Candidate(campaign, 100 if at not in reading.glued else 97, "code", evidence, positions, sure=True)


RULE = Rule("code", "the code, letter for letter", _propose)
