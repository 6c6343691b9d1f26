"""Figures of a code that may be an amount, a day or a count: `TITHE R205`, `ROOF 25 SEP`."""

from __future__ import annotations

import re

from reconcile.matching.beside import Beside
from reconcile.matching.confidence import OTHER_WORDS
from reconcile.matching.doubts import DoubtRule
from reconcile.matching.people import is_called_so, without_marks
from reconcile.matching.words import MONTHS, NUMBERED

_BEFORE = NUMBERED | frozenset("CODE PROJECT DONATION DON PAYMENT PMT EFT GIFT FOR VIR TO NR NO".split())


_NUMBERED_THINGS = frozenset(
    """CHQ CHEQUE TJEK OF BOX CELL TEL ID ACC ACCT ACCOUNT CERT INV INVOICE RECEIPT KWIT KWITANSIE MEMBER LID PLEDGE
    BELOFTE WARD WYK GR GRADE GRAAD WEEK PS PSALM""".split()
)
"""What bears a number of its own: `CHEQUE NO 101`."""


def _asks(there: Beside) -> str | None:
    code = there.winner.rule in ("code", "code slip")
    apart = code and len(there.winner.positions) > 1 and there.word(there.last).isdigit()
    if code and there.figures and not (_may_precede(there) and _may_follow(there) and _stands_alone(there)):
        return "the figures may be an amount, a day or a count"
    if apart and _counts(there, there.last + 1) and not _is_joined(there):
        return "the figures may be an amount, a day or a count"
    if there.winner.rule == "code" and len(there.winner.positions) == 1 and _tries_another(there):
        return "the figures make it nearly another code"
    return None


def _tries_another(there: Beside) -> bool:
    """Whether a code of letters and the figures run into it are one slip away from another's code: TW23, of TQ23."""
    figures = there.word(there.last + 1)
    typed = there.word(there.last) + figures
    if not figures.isdigit() or typed not in there.reading.narrative.payer:
        return False
    lexicon = there.reading.lexicon
    return any(lexicon.codes[code] != there.winner.campaign for code in lexicon.figure_codes_near.of(typed))


def _joined(there: Beside) -> str:
    return "".join(there.word(at) for at in sorted(there.winner.positions))


def _may_precede(there: Beside) -> bool:
    at = there.first - 1
    at -= there.word(at) in ("NO", "NR")
    role, word = there.others.get(at), there.word(at)
    if word in _NUMBERED_THINGS:
        return False
    if role is None or role in ("fund", "own") or word in _BEFORE:
        return True
    if role == "plain":
        return word not in MONTHS
    initial = role == "initial" and len(word) == 1 and word not in "RXKU"
    return initial or (role == "unknown" and is_called_so(there.reading, at))


def _may_follow(there: Beside) -> bool:
    at = there.last + 1
    role = there.others.get(at)
    if role is None or role in ("fund", "own", "person") or _is_set_off(there):
        return True
    if role == "plain":
        return there.word(at) not in MONTHS and there.word(at) != "RAND"
    return role in ("initial", "unknown") and there.word(at) != "TH"


def _stands_alone(there: Beside) -> bool:
    """Whether the figures are a word of their own, or a fund's stands right behind: not R205, not 205.00, not 12/05."""
    figures = re.escape(_joined(there))
    run_on = "0-9" if there.others.get(there.last + 1) == "fund" else "A-Z0-9%"
    alone = rf"(?<![A-Z0-9])(?<![0-9][.,/]){figures}(?![{run_on}]|[.,/][0-9])"
    return bool(re.search(alone, there.reading.narrative.payer))


def _is_set_off(there: Beside) -> bool:
    """Whether a dash with blanks, or two strokes, stand between the figures and what follows."""
    return bool(re.search(rf"{re.escape(_joined(there))}(\s+-\s|//)", there.reading.narrative.payer))


def _is_joined(there: Beside) -> bool:
    """Whether letters and figures of the code stand in one word of the text, marks between them or not."""
    return _joined(there) in without_marks(there.reading.narrative.payer)


def _counts(there: Beside, at: int) -> bool:
    role = there.others.get(at)
    return role in ("number", "unit") or there.word(at) in MONTHS or there.word(at) in ("RAND", "PC", "PCT")


DOUBT = DoubtRule(OTHER_WORDS, "figures", _asks)
