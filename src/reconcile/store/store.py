"""Store: statements in, transactions out, and everything that was decided between."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import FrameRefused
from reconcile.matching.matches import no_search_for_cycles
from reconcile.statement import Statement
from reconcile.store import (
    adding,
    deciding,
    delivery,
    disagreements,
    effective,
    figures,
    gaps,
    gifts,
    journal,
    keeping,
    memory,
    periods,
    privacy,
    reading,
    registers,
    tables,
    two_sides,
    view,
)
from reconcile.store.adding import Added
from reconcile.store.books import Books, who
from reconcile.store.database import Database, address
from reconcile.store.rematch import rematch


class Store(Books):
    """What was imported and decided. Made by `open_store`; to be closed after use, best by `with`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def __repr__(self) -> str:
        return f"Store({self._database.label})"

    def shut(self) -> None:
        """Give back every connection; what was recorded is kept."""
        self._database.close()

    def add(self, statement: Statement, *, by: str | None = None) -> Added:
        """What the statement brings: which of its rows are new, known, changed by the bank, and what it lacks.

        Recorded as a whole or not at all. A statement that was added before changes nothing. Raises StoreRefused where
        the store cannot be written.
        """
        return self.add_all([statement], by=by)[0]

    def add_all(
        self, statements: Sequence[Statement], *, by: str | None = None, file: str = "", sha256: str = ""
    ) -> list[Added]:
        """What each of a file's statements brings; all of them are recorded, or none.

        With the name and the SHA-256 of the file it is known again by `knows`, whatever it is called then.
        """
        if not statements or not all(isinstance(s, Statement) for s in statements):
            raise FrameRefused("only statements can be added", do="Read the file with read_statements.")
        with self._database.reading() as connection:
            if all(delivery.known_as(connection, s) is not None for s in statements) and not sha256:
                return [adding.again(connection, s) for s in statements]
        with self._database.writing() as connection, no_search_for_cycles():
            work = journal.work(connection)
            taken = [adding.bring(work, s) for s in statements]
            if sha256 and not adding.known(connection, [sha256]):
                work.add(tables.files, [{"name": file, "sha256": sha256, "statements": len(statements)}])
            if work.wrote:
                body = {"statements": [adding.facts_of(s, new) for s, _, new in taken]}
                work.finish("import", by=by or journal.current_user(), body=body)
            return [adding.brought(connection, s, number, new) for s, number, new in taken]

    def knows(self, sha256: str) -> bool:
        """Whether a file of these bytes was added as a whole."""
        return bool(self.known([sha256]))

    def known(self, sha256s: Sequence[str]) -> set[str]:
        """Those of some files, each by its SHA-256, that were added as a whole."""
        with self._database.reading() as connection:
            return adding.known(connection, sha256s)

    def transactions(self, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Every movement once, columns of `schema.TRANSACTIONS`, by account and day.

        From the day `start` to the day `end`, both included, written as `2018-09-01`.
        """
        with self._database.reading() as connection:
            return reading.transactions(connection, start, end)

    def match(
        self,
        campaigns: CampaignRegister,
        *,
        funds: FundVocabulary | None = None,
        max_wrong: float = 0,
        by: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> pd.DataFrame:
        """What is credited otherwise than the last time: `transaction_id`, `date`, `amount`, `before`, `now`, `why`.

        Decides the movements of open months with this register and vocabulary, and keeps the result; what people
        decided stays. Raises StoreRefused where the store cannot be written.
        """
        vocabulary = funds or default_funds()
        with self._database.writing() as connection:
            work = journal.work(connection)
            changes = rematch(work, campaigns, vocabulary, max_wrong, progress)
            if work.wrote:
                body = {"changed": len(changes), "with": registers.decided_with(campaigns, vocabulary, max_wrong)}
                work.finish("matching", by=by or journal.current_user(), body=body)
        return changes

    def matches(self, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """The matches of `transactions(start, end)`, row by row, columns of `schema.MATCHES`.

        A gift decided for several campaigns or funds has none here; see `allocations`.
        """
        with self._database.reading() as connection:
            return effective.matches_of(connection, reading.transactions(connection, start, end))

    def look_up(self, transactions: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Some movements by their ids, and their matches row by row; ids that the store does not know are left out."""
        with self._database.reading() as connection:
            found = gifts.some(connection, transactions)
            return found, effective.matches_of(connection, found)

    def statuses(self, start: str) -> dict[str, int]:
        """How many of `transactions(start)` have each status in `matches(start)`."""
        with self._database.reading() as connection:
            return gifts.statuses(connection, start)

    def allocations(self, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Where the money went, a row for each part: `transaction_id`, `campaign`, `fund`, `amount`, `booked`.

        The parts of a movement add up to it; `booked` is the month that they count for.
        """
        with self._database.reading() as connection:
            return gifts.allocations_of(connection, reading.transactions(connection, start, end))

    def decide(self, transaction: str, allocations: object, *, by: str, reason: str = "", evidence: str = "") -> int:
        """The number of the decision that says whose a movement is; the earlier one, if any, stays on record.

        `allocations` is `(campaign, fund)` for all of it, or a list of `(campaign, fund, amount)` that adds up to it to
        the cent; `(None, None)` says that it is no gift. A change of what is credited needs a reason, of the fund also
        what shows the donor's wish. Raises DecisionRefused.
        """
        with self._database.writing() as connection:
            work = journal.work(connection)
            number = deciding.decide(work, transaction, allocations, reason=reason, evidence=evidence)
            work.finish("decision", by=who(by), why=reason, body={"transaction": transaction})
            return number

    def undo(self, transaction: str, *, by: str, reason: str) -> int:
        """The number of the row that takes the newest decision on a movement back; what was before it holds again."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            number = deciding.undo(work, transaction, reason=reason)
            work.finish("undo", by=who(by), why=reason, body={"transaction": transaction})
            return number

    def decisions(self) -> pd.DataFrame:
        """Every decision ever made, oldest first, a row for each part, with who, when and why."""
        with self._database.reading() as connection:
            return deciding.frame(connection)

    def remembered(self) -> pd.DataFrame:
        """What people decided before for a payer's words: `words`, `campaign`, `fund`, `times`, `last`, `in_use`."""
        with self._database.reading() as connection:
            return memory.frame(memory.learnt(connection))

    def forget_remembered(self, words: str, *, by: str, reason: str = "") -> None:
        """Propose nothing any more from earlier decisions on these words of a payer; the decisions themselves stay."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            work.add(tables.forgotten, [{"what": "remembered", "mark": mark} for mark in memory.marks([words])])
            work.finish("forget remembered", by=who(by), why=reason)

    def close(self, month: str, *, by: str, reason: str = "", open_end: str = "") -> None:
        """Freeze a month (`2018-09`) that ties out: its matches and links stay, later arrivals count for an open one.

        Where an account has no statement that reaches the last day, `open_end` says why no more can have moved. Raises
        DecisionRefused where it does not tie out or its end is not in, and says what is missing.
        """
        with self._database.writing() as connection:
            work = journal.work(connection)
            both = two_sides.reconciliation(connection, periods.checked_month(month))  # while it is open
            frozen = periods.close(work, month, open_end=open_end)
            if both:
                keeping.keep(work, month, both)
            work.speak_of_open(month)
            body = {"month": month, "figures": frozen, "open end": open_end}
            work.finish("close", by=who(by), why=reason, body=body)

    def reopen(self, month: str, *, by: str, reason: str) -> None:
        """Open a closed month again; raises DecisionRefused without a reason."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            closing = periods.closing(connection, periods.checked_month(month))
            periods.reopen(work, month, reason=reason)
            if closing:
                keeping.open_again(work, month, closing.event)
            work.speak_of_open(month)
            work.finish("reopen", by=who(by), why=reason, body={"month": month})

    def months(self) -> pd.DataFrame:
        """Every closing and reopening, oldest first: `month`, `state`, `by`, `at`, `reason`, `in_force`."""
        with self._database.reading() as connection:
            return periods.frame(connection)

    def late(self, month: str | None = None) -> pd.DataFrame:
        """Movements that arrived for a month already closed: `transaction_id`, `date`, `amount`, `month`, `booked`."""
        with self._database.reading() as connection:
            return periods.late(connection, month)

    def month(self, month: str) -> view.MonthView | None:
        """A month as a workbook shows it: statements, movements, matches and splits; None where there is nothing."""
        with self._database.reading() as connection:
            return view.month(connection, periods.checked_month(month))

    def month_versions(self) -> dict[str, int]:
        """For each month with movements the number of the newest event that said something of it."""
        with self._database.reading() as connection:
            return journal.newest(connection)

    def closed_versions(self) -> dict[str, int]:
        """For each closed month the number of the event that closed it, or of a newer one that forgot words."""
        with self._database.reading() as connection:
            return periods.closed_versions(connection)

    def last_run(self) -> dict[str, Any]:
        """What the last run left on record; empty where there was none."""
        with self._database.reading() as connection:
            asked = sa.select(tables.runs.c.report).order_by(tables.runs.c.id.desc()).limit(1)
            found = connection.execute(asked).scalar()
            return dict(json.loads(found)) if found else {}

    def forget(self, transactions: Sequence[str], *, by: str, reason: str, receipts: Sequence[str] = ()) -> int:
        """Forget what payers typed with these transactions; how many texts went. Amounts, totals and decisions stay.

        The receipts that they settle go with them, and `receipts` by their numbers; they stay linked. Text that staff
        typed as the reason of a decision stays: it is a link of the journal.
        """
        with self._database.writing() as connection:
            work = journal.work(connection)
            count = privacy.forget(work, list(transactions), list(receipts))
            work.finish("forget", by=who(by), why=reason, body={"texts": count})
        self._database.sweep()
        return count

    def forget_before(self, day: str, *, by: str | None = None, reason: str = "") -> int:
        """Forget what payers typed before a day (`2019-01-01`) and not since; how many texts went."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            count = privacy.forget_before(work, day)
            if count:
                work.finish("forget", by=by or journal.current_user(), why=reason, body={"texts": count, "before": day})
        if count:
            self._database.sweep()
        return count

    def workbooks(self) -> dict[str, set[str]]:
        """For each workbook that the store noted, by name, the SHA-256 of every version of it."""
        with self._database.reading() as connection:
            return reading.workbooks(connection)

    def note_workbook(self, name: str, sha256: str, *, by: str | None = None) -> None:
        """Put on record that a workbook of this name and content is about to be put in place."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            work.add(tables.workbooks, [{"name": name, "sha256": sha256}])
            work.finish("workbook", by=by or journal.current_user(), body={"name": name, "sha256": sha256})

    def record_run(self, outcome: str, report: Mapping[str, object], *, by: str | None = None) -> None:
        """Put a run on record: its outcome in a word, and its report, which has nothing of what a payer typed."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            work.add(tables.runs, [{"outcome": outcome, "report": journal.canonical(report)}])
            work.finish("run", by=by or journal.current_user())

    def gaps(self, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Where the balances do not lead from one day to the next, or a statement that the bank numbered was skipped.

        Columns of `schema.GAPS`; `missing` is 0 where the balances tie without the statement.
        """
        with self._database.reading() as connection:
            return gaps.gaps(connection, start, end)

    def set_aside(self, start: str) -> int:
        """How many rows are set aside in statements that reach to a day or past it, and no other delivers sound."""
        with self._database.reading() as connection:
            accounts = connection.execute(sa.select(tables.statements.c.account).distinct()).scalars().all()
            return sum(len(figures.aside_of(connection, a, start, "9999-12-31")) for a in accounts)

    def conflicts(self, start: str | None = None) -> pd.DataFrame:
        """Where exports of the same days disagree, all or from a day on, columns of `schema.CONFLICTS`."""
        with self._database.reading() as connection:
            return disagreements.conflicts(connection, start)

    def statements(self) -> pd.DataFrame:
        """Every statement added, oldest first: file, hash, layout, account, days, balances, rows, when and by whom."""
        with self._database.reading() as connection:
            return reading.statements(connection)

    def registers(self) -> pd.DataFrame:
        """Every version of the register and the vocabulary that was used: `kind`, `source`, `at`, `digest`, `rows`."""
        with self._database.reading() as connection:
            return registers.frame(connection)

    def events(self) -> pd.DataFrame:
        """The journal, oldest first: `event`, `at`, `by`, `kind`, `why`, `hash`."""
        with self._database.reading() as connection:
            return journal.frame(connection)

    def head(self) -> str:
        """The hash of the newest event: written down elsewhere, it shows later whether events were cut off the end."""
        with self._database.reading() as connection:
            return journal.head(connection)

    def verify(self) -> journal.Verified:
        """Whether anything was changed, added or taken out since it was written; names the first broken link."""
        with self._database.reading() as connection:
            return journal.verify(connection)


def open_store(url: str | os.PathLike[str], *, search: bool = True) -> Store:
    """The store at a path or address: `reconcile.db`, `sqlite:///reconcile.db`, `postgresql://user@host/name`.

    One that is not there is made. Raises StoreRefused for a damaged or foreign file, a store of a newer version, and a
    server out of reach; nothing is changed then. A file is searched whole for damage, which takes a second for some
    hundred megabytes; without `search` damage is told where it is met.
    """
    return Store(Database(address(url), search=search))
