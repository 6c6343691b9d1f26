"""Whether a bank text names a payer: family name, given name or initial, as people type them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from reconcile.matching.names import is_name, may_be_given, may_be_surname, only_given
from reconcile.matching.words import words_of

TITLES = frozenset("MR MRS MS MISS DR PROF REV ADV HON SIR MNR MEV MEJ ME DS SHEIKH SHAYKH MOULANA HAJI HAJJI".split())
"""What stands before a name and is none, in English, Afrikaans and of Muslim clergy and pilgrims."""

HIS, HERS = frozenset("MR MNR SIR".split()), frozenset("MRS MS MISS MEV MEJ".split())
OF_ONE_SEX = HIS | HERS

SHORTEST_NAME = 3
"""Letters of a word that may tell a payer; shorter ones are initials."""

LONG = 5
"""Letters of a name that may stand inside a longer word, or be mistyped by a letter."""

SHORTEST_SLIP = 4
"""Letters of a word that may be a name mistyped."""

LIKE = 84.0
"""So like are two spellings of a long name, of 100."""

CUT = "…"
"""Ends a text of which the bank may have cut the end."""

TWO_LETTERS = 0.8
"""How surely a word is there of which the first two letters are, at the cut end."""

WHOLE, FITS, FAMILY, OTHER = 1.0, 0.9, 0.7, 0.2
"""How surely a text names a payer: all of the name; the family name with an initial or given name that fits; the
family name alone; the family name with a given name of somebody else."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a payer typed for the bank, read once for all names it is held against.

    `slips` are the words that may be a name mistyped: what is a name itself is somebody else's, however alike.
    """

    words: tuple[str, ...]
    glued: str
    cut: bool
    slips: tuple[str, ...]
    titles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer as the books name it: `names` are the words that tell it from another, `letters` its initials."""

    text: str
    names: tuple[str, ...]
    letters: tuple[str, ...]
    family: str
    titles: frozenset[str]


def typed(text: str) -> Typed:
    """What a payer typed, read."""
    words = words_of(text)
    slips = tuple(w for w in words if len(w) >= SHORTEST_SLIP and not (may_be_surname(w) or may_be_given(w)))
    return Typed(words, "".join(words), text.endswith(CUT), slips, OF_ONE_SEX.intersection(words))


def payer_of(text: str) -> Payer:
    """A payer's name, read."""
    names, words = names_in(text), words_of(text)
    letters = tuple(w for w in words if len(w) == 1)
    return Payer(text, names, letters, _family(text, names) if names else "", OF_ONE_SEX.intersection(words))


def names_in(text: str) -> tuple[str, ...]:
    """The words of a payer's name that may tell it from another."""
    return tuple(w for w in words_of(text) if len(w) >= SHORTEST_NAME and not w.isdecimal() and w not in TITLES)


def named(text: Typed, payer: Payer) -> tuple[float, list[str]]:
    """How surely a text names a payer, 0 to 1, and the words of the name that stand there."""
    names = payer.names
    if not names or not text.words:
        return 0.0, []
    weights = {name: _weight(name, text) for name in names}
    found = [name for name in names if weights[name]]
    if not found:
        return _by_initials(text.words, payer)
    spelt = sum(weights[name] for name in found) / len(found)
    rest = [name for name in names if not weights[name]]
    if not rest and len(found) > 1:
        return WHOLE * spelt, found
    if not _of_one_sex(text, payer):
        return OTHER, found
    # a given name that many share says little by itself
    if len(names) > 1 and payer.family not in found:
        return OTHER, found
    sure = _with_given(text, found, [*payer.letters, *rest])
    # two letters where the bank cut a name are one only behind a given name that fits
    return (0.0, []) if sure < FITS and TWO_LETTERS in weights.values() else (sure * spelt, found)


def _family(payer: str, names: Sequence[str]) -> str:
    """The word of a payer's name that is the family's: before a comma, or the last one that is no given name only."""
    before, comma, _ = payer.partition(",")
    if comma and names_in(before):
        return names_in(before)[-1]
    first, last = names[0], names[-1]
    return first if only_given(last) and not only_given(first) else last


def _with_given(text: Typed, found: Sequence[str], given: Sequence[str]) -> float:
    """How surely a family name is this payer's, by the initials and given names beside it."""
    there = [w for w in text.words if w not in found and w not in TITLES and _tells(w)]
    there += _glued_initial(text.glued, found[0]) if len(text.words) == 1 else []
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


def _of_one_sex(text: Typed, payer: Payer) -> bool:
    """Whether no title in one of them speaks against one in the other."""
    titles = text.titles | payer.titles
    if len(text.words) == 1:
        titles |= {title for title in OF_ONE_SEX for name in payer.names if title + name in text.glued}
    return titles.isdisjoint(HIS) or titles.isdisjoint(HERS)


def _glued_initial(glued: str, name: str) -> list[str]:
    """The letter behind a name that ends a text typed as one word, or before one that begins it."""
    at = glued.find(name)
    if at < 0:
        return []
    behind, before = glued[at + len(name) :], glued[:at]
    return [part for part in (behind, before) if len(part) == 1 and part.isalpha()]


def _weight(name: str, text: Typed) -> float:
    """How surely a word of a name stands in a text."""
    if name in text.words:
        return 1.0
    if len(name) >= LONG and name in text.glued:
        return 0.95
    if len(name) >= LONG and any(OSA.distance(name, word) == 1 for word in text.slips):
        return 0.9
    if (
        len(name) > LONG
        and max((fuzz.ratio(name, word) for word in text.slips if len(word) >= LONG), default=0) >= LIKE
    ):
        return 0.85
    last = text.words[-1]
    if not text.cut or len(last) < 2 or not name.startswith(last):
        return 0.0
    return 0.9 if len(last) >= SHORTEST_NAME else TWO_LETTERS


def _by_initials(words: Sequence[str], payer: Payer) -> tuple[float, list[str]]:
    """A given name in full with the letter of the family name: `LERATO H` of `L. Hendricks`."""
    if len(payer.names) != 1 or not payer.letters:
        return 0.0, []
    for name, letter in named_beside_letter(words):
        if payer.names[0][0] == letter and name[0] in payer.letters:
            return FAMILY, [name, letter]
    return 0.0, []


def named_beside_letter(words: Sequence[str]) -> list[tuple[str, str]]:
    """Each given name that stands beside a single letter, with the letter."""
    found = ((name, letter) for one, other in pairwise(words) for name, letter in ((one, other), (other, one)))
    return [(name, letter) for name, letter in found if len(letter) == 1 and may_be_given(name)]


def one_payer(texts: Sequence[str], names: Sequence[str]) -> tuple[bool, bool]:
    """Whether texts that all have one of these names may be one person, and whether something besides the name says so.

    That is an initial or a given name, the same in each. What is no name, such as the appeal's code, tells nothing.
    """
    family = {payer_of(name).family for name in names} - {""}
    persons, given, titles = set(), set(), set()
    for text in texts:
        words = [w for w in words_of(text) if w not in family]
        own = [w for w in words if w not in TITLES and _tells(w)]
        persons.add(frozenset(w[0] for w in own))
        given |= {w for w in own if len(w) > 1}
        titles |= {w in HIS for w in words if w in OF_ONE_SEX}
    one = len(persons) == 1 and len(given) < 2 and len(titles) < 2
    return one, one and persons != {frozenset()}
