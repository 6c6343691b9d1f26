"""Calls of the system that fail: the n-th one a run makes, of its files and of its store."""

from __future__ import annotations

import builtins
import errno
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

KINDS = (errno.EIO, errno.ENOSPC, errno.EACCES)
FILES = ("open", "write", "flush", "fsync", "replace", "unlink", "mkdir", "scandir", "stat")
STORE = ("commit", "commit unanswered", "connect")
STATEMENT = "statement"


class Faults:
    """Counts the calls inside `folder`; the one of the number `at` fails, or all from there on."""

    def __init__(
        self, folder: Path, kinds: tuple[str, ...], *, at: int = 0, code: int = errno.EIO, lasting: bool = False
    ):
        self.folder, self.kinds, self.at, self.code, self.lasting = str(folder), kinds, at, code, lasting
        self.calls: list[str] = []

    def due(self, kind: str, name: object = None) -> bool:
        """Count a call; whether it is to fail."""
        if kind not in self.kinds or (name is not None and not os.fspath(name).startswith(self.folder)):  # type: ignore[call-overload]
            return False
        self.calls.append(kind)
        return len(self.calls) == self.at or (self.lasting and 0 < self.at <= len(self.calls))

    def meet(self, kind: str, name: object = None) -> None:
        """Count a call of the system, and fail if it is its turn."""
        if self.due(kind, name):
            raise OSError(self.code, os.strerror(self.code))

    def answer(self, kind: str) -> None:
        """Count a call of the database, and fail if it is its turn."""
        if self.due(kind):
            full = self.code == errno.ENOSPC
            raise sqlite3.OperationalError("database or disk is full" if full else "disk I/O error")

    @contextmanager
    def injected(self) -> Iterator[Faults]:
        """A block in which the calls are counted and fail."""
        with ExitStack() as stack:
            opened = self._opening(io.open)
            for where, name in ((builtins, "open"), (io, "open")):
                stack.enter_context(mock.patch.object(where, name, opened))
            for kind in ("replace", "unlink", "mkdir", "scandir", "stat"):
                stack.enter_context(mock.patch.object(os, kind, self._named(kind, getattr(os, kind))))
            stack.enter_context(mock.patch.object(os, "open", self._named("open", os.open)))
            stack.enter_context(mock.patch.object(os, "fsync", self._by_number("fsync", os.fsync)))
            stack.enter_context(mock.patch.object(os, "fdopen", self._opening(os.fdopen)))
            sa.event.listen(sa.Engine, "do_connect", self._connect)
            stack.callback(sa.event.remove, sa.Engine, "do_connect", self._connect)
            yield self

    def _named(self, kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def called(name: Any, *given: Any, **more: Any) -> Any:
            if not isinstance(name, int):
                self.meet(kind, name)
            return real(name, *given, **more)

        return called

    def _by_number(self, kind: str, real: Callable[[int], None]) -> Callable[[int], None]:
        def called(handle: int) -> None:
            self.meet(kind)
            real(handle)

        return called

    def _opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def called(name: Any, mode: str = "r", *given: Any, **more: Any) -> Any:
            ours = isinstance(name, int) or os.fspath(name).startswith(self.folder)
            if not isinstance(name, int):
                self.meet("open", name)
            stream = real(name, mode, *given, **more)
            return Stream(stream, self) if ours and set(mode) & set("wa+x") else stream

        return called

    def _connect(self, _dialect: Any, _record: Any, given: Any, more: Any) -> Any:
        self.answer("connect")
        connection = sqlite3.connect(*given, factory=Connection, **more)
        connection.faults = self
        return connection


class Stream:
    """A stream that is written to."""

    def __init__(self, stream: Any, faults: Faults):
        self._stream, self._faults = stream, faults

    def write(self, content: Any) -> Any:
        self._faults.meet("write")
        return self._stream.write(content)

    def flush(self) -> None:
        self._faults.meet("flush")
        self._stream.flush()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Connection(sqlite3.Connection):
    """A connection whose statements and commits are counted."""

    faults: Faults

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(Cursor)

    def commit(self) -> None:
        if self.in_transaction:
            self.faults.answer("commit")
            super().commit()
            self.faults.answer("commit unanswered")


class Cursor(sqlite3.Cursor):
    """A cursor whose statements are counted."""

    def execute(self, *given: Any) -> Any:
        self.connection.faults.answer(STATEMENT)
        return super().execute(*given)

    def executemany(self, *given: Any) -> Any:
        self.connection.faults.answer(STATEMENT)
        return super().executemany(*given)
