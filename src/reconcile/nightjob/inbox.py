"""What lies in the inbox: files that may be read, files that must wait, and what is wrong; nothing is changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconcile.errors import ReconcileError, UnreadableFile, shown

UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".opdownload", ".download", ".tmp")
"""What browsers and copying programs put behind a name until the file is whole."""

_HIDDEN_ON_WINDOWS = 2
_AGAIN = "It is looked for again in the next run."


@dataclass(frozen=True)
class Waiting:
    """A file or folder that is not read in this run, and why."""

    path: Path
    reason: str


_Found = Path | Waiting | ReconcileError


@dataclass(frozen=True)
class Inbox:
    """`ready` to be read, by name; `waiting` for a later run; `faults`, one for each thing that cannot be read."""

    ready: tuple[Path, ...]
    waiting: tuple[Waiting, ...]
    faults: tuple[ReconcileError, ...]


@dataclass(frozen=True)
class Called:
    """What a folder is called in messages, and the setting that names it."""

    name: str = "the inbox"
    setting: str = "[inbox] folders"


def look_at(place: Path, settle_seconds: float, now: datetime, called: Called) -> Inbox:
    """What lies at a place that is a folder, or the file that it is."""
    if not place.is_file():
        return look([place], settle_seconds, now, called)
    return _by_kind([_judged(place, {place.name.lower()}, settle_seconds, now.timestamp())])


def look(
    folders: Sequence[str | os.PathLike[str]],
    settle_seconds: float,
    now: datetime | None = None,
    called: Called = Called(),
) -> Inbox:
    """What lies in the folders at this moment, hidden files passed over, in an order that depends on names alone.

    A file changed less than `settle_seconds` before `now` is still being written; with 0 none is.
    """
    moment = (now or datetime.now(UTC)).timestamp()
    found: list[_Found] = []
    for folder in dict.fromkeys(map(Path, folders)):
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as fault:
            found.append(_no_folder(folder, fault, called))
            continue
        listed = {name.lower() for name in names}
        found += [_judged(folder / name, listed, settle_seconds, moment) for name in names if name[0] != "."]
    return _by_kind(f for f in found if not isinstance(f, Waiting) or f.reason)


def _by_kind(all_found: Iterable[_Found]) -> Inbox:
    found = list(all_found)
    return Inbox(
        tuple(sorted((p for p in found if isinstance(p, Path)), key=lambda p: (p.name, str(p)))),
        tuple(w for w in found if isinstance(w, Waiting)),
        tuple(f for f in found if isinstance(f, ReconcileError)),
    )


def _judged(path: Path, listed: set[str], settle_seconds: float, moment: float) -> _Found:
    """Where a file belongs; one that waits without a reason is passed over."""
    reason = _unfinished(path.name.lower(), listed)
    try:
        return Waiting(path, reason) if reason else _looked_at(path, path.stat(), settle_seconds, moment)
    except OSError as fault:
        return _no_file(path, fault)


def _looked_at(path: Path, state: os.stat_result, settle_seconds: float, moment: float) -> _Found:
    if getattr(state, "st_file_attributes", 0) & _HIDDEN_ON_WINDOWS:
        return Waiting(path, "")
    if stat.S_ISDIR(state.st_mode):
        return Waiting(path, "is a sub-folder, which is not read")
    if not stat.S_ISREG(state.st_mode):
        return UnreadableFile("is no ordinary file", file=path.name, do="Take it out of the inbox.")
    if reason := _unsettled(state, settle_seconds, moment):
        return Waiting(path, reason)
    with path.open("rb"):  # only the system itself knows what this user may read, on Windows above all
        return path


def _unfinished(name: str, listed: set[str]) -> str:
    if name.startswith("~$"):
        return "is a note of Office that a file is open"
    for suffix in UNFINISHED:
        if name.endswith(suffix):
            return f"is not finished: its name ends in {suffix}"
        if name + suffix in listed:  # browsers keep the place of a download with an empty file
            return f"is still downloaded: there is one ending in {suffix} beside it"
    return ""


def _unsettled(state: os.stat_result, settle_seconds: float, moment: float) -> str:
    if not settle_seconds:
        return ""
    changed = state.st_mtime
    if changed > moment:  # a copy brings a time of elsewhere along; that of the copying itself is of this machine
        changed = min(changed, state.st_ctime)
    if changed > moment:
        return "was changed at a time that is still to come, as after a clock was put back"
    if moment - changed < settle_seconds:
        seconds = int(moment - changed)
        ago = f"was changed {seconds} second{'' if seconds == 1 else 's'} ago and may still be written"
        return f"{ago}; run again when it is {settle_seconds:.0f} seconds old"
    return ""


def _no_folder(folder: Path, fault: OSError, called: Called) -> ReconcileError:
    name, setting = called.name, called.setting
    kinds = {
        FileNotFoundError: (f"{name} is not there", f"Make it, or name another under {setting}."),
        NotADirectoryError: (f"{name} is no folder", f"Name a folder under {setting}."),
        PermissionError: (f"{name} may not be read by this user", "Ask for the right to read it."),
    }
    other = (f"{name} cannot be read ({shown(fault.strerror)})", "Check the disk and the network.")
    what, do = kinds.get(type(fault), other)
    return UnreadableFile(what, file=str(folder), do=do)


def _no_file(path: Path, fault: OSError) -> ReconcileError:
    if isinstance(fault, FileNotFoundError):
        link = os.path.lexists(path)  # the name is there still, what it leads to is not
        what = "is a link to a file that is not there" if link else "was listed and is gone"
        return UnreadableFile(what, file=path.name, do="Take the link out of the inbox." if link else _AGAIN)
    if isinstance(fault, PermissionError):
        return UnreadableFile("may not be read by this user", file=path.name, do="Ask for the right to read it.")
    return UnreadableFile(f"cannot be read ({shown(fault.strerror)})", file=path.name, do="Check the disk.")


def unread(path: Path, fault: OSError) -> ReconcileError:
    """A file that could not be read when it was its turn."""
    do = "Check the file, its rights and the disk."
    return UnreadableFile(f"cannot be read ({shown(fault.strerror)})", file=path.name, do=do)


def too_large(path: Path) -> ReconcileError:
    """A file that the memory does not hold."""
    return UnreadableFile("needs more memory than there is", file=path.name, do="Split it, or take a larger machine.")
