"""What a bank line and a receipt have in common besides amount and day: a number, a reference, a payer's name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from reconcile.books.payers import FITS, WHOLE, named, squashed
from reconcile.books.sides import FIGURES, Sides, keys
from reconcile.matching.names import is_name
from reconcile.schema import TEXT

NUMBER, REFERENCE, NAME, NOTHING = 3, 2, 1, 0
"""What they have in common, the most telling first."""

SHORTEST_ID = 4
"""Letters and figures of a receipt's number or a batch's that may stand in a bank text by more than chance."""

ENOUGH = 0.6
"""A name must be there so surely."""


class Common(NamedTuple):
    """`level` is NUMBER, REFERENCE, NAME or NOTHING, `strength` how much of it (0 to 1), `words` says it."""

    level: int
    strength: float
    words: str


def named_in_text(sides: Sides, texts: Sequence[str]) -> pd.DataFrame:
    """Where the bank prints one of these texts: `line`, and `at`, its position among them; short ones are not asked."""
    asked = pd.DataFrame({"word": pd.Series(keys(texts, SHORTEST_ID), dtype=TEXT), "at": range(len(texts))})
    return sides.bank.printed.merge(asked[asked["word"] != ""], on="word")[["line", "at"]].drop_duplicates()


@lru_cache(200_000)
def common(text: str, told: bool, payer: str, reference: str) -> Common:
    """What a bank line's words have of a receipt's payer and reference.

    `told` is whether the line has words that are not about campaign or fund: without any, it names nobody.
    """
    own, asked = squashed(text), squashed(reference)
    figures = sum(c.isdigit() for c in asked)
    # without figures it is what many type: the appeal and the fund
    if figures >= FIGURES and asked in own:
        return Common(REFERENCE, 1.0, f'the reference "{reference}"')
    strength, found = named(text, payer) if told else (0.0, [])
    if told and strength < WHOLE and reference:
        # the books may have copied the name as it was typed
        again, words = named(text, reference)
        if len(words) > 1 and again > strength and any(map(is_name, words)):
            strength, found = again, words
    if told and asked and asked == own and not any(c.isdigit() for c in own) and (found or not payer):
        return Common(REFERENCE, 1.0, f'the reference "{reference}", word for word')
    if figures >= FIGURES and strength < FITS:
        strength /= 2  # a payment of this receipt would have printed its reference
    if found:
        return Common(NAME, strength, f'the payer "{payer}" by "{" ".join(found)}"')
    return Common(NOTHING, 0.0, "")
