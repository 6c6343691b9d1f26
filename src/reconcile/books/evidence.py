"""What a bank line and a receipt have in common besides amount and day: a number, a reference, a payer's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.books.distinct import Numbers
from reconcile.books.pairs import joined
from reconcile.books.payers import FITS, WHOLE, Payer, Typed, named, payer_of, typed
from reconcile.books.sides import FIGURES, Sides, keys
from reconcile.matching.names import is_name
from reconcile.matching.words import digits_in, squashed

NUMBER, REFERENCE, NAME, NOTHING = 3, 2, 1, 0
"""What they have in common, the most telling first."""

ENOUGH = 0.6
"""A name must be there so surely."""


class Common(NamedTuple):
    """`level` is NUMBER, REFERENCE, NAME or NOTHING, `strength` how much of it (0 to 1), `words` says it."""

    level: int
    strength: float
    words: str


@dataclass(frozen=True, slots=True)
class Reference:
    """What the books have as the reference, read once: `numbered` if it has figures enough to tell a payment.

    `payer` is it read as a name, where it has what may be one: the books may have copied the name as it was typed.
    """

    text: str
    squashed: str
    figures: int
    payer: Payer | None

    @property
    def numbered(self) -> bool:
        """Whether a payment of the receipt would have printed it: without figures it is what many type."""
        return self.figures >= FIGURES


def reference_of(text: str) -> Reference:
    """A receipt's reference, read."""
    asked, payer = squashed(text), payer_of(text)
    may_name = any(map(is_name, payer.names)) if len(payer.names) > 1 else bool(payer.names and payer.letters)
    return Reference(text, asked, digits_in(asked), payer if may_name else None)


def named_in_text(sides: Sides, texts: Sequence[str]) -> pd.DataFrame:
    """Where the bank prints one of these texts: `line`, and `at`, its position among them; short ones are not asked.

    The texts are receipts' numbers or names of batches.
    """
    line, word = sides.printed
    asked = sides.words.get_indexer(pd.Index(keys(texts), dtype=object))
    known = np.flatnonzero(asked >= 0)
    where, at = joined(word, asked[known].astype(np.int64))
    return pd.DataFrame({"line": line[where], "at": known[at]}).drop_duplicates()


def common(text: Typed, told: bool, payer: Payer, reference: Reference) -> Common:
    """What a bank line's words have of a receipt's payer and reference.

    `told` is whether the line has words that are not about campaign or fund: without any, it names nobody.
    """
    own, asked = text.glued, reference.squashed
    if reference.numbered and asked in own:
        return Common(REFERENCE, 1.0, f'the reference "{reference.text}"')
    strength, found = named(text, payer) if told else (0.0, [])
    if told and strength < WHOLE and reference.payer:
        again, words = named(text, reference.payer)
        if len(words) > 1 and again > strength and any(map(is_name, words)):
            strength, found = again, words
    if told and asked and asked == own and not reference.figures and (found or not payer.text):
        return Common(REFERENCE, 1.0, f'the reference "{reference.text}", word for word')
    if reference.numbered and strength < FITS:
        strength /= 2  # a payment of this receipt would have printed its reference
    if found:
        return Common(NAME, strength, f'the payer "{payer.text}" by "{" ".join(found)}"')
    return Common(NOTHING, 0.0, "")


def common_of(sides: Sides, lines: Numbers, receipts: Numbers) -> tuple[list[Common], Numbers]:
    """What pairs have in common, each answer once, and of each pair which answer is its own."""
    texts, booked = sides.bank.texts, sides.receipts.texts
    pairs, at = np.unique(texts.of[lines] * len(booked.known) + booked.of[receipts], return_inverse=True)
    # one text after the other, so that each is read once and only one is held
    own, of = typed(""), -1
    read: dict[int, tuple[Payer, Reference]] = {}
    found = []
    for pair in pairs.tolist():
        text, receipt = divmod(pair, len(booked.known))
        if text != of:
            own, of = typed(texts.known[text][0]), text
        if receipt not in read:
            payer, reference = booked.known[receipt]
            read[receipt] = payer_of(payer), reference_of(reference)
        found.append(common(own, texts.known[text][1], *read[receipt]))
    return found, at
