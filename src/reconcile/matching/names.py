"""Names of people common in South Africa: what stands beside a campaign, and whether its own word is a name too."""

from __future__ import annotations

from functools import cache

from reconcile.matching import kept
from reconcile.matching.words import SHORTEST_PIECE, beginnings_of

GIVEN, SURNAME, BOTH = "given", "surname", "both"


@cache
def _names() -> dict[str, tuple[str, bool]]:
    return {row["name"]: (row["kind"], row["word"] == "yes") for row in kept.rows_of("names.csv")}


def is_name(word: str) -> bool:
    """Whether the word is a name and hardly anything else: `AYESHA`, not `HOPE`."""
    _, also_a_word = _names().get(word, ("", True))
    return not also_a_word


def may_be_given(word: str) -> bool:
    """Whether people are called so, whatever else it means: `AYESHA`, `HOPE`."""
    return _names().get(word, ("", True))[0] in (GIVEN, BOTH)


def may_be_surname(word: str) -> bool:
    """Whether families are called so, whatever else it means: `NAIDOO`, `WELLS`."""
    return _names().get(word, ("", True))[0] in (SURNAME, BOTH)


@cache
def _beginnings() -> frozenset[str]:
    return beginnings_of(_names(), SHORTEST_PIECE)


def begins_a_name(start: str) -> bool:
    """Whether some name begins with three letters or more: `NKO`."""
    return start in _beginnings()


def only_given(word: str) -> bool:
    """Whether it is a given name and no surname: what follows it may be the surname, what stands before it is not."""
    return is_name(word) and not may_be_surname(word)
