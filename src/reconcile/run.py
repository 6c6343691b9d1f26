"""From statement files to a workbook: what `reconcile run` does, without printing and without arguments."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pandas as pd

from reconcile import money
from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import ReconcileError, UnreadableFile, WorkbookNotWritten, shown
from reconcile.matching import match, summarise
from reconcile.parsers import read_statements
from reconcile.reporters import write_workbook
from reconcile.statement import Account, Merged, Statement, merge_statements

Progress = Callable[[str, int, int], None]
"""Called with the step in words, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class Tie:
    """Opening balance plus all movements against the closing balance of one account, over all its statements."""

    account: Account
    opening: Decimal | None
    movements: Decimal
    closing: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What is missing; zero when the account ties out, None when a balance is not known."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing - self.opening - self.movements

    @property
    def holds(self) -> bool:
        """Whether nothing is missing, as far as the balances tell."""
        return not self.difference


@dataclass(frozen=True, eq=False)
class RunReport:
    """What a run read, refused, decided and wrote. `workbook` is None when no statement could be read."""

    statements: tuple[Statement, ...]
    refused: tuple[ReconcileError, ...]
    merged: Merged | None
    matches: pd.DataFrame | None
    summary: pd.DataFrame | None
    ties: tuple[Tie, ...]
    workbook: Path | None

    @property
    def exit_code(self) -> int:
        """0: all done; 1: a file was refused, rows were set aside, or an account does not tie out; 2: nothing ran."""
        if self.workbook is None:
            return 2
        aside = any(len(s.quarantined) for s in self.statements)
        return 1 if self.refused or aside or not all(t.holds for t in self.ties) else 0


def read_all(
    paths: Sequence[str | os.PathLike[str]], progress: Progress | None = None
) -> tuple[list[Statement], list[ReconcileError]]:
    """The statements of all files, and the errors of those refused: one bad file does not hide the others."""
    statements: list[Statement] = []
    refused: list[ReconcileError] = []
    for number, path in enumerate(paths):
        if progress:
            progress(f"reading {Path(path).name}", number, len(paths))
        try:
            statements += read_statements(path)
        except ReconcileError as fault:
            refused.append(fault)
    return without_copies(statements), refused


def without_copies(statements: Sequence[Statement]) -> list[Statement]:
    """Each statement once, whatever names its bytes came under; the one kept says which names were passed over."""
    kept: dict[tuple[str, str], Statement] = {}
    for statement in statements:
        key = (statement.source.sha256, statement.account.number)
        first = kept.get(key)
        if first is None:
            kept[key] = statement
        else:
            note = f"{shown(statement.source.name)} has the same bytes and was passed over"
            kept[key] = replace(first, warnings=(*first.warnings, note))
    return list(kept.values())


def tie_out(statements: Sequence[Statement], merged: Merged) -> tuple[Tie, ...]:
    """One Tie per account, by number: first opening and last closing balance against everything in between."""
    ties = []
    for number in sorted({s.account.number for s in statements}):
        mine = [s for s in statements if s.account.number == number and s.period]
        if not mine:
            continue
        first = min(mine, key=lambda s: (s.period.start, s.opening is None) if s.period else ())
        last = max(mine, key=lambda s: (s.period.end, s.closing is not None) if s.period else ())
        rows = merged.transactions[merged.transactions["account"] == number]
        ties.append(Tie(first.account, first.opening, money.total(rows["amount"]), last.closing))
    return tuple(ties)


def run(
    paths: Sequence[str | os.PathLike[str]],
    campaigns: CampaignRegister,
    *,
    funds: FundVocabulary | None = None,
    out: str | os.PathLike[str],
    progress: Progress | None = None,
) -> RunReport:
    """Read the statements, match every movement once, and leave a workbook in the folder `out`.

    A file that is refused is in `refused` and does not stop the others. An existing workbook with other content is
    never overwritten: the new one gets a number behind its name.
    """
    statements, refused = read_all(paths, progress)
    if not statements:
        return RunReport((), tuple(refused), None, None, None, (), None)
    merged = merge_statements(statements)

    def matching(done: int, of: int) -> None:
        if progress:
            progress("matching references", done, of)

    matches = match(merged.transactions, campaigns, funds=funds, progress=matching)
    if progress:
        progress("writing the workbook", 0, 1)
    workbook = _write(
        Path(out), statements=statements, merged=merged, matches=matches, campaigns=campaigns, funds=funds
    )
    summary = summarise(merged.transactions, matches)
    return RunReport(tuple(statements), tuple(refused), merged, matches, summary, tie_out(statements, merged), workbook)


def workbook_name(merged: Merged) -> str:
    """`reconciliation-2018-09.xlsx` for days of one month, first and last day otherwise."""
    days = merged.transactions["date"]
    if not len(days):
        return "reconciliation-no-transactions.xlsx"
    first, last = days.min().date(), days.max().date()
    one_month = (first.year, first.month) == (last.year, last.month)
    return f"reconciliation-{first:%Y-%m}.xlsx" if one_month else f"reconciliation-{first}-to-{last}.xlsx"


def _write(
    folder: Path,
    *,
    statements: list[Statement],
    merged: Merged,
    matches: pd.DataFrame,
    campaigns: CampaignRegister,
    funds: FundVocabulary | None,
) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise WorkbookNotWritten(
            f"the folder cannot be made ({fault.strerror})", file=str(folder), do="Name another with --out."
        ) from fault
    target = folder / workbook_name(merged)
    draft = folder / f".{target.stem}.{os.getpid()}.draft"
    write_workbook(draft, statements=statements, matches=matches, campaigns=campaigns, funds=funds)
    try:
        return _settle(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _settle(draft: Path, target: Path) -> Path:
    """Put the draft in place under the first name that is free or holds the same bytes."""
    written = draft.read_bytes()
    for number in range(1, 1000):
        name = target if number == 1 else target.with_name(f"{target.stem} ({number}){target.suffix}")
        try:
            if name.exists() and name.read_bytes() == written:
                return name
            if not name.exists():
                draft.replace(name)
                return name
        except OSError as fault:
            raise WorkbookNotWritten(f"cannot be written ({fault.strerror})", file=str(name), do="Close it.") from fault
    raise UnreadableFile("a thousand workbooks of this period are there", file=str(target), do="Clear the folder.")
