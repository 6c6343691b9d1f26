"""take_decisions: what reviewers decided, put on record once, each by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from reconcile import money
from reconcile.errors import DecisionRefused, ReconcileError, ReviewRefused, shown
from reconcile.matching.totals import UNSPECIFIED
from reconcile.reporters import seal
from reconcile.reporters.celltext import clean
from reconcile.reporters.masking import MARK
from reconcile.reporters.sheets.register import NOT_A_GIFT
from reconcile.review.decisions import Reviewed

if TYPE_CHECKING:
    from reconcile.store import Store

Part = tuple[str | None, str | None, int]


@dataclass(frozen=True)
class Taken:
    """How many payments were decided now, how many stood on record already, and what was refused, each by its cell."""

    taken: int
    known: int
    refused: tuple[ReconcileError, ...]

    def __str__(self) -> str:
        told = [f"{self.taken} decisions put on record, {self.known} were there already, {len(self.refused)} refused"]
        return "\n".join([*told, *(str(fault) for fault in self.refused)])


def take_decisions(store: Store, reviewed: Reviewed, *, by: str, reason: str = "") -> Taken:
    """What became of each decision: put on record as that of `by`, there already, or refused.

    The reviewer's note is the reason of a decision, `reason` where there is none; file, cell and row hash are its
    evidence. Doing it twice changes nothing. Refused is what the store has otherwise: a payment it does not know, one
    that the bank changed, one decided or credited otherwise since. Raises DecisionRefused where nobody is named, and
    StoreRefused where the store cannot be written.
    """
    somebody(by)
    rows = reviewed.decisions
    standing = _Standing(store, rows["transaction_id"].unique().tolist())
    taken, known = 0, 0
    refused: list[ReconcileError] = list(reviewed.refused)
    for name, own in rows.groupby("transaction_id", sort=False):
        try:
            if standing.has(str(name), own):
                known += 1
                continue
            first = own.iloc[0]
            given = own[["campaign", "fund", "amount"]]
            why = reason if pd.isna(first["note"]) else first["note"]
            store.decide(str(name), given, by=by, reason=why, evidence=evidence_of(reviewed, first))
            taken += 1
        except DecisionRefused as fault:
            refused.append(not_taken(reviewed, own.iloc[0], fault))
    return Taken(taken, known, tuple(refused))


def somebody(by: str) -> None:
    """Nothing, where somebody is named; raises DecisionRefused otherwise."""
    if not by.strip():
        raise DecisionRefused("nobody is named", do='Say who decided: by="…".')


def not_taken(reviewed: Reviewed, first: pd.Series[Any], fault: DecisionRefused) -> ReviewRefused:
    """Why a decision cannot be taken, by the cell of its campaign."""
    return ReviewRefused(f"{first['where']}: {fault.what}", file=reviewed.source or None, do=fault.do)


def evidence_of(reviewed: Reviewed, first: pd.Series[Any]) -> str:
    """What is kept as the evidence of a decision: file, cell, and the hash of the row that was decided on."""
    return f"review of {reviewed.source or 'a frame'}, {first['where']}, {_key(first['row_hash'])}"


def _key(row_hash: str) -> str:
    return f"row hash {row_hash}"


def _change(name: str) -> str:
    return f"If that is wrong, change it with reconcile decide {shown(name, 40)}."


def _or_none(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _parts(rows: pd.DataFrame) -> set[Part]:
    cents = money.cents(rows["amount"]).tolist()
    return {(_or_none(c), _or_none(f), a) for c, f, a in zip(rows["campaign"], rows["fund"], cents, strict=True)}


def same_payment(first: pd.Series[Any], row: pd.Series[Any]) -> None:
    """Nothing, where a reviewed row shows a transaction as it is; raises DecisionRefused otherwise."""
    text = str(row["description"])
    if MARK in first["description"] and MARK not in text:
        do = "Fill in the workbook that shows them."
        raise DecisionRefused("payers' words are hidden in this workbook", do=do)
    there = {"day": row["date"], "amount": row["amount"], "text": seal.of_cell(clean(text))}
    read = {"day": first["date"], "amount": first["whole"], "text": first["description"]}
    if other := " and ".join(f"another {name}" for name in there if there[name] != read[name]):
        raise DecisionRefused(f"the bank has {other} for it now", do="Decide it in a new workbook.")


class _Standing:
    """What the store has of some payments: how they stand there, and what was decided of them before."""

    def __init__(self, store: Store, names: Iterable[str]) -> None:
        transactions, matches = store.look_up(list(names))
        self.transactions = {str(row["transaction_id"]): row for _, row in transactions.iterrows()}
        self.matches = matches.set_index("transaction_id")
        decisions = store.decisions()
        self.decisions = decisions[decisions["transaction_id"].isin(set(names))]

    def has(self, name: str, own: pd.DataFrame) -> bool:
        """Whether this is on record already; raises DecisionRefused where the payment stands there otherwise."""
        first = own.iloc[0]
        if name not in self.transactions:
            do = "Give the workbook to the store that it was written from."
            raise DecisionRefused(f"the payment {shown(name, 40)} is not in this store", do=do)
        wanted, before = _parts(own), self.decisions[self.decisions["transaction_id"].eq(name)]
        if self._taken_before(before, first["row_hash"], wanted):
            return True
        same_payment(first, self.transactions[name])
        in_force = before[before["in_force"] & before["amount"].notna()]
        if len(in_force):
            if _parts(in_force) == wanted:
                return True
            said = in_force.iloc[0]
            places = " and ".join(
                NOT_A_GIFT if pd.isna(c) else f"{c} {UNSPECIFIED if pd.isna(f) else f}"
                for c, f in zip(in_force["campaign"], in_force["fund"], strict=True)
            )
            what = f"{said['by']} decided it otherwise on {said['at'][:10]}: {places}"
            raise DecisionRefused(what, do=_change(name))
        match = self.matches.loc[name]
        if match["status"] == "matched" and {(_or_none(match["campaign"]), _or_none(match["fund"]))} != {
            p[:2] for p in wanted
        }:
            raise DecisionRefused(f"a rule has credited it to {match['campaign']} since", do=_change(name))
        return False

    def _taken_before(self, before: pd.DataFrame, row_hash: str, wanted: set[Part]) -> bool:
        """Whether this was taken from the same row before; if it was changed since, that stays.

        Raises DecisionRefused where it was taken back and nothing is in its place: one who decides it so again must be
        told that it does not stand.
        """
        same_row = before[before["evidence"].fillna("").str.endswith(_key(row_hash))]
        taken = [number for number, one in same_row.groupby("decision") if _parts(one) == wanted]
        if not taken:
            return False
        back = before[before["undoes"].isin(taken)]
        if len(back) and before.loc[before["in_force"], "amount"].isna().all():
            said = back.iloc[-1]
            what = f"it was decided so before, and {said['by']} took it back on {said['at'][:10]}"
            raise DecisionRefused(what, do="If it is right after all, say so with reconcile decide.")
        return True
