"""What the bank printed -> the channel, the counterparty, and the payer's own words."""

from __future__ import annotations

import re
from typing import NamedTuple

from reconcile.matching import bank_words
from reconcile.matching.words import fold

REFERENCE_WIDTH = 20
"""FNB keeps at most 20 characters of a payer's reference; a longer one loses its end."""


class Narrative(NamedTuple):
    """One description taken apart.

    `kind` is set where the bank's words alone say what the line is (fee, bank_interest, settlement, transfer); `payer`
    is what is left for the payer's own words, folded to capitals; `cut` tells that their end may be missing.
    """

    channel: str
    kind: str | None
    counterparty: str
    place: str
    payer: str
    cut: bool
    reversal: bool


def _spaced(phrase: str) -> str:
    return r"\s*".join(re.escape(word) for word in phrase.split())


def _table(phrases: dict[str, str]) -> re.Pattern[str]:
    longest = sorted(phrases, key=len, reverse=True)
    return re.compile("^(?:" + "|".join(f"({_spaced(p)})" for p in longest) + r")(?=[^A-Z0-9]|$)")


def _channels(phrases: dict[str, str]) -> list[str]:
    return [phrases[p] for p in sorted(phrases, key=len, reverse=True)]


_PREFIXES = bank_words.FROM_FNB | bank_words.TRANSFER_FROM | bank_words.FROM_OTHER_BANKS
_PREFIX, _PREFIX_CHANNEL = _table(_PREFIXES), _channels(_PREFIXES)
_CASH = re.compile("^(?:" + "|".join(f"({_spaced(p)})" for p in sorted(bank_words.CASH, key=len, reverse=True)) + r")")
_CASH_CHANNEL = _channels(bank_words.CASH)
_BANK = re.compile(
    "^("
    + "|".join(_spaced(b) for b in sorted(bank_words.BANKS, key=len, reverse=True))
    + r")(?:(?=[^A-Z0-9]|$)|(?<=INVESTECPB)|(?<=BIDVESTCRS))\*?"
)
_GATEWAY = re.compile("^(" + "|".join(_spaced(g) for g in bank_words.GATEWAYS) + r")(?=[^A-Z]|$)")
# the machine's place has 9 characters and runs into the reference when it fills them
_MACHINE = re.compile(
    r"^\s*(?P<number>[0-9]{4,9})|^(?P<full>[A-Z]{9})(?=[A-Z])|^\s*(?P<place>[A-Z]{3,9}\b\.?(?:\s+[A-Z]?[0-9]{4,6}\b)?)"
)
_TRANSFERS = frozenset(bank_words.TRANSFER_FROM.values())


def narrate(description: str, bank_reference: str | None = None) -> Narrative:
    """The description taken apart; a bank reference of its own column, unless it is blank, has the payer's words."""
    text = fold(description).strip()
    if text[:1] in bank_words.FEES_BEGIN and bank_words.FEES.search(text):
        return Narrative("bank", "fee", "", "", text, False, False)
    if text[:1] in bank_words.BANK_INTEREST_BEGINS and bank_words.BANK_INTEREST.search(text):
        return Narrative("bank", "bank_interest", "", "", text, False, False)
    reversal = any(part in text for part in bank_words.OF_REVERSALS) and bool(bank_words.REVERSAL.search(text))
    if reversal:
        text = bank_words.REVERSAL.sub(" ", text).strip()
    channel, place, rest = _channel(text)
    bank, rest = _counterparty(channel, rest)
    if reversal and not channel:
        channel, place, rest = _channel(rest)
    if "R0" in rest:
        rest = bank_words.DEAL_NUMBER.sub(" ", rest)
    if channel in ("", "real-time clearing", "PayShap", "EFT"):
        rest = bank_words.TRACE_NUMBER.sub(" ", rest)
    payer = fold(bank_reference or "").strip() or rest.strip()
    cut = len(payer) >= REFERENCE_WIDTH
    kind = "transfer" if channel in _TRANSFERS else None
    if channel != "FNB app" and _GATEWAY.match(rest.strip()):
        kind = "settlement"
    return Narrative(channel, kind, bank, place, payer, cut, reversal)


def own_words(text: str) -> Narrative:
    """A text in which no word is the bank's, and of which nothing was cut off: as a gateway's report has it."""
    return Narrative("", None, "", "", fold(text).strip(), False, False)


def _channel(text: str) -> tuple[str, str, str]:
    if found := _PREFIX.match(text):
        return _PREFIX_CHANNEL[(found.lastindex or 1) - 1], "", text[found.end() :]
    if found := _CASH.match(text):
        rest = text[found.end() :]
        spot = _MACHINE.match(rest)
        place = spot.group(spot.lastgroup or 0) if spot else ""
        return _CASH_CHANNEL[(found.lastindex or 1) - 1], place, rest[spot.end() :] if spot else rest
    return "", "", text


def _counterparty(channel: str, rest: str) -> tuple[str, str]:
    # other FNB customers' payments carry no bank's name; there, such a word is the payer's own
    if channel in ("", "EFT", "real-time clearing", "PayShap") and (found := _BANK.match(rest.lstrip())):
        return " ".join(found.group(1).split()), rest.lstrip()[found.end() :]
    return "", rest
