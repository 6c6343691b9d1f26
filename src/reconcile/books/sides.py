"""The two sides as they are compared: the bank's lines and the charity's receipts, by whole cents, days and words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.errors import FrameRefused
from reconcile.matching.narrative import narrate
from reconcile.matching.words import chunks, fold
from reconcile.schema import MATCHES, RECEIPTS, TEXT, TRANSACTIONS

Numbers = npt.NDArray[np.int64]

SHORTEST_NAME = 3
"""Letters of a word that may tell a payer; shorter ones are initials and titles."""

_DECIDING = re.compile(r"(?:^|; )([^=;]+?) =")
"""The words that decided, as a match's evidence gives them: `ROOF = alias …; GIFT = fund`."""


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
    """The bank's lines: `text` are the payer's words, `words` all that are printed.

    `told` says whether words stand there that are not about campaign or fund.
    """

    kind: list[str]
    text: list[str]
    words: list[tuple[str, ...]]
    told: npt.NDArray[np.bool_]

    @cached_property
    def printed(self) -> pd.DataFrame:
        """Each word of each line, and each two neighbours joined: `line` (its row) and `word`."""
        pairs = [(at, w) for at, words in enumerate(self.words) for w in {*words, *map("".join, pairwise(words))}]
        return pd.DataFrame(pairs, columns=["line", "word"]).astype({"line": "int64", "word": TEXT})


@dataclass(frozen=True, eq=False)
class Books(Side):
    """The receipts, with what the books say of each."""

    payer: list[str]
    reference: list[str]
    batch: list[str]
    method: list[str]


@dataclass(frozen=True, eq=False)
class Sides:
    """Both sides, each in the order of day and id, so that the order in which they were given decides nothing."""

    bank: Bank
    receipts: Books


def sides_of(transactions: pd.DataFrame, receipts: pd.DataFrame, matches: pd.DataFrame | None) -> Sides:
    """Both sides made ready; raises FrameRefused for frames that lack columns, or have an id twice."""
    lines, own = TRANSACTIONS.check(transactions), RECEIPTS.check(receipts)
    _once(lines["transaction_id"], "transactions", "Pass merge_statements(…).transactions.")
    _once(own["receipt_id"], "receipts", "Give each receipt its own number.")
    return Sides(_bank(lines, matches), _receipts(own))


def _once(ids: pd.Series[Any], name: str, do: str) -> None:
    twice = ids[ids.duplicated()]
    if len(twice):
        raise FrameRefused(f"{name} has the id {twice.min()} twice", do=do)


def days(values: pd.Series[Any]) -> npt.NDArray[np.int64]:
    """Days since 1970 began."""
    return values.to_numpy().astype("datetime64[D]").astype(np.int64)


def squashed(text: str) -> str:
    """Letters and figures alone, in capitals."""
    return "".join(chunks(fold(text)))


def names_in(text: str) -> list[str]:
    """The words of a payer's name that may tell it from another."""
    return [w for w in chunks(fold(text)) if len(w) >= SHORTEST_NAME and not w.isdecimal()]


def _bank(lines: pd.DataFrame, matches: pd.DataFrame | None) -> Bank:
    lines = lines.sort_values(["date", "transaction_id"])
    both = list(zip(lines["description"].tolist(), _plain(lines["bank_reference"]), strict=True))
    read = {pair: _read(*pair) for pair in set(both)}
    texts = [read[pair][0] for pair in both]
    found = _matched(lines["transaction_id"], matches)
    evidence = [""] * len(texts) if found is None else _plain(found["evidence"])
    fund, campaign, kind = (
        [""] * len(texts) if found is None else _plain(found[name]) for name in ("fund", "campaign", "kind")
    )
    return Bank(
        lines["transaction_id"].tolist(),
        money.cents(lines["amount"]),
        days(lines["date"]),
        [name.casefold() for name in fund],
        [code.casefold() for code in campaign],
        kind,
        texts,
        [read[pair][1] for pair in both],
        np.array([_left(text, words) for text, words in zip(texts, evidence, strict=True)], dtype=bool),
    )


def _read(description: str, reference: str) -> tuple[str, tuple[str, ...]]:
    text = narrate(description, reference or None).payer
    return text, tuple(chunks(fold(f"{description} {reference}")))


def _matched(ids: pd.Series[Any], matches: pd.DataFrame | None) -> pd.DataFrame | None:
    """What the matches know of each line, in the order of the lines; None without matches."""
    return None if matches is None else MATCHES.check(matches).set_index("transaction_id").reindex(ids)


def _left(text: str, evidence: str) -> bool:
    """Whether words stand there that decided neither campaign nor fund."""
    deciding = {word for part in _DECIDING.findall(evidence) for word in chunks(fold(part))}
    return any(word not in deciding for word in names_in(text))


def _receipts(own: pd.DataFrame) -> Books:
    own = own.sort_values(["date", "receipt_id"])
    fund, campaign = ([text.casefold() for text in _plain(own[name])] for name in ("fund", "campaign"))
    told = [_plain(own[name]) for name in ("payer", "reference", "batch", "method")]
    return Books(own["receipt_id"].tolist(), money.cents(own["amount"]), days(own["date"]), fund, campaign, *told)


def _plain(texts: pd.Series[Any]) -> list[str]:
    return [str(text).strip() for text in texts.fillna("").tolist()]


def keys(texts: Iterable[str], least: int) -> list[str]:
    """Each text squashed, empty where fewer letters and figures are left, or no figure in less than twice as many."""
    found = [squashed(text) for text in texts]
    return [
        key if len(key) >= least and (any(c.isdigit() for c in key) or len(key) >= 2 * least) else "" for key in found
    ]
