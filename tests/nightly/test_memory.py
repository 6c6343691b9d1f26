"""Where memory does not suffice for a file, the file is named and every other one is taken in."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

import pytest
from ledgers import ACCOUNT
from nights import Job, ledger, outcomes, window

from reconcile import nightly
from reconcile.files import MAX_BYTES
from reconcile.parsers import read_each

LITTLE = 512 * 1024 * 1024
WHY = "needs more memory than there is"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    made = Job(tmp_path)
    made.set_up()
    return made


@pytest.mark.parametrize("step", ["reconcile.parsers.each_document", "reconcile.parsers._read"])
def test_a_file_for_which_memory_does_not_suffice_is_refused_in_one_line(step: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(window(ledger(), 0, 9), "utf-8")
    with mock.patch(step, side_effect=MemoryError):
        [fault] = read_each(path)
    assert str(fault).startswith(f"a.csv: {WHY}. Download it in parts")


@pytest.mark.parametrize("step", ["reconcile.parsers._read", "reconcile.store.adding.bring"])
def test_the_files_beside_it_are_taken_in_and_it_is_tried_again(step: str, job: Job) -> None:
    job.deliver("a.csv", window(ledger(), 0, 3))
    job.deliver("b.csv", window(ledger(), 3, 9))
    real, calls = getattr(sys.modules[step.rpartition(".")[0]], step.rpartition(".")[2]), []

    def first_fails(*given: object) -> object:
        calls.append(given)
        if len(calls) == 1:
            raise MemoryError
        return real(*given)

    with mock.patch(step, first_fails):
        report = job.run()
    assert outcomes(report) == {"a.csv": "refused", "b.csv": "added"}
    assert WHY in next(f.said for f in report.files if f.file == "a.csv")
    assert report.exit_code == 1
    assert outcomes(job.run())["a.csv"] == "added"


def largest(path: Path) -> None:
    """A history as large as is read, of some three million payments of R 10."""
    first = "ACCOUNT TRANSACTION HISTORY\n\nName:, Amina, Daniels\nAccount:, {}, [Account]\nBalance:, {}, {}\n\n"
    day = date(2018, 9, 30)
    row = "{:%Y/%m/%d}, 10.00, {}.00, FNB APP PAYMENT FROM  DONOR{:07} ZAKAT\n"
    count = MAX_BYTES // len(row.format(day, 30_000_000, 0)) - 10
    with path.open("w", encoding="ascii", newline="") as opened:
        opened.write(first.format(ACCOUNT, f"{10 * count}.00", f"{10 * count}.00"))
        opened.write("Date, Amount, Balance, Description\n")
        for n in range(count):
            opened.write(row.format(day - timedelta(n * 300 // count), 10 * (count - n), n))


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="no limit of memory can be set")
def test_the_largest_file_on_a_machine_with_little_memory_is_named_and_the_others_are_taken_in(job: Job) -> None:
    largest(job.inbox / "a.csv")
    job.deliver("b.csv", window(ledger(), 0, 9))
    os.utime(job.inbox / "a.csv", (1_600_000_000, 1_600_000_000))
    command = [sys.executable, "-m", "reconcile", "nightly", "--config", str(job.folder / "reconcile.toml")]
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (LITTLE, LITTLE)),
    )
    assert ended.returncode == 1, ended.stderr
    assert f"refused: a.csv: {WHY}" in ended.stdout
    assert "1 added" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert nightly.workbook("2026-01") in {path.name for path in job.out.iterdir()}
