"""Gifts in a store, each said in one line, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from exports import FIRST, Entry, export

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_campaigns, read_funds
from reconcile.reporters import Beside, write_workbook
from reconcile.store import Store
from reconcile.store.view import MonthView

JANUARY, FEBRUARY, MARCH = 0, 31, 59
"""The first day of each month, as `Entry` counts days."""

Part = tuple[str | None, str | None, str]
"""Campaign, fund and amount, as a person would write them down."""


def register(**names: str) -> CampaignRegister:
    """A register of codes, each with its name and aliases: `register(IDB="Idlib Appeal|Idleb")`."""
    names = names or {"IDB": "Idlib Appeal|Idleb", "YEM": "Yemen Emergency|Yemen", "WWL": "Water Wells|Hand Pump"}
    rows = [(code, *text.split("|", 1)) for code, text in names.items()]
    return read_campaigns(pd.DataFrame([r if len(r) == 3 else (*r, "") for r in rows], columns=_CAMPAIGN))


_CAMPAIGN = ["code", "name", "aliases"]


def funds(**spellings: str) -> FundVocabulary:
    """A vocabulary of funds and their spellings: `funds(zakat="Zakat|Zkt")`; a fund `never` credited begins with -."""
    rows = [(f, s.lstrip("-"), "never" if s.startswith("-") else "") for f, s in spellings.items()]
    return read_funds(pd.DataFrame(rows, columns=["fund", "spellings", "automatic"]))


def gift(reference: str, rand: int = 100, day: int = 0, channel: str = "app") -> Entry:
    """A payment of so many rand with what the payer wrote."""
    return Entry(day, rand * 100, channel, reference)


def taken_back(reference: str, rand: int = 100, day: int = 0) -> Entry:
    """The reversal of such a gift; of channel `bare`, since its text begins with the bank's word for it."""
    return Entry(day, -rand * 100, "bare", f"REVERSAL FNB APP PAYMENT FROM  {reference}")


def close(store: Store, month: str = "2026-01") -> None:
    """Close a month, however far its statements reach."""
    store.close(month, by="Thandi", open_end="nothing moved since")


def put(store: Store, *entries: Entry, **how: Any) -> list[str]:
    """Add them as one export; their names in the store, in this order (they must be given day by day)."""
    return store.add(export(list(entries), **how)).rows["transaction_id"].tolist()


def parts(store: Store, name: str) -> list[Part]:
    """Where a movement's money is credited, in the order of its parts."""
    found = store.allocations()
    own = found[found["transaction_id"] == name]
    values = own[["campaign", "fund"]].astype(object).where(own[["campaign", "fund"]].notna(), None)
    return [(c, f, str(a)) for (c, f), a in zip(values.itertuples(index=False), own["amount"], strict=True)]


def receipt(number: str, rand: float, day: int = 0, payer: str = "", **more: str) -> dict[str, Any]:
    """A receipt of the charity's books; days are counted as `Entry` counts them."""
    when = pd.Timestamp(FIRST) + pd.Timedelta(days=day)
    return {"receipt_id": number, "date": f"{when:%Y-%m-%d}", "amount": f"{rand:.2f}", "payer": payer, **more}


def books(*receipts: dict[str, Any]) -> pd.DataFrame:
    """Receipts as a frame that a store takes."""
    return pd.DataFrame(receipts)


def booked(store: Store, name: str) -> set[str]:
    """The months that a movement's parts count for."""
    found = store.allocations()
    return set(found.loc[found["transaction_id"] == name, "booked"])


def match_of(store: Store, name: str) -> dict[str, Any]:
    """What `store.matches()` says of a movement, None where it says nothing."""
    found = store.matches()
    row = found[found["transaction_id"] == name].iloc[0]
    return {column: None if pd.isna(value) else value for column, value in row.items()}


def credited(store: Store, name: str) -> tuple[str, str | None, str | None]:
    """Status, campaign and fund of a movement."""
    found = match_of(store, name)
    return found["status"], found["campaign"], found["fund"]


def write(path: Path, view: MonthView, campaigns: CampaignRegister, **more: Any) -> Path:
    """The workbook of a month with all that its store knows; `more` is for `Beside`."""
    known = ("decided_later", "reversals", "originals", "decisions", "changes")
    return write_workbook(
        path,
        statements=view.statements,
        matches=view.matches,
        campaigns=campaigns,
        funds=default_funds(),
        merged=view.merged,
        parts=view.parts,
        beside=Beside(**{name: getattr(view, name) for name in known}, **more),
    )


def length(store: Store) -> int:
    """How many events the journal has."""
    return len(store.events())


def total(amounts: Sequence[str]) -> Decimal:
    """The exact sum of amounts."""
    return sum(map(Decimal, amounts), Decimal(0))
