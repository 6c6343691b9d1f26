"""A short word one letter off a code, or the beginning of one: shown to a person, never credited."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from reconcile.matching.lexicon import Lexicon
from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule
from reconcile.matching.words import is_ordinary

SHORTEST, LONGEST = 2, 5
LIKELY = 54.0
"""The score of a code of the same length and first letter."""

EVERYDAY = 10.0
"""How much less an everyday word is likely to be meant as a code."""


def _propose(reading: Reading) -> Iterator[Candidate]:
    codes = reading.lexicon.codes
    for at, typed in reading.wrong_codes.items():
        stem = reading.tokens[at]
        for code in sorted(c for c in codes if c.startswith(stem) and not c.isalpha()):
            score = 75 - 5 * OSA.distance(typed, code)
            yield Candidate(codes[code], score, "near code", f"near code {code}", frozenset([at, at + 1]), sure=False)
    for at, token in enumerate(reading.tokens):
        if token.isalpha() and token not in codes and reading.role(at) in ("unknown", "initial"):
            yield from _near(reading, at, token)


def _near(reading: Reading, at: int, token: str) -> Iterator[Candidate]:
    if SHORTEST <= len(token) <= LONGEST:
        less = EVERYDAY if is_ordinary(token) else 0.0
        for code, likely in codes_near(token, reading.lexicon):
            campaign, score = reading.lexicon.codes[code], likely - less
            yield Candidate(campaign, score, "near code", f"near code {code}", frozenset([at]), sure=False)


def codes_near(token: str, lexicon: Lexicon) -> list[tuple[str, float]]:
    """The codes of letters that a short word may be a try at, each with a score of 100."""
    if len(token) == SHORTEST:
        return [(code, 48.0) for code in lexicon.letter_codes if code.startswith(token)]
    near = (code for code in lexicon.letter_codes_near.of(token) if code != token)
    return [(c, LIKELY if token[0] == c[0] and len(token) == len(c) else 46.0) for c in near]


RULE = Rule("near code", _propose, only_suggests=True)
