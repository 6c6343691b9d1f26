"""Why one description is decided as it is, in words: for the terminal, for a notebook, and as data."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, NamedTuple

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import FrameRefused, shown
from reconcile.facts import as_html, as_text
from reconcile.matching.confidence import confidence
from reconcile.matching.engine import Outcome, Text, engine
from reconcile.matching.names import is_name, may_be_given, may_be_surname
from reconcile.matching.narrative import Narrative, narrate
from reconcile.matching.reading import Reading, Suggestion
from reconcile.matching.what_if import Change, changes

ROLES = {
    "fund": "a fund",
    "number": "a number",
    "plain": "names nothing",
    "unit": "what a gift is counted in",
    "person": "beside a person's name",
    "firm": "a firm's word",
    "dealing": "a word of business",
    "initial": "an initial",
    "unknown": "not known",
}

CAMPAIGN, FUND, OTHER = "campaign", "fund", ""
MARKS = {CAMPAIGN: "* ", FUND: "+ ", OTHER: "  "}
"""What stands before a word in a terminal: it names the campaign, or the fund."""

_LOOKS = {CAMPAIGN: "background:#cfe8d5;font-weight:bold", FUND: "background:#fce5b8;font-weight:bold", OTHER: ""}


class Word(NamedTuple):
    """A word of the payer, what it may mean, and its part in the decision: `campaign`, `fund` or none."""

    text: str
    meaning: str
    part: str


@dataclass(frozen=True)
class Explanation:
    """The way from the bank's words to the decision; `str()` for a terminal, a small table in a notebook.

    `changes` are the other outcomes, each with the words without which it would have come about.
    """

    description: str
    narrative: Narrative
    outcome: Outcome
    words: tuple[Word, ...]
    candidates: tuple[Suggestion, ...]
    changes: tuple[Change, ...] = ()

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of each step, in order."""
        kind, decision = self.outcome
        facts = [*self._said(), *((f"{MARKS[w.part]}{w.text}", w.meaning) for w in self.words)]
        facts += [("Decision", _decided(self.outcome)), ("Kind", kind.replace("_", " "))]
        facts += [("Evidence", decision.evidence)] if decision.evidence else []
        facts += [("Reason", decision.reason)] if decision.reason else []
        share = confidence(decision.case)
        facts += [("Confidence", _measured(decision.status, share))] if share is not None else []
        facts += [(f"Candidate {n}", _suggested(c)) for n, c in enumerate(self.candidates, start=1)]
        return facts + [(f"Without {c.without}", _decided(c.outcome)) for c in self.changes]

    def _said(self) -> list[tuple[str, str]]:
        bank = ", ".join(filter(None, [self.narrative.channel, self.narrative.counterparty, self.narrative.place]))
        return [
            ("Description", shown(self.description)),
            ("The bank's words", bank or "none recognised"),
            ("The payer's words", self.narrative.payer + (" (may be cut off)" if self.narrative.cut else "")),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        kind, decision = self.outcome
        return {
            "description": self.description,
            "channel": self.narrative.channel,
            "counterparty": self.narrative.counterparty,
            "payer_words": self.narrative.payer,
            "words": [{"word": w.text, "meaning": w.meaning, "part": w.part} for w in self.words],
            "status": decision.status,
            "kind": kind,
            "campaign": decision.campaign,
            "fund": decision.fund,
            "rule": decision.rule,
            "case": decision.case,
            "confidence": confidence(decision.case),
            "evidence": decision.evidence,
            "reason": decision.reason,
            "candidates": [c._asdict() for c in self.candidates],
            "changes": [
                {
                    "without": c.without,
                    "status": c.outcome.decision.status,
                    "campaign": c.outcome.decision.campaign,
                    "fund": c.outcome.decision.fund,
                    "reason": c.outcome.decision.reason,
                }
                for c in self.changes
            ],
        }

    def __str__(self) -> str:
        return as_text(self.facts())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        marked = " ".join(f'<span style="{_LOOKS[w.part]}">{html.escape(w.text)}</span>' for w in self.words)
        key = ", ".join(f'<span style="{_LOOKS[part]}">{part}</span>' for part in (CAMPAIGN, FUND))
        return f"<p>{marked} &emsp; <small>({key})</small></p>{as_html(self.facts())}"


def _decided(outcome: Outcome) -> str:
    decision = outcome.decision
    if decision.status == "not_donation":
        return "no donation"
    if decision.status == "matched":
        return f"credited to {decision.campaign}, {decision.fund or 'fund unspecified'}"
    sure = ", ".join(filter(None, [decision.campaign, decision.fund]))
    return "a person must say" + (f" (sure: {sure})" if sure else "")


def _measured(status: str, share: float) -> str:
    of = "decisions like this one" if status == "matched" else "first suggestions like this one"
    share = min(share, 0.999)  # never rounded up to certainty
    return f"{share:.1%} of {of} were right on labelled lines"


def _suggested(candidate: Suggestion) -> str:
    return f"{candidate.campaign}, score {candidate.score:.0f}: {candidate.evidence}"


def explain(
    description: str,
    campaigns: CampaignRegister,
    *,
    funds: FundVocabulary | None = None,
    max_wrong: float = 0,
    money_out: bool = False,
) -> Explanation:
    """Why this description is decided as it is: bank's words, payer's words, decision, runner-up, what would change it.

    It is read as money in; `money_out=True` reads it as a debit. `max_wrong` is that of `match`. Raises FrameRefused
    for anything but a text.
    """
    if not isinstance(description, str) or not isinstance(campaigns, CampaignRegister):
        raise FrameRefused("explain takes a text and a register", do='Try explain("IDEA 2018", campaigns).')
    machine = engine(campaigns, funds or default_funds(), max_wrong, thorough=True)
    narrative = narrate(description)
    text = Text(description, None, -1 if money_out else 1)
    reading = machine.read(narrative)
    outcome = machine.outcome(text, narrative)
    words = tuple(
        Word(word, _meaning(reading, at), _part(reading, outcome, at)) for at, word in enumerate(reading.tokens)
    )
    other = changes(machine, text, narrative, reading, outcome)
    return Explanation(description, narrative, outcome, words, outcome.decision.candidates, other)


def _part(reading: Reading, outcome: Outcome, at: int) -> str:
    if at in outcome.decision.positions:
        return CAMPAIGN
    return FUND if any(f.start <= at < f.end and not f.denied for f in reading.funds) else OTHER


def _meaning(reading: Reading, at: int) -> str:
    said = []
    for start, (campaign, length) in reading.codes.items():
        if start <= at < start + length:
            said.append(f"code of {campaign}")
    for found in reading.funds:
        if found.start <= at < found.end:
            said.append(f"{'denies' if found.denied else 'names'} the fund {found.fund}")
    owners = reading.lexicon.campaigns_of
    told: set[str] = set()
    for like in reading.likes[at]:
        new = owners.get(like.word, set()) - told
        if new and like.cost <= 1:
            how = "" if like.how == "exact" else f", read as {like.word} ({like.how})"
            said.append(f"in names of {', '.join(sorted(new))}{how}")
            told |= new
    word = reading.tokens[at]
    if is_name(word) or (said and (may_be_given(word) or may_be_surname(word))):
        said.append("a name that people bear")
    return "; ".join(said) or ROLES[reading.role(at)]
