"""A short word one letter off a code, or the beginning of one: shown to a person, never credited."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule, named

LONGEST = 5


def _propose(reading: Reading) -> Iterator[Candidate]:
    codes = reading.lexicon.codes
    for at, token in enumerate(reading.tokens):
        if not 2 <= len(token) <= LONGEST or not token.isalpha() or token in codes or reading.role(at) != "unknown":
            if not (len(token) == 2 and token.isalpha()):
                continue
        for code in reading.lexicon.codes_of_text():
            wrong = OSA.distance(token, code, score_cutoff=1)
            if len(token) >= 3 and wrong == 1:
                score = 75 if token[0] == code[0] and len(token) == len(code) else 62
            elif len(token) == 2 and code.startswith(token):
                score = 65
            else:
                continue
            evidence = named(codes[code], [at], reading, f"near code {code}")
            yield Candidate(codes[code], score, "near code", evidence, frozenset([at]), sure=False)


RULE = Rule("near code", "nothing; it shows a person which code may be meant", _propose)
