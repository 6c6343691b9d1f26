"""Whether sources are those that a workbook was made from: by what its sheet Control names, and line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from reconcile.errors import ReconcileError, ReviewRefused, shown
from reconcile.reporters.sheets.control import SHA256_COLUMN
from reconcile.review.cells import Book
from reconcile.statement import Statement

ALL_OF_THEM = "Give the statements that stand on its sheet Control, all of them and no others."
DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_NAMED = 5
"""So many lines are named one by one."""


def files_of(book: Book) -> dict[str, str]:
    """The files that the sheet Control names, by their SHA-256."""
    control = book.sheets.get("Control", {})
    named = {}
    for (row, column), cell in control.items():
        if column == SHA256_COLUMN and DIGEST.fullmatch(str(cell.value)) and (row, 1) in control:
            named[str(cell.value)] = str(control[row, 1].value)
    return named


def as_many_as_named(book: Book, statements: Sequence[Statement], refused: Sequence[ReconcileError]) -> None:
    """A file too few or too many would make hundreds of cells differ, and none of them would say why.

    Files that changed since are as many as were named, and show as cells that differ.
    """
    named = files_of(book)
    given = {statement.source.sha256: statement.source.name for statement in statements}
    if not named or len(named) == len(given):
        return
    not_read = {fault.file: fault for fault in refused}
    lacking = [name for key, name in named.items() if key not in given]
    for name in lacking:
        if name in not_read:
            fault = not_read[name]
            what = f"{name} stands on its sheet Control, and what was given under that name is refused: {fault.what}"
            raise ReviewRefused(what, file=book.name, do=ALL_OF_THEM) from fault
    said = [f"{name} stands on its sheet Control and was not given" for name in lacking]
    said += [
        f"{name} was given, and its sheet Control does not name it" for key, name in given.items() if key not in named
    ]
    raise ReviewRefused("; ".join(said), file=book.name, do=ALL_OF_THEM)


def other_files(book: Book, statements: Sequence[Statement]) -> list[str]:
    """Which of the statements are other files than those that the sheet Control has under their names."""
    named = files_of(book)
    known = {name: key for key, name in named.items()}
    given = {s.source.name: s.source.sha256 for s in statements if s.source.sha256 not in named}
    said = "is not the file that the workbook was made from: its SHA-256 is {}, on the sheet Control it is {}"
    return [f"{shown(name)} {said.format(key, known[name])}" for name, key in given.items() if name in known]


def as_named(statements: Sequence[Statement], named: dict[str, str]) -> tuple[list[Statement], list[str]]:
    """The statements under the names of the files of their SHA-256 in `named`, and which ones came under others."""
    said: dict[str, str] = {}
    own = []
    for statement in statements:
        name, source = named.get(statement.source.sha256), statement.source
        masked = source.name.replace(statement.account.number, statement.account.shown)
        if name is not None and name not in (source.name, masked):
            said[source.name] = f"{shown(source.name)} is, byte for byte, what its sheet Control calls {shown(name)}"
            own.append(_renamed(statement, name))
        else:
            own.append(statement)
    return own, list(said.values())


def _renamed(statement: Statement, name: str) -> Statement:
    file, _, member = name.partition(":")
    frames = {
        which: getattr(statement, which).assign(source=pd.Series(name, getattr(statement, which).index, dtype="str"))
        for which in ("transactions", "notices", "quarantined")
    }
    return replace(statement, source=replace(statement.source, file=file, member=member or None), **frames)


def called(books: pd.DataFrame | None, names: Sequence[object]) -> tuple[pd.DataFrame | None, list[str]]:
    """Receipts or payouts of one file under the one name of `names`: its rows are held against those there anyway."""
    if books is None:
        return None, []
    own, wanted = books["source"].dropna().unique(), {str(name) for name in names if name is not None}
    if len(own) != 1 or len(wanted) != 1 or own[0] in wanted:
        return books, []
    name = wanted.pop()
    return books.assign(source=pd.Series(name, books.index, dtype="str")), [
        f"{shown(own[0])} is held against what the workbook calls {shown(name)}"
    ]


def not_its_own(rows: Iterable[Mapping[str, Any]], lines: pd.DataFrame) -> Iterator[str]:
    """Which lines only one side has, by file and line: the `rows` of the sheet Transactions, and the `lines` given.

    A gift of a payout has the line of its payout.
    """
    named = lines["transaction_id"].str.partition("/")[0]
    theirs = {(i, str(f), int(n)) for i, f, n in zip(named, lines["source"], lines["line"], strict=True)}
    own = {(str(r.get("Transaction id")).partition("/")[0], str(r.get("File")), r.get("Line")) for r in rows}
    known, had = {one[0] for one in own}, {one[0] for one in theirs}
    lacking = {one[1:] for one in own if one[0] not in had}
    more = {one[1:] for one in theirs if one[0] not in known}
    yield from _some(lacking & more, "not the same there")
    yield from _some(more - lacking, "not in the workbook")
    yield from _some(lacking - more, "in none of them")


def _some(places: set[tuple[Any, ...]], said: str) -> Iterator[str]:
    """Some lines of each file by number, and how many more there are."""
    for file in sorted({file for file, _ in places}):
        lines = sorted((line for own, line in places if own == file), key=lambda line: (len(str(line)), str(line)))
        told = ", ".join(shown(line) for line in lines[:MOST_NAMED])
        more = f" and {len(lines) - MOST_NAMED} more" if len(lines) > MOST_NAMED else ""
        one = len(lines) == 1
        yield f"{shown(file)}, {'line' if one else 'lines'} {told}{more} {'is' if one else 'are'} {said}"
