"""What an OFX file proves of its rows, what it leaves open, and what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.errors import shown
from reconcile.parsers.cells import or_null
from reconcile.parsers.frames import Aside, Rows
from reconcile.parsers.ofx_envelope import Envelope
from reconcile.parsers.ofx_rows import RowTexts
from reconcile.statement import Check

_Marks = npt.NDArray[np.int8]
_AGAIN, _OTHER = np.int8(1), np.int8(2)

_RARE = 20
"""A tag that all but one row in so many have is lacking there, not left out by habit."""

_SELDOM = 5
"""What fewer than one row in so many contradicts, the bank means; what more do, proves nothing."""

_KINDS = (
    "CREDIT DEBIT INT DIV FEE SRVCHG DEP ATM POS XFER CHECK PAYMENT CASH DIRECTDEP DIRECTDEBIT REPEATPMT OTHER HOLD"
).split()
"""The kinds of a row in OFX 1.0.2 and 2.2 (section 11.4.3.1.1)."""


@dataclass(frozen=True)
class Taken:
    """One account's rows: as columns, with the fields they came from, and those set aside (`waiting`: pending)."""

    table: Rows
    fields: dict[str, pa.Array]
    asides: list[Aside]
    waiting: int
    sorted_by_day: bool

    @property
    def first(self) -> date | None:
        """The day of the oldest row."""
        return _day(self.table.days.min()) if len(self.table.days) else None

    @property
    def last(self) -> date | None:
        """The day of the newest row."""
        return _day(self.table.days.max()) if len(self.table.days) else None


@dataclass(frozen=True)
class Balance:
    """The closing balance as stated and the opening balance worked back from it; `unused` says why it is not used."""

    closing: Decimal | None
    opening: Decimal | None
    unused: str = ""


def repeats_of(rows: RowTexts, accounts: list[str]) -> _Marks:
    """For each row of the file 1 where it came before with its FITID and all, 2 where only its FITID did, else 0.

    Rows of other accounts do not count, nor do those not yet booked.
    """
    marks = np.zeros(len(rows.lines), dtype=np.int8)
    ids = or_null(rows.fields["FITID"])
    if len(set(accounts)) > 1:
        numbers = pa.array(accounts, pa.large_string()).take(pa.array(rows.blocks))
        ids = pc.binary_join_element_wise(numbers, ids, pa.scalar("|", pa.large_string()))
    if pc.count_distinct(ids).as_py() == len(ids) - ids.null_count:
        return marks
    parts = [pc.fill_null(rows.fields[f], "") for f in ("DTPOSTED", "TRNAMT", "NAME", "MEMO")]
    whole = pc.binary_join_element_wise(ids, *parts, pa.scalar("|", pa.large_string()))
    seen: tuple[set[str], set[str]] = (set(), set())
    for row, (one, all_of_it) in enumerate(zip(ids.to_pylist(), whole.to_pylist(), strict=True)):
        if one is None or row in rows.pending:
            continue
        marks[row] = _AGAIN if all_of_it in seen[1] else _OTHER if one in seen[0] else 0
        seen[0].add(one)
        seen[1].add(all_of_it)
    return marks


def closing_of(envelope: Envelope, taken: Taken) -> Balance:
    """The closing balance the file gives, where it is of the end of the rows, and the opening one before them."""
    if envelope.closing is None:
        return Balance(None, None, "the file gives no closing balance")
    day, last = envelope.closing_day, taken.last
    if day and last and day < last:
        return Balance(None, None, f"the closing balance is of {day}, before the last row")
    end = envelope.end or last
    if day and end and day > end:
        return Balance(None, None, f"the closing balance is of {day}, after the period")
    if sum(a.cents is None for a in taken.asides) > taken.waiting:
        return Balance(envelope.closing, None)
    aside = money.rand(sum(a.cents or 0 for a in taken.asides))
    return Balance(envelope.closing, envelope.closing - money.total(money.series(taken.table.amounts)) - aside)


def checks_of(
    envelope: Envelope, taken: Taken, balance: Balance, repeats: _Marks, counts: tuple[int, int]
) -> tuple[Check, ...]:
    """The checks of one account's rows; `counts` are its transactions and notices."""
    asides, rows = len(taken.asides), len(repeats)
    said = f"{rows} rows opened and closed: {counts[0]} transactions, {counts[1]} notices, {asides} set aside"
    lacking = _lacking(taken)
    return (
        Check("every row", "open" if asides else "held", said),
        Check(
            "tags of the rows", "open" if lacking else "held", "; ".join(lacking) or "no row lacks what the others have"
        ),
        _ids(taken, repeats),
        _kinds(taken)[0],
        _days(envelope, taken),
        Check("running balance", "not offered", "OFX states no balance after each row"),
        _balance(envelope, balance),
    )


