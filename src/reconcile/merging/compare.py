"""Which rows of overlapping statements are one movement, and where the statements disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.merging.conflicts import Conflict, asides_of, settle
from reconcile.merging.days import movements_of_day
from reconcile.merging.rows import Coverage, Movement, Row, coverage
from reconcile.schema import day_numbers
from reconcile.statement import Statement, add_ids

_Numbers = npt.NDArray[np.integer[Any]]


def movement_ids(
    statements: Sequence[Statement], stacked: pd.DataFrame, part: _Numbers, covered: Coverage | None = None
) -> tuple[pd.Series[Any], list[Conflict]]:
    """For each row the id of its movement, and the conflicts; `stacked` has the rows of the statements in their order.

    Rows of one movement get the id of the first of them, so the statements come with the preferred first. Only days on
    which the statements do not deliver the same rows are looked at row by row. `covered` is what the statements cover
    where those given have only some of their days.
    """
    covered = covered or coverage(statements)
    accounts: dict[str, list[int]] = defaultdict(list)
    for number, statement in enumerate(statements):
        if len(statement.transactions):
            accounts[statement.account.number].append(number)
    overlapping = [own for own in accounts.values() if _overlap(own, covered)]
    ids = stacked["transaction_id"]
    if not overlapping:
        return ids, []
    days = day_numbers(stacked["date"])
    found: list[Conflict] = []
    renamed: dict[int, str] = {}
    asides = asides_of(statements)
    for own in overlapping:
        places = np.flatnonzero(np.isin(part, own))
        disputed = places[_disputed(stacked.iloc[places], days[places], own, covered)]
        documents = {p: statements[p].source.name + statements[p].source.sha256 for p in own}
        rows = _rows(stacked, disputed, days, part, documents)
        movements, conflicts = settle(_movements(rows, stacked, covered), documents, covered, asides)
        found += conflicts
        renamed |= {r.at: m.kept.id for m in movements for r in m.rows}
    if renamed:
        words = ids.to_numpy(dtype=object).copy()
        words[list(renamed)] = list(renamed.values())
        ids = pd.Series(words, index=ids.index, dtype=ids.dtype)
    return ids, found


def _overlap(own: Sequence[int], covered: Coverage) -> bool:
    spans = sorted((covered.first[p], covered.last[p]) for p in own)
    return any(second[0] <= first[1] for first, second in pairwise(spans))


def _disputed(rows: pd.DataFrame, days: _Numbers, own: Sequence[int], covered: Coverage) -> npt.NDArray[np.bool_]:
    """The rows of the days on which a statement lacks a row, or states another balance after it."""
    codes, _ = pd.factorize(rows["transaction_id"])
    delivered = np.bincount(codes)[codes]
    first, last = (np.sort([ends[p] for p in own]) for ends in (covered.first, covered.last))
    covering = np.searchsorted(first, days, side="right") - np.searchsorted(last, days, side="left")
    balances, known = money.cents(rows["balance"]), rows["balance"].notna().to_numpy()
    low = np.full(codes.max() + 1, np.iinfo(np.int64).max)
    high = np.full(codes.max() + 1, np.iinfo(np.int64).min)
    np.minimum.at(low, codes[known], balances[known])
    np.maximum.at(high, codes[known], balances[known])
    return np.isin(days, np.unique(days[(delivered != covering) | (low < high)[codes]]))


def _rows(
    stacked: pd.DataFrame,
    places: npt.NDArray[np.intp],
    days: _Numbers,
    part: _Numbers,
    documents: Mapping[int, str],
) -> list[Row]:
    rows = stacked.iloc[places]
    parts = part[places].tolist()
    reference = rows["bank_reference"].fillna("")
    texts = (rows["description"] + " " + reference).where(reference != "", rows["description"])
    balances = zip(money.cents(rows["balance"]).tolist(), rows["balance"].notna().tolist(), strict=True)
    columns = (
        places.tolist(),
        parts,
        [documents[p] for p in parts],
        rows["transaction_id"].tolist(),
        days[places].tolist(),
        money.cents(rows["amount"]).tolist(),
        [cents if known else None for cents, known in balances],
        rows["description"].tolist(),
        texts.tolist(),
    )
    return [Row(*values) for values in zip(*columns, strict=True)]


def _movements(rows: Sequence[Row], stacked: pd.DataFrame, covered: Coverage) -> list[Movement]:
    by_day: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)

    def ids(row: Row, times: int) -> list[str]:
        again = add_ids(stacked.iloc[[row.at] * times])["transaction_id"]
        return [str(i) for i in again.tolist()]

    return [m for day in sorted(by_day) for m in movements_of_day(by_day[day], covered, ids)]
