"""Small invented statements with their matches, and a workbook of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from reconcile import money
from reconcile.campaigns import Fund
from reconcile.schema import MATCHES, SET_ASIDE, TRANSACTIONS
from reconcile.statement import Account, Check, Period, Proof, Source, Statement, add_ids

ACCOUNT = "62000012345"
OTHER = "62000067890"


@dataclass(frozen=True)
class Entry:
    """One line of a statement with what was decided about it."""

    day: int
    cents: int
    text: str
    status: str = "matched"
    campaign: str | None = None
    fund: str | None = None
    kind: str = "donation"
    reason: str | None = None
    candidates: str | None = None
    evidence: str | None = "the words that decided"
    rule: str = "code"


ENTRIES = (
    Entry(1, 50_000, "FNB APP PAYMENT FROM  IDLEB ZKT", campaign="IDB", fund="zakat"),
    Entry(1, 50_000, "FNB APP PAYMENT FROM  IDLEB ZKT", campaign="IDB", fund="zakat"),
    Entry(2, 123_456_789, "INTERNET TRF FROM ORPHANS", campaign="ORF"),
    Entry(3, 2_505, "CASH DEPOSIT LILLAH GAZA", campaign="GAZ", fund="lillah", status="decided"),
    Entry(3, -50_000, "REVERSAL IDLEB ZKT", campaign="IDB", fund="zakat", kind="reversal"),
    Entry(
        4, 99_900, "MAGTAPE CREDIT GAZZA", status="review", reason="code one letter off", candidates="GAZ 92; ORF 40"
    ),
    Entry(5, 500_000, "TRF ZKT", status="review", fund="zakat", reason="no campaign named"),
    Entry(6, -9_950, "SERVICE FEES", status="not_donation", kind="fee"),
    Entry(6, 1, "INTEREST", status="not_donation", kind="bank_interest"),
)


@dataclass(frozen=True)
class Campaign:
    code: str
    name: str
    aliases: tuple[str, ...] = ()
    opens: date | None = None
    closes: date | None = None


@dataclass(frozen=True)
class Register:
    """Stands in for a CampaignRegister."""

    campaigns: tuple[Campaign, ...] = (
        Campaign("GAZ", "Gaza relief"),
        Campaign("IDB", "Idleb winter"),
        Campaign("ORF", "Orphans"),
        Campaign("WTR", "Water wells"),
    )
    source_name: str | None = "campaigns.csv"
    sha256: str | None = "c" * 64


@dataclass(frozen=True)
class Funds:
    """Stands in for a FundVocabulary."""

    names: tuple[str, ...] = ("zakat", "lillah", "sadaqah")
    source_name: str | None = None
    sha256: str | None = None

    def __iter__(self) -> Iterator[Fund]:
        return iter(Fund(name, (name.title(),)) for name in self.names)


def make_statement(
    entries: tuple[Entry, ...] = ENTRIES, *, account: str = ACCOUNT, file: str = "history.csv", **changes: Any
) -> Statement:
    """A proved statement of September 2018 that opens with R 1 000.00."""
    opening = 100_000
    cents = [e.cents for e in entries]
    frame = pd.DataFrame(
        {
            "account": pd.Series([account] * len(entries), dtype="str"),
            "date": pd.Series([pd.Timestamp(2018, 9, e.day) for e in entries], dtype="datetime64[s]"),
            "amount": money.from_cents(cents),
            "balance": money.from_cents([opening + sum(cents[: i + 1]) for i in range(len(cents))]),
            "description": pd.Series([e.text for e in entries], dtype="str"),
            "bank_reference": pd.Series([None] * len(entries), dtype="str"),
            "bank_id": pd.Series([None] * len(entries), dtype="str"),
            "source": pd.Series([file] * len(entries), dtype="str"),
            "line": pd.Series(range(7, 7 + len(entries)), dtype="int64"),
        }
    )
    given: dict[str, Any] = {
        "account": Account(account, "Invented Relief Fund", "current"),
        "period": Period(date(2018, 9, 1), date(2018, 9, 30), stated=True),
        "opening": Decimal(opening).scaleb(-2),
        "closing": Decimal(opening + sum(cents)).scaleb(-2),
        "transactions": TRANSACTIONS.check(add_ids(frame)),
        "notices": TRANSACTIONS.empty(),
        "quarantined": SET_ASIDE.empty(),
        "source": Source(file, None, "a" * 64, "FNB transaction history", "utf-8"),
        "proof": Proof(
            (
                Check("balance chain", "held", f"{len(entries)} rows"),
                Check("opening balance", "not offered", "this layout does not state it"),
            )
        ),
    }
    return Statement(**(given | changes))


def make_matches(*given: tuple[Statement, tuple[Entry, ...]]) -> pd.DataFrame:
    """The frame of matches the entries ask for."""
    pairs = [
        (i, e)
        for statement, entries in given
        for i, e in zip(statement.transactions["transaction_id"], entries, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "transaction_id": [i for i, _ in pairs],
            "confidence": [0.98 if e.status == "matched" else None for _, e in pairs],
            **{
                name: pd.Series([getattr(e, name) for _, e in pairs], dtype="str")
                for name in ("status", "campaign", "fund", "kind", "rule", "evidence", "candidates", "reason")
            },
        }
    )
    return MATCHES.check(frame).drop_duplicates("transaction_id", ignore_index=True)


@dataclass(frozen=True)
class Written:
    """What a test writes: by default the one small statement."""

    statements: list[Statement] = field(default_factory=lambda: [make_statement()])
    matches: pd.DataFrame = field(default_factory=lambda: make_matches((make_statement(), ENTRIES)))

    def to(self, path: Path, **more: Any) -> Path:
        from reconcile.reporters import write_workbook

        given: dict[str, Any] = {"campaigns": Register(), "funds": Funds(), "settings": {"cut-off": "90"}}
        return write_workbook(path, statements=self.statements, matches=self.matches, **(given | more))


def written(*entries: Entry) -> Written:
    """A statement of these entries alone."""
    statement = make_statement(entries)
    return Written([statement], make_matches((statement, entries)))
