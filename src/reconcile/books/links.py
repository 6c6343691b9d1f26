"""The words for what a link is."""

from __future__ import annotations

LINKED, PROPOSED = "linked", "proposed"
"""Linked by itself; proposed: a person must say."""

GATEWAY_FEE = "a gateway's fee, not in the books"
"""Why a line is short of the receipts that it settles."""
