"""Nights that cannot run, or that leave something undone: settings, the inbox, the lock, the log, the workbooks.

As in made.py. What a night tells in its report and goes on from is raised here, so that the gallery can show it.
"""

from __future__ import annotations

import errno
import getpass
import os
import shlex
import socket
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from filelock import FileLock
from made import HISTORY, failing, written
from made_stores import an_empty_one

from reconcile import audit_commands, cli, commands, nightly
from reconcile.errors import ReconcileError
from reconcile.files import digest
from reconcile.nightjob import places
from reconcile.nightjob.config import read_config
from reconcile.nightjob.inbox import look
from reconcile.nightjob.lock import only_one
from reconcile.nightjob.logbook import Logbook
from reconcile.store import Store

MONTH = "reconciliation-2018-09.xlsx"

SETTINGS = """\
operator = "Thandi"
[inbox]
folders = ["inbox"]
settle_seconds = 0
[register]
campaigns = "campaigns.csv"
[store]
url = "sqlite:///reconcile.db"
[accounts]
numbers = [{accounts}]
[output]
folder = "{out}"
report = "{report}"
"""


def clock() -> datetime:
    return datetime(2018, 10, 1, 22, 0, tzinfo=UTC)


def a_job(folder: Path, *, accounts: str = "", out: str = "out", report: str = "report.json") -> Path:
    """The settings of a job with an empty inbox."""
    (folder / "inbox").mkdir()
    written(folder, "campaigns.csv", "code,name\nIDB,Idlib Appeal\n")
    return written(folder, "reconcile.toml", SETTINGS.format(accounts=accounts, out=out, report=report))


def night(settings: Path) -> None:
    """One run; what it tells first is raised."""
    an_empty_one(settings.parent)
    told: list[ReconcileError] = []

    def telling(fault: ReconcileError, say: Callable[[ReconcileError], str] = nightly.safe_words) -> str:
        told.append(fault)
        return say(fault)

    with mock.patch.object(nightly, "safe_words", telling):
        report = nightly.run(read_config(settings), clock=clock)
    assert report.exit_code == 1
    raise told[0]


def reconcile(line: str) -> None:
    """A command, without what the command line does of an error."""
    arguments = cli.parser().parse_args(shlex.split(line))
    room = next(each for each in (commands, audit_commands, cli) if hasattr(each, arguments.command))
    getattr(room, arguments.command)(arguments)


def no_settings(folder: Path, stack: ExitStack) -> Path:
    """no file of that name."""
    return folder / "reconcile.toml"


def locked_settings(folder: Path, stack: ExitStack) -> Path:
    """settings that belong to another user."""
    failing(stack, Path, "open", errno.EACCES)
    return folder / "reconcile.toml"


def settings_in_another_encoding(folder: Path, stack: ExitStack) -> Path:
    """settings that an old editor saved, with an é in the name of the operator."""
    return written(folder, "reconcile.toml", SETTINGS.replace("Thandi", "Andr\xe9").encode("latin-1"))


def a_workbook_for_settings(folder: Path, stack: ExitStack) -> Path:
    """a file of over a million bytes."""
    return written(folder, "september.xlsx", b"PK\x03\x04" * 300_000)


def a_store_that_is_not_there(folder: Path, stack: ExitStack) -> None:
    """settings that name a store which is not there."""
    a_job(folder)
    reconcile("undo abc --reason error")


def a_description_in_words(folder: Path, stack: ExitStack) -> None:
    """the words of a payment one by one."""
    reconcile("explain FNB APP PAYMENT --campaigns campaigns.csv")


def a_review_without_a_store(folder: Path, stack: ExitStack) -> None:
    """a workbook that `reconcile run` wrote, where no settings are."""
    stack.enter_context(mock.patch("reconcile.review.read_decisions"))
    reconcile("review reconciliation-2018-09.xlsx")


def no_allocation(folder: Path, stack: ExitStack) -> None:
    """an id and nothing else."""
    a_job(folder)
    reconcile("decide abc")


def a_folder_in_use(folder: Path, stack: ExitStack) -> None:
    """a folder that has a register already."""
    (folder / "charity").mkdir()
    written(folder / "charity", "campaigns.csv", "code,name\n")
    reconcile("init charity")


def a_folder_on_a_full_disk(folder: Path, stack: ExitStack) -> None:
    """a folder on a disk without room."""
    failing(stack, os, "open", errno.ENOSPC)
    reconcile("init charity")


def judged(folder: Path) -> None:
    raise look([folder.relative_to(Path.cwd())], 0).faults[0]


def an_inbox(folder: Path) -> Path:
    (folder / "inbox").mkdir()
    return folder / "inbox"


def no_inbox(folder: Path, stack: ExitStack) -> None:
    """an inbox that was renamed."""
    judged(folder / "inbox")


def a_pipe_in_the_inbox(folder: Path, stack: ExitStack) -> None:
    """a named pipe in the inbox."""
    os.mkfifo(an_inbox(folder) / "september.csv")
    judged(folder / "inbox")


def a_dangling_link_in_the_inbox(folder: Path, stack: ExitStack) -> None:
    """a link in the inbox to a file that was deleted."""
    (an_inbox(folder) / "september.csv").symlink_to("deleted.csv")
    judged(folder / "inbox")


