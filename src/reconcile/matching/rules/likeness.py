"""A name or alias with a slip, another spelling, or its end cut off; allowed slips grow with the phrase's length."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.matching.alignment import Alignment
from reconcile.matching.likeness import CUT
from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.roles import role_of
from reconcile.matching.rules import Rule
from reconcile.matching.rules._standing import stands_alone
from reconcile.matching.words import PLACE, SHORTEST_PIECE, is_ordinary

LETTERS_PER_SLIP = 5


def _propose(reading: Reading) -> Iterator[Candidate]:
    for found in reading.alignments:
        if found.cost == 0 and not found.cut:
            continue
        phrase = found.phrase
        sure = _within(found, reading)
        how = f'~ {phrase.source} "{phrase.text}"' + (" cut short" if found.cut else "")
        yield Candidate(
            phrase.campaign,
            max(60.0, 95 - 6 * found.cost) if sure else max(50.0, 80 - 8 * found.cost),
            "likeness",
            how,
            frozenset(found.positions),
            sure=sure,
            slip=found.cost > 0.5 * len(found.positions),
            alone=stands_alone(phrase, reading.lexicon) if not found.glued else False,
            fund=reading.lexicon.fund_spelled(phrase.words),
            # what the whole name takes for no fund is none in its beginning
            spelt=reading.lexicon.funds_in(_told(found, reading)) & reading.lexicon.funds_in(phrase.words),
        )


def _told(found: Alignment, reading: Reading) -> tuple[str, ...]:
    """The words of the phrase that stand in the text, one of which at a cut end only with three letters or more."""
    words = found.phrase.words if found.glued else found.phrase.words[: len(found.positions)]
    begun = found.cut and not found.glued and len(reading.tokens[max(found.positions)]) < SHORTEST_PIECE
    return words[:-1] if begun else words


def _within(found: Alignment, reading: Reading) -> bool:
    """Whether the slips are few for so long a phrase, and a cut word still says enough."""
    words = found.phrase.words
    if found.cut and len(words) == 1:
        return _cut_says_enough(found, reading)
    if found.cut and len(found.positions) < len(words) and _is_everyday(found, reading):
        return False
    if len(words) == 1 and len(words[0]) <= 4:
        return found.cost <= 1 and len(words[0]) == 4  # a wrong letter in so short a word is too much
    few = max(1, sum(map(len, words)) // LETTERS_PER_SLIP)
    return found.cost <= few or (found.cost <= 2 and _told_by_another(found, reading))


def _is_everyday(found: Alignment, reading: Reading) -> bool:
    """Whether what stands of a name cut off is no more than a place or everyday words: `WESTERN CAPE`."""
    typed = [reading.tokens[at] for at in found.positions]
    return all(is_ordinary(word) or role_of(word) == PLACE for word in typed)


def _told_by_another(found: Alignment, reading: Reading) -> bool:
    """Whether a long word that no other campaign has stands in the phrase letter for letter."""
    owners = reading.lexicon.campaigns_of
    typed = {reading.tokens[at] for at in found.positions} & set(found.phrase.words)
    return not found.glued and any(len(word) >= 5 and len(owners[word]) == 1 for word in typed)


def _cut_says_enough(found: Alignment, reading: Reading) -> bool:
    at = found.positions[0]
    typed, word = reading.tokens[at], found.phrase.words[0]
    meant = {c for like in reading.likes[at] if like.how == CUT for c in reading.lexicon.campaigns_of[like.word]}
    return len(typed) >= 4 and len(typed) >= 0.6 * len(word) and len(meant) == 1


RULE = Rule("likeness", _propose)
