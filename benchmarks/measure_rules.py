"""Write how often each case was right on the labelled lines of the tests to src/reconcile/matching/measured.csv.

`--folds 5` writes nothing: it measures on each fifth of the lines with the confidence that the others give, and prints
how far that is from what happened.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
from measure_labelled import SETS, evaluation

from reconcile.matching import confidence
from reconcile.matching.evaluation.calibration import bands
from reconcile.matching.evaluation.counts import DEBATED, REVIEW, RIGHT, WRONG_CAMPAIGN, WRONG_FUND, count
from reconcile.matching.evaluation.tables import Table, of_bands

TABLE = Path(__file__).parents[1] / "src" / "reconcile" / "matching" / "measured.csv"
CREDITED = (RIGHT, WRONG_CAMPAIGN, WRONG_FUND)


def suggested_right(lines: pd.DataFrame) -> pd.Series:
    """Whether what was decided, or the first thing suggested where a person is asked, is the answer, fund and all."""
    fund = lines["fund"].fillna("") == lines["answer_fund"]
    return (lines["outcome"] == RIGHT) | ((lines["outcome"] == REVIEW) & (lines["suggested"] == 1) & fund)


def table_of(lines: pd.DataFrame) -> dict[str, confidence.Measured]:
    """Per case of these lines how often it was right and how often it came up, as the library keeps it."""
    own = lines[lines["case"].notna()].assign(right=suggested_right)
    return {
        str(case): confidence.Measured(str(rows["status"].iloc[0]), int(rows["right"].sum()), len(rows))
        for case, rows in own.groupby("case", sort=True)
    }


def measured() -> str:
    """The table as text: case, status, right, lines; over every labelled file of the tests."""
    rows = [f"{case},{m.status},{m.right},{m.lines}" for case, m in table_of(counted()).items()]
    return "\n".join(["case,status,right,lines", *rows]) + "\n"


def counted() -> pd.DataFrame:
    """Every labelled line of every set that is not debated, with what was decided and how it came out."""
    lines = pd.concat([evaluation(name).results.assign(set=name) for name in SETS], ignore_index=True)
    return lines[lines["outcome"] != DEBATED].reset_index(drop=True)


def held_out(number: int) -> pd.DataFrame:
    """Every counted line with its `fold`, and the `confidence` that the lines of the other folds give its case.

    Equal texts of a set are in one fold, so that no fold knows a line of another; kinds of line are dealt out evenly.
    """
    lines = counted()
    lines["digest"] = [hashlib.sha256(text.encode()).hexdigest() for text in lines["description"]]
    texts = lines.drop_duplicates(["set", "digest"]).sort_values(["set", "labelled_kind", "digest"])
    texts["fold"] = np.arange(len(texts)) % number
    lines = lines.drop(columns="confidence").merge(texts[["set", "digest", "fold"]], on=["set", "digest"])
    lines["confidence"] = np.nan
    for fold in range(number):
        mine = lines["fold"] == fold
        known = table_of(lines[~mine])
        unknown = confidence.Measured("", 0, 0)
        lines.loc[mine, "confidence"] = [
            np.nan if pd.isna(case) else known.get(case, unknown).confidence for case in lines.loc[mine, "case"]
        ]
    return lines


def folds(number: int) -> tuple[Table, Table]:
    """Per fold what happened and what was expected; and over all lines, each with the confidence of the other folds."""
    lines = held_out(number)
    credited = lines[lines["outcome"].isin(CREDITED)]
    rows = []
    for fold, own in lines.groupby("fold"):
        c = count(own["outcome"], own["answer_campaign"] != "")
        rows.append((f"{fold + 1}", c.lines, c.named, c.right, c.wrong_total, c.coverage, c.precision))
        rows[-1] += (float(credited.loc[credited["fold"] == fold, "confidence"].mean()),)
    heads = ("fold", "lines", "naming one", "right", "wrong", "coverage", "precision", "expected")
    return Table(f"{number} folds, each measured by the others", heads, tuple(rows)), of_bands(
        bands(credited["confidence"], credited["outcome"])
    )


def doubts() -> str:
    """The doubts that a setting may overrule, in Markdown."""
    rows = ["| doubt | lines | first suggestion right | confidence |", "| --- | --: | --: | --: |"]
    known = confidence.measured()
    for doubt in sorted(confidence.DOUBTS, key=lambda d: -known[d].confidence):
        m = known[doubt]
        rows.append(f"| {doubt} | {m.lines} | {m.right} | {m.confidence:.1%} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folds", type=int, metavar="N", help="cross-validate over N parts, and write nothing")
    number = options.parse_args().folds
    if number:
        print(*(table.as_text() for table in folds(number)), sep="\n\n")
        return
    TABLE.write_text(measured(), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
