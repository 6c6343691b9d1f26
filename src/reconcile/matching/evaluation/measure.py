"""Labelled lines decided and compared with their answers: counts, every wrong line, what a person would be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.matching.decide import SHOWN_CANDIDATES
from reconcile.matching.evaluation import against as ordinary
from reconcile.matching.evaluation import tables
from reconcile.matching.evaluation.calibration import Band, bands
from reconcile.matching.evaluation.counts import (
    DEBATED,
    NOTHING,
    REVIEW,
    WRONG_CAMPAIGN,
    WRONG_FUND,
    Counts,
    count,
    count_by,
    outcomes,
    rounded,
)
from reconcile.matching.evaluation.labelled import answers_of, known_answers, places_of
from reconcile.matching.evaluation.tables import Table
from reconcile.matching.matches import decided
from reconcile.schema import CREDITED, TEXT

OURS = "reconcile"
"""What the decisions of this library are called beside the ordinary methods."""

SHOWN_REVIEW = 20
"""A screen is for a look; every line is in the workbook and in `results`."""


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Counts):
    """The `Counts` of all lines, and the same by kind of line, by status and by rule.

    `lines` here counts the `debated` ones too, which count nowhere else. For `first_right` of the `review` lines the
    first suggestion is the right campaign, for `any_right` one of the three; `review_wrong_fund` lines not credited
    show a fund that is wrong. `by_rule` has credited lines alone. `against` has the counts of ordinary methods on the
    same lines. `results` has a row per labelled line on its index: `line`, `description`, `answer_campaign`,
    `answer_fund`, `outcome` (one of `counts.OUTCOMES`), `suggested` (which of the three suggestions is the answer, 0
    for none) and what `match` returned. `str()` for a terminal, tables in a notebook.
    """

    debated: int
    first_right: int
    any_right: int
    review_wrong_fund: int
    by_kind: dict[str, Counts]
    by_status: dict[str, Counts]
    by_rule: dict[str, Counts]
    calibration: tuple[Band, ...]
    against: dict[str, Counts]
    results: pd.DataFrame

    @property
    def left(self) -> int:
        """Lines not credited: for a person, or no gift at all; debated ones left out."""
        return self.lines - self.debated - self.credited

    @property
    def first_right_share(self) -> float | None:
        """Share of the review lines with an answer whose first suggestion is that answer; None where there are none."""
        return self.first_right / self.review if self.review else None

    @property
    def any_right_share(self) -> float | None:
        """Share of the review lines with an answer that is among the three suggestions; None where there are none."""
        return self.any_right / self.review if self.review else None

    @property
    def wrong(self) -> list[dict[str, Any]]:
        """Every line credited wrong: line, description, expected, got, rule and evidence."""
        rows = self.results[self.results["outcome"].isin([WRONG_CAMPAIGN, WRONG_FUND])]
        return [
            {
                "line": _place(r.line),
                "description": r.description,
                "expected": _named(r.answer_campaign, r.answer_fund),
                "got": _named(r.campaign, r.fund),
                "outcome": r.outcome,
                "rule": r.rule,
                "evidence": _or_empty(r.evidence),
            }
            for r in rows.itertuples()
        ]

    @property
    def reviewed(self) -> list[dict[str, Any]]:
        """Every line that names one campaign and was not credited, with which suggestion is the answer, 0 for none."""
        return [
            {
                "line": _place(r.line),
                "description": r.description,
                "expected": _named(r.answer_campaign, r.answer_fund),
                "status": r.status,
                "candidates": _or_empty(r.candidates),
                "suggested": int(str(r.suggested)),
                "reason": _or_empty(r.reason) or r.evidence,
            }
            for r in self.results[self.results["outcome"] == REVIEW].itertuples()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return super().to_dict() | {
            "debated": self.debated,
            "first_right": self.first_right,
            "first_right_share": rounded(self.first_right_share),
            "any_right": self.any_right,
            "any_right_share": rounded(self.any_right_share),
            "review_wrong_fund": self.review_wrong_fund,
            "by_kind": _as_dicts(self.by_kind),
            "by_status": _as_dicts(self.by_status),
            "by_rule": _as_dicts(self.by_rule),
            "calibration": [band.to_dict() for band in self.calibration],
            "against": _as_dicts(self.against),
            "wrong": self.wrong,
            "reviewed": self.reviewed,
        }

    def tables(self) -> list[Table]:
        """The figures as tables; those of single lines are `wrong_table` and `review_table`."""
        measured: tuple[tuple[tables.Value, ...], ...] = (
            ("name one campaign", self.named, None, f"of {self.lines - self.debated} lines counted"),
            ("credited", self.credited, self.precision, "of these are right: precision"),
            ("right", self.right, self.coverage, "of those naming one campaign: coverage"),
            ("wrong campaign", self.wrong_campaign, None, "not the one it names, or it names none"),
            ("wrong fund", self.wrong_fund, None, "campaign right"),
            ("to review", self.review, None, "name one campaign and were not credited"),
            ("first suggestion right", self.first_right, self.first_right_share, "of those to review"),
            ("one of three right", self.any_right, self.any_right_share, "of those to review"),
        )
        title = f"{self.lines} labelled lines, {self.debated} of them debated and not counted"
        methods: dict[str, Counts] = {OURS: self, **self.against}
        return [
            Table(title, ("", "lines", "share", ""), measured),
            *([tables.of_methods(methods)] if self.against else []),
            tables.of_counts("By kind of line", self.by_kind),
            tables.of_counts("By status", self.by_status),
            tables.of_counts("By rule, credited lines alone", self.by_rule),
            tables.of_bands(self.calibration),
        ]

    def wrong_table(self) -> Table:
        """Every line credited wrong."""
        keys = ("line", "description", "expected", "got", "outcome", "rule", "evidence")
        heads = ("line", "description", "should be", "credited to", "outcome", "rule", "evidence")
        return Table("Wrong", heads, tuple(tuple(w[k] for k in keys) for w in self.wrong))

    def review_table(self, most: int | None = None) -> Table:
        """The lines that name one campaign and were not credited, at `most` so many."""
        keys = ("line", "description", "expected", "suggested", "candidates", "reason")
        heads = ("line", "description", "answer", "suggestion", "candidates", "why a person must say")
        rows = self.reviewed[:most]
        title = "To review: which suggestion is the answer, 0 for none"
        title += f" ({len(rows)} of {self.review}; all of them are in the workbook)" if len(rows) < self.review else ""
        return Table(title, heads, tuple(tuple(r[k] for k in keys) for r in rows))

    def _shown(self) -> list[Table]:
        return [t for t in (*self.tables(), self.review_table(SHOWN_REVIEW), self.wrong_table()) if t.rows]

    def __str__(self) -> str:
        return "\n\n".join(table.as_text() for table in self._shown())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "".join(table.as_html() for table in self._shown())


def evaluate(
    labelled: pd.DataFrame,
    campaigns: CampaignRegister,
    funds: FundVocabulary | None = None,
    *,
    against: str | Iterable[str] = (),
    max_wrong: float = 0,
) -> Evaluation:
    """How many labelled lines are credited right and wrong, and how many go to a person.

    `labelled` has `description`, `amount`, `date` and the right `campaign_code` (or `campaign`) and `fund`, empty where
    the line names none or a person must say; `kind` and `debated` are used where they are there, and `line` (else the
    index) says where a line stands. `against` names ordinary methods to measure on the same lines: `exact` (whole
    words) and `likeness` (three scores of RapidFuzz). `max_wrong` is that of `match`.

    Raises FrameRefused or NotMoney for a frame that will not do, and FrameRefused for an answer that the register or
    the vocabulary does not have, or a method that there is not.
    """
    methods = ordinary.chosen(against)
    vocabulary = funds or default_funds()
    answers = known_answers(answers_of(labelled), places_of(labelled), campaigns, vocabulary)
    matches = decided(labelled, campaigns, vocabulary, max_wrong)
    credited = matches["status"].isin(CREDITED).to_numpy()
    outcome = outcomes(answers, matches["campaign"], matches["fund"], credited)
    named = answers["campaign"] != ""
    suggested = _suggested(matches["candidates"], answers["campaign"])
    review, counted = outcome == REVIEW, outcome != DEBATED
    offered = outcome.isin([REVIEW, NOTHING]) & matches["fund"].notna() & (matches["fund"] != answers["fund"])
    found = ordinary.decided(labelled, campaigns, vocabulary, methods) if methods else {}
    own = count(outcome, named)
    return Evaluation(
        lines=len(labelled),
        named=own.named,
        right=own.right,
        wrong_campaign=own.wrong_campaign,
        wrong_fund=own.wrong_fund,
        review=own.review,
        debated=int((~counted).sum()),
        first_right=int((review & (suggested == 1)).sum()),
        any_right=int((review & (suggested > 0)).sum()),
        review_wrong_fund=int(offered.sum()),
        by_kind=count_by(answers["kind"], outcome, named),
        by_status=count_by(matches["status"], outcome, named),
        by_rule=count_by(matches["rule"][credited], outcome[credited], named[credited]),
        calibration=bands(matches["confidence"][credited & counted], outcome[credited & counted]),
        against={name: count(_outcomes_of(answers, frame), named) for name, frame in found.items()},
        results=_results(labelled, answers, matches, outcome, suggested),
    )


def _outcomes_of(answers: pd.DataFrame, found: pd.DataFrame) -> pd.Series[Any]:
    return outcomes(answers, found["campaign"], found["fund"], (found["campaign"] != "").to_numpy())


def _suggested(candidates: pd.Series[Any], answer: pd.Series[Any]) -> pd.Series[Any]:
    """Which suggestion (codes with their scores, `; ` between) is the answer, counted from 1; 0 where none is."""
    offered = candidates.fillna("").str.split("; ", expand=True).reindex(columns=range(SHOWN_CANDIDATES)).astype(TEXT)
    found = pd.Series(0, index=answer.index, dtype="int64")
    for at in reversed(range(SHOWN_CANDIDATES)):
        code = offered[at].str.replace(" [^ ]*$", "", regex=True)
        found = found.mask((code == answer) & (answer != ""), at + 1)
    return found


def _results(
    labelled: pd.DataFrame,
    answers: pd.DataFrame,
    matches: pd.DataFrame,
    outcome: pd.Series[Any],
    suggested: pd.Series[Any],
) -> pd.DataFrame:
    described = pd.DataFrame(
        {
            "line": places_of(labelled),
            "description": labelled["description"].fillna(""),
            "answer_campaign": answers["campaign"],
            "answer_fund": answers["fund"],
            "labelled_kind": answers["kind"],
            "outcome": outcome,
            "suggested": suggested,
        },
        index=labelled.index,
    )
    return described.assign(**{str(c): matches[c] for c in matches.columns})


def _named(campaign: object, fund: object) -> str:
    return " ".join(filter(None, (_or_empty(campaign), _or_empty(fund)))) or "none"


def _or_empty(text: object) -> str:
    return text if isinstance(text, str) else ""


def _place(line: object) -> int | str:
    """Where a line stands, as JSON has it."""
    text = str(line)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def _as_dicts(groups: Mapping[str, Counts]) -> dict[str, Any]:
    return {name: counts.to_dict() for name, counts in groups.items()}
