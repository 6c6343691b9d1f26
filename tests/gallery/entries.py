"""The entries of the gallery: read from `entries/*.toml`, and run, so that each message is the one really given."""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Callable
from contextlib import ExitStack, chdir
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import made
import made_nights
import made_reviews
import made_stores
import pandas as pd
from sites import watched

import reconcile as rc
from reconcile.errors import ReconcileError
from reconcile.matching.evaluation import read_labelled
from reconcile.nightjob.config import read_config
from reconcile.parsers import read_each
from reconcile.run import run
from reconcile.statement import Statement

HERE = Path(__file__).parent
BAD, SAMPLES = made.BAD, made.SAMPLES
ROOMS = (made, made_stores, made_nights, made_reviews)
MADE = {name: item for module in ROOMS for name, item in vars(module).items()}


@dataclass(frozen=True)
class Entry:
    """One message: the file or the code that causes it, how it is given, its cause and the way out.

    `given` is code, or how the file is given: see `HOW` in write.py. The file is one of `tests/bad`, or `made` names a
    function of made.py or of one of those beside it. `line` is set for a row set aside; `of_the_whole` says that
    no line is at fault alone, `of_no_file` that the refusal is not about a file.
    """

    name: str
    cause: str
    do: str
    given: str = "check"
    file: str = ""
    made: str = ""
    code: str = ""
    line: int = 0
    of_the_whole: bool = False
    of_no_file: bool = False


@dataclass(frozen=True)
class Group:
    title: str
    about: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Given:
    """What came of an entry: the error, or None for a row set aside, the message, and the lines of code it took."""

    error: ReconcileError | None
    message: str
    reached: frozenset[tuple[str, int]]


@cache
def groups() -> tuple[Group, ...]:
    found = []
    for path in sorted((HERE / "entries").glob("*.toml")):
        page = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = [Entry(**{"given": "code" if "code" in e else "check"} | e) for e in page["entry"]]
        found.append(Group(page["title"], page["about"].strip().replace("\n", " "), tuple(entries)))
    return tuple(found)


def entries() -> list[Entry]:
    return [entry for group in groups() for entry in group.entries]


@cache
def prepared() -> dict[str, Any]:
    campaigns = rc.read_campaigns(SAMPLES / "campaigns.csv")
    statement = rc.read_statement(SAMPLES / "history-2018-09.csv")
    return {"campaigns": campaigns, "statement": statement, "matches": rc.match(statement.transactions, campaigns)}


@cache
def given(entry: Entry) -> Given:
    """Run the entry in an empty folder and keep what it says."""
    _ = prepared(), made_stores.kept(), made_reviews.from_a_store(), made_reviews.from_a_file()  # outside the watch
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(chdir(folder))
        made_reviews.on_a_day(stack)
        reached = stack.enter_context(watched())
        try:
            asides = acted(entry, folder, stack)
        except ReconcileError as error:
            return Given(error, str(error), frozenset(reached))
    if entry.line not in asides:
        raise AssertionError(f"{entry.name}: nothing is refused; rows set aside: {asides}")
    return Given(None, asides[entry.line], frozenset(reached))


def acted(entry: Entry, folder: Path, stack: ExitStack) -> dict[int, str]:
    """Do what the entry says; the rows set aside by line, each as the command line shows it."""
    if entry.given == "code":
        names = deepcopy(prepared()) | {"rc": rc, "pd": pd, "sample": lambda name: SAMPLES / name}
        if re.search(r"\bstore\b", entry.code):
            opened = rc.open_store(made_stores.a_copy(folder))
            names |= {"store": stack.enter_context(opened)} | made_stores.kept()[1]
        exec(compile(entry.code, entry.name, "exec"), names)
        return {}
    path = MADE[entry.made](folder, stack) if entry.made else BAD / entry.file
    if path is not None and entry.given not in DOING:
        return set_aside(path)
    if path is not None:
        DOING[entry.given](path)
    return {}


DOING: dict[str, Callable[[Path], Any]] = {
    "run": lambda path: run([SAMPLES / "history-2018-09.csv"], prepared()["campaigns"], out=path.name),
    "campaigns": rc.read_campaigns,
    "funds": rc.read_funds,
    "receipts": rc.read_receipts,
    "payouts": rc.read_payouts,
    "evaluate": lambda path: rc.evaluate(read_labelled(path), prepared()["campaigns"]),
    "open": rc.open_store,
    "nightly": read_config,
    "review": lambda path: made_reviews.tell(rc.read_decisions(path).refused),
    "verify": rc.verify_workbook,
}
"""What is done with a file that is not read as a statement."""


def set_aside(path: Path) -> dict[int, str]:
    found = read_each(path)
    for fault in found:
        if not isinstance(fault, Statement):
            raise fault
    rows = [row for s in found if isinstance(s, Statement) for row in s.quarantined.itertuples()]
    return {int(row.line): f"set aside: {row.source}, line {row.line}: {row.reason}" for row in rows}
