"""Distinct texts through narrative, rules and decision; every line then takes the answer of its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from reconcile._found import found_in
from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.matching import bank_words, rules
from reconcile.matching.confidence import overruled
from reconcile.matching.decide import GAP, Decision, decide
from reconcile.matching.funds import FundReader
from reconcile.matching.lexicon import build
from reconcile.matching.likeness import likes
from reconcile.matching.marks import Marked, Marks, of_its_campaign, shared
from reconcile.matching.narrative import REFERENCE_WIDTH, Narrative, narrate, own_words
from reconcile.matching.reading import Candidate, Reader, Reading
from reconcile.matching.rules import Rule
from reconcile.matching.rules.likeness import LETTERS_PER_SLIP
from reconcile.matching.shapes import Shape, Shapes, in_its_words
from reconcile.matching.words import OWN_ACCOUNT, chunks, fold

Progress = Callable[[int, int], None]
"""Called with how many distinct references are done and how many there are."""

PROGRESS_STEP = 500

AT_ONCE = 16384
"""References taken together: enough to compare their words at once, few enough to keep memory low."""


def settings(max_wrong: float = 0) -> dict[str, str]:
    """The thresholds of the decision, as the workbook shows them."""
    doubts = ", ".join(sorted(overruled(max_wrong))) or "none"
    return _SETTINGS | {"Share of credits that may be wrong": f"{max_wrong:g}", "Doubts it overrules": doubts}


_SETTINGS = {
    "Two readings of the same words are a tie within": f"{GAP:g} points of 100",
    "A phrase may have one slip per": f"{LETTERS_PER_SLIP} letters",
    "A reference is taken as cut from": f"{REFERENCE_WIDTH} characters",
    "Credited without a person": "only where exactly one campaign is named and nothing beside it is doubtful",
}


class Text(NamedTuple):
    """What decides about a line: description, the reference of its own column, and the sign of the amount."""

    description: str
    reference: str | None
    sign: int


class Outcome(NamedTuple):
    """What a line is (kind) and what was decided of it."""

    kind: str
    decision: Decision


Reference = tuple[str, str, bool]
"""What decides of a narrative: the machine's place, the payer's words, and whether their end may be missing."""


def _key(narrative: Narrative) -> Reference:
    return narrative.place, narrative.payer, narrative.cut


@dataclass(slots=True)
class Engine:
    """Everything needed to decide texts against one register and one vocabulary."""

    reader: Reader
    rules: tuple[Rule, ...]
    overruled: frozenset[str] = frozenset()
    thorough: bool = False
    _decided: dict[Reference, Decision] = field(default_factory=dict)
    _of_shape: dict[Shape, tuple[Decision, list[str]]] = field(default_factory=dict)
    _shapes: Shapes = field(init=False)
    _of_mark: dict[tuple[object, ...], tuple[Decision, Marked]] = field(default_factory=dict)
    _marks: Marks = field(init=False)

    def __post_init__(self) -> None:
        self._shapes = Shapes(self.reader)
        self._marks = Marks(self.reader)

    def outcomes(self, texts: Sequence[Text], progress: Progress | None = None) -> list[Outcome]:
        """The outcome of each text, in their order; each distinct reference is read once."""
        narratives = [narrate(t.description, t.reference) for t in texts]
        asked = {_key(n): n for t, n in zip(texts, narratives, strict=True) if t.sign > 0 or n.reversal}
        self._decide_ahead(asked, progress)
        return list(map(self.outcome, texts, narratives))

    def of_words(self, words: Sequence[str]) -> list[Outcome]:
        """The outcome of each gift of which a payer's own words are known alone, in their order."""
        narratives = list(map(own_words, words))
        self._decide_ahead({_key(n): n for n in narratives}, None)
        return [Outcome("donation", self._decision(n)) for n in narratives]

    def _decide_ahead(self, narratives: dict[Reference, Narrative], progress: Progress | None) -> None:
        """Decide of many references, alike ones side by side: what was found of their words is then near at hand."""
        ordered = sorted(narratives.keys() - self._decided.keys(), key=itemgetter(1, 0, 2))
        for start in range(0, len(ordered), AT_ONCE):
            keys = ordered[start : start + AT_ONCE]
            typed = [self.reader.words.of(narratives[key]) for key in keys]
            self._compare({word for tokens, _ in typed for word in tokens})
            for number, (key, (tokens, glued)) in enumerate(zip(keys, typed, strict=True), start):
                if progress and number % PROGRESS_STEP == 0:
                    progress(number, len(ordered))
                self._decided[key] = self._of_its_shape(narratives[key], tokens, glued)
        if progress:
            progress(len(ordered), len(ordered))

    def _compare(self, typed: set[str]) -> None:
        new = typed - self.reader.known_likes.keys()
        if not new:
            return
        lexicon = self.reader.lexicon
        found = likes(new, lexicon.words, lexicon.translated, lexicon.code_words)
        self.reader.known_likes.update({word: found.get(word, []) for word in new})

    def outcome(self, text: Text, narrative: Narrative) -> Outcome:
        """Kind and decision of one text."""
        kind = _kind(text, narrative)
        if kind not in ("donation", "reversal", "transfer"):
            named = text.sign > 0 and self._named(narrative)
            return Outcome(kind, named or _no_gift(kind))
        if kind == "transfer" and text.sign < 0:
            return Outcome(kind, _no_gift(kind))
        decision = self._decision(narrative)
        if kind == "transfer":
            return _transfer(decision, narrative)
        if kind == "reversal":
            decision = _reversal(decision, text.sign)
        return Outcome(kind, decision)

    def _named(self, narrative: Narrative) -> Decision | None:
        """For a person: money in whose first words are the bank's, and which still carries a code or a full name."""
        decision = self._decision(narrative)
        if decision.status != "matched" or decision.rule not in ("code", "name", "glued"):
            return None
        return _for_a_person(decision, "reads like the bank's words, names a campaign")

    def _decision(self, narrative: Narrative) -> Decision:
        key = _key(narrative)
        decision = self._decided.get(key)
        if decision is None:
            tokens, glued = self._compared(narrative)
            decision = self._decided[key] = self._of_its_shape(narrative, tokens, glued)
        return decision

    def _of_its_shape(self, narrative: Narrative, tokens: list[str], glued: frozenset[int]) -> Decision:
        shape = self._shapes.of(narrative, tokens, glued)
        if shape is None:
            return self._decide(self.reader.read(narrative, tokens, glued))
        decided = self._of_shape.get(shape)
        if decided is not None:
            return in_its_words(tokens, *decided)
        marked = self._marks.of(tokens, shape)
        if marked and marked.shape in self._of_mark:
            decision = of_its_campaign(marked, *self._of_mark[marked.shape])
        else:
            decision = self._decide(self.reader.read(narrative, tokens, glued))
            if marked and shared(decision, marked):
                self._of_mark[marked.shape] = decision, marked
        self._of_shape[shape] = decision, tokens
        return decision

    def _decide(self, reading: Reading) -> Decision:
        """The decision; rules that only suggest are asked where a person must say, or where all is to be shown."""
        proposed = [c for rule in self.rules if self.thorough or not rule.only_suggests for c in rule.propose(reading)]

        def suggested() -> Iterator[Candidate]:
            for rule in self.rules:
                if rule.only_suggests and not self.thorough:
                    yield from rule.propose(reading)

        return decide(reading, proposed, suggested, self.overruled)

    def read(self, narrative: Narrative) -> Reading:
        """The reading of one narrative, its words compared with the register if they were not before."""
        return self.reader.read(narrative, *self._compared(narrative))

    def _compared(self, narrative: Narrative) -> tuple[list[str], frozenset[int]]:
        """The words of one narrative, compared with the register if they were not before."""
        tokens, glued = self.reader.words.of(narrative)
        self._compare(set(tokens))
        return tokens, glued


