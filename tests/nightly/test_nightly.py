"""A night from the inbox to the workbook: what becomes of each file, what a second night changes, and what is told."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import sqlalchemy as sa
from ledgers import ACCOUNT, Entry, history
from nights import CAMPAIGNS, NIGHT, OPENING, OTHER_ACCOUNT, Job, ledger, outcomes, tree, window
from writers import emailed

from reconcile.errors import ReconcileError, RegisterRefused, StoreRefused
from reconcile.nightly import run, workbook
from tests.turns import by_turns

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_statements"
BAD = ROOT / "tests" / "bad"
ROWS = ledger()
BOOK = workbook("2026-01")


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job before its first night."""
    return Job(tmp_path / "job").set_up()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A job after the first night, with all rows in its store; to be copied, and to be compared with."""
    job = Job(tmp_path_factory.mktemp("first")).set_up()
    job.deliver("a.csv", sound())
    assert job.run().exit_code == 0
    return job


@pytest.fixture
def ran(first: Job, tmp_path: Path) -> Job:
    """A copy of it."""
    return Job(Path(shutil.copytree(first.folder, tmp_path / "ran")))


def zipped(**members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)
    return content.getvalue()


def sound(rows: list[Entry] = ROWS, start: int = 0, end: int = 99) -> str:
    return window(rows, start, end)


def bad(name: str = "history-balance-differs.csv") -> str:
    return (BAD / name).read_text(encoding="utf-8")


def of_another_account() -> str:
    return sound().replace(ACCOUNT, OTHER_ACCOUNT)


# what becomes of each file


def test_each_file_has_its_outcome(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(accounts=[ACCOUNT])
    job.deliver("a.csv", sound())
    job.deliver("a (1).csv", sound())
    job.deliver("bad.csv", bad())
    job.deliver("more.csv.part", sound())
    job.deliver("theirs.csv", of_another_account())
    (job.inbox / "older").mkdir()
    report = job.run()
    assert outcomes(report) == {
        "a (1).csv": "added",
        "a.csv": "known",
        "bad.csv": "refused",
        "more.csv.part": "waiting",
        "older": "waiting",
        "theirs.csv": "other account",
    }
    assert [(f.rows, f.new) for f in report.files if f.outcome == "added"] == [(len(ROWS), len(ROWS))]
    assert report.exit_code == 1
    with job.store() as store:
        assert set(store.transactions()["account"]) == {ACCOUNT}
        assert store.statements()["account"].tolist() == [ACCOUNT]


EXIT_CODES = {
    "nothing at all": ({}, 0),
    "a sound file": ({"a.csv": sound()}, 0),
    "a file that waits": ({"a.csv.part": "x"}, 0),
    "a refused file": ({"a.csv": bad()}, 1),
    "a file of another account": ({"a.csv": of_another_account()}, 1),
    "days that are missing": ({"a.csv": sound(end=2), "b.csv": sound(start=3)}, 1),
    "exports that disagree": ({"a.csv": sound(), "b.csv": sound().replace("MOKOENA THANKS", "DLAMINI HELLO")}, 1),
    "rows known by both": ({"a.csv": sound(end=4), "b.csv": sound(start=2)}, 0),
}


@pytest.mark.parametrize(("files", "code"), EXIT_CODES.values(), ids=EXIT_CODES)
def test_the_exit_code_says_whether_something_is_left_for_a_person(
    files: dict[str, str], code: int, tmp_path: Path
) -> None:
    job = Job(tmp_path).set_up(accounts=[ACCOUNT])
    for name, content in files.items():
        job.deliver(name, content)
    assert job.run().exit_code == code
    assert job.run().exit_code == code
    assert job.report()["exit_code"] == code


def test_one_bad_file_among_fifty_is_named_and_the_others_are_added(job: Job) -> None:
    rows = ledger(50, a_day=1)
    for day in range(50):
        job.deliver(f"day-{day:02}.csv", sound(rows, day, day + 1) if day != 23 else bad())
    report = job.run()
    assert sorted(outcomes(report).values()) == ["added"] * 49 + ["refused"]
    assert [(f.file, bool(f.said)) for f in report.files if f.outcome == "refused"] == [("day-23.csv", True)]
    assert report.exit_code == 1
    with job.store() as store:
        assert len(store.transactions()) == 49


def test_a_zip_is_one_file_whose_parts_are_taken_or_refused_by_themselves(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(accounts=[ACCOUNT])
    job.deliver("all.zip", zipped(a=sound(end=3), b=of_another_account(), c=bad()))
    for state in ("added", "known"):
        report = job.run()
        assert sorted(f.outcome for f in report.files) == sorted([state, "other account", "refused"])
        assert report.exit_code == 1
    job.deliver("all.zip", zipped(a=sound(end=3), c=sound(start=2)))
    report = job.run()
    assert sorted((f.outcome, f.new) for f in report.files) == [("added", len(ROWS) - 6), ("known", 0)]
    assert job.run().exit_code == 0
    with job.store() as store:
        assert len(store.transactions()) == len(ROWS)


def test_an_account_that_is_named_later_is_taken_in_then(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(accounts=[ACCOUNT])
    (job.inbox / "two.zip").write_bytes((SAMPLES / "two-accounts-2018-09.zip").read_bytes())
    assert set(outcomes(job.run()).values()) == {"other account"}
    with job.store() as store:
        accounts = store.transactions()["account"]
    assert len(accounts) == 0
    Job(tmp_path).set_up(accounts=["62000012345", "62000067890"])
    assert [f.outcome for f in job.run().files] == ["added", "added"]
    assert [f.outcome for f in job.run().files] == ["known"]


def test_the_same_bytes_under_another_name_bring_nothing(ran: Job, first: Job) -> None:
    (ran.inbox / "a.csv").rename(ran.inbox / "b.csv")
    ran.deliver("a (1).csv", sound())
    assert set(outcomes(ran.run()).values()) == {"known"}
    assert ran.left() == first.left()


ODD_NAMES = [
    "=cmd|' calc'!A0.csv",
    "two\nlines.csv",
    "é" * 125 + ".csv",
    "a'\"b.csv",
    "ñandú \u202egnp.csv",
    "[x].csv",
]


def test_any_name_is_taken_and_shown_in_one_line(job: Job) -> None:
    rows = ledger(len(ODD_NAMES) + 1)
    for day, name in enumerate(ODD_NAMES):
        job.deliver(name, sound(rows, day, day + 1))
    try:
        (job.inbox / os.fsdecode(b"caf\xe9.csv")).write_text(sound(rows, len(ODD_NAMES)), encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("this file system has only names in UTF-8: one that is not was not tried")
    report = job.run()
    assert set(outcomes(report).values()) == {"added"}
    assert all(line.isprintable() for line in report.lines())
    with job.store() as store:
        assert len(store.transactions()) == len(rows)
        assert store.verify().holds
    assert set(outcomes(job.run()).values()) == {"known"}


def test_a_file_that_is_still_written_is_taken_the_next_night(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(settle_seconds=60)
    path = job.deliver("a.csv", sound())
    stamp = NIGHT.timestamp() - 5
    os.utime(path, (stamp, stamp))
    with mock.patch("reconcile.nightjob.inbox._unfinished", return_value=""):
        report = job.run()
    assert outcomes(report) == {"a.csv": "waiting"}
    assert report.exit_code == 0
    assert outcomes(job.run(NIGHT + timedelta(days=1))) == {"a.csv": "added"}


def test_a_file_that_changes_while_it_is_read_waits(job: Job) -> None:
    path = job.deliver("a.csv", sound(end=3))
    read_each = __import__("reconcile.nightly", fromlist=["x"]).read_each

    def growing(name: Path) -> object:
        found = read_each(name)
        path.write_text(sound(), encoding="utf-8")
        return found

    with mock.patch("reconcile.nightly.read_each", growing):
        assert outcomes(job.run()) == {"a.csv": "waiting"}
    with job.store() as store:
        assert len(store.transactions()) == 0
    assert outcomes(job.run()) == {"a.csv": "added"}


def test_a_file_that_is_gone_before_it_is_read_hides_no_other(job: Job) -> None:
    job.deliver("a.csv", sound(end=3))
    job.deliver("b.csv", sound(start=2))
    look = __import__("reconcile.nightly", fromlist=["x"]).look

    def looked(*given: object) -> object:
        found = look(*given)
        (job.inbox / "a.csv").unlink()
        return found

    with mock.patch("reconcile.nightly.look", looked):
        report = job.run()
    assert outcomes(report) == {"a.csv": "refused", "b.csv": "added"}


def test_nothing_in_the_inbox_is_changed(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(accounts=[ACCOUNT])
    job.deliver("a.csv", sound())
    job.deliver("bad.csv", bad())
    job.deliver("theirs.csv", of_another_account())
    job.deliver("all.zip", zipped(a=sound(end=3), c=bad()))
    job.deliver("x.tmp", "x")
    job.deliver(".~old.tmp", "x")
    for path in job.inbox.iterdir():
        path.chmod(0o444)
    job.inbox.chmod(0o555)
    before = tree(job.inbox)
    seen = subprocess.run(
        [sys.executable, "-c", WATCHED, str(job.folder / "reconcile.toml"), str(job.inbox)],
        capture_output=True,
        text=True,
        check=False,
    )
    job.inbox.chmod(0o755)
    assert seen.returncode == 1, seen.stderr
    assert json.loads(seen.stdout) == []
    assert tree(job.inbox) == before


WATCHED = """
import json, os, sys
settings, inbox = sys.argv[1:]
asked = []

