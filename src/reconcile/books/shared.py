"""Which bank lines and receipts may have a name or a reference in common, found from their distinct words alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from reconcile.books.distinct import Numbers, in_order, spread
from reconcile.books.evidence import Reference, reference_of
from reconcile.books.inside import Inside
from reconcile.books.pairs import Flags, as_one, runs
from reconcile.books.payers import LONG, Payer, Typed, named_beside_letter, payer_of, typed
from reconcile.books.sides import FIGURES, Sides
from reconcile.matching.names import is_name
from reconcile.matching.words import digits_in

MOST = 64
"""Receipts of one amount and name in near days beyond which they are not looked at one by one: a line that so many may
be is a question, whichever is most like it."""

LEAST_LIKE, FARTHEST = 79, 1.6
"""Of 100: every word that is taken for a name mistyped is so like it, or more; and so many times as long at most."""

AT_ONCE = 2_000
"""Distinct texts whose words are held against all names at once."""

PIECE = 4
"""Letters and figures of a reference by which texts that may have it are found."""

FAMILY, GIVEN, INITIALS, REFERENCE, WHOLE = "family", "given", "initials", "reference", "whole"
"""What is asked for: names, a given name's initial beside the family's, a reference's figures, a whole reference."""


class Shared(NamedTuple):
    """`lines` and `receipts` are pairs that may have something in common; others of one amount have nothing.

    Except where the lists are too long: `unseen` tells of which lines and which receipts pairs were left out, `crowded`
    of which of them such pairs may be more than a given name.
    """

    lines: Numbers
    receipts: Numbers
    unseen: tuple[Flags, Flags]
    crowded: tuple[Flags, Flags]


def sharing(sides: Sides, window: int) -> Shared:
    """The pairs of one amount and near days that may have a name or a reference in common."""
    bank, books = sides.bank, sides.receipts
    asked = _Asked()
    of_receipts = [asked.of(payer_of(payer), reference_of(reference)) for payer, reference in books.texts.known]
    line, own = spread(_Finder(asked).found(bank.texts.known), bank.texts.of)
    receipt, booked = spread(of_receipts, books.texts.of)
    given = np.array([kind == GIVEN for kind, _ in asked.numbers], dtype=bool)
    one, other = as_one((bank.cents[line], own), (books.cents[receipt], booked))
    pairs = []
    marks = [np.zeros(len(side), dtype=bool) for side in (bank, books, bank, books)]
    for by_given in (False, True):
        a, b = np.flatnonzero(given[own] == by_given), np.flatnonzero(given[booked] == by_given)
        near = runs((one[a], bank.day[line[a]]), (other[b], books.day[receipt[b]]), window)
        near, crowd = near.but_crowds(MOST)
        left, right = near.pairs()
        pairs.append(line[a][left] * len(books) + receipt[b][right])
        for at in (0,) if by_given else (0, 2):
            marks[at][line[a][crowd[0]]] = True
            marks[at + 1][receipt[b][crowd[1]]] = True
    lines, receipts = np.divmod(in_order(np.concatenate(pairs)), max(len(books), 1))
    return Shared(lines, receipts, (marks[0], marks[1]), (marks[2], marks[3]))


@dataclass(eq=False)
class _Asked:
    """What the books ask for, by kind and words, each with a number.

    A payer's family name and its other names are of two kinds: without the family's name nobody is named surely.
    """

    numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def of(self, payer: Payer, reference: Reference) -> list[int]:
        """The numbers of what a bank text may have of them."""
        asked = {(GIVEN if name != payer.family else FAMILY, name) for name in payer.names} | _by_initials(payer)
        if reference.payer:
            asked |= {(FAMILY, name) for name in reference.payer.names if is_name(name)}
            asked |= _by_initials(reference.payer)
        if reference.numbered:
            asked.add((REFERENCE, reference.squashed))
        elif reference.squashed and not payer.text:
            asked.add((WHOLE, reference.squashed))
        return sorted(self.numbers.setdefault(each, len(self.numbers)) for each in sorted(asked))


def _by_initials(payer: Payer) -> set[tuple[str, str]]:
    only = payer.names if len(payer.names) == 1 else ()
    return {(INITIALS, name[0] + letter) for name in only for letter in payer.letters}


class _Finder:
    """What of all that is asked for stands in a text: no less than `common` finds there, and little more."""

    def __init__(self, asked: _Asked) -> None:
        self.numbers = asked.numbers
        names = {word for kind, word in asked.numbers if kind in (FAMILY, GIVEN)}
        self.names = {n: [asked.numbers[k, n] for k in (FAMILY, GIVEN) if (k, n) in asked.numbers] for n in names}
        self.in_order = sorted(names)
        self.by_length = sorted((name for name in names if len(name) >= LONG), key=len)
        self.lengths = [len(name) for name in self.by_length]
        self.long_names = Inside(self.by_length, LONG)
        self.references = Inside((word for kind, word in asked.numbers if kind == REFERENCE), PIECE, _piece)

    def found(self, texts: Sequence[tuple[str, bool]]) -> list[list[int]]:
        """Of each text the numbers of what stands there."""
        found = []
        for at in range(0, len(texts), AT_ONCE):
            read = [(typed(text), told) for text, told in texts[at : at + AT_ONCE]]
            alike = self._alike({word for text, told in read if told for word in text.slips})
            found += [self._in_text(text, told, alike) for text, told in read]
        return found

    def _in_text(self, text: Typed, told: bool, alike: Mapping[str, list[str]]) -> list[int]:
        glued = text.glued
        found: set[int] = set()
        if digits_in(glued) >= FIGURES:
            found = {self.numbers[REFERENCE, reference] for reference in self.references.of(glued)}
        if not told:
            return sorted(found)
        for name in self._names(text, alike):
            found.update(self.names[name])
        others = [(WHOLE, glued), *((INITIALS, letter + name[0]) for name, letter in named_beside_letter(text.words))]
        found.update(self.numbers[each] for each in others if each in self.numbers)
        return sorted(found)

    def _names(self, text: Typed, alike: Mapping[str, list[str]]) -> set[str]:
        """The names that stand in a text: as a word, inside one, mistyped, or cut off."""
        last = text.words[-1] if text.words else ""
        names = {word for word in text.words if word in self.names} | self.long_names.of(text.glued)
        for word in text.slips:
            names.update(alike.get(word, ()))
        if text.cut and len(last) > 1:
            rest = self.in_order[bisect_left(self.in_order, last) :]
            names.update(takewhile(lambda name: name.startswith(last), rest))
        return names

    def _alike(self, words: Iterable[str]) -> dict[str, list[str]]:
        """The names that are like each of some words; all words of one length are held against all names at once."""
        found: dict[str, list[str]] = {}
        for length, group in groupby(sorted(words, key=lambda word: (len(word), word)), key=len):
            own = list(group)
            begin, end = (bisect_left(self.lengths, length * share) for share in (1 / FARTHEST, FARTHEST))
            names = self.by_length[begin:end]
            likeness = process.cdist(own, names, scorer=fuzz.ratio, score_cutoff=LEAST_LIKE, dtype=np.uint8)
            for word, name in np.argwhere(likeness).tolist():
                found.setdefault(own[word], []).append(names[name])
        return found


def _piece(reference: str) -> str:
    """Of a reference the letters and figures that fewest texts may have: the last ones with the most figures."""
    pieces = [reference[at : at + PIECE] for at in range(len(reference) - PIECE + 1)]
    return max(reversed(pieces), key=digits_in)
