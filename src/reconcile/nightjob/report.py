"""What a run did, for a person in the morning, for a program, and for the record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FileOutcome:
    """What became of a file: added, known, refused, of another account, or waiting; counts of its rows; and why."""

    file: str
    outcome: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    said: str = ""


@dataclass
class RunReport:
    """What a run did, with nothing personal in it: account numbers by their last four digits, no payer's words.

    `changes` counts what is credited otherwise than before, by why; `status` the movements of open months by status;
    `both_sides` has the figures of the newest month's bank reconciliation, empty where the store has no receipts;
    `payouts` counts those of gateways by whether they are at the bank;
    `gaps`, `conflicts` and `faults` are lines to be read, and `notes` those that leave nothing to do, such as a skipped
    statement without which the balances tie.
    """

    started: str
    ended: str = ""
    files: list[FileOutcome] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    both_sides: dict[str, int | str] = field(default_factory=dict)
    payouts: dict[str, int] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    set_aside: int = 0
    late: int = 0
    forgotten: int = 0
    workbooks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    head: str = ""

    @property
    def exit_code(self) -> int:
        """0: all done; 1: done, but a file was refused or set apart, rows are missing or disputed, or a fault is told.

        Also 1 where both sides of a month differ.

        Where nothing could run, there is no report.
        """
        left = any(f.outcome in ("refused", "other account") for f in self.files)
        left |= self.both_sides.get("difference", "0.00") != "0.00"
        return 1 if left or self.set_aside or self.gaps or self.conflicts or self.faults else 0

    def to_dict(self) -> dict[str, Any]:
        """All of it, as JSON has it; of files known before, which grow to thousands, how many."""
        told = [vars(f) for f in self.files if f.outcome != "known"]
        more = {"exit_code": self.exit_code, "files": told, "known": len(self.files) - len(told)}
        return {**vars(self), **more}

    def lines(self) -> list[str]:
        """What a person reads in the morning."""
        found = Counter(f.outcome for f in self.files)
        told = ", ".join(f"{n} {outcome}" for outcome, n in sorted(found.items())) or "none"
        new, changed = sum(f.new for f in self.files), sum(f.changed for f in self.files)
        rows = [f"Files: {told}; new rows: {new}" + (f"; changed: {changed}" if changed else "")]
        rows += [f"{f.outcome}: {f.file}: {f.said}" for f in self.files if f.outcome not in ("added", "known")]
        rows += [f"Credited otherwise than before: {n} ({why})" for why, n in sorted(self.changes.items())]
        rows += [f"Status {name}: {n}" for name, n in sorted(self.status.items())]
        rows += self._both_sides()
        payouts = ", ".join(f"{n} {state}" for state, n in sorted(self.payouts.items()))
        rows += [f"Payouts: {payouts}"] if payouts else []
        rows += [f"Late for a closed month: {self.late}"] if self.late else []
        rows += [f"Rows set aside: {self.set_aside}"] if self.set_aside else []
        rows += [f"Gap: {line}" for line in self.gaps] + [f"Conflict: {line}" for line in self.conflicts]
        rows += [f"Note: {line}" for line in self.notes]
        rows += [f"Workbook: {name}" for name in self.workbooks]
        return rows + [f"Fault: {line}" for line in self.faults]

    def _both_sides(self) -> list[str]:
        """The line on the bank against the receipts."""
        if not self.both_sides:
            return []
        told = {name.replace(" ", "_"): value for name, value in self.both_sides.items()}
        said = (
            "Both sides {month}: {lines_linked} lines and {receipts_linked} receipts linked; open {lines_open} at the "
            "bank, {receipts_open} in the books; questions {questions}; difference {difference}"
        )
        changed = self.both_sides["receipts changed after closing"]
        return [
            said.format(**told),
            *([f"Receipts changed after their month was closed: {changed}"] if changed else []),
        ]
