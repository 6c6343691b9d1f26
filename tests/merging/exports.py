"""One ledger as several exports word it: history download, e-mailed statement, OFX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from reconcile import money
from reconcile.parsers.frames import Aside, Rows, set_aside, split_by_effect
from reconcile.statement import Account, Check, Period, Proof, Source, Statement

ACCOUNT = "62000099001"
FIRST = date(2026, 1, 1)
OPENING = 5_000_00

WORDINGS = {
    "app": ("FNB APP PAYMENT FROM  {}", "FNB App Payment From {}"),
    "eft": ("CAPITEC   {}", "Magtape Credit Capitec   {}"),
    "cash": ("ADT CASH DEPOPARKSIDE {}", "ADT Cash Deposit Parkside {}"),
    "bare": ("{}", "Rtc Credit {}"),
}


@dataclass(frozen=True)
class Entry:
    """A movement of the ledger: its day (from `FIRST`), what it moved, the channel, and what the payer wrote."""

    day: int
    cents: int
    channel: str = "app"
    reference: str = "MBF0107"

    def text(self, wording: str) -> str:
        """As an export words it."""
        history, emailed = WORDINGS[self.channel]
        return emailed.format(self.reference.title()) if wording == "emailed" else history.format(self.reference)


def ledger(*amounts: int, text: str = "MBF0107") -> list[Entry]:
    """A movement of so many rand a day."""
    return [Entry(day, rand * 100, reference=text) for day, rand in enumerate(amounts)]


def export(
    entries: Sequence[Entry],
    start: int = 0,
    end: int | None = None,
    *,
    wording: str = "history",
    file: str = "",
    opening: int = OPENING,
    texts: dict[int, str] | None = None,
    **changes: Any,
) -> Statement:
    """The rows from one position to another as an export of those would have them; `texts` words some otherwise."""
    end = len(entries) if end is None else end
    before = opening + sum(e.cents for e in entries[:start])
    own = entries[start:end]
    balances = before + np.cumsum([e.cents for e in own], dtype=np.int64)
    told = [(texts or {}).get(n, e.text(wording)) for n, e in enumerate(own, start=start)]
    with_balances = wording != "ofx"
    rows = Rows(
        np.arange(7, 7 + len(own), dtype=np.int64),
        np.array([FIRST + timedelta(e.day) for e in own], dtype="datetime64[D]"),
        _amounts([e.cents for e in own]),
        _amounts(balances) if with_balances else pa.nulls(len(own), money.ARROW),
        pa.array(told, type=pa.large_string()),
    )
    file = file or f"{wording}-{start}-{end}"
    transactions, notices = split_by_effect(rows, ACCOUNT, file)
    days = [FIRST + timedelta(e.day) for e in own]
    closing = before + sum(e.cents for e in own)
    given: dict[str, Any] = {
        "account": Account(ACCOUNT),
        "period": Period(days[0], days[-1]) if days else None,
        "opening": Decimal(before).scaleb(-2) if with_balances else None,
        "closing": Decimal(closing).scaleb(-2) if with_balances else None,
        "transactions": transactions,
        "notices": notices,
        "quarantined": set_aside([], file),
        "source": Source(file, None, file, wording, "utf-8"),
        "proof": Proof((Check("invented", "held", "by the test"),)),
    }
    return Statement(**(given | changes))


def aside(cents: int | None, file: str = "torn") -> Any:
    """One row set aside, as the frame of them."""
    return set_aside([Aside(9, f"torn {cents}", "a control character", cents)], file)


def day(number: int) -> date:
    """A day of the ledger."""
    return FIRST + timedelta(number)


def stated(first: int, last: int) -> Period:
    """A period that the export states."""
    return Period(day(first), day(last), stated=True)


def _amounts(cents: Any) -> pa.Array:
    return pa.array(money.from_cents(list(map(int, cents))), type=money.ARROW)
