"""The inbox: what may be read, what must wait and what is wrong, told alike by any listing and with nothing changed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import UnreadableFile
from reconcile.nightjob import inbox
from reconcile.nightjob.inbox import Inbox, Waiting, look

NOW = datetime(2026, 1, 5, 22, 0, tzinfo=timezone(timedelta(hours=2)))
LONG_AGO = NOW.timestamp() - 86_400


def lay(folder: Path, *names: str, changed: float = LONG_AGO) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / name for name in names]
    for path in paths:
        path.write_text(path.name)
        os.utime(path, (changed, changed))
    return paths


def names(paths: Iterable[Path]) -> list[str]:
    return [path.name for path in paths]


def reasons(found: Inbox) -> dict[str, str]:
    return {waiting.path.name: waiting.reason for waiting in found.waiting}


def said(found: Inbox) -> list[str]:
    return [str(fault) for fault in found.faults]


def test_every_ordinary_file_is_ready_whatever_its_name_ends_in(tmp_path: Path) -> None:
    lay(tmp_path, "b.csv", "a.ofx", "C.zip", "notes", "=cmd.csv", "ë.pdf", "a.part.csv", "tmp", "a~$.csv", "part")
    found = look([tmp_path], 60, NOW)
    assert names(found.ready) == sorted(names(tmp_path.iterdir()))
    assert (found.waiting, found.faults) == ((), ())


def test_files_of_several_folders_come_by_name(tmp_path: Path) -> None:
    lay(tmp_path / "one", "c.csv", "a.csv")
    lay(tmp_path / "two", "b.csv", "a.csv")
    one, two = tmp_path / "one", tmp_path / "two"
    ready = (one / "a.csv", two / "a.csv", two / "b.csv", one / "c.csv")
    assert look([one, two], 60, NOW).ready == look([str(two), one, two], 60, NOW).ready == ready


@given(st.permutations(["b.csv", "a.csv", "B.csv", "c.part", "a.csv.part", "x.csv", "y.csv"]))
def test_the_order_of_a_listing_means_nothing(listing: list[str]) -> None:
    def stat_of(path: Path) -> SimpleNamespace:
        if path.name[0] in "xy":
            raise FileNotFoundError
        return SimpleNamespace(st_mode=0o100600, st_mtime=LONG_AGO)

    entries = mock.MagicMock()
    entries.__enter__.return_value = [SimpleNamespace(name=name) for name in listing]
    with (
        mock.patch.object(inbox.os, "scandir", return_value=entries),
        mock.patch.object(Path, "stat", stat_of),
        mock.patch.object(Path, "open"),
    ):
        found = look(["nowhere"], 60, NOW)
    assert names(found.ready) == ["B.csv", "b.csv"]
    assert names(waiting.path for waiting in found.waiting) == ["a.csv", "a.csv.part", "c.part"]
    assert [fault.file for fault in found.faults] == ["x.csv", "y.csv"]


UNFINISHED = {
    "history.csv.part": "is not finished: its name ends in .part",
    "history.csv.crdownload": "is not finished: its name ends in .crdownload",
    "HISTORY.CSV.TMP": "is not finished: its name ends in .tmp",
    "history.csv.partial": "is not finished: its name ends in .partial",
    "history.csv.filepart": "is not finished: its name ends in .filepart",
    "history.csv.opdownload": "is not finished: its name ends in .opdownload",
    "history.csv.download": "is not finished: its name ends in .download",
    "~$history.xlsx": "is a note of Office that a file is open",
}


@pytest.mark.parametrize(("name", "reason"), UNFINISHED.items(), ids=UNFINISHED)
def test_what_is_not_finished_waits(name: str, reason: str, tmp_path: Path) -> None:
    (path,) = lay(tmp_path, name)
    assert look([tmp_path], 0, NOW) == Inbox((), (Waiting(path, reason),), ())


def test_a_download_that_is_renamed_while_it_is_looked_at_is_no_fault(tmp_path: Path) -> None:
    lay(tmp_path, "a.csv.part")
    with mock.patch.object(Path, "stat", side_effect=FileNotFoundError(errno.ENOENT, "gone")):
        assert names(w.path for w in look([tmp_path], 60, NOW).waiting) == ["a.csv.part"]


def test_the_place_that_a_browser_keeps_for_a_download_waits_with_it(tmp_path: Path) -> None:
    lay(tmp_path, "A.csv", "a.csv.part", "b.csv")
    found = look([tmp_path], 60, NOW)
    assert names(found.ready) == ["b.csv"]
    assert reasons(found)["A.csv"] == "is still downloaded: there is one ending in .part beside it"


AGAIN = "and may still be written; run again when it is 60 seconds old"
AGES = {
    "just now": (0, f"was changed 0 seconds ago {AGAIN}"),
    "a second ago": (1.9, f"was changed 1 second ago {AGAIN}"),
    "a moment ago": (59, f"was changed 59 seconds ago {AGAIN}"),
    "long enough ago": (60, None),
    "long ago": (1e9, None),
}


@pytest.mark.parametrize(("age", "reason"), AGES.values(), ids=AGES)
def test_a_file_that_was_just_changed_waits(age: float, reason: str | None, tmp_path: Path) -> None:
    lay(tmp_path, "a.csv", changed=NOW.timestamp() - age)
    found = look([tmp_path], 60, NOW)
    assert reasons(found) == ({"a.csv": reason} if reason else {})
    assert len(found.ready) == (reason is None)


def test_with_no_seconds_to_settle_every_file_is_ready(tmp_path: Path) -> None:
    lay(tmp_path, "a.csv", changed=NOW.timestamp())
    lay(tmp_path, "b.csv", changed=NOW.timestamp() + 9e9)
    assert names(look([tmp_path], 0, NOW).ready) == ["a.csv", "b.csv"]


def test_this_moment_is_the_moment_of_looking_unless_said(tmp_path: Path) -> None:
    (path,) = lay(tmp_path, "a.csv", changed=datetime.now(UTC).timestamp() - 30)
    assert names(w.path for w in look([tmp_path], 60).waiting) == [path.name]
    assert names(look([tmp_path], 20).ready) == [path.name]


def test_a_time_to_come_brought_along_by_a_copy_does_not_make_a_file_wait_for_ever(tmp_path: Path) -> None:
    lay(tmp_path, "a.csv", changed=datetime.now(UTC).timestamp() + 9e8)
    later = datetime.now(UTC) + timedelta(seconds=100)
    assert names(look([tmp_path], 60, later).ready) == ["a.csv"]
    assert reasons(look([tmp_path], 200, later)).keys() == {"a.csv"}


def test_a_clock_that_was_put_back_makes_files_wait(tmp_path: Path) -> None:
    lay(tmp_path, "a.csv", changed=datetime.now(UTC).timestamp())
    found = look([tmp_path], 60, datetime.now(UTC) - timedelta(hours=1))
    assert reasons(found) == {"a.csv": "was changed at a time that is still to come, as after a clock was put back"}


def test_hidden_files_are_passed_over_and_folders_named(tmp_path: Path) -> None:
    lay(tmp_path, ".DS_Store", ".~lock.a.csv#", "a.csv")
    lay(tmp_path / "2025", "old.csv")
    (tmp_path / ".git").mkdir()
    found = look([tmp_path], 60, NOW)
    assert names(found.ready) == ["a.csv"]
    assert reasons(found) == {"2025": "is a sub-folder, which is not read"}
    assert found.faults == ()


def test_what_windows_hides_is_passed_over(tmp_path: Path) -> None:
    (path,) = lay(tmp_path, "desktop.ini")
    state = path.stat()
    hidden = SimpleNamespace(st_mode=state.st_mode, st_mtime=LONG_AGO, st_ctime=LONG_AGO, st_file_attributes=0x26)
    with mock.patch.object(Path, "stat", return_value=hidden):
        assert look([tmp_path], 60, NOW) == Inbox((), (), ())
    shown = SimpleNamespace(**vars(hidden) | {"st_file_attributes": 0x20})
    with mock.patch.object(Path, "stat", return_value=shown):
        assert look([tmp_path], 60, NOW).ready == (path,)


def test_links_are_followed_and_those_that_lead_nowhere_are_faults(tmp_path: Path) -> None:
    (real,) = lay(tmp_path / "elsewhere", "a.csv")
    home = tmp_path / "inbox"
    home.mkdir()
    (home / "file.csv").symlink_to(real)
    (home / "folder").symlink_to(tmp_path / "elsewhere")
    (home / "broken.csv").symlink_to(tmp_path / "nowhere")
    (home / "loop.csv").symlink_to(home / "loop.csv")
    found = look([home], 60, NOW)
    assert found.ready == (home / "file.csv",)
    assert reasons(found) == {"folder": "is a sub-folder, which is not read"}
    broken, loop = said(found)
    assert broken == "broken.csv: is a link to a file that is not there. Take the link out of the inbox."
    assert loop.startswith("loop.csv: cannot be read (") and loop.endswith("). Check the disk.")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe with a name")
def test_what_is_neither_file_nor_folder_is_a_fault_and_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert said(look([tmp_path], 60, NOW)) == ["pipe.csv: is no ordinary file. Take it out of the inbox."]


def failing(method: str, name: str, fault: OSError | None) -> Any:
    """The method of a path as it is, but for the file of this name; without a fault that file vanishes before it."""
    real = getattr(Path, method)

    def instead(self: Path, *args: Any, **options: Any) -> Any:
        if self.name == name and fault:
            raise fault
        if self.name == name:
            os.unlink(self)  # noqa: PTH108, a path's own method would come by here again
        return real(self, *args, **options)

    return mock.patch.object(Path, method, instead)


ONE_BAD_FILE = {
    "vanishes": (
        "stat",
        None,
        "b.csv: was listed and is gone. It is looked for again in the next run.",
    ),
    "vanishes later": (
        "open",
        None,
        "b.csv: was listed and is gone. It is looked for again in the next run.",
    ),
    "no rights": (
        "open",
        PermissionError(errno.EACCES, "x"),
        "b.csv: may not be read by this user. Ask for the right to read it.",
    ),
    "a bad disk": ("open", OSError(errno.EIO, "Input/output\nerror"), "b.csv: cannot be read (Input/output�error)."),
}


@pytest.mark.parametrize(("method", "fault", "message"), ONE_BAD_FILE.values(), ids=ONE_BAD_FILE)
def test_one_bad_file_is_named_and_the_others_go_on(
    method: str, fault: OSError | None, message: str, tmp_path: Path
) -> None:
    lay(tmp_path, "a.csv", "b.csv", "c.csv")
    with failing(method, "b.csv", fault):
        found = look([tmp_path], 60, NOW)
    assert names(found.ready) == ["a.csv", "c.csv"]
    assert [type(f) for f in found.faults] == [UnreadableFile]
    assert said(found)[0].startswith(message)


def test_a_folder_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    lay(tmp_path, "file")
    lay(tmp_path / "sound", "a.csv")
    found = look([tmp_path / "none", tmp_path / "file", tmp_path / "sound"], 60, NOW)
    assert names(found.ready) == ["a.csv"]
    assert said(found) == [
        f"{tmp_path}/none: the inbox is not there. Make it, or name another under [inbox] folders.",
        f"{tmp_path}/file: the inbox is no folder. Name a folder under [inbox] folders.",
    ]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (PermissionError(errno.EACCES, "x"), "the inbox may not be read by this user. Ask for the right to read"),
        (OSError(errno.EIO, "Input/output error"), "the inbox cannot be read (Input/output error). Check the disk"),
    ],
)
def test_a_folder_without_rights_or_on_a_bad_disk_is_a_fault(fault: OSError, message: str, tmp_path: Path) -> None:
    with mock.patch.object(inbox.os, "scandir", side_effect=fault):
        (only,) = said(look([tmp_path], 60, NOW))
    assert only.startswith(f"{tmp_path}: {message}")


def test_a_name_that_would_break_the_line_is_shown_safely(tmp_path: Path) -> None:
    (tmp_path / "a\nb\udcff.csv").symlink_to("nowhere")
    (only,) = said(look([tmp_path], 60, NOW))
    assert only.startswith("a�b�.csv: is a link")


def test_looking_changes_nothing(tmp_path: Path) -> None:
    lay(tmp_path, "a.csv", "b.csv.part", ".hidden")
    (tmp_path / "sub").mkdir()
    (tmp_path / "broken.csv").symlink_to("nowhere")

    def state() -> list[tuple[str, int, int, int, str]]:
        return [
            (p.name, s.st_mode, s.st_mtime_ns, s.st_ctime_ns, sha256(p.read_bytes()).hexdigest() if p.is_file() else "")
            for p in [tmp_path, *sorted(tmp_path.iterdir())]
            for s in [p.lstat()]
        ]

    before = state()
    look([tmp_path], 60, NOW)
    assert state() == before
