"""The benchmark of writing prints what it says, for a small file; how long is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

WORKBOOK = Path(__file__).parents[2] / "benchmarks" / "workbook.py"
NEEDS = {
    "write_workbook, all sheets": "reconcile",
    "its Transactions alone": "reconcile",
    "XlsxWriter": "xlsxwriter",
    "XlsxWriter, constant_memory": "xlsxwriter",
    "openpyxl, write-only": "openpyxl",
    "pandas.to_excel, openpyxl": "openpyxl",
    "xlsxturbo": "xlsxturbo",
}
"""What each way of writing needs to be installed."""

RUN = {way for way, needs in NEEDS.items() if find_spec(needs)}


def told(*asked: str) -> str:
    command = [sys.executable, str(WORKBOOK), "--lines", "300", "--rounds", "1", *asked]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    (only,) = json.loads(told("--json"))
    return only


def test_every_way_of_writing_that_is_installed_is_timed(found: dict[str, Any]) -> None:
    assert (found["lines"], found["cells"]) == (300, 300 * 20)
    assert set(found["ways"]) == set(NEEDS)
    assert {way for way, facts in found["ways"].items() if facts.get("seconds", 0) > 0} == RUN
    assert all("could_not_run" in found["ways"][way] for way in set(NEEDS) - RUN)
    assert found["ways"]["XlsxWriter"].get("times", 1) == 1


def test_every_file_has_the_same_cells(found: dict[str, Any]) -> None:
    assert {way for way, facts in found["ways"].items() if facts.get("same")} == RUN


@pytest.mark.soak
def test_the_table_has_a_line_for_each_way_and_says_which_are_left_out() -> None:
    lines = told("--slow", "299").splitlines()
    assert lines[0].startswith("300 lines, 6,000 cells")
    assert {line[2:30].rstrip() for line in lines[2:]} == set(NEEDS)
    assert {line[2:30].rstrip() for line in lines if "left out" in line} == {
        "openpyxl, write-only",
        "pandas.to_excel, openpyxl",
    }
