"""Why one description is decided as it is, in words: for the terminal, for a notebook, and as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import FrameRefused, shown
from reconcile.facts import as_html, as_text
from reconcile.matching.engine import Outcome, Text, engine
from reconcile.matching.narrative import Narrative, narrate
from reconcile.matching.reading import Reading, Suggestion

ROLES = {
    "fund": "a fund",
    "number": "a number",
    "plain": "names nothing",
    "unit": "what a gift is counted in",
    "person": "beside a person's name",
    "dealing": "a word of business",
    "initial": "an initial",
    "unknown": "not known: a name, perhaps",
}


@dataclass(frozen=True)
class Explanation:
    """The way from the bank's words to the decision; `str()` for a terminal, a small table in a notebook."""

    description: str
    narrative: Narrative
    outcome: Outcome
    words: tuple[tuple[str, str], ...]
    candidates: tuple[Suggestion, ...]

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of each step, in order."""
        kind, decision = self.outcome
        bank = ", ".join(filter(None, [self.narrative.channel, self.narrative.counterparty, self.narrative.place]))
        facts = [
            ("Description", shown(self.description)),
            ("The bank's words", bank or "none recognised"),
            ("The payer's words", self.narrative.payer + (" (may be cut off)" if self.narrative.cut else "")),
        ]
        facts += [(f"  {word}", meaning) for word, meaning in self.words]
        facts += [("Decision", self._decided()), ("Kind", kind.replace("_", " "))]
        facts += [("Evidence", decision.evidence)] if decision.evidence else []
        facts += [("Reason", decision.reason)] if decision.reason else []
        facts += [
            (f"Candidate {n}", f"{c.campaign}, score {c.score:.0f}: {c.evidence}")
            for n, c in enumerate(self.candidates, start=1)
        ]
        return facts

    def _decided(self) -> str:
        decision = self.outcome.decision
        if decision.status == "not_donation":
            return "no donation"
        fund = decision.fund or "fund unspecified"
        if decision.status == "matched":
            return f"credited to {decision.campaign}, {fund}"
        sure = ", ".join(filter(None, [decision.campaign, decision.fund]))
        return "a person must say" + (f" (sure: {sure})" if sure else "")

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        kind, decision = self.outcome
        return {
            "description": self.description,
            "channel": self.narrative.channel,
            "counterparty": self.narrative.counterparty,
            "payer_words": self.narrative.payer,
            "words": [{"word": w, "meaning": m} for w, m in self.words],
            "status": decision.status,
            "kind": kind,
            "campaign": decision.campaign,
            "fund": decision.fund,
            "rule": decision.rule,
            "evidence": decision.evidence,
            "reason": decision.reason,
            "candidates": [
                {"campaign": c.campaign, "score": c.score, "rule": c.rule, "evidence": c.evidence}
                for c in self.candidates
            ],
        }

    def __str__(self) -> str:
        return as_text(self.facts())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return as_html(self.facts())


def explain(
    description: str,
    campaigns: CampaignRegister,
    *,
    funds: FundVocabulary | None = None,
    max_wrong: float = 0,
    money_out: bool = False,
) -> Explanation:
    """Why this description is decided as it is: the bank's words, each word of the payer, the decision, the runner-up.

    It is read as money in; `money_out=True` reads it as a debit. `max_wrong` is that of `match`. Raises FrameRefused
    for anything but a text.
    """
    if not isinstance(description, str) or not isinstance(campaigns, CampaignRegister):
        raise FrameRefused("explain takes a text and a register", do='Try explain("IDEA 2018", campaigns).')
    machine = engine(campaigns, funds or default_funds(), max_wrong)
    narrative = narrate(description)
    text = Text(description, None, -1 if money_out else 1)
    reading = machine.read(narrative)
    outcome = machine.outcome(text, narrative)
    words = tuple((word, _meaning(reading, at)) for at, word in enumerate(reading.tokens))
    return Explanation(description, narrative, outcome, words, outcome.decision.candidates)


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
    return "; ".join(said) or ROLES[reading.role(at)]
