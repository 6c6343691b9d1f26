"""What people read: the workbook for finance staff and auditors, and how good the decisions are."""

from reconcile.reporters.beside import Beside
from reconcile.reporters.evaluation import write_evaluation
from reconcile.reporters.month import write_month
from reconcile.reporters.options import Sampling
from reconcile.reporters.workbook import write_workbook

__all__ = ["Beside", "Sampling", "write_evaluation", "write_month", "write_workbook"]
