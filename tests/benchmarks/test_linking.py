"""Linking beside what a notebook would do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import linking


def test_every_way_that_is_installed_is_timed_and_held_against_the_truth(capsys: pytest.CaptureFixture[str]) -> None:
    told = linking.compared(120)
    assert list(told) == list(linking.WAYS)
    own = told["reconcile"]
    assert own["wrong"] == 0
    assert own["found"] > 0.8
    assert told["pandas.merge, amount and day"]["wrong"] > 0
    linking.print_table(120, told)
    assert len(capsys.readouterr().out.splitlines()) == 2 + len(linking.WAYS)
