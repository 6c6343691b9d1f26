from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from reconcile import money
from reconcile.books import Reconciliation
from reconcile.schema import MATCHES, RECEIPTS, TRANSACTIONS

FIRST = date(2026, 3, 1)


@dataclass(frozen=True)
class Line:
    """A bank line: its id, day from `FIRST`, rand, text, and what the matches know of it."""

    id: str
    day: int
    rand: str
    text: str = "FNB APP PAYMENT FROM  ROOF25"
    fund: str | None = None
    campaign: str | None = None
    kind: str = "donation"


@dataclass(frozen=True)
class Receipt:
    """A receipt: its id, day from `FIRST`, rand, and what the books say of it."""

    id: str
    day: int
    rand: str
    payer: str | None = None
    reference: str | None = None
    fund: str | None = None
    campaign: str | None = None
    batch: str | None = None


def amounts(texts: list[str]) -> pd.Series:
    return pd.Series([Decimal(t) for t in texts], dtype=money.AMOUNT)


def bank(*lines: Line) -> pd.DataFrame:
    return TRANSACTIONS.check(
        pd.DataFrame(
            {
                "transaction_id": [line.id for line in lines],
                "account": "62000901",
                "date": pd.to_datetime([FIRST + timedelta(line.day) for line in lines]),
                "amount": amounts([line.rand for line in lines]),
                "balance": pd.Series([None] * len(lines), dtype=money.AMOUNT),
                "description": [line.text for line in lines],
                "bank_reference": None,
                "bank_id": None,
                "source": "march.csv",
                "line": range(1, len(lines) + 1),
            }
        )
    )


def matches(*lines: Line) -> pd.DataFrame:
    return MATCHES.check(
        pd.DataFrame(
            {
                "transaction_id": [line.id for line in lines],
                "status": ["matched" if line.kind == "donation" else "not_donation" for line in lines],
                "campaign": [line.campaign for line in lines],
                "fund": [line.fund for line in lines],
                "kind": [line.kind for line in lines],
                "confidence": 1.0,
                "rule": "code",
                "evidence": "ROOF25 = code of ROOF25; ZAKAT = fund; IDB = code of IDB",
                "candidates": None,
                "reason": None,
            }
        )
    )


def books(*receipts: Receipt) -> pd.DataFrame:
    frame = pd.DataFrame([vars(receipt) for receipt in receipts], columns=list(Receipt.__dataclass_fields__))
    frame = frame.rename(columns={"id": "receipt_id"}).assign(
        date=pd.to_datetime([FIRST + timedelta(receipt.day) for receipt in receipts]),
        amount=amounts([receipt.rand for receipt in receipts]),
        method=None,
        source=None,
        line=None,
    )
    return RECEIPTS.check(frame)


def linked(found: Reconciliation) -> set[tuple[str, str]]:
    own = found.links[found.links["status"] == "linked"]
    return set(zip(own["transaction_id"], own["receipt_id"], strict=True))


def asked(found: Reconciliation) -> dict[tuple[str, str], str]:
    own = found.links[found.links["status"] == "proposed"]
    return dict(zip(zip(own["transaction_id"], own["receipt_id"], strict=True), own["reason"], strict=True))
