"""How often decisions like this one were right: measured on labelled lines, kept beside the code, shown per line.

Every decision belongs to a case: the rule that credited it, or what kept it from being credited. `measured.csv` holds
how often the first suggestion of each case was right, campaign and fund.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from reconcile.errors import FrameRefused, shown
from reconcile.matching import kept

OTHER_WORDS, ANOTHERS_WORD = "other words beside", "a word of another campaign"
LIKE_A_NAME, DEALING = "like a person's name", "a word of business"
DOUBTS = (ANOTHERS_WORD, DEALING, LIKE_A_NAME, OTHER_WORDS)
"""What stands beside the words of one campaign and makes it doubtful: the only cases that a setting may credit."""


class Measured(NamedTuple):
    """How often a case was right on labelled lines, and how often it came up; status: matched or review."""

    status: str
    right: int
    lines: int

    @property
    def confidence(self) -> float:
        """The share that was right, from 0 to 1, by Laplace's rule: right in all of few cases is less than of many."""
        return round((self.right + 1) / (self.lines + 2), 4)


@cache
def measured() -> dict[str, Measured]:
    """Per case how often its first suggestion was right on labelled lines, and how often it came up."""
    rows = kept.rows_of("measured.csv")
    return {row["case"]: Measured(row["status"], int(row["right"]), int(row["lines"])) for row in rows}


def confidence(case: str | None) -> float | None:
    """The measured share of right first suggestions of a case; None where there is no case: nothing was decided."""
    return None if case is None else measured().get(case, Measured("", 0, 0)).confidence


@cache
def overruled(max_wrong: float) -> frozenset[str]:
    """The doubts that no longer send a gift to a person, where `max_wrong` is the share of credits that may be wrong.

    The surest doubts are taken first, as long as the credits of all rules and of the doubts taken were measured to be
    wrong in at most that share; 0 overrules none. Raises FrameRefused for anything but a share from 0 to under 1.
    """
    if isinstance(max_wrong, bool) or not isinstance(max_wrong, int | float) or not 0 <= max_wrong < 1:
        raise FrameRefused(f"max_wrong {shown(max_wrong)} is no share", do="Give the share that may be wrong: 0.005.")
    table = measured()
    credited = [m for m in table.values() if m.status == "matched"]
    lines, right = sum(m.lines for m in credited), sum(m.right for m in credited)
    taken: set[str] = set()
    for doubt in sorted((d for d in DOUBTS if d in table), key=lambda d: (-table[d].confidence, d)):
        lines, right = lines + table[doubt].lines, right + table[doubt].right
        if max_wrong == 0 or lines - right > max_wrong * lines:
            break
        taken.add(doubt)
    return frozenset(taken)
