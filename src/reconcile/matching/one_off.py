"""Which of some words are one slip away from a typed one, by look-up: less a letter, the two have a form in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import OSA


class OneOff:
    """Words to compare a typed one with: a letter lost, added, wrong, or swapped with its neighbour is one slip."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Look-ups for these words; building them costs as much as the words have letters."""
        left: dict[str, list[str]] = defaultdict(list)
        for word in dict.fromkeys(words):
            for form in _forms(word):
                left[form].append(word)
        self._left = dict(left)

    def of(self, typed: str) -> list[str]:
        """The words at most one slip away from the typed one, itself among them, in the order of the alphabet."""
        if not self._left:
            return []
        near = {word for form in _forms(typed) & self._left.keys() for word in self._left[form]}
        return sorted(word for word in near if OSA.distance(typed, word, score_cutoff=1) <= 1)


def _forms(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
