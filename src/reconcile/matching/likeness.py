"""Which words of the register each distinct word of the references is like, by edit distance scaled to its length."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from reconcile.matching.keyboard import beside_its_key
from reconcile.matching.words import has_vowel, skeleton

EXACT, VARIANT, SLIP, CUT, TRANSLATED = "exact", "variant", "slip", "cut", "translated"
_CHUNK = 2048
SHORTEST_SKELETON = 6
"""In a shorter one a slip may be anything."""

_VOWELS = re.compile("[AIU]")


class Like(NamedTuple):
    """A word of the register, what it costs to read the typed word as it, and how it is that word."""

    word: str
    cost: float
    how: str


def slips_allowed(word: str) -> int:
    """How many letters of a word may be wrong, missing, doubled or swapped: none up to 4, one up to 7, then two."""
    return 0 if len(word) <= 4 else 1 if len(word) <= 7 else 2


def likes(
    typed: Iterable[str],
    known: list[str],
    translated: Mapping[str, tuple[str, ...]],
    strict: Container[str] = frozenset(),
) -> dict[str, list[Like]]:
    """For each typed word the known words it may stand for, cheapest first; a word unlike all is left out.

    `translated` says which known words a foreign one stands for; `strict` words of up to four letters, which
    codes have, bear no other spelling, and no slip but a swap.

    A known word stands for itself and for its plural or other spelling, never for a slip of another.
    """
    words = sorted(set(typed))
    found: dict[str, dict[str, Like]] = defaultdict(dict)
    known_set = set(known)
    for word in words:
        if word in known_set:
            found[word][word] = Like(word, 0.0, EXACT)
        for meant in translated.get(word, ()):
            found[word][meant] = Like(meant, 0.5, TRANSLATED)
    if words and known:
        _add_variants(words, known, strict, found)
        _add_vowels([w for w in words if w not in known_set], known, found)
        _add_slips([w for w in words if w not in known_set and len(w) >= 3], known, strict, found)
    return {w: sorted(by_word.values(), key=lambda x: (x.cost, x.word)) for w, by_word in found.items()}


def _add_variants(
    words: list[str], known: list[str], strict: Container[str], found: dict[str, dict[str, Like]]
) -> None:
    by_skeleton: dict[str, list[str]] = defaultdict(list)
    for word in known:
        for form in _forms(word):
            by_skeleton[form].append(word)
    for word in words:
        for form in _forms(word):
            for other in by_skeleton.get(form, ()):
                if len(other) > 4 or other not in strict or word == f"{other}S":
                    found[word].setdefault(other, Like(other, 0.5, VARIANT))


def _forms(word: str) -> set[str]:
    """The skeletons of a word of at least four letters, with its plural ending and without: S, in Afrikaans also E.

    A letter of Arabic is written dh or z (Hifdh, Hifz); -ia of other languages is -ie in Afrikaans.
    """
    if len(word) < 4:
        return set()
    endings = ("S", "E") if len(word) > 5 else ("S",)
    forms = {skeleton(word)}.union(skeleton(word.removesuffix(ending)) for ending in endings)
    if "DH" in word:
        forms.add(skeleton(word.replace("DH", "Z")))
    if word.endswith("IE") and len(word) > 5:
        forms.add(skeleton(f"{word[:-1]}A"))
    return forms


def _add_vowels(words: list[str], known: list[str], found: dict[str, dict[str, Like]]) -> None:
    """Words that differ in vowels only: too far to credit, near enough to suggest.

    One other vowel counts beside other words of the name; so do all the consonants and no vowel: WRD, HMPRS.
    """
    by_consonants: dict[str, list[str]] = defaultdict(list)
    for word in known:
        by_consonants[_VOWELS.sub("", skeleton(word))].append(word)
    for word in words:
        consonants = _VOWELS.sub("", skeleton(word))
        for other in by_consonants.get(consonants, ()) if len(consonants) >= 2 and len(word) >= 3 else ():
            if not has_vowel(word) and len(other) > len(word):
                found[word].setdefault(other, Like(other, 1.25 if len(word) < 5 else 1.0, SLIP))
            elif abs(len(other) - len(word)) <= 1 and word[0] == other[0]:
                cost = 2.0 if _one_vowel(skeleton(word), skeleton(other)) else 2.5
                found[word].setdefault(other, Like(other, cost, SLIP))


def _one_vowel(one: str, other: str) -> bool:
    """Whether two skeletons of the same consonants and at least five letters differ in a single vowel."""
    return len(one) == len(other) >= 5 and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _add_slips(words: list[str], known: list[str], strict: Container[str], found: dict[str, dict[str, Like]]) -> None:
    if not words:
        return
    allowed = np.array([max(1, slips_allowed(k)) if len(k) >= 3 else 0 for k in known], dtype=np.uint8)
    for start in range(0, len(words), _CHUNK):
        part = words[start : start + _CHUNK]
        rows, columns = np.nonzero(_distances(part, known) <= allowed)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            word = known[column]
            if len(word) <= 4 and word in strict and sorted(part[row]) != sorted(word):
                continue  # a code's letters bear a swap and no other slip
            if cost := _slip_cost(part[row], known[column]):
                _keep(found[part[row]], Like(known[column], cost, SLIP))
    _add_slips_of_sound(words, known, found)


def _add_slips_of_sound(words: list[str], known: list[str], found: dict[str, dict[str, Like]]) -> None:
    """One slip in the skeleton of a long word, whose first letter stands."""
    by_letter: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for word in known:
        if len(skeleton(word)) >= SHORTEST_SKELETON:
            by_letter[word[0]][1].append(word)
    for word in words:
        if word[0] in by_letter and len(skeleton(word)) >= SHORTEST_SKELETON - 1:
            by_letter[word[0]][0].append(word)
    for typed, meant in by_letter.values():
        bones = [skeleton(word) for word in meant]
        for start in range(0, len(typed), _CHUNK):
            part = typed[start : start + _CHUNK]
            rows, columns = np.nonzero(_distances([skeleton(word) for word in part], bones) <= 1)
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
                _keep(found[part[row]], Like(meant[column], 1.5, SLIP))


def _distances(left: list[str], right: list[str]) -> npt.NDArray[np.uint8]:
    return cdist(left, right, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)


def _slip_cost(typed: str, known: str) -> float:
    """1 or 2 for a slip that counts by itself; in a word of 3 or 4 letters only swapped neighbours count as 1.

    So does, in a word of 4, the letter of a key beside the right one. Another wrong letter there costs 1.75: enough
    only beside other words of the same phrase.
    """
    wrong = OSA.distance(typed, known)
    if len(known) > 4:
        return float(wrong) if min(len(typed), len(known)) >= 4 else 0.0
    if sorted(typed) == sorted(known) or (len(typed) == len(known) == 4 and beside_its_key(typed, known)):
        return 1.0
    return 1.75 if len(known) == 4 and len(typed) >= 3 else 0.0


def _keep(likes: dict[str, Like], like: Like) -> None:
    held = likes.get(like.word)
    if held is None or like.cost < held.cost:
        likes[like.word] = like
