"""The lines above the rows of a Transaction History: account, balances and the names of the columns."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace

from reconcile import money
from reconcile.errors import DamagedStatement, UnknownLayout, shown
from reconcile.files import Document
from reconcile.parsers.account_number import account_number
from reconcile.statement import Account

TITLE = "ACCOUNT TRANSACTION HISTORY"
_LABELS = ("name", "account", "balance")
COLUMNS = ("date", "amount", "balance", "description")

_WANTED = "Date, Amount, Balance, Description"
_AGAIN = "Download the file again."
_LOOKED_AT = 40  # the bank writes six lines above the columns; a heading of over 40 lines is something else


@dataclass(frozen=True)
class Heading:
    """What stands above the rows.

    `current_cents` is the balance the bank states for the newest row, None where it is no number; `places` says at
    which position of a row each of COLUMNS stands; `start` is where in the text the rows begin, on line `lines` + 1.
    """

    account: Account
    current_cents: int | None
    places: tuple[int, ...]
    start: int
    lines: int
    padded: bool = False
    warnings: tuple[str, ...] = ()


def has_title(text: str) -> bool:
    """Whether the first line that is not blank is the title, alone or padded by a spreadsheet."""
    return _bare(re.split("[\r\n]", text[:2000].lstrip(), maxsplit=1)[0]).upper() == TITLE


def read_heading(document: Document, text: str) -> Heading:
    """The heading of a text that `has_title`; raises DamagedStatement or UnknownLayout naming what is not there."""
    labelled: dict[str, tuple[int, list[str]]] = {}
    warnings: list[str] = []
    padded, start = False, 0
    for number in range(1, _LOOKED_AT + 1):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        cells = _cells(line)
        label = cells[0].rstrip(":").lower() if cells else ""
        # a name may end with a comma or hold a quote; the title, the columns and an empty line have none of their own
        padded = padded or (label not in _LABELS and (line.rstrip().endswith(",") or '"' in line))
        if label in _LABELS and cells[0].endswith(":"):
            if label in labelled:
                what = f'the line "{cells[0]}" stands twice, also on line {labelled[label][0]}'
                raise DamagedStatement(what, file=document.name, line=number, do=_AGAIN)
            labelled[label] = (number, cells[1:])
        elif len({c.lower() for c in cells} & set(COLUMNS)) >= 2:
            places = _places(cells, document.name, number)
            start = len(text) if end < 0 else end + 1
            heading = _heading(document, labelled, number, start, places)
            return replace(heading, padded=padded, warnings=(*warnings, *heading.warnings))
        elif cells and not (_bare(line).upper() == TITLE and not labelled):
            warnings.append(f'line {number} above the rows is not known: "{shown(_bare(line), 40)}"')
        if end < 0:
            break
        start = end + 1
    what = f"no line names the columns {_WANTED}"
    raise DamagedStatement(what, file=document.name, line=number, do="The file was cut off or changed. " + _AGAIN)


def _heading(
    document: Document, labelled: dict[str, tuple[int, list[str]]], lines: int, start: int, places: tuple[int, ...]
) -> Heading:
    warnings = []
    for label in ("account", "balance"):
        if label not in labelled:
            what = f'the line "{label.title()}:" is missing above the rows'
            raise DamagedStatement(what, file=document.name, line=lines, do=_AGAIN)
    number, balances = labelled["balance"]
    current = money.cents_of(balances[0]) if balances else None
    if current is None:
        warnings.append(f"line {number} states no balance, so the newest row is not checked against it")
    account = _account(*labelled["account"], document.name)
    return Heading(account, current, places, start, lines, warnings=tuple(warnings))


def _account(line: int, cells: list[str], file: str) -> Account:
    number = account_number(cells[0] if cells else "", file, line)
    name = ", ".join(c for c in cells[1:] if c).removeprefix("[").removesuffix("]")
    return Account(number, name, "credit card" if "*" in number else "")


def _places(cells: list[str], file: str, line: int) -> tuple[int, ...]:
    names = [c.lower() for c in cells]
    if sorted(names) != sorted(COLUMNS):
        found = ", ".join(shown(c, 40) for c in cells)
        raise UnknownLayout(f"has the columns {found}; wanted {_WANTED}", file=file, line=line, do=_AGAIN)
    return tuple(names.index(name) for name in COLUMNS)


def _cells(line: str) -> list[str]:
    """The cells of a line without the blanks around them and without the empty ones a spreadsheet adds behind."""
    try:
        cells = [c.strip() for c in next(csv.reader([line.strip()], skipinitialspace=True), [])]
    except csv.Error:
        return [line.strip()]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _bare(line: str) -> str:
    return line.strip().strip(',;"').strip()
