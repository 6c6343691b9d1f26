"""One run at a time, proved with real processes: two at once, five at once, and a holder that is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

import pytest
from filelock import FileLock

from reconcile.errors import AlreadyRunning, ReconcileError, StoreRefused, WorkbookNotWritten
from reconcile.nightjob import lock
from reconcile.nightjob.lock import only_one, running_user

SAST = timezone(timedelta(hours=2))
BEGUN = datetime(2026, 1, 5, 22, 0, 30, 123456, tzinfo=SAST)

ANOTHER = """
import sys
from datetime import datetime, timezone
from reconcile.errors import AlreadyRunning
from reconcile.nightjob.lock import only_one

print("ready", flush=True)
sys.stdin.readline()
try:
    with only_one(sys.argv[1], clock=lambda: datetime(2026, 1, 5, 20, 0, 30, tzinfo=timezone.utc)):
        print("held", flush=True)
        sys.stdin.readline()
except AlreadyRunning as fault:
    print(fault, flush=True)
"""


def clock() -> datetime:
    return BEGUN + timedelta(minutes=7)


@contextmanager
def others(path: Path, count: int = 1) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that stand before `only_one`; each goes in at the first line it is given and comes out at the next."""
    command = [sys.executable, "-c", ANOTHER, str(path)]
    begun = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | NAMED)
        for _ in range(count)
    ]
    try:
        assert [told(process) for process in begun] == ["ready"] * count
        yield begun
    finally:
        for process in begun:
            process.kill()
            process.communicate()


NAMED = {"LOGNAME": "amina"}


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def refusal(path: Path) -> str:
    with pytest.raises(AlreadyRunning) as refused, only_one(path, clock=clock):
        pass
    return str(refused.value)


def left(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reconcile.db"


def test_a_second_run_is_told_since_when_whose_and_which_process(path: Path) -> None:
    with others(path) as (holder,):
        go(holder)
        assert told(holder) == "held"
        message = refusal(path)
        assert re.fullmatch(
            rf"reconcile\.db: already running since 2026-01-05 22:00 \(amina@\S+, process {holder.pid}\)\. "
            r"Wait until it has ended, then run again\.",
            message,
        )
        go(holder)
        assert holder.wait(20) == 0
    with only_one(path, clock=clock):
        pass


def test_of_five_at_once_one_works_and_the_others_are_told_of_it(path: Path) -> None:
    with others(path, 5) as begun:
        go(*begun)
        answers = [told(process) for process in begun]
        assert answers.count("held") == 1
        holder = begun[answers.index("held")]
        assert [f"process {holder.pid})" in answer for answer in answers if answer != "held"] == [True] * 4


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9")
def test_the_lock_of_a_killed_run_is_taken_over(path: Path) -> None:
    with others(path) as (holder,):
        go(holder)
        assert told(holder) == "held"
        holder.send_signal(signal.SIGKILL)
        assert holder.wait(20) == -signal.SIGKILL
        assert "reconcile.db.lock.owner" in left(path)  # it had no time to clear up
        with only_one(path, clock=clock):
            assert f"process {os.getpid()})" in refusal(path)  # and nobody is told of the dead one
    assert left(path) == ["reconcile.db.lock"]


def test_nobody_is_told_of_a_dead_holder_while_the_next_one_writes_its_note(path: Path) -> None:
    (path.parent / "reconcile.db.lock.owner").write_text(json.dumps(NOTE))
    seen = []
    with (
        mock.patch.object(lock, "replace_whole", side_effect=lambda *_: seen.append(left(path))),
        only_one(path, clock=clock),
    ):
        pass
    assert seen == [["reconcile.db.lock"]]


def test_the_same_process_cannot_run_twice_either(path: Path) -> None:
    with only_one(path, clock=clock):
        assert "already running since 2026-01-05 22:07 (" in refusal(path)


def test_stores_do_not_hold_each_other_up(path: Path) -> None:
    with only_one(path, clock=clock), only_one(path.with_name("other.db"), clock=clock):
        pass


def test_the_note_is_gone_and_the_lock_free_after_a_fault(path: Path) -> None:
    with pytest.raises(KeyError), only_one(path, clock=clock):
        raise KeyError
    assert left(path) == ["reconcile.db.lock"]
    with only_one(path, clock=clock):
        pass


def test_the_note_is_removed_before_the_lock_is_free(path: Path) -> None:
    seen = []
    release = FileLock.release

    def watched(self: FileLock, force: bool = False) -> None:
        seen.append(left(path))
        release(self, force)

    with mock.patch.object(FileLock, "release", watched), only_one(path, clock=clock):
        pass
    assert seen[0] == ["reconcile.db.lock"]


def test_the_note_says_who_since_when_in_world_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "amina")
    with only_one(path, clock=clock):
        note = json.loads((path.parent / "reconcile.db.lock.owner").read_text())
    assert note["owner"] == f"amina@{socket.gethostname()}"
    assert (note["process"], note["since"]) == (os.getpid(), "2026-01-05T20:07:30+00:00")


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_lock_and_note_are_for_this_user_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        with only_one(path, clock=clock):
            modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"reconcile.db.lock": 0o600, "reconcile.db.lock.owner": 0o600}


