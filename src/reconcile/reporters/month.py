"""write_month: the workbook of one month of a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.reporters.beside import Beside
from reconcile.reporters.contents import gather
from reconcile.reporters.options import PLAIN, Options
from reconcile.reporters.workbook import write_contents

if TYPE_CHECKING:
    from reconcile.campaigns import CampaignRegister, FundVocabulary
    from reconcile.errors import ReconcileError
    from reconcile.store.view import MonthView

MADE_FROM = "the store, month "


def write_month(
    path: str | Path,
    view: MonthView,
    *,
    campaigns: CampaignRegister,
    funds: FundVocabulary | None,
    settings: Mapping[str, str] | None = None,
    options: Options = PLAIN,
    refused: Sequence[ReconcileError] = (),
) -> Path:
    """The path of the workbook of a month as `store.month` shows it; `write_workbook` says what it holds.

    `refused` are the files that the run which writes it could not take.
    """
    beside = Beside(
        made_from=f"{MADE_FROM}{view.month}",
        decided_later=view.decided_later,
        reversals=view.reversals,
        originals=view.originals,
        decisions=view.decisions,
        changes=view.changes,
        reconciliation=view.reconciliation,
        exploded=view.exploded,
        refused=refused,
    )
    contents = gather(
        view.statements,
        view.matches,
        campaigns=campaigns,
        funds=funds,
        settings=settings,
        options=options,
        merged=view.merged,
        parts=view.parts,
        beside=beside,
    )
    return write_contents(path, contents)
