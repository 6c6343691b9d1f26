"""What a person sees in the terminal: progress, the summary table, proofs, and the same as plain facts for JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reconcile import money
from reconcile.campaigns import CampaignRegister
from reconcile.errors import ReconcileError, shown
from reconcile.matching.totals import CREDITED, UNSPECIFIED
from reconcile.run import Progress as Step
from reconcile.run import RunReport, Tie
from reconcile.statement import Statement

SHOWN_CAMPAIGNS = 25
"""A screen is for a look; every campaign is in the workbook."""

STATUS_WORDS = {
    "matched": "credited by rule",
    "decided": "decided by a person",
    "review": "a person must say",
    "not_donation": "no donation",
}


@contextmanager
def progress(quiet: bool) -> Iterator[Step | None]:
    """A progress bar on the error stream while a step takes long; nothing where nobody is watching."""
    if quiet or not sys.stderr.isatty():
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
    for tie in report.ties:
        console.print(Text(_tie_words(tie)))
    for statement in report.statements:
        for warning in statement.warnings:
            console.print(Text(f"note: {statement.source.name}: {shown(warning)}"))
        for row in statement.quarantined.itertuples():
            console.print(Text(f"set aside: {row.source}, line {row.line}: {row.reason}"))
    console.print(Text(f"Workbook: {report.workbook}"), soft_wrap=True)


def _console() -> Console:
    return Console(highlight=False, emoji=False, markup=False, width=None if sys.stdout.isatty() else 110)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=number > 0)
    return table


def _read_table(report: RunReport) -> Table:
    table = _table("Statements", "file", "account", "opening", "in", "out", "closing", "lines", "new")
    contributed = {} if report.merged is None else report.merged.contributed.groupby("source")["new"].sum().to_dict()
    for s in report.statements:
        amounts = (money.shown(m) for m in (s.opening, s.credits, s.debits, s.closing))
        new = str(contributed.get(s.source.name, 0))
        table.add_row(Text(shown(s.source.name)), s.account.shown, *amounts, str(len(s.transactions)), new)
    return table


def _summary_table(report: RunReport, campaigns: CampaignRegister) -> Table:
    assert report.merged is not None and report.matches is not None
    table = _table("Gifts by campaign and fund", "campaign", "fund", "lines", "amount", "campaign total")
    table.columns[1].justify = "left"
    lines = pd.DataFrame(
        {
            "campaign": report.matches["campaign"],
            "fund": report.matches["fund"].fillna(UNSPECIFIED),
            "cents": money.cents(report.merged.transactions["amount"]),
        }
    )[report.matches["status"].isin(CREDITED)]
    cells = lines.groupby(["campaign", "fund"])["cents"].agg(["size", "sum"])
    totals = lines.groupby("campaign")["cents"].sum()
    largest = set(totals.abs().sort_values(ascending=False, kind="stable").index[:SHOWN_CAMPAIGNS])
    told = ""
    for (code, fund), lines_of, cents in cells.itertuples():
        if code in largest:
            new = code != told
            label, total = (f"{code} {campaigns[code].name}", _amount(totals[code])) if new else ("", "")
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
    return money.shown(Decimal(int(cents)).scaleb(-2)).replace("R ", "", 1)


def _status_table(report: RunReport) -> Table:
    assert report.merged is not None and report.matches is not None
    table = _table("Lines", "status", "lines", "amount")
    cents = pd.Series(money.cents(report.merged.transactions["amount"]), index=report.matches.index)
    for status, words in STATUS_WORDS.items():
        mine = report.matches["status"] == status
        if mine.any():
            table.add_row(words, str(int(mine.sum())), _amount(int(cents[mine].sum())))
    table.add_section()
    table.add_row("net movement", str(len(cents)), _amount(int(cents.sum())))
    return table


def _tie_words(tie: Tie) -> str:
    if tie.difference is None:
        return f"Account {tie.account.shown}: the exports give no balance to tie out against"
    if tie.holds:
        return (
            f"Account {tie.account.shown} ties out: opening and movements make the closing balance, difference R 0.00"
        )
    return (
        f"Account {tie.account.shown} DOES NOT TIE OUT: {money.shown(tie.difference)} is missing between the "
        "statements; export the days between them"
    )


def print_statements(statements: Sequence[Statement]) -> None:
    """Each statement with its proofs, and the rows set aside."""
    console = _console()
    for number, statement in enumerate(statements):
        if number:
            console.print()
        console.print(Text(repr(statement)), soft_wrap=True)
        for row in statement.quarantined.itertuples():
            console.print(Text(f"  set aside: line {row.line}: {row.reason}"), soft_wrap=True)


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


def check_facts(statements: Sequence[Statement], refused: Sequence[ReconcileError]) -> dict[str, Any]:
    """What `check` found, for JSON; amounts are text, so that no reader makes floats of them."""
    return {"statements": [_statement_facts(s) for s in statements], "refused": [str(f) for f in refused]}


def run_facts(report: RunReport) -> dict[str, Any]:
    """What a run did, for JSON; amounts are text, so that no reader makes floats of them."""
    facts = check_facts(report.statements, report.refused)
    facts["ties"] = [
        {
            "account": t.account.shown,
            "opening": t.opening,
            "movements": t.movements,
            "closing": t.closing,
            "difference": t.difference,
        }
        for t in report.ties
    ]
    if report.matches is not None and report.summary is not None:
        facts["status"] = {str(k): int(v) for k, v in report.matches["status"].value_counts().sort_index().items()}
        facts["summary"] = [
            {"campaign": row, "fund": fund, "amount": str(report.summary.loc[row, fund])}
            for row in report.summary.index
            for fund in report.summary.columns
            if report.summary.loc[row, fund]
        ]
    facts["workbook"] = str(report.workbook) if report.workbook else None
    facts["exit_code"] = report.exit_code
    return facts
