"""What people read: the workbook for finance staff and auditors."""

from reconcile.reporters.workbook import write_workbook

__all__ = ["write_workbook"]