def watch(event, args):
    names = [os.fsdecode(a) for a in args if isinstance(a, (str, bytes, os.PathLike))]
    if not any(name.startswith(inbox + os.sep) for name in names):
        return
    writes = event == "open" and (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    if writes or event in ("os.rename", "os.remove", "os.chmod", "os.utime", "os.truncate", "os.mkdir", "os.link"):
        asked.append([event, names])

sys.addaudithook(watch)
from reconcile.nightjob.config import read_config
from reconcile.nightly import run
report = run(read_config(settings))
print(json.dumps(asked))
sys.exit(report.exit_code)
"""


# what a second night changes


def kept(job: Job) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but those of the runs themselves."""
    engine = sa.create_engine(f"sqlite:///{job.folder}/reconcile.db")
    with engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]
            for name in sa.inspect(connection).get_table_names()
            if name not in ("runs", "events")
        }
        found["about"] = [row for row in found["about"] if row[0] != "decided at event"]
        events = sa.text("SELECT id, kind, body FROM events WHERE kind != 'run'")
        found["events"] = [tuple(row) for row in connection.execute(events)]
    engine.dispose()
    return found


def test_a_second_night_changes_nothing(job: Job) -> None:
    job.deliver("a.csv", sound(end=4))
    job.deliver("b.csv", sound(start=2))
    job.deliver("c.csv", sound(ledger(2, first=date(2026, 2, 20))))
    job.run()
    rows, books = kept(job), tree(job.out)
    steps: list[str] = []
    for night in range(1, 10):
        report = job.run(NIGHT + timedelta(days=night), progress=lambda step, done, of: steps.append(step))
        assert report.workbooks == []
        assert report.changes == {}
    assert f"writing {BOOK}" not in steps
    assert kept(job) == rows
    assert tree(job.out) == books
    assert rows["matches"]
    assert len(books) == 2


