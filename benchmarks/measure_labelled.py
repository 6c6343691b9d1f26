"""Print how the labelled lines of the tests are decided, as the tables of docs/decisions.md: by set and by method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

from reconcile.campaigns import default_funds, read_campaigns, read_funds
from reconcile.matching import Evaluation, evaluate
from reconcile.matching.evaluation import read_labelled
from reconcile.matching.evaluation.counts import Counts

LABELLED = Path(__file__).parents[1] / "tests" / "labelled"
OF_APPEALS = (
    "appeals",
    "relief",
    "donors",
    "givers",
    "payday",
    "cities",
    "phones",
    "monthly",
    "everyone",
    "friends",
    "pensioners",
    "ramadan",
    "winter",
    "regulars",
    "lockdown",
    "neighbours",
    "supporters",
    "wellwishers",
)
"""The sets of one register; each other set has its own."""

SETS = (
    *OF_APPEALS,
    *sorted({p.name.removesuffix("-campaigns.csv") for p in LABELLED.glob("*-campaigns.csv")} - {*OF_APPEALS}),
)


@cache
def evaluation(name: str) -> Evaluation:
    """The evaluation of one set of labelled lines, with its own register and funds, beside the ordinary methods."""
    vocabulary = LABELLED / f"{name}-funds.csv"
    funds = read_funds(vocabulary) if vocabulary.exists() else default_funds()
    register = read_campaigns(LABELLED / f"{name}-campaigns.csv")
    return evaluate(read_labelled(LABELLED / f"{name}.csv"), register, funds, against=("exact", "likeness"))


def table() -> str:
    """The sets in Markdown."""
    rows = ["| lines | counted | name one campaign | right | wrong | to a person |"]
    rows.append("| --- | --: | --: | --: | --: | --: |")
    for name in SETS:
        e = evaluation(name)
        cells = (e.lines - e.debated, e.named, f"{e.right} ({e.coverage:.0%})", e.wrong_total, e.review)
        rows.append(f"| `{name}` | " + " | ".join(map(str, cells)) + " |")
    all_of = together([evaluation(name) for name in SETS])
    cells = (all_of.lines, all_of.named, f"{all_of.right} ({all_of.coverage:.1%})", all_of.wrong_total, all_of.review)
    rows.append("| all | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows) + "\n"


def together(counts: Sequence[Counts]) -> Counts:
    """The counts of several sets as one."""
    return Counts(**{f.name: sum(getattr(c, f.name) for c in counts) for f in fields(Counts)})


def side_by_side() -> str:
    """The methods over all sets, in Markdown."""
    evaluations = [evaluation(name) for name in SETS]
    methods = {"this library": together(evaluations)}
    methods |= {f"`{m}`": together([e.against[m] for e in evaluations]) for m in evaluations[0].against}
    rows = ["| method | right | wrong campaign | wrong fund | left for a person | precision |"]
    rows.append("| --- | --: | --: | --: | --: | --: |")
    for method, c in methods.items():
        right = f"{c.right} ({c.coverage:.0%})"
        rows.append(f"| {method} | {right} | {c.wrong_campaign} | {c.wrong_fund} | {c.review} | {c.precision:.1%} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(table())
    print(side_by_side())
