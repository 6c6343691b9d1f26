"""A sheet for each campaign, on request: its own lines, so that it can be given to whoever runs the appeal."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconcile import money
from reconcile.reporters import style
from reconcile.reporters.book import ROW_HASH, Book
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.contents import NO_CAMPAIGN, Contents
from reconcile.reporters.sheets.transactions import with_gifts
from reconcile.schema import CREDITED

COLUMNS = (
    Column("Date", "day", 10.5, 10.5),
    Column("Account", "text", 11, 15),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Description", "text", 20, 46, wrap=True),
    Column("Fund", "text", 11, 15, wrap=True),
    Column("Kind", "text", 10, 14),
    Column("Status", "text", 11, 13),
    Column("Evidence", "text", 14, 37, wrap=True),
    Column("Reason", "text", 12, 26, wrap=True),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
)

LONGEST_NAME = 31
"""Characters of a sheet's name that Excel takes."""

OURS = (
    *("Summary", "By campaign", "By day", "Transactions", "To review", "Decided later", "Exceptions", "Reversals"),
    *("Decisions", "Changes", "Both sides", "Receipts", "Only at the bank", "Payouts", "Payout gifts", "Sample"),
    *("Register", "Funds", "How to read this", "Control", "History"),
)
"""The names of the other sheets, and one that Excel keeps for itself."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_ROOM_FOR_A_NUMBER = 6


class _PerCampaign:
    order = 50

    def write(self, book: Book, contents: Contents) -> None:
        """Add a sheet for each campaign that something is credited to, where it was asked for."""
        if not contents.options.per_campaign:
            return
        lines = contents.lines[contents.lines["Status"].isin(CREDITED)]
        names = sheets_of(contents)
        register = {c.code: c.name for c in contents.campaigns.campaigns}
        for number, (code, name) in enumerate(names.items(), start=1):
            own = lines[lines["Campaign"].eq(code)].reset_index(drop=True)
            total = money.shown(money.total(own["Amount"]))
            about = f"{register.get(code, 'not in the register')} · {len(own)} lines · {total}"
            for sheet in book.long_sheets(name, f"Campaign{number}_", about, with_gifts(COLUMNS, contents), own):
                sheet.sheet_properties.tabColor = style.RULE


def sheets_of(contents: Contents) -> dict[str, str]:
    """The name of the sheet of each campaign that something is credited to; none where they are not asked for."""
    if not contents.options.per_campaign:
        return {}
    credited = contents.lines["Campaign"][contents.lines["Status"].isin(CREDITED)]
    codes = sorted(set(credited.dropna()) - {NO_CAMPAIGN})
    return dict(zip(codes, sheet_names(codes, OURS), strict=True))


def sheet_names(wanted: Iterable[str], taken: Iterable[str]) -> list[str]:
    """A name for the sheet of each text that every spreadsheet program takes, none like another, case or not."""
    reserved = {name.casefold() for name in taken}
    here = set[str]()
    found = []
    for text in wanted:
        plain = _FORBIDDEN.sub("-", text).strip("' ") or "campaign"
        name, number = plain[: LONGEST_NAME - _ROOM_FOR_A_NUMBER].strip("' "), 1
        while name.casefold() in here or _is_one_of(name.casefold(), reserved):
            number += 1
            name = f"{plain[: LONGEST_NAME - 2 * _ROOM_FOR_A_NUMBER].strip(chr(39) + ' ')} ({number})"
        here.add(name.casefold())
        found.append(name)
    return found


def _is_one_of(name: str, reserved: set[str]) -> bool:
    """Whether it is one of the reserved names, or such a one with the number of its second part."""
    return name in reserved or re.sub(" [0-9]+$", "", name) in reserved


SHEET = _PerCampaign()
