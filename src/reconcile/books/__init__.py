"""Bank lines held against what they settle: reversals, a gateway's gifts, and the charity's own receipts."""

from __future__ import annotations

from reconcile.books.gifts import ExplodedPayouts, explode_payouts
from reconcile.books.payouts import read_payouts
from reconcile.books.receipts import read_receipts
from reconcile.books.reconciliation import Reconciliation, reconcile
from reconcile.books.reversals import link_reversals

__all__ = [
    "ExplodedPayouts",
    "Reconciliation",
    "explode_payouts",
    "link_reversals",
    "read_payouts",
    "read_receipts",
    "reconcile",
]
