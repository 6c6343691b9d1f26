"""One run at a time: a lock that the system gives back when its holder dies, and a note of who holds it."""

from __future__ import annotations

import getpass
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from reconcile.errors import AlreadyRunning, StoreRefused, WorkbookNotWritten, shown
from reconcile.files import replace_whole

PRIVATE = 0o600
LOCK, NOTE = ".lock", ".lock.owner"
"""Behind the name of what is locked. The note is a file of its own: Windows lets nobody read a locked one."""

_TRIES, _PAUSE_SECONDS = 10, 0.05
_LONGEST_NOTE = 2000
_CHECK = "Check the folder, its rights and the space on the disk, then run again."


def running_user() -> str:
    """The name of the user this process runs as, `user` followed by a number where the system has no name for it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "user"


@contextmanager
def only_one(path: str | os.PathLike[str], *, clock: Callable[[], datetime]) -> Iterator[None]:
    """A block in which no other process is inside `only_one` of the same `path`, the file of the store.

    Raises AlreadyRunning at once when one is, with its start in the time zone of `clock`; StoreRefused where no lock
    can be made. A holder that dies, however it dies, gives the lock back.
    """
    locked = Path(path)
    lock, note = FileLock(_beside(locked, LOCK), mode=PRIVATE), _beside(locked, NOTE)
    try:
        lock.acquire(blocking=False)  # makes the folder too
    except Timeout:
        raise _already_running(locked.name, note, clock) from None
    except OSError as fault:
        raise StoreRefused(f"cannot be locked ({shown(fault.strerror)})", file=locked.name, do=_CHECK) from fault
    try:
        _sign(locked.name, note, clock)
        yield
    finally:
        with suppress(OSError):  # before the lock is free: after it this may be the note of the next holder
            note.unlink()
        lock.release()


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _sign(name: str, note: Path, clock: Callable[[], datetime]) -> None:
    owner = {
        "owner": f"{running_user()}@{socket.gethostname()}",
        "process": os.getpid(),
        "since": clock().astimezone(UTC).isoformat(timespec="seconds"),
    }
    try:
        note.unlink(missing_ok=True)  # at once, so that nobody is told of a dead holder while this is written
        replace_whole(note, json.dumps(owner).encode())
    except WorkbookNotWritten as fault:
        raise StoreRefused(f"its lock {fault.what}", file=name, do=_CHECK) from fault
    except OSError as fault:
        raise StoreRefused(f"cannot be locked ({shown(fault.strerror)})", file=name, do=_CHECK) from fault


def _already_running(name: str, note: Path, clock: Callable[[], datetime]) -> AlreadyRunning:
    """The refusal in the words of the holder's note, for which it waits a moment: the holder may be about to write."""
    who = _read(note, clock)
    for _ in range(_TRIES):
        if who:
            break
        time.sleep(_PAUSE_SECONDS)
        who = _read(note, clock)
    return AlreadyRunning(f"already running {who}".strip(), file=name, do="Wait until it has ended, then run again.")


def _read(note: Path, clock: Callable[[], datetime]) -> str:
    """`since 2026-01-05 22:00 (user@host, process 4711)`, nothing where there is no such note."""
    try:
        with note.open("rb") as stream:
            found = json.loads(stream.read(_LONGEST_NOTE))
        since = datetime.fromisoformat(found["since"]).astimezone(clock().tzinfo)
        return f"since {since:%Y-%m-%d %H:%M} ({shown(found['owner'], 80)}, process {int(found['process'])})"
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return ""
