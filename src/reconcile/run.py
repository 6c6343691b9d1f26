"""From statement files to a workbook: what `reconcile run` does, without printing and without arguments."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from reconcile.books import ExplodedPayouts, Reconciliation
from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import ReconcileError, WorkbookNotWritten, shown
from reconcile.matching import summarise
from reconcile.matching.engine import settings
from reconcile.matching.two_texts import match_merged
from reconcile.merging import AccountFigures, Merged, merge_statements
from reconcile.parsers import read_each
from reconcile.reporters.files_view import FilesView
from reconcile.reporters.matched import in_parts
from reconcile.reporters.options import PLAIN, Options
from reconcile.review import Applied, Reviewed, together, with_decisions
from reconcile.statement import Statement

MOST_WORKBOOKS = 1000
_COPY = re.compile(r"\([0-9]+\)|copy", re.IGNORECASE)

Progress = Callable[[str, int, int], None]
"""Called with the step in words, how much of it is done, and how much there is."""


@dataclass(frozen=True, eq=False)
class RunReport:
    """What a run read, refused, decided and wrote. `workbook` is None when no statement could be read."""

    statements: tuple[Statement, ...]
    refused: tuple[ReconcileError, ...]
    merged: Merged | None
    matches: pd.DataFrame | None
    summary: pd.DataFrame | None
    accounts: tuple[AccountFigures, ...]
    workbook: Path | None
    reconciliation: Reconciliation | None = None
    exploded: ExplodedPayouts | None = None
    parts: pd.DataFrame | None = None
    decisions: pd.DataFrame | None = None

    @property
    def transactions(self) -> pd.DataFrame | None:
        """The lines that `matches` are of: every movement once, a payout that was exploded gift by gift."""
        if self.exploded is not None:
            return self.exploded.transactions
        return None if self.merged is None else self.merged.transactions

    @property
    def allocated(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The lines and their matches as the workbook counts them: each part of a split payment where it belongs."""
        assert self.transactions is not None and self.matches is not None
        return _in_parts(self.transactions, self.matches, self.parts)

    @property
    def exit_code(self) -> int:
        """0: all done; 2: nothing ran; 1: a file was refused, rows were set aside, an account does not tie out, rows or
        days are missing between statements, or exports disagree in a way that a person must settle.
        """
        return 2 if self.workbook is None else exit_code(self.statements, self.refused, self.merged)


def exit_code(statements: Sequence[Statement], refused: Sequence[ReconcileError], merged: Merged | None) -> int:
    """0 when all is proved, 1 when anything is left for a person, 2 when there are no statements."""
    if merged is None:
        return 2
    return 1 if refused or any(len(s.quarantined) for s in statements) or not merged.settled else 0


def read_all(
    paths: Sequence[str | os.PathLike[str]], progress: Progress | None = None
) -> tuple[list[Statement], list[ReconcileError]]:
    """The statements of all files, and the errors of those refused: one bad file does not hide the others."""
    statements: list[Statement] = []
    refused: list[ReconcileError] = []
    for number, path in enumerate(paths):
        if progress:
            progress(f"reading {Path(path).name}", number, len(paths))
        before = {(s.source.sha256, s.source.name) for s in statements}  # of that name from another folder
        for found in read_each(path):
            if not isinstance(found, Statement):
                refused.append(found)
            elif (found.source.sha256, found.source.name) not in before:
                statements.append(found)
    return without_copies(statements), refused


def without_copies(statements: Sequence[Statement]) -> list[Statement]:
    """Each document's statements once, whatever names its bytes came under; those kept say what was passed over."""
    first: dict[str, str] = {}
    for statement in statements:  # the first by name, so that the order given does not matter
        sha, name = statement.source.sha256, statement.source.name
        first[sha] = min(first.get(sha, name), name, key=lambda n: (bool(_COPY.search(n)), n))
    kept = [s for s in statements if first[s.source.sha256] == s.source.name]
    again = {(s.source.sha256, s.source.name) for s in statements} - {(s.source.sha256, s.source.name) for s in kept}
    notes = {sha: f"{shown(name)} has the same bytes and was passed over" for sha, name in sorted(again)}
    return [replace(s, warnings=(*s.warnings, notes[s.source.sha256])) if s.source.sha256 in notes else s for s in kept]


