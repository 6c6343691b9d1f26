"""Workbooks put in place: whole, and never over one that somebody worked in."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from reconcile.errors import ReconcileError, WorkbookNotWritten, shown


def clear(folder: Path) -> None:
    """Take away the drafts that a run which died left behind; only under the lock, so no other run is writing."""
    with suppress(OSError):
        for path in folder.glob(".~*.tmp"):
            with suppress(OSError):
                path.unlink()


def put(draft: Path, target: Path, ours: Collection[str], now: datetime) -> tuple[Path, ReconcileError | None]:
    """Where the draft was put, and why not at `target` where it was put beside it.

    A workbook there is replaced only if its content is one that a run wrote (`ours`, by SHA-256): one that somebody
    changed, or has open, keeps its place. Raises WorkbookNotWritten where neither place can be written.
    """
    fault: ReconcileError | None = None
    if not target.exists() or _digest(target) in ours:
        try:
            draft.replace(target)
            sync(target.parent)
            return target, None
        except OSError as cause:
            what = f"cannot be replaced ({shown(cause.strerror)})"
            fault = WorkbookNotWritten(what, file=target.name, do="Close it. The new one stands beside it.")
    else:
        what = "was changed by somebody and was left as it is"
        fault = WorkbookNotWritten(what, file=target.name, do="The new one stands beside it.")
    beside = target.with_name(f"{target.stem} ({now:%Y-%m-%d}){target.suffix}")
    try:
        draft.replace(beside)
        sync(target.parent)
    except OSError as cause:
        what = f"cannot be written ({shown(cause.strerror)})"
        raise WorkbookNotWritten(what, file=beside.name, do="Close it, check the folder and the disk.") from cause
    return beside, fault


def sync(folder: Path) -> None:
    """Make a new name in the folder last through a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""
