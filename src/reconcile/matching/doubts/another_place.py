"""A country or region beside it that the campaign's names do not have, or an unknown word joined to it by "and"."""

from __future__ import annotations

import re

from reconcile.matching.beside import Beside
from reconcile.matching.confidence import ANOTHERS_WORD
from reconcile.matching.doubts import DoubtRule
from reconcile.matching.names import may_be_given, may_be_surname
from reconcile.matching.people import firm_after, in_a_name, is_called_so
from reconcile.matching.words import PLACE

_COMPASS = frozenset("N S E W EC NC WC NW NORTH SOUTH EAST WEST NOORD SUID OOS WES".split())
"""Words that make a place another one: `E COAST TENTS`."""

_ANDS = frozenset("+ & / , AND EN N".split())
_ANY_AND = re.compile(r"[+&/,]|\bAND\b|\bEN\b|\bN\b")
_WORDS_AND_MARKS = re.compile(r"\w+|[^\w\s]")


def _asks(there: Beside) -> str | None:
    places = [at for at, role in there.others.items() if role == PLACE] if PLACE in there.others.values() else []
    places = [at for at in places if _is_joined(there, at) or not _is_a_givers(there, at)]
    joined = [at for at in there.strangers if not _may_be_called(there, at) and _is_joined(there, at)]
    part = [there.first - 1] if _narrows(there, there.first - 1) and there.everyday else []
    if not (places or joined or part):
        return None
    return f'"{" ".join(there.word(at) for at in sorted({*places, *joined, *part}))}" may be another appeal'


def _may_be_called(there: Beside, at: int) -> bool:
    return is_called_so(there.reading, at) or may_be_surname(there.word(at)) or may_be_given(there.word(at))


def _narrows(there: Beside, at: int) -> bool:
    """Whether a word makes what follows a part of it, and is not the initial of a name before it."""
    return there.word(at) in _COMPASS and not (at and is_called_so(there.reading, at - 1))


def _is_a_givers(there: Beside, at: int) -> bool:
    return in_a_name(there.reading, frozenset([at])) or firm_after(there.reading, frozenset([at]))


def _is_joined(there: Beside, at: int) -> bool:
    """Whether a word is joined to the campaign's nearest one: `SUDAN + ABC`, `ABC N SUDAN`."""
    word, payer = there.word(at), there.reading.narrative.payer
    pair = (word, there.word(there.first)) if at < there.first else (there.word(there.last), word)
    typed = _WORDS_AND_MARKS.findall(payer) if _ANY_AND.search(payer) else []
    return any(between in _ANDS and pair == (typed[i - 1], typed[i + 1]) for i, between in enumerate(typed[:-1]) if i)


DOUBT = DoubtRule(ANOTHERS_WORD, "another place", _asks)
