"""write_workbook: the statements, their matches and the proof, as one workbook whose every figure ties out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pandas as pd

from reconcile._found import found_in
from reconcile.files import replace_streamed
from reconcile.merging import Merged
from reconcile.reporters import sheets
from reconcile.reporters.beside import NOTHING, Beside
from reconcile.reporters.book import Book, Sheet, table_names
from reconcile.reporters.contents import Contents, gather
from reconcile.reporters.formulas import Sums
from reconcile.reporters.options import Options, Sampling
from reconcile.reporters.package import write_package
from reconcile.statement import Statement

if TYPE_CHECKING:
    from reconcile.books import ExplodedPayouts, Reconciliation
    from reconcile.campaigns import CampaignRegister, FundVocabulary


def write_workbook(
    path: str | Path,
    *,
    statements: Sequence[Statement],
    matches: pd.DataFrame,
    campaigns: CampaignRegister,
    funds: FundVocabulary | None = None,
    settings: Mapping[str, str] | None = None,
    full_account_numbers: bool = False,
    per_campaign: bool = False,
    mask: bool = False,
    sample: Sampling | None = None,
    merged: Merged | None = None,
    parts: pd.DataFrame | None = None,
    beside: Beside = NOTHING,
    reconciliation: Reconciliation | None = None,
    exploded: ExplodedPayouts | None = None,
) -> Path:
    """The path of a workbook with the sheets Summary, By campaign, By day, Transactions, To review and Control.

    Others stand between them where there is something to show: Decided later, Exceptions, Reversals, Decisions and
    Changes; Register and Funds have what a reviewer may choose; How to read this tells
    an auditor where to look.

    `matches` has the columns of `schema.MATCHES`, one row for each transaction of the merged statements; `settings`
    (thresholds and the like) are shown as given. Amounts are rand. Account numbers are cut to their last four digits,
    also in file names, unless `full_account_numbers`. `per_campaign` adds a sheet for each campaign, `sample` an
    auditor's sample; `mask` hides what payers typed, for circulation: figures and ties stay. `merged` and `parts` are
    what a store knows of a month: its movements with their lasting ids, and the parts of gifts that were split;
    `beside` is what a run or a store knows besides. A `reconciliation` of the same transactions adds Both sides,
    Receipts and Only at the bank; payouts `exploded`, whose `matches` are those to pass then, Payouts and Payout gifts.
    The same input gives the same bytes.

    Raises FrameRefused (no statements; matches that lack or exceed the transactions; a text no cell can hold) and
    WorkbookNotWritten (the path cannot be replaced; what stood there is untouched).
    """
    contents = gather(
        statements,
        matches,
        campaigns=campaigns,
        funds=funds,
        settings=settings,
        options=Options(full_account_numbers, per_campaign, mask, sample),
        merged=merged,
        parts=parts,
        beside=beside.having(reconciliation, exploded),
    )
    return write_contents(path, contents)


def write_contents(path: str | Path, contents: Contents) -> Path:
    """The path of the workbook that shows these contents; raises what `write_workbook` raises."""
    book = Book(Sums(contents.lines, contents.cents, table_names("Transactions", len(contents.lines))))
    for sheet in sorted(cast("list[Sheet]", found_in(sheets, "SHEET")), key=lambda s: s.order):
        sheet.write(book, contents)
    day = contents.last_day or date(2000, 1, 1)
    book.sign("Bank statements reconciled to campaigns and funds", day)
    target = Path(path)
    replace_streamed(target, lambda stream: write_package(stream, book, day))
    return target
