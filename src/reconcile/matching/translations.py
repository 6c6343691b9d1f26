"""Words of giving in the other languages of the country, as the words of a register that they stand for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cache

from reconcile.matching import kept
from reconcile.matching.words import PLACE, beside

ENDING = 3
"""A beginning stands for words that are at most so many letters longer: plurals and the like."""

GLUED_ENDING = 2
"""The same for words run together, whose last one may be short."""


@cache
def beginnings() -> dict[str, tuple[str, ...]]:
    """Per word (Afrikaans, Arabic, Urdu, Nguni, Sotho), in capitals, how the English for it begins."""
    return {row["word"]: tuple(row["begins"].split("|")) for row in kept.rows_of("translations.csv")}


@cache
def _common() -> frozenset[str]:
    places = [word for word, kind in beside().items() if kind == PLACE]
    words = {begin for begins in beginnings().values() for begin in begins}
    return frozenset(word for word in words if not any(place.startswith(word) for place in places))


def is_common(word: str) -> bool:
    """Whether an English word is one of those that the foreign ones stand for, and no place: a word of giving."""
    return any(word[:length] in _common() for length in range(max(len(word) - ENDING, 1), len(word) + 1))


def into(words: Iterable[str], glued: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Which of these words of a register, single and run together, each foreign word may stand for, if for any."""
    single, together = sorted(words), sorted(glued)
    found = {
        word: _begun(begins, single, ENDING) + _begun(begins, together, GLUED_ENDING)
        for word, begins in beginnings().items()
    }
    return {word: meant for word, meant in found.items() if meant}


def _begun(begins: Iterable[str], known: list[str], ending: int) -> tuple[str, ...]:
    meant: list[str] = []
    for start in begins:
        at = bisect_left(known, start)
        while at < len(known) and known[at].startswith(start):
            if len(known[at]) <= len(start) + ending:
                meant.append(known[at])
            at += 1
    return tuple(sorted(set(meant)))
