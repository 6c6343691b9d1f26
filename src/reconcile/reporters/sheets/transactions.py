"""Transactions: every line of every statement once, with what was decided about it, why, and where it stands."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from reconcile.facts import grouped
from reconcile.reporters import style
from reconcile.reporters.book import HEAD_ROW, ROW_HASH, Book
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.contents import PAYOUT, Contents

COLUMNS = (
    Column("Date", "day", 10.5, 10.5),
    Column("Account", "text", 11, 15),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Balance", "amount", 14.5, 14.5),
    Column("Description", "text", 20, 46, wrap=True),
    Column("Bank reference", "text", 14, 20, wrap=True),
    Column("Channel", "text", 10, 14, wrap=True),
    Column("Bank or place", "text", 10, 14, wrap=True),
    Column("Payer's words", "text", 14, 24, wrap=True),
    Column(PAYOUT, "text", 9, 14, wrap=True),
    Column("Campaign", "text", 11, 16, wrap=True),
    Column("Fund", "text", 11, 15, wrap=True),
    Column("Kind", "text", 10, 14),
    Column("Status", "text", 11, 13),
    Column("Confidence", "share", 11.5, 11.5),
    Column("Rule", "text", 10, 16, wrap=True),
    Column("Evidence", "text", 14, 37, wrap=True),
    Column("Reason", "text", 12, 26, wrap=True),
    Column("File", "text", 10, 20, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
)
GIFT_ID = Column("Transaction id", "text", 18.5, 28, wrap=True)
"""Where payouts stand gift by gift: the id of a gift is that of its bank line with the gift's own behind it."""


class _Transactions:
    order = 20

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Transactions (and Transactions 2, … for more lines than one holds)."""
        lacking = {heading for heading in ("Bank reference", PAYOUT) if not _is_there(contents, heading)}
        columns = [c for c in with_gifts(COLUMNS, contents) if c.heading not in lacking]
        once = "every line of every statement, once" + ("" if PAYOUT in lacking else ", payouts gift by gift")
        subtitle = f"{contents.period} · {grouped(len(contents.lines))} lines · {once}"
        status = get_column_letter([c.heading for c in columns].index("Status") + 1)
        given = "Transactions", "Transactions", subtitle, columns, contents.lines
        for sheet in book.long_sheets(*given, completed=contents.taken_apart):
            sheet.sheet_properties.tabColor = style.INK
            sheet.page_setup.fitToWidth = 2
            sheet.print_title_cols = f"A:{get_column_letter([c.heading for c in columns].index('Description') + 1)}"
            last = book.splices[sheet.title].first_row + max(1, len(book.splices[sheet.title].rows)) - 1
            cells = f"{status}{HEAD_ROW + 1}:{status}{last}"
            book.colour_where(sheet, cells, f'{status}{HEAD_ROW + 1}="review"', style.AMBER)


def with_gifts(columns: tuple[Column, ...], contents: Contents) -> tuple[Column, ...]:
    """The columns with room for the ids of gifts, where there are any."""
    if not _is_there(contents, PAYOUT):
        return columns
    return tuple(GIFT_ID if c.heading == GIFT_ID.heading else c for c in columns)


def _is_there(contents: Contents, heading: str) -> bool:
    return heading in contents.lines and bool(contents.lines[heading].notna().any())


SHEET = _Transactions()
