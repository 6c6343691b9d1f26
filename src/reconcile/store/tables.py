"""The tables of a store: what was delivered, what it made of the ledger, what was decided, and the journal of it all.

Rows are added and never changed, save two things that carry no evidence: `current` flags, which say what the newest row
of a thing is and can be told from the rows, and words that a person asked to be forgotten. Every row names the `event`
of the journal that wrote it, and that event has their digest. Money is whole cents, a day is `YYYY-MM-DD`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from reconcile.store import kinds
from reconcile.store.kinds import WORDS, event, flag, key, number, of, table, text, words

SCHEMA_VERSION = 3
"""Of the tables below; a store of an older version is migrated when it is opened, a newer one refused."""

METADATA = kinds.METADATA

about = table("about", sa.Column("name", sa.Text, primary_key=True), text("value"))

events = table(
    "events",
    key(),
    text("at"),
    text("by"),
    text("kind"),
    text("why"),
    text("body"),
    text("previous"),
    text("hash"),
)

texts = table(
    "texts",
    key(),
    event(),
    text("text", may_lack=True, info=WORDS),
    text("salt", may_lack=True, info=WORDS),
    text("key", may_lack=True, unique=True, info=WORDS),
    text("mark"),
)

statements = table(
    "statements",
    key(),
    event(),
    text("file"),
    text("member", may_lack=True),
    text("sha256"),
    text("layout"),
    text("encoding"),
    text("account"),
    text("account_name"),
    text("account_kind"),
    text("currency"),
    text("period_start", may_lack=True),
    text("period_end", may_lack=True),
    number("period_stated"),
    number("opening", may_lack=True),
    number("closing", may_lack=True),
    text("first_day", may_lack=True),
    text("last_day", may_lack=True),
    number("number", may_lack=True),
    number("preference"),
    text("proof"),
    text("warnings"),
    text("mark", unique=True),
    sa.Index("statements_sha", "sha256"),
    sa.Index("statements_days", "account", "last_day"),
)

days = table(
    "days",
    key(),
    event(),
    text("account"),
    text("day"),
    text("digest"),
    sa.UniqueConstraint("account", "day", "digest"),
)

rows = table(
    "rows",
    key(),
    event(),
    of("days", "day_id", index=True),
    number("place"),
    text("own_id"),
    number("cents"),
    number("balance", may_lack=True),
    of("texts", "description"),
    of("texts", "bank_reference", may_lack=True),
    text("bank_id", may_lack=True),
)

delivered = table(
    "delivered",
    key(),
    event(),
    of("statements", "statement", index=True),
    of("days", "day_id", index=True),
    text("lines"),
)

other_rows = table(
    "other_rows",
    key(),
    event(),
    of("statements", "statement", index=True),
    text("kind"),
    number("line"),
    of("texts", "text"),
    of("texts", "reason", may_lack=True),
    text("day", may_lack=True),
    number("cents", may_lack=True),
    number("balance", may_lack=True),
    sa.CheckConstraint("kind IN ('notice', 'set aside')", name="other_rows_kind"),
)

movements = table(
    "movements",
    key(),
    event(),
    text("movement"),
    of("rows", "row"),
    text("account"),
    text("day"),
    text("booked"),
    text("joined_to", may_lack=True),
    flag(),
    sa.Index("movements_movement", "movement"),
    sa.Index("movements_days", "account", "day"),
)

ELSEWHERE = movements.c.booked != sa.func.substr(movements.c.day, sa.literal_column("1"), sa.literal_column("7"))
"""Of a movement that is booked in another month than its own, because that was closed; written as the index has it."""

sa.Index("movements_elsewhere", movements.c.booked, sqlite_where=ELSEWHERE, postgresql_where=ELSEWHERE)

members = table(
    "members",
    key(),
    event(),
    of("rows", "row", index=True),
    text("movement"),
    flag(),
    sa.Index("members_movement", "movement"),
)

conflicts = table(
    "conflicts",
    key(),
    event(),
    text("account"),
    text("day"),
    text("kind"),
    text("movement"),
    of("rows", "kept"),
    of("rows", "other", may_lack=True),
    of("statements", "other_statement"),
    text("reason"),
    flag(),
    sa.Index("conflicts_days", "account", "day"),
)

registers = table(
    "registers",
    key(),
    event(),
    text("kind"),
    text("source"),
    text("digest"),
    text("content"),
    sa.UniqueConstraint("kind", "digest"),
    sa.CheckConstraint("kind IN ('campaigns', 'funds')", name="registers_kind"),
)

matches = table(
    "matches",
    key(),
    event(),
    text("movement"),
    number("row"),
    text("month"),
    text("status"),
    text("campaign", may_lack=True),
    text("fund", may_lack=True),
    text("kind"),
    text("confidence", may_lack=True),
    text("rule"),
    text("evidence", may_lack=True, info=WORDS),
    text("candidates", may_lack=True),
    text("reason", may_lack=True, info=WORDS),
    text("decided_with"),
    text("salt", may_lack=True, info=WORDS),
    text("mark"),
    flag(),
    sa.Index("matches_movement", "movement"),
    sa.Index("matches_month", "month"),
)

decisions = table(
    "decisions",
    key(),
    event(),
    text("movement"),
    text("booked"),
    of("decisions", "undoes", may_lack=True),
    text("evidence", may_lack=True, info=WORDS),
    text("salt", may_lack=True, info=WORDS),
    text("mark"),
    flag(),
    sa.Index("decisions_movement", "movement"),
)

allocations = table(
    "allocations",
    key(),
    event(),
    of("decisions", "decision", index=True),
    text("campaign", may_lack=True),
    text("fund", may_lack=True),
    number("cents"),
)

reversals = table(
    "reversals",
    key(),
    event(),
    text("reversal"),
    text("original"),
    text("reason"),
    flag(),
    sa.Index("reversals_reversal", "reversal"),
)

periods = table(
    "periods",
    key(),
    event(),
    text("month"),
    text("state"),
    text("figures"),
    flag(),
    sa.CheckConstraint("state IN ('closed', 'reopened')", name="periods_state"),
)

files = table("files", key(), event(), text("name"), text("sha256", unique=True), number("statements"))

forgotten = table("forgotten", key(), event(), text("what"), text("mark"))

workbooks = table("workbooks", key(), event(), text("name"), text("sha256"))

runs = table("runs", key(), event(), text("outcome"), text("report"))

receipts = table(
    "receipts",
    key(),
    event(),
    text("receipt"),
    text("day"),
    number("cents"),
    text("booked"),
    text("campaign", may_lack=True),
    text("fund", may_lack=True),
    text("method", may_lack=True),
    text("batch", may_lack=True),
    text("source", may_lack=True),
    number("line", may_lack=True),
    number("withdrawn"),
    *words("payer", "reference"),
    flag(),
    sa.Index("receipts_receipt", "receipt"),
)

payouts = table(
    "payouts",
    key(),
    event(),
    text("gift"),
    text("payout"),
    text("day"),
    number("gross"),
    number("fee"),
    number("net"),
    text("source", may_lack=True),
    number("line", may_lack=True),
    *words("payer", "reference"),
    flag(),
    sa.Index("payouts_gift", "gift"),
)

gift_days = table(
    "gift_days",
    key(),
    event(),
    text("payout"),
    text("gift"),
    text("day", may_lack=True),
    flag(),
    sa.Index("gift_days_gift", "gift"),
)

payout_lines = table(
    "payout_lines",
    key(),
    event(),
    text("payout"),
    text("day"),
    text("state"),
    text("movement", may_lack=True),
    text("month", may_lack=True),
    text("reason", may_lack=True),
    flag(),
    sa.Index("payout_lines_payout", "payout"),
    sa.Index("payout_lines_movement", "movement"),
)

book_files = table(
    "book_files",
    key(),
    event(),
    text("kind"),
    text("name"),
    text("sha256"),
    text("read_as"),
    number("rows"),
    sa.UniqueConstraint("kind", "sha256", "read_as"),
)

settlements = table(
    "settlements",
    key(),
    event(),
    number("settles", may_lack=True),
    number("fee"),
    of("settlements", "undoes", may_lack=True),
    flag(),
)

settled_pairs = table(
    "settled_pairs",
    key(),
    event(),
    of("settlements", "settlement", index=True),
    text("movement"),
    text("receipt"),
    sa.Index("settled_pairs_movement", "movement"),
)

kept_links = table(
    "kept_links",
    key(),
    event(),
    text("month"),
    text("movement"),
    text("receipt", may_lack=True),
    number("cents"),
    text("status"),
    text("rule"),
    text("together"),
    text("confidence"),
    *words("evidence", "reason"),
    flag(),
    sa.Index("kept_links_month", "month"),
    sa.Index("kept_links_movement", "movement"),
)

open_items = table(
    "open_items",
    key(),
    event(),
    text("month"),
    text("side"),
    text("item"),
    number("earlier"),
    text("why", may_lack=True),
    flag(),
    sa.Index("open_items_month", "month"),
)

EVIDENCE = [t for t in METADATA.sorted_tables if "event" in t.c]
"""The tables whose rows an event of the journal vouches for."""


def spoken(of_table: sa.Table) -> list[str]:
    """The columns of a table with a payer's words, for which its `mark` vouches until they are forgotten."""
    return [c.name for c in of_table.c if c.info.get("words") and c.name != "salt"]


def vouched(of_table: sa.Table) -> list[sa.Column[Any]]:
    """The columns of a table that the digest of an event takes in."""
    return [c for c in of_table.c if not c.info.get("derived") and not c.info.get("words")]
