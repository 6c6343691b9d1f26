"""How good the decisions are, measured on lines whose right answer is known: `evaluate`, `read_labelled`."""

from __future__ import annotations

from reconcile.matching.evaluation.labelled import read_labelled
from reconcile.matching.evaluation.measure import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate", "read_labelled"]