def engine(
    campaigns: CampaignRegister, funds: FundVocabulary, max_wrong: float = 0, *, thorough: bool = False
) -> Engine:
    """An engine for a register and a vocabulary; building it costs a few milliseconds.

    A `thorough` one tells of a credited gift too what else its words might have meant.
    """
    allowed = overruled(max_wrong)
    lexicon = build(campaigns, funds)
    found = sorted((r for r in found_in(rules, "RULE") if isinstance(r, Rule)), key=lambda r: r.name)
    return Engine(Reader(lexicon, FundReader(lexicon)), tuple(found), allowed, thorough)


def _kind(text: Text, narrative: Narrative) -> str:
    if text.sign == 0:
        return "notice"
    if narrative.kind in ("fee", "bank_interest"):
        return narrative.kind
    if narrative.reversal:
        return "reversal"
    if text.sign < 0:
        return "transfer" if bank_words.TRANSFER_TO.search(fold(text.description).strip()) else "payment_out"
    return narrative.kind or "donation"


_SAID = {
    "fee": "the bank's own words: a fee",
    "bank_interest": "the bank's own words: interest on the balance",
    "settlement": "a card acquirer or gateway pays out many gifts in one sum",
    "transfer": "the bank's own words: a transfer between accounts",
    "payment_out": "money out",
    "notice": "no money moved",
}


def _no_gift(kind: str) -> Decision:
    return Decision("not_donation", None, None, kind, _SAID[kind], ())


def _for_a_person(decision: Decision, reason: str) -> Decision:
    return decision._replace(status="review", campaign=None, reason=reason, case=None)


def _transfer(decision: Decision, narrative: Narrative) -> Outcome:
    """A transfer is between own accounts unless it carries a campaign's code; named otherwise, a person must say."""
    own = bool(OWN_ACCOUNT & set(chunks(narrative.payer)))
    if decision.status == "matched" and decision.rule in ("code", "glued") and not own:
        return Outcome("donation", decision)
    if decision.status == "matched" and not own:
        reason = "a transfer between accounts that names a campaign"
        return Outcome("transfer", _for_a_person(decision, reason))
    return Outcome("transfer", _no_gift("transfer"))


def _reversal(decision: Decision, sign: int) -> Decision:
    """A reversal takes a gift back only where money goes out and a campaign is named; else a person must look."""
    if sign > 0:
        reason = "a reversal that brings money in: a payment out that came back"
    elif decision.campaign is None:
        reason = "a reversal that names no campaign: find the gift it takes back"
    else:
        return decision
    return _for_a_person(decision, reason)
