"""The commands that work on a store, as they are typed: exit codes, what they say, and what they put on record."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from nights import Job, ledger, window

from reconcile.cli import main
from reconcile.nightly import workbook

COMMANDS = [
    "init",
    "nightly",
    "decide",
    "undo",
    "settle",
    "keep-apart",
    "unsettle",
    "withdraw",
    "close",
    "reopen",
    "remembered",
    "forget",
    "verify",
]
ROWS = ledger()
BOOK = workbook("2026-01")
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    """Runs the command line; exit code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(a) for a in arguments])
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err

    return run


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Job:
    made = Job(tmp_path_factory.mktemp("ran")).set_up()
    made.deliver("a.csv", window(ROWS, 0, 99))
    made.run()
    return made


@pytest.fixture
def job(ran: Job, tmp_path: Path) -> Job:
    """A job that ran once."""
    return Job(Path(shutil.copytree(ran.folder, tmp_path / "job")))


@pytest.fixture
def at(job: Job, typed: Typed) -> SimpleNamespace:
    """The job, its movements by what they are, and commands with its settings."""
    with job.store() as store:
        matches = store.matches()
    of = {name: own["transaction_id"].tolist() for name, own in matches.groupby("status")}
    settings = job.folder / "reconcile.toml"
    return SimpleNamespace(job=job, typed=lambda *a: typed(*a, "--config", settings), **of)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str, typed: Typed) -> None:
    code, out, err = typed(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: reconcile {command}")


def test_the_whole_help_names_each_command(typed: Typed) -> None:
    assert set(COMMANDS) <= set(typed("--help")[1].split())


WITHOUT_WHAT_IS_NEEDED = [["decide"], ["undo", "x"], ["close"], ["reopen", "2026-01"], ["forget"], ["forget", "x"]]


@pytest.mark.parametrize("command", WITHOUT_WHAT_IS_NEEDED, ids=" ".join)
def test_a_command_without_what_it_needs_is_refused(command: list[str], typed: Typed) -> None:
    code, out, err = typed(*command)
    assert (code, out) == (2, "")
    assert "the following arguments are required" in err


def test_a_new_job_runs_from_its_template(typed: Typed, tmp_path: Path) -> None:
    code, out, _ = typed("init", tmp_path / "job")
    assert code == 0
    command = out.splitlines()[-1].split("then run: reconcile ")[1].split(" ", 2)
    assert [Path(line).name for line in out.splitlines()[:-1]] == ["inbox", "out", "campaigns.csv", "reconcile.toml"]
    file = tmp_path / "job" / "inbox" / "a.csv"
    file.write_text(window(ROWS, 0, 99), encoding="utf-8")
    os.utime(file, (0, 0))  # of long ago: a file of this minute waits
    code, out, err = typed(*command)
    assert (code, err) == (0, "")
    assert out.startswith(f"Files: 1 added; new rows: {len(ROWS)}\n")
    assert "Note: the register has only its example, so every gift is for a person. Fill in campaigns.csv" in out
    assert (tmp_path / "job" / "out" / BOOK).exists()


def test_what_a_person_says_of_lines_and_receipts_is_put_on_record(at: SimpleNamespace) -> None:
    with at.job.store() as store:
        line = store.transactions().set_index("transaction_id").loc[at.matched[0]]
        row = {"receipt_id": "R1", "date": "2026-01-09", "amount": str(line["amount"] + 2), "payer": "Khan"}
        store.add_receipts(pd.DataFrame([row, {**row, "receipt_id": "R2"}]))
    said = ["--by", "Thandi", "--reason", "she rang"]
    assert at.typed("settle", at.matched[0], "R1", "--fee", "2.00", *said) == (0, "settlement 1 is on record\n", "")
    code, _, err = at.typed("settle", at.matched[0], "R2", *said)
    assert code == 2 and "Take that back first" in err
    code, out, _ = at.typed("unsettle", "R1", *said)
    assert (code, out) == (0, "settlement 2 is on record: what was said is taken back\n")
    code, out, _ = at.typed("keep-apart", at.matched[0], "R1", "R2", *said)
    assert (code, out) == (0, "settlement 3 is on record: they are kept apart\n")
    assert at.typed("withdraw", "R2", *said)[1] == "receipt R2 counts no longer\n"
    assert at.typed("withdraw", "R2", "--restore", *said)[1] == "receipt R2 counts again\n"
    assert at.typed("forget", at.matched[0], "--receipt", "R1", *said)[0] == 0
    with at.job.store() as store:
        assert store.settlements()["by"].tolist() == ["Thandi"] * 4
        assert store.receipts()["payer"].isna().tolist() == [True, False]
        assert store.verify().holds


def test_a_template_overwrites_nothing(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "campaigns.csv").write_text("mine", encoding="utf-8")
    code, out, err = typed("init", tmp_path)
    assert (code, out) == (2, "")
    assert "campaigns.csv is there already" in err
    assert [path.name for path in tmp_path.iterdir()] == ["campaigns.csv"]


def test_a_night_prints_what_a_person_reads_in_the_morning(at: SimpleNamespace) -> None:
    at.job.deliver("bad.csv", "hello")
    code, out, err = at.typed("nightly")
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "Files: 1 known, 1 refused; new rows: 0",
        "refused: bad.csv: is plain text, not an FNB export this library knows. In FNB online banking open the "
        'account, choose "Transaction History" and download it as CSV or OFX.',
        "Status matched: 6",
        "Status not_donation: 2",
        "Status review: 4",
        "Workbook: reconciliation-2026-01.xlsx",  # with the file that was refused
    ]


