"""How overlapping statements become one set of movements, where they disagree, and what is missing between them."""

from reconcile.merging.accounts import AccountFigures, set_aside_once
from reconcile.merging.conflicts import TEXT_DIFFERS, conflict_lines
from reconcile.merging.gaps import gap_lines
from reconcile.merging.merged import Merged, given_statements, merge_statements

__all__ = [
    "TEXT_DIFFERS",
    "AccountFigures",
    "Merged",
    "conflict_lines",
    "gap_lines",
    "given_statements",
    "merge_statements",
    "set_aside_once",
]
