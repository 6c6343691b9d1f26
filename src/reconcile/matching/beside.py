"""What stands beside the words that name a campaign: the other words of the text, and what each is."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import OSA

from reconcile.matching.likeness import TRANSLATED
from reconcile.matching.names import is_name
from reconcile.matching.people import (
    BEGUN,
    as_typed,
    begins_only_names,
    filler_beginnings,
    is_mark,
    person_beginnings,
)
from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.roles import role_of
from reconcile.matching.translations import is_common
from reconcile.matching.words import DEALING, FIRM, GIVEN_BY, UNIT, in_order, is_ordinary, squashed

_FAR = {"unknown": 1.0, DEALING: 0.5, FIRM: 0.5}
"""How far from a word of the campaign's own names another may be and still be taken for it, by what else it is."""

LONGEST_TRY = 4
"""A longer word is no try at a code."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A reading seen from the words of its one campaign.

    `positions` are those of all words that name it, `winner` the longest and strongest of them. `others` are the
    positions of the other words with their roles: what stands after "from" is left out, `own` are further words of the
    campaign's names. `strangers` are those of the unknown words that are no try at its code and no letters of a cut
    word.
    """

    reading: Reading
    winner: Candidate
    positions: frozenset[int]
    others: dict[int, str]
    strangers: tuple[int, ...]

    @property
    def first(self) -> int:
        """The position of the first of the campaign's words."""
        return min(self.positions)

    @property
    def last(self) -> int:
        """The position of the last of the campaign's words."""
        return max(self.positions)

    @property
    def fund(self) -> bool:
        """Whether a fund is named beside it, or its own word is a fund that something is counted in."""
        roles = self.others.values()
        return "fund" in roles or ("unit" in roles and any(self.reading.role(at) == "fund" for at in self.positions))

    @property
    def figures(self) -> bool:
        """Whether the campaign's words are figures alone."""
        return all(self.reading.tokens[at].isdigit() for at in self.winner.positions)

    @property
    def everyday(self) -> bool:
        """Whether a name of nothing but everyday words names the campaign: what stands before it may narrow it."""
        words = (self.word(at) for at in self.winner.positions)
        return self.winner.rule != "code" and all(is_ordinary(word) or is_common(word) for word in words)

    @property
    def typed(self) -> bool:
        """Whether the campaign's words stand so in the payer's text: not put together, not of a machine's place."""
        return as_typed(self.reading, self.winner)

    @property
    def mark(self) -> bool:
        """Whether the code of letters and digits is one that no person and no firm is called by."""
        return is_mark(self.reading, self.winner)

    @property
    def of_two_languages(self) -> bool:
        """Whether the one word, nearly the campaign's, is another's in another language: BOOT of Boots and of boats."""
        if self.winner.rule != "likeness" or len(self.positions) > 1:
            return False
        translated = [like.word for like in self.reading.likes[self.first] if like.how == TRANSLATED]
        owners = frozenset[str]().union(*(self.reading.lexicon.campaigns_of[word] for word in translated))
        return bool(owners) and self.winner.campaign not in owners

    def word(self, at: int) -> str:
        """The word at a position, empty where there is none."""
        return self.reading.tokens[at] if 0 <= at < len(self.reading.tokens) else ""


def beside(
    reading: Reading, winner: Candidate, positions: frozenset[int], without: frozenset[int] = frozenset()
) -> Beside:
    """What stands beside the winner's words, those at `without` thought away."""
    gone = positions | without
    others = {at: role for at, role in enumerate(reading.roles) if at not in gone}
    others = _before_the_giver(reading, max(positions), others)
    for at, role in others.items():
        if role == "unknown" and at > 0 and reading.tokens[at - 1].isdigit() and role_of(reading.tokens[at]) == UNIT:
            others[at] = UNIT  # a word of the register that is counted in: 5 PERSONS
        elif role in _FAR and _is_own(reading, at, winner.campaign, _FAR[role]):
            others[at] = "own"
    strangers = tuple(
        at
        for at, role in others.items()
        if role == "unknown" and not _meant_as_code(reading, at, winner) and not _begun(reading, at)
    )
    return Beside(reading, winner, positions, others, strangers)


def _before_the_giver(reading: Reading, last: int, others: dict[int, str]) -> dict[int, str]:
    """Without what stands after "from" behind the campaign: it says who gives; funds and business count anywhere."""
    if GIVEN_BY.isdisjoint(reading.tokens):
        return others
    giver = min((at for at in others if at > last and reading.tokens[at] in GIVEN_BY), default=len(reading.tokens))
    return {at: role for at, role in others.items() if at < giver or role in ("fund", "dealing")}


def _is_own(reading: Reading, at: int, campaign: str, far: float) -> bool:
    """Whether a word beside the winner's is another word of the winner's own names."""
    owners, token = reading.lexicon.campaigns_of, reading.tokens[at]
    likes = [like.word for like in reading.likes[at] if like.cost <= far]
    begun = [] if is_name(token) else reading.lexicon.begun_by(token, BEGUN + 1)
    return any(campaign in owners.get(word, ()) for word in [*likes, *begun]) or _goes_on(reading, at, campaign)


def _goes_on(reading: Reading, at: int, campaign: str) -> bool:
    """Whether a word is one letter off that with which a longer name of the campaign goes on: `GOLF DAT`."""
    token = reading.tokens[at]
    if not at or len(token) <= BEGUN or is_name(token):
        return False
    following = reading.lexicon.next_words.get(reading.tokens[at - 1], ())
    return any(own == campaign and token[0] == word[0] and OSA.distance(token, word) == 1 for own, word in following)


def _meant_as_code(reading: Reading, at: int, winner: Candidate) -> bool:
    """A short word right before a name is a try at its code: of the code's length and first letter, of its letters,
    or of the name's.

    `HRB HARBOUR`, `BLN OLD BLANKETS`: letters of the name, or of the rest of it, in their order.
    """
    if at + 1 not in winner.positions:
        return False
    token, code = reading.tokens[at], squashed(winner.campaign)
    if len(token) == len(code) and (token[0] == code[0] or sorted(token) == sorted(code)):
        return True
    words = reading.tokens[at + 1 : max(winner.positions) + 1]
    rests = ("".join(words[n:]) for n, word in enumerate(words) if word[0] == token[0])
    return len(token) <= LONGEST_TRY and any(in_order(token, rest) for rest in rests)


def _begun(reading: Reading, at: int) -> bool:
    """Whether a word at the cut end is only a letter or two of one, or begins a name, "Ouma", or a word of time."""
    if not reading.narrative.cut or at < len(reading.tokens) - 1:
        return False
    start = reading.tokens[at]
    if len(start) <= BEGUN or start in person_beginnings():
        return True
    if reading.likes[at] or reading.lexicon.begun_by(start, BEGUN + 1):
        return False
    return begins_only_names(start) or (start in filler_beginnings() and not reading.lexicon.begins_a_fund(start))
