"""Columns a layout has read, made into the frames every statement has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from reconcile import money
from reconcile.files import Document
from reconcile.parsers.days import Days
from reconcile.schema import DAY, SET_ASIDE, TEXT, TRANSACTIONS
from reconcile.statement import Period, Source, add_ids

UNPRINTABLE = "[\\x00-\\x1f\\x7f-\\x{9f}\\x{2028}\\x{2029}]"
"""Characters no bank prints in a row: controls (a tab and a lone carriage return too) and line separators."""


@dataclass(frozen=True)
class Rows:
    """Whole columns of one account, oldest first; `amounts` and `balances` exact, the rest text.

    `descriptions` may be told apart already: a dictionary array, which ids are quicker made of.
    """

    lines: npt.NDArray[np.int64]
    days: Days
    amounts: pa.Array
    balances: pa.Array
    descriptions: pa.Array
    references: pa.Array | None = None
    bank_ids: pa.Array | None = None


LONGEST_ASIDE = 2_000


@dataclass(frozen=True)
class Aside:
    """A row set aside: line, the row as it stood there, why, and what it moved (cents) where that is known."""

    line: int
    text: str
    reason: str
    cents: int | None = None


def source_of(document: Document, layout: str) -> Source:
    """Where the rows come from; the file by its last name, so that every machine says the same."""
    return Source(document.file_name, document.member, document.sha256, layout, document.encoding)


def split_by_effect(
    rows: Rows, account: str, source: str, moves: npt.NDArray[np.bool_] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Transactions and notices, each with the columns of `schema.TRANSACTIONS`.

    `moves` says which rows move money; without it those do whose amount is not 0.
    """
    count = len(rows.lines)
    frame = pd.DataFrame(
        {
            "account": _texts(pa.repeat(account, count)),
            "date": rows.days.astype(DAY),
            "amount": money.series(rows.amounts),
            "balance": money.series(rows.balances),
            "description": _texts(rows.descriptions),
            "bank_reference": _texts(rows.references, count),
            "bank_id": _texts(rows.bank_ids, count),
            "source": _texts(pa.repeat(source, count)),
            "line": rows.lines,
        }
    )
    moves = money.cents(frame["amount"]) != 0 if moves is None else moves
    if moves.all():
        return TRANSACTIONS.check(add_ids(frame, _coded(rows.descriptions))), TRANSACTIONS.empty()
    # notices are counted behind the movements: a try that failed must not change the id of the payment
    order = np.concatenate((np.flatnonzero(moves), np.flatnonzero(~moves)))
    frame = frame.take(order).reset_index(drop=True)
    frame = TRANSACTIONS.check(add_ids(frame, _coded(rows.descriptions.take(pa.array(order)))))
    moved = int(moves.sum())
    return frame[:moved], frame[moved:].reset_index(drop=True)


def set_aside(asides: Sequence[Aside], source: str) -> pd.DataFrame:
    """The rows set aside, by line, with the columns of `schema.SET_ASIDE`."""
    if not asides:
        return SET_ASIDE.empty()
    ordered = sorted(asides, key=lambda a: a.line)
    cents = pa.array([a.cents for a in ordered], type=pa.int64())
    known = money.from_cents(cents.fill_null(0).to_numpy())
    return SET_ASIDE.check(
        pd.DataFrame(
            {
                "source": source,
                "line": [a.line for a in ordered],
                "text": [_of_a_size(a.text) for a in ordered],
                "reason": [a.reason for a in ordered],
                "amount": known.mask(pd.Series([a.cents is None for a in ordered])),
            }
        )
    )


def _of_a_size(text: str) -> str:
    """The row as it stood, of a size that every cell can hold; the line leads to the rest."""
    return text if len(text) <= LONGEST_ASIDE else f"{text[:LONGEST_ASIDE]} … ({len(text):,} characters)"


def period_of(days: Days) -> Period | None:
    """First and last day of the rows; None when there are none."""
    if not len(days):
        return None
    return Period(days.min().astype("datetime64[D]").item(), days.max().astype("datetime64[D]").item())


def _coded(texts: pa.Array) -> pa.DictionaryArray | None:
    return texts if isinstance(texts, pa.DictionaryArray) else None


def _texts(values: pa.Array | None, count: int = 0) -> pd.Series[Any]:
    array = pa.nulls(count, pa.large_string()) if values is None else values
    array = array.dictionary_decode() if isinstance(array, pa.DictionaryArray) else array
    return pd.Series(pd.array([], dtype=TEXT) if not len(array) else TEXT.__from_arrow__(array))  # type: ignore[attr-defined]
