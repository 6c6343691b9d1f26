"""What a person sees in the terminal: progress, the summary table, proofs, and the same as plain facts for JSON."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reconcile import money
from reconcile.books import ExplodedPayouts
from reconcile.campaigns import CampaignRegister
from reconcile.errors import ReconcileError, ReviewRefused, shown
from reconcile.matching.totals import NO_CAMPAIGN, UNSPECIFIED
from reconcile.merging import AccountFigures, Merged, conflict_lines, gap_lines
from reconcile.run import Progress as Step
from reconcile.run import RunReport, workbook_name
from reconcile.schema import CREDITED, STATUS_MEANINGS
from reconcile.statement import Account, Statement

SHOWN_CAMPAIGNS = 25
"""A screen is for a look; every campaign is in the workbook."""


@contextmanager
def progress(quiet: bool) -> Iterator[Step | None]:
    """A progress bar on the error stream while a step takes long; nothing where nobody is watching."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting")
        yield lambda words, done, of: bar.update(task, description=shown(words), completed=done, total=of)


def print_faults(refused: Sequence[ReconcileError]) -> None:
    """One line each on the error stream."""
    for fault in refused:
        print(f"refused: {fault}", file=sys.stderr)


def print_run(report: RunReport, campaigns: CampaignRegister) -> None:
    """The summary: what was read, what was credited where, what is left, and where the workbook is."""
    console = _console()
    console.print(_read_table(report), "")
    if report.matches is not None:
        console.print(_summary_table(report, campaigns), "", _status_table(report), "")
        _print_decided(console, report, report.matches)
    for account in report.accounts:
        console.print(Text(_tie_words(account)), soft_wrap=True)
    if report.exploded is not None:
        _print_payouts(console, report.exploded)
    if report.reconciliation is not None:
        for label, text in report.reconciliation.facts():
            console.print(Text(f"{label}: {text}"), soft_wrap=True)
    if report.merged is not None:
        _print_merged(console, report.merged)
    for statement in report.statements:
        for warning in statement.warnings:
            console.print(Text(f"note: {shown(statement.source.name)}: {shown(warning, 400)}"), soft_wrap=True)
        for row in statement.quarantined.itertuples():
            console.print(Text(f"set aside: {shown(row.source)}, line {row.line}: {shown(row.reason)}"), soft_wrap=True)
    console.print(Text(f"Workbook: {_placed(report)}"), soft_wrap=True)


def _print_decided(console: Console, report: RunReport, matches: pd.DataFrame) -> None:
    """What was taken of the workbooks that came back, if any did."""
    if report.decisions is not None:
        taken = report.decisions["transaction_id"].nunique()
        not_taken = sum(isinstance(fault, ReviewRefused) for fault in report.refused)
        left = (matches["status"] == "review").sum()
        console.print(f"Reviewed: {taken} payments decided, {not_taken} refused, {left} lines still to review", "")


def _placed(report: RunReport) -> str:
    """Where the workbook is, and why it does not have the name of its month."""
    assert report.workbook is not None and report.merged is not None
    wanted = workbook_name(report.merged)
    if report.workbook.name == wanted:
        return str(report.workbook)
    return f"{report.workbook} (with what is new; {wanted} was there with other contents and stays as it is)"


def _print_payouts(console: Console, exploded: ExplodedPayouts) -> None:
    """What the payouts come to, and a line for each of which no bank line is sure."""
    for label, text in exploded.facts():
        console.print(Text(f"{label}: {text}"), soft_wrap=True)
    for row in exploded.unmatched.itertuples():
        console.print(Text(f"payout {shown(row.payout, 40)}: {row.state}: {row.reason}"), soft_wrap=True)


def _print_merged(console: Console, merged: Merged) -> None:
    """One line for each gap and each conflict."""
    for label, lines in (("gap", gap_lines(merged.gaps)), ("exports disagree", conflict_lines(merged.conflicts))):
        for line in lines:
            console.print(Text(f"{label}: {line}"), soft_wrap=True)


def _console() -> Console:
    # a narrow terminal breaks the lines by itself; a table fitted to it would cut amounts
    return Console(
        highlight=False,
        emoji=False,
        markup=False,
        width=max(shutil.get_terminal_size().columns, 100) if sys.stdout and sys.stdout.isatty() else 110,
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=number > 0)
    return table


def _read_table(report: RunReport) -> Table:
    table = _table("Statements", "file", "account", "opening", "in", "out", "closing", "lines", "new")
    new = [] if report.merged is None else report.merged.contributed["new"].tolist()
    for s, added in zip(report.statements, new, strict=True):
        amounts = (money.shown(m) for m in (s.opening, s.credits, s.debits, s.closing))
        table.add_row(Text(shown(s.source.name)), s.account.shown, *amounts, str(len(s.transactions)), str(added))
    return table


def _summary_table(report: RunReport, campaigns: CampaignRegister) -> Table:
    transactions, matches = report.allocated
    table = _table("Gifts by campaign and fund", "campaign", "fund", "lines", "amount", "campaign total")
    table.columns[1].justify = "left"
    lines = pd.DataFrame(
        {
            "campaign": matches["campaign"].fillna(NO_CAMPAIGN),
            "fund": matches["fund"].fillna(UNSPECIFIED),
            "cents": money.cents(transactions["amount"]),
        }
    )[matches["status"].isin(CREDITED)]
    cells = lines.groupby(["campaign", "fund"])["cents"].agg(["size", "sum"])
    totals = lines.groupby("campaign")["cents"].sum()
    largest = set(totals.abs().sort_values(ascending=False, kind="stable").index[:SHOWN_CAMPAIGNS])
    told = ""
    for (code, fund), lines_of, cents in cells.itertuples():
        if code in largest:
            new = code != told
            named = NO_CAMPAIGN if code == NO_CAMPAIGN else f"{code} {campaigns[code].name}"
            label, total = (named, _amount(totals[code])) if new else ("", "")
            table.add_row(Text(shown(label, 40)), Text(fund), str(lines_of), _amount(cents), total)
            told = code
    if rest := totals[~totals.index.isin(largest)].to_list():
        table.add_row(f"… {len(rest)} smaller ones, in the workbook", "", "", "", _amount(sum(rest)))
    table.add_section()
    table.add_row(
        "All gifts credited, reversals taken off", "", str(len(lines)), "", _amount(int(lines["cents"].sum()))
    )
    return table


