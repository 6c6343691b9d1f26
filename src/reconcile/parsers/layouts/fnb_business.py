"""FNB's business export with the columns SERVICE FEE, REFERENCE and CHEQUE NUMBER.

It holds NUL bytes, which are taken out. The running balance proves the rows between the first and the last; nothing
states the balance before the oldest row or after the newest, so rows missing at either end are found only through
another statement. The service fee is collected later in a row of its own and never added to an amount. What stands in
the two lines above the columns is not known for certain: the account is the one number of its length there, or else the
one in the name of the file.
"""

from __future__ import annotations

import re
from functools import partial

import pyarrow as pa

from reconcile.files import Document
from reconcile.parsers.account_number import named_account
from reconcile.parsers.cells import Cells, or_null, runs_of_lines, unix_lines
from reconcile.parsers.days import days_of, fault_of
from reconcile.parsers.ledger import StatedBalances, line_parts, prove, statement_of
from reconcile.parsers.lines import read_lines
from reconcile.parsers.named_columns import Columns, cells_in, columns_in, named_cells, refuse_lacking
from reconcile.parsers.odd_lines import Wording
from reconcile.parsers.proofs import Sentences
from reconcile.statement import Account, Statement

_ROW = ("date", "service fee", "amount", "description", "balance")
_OTHER = {"effective date", "recreated statement"}
"""Columns of the Recreated Statement, which may have a service fee too."""

_LOOKED_AT = 6
_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{10,12}(?![0-9])")
_DAY = re.compile(r"(?P<y>[0-9]{4})[-/](?P<m>[0-9]{2})[-/](?P<d>[0-9]{2})")
_MONEY = r"-?[0-9]+(\.[0-9]{1,2})?"
_FORMS = {"amount": _MONEY, "balance": _MONEY, "service fee": f"({_MONEY})?"}
# a line end that was lost or, as .? allows, became another letter
_JOINED = r"[0-9]\.[0-9]{2},[^,]*,?.?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2},"
_NOT_STATED = "the layout does not state it: a statement that overlaps must show that no row is missing there"


class Business:
    """Reads the business export; see the module for what its proof can and cannot say."""

    name = "FNB business CSV with SERVICE FEE"
    suffix = ".csv"

    def claims(self, document: Document) -> bool:
        """Whether one of the first lines names a column SERVICE FEE beside a date and an amount."""
        return document.kind == "text" and _columns(unix_lines(document.text[:4000])) is not None

    def read(self, document: Document) -> list[Statement]:
        """One statement; raises DamagedStatement where its rows do not prove."""
        text, file = unix_lines(document.text.replace("\x00", "")), document.name
        found = _columns(text[:4000])
        assert found is not None
        columns, above = found
        number = len(above) + 1
        refuse_lacking(columns, _ROW, file, number)
        start = text.find("\n", sum(len(line) + 1 for line in above)) + 1 or len(text)
        wording = Wording(columns.names, _second(above), _JOINED)
        raw = runs_of_lines(text, start, number + 1, file)
        # behind the text stands the balance, which the chain proves; only a lone row could be cut inside it unseen
        cut = "\n" not in text[start:] and document.member is None
        lines = read_lines((_cells(r, columns) for r in raw), number + 1, wording, file, cut=cut)
        ledger = prove(lines, StatedBalances())
        said = Sentences(file, len(ledger.asides))
        said.every_line(ledger.count + number, line_parts(ledger, number))
        said.chain(ledger.in_chain, 0, broken=ledger.broken)
        said.not_offered("opening and closing balance", _NOT_STATED)
        nuls = document.text.count("\x00")
        warnings = [f"{nuls} NUL bytes were taken out, as this export has them"] if nuls else []
        return [statement_of(ledger, document, self.name, _account(above, document), said, warnings=warnings)]


LAYOUT = Business()


def _columns(text: str) -> tuple[Columns, list[str]] | None:
    lines = text.replace("\x00", "").split("\n")
    for at, line in enumerate(lines[:_LOOKED_AT]):
        columns = columns_in(line, _ROW)
        if columns is not None and "service fee" in columns.names and not _OTHER & set(columns.names):
            return columns, lines[:at]
    return None


def _second(above: list[str]) -> re.Pattern[str]:
    """What begins a second statement: a line that stands above the columns, or one with an account alone."""
    again = [re.escape(line) for line in above if line.strip(" ,")]
    return re.compile("|".join([*again, r"\s*\"?[0-9]{10,12}\"?\s*,"]))


def _account(above: list[str], document: Document) -> Account:
    numbers = sorted({n for line in above for n in _ACCOUNT.findall(line)})
    if len(numbers) != 1:
        return Account(named_account(document))
    cells = next(cells for line in above if numbers[0] in (cells := cells_in(line, ",")) or numbers[0] in line)
    at = cells.index(numbers[0]) if numbers[0] in cells else len(cells)
    return Account(numbers[0], next((c for c in cells[at + 1 :] if c), ""))


def _cells(raw: pa.Array, columns: Columns) -> Cells:
    found = named_cells(raw, columns, _ROW, _FORMS)
    dates = found["date"]
    references, cheques = found["reference"], found["cheque number"]
    return Cells(
        raw,
        found.whole,
        dates,
        days_of(dates, _DAY),
        partial(fault_of, form=_DAY),
        found["amount"],
        found["balance"],
        found.exactly("description"),
        or_null(references),
        or_null(cheques),
    )