def test_a_register_that_changed_is_said_to_be_why(ran: Job) -> None:
    register = CAMPAIGNS.replace("Orphan Homes,Orphans|Orphan", "Young Hearts,")
    (ran.folder / "campaigns.csv").write_text(register, encoding="utf-8")
    report = ran.run()
    assert report.changes == {"the register changed": 3}
    assert report.workbooks == [BOOK]
    assert "Credited otherwise than before: 3 (the register changed)" in report.lines()
    assert ran.run().changes == {}


def test_funds_that_changed_are_said_to_be_why(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(register='funds = "funds.csv"')
    (job.folder / "funds.csv").write_bytes((SAMPLES / "funds.csv").read_bytes())
    job.deliver("a.csv", sound())
    job.run()
    (job.folder / "funds.csv").write_text("fund,spellings\nfeeding,Feeding\n", encoding="utf-8")
    assert set(job.run().changes) == {"the funds changed"}


def test_a_workbook_is_written_anew_when_a_campaign_has_another_name(ran: Job) -> None:
    (ran.folder / "campaigns.csv").write_text(CAMPAIGNS.replace("Wells for All", "Wells for Each"), encoding="utf-8")
    assert ran.run().workbooks == [BOOK]
    assert "Wells for Each" in words(ran.out / BOOK)
    assert ran.run().workbooks == []


def words(path: Path) -> set[str]:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return {str(v) for sheet in book for row in sheet.iter_rows(values_only=True) for v in row if v is not None}
    finally:
        book.close()


def test_a_gap_is_told_every_night_until_the_missing_file_arrives(job: Job, first: Job) -> None:
    job.deliver("a.csv", sound(end=2))
    job.deliver("c.csv", sound(start=4))
    missing = sum(e.cents for e in ROWS if 2 <= (e.day - ROWS[0].day).days < 4)
    for _ in range(2):
        report = job.run()
        assert len(report.gaps) == 1
        assert f"R {missing / 100:,.2f}".replace(",", " ") in report.gaps[0]
        assert report.exit_code == 1
    job.deliver("b.csv", sound(start=2, end=4))
    report = job.run()
    assert (report.gaps, report.exit_code) == ([], 0)
    assert {**job.left(), "workbooks": {}} == {**first.left(), "workbooks": {}}


def test_a_statement_that_the_bank_numbered_and_nobody_delivered_is_told(job: Job) -> None:
    rows = ledger(20)
    before = OPENING + sum(e.cents for e in rows[:20])
    job.deliver("first.csv", emailed(rows[:20], number=7))
    job.deliver("second.csv", emailed(rows[20:], before, number=9))
    report = job.run()
    [note] = report.notes
    assert "statement 8 is missing; the balances tie without it" in note
    assert f"Note: {note}" in report.lines()
    assert (report.gaps, report.exit_code) == ([], 0)


def test_whole_months_that_are_missing_after_a_closed_one_are_told(job: Job) -> None:
    rows = ledger(130, a_day=1)
    job.deliver("january.csv", history([e for e in rows if e.day.month == 1]))
    job.run()
    with job.store() as store:
        store.close("2026-01", by="tests")
    before = 100_000_00 + sum(e.cents for e in rows if e.day.month < 4)
    job.deliver("april.csv", history([e for e in rows if e.day.month == 4], before))
    report = job.run()
    assert len(report.gaps) == 1
    assert "from 2026-01-31 to 2026-04-01" in report.gaps[0]
    with job.store() as store, pytest.raises(ReconcileError, match="does not tie out"):
        store.close("2026-04", by="tests")


def test_what_arrives_late_for_a_closed_month_leaves_its_matches_and_is_booked_in_the_next(job: Job) -> None:
    rows = ledger(40, a_day=1)
    late = Entry(rows[10].day, 77_00, "FNB APP PAYMENT FROM  WELLS LATE")
    job.deliver("a.csv", sound(rows))
    job.run()
    with job.store() as store:
        store.close("2026-01", by="tests")
        before = store.matches("2026-01-01", "2026-01-31")
    job.deliver("late.ofx", window(sorted([*rows, late], key=lambda e: e.day), 9, 12, wording="ofx"))
    report = job.run()
    assert report.late == 1
    with job.store() as store:
        found = store.late()
        assert found[["amount", "month", "booked"]].values.tolist() == [[Decimal("77.00"), "2026-01", "2026-02"]]
        now = store.matches("2026-01-01", "2026-01-31").set_index("transaction_id")
        assert now.loc[before["transaction_id"]].reset_index().equals(before)
        parts = store.allocations().set_index("transaction_id")
        assert parts.loc[found["transaction_id"], "booked"].tolist() == ["2026-02"]
        store.close("2026-02", by="tests", open_end="nothing moved since")
    assert job.run().late == 0  # nothing is left of it in an open month


def test_a_closed_months_workbook_stays_as_it_was_when_the_register_changes(job: Job) -> None:
    job.deliver("a.csv", sound(ledger(40, a_day=1)))
    job.run()
    with job.store() as store:
        store.close("2026-01", by="tests")
    before = job.workbooks()
    (job.folder / "campaigns.csv").write_text(CAMPAIGNS.replace("Wells for All", "Wells for Each"), encoding="utf-8")
    assert job.run().workbooks == [workbook("2026-02")]
    assert job.workbooks()[BOOK] == before[BOOK]
    with job.store() as store:
        store.reopen("2026-01", by="tests", reason="a slip")
    assert job.run().workbooks == [BOOK]


def test_decisions_are_kept_and_shown_in_the_next_nights_workbook(ran: Job) -> None:
    with ran.store() as store:
        waiting = store.matches().query("status == 'review'")["transaction_id"].tolist()
        store.decide(waiting[0], ("ORF", None), by="tests", reason="telephone")
    assert ran.run().workbooks == [BOOK]
    assert any("telephone" in word for word in words(ran.out / BOOK))
    ran.deliver("b.csv", sound(start=1))
    (ran.folder / "campaigns.csv").write_text(CAMPAIGNS + "NEW,Mokoena Memorial,Mokoena,,\n", encoding="utf-8")
    report = ran.run()
    assert report.status["decided"] == 1


# workbooks in use


def test_a_workbook_that_somebody_worked_in_is_kept_and_the_new_one_stands_beside_it(job: Job) -> None:
    job.deliver("a.csv", sound(end=3))
    job.run()
    book = job.out / BOOK
    book.write_bytes(book.read_bytes() + b"notes of an auditor")
    worked_in = book.read_bytes()
    job.deliver("b.csv", sound(start=2))
    report = job.run()
    beside = job.out / "reconciliation-2026-01 (2026-03-01).xlsx"
    assert book.read_bytes() == worked_in
    assert report.workbooks == [beside.name]
    assert report.exit_code == 1
    assert [f.startswith(f"{BOOK}: was changed by somebody") for f in report.faults] == [True]
    other = Job(job.folder / "other").set_up()
    other.deliver("a.csv", sound(end=3))
    other.deliver("b.csv", sound(start=2))
    other.run()
    assert beside.read_bytes() == (other.out / BOOK).read_bytes()
    assert job.run(NIGHT + timedelta(days=1)).workbooks == []  # told once, and not every night anew
    beside.write_bytes(b"worked in as well")
    job.deliver("c.csv", sound(ledger(8), start=5))
    report = job.run()
    assert beside.read_bytes() == b"worked in as well"
    assert report.workbooks == ["reconciliation-2026-01 (2026-03-01 2).xlsx"]
    assert book.read_bytes() == worked_in
    book.unlink()
    report = job.run()
    assert (report.workbooks, report.exit_code) == ([BOOK], 0)


def test_a_workbook_that_is_open_elsewhere_is_put_in_place_the_next_night(job: Job) -> None:
    job.deliver("a.csv", sound(end=3))
    job.run()
    book, replace = job.out / BOOK, os.replace
    before = book.read_bytes()
    job.deliver("b.csv", sound(start=2))

    def denied(source: object, target: object, **given: object) -> None:
        if Path(str(target)).name == BOOK:
            raise PermissionError(13, "Permission denied")
        replace(source, target, **given)  # type: ignore[arg-type, call-overload]

    with mock.patch("os.replace", denied), mock.patch.object(Path, "replace", lambda self, to: denied(self, to) or to):
        report = job.run()
    beside = job.out / "reconciliation-2026-01 (2026-03-01).xlsx"
    assert book.read_bytes() == before != beside.read_bytes()
    assert (report.workbooks, report.exit_code) == ([beside.name], 1)
    assert [f.startswith(f"{BOOK}: cannot be replaced (Permission denied). Close it") for f in report.faults] == [True]
    report = job.run(NIGHT + timedelta(days=1))
    assert (report.workbooks, report.exit_code) == ([BOOK], 0)
    assert book.read_bytes() == beside.read_bytes()


def in_the_way_of_the_folder(job: Job) -> Path:
    job.out.write_text("x", encoding="utf-8")
    return job.out


def in_the_way_of_the_workbook(job: Job) -> Path:
    (job.out / BOOK).mkdir(parents=True)
    return job.out / BOOK


def in_the_way_of_the_draft(job: Job) -> Path:
    (job.out / f".~{Path(BOOK).stem}.draft.tmp").mkdir(parents=True)
    return job.out / f".~{Path(BOOK).stem}.draft.tmp"


def in_the_way_of_the_report(job: Job) -> Path:
    (job.folder / "report.json").mkdir()
    return job.folder / "report.json"


def in_the_way_of_the_log(job: Job) -> Path:
    (job.folder / "log.jsonl").mkdir()
    return job.folder / "log.jsonl"


@pytest.mark.parametrize(
    "block",
    [
        in_the_way_of_the_folder,
        in_the_way_of_the_workbook,
        in_the_way_of_the_draft,
        in_the_way_of_the_report,
        in_the_way_of_the_log,
    ],
)
def test_what_is_in_the_way_is_told_and_once_it_is_gone_all_is_as_it_should_be(
    block: Callable[[Job], Path], job: Job, first: Job
) -> None:
    job.deliver("a.csv", sound())
    place = block(job)
    for night in range(2):
        report = job.run(NIGHT + timedelta(days=night))
        assert (report.exit_code, len(report.faults)) == (1, 1)
    assert place.exists()
    if place.is_dir():
        place.rmdir()
    else:
        place.unlink()
    report = job.run()
    assert (report.faults, report.exit_code) == ([], 0)
    assert (job.out / BOOK).read_bytes() == (first.out / BOOK).read_bytes()


def test_drafts_of_a_dead_run_are_cleared(job: Job) -> None:
    job.out.mkdir()
    stale = [job.out / ".~abc.tmp", job.out / f".~{Path(BOOK).stem}.draft.tmp", job.folder / ".~note.tmp"]
    for path in stale:
        path.write_text("half a workbook", encoding="utf-8")
        os.utime(path, (time.time() - 7200,) * 2)
    others = [job.folder / ".~another job.tmp", job.out / "notes.tmp", job.out / "~$reconciliation-2026-01.xlsx"]
    for path in others:
        path.write_text("somebody's", encoding="utf-8")
    job.run()
    assert [path.exists() for path in stale] == [False] * 3
    assert [path.exists() for path in others] == [True] * 3


# what is told


def test_the_report_is_the_run(job: Job) -> None:
    job.deliver("a.csv", sound(end=4))
    job.deliver("bad.csv", bad())
    report = job.run()
    told = job.report()
    with job.store() as store:
        assert told["head"] == report.head == store.head()
        recorded = store.last_run()["report"]
    assert told == json.loads(json.dumps(report.to_dict()))
    assert {**told, "head": ""} == {**recorded, "head": ""}
    assert told["started"] == told["ended"] == "2026-03-01T23:30:00+00:00"
    assert told["status"] == {"matched": 4, "not_donation": 1, "review": 3}
    assert told["workbooks"] == [BOOK]
    assert [(f["file"], f["outcome"], f["rows"], f["new"]) for f in told["files"]] == [
        ("a.csv", "added", 8, 8),
        ("bad.csv", "refused", 0, 0),
    ]
    lines = report.lines()
    assert lines[0] == "Files: 1 added, 1 refused; new rows: 8"
    assert any(line.startswith("refused: bad.csv: line ") for line in lines)


ANOTHER = "reconcile.db: has not what was put on record up to 2026-03-01T23:30:00+00:00: it is new, another one, or"


def test_a_store_that_is_not_the_one_of_the_last_report_is_told_once(job: Job) -> None:
    job.deliver("a.csv", sound(end=4))
    assert job.run().faults == job.run().faults == []
    (job.folder / "reconcile.db").rename(job.folder / "moved.db")
    report = job.run()
    assert report.exit_code == 1
    assert [fault.startswith(ANOTHER) for fault in report.faults][:1] == [True]
    assert [line["event"] for line in job.log() if line["level"] == "error"][:1] == ["store"]
    assert not any(fault.startswith(ANOTHER) for fault in job.run().faults)
    (job.folder / "moved.db").replace(job.folder / "reconcile.db")
    assert job.run().faults[0].startswith(ANOTHER)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"head": "", "ended": ""}', '{"head": null}'])