def run(
    paths: Sequence[str | os.PathLike[str]],
    campaigns: CampaignRegister,
    *,
    funds: FundVocabulary | None = None,
    max_wrong: float = 0,
    out: str | os.PathLike[str],
    options: Options = PLAIN,
    reviewed: Sequence[Reviewed] = (),
    by: str = "",
    receipts: pd.DataFrame | None = None,
    payouts: pd.DataFrame | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Read the statements, match every movement once, and leave a workbook in the folder `out`.

    `max_wrong` is that of `match`, `options` are what the workbook shows on request, `reviewed` what `by` decided in
    earlier workbooks of these statements, `receipts` the charity's own, which are held against the bank. A gateway's
    `payouts` are shown gift by gift; one that does not come to its bank line is in `refused`. A file or a decision that
    is refused is there too, and does not stop the others. An existing workbook with other content is never overwritten:
    the new one gets a number behind its name.
    """
    statements, refused = read_all(paths, progress)
    if not statements:
        return RunReport((), tuple(refused), None, None, None, (), None)
    merged = merge_statements(statements)
    funds, tell = funds or default_funds(), progress or _nobody
    matches = match_merged(merged, campaigns, funds, max_wrong, partial(tell, "matching references"))
    view = FilesView(statements, merged, matches, campaigns, funds, settings(max_wrong), options)
    if payouts is not None:
        view = view.gift_by_gift(payouts, max_wrong)
    if reviewed:
        found = _applied(view, together(reviewed), by)
        view = replace(view, matches=found.matches, parts=found.parts, decisions=found.decisions)
        refused += found.refused
    view = replace(view, refused=refused)
    if receipts is not None:
        tell("linking receipts", 0, len(receipts))
        view = view.against(receipts, payouts)
    tell("writing the workbook", 0, 1)
    return _reported(view, _write(Path(out), workbook_name(merged), view.write))


def _reported(view: FilesView, workbook: Path) -> RunReport:
    """What came of a run that wrote this workbook."""
    return RunReport(
        statements=tuple(view.statements),
        refused=(*view.refused, *(view.exploded.refused if view.exploded else ())),
        merged=view.merged,
        matches=view.matches,
        summary=summarise(*_in_parts(view.lines, view.matches, view.parts)),
        accounts=view.merged.accounts,
        workbook=workbook,
        reconciliation=view.reconciliation,
        exploded=view.exploded,
        parts=view.parts,
        decisions=view.decisions,
    )


def _nobody(step: str, done: int, of: int) -> None:
    """Nobody watches."""


def _in_parts(
    transactions: pd.DataFrame, matches: pd.DataFrame, parts: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both with each part of a payment that was split as a line of its own."""
    if parts is None or not len(parts):
        return transactions, matches
    return in_parts(transactions, matches, parts)


def _applied(view: FilesView, came_back: Reviewed, by: str) -> Applied:
    """The decisions in force, of the day on which the workbook was saved: the same input gives the same."""
    last_day = max((s.period.end for s in view.statements if s.period), default="")
    return with_decisions(view.lines, view.matches, came_back, by=by, on=came_back.saved_on or str(last_day))


def workbook_name(merged: Merged) -> str:
    """`reconciliation-2018-09.xlsx` for days of one month, first and last day otherwise."""
    days = merged.transactions["date"]
    if not len(days):
        return "reconciliation-no-transactions.xlsx"
    first, last = days.min().date(), days.max().date()
    one_month = (first.year, first.month) == (last.year, last.month)
    return f"reconciliation-{first:%Y-%m}.xlsx" if one_month else f"reconciliation-{first}-to-{last}.xlsx"


def _write(folder: Path, name: str, write: Callable[[Path], object]) -> Path:
    """Where the workbook stands in the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise WorkbookNotWritten(
            f"the folder cannot be made ({fault.strerror})", file=str(folder), do="Name another with --out."
        ) from fault
    target = folder / name
    draft = folder / f".{target.stem}.{os.getpid()}.draft"
    try:
        write(draft)
        return _settle(draft, target)
    except WorkbookNotWritten as fault:
        raise WorkbookNotWritten(fault.what, file=str(target), do=fault.do) from fault
    except OSError as fault:
        raise WorkbookNotWritten(
            f"cannot be written ({fault.strerror})", file=str(target), do="Close it if it is open, and check the disk."
        ) from fault
    finally:
        draft.unlink(missing_ok=True)


def _settle(draft: Path, target: Path) -> Path:
    """Put the draft in place under the first name that is free or holds the same bytes; no file is ever replaced."""
    written = draft.read_bytes()
    for number in range(1, MOST_WORKBOOKS):
        name = target if number == 1 else target.with_name(f"{target.stem} ({number}){target.suffix}")
        try:
            os.link(draft, name)  # fails where the name is taken, also by another run at this moment
            return name
        except FileExistsError:
            if name.is_file() and name.read_bytes() == written:
                return name
        except OSError:  # a file system without links
            if not name.exists():
                draft.replace(name)
                return name
            if name.read_bytes() == written:
                return name
    raise WorkbookNotWritten("too many workbooks of this period are there", do="Clear the folder.")
