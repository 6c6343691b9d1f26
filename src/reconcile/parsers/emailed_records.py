"""The records of an e-mailed statement that are no transactions: account, statement, summary and the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

from reconcile import money
from reconcile.errors import DamagedStatement, shown
from reconcile.parsers.account_number import account_number
from reconcile.parsers.yearless import long_day
from reconcile.statement import Account, Period

_AGAIN = "Ask the bank to send the statement again."
_FIELD = re.compile(r"""(?:^|,)(?:''(?=,|$)|'+(.*?)'+(?=,|$)|"(.*?)"(?=,|$)|([^,]*))""")
_ROW_NAMES = ["number", "date", "description1", "description2", "description3", "amount", "balance", "accrued charges"]
_STATEMENT_NAMES = ("statement number", "from date", "to date", "opening balance", "closing balance")
_MOST = 200  # a statement has about fifty lines above its rows


@dataclass(frozen=True)
class Class:
    """A line of the summary: its words, line, how many and how much (cents); `total` when it sums up those below it."""

    words: str
    line: int
    count: int
    cents: int
    total: bool


@dataclass
class Records:
    """What the records 2, 3 and 4 say, and where in the text the rows stand: from `start` to `end`.

    `lines` is how many lines stand above the rows, `below` how many from the end record on. `summed` are the balances
    that the summary repeats: words, line, cents.
    """

    file: str
    account: Account | None = None
    number: int = 0
    period: Period | None = None
    opening: int = 0
    closing: int = 0
    values_line: int = 0
    classes: list[Class] = field(default_factory=list)
    summed: list[tuple[str, int, int]] = field(default_factory=list)
    start: int = 0
    end: int = 0
    lines: int = 0
    below: int = 0

    def refuse(self, what: str, line: int | None = None, do: str = _AGAIN) -> NoReturn:
        """Raise DamagedStatement."""
        raise DamagedStatement(what, file=self.file, line=line, do=do)


def fields_of(line: str) -> list[str]:
    """The fields of a record, without the quotes of either kind around them."""
    return [next((g for g in found.groups() if g is not None), "").strip() for found in _FIELD.finditer(line)]


def read_records(text: str, file: str) -> Records:
    """The records around the rows; raises DamagedStatement where one is missing, twice or not as it should be."""
    records = Records(file)
    names: dict[str, int] = {}
    at = 0
    for number in range(1, _MOST):
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else len(text)]
        cells = fields_of(line)
        records.lines = number
        at = end + 1 if end >= 0 else len(text)
        if cells[0] == "5" and [c.lower() for c in cells[1 : len(_ROW_NAMES) + 1]] == _ROW_NAMES:
            records.start = at
            break
        if cells[0] == "6":
            break
        if line.strip() and not _takes(records, names, cells, number):
            records.refuse(f'the record "{shown(line, 40)}" is not known above the rows', number)
        if end < 0:
            break
    if not records.start:
        records.refuse("no record names the columns of the transactions: it was cut off or changed", records.lines)
    if records.account is None or records.period is None:
        which = "2 with the account" if records.account is None else "3 with the period and the balances"
        records.refuse(f"the record {which} is missing above the rows", records.lines)
    for words, place, cents in records.summed:
        stated = records.opening if words.lower().startswith("opening") else records.closing
        if cents != stated:
            what = f'"{words}" of the summary is {money.shown_cents(cents)}, of the statement '
            records.refuse(what + money.shown_cents(stated), place)
    _find_end(records, text)
    return records


def _takes(records: Records, names: dict[str, int], cells: list[str], line: int) -> bool:
    kind, lower = cells[0], [c.lower() for c in cells]
    if kind == "2" and len(cells) >= 3:
        if records.account is not None:
            records.refuse("holds a second statement", line, "Put each statement into a file of its own.")
        number = account_number(cells[1], records.file, line)
        records.account = Account(number, cells[-1], "credit card" if "*" in number else "")
        return True
    if kind == "3" and "statement number" in lower:
        names |= {name: at for at, name in enumerate(lower)}
    elif kind == "3" and names and cells[1:2] != [""] and len(cells) >= len(names):
        _values(records, names, cells, line)
    elif kind == "4" and len(cells) in (5, 6) and cells[1] and lower[1] != "statement date":
        _class(records, cells, line)
    return kind in ("3", "4", "5")


def _values(records: Records, names: dict[str, int], cells: list[str], line: int) -> None:
    if records.period is not None:
        records.refuse("states period and balances twice", line)
    if lacking := [name for name in _STATEMENT_NAMES if name not in names]:
        records.refuse(f'the statement lacks the column "{lacking[0]}"', line)
    number, first, last, opening, closing = (cells[names[name]] for name in _STATEMENT_NAMES)
    start, end = long_day(first), long_day(last)
    if start is None or end is None or start > end:
        records.refuse(f'the period reads "{shown(first, 30)}" to "{shown(last, 30)}"', line)
    if not re.fullmatch("[0-9]{1,9}", number):
        records.refuse(f'the statement number reads "{shown(number, 30)}"', line)
    records.number, records.period, records.values_line = int(number), Period(start, end, stated=True), line
    records.opening, records.closing = _cents(records, opening, line), _cents(records, closing, line)


def _class(records: Records, cells: list[str], line: int) -> None:
    words, count = cells[2], cells[3]
    value = next((c for c in reversed(cells[3:]) if c), "")
    cents = _cents(records, value, line)
    if words.lower() in ("opening balance", "closing balance"):
        records.summed.append((words, line, cents))
    elif re.fullmatch("[0-9]{1,7}", count):
        records.classes.append(Class(shown(words, 60), line, int(count), cents, len(cells) == 6))


def _cents(records: Records, text: str, line: int) -> int:
    cents = money.cents_of(re.sub(r"^(-?)\.", r"\g<1>0.", text))
    if cents is None:
        records.refuse(f'"{shown(text, 30)}" is not money', line)
    return cents


def _find_end(records: Records, text: str) -> None:
    end = text.rfind("\n6,", records.start - 1) + 1
    if not end:
        records.refuse("does not end with its record 6: it was cut off", text.rstrip("\n").count("\n") + 1)
    tail = text[end:].split("\n")
    if [c.upper() for c in fields_of(tail[0])] != ["6", "END"] or any(line.strip() for line in tail[1:]):
        line = text.count("\n", 0, end) + 1
        records.refuse("something else stands where the end record should be alone", line)
    stray = re.search(r"\n[2346](?=[,\n])", text[records.start - 1 : end - 1])
    if stray:
        line = text.count("\n", 0, records.start + stray.start()) + 1
        if re.search(r"\n2,", text[records.start - 1 : end]):
            records.refuse("holds a second statement", line, "Put each statement into a file of its own.")
        records.refuse(f"a record {stray[0].strip()} stands among the transactions", line)
    records.end = end
    records.below = len(tail) if tail[-1] else max(len(tail) - 1, 1)
