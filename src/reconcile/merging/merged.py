"""Several statements as one set of movements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from reconcile import money
from reconcile.errors import FrameRefused
from reconcile.facts import as_html, as_text, grouped
from reconcile.merging.accounts import AccountFigures, account_of
from reconcile.merging.compare import movement_ids
from reconcile.merging.conflicts import TO_SETTLE, conflict_lines, conflicts_frame
from reconcile.merging.gaps import Gap, gap_lines, gaps_frame
from reconcile.schema import TRANSACTIONS
from reconcile.statement import Statement
from reconcile.texts import octets_of, one_array

MOST_SHOWN = 20
"""So many gaps and conflicts a notebook shows; the frames have them all."""


@dataclass(frozen=True, eq=False)
class Merged:
    """Several statements as one set of movements.

    `transactions` has every movement once (columns of `schema.TRANSACTIONS`); `contributed` a row per statement, in the
    order in which they were given: `source`, `account`, `rows`, `new`, `known`. `accounts` has the figures of each
    account, by number. `gaps` is what is missing between statements (columns of `schema.GAPS`), `conflicts` where
    exports of the same days disagree (`schema.CONFLICTS`).
    """

    transactions: pd.DataFrame
    contributed: pd.DataFrame
    accounts: tuple[AccountFigures, ...]
    gaps: pd.DataFrame
    conflicts: pd.DataFrame

    @property
    def settled(self) -> bool:
        """Whether every account ties out or has no balance to, no gap is open, and no person must look at a row."""
        closed = bool(self.gaps["missing"].notna().all()) and not money.cents(self.gaps["missing"]).any()
        open_rows = bool(self.conflicts["kind"].isin(TO_SETTLE).any())
        return closed and not open_rows and all(a.ties is not False for a in self.accounts)

    def facts(self) -> list[tuple[str, str]]:
        """What a person wants to know first, as label and text."""
        rows = [
            ("Statements", str(len(self.contributed))),
            ("Rows delivered", grouped(int(self.contributed["rows"].sum()))),
            ("Movements", grouped(len(self.transactions))),
        ]
        for account in self.accounts:
            off = account.difference
            words = "no balance to tie out against" if off is None else f"difference {money.shown(off)}"
            rows.append((f"Account {account.account.shown}", "ties out" if account.ties else words))
        for label, lines in (("Gap", gap_lines(self.gaps)), ("Conflict", conflict_lines(self.conflicts))):
            rows += [(label, line) for line in lines[:MOST_SHOWN]] or [(f"{label}s", "none")]
            rows += [(label, f"… and {len(lines) - MOST_SHOWN} more")] if len(lines) > MOST_SHOWN else []
        return rows

    def __repr__(self) -> str:
        return as_text(self.facts())

    def _repr_html_(self) -> str:
        return as_html(self.facts())


def merge_statements(statements: Iterable[Statement]) -> Merged:
    """Every movement of the statements once, however often overlapping exports deliver it, and however they word it.

    Equal rows (account, day, amount, text) are counted in each file and the largest count is kept, so two equal gifts
    stay two. A row that two exports word differently is found by its running balance, its text or, where both surely
    have the whole day, by being the one row of that amount that each lacks. The order of the statements does not
    matter. Raises FrameRefused where no statements were given.
    """
    given = given_statements(statements)
    # a row that several exports deliver is taken from the preferred one
    order = sorted(range(len(given)), key=lambda i: preference(given[i]))
    ordered = [given[i] for i in order]
    stacked = pd.concat([s.transactions for s in ordered], ignore_index=True)
    counts = np.array([len(s.transactions) for s in ordered], dtype=np.int64)
    part = np.repeat(np.arange(len(ordered), dtype=np.int32), counts)
    ids, conflicts = movement_ids(ordered, stacked, part)
    known = _stood_before(ids)
    stacked = stacked if ids is stacked["transaction_id"] else stacked.assign(transaction_id=ids)
    accounts, gaps = _accounts(ordered, part, stacked, again=bool(known.any()))
    merged = stacked[~known] if known.any() else stacked
    if len(given) > 1 or not merged["date"].is_monotonic_increasing:  # a single statement is in order, and not copied
        # stable: inside a day the order of the statement stays, which is the order of its running balance
        merged = merged.sort_values(["account", "date"], kind="stable", ignore_index=True)
    seen = np.empty(len(given), dtype=np.int64)
    seen[order] = np.bincount(part[known], minlength=len(given))
    return Merged(
        TRANSACTIONS.check(merged),
        _contributed(given, seen),
        accounts,
        gaps_frame(gaps),
        conflicts_frame(conflicts, ordered, stacked),
    )


def given_statements(statements: object) -> list[Statement]:
    """The statements as a list; raises FrameRefused for none, for one that is not in a list, or for anything else."""
    if isinstance(statements, Statement):
        raise FrameRefused("one statement was given where a list is wanted", do="Put it in brackets: [statement].")
    given = list(statements) if isinstance(statements, Iterable) else []
    if not given or not all(isinstance(s, Statement) for s in given):
        raise FrameRefused("no statements were given", do="Read at least one with read_statement.")
    return given


def _stood_before(ids: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """For each row whether one before it has the same id.

    Mostly none has, which a number for each id tells in a tenth of the memory that looking up the texts takes.
    """
    ends, octets = octets_of(one_array(ids, pa.large_string()))
    if (ends[1:] - ends[:-1] == 16).all():
        halves = octets.view(np.uint64).reshape(-1, 2)
        numbers = halves[:, 0] * _ODD
        numbers += halves[:, 1]
        numbers.sort()
        if (numbers[1:] != numbers[:-1]).all():
            return np.zeros(len(ids), dtype=bool)
    return ids.duplicated().to_numpy()


_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Times this, numbers that differ in a few bits differ in many."""


