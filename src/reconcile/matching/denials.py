"""Words that deny what stands after them, or right before them: `NOT FOR ZAKAT`, `NO ZAKAT OR LILLAH`, `ZAKAT NIE`."""

from __future__ import annotations

from reconcile.matching.words import DENIALS, NUMBERED, STOP

REACHES_OVER = STOP | frozenset("AS BE IS IT USE USED MORE LONGER WANT BUT GEBRUIK WORD MEER".split())
"""Small words between a denial and what it denies."""

DENIED_BEHIND = frozenset("NOT NIE NO NAHI NAHIN EXCL EXCLUDED FREE".split())
"""Words that also deny what stands right before them."""


def denied_before(tokens: list[str], at: int) -> bool:
    """Whether a denial stands before a position, with nothing but small words between."""
    before = at - 1
    while before >= 0 and tokens[before] in REACHES_OVER and tokens[before] not in DENIALS:
        before -= 1
    return before >= 0 and tokens[before] in DENIALS and not _is_a_number(tokens, before)


def denied_after(tokens: list[str], at: int) -> bool:
    """Whether a denial stands at a position, and denies nothing that follows it."""
    behind = at < len(tokens) and tokens[at] in DENIED_BEHIND and not _is_a_number(tokens, at)
    return behind and all(
        token in REACHES_OVER or token in DENIALS or token in ("HAI", "PLS") for token in tokens[at + 1 :]
    )


def _is_a_number(tokens: list[str], at: int) -> bool:
    """Whether NO is short for number: `REF NO`, `NO 5`."""
    numbered = (at > 0 and tokens[at - 1] in NUMBERED) or (at + 1 < len(tokens) and tokens[at + 1].isdigit())
    return tokens[at] == "NO" and numbered
