"""Decisions of people: a gift to one campaign and fund or to several, changed, and undone; always by a new row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reconcile import money
from reconcile.errors import DecisionRefused, NotMoney, did_you_mean, shown
from reconcile.store import effective, payout_states, registers, tables
from reconcile.store.journal import Work
from reconcile.store.periods import Months


@dataclass(frozen=True)
class Allocation:
    """A part of a movement: whose it is, and how many cents. `campaign` None is money that is no gift."""

    campaign: str | None
    fund: str | None
    cents: int

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Campaign and fund."""
        return self.campaign, self.fund


@dataclass(frozen=True)
class Held:
    """A movement as the ledger has it now: what it moved, and what is decided or credited of it.

    `booked` is the month that this counts for: its own, or a later one in which it was decided.
    """

    name: str
    cents: int
    booked: str
    parts: tuple[Allocation, ...]
    credited: bool


def held(connection: sa.Connection, name: str) -> Held:
    """The movement of a name; raises DecisionRefused where there is none."""
    cents, own_month = _gift(connection, name) or _line(connection, name)
    decisions = tables.decisions.c
    asked_decision = sa.select(decisions.id, decisions.booked).where(decisions.movement == name, decisions.current == 1)
    decision = connection.execute(asked_decision).first()
    if decision and (parts := _parts(connection, decision.id)):
        return Held(name, cents, decision.booked, parts, True)
    matches = tables.matches.c
    asked_match = sa.select(matches.campaign, matches.fund).where(
        matches.movement == name, matches.current == 1, matches.status == "matched"
    )
    credited = connection.execute(asked_match).first()
    if payout := payout_states.month_of(connection, name):
        # the gifts of it are credited, not the line; in a closed month that stays, whoever waits among them
        parts = tuple(Allocation(*part, 0) for part in _of_gifts(connection, name))
        return Held(name, cents, own_month, parts, bool(parts) or payout in Months.of(connection).closed)
    parts = (Allocation(credited.campaign, credited.fund, cents),) if credited else ()
    return Held(name, cents, own_month, parts, bool(credited))


def _line(connection: sa.Connection, name: str) -> tuple[int, str]:
    """The cents of a movement of the bank, and the month that it counts for; raises DecisionRefused for none."""
    movements, rows = tables.movements.c, tables.rows.c
    asked = (
        sa.select(movements.booked, movements.joined_to, rows.cents)
        .join(tables.rows, rows.id == movements.row)
        .where(movements.movement == name, movements.current == 1)
    )
    found = connection.execute(asked).first()
    if found is None:
        do = "Take it from the column Transaction id of the workbook, or from store.transactions()."
        raise DecisionRefused(f'no transaction is called "{shown(name, 40)}"', do=do)
    if found.joined_to:
        do = f"Decide {found.joined_to} instead."
        raise DecisionRefused(f"{name} turned out to be the same movement as {found.joined_to}", do=do)
    return found.cents, found.booked


def _gift(connection: sa.Connection, name: str) -> tuple[int, str] | None:
    """The same of a gift of a payout; None for what is no gift. Raises DecisionRefused where it is not at the bank."""
    gifts = payout_states.gifts(connection, [name])
    if not gifts:
        return None
    if gifts[0].month is None:
        what = f"the payout {shown(gifts[0].payout, 40)} of this gift is not at the bank"
        raise DecisionRefused(what, do="Decide it when its bank line is in, and matched.")
    return gifts[0].cents, gifts[0].month


def _of_gifts(connection: sa.Connection, name: str) -> list[tuple[str | None, str | None]]:
    """Where the gifts of a payout are credited."""
    names = payout_states.names_in(connection, [name]).get(name, [])
    return sorted({place for own in effective.parts(connection, names).values() for place in own}, key=str)


def _parts(connection: sa.Connection, decision: int) -> tuple[Allocation, ...]:
    parts = tables.allocations.c
    asked = sa.select(parts.campaign, parts.fund, parts.cents).where(parts.decision == decision).order_by(parts.id)
    return tuple(Allocation(*row) for row in connection.execute(asked))


def _standing(connection: sa.Connection, name: str) -> list[int]:
    """The decisions on a movement that were not taken back, oldest first."""
    decisions = tables.decisions.c
    asked = sa.select(decisions.id, decisions.undoes).where(decisions.movement == name).order_by(decisions.id)
    rows = connection.execute(asked).all()
    gone = {row.undoes for row in rows}
    return [row.id for row in rows if row.undoes is None and row.id not in gone]