def _contributed(given: Sequence[Statement], seen: np.ndarray[Any, np.dtype[np.int64]]) -> pd.DataFrame:
    rows = np.array([len(s.transactions) for s in given], dtype=np.int64)
    return pd.DataFrame(
        {
            "source": [s.source.name for s in given],
            "account": [s.account.number for s in given],
            "rows": rows,
            "new": rows - seen,
            "known": seen,
        }
    )


def _accounts(
    ordered: Sequence[Statement], part: npt.NDArray[np.integer[Any]], stacked: pd.DataFrame, *, again: bool
) -> tuple[tuple[AccountFigures, ...], list[Gap]]:
    by_number: dict[str, list[int]] = defaultdict(list)
    for place, statement in enumerate(ordered):
        by_number[statement.account.number].append(place)
    figures, gaps = [], []
    for number in sorted(by_number):
        own = by_number[number]
        places, rows = part, stacked
        if len(by_number) > 1:
            place_in_own = np.full(len(ordered), -1, dtype=np.int32)
            place_in_own[own] = np.arange(len(own))
            places = place_in_own[part]
            places, rows = places[places >= 0], stacked[places >= 0]
        found, missing = account_of([ordered[p] for p in own], places, rows, again)
        figures.append(found)
        gaps += missing
    return tuple(figures), gaps


def preference(statement: Statement) -> tuple[object, ...]:
    """Running balances first, for they prove the row; then the payer's own letters; then names, so as to be one order.

    Among exports with balances, one that kept the payer's case is taken: the e-mailed statement writes `mbf` and `MBF`
    alike as `Mbf` and puts the channel in front of the text, so codes and names are easier told in the other wording.
    """
    rows = statement.transactions
    source = statement.source
    return (
        statement.opening is None,
        not rows["balance"].notna().any(),
        not _keeps_case(rows),
        source.name,
        source.sha256,
        statement.account.number,
        int(rows["line"].iloc[0]) if len(rows) else 0,
        len(rows),
    )


def _keeps_case(rows: pd.DataFrame) -> bool:
    """Whether the texts are not all in Title Case, where no word is all capitals but short ones such as FNB or ABSA.

    The first few hundred rows tell: the bank's own words in front are capitals in every other export.
    """
    return bool(rows["description"].head(500).str.contains("[A-Z]{5}").any())
