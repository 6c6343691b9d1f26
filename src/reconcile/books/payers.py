"""Whether a bank text names a payer: family name, given name or initial, as people type them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from reconcile.matching.names import is_name, may_be_given, may_be_surname, only_given
from reconcile.matching.words import chunks, fold

TITLES = frozenset("MR MRS MS MISS DR PROF REV ADV HON SIR MNR MEV MEJ ME DS SHEIKH SHAYKH MOULANA HAJI HAJJI".split())
"""What stands before a name and is none, in English, Afrikaans and of Muslim clergy and pilgrims."""

HIS, HERS = frozenset("MR MNR SIR".split()), frozenset("MRS MS MISS MEV MEJ".split())

SHORTEST_NAME = 3
"""Letters of a word that may tell a payer; shorter ones are initials."""

LIKE = 84.0
"""So like are two spellings of a long name, of 100."""

CUT = "…"
"""Ends a text of which the bank may have cut the end."""

TWO_LETTERS = 0.8
"""How surely a word is there of which the first two letters are, at the cut end."""

WHOLE, FITS, FAMILY, OTHER = 1.0, 0.9, 0.7, 0.2
"""How surely a text names a payer: all of the name; the family name with an initial or given name that fits; the
family name alone; the family name with a given name of somebody else."""


@lru_cache(100_000)
def names_in(text: str) -> tuple[str, ...]:
    """The words of a payer's name that may tell it from another."""
    return tuple(w for w in _words(text) if len(w) >= SHORTEST_NAME and not w.isdecimal() and w not in TITLES)


@lru_cache(100_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(chunks(fold(text)))


def squashed(text: str) -> str:
    """Letters and figures alone, in capitals."""
    return "".join(_words(text))


def named(text: str, payer: str) -> tuple[float, list[str]]:
    """How surely a text names a payer, 0 to 1, and the words of the name that stand there."""
    names = names_in(payer)
    words = _words(text)
    if not names or not words:
        return 0.0, []
    glued = "".join(words)
    cut = text.endswith(CUT)
    weights = {name: _weight(name, words, glued, cut=cut) for name in names}
    found = [name for name in names if weights[name]]
    if not found:
        return _by_initials(words, payer, names)
    spelt = sum(weights[name] for name in found) / len(found)
    rest = [name for name in names if not weights[name]]
    given = [w for w in _words(payer) if len(w) == 1] + rest
    if not rest and len(found) > 1:
        return WHOLE * spelt, found
    if not _of_one_sex(text, payer):
        return OTHER, found
    # a given name that many share says little by itself
    if len(names) > 1 and _family(payer, names) not in found:
        return OTHER, found
    sure = _with_given(words, glued, found, given)
    # two letters where the bank cut a name are one only behind a given name that fits
    return (0.0, []) if sure < FITS and TWO_LETTERS in weights.values() else (sure * spelt, found)


def _family(payer: str, names: Sequence[str]) -> str:
    """The word of a payer's name that is the family's: before a comma, or the last one that is no given name only."""
    before, comma, _ = payer.partition(",")
    if comma and names_in(before):
        return names_in(before)[-1]
    first, last = names[0], names[-1]
    return first if only_given(last) and not only_given(first) else last


def _with_given(words: Sequence[str], glued: str, found: Sequence[str], given: Sequence[str]) -> float:
    """How surely a family name is this payer's, by the initials and given names beside it."""
    there = [w for w in words if w not in found and w not in TITLES and _tells(w)]
    there += _glued_initial(glued, found[0]) if len(words) == 1 else []
    if not there or not given:
        return FAMILY
    initials = {w[0] for w in given}
    if any(w[0] in initials and (len(w) == 1 or w in given or all(len(g) == 1 for g in given)) for w in there):
        return FITS
    # somebody of the family, but not this one
    return OTHER if any(len(w) == 1 or may_be_given(w) for w in there) else FAMILY


def _tells(word: str) -> bool:
    """Whether a word beside a family name is an initial or somebody's name; of three letters it may be anything."""
    return len(word) == 1 or (len(word) > SHORTEST_NAME and is_name(word))


def _of_one_sex(text: str, payer: str) -> bool:
    """Whether no title in one of them speaks against one in the other."""
    typed = _words(text)
    glued = {title for title in HIS | HERS for name in names_in(payer) if len(typed) == 1 and title + name in typed[0]}
    words = {*typed, *glued, *_words(payer)}
    return words.isdisjoint(HIS) or words.isdisjoint(HERS)


def _glued_initial(glued: str, name: str) -> list[str]:
    """The letter behind a name that ends a text typed as one word, or before one that begins it."""
    at = glued.find(name)
    if at < 0:
        return []
    behind, before = glued[at + len(name) :], glued[:at]
    return [part for part in (behind, before) if len(part) == 1 and part.isalpha()]


def _weight(name: str, words: Sequence[str], glued: str, *, cut: bool) -> float:
    """How surely a word of a name stands in a text."""
    if name in words:
        return 1.0
    if len(name) >= 5 and name in glued:
        return 0.95
    # what is a name itself is somebody else's, however alike
    slips = [w for w in words if len(w) >= 4 and not (may_be_surname(w) or may_be_given(w))]
    if len(name) >= 5 and any(OSA.distance(name, word) == 1 for word in slips):
        return 0.9
    if len(name) >= 6 and max((fuzz.ratio(name, word) for word in slips if len(word) >= 5), default=0.0) >= LIKE:
        return 0.85
    last = words[-1]
    if not cut or len(last) < 2 or not name.startswith(last):
        return 0.0
    return 0.9 if len(last) >= SHORTEST_NAME else TWO_LETTERS


def _by_initials(words: Sequence[str], payer: str, names: Sequence[str]) -> tuple[float, list[str]]:
    """A given name in full with the letter of the family name: `LERATO H` of `L. Hendricks`."""
    given = {w for w in _words(payer) if len(w) == 1}
    for one, other in pairwise(words):
        for name, letter in ((one, other), (other, one)):
            if (
                len(letter) == 1
                and len(names) == 1
                and names[0][0] == letter
                and may_be_given(name)
                and name[0] in given
            ):
                return FAMILY, [name, letter]
    return 0.0, []


def one_payer(texts: Sequence[str], names: Sequence[str]) -> tuple[bool, bool]:
    """Whether texts that all have one of these names may be one person, and whether something besides the name says so.

    That is an initial or a given name, the same in each. What is no name, such as the appeal's code, tells nothing.
    """
    family = {_family(name, names_in(name)) for name in names if names_in(name)}
    persons, given, titles = set(), set(), set()
    for text in texts:
        words = [w for w in _words(text) if w not in family]
        own = [w for w in words if w not in TITLES and _tells(w)]
        persons.add(frozenset(w[0] for w in own))
        given |= {w for w in own if len(w) > 1}
        titles |= {w in HIS for w in words if w in HIS | HERS}
    one = len(persons) == 1 and len(given) < 2 and len(titles) < 2
    return one, one and persons != {frozenset()}
