"""How good the decisions are, measured on lines whose right answer is known."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import FrameRefused, ReconcileError, shown
from reconcile.files import read_documents
from reconcile.matching.matches import match, usable
from reconcile.matching.totals import CREDITED
from reconcile.schema import TEXT

Mask = npt.NDArray[np.bool_]
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, repr=False)
class Evaluation:
    """Counts over labelled lines.

    `right` and `wrong_…` count lines credited without a person: right only if campaign and fund are both right. `named`
    lines name one campaign; `review` of them a person must decide, and for `first_right` of those the first suggestion
    is the right campaign. In `by_kind`, `left` are the lines not credited: for a person, or no gift at all. A line
    that names none and is credited is a wrong campaign. `debated` lines count nowhere.
    """

    lines: int
    debated: int
    named: int
    right: int
    wrong_campaign: int
    wrong_fund: int
    review: int
    first_right: int
    review_wrong_fund: int
    by_kind: Counts
    by_rule: Counts
    wrong: list[dict[str, str]]

    @property
    def wrong_total(self) -> int:
        """Lines credited to a wrong campaign or fund."""
        return self.wrong_campaign + self.wrong_fund

    @property
    def coverage(self) -> float:
        """Share of the lines naming one campaign that were credited right without a person."""
        return self.right / self.named if self.named else 0.0

    @property
    def precision(self) -> float:
        """Share of the lines credited without a person that were credited right."""
        credited = self.right + self.wrong_total
        return self.right / credited if credited else 1.0

    @property
    def first_right_share(self) -> float:
        """Share of the review lines with an answer whose first suggestion is that answer."""
        return self.first_right / self.review if self.review else 1.0

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        shares = {s: round(getattr(self, s), 4) for s in ("coverage", "precision", "first_right_share")}
        return asdict(self) | {"wrong_total": self.wrong_total} | shares

    def __str__(self) -> str:
        lines = [
            f"{self.lines} labelled lines ({self.debated} debated, not counted); {self.named} name one campaign",
            f"  right              {self.right:>5}   {self.coverage:6.1%} of those",
            f"  wrong campaign     {self.wrong_campaign:>5}",
            f"  wrong fund         {self.wrong_fund:>5}   precision {self.precision:.2%}",
            f"  to review          {self.review:>5}   first suggestion right in {self.first_right}"
            f" ({self.first_right_share:.0%})",
        ]
        lines += self._counts("kind", self.by_kind) + self._counts("rule", self.by_rule)
        lines += ["", "wrong:"] if self.wrong else []
        lines += [f"  {w['description']}: {w['got']}, should be {w['expected']} ({w['evidence']})" for w in self.wrong]
        return "\n".join(lines)

    __repr__ = __str__

    @staticmethod
    def _counts(title: str, counts: Counts) -> list[str]:
        width = max(len(name) for name in (title, *counts))
        columns = list(next(iter(counts.values()), {}))
        head = f"  {title:<{width}}" + "".join(f"{c:>7}" for c in columns)
        return ["", head, *(f"  {n:<{width}}" + "".join(f"{c[k]:>7}" for k in columns) for n, c in counts.items())]


def evaluate(labelled: pd.DataFrame, campaigns: CampaignRegister, funds: FundVocabulary | None = None) -> Evaluation:
    """How many labelled lines are credited right and wrong, and how many go to a person.

    `labelled` has `description`, `amount`, `date` and the right `campaign_code` (or `campaign`) and `fund`, empty where
    the line names none or a person must say; `kind` and `debated` are used where they are there.
    """
    answers = _answers(labelled)
    matches = match(labelled, campaigns, funds=funds)
    got = pd.DataFrame({c: matches[c].fillna("") for c in ("campaign", "fund")})
    counted = ~answers["debated"].to_numpy()
    credited = matches["status"].isin(CREDITED).to_numpy() & counted
    named = (answers["campaign"] != "").to_numpy() & counted
    campaign_right = (got["campaign"] == answers["campaign"]).to_numpy()
    fund_right = (got["fund"] == answers["fund"]).to_numpy()
    right = credited & named & campaign_right & fund_right
    wrong_campaign = credited & ~campaign_right
    wrong_fund = credited & campaign_right & ~fund_right
    review = named & ~credited
    first = matches["candidates"].fillna("").str.split(";").str[0].str.rsplit(" ", n=1).str[0]
    offered = counted & ~credited & (got["fund"] != "").to_numpy() & ~fund_right
    return Evaluation(
        lines=len(labelled),
        debated=int((~counted).sum()),
        named=int(named.sum()),
        right=int(right.sum()),
        wrong_campaign=int(wrong_campaign.sum()),
        wrong_fund=int(wrong_fund.sum()),
        review=int(review.sum()),
        first_right=int((review & (first == answers["campaign"]).to_numpy()).sum()),
        review_wrong_fund=int(offered.sum()),
        by_kind=_by(answers["kind"], counted, right, wrong_campaign | wrong_fund, counted & ~credited),
        by_rule=_by(matches["rule"].where(credited), credited, right, wrong_campaign | wrong_fund),
        wrong=_wrong(labelled, answers, matches, wrong_campaign | wrong_fund),
    )


def _answers(labelled: pd.DataFrame) -> pd.DataFrame:
    if "campaign_code" not in labelled.columns and "campaign" not in labelled.columns:
        raise FrameRefused(
            "labelled lines lack the column campaign_code",
            do="They need description, amount, date, campaign_code and fund.",
        )
    campaign = labelled["campaign_code" if "campaign_code" in labelled.columns else "campaign"]
    blank = pd.Series("", index=labelled.index, dtype=TEXT)

    def text(column: str) -> pd.Series[Any]:
        return labelled[column].astype(TEXT).fillna("").str.strip() if column in labelled.columns else blank

    return pd.DataFrame(
        {
            "campaign": campaign.astype(TEXT).fillna("").str.strip(),
            "fund": text("fund"),
            "kind": text("kind").replace("", "all"),
            "debated": text("debated") != "",
        }
    )


def _by(groups: pd.Series[Any], lines: Mask, right: Mask, wrong: Mask, left: Mask | None = None) -> Counts:
    marks = {"lines": lines, "right": right, "wrong": wrong} | ({} if left is None else {"left": left})
    table = pd.DataFrame(marks).astype(int).groupby(groups.to_numpy()).sum()
    return {str(group): {c: int(table.loc[group, c]) for c in table.columns} for group in table.index}


def _wrong(labelled: pd.DataFrame, answers: pd.DataFrame, matches: pd.DataFrame, wrong: Mask) -> list[dict[str, str]]:
    def named(campaign: object, fund: object) -> str:
        parts = [str(p) for p in (campaign, fund) if isinstance(p, str) and p]
        return " ".join(parts) or "none"

    return [
        {
            "description": str(labelled["description"].iloc[i]),
            "expected": named(answers["campaign"].iloc[i], answers["fund"].iloc[i]),
            "got": named(matches["campaign"].iloc[i], matches["fund"].iloc[i]),
            "evidence": str(matches["evidence"].iloc[i]),
        }
        for i in np.flatnonzero(wrong).tolist()
    ]


def read_labelled(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Labelled lines from a CSV, every value as text.

    Raises UnreadableFile for a file that cannot be read, FrameRefused for a column that is missing or there twice, a
    line with more or fewer values, or a date that is none, and NotMoney for an amount that is none.
    """
    documents = read_documents(path)
    name = Path(path).name
    if len(documents) > 1:
        raise FrameRefused(f"holds {len(documents)} files", file=name, do="Name one CSV of labelled lines.")
    # newline="" leaves line ends to the reader, which then takes a lone carriage return for one too
    reader = csv.reader(io.StringIO(documents[0].text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as fault:
        do = "Write a quote inside a text twice, and close the quotes around it."
        raise FrameRefused("the quotes do not pair up", file=name, line=reader.line_num, do=do) from fault
    head = [column.strip() for column in rows[0][1]]
    twice = sorted({column for column in head if head.count(column) > 1})
    if twice:
        what = f'has two columns named "{shown(twice[0], 40)}"'
        raise FrameRefused(what, file=name, line=rows[0][0], do="Give each column a name of its own.")
    for number, row in rows[1:]:
        if len(row) != len(head):
            what = f"has {len(row)} values for {len(head)} columns"
            raise FrameRefused(what, file=name, line=number, do="Put a text that holds a comma in double quotes.")
    labelled = pd.DataFrame([row for _, row in rows[1:]], columns=head, dtype=TEXT)
    try:
        _answers(labelled)
        usable(labelled)
    except ReconcileError as fault:  # said here, where the file is known
        raise type(fault)(fault.what, file=name, do=fault.do) from fault
    return labelled
