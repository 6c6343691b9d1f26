"""The commands by which people say what of the bank and the books belongs together: settle, keep-apart, withdraw."""

from __future__ import annotations

import argparse

from reconcile.arguments import answer, as_json, example
from reconcile.commands import Function, config_of, opened, who_says
from reconcile.errors import shown


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> dict[str, Function]:
    """Add these commands to the command line; the function of each, by name."""
    _settle(commands.add_parser("settle", help="say that a bank line and receipts are the same money"))
    _apart(commands.add_parser("keep-apart", help="say that a bank line is none of some receipts"))
    _unsettle(commands.add_parser("unsettle", help="take back what was said of a bank line or a receipt"))
    _withdraw(commands.add_parser("withdraw", help="take a receipt out of the books"))
    return {"settle": settle, "keep-apart": keep_apart, "unsettle": unsettle, "withdraw": withdraw}


def _settle(command: argparse.ArgumentParser) -> None:
    command.description = "A person's word that they settle one another; it holds before any rule, and across funds."
    _line_and_receipts(command)
    command.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="TRANSACTION",
        help="another bank line of the one receipt; give it several times",
    )
    command.add_argument("--fee", metavar="AMOUNT", help="what was kept on the way, such as 5.00")
    example(
        command,
        'reconcile settle 5c1f0a93be27d648 R0117 R0118 --reason "one deposit, says the slip"',
        'reconcile settle 5c1f0a93be27d648 R0119 --fee 5.00 --reason "the bank kept a fee"',
    )


def _apart(command: argparse.ArgumentParser) -> None:
    command.description = "A person's word that they are not the same money: not linked, nor asked about again."
    _line_and_receipts(command)
    example(command, 'reconcile keep-apart 5c1f0a93be27d648 R0117 --reason "a namesake"')


def _line_and_receipts(command: argparse.ArgumentParser) -> None:
    command.add_argument("transaction", metavar="TRANSACTION", help="the bank line's id, from the workbook")
    command.add_argument("receipts", nargs="+", metavar="RECEIPT", help="the number of a receipt, or several")
    config_of(command)
    who_says(command)
    as_json(command, "its number")


def _unsettle(command: argparse.ArgumentParser) -> None:
    command.description = "The newest word on it is taken back, and the rules decide again; both stay on record."
    command.add_argument("name", metavar="TRANSACTION_OR_RECEIPT", help="a bank line's id, or a receipt's number")
    config_of(command)
    who_says(command, reason_needed=True)
    as_json(command, "its number")
    example(command, 'reconcile unsettle R0117 --reason "the wrong receipt"')


def _withdraw(command: argparse.ArgumentParser) -> None:
    command.description = "The receipt counts no longer, whatever file brings it again; what it was stays on record."
    command.add_argument("receipt", metavar="RECEIPT", help="its number")
    command.add_argument("--restore", action="store_true", help="put a receipt that was withdrawn back into the books")
    config_of(command)
    who_says(command, reason_needed=True)
    as_json(command, "which receipt, and whether it counts")
    example(command, 'reconcile withdraw R0117 --reason "written twice"')


def settle(arguments: argparse.Namespace) -> int:
    """`reconcile settle`: 0 when it is on record."""
    store, config = opened(arguments)
    with store:
        number = store.settle(
            [arguments.transaction, *arguments.also],
            arguments.receipts,
            by=arguments.by or config.operator,
            reason=arguments.reason,
            fee=arguments.fee,
        )
    answer(arguments, f"settlement {number} is on record", settlement=number)
    return 0


def keep_apart(arguments: argparse.Namespace) -> int:
    """`reconcile keep-apart`: 0 when it is on record."""
    store, config = opened(arguments)
    with store:
        by = arguments.by or config.operator
        number = store.keep_apart(arguments.transaction, arguments.receipts, by=by, reason=arguments.reason)
    answer(arguments, f"settlement {number} is on record: they are kept apart", settlement=number)
    return 0


def unsettle(arguments: argparse.Namespace) -> int:
    """`reconcile unsettle`: 0 when it is on record."""
    store, config = opened(arguments)
    with store:
        number = store.unsettle(arguments.name, by=arguments.by or config.operator, reason=arguments.reason)
    answer(arguments, f"settlement {number} is on record: what was said is taken back", settlement=number)
    return 0


def withdraw(arguments: argparse.Namespace) -> int:
    """`reconcile withdraw`: 0 when the receipt is out of the books, or in them again."""
    store, config = opened(arguments)
    with store:
        change = store.restore if arguments.restore else store.withdraw
        change(arguments.receipt, by=arguments.by or config.operator, reason=arguments.reason)
    words = f"receipt {shown(arguments.receipt)} {'counts again' if arguments.restore else 'counts no longer'}"
    answer(arguments, words, receipt=arguments.receipt, counts=arguments.restore)
    return 0
