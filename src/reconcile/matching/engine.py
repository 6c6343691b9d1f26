"""Distinct texts through narrative, rules and decision; every line then takes the answer of its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
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
from reconcile.matching.narrative import REFERENCE_WIDTH, Narrative, narrate
from reconcile.matching.reading import Candidate, Reader, Reading
from reconcile.matching.rules import Rule
from reconcile.matching.rules.likeness import LETTERS_PER_SLIP
from reconcile.matching.shapes import Shape, Shapes, in_its_words
from reconcile.matching.words import OWN_ACCOUNT, chunks, fold

Progress = Callable[[int, int], None]
"""Called with how many distinct texts are done and how many there are."""

PROGRESS_STEP = 500

AT_ONCE = 16384
"""Texts taken together: enough to compare their words at once, few enough for their words to stay near at hand."""


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


@dataclass(slots=True)
class Engine:
    """Everything needed to decide texts against one register and one vocabulary."""

    reader: Reader
    rules: tuple[Rule, ...]
    overruled: frozenset[str] = frozenset()
    thorough: bool = False
    _decided: dict[tuple[str, str, bool], Decision] = field(default_factory=dict)
    _of_shape: dict[Shape, tuple[Decision, list[str]]] = field(default_factory=dict)
    _shapes: Shapes = field(init=False)
    _of_mark: dict[tuple[object, ...], tuple[Decision, Marked]] = field(default_factory=dict)
    _marks: Marks = field(init=False)

    def __post_init__(self) -> None:
        self._shapes = Shapes(self.reader)
        self._marks = Marks(self.reader)

    def outcomes(self, texts: Sequence[Text], progress: Progress | None = None) -> list[Outcome]:
        """The outcome of each text, in their order; each distinct reference is read once."""
        results: list[Outcome] = []
        for start in range(0, len(texts), AT_ONCE):
            some = texts[start : start + AT_ONCE]
            narratives = [narrate(t.description, t.reference) for t in some]
            self._compare(narratives)
            for text, narrative in zip(some, narratives, strict=True):
                if progress and len(results) % PROGRESS_STEP == 0:
                    progress(len(results), len(texts))
                results.append(self.outcome(text, narrative))
            self.reader.words.forget_texts()
        if progress:
            progress(len(texts), len(texts))
        return results

    def _compare(self, narratives: Sequence[Narrative]) -> None:
        typed = {w for n in {(n.payer, n.place): n for n in narratives}.values() for w in self.reader.words.of(n)[0]}
        new = typed - self.reader.known_likes.keys()
        if not new:
            return
        lexicon = self.reader.lexicon
        found = likes(new, lexicon.words, lexicon.translated, lexicon.code_words)
        self.reader.known_likes.update({word: found.get(word, []) for word in new})

    def outcome(self, text: Text, narrative: Narrative) -> Outcome:
        """Kind and decision of one text whose words were compared before."""
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
        key = (narrative.place, narrative.payer, narrative.cut)
        decision = self._decided.get(key)
        if decision is None:
            decision = self._decided[key] = self._of_its_shape(narrative)
        return decision

    def _of_its_shape(self, narrative: Narrative) -> Decision:
        tokens, glued = self.reader.words.of(narrative)
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
        self._compare([narrative])
        return self.reader.read(narrative, *self.reader.words.of(narrative))


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
