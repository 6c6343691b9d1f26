"""Write how often each rule was right on the labelled lines of the tests to src/reconcile/matching/measured.csv."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from reconcile.campaigns import default_funds, read_campaigns, read_funds
from reconcile.matching import evaluate
from reconcile.matching.evaluation import read_labelled

ROOT = Path(__file__).parents[1]
LABELLED = ROOT / "tests" / "labelled"
TABLE = ROOT / "src" / "reconcile" / "matching" / "measured.csv"


def measured() -> str:
    """The table as text: rule, right, credited; over every labelled file of the tests."""
    right: Counter[str] = Counter()
    credited: Counter[str] = Counter()
    for lines in sorted(LABELLED.glob("*.csv")):
        register = lines.with_name(f"{lines.stem}-campaigns.csv")
        if not register.exists():
            continue
        vocabulary = lines.with_name(f"{lines.stem}-funds.csv")
        funds = read_funds(vocabulary) if vocabulary.exists() else default_funds()
        result = evaluate(read_labelled(lines), read_campaigns(register), funds)
        for rule, counts in result.by_rule.items():
            right[rule] += counts["right"]
            credited[rule] += counts["lines"]
    rows = [f"{rule},{right[rule]},{credited[rule]}" for rule in sorted(credited)]
    return "\n".join(["rule,right,credited", *rows]) + "\n"


if __name__ == "__main__":
    TABLE.write_text(measured(), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))
