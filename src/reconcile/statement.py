"""Statement and its parts, the proofs it must pass, and how overlapping statements become one set of transactions."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
import pandas as pd

from reconcile import money
from reconcile.errors import DamagedStatement, FrameRefused
from reconcile.schema import SET_ASIDE, TRANSACTIONS


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
            ("Account", f"{self.account.shown} {self.account.name}".strip()),
            ("Period", str(self.period or "no rows")),
            ("Opening balance", money.shown(self.opening)),
            ("Money in", money.shown(self.credits)),
            ("Money out", money.shown(self.debits)),
            ("Closing balance", money.shown(self.closing)),
            ("Transactions", f"{len(self.transactions):,}".replace(",", " ")),
        ]
        rows += [("Notices", f"{len(self.notices)} rows that move no money")] if len(self.notices) else []
        rows += [("Set aside", f"{len(self.quarantined)} rows, with reasons")] if len(self.quarantined) else []
        rows += [("File", f"{self.source.name} ({self.source.layout})")]
        rows += [(f"Proof: {c.name}", f"{c.outcome}: {c.detail}") for c in self.proof.checks]
        return rows + [("Warning", w) for w in self.warnings]

    def __repr__(self) -> str:
        width = max(len(label) for label, _ in self.facts())
        return "\n".join(f"{label:<{width}}  {text}" for label, text in self.facts())

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<tr><th style="text-align:left">{html.escape(a)}</th><td style="text-align:left">{html.escape(b)}</td></tr>'
            for a, b in self.facts()
        )
        return f"<table>{cells}</table>"


def add_ids(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, oldest first, with `transaction_id`: account, date, amount, text and its count among equal rows.

    Text is compared without case and runs of spaces. The count makes two equal gifts two gifts, and gives the same
    gift in an overlapping export the same id. Letters only, so that no spreadsheet takes an id for a number.
    """
    key = (
        rows["account"]
        + "|"
        + rows["date"].dt.strftime("%Y%m%d")
        + "|"
        + pd.Series(money.cents(rows["amount"]), index=rows.index).astype("str")
        + "|"
        + rows["description"].str.split().str.join(" ").str.lower()
    )
    count = key.groupby(key, sort=False).cumcount().astype("str")
    ids = [_letters(k) for k in (key + "|" + count).tolist()]
    return rows.assign(transaction_id=pd.Series(ids, index=rows.index, dtype=rows["account"].dtype))


_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")


def _letters(key: str) -> str:
    return blake2b(key.encode(), digest_size=8).hexdigest().translate(_LETTERS)


@dataclass(frozen=True)
class Chain:
    """What a running balance proves: opening and closing, which balances are not known, what set-aside rows moved."""

    opening: Decimal
    closing: Decimal
    unknown: np.ndarray[Any, np.dtype[np.bool_]]
    implied_cents: dict[int, int]


def check_chain(
    amounts: np.ndarray[Any, np.dtype[np.int64]],
    balances: np.ndarray[Any, np.dtype[np.int64]],
    lines: np.ndarray[Any, np.dtype[np.int64]],
    *,
    file: str,
    gaps: Sequence[int] = (),
) -> Chain:
    """Prove that each balance is the one before plus the amount; oldest first, whole cents.

    `gaps` are positions in front of which rows were set aside: there the balances may jump, and the jump is what those
    rows moved (`implied_cents`). A balance of exactly 0 that does not fit is "not known" (FNB writes some so), never a
    break. Raises DamagedStatement naming the two lines and the difference.
    """
    base = balances - np.cumsum(amounts)
    segment = np.zeros(len(base), dtype=np.int64)
    for gap in gaps:
        segment[gap:] += 1
    unknown = np.zeros(len(base), dtype=bool)
    implied: dict[int, int] = {}
    before: int | None = None
    first = None
    for part in range(int(segment[-1]) + 1):
        here = np.flatnonzero(segment == part)
        if not len(here):
            continue
        known = here[balances[here] != 0]
        anchor = int(base[known[0]]) if len(known) else int(base[here[0]])
        unknown[here] = (balances[here] == 0) & (base[here] != anchor)
        broken = here[(base[here] != anchor) & ~unknown[here]]
        if len(broken):
            at = int(broken[0])
            last = int(here[(here < at) & ~unknown[here]][-1])
            off = Decimal(int(base[at] - base[last])).scaleb(-2)
            pair = sorted((int(lines[last]), int(lines[at])))
            raise DamagedStatement(
                f"the balances of lines {pair[0]} and {pair[1]} differ by {money.shown(off)} more than the amount says",
                file=file,
                line=int(lines[at]),
                do="A row was lost, added or changed between them; download the file again.",
            )
        if before is not None:
            implied[int(here[0])] = anchor - before
        before = anchor
        first = anchor if first is None else first
    assert first is not None and before is not None
    return Chain(
        Decimal(first).scaleb(-2), Decimal(before + int(amounts.sum())).scaleb(-2), unknown, implied
    )


@dataclass(frozen=True, eq=False)
class Merged:
    """Several statements as one set of movements.

    `transactions` has every movement once (columns of `schema.TRANSACTIONS`); `contributed` a row per statement:
    `source`, `rows`, `new`, `known`.
    """

    transactions: pd.DataFrame
    contributed: pd.DataFrame


def merge_statements(statements: Iterable[Statement]) -> Merged:
    """Every movement of the statements once, however often overlapping exports deliver it.

    Equal rows are counted in each file and the largest count is kept, so two equal gifts stay two. The order of the
    statements does not matter, except for which file a row that several deliver is said to come from.
    """
    given = list(statements)
    if not given:
        raise FrameRefused("no statements were given", do="Read at least one with read_statement.")
    ordered = sorted(given, key=lambda s: (s.source.name, s.account.number, s.source.sha256))
    stacked = pd.concat([s.transactions for s in ordered], ignore_index=True)
    known = stacked["transaction_id"].duplicated().to_numpy()
    part = np.repeat(np.arange(len(ordered)), [len(s.transactions) for s in ordered])
    contributed = pd.DataFrame(
        {
            "source": [s.source.name for s in ordered],
            "rows": [len(s.transactions) for s in ordered],
            "new": [int((~known[part == i]).sum()) for i in range(len(ordered))],
            "known": [int(known[part == i].sum()) for i in range(len(ordered))],
        }
    )
    merged = stacked[~known]
    # stable: inside a day the order of the statement stays, which is the order of its running balance
    merged = merged.sort_values(["account", "date"], kind="stable", ignore_index=True)
    return Merged(TRANSACTIONS.check(merged), contributed)


def no_rows() -> pd.DataFrame:
    """An empty frame of rows set aside."""
    return SET_ASIDE.empty()