def _amount(cents: int) -> str:
    return money.shown_cents(cents).replace("R ", "", 1)


def _status_table(report: RunReport) -> Table:
    transactions, matches = report.allocated
    table = _table("Lines", "status", "lines", "amount")
    cents = pd.Series(money.cents(transactions["amount"]), index=matches.index)
    for status, words in STATUS_MEANINGS.items():
        mine = matches["status"] == status
        if mine.any():
            table.add_row(words, str(int(mine.sum())), _amount(int(cents[mine].sum())))
    table.add_section()
    table.add_row("net movement", str(len(cents)), _amount(int(cents.sum())))
    return table


def _tie_words(account: AccountFigures) -> str:
    number = account.account.shown
    aside = f" (rows set aside: {money.shown(account.set_aside)})" if account.set_aside else ""
    if account.difference is None:
        return f"Account {number}: the exports give no balance to tie out against"
    if account.ties:
        return f"Account {number} ties out: opening and movements{aside} make the closing balance, difference R 0.00"
    return (
        f"Account {number} DOES NOT TIE OUT: {money.shown(account.difference)}{aside} is missing; export the days "
        "between the statements, or give all exports of the same days in one format"
    )


def print_statements(statements: Sequence[Statement], merged: Merged | None) -> None:
    """Each statement with its proofs and the rows set aside, then what is missing between them or disagrees."""
    console = _console()
    for number, statement in enumerate(statements):
        if number:
            console.print()
        console.print(Text(repr(statement)), soft_wrap=True)
        for row in statement.quarantined.itertuples():
            console.print(Text(f"  set aside: line {row.line}: {row.reason}"), soft_wrap=True)
    if merged is not None and (len(merged.gaps) or len(merged.conflicts)):
        console.print()
        _print_merged(console, merged)


def _statement_facts(statement: Statement) -> dict[str, Any]:
    return {
        "file": statement.source.name,
        "sha256": statement.source.sha256,
        "layout": statement.source.layout,
        "account": statement.account.shown,
        "period": [statement.period.start, statement.period.end] if statement.period else None,
        "opening": statement.opening,
        "credits": statement.credits,
        "debits": statement.debits,
        "closing": statement.closing,
        "transactions": len(statement.transactions),
        "notices": len(statement.notices),
        "set_aside": [{"line": int(str(r.line)), "reason": r.reason} for r in statement.quarantined.itertuples()],
        "proof": [{"check": c.name, "outcome": c.outcome, "detail": c.detail} for c in statement.proof.checks],
        "warnings": list(statement.warnings),
    }


def check_facts(
    statements: Sequence[Statement], refused: Sequence[ReconcileError], merged: Merged | None
) -> dict[str, Any]:
    """What `check` found, for JSON; amounts are text, so that no reader makes floats of them.

    Conflicts come without the payers' words, which are in the workbook.
    """
    return {
        "statements": [_statement_facts(s) for s in statements],
        "refused": [str(f) for f in refused],
        "gaps": [] if merged is None else _records(merged.gaps),
        "conflicts": [] if merged is None else _records(merged.conflicts.drop(columns=["text", "other_text"])),
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows with days as text, missing values as null, and accounts by their last digits."""
    rows = frame.assign(account=[Account(number).shown for number in frame["account"]])
    for column in rows.columns[[str(kind).startswith("datetime") for kind in rows.dtypes]]:
        rows[column] = rows[column].dt.strftime("%Y-%m-%d")
    return [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows.to_dict("records")]


def run_facts(report: RunReport) -> dict[str, Any]:
    """What a run did, for JSON; amounts are text, so that no reader makes floats of them."""
    facts = check_facts(report.statements, report.refused, report.merged)
    facts["ties"] = [
        {
            "account": a.account.shown,
            "opening": a.opening,
            "movements": a.movements,
            "set_aside": a.set_aside,
            "closing": a.closing,
            "difference": a.difference,
        }
        for a in report.accounts
    ]
    if report.matches is not None and report.summary is not None:
        facts["status"] = {str(k): int(v) for k, v in report.matches["status"].value_counts().sort_index().items()}
        facts["summary"] = [
            {"campaign": row, "fund": fund, "amount": str(report.summary.loc[row, fund])}
            for row in report.summary.index
            for fund in report.summary.columns
            if report.summary.loc[row, fund]
        ]
    if report.reconciliation is not None:
        rows = report.reconciliation.bank_reconciliation().to_dict("records")
        facts["receipts"] = {**dict(report.reconciliation.facts()), "bank reconciliation": rows}
    if report.exploded is not None:
        columns = ["payout", "gifts", "gross", "fee", "net", "state", "reason"]
        facts["payouts"] = [
            {str(k): None if pd.isna(v) else v for k, v in row.items()}
            for row in report.exploded.settlements[columns].to_dict("records")
        ]
    facts["workbook"] = str(report.workbook) if report.workbook else None
    facts["exit_code"] = report.exit_code
    return facts