def test_a_report_that_tells_nothing_of_a_store_says_nothing_of_it(job: Job, content: str) -> None:
    (job.folder / "report.json").write_text(content)
    assert job.run().faults == []


def test_a_folder_that_takes_no_draft_is_told_by_the_name_of_the_workbook(job: Job) -> None:
    job.deliver("a.csv", sound(end=4))
    made = tempfile.mkstemp

    def denied(**given: object) -> object:
        if given["dir"] == job.out:
            raise PermissionError(13, "Permission denied")
        return made(**given)  # type: ignore[call-overload]

    with mock.patch("tempfile.mkstemp", denied):
        report = job.run()
    assert report.faults[0].startswith(f"{BOOK}: cannot be written (Permission denied)")


def test_the_log_has_a_line_for_each_step_and_the_whole_of_the_journals_end(job: Job) -> None:
    job.deliver("a.csv", sound(end=2))
    job.deliver("b.csv", sound(start=3))
    job.deliver("bad.csv", bad())
    said: list[str] = []
    report = job.run(say=said.append)
    lines = job.log()
    assert [line["event"] for line in lines] == [
        "started",
        "added",
        "added",
        "refused",
        "matched",
        "to settle",
        "workbook",
        "ended",
    ]
    assert len(said) == len(lines)
    assert [line["level"] for line in lines if line["event"] in ("refused", "to settle")] == ["warning"] * 2
    assert {line["at"] for line in lines} == {"2026-03-01T23:30:00+00:00"}
    assert lines[-1]["head"] == report.head
    assert lines[-1]["exit_code"] == 1


