"""Workbooks put in place: whole, and never over one that somebody worked in."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconcile.errors import ReconcileError, WorkbookNotWritten, shown
from reconcile.files import digest


@dataclass(frozen=True)
class Placed:
    """Where a workbook was put, None where it stands there already; what kept it from its place, if anything did.

    `again`: that may be over in the next run.
    """

    path: Path | None
    fault: ReconcileError | None = None
    again: bool = False


def clear(folder: Path, *, older_seconds: float = 0) -> None:
    """Take away the drafts that a run which died left behind; only under the lock, so no other run is writing.

    Where other jobs write too, only what was last written so many seconds ago.
    """
    with suppress(OSError):
        for path in folder.glob(".~*.tmp"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime >= older_seconds:
                    path.unlink()


def put(draft: Path, target: Path, ours: Collection[str], now: datetime) -> Placed:
    """Where the draft was put: at `target`, or beside it with the day in its name, and then why.

    A workbook there is replaced only if its content is one that a run wrote (`ours`, by SHA-256, that of the draft
    too): one that somebody changed, or has open, keeps its place. Raises WorkbookNotWritten where neither place can be
    written.
    """
    what, again = _in_the_way(target, ours)
    if not what and os.path.lexists(target) and digest(target) == digest(draft):
        return Placed(None)
    try:
        if not what:
            draft.replace(target)
            sync(target.parent)
            return Placed(target)
    except OSError as cause:
        what, again = f"cannot be replaced ({shown(cause.strerror)})", True
    beside = _beside(target, ours, now)
    try:
        draft.replace(beside)
        sync(target.parent)
    except OSError as cause:
        do = "Close it, check the folder and the disk."
        raise WorkbookNotWritten(f"cannot be written ({shown(cause.strerror)})", file=beside.name, do=do) from cause
    first = (
        "Close it, or have its rights put right." if again else "Hand it back with reconcile review, or move it away."
    )
    do = f"{first} The new one stands beside it as {beside.name}."
    return Placed(beside, WorkbookNotWritten(what, file=target.name, do=do), again)


def _in_the_way(target: Path, ours: Collection[str]) -> tuple[str, bool]:
    """Why what is at a place must stay there, and whether that may be over in the next run.

    Nothing where a run wrote it, or where the place is free.
    """
    try:
        return ("" if digest(target) in ours else "was changed by somebody and was left as it is"), False
    except FileNotFoundError:
        return "", False
    except OSError as cause:
        return f"cannot be read ({shown(cause.strerror)})", True


def _beside(target: Path, ours: Collection[str], now: datetime) -> Path:
    """The first place beside the target, named by the day, at which nobody's own work stands."""
    for number in itertools.count(1):
        again = "" if number == 1 else f" {number}"
        beside = target.with_name(f"{target.stem} ({now:%Y-%m-%d}{again}){target.suffix}")
        if not _in_the_way(beside, ours)[0]:
            break
    return beside


def sync(folder: Path) -> None:
    """Make a new name in the folder last through a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
