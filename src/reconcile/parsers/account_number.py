"""Whose statement it is: the account number as an export names it, or as the bank names the file."""

from __future__ import annotations

import re

from reconcile.errors import DamagedStatement, shown
from reconcile.files import Document

_NUMBER = re.compile(r"[0-9]{6,20}|[0-9]{4,6}\*+[0-9]{4}")
_IN_A_NAME = re.compile(r"(?<![0-9])[0-9]{10,12}(?![0-9])")


def account_number(text: str, file: str, line: int) -> str:
    """The account number in a cell, digits or a masked card; leading zeros (to fill a width) stay.

    Raises DamagedStatement where it is no such number, as after a spreadsheet has written `6.2E+10`.
    """
    number = text.strip(" '\"")
    if not _NUMBER.fullmatch(number):
        what = f'the account number reads "{shown(number, 40)}"'
        do = "A spreadsheet may have changed it; use the file as the bank delivered it."
        raise DamagedStatement(what, file=file, line=line, do=do)
    return number


def named_account(document: Document) -> str:
    """The account number in the name of the file, for an export that does not say it.

    The bank names what it puts into a ZIP `<account number>.csv`. Raises DamagedStatement where the name has none.
    """
    last = (document.member or document.file_name).replace("\\", "/").rsplit("/", 1)[-1]
    found = set(_IN_A_NAME.findall(last))
    if len(found) != 1:
        do = "Name the file by its account number, like the bank's own 62000012345.csv, and read it again."
        raise DamagedStatement("does not say which account it is of", file=document.name, do=do)
    return str(found.pop())
