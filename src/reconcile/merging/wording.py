"""Whether two texts are two wordings of one bank line.

The bank words a line by its export: the history download writes `CAPITEC   MBF-0042 T MOKOENA` and
`ADT CASH DEPOPARKSIDE MBF0203` where the e-mailed statement has `Magtape Credit Capitec   Mbf-0042 T Mokoena` and
`ADT Cash Deposit Parkside Mbf0203`, `&` stands for `AND`, and a long reference is cut at 16 or 20 letters.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

ALIKE = 80
"""Per cent of the shorter text that must stand in one stretch of the longer one; the letters decide, see `alike`."""

SHORT = 6
"""A text of fewer letters says too little to be looked for inside another: it must be its last words."""

CUT_AT = (16, 20, 30, 31)
"""Letters after which the bank cuts a reference, alone or with the sender's short name in front."""

_STARTS = (10, 22)
"""Columns at which the download has its reference, even where the text before it touches it."""

_DIGITS = re.compile("[0-9]+")


def plain(text: str) -> str:
    """The text without case and runs of spaces, as ids compare it."""
    return " ".join(text.split()).lower()


def unspaced(text: str) -> str:
    """The text without case and blanks, `&` written out: what two wordings are compared by."""
    return "".join(text.casefold().replace("&", "and").split())


def alike(one: str, other: str) -> bool:
    """Whether one text says the other, with words in front, letters within, or the end cut off, and nothing else.

    Letters may be lacking in one of the texts; where both have others in the same place (`T MOKOENA`, `S MOKOENA`), or
    one has words behind that are no number of the bank's and that the other was not cut before (`GIFT`, `GIFT ZAKAT`),
    they are two texts, however long the rest.
    """
    short, long = sorted((one, other), key=lambda t: (len(unspaced(t)), t))
    less, more = unspaced(short), unspaced(long)
    if less == more:
        return True
    if len(less) < SHORT:
        words, longer = _words(short), _words(long)
        return bool(words) and longer[-len(words) :] == words
    if fuzz.partial_ratio(less, more, score_cutoff=ALIKE) < ALIKE or not _numbers_agree(short, long):
        return False
    edits = list(Indel.opcodes(less, more))
    tags = [e.tag for e in edits]
    if any({a, b} == {"insert", "delete"} for a, b in pairwise(tags)) or "delete" in tags[:-1]:
        return False
    behind = more[edits[-1].dest_start :] if tags[-1] == "insert" else ""
    by_the_bank = behind == _words(long)[-1] and bool(_DIGITS.search(behind))
    return tags[-1] == "equal" or by_the_bank or _may_be_cut(long if tags[-1] == "delete" else short)


def _words(text: str) -> list[str]:
    return text.casefold().replace("&", " and ").split()


def _may_be_cut(text: str) -> bool:
    """Whether the text ends where the bank cuts a reference."""
    length = len(text.rstrip())
    starts = {*_STARTS, *(word.start() for word in re.finditer(r"\S+", text))}
    return any(length - start in CUT_AT for start in starts)


def _numbers_agree(one: str, other: str) -> bool:
    """Whether the numbers of the text that has fewer all stand in the other; a last one may be cut."""
    few, many = sorted((one, other), key=lambda t: (len(_DIGITS.findall(t)), len(unspaced(t)), t))
    there, numbers = _DIGITS.findall(many), _DIGITS.findall(few)
    for number in numbers:
        if number in there:
            there.remove(number)
        elif not (few.endswith(number) and _may_be_cut(few) and any(n.startswith(number) for n in there)):
            return False
    return True
