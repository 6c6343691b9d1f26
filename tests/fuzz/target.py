"""What must hold of any bytes at all: they are refused with an error of the tree, or what loads is sound."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from pathlib import Path

from reconcile import money
from reconcile.errors import ReconcileError
from reconcile.parsers import read_each
from reconcile.schema import SET_ASIDE, TRANSACTIONS
from reconcile.statement import Statement


def read(path: Path, content: bytes) -> list[Statement | ReconcileError]:
    """What a file of these bytes gives; raises AssertionError where that is not sound, and lets nothing pass."""
    path.write_bytes(content)
    results = read_each(path)
    assert results, "neither a statement nor an error"
    for result in results:
        if isinstance(result, ReconcileError):
            check_error(result)
        else:
            check_statement(result, content.count(b"\n") + content.count(b"\r") + 1)
    return results


def check_error(fault: ReconcileError) -> None:
    """One line, with the file, and short enough to be read."""
    text = str(fault)
    assert len(text.splitlines()) == 1, text
    assert not any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in text), text
    assert fault.file, text
    assert len(text) < 2_000, text


def check_statement(statement: Statement, most_lines: int) -> None:
    """Frames as they must be, each line taken once, and figures that add up."""
    moves, notices, aside = statement.transactions, statement.notices, statement.quarantined
    for frame, columns in ((moves, TRANSACTIONS), (notices, TRANSACTIONS), (aside, SET_ASIDE)):
        assert list(frame.columns) == columns.names
        assert list(frame.dtypes) == [column.dtype for column in columns.columns]
        columns.check(frame)
    assert moves["transaction_id"].is_unique
    assert (money.cents(moves["amount"]) != 0).all()
    lines = [*moves["line"], *notices["line"]]
    if statement.source.member is None and statement.source.layout != "OFX":
        assert len({*lines, *aside["line"]}) == len(lines) + len(aside)
        assert max([*lines, *aside["line"]], default=1) <= most_lines
    whole = not aside["amount"].isna().any() and statement.opening is not None and statement.closing is not None
    if whole and statement.source.layout != "OFX":
        moved = money.total(moves["amount"]) + (money.total(aside["amount"]) if len(aside) else Decimal(0))
        assert statement.opening + moved == statement.closing, (statement.opening, moved, statement.closing)
    repr(statement), statement._repr_html_()
