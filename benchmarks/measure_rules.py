"""Write how often each rule was right on the labelled lines of the tests to src/reconcile/matching/measured.csv."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from measure_labelled import SETS, evaluation

TABLE = Path(__file__).parents[1] / "src" / "reconcile" / "matching" / "measured.csv"


def measured() -> str:
    """The table as text: rule, right, credited; over every labelled file of the tests."""
    right: Counter[str] = Counter()
    credited: Counter[str] = Counter()
    for name in SETS:
        for rule, counts in evaluation(name).by_rule.items():
            right[rule] += counts["right"]
            credited[rule] += counts["lines"]
    rows = [f"{rule},{right[rule]},{credited[rule]}" for rule in sorted(credited)]
    return "\n".join(["rule,right,credited", *rows]) + "\n"


if __name__ == "__main__":
    TABLE.write_text(measured(), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))
