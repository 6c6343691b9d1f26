"""Prints a digest of all that reading, merging, matching and writing give for some files; run by test_surroundings.py.

Usage: python digests.py CAMPAIGNS WORKBOOK FILE…
"""

from __future__ import annotations

import json
import locale
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pandas as pd

import reconcile as rc
from reconcile.statement import Statement


def main(campaigns_path: str, workbook: str, *files: str) -> None:
    """One line of JSON: a digest for each statement, and for the merged set, the matches and the workbook."""
    with suppress(locale.Error):  # as a program of the user would; a system may lack the locale
        locale.setlocale(locale.LC_ALL, "")
    statements = [s for name in files for s in rc.read_statements(name)]
    merged = rc.merge_statements(statements)
    campaigns = rc.read_campaigns(campaigns_path)
    matches = rc.match(merged.transactions, campaigns)
    rc.write_workbook(workbook, statements=statements, matches=matches, campaigns=campaigns)
    # which file a row is shown from may depend on the order of the files, what it says may not
    rows = merged.transactions.drop(columns=["source", "line"])
    found = {f"{s.source.name} {s.account.number}": _digest(_words(s)) for s in statements}
    found["merged rows"] = _digest(_frame(rows.sort_values("transaction_id")))
    found["matches"] = _digest(_frame(matches.sort_values("transaction_id")))
    found["workbook"] = sha256(Path(workbook).read_bytes()).hexdigest()
    print(json.dumps(found))


def _words(statement: Statement) -> str:
    frames = (statement.transactions, statement.notices, statement.quarantined)
    return "\n".join([*map(_frame, frames), repr(statement), str(statement.proof), *statement.warnings])


def _frame(frame: pd.DataFrame) -> str:
    return str(frame.dtypes) + frame.to_csv(index=False)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
