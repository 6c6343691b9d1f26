"""The matches of a workbook's lines: checked, in the order of the lines, each part of a split payment a line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from reconcile.errors import FrameRefused
from reconcile.reporters.celltext import arrow_text
from reconcile.schema import MATCH_KINDS, STATUSES


def checked_matches(matches: pd.DataFrame, wanted: pd.Series[Any]) -> pd.DataFrame:
    """The matches in the order of the transactions `wanted`, one each; raises FrameRefused where they are others."""
    ordered = _in_order(matches, wanted)
    unknown = set(ordered["status"].unique()) - set(STATUSES)
    if unknown:
        raise FrameRefused(f'matches has the status "{min(unknown)}"', do=f"It must be one of {', '.join(STATUSES)}.")
    unknown = set(ordered["kind"].unique()) - set(MATCH_KINDS)
    if unknown:
        raise FrameRefused(f'matches has the kind "{min(unknown)}"', do=f"It must be one of {', '.join(MATCH_KINDS)}.")
    return ordered


def _in_order(matches: pd.DataFrame, wanted: pd.Series[Any]) -> pd.DataFrame:
    ids = matches["transaction_id"]
    given, needed = arrow_text(ids), arrow_text(wanted)
    if given.equals(needed):  # as `match` leaves them: nothing is looked up, and nothing copied
        return matches.reset_index(drop=True)
    do = "Match exactly the transactions of these statements (merge_statements(statements).transactions)."
    if ids.duplicated().any():
        twice = ids[ids.duplicated()]
        raise FrameRefused(f"matches has {len(twice)} ids twice, the first {twice.iloc[0]}", do=do)
    place = pc.index_in(needed, value_set=given)
    extra = given.filter(pc.invert(pc.is_in(given, value_set=needed)))
    lacking = needed.filter(pc.is_null(place))
    if len(extra) or len(lacking):
        parts = [f"lacks {len(lacking)} of {len(wanted)} transactions, the first {lacking[0]}"] if len(lacking) else []
        parts += [f"has {len(extra)} ids that are no transaction here, the first {extra[0]}"] if len(extra) else []
        raise FrameRefused("matches " + " and ".join(parts), do=do)
    ordered: pd.DataFrame = matches.iloc[place.to_numpy(zero_copy_only=False)].reset_index(drop=True)
    return ordered


def in_parts(rows: pd.DataFrame, found: pd.DataFrame, parts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A line for each part of a movement that was split, in place of the movement; its balance is on the last one."""
    at_of = pd.Series(range(len(rows)), index=rows["transaction_id"])
    split = parts.assign(at=parts["transaction_id"].map(at_of)).dropna(subset="at").astype({"at": "int64"})
    order = pd.concat(
        [
            pd.DataFrame({"at": np.setdiff1d(np.arange(len(rows)), split["at"]), "part": -1}),
            pd.DataFrame({"at": split["at"], "part": range(len(split))}),
        ]
    ).sort_values(["at", "part"], ignore_index=True)
    at, part = order["at"].to_numpy(), order["part"].to_numpy()
    rows, found = rows.iloc[at].reset_index(drop=True), found.iloc[at].reset_index(drop=True)
    own = part >= 0
    taken = split.reset_index(drop=True).reindex(part).reset_index(drop=True)
    rows["amount"] = rows["amount"].where(~own, taken["amount"])
    more = np.append(at[:-1] == at[1:], False)
    rows["balance"] = rows["balance"].mask(more)
    for column in ("campaign", "fund"):
        found[column] = found[column].where(~own, taken[column])
    return rows, found
