"""The charity's receipts and a gateway's payouts in the store: every version of each, the newest in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.books import read_payouts, read_receipts
from reconcile.errors import DecisionRefused, shown
from reconcile.facts import as_html, as_text
from reconcile.schema import PAYOUTS, RECEIPTS, TEXT, Frame
from reconcile.store import gift_days, reading, tables
from reconcile.store.asking import among, in_parts
from reconcile.store.journal import Work, canonical
from reconcile.store.periods import Months


@dataclass(frozen=True, eq=False)
class AddedToBooks:
    """What a file of the books brought.

    `rows` has a row for each receipt (or gift of a gateway) in its order: its number, `date`, `amount`, and `state`:
    `new`, `known`, or `changed` where it was delivered otherwise before. `again`: a file of these bytes, read with the
    same columns, was added before, and nothing was recorded now; then `rows` is empty.
    """

    source: str
    rows: pd.DataFrame
    again: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many are new, known and changed."""
        states = self.rows["state"].value_counts()
        return {state: int(states.get(state, 0)) for state in ("new", "known", "changed")}

    def facts(self) -> list[tuple[str, str]]:
        """What a person wants to know first, as label and text."""
        rows = [("File", self.source), *((state.capitalize(), f"{n}") for state, n in self.counts.items())]
        return rows + ([("Note", "this file was added before")] if self.again else [])

    def __repr__(self) -> str:
        return as_text(self.facts())

    def _repr_html_(self) -> str:
        return as_html(self.facts())


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of rows of the books: the table that keeps them, and how they are read.

    `name` has its number, in the frame and in the table, and `within` the column in which that is its own; `cents` are
    its amounts, `facts` what else is compared, `words` what payers typed.
    """

    kind: str
    table: sa.Table
    frame: Frame
    read: Callable[..., pd.DataFrame]
    name: tuple[str, str]
    cents: Mapping[str, str]
    facts: tuple[str, ...]
    within: str | None = None
    words: tuple[str, ...] = ("payer", "reference")

    @property
    def compared(self) -> list[str]:
        """The columns of the table that tell one version from another, without words."""
        return ["day", *self.cents.values(), *self.facts]


RECEIPT = Kind(
    "receipts",
    tables.receipts,
    RECEIPTS,
    read_receipts,
    ("receipt_id", "receipt"),
    {"amount": "cents"},
    ("campaign", "fund", "method", "batch"),
)
PAYOUT = Kind(
    "payouts",
    tables.payouts,
    PAYOUTS,
    read_payouts,
    ("gift", "gift"),
    {"gross": "gross", "fee": "fee", "net": "net"},
    ("payout",),
    "payout",
)


@dataclass(frozen=True)
class BookFile:
    """A file of the books: its name, the SHA-256 of its bytes, and what its columns were said to be."""

    name: str
    sha256: str
    columns: Mapping[str, str]


def knows(connection: sa.Connection, kind: Kind, file: BookFile) -> bool:
    """Whether a file of these bytes was added, read with these columns."""
    c = tables.book_files.c
    asked = sa.select(c.id).where(c.kind == kind.kind, c.sha256 == file.sha256, c.read_as == canonical(file.columns))
    return connection.execute(asked).first() is not None


def note_file(work: Work, kind: Kind, file: BookFile, rows: int) -> None:
    """Put on record that a file was added as a whole."""
    told = {"kind": kind.kind, "name": file.name, "sha256": file.sha256, "read_as": canonical(file.columns)}
    work.add(tables.book_files, [{**told, "rows": rows}])


def nothing(kind: Kind, source: str) -> AddedToBooks:
    """What a file brings that was added before."""
    return AddedToBooks(source, _told(kind, kind.frame.empty(), np.empty(0, dtype=object)), again=True)


def add(work: Work, kind: Kind, frame: pd.DataFrame, source: str) -> AddedToBooks:
    """Write what is new and what changed of a frame as `kind.read` gives it."""
    rows = _as_kept(kind, frame)
    held = _held(work.connection, kind, rows[kind.name[1]].tolist()).reindex(rows.index)
    new = held["id"].isna().to_numpy()
    changed = ~new & ~_same(kind, rows, held)
    if kind is RECEIPT:
        booked = _booked(Months.of(work.connection), rows["day"], held["booked"].where(changed))
        rows = rows.assign(booked=booked, withdrawn=held["withdrawn"].where(changed, 0).fillna(0).astype("int64"))
    gone = changed & held["forgotten"].eq(True).to_numpy()
    # what was forgotten stays so, though the books deliver it again and again
    rows = rows.assign(**{word: rows[word].mask(gone) for word in kind.words})
    there = new | changed
    ids = _write(work, kind, rows[there], held.loc[changed, "id"])
    _without_salt(work, kind, [number for number, without in zip(ids, gone[there], strict=True) if without])
    if kind is PAYOUT:
        gift_days.write(work, rows[there])
    return AddedToBooks(source, _told(kind, frame, np.where(new, "new", np.where(changed, "changed", "known"))))


def _told(kind: Kind, frame: pd.DataFrame, states: Any) -> pd.DataFrame:
    amount = next(iter(kind.cents))
    rows = frame[[kind.name[0], "date", amount]].rename(columns={amount: "amount"})
    return rows.assign(state=pd.Series(states, index=frame.index, dtype=TEXT))


def _as_kept(kind: Kind, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with the columns of the table, by what each is known by."""
    texts = [*kind.facts, *kind.words, "source"]
    # PostgreSQL takes no NUL in a text
    told: dict[str, Any] = {name: frame[name].str.replace("\0", "\N{SYMBOL FOR NULL}") for name in texts}
    told |= {column: money.cents(frame[name]) for name, column in kind.cents.items()}
    told |= {"day": frame["date"].dt.strftime("%Y-%m-%d"), "line": frame["line"]}
    if kind is PAYOUT:
        told["given"] = frame["given"].dt.strftime("%Y-%m-%d").astype(TEXT)
    told[kind.name[1]] = frame[kind.name[0]]
    rows = pd.DataFrame(told, index=frame.index)
    return rows.set_index(_known_by(kind, rows))


