"""What came in, per campaign and fund, exact, adding up to the statement."""

from __future__ import annotations

import pandas as pd

from reconcile import money
from reconcile.errors import FrameRefused
from reconcile.schema import CREDITED

UNSPECIFIED = "unspecified"
TO_REVIEW = "(to review)"
NO_CAMPAIGN = "(no campaign)"
NOT_DONATIONS = "(not donations)"


def summarise(transactions: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """Exact money per campaign (rows) and fund (columns, `unspecified` last), reversals taken off.

    Further rows make the whole tie out: `(to review)` for what a person must still decide (all of it, in the column
    of the fund where that is sure), `(no campaign)` for what a person decided to belong to none, and `(not donations)`
    for fees, transfers, settlements and money out. So the sum of all cells is the net movement of the transactions.
    Both frames need the same index, as `match` returns it. Raises FrameRefused where they do not.
    """
    lacking = [c for c in ("status", "campaign", "fund") if c not in matches.columns]
    if lacking or "amount" not in transactions.columns:
        raise FrameRefused("these are not transactions and their matches", do="Pass the frame that match returned.")
    if not transactions.index.equals(matches.index):
        raise FrameRefused(
            "transactions and matches do not have the same rows", do="Pass the frame that match was given."
        )
    credited = matches["status"].isin(CREDITED)
    campaign = matches["campaign"].fillna(NO_CAMPAIGN).where(credited, TO_REVIEW)
    campaign = campaign.mask(matches["status"] == "not_donation", NOT_DONATIONS)
    table = pd.DataFrame(
        {
            "campaign": campaign.to_numpy(),
            "fund": matches["fund"].fillna(UNSPECIFIED).to_numpy(),
            "cents": money.cents(money.exact(transactions["amount"])),
        }
    )
    cells = table.groupby(["campaign", "fund"])["cents"].sum().unstack(fill_value=0)
    last = [r for r in (TO_REVIEW, NO_CAMPAIGN, NOT_DONATIONS) if r in cells.index]
    rows = sorted(set(cells.index) - set(last)) + last
    columns = sorted(set(cells.columns) - {UNSPECIFIED}) + [c for c in cells.columns if c == UNSPECIFIED]
    exact = {c: money.from_cents(cells[c].reindex(rows, fill_value=0).to_numpy()) for c in columns}
    summary = pd.DataFrame(exact)
    summary.index = pd.Index(rows, name="campaign", dtype=object) if rows else pd.Index([], name="campaign")
    summary.columns.name = "fund"
    return summary
