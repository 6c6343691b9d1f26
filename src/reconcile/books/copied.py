"""Receipts written from the statement: of the bank's day, with the payer's words as the bank printed them."""

from __future__ import annotations

from collections import Counter

from reconcile.books.aims import crosses
from reconcile.books.evidence import REFERENCE
from reconcile.books.links import Link
from reconcile.books.one_to_one import EQUAL, RULES
from reconcile.books.sides import Sides
from reconcile.matching.words import squashed

SHORTEST = 3
"""Letters and figures of words that can have been copied."""

SHARE = 0.5
"""So many of the references in the books must be of one day and text with a bank line: then the books are written from
the statement. In others the appeal's name is on many lines and receipts of one amount and day by chance."""

Copied = tuple[int, int, str]


def word_for_word(sides: Sides) -> list[Link]:
    """Lines and receipts of one day, amount and text, as many on both sides; what was banked in a batch is left out."""
    bank, books = sides.bank, sides.receipts
    batches = Counter(books.batch)
    lines: dict[Copied, list[int]] = {}
    receipts: dict[Copied, list[int]] = {}
    for at, text in enumerate(bank.typed):
        if len(text) >= SHORTEST:
            lines.setdefault((int(bank.day[at]), int(bank.cents[at]), text), []).append(at)
    for at, reference in enumerate(books.reference):
        text = squashed(reference)
        if len(text) >= SHORTEST and not (books.batch[at] and batches[books.batch[at]] > 1):
            receipts.setdefault((int(books.day[at]), int(books.cents[at]), text), []).append(at)
    alike = sum(min(len(receipts[key]), len(lines[key])) for key in lines.keys() & receipts.keys())
    if alike < SHARE * sum(map(len, receipts.values())):
        return []
    found = []
    for key in sorted(lines.keys() & receipts.keys()):
        own, booked = lines[key], receipts[key]
        if len(own) == len(booked) and not any(crosses(sides, line, booked) for line in own):
            count = f"{len(own)} times on both sides, " if len(own) > 1 else ""
            words = f'{count}the reference "{books.reference[booked[0]]}" word for word, the same amount and day'
            rule = EQUAL if len(own) > 1 else RULES[REFERENCE]
            found.append(Link(tuple(own), tuple(booked), rule, words, 0.99))
    return found