def decide(work: Work, name: str, given: object, *, reason: str, evidence: str) -> int:
    """Write down a decision; its number. Raises DecisionRefused."""
    before = held(work.connection, name)
    parts = allocations(given, before.cents)
    _known(work.connection, parts)
    booked = _month(work.connection, before)
    _explained(before, parts, reason, evidence)
    return _write(work, before, parts, booked=booked, evidence=evidence)


def undo(work: Work, name: str, *, reason: str) -> int:
    """Take the newest decision that stands back, so that what was before it holds again; the number of the new row."""
    before = held(work.connection, name)
    standing = _standing(work.connection, name)
    if not standing:
        raise DecisionRefused(
            f"nothing was decided of {name}", do="Look at the sheet Decisions of the workbook, or at store.decisions()."
        )
    if not reason.strip():
        raise DecisionRefused("no reason is given for taking a decision back", do='Say why: reason="…".')
    booked = _month(work.connection, before)
    *earlier, undone = standing
    restored = _parts(work.connection, earlier[-1]) if earlier else ()
    return _write(work, before, restored, booked=booked, undoes=undone)


def take_all_back(work: Work, name: str) -> None:
    """Take back all that was decided of a gift that is delivered with another amount: it waits for a person again."""
    before = held(work.connection, name)
    for number in reversed(_standing(work.connection, name)):
        _write(work, before, (), booked=before.booked, undoes=number)


def _write(
    work: Work,
    before: Held,
    parts: Sequence[Allocation],
    *,
    booked: str,
    evidence: str = "",
    undoes: int | None = None,
) -> int:
    work.outdate(tables.decisions, tables.decisions.c.movement == before.name)
    payout_states.release(work, tables.payout_lines.c.movement == before.name)
    row = {"movement": before.name, "booked": booked, "undoes": undoes, "evidence": evidence or None, "current": 1}
    number = work.add(tables.decisions, [row])[0]
    movements, links = tables.movements.c, tables.reversals.c
    back = sa.select(links.reversal).where(links.original == before.name)
    months = sa.select(movements.booked).where(sa.or_(movements.movement == before.name, movements.movement.in_(back)))
    work.speak_of([booked, *work.connection.execute(months).scalars()])
    work.add(
        tables.allocations,
        [{"decision": number, "campaign": p.campaign, "fund": p.fund, "cents": p.cents} for p in parts],
    )
    return number


def allocations(given: object, cents: int) -> tuple[Allocation, ...]:
    """The parts that a caller gives, as `(campaign, fund)` for all of it, or a list of `(campaign, fund, amount)`.

    Raises DecisionRefused unless they add up to the movement, each of its sign.
    """
    whole = isinstance(given, tuple) and len(given) == 2 and all(p is None or isinstance(p, str) for p in given)
    if isinstance(given, tuple) and whole:
        return (_part(_word(given[0]), _word(given[1]), cents),)
    rows: Iterable[object]
    if isinstance(given, pd.DataFrame):
        rows = given.to_dict("records")
    elif isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping)):
        rows = list(given)
    else:
        raise DecisionRefused("the allocation is neither (campaign, fund) nor a list of parts", do=_FORM)
    parts = tuple(_parsed(row) for row in rows)
    if not parts:
        raise DecisionRefused("no allocation is given", do=_FORM)
    total = sum(p.cents for p in parts)
    if total != cents:
        raise DecisionRefused(
            f"the parts add up to {money.shown_cents(total)}, the movement is {money.shown_cents(cents)}",
            do="Correct the amounts; they must add up to the cent.",
        )
    if any(p.cents == 0 or (p.cents > 0) != (cents > 0) for p in parts):
        raise DecisionRefused("a part is zero, or of the other sign than the movement", do="Correct the amounts.")
    if len({p.place for p in parts}) != len(parts):
        raise DecisionRefused("two parts have the same campaign and fund", do="Give them as one.")
    return parts


_FORM = 'Give ("ABC", "fund") for all of it, or a list such as [("ABC", "fund", "60.00"), ("DEF", None, "40.00")].'


