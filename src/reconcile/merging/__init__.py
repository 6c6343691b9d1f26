"""How overlapping statements become one set of movements, where they disagree, and what is missing between them."""

from reconcile.merging.accounts import AccountFigures, set_aside_once
from reconcile.merging.compare import movement_ids
from reconcile.merging.conflicts import NEAR_DAYS, TEXT_DIFFERS, Conflict, conflict_lines
from reconcile.merging.gaps import Gap, Leg, gap_lines, gaps_frame, with_numbers
from reconcile.merging.merged import Merged, given_statements, merge_statements, preference
from reconcile.merging.rows import Coverage, coverage

__all__ = [
    "NEAR_DAYS",
    "TEXT_DIFFERS",
    "AccountFigures",
    "Conflict",
    "Coverage",
    "Gap",
    "Leg",
    "Merged",
    "conflict_lines",
    "coverage",
    "gap_lines",
    "gaps_frame",
    "given_statements",
    "merge_statements",
    "movement_ids",
    "preference",
    "set_aside_once",
    "with_numbers",
]
