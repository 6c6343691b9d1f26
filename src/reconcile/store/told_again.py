"""A payout that is told again: alike it is known, otherwise only by the file that told it, and of no closed month."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from reconcile.books.gifts import gift_ids
from reconcile.books.told_twice import KEY, refuse_otherwise
from reconcile.errors import RegisterRefused, shown
from reconcile.schema import TEXT
from reconcile.store import entries, payout_states, tables
from reconcile.store.journal import Work
from reconcile.store.periods import Months


def check(connection: sa.Connection, report: pd.DataFrame) -> None:
    """Raise RegisterRefused for gifts that another file told otherwise, or that would change a closed month."""
    before = entries.payouts(connection)
    if before is None:
        return
    before = before[before["payout"].isin(report["payout"])].reset_index(drop=True)
    before = _with_forgotten(connection, before, report)
    source = report["source"].dropna()
    if len(source):
        other = before["source"].notna() & ~before["source"].isin(source)
        refuse_otherwise(report, before[other].reset_index(drop=True))
    _closed(connection, report, before)


def _with_forgotten(connection: sa.Connection, before: pd.DataFrame, report: pd.DataFrame) -> pd.DataFrame:
    """Words that are forgotten differ from none."""
    gone = gift_ids(before).isin(payout_states.forgotten(connection))
    own = report.set_index(KEY).reindex(pd.MultiIndex.from_frame(before[KEY]))
    words = ("payer", "reference")
    return before.assign(**{name: before[name].mask(gone, own[name].to_numpy()) for name in words})


def _closed(connection: sa.Connection, report: pd.DataFrame, before: pd.DataFrame) -> None:
    known = payout_states.of(connection)
    shut = known[known["month"].isin(Months.of(connection).closed)]
    own = report[report["payout"].isin(shut.index)]
    names = [name for name in own.columns if name not in ("source", "line")]
    new = own.merge(before[names].drop_duplicates(), on=names, how="left", indicator=True)
    odd = new[new["_merge"].eq("left_only")].drop_duplicates("payout")
    place = ("line " + odd["line"].astype(TEXT) + ", ").fillna("")
    told = zip(place, odd["payout"], odd["payout"].map(shut["month"]), strict=True)
    faults = [
        f"{where}payout {shown(payout, 40)} is told otherwise than when {month} was closed; reopen that if it is right"
        for where, payout, month in told
    ]
    if faults:
        source = report["source"].dropna()
        raise RegisterRefused(faults, file=str(source.iloc[0]) if len(source) else None)


def release(work: Work, report: pd.DataFrame, states: pd.Series[str]) -> None:
    """Say of the payouts of which a gift is new or changed that their lines must be looked for again."""
    names = report.loc[states.ne("known").to_numpy(), "payout"].unique().tolist()
    for start in range(0, len(names), 1000):
        payout_states.release(work, tables.payout_lines.c.payout.in_(names[start : start + 1000]))
