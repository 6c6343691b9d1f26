"""Register and Funds: what a reviewer may choose from; the drop-down lists of the sheet To review show these."""

from __future__ import annotations

import pandas as pd

from reconcile.matching.totals import UNSPECIFIED
from reconcile.reporters.book import HEAD_ROW, ROW_HASH, Book
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.celltext import clean_column
from reconcile.reporters.contents import Contents
from reconcile.schema import DAY, TEXT

NOT_A_GIFT = "not a gift"
"""What a reviewer chooses in place of a campaign for money that is no gift."""

RESTRICTED, BY_PEOPLE = "restricted fund", "restricted fund, credited by people alone"

CAMPAIGNS = (
    Column("Campaign", "text", 14, 18, wrap=True),
    Column("Name", "text", 24, 44, wrap=True),
    Column("Also called", "text", 24, 60, wrap=True),
    Column("Opens", "day", 11, 11),
    Column("Closes", "day", 11, 11),
    ROW_HASH,
)
FUNDS = (
    Column("Fund", "text", 18, 30, wrap=True),
    Column("What it is", "text", 24, 40, wrap=True),
    Column("Spelt", "text", 30, 90, wrap=True),
    ROW_HASH,
)
COLUMNS = (*CAMPAIGNS, *FUNDS)


class _Register:
    order = 70

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheets Register and Funds."""
        campaigns, funds = _campaigns(contents), _funds(contents)
        about = f"{len(campaigns) - 1} campaigns · as they were used for this workbook"
        book.long_sheets("Register", "Register", about, CAMPAIGNS, campaigns)
        about = f"{len(funds) - 1} restricted funds · as they were used for this workbook"
        book.long_sheets("Funds", "Funds", about, FUNDS, funds)


def choices(contents: Contents) -> dict[str, str]:
    """The cells of what can be chosen, by the sheet they stand on."""
    funds = contents.funds.names if contents.funds is not None else ()
    counts = {"Register": len(contents.campaigns.campaigns) + 1, "Funds": len(funds) + 1}  # no gift, no fund
    return {sheet: f"{sheet}!$A${HEAD_ROW + 1}:$A${HEAD_ROW + count}" for sheet, count in counts.items()}


def _campaigns(contents: Contents) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = [
        (c.code, c.name, " | ".join(c.aliases), c.opens, c.closes) for c in contents.campaigns.campaigns
    ]
    no_gift = (NOT_A_GIFT, "money that is no gift: a fee, a transfer, the charity's own", "", None, None)
    return _frame([*rows, no_gift], CAMPAIGNS)


def _funds(contents: Contents) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = [
        (
            fund.name,
            RESTRICTED if fund.automatic else BY_PEOPLE,
            " | ".join(fund.spellings),
        )
        for fund in contents.funds or ()
    ]
    return _frame([*rows, (UNSPECIFIED, "the giver named no fund", "")], FUNDS)


def _frame(rows: list[tuple[object, ...]], columns: tuple[Column, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[c.heading for c in columns if c.hashed], dtype=object)
    for column in (c for c in columns if c.hashed):
        if column.holds == "day":
            frame[column.heading] = pd.Series(pd.to_datetime(frame[column.heading]), dtype=DAY)
        else:
            frame[column.heading] = clean_column(pd.Series(frame[column.heading], dtype=TEXT), column.heading)[0]
    return frame


SHEET = _Register()