def _parsed(row: object) -> Allocation:
    if isinstance(row, Mapping):
        row = (row.get("campaign"), row.get("fund"), row.get("amount"))
    if not isinstance(row, (tuple, list)) or len(row) != 3:
        raise DecisionRefused("a part is not (campaign, fund, amount)", do=_FORM)
    campaign, fund, amount = row
    try:
        cents = money.exact_cents(amount)
    except (NotMoney, TypeError, ValueError) as fault:
        said = shown(amount, 40)
        raise DecisionRefused(f'"{said}" is no amount', do='Write it as "60.00", in rand.') from fault
    return _part(_word(campaign), _word(fund), cents)


def _word(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    raise DecisionRefused(f'the campaign or fund "{shown(value, 40)}" is no text', do=_FORM)


def _part(campaign: str | None, fund: str | None, cents: int) -> Allocation:
    if fund is not None and campaign is None:
        raise DecisionRefused("a fund is given without a campaign", do="Name the campaign too.")
    return Allocation(campaign, fund, cents)


def _known(connection: sa.Connection, parts: Sequence[Allocation]) -> None:
    """Refuse campaigns and funds that the register and the vocabulary last used do not have."""
    codes, funds = registers.known_words(connection)
    for part in parts:
        for word, known, what in ((part.campaign, codes, "campaign"), (part.fund, funds, "fund")):
            if word is not None and known is not None and word not in known:
                raise DecisionRefused(
                    f'no {what} is called "{shown(word, 40)}"',
                    do=did_you_mean(word, known) or f"It must be one of {', '.join(sorted(known))}.",
                )


def _month(connection: sa.Connection, before: Held) -> str:
    """The month in which the decision is booked; what a closed month has credited stays as it is."""
    months = Months.of(connection)
    if before.booked in months.closed and before.credited:
        raise DecisionRefused(
            f"{before.name} is credited in {before.booked}, which is closed",
            do=f"Reopen it first: reconcile reopen {before.booked}, or store.reopen.",
        )
    return months.booked(before.booked)


def _explained(before: Held, parts: Sequence[Allocation], reason: str, evidence: str) -> None:
    """A change of what is decided or credited needs a reason; of the money of a fund, what shows it as well."""
    if not before.credited or set(before.parts) == set(parts):
        return
    if not reason.strip():
        raise DecisionRefused(
            f"{before.name} is credited already, and no reason is given for the change", do='Say why: reason="…".'
        )
    if _of_funds(before.parts) != _of_funds(parts) and not evidence.strip():
        raise DecisionRefused(
            "the fund changes, and nothing is given that shows the donor's wish",
            do='Say where it is written, as evidence (--evidence "letter of 3 September").',
        )


def _of_funds(parts: Sequence[Allocation]) -> dict[str | None, int]:
    """What each fund gets."""
    found: dict[str | None, int] = defaultdict(int)
    for part in parts:
        found[part.fund] += part.cents
    return found


def frame(connection: sa.Connection) -> pd.DataFrame:
    """Every decision ever made, oldest first, a row for each part; of what turned out to be another, none in force."""
    decisions, parts, events, movements = tables.decisions.c, tables.allocations.c, tables.events.c, tables.movements.c
    joined = sa.select(movements.movement).where(movements.current == 1, movements.joined_to.is_not(None))
    asked = (
        sa.select(
            decisions.id,
            decisions.movement,
            parts.campaign,
            parts.fund,
            parts.cents,
            decisions.booked,
            events.by,
            events.at,
            events.why,
            decisions.evidence,
            decisions.undoes,
            sa.and_(decisions.current == 1, decisions.movement.not_in(joined)),
        )
        .join(tables.events, events.id == decisions.event)
        .join(tables.allocations, parts.decision == decisions.id, isouter=True)
        .order_by(decisions.id, parts.id)
    )
    names = ["decision", "transaction_id", "campaign", "fund", "amount", "booked", "by", "at", "reason", "evidence"]
    found = pd.DataFrame(connection.execute(asked).all(), columns=[*names, "undoes", "in_force"])
    amounts: list[Decimal | None] = [None if pd.isna(c) else money.rand(int(c)) for c in found["amount"]]
    typed: dict[str, Any] = {n: "str" for n in names if n not in ("decision", "amount")}
    found["amount"] = pd.Series(amounts, dtype=money.AMOUNT)
    return found.astype({**typed, "decision": "int64", "undoes": "Int64", "in_force": "bool"})
