"""A statement into the store: what it brought, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from reconcile.facts import as_html, as_text
from reconcile.merging.conflicts import LACKS
from reconcile.schema import TEXT
from reconcile.statement import Statement
from reconcile.store import delivery, journal, ledger, reading, tables
from reconcile.store.asking import in_parts


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


def known(connection: sa.Connection, sha256s: Sequence[str]) -> set[str]:
    """Those of some files, each by its SHA-256, that were added as a whole."""
    files = tables.files.c
    return {
        row[0] for row in in_parts(connection, sha256s, lambda s: sa.select(files.sha256).where(files.sha256.in_(s)))
    }


def bring(work: journal.Work, statement: Statement) -> tuple[Statement, int, set[str] | None]:
    """The statement, its number, and the movements that are new with it; None where it was added before."""
    known = delivery.known_as(work.connection, statement)
    if known is not None:
        return statement, known, None
    delivered = delivery.deliver(work, statement)
    return statement, delivered.statement, ledger.book(work, statement.account.number, delivered).new


def facts_of(statement: Statement, new: set[str] | None) -> dict[str, object]:
    """What the journal says of a statement: nothing of what a payer typed."""
    return {
        "sha256": statement.source.sha256,
        "layout": statement.source.layout,
        "account": statement.account.shown,
        "rows": len(statement.transactions),
        "new": len(new or ()),
        "again": new is None,
    }


def again(connection: sa.Connection, statement: Statement) -> Added:
    """What a statement brings that was added before."""
    number = delivery.known_as(connection, statement)
    assert number is not None
    return brought(connection, statement, number, None)


def brought(connection: sa.Connection, statement: Statement, number: int, new: set[str] | None) -> Added:
    """What a statement brought, given its number and the movements that are new with it; None: added before."""
    frame = statement.transactions.sort_values("date", kind="stable", ignore_index=True)
    conflicts, changed = tables.conflicts.c, set[int]()
    asked = sa.select(conflicts.kept, conflicts.other, conflicts.kind, conflicts.movement).where(
        conflicts.other_statement == number, conflicts.current == 1
    )
    lacking = []
    for kept, other, kind, movement in connection.execute(asked):
        if kind == LACKS:
            lacking.append(movement)
        else:
            changed |= {kept, other}
    renamed = ledger.renamed(connection, number)
    place_of = reading.places_in(connection, number, {*renamed, *changed})
    names = frame["transaction_id"].tolist()
    for row in renamed.keys() & place_of.keys():
        names[place_of[row]] = renamed[row]
    states = ["known"] * len(names)
    for row in changed & place_of.keys():
        states[place_of[row]] = "changed by the bank"
    if new and new.issuperset(names):
        states = ["new"] * len(names)
    elif new:
        states = ["new" if name in new else state for name, state in zip(names, states, strict=True)]
    return Added(
        statement.source.name,
        statement.account.number,
        pd.DataFrame(
            {
                "transaction_id": pd.Series(names, dtype=TEXT) if renamed else frame["transaction_id"],
                "date": frame["date"],
                "amount": frame["amount"],
                "state": pd.Series(states, dtype=TEXT),
            }
        ),
        reading.some(connection, lacking)[["transaction_id", "date", "amount"]],
        new is None,
    )
