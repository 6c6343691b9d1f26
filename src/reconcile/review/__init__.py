"""The way back: what reviewers filled in, checked and put on record, and whether a workbook still says what is so."""

from reconcile.review.applying import Applied, with_decisions
from reconcile.review.decisions import Reviewed, read_decisions, together
from reconcile.review.rows import review_rows
from reconcile.review.seals import nothing_else_in
from reconcile.review.taking import Taken, take_decisions
from reconcile.review.verifying import Verified, verify_workbook

__all__ = [
    "Applied",
    "Reviewed",
    "Taken",
    "Verified",
    "nothing_else_in",
    "read_decisions",
    "review_rows",
    "take_decisions",
    "together",
    "verify_workbook",
    "with_decisions",
]
