"""What the tables of a store are made of: kinds of columns, and what may be said of one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()

WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
DERIVED = {"derived": True}
"""Of a column that can be told from other rows, and may be set anew: not part of the digest."""

WORDS = {"words": True}
"""Of a column with words of a payer that can be forgotten, and of their salt: not part of the digest, but of `mark`."""


def table(name: str, *columns: Any) -> sa.Table:
    """A table of the store."""
    return sa.Table(name, METADATA, *columns, sqlite_strict=True)


def key() -> sa.Column[Any]:
    """The row's own number."""
    return sa.Column("id", WHOLE, primary_key=True, autoincrement=False)


def text(name: str, *, may_lack: bool = False, **more: Any) -> sa.Column[Any]:
    """A text."""
    return sa.Column(name, sa.Text, nullable=may_lack, **more)


def words(*names: str) -> list[sa.Column[Any]]:
    """Words of a payer, with the mark that vouches for them and the salt without which it tells nothing."""
    return [*(text(name, may_lack=True, info=WORDS) for name in (*names, "salt")), text("mark")]


def number(name: str, *, may_lack: bool = False, **more: Any) -> sa.Column[Any]:
    """A whole number, such as cents."""
    return sa.Column(name, WHOLE, nullable=may_lack, **more)


def of(other: str, name: str, *, may_lack: bool = False, **more: Any) -> sa.Column[Any]:
    """The number of a row of another table."""
    return sa.Column(name, WHOLE, sa.ForeignKey(f"{other}.id"), nullable=may_lack, **more)


def event() -> sa.Column[Any]:
    """The event of the journal that wrote the row."""
    # no foreign key, for `journal.verify` holds every row against its event, and more; to look for each of 100 000 rows
    # whether its event is there, which is written last, takes a quarter of an import
    return number("event")


def flag() -> sa.Column[Any]:
    """Whether the row holds still."""
    return number("current", info=DERIVED)