def test_the_head_in_the_log_is_never_masked(job: Job) -> None:
    digits = "12345" + "6789" * 2 + "abc"
    with mock.patch("reconcile.store.journal.head", lambda connection: digits * 4):
        job.run()
    assert job.log()[-1]["head"] == digits * 4


def test_a_fault_says_of_which_file_it_is(job: Job) -> None:
    (job.folder / "report.json").mkdir()
    job.inbox.rmdir()
    faults = job.run().faults
    assert [("inbox: " in fault, fault.startswith("report.json: ")) for fault in faults] == [
        (True, False),
        (False, True),
    ]


def test_a_log_that_fails_at_its_last_line_is_told(job: Job) -> None:
    write = __import__("reconcile.nightjob.logbook", fromlist=["x"]).Logbook._append

    def failing(self: object, path: Path, line: str) -> None:
        if '"event": "ended"' in line:
            path.unlink()
            path.mkdir()
        write(self, path, line)

    with mock.patch("reconcile.nightjob.logbook.Logbook._append", failing):
        report = job.run()
    assert report.exit_code == 1
    assert len(report.faults) == 1


def test_progress_is_told_in_words_and_counts(job: Job) -> None:
    job.deliver("a.csv", sound(end=3))
    job.deliver("b.csv", sound(start=2))
    steps: list[tuple[str, int, int]] = []
    job.run(progress=lambda *step: steps.append(step))
    assert ("reading b.csv", 1, 2) in steps
    assert (f"writing {BOOK}", 0, 1) in steps
    assert {step for step, *_ in steps} >= {"matching references"}
    assert all(done <= of for _, done, of in steps)


