"""Words planted in statements: in nothing that a night tells, and after they were forgotten in no byte of the store."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from unittest import mock

import pytest
from faults import FILES, STATEMENT, STORE, Faults
from ledgers import ACCOUNT, Entry, history, ofx_of
from nights import Job, ledger
from writers import WRITERS

from reconcile.errors import ReconcileError
from reconcile.nightjob.logbook import Logbook, safe_words
from reconcile.nightly import FileOutcome, RunReport, workbook
from reconcile.parsers import read_each
from reconcile.store.database import Database

NAME, REFERENCE = "QUAGGATJIE VANWYKSVLEI", "ZQ-PLANT-KX"
NUMBER, PHONE = str(9_001_015 * 1_000_003), f"082555{118:04}"
HOLDER = "KHOZA"
"""Of the account, as the heading of a history has it."""

TYPED = [*NAME.split(), REFERENCE, NUMBER, PHONE]
PLANTED = [*TYPED, HOLDER]

TEXTS = [
    f"FNB APP PAYMENT FROM  {NAME} WELLS ZAKAT",
    f"CAPITEC   {REFERENCE}",
    f"ABSA BANK {NUMBER} {NAME}",
    f"ADT CASH DEPO00123004 {PHONE}",
    f"FNB OB PMT            ORPHANS {REFERENCE}",
    "#SERVICE FEES",
]
FIRST = date(2024, 1, 5)
ROWS = [Entry(e.day, e.cents, TEXTS[n % len(TEXTS)]) for n, e in enumerate(ledger(8, first=FIRST))]
NOTICE = Entry(ROWS[7].day, 0, f"BIS/INT {NAME} {NUMBER}")
BOOK = workbook("2024-01")
EARLY, LATER = datetime(2024, 2, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)
"""Within a year of the rows, and after it."""


def found_in(text: str | bytes, words: list[str] = PLANTED) -> list[str]:
    """The planted words in a text, in any case and as any text on a disk is written."""
    if isinstance(text, str):
        return [word for word in words if word.casefold() in text.casefold()]
    low = text.lower()
    return [w for w in words if w.lower().encode() in low or w.lower().encode("utf-16-le") in low]


def test_a_planted_word_would_be_seen() -> None:
    assert found_in(f"x{NAME.lower()}y") == NAME.split()
    assert found_in(f"x{PHONE}".encode("utf-16-le")) == [PHONE]
    assert re.search(ALL_OF_AN_ACCOUNT, f"account {ACCOUNT}.")
    assert not re.search(ALL_OF_AN_ACCOUNT, "account …9001, 2024-01-05T00:00:00")


ALL_OF_AN_ACCOUNT = rf"{ACCOUNT}|[0-9]{{9,}}"


def sound() -> str:
    return history([*ROWS[:8], NOTICE, *ROWS[8:]])


def damaged(text: str) -> Iterator[str]:
    """A file with planted words where something else should be: a cell, a line, a column; cut off; of another kind."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        cells = re.split(r"([,<>:;='\" ])", line)
        for at in range(0, len(cells), 2):
            for planted in (NAME, f"'{NAME}'", f"{NAME},{REFERENCE}"):
                changed = "".join([*cells[:at], planted, *cells[at + 1 :]])
                yield "\n".join([*lines[:number], changed, *lines[number + 1 :]])
        for planted in (f"{NAME},Zulu,Cape Town,{REFERENCE.lower()}", f'"{NAME}', f"<{NAME}>"):
            yield "\n".join([*lines[:number], planted, *lines[number:]])
            yield "\n".join([*lines[:number], planted, *lines[number + 1 :]])
        yield "\n".join(lines[:number])
    yield text.replace(",", ";")
    yield "\n".join(f"{NAME},Zulu,Cape Town" for _ in range(5))


def told_of(path: Path, folder: Path) -> list[str]:
    """All that a night tells of what is refused of a file."""
    faults = [fault for fault in read_each(path) if isinstance(fault, ReconcileError)]
    report = RunReport("", files=[FileOutcome("x", "refused", said=safe_words(fault)) for fault in faults])
    said: list[str] = []
    log = Logbook(folder / "log.jsonl", say=said.append)
    for fault in faults:
        log.fault("refused", fault)
        log.write("refused", why=safe_words(fault))
    written = (folder / "log.jsonl").read_text(encoding="utf-8") if faults else ""
    (folder / "log.jsonl").unlink(missing_ok=True)
    return [*said, written, *report.lines(), json.dumps(report.to_dict(), ensure_ascii=False)] if faults else []


def sweep(share: float, folder: Path) -> int:
    """Damage files of every layout; how many were refused."""
    chance, refused = random.Random(7), 0
    rows = [replace(e, text=TEXTS[n % len(TEXTS)]) for n, e in enumerate(ledger(2))]
    for name, writer in WRITERS.items():
        path = folder / ("x.ofx" if "OFX" in name else "x.csv")
        for text in damaged(writer(rows)):
            if chance.random() < share:
                path.write_text(text, encoding="utf-8")
                told = told_of(path, folder)
                refused += bool(told)
                assert [(word, line) for line in told for word in found_in(line)] == [], text
    return refused


def test_what_is_refused_is_told_without_what_stood_there(tmp_path: Path) -> None:
    assert sweep(0.05, tmp_path) > 30


@pytest.mark.soak
def test_whatever_is_refused_is_told_without_what_stood_there(tmp_path: Path) -> None:
    refused = sweep(1, tmp_path)
    print(f"\n{refused} damaged files were refused")
    assert refused > 700


def zipped(**members: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


def prepare(folder: Path) -> Job:
    """A job with all that can go wrong in one inbox."""
    job = Job(folder).set_up()
    job.deliver("a.csv", sound())
    job.deliver(f"{ACCOUNT} disagrees.csv", sound().replace(TEXTS[1], f"CAPITEC   {NUMBER} {NAME}"))
    job.deliver("lacks.ofx", ofx_of([e for n, e in enumerate(ROWS) if n != 7]))
    torn = [replace(e, day=e.day.replace(day=e.day.day + 12)) for e in ROWS]
    job.deliver(f"{ACCOUNT} torn.csv", history(torn).replace(f"{NUMBER} {NAME}", f"{NUMBER} \x01{NAME}", 1))
    job.deliver("bad.csv", sound().replace("100.00", f"{NAME} {NUMBER}", 1))
    job.deliver("donors.csv", f"{NAME},Zulu,Cape Town\n{REFERENCE},{PHONE},x\n" * 4)
    job.deliver("cut.ofx", ofx_of(ROWS)[:-60])
    job.deliver("holder.csv", sound().replace(ACCOUNT, NAME))
    job.deliver("balance.csv", sound().replace("Balance:", f"{NAME} {NUMBER}:"))
    job.deliver(f"{ACCOUNT}.csv", sound().replace("Date, Amount", f"{NAME}, {REFERENCE}"))
    job.deliver("bank.zip", zipped(**{f"{ACCOUNT}.csv": "hello", f"{ACCOUNT} more.csv": sound()[:300]}))
    job.deliver(f"{ACCOUNT} new.csv.part", NAME)
    return job


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["for a person", "as JSON"])
def test_a_night_tells_nothing_personal(more: list[str], tmp_path: Path) -> None:
    job = prepare(tmp_path)
    for code in (1, 1):
        done = subprocess.run(
            [sys.executable, "-m", "reconcile", "nightly", *more],
            cwd=job.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (code, "")
        with job.store() as store:
            recorded = json.dumps(store.last_run(), ensure_ascii=False)
        told = {
            "screen": done.stdout,
            "log": (job.folder / "log.jsonl").read_text(encoding="utf-8"),
            "report": (job.folder / "report.json").read_text(encoding="utf-8"),
            "recorded": recorded,
        }
        assert [(name, word) for name, text in told.items() for word in found_in(text, [*PLANTED, ACCOUNT])] == []
        # a hash may have a long run of digits by chance
        assert re.findall(ALL_OF_AN_ACCOUNT, told["screen"].replace(job.report()["head"], "")) == []
    report = job.report()
    outcomes = [f["outcome"] for f in report["files"]]
    assert {o: outcomes.count(o) for o in set(outcomes)} == {"refused": 6, "waiting": 1}
    assert report["known"] == 6
    assert {line.split(": ")[1] for line in report["conflicts"]} == {"text differs", "not in the other export"}
    assert report["gaps"]
    with job.store() as store:
        month = store.month("2024-01")
    assert month is not None
    assert sum(len(s.quarantined) for s in month.statements) == 2
    assert sum(len(s.notices) for s in month.statements) == 3


def test_progress_and_what_is_said_are_not_personal_either(tmp_path: Path) -> None:
    job, said = prepare(tmp_path), []
    job.run(say=said.append, progress=lambda step, done, of: said.append(f"{step} {done} {of}"))
    assert len(said) > 30
    # a hash may have as many figures in a row as an account
    told = [line.replace(job.report()["head"], "") for line in said]
    assert [line for line in told if found_in(line) or re.search(ALL_OF_AN_ACCOUNT, line)] == []


def test_no_error_of_a_night_that_fails_has_a_payers_words(tmp_path: Path) -> None:
    raised = 0
    kinds = (*FILES, *STORE, STATEMENT)
    for at in range(40, 400, 45):
        job = Job(tmp_path / str(at)).set_up()
        job.deliver("a.csv", sound())
        job.deliver("bad.csv", sound().replace("100.00", f"{NAME} {NUMBER}", 1))
        with Faults(job.folder, kinds, at=at, lasting=True).injected():
            try:
                job.run()
            except ReconcileError:
                raised += 1
                told = traceback.format_exc()
                assert found_in(told) == []
                assert ACCOUNT not in told
        assert found_in((job.folder / "log.jsonl").read_bytes() if (job.folder / "log.jsonl").exists() else b"") == []
    assert raised > 3


def test_a_row_that_the_store_cannot_take_is_not_in_the_error(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up()
    job.run()
    with closing(sqlite3.connect(job.folder / "reconcile.db")) as store:
        store.execute("CREATE TRIGGER no BEFORE INSERT ON texts BEGIN SELECT RAISE(FAIL, 'not this one'); END")
    job.deliver("a.csv", sound())
    with pytest.raises(ReconcileError, match="not this one") as raised:
        job.run()
    assert found_in("".join(traceback.format_exception(raised.value))) == []
    assert found_in((job.folder / "log.jsonl").read_bytes()) == []


# what is forgotten


def raw(job: Job) -> bytes:
    """Every byte of the files of the store."""
    return b"".join(path.read_bytes() for path in sorted(job.folder.glob("reconcile.db*")))


def money_of(job: Job) -> dict[str, str]:
    """All amounts, and where they are credited."""
    with job.store() as store:
        assert store.verify().holds
        rows = store.transactions()
        return {
            "transactions": rows[["transaction_id", "account", "date", "amount", "balance"]].to_csv(),
            "allocations": store.allocations().to_csv(),
            "status": store.matches()[["transaction_id", "status", "campaign", "fund", "kind"]].to_csv(),
            "gaps": store.gaps().to_csv(),
        }


def cells(job: Job) -> bytes:
    """The text of everything in the workbooks."""
    parts = []
    for path in job.out.glob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            parts += [book.read(name) for name in book.namelist()]
    return b"".join(parts)


def test_forgotten_words_are_in_no_byte_of_the_store_and_all_money_stays(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up()
    job.deliver("a.csv", history(ROWS))
    job.deliver("b.ofx", ofx_of(ROWS[:9]))
    job.run()
    with job.store() as store:
        waiting = store.matches().query("status == 'review'")["transaction_id"]
        store.decide(waiting.iloc[0], ("ORF", None), by="tests", evidence=f"telephone {PHONE}")
    job.run()
    before = money_of(job)
    assert found_in(raw(job), TYPED) == TYPED == found_in(cells(job), TYPED)
    with job.store() as store:
        count = store.forget(store.transactions()["transaction_id"].tolist(), by="tests", reason="asked")
        assert count == len(set(TEXTS))
        assert found_in(raw(job), TYPED) == []  # and not only once the store is shut
    assert found_in(raw(job), TYPED) == []
    assert money_of(job) == before
    job.run()
    (job.folder / "campaigns.csv").write_text("code,name\nWEL,Wells for All\nORF,Orphan Homes\nNEW,Newer\n", "utf-8")
    job.run()
    assert found_in(raw(job), TYPED) == [] == found_in(cells(job), TYPED)
    assert money_of(job) == before
    with job.store() as store:
        store.close("2024-01", by="tests", open_end="nothing moved since")


def test_words_that_were_kept_long_enough_are_in_no_byte_of_the_store_and_all_money_stays(tmp_path: Path) -> None:
    job = prepare(tmp_path)
    job.set_up(privacy="keep_years = 1")
    job.run(EARLY)
    before = money_of(job)
    assert found_in(raw(job), TYPED) == TYPED
    assert job.run(LATER).forgotten > len(set(TEXTS))
    assert found_in(raw(job), TYPED) == []
    assert money_of(job) == before
    job.deliver("new.csv", history([Entry(date(2024, 6, 1), 100_00, TEXTS[0])]))
    assert job.run(LATER).forgotten == 0
    assert set(found_in(raw(job), TYPED)) == set(NAME.split())  # what is typed today is kept


def test_a_store_that_another_program_reads_is_told_and_swept_once_it_is_free(tmp_path: Path) -> None:
    job = Job(tmp_path).set_up(privacy="keep_years = 1")
    job.deliver("a.csv", history(ROWS))
    job.run(EARLY)
    with (
        mock.patch.dict(Database.__init__.__kwdefaults__, wait_seconds=0.1),
        closing(sqlite3.connect(job.folder / "reconcile.db")) as reader,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM texts").fetchall()
        report = job.run(LATER)
        assert report.exit_code == 1
        assert [fault.startswith("reconcile.db: is being read by another program") for fault in report.faults] == [True]
        assert report.workbooks == [BOOK]
    assert job.run(LATER).exit_code == 0
    assert found_in(raw(job), TYPED) == []
