"""with_decisions: matches in which a person's decisions take the place of what waited, where no store keeps them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.errors import DecisionRefused, ReconcileError
from reconcile.review.decisions import Reviewed
from reconcile.review.taking import evidence_of, not_taken, same_payment, somebody
from reconcile.schema import DECISIONS, MATCHES, TEXT


class Applied(NamedTuple):
    """What came of it: the `matches`, the `parts` of payments that were split, `decisions` as a sheet shows them
    (columns of `schema.DECISIONS`), and what was `refused`, each by its cell.
    """

    matches: pd.DataFrame
    parts: pd.DataFrame
    decisions: pd.DataFrame
    refused: tuple[ReconcileError, ...]


def with_decisions(
    transactions: pd.DataFrame, matches: pd.DataFrame, reviewed: Reviewed, *, by: str, on: str
) -> Applied:
    """The matches with the decisions of `by` in force; those of payments that no longer wait are refused.

    `on` is the day that the workbook shows: not today, so that it is the same whenever it is written. Raises
    DecisionRefused where nobody is named.
    """
    somebody(by)
    place = {name: at for at, name in enumerate(transactions["transaction_id"])}
    at_of = {name: at for at, name in enumerate(matches["transaction_id"])}
    columns = {n: matches[n].astype(object).to_numpy(copy=True) for n in MATCHES.names}
    refused: list[ReconcileError] = list(reviewed.refused)
    kept = []
    for name, own in reviewed.decisions.groupby("transaction_id", sort=False):
        first = own.iloc[0]
        try:
            if name not in at_of:
                raise DecisionRefused("the payment is not in these statements", do="Give the statements it stands in.")
            same_payment(first, transactions.iloc[place[str(name)]])
            at = at_of[str(name)]
            if columns["status"][at] != "review":
                code = columns["campaign"][at]
                what = "a rule says now that it is no gift" if pd.isna(code) else f"a rule credits it to {code} now"
                do = "Empty its yellow cells, if that is right; if not, correct the register."
                raise DecisionRefused(f"{what}, so it no longer waits", do=do)
        except DecisionRefused as fault:
            refused.append(not_taken(reviewed, first, fault))
            continue
        kept.append(own)
        whole = len(own) == 1
        why = "" if pd.isna(first["note"]) else f": {first['note']}"
        no_gift = whole and pd.isna(first["campaign"])
        columns["status"][at] = "not_donation" if no_gift else "decided"
        columns["rule"][at], columns["confidence"][at] = "decided", np.nan
        columns["campaign"][at], columns["fund"][at] = (first["campaign"], first["fund"]) if whole else (None, None)
        columns["evidence"][at] = f"decided by {by}{why}"
        columns["reason"][at] = None if whole else f"split over {len(own)}"
    taken = pd.concat(kept, ignore_index=True) if kept else reviewed.decisions.iloc[:0]
    split = taken[taken["transaction_id"].duplicated(keep=False)]
    parts = split[["transaction_id", "campaign", "fund", "amount"]].reset_index(drop=True)
    found = MATCHES.check(pd.DataFrame(columns, index=matches.index))
    return Applied(found, parts, _shown(taken, reviewed, by, on), tuple(refused))


def _shown(taken: pd.DataFrame, reviewed: Reviewed, by: str, on: str) -> pd.DataFrame:
    number = pd.Series(pd.factorize(taken["transaction_id"])[0] + 1, index=taken.index, dtype="int64")
    evidence = [evidence_of(reviewed, row) for _, row in taken.iterrows()]
    frame = taken[["transaction_id", "amount", "campaign", "fund"]].assign(
        decision=number,
        before="a person must say",
        by=by,
        on=on,
        reason=taken["note"],
        evidence=pd.Series(evidence, index=taken.index, dtype=TEXT),
        state="in force",
    )
    return DECISIONS.check(frame[DECISIONS.names])
