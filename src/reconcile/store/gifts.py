"""The movements of a store with the gifts of payouts in place of their lines, as one month has them or as of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sa

from reconcile.books import ExplodedPayouts
from reconcile.books.gifts import exploded_as_settled, gift_ids, gift_lines
from reconcile.books.settlements import AT_BANK, MISSING, totals
from reconcile.schema import GIFTS, PAYOUT_LINES, TEXT, TRANSACTIONS
from reconcile.store import effective, entries, payout_states, reading, tables

NOT_YET = "not matched yet"


class Month(NamedTuple):
    """A month as it is shown: the event that closed it, None where it is open."""

    name: str
    until: int | None = None


def exploded(
    connection: sa.Connection, rows: pd.DataFrame, month: Month | None = None, matches: pd.DataFrame | None = None
) -> ExplodedPayouts | None:
    """The gifts in place of those of `rows` that are payouts; None where no payout has to do with them.

    Of a month also its payouts, and those before it, that are not at the bank by then. `matches` are those of the rows,
    if they are known.
    """
    report = entries.payouts(connection, month.until if month else None)
    if report is None:
        return None
    known = payout_states.of(connection, month.until if month else None)
    found = _found(report, known, rows, month)
    if found.empty:
        return None
    report = report[report["payout"].isin(found["payout"])].reset_index(drop=True)
    own = (month.name, month.until is not None) if month else (None, False)
    if matches is None:
        matches = effective.matches_of(connection, rows, own[0], closed=own[1])
    return exploded_as_settled(
        rows, report, found, matches, lambda gifts: effective.matches_of(connection, gifts, own[0], closed=own[1])
    )


def none(connection: sa.Connection, rows: pd.DataFrame) -> ExplodedPayouts:
    """The same where no payout has to do with the movements."""
    return ExplodedPayouts(rows, effective.matches_of(connection, rows), GIFTS.empty(), PAYOUT_LINES.empty())


def lines(connection: sa.Connection) -> pd.DataFrame:
    """Every payout with its bank line, or why it has none: columns of `schema.PAYOUT_LINES`."""
    report = entries.payouts(connection)
    if report is None:
        return PAYOUT_LINES.empty()
    whole = totals(report)
    known = payout_states.of(connection).reindex(whole["payout"]).set_axis(whole.index)
    never = known["state"].isna()
    state, reason = known["state"].mask(never, MISSING), known["reason"].mask(never, NOT_YET)
    return PAYOUT_LINES.check(whole.assign(state=state, reason=reason, transaction_id=known["movement"]))


def _found(report: pd.DataFrame, known: pd.DataFrame, rows: pd.DataFrame, month: Month | None) -> pd.DataFrame:
    """A row for each payout to be shown, columns of `schema.PAYOUT_LINES`."""
    whole = totals(report)
    told = known.reindex(whole["payout"]).set_axis(whole.index)
    at_bank = told["state"].eq(AT_BANK)
    here = at_bank & told["movement"].isin(rows["transaction_id"])
    elsewhere = at_bank & ~here & (told["month"].ne(month.name) if month else True)
    state = told["state"].mask(at_bank & ~here, MISSING).fillna(MISSING)
    reason = told["reason"].mask(elsewhere, "its bank line counts for " + told["month"])
    reason = reason.mask((at_bank & ~here & ~elsewhere) | told["state"].isna(), NOT_YET)
    found = whole.assign(state=state, transaction_id=told["movement"].where(here), reason=reason.where(~here))
    if month is None:
        shown = here | ~at_bank
    else:
        before = whole["date"].dt.strftime("%Y-%m") <= month.name
        shown = here | (before & ~(elsewhere & told["month"].lt(month.name)))
    return PAYOUT_LINES.check(found[shown].reset_index(drop=True))


def allocations_of(connection: sa.Connection, rows: pd.DataFrame, found: ExplodedPayouts | None = None) -> pd.DataFrame:
    """`effective.allocations_of` of these movements, a payout gift by gift; `found` if that is known."""
    found = exploded(connection, rows) if found is None else found
    if found is None:
        return effective.allocations_of(connection, rows)
    lines = found.transactions[~found.transactions["transaction_id"].isin(found.fees["transaction_id"])]
    own = found.gifts[found.gifts["transaction_id"].notna()]
    of_payout = own["payout"].map(payout_states.of(connection)["month"])
    months = dict(zip(gift_ids(own), of_payout, strict=True))
    return effective.allocations_of(connection, lines.reset_index(drop=True), months)


def some(connection: sa.Connection, names: Sequence[str]) -> pd.DataFrame:
    """The movements of these names, gifts of payouts among them as lines of their own."""
    own = payout_states.gifts(connection, names)
    lines = reading.some(connection, [name for name in names if not payout_states.is_gift(name)])
    there = {gift.payout for gift in own if gift.line}
    if not there:
        return lines
    report = entries.payouts(connection)
    assert report is not None
    report = report[report["payout"].isin(there)].reset_index(drop=True)
    known = payout_states.of(connection)
    found = totals(report).assign(state=AT_BANK, reason=pd.Series(dtype=TEXT))
    found = PAYOUT_LINES.check(found.assign(transaction_id=found["payout"].map(known["movement"]).astype(TEXT)))
    of_bank = reading.some(connection, found["transaction_id"].tolist())
    found = found[found["transaction_id"].isin(of_bank["transaction_id"])].reset_index(drop=True)
    gifts = gift_lines(of_bank, report[report["payout"].isin(found["payout"])].reset_index(drop=True), found)
    gifts = gifts[gifts["transaction_id"].isin(names)]
    return pd.concat([lines, gifts], ignore_index=True) if len(lines) else gifts.reset_index(drop=True)


def decided_later(connection: sa.Connection, month: str) -> pd.DataFrame:
    """The gifts of months closed by then that a person decided since, which counts for this one: their lines."""
    c, parts = tables.decisions.c, tables.allocations.c
    asked = sa.select(c.movement).where(
        c.current == 1, c.booked == month, c.movement.contains("/"), c.id.in_(sa.select(parts.decision))
    )
    own = payout_states.gifts(connection, list(connection.execute(asked).scalars()))
    names = [gift.name for gift in own if gift.month and gift.month < month]
    return some(connection, names) if names else TRANSACTIONS.empty()


def statuses(connection: sa.Connection, first: str) -> dict[str, int]:
    """`effective.statuses`, a payout gift by gift, and what the gateway kept of it as no gift."""
    found = Counter(effective.statuses(connection, first))
    c, lines = tables.movements.c, tables.payout_lines.c
    asked = sa.select(c.movement).join(
        tables.payout_lines, sa.and_(lines.movement == c.movement, lines.current == 1, lines.state == AT_BANK)
    )
    here = asked.where(c.current == 1, c.joined_to.is_(None), c.day >= first)
    names = sorted(connection.execute(here).scalars())
    if not names:
        return dict(found)
    rows = reading.some(connection, names)
    own = exploded(connection, rows)
    assert own is not None
    whole = effective.matches_of(connection, rows)
    found.subtract(whole["status"].tolist())
    found.update(own.matches["status"].tolist())
    return {status: number for status, number in found.items() if number}


def bank_matches(connection: sa.Connection, rows: pd.DataFrame) -> pd.DataFrame:
    """The matches of these lines as the bank has them: one that is a payout is a settlement, and nobody's gift."""
    found = effective.matches_of(connection, rows)
    payout = found["transaction_id"].isin(payout_states.names_in(connection, found["transaction_id"].tolist()))
    if not payout.any():
        return found
    return found.assign(
        kind=found["kind"].mask(payout, "settlement"),
        status=found["status"].mask(payout, "not_donation"),
        campaign=found["campaign"].mask(payout),
        fund=found["fund"].mask(payout),
    )