def test_a_night_prints_its_report_as_json(at: SimpleNamespace) -> None:
    code, out, err = at.typed("nightly", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == at.job.report()


def test_a_night_that_cannot_run_says_why_in_one_line(at: SimpleNamespace) -> None:
    (at.job.folder / "campaigns.csv").unlink()
    code, out, err = at.typed("nightly")
    assert (code, out) == (2, "")
    assert re.fullmatch(r"error: campaigns\.csv: .+\n", err)


NO_SETTINGS = [["nightly"], ["decide", "x", "WEL"], ["close", "2026-01"], ["remembered"], ["verify"]]


@pytest.mark.parametrize("command", NO_SETTINGS, ids=" ".join)
def test_without_settings_nothing_runs(command: list[str], typed: Typed, tmp_path: Path) -> None:
    code, out, err = typed(*command, "--config", tmp_path / "reconcile.toml")
    assert (code, out) == (2, "")
    assert err.startswith("error: reconcile.toml: is not there.")
    assert list(tmp_path.iterdir()) == []


NO_STORE = [
    ["decide", "x", "WEL"],
    ["undo", "x", "--reason", "y"],
    ["close", "2026-01"],
    ["reopen", "2026-01", "--reason", "y"],
    ["remembered"],
    ["forget", "x", "--reason", "y"],
    ["verify"],
]


@pytest.mark.parametrize("command", NO_STORE, ids=lambda c: c[0])
def test_a_store_that_is_not_there_is_not_made(command: list[str], typed: Typed, tmp_path: Path) -> None:
    job = Job(tmp_path).set_up()
    code, out, err = typed(*command, "--config", job.folder / "reconcile.toml")
    assert (code, out) == (2, "")
    assert err.startswith("error: reconcile.db: the store is not there.")
    assert not (job.folder / "reconcile.db").exists()


@pytest.mark.parametrize("address", ["reconcil.db", "sqlite:///reconcil.db"])
def test_a_slip_in_the_name_of_a_store_is_no_store_that_holds(
    address: str, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = typed("verify", "--store", address)
    assert (code, out) == (2, "")
    assert err.startswith("error: reconcil.db: the store is not there.")
    assert list(tmp_path.iterdir()) == []


def parts(job: Job, transaction: str) -> list[tuple[object, object, Decimal]]:
    with job.store() as store:
        found = store.allocations()
    own = found[found["transaction_id"] == transaction].astype({"campaign": object, "fund": object})
    own = own.where(own.notna(), None)
    return list(own[["campaign", "fund", "amount"]].itertuples(index=False, name=None))


WAYS = {
    "a campaign": (["WEL"], [("WEL", None, Decimal("110.00"))]),
    "a campaign and a fund": (["WEL", "zakat"], [("WEL", "zakat", Decimal("110.00"))]),
    "a campaign and a hyphen": (["WEL", "-"], [("WEL", None, Decimal("110.00"))]),
    "parts": (
        ["--part", "WEL", "zakat", "60.00", "--part", "ORF", "-", "50.00"],
        [("WEL", "zakat", Decimal("60.00")), ("ORF", None, Decimal("50.00"))],
    ),
    "no gift": (["--no-gift"], []),
}


@pytest.mark.parametrize(("given", "wanted"), WAYS.values(), ids=WAYS)
def test_a_decision_is_on_record_and_in_force(given: list[str], wanted: object, at: SimpleNamespace) -> None:
    one = at.review[0]
    code, out, err = at.typed("decide", one, *given, "--by", "Amina", "--reason", "telephone")
    assert (code, out, err) == (0, "decision 1 is on record\n", "")
    assert parts(at.job, one) == wanted
    with at.job.store() as store:
        found = store.decisions()
    assert (set(found["by"]), set(found["reason"])) == ({"Amina"}, {"telephone"})


def test_who_decides_is_the_operator_when_nobody_else_is_named(at: SimpleNamespace) -> None:
    at.typed("decide", at.review[0], "WEL")
    with at.job.store() as store:
        assert store.decisions()["by"].tolist() == ["tests"]


REFUSED_DECISIONS = {
    "nothing is given": ([], "a campaign, parts or --no-gift are given together, or none of them"),
    "a campaign and parts": (["WEL", "--part", "ORF", "-", "110.00"], "given together"),
    "a campaign and that it is no gift": (["WEL", "--no-gift"], "given together"),
    "parts and that it is no gift": (["--part", "ORF", "-", "110.00", "--no-gift"], "given together"),
    "an unknown campaign": (["XYZ"], 'no campaign is called "XYZ"'),
    "an unknown fund": (["WEL", "zakaat"], 'no fund is called "zakaat"'),
    "parts that add up to less": (["--part", "WEL", "-", "60.00", "--part", "ORF", "-", "49.99"], "add up to"),
    "a part that is no money": (["--part", "WEL", "-", "all"], '"all" is no amount'),
    "a part of the other sign": (
        ["--part", "WEL", "-", "-10.00", "--part", "ORF", "-", "120.00"],
        "of the other sign",
    ),
}


@pytest.mark.parametrize(("given", "said"), REFUSED_DECISIONS.values(), ids=REFUSED_DECISIONS)
def test_a_decision_that_cannot_be_is_refused_in_one_line(given: list[str], said: str, at: SimpleNamespace) -> None:
    code, out, err = at.typed("decide", at.review[0], *given)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"error: .*\n", err)
    assert said in err
    with at.job.store() as store:
        assert len(store.decisions()) == 0


def test_a_transaction_that_is_not_there_is_refused(at: SimpleNamespace) -> None:
    code, _, err = at.typed("decide", "nosuchone", "WEL")
    assert code == 2
    assert 'no transaction is called "nosuchone"' in err


def test_a_decision_is_taken_back_and_what_was_before_holds(at: SimpleNamespace) -> None:
    one = at.matched[0]
    before = parts(at.job, one)
    assert at.typed("decide", one, "ORF", "--reason", "letter", "--evidence", "letter of 3 May")[0] == 0
    assert parts(at.job, one) != before
    code, out, _ = at.typed("undo", one, "--reason", "a slip")
    assert (code, out) == (0, "decision 2 is on record: what was before holds again\n")
    assert parts(at.job, one) == before
    code, _, err = at.typed("undo", at.review[0], "--reason", "a slip")
    assert code == 2
    assert "nothing was decided" in err


def test_a_month_is_closed_and_opened_again(at: SimpleNamespace) -> None:
    code, _, err = at.typed("close", "2026-01")
    assert code == 2
    assert "no statement reaches the last day of 2026-01" in err
    left = "2026-01 is closed with 4 lines left for a person; what is decided of them now counts for a later month\n"
    assert at.typed("close", "2026-01", "--open-end", "shut at the bank") == (0, left, "")
    code, _, err = at.typed("close", "2026-01")
    assert code == 2
    assert "2026-01 is closed already" in err
    code, _, err = at.typed("decide", at.matched[0], "ORF", "zakat", "--reason", "x")
    assert code == 2
    assert "which is closed" in err
    assert at.typed("reopen", "2026-01", "--reason", "a slip") == (0, "2026-01 is open again\n", "")
    with at.job.store() as store:
        assert store.months()["state"].tolist() == ["closed", "reopened"]


@pytest.mark.parametrize("month", ["2026-13", "January", "2026-02", ""])
def test_what_is_no_month_or_not_known_cannot_be_closed(month: str, at: SimpleNamespace) -> None:
    code, out, err = at.typed("close", month)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"error: .*\n", err)