def _known_by(kind: Kind, rows: pd.DataFrame) -> pd.Series[Any]:
    """What each row is known by: its number, with that within which it is one."""
    number = rows[kind.name[1]].astype(object)
    return number if kind.within is None else pd.Series(zip(rows[kind.within], number, strict=True), rows.index, object)


def _held(connection: sa.Connection, kind: Kind, numbers: Sequence[str]) -> pd.DataFrame:
    """The newest version of each that is there, by what it is known by; `forgotten`: its words are gone."""
    c = kind.table.c
    told = [kind.name[1], "id", *kind.compared, *kind.words, *(["booked", "withdrawn"] if kind is RECEIPT else [])]
    asked = sa.select(*(c[name] for name in told), c.salt.is_(None)).where(c.current == 1)
    found = list(in_parts(connection, numbers, lambda some: asked.where(c[kind.name[1]].in_(some))))
    held = pd.DataFrame([tuple(row) for row in found], columns=[*told, "forgotten"])
    if kind is PAYOUT:
        days = gift_days.of(connection, numbers)
        held["given"] = [days.get(key) for key in zip(held["payout"], held["gift"], strict=True)]
    return held.set_index(_known_by(kind, held))


def _same(kind: Kind, rows: pd.DataFrame, held: pd.DataFrame) -> Any:
    """Which rows are as they are held; words that were forgotten are not compared."""
    same = np.ones(len(rows), dtype=bool)
    for name in (*kind.compared, *kind.words, *(["given"] if kind is PAYOUT else [])):
        own, other = rows[name].astype(object), held[name].astype(object)
        alike = (own.eq(other) | (own.isna() & other.isna())).to_numpy(dtype=bool)
        same &= alike | (held["forgotten"].eq(True).to_numpy() if name in kind.words else False)
    return same


def _booked(months: Months, day: pd.Series[Any], before: pd.Series[Any]) -> pd.Series[Any]:
    """The month that each counts for: its own, or the first open one after it; what a closed month has, stays there."""
    own = day.str.slice(0, 7).map({m: months.booked(m) for m in day.str.slice(0, 7).unique()})
    return own.mask(before.isin(months.closed).to_numpy(), before)


def _write(work: Work, kind: Kind, rows: pd.DataFrame, outdated: pd.Series[Any]) -> range:
    """Write new versions in the place of those outdated; the ids that they got."""
    work.outdate(kind.table, kind.table.c.id.in_(among(work.connection, outdated.astype("int64").tolist())))
    own = [name for name in rows.columns if name in kind.table.c]
    columns = {name: rows[name].astype(object).where(rows[name].notna(), None).tolist() for name in own}
    if len(rows):
        work.speak_of_open(min(columns["booked" if kind is RECEIPT else "day"])[:7])
    return work.add_columns(kind.table, {**columns, "current": 1}, len(rows))


def _without_salt(work: Work, kind: Kind, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 1000):
        own = kind.table.update().where(kind.table.c.id.in_(ids[start : start + 1000]))
        work.connection.execute(own.values(salt=None))


