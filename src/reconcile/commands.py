"""The commands that work on a store: init, copy-store, nightly, decide, undo, close, reopen, remembered, forget."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.arguments import answer, as_json, example, print_json
from reconcile.errors import DecisionRefused, StoreRefused, shown

if TYPE_CHECKING:
    from reconcile.nightjob.config import Config
    from reconcile.store import Store
    from reconcile.store.journal import Verified

NIGHTLY_EPILOG = """exit code: 0 all done; 1 done, but a file was refused or is of another account, rows are missing or
disputed, or a workbook or the report could not be put in place; 2 nothing could run, for example because another run is
going. Files in the inbox are never changed or moved."""

Function = Callable[[argparse.Namespace], int]


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> dict[str, Function]:
    """Add these commands to the command line; the function of each, by name."""
    _init(commands.add_parser("init", help="make the settings and folders of a nightly job"))
    _nightly(commands.add_parser("nightly", help="take in what is new, once; match it; write the workbooks"))
    _decide(commands.add_parser("decide", help="say whose a payment is, and keep it on record"))
    _undo(commands.add_parser("undo", help="take the newest decision on a payment back"))
    _close(commands.add_parser("close", help="freeze a month that ties out"))
    _reopen(commands.add_parser("reopen", help="open a closed month again"))
    _remembered(commands.add_parser("remembered", help="what people decided before for the same payer's words"))
    _forget(commands.add_parser("forget", help="take what payers typed out of the store; totals stay"))
    _copy_store(commands.add_parser("copy-store", help="a store to another place, such as a server, verified there"))
    return {
        "copy-store": copy_store,
        "init": init,
        "nightly": nightly,
        "decide": decide,
        "undo": undo,
        "close": close,
        "reopen": reopen,
        "remembered": remembered,
        "forget": forget,
    }


def config_of(command: argparse.ArgumentParser) -> None:
    """Add the settings file."""
    command.add_argument(
        "--config", default="reconcile.toml", metavar="FILE", help="the settings (default: reconcile.toml)"
    )


def who_says(command: argparse.ArgumentParser, *, reason_needed: bool = False) -> None:
    """Add who says so, and why."""
    command.add_argument("--by", metavar="NAME", help="who says so (default: the operator of the settings)")
    command.add_argument("--reason", required=reason_needed, default="", metavar="TEXT", help="why; kept on record")


def _init(command: argparse.ArgumentParser) -> None:
    command.description = "Write a commented reconcile.toml, a campaigns.csv to fill in, and the folders inbox and out."
    command.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="where (default: here)")
    as_json(command, "what was made")
    example(command, "reconcile init books")


def _nightly(command: argparse.ArgumentParser) -> None:
    command.description = "One run of the nightly job."
    command.epilog = NIGHTLY_EPILOG
    config_of(command)
    as_json(command, "the report")
    example(command, "reconcile nightly --config books/reconcile.toml")


def _decide(command: argparse.ArgumentParser) -> None:
    command.description = "Credit a payment to a campaign and fund, or to several with --part; earlier decisions stay."
    command.add_argument("transaction", metavar="TRANSACTION", help="its id, from the workbook")
    command.add_argument("campaign", nargs="?", metavar="CAMPAIGN", help="the code of the campaign")
    command.add_argument("fund", nargs="?", metavar="FUND", help="the fund (default: unspecified)")
    command.add_argument(
        "--part",
        action="append",
        default=[],
        nargs=3,
        metavar=("CAMPAIGN", "FUND", "AMOUNT"),
        help='a part of it, such as ABC zakat 60.00; "-" for no fund; give it several times',
    )
    command.add_argument("--no-gift", action="store_true", help="it is no gift at all")
    command.add_argument("--evidence", default="", metavar="TEXT", help="what shows the donor's wish, to change a fund")
    config_of(command)
    who_says(command)
    as_json(command, "its number")
    example(
        command,
        'reconcile decide 5c1f0a93be27d648 ABC zakat --reason "her letter of 20 September"',
        "reconcile decide 5c1f0a93be27d648 --part ABC zakat 60.00 --part DEF - 40.00",
    )


def _undo(command: argparse.ArgumentParser) -> None:
    command.description = "What was before the newest decision holds again; both stay on record."
    command.add_argument("transaction", metavar="TRANSACTION", help="its id, from the workbook")
    config_of(command)
    who_says(command, reason_needed=True)
    as_json(command, "its number")
    example(command, 'reconcile undo 5c1f0a93be27d648 --reason "the wrong line"')


def _close(command: argparse.ArgumentParser) -> None:
    _month(command, "the month to close, such as 2018-09")
    example(command, "reconcile close 2018-09")
    told = "why no more can have moved, where an account has no statement that reaches the last day; kept on record"
    command.add_argument("--open-end", default="", metavar="TEXT", help=told)


def _reopen(command: argparse.ArgumentParser) -> None:
    _month(command, "the month to open again", needed=True)
    example(command, 'reconcile reopen 2018-09 --reason "a late reversal"')


def _month(command: argparse.ArgumentParser, what: str, *, needed: bool = False) -> None:
    command.add_argument("month", metavar="MONTH", help=what)
    config_of(command)
    who_says(command, reason_needed=needed)
    as_json(command, "the month")


def _remembered(command: argparse.ArgumentParser) -> None:
    command.description = "List what is remembered, or forget it for some words with --forget."
    command.add_argument("--forget", metavar="WORDS", help="propose nothing any more for these words of a payer")
    config_of(command)
    who_says(command)
    as_json(command, "them")
    example(command, "reconcile remembered", 'reconcile remembered --forget "J NKOSI" --reason "gives to several"')


def _forget(command: argparse.ArgumentParser) -> None:
    command.description = "Take what payers typed with these payments out of the store; amounts and totals stay."
    command.add_argument("transactions", nargs="+", metavar="TRANSACTION", help="ids, from the workbook")
    command.add_argument(
        "--receipt", action="append", default=[], metavar="RECEIPT", help="a receipt too; give it several times"
    )
    config_of(command)
    who_says(command, reason_needed=True)
    as_json(command, "how many")
    example(command, 'reconcile forget 5c1f0a93be27d648 --reason "asked for by letter"')


def _copy_store(command: argparse.ArgumentParser) -> None:
    command.description = (
        "Copy every table of a store to an empty place in one transaction, and verify the copy before it counts. The "
        "first store is not changed."
    )
    command.add_argument("source", metavar="FROM", help="the address of the store, or its file")
    command.add_argument("target", metavar="TO", help="an address or a file where nothing is yet")
    command.epilog = "exit code: 0 the copy is there and verifies; 2 nothing was copied."
    as_json(command, "what was copied")
    example(command, "reconcile copy-store reconcile.db postgresql://books@host/books")


def init(arguments: argparse.Namespace) -> int:
    """`reconcile init`: 0 when all is made."""
    from reconcile.nightjob.template import write_template

    made = write_template(arguments.folder)
    then = f"Fill in campaigns.csv, put the bank's exports into inbox, then run: reconcile nightly --config {made[-1]}"
    answer(arguments, "\n".join([*map(str, made), then]), made=[str(path) for path in made])
    return 0


def nightly(arguments: argparse.Namespace) -> int:
    """`reconcile nightly`: the exit code of the run."""
    from reconcile import nightly as job
    from reconcile import screen
    from reconcile.nightjob.config import read_config

    config = read_config(arguments.config)
    with screen.progress(quiet=arguments.json) as progress:
        report = job.run(config, progress=progress)
    if arguments.json:
        print_json(report.to_dict())
    else:
        print("\n".join(report.lines()))
    return report.exit_code


def opened(arguments: argparse.Namespace) -> tuple[Store, Config]:
    """The store of the settings, and these."""
    config = settings_of(arguments)
    return open_at(config.store.url), config


def settings_of(arguments: argparse.Namespace) -> Config:
    """The settings."""
    from reconcile.nightjob.config import read_config

    return read_config(arguments.config)


def open_at(url: str) -> Store:
    """The store at an address, which must be there: a slip in its name must not make an empty one."""
    from reconcile.store import open_store

    _must_be_there(url)
    return open_store(url)


def verify_at(url: str) -> Verified:
    """What the journal of the store at an address shows; one that is not there is told."""
    from reconcile.store import verify_store

    _must_be_there(url)
    return verify_store(url)


def _must_be_there(url: str) -> None:
    from reconcile.files import near

    file = Path(url.removeprefix("sqlite:///"))
    if ("://" not in url or url.startswith("sqlite:")) and not file.exists():
        do = near(file) or "Correct its name, or begin one with reconcile nightly."
        raise StoreRefused("the store is not there", file=shown(file.name), do=do)


def decide(arguments: argparse.Namespace) -> int:
    """`reconcile decide`: 0 when it is on record."""
    given = _allocation(arguments)
    store, config = opened(arguments)
    with store:
        number = store.decide(
            arguments.transaction,
            given,
            by=arguments.by or config.operator,
            reason=arguments.reason,
            evidence=arguments.evidence,
        )
    answer(arguments, f"decision {number} is on record", decision=number)
    return 0


def _allocation(arguments: argparse.Namespace) -> object:
    """What is to be decided, said in one way; raises DecisionRefused where it is said in several, or in none."""
    if bool(arguments.campaign) + bool(arguments.part) + arguments.no_gift != 1:
        do = "Say one of them."
        raise DecisionRefused("a campaign, parts or --no-gift are given together, or none of them", do=do)
    if arguments.no_gift:
        return None, None
    if arguments.part:
        return [(campaign, _fund(fund), amount) for campaign, fund, amount in arguments.part]
    return arguments.campaign, _fund(arguments.fund)


def _fund(given: str | None) -> str | None:
    return None if given == "-" else given


def undo(arguments: argparse.Namespace) -> int:
    """`reconcile undo`: 0 when it is on record."""
    store, config = opened(arguments)
    with store:
        number = store.undo(arguments.transaction, by=arguments.by or config.operator, reason=arguments.reason)
    answer(arguments, f"decision {number} is on record: what was before holds again", decision=number)
    return 0


def close(arguments: argparse.Namespace) -> int:
    """`reconcile close`: 0 when the month is closed."""
    store, config = opened(arguments)
    with store:
        by = arguments.by or config.operator
        store.close(arguments.month, by=by, reason=arguments.reason, open_end=arguments.open_end)
        view = store.month(arguments.month)
    left = 0 if view is None else int((view.matches["status"] == "review").sum())
    words = f"{arguments.month} is closed"
    if left:
        words += f" with {left} lines left for a person; what is decided of them now counts for a later month"
    answer(arguments, words, month=arguments.month, closed=True, review=left)
    return 0


def reopen(arguments: argparse.Namespace) -> int:
    """`reconcile reopen`: 0 when the month is open again."""
    store, config = opened(arguments)
    with store:
        store.reopen(arguments.month, by=arguments.by or config.operator, reason=arguments.reason)
    answer(arguments, f"{arguments.month} is open again", month=arguments.month, closed=False)
    return 0


def remembered(arguments: argparse.Namespace) -> int:
    """`reconcile remembered`: prints what is remembered, or forgets some of it."""
    from reconcile.store.memory import marks

    store, config = opened(arguments)
    with store:
        if arguments.forget:
            known = set(marks(store.remembered()["words"])) & set(marks([arguments.forget]))
            store.forget_remembered(arguments.forget, by=arguments.by or config.operator, reason=arguments.reason)
            words = "nothing is proposed for these words any more"
            answer(
                arguments, words if known else f"nothing was remembered of them; {words}", forgotten=arguments.forget
            )
            return 0
        found = store.remembered()
    words = found.to_string(index=False) if len(found) else "nothing is remembered"
    answer(arguments, words, remembered=found.astype(object).where(found.notna(), None).to_dict("records"))
    return 0


def forget(arguments: argparse.Namespace) -> int:
    """`reconcile forget`: 0 when the words are gone."""
    store, config = opened(arguments)
    with store:
        by = arguments.by or config.operator
        count = store.forget(arguments.transactions, by=by, reason=arguments.reason, receipts=arguments.receipt)
    words = f"{count} texts are forgotten; the workbooks of their months are written anew in the next nightly run"
    answer(arguments, words, forgotten=count)
    return 0


def copy_store(arguments: argparse.Namespace) -> int:
    """`reconcile copy-store`: 0 when the copy is there and verifies."""
    from reconcile.store import copy_store as copy

    _must_be_there(arguments.source)
    copied = copy(arguments.source, arguments.target)
    words = f"{sum(copied.rows.values())} rows copied, {copied.events} events hold; the last one is {copied.head[:16]}"
    answer(arguments, words, rows=copied.rows, events=copied.events, head=copied.head)
    return 0
