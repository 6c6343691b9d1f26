"""The words for what a link is."""

from __future__ import annotations

LINKED, PROPOSED = "linked", "proposed"
"""Linked by itself; proposed: a person must say."""
