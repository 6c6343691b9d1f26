"""Texts that can only be decided alike: words that mean nothing to the register are exchanged for one another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reconcile.matching.decide import Decision
from reconcile.matching.names import is_name, may_be_given, may_be_surname
from reconcile.matching.narrative import Narrative
from reconcile.matching.people import BEGUN, begins_only_names, person_beginnings
from reconcile.matching.reading import Reader
from reconcile.matching.rules.near_code import codes_near
from reconcile.matching.words import SHORTEST_PIECE, is_ordinary, squashed

SHORTEST_BLANK = 6
"""A shorter word may be near a code, a try at one, or the beginning of a word."""

SHORTEST_NAME = 5
"""So short a name may only be near a code."""

_ALIKE = "BCDFGHIJLMOPQTVYZ"
"""Initials that mean nothing else: no rand, no count, no "and", no point of the compass."""


class Blank(str):
    """What is left of a word that is none of the register's, of a fund's or of the known ones: no word, but its facts.

    A text, since its hash is kept: shapes are looked up more often than anything else.
    """

    __slots__ = ()

    @property
    def without_code(self) -> Blank:
        """The same without what it has in common with codes."""
        facts, _, _ = self.partition("/")
        return Blank(facts)


_INITIAL, _TRY = Blank("~ initial"), Blank("~ initial of what follows")

Shape = tuple[tuple[str | Blank, ...], frozenset[int], bool, str]
_LETTERS = re.compile(r"[A-Z]+")
_FIGURES = re.compile(r"[0-9]+")

_QUOTED = re.compile(r'"([A-Z]+)"')


def in_its_words(tokens: list[str], decision: Decision, decided_of: list[str]) -> Decision:
    """The decision of another text of the same shape, its reason said in this text's words."""
    if not decision.reason or tokens == decided_of:
        return decision
    own = dict(zip(decided_of, tokens, strict=True))
    reason = _QUOTED.sub(lambda quoted: f'"{own.get(quoted[1], quoted[1])}"', decision.reason)
    return decision._replace(reason=reason)


@dataclass(slots=True)
class Shapes:
    """Tells which texts are decided alike: one decision serves them all, whoever the payers are."""

    reader: Reader
    _of_words: dict[str, str | Blank] = field(default_factory=dict)
    _of_ends: dict[str, str | Blank] = field(default_factory=dict)
    _codes: frozenset[str] = frozenset()
    _initials: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        codes = map(squashed, self.reader.lexicon.names)
        self._codes = frozenset(f"{code[0]}{len(code)}" for code in codes)
        lexicon = self.reader.lexicon
        named = lexicon.codes.keys() | lexicon.campaigns_of.keys() | lexicon.fund_words.keys()
        self._initials = frozenset(_ALIKE) - named

    def of(self, narrative: Narrative, tokens: list[str], glued: frozenset[int]) -> Shape | None:
        """The shape of a text whose words were compared with the register; None where it is alone of its kind."""
        payer = narrative.payer
        plain = payer == " ".join(tokens)
        if not plain and any(token not in payer for token in tokens):  # put together of single letters
            return None
        known = self._of_words.get
        shape = [known(token) or self._word_at(tokens, at) for at, token in enumerate(tokens)]
        if narrative.cut and tokens:
            shape[-1] = self._of_ends.get(tokens[-1]) or self._end(tokens[-1])
        if shape != tokens:
            for at in self._of_codes(tokens):
                shape[at] = tokens[at]
        # what joins or parts the words, where it is not one blank each
        marks = "" if plain else _FIGURES.sub("0", _LETTERS.sub("a", payer))
        return tuple(shape), glued, narrative.cut, marks

    def _word_at(self, tokens: list[str], at: int) -> str | Blank:
        """What is left of a word; remembered, but for an initial, which hangs on what follows it."""
        token = tokens[at]
        if token in self._initials:
            follows = tokens[at + 1] if at + 1 < len(tokens) else ""
            if follows.isalpha():
                return _TRY if follows[0] == token else _INITIAL
            return self._word(token)
        word = self._of_words[token] = self._word(token)
        return word

    def _of_codes(self, tokens: list[str]) -> set[int]:
        """Where words stand that are a code, or nearly one, alone or together with their neighbours: `G F BOTHA`."""
        codes, slips = self.reader.lexicon.codes, self.reader.lexicon.code_slips
        starts = (at for at, token in enumerate(tokens) if token in self.reader.begin_codes)
        found = (
            (at, length)
            for at in starts
            for word, length in self.reader.runs_at(tokens, at)
            if word in codes or word in slips
        )
        return {i for at, length in found for i in range(at, at + length)}

    def _means_nothing(self, token: str) -> bool:
        reader = self.reader
        short = len(token) < SHORTEST_BLANK and not (len(token) == SHORTEST_NAME and self._is_only_a_name(token))
        if short or not token.isalpha() or (not is_name(token) and reader.lexicon.held_in(token)):
            return False
        return self._is_none_of_ours(token)

    def _is_none_of_ours(self, token: str) -> bool:
        """Whether a word is neither one that people type beside gifts, nor the register's or a fund's, or like one."""
        reader = self.reader
        if reader.words.is_known(token):
            return False
        return not (reader.known_likes.get(token) or reader.lexicon.begun_by(token) or reader.funds.may_mean(token))

    def _is_only_a_name(self, token: str) -> bool:
        return is_name(token) and not codes_near(token, self.reader.lexicon)

    def _word(self, token: str) -> str | Blank:
        return self._blank(token) if self._means_nothing(token) else token

    def _end(self, token: str) -> str | Blank:
        """What is left of a word at a cut end: a short one too, if no code, no beginning and none beside gifts."""
        word = self._word(token)
        if word is token and SHORTEST_PIECE <= len(token) < SHORTEST_BLANK and token.isalpha():
            begins = self.reader.lexicon.begun_by(token, BEGUN) or codes_near(token, self.reader.lexicon)
            word = self._blank(token) if not begins and self._is_none_of_ours(token) else token
        if isinstance(word, Blank) and (token in person_beginnings() or begins_only_names(token)):
            word = Blank(f"~begins a name{word}")
        self._of_ends[token] = word
        return word

    def _blank(self, token: str) -> Blank:
        first = f"{token[0]}{len(token)}"
        first = first if first in self._codes else ""
        facts = (is_name(token), may_be_given(token), may_be_surname(token), is_ordinary(token))
        return Blank("~" + "".join("yes " if fact else "no " for fact in facts) + (first and f"/{first}"))
