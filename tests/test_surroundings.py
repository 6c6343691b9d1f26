"""The same files give the same results wherever they are read: language, time zone, hashing, order of files, rows."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import reconcile as rc
from reconcile.parsers import known_layouts, read_statement

HERE = Path(__file__).parent
MONTHS = HERE.parent / "sample_statements"
SAMPLES = HERE / "parsers" / "samples"
FILES = [
    "history-2018-09.csv",
    "history-2018-09-17-to-30.ofx",
    "emailed-2018-12-to-2019-01.csv",
    "recreated-2018-09-flat.csv",
    "business-2018-09.csv",
    "enterprise-2018-09.csv",
    "card-2018-09.csv",
    "two-accounts-2018-09.zip",
]
PLAIN = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0"}
SURROUNDINGS = {
    "Afrikaans on Christmas Island": {
        "LC_ALL": "af_ZA.UTF-8",
        "LANG": "af_ZA",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "1",
    },
    "German on the last island of the day": {
        "LC_ALL": "de_DE.UTF-8",
        "LANG": "de_DE",
        "TZ": "America/Adak",
        "PYTHONHASHSEED": "2",
    },
    "no language at all": {"LC_ALL": "C", "TZ": "", "PYTHONHASHSEED": "random", "PYTHONUTF8": "0"},
}


def digests(folder: Path, surroundings: dict[str, str], files: list[str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not re.match("LC_|LANG|TZ$|PYTHONHASHSEED|PYTHONUTF8", k)}
    command = [sys.executable, str(HERE / "digests.py"), str(MONTHS / "campaigns.csv"), str(folder / "book.xlsx")]
    done = subprocess.run(
        [*command, *(str(MONTHS / name) for name in files)],
        env=kept | surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return digests(tmp_path_factory.mktemp("usual"), PLAIN, FILES)


@pytest.mark.parametrize("surroundings", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_language_time_zone_and_hashing_change_nothing(surroundings, usual, tmp_path):
    assert digests(tmp_path, surroundings, FILES) == usual


def test_the_order_of_the_files_changes_no_row_and_no_match(usual, tmp_path):
    turned = digests(tmp_path, PLAIN, FILES[::-1])
    assert turned.keys() == usual.keys()
    # the workbook shows the statements in the order they were given
    assert {k: v for k, v in turned.items() if k != "workbook"} == {k: v for k, v in usual.items() if k != "workbook"}


#   the sample, and what begins a row in it
ROWS = [
    (SAMPLES / "01-history-download.csv", "2026/"),
    (SAMPLES / "05-recreated-statement-blocks.csv", "2026"),
    (SAMPLES / "05b-recreated-statement-flat.csv", ",,,,,,,,,,2026"),
    (SAMPLES / "06-business-servicefee-columns.csv", "2026-"),
    (SAMPLES / "07-enterprise-csv-date-number.csv", "08/02/2026"),
    (SAMPLES / "08-ofx1-sgml.ofx", "<STMTTRN>"),
    (SAMPLES / "09-ofx2-xml200.ofx", "<STMTTRN>"),
]


def rows_turned(text: str, begins: str) -> str:
    """The text with its rows in the opposite order."""
    if begins == "<STMTTRN>":
        rows = re.findall(r"<STMTTRN>.*?</STMTTRN>\r?\n?", text, re.S)
        others = re.split(r"<STMTTRN>.*</STMTTRN>\r?\n?", text, flags=re.S)
        return others[0] + "".join(rows[::-1]) + others[1]
    lines = text.splitlines(keepends=True)
    rows = [line for line in lines if line.startswith(begins)]
    return "".join([*(line for line in lines if not line.startswith(begins)), *rows[::-1]])


@pytest.mark.parametrize(("path", "begins"), ROWS, ids=lambda value: getattr(value, "name", ""))
def test_newest_first_or_oldest_first_gives_the_same_rows(path, begins, tmp_path):
    turned = tmp_path / path.name
    text = rows_turned(path.read_bytes().decode(), begins)
    assert text != path.read_bytes().decode()
    turned.write_bytes(text.encode())
    one, other = read_statement(path), read_statement(turned)
    for frame in ("transactions", "notices"):
        a, b = (getattr(s, frame).drop(columns="line") for s in (one, other))
        pd.testing.assert_frame_equal(a, b)
    assert (one.opening, one.closing, one.period, one.proof) == (
        other.opening,
        other.closing,
        other.period,
        other.proof,
    )


def test_every_layout_is_turned_round_but_the_one_that_numbers_its_rows():
    turned = {read_statement(path).source.layout for path, _ in ROWS}
    assert {layout.name for layout in known_layouts()} - turned == {"FNB e-mailed statement CSV"}


def test_reading_twice_in_one_run_gives_the_same():
    one, other = (rc.read_statement(MONTHS / FILES[0]) for _ in range(2))
    pd.testing.assert_frame_equal(one.transactions, other.transactions)
    assert repr(one) == repr(other)
