"""The nightly job: what lies in the inbox into the store, once; what is new matched; workbooks, a report, an exit code.

Every file is taken by itself and as a whole. A run that was stopped anywhere leaves what it had finished, and the next
one goes on from there to the same end.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_campaigns, read_funds
from reconcile.errors import ForeignStatement, ReconcileError, shown
from reconcile.files import replace_whole
from reconcile.matching.engine import settings
from reconcile.merging import conflict_lines, gap_lines
from reconcile.nightjob.config import Config
from reconcile.nightjob.inbox import look
from reconcile.nightjob.lock import only_one
from reconcile.nightjob.logbook import Logbook, masked, safe
from reconcile.nightjob.places import clear, put
from reconcile.parsers import read_each
from reconcile.reporters import write_workbook
from reconcile.statement import Statement
from reconcile.store import Store, open_store
from reconcile.store.journal import canonical

Progress = Callable[[str, int, int], None]
"""Called with the step in words, how much of it is done, and how much there is."""


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
    `gaps`, `conflicts` and `faults` are lines to be read.
    """

    started: str
    ended: str = ""
    files: list[FileOutcome] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    late: int = 0
    forgotten: int = 0
    workbooks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    head: str = ""

    @property
    def exit_code(self) -> int:
        """0: all done; 1: done, but a file was refused or set apart, rows are missing or disputed, or a fault is told.

        Where nothing could run, there is no report.
        """
        left = any(f.outcome in ("refused", "other account") for f in self.files)
        return 1 if left or self.gaps or self.conflicts or self.faults else 0

    def to_dict(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {**{k: v for k, v in vars(self).items() if k != "files"}, "exit_code": self.exit_code} | {
            "files": [vars(f) for f in self.files]
        }

    def lines(self) -> list[str]:
        """What a person reads in the morning."""
        found = Counter(f.outcome for f in self.files)
        told = ", ".join(f"{n} {outcome}" for outcome, n in sorted(found.items())) or "none"
        rows = [f"Files: {told}; new rows: {sum(f.new for f in self.files)}"]
        rows += [f"{f.outcome}: {f.file}: {f.said}" for f in self.files if f.outcome not in ("added", "known")]
        rows += [f"Credited otherwise than before: {n} ({why})" for why, n in sorted(self.changes.items())]
        rows += [f"Status {name}: {n}" for name, n in sorted(self.status.items())]
        rows += [f"Late for a closed month: {self.late}"] if self.late else []
        rows += [f"Gap: {line}" for line in self.gaps] + [f"Conflict: {line}" for line in self.conflicts]
        rows += [f"Workbook: {name}" for name in self.workbooks]
        return rows + [f"Fault: {line}" for line in self.faults]


def run(
    config: Config,
    *,
    clock: Callable[[], datetime] | None = None,
    say: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Take what is in the inbox into the store, match what is new, write the workbooks; the report of it.

    `say` gets each line of the log as plain text, `progress` the steps. Raises a ReconcileError only where nothing
    could run: another run is going, the register or the store cannot be used.
    """
    clock = clock or (lambda: datetime.now(UTC))
    log = Logbook(config.output.log, clock=clock, say=say)
    locked = config.store_file or config.output.folder / "reconcile"
    try:
        with only_one(locked, clock=clock):
            return _Night(config, clock, log, progress or (lambda step, done, of: None)).run()
    except ReconcileError as fault:
        log.fault("nothing could run", fault, level="error")
        raise


@dataclass
class _Night:
    """One run, under the lock."""

    config: Config
    clock: Callable[[], datetime]
    log: Logbook
    progress: Progress
    report: RunReport = field(init=False)
    _done: dict[str, int] = field(default_factory=dict)

    def run(self) -> RunReport:
        """All steps in their order."""
        self.report = RunReport(self.clock().astimezone(UTC).isoformat(timespec="seconds"))
        self.log.write("started", by=self.config.operator)
        campaigns = read_campaigns(self.config.registers.campaigns)
        funds = read_funds(self.config.registers.funds) if self.config.registers.funds else default_funds()
        with open_store(self.config.store.url) as store:
            clear(self.config.output.folder)
            self._take_in(store)
            self._match(store, campaigns, funds)
            self._look_at(store)
            self._retain(store)
            self._write_workbooks(store, campaigns, funds)
            self._finish(store)
        return self.report

    def _take_in(self, store: Store) -> None:
        inbox = look(self.config.inbox.folders, self.config.inbox.settle_seconds, self.clock())
        for waiting in inbox.waiting:
            self._note(FileOutcome(_name(waiting.path), "waiting", said=waiting.reason))
        for fault in inbox.faults:
            self._fault("inbox", fault)
        for number, path in enumerate(inbox.ready):
            self.progress(f"reading {_name(path)}", number, len(inbox.ready))
            for outcome in self._file(store, path):
                self._note(outcome)
        self.progress("reading", len(inbox.ready), len(inbox.ready))

    def _file(self, store: Store, path: Path) -> list[FileOutcome]:
        """One file, as a whole and by itself; what is refused of it is looked at again in the next run."""
        name = _name(path)
        try:
            before = _digest(path)
            if store.knows(before):
                return [FileOutcome(name, "known")]
            found = list(read_each(path))
            if _digest(path) != before:
                return [FileOutcome(name, "waiting", said="was changed while it was read")]
        except OSError as fault:
            return [FileOutcome(name, "refused", said=f"cannot be read ({shown(fault.strerror)})")]
        sound = [s for s in found if isinstance(s, Statement)]
        own = [s for s in sound if self.config.accounts.takes(s.account.number)]
        outcomes = [FileOutcome(name, "refused", said=self._said(f)) for f in found if isinstance(f, ReconcileError)]
        outcomes += [FileOutcome(name, "other account", said=self._said(_foreign(s))) for s in sound if s not in own]
        if own:
            sha256 = before if len(own) == len(found) else ""
            for added in store.add_all(own, by=self.config.operator, file=path.name, sha256=sha256):
                counts = added.counts
                state = "known" if added.again else "added"
                numbers = (len(added.rows), counts["new"], counts["changed by the bank"], counts["withdrawn"])
                outcomes.append(FileOutcome(name, state, *numbers))
        return outcomes

    def _match(self, store: Store, campaigns: CampaignRegister, funds: FundVocabulary) -> None:
        changes = store.match(
            campaigns,
            funds=funds,
            max_wrong=self.config.matching.max_wrong,
            by=self.config.operator,
            progress=lambda done, of: self.progress("matching references", done, of),
        )
        self.report.changes = {str(k): int(v) for k, v in changes["why"].value_counts().items() if k != "new"}
        self.log.write("matched", new=int((changes["why"] == "new").sum()), changed=sum(self.report.changes.values()))

    def _look_at(self, store: Store) -> None:
        """What is missing or disputed, and what waits for a person, in months that are not closed."""
        closed = store.months()
        shut = set(closed[closed["in_force"] & closed["state"].eq("closed")]["month"])
        months = sorted(set(store.month_versions()) - shut)
        if months:
            first = f"{months[0]}-01"
            self.report.gaps = [masked(line) for line in gap_lines(_since(store.gaps(_weeks_before(first)), first))]
            self.report.conflicts = [masked(line) for line in conflict_lines(_since(store.conflicts(), first))]
            counted = store.matches(first)["status"].value_counts()
            self.report.status = {str(name): int(n) for name, n in counted.items()}
        self.report.late = len(store.late())
        for line in (*self.report.gaps, *self.report.conflicts):
            self.log.write("to settle", level="warning", what=line)

    def _retain(self, store: Store) -> None:
        years = self.config.privacy.keep_years
        if years is None:
            return
        today = self.clock().date()
        day = f"{today.year - years:04}-{today.month:02}-01"
        self.report.forgotten = store.forget_before(day, by=self.config.operator, reason=f"kept for {years} years")
        self.log.write("retention", before=day, texts=self.report.forgotten)

    def _write_workbooks(self, store: Store, campaigns: CampaignRegister, funds: FundVocabulary) -> None:
        folder = self.config.output.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        versions, done = store.month_versions(), store.last_run().get("months", {})
        months = [m for m in sorted(versions) if done.get(m) != versions[m] or not (folder / workbook(m)).exists()]
        for number, month in enumerate(months):
            self.progress(f"writing {workbook(month)}", number, len(months))
            try:
                self._write_month(store, month, campaigns, funds)
            except ReconcileError as fault:
                self._fault("workbook", fault)
                versions.pop(month)  # so that the next run tries again
        self.progress("writing workbooks", len(months), len(months))
        self._done = versions

    def _write_month(self, store: Store, month: str, campaigns: CampaignRegister, funds: FundVocabulary) -> None:
        view = store.month(month)
        if view is None:
            return
        target = self.config.output.folder / workbook(month)
        draft = target.with_name(f".~{target.stem}.draft.tmp")
        try:
            write_workbook(
                draft,
                statements=view.statements,
                matches=view.matches,
                campaigns=campaigns,
                funds=funds,
                settings=settings(self.config.matching.max_wrong),
                merged=view.merged,
                parts=view.parts,
            )
            sha256 = _digest(draft)
            ours = store.workbooks().get(target.name, set())
            if target.exists() and _digest(target) == sha256:
                return
            if sha256 not in ours:
                store.note_workbook(target.name, sha256, by=self.config.operator)  # before it is there, see `put`
            written, fault = put(draft, target, ours, self.clock())
        finally:
            draft.unlink(missing_ok=True)
        self.report.workbooks.append(written.name)
        self.log.write("workbook", name=written.name)
        if fault:
            self._fault("workbook", fault)

    def _finish(self, store: Store) -> None:
        """Put the run on record, in the store first and then in its report; what then cannot be written is told."""
        self.report.faults += [str(fault) for fault in self.log.faults]
        self.report.ended = self.clock().astimezone(UTC).isoformat(timespec="seconds")
        outcome = {0: "done", 1: "done, with something left for a person"}[self.report.exit_code]
        store.record_run(outcome, {"months": self._done, "report": self.report.to_dict()}, by=self.config.operator)
        self.report.head = store.head()
        try:
            self.config.output.report.parent.mkdir(parents=True, exist_ok=True)
            replace_whole(self.config.output.report, (canonical(self.report.to_dict()) + "\n").encode())
        except ReconcileError as fault:
            self._fault("report", fault)
        except OSError as fault:
            self._fault("report", ReconcileError(f"cannot be written ({shown(fault.strerror)})", file="the report"))
        self.log.write("ended", exit_code=self.report.exit_code, head=self.report.head[:16])

    def _note(self, outcome: FileOutcome) -> None:
        self.report.files.append(outcome)
        level = "info" if outcome.outcome in ("added", "known") else "warning"
        self.log.write(
            outcome.outcome,
            level=level,  # type: ignore[arg-type]
            file=outcome.file,
            rows=outcome.rows,
            new=outcome.new,
            changed=outcome.changed,
            withdrawn=outcome.withdrawn,
            why=outcome.said,
        )

    def _fault(self, where: str, fault: ReconcileError) -> None:
        self.report.faults.append(self._said(fault))
        self.log.fault(where, fault, level="error")

    @staticmethod
    def _said(fault: ReconcileError) -> str:
        """A fault in one line, without the words it found in a file."""
        return safe_words(fault)


def safe_words(fault: ReconcileError) -> str:
    """A fault in one line: file, line, reason and what to do, what stands in quotes and long numbers masked."""
    where = f"line {fault.line}: " if fault.line is not None else ""
    return f"{where}{safe(fault.what)}. {fault.do}".strip()


def workbook(month: str) -> str:
    """The name of a month's workbook."""
    return f"reconciliation-{month}.xlsx"


def _name(path: Path) -> str:
    return shown(masked(path.name))


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _foreign(statement: Statement) -> ReconcileError:
    what = f"is a statement of account {statement.account.shown}, which is not among [accounts] numbers"
    return ForeignStatement(what, do="Take it out of the inbox, or add the account.")


def _since(frame: pd.DataFrame, first: str) -> pd.DataFrame:
    column = "before" if "before" in frame.columns else "date"
    return frame[frame[column] >= pd.Timestamp(first)].reset_index(drop=True)


def _weeks_before(day: str) -> str:
    return str((pd.Timestamp(day) - pd.Timedelta(days=45)).date())
