"""Older stores brought to the tables of today: one step per version, each in the transaction that opens the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from reconcile.errors import StoreRefused
from reconcile.store import tables
from reconcile.store.tables import SCHEMA_VERSION, about

Step = Callable[[sa.Connection], None]


def _with_receipts(connection: sa.Connection) -> None:
    """The charity's own receipts beside the bank's lines, and what settles what."""
    new = ("receipts", "payouts", "book_files", "settlements", "settled_pairs", "kept_links", "open_items")
    tables.METADATA.create_all(connection, [tables.METADATA.tables[name] for name in new], checkfirst=False)


def _with_gifts(connection: sa.Connection) -> None:
    """The bank line of each payout, and the day of each of its gifts."""
    new = ("gift_days", "payout_lines")
    tables.METADATA.create_all(connection, [tables.METADATA.tables[name] for name in new], checkfirst=False)


STEPS: Mapping[int, Step] = {1: _with_receipts, 2: _with_gifts}
"""For each version the step that leads from it to the next. The first version has none before it."""


def migrate(connection: sa.Connection, version: int, label: str, steps: Mapping[int, Step] | None = None) -> None:
    """Bring a store of an older version to today's; raises StoreRefused where no step leads on."""
    steps = STEPS if steps is None else steps
    for number in range(version, SCHEMA_VERSION):
        if number not in steps:
            raise StoreRefused(
                f"has tables of an unknown version ({version})",
                file=label,
                do="Nothing was changed. Put the last good copy of the store in its place.",
            )
        steps[number](connection)
    written = about.update().where(about.c.name == "schema_version").values(value=str(SCHEMA_VERSION))
    connection.execute(written)
