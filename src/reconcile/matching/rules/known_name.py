"""The campaign's name or an alias, every word as the register has it, in any order, run together or apart."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule
from reconcile.matching.rules._standing import stands_alone


def _propose(reading: Reading) -> Iterator[Candidate]:
    for found in reading.alignments:
        if found.cost == 0 and not found.cut:
            phrase = found.phrase
            yield Candidate(
                phrase.campaign,
                98,
                "name",
                f'= {phrase.source} "{phrase.text}"',
                frozenset(found.positions),
                sure=True,
                alone=stands_alone(phrase, reading.lexicon),
                fund=reading.lexicon.fund_spelled(phrase.words),
                spelt=reading.lexicon.funds_in(phrase.words),
            )


RULE = Rule("name", _propose)
