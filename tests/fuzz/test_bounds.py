"""Files made to exhaust a reader are refused, or read, in bounded memory; a time is no test, but hanging is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MOST_MB = 600
"""More than what the program itself needs. The largest of these files has ten, or a million lines, which may take what
a million rows do: some 450."""


def read_hostile(folder: Path, only: str, seconds: int) -> list[dict]:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("hostile.py")), str(folder), only],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(cases: list[dict]) -> None:
    assert max(case["over"] for case in cases) < MOST_MB, max(cases, key=lambda case: case["grew"])
    for case in cases:
        assert case["read"] or case["faults"], case
        assert all(len(fault.splitlines()) == 1 for fault in case["faults"])


def test_files_too_large_or_packed_too_well_are_refused_before_they_are_read(tmp_path):
    cases = read_hostile(tmp_path, "2 GB|ZIP", 120)
    check(cases)
    assert [case["faults"][0].partition(": ")[2][:30] for case in cases] == [
        "has 2,000,000,000 bytes; the c",
        "unpacks to over 100 times its ",
        "is plain text, not an FNB expo",
    ]


def test_what_makes_a_pattern_try_all_ways_is_read_or_refused_in_bounded_time_and_memory(tmp_path):
    # a reader whose time grows with the square of these takes minutes, and runs into the time out
    cases = read_hostile(tmp_path, "text: 9,|text: 50,|number of 100,000|amount: a million quotes|heading: 9,", 240)
    assert len(cases) > 60
    check(cases)


@pytest.mark.soak
def test_every_hostile_load_in_every_place_is_read_or_refused_in_bounded_memory(tmp_path):
    cases = read_hostile(tmp_path, "", 1_200)
    assert len(cases) > 800
    check(cases)
