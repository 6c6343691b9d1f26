"""The error tree: every error that leaves the library says where, what stood there and what to do, in one line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import takewhile


def shown(text: object, longest: int = 200) -> str:
    """Text that is safe in one line of a log or a terminal: control characters visible, length bounded."""
    safe = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c
        for c in str(text)
    )
    return safe if len(safe) <= longest else safe[: longest - 1] + "…"


MOST_LIKELY = 3
NEAR_ENOUGH = 0.6
MOST_COMPARED = 2_000
"""Of more words than this none is looked for: that would take longer than it helps."""


def did_you_mean(word: str, known: Iterable[str], *, without: str = "") -> str:
    """`Did you mean ABC?`, naming the known words that are nearest; empty where none is near, or many are alike.

    An ending that all have is no likeness: words are compared `without` it.
    """
    from difflib import SequenceMatcher  # loaded only when something is wrong

    def plain(text: str) -> str:
        return text.casefold().removesuffix(without)

    words = sorted(set(known))
    if not words or len(words) > MOST_COMPARED:
        return ""
    alike = {each: SequenceMatcher(None, plain(word), plain(each)).ratio() for each in words}
    best = max(alike.values())
    likely = [shown(each, 80) for each in words if alike[each] == best]
    return f"Did you mean {' or '.join(likely)}?" if best >= NEAR_ENOUGH and len(likely) <= MOST_LIKELY else ""


class ReconcileError(Exception):
    """Something the library refuses: `file`, `line`, `what` stood there and what to `do`; `str()` is one line.

    Every error that leaves the library is of this class. The subclasses are also the built-in error a caller expects.
    """

    def __init__(self, what: str, *, file: str | None = None, line: int | None = None, do: str = "") -> None:
        self.what, self.file, self.line, self.do = what, file, line, do
        super().__init__(str(self))

    def __str__(self) -> str:
        where = shown(self.file) if self.file else ""
        if self.line is not None:
            where = f"{where}, line {self.line}" if where else f"line {self.line}"
        text = f"{where}: {self.what}" if where else self.what
        text = text if text.endswith((".", "!", "?")) else text + "."
        return f"{text} {self.do}".strip().replace("\n", " ")

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of the way through the library: the reader's own line, and the message."""
        import traceback
        from pathlib import Path

        inside = Path(__file__).parent
        frames = traceback.extract_tb(self.__traceback__)
        own = list(takewhile(lambda frame: inside not in Path(frame.filename).parents, frames))
        where = f"line {own[-1].lineno}: {own[-1].line}" if own else ""
        return [line for line in (where, f"{type(self).__name__}: {self}") if line]


class UnreadableFile(ReconcileError, OSError):
    """A file that cannot be taken off the disk safely: missing, a folder, no rights, empty, too large, unsafe ZIP."""


class UnknownLayout(ReconcileError, ValueError):
    """A file that could be read, but is no statement export this library knows; the message says what it looks like."""


class ForeignStatement(ReconcileError, ValueError):
    """A statement of another bank, another currency or another kind of account than FNB rand accounts."""


class DamagedStatement(ReconcileError, ValueError):
    """A statement that does not prove: cut off, changed, or its balances, counts or totals do not agree."""


class RegisterRefused(ReconcileError, ValueError):
    """A register, fund vocabulary or table of the books with faults; `faults` has all of them, one line each."""

    def __init__(self, faults: Sequence[str], *, file: str | None = None) -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        do = f"Correct {'it' if len(self.faults) == 1 else 'them'} and read the file again."
        super().__init__(f"{count}: " + "; ".join(self.faults), file=file, do=do)


class FrameRefused(ReconcileError, ValueError):
    """A frame or table handed in without the columns, types or rows it must have."""


class NotMoney(ReconcileError, ValueError):
    """A value that is not an exact amount of rand with at most two decimals."""


class WorkbookNotWritten(ReconcileError, OSError):
    """A workbook that could not be put in place; what stood there before is untouched."""


class StoreRefused(ReconcileError, OSError):
    """A store that cannot be used: damaged, of a newer version, out of reach, locked or full; nothing was recorded."""


class DecisionRefused(ReconcileError, ValueError):
    """A decision that cannot be recorded: amounts that do not add up, unknown words, a closed month, no reason."""


class ConfigRefused(ReconcileError, ValueError):
    """The settings of a nightly job with faults, all of them in one line, or a template that would overwrite a file."""


class AlreadyRunning(ReconcileError, RuntimeError):
    """Another run holds the store; the message says since when, whose it is and which process."""


class ReviewRefused(ReconcileError, ValueError):
    """A reviewed sheet, or a row or cell of it, that cannot be taken: changed, unknown words, amounts that are off."""