def test_a_month_that_does_not_tie_out_is_not_closed(at: SimpleNamespace) -> None:
    at.job.deliver("later.csv", window(ledger(9), 7, 9))
    assert at.typed("nightly")[0] == 1
    code, _, err = at.typed("close", "2026-01")
    assert code == 2
    assert "does not tie out" in err


def test_what_was_decided_before_is_listed_and_forgotten(at: SimpleNamespace) -> None:
    assert at.typed("remembered") == (0, "nothing is remembered\n", "")
    at.typed("decide", at.review[0], "ORF")
    code, out, _ = at.typed("remembered")
    assert code == 0
    assert "T MOKOENA THANKS" in out
    assert at.typed("remembered", "--forget", "T Mokoena")[1].startswith("nothing was remembered of them; ")
    code, out, _ = at.typed("remembered", "--forget", "T Mokoena thanks")
    assert (code, out) == (0, "nothing is proposed for these words any more\n")
    assert at.typed("remembered") == (0, "nothing is remembered\n", "")


def test_words_are_forgotten_and_the_next_night_writes_the_workbook_anew(at: SimpleNamespace) -> None:
    code, out, _ = at.typed("forget", *at.review, "--reason", "asked")
    assert code == 0
    assert out == "2 texts are forgotten; the workbooks of their months are written anew in the next nightly run\n"
    assert json.loads(at.typed("nightly", "--json")[1])["workbooks"] == [BOOK]
    code, out, err = at.typed("forget", "nosuchone", "--reason", "asked")
    assert (code, out) == (2, "")
    assert "no transaction is called" in err


