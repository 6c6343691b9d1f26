"""Statement and its parts, the proofs it must pass, and how overlapping statements become one set of transactions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.errors import shown
from reconcile.facts import as_html, as_text, grouped
from reconcile.schema import TEXT, day_numbers
from reconcile.texts import one_array


@dataclass(frozen=True)
class Account:
    """An account as the export names it; `number` is text, and may be masked (card accounts)."""

    number: str
    name: str = ""
    kind: str = ""
    currency: str = "ZAR"

    @property
    def shown(self) -> str:
        """The last four digits, for everything that leaves the house: `…2345`."""
        return "…" + self.number[-4:]


@dataclass(frozen=True)
class Period:
    """First and last day; `stated` when the export says so itself, otherwise the days of its rows."""

    start: date
    end: date
    stated: bool = False

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


@dataclass(frozen=True)
class Source:
    """The bytes a statement came from: file, member of a ZIP, SHA-256 of those bytes, layout and encoding."""

    file: str
    member: str | None
    sha256: str
    layout: str
    encoding: str

    @property
    def name(self) -> str:
        """File and member in one word, as the `source` column has it."""
        return f"{self.file}:{self.member}" if self.member else self.file


@dataclass(frozen=True)
class Check:
    """One proof: `held`, or `not offered` by the layout, or `open` because rows were set aside."""

    name: str
    outcome: Literal["held", "not offered", "open"]
    detail: str


@dataclass(frozen=True)
class Proof:
    """What could be checked and what held. A check that fails refuses the statement, so none here has failed."""

    checks: tuple[Check, ...]

    @property
    def complete(self) -> bool:
        """Whether at least one check held and none is open."""
        return any(c.outcome == "held" for c in self.checks) and all(c.outcome != "open" for c in self.checks)

    def __str__(self) -> str:
        return "; ".join(f"{c.name}: {c.outcome} ({c.detail})" for c in self.checks)


@dataclass(frozen=True, eq=False)
class Statement:
    """One account's export, proved: every line of the file is a transaction, a notice, or set aside with a reason.

    `transactions` and `notices` (rows that move no money) have the columns of `schema.TRANSACTIONS`, oldest first;
    `quarantined` those of `schema.SET_ASIDE`. `opening` and `closing` are None where the layout gives no balance.
    `number` is the statement's own number, where the bank counts its statements.
    """

    account: Account
    period: Period | None
    opening: Decimal | None
    closing: Decimal | None
    transactions: pd.DataFrame
    notices: pd.DataFrame
    quarantined: pd.DataFrame
    source: Source
    proof: Proof
    warnings: tuple[str, ...] = field(default=())
    number: int | None = None

    @property
    def credits(self) -> Decimal:
        """Sum of the money in."""
        amounts = money.cents(self.transactions["amount"])
        return money.rand(amounts.sum(where=amounts > 0))

    @property
    def debits(self) -> Decimal:
        """Sum of the money out, negative."""
        amounts = money.cents(self.transactions["amount"])
        return money.rand(amounts.sum(where=amounts < 0))

    def facts(self) -> list[tuple[str, str]]:
        """What a person wants to know first, as label and text."""
        rows = [
            ("Account", shown(f"{self.account.shown} {self.account.name}".strip())),
            ("Period", str(self.period or "no rows")),
            ("Opening balance", money.shown(self.opening)),
            ("Money in", money.shown(self.credits)),
            ("Money out", money.shown(self.debits)),
            ("Closing balance", money.shown(self.closing)),
            ("Transactions", grouped(len(self.transactions))),
        ]
        rows += [("Notices", f"{len(self.notices)} rows that move no money")] if len(self.notices) else []
        rows += [("Set aside", f"{len(self.quarantined)} rows, with reasons")] if len(self.quarantined) else []
        rows += [("File", shown(f"{self.source.name} ({self.source.layout})"))]
        rows += [(f"Proof: {c.name}", f"{c.outcome}: {c.detail}") for c in self.proof.checks]
        return rows + [("Warning", shown(w, 400)) for w in self.warnings]

    def __repr__(self) -> str:
        return as_text(self.facts())

    def _repr_html_(self) -> str:
        return as_html(self.facts())


def add_ids(rows: pd.DataFrame, texts: pa.DictionaryArray | None = None) -> pd.DataFrame:
    """The rows, oldest first, with `transaction_id`: account, date, amount, text and its count among equal rows.

    Text is compared without case and runs of spaces. The count makes two equal gifts two gifts, and gives the same
    gift in an overlapping export the same id. Letters only, so that no spreadsheet takes an id for a number. `texts`
    are the descriptions where a caller has them told apart already, which takes a third of the time.
    """
    described = _hashed(rows["description"]) if texts is None else _told_apart(texts)
    word = _mixed(_hashed(rows["account"]) ^ described)
    word = _mixed(word ^ day_numbers(rows["date"]).view(np.uint64))
    word = _mixed(word ^ money.cents(rows["amount"]).view(np.uint64))
    ids = _letters(_mixed(word ^ _counted(word)))
    return rows.assign(transaction_id=pd.Series(ids, index=rows.index, dtype=TEXT))


_LETTERS = b"bcdfghjkmnpqrstv"
_PAIRS = np.frombuffer(b"".join(bytes([a, b]) for a in _LETTERS for b in _LETTERS), dtype=np.uint16)
_Words = np.ndarray[Any, np.dtype[np.uint64]]


def _hashed(column: pd.Series[Any]) -> _Words:
    """64 bits of BLAKE2 for each text without case and runs of spaces; only distinct texts are hashed."""
    array = one_array(column, pa.large_string())
    if len(array) and pc.all(pc.equal(array, array[0])).as_py():  # as the account is
        return np.repeat(_words_of(array[:1]), len(array))
    return _told_apart(array.dictionary_encode())


def _told_apart(texts: pa.DictionaryArray) -> _Words:
    codes: npt.NDArray[np.int32] = texts.indices.to_numpy()
    return _words_of(texts.dictionary)[codes]


def _words_of(distinct: pa.Array) -> _Words:
    texts = _plain(distinct.cast(pa.large_binary()).to_pylist())
    digests = b"".join([blake2b(text, digest_size=8).digest() for text in texts])
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _plain(texts: list[bytes]) -> list[bytes]:
    """Texts in UTF-8 without case and with one blank for each run of spaces."""
    if all(map(bytes.isascii, texts)):
        return [b" ".join(text.split()).lower() for text in texts]
    return [" ".join(text.decode().split()).lower().encode() for text in texts]


def _counted(words: _Words) -> _Words:
    """How many equal words stand in front of each; most have none."""
    counts = np.zeros(len(words), dtype=np.uint64)
    ordered = np.sort(words)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(twice):
        # only the rows that share their first bits with a word that stands twice need a closer look
        marked = np.zeros(1 << _MARKED_BITS, dtype=bool)
        marked[twice >> np.uint64(64 - _MARKED_BITS)] = True
        rows = np.flatnonzero(marked[words >> np.uint64(64 - _MARKED_BITS)])
        several = pd.Series(words[rows])
        counts[rows] = several.groupby(several, sort=False).cumcount().to_numpy()
    return counts


_MARKED_BITS = 20


def _mixed(words: _Words) -> _Words:
    """Every bit of a word spread over all 64 (the finisher of SplitMix64): no two words become one."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _letters(words: _Words) -> pa.Array:
    """Sixteen letters for each word, none a vowel, so that no id spells anything."""
    letters = _PAIRS[words.astype(">u8").view(np.uint8)].view(np.uint8)
    ends = np.arange(0, len(letters) + 16, 16, dtype=np.int64)
    return pa.LargeStringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(letters))
