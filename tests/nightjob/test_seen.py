"""A file is read again only if it is not as it was, and the store searched only if somebody else had it."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.nightjob import seen
from reconcile.nightjob.seen import Seen

CONTENT = b"some lines\n"


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    return tmp_path / "reconcile.db"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(seen, "_SETTLED_SECONDS", -60)
    path = tmp_path / "a.csv"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read."""
    found: list[Path] = []
    real = seen.digest
    monkeypatch.setattr(seen, "digest", lambda path: found.append(path) or real(path))
    return found


def night(locked: Path, *files: Path) -> list[str]:
    noted = Seen(locked)
    digests = [noted.digest(path) for path in files]
    noted.keep(locked if locked.exists() else None)
    return digests


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_is_read_once(locked: Path, file: Path, read: list[Path]) -> None:
    for _ in range(3):
        assert night(locked, file) == [sha256(CONTENT)]
    assert read == [file]


def replaced(path: Path) -> None:
    """Another file of the same size and time in its place."""
    times = path.stat()
    other = path.with_name("other")
    other.write_bytes(CONTENT.upper())
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(path)


def written_over(path: Path) -> None:
    """Other bytes of the same number, and the time set back."""
    times = path.stat()
    time.sleep(0.05)
    path.write_bytes(CONTENT.upper())
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


CHANGES: list[Callable[[Path], object]] = [
    lambda path: path.write_bytes(CONTENT + b"more\n"),
    lambda path: os.utime(path, (1, 1)),
    replaced,
    pytest.param(written_over, marks=pytest.mark.skipif(os.name == "nt", reason="no time of a change there")),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_is_not_as_it_was_is_read_again(
    change: Callable[[Path], object], locked: Path, file: Path, read: list[Path]
) -> None:
    night(locked, file)
    change(file)
    assert night(locked, file) == [sha256(file.read_bytes())]
    assert read == [file, file]


def test_a_file_changed_just_now_is_read_again_next_time(
    locked: Path, file: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "_SETTLED_SECONDS", 60)
    night(locked, file)
    night(locked, file)
    assert read == [file, file]


def test_what_is_gone_from_the_inbox_is_forgotten(locked: Path, file: Path, read: list[Path]) -> None:
    night(locked, file)
    night(locked)
    night(locked, file)
    assert read == [file, file]


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"a.csv": 5}', b"\xff", b"[" * 100_000])
def test_a_spoilt_note_costs_time_and_nothing_else(spoilt: bytes, locked: Path, file: Path, read: list[Path]) -> None:
    night(locked, file)
    (note,) = locked.parent.glob("*.seen")
    note.write_bytes(spoilt)
    assert night(locked, file) == [sha256(CONTENT)]
    assert night(locked, file) == [sha256(CONTENT)]
    assert read == [file, file]


def test_a_note_that_cannot_be_written_stops_nothing(locked: Path, file: Path) -> None:
    locked.with_name("reconcile.db.seen").mkdir()
    assert night(locked, file) == [sha256(CONTENT)]


def test_a_file_that_cannot_be_read_is_told(locked: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        night(locked, tmp_path / "gone.csv")


def test_the_store_is_as_it_was_left_until_somebody_writes_it(locked: Path) -> None:
    assert not Seen(locked).left(locked)
    locked.write_bytes(b"a store")
    night(locked)
    assert Seen(locked).left(locked)
    assert not Seen(locked).left(None)
    locked.write_bytes(b"b store")
    assert not Seen(locked).left(locked)


def test_a_store_with_a_journal_beside_it_was_not_left(locked: Path) -> None:
    locked.write_bytes(b"a store")
    night(locked)
    wal = locked.with_name("reconcile.db-wal")
    wal.touch()
    assert not Seen(locked).left(locked)
    night(locked)
    wal.unlink()
    assert not Seen(locked).left(locked)
