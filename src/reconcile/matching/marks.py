"""Texts with a code of letters and figures beside nothing of the register's: decided alike, whichever the campaign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from reconcile.matching.decide import Decision
from reconcile.matching.people import is_like_a_mark
from reconcile.matching.reading import Reader
from reconcile.matching.shapes import Blank, Shape


class Marked(NamedTuple):
    """What is left of a text without its one code, and which campaign that code, typed so, means."""

    shape: tuple[object, ...]
    campaign: str
    typed: str

    @property
    def evidence(self) -> str:
        """What the code says of its campaign, as the rule for codes puts it."""
        return f"{self.typed} = code of {self.campaign}"


@dataclass(slots=True)
class Marks:
    """Tells which texts differ only in the code they carry; each word is looked at once."""

    reader: Reader
    _codes: dict[str, str] = field(default_factory=dict)
    _of_names: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lexicon = self.reader.lexicon
        named_like_funds = set(lexicon.campaign_of_fund.values())
        codes = lexicon.codes.items()
        self._codes = {code: of for code, of in codes if is_like_a_mark(code) and of not in named_like_funds}

    def of(self, tokens: list[str], shape: Shape) -> Marked | None:
        """The text without its code; None where it carries none, or any other word that is of a campaign's names."""
        at = self._code_in(tokens)
        if at is None or self.reader.known_likes.get(tokens[at]):
            return None
        # what the letters of a code begin matters nowhere: figures follow them
        if any(map(self._is_of_names, tokens[:at] + tokens[at + 1 :])) or not self._stands_alone(tokens, at):
            return None
        words, *rest = shape
        beside = tuple(_without_code(word) for i, word in enumerate(words) if i not in (at, at + 1))
        letters, figures = tokens[at], tokens[at + 1]
        return Marked((beside, at, *rest), self._codes[letters + figures], f"{letters} {figures}")

    def _code_in(self, tokens: list[str]) -> int | None:
        """Where the letters of the first code stand."""
        for at, figures in enumerate(tokens[1:]):
            if figures.isdigit() and tokens[at] + figures in self._codes:
                return at
        return None

    def _is_of_names(self, token: str) -> bool:
        """Whether a word is one of a campaign's names, or like one, or begins one."""
        found = self._of_names.get(token)
        if found is None:
            found = bool(self.reader.known_likes.get(token)) or bool(self.reader.lexicon.begun_by(token, 2))
            self._of_names[token] = found
        return found

    def _stands_alone(self, tokens: list[str], at: int) -> bool:
        """Whether no longer run of words around the code is a code, or nearly one."""
        lexicon = self.reader.lexicon
        for start in range(max(0, at - 2), at + 1):
            for end in range(at + 2, min(len(tokens), at + 4) + 1):
                joined = "".join(tokens[start:end])
                if (start, end) != (at, at + 2) and (joined in lexicon.codes or joined in lexicon.code_slips):
                    return False
        return True


def _without_code(word: str | Blank) -> str | Blank:
    """A blank without what it has in common with codes: beside one that is written out, it is no try at another."""
    return word.without_code if isinstance(word, Blank) else word


def shared(decision: Decision, marked: Marked) -> bool:
    """Whether a decision says nothing but that the code names its campaign, and which fund."""
    one = len(decision.candidates) == 1 and decision.candidates[0].campaign == decision.campaign == marked.campaign
    plain = decision.status == "matched" and decision.rule == "code" and decision.reason is None
    return one and plain and decision.evidence.startswith(marked.evidence)


def of_its_campaign(marked: Marked, decision: Decision, decided_of: Marked) -> Decision:
    """The decision of another text that differs only in its code."""
    if marked.typed == decided_of.typed:
        return decision
    evidence = marked.evidence + decision.evidence.removeprefix(decided_of.evidence)
    candidate = decision.candidates[0]._replace(campaign=marked.campaign, evidence=marked.evidence)
    return decision._replace(campaign=marked.campaign, evidence=evidence, candidates=(candidate,))
