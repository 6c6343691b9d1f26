"""What a link is, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

LINKED, PROPOSED, DECIDED = "linked", "proposed", "decided"
"""Linked by itself; proposed: a person must say; decided: a person said."""

SETTLED = (LINKED, DECIDED)
"""The statuses of what settles one another; all else is open on both sides."""

GATEWAY_FEE = "a gateway's fee, not in the books"
"""Why a line is short of the receipts that it settles."""


@dataclass(frozen=True)
class Link:
    """Bank lines and receipts that settle one another, `fee` cents short; by itself unless there is a `reason`."""

    lines: tuple[int, ...]
    receipts: tuple[int, ...]
    rule: str
    evidence: str
    confidence: float
    reason: str = ""
    fee: int = 0
