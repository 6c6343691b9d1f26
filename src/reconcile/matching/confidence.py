"""How often decisions like this one were right: measured on labelled lines, kept beside the code, shown per rule."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def measured() -> dict[str, tuple[int, int]]:
    """Per rule how many of its credits on labelled lines were right, and how many it made."""
    text = resources.files("reconcile.matching").joinpath("measured.csv").read_text(encoding="utf-8")
    return {row["rule"]: (int(row["right"]), int(row["credited"])) for row in csv.DictReader(text.splitlines())}


@cache
def confidence(status: str, rule: str) -> float | None:
    """The measured share of right decisions of a rule, from 0 to 1; None where nothing was decided.

    Laplace's rule of succession: a rule that was right in all of few cases is trusted less than one in many.
    """
    if status != "matched":
        return None
    right, credited = measured().get(rule, (0, 0))
    return round((right + 1) / (credited + 2), 4)
