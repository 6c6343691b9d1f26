"""What people say of lines and receipts: that they settle one another, or do not; taken back by a new row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.books.decided import comes_out
from reconcile.errors import DecisionRefused, NotMoney, shown
from reconcile.schema import TEXT
from reconcile.store import entries, keeping, reading, tables
from reconcile.store.journal import Work

Names = Sequence[str]


def say(work: Work, lines: Names, receipts: Names, *, settles: bool, fee: object = None) -> int:
    """Write down that some lines and receipts settle one another, or that no two of them do; the number of it.

    Raises DecisionRefused for what is not there, was said already, is settled in a closed month, or does not come out.
    """
    cents = _cents(fee)
    _there(work.connection, lines, receipts)
    _not_said(work.connection, lines, receipts, settles=settles)
    keeping.set_free(work, lines, receipts)
    if settles:
        _comes_out(work.connection, lines, receipts, cents)
    number = work.add(tables.settlements, [{"settles": int(settles), "fee": cents, "undoes": None, "current": 1}])[0]
    pairs = [{"settlement": number, "movement": line, "receipt": receipt} for line in lines for receipt in receipts]
    work.add(tables.settled_pairs, pairs)
    _speak(work, lines, receipts)
    return number


def take_back(work: Work, name: str, *, reason: str) -> int:
    """Take back the newest word on a line or a receipt; the number of the row that does so. Raises DecisionRefused."""
    said = in_force(work.connection)
    own = said[(said["transaction_id"] == name) | (said["receipt_id"] == name)]
    if own.empty:
        what = f'nothing was said of "{shown(name, 40)}"'
        raise DecisionRefused(what, do="Look at store.settlements().")
    if not reason.strip():
        raise DecisionRefused("no reason is given for taking back what was said", do='Say why: reason="…".')
    number = int(own["settlement"].max())
    pairs = said[said["settlement"] == number]
    lines, receipts = pairs["transaction_id"].unique().tolist(), pairs["receipt_id"].unique().tolist()
    keeping.set_free(work, lines, receipts)
    work.outdate(tables.settlements, tables.settlements.c.id == number)
    _speak(work, lines, receipts)
    return work.add(tables.settlements, [{"settles": None, "fee": 0, "undoes": number, "current": 1}])[0]


def in_force(connection: sa.Connection) -> pd.DataFrame:
    """What holds of what people said, a row for each pair.

    `settlement`, `transaction_id`, `receipt_id`, `settles`, `fee` (of the whole, on its first row), `by`, `on`,
    `reason`. A line that turned out to be another one stands under the name of that.
    """
    found = frame(connection)
    found = found[found["in_force"] & found["settles"].notna()].reset_index(drop=True)
    joined = reading.joined(connection)
    names = found["transaction_id"].map(joined).astype(TEXT).fillna(found["transaction_id"])
    return found.assign(transaction_id=names, settles=found["settles"].astype("bool")).drop_duplicates(
        ["settlement", "transaction_id", "receipt_id"], ignore_index=True
    )


def frame(connection: sa.Connection) -> pd.DataFrame:
    """All that was ever said of lines and receipts, oldest first, a row for each pair, with who, when and why."""
    c, pairs, events = tables.settlements.c, tables.settled_pairs.c, tables.events.c
    told = (
        c.id,
        pairs.movement,
        pairs.receipt,
        c.settles,
        c.fee,
        events.by,
        events.at,
        events.why,
        c.undoes,
        c.current,
    )
    asked = (
        sa.select(*told)
        .join(tables.events, events.id == c.event)
        .join(tables.settled_pairs, pairs.settlement == c.id, isouter=True)
        .order_by(c.id, pairs.id)
    )
    names = ["settlement", "transaction_id", "receipt_id", "settles", "fee", "by", "on", "reason", "undoes", "in_force"]
    found = pd.DataFrame([tuple(row) for row in connection.execute(asked)], columns=names)
    first = ~found["settlement"].duplicated()
    fee = money.from_cents(found["fee"].where(first, 0).astype("int64").to_numpy())
    texts = dict.fromkeys(("transaction_id", "receipt_id", "by", "on", "reason"), TEXT)
    return found.assign(fee=fee, in_force=found["in_force"].eq(1)).astype(
        {**texts, "settles": "boolean", "settlement": "int64", "undoes": "Int64"}
    )


def _cents(fee: object) -> int:
    if fee is None:
        return 0
    try:
        cents = money.exact_cents(fee, "fee")
    except (NotMoney, TypeError, ValueError) as fault:
        raise DecisionRefused(f'"{shown(fee, 40)}" is no amount', do='Write it as "5.00", in rand.') from fault
    if cents < 0:
        raise DecisionRefused(f"the fee is {money.rand(cents)}", do="Give what was kept as a positive amount.")
    return cents


def _there(connection: sa.Connection, lines: Names, receipts: Names) -> None:
    """Refuse what the store does not have, and a name given twice."""
    known = set(reading.some(connection, lines)["transaction_id"])
    own = set(entries.receipts(connection)["receipt_id"])
    for names, there, what in ((lines, known, "transaction"), (receipts, own, "receipt")):
        if not names:
            raise DecisionRefused(
                f"no {what} is named", do="Name one line and its receipts, or a receipt and its lines."
            )
        if lacking := sorted(set(names) - there):
            column = {"transaction": "Transaction id", "receipt": "Receipt"}[what]
            do = f"Take it from the column {column} of the workbook, or from store.{what}s()."
            raise DecisionRefused(f'no {what} is called "{shown(lacking[0], 40)}"', do=do)
        if len(set(names)) < len(names):
            raise DecisionRefused(f"a {what} is named twice", do="Name each once.")


def _not_said(connection: sa.Connection, lines: Names, receipts: Names, *, settles: bool) -> None:
    """Refuse what contradicts, or repeats, what was said and holds."""
    said = in_force(connection)
    do = "Take that back first: reconcile unsettle, or store.unsettle."
    pair = said[said["transaction_id"].isin(lines) & said["receipt_id"].isin(receipts)]
    either = said[(said["transaction_id"].isin(lines) | said["receipt_id"].isin(receipts)) & said["settles"]]
    for found in (pair, either if settles else pair):
        if len(found):
            row = found.iloc[0]
            how = "settle one another" if row["settles"] else "do not belong together"
            what = f"{row['by']} said on {row['on'][:10]} that {row['transaction_id']} and {row['receipt_id']} {how}"
            raise DecisionRefused(what, do=do)


def _comes_out(connection: sa.Connection, lines: Names, receipts: Names, fee: int) -> None:
    own = entries.receipts(connection)
    moved = money.cents(reading.some(connection, lines)["amount"]).tolist()
    booked = money.cents(own.loc[own["receipt_id"].isin(receipts), "amount"]).tolist()
    if fault := comes_out(moved, booked, fee):
        do = "Name one line and all its receipts, or a receipt and all its lines; what was kept on the way is the fee."
        raise DecisionRefused(f"{' '.join(lines)} and {' '.join(shown(r, 40) for r in receipts)} {fault}", do=do)


def _speak(work: Work, lines: Names, receipts: Names) -> None:
    """Note the months of which the event says something: those of its lines and receipts, and all after them."""
    movements, own = tables.movements.c, tables.receipts.c
    asked = (
        sa.select(movements.booked).where(movements.movement.in_(lines), movements.current == 1),
        sa.select(own.booked).where(own.receipt.in_(receipts), own.current == 1),
    )
    work.speak_of_open(min(month for one in asked for month in work.connection.execute(one).scalars()))


def used(connection: sa.Connection, receipt: str) -> Any:
    """The number of what was said of a receipt and holds; None where nothing was."""
    said = in_force(connection)
    own = said.loc[(said["receipt_id"] == receipt) & said["settles"], "settlement"]
    return int(own.iloc[0]) if len(own) else None
