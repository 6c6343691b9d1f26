"""Statement and its parts, the proofs it must pass, and how overlapping statements become one set of transactions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from reconcile import money
from reconcile.errors import DamagedStatement, shown
from reconcile.facts import as_html, as_text
from reconcile.schema import KINDS


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
        return Decimal(int(amounts[amounts > 0].sum())).scaleb(-2)

    @property
    def debits(self) -> Decimal:
        """Sum of the money out, negative."""
        amounts = money.cents(self.transactions["amount"])
        return Decimal(int(amounts[amounts < 0].sum())).scaleb(-2)

    def facts(self) -> list[tuple[str, str]]:
        """What a person wants to know first, as label and text."""
        rows = [
            ("Account", shown(f"{self.account.shown} {self.account.name}".strip())),
            ("Period", str(self.period or "no rows")),
            ("Opening balance", money.shown(self.opening)),
            ("Money in", money.shown(self.credits)),
            ("Money out", money.shown(self.debits)),
            ("Closing balance", money.shown(self.closing)),
            ("Transactions", f"{len(self.transactions):,}".replace(",", " ")),
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


def add_ids(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, oldest first, with `transaction_id`: account, date, amount, text and its count among equal rows.

    Text is compared without case and runs of spaces. The count makes two equal gifts two gifts, and gives the same
    gift in an overlapping export the same id. Letters only, so that no spreadsheet takes an id for a number.
    """
    word = _mixed(_hashed(rows["account"]) ^ _hashed(rows["description"]))
    word = _mixed(word ^ rows["date"].to_numpy().astype("datetime64[D]").astype(np.int64).view(np.uint64))
    word = _mixed(word ^ money.cents(rows["amount"]).view(np.uint64))
    count = pd.Series(word).groupby(word, sort=False).cumcount().to_numpy().astype(np.uint64)
    ids = _letters(_mixed(word ^ count))
    return rows.assign(transaction_id=pd.Series(ids, index=rows.index, dtype=KINDS["text"]))


_LETTERS = np.frombuffer(b"bcdfghjkmnpqrstv", dtype=np.uint8)
_Words = np.ndarray[Any, np.dtype[np.uint64]]


def _hashed(texts: pd.Series[Any]) -> _Words:
    """64 bits of BLAKE2 for each text without case and runs of spaces; only distinct texts are hashed."""
    codes, distinct = pd.factorize(texts)
    plain = (" ".join(str(text).split()).lower().encode() for text in distinct.tolist())
    words = b"".join(blake2b(text, digest_size=8).digest() for text in plain)
    return np.frombuffer(words, dtype="<u8").astype(np.uint64)[codes]


def _mixed(words: _Words) -> _Words:
    """Every bit of a word spread over all 64 (the finisher of SplitMix64): no two words become one."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _letters(words: _Words) -> pa.Array:
    """Sixteen letters for each word, none a vowel, so that no id spells anything."""
    octets = words.astype(">u8").view(np.uint8)
    letters = np.empty(2 * len(octets), dtype=np.uint8)
    letters[::2], letters[1::2] = _LETTERS[octets >> 4], _LETTERS[octets & 15]
    ends = np.arange(0, len(letters) + 16, 16, dtype=np.int64)
    return pa.LargeStringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(letters))


@dataclass(frozen=True)
class Chain:
    """What a running balance proves: opening and closing, which balances are not known, what set-aside rows moved.

    `opening` and `closing` are None where no balance tells; `implied_cents` has, for the position of a gap, what the
    rows set aside there moved.
    """

    opening: Decimal | None
    closing: Decimal | None
    unknown: np.ndarray[Any, np.dtype[np.bool_]]
    implied_cents: dict[int, int]


_Cents = np.ndarray[Any, np.dtype[np.int64]]


def check_chain(
    amounts: _Cents,
    balances: _Cents,
    lines: _Cents,
    *,
    file: str,
    gaps: Iterable[int] = (),
    closing: int | None = None,
) -> Chain:
    """Prove that each balance is the one before plus the amount; oldest first, whole cents.

    `gaps` are positions in front of which rows were set aside (the number of rows: behind the last): there the
    balances may jump, and the jump is what those rows moved. `closing` is the balance the export states for its newest
    row, in cents. A balance of exactly 0 that does not fit is "not known" (FNB writes some so), never a break.
    Raises DamagedStatement naming the two lines and the difference.
    """
    count, gap_set = len(amounts), set(gaps)
    total = int(amounts.sum())
    base = balances - np.cumsum(amounts)  # the balance before the first row, as each row tells it: all the same
    unknown = np.zeros(count, dtype=bool)
    implied: dict[int, int] = {}
    before: int | None = None  # what the part in front tells; None where there is none, or it has no known balance
    opening: int | None = closing if not count and not gap_set else None
    for start, end in pairwise(sorted({0, count, *gap_set})):
        part = slice(start, end)
        last = end == count and count not in gap_set
        anchor = _anchor(base[part], balances[part], closing - total if last and closing is not None else None)
        unknown[part] = (balances[part] == 0) & (True if anchor is None else base[part] != anchor)
        if anchor is not None:
            _refuse_break(base[part], lines[part], unknown[part], anchor, file)
        if start in gap_set and before is not None and anchor is not None:
            implied[start] = anchor - before
        opening = anchor if start == 0 else opening
        before = anchor
    if closing is not None and before is not None:
        off = closing - total - before
        if count in gap_set:
            implied[count] = off
        elif off:
            raise DamagedStatement(
                f"the heading states the balance {_rand(closing)}, the newest row {_rand(before + total)}",
                file=file,
                line=int(lines[-1]),
                do="Rows are missing or were changed; download the file again.",
            )
    elif closing is None and before is not None and count not in gap_set:
        closing = before + total
    return Chain(_decimal(opening), _decimal(closing), unknown, implied)


def _anchor(base: _Cents, balances: _Cents, stated: int | None) -> int | None:
    known = np.flatnonzero(balances)
    if len(known):
        return int(base[known[0]])
    if stated is not None:
        return stated
    # balances of 0 alone may be real (an emptied account) or "not known": believed where they agree
    return int(base[0]) if (base == base[0]).all() else None


def _refuse_break(base: _Cents, lines: _Cents, unknown: np.ndarray[Any, Any], anchor: int, file: str) -> None:
    known = np.flatnonzero(~unknown)
    broken = known[base[known] != anchor]
    if not len(broken):
        return
    at = int(broken[0])
    last = int(known[known < at][-1])
    pair = sorted((int(lines[last]), int(lines[at])))
    raise DamagedStatement(
        f"the balances of lines {pair[0]} and {pair[1]} differ by {_rand(int(base[at] - base[last]))} more than the "
        "amount says",
        file=file,
        line=int(lines[at]),
        do="A row was lost, added or changed between them; download the file again.",
    )


def _decimal(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


def _rand(cents: int) -> str:
    return money.shown(_decimal(cents))
