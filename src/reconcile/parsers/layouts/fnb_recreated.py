"""FNB's "Recreated Statement" as CSV, as the bank's specification of July 2012 has it.

It comes in two shapes: lines of key and value above a table, or one flat table whose first row has the statement's own
values. A table with the columns alone is read too; the account then is in the name of the file. Columns are found by
name, because their order is not known for certain. It states opening and closing balance, sums and counts of debits and
credits, and a running balance; an overdrawn balance has its minus behind. A debit whose amount has no minus of its own
has it in the column Debit / Credit, and the balances prove it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.errors import DamagedStatement, shown
from reconcile.files import Document
from reconcile.parsers.account_number import account_number, named_account
from reconcile.parsers.cells import Cells, or_null, runs_of_lines, unix_lines
from reconcile.parsers.days import COMPACT, days_of, fault_of
from reconcile.parsers.ledger import Ledger, StatedBalances, line_parts, prove, statement_of
from reconcile.parsers.lines import read_lines
from reconcile.parsers.named_columns import Columns, NamedCells, cells_in, columns_in, named_cells, refuse_lacking
from reconcile.parsers.odd_lines import Wording
from reconcile.parsers.proofs import Sentences, Stated
from reconcile.statement import Account, Statement

_MARK = "recreated statement"
_ROW = ("effective date", "description", "amount", "balance")
_VALUES = (
    "date",
    "account nickname",
    "account number",
    "opening balance",
    "closing balance",
    "debits",
    "credits",
    "number of debits",
    "number of credits",
)
_LOOKED_AT = 40
_AGAIN = "Download the file again."
_MONEY = r"-?[0-9]+([.,][0-9]{1,2})?-?"
_FORMS = {"amount": _MONEY, "balance": _MONEY, "service fee": f"({_MONEY})?", "debit / credit": "(?i:CR|DR|-)?"}


@dataclass
class Heading:
    """What the statement says of itself, each value with its line, and the columns of the rows below line `lines`."""

    columns: Columns
    start: int
    lines: int
    values: dict[str, tuple[str, int]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class Recreated:
    """Reads a Recreated Statement; see the module for what proves it."""

    name = "FNB Recreated Statement CSV"
    suffix = ".csv"

    def claims(self, document: Document) -> bool:
        """Whether the document begins with its title, or with the names of its columns."""
        if document.kind != "text":
            return False
        first = re.split("[\r\n]", document.text[:2000].lstrip(), maxsplit=1)[0]
        return first.strip(" \"'").lower().startswith(_MARK) or bool(
            (columns := columns_in(first, _ROW)) and not columns.lacking(_ROW)
        )

    def read(self, document: Document) -> list[Statement]:
        """One statement; raises DamagedStatement where its rows do not prove."""
        text, file = unix_lines(document.text), document.name
        heading = _heading(text, file)
        account = _account(heading, document)
        opening, closing = (_balance(heading, name, file) for name in ("opening balance", "closing balance"))
        second = re.compile(rf"\s*\"?({_MARK}|account number)", re.I)
        wording = Wording(heading.columns.names, second, r"[0-9]\.[0-9]{2}-?[,;\t|]*.?[0-9]{8}[,;\t|]")
        raw = runs_of_lines(text, heading.start, heading.lines + 1, file)
        # behind the text stands the balance, which the chain proves; only a lone row could be cut inside it unseen
        cut = closing is None and "\n" not in text[heading.start :] and document.member is None
        lines = read_lines(_cells(raw, heading, file), heading.lines + 1, wording, file, cut=cut)
        ledger = prove(lines, StatedBalances(opening, closing))
        said = _said(ledger, heading, opening, closing, file)
        return [statement_of(ledger, document, self.name, account, said, warnings=heading.warnings)]


LAYOUT = Recreated()


def _heading(text: str, file: str) -> Heading:
    start = 0
    values: dict[str, tuple[str, int]] = {}
    unknown: list[str] = []
    for number in range(1, _LOOKED_AT):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        start = end + 1 if end >= 0 else len(text)
        columns = columns_in(line, _ROW)
        if columns is not None:
            refuse_lacking(columns, _ROW, file, number)
            return _flat(Heading(columns, start, number, values, tuple(unknown)), text, file)
        # a comma may be decimal where something else separates, so it is tried last
        apart = [cells_in(line, separator) for separator in ";\t|,"]
        cells = next((cells for cells in apart if cells[0].lower() in (_MARK, *_VALUES)), apart[-1])
        if cells[0].lower() in _VALUES and len(cells) > 1:
            if cells[0].lower() in values:
                raise DamagedStatement(f'"{cells[0]}" stands twice', file=file, line=number, do=_AGAIN)
            several = cells[0].lower() == "account nickname"
            values[cells[0].lower()] = (", ".join(c for c in cells[1:] if c) if several else cells[1], number)
        elif cells[0] and cells[0].lower() != _MARK:
            unknown.append(f'line {number} above the rows is not known: "{shown(cells[0], 40)}"')
        if end < 0:
            break
    what = f"no line names the columns {', '.join(_ROW)}"
    raise DamagedStatement(what, file=file, line=number, do="The file was cut off or changed. " + _AGAIN)


def _flat(heading: Heading, text: str, file: str) -> Heading:
    """With the values of the row below, where the columns of the statement stand among those of its rows."""
    names = heading.columns.names
    if "account number" not in names:
        return heading
    end = text.find("\n", heading.start)
    line = text[heading.start : end if end >= 0 else len(text)]
    cells = dict(zip(names, cells_in(line, heading.columns.separator), strict=False))
    if cells.get("account number"):
        # without its balances a file cut off here would be a statement without rows
        for name in ("opening balance", "closing balance"):
            if name in names and not cells.get(name):
                what = f"the row with the statement's own values has no {name}"
                raise DamagedStatement(what, file=file, line=heading.lines + 1, do=_AGAIN)
        heading.values = {n: (cells[n], heading.lines + 1) for n in _VALUES if cells.get(n)}
        if not cells.get("effective date"):
            heading.start, heading.lines = (end + 1 if end >= 0 else len(text)), heading.lines + 1
    return heading


def _account(heading: Heading, document: Document) -> Account:
    name = heading.values.get("account nickname", ("", 0))[0]
    if "account number" not in heading.values:
        return Account(named_account(document), name)
    # the specification fills the number with zeros to eleven digits
    return Account(account_number(*_at(heading, "account number", document.name)).lstrip("0"), name)


def _at(heading: Heading, name: str, file: str) -> tuple[str, str, int]:
    text, line = heading.values[name]
    return text, file, line


def _balance(heading: Heading, name: str, file: str) -> int | None:
    if name not in heading.values:
        return None
    text, line = heading.values[name]
    text = text.replace(",", ".")
    cents = money.cents_of("-" + text[:-1].strip() if text.endswith("-") else text)
    if cents is None:
        raise DamagedStatement(f'the {name} "{shown(text, 30)}" is not money', file=file, line=line, do=_AGAIN)
    return cents


def _cells(runs: Iterator[pa.Array], heading: Heading, file: str) -> Iterator[Cells]:
    """The runs taken apart; raises DamagedStatement at a row that is of another account than the heading."""
    account = heading.values.get("account number", ("", 0))[0]
    line = heading.lines + 1
    for raw in runs:
        found = named_cells(raw, heading.columns, _ROW, _FORMS)
        numbers = found["account number"]
        # a repeated heading has the name of the column itself there
        known = pa.array(["", account, "Account Number"], numbers.type)
        others = np.flatnonzero(~np.asarray(pc.is_in(numbers, known)))
        if len(others):
            do = "Put each statement into a file of its own."
            at = line + int(others[0])
            raise DamagedStatement("a statement of another account begins here", file=file, line=at, do=do)
        yield _run(_shown(raw, heading.columns.separator), found)
        line += len(raw)


def _run(raw: pa.Array, found: NamedCells) -> Cells:
    dates, references = found["effective date"], found["reference"]
    return Cells(
        raw,
        found.whole,
        dates,
        days_of(dates, COMPACT),
        partial(fault_of, form=COMPACT),
        _signed(_pointed(found["amount"]), found["debit / credit"]),
        pc.replace_substring_regex(_pointed(found["balance"]), "^([0-9.]+) ?-$", r"-\1"),
        found.exactly("description"),
        or_null(references),
    )


def _shown(raw: pa.Array, separator: str) -> pa.Array:
    """The lines as a row set aside shows them: a tab that separates is no control character, and empty cells are none.

    A comma stands for the tab, as no sheet can show one.
    """
    if separator == ",":
        return raw
    lines = pc.replace_substring(raw, "\t", ",")
    return pc.replace_substring_regex(lines, "^[,;| ]+$", "")


def _pointed(figures: pa.Array) -> pa.Array:
    """A decimal comma, which only stands where something else separates cells, as a point."""
    return pc.replace_substring_regex(figures, "^(-?[0-9]+),([0-9]{1,2} ?-?)$", r"\1.\2")


def _signed(amounts: pa.Array, sides: pa.Array) -> pa.Array:
    """The amounts, those the column calls debits with a minus; the balances prove it."""
    debits = pc.is_in(pc.utf8_upper(sides), pa.array(["-", "DR"], sides.type))
    return pc.if_else(debits, pc.replace_substring_regex(amounts, "^([0-9])", r"-\1"), amounts)


def _said(ledger: Ledger, heading: Heading, opening: int | None, closing: int | None, file: str) -> Sentences:
    said = Sentences(file, len(ledger.asides))
    said.every_line(ledger.count + heading.lines, line_parts(ledger, heading.lines))
    said.chain(ledger.in_chain, 0, broken=ledger.broken)
    not_stated = "this file states none"
    if opening is None or closing is None:
        said.led_to("opening balance", opening, "in front of the oldest row", not_stated)
        said.led_to("closing balance", closing, "after the newest row", not_stated)
    else:
        line = heading.values["closing balance"][1]
        said.movements(opening, ledger.moved, closing, line, ledger.broken)
    cents = ledger.cents
    sums = [("debits", -int(cents[cents < 0].sum())), ("credits", int(cents[cents > 0].sum()))]
    counts = [("number of debits", int((cents < 0).sum())), ("number of credits", int((cents > 0).sum()))]
    for name, found, show in (("sums", sums, money.shown_cents), ("counts", counts, str)):
        stated = [(_stated(heading, words, file), own) for words, own in found if words in heading.values]
        if stated:
            said.figures(f"{name} of debits and credits", [s for s, _ in stated], [own for _, own in stated], show)
        else:
            said.not_offered(f"{name} of debits and credits", not_stated)
    return said


def _stated(heading: Heading, words: str, file: str) -> Stated:
    text, line = heading.values[words]
    if not words.startswith("number"):
        return Stated(words, line, abs(_balance(heading, words, file) or 0))
    if not re.fullmatch("[0-9]{1,9}", text):
        raise DamagedStatement(f'the {words} "{shown(text, 30)}" is no number', file=file, line=line, do=_AGAIN)
    return Stated(words, line, int(text))
