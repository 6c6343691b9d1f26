"""A campaign that is denied (`NOT HARBOUR`, `HARBOUR NIE`), or named as the giver (`FROM HARBOUR`)."""

from __future__ import annotations

from reconcile.matching.beside import Beside
from reconcile.matching.confidence import OTHER_WORDS
from reconcile.matching.denials import DENIED_BEHIND, denied_after, denied_before
from reconcile.matching.doubts import DoubtRule
from reconcile.matching.words import DENIALS, GIVEN_BY

_SAYS_SO = DENIALS | DENIED_BEHIND | GIVEN_BY


def _asks(there: Beside) -> str | None:
    tokens = there.reading.tokens
    if _SAYS_SO.isdisjoint(tokens):
        return None
    funds = {at for at, role in there.others.items() if role == "fund"}
    if there.word(there.first - 1) in GIVEN_BY:
        return "stands where the giver is named"
    denied = denied_before(tokens, there.first) or (denied_after(tokens, there.last + 1) and not funds)
    return "the campaign is denied" if denied else None


DOUBT = DoubtRule(OTHER_WORDS, "denied", _asks)
