"""A charity's bank statements, linked to campaigns and restricted funds, and proved to the cent."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconcile import errors
    from reconcile.books import (
        ExplodedPayouts,
        Reconciliation,
        explode_payouts,
        read_payouts,
        read_receipts,
        reconcile,
    )
    from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_campaigns, read_funds
    from reconcile.matching import (
        Evaluation,
        Explanation,
        RegisterReport,
        check_register,
        evaluate,
        explain,
        match,
        summarise,
    )
    from reconcile.merging import Merged, merge_statements
    from reconcile.parsers import read_statement, read_statements
    from reconcile.reporters import Sampling, write_evaluation, write_month, write_workbook
    from reconcile.review import read_decisions, review_rows, take_decisions, verify_workbook
    from reconcile.statement import Statement
    from reconcile.store import Store, open_store

__version__ = "0.1.0"

__all__ = [
    "CampaignRegister",
    "Evaluation",
    "Explanation",
    "ExplodedPayouts",
    "FundVocabulary",
    "Merged",
    "Reconciliation",
    "RegisterReport",
    "Sampling",
    "Statement",
    "Store",
    "check_register",
    "default_funds",
    "errors",
    "evaluate",
    "explain",
    "explode_payouts",
    "match",
    "merge_statements",
    "open_store",
    "read_campaigns",
    "read_decisions",
    "read_funds",
    "read_payouts",
    "read_receipts",
    "read_statement",
    "read_statements",
    "reconcile",
    "review_rows",
    "summarise",
    "take_decisions",
    "verify_workbook",
    "write_evaluation",
    "write_month",
    "write_workbook",
]

_HOMES = {
    "reconcile.books": (
        "ExplodedPayouts",
        "Reconciliation",
        "explode_payouts",
        "read_payouts",
        "read_receipts",
        "reconcile",
    ),
    "reconcile.campaigns": ("CampaignRegister", "FundVocabulary", "default_funds", "read_campaigns", "read_funds"),
    "reconcile.matching": (
        "Evaluation",
        "Explanation",
        "RegisterReport",
        "check_register",
        "evaluate",
        "explain",
        "match",
        "summarise",
    ),
    "reconcile.parsers": ("read_statement", "read_statements"),
    "reconcile.reporters": ("Sampling", "write_evaluation", "write_month", "write_workbook"),
    "reconcile.review": ("read_decisions", "review_rows", "take_decisions", "verify_workbook"),
    "reconcile.merging": ("Merged", "merge_statements"),
    "reconcile.statement": ("Statement",),
    "reconcile.store": ("Store", "open_store"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    # loaded on first use, so that asking for help does not wait for pandas
    if name == "errors":
        return import_module("reconcile.errors")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'reconcile' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
