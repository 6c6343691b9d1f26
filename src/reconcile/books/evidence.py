"""What a bank line and a receipt have in common besides amount and day: a number, a reference, a payer's name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz

from reconcile.books.sides import Sides, keys, names_in, squashed
from reconcile.matching.words import chunks
from reconcile.schema import TEXT

NUMBER, REFERENCE, NAME, NOTHING = 3, 2, 1, 0
"""What they have in common, the most telling first."""

SHORTEST_ID = 4
"""Letters and figures of a receipt's number or a batch's that may stand in a bank text by more than chance."""

LIKE = 84.0
"""So like are two spellings of a name, of 100."""

ENOUGH = 0.6
"""So much of a name must be found, in letters."""


class Common(NamedTuple):
    """`level` is NUMBER, REFERENCE, NAME or NOTHING, `strength` how much of it (0 to 1), `words` says it."""

    level: int
    strength: float
    words: str


def named_in_text(sides: Sides, texts: Sequence[str]) -> pd.DataFrame:
    """Where the bank prints one of these texts: `line`, and `at`, its position among them; short ones are not asked."""
    asked = pd.DataFrame({"word": pd.Series(keys(texts, SHORTEST_ID), dtype=TEXT), "at": range(len(texts))})
    return sides.bank.printed.merge(asked[asked["word"] != ""], on="word")[["line", "at"]]


@lru_cache(100_000)
def common(text: str, payer: str, reference: str) -> Common:
    """What a bank line's words have of a receipt's payer and reference."""
    own, asked = squashed(text), squashed(reference)
    if len(asked) >= 2 * SHORTEST_ID and (asked == own or (len(own) >= 15 and asked.startswith(own))):
        return Common(REFERENCE, 1.0, f'the reference "{reference}"')
    strength, found = _named(text, payer)
    if found:
        return Common(NAME, strength, f'the payer "{payer}" by "{" ".join(found)}"')
    if asked and len(own) >= SHORTEST_ID:
        like = fuzz.ratio(own, asked)
        if like >= LIKE and len(asked) >= 2 * SHORTEST_ID:
            return Common(REFERENCE, like / 100 - 0.1, f'the reference "{reference}", nearly')
    return Common(NOTHING, 0.0, "")


def _named(text: str, payer: str) -> tuple[float, list[str]]:
    """How much of a payer's name stands in a text, 0 to 1, and the words that do."""
    names = names_in(payer)
    if not names:
        return 0.0, []
    words, glued = chunks(text), "".join(chunks(text))
    weights = [_weight(name, words, glued) for name in names]
    strength = sum(len(n) * w for n, w in zip(names, weights, strict=True)) / sum(map(len, names))
    found = [n for n, w in zip(names, weights, strict=True) if w]
    # a family's name with an initial that fits is most of a name
    initials = [n[0] for n, w in zip(names, weights, strict=True) if not w]
    fits = sum(any(w == i for w in words) for i in initials)
    strength += (1 - strength) * 0.5 * fits / len(initials) if initials and found else 0.0
    return (strength, found) if found and strength >= 0.3 else (0.0, [])


def _weight(name: str, words: Sequence[str], glued: str) -> float:
    if name in words:
        return 1.0
    if len(name) >= 5 and name in glued:
        return 0.95
    best = max((fuzz.ratio(name, word) for word in words if len(word) >= 4), default=0.0) if len(name) >= 4 else 0.0
    if best >= LIKE:
        return best / 100 - 0.05
    # the bank cuts a reference at its end
    last = words[-1] if words else ""
    return 0.7 if len(last) >= 3 and len(glued) >= 15 and name.startswith(last) else 0.0
