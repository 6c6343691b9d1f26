"""Write how often each rule was right on the labelled lines of the tests to src/reconcile/matching/measured.csv.

`--folds 5` writes nothing: it measures on each fifth of the lines with the confidence that the others give, and prints
how far that is from what happened.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from measure_labelled import SETS, evaluation

from reconcile.matching import confidence
from reconcile.matching.evaluation.calibration import bands
from reconcile.matching.evaluation.counts import DEBATED, RIGHT, WRONG_CAMPAIGN, WRONG_FUND, count
from reconcile.matching.evaluation.tables import Table, of_bands

TABLE = Path(__file__).parents[1] / "src" / "reconcile" / "matching" / "measured.csv"
CREDITED = (RIGHT, WRONG_CAMPAIGN, WRONG_FUND)


def measured() -> str:
    """The table as text: rule, right, credited; over every labelled file of the tests."""
    right: Counter[str] = Counter()
    credited: Counter[str] = Counter()
    for name in SETS:
        for rule, counts in evaluation(name).by_rule.items():
            right[rule] += counts.right
            credited[rule] += counts.credited
    rows = [f"{rule},{right[rule]},{credited[rule]}" for rule in sorted(credited)]
    return "\n".join(["rule,right,credited", *rows]) + "\n"


def held_out(number: int) -> pd.DataFrame:
    """Every counted line with its `fold`, and the `confidence` that the lines of the other folds give its rule.

    Equal texts of a set are in one fold, so that no fold knows a line of another; kinds of line are dealt out evenly.
    """
    lines = pd.concat([evaluation(name).results.assign(set=name) for name in SETS], ignore_index=True)
    lines = lines[lines["outcome"] != DEBATED].reset_index(drop=True)
    lines["digest"] = [hashlib.sha256(text.encode()).hexdigest() for text in lines["description"]]
    texts = lines.drop_duplicates(["set", "digest"]).sort_values(["set", "labelled_kind", "digest"])
    texts["fold"] = np.arange(len(texts)) % number
    lines = lines.drop(columns="confidence").merge(texts[["set", "digest", "fold"]], on=["set", "digest"])
    lines["confidence"] = np.nan
    credited = lines["outcome"].isin(CREDITED)
    for fold in range(number):
        mine = credited & (lines["fold"] == fold)
        lines.loc[mine, "confidence"] = lines.loc[mine, "rule"].map(fitted(lines[credited & (lines["fold"] != fold)]))
    return lines


def fitted(credited: pd.DataFrame) -> dict[str, float]:
    """The confidence of each rule as the library works it out, had it been measured on these credited lines alone."""
    rules = {str(rule) for name in SETS for rule in evaluation(name).by_rule}
    table = {
        str(rule): (int((own["outcome"] == RIGHT).sum()), len(own)) for rule, own in credited.groupby("rule", sort=True)
    }
    with mock.patch.object(confidence, "measured", lambda: table):
        return {rule: confidence.confidence.__wrapped__("matched", rule) for rule in rules}


def folds(number: int) -> tuple[Table, Table]:
    """Per fold what happened and what was expected; and over all lines, each with the confidence of the other folds."""
    lines = held_out(number)
    rows = []
    for fold, own in lines.groupby("fold"):
        c = count(own["outcome"], own["answer_campaign"] != "")
        rows.append((f"{fold + 1}", c.lines, c.named, c.right, c.wrong_total, c.coverage, c.precision))
        rows[-1] += (float(own["confidence"].mean()),)
    heads = ("fold", "lines", "naming one", "right", "wrong", "coverage", "precision", "expected")
    credited = lines[lines["outcome"].isin(CREDITED)]
    return Table(f"{number} folds, each measured by the others", heads, tuple(rows)), of_bands(
        bands(credited["confidence"], credited["outcome"])
    )


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
