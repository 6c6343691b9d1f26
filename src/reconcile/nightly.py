"""The nightly job: what lies in the inbox into the store, once; what is new matched; workbooks, a report, an exit code.

Every file is taken by itself and as a whole. A run that was stopped anywhere leaves what it had finished, and the next
one goes on from there to the same end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_campaigns, read_funds
from reconcile.errors import (
    ForeignStatement,
    ReconcileError,
    StoreRefused,
    WorkbookNotWritten,
    shown,
)
from reconcile.files import digest, name_of, replace_whole
from reconcile.matching.engine import settings
from reconcile.merging import conflict_lines, gap_lines
from reconcile.merging.conflicts import TO_SETTLE
from reconcile.nightjob.config import Config
from reconcile.nightjob.earlier import of_another
from reconcile.nightjob.inbox import Called, Inbox, look, look_at, too_large, unread
from reconcile.nightjob.lock import only_one
from reconcile.nightjob.logbook import Logbook, masked, safe_words
from reconcile.nightjob.places import clear, put
from reconcile.nightjob.report import FileOutcome, RunReport
from reconcile.nightjob.seen import Seen
from reconcile.nightjob.template import EXAMPLE
from reconcile.parsers import read_each
from reconcile.reporters import write_month
from reconcile.statement import Statement
from reconcile.store import Store, open_store
from reconcile.store.entries import AddedToBooks
from reconcile.store.journal import canonical
from reconcile.store.registers import decided_with

Progress = Callable[[str, int, int], None]
"""Called with the step in words, how much of it is done, and how much there is."""


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
    locked = config.store_file or config.output.folder / ".reconcile"  # not among the workbooks that people open
    try:
        with only_one(locked, clock=clock):
            return _Night(config, clock, log, progress or (lambda step, done, of: None), Seen(locked)).run()
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
    seen: Seen
    report: RunReport = field(init=False)
    _done: dict[str, str] = field(default_factory=dict)
    _refused: list[ReconcileError] = field(default_factory=list)

    def run(self) -> RunReport:
        """All steps in their order."""
        self.report = RunReport(self.clock().astimezone(UTC).isoformat(timespec="seconds"))
        self.log.write("started", by=self.config.operator)
        campaigns = read_campaigns(self.config.registers.campaigns)
        funds = read_funds(self.config.registers.funds) if self.config.registers.funds else default_funds()
        with open_store(self.config.store.url, search=not self.seen.left(self.config.store_file)) as store:
            self._clear()
            if fault := of_another(self.config, set(store.events()["hash"])):
                self._fault("store", fault)
            self._take_in(store)
            self._take_books(store)
            self._match(store, campaigns, funds)
            self._look_at(store)
            if campaigns.codes == (EXAMPLE,):
                what = "the register has only its example, so every gift is for a person"
                self.report.notes.append(f"{what}. Fill in {_name(self.config.registers.campaigns)} and run again.")
            self._retain(store)
            self._write_workbooks(store, campaigns, funds)
            self._finish(store)
        self.seen.keep(self.config.store_file)
        return self.report

    def _clear(self) -> None:
        """Take away what a run that died was writing; where others may write too, only what nobody is writing now."""
        clear(self.config.output.folder)
        for ours in (self.config.output.report, self.config.store_file):
            if ours is not None:
                clear(ours.parent, older_seconds=3600)

    def _take_in(self, store: Store) -> None:
        inbox = look(self.config.inbox.folders, self.config.inbox.settle_seconds, self.clock())
        self._tell(inbox, "inbox")
        known = self._known(store, inbox.ready)
        self.report.files += [FileOutcome(_name(path), "known") for path in inbox.ready if path in known]
        if known:  # in one line, for an inbox keeps the files of years
            self.log.write("known", files=len(known))
        for number, path in enumerate(inbox.ready):
            if path not in known:
                self.progress(f"reading {_name(path)}", number, len(inbox.ready))
                for outcome in self._file(store, path):
                    self._note(outcome)
        self.progress("reading", len(inbox.ready), len(inbox.ready))

    def _tell(self, inbox: Inbox, where: str) -> None:
        """What cannot be read in this run."""
        for waiting in inbox.waiting:
            self._note(FileOutcome(_name(waiting.path), "waiting", said=waiting.reason))
        for fault in inbox.faults:
            self._fault(where, fault)

    def _take_books(self, store: Store) -> None:
        """The charity's receipts and a gateway's payouts, each file as a whole and by itself."""
        own = self.config.receipts
        places: list[tuple[str, Path, Callable[..., AddedToBooks]]] = []
        if own.files is not None:
            places.append(("receipts", own.files, partial(store.add_receipts, columns=own.columns)))
        for at, place in enumerate(own.payouts):
            places.append(("payouts", place, partial(store.add_payouts, columns=own.columns_of(at))))
        for what, place, take in places:
            called = Called(f"the file or folder of {what}", f"[receipts] {'files' if what == 'receipts' else what}")
            inbox = look_at(place, self.config.inbox.settle_seconds, self.clock(), called)
            self._tell(inbox, what)
            for number, path in enumerate(inbox.ready):
                self.progress(f"reading {_name(path)}", number, len(inbox.ready))
                self._take_book(path, partial(take, by=self.config.operator))

    def _take_book(self, path: Path, take: Callable[..., AddedToBooks]) -> None:
        try:
            added = take(path, sha256=self.seen.digest(path))
        except StoreRefused:
            raise
        except ReconcileError as fault:
            self._note(self._refuse(path, fault))
        except OSError as fault:
            self._note(self._refuse(path, unread(path, fault)))
        except MemoryError:
            self._note(self._refuse(path, too_large(path)))
        else:
            found, counts = FileOutcome(_name(path), "known"), added.counts
            if added.again:
                self.report.files.append(found)
            else:
                rows, new, changed = len(added.rows), counts["new"], counts["changed"]
                self._note(replace(found, outcome="added", rows=rows, new=new, changed=changed))

    def _refuse(self, path: Path, fault: ReconcileError) -> FileOutcome:
        """A file that is not taken: in the report, and on the sheet Exceptions of the open months."""
        self._refused.append(fault)
        return FileOutcome(_name(path), "refused", said=safe_words(fault))

    def _known(self, store: Store, paths: Sequence[Path]) -> set[Path]:
        """The files that are in the store as they are."""
        found: dict[Path, str] = {}
        for path in paths:
            with suppress(OSError):  # told when it is its turn
                found[path] = self.seen.digest(path)
        here = store.known(list(found.values()))
        return {path for path, sha256 in found.items() if sha256 in here}

    def _file(self, store: Store, path: Path) -> list[FileOutcome]:
        """One file, as a whole and by itself; what is refused of it is looked at again in the next run."""
        name = _name(path)
        try:
            before = digest(path)
            if store.knows(before):
                return [FileOutcome(name, "known")]
            found = read_each(path)
            if digest(path) != before:
                return [FileOutcome(name, "waiting", said="was changed while it was read")]
        except ReconcileError:
            raise  # of the store, and an OSError too
        except OSError as fault:
            return [self._refuse(path, unread(path, fault))]
        try:
            return self._taken(store, path, before, found)
        except MemoryError:
            return [self._refuse(path, too_large(path))]

    def _taken(
        self, store: Store, path: Path, before: str, found: Sequence[Statement | ReconcileError]
    ) -> list[FileOutcome]:
        """What became of each statement of a file whose SHA-256 was `before`."""
        name = _name(path)
        sound = [s for s in found if isinstance(s, Statement)]
        own = [s for s in sound if self.config.accounts.takes(s.account.number)]
        outcomes = [self._refuse(path, fault) for fault in found if isinstance(fault, ReconcileError)]
        outcomes += [FileOutcome(name, "other account", said=safe_words(_foreign(s))) for s in sound if s not in own]
        if own:
            sha256 = before if len(own) == len(found) else ""
            for added in store.add_all(own, by=self.config.operator, file=name_of(path), sha256=sha256):
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
        shut = store.closed_versions().keys()
        months = sorted(set(store.month_versions()) - shut)
        if months:
            first = f"{months[0]}-01"
            missing = store.gaps(first)
            tied = missing["missing"].notna() & missing["missing"].eq(0)
            self.report.gaps = [masked(line) for line in gap_lines(missing[~tied])]
            self.report.notes = [masked(line) for line in gap_lines(missing[tied])]
            conflicts = store.conflicts(first)
            conflicts = conflicts[conflicts["kind"].isin(TO_SETTLE)]
            if len(conflicts):
                decided = store.decisions().query("in_force and amount.notna()")["transaction_id"]
                conflicts = conflicts[~conflicts["transaction_id"].isin(set(decided))]
            self.report.set_aside = store.set_aside(first)
            self.report.conflicts = [masked(line) for line in conflict_lines(conflicts)]
            self.report.status = store.statuses(first)
        self.report.both_sides = store.standing()
        self.report.payouts, told = store.payouts_standing()
        self.report.faults += (odd := [masked(line) for line in told])
        late = store.late()
        self.report.late = int((~late["booked"].isin(shut)).sum())
        for line in (*self.report.gaps, *self.report.conflicts, *odd):
            self.log.write("to settle", level="warning", what=line)

    def _retain(self, store: Store) -> None:
        years = self.config.privacy.keep_years
        if years is None:
            return
        today = self.clock().date()
        day = f"{today.year - years:04}-{today.month:02}-01"
        try:
            self.report.forgotten = store.forget_before(day, by=self.config.operator, reason=f"kept for {years} years")
        except ReconcileError as fault:
            self._fault("retention", fault)
        self.log.write("retention", before=day, texts=self.report.forgotten)

    def _write_workbooks(self, store: Store, campaigns: CampaignRegister, funds: FundVocabulary) -> None:
        folder = self.config.output.folder
        done: dict[str, str] = store.last_run().get("months", {})
        versions, due = self._versions(store, campaigns, funds, done)
        months = [m for m in sorted(versions) if m in due or not (folder / workbook(m)).exists()]
        for number, month in enumerate(months):
            self.progress(f"writing {workbook(month)}", number, len(months))
            if not self._write_safely(store, month, campaigns, funds):
                versions.pop(month)  # so that the next run tries again
        self.progress("writing workbooks", len(months), len(months))
        self._done = versions

    def _versions(
        self, store: Store, campaigns: CampaignRegister, funds: FundVocabulary, done: dict[str, str]
    ) -> tuple[dict[str, str], set[str]]:
        """What tells for each month whether its workbook is up to date, and the months of which it is not.

        That is its newest event and what it is shown with. What is closed is shown as it was closed, whatever is new:
        it is written again only where that was not done since, or a payer's words are forgotten.
        """
        shown_with = decided_with(campaigns, funds, self.config.matching.max_wrong)
        now = f"{shown_with} {campaigns.sha256} {funds.sha256}"
        if self._refused:
            now += f" refused {sha256(canonical([str(fault) for fault in self._left_out()]).encode()).hexdigest()}"
        shut, events = store.closed_versions(), store.month_versions()
        found = {m: f"closed {shut[m]}" if m in shut else f"{event} {now}" for m, event in events.items()}
        written = {m for m in shut if str(done.get(m, "")).split(" ", maxsplit=1)[0] == str(events.get(m))}
        return found, {m for m in found if done.get(m) != found[m]} - written

    def _left_out(self) -> list[ReconcileError]:
        """What was refused, in an order that depends on nothing else."""
        return sorted(self._refused, key=lambda fault: (fault.file or "", fault.line or 0, str(fault)))

    def _write_safely(self, store: Store, month: str, campaigns: CampaignRegister, funds: FundVocabulary) -> bool:
        """Whether the workbook of a month is where it belongs, or stands beside one that somebody changed."""
        try:
            self.config.output.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self._write_month(store, month, campaigns, funds)
        except ReconcileError as fault:
            if (fault.file or "").startswith(".~"):  # a draft, of which nobody else knows
                fault.file = workbook(month)
            self._fault("workbook", fault)
        except OSError as fault:
            what = f"cannot be written ({shown(fault.strerror)})"
            do = "Check the folder, its rights and the space on the disk."
            self._fault("workbook", WorkbookNotWritten(what, file=workbook(month), do=do))
        return False

    def _write_month(self, store: Store, month: str, campaigns: CampaignRegister, funds: FundVocabulary) -> bool:
        view = store.month(month)
        if view is None:
            return True
        target = self.config.output.folder / workbook(month)
        draft = target.with_name(f".~{target.stem}.draft.tmp")
        try:
            decided_by = settings(self.config.matching.max_wrong)
            # what is closed stays as it was: what was refused since is no part of it
            refused = [] if month in store.closed_versions() else self._left_out()
            write_month(draft, view, campaigns=campaigns, funds=funds, settings=decided_by, refused=refused)
            written = digest(draft)
            ours = store.workbooks().get(target.name, set())
            if written not in ours:
                store.note_workbook(target.name, written, by=self.config.operator)  # before it is there, see `put`
            placed = put(draft, target, {*ours, written}, self.clock())
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        if placed.path is not None:
            self.report.workbooks.append(placed.path.name)
            self.log.write("workbook", name=placed.path.name)
        if placed.fault:
            self._fault("workbook", placed.fault)
        return not placed.again

    def _finish(self, store: Store) -> None:
        """Put the run on record, in the store first and then in its report; what then cannot be written is told."""
        self._log_faults()
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
        self.log.write("ended", exit_code=self.report.exit_code, head=self.report.head)
        self._log_faults()

    def _log_faults(self) -> None:
        told = [str(fault) for fault in self.log.faults]
        self.report.faults += [fault for fault in told if fault not in self.report.faults]

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
        name = f"{shown(masked(fault.file))}: " if fault.file else ""
        self.report.faults.append(f"{name}{safe_words(fault)}")
        self.log.fault(where, fault, level="error")


def workbook(month: str) -> str:
    """The name of a month's workbook."""
    return f"reconciliation-{month}.xlsx"


def _name(path: Path) -> str:
    return shown(masked(path.name))


def _foreign(statement: Statement) -> ReconcileError:
    what = f"is a statement of account {statement.account.shown}, which is not among [accounts] numbers"
    return ForeignStatement(what, do="Take it out of the inbox, or add the account.")
