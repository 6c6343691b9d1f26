"""A code or one-word name that is an everyday word or a given name: other words may use it as such (`MONTH END`)."""

from __future__ import annotations

from reconcile.matching.beside import Beside
from reconcile.matching.confidence import OTHER_WORDS
from reconcile.matching.doubts import DoubtRule
from reconcile.matching.names import may_be_given
from reconcile.matching.people import initial, is_called_so
from reconcile.matching.words import PERSON, PLAIN, is_ordinary

_PAYING = frozenset(
    """REF REFERENCE CODE PROJECT DONATION DONATIONS DON PAYMENT PAYMENTS PMT PYMT EFT GIFT CONTRIBUTION MONTHLY FOR
    VIR TO TOWARDS SKENKING BYDRAE APPEAL FUND CAMPAIGN""".split()
)
"""Words of paying: after them a code is meant as one."""


_OFFICES = frozenset(
    "DR DOCTOR DOKTER PROF MANAGER DIRECTOR SECRETARY TREASURER CHAIRMAN CHAIRPERSON TEACHER COACH INSPECTOR".split()
)
"""Words of office, of which an everyday word before may be a part: `MUSIC TEACHER`, `GENERAL MANAGER`."""


_TITLES = frozenset("DR DOCTOR DOKTER PROF".split())
"""Those of them that a name follows: `DESKS DR K NAIDU`."""


def _asks(there: Beside) -> str | None:
    winner, at = there.winner, there.last
    word = there.word(at)
    if len(winner.positions) > 1 or not word.isalpha():
        return None
    if not (is_ordinary(word) or word in PLAIN or may_be_given(word)):
        return None
    office = there.word(at + 1) in _OFFICES and not (there.word(at + 1) in _TITLES and there.word(at + 2).isalpha())
    uses = _is_used(there, at - 1) or (office and not there.fund)
    uses = uses or (winner.rule in ("code", "likeness") and _is_said(there, at))
    return f'"{word}" may be just a word' if uses else None


_SPEAKERS = frozenset("I WE YOU HE SHE THEY MY OUR YOUR IS ARE YES ALL EK ONS JY JULLE HULLE".split())
_TOLD = frozenset("TO YOU ME US IS ARE WILL".split())
_ARTICLES = frozenset("A AN THE".split())


def _is_said(there: Beside, at: int) -> bool:
    """Whether it is a word of a sentence: `YES WE CAN`, `HOPE TO HELP`, `WIN A CAR`."""
    then, thing = there.word(at + 1), there.word(at + 2)
    told = then in _TOLD or (then in _ARTICLES and is_ordinary(thing) and not may_be_given(thing))
    return told or there.word(at - 1) in _SPEAKERS


def _is_used(there: Beside, at: int) -> bool:
    """Whether the word right before makes it an everyday one: any but a fund, a number, a name, a word of paying."""
    role, word = there.others.get(at), there.word(at)
    if "fund" in (there.others.get(at + 2), role) and role != PERSON:
        return False
    if role is None or role in ("fund", "number", "own", "initial") or word in _PAYING:
        return False
    if role == "unknown" and at not in there.strangers:  # a try at its code
        return False
    if role == PERSON and not (there.winner.rule == "code" or may_be_given(there.word(at + 1))):
        return False
    if role == "unknown" and at > 0 and initial(there.reading, at - 1):
        return False
    return not (role == "unknown" and is_called_so(there.reading, at) and not may_be_given(there.word(at + 1)))


DOUBT = DoubtRule(OTHER_WORDS, "an everyday word", _asks)
