"""Store: statements in, transactions out, and everything that was decided between."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from reconcile.errors import FrameRefused
from reconcile.facts import as_html, as_text
from reconcile.merging.conflicts import LACKS
from reconcile.schema import TEXT
from reconcile.statement import Statement
from reconcile.store import delivery, journal, ledger, reading, tables
from reconcile.store.database import Database


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
        if not isinstance(statement, Statement):
            raise FrameRefused("only a Statement can be added", do="Read the file with read_statement.")
        with self._database.reading() as connection:
            known = delivery.known_as(connection, statement)
            if known is not None:
                return _added(connection, statement, known, set(), again=True)
        with self._database.writing() as connection:
            known = delivery.known_as(connection, statement)  # another may have added it meanwhile
            if known is not None:
                return _added(connection, statement, known, set(), again=True)
            work = journal.work(connection)
            delivered = delivery.deliver(work, statement)
            booked = ledger.book(work, statement.account.number, delivered)
            body = {
                "sha256": statement.source.sha256,
                "layout": statement.source.layout,
                "account": statement.account.shown,
                "rows delivered": len(statement.transactions),
                "new": len(booked.new),
            }
            work.finish("import", by=by or journal.current_user(), body=body)
            return _added(connection, statement, delivered.statement, booked.new)

    def transactions(self, start: str | None = None, end: str | None = None) -> pd.DataFrame:
        """Every movement once, columns of `schema.TRANSACTIONS`, by account and day.

        From the day `start` to the day `end`, both included, written as `2018-09-01`.
        """
        with self._database.reading() as connection:
            return reading.transactions(connection, start, end)

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


def _added(
    connection: sa.Connection, statement: Statement, number: int, new: Iterable[str], *, again: bool = False
) -> Added:
    frame = statement.transactions.sort_values("date", kind="stable", ignore_index=True)
    rows = reading.rows_of(connection, number)
    movements = ledger.movements_of(connection, rows)
    names = [movements[row] for row in rows]
    conflicts, changed, fresh = tables.conflicts.c, set[int](), set(new)
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
        again,
    )
