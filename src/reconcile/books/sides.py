"""The two sides as they are compared: the bank's lines and the charity's receipts, by whole cents, days and words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from reconcile import money
from reconcile.books.distinct import Distinct, Numbers, distinct, each, spread
from reconcile.books.fund_words import reader
from reconcile.books.payers import CUT, SHORTEST_NAME, names_in
from reconcile.campaigns import FundVocabulary
from reconcile.errors import FrameRefused, shown
from reconcile.matching.narrative import REFERENCE_WIDTH, narrate
from reconcile.matching.words import digits_in, fold, squashed, words_of
from reconcile.schema import MATCHES, RECEIPTS, TRANSACTIONS, day_numbers

FIGURES = 4
"""Figures of a number that may tell a payment from another."""

SHORTEST_ID = 4
"""Letters and figures of a receipt's number or a batch's that may stand in a bank text by more than chance."""

_DECIDING = re.compile(r"(?:^|; )([^=;]+?) =")
"""The words that decided, as a match's evidence gives them: `ROOF = alias …; GIFT = fund`."""


_GLUED = re.compile(r"([A-Z]+)([0-9]{4,})")
_AT_ONCE = 4096
"""Words that are held against others at once."""

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

    def rows(self, at: Numbers) -> tuple[Numbers, Numbers]:
        """Cents and days of some rows."""
        return self.cents[at], self.day[at]


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
    def texts(self) -> Distinct[tuple[str, bool]]:
        """The distinct texts, each with whether it tells."""
        return distinct(zip(self.text, self.told.tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class Books(Side):
    """The receipts, with what the books say of each."""

    payer: list[str]
    reference: list[str]
    batch: list[str]

    @cached_property
    def texts(self) -> Distinct[tuple[str, str]]:
        """The distinct payers with their references."""
        return distinct(zip(self.payer, self.reference, strict=True))

    @cached_property
    def banked(self) -> npt.NDArray[np.bool_]:
        """Which were banked with others."""
        batches = Counter(self.batch)
        return np.array([bool(batch) and batches[batch] > 1 for batch in self.batch], dtype=bool)


@dataclass(frozen=True, eq=False)
class Sides:
    """Both sides, each in the order of day and id, so that the order in which they were given decides nothing."""

    bank: Bank
    receipts: Books

    @cached_property
    def words(self) -> pd.Index[Any]:
        """What is looked for among the words that the bank prints: numbers, batches and payers' longer names."""
        books = self.receipts
        names = {word for payer in set(books.payer) for word in names_in(payer) if len(word) > SHORTEST_NAME}
        return pd.Index(sorted(names.union(keys(books.ids), keys(set(books.batch))) - {""}), dtype=object)

    @cached_property
    def printed(self) -> tuple[Numbers, Numbers]:
        """Where the bank prints one of these words, or as two neighbours: rows of the bank and which word."""
        known = {word: at for at, word in enumerate(self.words)}
        once = distinct(self.bank.words)
        there = [sorted({known[w] for w in _as_printed(words) if w in known}) for words in once.known]
        return spread(there, once.of)

    @cached_property
    def aims(self) -> tuple[tuple[Numbers, Numbers], tuple[Numbers, Numbers]]:
        """The fund of each line and receipt as a number, and the campaign; 0 where none is known."""
        return _numbered(self.bank.fund, self.receipts.fund), _numbered(self.bank.campaign, self.receipts.campaign)


def _numbered(own: list[str], other: list[str]) -> tuple[Numbers, Numbers]:
    found = distinct(chain(("",), own, other)).of[1:]
    return found[: len(own)], found[len(own) :]


def sides_of(
    transactions: pd.DataFrame, receipts: pd.DataFrame, matches: pd.DataFrame | None, funds: FundVocabulary
) -> Sides:
    """Both sides made ready; raises FrameRefused for frames that lack columns, or have an id twice."""
    lines, own = lines_of(transactions), RECEIPTS.check(receipts)
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
        found = {codes[word] for word in words_of(text) if word in codes}
        return found.pop() if len(found) == 1 else ""

    return campaign_of


def _spellings(own: pd.DataFrame, funds: FundVocabulary) -> frozenset[str]:
    texts = [*own["fund"].dropna().unique(), *(word for fund in funds for word in (fund.name, *fund.spellings))]
    return frozenset(word for text in texts for word in words_of(text) if len(word) >= SHORTEST_NAME)


def lines_of(transactions: pd.DataFrame) -> pd.DataFrame:
    """The bank's lines, checked; raises FrameRefused for a frame that lacks columns, or has an id twice."""
    lines = TRANSACTIONS.check(transactions)
    _once(lines["transaction_id"], "transactions", "Pass merge_statements(…).transactions.")
    return lines


def aligned(matches: pd.DataFrame, ids: pd.Series[str]) -> pd.DataFrame:
    """The matches of some transactions, one each and in their order; raises FrameRefused where one has none."""
    known = MATCHES.check(matches).drop_duplicates("transaction_id").reset_index(drop=True)
    if known["transaction_id"].equals(ids):
        return known
    place = pd.Index(known["transaction_id"]).get_indexer(pd.Index(ids))
    lacking = ids[place < 0]
    if len(lacking):
        what = f"matches lacks {len(lacking)} of {len(ids)} transactions, the first {shown(lacking.min())}"
        raise FrameRefused(what, do="Match exactly these transactions, or leave matches out.")
    ordered: pd.DataFrame = known.iloc[place].reset_index(drop=True)
    return ordered


def _once(ids: pd.Series[Any], name: str, do: str) -> None:
    twice = ids[ids.duplicated()]
    if len(twice):
        raise FrameRefused(f"{name} has the id {shown(twice.min(), 40)} twice", do=do)


def _as_printed(words: tuple[str, ...]) -> set[str]:
    """Words, neighbours joined, and numbers with what letters may belong to them: `ROOFR0077` has 0077 and R0077."""
    found = {*words, *map("".join, pairwise(words))}
    for letters, figures in (m.groups() for w in words for m in _GLUED.finditer(w)):
        found |= {letters[at:] + figures for at in range(max(0, len(letters) - MOST_LETTERS), len(letters) + 1)}
    return found


def _bank(lines: pd.DataFrame, matches: pd.DataFrame | None, about: Words) -> Bank:
    lines = lines.sort_values(["date", "transaction_id"])
    read = each(_read, zip(lines["description"].tolist(), _plain(lines["bank_reference"]), strict=True))
    printed = [text for text, _ in read]
    found = None if matches is None else aligned(matches, lines["transaction_id"])
    evidence = [""] * len(printed) if found is None else _plain(found["evidence"])
    fund, campaign, kind = (
        [""] * len(printed) if found is None else _plain(found[name]) for name in ("fund", "campaign", "kind")
    )
    rest, of = _besides(printed, evidence, about.about)
    return Bank(
        lines["transaction_id"].tolist(),
        money.cents(lines["amount"]),
        day_numbers(lines["date"]),
        [name.casefold() or of_text for name, of_text in zip(fund, each(about.fund_of, printed), strict=True)],
        [code.casefold() or of_text for code, of_text in zip(campaign, each(about.campaign_of, printed), strict=True)],
        kind,
        [rest[at][0] for at in of.tolist()],
        [words for _, words in read],
        np.array([rest[at][1] for at in of.tolist()], dtype=bool),
        each(squashed, printed),
    )


def _read(printed: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    description, reference = printed
    return narrate(description, reference).payer, words_of(f"{description} {reference}")


def _besides(printed: list[str], evidence: list[str], about: frozenset[str]) -> tuple[list[tuple[str, bool]], Numbers]:
    """Of each distinct text and evidence what is not about campaign or fund, and whether it tells; and which is whose.

    The words of texts of one evidence are held against what decided all at once.
    """
    deciding = each(_deciding, evidence)
    once = distinct(zip(printed, deciding, strict=True))
    texts: dict[frozenset[str], list[tuple[int, str]]] = {}
    for at, (text, decided) in enumerate(once.known):
        texts.setdefault(decided, []).append((at, text))
    found: list[tuple[str, bool]] = [("", False)] * len(once.known)
    for decided, own in texts.items():
        aim = _about_aim({word for _, text in own for word in words_of(text)}, about | decided)
        for at, text in own:
            found[at] = _without(text, aim), _left(text, aim)
    return found, once.of


def _deciding(evidence: str) -> frozenset[str]:
    return frozenset(word for part in _DECIDING.findall(evidence) for word in words_of(part))


def _without(text: str, aim: set[str]) -> str:
    """The text without the words that are about campaign or fund, and without what is left of one that was cut."""
    words = words_of(text)
    kept = [w for w in words if w not in aim]
    cut = len(words) > 1 and len(text) >= REFERENCE_WIDTH - 1 and len(words[-1]) < SHORTEST_NAME
    if cut and kept and kept[-1] == words[-1] and words[-2] in aim:
        kept.pop()
    return " ".join([*kept, CUT] if len(text) >= REFERENCE_WIDTH - 1 else kept)


def _left(text: str, aim: set[str]) -> bool:
    """Whether words or numbers stand there that are not about campaign or fund."""
    rest = [w for w in names_in(text) if w not in aim]
    return bool(rest) or any(digits_in(word) >= FIGURES for word in words_of(text))


def _about_aim(words: set[str], deciding: frozenset[str]) -> set[str]:
    """The words that are one of these, mistyped by a letter, or several of them typed as one."""
    asked, known = sorted(words), sorted(other for other in deciding if len(other) > 2)
    near = {
        word
        for at in range(0, len(asked), _AT_ONCE)
        for word, hit in zip(
            asked[at : at + _AT_ONCE],
            (process.cdist(asked[at : at + _AT_ONCE], known, scorer=OSA.distance, score_cutoff=1) == 1).any(axis=1),
            strict=True,
        )
        if hit
    }
    longest = sorted(deciding, key=lambda other: (-len(other), other))
    return near | {word for word in words if word in deciding or _is_made_of(word, longest)}


def _is_made_of(word: str, longest: list[str]) -> bool:
    rest = word
    for other in longest:
        if other in rest:
            rest = rest.replace(other, " ", 1)
    return rest != word and len(rest.replace(" ", "")) < SHORTEST_NAME


def _receipts(own: pd.DataFrame, about: Words) -> Books:
    own = own.sort_values(["date", "receipt_id"])
    fund, campaign = ([text.casefold() for text in _plain(own[name])] for name in ("fund", "campaign"))
    told = [_plain(own[name]) for name in ("payer", "reference", "batch")]
    # what the books do not say in a column of its own, their reference may
    fund = [name or of for name, of in zip(fund, each(lambda text: about.fund_of(fold(text)), told[1]), strict=True)]
    campaign = [code or of for code, of in zip(campaign, each(about.campaign_of, told[1]), strict=True)]
    return Books(
        own["receipt_id"].tolist(), money.cents(own["amount"]), day_numbers(own["date"]), fund, campaign, *told
    )


def _plain(texts: pd.Series[Any]) -> list[str]:
    return [str(text).strip() for text in texts.fillna("").tolist()]


def keys(texts: Iterable[str]) -> list[str]:
    """Each text squashed, empty where fewer letters and figures are left, or no figure in less than twice as many."""
    found = [squashed(text) for text in texts]
    return [key if len(key) >= SHORTEST_ID and (digits_in(key) or len(key) >= 2 * SHORTEST_ID) else "" for key in found]
