"""A code with two neighbours swapped or one letter doubled, where no other campaign's code can be meant."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule, named


def _propose(reading: Reading) -> Iterator[Candidate]:
    for at, token in enumerate(reading.tokens):
        campaign = reading.lexicon.code_slips.get(token)
        if campaign is None or any(like.how == "exact" for like in reading.likes[at]):
            continue
        evidence = named(campaign, [at], reading, "~ code, letters swapped or doubled,")
        yield Candidate(campaign, 88, "code slip", evidence, frozenset([at]), sure=True, slip=True)


RULE = Rule("code slip", "the code with neighbours swapped or a letter doubled", _propose)
