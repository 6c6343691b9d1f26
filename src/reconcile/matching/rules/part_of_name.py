"""Some words of a campaign's name or alias: shown to a person, rare words first, never credited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule
from reconcile.matching.words import PLAIN

TOO_COMMON = 12
"""A word in the names of more campaigns than this suggests none of them."""


def _propose(reading: Reading) -> Iterator[Candidate]:
    lexicon = reading.lexicon
    heard: dict[str, dict[int, float]] = defaultdict(dict)
    for at, likes in enumerate(reading.likes):
        if reading.tokens[at] in PLAIN:
            continue
        for like in [*likes, *reading.sounds.get(reading.tokens[at], ())]:
            owners = lexicon.campaigns_of.get(like.word, ())
            if len(owners) > TOO_COMMON:
                continue
            for campaign in owners:
                weight = (1 - 0.2 * like.cost) / len(owners)  # a word of many campaigns speaks little for each
                heard[campaign][at] = max(heard[campaign].get(at, 0.0), weight)
    for campaign, weights in heard.items():
        score = 30 + 25 * min(2.0, sum(weights.values()))
        yield Candidate(campaign, score, "part of name", "= part of the name", frozenset(weights), sure=False)


RULE = Rule("part of name", _propose, only_suggests=True)
