"""What all commands share: how they are asked for, what is said where they are mistyped, and answers for programs."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from reconcile.errors import did_you_mean, shown

WIDEST_HELP = 110
"""Columns of a help, however wide the terminal is: longer lines are hard to read."""


class Help(argparse.HelpFormatter):
    """Help that keeps the lines of examples as they are, and wraps all else."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(shutil.get_terminal_size().columns, WIDEST_HELP) - 2)

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        """Add these to the help; room is left for commands, which stand further right than their parser counts."""
        super().add_arguments(actions)
        self._action_max_length += 2

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        parts = (
            part if "\n  " in part else super(Help, self)._fill_text(part, width, indent) for part in text.split("\n\n")
        )
        return "\n\n".join(parts)


class Parser(argparse.ArgumentParser):
    """A parser of arguments that answers a slip with one line: what is wrong, and what was probably meant.

    Options are written out: an abbreviation that is plain today may mean two things tomorrow.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"formatter_class": Help, "allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2 after one line."""
        text = message if message.endswith(("?", ".")) else f"{message}."
        self.exit(2, f"error: {shown(text, 600)} See {self.prog} --help.\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """The arguments; one that looks like an option and is none is told first, before what is lacking."""
        args = sys.argv[1:] if args is None else list(args)
        for given in _before_a_command(self, args):
            name = given.split("=", maxsplit=1)[0]
            if name.startswith("--") and " " not in given and name not in self._option_string_actions:
                self.error(
                    f"there is no option {shown(name, 40)}. {did_you_mean(name, self._option_string_actions)}".rstrip()
                )
        return super().parse_known_args(args, namespace)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        if isinstance(action, argparse._SubParsersAction):
            self.error(f"there is no command {shown(value, 40)}. {did_you_mean(str(value), known)}".rstrip())
        what = "/".join(action.option_strings) or str(action.metavar)
        do = did_you_mean(str(value), known)
        self.error(f"{what} {shown(value, 40)} is none of {', '.join(known)}. {do}".rstrip())


def _before_a_command(parser: Parser, args: Sequence[str]) -> Iterable[str]:
    """The arguments that are this parser's own: those before a command and before `--`."""
    commands = any(isinstance(action, argparse._SubParsersAction) for action in parser._actions)
    for given in args:
        if given == "--" or (commands and not given.startswith("-")):
            return
        yield given


def example(command: argparse.ArgumentParser, *lines: str) -> None:
    """Add examples to the help of a command: what somebody would type, each line as it stands."""
    told = "\n".join([f"example{'s' if len(lines) > 1 else ''}:", *(f"  {line}" for line in lines)])
    command.epilog = f"{told}\n\n{command.epilog}" if command.epilog else told


def as_json(command: argparse.ArgumentParser, what: str) -> None:
    """Add the option that asks for an answer a program can read."""
    command.add_argument("--json", action="store_true", help=f"print {what} as JSON")


def answer(arguments: argparse.Namespace, words: str, **facts: object) -> None:
    """Print what was done: in words, or as facts where `--json` was given."""
    if arguments.json:
        print_json(facts)
    else:
        print(words)


def print_json(value: object) -> None:
    """Print for a program: amounts are text, so that no reader makes floats of them."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