def receipts(connection: sa.Connection, until: int | None = None) -> pd.DataFrame:
    """The receipts in force, by day and number: columns of `schema.RECEIPTS`, and `booked`, the month each counts for.

    With `until` as they were after that event. Those withdrawn are left out.
    """
    c = tables.receipts.c
    told = [c.receipt, c.day, c.cents, *(c[n] for n in (*RECEIPTS.names[3:], "booked"))]
    asked = sa.select(*told).where(reading.in_force(tables.receipts, "receipt", until), c.withdrawn == 0)
    found = pd.DataFrame(
        [tuple(row) for row in connection.execute(asked.order_by(c.day, c.receipt))],
        columns=[*RECEIPTS.names, "booked"],
    )
    return _typed(RECEIPTS, found, {"amount"}).assign(booked=found["booked"].astype(TEXT))


def payouts(connection: sa.Connection, until: int | None = None) -> pd.DataFrame | None:
    """The gifts that gateways paid out, columns of `schema.PAYOUTS`; None where none were added.

    With `until` as they were after that event.
    """
    c = tables.payouts.c
    told = [c[n] if n != "date" else c.day for n in PAYOUTS.names if n != "given"]
    asked = sa.select(*told).where(reading.in_force(tables.payouts, ("payout", "gift"), until))
    rows = [tuple(row) for row in connection.execute(asked.order_by(c.day, c.payout, c.gift))]
    if not rows:
        return None
    found = pd.DataFrame(rows, columns=[n for n in PAYOUTS.names if n != "given"])
    days = gift_days.of(connection, None, until)
    given = [days.get(key) for key in zip(found["payout"], found["gift"], strict=True)]
    found["given"] = pd.to_datetime(pd.Series(given, found.index, dtype=TEXT))
    return _typed(PAYOUTS, found, {"gross", "fee", "net"})


def _typed(frame: Frame, found: pd.DataFrame, amounts: set[str]) -> pd.DataFrame:
    cents = {name: money.from_cents(found[name].astype("int64").to_numpy()) for name in amounts}
    return frame.check(found.assign(date=pd.to_datetime(found["date"]), **cents))


def begun(connection: sa.Connection) -> bool:
    """Whether there are receipts at all."""
    return connection.execute(sa.select(tables.receipts.c.id).limit(1)).first() is not None


def withdraw(work: Work, name: str, *, reason: str, back: bool = False) -> None:
    """Take a receipt out of the books, or (`back`) into them again; raises DecisionRefused."""
    c = tables.receipts.c
    held = work.connection.execute(sa.select(tables.receipts).where(c.receipt == name, c.current == 1)).mappings()
    row = held.first()
    if row is None:
        do = "Take its number from the sheet Receipts of the workbook, or from store.receipts()."
        raise DecisionRefused(f'no receipt is called "{shown(name, 40)}"', do=do)
    if bool(row["withdrawn"]) != back:
        what = f"the receipt {shown(name, 40)} is {'not withdrawn' if back else 'withdrawn already'}"
        raise DecisionRefused(what, do="Nothing is left to do.")
    if not reason.strip():
        what = f"no reason is given for {'the return' if back else 'the withdrawal'} of a receipt"
        raise DecisionRefused(what, do='Say why: reason="…".')
    kept = {n: value for n, value in row.items() if n not in ("id", "event", "salt", "mark")}
    work.outdate(tables.receipts, c.id == row["id"])
    ids = work.add(tables.receipts, [{**kept, "withdrawn": int(not back), "current": 1}])
    if row["salt"] is None:
        _without_salt(work, RECEIPT, ids)
    work.speak_of_open(row["booked"])


def history(connection: sa.Connection) -> pd.DataFrame:
    """Every version of every receipt, oldest first, who brought it and when, and which is in force."""
    c, events = tables.receipts.c, tables.events.c
    asked = (
        sa.select(
            c.receipt, c.day, c.cents, c.payer, c.booked, c.withdrawn, events.by, events.at, events.why, c.current
        )
        .join(tables.events, events.id == c.event)
        .order_by(c.id)
    )
    names = ["receipt_id", "date", "amount", "payer", "booked", "withdrawn", "by", "at", "reason", "in_force"]
    found = pd.DataFrame([tuple(row) for row in connection.execute(asked)], columns=names)
    texts = dict.fromkeys(("receipt_id", "payer", "booked", "by", "at", "reason"), TEXT)
    cents = money.from_cents(found["amount"].astype("int64").to_numpy())
    found = found.assign(amount=cents, date=pd.to_datetime(found["date"]).astype("datetime64[s]"))
    return found.astype({**texts, "withdrawn": "bool", "in_force": "bool"})
