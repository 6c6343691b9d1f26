"""The benchmark of the store prints what it says, for a small file and a few nights; how long is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

STORE = Path(__file__).parents[2] / "benchmarks" / "store.py"
WAYS = {
    "to_sql, sqlite3",
    "to_sql, SQLAlchemy",
    "store.add",
    "the same file, store.knows",
    "the same statement, store.add",
}
STEPS = {"read", "add", "match", "figures", "workbook", "rest"}


def told(*asked: str) -> str:
    command = [sys.executable, str(STORE), "--lines", "400", "--rounds", "1", *asked]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return json.loads(told("--nights", "10", "--json"))


def test_every_way_of_importing_is_timed_and_held_against_to_sql(found: dict[str, Any]) -> None:
    assert found["import"]["lines"] == 400
    ways = found["import"]["ways"]
    assert set(ways) == WAYS
    for facts in ways.values():
        assert facts["seconds"] > 0
        assert set(facts["to"]) == {"to_sql, sqlite3", "to_sql, SQLAlchemy"}
    for way in ("to_sql, sqlite3", "to_sql, SQLAlchemy"):
        assert ways[way]["to"][way] == 1
    measured = {way for way, facts in ways.items() if "peak_mib" in facts}
    assert measured == {"to_sql, sqlite3", "to_sql, SQLAlchemy", "store.add"}


def test_a_night_has_its_day_its_steps_and_the_size_of_the_store(found: dict[str, Any]) -> None:
    (night,) = found["nights"]
    assert (night["night"], night["day"]) == (10, "2018-01-30")
    assert set(night["steps"]) == STEPS
    assert night["seconds"] > 0
    assert night["store_mib"] > 0


@pytest.mark.soak
def test_the_tables_have_a_line_for_each_way_and_night() -> None:
    lines = told("--nights", "2").splitlines()
    assert lines[0].startswith("Importing 400 lines")
    assert {line[2:34].rstrip() for line in lines[2:7]} == WAYS
    assert lines[7].startswith("A year of nights")
    assert [line.split()[:2] for line in lines[9:]] == [["2", "2018-01-22"]]
