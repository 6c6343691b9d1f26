"""What a run or a store knows besides the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from reconcile.books.gifts import ExplodedPayouts
from reconcile.books.reconciliation import Reconciliation
from reconcile.errors import ReconcileError

STATEMENTS = "statement files"


@dataclass(frozen=True, eq=False)
class Beside:
    """What a run or a store knows besides the lines: `None` where it keeps no record of such things.

    `refused` are the errors of files that could not be read, `made_from` says what the workbook shows; `decided_later`
    is what counts here though it moved in a month closed before, `reversals` say which payment each reversal takes
    back, `originals` are those of other months, `decisions` is what people decided, `changes` what the rules decided
    otherwise than before (frames of `schema`); `reconciliation` is the bank against the charity's receipts, `exploded`
    are the gifts of a gateway's payouts, of which the lines and matches are then those with the gifts in them.
    """

    refused: Sequence[ReconcileError] = ()
    made_from: str = STATEMENTS
    decided_later: pd.DataFrame | None = None
    reversals: pd.DataFrame | None = None
    originals: pd.DataFrame | None = None
    decisions: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    reconciliation: Reconciliation | None = None
    exploded: ExplodedPayouts | None = None

    def having(self, reconciliation: Reconciliation | None, exploded: ExplodedPayouts | None) -> Beside:
        """The same with these as well, where they are given."""
        return replace(self, reconciliation=reconciliation or self.reconciliation, exploded=exploded or self.exploded)


NOTHING = Beside()
