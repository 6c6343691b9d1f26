"""Unknown words beside the campaign: a payer's name, or part of what the words really mean."""

from __future__ import annotations

import re

from reconcile.matching.beside import Beside
from reconcile.matching.confidence import OTHER_WORDS
from reconcile.matching.doubts import DoubtRule
from reconcile.matching.names import is_name, may_be_given, may_be_surname, only_given
from reconcile.matching.people import BEGUN, OF_SURNAMES, a_cell_number, initial, is_called_so, is_spoken
from reconcile.matching.words import GIVEN_BY, PERSON, has_vowel, is_ordinary

LONG_WORD = 8
"""A slip in so long a word needs no fund beside a payer's name."""


def _asks(there: Beside) -> str | None:
    if there.mark:
        return None
    short = sum(len(there.word(at)) for at in there.positions) <= BEGUN
    of_a_machine = not there.reading.narrative.payer and there.winner.rule != "code"
    if not there.typed and (short or of_a_machine or there.strangers or "initial" in there.others.values()):
        return "put together of letters that may be initials, or from a machine's place"
    if not there.strangers or _is_clear(there):
        return None
    return "other words stand beside the campaign's"


def _is_clear(there: Beside) -> bool:
    strangers, last = there.strangers, there.last
    touching = any(at + 1 in there.positions or at - 1 in there.positions for at in strangers)
    payer = _payer_before(there) and _payer_after(there)
    if there.winner.slip:
        long = len(there.winner.positions) > 1 or len(there.word(last)) >= LONG_WORD
        names = all(is_name(there.word(at)) for at in strangers)
        mistyped = there.winner.rule == "code slip" and not has_vowel(there.word(last))  # no name, no word
        return (there.fund and (payer or not touching)) or (payer and long) or (mistyped and names)
    if there.winner.alone:  # a word that others share: what stands right after it may be part of what is meant
        follows = last + 1 in strangers and not is_called_so(there.reading, last + 1)
        return (payer or (there.fund and not touching)) and not follows
    if there.everyday and there.first - 1 in strangers and not _payer_before(there):
        return False  # FARAWAY PROJECT: another appeal
    return there.fund or payer or not any(at > last for at in strangers)


def _payer_before(there: Beside) -> bool:
    """Whether the unknown words before the campaign, if any, are a payer's name."""
    first, reading = there.first, there.reading
    before = [at for at in there.strangers if at < first]
    named = any(
        at < first and (role in ("initial", PERSON) or there.word(at) in GIVEN_BY) for at, role in there.others.items()
    )
    if named or not before:
        return True
    if not all(is_called_so(reading, at) for at in before):
        return False
    # ANNA and one word may be a given name and a surname; ANNA NAIDOO, or NAIDOO alone, is whole
    one_word = len(there.positions) == 1
    alone = one_word and before == [first - 1] and not may_be_surname(there.word(first - 1)) and not _parted(there)
    return not alone or "fund" in there.others.values() or there.word(first).isdigit()


def _parted(there: Beside) -> bool:
    """Whether a mark parts the campaign from the word before it: `LWAZI - HARBOUR`."""
    words = re.escape(there.word(there.first - 1)), re.escape(there.word(there.first))
    return bool(re.search(rf"\b{words[0]}\s*[-/:,;|]\s*{words[1]}\b", there.reading.narrative.payer))


def _payer_after(there: Beside) -> bool:
    """Whether the unknown words after the campaign, if any, are a payer's name."""
    last, reading, others = there.last, there.reading, there.others
    after = [at for at in there.strangers if at > last]
    if not after or any(at > last and role == PERSON for at, role in others.items()):
        return True
    between = [at for at in range(last + 1, after[0]) if at in others]
    if any(initial(reading, at) and not _is_and(there, at) for at in between):
        return True
    if a_cell_number(reading) and not any(is_ordinary(there.word(at)) for at in after):
        return True
    if there.winner.slip or not all(is_called_so(reading, at) for at in after):
        return False
    # a word and a surname may be somebody's two names, two letters the initials; ABC and a surname are not
    word, surnames = there.word(last), [at for at in after if there.word(at) not in OF_SURNAMES]
    counted = reading.role(last) == "fund" and "number" in others.values()  # FITRAH ADAMS 5
    named = may_be_given(word) or may_be_surname(word) or len(word) < LONG_WORD
    called = len(there.positions) == 1 and is_spoken(word) and named and not counted
    half = len(surnames) == 1 and not only_given(there.word(surnames[0]))
    initials = len(there.positions) == 1 and word.isalpha() and len(word) <= BEGUN
    return not (called and half) and not initials


def _is_and(there: Beside, at: int) -> bool:
    """Whether N is short for and, as in `HARBOUR N SUDAN`: an unknown word that is no name stands behind it."""
    return there.word(at) == "N" and not is_called_so(there.reading, at + 1)


DOUBT = DoubtRule(OTHER_WORDS, "strangers", _asks)
