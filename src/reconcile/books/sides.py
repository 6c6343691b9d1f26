"""The two sides as they are compared: the bank's lines and the charity's receipts, by whole cents, days and words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA

from reconcile import money
from reconcile.books.fund_words import reader
from reconcile.books.payers import CUT, SHORTEST_NAME, names_in, squashed
from reconcile.campaigns import FundVocabulary
from reconcile.errors import FrameRefused, shown
from reconcile.matching.narrative import REFERENCE_WIDTH, narrate
from reconcile.matching.words import chunks, fold
from reconcile.schema import MATCHES, RECEIPTS, TEXT, TRANSACTIONS

FIGURES = 4
"""Figures of a number that may tell a payment from another."""

Numbers = npt.NDArray[np.int64]

_DECIDING = re.compile(r"(?:^|; )([^=;]+?) =")
"""The words that decided, as a match's evidence gives them: `ROOF = alias …; GIFT = fund`."""


_GLUED = re.compile(r"([A-Z]+)([0-9]{4,})")
MOST_LETTERS = 6
"""Letters before the figures of a receipt's number, such as REC."""


@dataclass(frozen=True, eq=False)
class Side:
    """One side: of each row its id, whole cents, day (since 1970 began), fund and campaign; missing texts are empty."""

    ids: list[str]
    cents: Numbers
    day: Numbers
    fund: list[str]
    campaign: list[str]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Bank(Side):
    """The bank's lines: `text` are the payer's words but those about campaign or fund, `words` all that are printed.

    `told` says whether words stand there that are not about campaign or fund, `typed` are all the payer's words as one.
    """

    kind: list[str]
    text: list[str]
    words: list[tuple[str, ...]]
    told: npt.NDArray[np.bool_]
    typed: list[str]

    @cached_property
    def printed(self) -> pd.DataFrame:
        """Each word of each line, and each two neighbours joined: `line` (its row) and `word`."""
        pairs = [(at, w) for at, words in enumerate(self.words) for w in _as_printed(words)]
        return pd.DataFrame(pairs, columns=["line", "word"]).astype({"line": "int64", "word": TEXT})


@dataclass(frozen=True, eq=False)
class Books(Side):
    """The receipts, with what the books say of each."""

    payer: list[str]
    reference: list[str]
    batch: list[str]


@dataclass(frozen=True, eq=False)
class Sides:
    """Both sides, each in the order of day and id, so that the order in which they were given decides nothing."""

    bank: Bank
    receipts: Books


def sides_of(
    transactions: pd.DataFrame, receipts: pd.DataFrame, matches: pd.DataFrame | None, funds: FundVocabulary
) -> Sides:
    """Both sides made ready; raises FrameRefused for frames that lack columns, or have an id twice."""
    lines, own = TRANSACTIONS.check(transactions), RECEIPTS.check(receipts)
    _once(lines["transaction_id"], "transactions", "Pass merge_statements(…).transactions.")
    _once(own["receipt_id"], "receipts", "Give each receipt its own number.")
    codes = _codes(own, matches)
    about = Words(frozenset(codes) | _spellings(own, funds), reader(funds), _only(codes))
    return Sides(_bank(lines, matches, about), _receipts(own, about))


@dataclass(frozen=True)
class Words:
    """What is about campaign or fund: `about` are the words, `fund_of` and `campaign_of` read a text, one or empty."""

    about: frozenset[str]
    fund_of: Callable[[str], str]
    campaign_of: Callable[[str], str]


def _codes(own: pd.DataFrame, matches: pd.DataFrame | None) -> dict[str, str]:
    """The campaigns that either side knows, by the word that is typed for each: its code."""
    known = {*own["campaign"].dropna().unique(), *([] if matches is None else matches["campaign"].dropna().unique())}
    return {squashed(code): code.casefold() for code in sorted(known)}


def _only(codes: Mapping[str, str]) -> Callable[[str], str]:
    def campaign_of(text: str) -> str:
        found = {codes[word] for word in chunks(fold(text)) if word in codes}
        return found.pop() if len(found) == 1 else ""

    return campaign_of


def _spellings(own: pd.DataFrame, funds: FundVocabulary) -> frozenset[str]:
    texts = [*own["fund"].dropna().unique(), *(word for fund in funds for word in (fund.name, *fund.spellings))]
    return frozenset(word for text in texts for word in chunks(fold(text)) if len(word) >= SHORTEST_NAME)


def _once(ids: pd.Series[Any], name: str, do: str) -> None:
    twice = ids[ids.duplicated()]
    if len(twice):
        raise FrameRefused(f"{name} has the id {shown(twice.min(), 40)} twice", do=do)