def test_everything_that_is_written_is_for_this_user_alone(job: Job) -> None:
    before = os.umask(0)
    try:
        job.deliver("a.csv", sound())
        job.run()
    finally:
        os.umask(before)
    made = [job.folder / "log.jsonl", job.folder / "report.json", job.folder / "reconcile.db", *job.out.iterdir()]
    assert len(made) == 4
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert job.out.stat().st_mode & 0o777 == 0o700


NOT_AT_ALL = {
    "no register": (lambda job: (job.folder / "campaigns.csv").unlink(), ReconcileError),
    "an empty register": (lambda job: (job.folder / "campaigns.csv").write_text("code,name\n"), RegisterRefused),
    "another program's file": (lambda job: (job.folder / "reconcile.db").write_text("hello"), StoreRefused),
    "a folder for a store": (lambda job: (job.folder / "reconcile.db").mkdir(), StoreRefused),
}


@pytest.mark.parametrize(("spoil", "kind"), NOT_AT_ALL.values(), ids=NOT_AT_ALL)
def test_where_nothing_can_run_it_is_raised_and_logged(
    spoil: Callable[[Job], object], kind: type[ReconcileError], job: Job
) -> None:
    job.deliver("a.csv", sound())
    spoil(job)
    with pytest.raises(kind):
        job.run()
    assert (job.log()[-1]["event"], job.log()[-1]["level"]) == ("nothing could run", "error")
    assert not job.out.exists()
    assert not (job.folder / "reconcile.db.lock.owner").exists()


