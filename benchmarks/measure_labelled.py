"""Print how the labelled lines of the tests are decided, one row per set, as the table of docs/decisions.md."""

from __future__ import annotations

from pathlib import Path

from reconcile.campaigns import default_funds, read_campaigns, read_funds
from reconcile.matching import Evaluation, evaluate
from reconcile.matching.evaluation import read_labelled

LABELLED = Path(__file__).parents[1] / "tests" / "labelled"
SETS = ("appeals", "relief", "donors", "shelter", "school")


def evaluation(name: str) -> Evaluation:
    """The evaluation of one set of labelled lines, with its own register and funds."""
    vocabulary = LABELLED / f"{name}-funds.csv"
    funds = read_funds(vocabulary) if vocabulary.exists() else default_funds()
    register = read_campaigns(LABELLED / f"{name}-campaigns.csv")
    return evaluate(read_labelled(LABELLED / f"{name}.csv"), register, funds)


def table() -> str:
    """The table in Markdown."""
    rows = ["| lines | counted | name one campaign | right | wrong | to a person |"]
    rows.append("| --- | --: | --: | --: | --: | --: |")
    for name in SETS:
        e = evaluation(name)
        cells = (e.lines - e.debated, e.named, f"{e.right} ({e.coverage:.0%})", e.wrong_total, e.review)
        rows.append(f"| `{name}` | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(table())