NOTE = {"owner": "amina@finance", "process": 4711, "since": "2026-01-05T20:00:00+00:00"}
NO_NOTES = {
    "none": None,
    "nothing in it": "",
    "cut off": json.dumps(NOTE)[:-5],
    "a list": "[1]",
    "no owner": json.dumps({k: v for k, v in NOTE.items() if k != "owner"}),
    "no moment": json.dumps(NOTE | {"since": "yesterday"}),
    "a number as moment": json.dumps(NOTE | {"since": 5}),
    "no process": json.dumps(NOTE | {"process": "x"}),
    "before all time": json.dumps(NOTE | {"since": "0001-01-01T00:00:00+23:00"}),
    "no text": b"\xff\xfe\xff",
}


@pytest.mark.parametrize("content", NO_NOTES.values(), ids=NO_NOTES)
def test_a_holder_without_a_sound_note_is_still_a_holder(content: str | bytes | None, path: Path) -> None:
    if content is not None:
        (path.parent / "reconcile.db.lock.owner").write_bytes(content.encode() if isinstance(content, str) else content)
    with FileLock(path.parent / "reconcile.db.lock"), mock.patch.object(lock, "_PAUSE_SECONDS", 0):
        assert refusal(path) == "reconcile.db: already running. Wait until it has ended, then run again."


def test_a_note_that_would_break_the_line_is_shown_safely(path: Path) -> None:
    note = NOTE | {"owner": "a\nb\x1b[31m" + "x" * 500}
    (path.parent / "reconcile.db.lock.owner").write_text(json.dumps(note))
    with FileLock(path.parent / "reconcile.db.lock"), mock.patch.object(lock.time, "sleep") as waited:
        message = refusal(path)
    waited.assert_not_called()
    assert message.isprintable()
    assert len(message) < 250


def test_a_note_that_is_about_to_be_written_is_waited_for(path: Path) -> None:
    def write() -> None:
        time.sleep(0.1)
        (path.parent / "reconcile.db.lock.owner").write_text(json.dumps(NOTE))

    with FileLock(path.parent / "reconcile.db.lock"):
        writing = threading.Thread(target=write)
        writing.start()
        message = refusal(path)
        writing.join()
    assert "already running since 2026-01-05 22:00 (amina@finance, process 4711)." in message


def test_the_moment_is_told_by_the_clock_of_the_one_that_asks(path: Path) -> None:
    (path.parent / "reconcile.db.lock.owner").write_text(json.dumps(NOTE))
    with (
        FileLock(path.parent / "reconcile.db.lock"),
        pytest.raises(AlreadyRunning, match="since 2026-01-05 20:00"),
        only_one(path, clock=lambda: datetime.now(UTC)),
    ):
        pass


def test_a_lock_that_cannot_be_made_refuses_the_store(path: Path) -> None:
    path.write_text("a file")
    with (
        pytest.raises(StoreRefused, match=r"^below\.db: cannot be locked \(.+\)\. Check the folder"),
        only_one(path / "below.db", clock=clock),
    ):
        pass


def test_a_note_that_cannot_be_written_refuses_the_store_and_frees_the_lock(path: Path) -> None:
    full = WorkbookNotWritten("cannot be written (No space left on device)", file="x", do="Close it.")
    with (
        mock.patch.object(lock, "replace_whole", side_effect=full),
        pytest.raises(StoreRefused) as refused,
        only_one(path, clock=clock),
    ):
        pytest.fail("the block must not begin")
    what = "reconcile.db: its lock cannot be written (No space left on device). Check the folder, its rights"
    assert str(refused.value).startswith(what)
    with only_one(path, clock=clock):
        pass


def test_a_dead_holders_note_that_cannot_be_removed_refuses_the_store(path: Path) -> None:
    (path.parent / "reconcile.db.lock.owner").mkdir()
    with pytest.raises(StoreRefused, match="cannot be locked"), only_one(path, clock=clock):
        pytest.fail("the block must not begin")


def test_the_folder_of_the_store_is_made(tmp_path: Path) -> None:
    with only_one(tmp_path / "new" / "data" / "reconcile.db", clock=clock):
        assert (tmp_path / "new" / "data").is_dir()


def test_already_running_is_of_our_tree_and_what_a_caller_expects() -> None:
    assert issubclass(AlreadyRunning, ReconcileError)
    assert issubclass(AlreadyRunning, RuntimeError)


@pytest.mark.parametrize("fault", [OSError, KeyError, ImportError])
def test_a_user_without_a_name_has_a_number(fault: type[Exception]) -> None:
    with mock.patch.object(lock.getpass, "getuser", side_effect=fault):
        assert re.fullmatch(r"user( [0-9]+)?", running_user())
