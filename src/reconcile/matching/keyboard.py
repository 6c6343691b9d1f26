"""Letters that a hurried finger or ear takes for one another."""

from __future__ import annotations

from itertools import combinations, pairwise

_ROWS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_ALIKE = ("AEIOUY", "CKQ", "SZCX", "DT", "BP", "FV", "GHK", "VW", "MN", "LR", "GJ")
"""Vowels, and letters that sound or look nearly the same."""


def _neighbours() -> frozenset[frozenset[str]]:
    side = {frozenset(pair) for row in _ROWS for pair in pairwise(row)}
    above = {
        frozenset((upper, below[at]))
        for row, below in pairwise(_ROWS)
        for number, upper in enumerate(row)
        for at in (number - 1, number)
        if 0 <= at < len(below)
    }
    alike = {frozenset(pair) for letters in _ALIKE for pair in combinations(letters, 2)}
    return frozenset(side | above | alike)


_NEAR = _neighbours()


def may_be_meant(typed: str, meant: str) -> bool:
    """Whether the one other letter between two words of the same length is a neighbour on the keyboard, or sounds so.

    Words of different lengths are a letter lost or doubled, which any finger does.
    """
    if len(typed) != len(meant):
        return True
    return all(one == other or frozenset((one, other)) in _NEAR for one, other in zip(typed, meant, strict=True))
