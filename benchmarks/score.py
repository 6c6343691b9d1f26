"""How many lines a contender put on the right and on the wrong campaign, as JSON: speed is never shown without it.

    python benchmarks/score.py workbook out.xlsx truth.csv                # a notebook's workbook
    python benchmarks/score.py library history.csv campaigns.csv truth.csv  # what `reconcile` credits by itself

"right" and "wrong" count lines credited to a campaign; "left" the lines that name one and were left to a person.
A campaign credited where the payer named none is wrong.
"""

import csv
import json
import sys
from pathlib import Path


def truth(file):
    with Path(file).open(encoding="ascii", newline="") as rows:
        return {int(row["line"]): row["campaign"] for row in csv.DictReader(rows)}


def of_workbook(workbook):
    """Line of the CSV -> campaign; the notebooks keep the order of the file, whose first row is line 8."""
    import openpyxl

    rows = openpyxl.load_workbook(workbook, read_only=True)["Lines"].iter_rows(values_only=True)
    column = next(rows).index("Campaign")
    return {line: row[column] or "" for line, row in enumerate(rows, start=8)}


def of_library(statement, campaigns):
    """Line of the CSV -> campaign that the library credits by itself."""
    from reconcile.campaigns import read_campaigns
    from reconcile.matching import match
    from reconcile.parsers import read_statement

    transactions = read_statement(statement).transactions
    matches = match(transactions, read_campaigns(campaigns))
    credited = matches["campaign"].where(matches["status"] == "matched")
    return {
        line: campaign if isinstance(campaign, str) else ""
        for line, campaign in zip(transactions["line"].tolist(), credited.tolist(), strict=True)
    }


def compared(answers, meant):
    lacking = meant.keys() - answers.keys()
    pairs = [(answers.get(line, ""), campaign) for line, campaign in meant.items()]
    return {
        "lines": len(meant),
        "named": sum(campaign != "" for _, campaign in pairs),
        "right": sum(answer == campaign != "" for answer, campaign in pairs),
        "wrong": sum(answer not in ("", campaign) for answer, campaign in pairs),
        "left": sum(answer == "" != campaign for answer, campaign in pairs),
        "lost": len(lacking),
    }


if __name__ == "__main__":
    kind, *files = sys.argv[1:]
    answers = of_workbook(files[0]) if kind == "workbook" else of_library(*files[:2])
    print(json.dumps(compared(answers, truth(files[-1]))))
