"""Linking beside what a notebook would do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import linking


def test_every_way_that_is_installed_is_timed_and_held_against_the_truth(capsys: pytest.CaptureFixture[str]) -> None:
    ways = [way for way in linking.WAYS if way != "splink"]
    told = linking.compared(120, ways)
    assert list(told) == ways
    own = told["reconcile"]
    assert own["wrong"] == 0
    assert own["found"] > 0.8
    assert "wrong" not in told["reconcile, all on one day"]
    assert told["pandas.merge, amount and day"]["wrong"] > 0
    linking.print_table(120, told)
    assert len(capsys.readouterr().out.splitlines()) == 2 + len(ways)


def test_a_way_that_would_take_too_long_or_is_not_installed_is_said_to_be_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(linking.MOST, "splink", 0)
    linking.print_table(120, linking.compared(120, ["splink"]))
    assert capsys.readouterr().out.splitlines()[-1].split(maxsplit=1) == ["splink", "left out: would take minutes"]


def test_a_loop_over_a_sample_counts_up_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "SAMPLE", 60)
    given = linking.months(120)
    linked = linking.most_alike(given)
    assert given.seconds_for == 2
    assert 0 < len(linked) <= 60


def test_all_on_one_day_are_of_one_amount_and_keep_their_types() -> None:
    given = linking.months(120)
    same = linking.one_day(given)
    assert same.receipts["amount"].nunique() == same.transactions["amount"].nunique() == 1
    assert same.receipts.dtypes.equals(given.receipts.dtypes)
