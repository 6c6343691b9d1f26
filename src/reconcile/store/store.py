"""Store: statements in, transactions out, and everything that was decided between."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import DecisionRefused, FrameRefused
from reconcile.facts import as_html, as_text
from reconcile.merging.conflicts import LACKS
from reconcile.schema import TEXT
from reconcile.statement import Statement
from reconcile.store import (
    deciding,
    delivery,
    effective,
    figures,
    journal,
    ledger,
    memory,
    periods,
    reading,
    registers,
    tables,
    view,
)
from reconcile.store.database import Database
from reconcile.store.rematch import rematch


@dataclass(frozen=True, eq=False)
class Added:
    """What a statement brought.

    `rows` has a row for each of the statement's transactions, in its order: `transaction_id`, `date`, `amount`, and
    `state`: `new`, `known`, or `changed by the bank` where an earlier statement words or dates it otherwise.
    `withdrawn` has the transactions that earlier statements have and this one, which covers their day, has not:
    `transaction_id`, `date`, `amount`. `again`: this very statement was added before, and nothing was recorded now.
    """

    source: str
    account: str
    rows: pd.DataFrame
    withdrawn: pd.DataFrame
    again: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are new, known and changed by the bank, and how many transactions it lacks."""
        states = self.rows["state"].value_counts()
        found = {state: int(states.get(state, 0)) for state in ("new", "known", "changed by the bank")}
        return {**found, "withdrawn": len(self.withdrawn)}

    def facts(self) -> list[tuple[str, str]]:
        """What a person wants to know first, as label and text."""
        rows = [("File", self.source), *((state.capitalize(), f"{n}") for state, n in self.counts.items())]
        return rows + ([("Note", "this statement was added before")] if self.again else [])

    def __repr__(self) -> str:
        return as_text(self.facts())

    def _repr_html_(self) -> str:
        return as_html(self.facts())