def test_a_store_that_holds_is_said_to_hold(at: SimpleNamespace, typed: Typed) -> None:
    code, out, err = at.typed("verify")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"[0-9]+ events hold; the last one is [0-9a-f]{16}\n", out)
    file = at.job.folder / "reconcile.db"
    assert typed("verify", "--store", file) == typed("verify", "--store", f"sqlite:///{file}") == (0, out, "")


def test_a_store_that_was_changed_is_told_with_its_first_break(at: SimpleNamespace) -> None:
    with closing(sqlite3.connect(at.job.folder / "reconcile.db")) as store:
        store.execute("UPDATE rows SET cents = cents + 1 WHERE id = 1")
        store.commit()
    code, out, err = at.typed("verify")
    assert (code, out) == (1, "")
    assert re.fullmatch(r"event [0-9]+ \(import .*\): in the table rows, a row was changed\n", err)


def test_a_store_that_is_damaged_cannot_be_verified(at: SimpleNamespace) -> None:
    file = at.job.folder / "reconcile.db"
    content = bytearray(file.read_bytes())
    content[4096:20_000] = b"x" * (20_000 - 4096)
    file.write_bytes(content)
    code, out, err = at.typed("verify")
    assert (code, out) == (2, "")
    assert re.match(r"error: reconcile\.db: is damaged", err)
    assert at.typed("nightly")[0] == 2
    assert file.read_bytes() == content


def test_the_job_runs_as_a_program(at: SimpleNamespace) -> None:
    at.job.deliver("bad.csv", "hello")
    done = subprocess.run(
        [sys.executable, "-m", "reconcile", "nightly"],
        cwd=at.job.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("Files: 1 known, 1 refused; new rows: 0\n")