# what is forgotten


def test_after_words_were_forgotten_the_workbook_is_written_without_them(ran: Job) -> None:
    with ran.store() as store:
        rows = store.transactions()
        gone = rows[rows["description"].str.contains("MOKOENA")]["transaction_id"].tolist()
        store.forget(gone, by="tests", reason="asked")
    assert any("MOKOENA" in word for word in words(ran.out / BOOK))
    assert ran.run().workbooks == [BOOK]
    assert not any("MOKOENA" in word for word in words(ran.out / BOOK))
    assert ran.run().workbooks == []


def test_what_is_kept_for_some_years_goes_after_them_and_its_credit_stays(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(privacy="keep_years = 1")
    job.deliver("a.csv", sound())
    assert job.run().forgotten == 0
    with job.store() as store:
        before = store.allocations()
    report = job.run(datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC))
    assert report.forgotten == len({e.text for e in ROWS})
    assert report.workbooks == [BOOK]
    assert job.run(datetime(2028, 3, 1, tzinfo=UTC)).forgotten == 0
    (job.folder / "campaigns.csv").write_text(CAMPAIGNS + "NEW,Something New,,,\n", encoding="utf-8")
    report = job.run(datetime(2028, 3, 2, tzinfo=UTC))
    assert report.changes == {}  # a register of later has no words of then to read
    with job.store() as store:
        assert store.allocations().equals(before)
        assert len(before) == 6