class Store:
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
                return [_again(connection, s) for s in statements]
        with self._database.writing() as connection:
            work = journal.work(connection)
            brought = [_bring(work, s) for s in statements]
            if sha256 and not _knows(connection, sha256):
                work.add(tables.files, [{"name": file, "sha256": sha256, "statements": len(statements)}])
            if work.wrote:
                body = {"statements": [_facts(s, new) for s, _, new in brought]}
                work.finish("import", by=by or journal.current_user(), body=body)
            return [_added(connection, s, number, new) for s, number, new in brought]

    def knows(self, sha256: str) -> bool:
        """Whether a file of these bytes was added as a whole."""
        with self._database.reading() as connection:
            return _knows(connection, sha256)

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

    def allocations(self, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Where the money went, a row for each part: `transaction_id`, `campaign`, `fund`, `amount`, `booked`.

        The parts of a movement add up to it; `booked` is the month that they count for.
        """
        with self._database.reading() as connection:
            return effective.allocations_of(connection, reading.transactions(connection, start, end))

    def decide(self, transaction: str, allocations: object, *, by: str, reason: str = "", evidence: str = "") -> int:
        """The number of the decision that says whose a movement is; the earlier one, if any, stays on record.

        `allocations` is `(campaign, fund)` for all of it, or a list of `(campaign, fund, amount)` that adds up to it to
        the cent; `(None, None)` says that it is no gift. A change of what is credited needs a reason, of the fund also
        what shows the donor's wish. Raises DecisionRefused.
        """
        with self._database.writing() as connection:
            work = journal.work(connection)
            number = deciding.decide(work, transaction, allocations, reason=reason, evidence=evidence)
            work.finish("decision", by=_who(by), why=reason, body={"transaction": transaction})
            return number

    def undo(self, transaction: str, *, by: str, reason: str) -> int:
        """The number of the row that takes the newest decision on a movement back; what was before it holds again."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            number = deciding.undo(work, transaction, reason=reason)
            work.finish("undo", by=_who(by), why=reason, body={"transaction": transaction})
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
            work.finish("forget remembered", by=_who(by), why=reason)

    def close(self, month: str, *, by: str, reason: str = "") -> None:
        """Freeze a month (`2018-09`) that ties out: its matches stay, later arrivals are booked in the next open month.

        Raises DecisionRefused where it does not tie out, and says what is missing.
        """
        with self._database.writing() as connection:
            work = journal.work(connection)
            frozen = periods.close(work, month)
            work.finish("close", by=_who(by), why=reason, body={"month": month, "figures": frozen})

    def reopen(self, month: str, *, by: str, reason: str) -> None:
        """Open a closed month again; raises DecisionRefused without a reason."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            periods.reopen(work, month, reason=reason)
            work.finish("reopen", by=_who(by), why=reason, body={"month": month})

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
            return view.versions(connection)

    def last_run(self) -> dict[str, Any]:
        """What the last run left on record; empty where there was none."""
        with self._database.reading() as connection:
            asked = sa.select(tables.runs.c.report).order_by(tables.runs.c.id.desc()).limit(1)
            found = connection.execute(asked).scalar()
            return dict(json.loads(found)) if found else {}

    def record_run(self, outcome: str, report: Mapping[str, object], *, by: str | None = None) -> None:
        """Put a run on record: its outcome in a word, and its report, which has nothing of what a payer typed."""
        with self._database.writing() as connection:
            work = journal.work(connection)
            work.add(tables.runs, [{"outcome": outcome, "report": journal.canonical(report)}])
            work.finish("run", by=by or journal.current_user())

    def gaps(self, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Where the balances do not lead from one day to the next, columns of `schema.GAPS`."""
        with self._database.reading() as connection:
            return figures.gaps_frame(connection, figures.breaks(figures.days_of(connection, start, end)))

    def conflicts(self) -> pd.DataFrame:
        """Where exports of the same days disagree, columns of `schema.CONFLICTS`."""
        with self._database.reading() as connection:
            return reading.conflicts(connection)

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

    def verify(self) -> journal.Verified:
        """Whether anything was changed, added or taken out since it was written; names the first broken link."""
        with self._database.reading() as connection:
            return journal.verify(connection)


def open_store(url: str | os.PathLike[str]) -> Store:
    """The store at a path or address: `reconcile.db`, `sqlite:///reconcile.db`, `postgresql://user@host/name`.

    One that is not there is made. Raises StoreRefused for a damaged or foreign file, a store of a newer version, and a
    server out of reach; nothing is changed then.
    """
    text = os.fspath(url)
    return Store(Database(text if "://" in text else f"sqlite:///{Path(text)}"))


def _who(by: str) -> str:
    """Who decides; raises DecisionRefused for nobody."""
    if not isinstance(by, str) or not by.strip():
        raise DecisionRefused("nobody is named", do='Say who decides: by="…".')
    return by.strip()


def _knows(connection: sa.Connection, sha256: str) -> bool:
    files = tables.files.c
    return connection.execute(sa.select(files.id).where(files.sha256 == sha256)).scalar() is not None


def _bring(work: journal.Work, statement: Statement) -> tuple[Statement, int, set[str] | None]:
    """The statement, its number, and the movements that are new with it; None where it was added before."""
    known = delivery.known_as(work.connection, statement)
    if known is not None:
        return statement, known, None
    delivered = delivery.deliver(work, statement)
    return statement, delivered.statement, ledger.book(work, statement.account.number, delivered).new


def _facts(statement: Statement, new: set[str] | None) -> dict[str, object]:
    """What the journal says of a statement: nothing of what a payer typed."""
    return {
        "sha256": statement.source.sha256,
        "layout": statement.source.layout,
        "account": statement.account.shown,
        "rows": len(statement.transactions),
        "new": len(new or ()),
        "again": new is None,
    }


def _again(connection: sa.Connection, statement: Statement) -> Added:
    number = delivery.known_as(connection, statement)
    assert number is not None
    return _added(connection, statement, number, None)


def _added(connection: sa.Connection, statement: Statement, number: int, new: set[str] | None) -> Added:
    frame = statement.transactions.sort_values("date", kind="stable", ignore_index=True)
    rows = reading.rows_of(connection, number)
    movements = ledger.movements_of(connection, rows)
    names = [movements[row] for row in rows]
    conflicts, changed, fresh = tables.conflicts.c, set[int](), new or set[str]()
    asked = sa.select(conflicts.kept, conflicts.other, conflicts.kind, conflicts.movement).where(
        conflicts.other_statement == number, conflicts.current == 1
    )
    lacking = []
    for kept, other, kind, movement in connection.execute(asked):
        if kind == LACKS:
            lacking.append(movement)
        else:
            changed |= {kept, other}
    states = [
        "new" if name in fresh else "changed by the bank" if row in changed else "known"
        for row, name in zip(rows, names, strict=True)
    ]
    return Added(
        statement.source.name,
        statement.account.number,
        pd.DataFrame(
            {
                "transaction_id": pd.Series(names, dtype=TEXT),
                "date": frame["date"],
                "amount": frame["amount"],
                "state": pd.Series(states, dtype=TEXT),
            }
        ),
        reading.some(connection, lacking)[["transaction_id", "date", "amount"]],
        new is None,
    )
