"""Links payment references to campaigns and funds: `match`, `explain`, `summarise`, `evaluate`."""

from __future__ import annotations

from reconcile.matching.evaluation import Evaluation, evaluate
from reconcile.matching.explanation import Explanation, explain
from reconcile.matching.matches import match
from reconcile.matching.totals import summarise

__all__ = ["Evaluation", "Explanation", "evaluate", "explain", "match", "summarise"]
