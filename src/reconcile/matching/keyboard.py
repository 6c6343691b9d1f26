"""Letters that a hurried finger or ear takes for one another."""

from __future__ import annotations

from itertools import combinations, pairwise

_ROWS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_SOUND_ALIKE = ("AEIOUY", "CKQ", "SZCX", "DT", "BP", "FV", "GHK", "VW", "MN", "LR", "GJ")
"""Vowels, and letters that sound or look nearly the same."""


def _touching() -> frozenset[frozenset[str]]:
    """Pairs of keys that touch, each row of keys half a key further right than the one above."""
    side = {frozenset(pair) for row in _ROWS for pair in pairwise(row)}
    above = {
        frozenset((upper, lower))
        for row, below in pairwise(_ROWS)
        for at, lower in enumerate(below)
        for upper in row[at : at + 2]
    }
    return frozenset(side | above)


_KEYS = _touching()
_LIKELY = _KEYS | {frozenset(pair) for letters in _SOUND_ALIKE for pair in combinations(letters, 2)}


def _wrong(typed: str, meant: str) -> list[frozenset[str]]:
    """The pairs of letters in which two words of the same length differ."""
    return [frozenset(pair) for pair in zip(typed, meant, strict=True) if pair[0] != pair[1]]


def beside_its_key(typed: str, meant: str) -> bool:
    """Whether two words of the same length differ in one letter, typed with the key beside the right one."""
    wrong = _wrong(typed, meant)
    return len(wrong) == 1 and wrong[0] in _KEYS


def may_be_meant(typed: str, meant: str) -> bool:
    """Whether every other letter of two words of the same length is a key beside the right one, or sounds so.

    Words of different lengths are a letter lost or doubled, which any finger does.
    """
    return len(typed) != len(meant) or _LIKELY.issuperset(_wrong(typed, meant))
