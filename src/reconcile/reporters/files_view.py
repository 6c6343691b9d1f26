"""Statement files as a workbook shows them: what was read, matched and decided of them, held against the receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.books import Reconciliation, explode_payouts, reconcile
from reconcile.reporters.beside import Beside
from reconcile.reporters.contents import gather
from reconcile.reporters.options import PLAIN, Options
from reconcile.reporters.workbook import write_contents

if TYPE_CHECKING:
    import pandas as pd

    from reconcile.books import ExplodedPayouts
    from reconcile.campaigns import CampaignRegister, FundVocabulary
    from reconcile.errors import ReconcileError
    from reconcile.merging import Merged
    from reconcile.statement import Statement


@dataclass(frozen=True, eq=False)
class FilesView:
    """Some statements and what is known of them, from which their workbook is written, now or again.

    `matches` are those of the merged lines, or of the lines with the gifts of payouts in them where those were
    `exploded`. `refused` are the errors of files and decisions that could not be taken, `parts` those of payments that
    people split, `decisions` what people decided (columns of `schema.DECISIONS`).
    """

    statements: Sequence[Statement]
    merged: Merged
    matches: pd.DataFrame
    campaigns: CampaignRegister
    funds: FundVocabulary | None
    settings: Mapping[str, str]
    options: Options = PLAIN
    exploded: ExplodedPayouts | None = None
    refused: Sequence[ReconcileError] = ()
    parts: pd.DataFrame | None = None
    decisions: pd.DataFrame | None = None
    reconciliation: Reconciliation | None = None

    @property
    def lines(self) -> pd.DataFrame:
        """What the matches are of: every movement once, a payout that was exploded gift by gift."""
        return self.merged.transactions if self.exploded is None else self.exploded.transactions

    def gift_by_gift(self, payouts: pd.DataFrame, max_wrong: float = 0) -> FilesView:
        """The same, a gateway's payouts exploded; raises what `explode_payouts` raises."""
        found = explode_payouts(
            self.lines, payouts, self.campaigns, funds=self.funds, matches=self.matches, max_wrong=max_wrong
        )
        return replace(self, matches=found.matches, exploded=found)

    def against(self, receipts: pd.DataFrame, payouts: pd.DataFrame | None) -> FilesView:
        """The same, its lines held against the charity's receipts; `payouts` show what gateways kept of them.

        Raises what `reconcile` raises.
        """
        own = self.exploded.of_the_bank(self.matches) if self.exploded else self.matches
        found = reconcile(self.merged.transactions, receipts, matches=own, funds=self.funds, payouts=payouts)
        return replace(self, reconciliation=found)

    def write(self, path: Path) -> Path:
        """The path of the workbook; raises what `write_workbook` raises."""
        beside = Beside(
            refused=self.refused,
            decisions=self.decisions,
            reconciliation=self.reconciliation,
            exploded=self.exploded,
        )
        contents = gather(
            self.statements,
            self.matches,
            campaigns=self.campaigns,
            funds=self.funds,
            settings=self.settings,
            options=self.options,
            merged=self.merged,
            parts=self.parts,
            beside=beside,
        )
        return write_contents(path, contents)
