"""What a run saw of files, so that the next one need not read all of them again: only those that changed."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

from reconcile.errors import WorkbookNotWritten
from reconcile.files import digest, replace_whole

NOTE = ".seen"
"""Behind the name of what is locked."""

_STORE = "the store"
_SETTLED_SECONDS = 2
"""A file changed so shortly before it was read may change again without a newer time: clocks of disks are coarse."""

State = list[int]


class Seen:
    """A note beside the store. Without it, or with a spoilt one, everything is read: it saves time and nothing else.

    A file is as it was if it is the same one and has the size and the times it had; on Linux and macOS nobody can set
    the time of its last change back.
    """

    def __init__(self, locked: Path) -> None:
        self._note = locked.with_name(locked.name + NOTE)
        self._before: dict[str, tuple[State, str]] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
            self._before = {str(k): (list(v[0]), str(v[1])) for k, v in json.loads(self._note.read_bytes()).items()}
        self._now: dict[str, tuple[State, str]] = {}

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file, without reading it where it is as it was; raises OSError where it cannot be read."""
        state = _state(path)
        known, sha256 = self._before.get(str(path), ([], ""))
        if known != state:
            sha256 = digest(path)
            if _state(path) != state or not _settled(state):
                return sha256
        self._now[str(path)] = state, sha256
        return sha256

    def left(self, store: Path | None) -> bool:
        """Whether the file of the store is as `keep` left it: then it need not be searched for damage."""
        known, _ = self._before.get(_STORE, ([], ""))
        try:
            return store is not None and not _wal(store).exists() and _state(store) == known
        except OSError:
            return False

    def keep(self, store: Path | None) -> None:
        """Write down the files that were asked for, and the closed store; what cannot be written is left."""
        with suppress(OSError, WorkbookNotWritten):
            if store is not None and not _wal(store).exists():
                self._now[_STORE] = _state(store), ""
            if self._now != self._before:
                replace_whole(self._note, json.dumps(self._now).encode())


def _state(path: Path) -> State:
    found = path.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _settled(state: State) -> bool:
    return time.time() - max(state[3:]) / 1e9 > _SETTLED_SECONDS


def _wal(store: Path) -> Path:
    return store.with_name(f"{store.name}-wal")
