"""A campaign that is named like a fund (Fitrah, Qurbani) is named by every spelling of that fund."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule

_SCORES = {"exact": 98.0, "variant": 94.0}


def _propose(reading: Reading) -> Iterator[Candidate]:
    for found in reading.funds:
        campaign = reading.lexicon.campaign_of_fund.get(found.fund)
        if campaign is None or found.denied:
            continue
        if found.how in ("slip", "cut"):
            continue  # enough for a fund, too little for a campaign
        positions = frozenset(range(found.start, found.end))
        typed = " ".join(reading.tokens[found.start : found.end])
        own = any(p.campaign == campaign and " ".join(p.words) == typed for p in reading.lexicon.phrases)
        yield Candidate(
            campaign,
            _SCORES[found.how],
            "fund name",
            f"= spelling of {found.fund}, the name",
            positions,
            sure=True,
            alone=not own,
            fund=found.fund,
            spelt=frozenset([found.fund]),
        )


RULE = Rule("fund name", _propose)
