"""FNB's Online Banking Enterprise export "CSV Date Number": seven fields and no line that names them.

Statement date, statement number, narrative, cheque or reference number, amount, the row's day and month, balance. The
year is the statement's, or the one before where the month is later than the statement's. A record 2 with the account
and the opening balance may stand in front; without it the account is in the name of the file, and nothing states the
balance before the oldest row.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.errors import DamagedStatement, shown
from reconcile.files import Document
from reconcile.parsers.account_number import account_number, named_account
from reconcile.parsers.cells import Cells, or_null, runs_of_lines, unix_lines
from reconcile.parsers.days import days_read, fault_read
from reconcile.parsers.emailed_records import fields_of
from reconcile.parsers.ledger import StatedBalances, line_parts, prove, statement_of
from reconcile.parsers.lines import read_lines
from reconcile.parsers.odd_lines import Wording
from reconcile.parsers.proofs import Sentences
from reconcile.parsers.yearless import day_before_statement
from reconcile.statement import Account, Statement

_FIELDS = r"[0-9]{2}/[0-9]{2}/[0-9]{4},[0-9]{1,9},[^\n]*,[^,\n]*,[^,\n]*,[0-9]{2}/[0-9]{2},[^,\n]*"
# in front of the first whole row may stand some that are not: behind a record 2 any that no other layout begins with
_FRONT = r"2,[^\n]*\n(?:(?![345]\s*[,\n])[^\n]*\n){0,5}?|(?:[0-9]{2}/[0-9]{2}/[0-9]{4},[^\n]*\n){0,5}?"
_CLAIM = re.compile(rf"\s*(?:{_FRONT})\s*{_FIELDS}(\n|\Z)")
_NO_ROWS = re.compile(r"\s*2,[^\n,]*,['\"]*OPENING['\"]*,[^\n,]*\s*", re.I)
_ROW = (
    r"^(?P<stated>[0-9]{2}/[0-9]{2}/[0-9]{4}),(?P<number>[0-9]{1,9}),(?P<text>.*),(?P<reference>[^,]*),"
    r"(?P<amount>[^,]*),(?P<day>[0-9]{2}/[0-9]{2}),(?P<balance>[^,]*)$"
)
_WORDING = Wording((), re.compile(r"2,"), r",[0-9]{2}/[0-9]{2},-?[0-9.]+.?[0-9]{2}/[0-9]{2}/[0-9]{4},")


class Enterprise:
    """Reads the Enterprise export; see the module for what its proof can and cannot say."""

    name = "FNB Enterprise CSV Date Number"
    suffix = ".csv"

    def claims(self, document: Document) -> bool:
        """Whether one of the first rows has the seven fields, the sixth a day without a year; or there is none.

        A statement without rows is a record 2 with its opening balance alone.
        """
        head = unix_lines(document.text[:4000])
        return document.kind == "text" and bool(_CLAIM.match(head) or _NO_ROWS.fullmatch(head))

    def read(self, document: Document) -> list[Statement]:
        """One statement; raises DamagedStatement where its rows do not prove."""
        text, file = unix_lines(document.text), document.name
        account, opening, start, heading = _record_2(text, document)
        raw = runs_of_lines(text, start, heading + 1, file)
        # behind the text stands the balance, which the chain proves; only a lone row could be cut inside it unseen
        cut = opening is None and "\n" not in text[start:] and document.member is None
        numbers: list[pa.Array] = []
        lines = read_lines((_cells(r, numbers) for r in raw), heading + 1, _WORDING, file, cut=cut)
        ledger = prove(lines, StatedBalances(opening))
        said = Sentences(file, len(ledger.asides))
        said.every_line(ledger.count + heading, line_parts(ledger, heading))
        said.chain(ledger.in_chain, 0, broken=ledger.broken)
        said.led_to("opening balance", opening, "in front of the oldest row", "this file has no record 2 with it")
        why = "the layout does not state it: the next statement's opening balance must show that no row is missing"
        said.not_offered("closing balance", why)
        own = sorted({int(n) for part in numbers for n in pc.unique(part).to_pylist() if n})
        warnings = _say_numbers(said, own)
        number = own[-1] if len(own) == 1 else None
        return [statement_of(ledger, document, self.name, account, said, number=number, warnings=warnings)]


LAYOUT = Enterprise()


def _record_2(text: str, document: Document) -> tuple[Account, int | None, int, int]:
    """The account, the opening balance where it is stated, and where the rows begin: offset and lines in front."""
    blank = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    line = text.count("\n", 0, blank) + 1
    if not text[blank:].lstrip().startswith("2,"):
        return Account(named_account(document)), None, blank, line - 1
    if "\n" not in text[blank:] and not text.endswith(("'", '"')) and document.member is None:
        # cut inside its opening balance it would be a statement without rows, and of another balance
        do = "Download the file again."
        raise DamagedStatement("the file ends inside its record 2", file=document.name, line=line, do=do)
    end = text.find("\n", blank) if "\n" in text[blank:] else len(text)
    cells = [c.strip("'\" ") for c in fields_of(text[blank:end].strip())]
    account = Account(account_number(cells[1], document.name, line))
    opening = None
    if "opening" in [c.lower() for c in cells[:-1]]:
        opening = money.cents_of(cells[[c.lower() for c in cells].index("opening") + 1])
        if opening is None:
            do = "Download the file again."
            text = cells[[c.lower() for c in cells].index("opening") + 1]
            what = f'the opening balance "{shown(text, 30)}" is not money'
            raise DamagedStatement(what, file=document.name, line=line, do=do)
    return account, opening, min(end + 1, len(text)), line


def _say_numbers(said: Sentences, numbers: list[int]) -> list[str]:
    """Whether the statements follow one another; what is to be warned of."""
    if not numbers:
        return []
    gaps = [(low + 1, high - 1) for low, high in pairwise(numbers) if high > low + 1]
    missing = ", ".join(f"{low}" if low == high else f"{low} to {high}" for low, high in gaps[:5])
    reach = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
    if not gaps:
        said.held("statement numbers", reach + (" without a gap" if len(numbers) > 1 else ""))
        return []
    said.open("statement numbers", f"{reach}, without {missing}")
    return [f"the file has no statement number {missing}"]


def _cells(raw: pa.Array, numbers: list[pa.Array]) -> Cells:
    found = pc.extract_regex(raw, _ROW)

    def field(name: str) -> pa.Array:
        return pc.fill_null(pc.struct_field(found, name), "")

    numbers.append(field("number"))
    blank = pa.scalar(" ", pa.large_string())
    dates = pc.binary_join_element_wise(field("stated"), field("day"), blank)
    references, texts = field("reference"), field("text")
    return Cells(
        raw,
        np.asarray(pc.is_valid(found)),
        dates,
        days_read(dates, day_before_statement),
        partial(fault_read, read=day_before_statement),
        pc.ascii_trim(field("amount"), " "),
        pc.ascii_trim(field("balance"), " "),
        pc.if_else(pc.match_substring_regex(texts, '^".*"$'), _unquoted(texts), texts),
        None,
        or_null(references),
    )


def _unquoted(texts: pa.Array) -> pa.Array:
    return pc.replace_substring(pc.utf8_slice_codeunits(texts, 1, -1), '""', '"')
