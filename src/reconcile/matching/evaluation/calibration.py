"""Whether `confidence` says what happens: of the lines credited with so much, how many are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from reconcile.matching.evaluation.counts import RIGHT, rounded

EDGES = (0.0, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
"""Confidence lies near 1, so the bands are narrow there; each holds its lower edge, the last one 1 too."""


@dataclass(frozen=True)
class Band:
    """The credited lines whose confidence lies from `least` to under `most`: how many, and how many were right.

    `expected` is their mean confidence: what the share of right ones should be.
    """

    least: float
    most: float
    lines: int
    right: int
    expected: float

    @property
    def share(self) -> float:
        """The share that was right."""
        return self.right / self.lines

    @property
    def words(self) -> str:
        """The band as a person reads it, in percent."""
        return f"{self.least * 100:g} to {self.most * 100:g} %"

    def to_dict(self) -> dict[str, Any]:
        """The band, for JSON."""
        return {
            "least": self.least,
            "most": self.most,
            "lines": self.lines,
            "right": self.right,
            "expected": rounded(self.expected),
            "share_right": rounded(self.share),
        }


def bands(confidence: pd.Series[Any], outcome: pd.Series[Any]) -> tuple[Band, ...]:
    """The bands that hold a line, lowest first; both columns are those of credited lines alone."""
    sure = confidence.to_numpy(dtype=float)
    right = (outcome == RIGHT).to_numpy()
    band = np.clip(np.searchsorted(EDGES, sure, side="right") - 1, 0, len(EDGES) - 2)
    found = []
    for number in np.unique(band).tolist():
        mine = band == number
        lines, good = int(mine.sum()), int(right[mine].sum())
        found.append(Band(EDGES[number], EDGES[number + 1], lines, good, float(sure[mine].mean())))
    return tuple(found)
