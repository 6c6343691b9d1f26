"""What became of a movement, and what had changed since, each in a few words."""

from __future__ import annotations

from typing import Any

import pandas as pd

PARTS = ("the register changed", "the funds changed", "another version of the rules", "another share of wrong allowed")
"""What a change of each part of `registers.decided_with` is called."""


def said(status: str, campaign: Any, fund: Any) -> str:
    """What a status, campaign and fund come to: `ABC zakat`, `a person must say`, `no gift`."""
    if status in ("matched", "decided"):
        return "split" if pd.isna(campaign) else f"{campaign} {'unspecified' if pd.isna(fund) else fund}"
    return {"review": "a person must say", "not_donation": "no gift"}.get(status, status)


def why_changed(before: str, now: str) -> str:
    """What differs between two things that were decided with (`registers.decided_with`); empty where nothing does."""
    if before == now or not before:
        return ""
    differing = [why for was, is_, why in zip(before.split(), now.split(), PARTS, strict=True) if was != is_]
    return " and ".join(differing)