def a_locked_file_in_the_inbox(folder: Path, stack: ExitStack) -> None:
    """a file in the inbox that belongs to another user."""
    written(an_inbox(folder), "september.csv", HISTORY)
    failing(stack, Path, "open", errno.EACCES)
    judged(folder / "inbox")


def a_bad_disk_under_the_inbox(folder: Path, stack: ExitStack) -> None:
    """a file in the inbox on a disk that fails."""
    written(an_inbox(folder), "september.csv", HISTORY)
    failing(stack, Path, "open", errno.EIO)
    judged(folder / "inbox")


def another_account(folder: Path, stack: ExitStack) -> None:
    """a history of account …2345 in the inbox, and another under `[accounts] numbers`."""
    settings = a_job(folder, accounts='"620001"')
    written(folder / "inbox", "september.csv", HISTORY)
    night(settings)


def another_run(folder: Path, stack: ExitStack) -> None:
    """a run that began at 22:00 and is going."""
    for owner, name, said in ((getpass, "getuser", "thandi"), (socket, "gethostname", "office"), (os, "getpid", 4711)):
        stack.enter_context(mock.patch.object(owner, name, return_value=said))
    stack.enter_context(only_one(folder / "reconcile.db", clock=clock))
    nightly.run(read_config(a_job(folder)), clock=clock)


def a_disk_without_locks(folder: Path, stack: ExitStack) -> None:
    """a disk on which no file can be locked."""
    failing(stack, FileLock, "acquire", errno.ENOLCK)
    nightly.run(read_config(a_job(folder)), clock=clock)


def a_note_of_somebody_else(folder: Path, stack: ExitStack) -> None:
    """a note of who is running that belongs to another user."""
    failing(stack, Path, "unlink", errno.EACCES)
    nightly.run(read_config(a_job(folder)), clock=clock)


def a_note_on_a_full_disk(folder: Path, stack: ExitStack) -> None:
    """a disk without room for the note of who is running."""
    settings = a_job(folder)
    failing(stack, os, "fsync", errno.ENOSPC)
    nightly.run(read_config(settings), clock=clock)


def out_is_no_folder(folder: Path, stack: ExitStack) -> None:
    """a file named `out`, where the workbooks are to be."""
    settings = a_job(folder)
    written(folder / "inbox", "september.csv", HISTORY)
    written(folder, "out", "")
    night(settings)


def a_store_begun_anew(folder: Path, stack: ExitStack) -> None:
    """a job whose store was taken away after a night."""
    settings = a_job(folder)
    nightly.run(read_config(settings), clock=clock)
    (folder / "reconcile.db").unlink()
    night(settings)


def a_report_in_a_file(folder: Path, stack: ExitStack) -> None:
    """a report whose folder is a file."""
    written(folder, "reports", "")
    night(a_job(folder, report="reports/report.json"))


def placed(folder: Path) -> None:
    """Put a workbook where another stands."""
    draft, target = written(folder, "draft.xlsx", "new"), written(folder, MONTH, "old")
    ours = {digest(target)}
    fault = places.put(draft, target, ours, clock()).fault
    assert fault
    raise fault


def a_changed_workbook(folder: Path, stack: ExitStack) -> None:
    """a workbook in which somebody made notes."""
    draft, target = written(folder, "draft.xlsx", "new"), written(folder, MONTH, "notes")
    fault = places.put(draft, target, {digest(draft)}, clock()).fault
    assert fault
    raise fault


def an_open_workbook(folder: Path, stack: ExitStack) -> None:
    """a workbook that is open in Excel."""
    denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    stack.enter_context(mock.patch.object(Path, "replace", side_effect=[denied, None]))
    placed(folder)


def a_folder_that_takes_no_workbook(folder: Path, stack: ExitStack) -> None:
    """a folder that takes no file by another name."""
    failing(stack, Path, "replace", errno.EIO)
    placed(folder)


def kept_from(log: Logbook) -> None:
    log.write("started", by="Thandi")
    raise log.faults[0]


def a_log_that_is_a_folder(folder: Path, stack: ExitStack) -> None:
    """a log of whose name there is a folder."""
    (folder / "reconcile.log.jsonl").mkdir()
    kept_from(Logbook(folder / "reconcile.log.jsonl", clock=clock))


def a_terminal_that_went_away(folder: Path, stack: ExitStack) -> None:
    """a terminal that was closed."""
    kept_from(Logbook(folder / "reconcile.log.jsonl", clock=clock, say=mock.Mock(side_effect=BrokenPipeError)))


def a_list_in_the_log(folder: Path, stack: ExitStack) -> None:
    """a program of one's own that logs a list."""
    log = Logbook(folder / "reconcile.log.jsonl", clock=clock)
    log.write("read", rows=["J NDLOVU"])  # type: ignore[arg-type]
    raise log.faults[0]


def a_file_that_fails_when_it_is_its_turn(folder: Path, stack: ExitStack) -> None:
    """an export on a disk that fails."""
    settings = a_job(folder)
    written(folder / "inbox", "history.csv", HISTORY)
    failing(stack, nightly, "digest", errno.EIO)
    night(settings)


def a_file_larger_than_the_memory(folder: Path, stack: ExitStack) -> None:
    """an export of more rows than the memory holds."""
    settings = a_job(folder)
    written(folder / "inbox", "history.csv", HISTORY)
    stack.enter_context(mock.patch.object(Store, "add_all", side_effect=MemoryError))
    night(settings)
