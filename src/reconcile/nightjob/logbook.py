"""What a run did, as JSON lines on the disk and plain lines on a terminal, with nothing personal in them."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Integral, Real
from pathlib import Path
from typing import Literal

from reconcile.errors import ReconcileError, shown

Level = Literal["info", "warning", "error"]
Value = str | int | float | Decimal | date | Path | None
"""What may stand in a log: never a row, a frame or a list of them."""

PRIVATE = 0o600
_LONGEST_REASON = 2_000
"""Of a fault, which may name several."""
LARGEST = 1_000_000_000
"""Numbers from here on are masked like text: no count is as large, an account number is."""

# characters that nobody sees may stand between the digits of a number that was copied from a web page
_NUMBER = re.compile("\\d(?:[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*\\d){5,}")
_QUOTED = re.compile('"(?:.*"|.*)', re.DOTALL)
# ours that are lacking are no words of the file, nor is what we say behind the names
_COLUMNS = re.compile(r"(?<!lacks the )\b(columns?) [^;]+?(: another bank's, or another list$|(?=;)|$)")
_HEADINGS = re.compile(r"; it has (?!the columns )[^;]+")
_HASH = re.compile("(?=[0-9]*[a-f])[0-9a-f]{64}")


def masked(text: str) -> str:
    """The text with `…` and the last four digits for every run of six digits or more: `…2345` for an account."""
    return _NUMBER.sub(lambda run: "…" + "".join(re.findall(r"\d", run.group()))[-4:], text)


class Logbook:
    """A log that grows by one line for each `write`; `faults` has what kept it from growing.

    A line is a JSON object: `at` (UTC), `level`, `event` and the fields. It is on the disk when `write` returns, in a
    file for this user alone. A line that cannot be written stops nothing. Without `path` there is no file; `say` is
    called with the same facts as a plain line.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        *,
        clock: Callable[[], datetime] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.path = Path(path) if path is not None else None
        self.faults: list[ReconcileError] = []
        self._clock = clock or (lambda: datetime.now(UTC))
        self._say = say

    def write(self, event: str, /, *, level: Level = "info", **fields: Value) -> None:
        """One line more. Texts are masked: long numbers to their last four digits, what stands in quotes to `…`.

        A hash, which is 64 hexadecimal digits, stands there whole.

        A value of another kind is left out and told in `faults`.
        """
        at = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        fixed = {"at": at, "level": level, "event": safe(event)}
        facts = {safe(name): self._fit(event, name, value) for name, value in fields.items() if name not in fixed}
        if self.path is not None:
            self._append(self.path, json.dumps(fixed | facts, ensure_ascii=False))
        if self._say is not None:
            self._speak(self._say, _plain(level, safe(event), facts))

    def fault(self, event: str, fault: ReconcileError, /, *, level: Level = "warning") -> None:
        """A fault as one line: its kind, file, line, reason and what to do, without the words it found in the file."""
        kind, why = type(fault).__name__, reason(fault)
        self.write(event, level=level, kind=kind, file=fault.file, line=fault.line, reason=why, do=fault.do or None)

    def _fit(self, event: str, name: str, value: object) -> str | int | float | bool | None:
        """The value as JSON has it. A subclass such as a frame's moment or number is taken for what it is."""
        match value:
            case None | bool():
                return value
            case datetime():
                return value.isoformat(timespec="seconds")
            case date():
                return value.isoformat()
            case Integral() | Real() | Decimal():
                return _number(value)
            case str() | Path():
                return str(value) if _HASH.fullmatch(str(value)) else safe(str(value))
        what = f"{safe(name)} of {safe(event)} is a {type(value).__name__} and was left out"
        self._remember(what, "Log numbers, dates and texts only.")
        return None

    def _append(self, path: Path, line: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "a+b", opener=_privately) as stream:
                _close_to_others(stream.fileno())
                # a line that a full disk or a power cut left half written must not spoil this one
                stream.write((b"\n" if _torn(path) else b"") + line.encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except (OSError, ValueError) as fault:
            said = fault.strerror if isinstance(fault, OSError) else fault
            self._remember(f"the log cannot be written ({shown(said)})", "Check its folder and the space on the disk.")

    def _speak(self, say: Callable[[str], None], line: str) -> None:
        try:
            say(line)
        except (OSError, ValueError) as fault:  # the terminal went away
            self._remember(f"nothing can be shown ({type(fault).__name__})", "Read the log instead.")

    def _remember(self, what: str, do: str) -> None:
        """Once, however many lines fail for the same reason."""
        name = shown(masked(self.path.name)) if self.path is not None else None
        fault = ReconcileError(what, file=name, do=do)
        if str(fault) not in map(str, self.faults):
            self.faults.append(fault)


def safe(text: str, longest: int = 200) -> str:
    """The text as a log has it: no quoted words, no long numbers, one line."""
    # masked before it is cut: the head of a long number that was cut in two is no long number any more
    return shown(masked(_QUOTED.sub('"…"', text)), longest)


def reason(fault: ReconcileError) -> str:
    """What is wrong, without the words that were found in a file."""
    # the names of columns stand there without quotes
    return _COLUMNS.sub(r"\1 …\2", _HEADINGS.sub("; it has …", safe(fault.what, _LONGEST_REASON)))


def safe_words(fault: ReconcileError) -> str:
    """A fault in one line: line, reason and what to do, what stands in quotes and long numbers masked."""
    where = f"line {fault.line}: " if fault.line is not None else ""
    return f"{where}{reason(fault)}. {masked(fault.do)}".strip()


def _number(value: Integral | Real | Decimal) -> str | int | float:
    """Numbers as JSON has them; money as text, because JSON has only floats for it."""
    if isinstance(value, Integral):
        whole = int(value)
        return whole if abs(whole) < LARGEST else f"…{abs(whole) % 10_000:04d}"
    if isinstance(value, Decimal):
        fits = value.is_finite() and abs(value) < LARGEST
        return f"{value:f}" if fits else masked(str(value))
    number = float(value)
    return number if abs(number) < LARGEST else masked(str(number))  # what is no number is less than nothing


def _plain(level: Level, event: str, facts: dict[str, str | int | float | bool | None]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)
    return ("" if level == "info" else f"{level}: ") + (f"{event}: {told}" if told else event)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)


def _close_to_others(handle: int) -> None:
    """A file that was there before may be open to others; what is no file, as /dev/null, is nobody's to close."""
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode) and mode & 0o077:
        with suppress(OSError, AttributeError):  # another's file, or a system without such rights
            os.fchmod(handle, PRIVATE)


def _torn(path: Path) -> bool:
    with path.open("rb") as stream:
        if not stream.seek(0, os.SEEK_END):
            return False
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) != b"\n"
