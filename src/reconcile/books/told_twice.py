"""A gateway's gifts in several reports: told alike they are one, told otherwise refused by both places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from reconcile.errors import RegisterRefused, shown
from reconcile.schema import PAYOUTS

KEY = ["payout", "gift"]
_COMPARED = ("gross", "fee", "net", "payer", "reference", "given")
MOST_TOLD = 20


def together(reports: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The gifts of several reports, each once; raises RegisterRefused for one that is told otherwise in two of them."""
    whole = PAYOUTS.empty()
    for report in reports:
        refuse_otherwise(report, whole)
        place = pd.MultiIndex.from_frame(report[KEY])
        new = ~place.isin(pd.MultiIndex.from_frame(whole[KEY]))
        whole = pd.concat([whole, report[new]], ignore_index=True) if len(whole) else report.reset_index(drop=True)
    return PAYOUTS.check(whole)


def refuse_otherwise(report: pd.DataFrame, before: pd.DataFrame) -> None:
    """Raise RegisterRefused for the gifts of a report, and the days of its payouts, that stand otherwise in another."""
    faults = [*_gifts(report, before), *_days(report, before)]
    if faults:
        more = len(faults) - MOST_TOLD
        told = faults[:MOST_TOLD] + ([f"and {more:,} more"] if more > 0 else [])
        source = report["source"].dropna()
        raise RegisterRefused(told, file=str(source.iloc[0]) if len(source) else None)


def _gifts(report: pd.DataFrame, before: pd.DataFrame) -> list[str]:
    both = report.merge(before, on=KEY, suffixes=("", "_before"), sort=False)
    told = []
    for name in _COMPARED:
        own, other = both[name], both[f"{name}_before"]
        odd = ~(own.eq(other).fillna(False).astype(bool) | (own.isna() & other.isna()))
        for row, value, was in zip(both[odd].itertuples(), own[odd], other[odd], strict=True):
            gift = f"{_place(row)}gift {_short(row.gift)} of payout {_short(row.payout)}"
            told.append((row.Index, f"{gift} has {_differing(name, value, was)} {_other(row)}"))
    return [text for _, text in sorted(told)]


def _days(report: pd.DataFrame, before: pd.DataFrame) -> list[str]:
    own, other = (rows.drop_duplicates("payout") for rows in (report, before))
    both = own.merge(other, on="payout", suffixes=("", "_before"), sort=False)
    return [
        f"{_place(row)}payout {_short(row.payout)} has the day {row.date:%Y-%m-%d}, "
        f"and {row.date_before:%Y-%m-%d} in {_other(row)}"
        for row in both[both["date"].ne(both["date_before"])].itertuples()
    ]


def _place(row: Any) -> str:
    return "" if pd.isna(row.line) else f"line {row.line}, "


def _other(row: Any) -> str:
    source = "another report" if pd.isna(row.source_before) else shown(row.source_before)
    return source + ("" if pd.isna(row.line_before) else f", line {row.line_before}")


def _short(value: Any) -> str:
    return shown(value, 40)


def _differing(name: str, value: Any, was: Any) -> str:
    """What differs, but not what a payer typed: the report of a night has nothing of that."""
    if name in ("payer", "reference"):
        return f"another {name} than in"
    own, other = ("none" if pd.isna(v) else f"{v:%Y-%m-%d}" if name == "given" else str(v) for v in (value, was))
    return f"{name} {own}, and {other} in"
