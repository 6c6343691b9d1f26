"""Statements from files: each document is offered to every layout, one may claim it, and its rows must prove."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Protocol, cast

import numpy as np
import pandas as pd

from reconcile._found import found_in
from reconcile.errors import ReconcileError, UnknownLayout, UnreadableFile, shown
from reconcile.files import MAX_BYTES, Document, each_document, raise_together
from reconcile.parsers.unknown import refusal
from reconcile.statement import Statement, add_ids


class Layout(Protocol):
    """An export layout. A new one is a module of `reconcile.parsers.layouts` with one as its `LAYOUT`, nothing else."""

    name: str
    suffix: str

    def claims(self, document: Document) -> bool:
        """Whether the document, by its content, is of this layout; cheap, and strict enough that only one says so."""
        ...

    def read(self, document: Document) -> list[Statement]:
        """The statements in it, proved; raises an error of the tree otherwise."""
        ...


def read_statement(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> Statement:
    """The one account's statement that a file holds (CSV, OFX, or a ZIP of one).

    Raises what `read_statements` raises, and UnknownLayout when the file holds several.
    """
    found = read_statements(path, max_bytes=max_bytes)
    if len(found) != 1:
        accounts = ", ".join(s.account.shown for s in found)
        what = f"holds {len(found)} statements ({accounts})"
        raise UnknownLayout(what, file=Path(path).name, do="Use read_statements, which gives a list.")
    return found[0]


def read_statements(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> list[Statement]:
    """Every statement a file holds, in the order of the file; several for a ZIP or an OFX with several accounts.

    Raises UnreadableFile, UnknownLayout, ForeignStatement or DamagedStatement; where several members of a ZIP are
    refused, one error names each.
    """
    found = read_each(path, max_bytes=max_bytes)
    raise_together([f for f in found if isinstance(f, ReconcileError)], Path(str(path)).name)
    return [s for s in found if isinstance(s, Statement)]


def read_each(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> list[Statement | ReconcileError]:
    """As `read_statements`, but what is refused stands in the list in its place and hides nothing else."""
    try:
        documents = each_document(path, max_bytes=max_bytes)
    except ReconcileError as fault:
        return [fault]
    except MemoryError:
        return [_too_large(Path(path).name)]
    found: list[Statement | ReconcileError] = []
    first_of: dict[str, str] = {}
    for document in documents:
        if isinstance(document, ReconcileError):
            found.append(document)
        elif document.sha256 in first_of:
            first = shown(first_of[document.sha256])
            warning = f"{shown(document.name)} has the same bytes as {first} and was read once"
            found = [_warned(s, warning, document.sha256) if isinstance(s, Statement) else s for s in found]
        else:
            first_of[document.sha256] = document.name
            try:
                found += _counted(_read(document))
            except ReconcileError as fault:
                found.append(fault)
            except MemoryError:
                found.append(_too_large(document.name))
    return found


def _too_large(name: str) -> UnreadableFile:
    do = "Download it in parts by date, or read it where there is more memory."
    return UnreadableFile("needs more memory than there is", file=name, do=do)


def _counted(statements: list[Statement]) -> list[Statement]:
    """The statements of one document; equal rows are counted over all blocks of an account, which are one delivery."""
    numbers = [s.account.number for s in statements]
    for number in {n for n in numbers if numbers.count(n) > 1}:
        own = [i for i, n in enumerate(numbers) if n == number]
        rows = add_ids(pd.concat([statements[i].transactions for i in own], ignore_index=True))
        ends = np.cumsum([len(statements[i].transactions) for i in own])
        for i, part in zip(own, np.split(np.arange(len(rows)), ends[:-1]), strict=True):
            statements[i] = replace(statements[i], transactions=rows.iloc[part].reset_index(drop=True))
    return statements


def known_layouts() -> list[Layout]:
    """The layouts this library knows."""
    return cast("list[Layout]", found_in("reconcile.parsers.layouts", "LAYOUT"))


def _read(document: Document) -> list[Statement]:
    claiming = [layout for layout in known_layouts() if layout.claims(document)]
    if not claiming:
        raise refusal(document)
    if len(claiming) > 1:
        names = " and ".join(layout.name for layout in claiming)
        raise UnknownLayout(f"is claimed by {names}", file=document.name, do="Report this: only one may claim a file.")
    layout = claiming[0]
    suffix = PurePosixPath((document.member or document.file_name).lower()).suffix
    others = {other.suffix for other in known_layouts()} - {layout.suffix}
    if suffix not in others:
        return layout.read(document)
    warning = f"is named {suffix} but is {layout.name} by its content"
    return [_warned(s, warning, s.source.sha256) for s in layout.read(document)]


def _warned(statement: Statement, warning: str, sha256: str) -> Statement:
    return (
        replace(statement, warnings=(*statement.warnings, warning)) if statement.source.sha256 == sha256 else statement
    )
