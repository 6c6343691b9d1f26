"""Arguments in, exit code out. Errors become one line; nothing slow is loaded before it is needed."""

from __future__ import annotations

import argparse
import gc
import io
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from reconcile import __version__
from reconcile.arguments import Parser, as_json, example, print_json
from reconcile.audit_commands import add_to as add_audit
from reconcile.audit_commands import options_of, sampling
from reconcile.commands import Function, add_to
from reconcile.errors import ReconcileError
from reconcile.receipt_commands import add_to as add_receipts

if TYPE_CHECKING:
    from reconcile.campaigns import FundVocabulary

EPILOG = """exit code: 0 all done; 1 done, but a file was refused, rows were set aside, a total does not tie out, rows
are missing between statements, or exports of the same days disagree about a text or a row; 2 nothing could run. Files
are never changed or moved."""

SHELLS = ("bash", "zsh", "fish", "powershell", "tcsh")

FILES = {"PATH", "FILE", "FILE.xlsx", "REVIEWED.xlsx", "WORKBOOK", "LABELLED", "CAMPAIGNS", "URL", "FROM", "TO"}
FOLDERS = {"DIR", "FOLDER"}
"""What stands in a help for something on the disk."""

REGISTER_COLUMNS = "CSV or XLSX with code, name, aliases, opens, closes"


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top: argparse.ArgumentParser = Parser(
        prog="reconcile",
        description="FNB bank statements of a charity: proved complete, every gift linked to its campaign and fund.",
        epilog=EPILOG,
    )
    top.add_argument("--version", action="version", version=f"reconcile {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _run(commands.add_parser("run", help="statements in, workbook and summary out", epilog=EPILOG))
    _check(commands.add_parser("check", help="only prove that statements are complete", epilog=EPILOG))
    _explain(commands.add_parser("explain", help="why one description is decided as it is"))
    _evaluate(commands.add_parser("evaluate", help="measure the decisions on lines whose answer is known"))
    _campaigns(commands.add_parser("campaigns", help="what a register makes hard to credit"))
    _completion(commands.add_parser("completion", help="what a shell needs to complete commands and options"))
    of_a_store = add_to(commands) | add_receipts(commands) | add_audit(commands)
    top.set_defaults(of_a_store=of_a_store)
    return top


def _run(command: argparse.ArgumentParser) -> None:
    command.description = "Read statements, match every gift to a campaign and a fund, write the workbook."
    command.add_argument("paths", nargs="+", metavar="PATH", help="an FNB export: CSV, OFX, or a ZIP of them")
    _register(command)
    command.add_argument("--out", default="out", metavar="DIR", help="folder for the workbook (default: out)")
    command.add_argument(
        "--receipts", metavar="FILE", help="the charity's own receipts (CSV or XLSX), to reconcile with"
    )
    command.add_argument(
        "--payouts",
        action="append",
        metavar="FILE",
        help="a gateway's report of payouts (CSV, XLSX): gift by gift; give it several times for several reports",
    )
    command.add_argument(
        "--reviewed",
        nargs="+",
        default=[],
        metavar="FILE.xlsx",
        help="earlier workbooks of them, filled in",
    )
    command.add_argument("--by", metavar="NAME", help="with --reviewed: who decided (default: the user of the machine)")
    options_of(command)
    as_json(command, "the summary")
    example(
        command,
        "reconcile run september.zip --campaigns campaigns.csv --out out",
        "reconcile run *.csv --campaigns campaigns.csv --receipts receipts.xlsx --sample 25",
    )


def _check(command: argparse.ArgumentParser) -> None:
    command.description = "Prove that statements are complete and undamaged; nothing is matched or written."
    command.add_argument("paths", nargs="+", metavar="PATH", help="an FNB export: CSV, OFX, or a ZIP of them")
    as_json(command, "the proofs")
    example(command, "reconcile check september.zip october.csv")


def _explain(command: argparse.ArgumentParser) -> None:
    command.description = "Show the way from the bank's words to the decision for one description."
    command.add_argument("text", nargs="+", metavar="TEXT", help="the description, as exported, in quotes")
    _register(command)
    command.add_argument("--money-out", action="store_true", help="read it as a debit, not as money in")
    as_json(command, "it")
    example(command, 'reconcile explain "FNB APP PAYMENT FROM  ABC ZAKAT" --campaigns campaigns.csv')


def _evaluate(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Count right, wrong and review on labelled lines: a CSV with description, amount, date, campaign_code, fund "
        "(and kind, debated where there are)."
    )
    command.add_argument("labelled", metavar="LABELLED", help="CSV of lines with their right answers")
    _register(command)
    command.add_argument(
        "--against",
        action="append",
        default=[],
        choices=("exact", "likeness"),
        help="also measure whole words (exact), or three scores of RapidFuzz (likeness); may be given several times",
    )
    command.add_argument("--out", metavar="FILE", help="also write a workbook (.xlsx); no other file is overwritten")
    as_json(command, "the counts")
    example(command, "reconcile evaluate decided.csv --campaigns campaigns.csv --against likeness --out measured.xlsx")


def _campaigns(command: argparse.ArgumentParser) -> None:
    command.description = "Put every code, name and alias of a register to the matcher and say what may go wrong."
    command.epilog = "exit code: 0 nothing found; 1 something found; 2 the register cannot be read."
    command.add_argument("campaigns", metavar="CAMPAIGNS", help=REGISTER_COLUMNS)
    _vocabulary(command)
    as_json(command, "the findings")
    example(command, "reconcile campaigns campaigns.csv")


def _completion(command: argparse.ArgumentParser) -> None:
    command.description = "Print the completion of commands, options and file names for a shell."
    command.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")
    example(
        command,
        "reconcile completion bash > ~/.local/share/bash-completion/completions/reconcile",
        "reconcile completion zsh > ~/.zfunc/_reconcile",
        "reconcile completion powershell >> $PROFILE",
    )


def _register(command: argparse.ArgumentParser) -> None:
    command.add_argument("--campaigns", required=True, metavar="FILE", help=REGISTER_COLUMNS)
    _vocabulary(command)
    command.add_argument(
        "--max-wrong",
        type=float,
        default=0,
        metavar="SHARE",
        help="share of the credited gifts that may be wrong (default: 0, whatever is doubtful goes to a person)",
    )


def _vocabulary(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--funds", metavar="FILE", help="CSV or XLSX with fund, spellings, excludes (default: the built-in funds)"
    )


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command and leave the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter still gets the line
    # one short job that makes few cycles: looking for them costs a tenth of its time
    gc.set_threshold(100_000, 50, 100)
    try:
        arguments = parser().parse_args(argv)
        code = _functions(arguments)[arguments.command](arguments)
        if sys.stdout:
            sys.stdout.flush()
    except ReconcileError as fault:
        print(f"error: {fault}", file=sys.stderr)
        code = 2
    except KeyboardInterrupt:
        print("stopped; nothing was half written", file=sys.stderr)
        code = 130
    except BrokenPipeError:
        sys.stdout = None  # the reader went away, as `head` does; do not complain while shutting down
        code = 0
    except MemoryError:
        print("error: there is not enough memory for this; nothing was half written", file=sys.stderr)
        code = 2
    except OSError as fault:
        sys.stdout = None
        print(f"error: the output cannot be written ({fault.strerror})", file=sys.stderr)
        code = 1
    gc.freeze()  # the process ends: a last search for cycles in all that was loaded would cost as long as a match
    sys.exit(code)


def _functions(arguments: argparse.Namespace) -> dict[str, Function]:
    """What each command does, by its name."""
    own: dict[str, Function] = {
        "run": run,
        "check": check,
        "explain": explain,
        "evaluate": evaluate,
        "campaigns": check_campaigns,
        "completion": completion,
    }
    of_a_store: dict[str, Function] = arguments.of_a_store
    return own | of_a_store


def _funds(path: str | None) -> FundVocabulary | None:
    if path is None:
        return None
    from reconcile.campaigns import read_funds

    return read_funds(path)


def run(arguments: argparse.Namespace) -> int:
    """`reconcile run`: exit code of the run."""
    from reconcile import screen
    from reconcile.books import read_payouts, read_receipts
    from reconcile.campaigns import read_campaigns
    from reconcile.reporters.options import Options
    from reconcile.review import read_decisions
    from reconcile.run import run as run_files

    campaigns, funds = read_campaigns(arguments.campaigns), _funds(arguments.funds)
    with screen.progress(quiet=arguments.json) as progress:
        report = run_files(
            arguments.paths,
            campaigns,
            funds=funds,
            max_wrong=arguments.max_wrong,
            out=arguments.out,
            options=Options(False, arguments.per_campaign, arguments.mask, sampling(arguments)),
            reviewed=[read_decisions(path, campaigns=campaigns, funds=funds) for path in arguments.reviewed],
            by=arguments.by or _user(),
            receipts=read_receipts(arguments.receipts) if arguments.receipts else None,
            payouts=read_payouts(arguments.payouts) if arguments.payouts else None,
            progress=progress,
        )
    screen.print_faults(report.refused)
    if arguments.json:
        print_json(screen.run_facts(report))
    elif report.workbook is None:
        print("error: no statement could be read", file=sys.stderr)
    else:
        screen.print_run(report, campaigns)
    return report.exit_code


def _user() -> str:
    from reconcile.store.journal import current_user

    return current_user()


def check(arguments: argparse.Namespace) -> int:
    """`reconcile check`: 0 when every file proves and all of them agree, 2 when none reads, 1 otherwise."""
    from reconcile import screen
    from reconcile.merging import merge_statements
    from reconcile.run import exit_code, read_all

    with screen.progress(quiet=arguments.json) as progress:
        statements, refused = read_all(arguments.paths, progress)
    merged = merge_statements(statements) if statements else None
    screen.print_faults(refused)
    if arguments.json:
        print_json(screen.check_facts(statements, refused, merged))
    else:
        screen.print_statements(statements, merged)
    return exit_code(statements, refused, merged)


def explain(arguments: argparse.Namespace) -> int:
    """`reconcile explain`: prints the way to the decision."""
    from reconcile.campaigns import read_campaigns
    from reconcile.matching import explain as explain_text

    if len(arguments.text) > 1:
        do = "Put it in quotes, for its blanks say where the payer's words begin."
        raise ReconcileError(f"the description is given as {len(arguments.text)} words", do=do)
    explanation = explain_text(
        arguments.text[0],
        read_campaigns(arguments.campaigns),
        funds=_funds(arguments.funds),
        max_wrong=arguments.max_wrong,
        money_out=arguments.money_out,
    )
    if arguments.json:
        print_json(explanation.to_dict())
    else:
        print(explanation)
    return 0


def evaluate(arguments: argparse.Namespace) -> int:
    """`reconcile evaluate`: prints the counts; a wrong credit is shown, not an error."""
    from reconcile.campaigns import read_campaigns
    from reconcile.matching import evaluate as evaluate_lines
    from reconcile.matching.evaluation import read_labelled

    labelled = read_labelled(arguments.labelled)
    campaigns, funds = read_campaigns(arguments.campaigns), _funds(arguments.funds)
    evaluation = evaluate_lines(labelled, campaigns, funds, against=arguments.against, max_wrong=arguments.max_wrong)
    if arguments.out:
        from reconcile.reporters import write_evaluation

        write_evaluation(arguments.out, evaluation, replace=False)
    if arguments.json:
        print_json(evaluation.to_dict())
    else:
        print(evaluation)
        if arguments.out:
            print(f"\nWorkbook: {arguments.out}")
    return 0


def check_campaigns(arguments: argparse.Namespace) -> int:
    """`reconcile campaigns`: prints the findings; 0 where there are none, 1 where there are."""
    from reconcile.campaigns import read_campaigns
    from reconcile.matching import check_register

    report = check_register(read_campaigns(arguments.campaigns), _funds(arguments.funds))
    if arguments.json:
        print_json(report.to_dict())
    else:
        print(report)
    return 1 if len(report.findings) else 0


def completion(arguments: argparse.Namespace) -> int:
    """`reconcile completion`: prints what the shell reads."""
    import shtab

    whole = parser()
    commands = next(a.choices for a in whole._actions if isinstance(a, argparse._SubParsersAction))
    for action in (a for command in commands.values() for a in command._actions):
        kinds = {action.metavar} if isinstance(action.metavar, str) else set()
        if kinds & (FILES | FOLDERS):
            vars(action)["complete"] = shtab.FILE if kinds & FILES else shtab.DIRECTORY
    print(shtab.complete(whole, arguments.shell))
    return 0
