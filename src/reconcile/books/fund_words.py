"""The fund that a bank text names by itself, for lines of which no match knows it."""

from __future__ import annotations

from collections.abc import Callable

from reconcile.books.inside import Inside
from reconcile.campaigns import FundVocabulary
from reconcile.matching.words import chunks, squashed

LONG_ENOUGH = 5
"""Letters of a spelling that may stand inside a longer word; shorter ones must be a word of their own."""


def reader(funds: FundVocabulary) -> Callable[[str], str]:
    """What tells the fund of a text, empty where it names none or several.

    It only keeps money of one fund from a receipt of another; to credit a gift takes `match`.
    """
    spellings = {squashed(word): fund.name for fund in funds for word in (*fund.spellings, fund.name)}

    long = Inside((word for word in spellings if len(word) >= LONG_ENOUGH), LONG_ENOUGH)

    def fund_of(text: str) -> str:
        words = chunks(text)
        found = {spellings[word] for word in long.of("".join(words)).union(spellings.keys() & set(words))}
        return found.pop().casefold() if len(found) == 1 else ""

    return fund_of
