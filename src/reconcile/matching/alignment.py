"""Where the names of campaigns stand in a text: their words side by side in any order, the last perhaps cut off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from reconcile.matching.lexicon import Lexicon, Phrase
from reconcile.matching.likeness import CUT, TRANSLATED, Like
from reconcile.matching.words import PARTICLES, SHORTEST_PIECE, STOP

BETWEEN = PARTICLES | frozenset("DES DO DAS WA KWA".split())
"""Small words of other languages between the words of a name: of French, Portuguese, Arabic, Dutch and Swahili."""


class Alignment(NamedTuple):
    """A phrase found in the text: at which positions, at what cost, whether its last word was cut off."""

    phrase: Phrase
    positions: tuple[int, ...]
    cost: float
    cut: bool
    glued: bool = False


@dataclass(slots=True)
class Places:
    """The words of one text, with where each word of the register may stand in it."""

    tokens: list[str]
    roles: list[str]
    cut: bool
    where: dict[str, list[tuple[int, Like]]] = field(default_factory=dict)

    def align(self, lexicon: Lexicon, likes: list[list[Like]]) -> list[Alignment]:
        """The names that stand in the text, given the words of the register that each of its words is like."""
        where, phrases, glued, phrases_of = self.where, lexicon.phrases, lexicon.glued, lexicon.phrases_of
        found: list[Alignment] = []
        for at, of_token in enumerate(likes):
            for like in of_token:
                where.setdefault(like.word, []).append((at, like))
                if like.word in glued:
                    cut = like.how == CUT
                    found += [Alignment(phrases[number], (at,), like.cost, cut, True) for number in glued[like.word]]
        numbers: list[int] = []
        for word in where:
            by_other = phrases_of.get(word)
            if by_other is not None:
                for other in by_other.keys() & where.keys():
                    numbers += by_other[other]
                numbers += by_other.get(None, ())
        for number in sorted(numbers):
            self._place(phrases[number], found)
        return found

    def _place(self, phrase: Phrase, found: list[Alignment]) -> None:
        """Add the phrase at its cheapest place around each word that may be its first."""
        for at, like in self.where.get(phrase.words[0], ()):
            if len(phrase.words) == 1:
                if like.how == TRANSLATED and self.roles[at] == "fund":
                    continue  # which campaign a fund's word names alone is for the rule of funds to say
                found.append(Alignment(phrase, (at,), like.cost, like.how == CUT))
            elif placed := self._around(at, phrase):
                found.append(placed)

    def _around(self, anchor: int, phrase: Phrase) -> Alignment | None:
        taken: list[int] = []
        cost, cut = 0.0, False
        for number, word in enumerate(phrase.words):
            nearest: tuple[int, float, bool, int, Like] | None = None
            for at, like in self.where.get(word, ()):
                if at not in taken and (like.how != CUT or self._goes_on(at, taken)):
                    # of two places as near the one behind the anchor, as names go on
                    here = (abs(at - anchor), like.cost, at < anchor, at, like)
                    nearest = here if nearest is None or here < nearest else nearest
            if nearest is None:
                if number < 2 or not self._fell_off(max(taken), word):
                    return None
                cut = True  # two words stand, the rest is cut
                break
            *_, at, like = nearest
            taken.append(at)
            cost += like.cost
            cut = cut or like.how == CUT
        taken.sort()
        return Alignment(phrase, tuple(taken), cost, cut) if self._side_by_side(taken) else None

    def _side_by_side(self, taken: list[int]) -> bool:
        """Whether nothing but small words, of other languages too, numbers and funds stands between a name's words."""
        if taken[-1] - taken[0] < len(taken):
            return True
        inside = set(range(taken[0], taken[-1])).difference(taken)
        return all(self.roles[at] in ("plain", "number", "fund") or self.tokens[at] in BETWEEN for at in inside)

    def _goes_on(self, at: int, taken: list[int]) -> bool:
        """Whether a word cut off after its first two letters stands where the name goes on."""
        return len(self.tokens[at]) >= SHORTEST_PIECE or (bool(taken) and taken[-1] == at - 1)

    def _fell_off(self, last: int, word: str) -> bool:
        """Whether nothing but the beginning of the next word of a name stands between its last one and the cut."""
        rest = [token for token in self.tokens[last + 1 :] if token not in STOP]
        return self.cut and (not rest or (len(rest) == 1 and word.startswith(rest[0])))
