"""The tables of a store: what was delivered, what it made of the ledger, what was decided, and the journal of it all.

Rows are added and never changed, save two things that carry no evidence: `current` flags, which say what the newest row
of a thing is and can be told from the rows, and words that a person asked to be forgotten. Every row names the `event`
of the journal that wrote it, and that event has their digest. Money is whole cents, a day is `YYYY-MM-DD`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

SCHEMA_VERSION = 1
"""Of the tables below; a store of an older version is migrated when it is opened, a newer one refused."""

METADATA = sa.MetaData()

Whole = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
DERIVED = {"derived": True}
"""Of a column that can be told from other rows, and may be set anew: not part of the digest."""

WORDS = {"words": True}
"""Of a column with words of a payer that can be forgotten, and of their salt: not part of the digest, but of `mark`."""


def _table(name: str, *columns: Any) -> sa.Table:
    return sa.Table(name, METADATA, *columns, sqlite_strict=True)


def _id() -> sa.Column[Any]:
    return sa.Column("id", Whole, primary_key=True, autoincrement=False)


def _text(name: str, *, may_lack: bool = False, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=may_lack, **more)


def _number(name: str, *, may_lack: bool = False, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, Whole, nullable=may_lack, **more)


def _of(table: str, name: str, *, may_lack: bool = False, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, Whole, sa.ForeignKey(f"{table}.id"), nullable=may_lack, **more)


def _event() -> sa.Column[Any]:
    # no foreign key, for `journal.verify` holds every row against its event, and more; to look for each of 100 000 rows
    # whether its event is there, which is written last, takes a quarter of an import
    return _number("event")


def _flag() -> sa.Column[Any]:
    return _number("current", info=DERIVED)


about = _table("about", sa.Column("name", sa.Text, primary_key=True), _text("value"))

events = _table(
    "events",
    _id(),
    _text("at"),
    _text("by"),
    _text("kind"),
    _text("why"),
    _text("body"),
    _text("previous"),
    _text("hash"),
)

texts = _table(
    "texts",
    _id(),
    _event(),
    _text("text", may_lack=True, info=WORDS),
    _text("salt", may_lack=True, info=WORDS),
    _text("key", may_lack=True, unique=True, info=WORDS),
    _text("mark"),
)

statements = _table(
    "statements",
    _id(),
    _event(),
    _text("file"),
    _text("member", may_lack=True),
    _text("sha256"),
    _text("layout"),
    _text("encoding"),
    _text("account"),
    _text("account_name"),
    _text("account_kind"),
    _text("currency"),
    _text("period_start", may_lack=True),
    _text("period_end", may_lack=True),
    _number("period_stated"),
    _number("opening", may_lack=True),
    _number("closing", may_lack=True),
    _text("first_day", may_lack=True),
    _text("last_day", may_lack=True),
    _number("number", may_lack=True),
    _number("preference"),
    _text("proof"),
    _text("warnings"),
    _text("mark", unique=True),
    sa.Index("statements_sha", "sha256"),
    sa.Index("statements_days", "account", "last_day"),
)

days = _table(
    "days",
    _id(),
    _event(),
    _text("account"),
    _text("day"),
    _text("digest"),
    sa.UniqueConstraint("account", "day", "digest"),
)

rows = _table(
    "rows",
    _id(),
    _event(),
    _of("days", "day_id", index=True),
    _number("place"),
    _text("own_id"),
    _number("cents"),
    _number("balance", may_lack=True),
    _of("texts", "description"),
    _of("texts", "bank_reference", may_lack=True),
    _text("bank_id", may_lack=True),
)

delivered = _table(
    "delivered",
    _id(),
    _event(),
    _of("statements", "statement", index=True),
    _of("days", "day_id", index=True),
    _text("lines"),
)

other_rows = _table(
    "other_rows",
    _id(),
    _event(),
    _of("statements", "statement", index=True),
    _text("kind"),
    _number("line"),
    _of("texts", "text"),
    _of("texts", "reason", may_lack=True),
    _text("day", may_lack=True),
    _number("cents", may_lack=True),
    _number("balance", may_lack=True),
    sa.CheckConstraint("kind IN ('notice', 'set aside')", name="other_rows_kind"),
)

movements = _table(
    "movements",
    _id(),
    _event(),
    _text("movement"),
    _of("rows", "row"),
    _text("account"),
    _text("day"),
    _text("booked"),
    _text("joined_to", may_lack=True),
    _flag(),
    sa.Index("movements_movement", "movement"),
    sa.Index("movements_days", "account", "day"),
)

ELSEWHERE = movements.c.booked != sa.func.substr(movements.c.day, sa.literal_column("1"), sa.literal_column("7"))
"""Of a movement that is booked in another month than its own, because that was closed; written as the index has it."""

sa.Index("movements_elsewhere", movements.c.booked, sqlite_where=ELSEWHERE, postgresql_where=ELSEWHERE)

members = _table(
    "members",
    _id(),
    _event(),
    _of("rows", "row", index=True),
    _text("movement"),
    _flag(),
    sa.Index("members_movement", "movement"),
)

conflicts = _table(
    "conflicts",
    _id(),
    _event(),
    _text("account"),
    _text("day"),
    _text("kind"),
    _text("movement"),
    _of("rows", "kept"),
    _of("rows", "other", may_lack=True),
    _of("statements", "other_statement"),
    _text("reason"),
    _flag(),
    sa.Index("conflicts_days", "account", "day"),
)

registers = _table(
    "registers",
    _id(),
    _event(),
    _text("kind"),
    _text("source"),
    _text("digest"),
    _text("content"),
    sa.UniqueConstraint("kind", "digest"),
    sa.CheckConstraint("kind IN ('campaigns', 'funds')", name="registers_kind"),
)

matches = _table(
    "matches",
    _id(),
    _event(),
    _text("movement"),
    _number("row"),
    _text("month"),
    _text("status"),
    _text("campaign", may_lack=True),
    _text("fund", may_lack=True),
    _text("kind"),
    _text("confidence", may_lack=True),
    _text("rule"),
    _text("evidence", may_lack=True, info=WORDS),
    _text("candidates", may_lack=True),
    _text("reason", may_lack=True, info=WORDS),
    _text("decided_with"),
    _text("salt", may_lack=True, info=WORDS),
    _text("mark"),
    _flag(),
    sa.Index("matches_movement", "movement"),
    sa.Index("matches_month", "month"),
)

decisions = _table(
    "decisions",
    _id(),
    _event(),
    _text("movement"),
    _text("booked"),
    _of("decisions", "undoes", may_lack=True),
    _text("evidence", may_lack=True, info=WORDS),
    _text("salt", may_lack=True, info=WORDS),
    _text("mark"),
    _flag(),
    sa.Index("decisions_movement", "movement"),
)

allocations = _table(
    "allocations",
    _id(),
    _event(),
    _of("decisions", "decision", index=True),
    _text("campaign", may_lack=True),
    _text("fund", may_lack=True),
    _number("cents"),
)

reversals = _table(
    "reversals",
    _id(),
    _event(),
    _text("reversal"),
    _text("original"),
    _text("reason"),
    _flag(),
    sa.Index("reversals_reversal", "reversal"),
)

periods = _table(
    "periods",
    _id(),
    _event(),
    _text("month"),
    _text("state"),
    _text("figures"),
    _flag(),
    sa.CheckConstraint("state IN ('closed', 'reopened')", name="periods_state"),
)

files = _table("files", _id(), _event(), _text("name"), _text("sha256", unique=True), _number("statements"))

forgotten = _table("forgotten", _id(), _event(), _text("what"), _text("mark"))

workbooks = _table("workbooks", _id(), _event(), _text("name"), _text("sha256"))

runs = _table("runs", _id(), _event(), _text("outcome"), _text("report"))

EVIDENCE = [t for t in METADATA.sorted_tables if "event" in t.c]
"""The tables whose rows an event of the journal vouches for."""


def spoken(table: sa.Table) -> list[str]:
    """The columns of a table with a payer's words, for which its `mark` vouches until they are forgotten."""
    return [c.name for c in table.c if c.info.get("words") and c.name != "salt"]


def vouched(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns of a table that the digest of an event takes in."""
    return [c for c in table.c if not c.info.get("derived") and not c.info.get("words")]
