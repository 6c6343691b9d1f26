"""A short word one letter off a code, or the beginning of one: shown to a person, never credited."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule

SHORTEST, LONGEST = 2, 5


def _propose(reading: Reading) -> Iterator[Candidate]:
    codes = reading.lexicon.codes
    for at, typed in reading.wrong_codes.items():
        stem = reading.tokens[at]
        for code in sorted(c for c in codes if c.startswith(stem) and not c.isalpha()):
            score = 75 - 5 * OSA.distance(typed, code)
            yield Candidate(codes[code], score, "near code", f"{typed} near code {code}", frozenset([at]), sure=False)
    for at, token in enumerate(reading.tokens):
        if token.isalpha() and token not in codes and reading.role(at) in ("unknown", "initial"):
            yield from _near(reading, at, token)


def _near(reading: Reading, at: int, token: str) -> Iterator[Candidate]:
    if not SHORTEST <= len(token) <= LONGEST:
        return
    for code in reading.lexicon.codes_of_text():
        if len(token) == SHORTEST and code.startswith(token):
            score = 65
        elif len(token) > SHORTEST and OSA.distance(token, code, score_cutoff=1) == 1:
            score = 75 if token[0] == code[0] and len(token) == len(code) else 62
        else:
            continue
        campaign = reading.lexicon.codes[code]
        yield Candidate(campaign, score, "near code", f"{token} near code {code}", frozenset([at]), sure=False)


RULE = Rule("near code", "nothing; it shows a person which code may be meant", _propose)
