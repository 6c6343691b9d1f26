"""The commands for whoever reviews and audits: workbook, review, verify."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from reconcile.arguments import answer, as_json, example, print_json
from reconcile.commands import Function, config_of, open_at, opened, settings_of, verify_at, who_says

if TYPE_CHECKING:
    from reconcile.reporters import Sampling
    from reconcile.review.verifying import Verified

WITH_WHAT = (
    "Give --statements with the exports that its sheet Control names; or the store of a month (--store or --config); "
    "or --hashes, to check its own hashes alone."
)


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> dict[str, Function]:
    """Add these commands to the command line; the function of each, by name."""
    _workbook(commands.add_parser("workbook", help="the workbook of a month of a store, as asked for"))
    _review(commands.add_parser("review", help="take back a workbook in which reviewers decided"))
    _verify(commands.add_parser("verify", help="whether a store, or a workbook, is as it was written"))
    return {"workbook": workbook, "review": review, "verify": verify}


def options_of(command: argparse.ArgumentParser) -> None:
    """Add what a workbook shows on request."""
    command.add_argument("--per-campaign", action="store_true", help="also a sheet for each campaign")
    command.add_argument("--mask", action="store_true", help="hide payers' names, numbers and words, for circulation")
    command.add_argument("--sample", type=int, metavar="LINES", help="also an auditor's sample of so many lines")
    command.add_argument("--seed", default="1", metavar="TEXT", help="what the sample is drawn by (default: 1)")
    command.add_argument(
        "--sample-method", choices=("random", "monetary"), default="random", help="how it is drawn (default: random)"
    )


def sampling(arguments: argparse.Namespace) -> Sampling | None:
    """The sample that was asked for."""
    from reconcile.reporters import Sampling

    return Sampling(arguments.sample, arguments.seed, arguments.sample_method) if arguments.sample is not None else None


def _workbook(command: argparse.ArgumentParser) -> None:
    command.description = "Write the workbook of one month of a store; no file is overwritten."
    command.add_argument("month", metavar="MONTH", help="the month, such as 2018-09")
    command.add_argument("--out", required=True, metavar="FILE.xlsx", help="where it is written")
    command.add_argument("--full-account-numbers", action="store_true", help="not only their last four digits")
    options_of(command)
    config_of(command)
    as_json(command, "where it is")
    example(command, "reconcile workbook 2018-09 --out audit.xlsx --sample 25 --seed 2018-09")


def _review(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Read the yellow cells of the sheet To review, check them, and put each decision on record once. What cannot "
        "be taken is named by its cell; everything else is taken."
    )
    command.epilog = "exit code: 0 all taken; 1 taken, but for what is listed; 2 the workbook cannot be read."
    command.add_argument("workbook", metavar="REVIEWED.xlsx", help="the workbook, filled in and saved")
    as_json(command, "the outcome")
    config_of(command)
    who_says(command)
    example(command, 'reconcile review out/reconciliation-2018-09.xlsx --by "Thandi Nkosi"')


def _verify(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Without WORKBOOK: walk the journal of a store and hold every row against it. With one: work every figure out "
        "again, from its statements or from the store that it shows a month of, and name each cell that differs."
    )
    command.epilog = "exit code: 0 it holds; 1 what differs is named; 2 it, or its sources, cannot be read."
    command.add_argument("workbook", nargs="?", metavar="WORKBOOK", help="a workbook that reconcile wrote")
    command.add_argument(
        "--statements",
        nargs="+",
        metavar="PATH",
        help="the exports it was made from; its decisions stand",
    )
    command.add_argument("--campaigns", metavar="FILE", help="with --statements: the register, to decide again too")
    command.add_argument("--funds", metavar="FILE", help="with --campaigns: the funds")
    command.add_argument("--receipts", metavar="FILE", help="with --statements: the receipts; else those it holds")
    command.add_argument(
        "--payouts",
        action="append",
        metavar="FILE",
        help="with --statements: each report of payouts; else its own",
    )
    command.add_argument("--max-wrong", type=float, default=0, metavar="SHARE", help="with --campaigns: as it was run")
    command.add_argument("--hashes", action="store_true", help="check its own hashes alone, without any source")
    command.add_argument("--store", metavar="URL", help="the address of the store, or its file")
    as_json(command, "the outcome")
    config_of(command)
    example(
        command,
        "reconcile verify --config books/reconcile.toml",
        "reconcile verify reconciliation-2018-09.xlsx --statements september.zip",
    )


def workbook(arguments: argparse.Namespace) -> int:
    """`reconcile workbook`: 0 when it is written."""
    from pathlib import Path

    from reconcile.campaigns import default_funds, read_campaigns, read_funds
    from reconcile.errors import WorkbookNotWritten
    from reconcile.matching.engine import settings
    from reconcile.reporters import write_month
    from reconcile.reporters.options import Options

    target = Path(arguments.out)
    if target.suffix.lower() != ".xlsx" or target.exists():
        what = "is there already" if target.exists() else "is no name for a workbook"
        raise WorkbookNotWritten(what, file=target.name, do="Name a new file that ends in .xlsx.")
    store, config = opened(arguments)
    with store:
        view = store.month(arguments.month)
    if view is None:
        raise WorkbookNotWritten(
            f"the store has nothing of {arguments.month}", file=target.name, do="Name another month, as 2018-09."
        )
    write_month(
        target,
        view,
        campaigns=read_campaigns(config.registers.campaigns),
        funds=read_funds(config.registers.funds) if config.registers.funds else default_funds(),
        settings=settings(config.matching.max_wrong),
        options=Options(arguments.full_account_numbers, arguments.per_campaign, arguments.mask, sampling(arguments)),
    )
    answer(arguments, str(target), workbook=str(target))
    return 0


def review(arguments: argparse.Namespace) -> int:
    """`reconcile review`: 0 when all was taken, 1 when something was refused."""
    from reconcile.review import nothing_else_in, read_decisions, take_decisions

    reviewed = read_decisions(arguments.workbook)
    _settings_or(arguments, "without a store, give the workbook to reconcile run --reviewed.")
    store, config = opened(arguments)
    with store:
        by = arguments.by or config.operator
        taken = take_decisions(store, reviewed, by=by, reason=arguments.reason)
        noted = reviewed.sha256 in store.workbooks().get(reviewed.source, set())
        if not taken.refused and not noted and nothing_else_in(arguments.workbook):
            # what was filled in is on record, so the next night may put the new workbook in its place
            store.note_workbook(reviewed.source, reviewed.sha256, by=by)
    if arguments.json:
        facts = {"taken": taken.taken, "known": taken.known, "open": reviewed.open}
        print_json({**facts, "refused": [str(fault) for fault in taken.refused]})
    else:
        counts = (taken.taken, taken.known, len(taken.refused), reviewed.open)
        print("{} decided, {} on record already, {} refused, {} open".format(*counts))
        for fault in taken.refused:
            print(fault, file=sys.stderr)
    return 1 if taken.refused else 0


def _settings_or(arguments: argparse.Namespace, otherwise: str) -> None:
    """Nothing, where the settings are there; else what a workbook without a store wants."""
    from pathlib import Path

    from reconcile.errors import ConfigRefused

    if not Path(arguments.config).exists():
        do = f"Name the settings with --config; {otherwise}"
        raise ConfigRefused("is not there", file=Path(arguments.config).name, do=do)


def verify(arguments: argparse.Namespace) -> int:
    """`reconcile verify`: 0 when nothing was changed, 1 with what was named."""
    if arguments.workbook:
        found = _verified(arguments)
        if arguments.json:
            print_json({"holds": found.holds, **vars(found)})
        else:
            print(found, file=sys.stdout if found.holds else sys.stderr)
        return 0 if found.holds else 1
    if arguments.statements or arguments.hashes:
        from reconcile.errors import ReviewRefused

        raise ReviewRefused(
            "no workbook is named", do="Name it first, as in reconcile verify WORKBOOK --statements FILE."
        )
    walked = verify_at(arguments.store or settings_of(arguments).store.url)
    if arguments.json:
        print_json({"holds": walked.holds, "said": str(walked)})
    else:
        print(walked, file=sys.stdout if walked.holds else sys.stderr)
    return 0 if walked.holds else 1


def _verified(arguments: argparse.Namespace) -> Verified:
    from pathlib import Path

    from reconcile.books import read_payouts, read_receipts
    from reconcile.campaigns import default_funds, read_campaigns, read_funds
    from reconcile.errors import ReviewRefused
    from reconcile.review.verifying import verify_workbook
    from reconcile.run import read_all

    if arguments.hashes:
        return verify_workbook(arguments.workbook)
    if arguments.statements:
        statements, refused = read_all(arguments.statements)
        if not statements:
            raise refused[0]
        campaigns = read_campaigns(arguments.campaigns) if arguments.campaigns else None
        funds = read_funds(arguments.funds) if arguments.funds else default_funds()
        return verify_workbook(
            arguments.workbook,
            statements=statements,
            campaigns=campaigns,
            funds=funds,
            max_wrong=arguments.max_wrong,
            receipts=read_receipts(arguments.receipts) if arguments.receipts else None,
            payouts=read_payouts(arguments.payouts) if arguments.payouts else None,
            refused=refused,
        )
    if not arguments.store and not Path(arguments.config).exists():
        what = "is given without what it was made from"
        raise ReviewRefused(what, file=Path(arguments.workbook).name, do=WITH_WHAT)
    store = open_at(arguments.store) if arguments.store else opened(arguments)[0]
    with store:
        return verify_workbook(arguments.workbook, store=store)
