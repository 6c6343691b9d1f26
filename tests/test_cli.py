from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from unittest import mock

import openpyxl
import pytest

from reconcile.cli import main

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_statements"
HISTORY, OFX = SAMPLES / "history-2018-09.csv", SAMPLES / "history-2018-09-17-to-30.ofx"
REGISTER = ["--campaigns", str(SAMPLES / "campaigns.csv"), "--funds", str(SAMPLES / "funds.csv")]


@pytest.fixture
def reconcile(capsys):
    """Runs the command line and gives exit code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(a) for a in arguments])
        shown = capsys.readouterr()
        return left.value.code, shown.out, shown.err

    return run


def test_help_loads_nothing_slow():
    code = "import sys; from reconcile.cli import parser; parser().format_help(); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for slow in ("pandas", "numpy", "pyarrow", "openpyxl", "rapidfuzz", "ofxparse", "rich"):
        assert f"'{slow}'" not in loaded


@pytest.mark.parametrize("command", [[], ["run"], ["check"], ["explain"], ["evaluate"]])
def test_every_command_explains_itself(reconcile, command):
    code, out, _ = reconcile(*command, "--help")
    assert code == 0
    assert "usage: reconcile" in out


def test_run_writes_a_workbook_and_a_summary(reconcile, tmp_path):
    code, out, err = reconcile("run", HISTORY, OFX, *REGISTER, "--out", tmp_path)
    assert (code, err) == (0, "")
    assert "ties out" in out
    assert "IDB Idlib Appeal" in out
    (workbook,) = tmp_path.glob("*.xlsx")
    assert workbook.name == "reconciliation-2018-09.xlsx"
    assert str(workbook) in out
    assert openpyxl.load_workbook(workbook, read_only=True).sheetnames[:1] == ["Summary"]


def test_an_overlapping_export_adds_nothing(reconcile, tmp_path):
    _, alone, _ = reconcile("run", HISTORY, *REGISTER, "--out", tmp_path / "a", "--json")
    _, both, _ = reconcile("run", OFX, HISTORY, *REGISTER, "--out", tmp_path / "b", "--json")
    alone, both = json.loads(alone), json.loads(both)
    assert alone["summary"] == both["summary"]
    assert alone["status"] == both["status"]
    assert {t["difference"] for t in alone["ties"] + both["ties"]} == {"0.00"}


def test_the_same_run_again_leaves_one_workbook_with_the_same_bytes(reconcile, tmp_path):
    reconcile("run", HISTORY, *REGISTER, "--out", tmp_path)
    first = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    reconcile("run", HISTORY, *REGISTER, "--out", tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == first


def test_a_workbook_with_other_content_is_never_overwritten(reconcile, tmp_path):
    kept = tmp_path / "reconciliation-2018-09.xlsx"
    kept.write_bytes(b"an auditor's notes")
    _, out, _ = reconcile("run", HISTORY, *REGISTER, "--out", tmp_path)
    assert kept.read_bytes() == b"an auditor's notes"
    assert "reconciliation-2018-09 (2).xlsx (with what is new; reconciliation-2018-09.xlsx was there" in out


def test_one_bad_file_does_not_hide_the_others(reconcile, tmp_path):
    bad = tmp_path / "march.csv"
    bad.write_text("<html><body>Log in</body></html>")
    code, out, err = reconcile("run", bad, HISTORY, tmp_path / "gone.csv", *REGISTER, "--out", tmp_path / "out")
    assert code == 1
    assert "ties out" in out
    assert [line.split(":")[1].strip() for line in err.splitlines()] == ["march.csv", "gone.csv"]
    assert "Traceback" not in err


def test_nothing_could_run_is_two(reconcile, tmp_path):
    assert reconcile("run", tmp_path / "gone.csv", *REGISTER, "--out", tmp_path)[0] == 2
    assert reconcile("check", tmp_path)[0] == 2
    assert reconcile("run", HISTORY, "--campaigns", tmp_path / "none.csv", "--out", tmp_path)[0] == 2


def test_the_same_bytes_under_two_names_are_read_once_and_said(reconcile, tmp_path):
    copy = tmp_path / "history (1).csv"
    copy.write_bytes(HISTORY.read_bytes())
    code, out, _ = reconcile("run", HISTORY, copy, *REGISTER, "--out", tmp_path / "out")
    assert code == 0
    assert "history (1).csv has the same bytes" in out


def test_a_gap_between_statements_does_not_tie_and_is_told(reconcile, tmp_path):
    lines = HISTORY.read_text().splitlines(keepends=True)
    head, rows = lines[:7], lines[7:]
    newest, oldest = rows[:80], rows[120:]
    early = tmp_path / "early.csv"
    balance = oldest[0].split(", ")[2]
    early.write_text("".join(head).replace(head[4], f"Balance:, {balance}, {balance}\n") + "".join(oldest))
    late = tmp_path / "late.csv"
    late.write_text("".join(head + newest))
    code, out, _ = reconcile("run", early, late, *REGISTER, "--out", tmp_path / "out")
    assert code == 1
    assert "DOES NOT TIE OUT" in out


def test_a_name_that_is_no_name_cannot_break_a_line(reconcile, tmp_path):
    odd = tmp_path / "a\nb\x1b[31m=cmd.csv"
    odd.write_text("nothing")
    _, _, err = reconcile("check", odd)
    assert len(err.splitlines()) == 1
    assert "\x1b" not in err


def test_check_shows_what_was_proved(reconcile):
    code, out, _ = reconcile("check", HISTORY)
    assert code == 0
    assert "balance chain" in out
    _, out, _ = reconcile("check", HISTORY, "--json")
    (statement,) = json.loads(out)["statements"]
    assert statement["closing"] == "106096.62"
    assert "62000012345" not in out


def test_explain_says_why(reconcile):
    code, out, _ = reconcile("explain", "FNB APP PAYMENT FROM  IDLEB ZKT", *REGISTER)
    assert code == 0
    assert "credited to IDB, zakat" in out
    _, out, _ = reconcile("explain", "IDV LILLAH", *REGISTER, "--json")
    assert json.loads(out)["status"] == "review"


def test_evaluate_prints_the_counts(reconcile):
    labelled = SAMPLES / "expected" / "labelled-2018-09.csv"
    code, out, _ = reconcile("evaluate", labelled, *REGISTER)
    assert code == 0
    assert "WRatio" not in out
    _, out, _ = reconcile("evaluate", labelled, *REGISTER, "--json")
    counts = json.loads(out)
    assert counts["wrong_total"] == 0
    assert counts["right"] > 0.9 * counts["named"]
    assert counts["against"] == {}


def test_evaluate_measures_ordinary_methods_on_the_same_lines(reconcile):
    labelled = SAMPLES / "expected" / "labelled-2018-09.csv"
    code, out, err = reconcile("evaluate", labelled, *REGISTER, "--against", "exact", "--against", "likeness", "--json")
    assert (code, err) == (0, "")
    counts = json.loads(out)
    assert list(counts["against"]) == ["whole words", "partial_ratio", "token_set_ratio", "WRatio"]
    for method in counts["against"].values():
        assert method["named"] == counts["named"]
        assert method["right"] < counts["right"]
        assert method["wrong_total"] > counts["wrong_total"]


def test_evaluate_writes_a_workbook_and_overwrites_no_other(reconcile, tmp_path):
    labelled = SAMPLES / "expected" / "labelled-2018-09.csv"
    out = tmp_path / "evaluation.xlsx"
    code, shown, _ = reconcile("evaluate", labelled, *REGISTER, "--out", out)
    assert code == 0
    assert f"Workbook: {out}" in shown
    assert openpyxl.load_workbook(out, read_only=True).sheetnames == ["Summary", "Wrong", "Review", "Calibration"]
    assert reconcile("evaluate", labelled, *REGISTER, "--out", out)[0] == 0
    code, _, err = reconcile("evaluate", labelled, *REGISTER, "--against", "exact", "--out", out)
    assert (code, len(err.splitlines())) == (2, 1)
    copy = tmp_path / "lines.csv"
    copy.write_bytes(labelled.read_bytes())
    assert reconcile("evaluate", copy, *REGISTER, "--out", copy)[0] == 2
    assert copy.read_bytes() == labelled.read_bytes()


def test_labelled_lines_without_answers_are_one_line_of_error(reconcile):
    code, _, err = reconcile("evaluate", HISTORY, *REGISTER)
    assert code == 2
    assert len(err.splitlines()) == 1


def test_the_package_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "reconcile", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("reconcile ")


@pytest.mark.parametrize("command", [["check"], ["run", *REGISTER, "--out", "out"]])
def test_a_terminal_that_cannot_show_a_letter_still_gets_the_line(command, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "reconcile", command[0], str(HISTORY), *command[1:]],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?2345" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_one_line_and_no_success():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "reconcile", "check", str(HISTORY)], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_one_bad_member_of_a_zip_does_not_hide_the_good_ones(reconcile, tmp_path):
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(HISTORY, "good.csv")
        archive.writestr("bad.csv", "<html>Log in</html>")
    code, out, err = reconcile("check", path)
    assert code == 1
    assert "both.zip:good.csv" in out
    assert "both.zip:bad.csv" in err


def test_where_memory_does_not_suffice_it_is_said_in_one_line(reconcile, monkeypatch):
    monkeypatch.setattr("reconcile.run.read_each", mock.Mock(side_effect=MemoryError))
    told = "error: there is not enough memory for this; nothing was half written\n"
    assert reconcile("check", HISTORY) == (2, "", told)


def test_payouts_are_given_once_for_each_report_and_told_otherwise_are_refused(reconcile, tmp_path):
    whole = (SAMPLES / "payout-2018-09.csv").read_text().splitlines()
    head, *gifts = whole
    (tmp_path / "one.csv").write_text("\n".join([head, *gifts[:12]]) + "\n")
    (tmp_path / "two.csv").write_text("\n".join([head, *gifts[11:]]) + "\n")
    given = ["run", HISTORY, *REGISTER, "--out", tmp_path, "--payouts", tmp_path / "one.csv"]
    code, out, _ = reconcile(*given, "--payouts", tmp_path / "two.csv")
    assert code == 0 and "Payouts: 2, 2 at the bank" in out and "Gifts: 18, 18 credited" in out
    path = next(tmp_path.glob("*.xlsx"))
    code, out, _ = reconcile("verify", path, "--statements", HISTORY)
    assert code == 0
    given_again = ["--payouts", tmp_path / "one.csv", "--payouts", tmp_path / "two.csv"]
    assert reconcile("verify", path, "--statements", HISTORY, *given_again)[0] == 0
    (tmp_path / "two.csv").write_text("\n".join([head, gifts[11].replace("34.00,966.00", "35.00,965.00")]) + "\n")
    code, _, err = reconcile(*given, "--payouts", tmp_path / "two.csv")
    assert code == 2
    assert (
        "two.csv" in err and "line 2, gift 88577-01 of payout 88577 has fee 35.00, and 34.00 in one.csv, line 13" in err
    )
