"""What was open when a month began, and is settled in it or still open at its end."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from reconcile import money

BEFORE = "of before: "
"""Begins the words for what an earlier month left open."""


@dataclass(frozen=True)
class Before:
    """The ids of the lines and receipts of earlier months, all open when the month began; `opening` is the bank's."""

    lines: frozenset[str]
    receipts: frozenset[str]
    opening: Decimal

    def of_bank(self, rows: pd.DataFrame) -> pd.Series[bool]:
        """Which rows are lines of before."""
        return rows["transaction_id"].isin(self.lines)

    def of_books(self, rows: pd.DataFrame) -> pd.Series[bool]:
        """Which rows are receipts of before."""
        return rows["receipt_id"].isin(self.receipts)

    def books_opening(self, transactions: pd.DataFrame, receipts: pd.DataFrame) -> Decimal:
        """The books' balance at the beginning: the bank's, with what was open on either side."""
        lines, own = transactions[self.of_bank(transactions)], receipts[self.of_books(receipts)]
        return self.opening + money.total(own["amount"]) - money.total(lines["amount"])


NOTHING = Before(frozenset(), frozenset(), Decimal(0))
"""What is there without months: both sides begin at 0, and nothing is of before."""
