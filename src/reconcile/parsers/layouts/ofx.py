"""FNB's OFX download, version 1 (SGML) and 2 (XML), bank and card accounts, one or several in a file.

OFX states no running balance and no opening balance: what proves a file is that every row opened is closed, that
nothing stands outside the rows, that no row comes twice with the bank's own id, and that it ends with </OFX>. A digit
changed in an amount cannot be seen; an export as CSV of the same days shows it. MEMO carries the text of the statement;
FITID is kept as evidence, never as identity, because a second download may carry others.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.errors import DamagedStatement
from reconcile.files import Document
from reconcile.parsers.cells import or_null
from reconcile.parsers.frames import Rows, period_of, set_aside, source_of, split_by_effect
from reconcile.parsers.ofx_columns import Columns, asides_of, columns_of, decimal_points, oldest_first
from reconcile.parsers.ofx_envelope import Envelope, read_envelope, refuse_unsafe
from reconcile.parsers.ofx_proof import Taken, checks_of, closing_of, repeats_of, warnings_of
from reconcile.parsers.ofx_rows import RowTexts, cut_rows
from reconcile.statement import Account, Proof, Statement

_HEADER = re.compile(r"(?:[A-Z]+:[^\n<]*\n\s*)*OFXHEADER\s*:", re.I)
_START = re.compile(r"<\?OFX\b|<OFX>", re.I)
_Numbers = npt.NDArray[np.intp]


class Ofx:
    """Reads OFX; see the module for what its proof can and cannot say."""

    name = "OFX"
    suffix = ".ofx"

    def claims(self, document: Document) -> bool:
        """Whether the document begins as OFX: with its header, or with a tag and <OFX> soon after."""
        head = document.text[:4096].lstrip()
        return document.kind == "text" and bool(_HEADER.match(head) or (head.startswith("<") and _START.search(head)))

    def read(self, document: Document) -> list[Statement]:
        """One statement for each account block; raises DamagedStatement, ForeignStatement or UnknownLayout."""
        text = document.text.replace("\r\n", "\n").replace("\r", "\n")
        refuse_unsafe(text, document.name)
        outside, rows = cut_rows(text, document.name)
        amounts, comma = decimal_points(rows.fields["TRNAMT"])
        accounts = read_envelope(outside, document.name, comma)
        columns = columns_of(rows, amounts)
        repeats = repeats_of(rows, [a.number for a in accounts])
        statements = []
        for block, account in enumerate(accounts):
            own = np.flatnonzero(rows.blocks == block)
            taken = _taken(own, rows, columns, document)
            statements.append(_statement(account, taken, rows, repeats[own], document))
        _refuse_twice(statements, document.name)
        return statements


LAYOUT = Ofx()


def _taken(own: _Numbers, rows: RowTexts, columns: Columns, document: Document) -> Taken:
    """One account's rows as columns, oldest first, and those set aside."""
    bad = own[~columns.good[own]]
    asides = asides_of(bad, rows, columns)
    waiting = sum(int(row) in rows.pending for row in bad)
    if len(own) > waiting and len(bad) == len(own):
        first = next(a for a, row in zip(asides, bad.tolist(), strict=True) if row not in rows.pending)
        count = len(own) - waiting
        which = "its only row cannot" if count == 1 else f"none of its {count} rows can"
        what = f"{which} be read ({first.reason})"
        raise DamagedStatement(what, file=document.name, line=first.line, do="Download the file again.")
    kept, sorted_by_day = oldest_first(own[columns.good[own]], columns.days)
    take = pa.array(kept)
    fields = {name: values.take(take) for name, values in rows.fields.items()}
    table = Rows(
        rows.lines[kept],
        columns.days[kept],
        money.from_text(columns.amounts.take(take)),
        pa.nulls(len(kept), money.ARROW),
        columns.descriptions.take(take),
        None,
        # REFNUM is the bank's own reference (OFX 1.6, 11.4.3.1), not the payer's
        pc.coalesce(or_null(fields["FITID"]), or_null(fields["CHECKNUM"]), or_null(fields["REFNUM"])),
    )
    return Taken(table, fields, asides, waiting, sorted_by_day)


def _statement(
    envelope: Envelope, taken: Taken, rows: RowTexts, repeats: npt.NDArray[np.int8], document: Document
) -> Statement:
    source = source_of(document, Ofx.name)
    transactions, notices = split_by_effect(taken.table, envelope.number, source.name)
    balance = closing_of(envelope, taken)
    return Statement(
        Account(envelope.number, "", envelope.kind),
        envelope.period or period_of(taken.table.days),
        balance.opening,
        balance.closing,
        transactions,
        notices,
        set_aside(taken.asides, source.name),
        source,
        Proof(checks_of(envelope, taken, balance, repeats, (len(transactions), len(notices)))),
        (*document.warnings, *envelope.warnings, *warnings_of(envelope, taken, balance, repeats, rows.unknown_tags)),
    )


def _refuse_twice(statements: list[Statement], file: str) -> None:
    """The same account may come in two blocks, but not with the same rows: that would double the money."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for statement in statements:
        ids = tuple(sorted(statement.transactions["transaction_id"]))
        if ids and (statement.account.number, ids) in seen:
            what = f"holds the same rows of account {statement.account.shown} twice"
            raise DamagedStatement(what, file=file, do="Download the file again.")
        seen.add((statement.account.number, ids))
