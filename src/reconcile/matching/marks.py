"""Texts with a code of letters and figures beside nothing of the register's: decided alike, whichever the campaign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from reconcile.matching.decide import Decision
from reconcile.matching.names import is_name, may_be_given, may_be_surname
from reconcile.matching.narrative import Narrative
from reconcile.matching.people import is_spoken
from reconcile.matching.reading import Reader
from reconcile.matching.shapes import AS_WHAT_FOLLOWS, Blank, Shape

SHORTEST = 4
"""A shorter code of letters and figures may be something else: `B 12`."""


class Marked(NamedTuple):
    """What is left of a text without its one code, and which campaign that code, typed so, means."""

    shape: tuple[object, ...]
    campaign: str
    typed: str


@dataclass(slots=True)
class Marks:
    """Tells which texts differ only in the code they carry."""

    reader: Reader
    _codes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lexicon = self.reader.lexicon
        named_like_funds = set(lexicon.campaign_of_fund.values())
        self._codes = {
            code: campaign
            for code, campaign in lexicon.codes.items()
            if len(code) >= SHORTEST and not code.isalpha() and not code.isdigit() and campaign not in named_like_funds
        }

    def of(self, narrative: Narrative, tokens: list[str], shape: Shape | None) -> Marked | None:
        """The text without its code; None where it carries none, or anything else that the register might know."""
        if shape is None:
            return None
        figures_at = (i for i, token in enumerate(tokens) if token.isdigit() and i)
        at = next((i - 1 for i in figures_at if tokens[i - 1] + tokens[i] in self._codes), None)
        if (
            at is None
            or not (narrative.place.isdigit() or not narrative.place)
            or not (tokens[at].isalpha() and self._stands_alone(tokens, at))
        ):
            return None
        words, *rest = shape
        beside = (*words[:at], *words[at + 2 :])
        if not all(self._is_neutral(word) for word in beside):
            return None
        letters, figures = tokens[at], tokens[at + 1]
        if self._is_known(letters) or self._is_known(figures):
            return None
        kind = (at, len(letters), len(figures), may_be_given(letters), may_be_surname(letters), is_name(letters))
        # a word before it may be a try at the code
        tried = at > 0 and (tokens[at - 1][0] == letters[0], len(tokens[at - 1]) == len(letters + figures))
        plain = tuple(word._replace(like_a_code="") if isinstance(word, Blank) else word for word in beside)
        key = (plain, kind, is_spoken(letters), tried, *rest)
        return Marked(key, self._codes[letters + figures], f"{letters} {figures}")

    def _stands_alone(self, tokens: list[str], at: int) -> bool:
        """Whether no longer run of words around the code is a code, or nearly one."""
        lexicon = self.reader.lexicon
        for start in range(max(0, at - 2), at + 1):
            for end in range(at + 2, min(len(tokens), at + 4) + 1):
                joined = "".join(tokens[start:end])
                if (start, end) != (at, at + 2) and (joined in lexicon.codes or joined in lexicon.code_slips):
                    return False
        return True

    def _is_neutral(self, word: object) -> bool:
        """Whether a word beside the code says nothing of any campaign."""
        if isinstance(word, Blank):
            return word != AS_WHAT_FOLLOWS
        return isinstance(word, str) and not self._is_word(word)

    def _is_word(self, token: str) -> bool:
        """Whether a word is one of the register's, or the beginning of one."""
        return self._is_known(token) or bool(self.reader.lexicon.begun_by(token, 2))

    def _is_known(self, token: str) -> bool:
        lexicon = self.reader.lexicon
        known = token in lexicon.codes or token in lexicon.campaigns_of or token in lexicon.code_slips
        return known or bool(self.reader.known_likes.get(token))


def shared(decision: Decision, marked: Marked) -> bool:
    """Whether a decision says nothing but that the code names its campaign, and which fund."""
    one = len(decision.candidates) == 1 and decision.candidates[0].campaign == decision.campaign == marked.campaign
    plain = decision.status == "matched" and decision.rule == "code" and decision.reason is None
    return one and plain and decision.evidence.startswith(_evidence(marked))


def of_its_campaign(marked: Marked, decision: Decision, decided_of: Marked) -> Decision:
    """The decision of another text that differs only in its code."""
    if marked.typed == decided_of.typed:
        return decision
    evidence = _evidence(marked) + decision.evidence.removeprefix(_evidence(decided_of))
    candidate = decision.candidates[0]._replace(campaign=marked.campaign, evidence=_evidence(marked))
    return decision._replace(campaign=marked.campaign, evidence=evidence, candidates=(candidate,))


def _evidence(marked: Marked) -> str:
    return f"{marked.typed} = code of {marked.campaign}"