# clocks and surroundings


MOMENTS = {
    "the clock jumps back": [NIGHT, NIGHT - timedelta(days=400), NIGHT + timedelta(hours=1)],
    "the hour that is there twice": [
        datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Amsterdam"), fold=0),
        datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Amsterdam"), fold=1),
    ],
    "the hour that is not there": [datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))] * 2,
    "a leap day": [datetime(2028, 2, 29, 12, tzinfo=UTC)] * 2,
    "the last second of a year": [
        datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    ],
    "the far side of the date line": [datetime(2026, 3, 1, 0, 30, tzinfo=ZoneInfo("Pacific/Kiritimati"))] * 2,
}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    job = Job(tmp_path_factory.mktemp("usual")).set_up(privacy="keep_years = 5")
    nights(job, [NIGHT, NIGHT])
    return job.left()


def nights(job: Job, moments: list[datetime]) -> None:
    job.deliver("a.csv", sound(end=3))
    for number, moment in enumerate(moments):
        report = job.run(moment)
        assert report.exit_code == 0
        assert report.forgotten == 0
        if not number:
            job.deliver("b.csv", sound(start=2))


@pytest.mark.parametrize("moments", by_turns(MOMENTS.values(), 3), ids=MOMENTS)
def test_no_clock_changes_what_is_found(moments: list[datetime], usual: dict[str, object], tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(privacy="keep_years = 5")
    nights(job, moments)
    assert job.left() == usual


SURROUNDINGS = {
    "Afrikaans on Christmas Island": {"LC_ALL": "af_ZA.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"},
    "German on the last island of the day": {"LC_ALL": "de_DE.UTF-8", "TZ": "America/Adak", "PYTHONHASHSEED": "2"},
    "no language at all": {"LC_ALL": "C", "TZ": "", "PYTHONHASHSEED": "random", "PYTHONUTF8": "0"},
}
ONE_NIGHT = """
import locale, sys
from contextlib import suppress
from reconcile.cli import main
with suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")
main(["nightly", "--config", sys.argv[1], "--json"])
"""


@pytest.mark.parametrize("surroundings", by_turns(SURROUNDINGS.values(), 2), ids=SURROUNDINGS)
def test_language_time_zone_and_hashing_change_no_byte(
    surroundings: dict[str, str], usual: dict[str, object], tmp_path: Path
) -> None:
    job = Job(tmp_path).set_up(privacy="keep_years = 50")
    job.deliver("a.csv", sound(end=3))
    job.deliver("b.csv", sound(start=2))
    plain = {k: v for k, v in os.environ.items() if not re.match("LC_|LANG|TZ$|PYTHONHASHSEED|PYTHONUTF8", k)}
    done = subprocess.run(
        [sys.executable, "-c", ONE_NIGHT, str(job.folder / "reconcile.toml")],
        env=plain | surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["workbooks"] == [BOOK]
    assert job.left() == usual


def test_the_order_of_delivery_changes_nothing_but_the_numbers(tmp_path: Path) -> None:
    parts = {"a.csv": sound(end=3), "b.csv": sound(start=2), "c.ofx": window(ROWS, 1, 5, wording="ofx")}
    found = []
    for number, order in enumerate([list(parts), list(parts)[::-1]]):
        job = Job(tmp_path / str(number)).set_up()
        for name in order:
            job.deliver(name, parts[name])
            job.run()
        found.append(job.left())
    assert found[0] == found[1]


def test_without_a_clock_the_present_is_told(job: Job) -> None:
    report = run(job.config)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(report.started)) < timedelta(minutes=5)


def test_days_stay_the_days_that_the_bank_printed(job: Job) -> None:
    job.deliver("a.csv", sound())
    job.run(datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=-11))))
    with job.store() as store:
        assert sorted(store.transactions()["date"].dt.date) == sorted(e.day for e in ROWS)
    assert date(2026, 1, 5) in {e.day for e in ROWS}
