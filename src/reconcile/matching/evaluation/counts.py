"""What came of each labelled line, and the counts of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.schema import TEXT

Mask = npt.NDArray[np.bool_]

RIGHT, WRONG_CAMPAIGN, WRONG_FUND = "right", "wrong campaign", "wrong fund"
REVIEW = "review"
NOTHING = "none"
DEBATED = "debated"
OUTCOMES = {
    RIGHT: "credited, campaign and fund right",
    WRONG_CAMPAIGN: "credited to another campaign, or to one where the line names none",
    WRONG_FUND: "credited to the campaign it names, in another fund",
    REVIEW: "names one campaign and was not credited",
    NOTHING: "names no campaign and was not credited",
    DEBATED: "not counted: two careful people could differ",
}
"""What can come of a labelled line."""


def outcomes(answers: pd.DataFrame, campaign: pd.Series[Any], fund: pd.Series[Any], credited: Mask) -> pd.Series[Any]:
    """One of `OUTCOMES` per line, from the answers, what was decided, and which lines were credited by themselves."""
    named = (answers["campaign"] != "").to_numpy()
    same_campaign = campaign.fillna("").to_numpy() == answers["campaign"].to_numpy()
    same_fund = fund.fillna("").to_numpy() == answers["fund"].to_numpy()
    conditions = [
        answers["debated"].to_numpy(),
        credited & same_campaign & same_fund,
        credited & same_campaign,
        credited,
        named,
    ]
    chosen = np.select(conditions, [DEBATED, RIGHT, WRONG_FUND, WRONG_CAMPAIGN, REVIEW], NOTHING)
    return pd.Series(chosen, index=answers.index, dtype=TEXT)


@dataclass(frozen=True)
class Counts:
    """Counts of labelled lines, debated ones left out.

    `named` lines name one campaign. `right` and `wrong_…` lines were credited without a person; right only if campaign
    and fund both are. A line that names no campaign and is credited is a wrong campaign. `review` lines name one
    campaign and were not credited.
    """

    lines: int
    named: int
    right: int
    wrong_campaign: int
    wrong_fund: int
    review: int

    @property
    def wrong_total(self) -> int:
        """Lines credited to a wrong campaign or fund."""
        return self.wrong_campaign + self.wrong_fund

    @property
    def credited(self) -> int:
        """Lines credited without a person."""
        return self.right + self.wrong_total

    @property
    def left(self) -> int:
        """Lines not credited: for a person, or no gift at all."""
        return self.lines - self.credited

    @property
    def coverage(self) -> float | None:
        """Share of the lines naming one campaign that were credited right; None where no line names one."""
        return self.right / self.named if self.named else None

    @property
    def precision(self) -> float | None:
        """Share of the lines credited without a person that were credited right; None where none was."""
        return self.right / self.credited if self.credited else None

    def to_dict(self) -> dict[str, Any]:
        """The counts and the shares, for JSON."""
        shares = {"coverage": rounded(self.coverage), "precision": rounded(self.precision)}
        counts = {f.name: getattr(self, f.name) for f in fields(Counts)}
        return counts | {"wrong_total": self.wrong_total, "left": self.left} | shares


def rounded(share: float | None) -> float | None:
    """A share with four decimals."""
    return None if share is None else round(share, 4)


def count(outcome: pd.Series[Any], named: pd.Series[Any]) -> Counts:
    """The counts of lines with these outcomes; `named` says which of them name one campaign."""
    counted = outcome != DEBATED
    of = {str(k): int(v) for k, v in outcome.value_counts().items()}
    return Counts(
        lines=int(counted.sum()),
        named=int((counted & named).sum()),
        right=of.get(RIGHT, 0),
        wrong_campaign=of.get(WRONG_CAMPAIGN, 0),
        wrong_fund=of.get(WRONG_FUND, 0),
        review=of.get(REVIEW, 0),
    )


def count_by(groups: pd.Series[Any], outcome: pd.Series[Any], named: pd.Series[Any]) -> dict[str, Counts]:
    """The counts of each group that has a counted line, in the order of the groups' names."""
    own = groups[outcome != DEBATED]
    found = own.groupby(own.to_numpy(), sort=True).indices
    at = np.flatnonzero((outcome != DEBATED).to_numpy())
    return {str(g): count(outcome.iloc[at[rows]], named.iloc[at[rows]]) for g, rows in found.items()}
