"""What the matcher answers when a gift brings nothing but one text, in each way that a reference arrives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import shown
from reconcile.matching.decide import Decision
from reconcile.matching.engine import Engine, Text, engine
from reconcile.matching.narrative import REFERENCE_WIDTH, narrate
from reconcile.matching.reading import Reading
from reconcile.matching.words import fold

WAYS = {
    "FNB APP PAYMENT FROM  ": "from an FNB customer",
    "MAGTAPE CREDIT ": "from another bank",
    "": "without the bank's words",
}
"""What the bank prints in front of a reference, and who sends it so."""

_STRANGERS = ("SMITH", "JACOBS", "NAIDOO", "PETERSEN", "KHUMALO", "VAN WYK")


class Outcome(NamedTuple):
    """What becomes of a gift: the campaign it is credited to, None where a person is asked or it is taken for none."""

    campaign: str | None
    words: str


@dataclass(frozen=True)
class Answer:
    """The outcomes of one text, as it arrives (capitals, at most 20 characters), by the bank's words before it."""

    text: str
    outcomes: tuple[Outcome, ...]

    @property
    def campaign(self) -> str | None:
        """The campaign credited whatever the bank prints before the text; None where one way differs."""
        named = {outcome.campaign for outcome in self.outcomes}
        return named.pop() if len(named) == 1 else None

    def __str__(self) -> str:
        by_words: dict[str, list[str]] = {}
        for outcome, way in zip(self.outcomes, WAYS.values(), strict=True):
            by_words.setdefault(outcome.words, []).append(way)
        if len(by_words) == 1:
            return f"{self.text}: {next(iter(by_words))}"
        return f"{self.text}: " + ", ".join(f"{' and '.join(ways)} {words}" for words, ways in by_words.items())


@dataclass(slots=True)
class Asker:
    """Asks the matcher of one register and one vocabulary, each text once."""

    machine: Engine
    stranger: str = ""
    _known: dict[str, Answer] = field(default_factory=dict)

    def ask(self, text: str) -> Answer:
        """What becomes of a gift with this text alone."""
        arrives = arriving(text)
        if arrives not in self._known:
            self.ask_all([arrives])
        return self._known[arrives]

    def ask_all(self, texts: Iterable[str]) -> None:
        """Ask many at once, which is quicker; `ask` then knows them."""
        new = sorted({arriving(text) for text in texts} - self._known.keys())
        lines = [Text(before + text, None, 1) for text in new for before in WAYS]
        outcomes = [_outcome(o.decision, o.kind) for o in self.machine.outcomes(lines)]
        for number, text in enumerate(new):
            self._known[text] = Answer(text, tuple(outcomes[number * len(WAYS) : (number + 1) * len(WAYS)]))

    def reading(self, text: str) -> Reading:
        """How the words of the text are read, where an FNB customer sends it."""
        return self.machine.read(narrate(next(iter(WAYS)) + text))


def arriving(text: str) -> str:
    """The text as the bank prints it: capitals, no accents, one blank between words, the end cut at 20 characters."""
    return " ".join(fold(text).split())[:REFERENCE_WIDTH].strip()


def asker(campaigns: CampaignRegister, funds: FundVocabulary) -> Asker:
    """An asker whose `stranger` is a surname that means nothing to this register."""
    asking = Asker(engine(campaigns, funds))
    asking.stranger = next((name for name in _STRANGERS if _is_unknown(asking.reading(name))), _STRANGERS[0])
    return asking


def _is_unknown(reading: Reading) -> bool:
    named = reading.codes or reading.code_slips or reading.funds or any(reading.likes)
    return not named and reading.roles[-1] == "unknown"


def _outcome(decision: Decision, kind: str) -> Outcome:
    status, campaign, fund = decision.status, decision.campaign, decision.fund
    if status == "matched":
        return Outcome(campaign, f"is credited to {campaign}" + (f", {fund}" if fund else ""))
    if status == "review":
        reason = decision.reason
        return Outcome(None, "goes to a person" + (f" ({shown(reason, 80)})" if reason else ""))
    return Outcome(None, f"is taken for no gift ({kind.replace('_', ' ')})")
