"""Whatever arrives and is said, in whatever order: each month's two sides tie out, and a closed month stays."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from gifts import books, close, gift, put, receipt, register

from reconcile import money
from reconcile.books import Reconciliation
from reconcile.errors import DecisionRefused
from reconcile.store import Store, open_store
from tests.turns import by_turns

MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"]
NAMES = ["A KHAN", "P NAIDOO", "J SMIT", "B ZULU", "T MOKOENA"]


def told(found: Reconciliation) -> list[Any]:
    """All that a workbook shows of both sides."""
    frames = (found.links, found.unmatched_bank, found.unmatched_receipts, found.bank_reconciliation())
    return [frame.astype("str").to_dict("records") for frame in frames]


def made(draw: random.Random) -> tuple[list[Any], list[dict[str, Any]]]:
    """Gifts of four months, and receipts of most of them, some days off; some have no other side."""
    days = sorted(draw.randrange(0, 115) for _ in range(14))
    gifts = [(draw.choice(NAMES), draw.choice([50, 100, 137, draw.randrange(10, 900)]), day) for day in days]
    receipts = [
        receipt(f"R{n}", rand + draw.choice([0, 0, 0, 0, 1]), max(0, day + draw.randrange(-6, 7)), name.title())
        for n, (name, rand, day) in enumerate(gifts)
        if draw.random() < 0.8
    ]
    receipts += [receipt(f"S{n}", draw.randrange(-90, 900) or 1, draw.randrange(0, 115)) for n in range(4)]
    return [gift(*each) for each in gifts], receipts


def disturb(store: Store, draw: random.Random, receipts: list[dict[str, Any]]) -> None:
    """Something that a person or a file does; what is refused changes nothing."""
    lines, numbers = store.transactions()["transaction_id"].tolist(), [r["receipt_id"] for r in receipts]
    line, number = draw.choice(lines), draw.choice(numbers)
    links = store.reconciliation().links
    asked = links[links["status"] == "proposed"].dropna(subset="receipt_id")
    with suppress(DecisionRefused):
        match draw.randrange(8):
            case 0:
                store.add_receipts(books({**draw.choice(receipts), "amount": f"{draw.randrange(10, 900)}.00"}))
            case 1:
                store.withdraw(number, by="Thandi", reason="twice")
            case 2:
                store.restore(number, by="Thandi", reason="not twice")
            case 3 if len(asked):
                row = asked.iloc[draw.randrange(len(asked))]
                store.keep_apart(row["transaction_id"], row["receipt_id"], by="Thandi")
            case 4 if len(asked):
                row = asked.iloc[draw.randrange(len(asked))]
                off = (
                    money.rand(0)
                    - links.loc[links["group"].eq(row["group"]) & links["receipt_id"].isna(), "amount"].sum()
                )
                store.settle(row["transaction_id"], row["receipt_id"], by="Thandi", fee=off)
            case 5:
                store.unsettle(draw.choice([line, number]), by="Thandi", reason="again")
            case 6:
                store.forget([line], by="Thandi", reason="asked for it", receipts=[number])
            case _:
                store.add_receipts(books(receipt(f"L{draw.randrange(99)}", 77, draw.randrange(0, 115))))


@pytest.mark.parametrize("seed", by_turns(range(2), 2))
def test_each_month_ties_out_and_a_closed_one_stays(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    gifts, receipts = made(draw)
    with open_store(tmp_path / "s.db") as store:
        put(store, *gifts)
        store.match(register())
        store.add_receipts(books(*[r for r in receipts if draw.random() < 0.7]))
        kept: dict[str, list[Any]] = {}
        for step in range(10):
            disturb(store, draw, receipts)
            if step in (4, 7):
                month = MONTHS[len(kept)]
                before = told(store.reconciliation(month))
                close(store, month)
                kept[month] = told(store.reconciliation(month))
                assert kept[month] == before
            for month in {*kept, draw.choice(MONTHS)}:
                found = store.reconciliation(month)
                assert found.bank_reconciliation()["amount"].iloc[-1] == 0, (step, month)
                if month in kept and not _has_forgotten(found):
                    assert told(found) == kept[month], (step, month)
            whole = store.reconciliation()
            assert whole.bank_reconciliation()["amount"].iloc[-1] == 0
            twice = whole.settled.dropna(subset="receipt_id")[
                ["transaction_id", "receipt_id", "group"]
            ].drop_duplicates()
            for side in ("transaction_id", "receipt_id"):
                assert twice.groupby(side)["group"].nunique().le(1).all()
        assert store.verify().holds


def _has_forgotten(found: Reconciliation) -> bool:
    return bool(found.links["evidence"].eq("(forgotten)").any() or pd.isna(found.receipts["payer"]).any())