def days(values: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Days since 1970 began."""
    return values.to_numpy().astype("datetime64[D]").astype(np.int64)


def _as_printed(words: tuple[str, ...]) -> set[str]:
    """Words, neighbours joined, and numbers with what letters may belong to them: `ROOFR0077` has 0077 and R0077."""
    found = {*words, *map("".join, pairwise(words))}
    for letters, figures in (m.groups() for w in words for m in _GLUED.finditer(w)):
        found |= {letters[at:] + figures for at in range(max(0, len(letters) - MOST_LETTERS), len(letters) + 1)}
    return found


def _bank(lines: pd.DataFrame, matches: pd.DataFrame | None, about: Words) -> Bank:
    lines = lines.sort_values(["date", "transaction_id"])
    both = list(zip(lines["description"].tolist(), _plain(lines["bank_reference"]), strict=True))
    read = {pair: _read(*pair) for pair in set(both)}
    printed = [read[pair][0] for pair in both]
    found = _matched(lines["transaction_id"], matches)
    evidence = [""] * len(printed) if found is None else _plain(found["evidence"])
    fund, campaign, kind = (
        [""] * len(printed) if found is None else _plain(found[name]) for name in ("fund", "campaign", "kind")
    )
    deciding = [about.about | _deciding(words) for words in evidence]
    return Bank(
        lines["transaction_id"].tolist(),
        money.cents(lines["amount"]),
        days(lines["date"]),
        [name.casefold() or about.fund_of(text) for name, text in zip(fund, printed, strict=True)],
        [code.casefold() or about.campaign_of(text) for code, text in zip(campaign, printed, strict=True)],
        kind,
        [_without(text, words) for text, words in zip(printed, deciding, strict=True)],
        [read[pair][1] for pair in both],
        np.array([_left(text, words) for text, words in zip(printed, deciding, strict=True)], dtype=bool),
        [squashed(text) for text in printed],
    )


def _read(description: str, reference: str) -> tuple[str, tuple[str, ...]]:
    text = narrate(description, reference or None).payer
    return text, tuple(chunks(fold(f"{description} {reference}")))


def _matched(ids: pd.Series[Any], matches: pd.DataFrame | None) -> pd.DataFrame | None:
    """What the matches know of each line, in the order of the lines; None without matches."""
    if matches is None:
        return None
    known = MATCHES.check(matches).drop_duplicates("transaction_id").set_index("transaction_id")
    lacking = ids[~ids.isin(known.index)]
    if len(lacking):
        what = f"matches lacks {len(lacking)} of {len(ids)} transactions, the first {shown(lacking.min())}"
        raise FrameRefused(what, do="Match exactly these transactions, or leave matches out.")
    return known.reindex(ids)


@lru_cache(10_000)
def _deciding(evidence: str) -> frozenset[str]:
    return frozenset(word for part in _DECIDING.findall(evidence) for word in chunks(fold(part)))


@lru_cache(100_000)
def _without(text: str, deciding: frozenset[str]) -> str:
    """The text without the words that are about campaign or fund, and without what is left of one that was cut."""
    words = chunks(fold(text))
    kept = [w for w in words if not _is_one_of(w, deciding)]
    cut = len(words) > 1 and len(text) >= REFERENCE_WIDTH - 1 and len(words[-1]) < SHORTEST_NAME
    if cut and kept and kept[-1] == words[-1] and _is_one_of(words[-2], deciding):
        kept.pop()
    return " ".join([*kept, CUT] if len(text) >= REFERENCE_WIDTH - 1 else kept)


@lru_cache(100_000)
def _left(text: str, deciding: frozenset[str]) -> bool:
    """Whether words or numbers stand there that are not about campaign or fund."""
    rest = [w for w in names_in(text) if not _is_one_of(w, deciding)]
    return bool(rest) or any(sum(c.isdigit() for c in word) >= FIGURES for word in chunks(fold(text)))


def _is_one_of(word: str, deciding: frozenset[str]) -> bool:
    """Whether a word is one of these, mistyped by a letter, or several of them typed as one."""
    if word in deciding or any(OSA.distance(word, other) == 1 for other in deciding if len(other) > 2):
        return True
    rest = word
    for other in sorted(deciding, key=len, reverse=True):
        rest = rest.replace(other, " ", 1)
    return rest != word and len(rest.replace(" ", "")) < SHORTEST_NAME


def _receipts(own: pd.DataFrame, about: Words) -> Books:
    own = own.sort_values(["date", "receipt_id"])
    fund, campaign = ([text.casefold() for text in _plain(own[name])] for name in ("fund", "campaign"))
    told = [_plain(own[name]) for name in ("payer", "reference", "batch")]
    # what the books do not say in a column of its own, their reference may
    fund = [name or about.fund_of(fold(text)) for name, text in zip(fund, told[1], strict=True)]
    campaign = [code or about.campaign_of(text) for code, text in zip(campaign, told[1], strict=True)]
    return Books(own["receipt_id"].tolist(), money.cents(own["amount"]), days(own["date"]), fund, campaign, *told)


def _plain(texts: pd.Series[Any]) -> list[str]:
    return [str(text).strip() for text in texts.fillna("").tolist()]


def keys(texts: Iterable[str], least: int) -> list[str]:
    """Each text squashed, empty where fewer letters and figures are left, or no figure in less than twice as many."""
    found = [squashed(text) for text in texts]
    return [
        key if len(key) >= least and (any(c.isdigit() for c in key) or len(key) >= 2 * least) else "" for key in found
    ]
