"""Links payment references to campaigns and funds: `match`, `explain`, `summarise`, `evaluate`, `check_register`."""

from __future__ import annotations

from reconcile.matching.evaluation import Evaluation, evaluate
from reconcile.matching.explanation import Explanation, explain
from reconcile.matching.matches import match
from reconcile.matching.register_check import RegisterReport, check_register
from reconcile.matching.totals import summarise

__all__ = [
    "Evaluation",
    "Explanation",
    "RegisterReport",
    "check_register",
    "evaluate",
    "explain",
    "match",
    "summarise",
]
