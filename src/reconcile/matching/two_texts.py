"""Movements that two exports word differently: credited only where both texts lead to the same."""

from __future__ import annotations

import pandas as pd

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import shown
from reconcile.matching.engine import Progress
from reconcile.matching.matches import match
from reconcile.merging import TEXT_DIFFERS, Merged


def match_merged(
    merged: Merged,
    campaigns: CampaignRegister,
    funds: FundVocabulary,
    max_wrong: float = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What `match` says of every movement, one that two exports word otherwise left to a person where they differ."""
    matches = match(merged.transactions, campaigns, funds=funds, max_wrong=max_wrong, progress=progress)
    return review_two_texts(matches, merged.conflicts, campaigns, funds, max_wrong)


def review_two_texts(
    matches: pd.DataFrame,
    conflicts: pd.DataFrame,
    campaigns: CampaignRegister,
    funds: FundVocabulary,
    max_wrong: float = 0,
) -> pd.DataFrame:
    """The matches, with those in review whose movement another export words so that it would be decided otherwise.

    `conflicts` has the columns of `schema.CONFLICTS`; those of other transactions do not matter. Campaign and fund stay
    only where both texts lead to the same.
    """
    differing = conflicts[conflicts["kind"] == TEXT_DIFFERS]
    differing = differing[differing["transaction_id"].isin(matches["transaction_id"])].reset_index(drop=True)
    if not len(differing):
        return matches
    other = pd.DataFrame(
        {
            "date": differing["other_date"],
            "amount": differing["other_amount"],
            "account": differing["account"],
            "description": differing["other_text"],
        }
    )
    decided = match(other, campaigns, funds=funds, max_wrong=max_wrong)
    places = pd.Index(matches["transaction_id"]).get_indexer(differing["transaction_id"])
    taken = matches.iloc[places].reset_index(drop=True)
    parts = ("status", "campaign", "fund")
    agree = pd.DataFrame({name: taken[name].fillna("") == decided[name].fillna("") for name in parts})
    reviewed = matches.reset_index(drop=True)
    for at, text, same in zip(places.tolist(), differing["other_text"].tolist(), agree.to_dict("records"), strict=True):
        if not all(same.values()):
            why = f'two exports word it differently: "{shown(text)}"'
            before = reviewed["reason"].fillna("").iloc[at]
            reviewed.loc[at, ["status", "reason"]] = ["review", f"{before}; {why}" if before else why]
            reviewed.loc[at, "confidence"] = float("nan")
            reviewed.loc[at, [name for name in parts[1:] if not same[name]]] = None
    return reviewed.set_axis(matches.index)
