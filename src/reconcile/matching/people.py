"""People and firms in a text: initials, titles, names, and whether a word may be somebody's."""

from __future__ import annotations

import re
from functools import cache

from reconcile.matching.names import begins_a_name, is_name, may_be_given, may_be_surname, only_given
from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.words import FILLER, FIRM, PERSON, beginnings_of, begins_an_ordinary_word, beside, is_ordinary

OF_SURNAMES = frozenset("DE DEN DER DU VAN VD VON".split())
FAMILY = frozenset("FAM FAMILY FAMILIE GESIN SON".split())
AND = frozenset("AND EN N".split())
"""Words between the names of two who give together."""

BEGUN = 2
"""So many letters at a cut end say nothing."""

SHORTEST_MARK = 4

_MARKS = re.compile(r"[^\w\s]")
_VOWEL = re.compile("[AEIOUY]")
_UNSPOKEN = re.compile(
    "(?!([^AEIOUY]|[BCDFGKPTVW]R|[BCFGKPSV]L|S[CHKMNPTW]|[BCDGKPTWZ]H|TS|KW|QU)?[AEIOUY]+[^AEIOUY]?[AEIOUY]?$).{1,3}$"
)
"""Three letters that nobody is called by: IDN, not KEN, STU or IDA."""


def without_marks(payer: str) -> str:
    """A payer's text without its points, dashes and strokes."""
    return _MARKS.sub("", payer)


def is_word(reading: Reading, candidate: Candidate) -> bool:
    """Whether what names the campaign could be a name at all: letters alone, a vowel among them."""
    letters = "".join(reading.tokens[at] for at in sorted(candidate.positions))
    return letters.isalpha() and bool(_VOWEL.search(letters))


def is_spoken(word: str) -> bool:
    """Whether a word can be said as one, as a name can: more than three letters with a vowel, or such as KEN."""
    return bool(_VOWEL.search(word)) and not _UNSPOKEN.match(word)


def is_mark(reading: Reading, candidate: Candidate) -> bool:
    """Whether a code of letters and digits names the campaign: no person and no firm is called so."""
    return candidate.rule == "code" and is_like_a_mark("".join(reading.tokens[at] for at in candidate.positions))


def is_like_a_mark(code: str) -> bool:
    """Whether a code has letters and digits, and enough of them: `B 12` may be anything."""
    return len(code) >= SHORTEST_MARK and not code.isalpha() and not code.isdigit()


def as_typed(reading: Reading, candidate: Candidate) -> bool:
    """Whether the deciding words stand so in the text, and were not put together of single letters: `W C FOURIE`."""
    letters = sum(len(reading.tokens[at]) for at in candidate.positions)
    payer = reading.narrative.payer
    payer = payer if letters <= BEGUN else without_marks(payer)  # W.C. are initials
    return all(reading.tokens[at] in payer for at in candidate.positions)


def titles(reading: Reading, at: int) -> bool:
    """Whether a title or an initial stands there: one letter, or two that are no syllable; no R of an amount."""
    token = reading.tokens[at]
    if not token.isalpha() or at in reading.codes:
        return False
    amount = token in ("R", "K") and any(
        t.isdigit() for t in reading.tokens[max(0, at - (token == "K")) : at + 1 + (token == "R")]
    )
    initial = (len(token) == 1 or not _VOWEL.search(token)) and not amount
    return reading.role(at) == PERSON or (reading.role(at) == "initial" and initial)


def initial(reading: Reading, at: int) -> bool:
    """As `titles`, and the letter A, which is also a word."""
    return titles(reading, at) or (reading.tokens[at] == "A" and not (at and reading.tokens[at - 1].isdigit()))


def in_a_name(reading: Reading, positions: frozenset[int]) -> bool:
    """Whether what stands right before or after makes a word part of a person's name.

    An initial, a title or "van der" before it; an initial or "Family" after it; a given name with a surname after it, a
    surname with a given name before it.
    """
    before, after = min(positions) - 1, max(positions) + 1
    word = reading.tokens[after - 1]
    if before >= 0:
        earlier = reading.tokens[before]
        if titles(reading, before) and earlier not in FAMILY:
            return True
        if (may_be_surname(word) and may_be_given(earlier)) or earlier in OF_SURNAMES:
            return True
    if after == len(reading.tokens):
        return False
    surname = reading.role(after) == "unknown" and not only_given(reading.tokens[after])
    # two letters after it may be the beginning of its next word: WATER WE
    begins = initial(reading, after) and (reading.role(after) == PERSON or len(reading.tokens[after]) == 1)
    return begins or (may_be_given(word) and surname)


def is_called_so(reading: Reading, at: int) -> bool:
    """Whether a word is a name, or a word that people are also called beside one that is: `KLEIN LIAM`."""
    word = reading.tokens[at]
    if word in OF_SURNAMES or (at and reading.tokens[at - 1] in OF_SURNAMES and not is_ordinary(word)):
        return True
    before = [w for w in reading.tokens[max(0, at - 2) : at] if w not in AND][-1:]
    after = [w for w in reading.tokens[at + 1 : at + 3] if w not in AND][:1]
    return is_name(word) or ((may_be_given(word) or may_be_surname(word)) and any(map(is_name, before + after)))


def firm_after(reading: Reading, positions: frozenset[int]) -> bool:
    """Whether a firm's word stands right after: `ABC TYRES`."""
    after = max(positions) + 1
    return after < len(reading.tokens) and reading.role(after) == FIRM and after not in reading.codes


def begins_only_names(start: str) -> bool:
    """Whether what is left of a word cut off can only be a name, as far as everyday words go: `NKO`."""
    return begins_a_name(start) and not begins_an_ordinary_word(start)


def a_cell_number(reading: Reading) -> bool:
    """Whether a cell number stands in the text, which charities ask donors for: with it the other words are a name."""
    numbers = [t for t in reading.tokens if t.isdigit() and t.startswith(("06", "07", "08", "27"))]
    return any(len(t) >= 9 or (len(t) >= 5 and reading.narrative.cut and t == reading.tokens[-1]) for t in numbers)


LONG_BEGINNING = 5
"""So many letters of a word of thanks or of time are left of it and of nothing else, where the register has none."""


@cache
def filler_beginnings() -> frozenset[str]:
    """How words of thanks, of paying and of time begin: `LOCKDOW`."""
    return beginnings_of((word for word, kind in beside().items() if kind == FILLER), LONG_BEGINNING)


@cache
def person_beginnings() -> frozenset[str]:
    """How words beside a person's name begin: three letters or more of them."""
    return beginnings_of((word for word, kind in beside().items() if kind == PERSON), BEGUN + 1)
