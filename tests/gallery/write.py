"""Rewrites docs/errors.md from the entries: `python tests/gallery/write.py`."""

from __future__ import annotations

import re
from pathlib import Path

from entries import MADE, Entry, given, groups

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"

INTRODUCTION = """# Errors, and what to do

Every message this library gives, from the file that causes it. The page is written by
`python tests/gallery/write.py`, which runs each case; the tests fail when a message is missing here or has changed.

A message says the file, the line or cell, what stood there, and what to do, in one line. To find yours, search this
page for some words of it: names, numbers and days differ, the rest is the same. The command line writes `refused:` or
`error:` in front. In Python each message is an error of its class, with `file`, `line`, `what` and `do` of its own, and
every class is a `ReconcileError` ([reference](reference.md)).

Nothing in these files is real: accounts, names and amounts are invented.
"""

HOW = {
    "check": "`reconcile check`",
    "campaigns": "`--campaigns`",
    "funds": "`--funds`",
    "receipts": "`rc.read_receipts`",
    "payouts": "`rc.read_payouts`",
    "add_receipts": "`store.add_receipts`",
    "evaluate": "`reconcile evaluate`",
    "run": "`reconcile run`",
    "open": "`rc.open_store`",
    "copy": "`reconcile copy-store`",
    "verify store": "`reconcile verify --store`",
    "init": "`reconcile init`",
    "nightly": "`reconcile nightly`",
    "explain": "`reconcile explain`",
    "decide": "`reconcile decide`",
    "undo": "`reconcile undo`",
    "close": "`store.close`",
    "months": "`store.months`",
    "forget": "`store.forget`",
    "log": "a log",
    "review": "`reconcile review`",
    "reviewed": "`reconcile run --reviewed`",
    "take": "`rc.take_decisions`",
    "verify": "`reconcile verify`",
    "workbook": "`reconcile workbook`",
    "write": "`rc.write_workbook`",
}


def anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def caused_by(entry: Entry) -> str:
    """The class of the error, how the file is given, and the file."""
    error = given(entry).error
    kind = f"`{type(error).__name__}`" if error else "A row set aside"
    if entry.code:
        return kind + ":"
    described = f"[{entry.file}](../tests/bad/{entry.file})." if entry.file else MADE[entry.made].__doc__
    return f"{kind}, from {HOW[entry.given]} with {described}"


def section(entry: Entry) -> str:
    parts = [f"### {entry.name}", f"```text\n{given(entry).message}\n```", caused_by(entry)]
    if entry.code:
        lines = entry.code.strip().splitlines()
        shown = [f"{'...' if line[:1] in ' )' else '>>>'} {line}" for line in lines]
        parts.append("```pycon\n" + "\n".join(shown) + "\n```")
    return "\n\n".join([*parts, f"**Cause.** {entry.cause}", f"**What to do.** {entry.do}"])


def page() -> str:
    """The whole page, the same on every machine and every day."""
    contents = "\n".join(f"- [{g.title}](#{anchor(g.title)}) ({len(g.entries)})" for g in groups())
    parts = [INTRODUCTION + "\n" + contents]
    for group in groups():
        parts += [f"## {group.title}", group.about, *map(section, group.entries)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