def warnings_of(
    envelope: Envelope, taken: Taken, balance: Balance, repeats: _Marks, unknown_tags: tuple[str, ...]
) -> list[str]:
    """What is odd about one account's rows, without being a fault."""
    found = ["the dates are not in order; the rows were sorted by day"] if taken.sorted_by_day else []
    found += _kinds(taken)[1]
    if twins := int((repeats == _AGAIN).sum()):
        found.append(f"{twins} rows stand twice, with the bank's own id too: look whether the file repeats itself")
    found += _lacking(taken)
    if unknown_tags:
        found.append(f"tags not known were passed over: {', '.join(shown(t, 30) for t in unknown_tags[:5])}")
    if not len(taken.table.lines):
        found.append("no transactions")
    elif _outside(envelope, taken):
        found.append(f"rows lie outside the period the file states ({envelope.start} to {envelope.end})")
    if balance.unused and envelope.closing is not None and taken.last:
        found.append(f"{balance.unused}, and was not used")
    return found


def _lacking(taken: Taken) -> list[str]:
    """The tags that a few rows lack and all others have: a line may be lost there."""
    found, count = [], len(taken.table.lines)
    for name in ("TRNTYPE", "FITID", "NAME", "MEMO"):
        column = taken.fields[name]
        if 0 < column.null_count <= max(count // _RARE, 1) and column.null_count < count - 1:
            lines = sorted(taken.table.lines[np.asarray(pc.is_null(column))].tolist())[:5]
            rows = "1 row lacks" if column.null_count == 1 else f"{column.null_count} rows lack"
            found.append(f"{rows} the <{name}> that the others have (line {', '.join(map(str, lines))})")
    return found


def _ids(taken: Taken, repeats: _Marks) -> Check:
    name = "the bank's own ids"
    if twins := int((repeats == _AGAIN).sum()):
        return Check(name, "open", f"{twins} rows stand twice with the same id, day, amount and text")
    if others := int((repeats == _OTHER).sum()):
        if others * _SELDOM <= len(repeats):
            return Check(
                name, "open", f"{others} of {len(repeats)} rows have the id of another row: see if one was changed"
            )
        return Check(name, "not offered", "different rows have the same id")
    known = len(taken.table.lines) - int(pc.sum(pc.equal(pc.fill_null(taken.fields["FITID"], ""), "")).as_py() or 0)
    if not known:
        return Check(name, "not offered", "no row has one")
    return Check(name, "held", f"{known} rows have one, each its own")


def _kinds(taken: Taken) -> tuple[Check, list[str]]:
    """Whether rows said to be debits and credits are so by their sign, with what is odd."""
    name, cents = "debits and credits", money.cents(money.series(taken.table.amounts))
    kinds = pc.utf8_upper(pc.fill_null(taken.fields["TRNTYPE"], ""))
    debit, credit = np.asarray(pc.equal(kinds, "DEBIT")), np.asarray(pc.equal(kinds, "CREDIT"))
    wrong, told = (debit & (cents > 0)) | (credit & (cents < 0)), int((debit | credit).sum())
    strange = ~np.asarray(pc.is_in(kinds, pa.array([*_KINDS, ""], kinds.type)))
    odd = []
    for rows, what in (
        (wrong, "say DEBIT or CREDIT against the sign of their amount"),
        (strange, "are of no kind of OFX"),
    ):
        if rows.any():
            lines = ", ".join(str(n) for n in sorted(taken.table.lines[rows].tolist())[:5])
            odd.append(f"{int(rows.sum())} rows {what} (line {lines})")
    if strange.any() or 0 < wrong.sum() * _SELDOM <= told:
        return Check(name, "open", "; ".join(odd)), odd
    if wrong.any() or not told:
        return Check(name, "not offered", odd[0] if odd else "no row says which it is"), odd
    return Check(name, "held", f"{told} rows say which they are, each as its sign does"), odd


def _days(envelope: Envelope, taken: Taken) -> Check:
    if envelope.period is None:
        return Check("period", "not offered", "the file states no first and last day")
    if _outside(envelope, taken):
        return Check("period", "open", f"{envelope.period} as stated; rows from {taken.first} to {taken.last}")
    return Check("period", "held", f"{envelope.period} as stated, and no row outside it")


def _balance(envelope: Envelope, balance: Balance) -> Check:
    name = "opening and closing balance"
    if balance.closing is None:
        return Check(name, "not offered", balance.unused)
    day = f" of {envelope.closing_day}" if envelope.closing_day else ""
    stated = f"the file gives {money.shown(balance.closing)}{day} as closing"
    if balance.opening is None:
        return Check(name, "open", f"{stated}; the opening is not known, as rows set aside have no amount")
    worked = f"{money.shown(balance.opening)} as opening is worked back from it"
    return Check(name, "not offered", f"{stated}; {worked}: compare it with the closing of the statement before")


def _outside(envelope: Envelope, taken: Taken) -> bool:
    if taken.first is None or taken.last is None:
        return False
    return bool(envelope.start and taken.first < envelope.start) or bool(envelope.end and taken.last > envelope.end)


def _day(day: np.datetime64) -> date:
    return day.astype("datetime64[D]").item()  # type: ignore[no-any-return]
