"""To review: the lines a person must decide, largest first, with what speaks for which campaign and room to say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from reconcile import money
from reconcile.facts import grouped
from reconcile.reporters import style
from reconcile.reporters.beside import STATEMENTS
from reconcile.reporters.book import HEAD_ROW, ROW_HASH, Book, table_names
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import over
from reconcile.reporters.sheets.register import NOT_A_GIFT, choices
from reconcile.schema import TEXT

PARTS = (
    ("Your campaign", "Your fund", "Your amount"),
    ("Campaign 2", "Fund 2", "Amount 2"),
    ("Campaign 3", "Fund 3", "Amount 3"),
)
"""The cells in which a reviewer says whose a payment is, or the parts of it; the amount of the whole may stay empty."""

NOTE = "Your note"
ASKED = (*(heading for part in PARTS for heading in part), NOTE)

TO_DO, READY = "to do", "ready"
LACKING = ("campaign?", "fund?", "amounts?")
"""What the state of a row says that is filled in by half."""

COLUMNS = (
    Column("State", "formula", 10, 10),
    Column("Amount", "amount", 14.5, 14.5),
    Column("Date", "day", 10.5, 10.5),
    Column("Account", "text", 11, 15),
    Column("Description", "text", 20, 40, wrap=True),
    Column("Bank reference", "text", 14, 22, wrap=True),
    Column("Reason", "text", 14, 26, wrap=True),
    Column("Candidates", "text", 12, 22, wrap=True),
    Column("Campaign", "text", 11, 14, wrap=True),
    Column("Fund", "text", 11, 13, wrap=True),
    Column("Evidence", "text", 14, 24, wrap=True),
    *(
        Column(heading, "amount" if heading in (p[2] for p in PARTS) else "text", 13, 13, wrap=False, asked=True)
        for heading in ASKED[:-1]
    ),
    Column(NOTE, "text", 20, 20, wrap=True, asked=True),
    Column("File", "text", 10, 18, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Transaction id", "text", 18.5, 18.5),
    ROW_HASH,
)


class _Review:
    order = 30

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet To review; it is there, and says so, when nothing is to be reviewed."""
        rows = pd.DataFrame(index=waiting(contents))  # the rest is put to them as they are written
        cents = contents.cents[rows.index]
        has_reference = contents.lines["Bank reference"].notna().to_numpy()[rows.index].any()
        columns = [c for c in COLUMNS if has_reference or c.heading != "Bank reference"]
        columns[0] = Column("State", "formula", 10, 10, formula=_state([c.heading for c in columns]))
        words = {0: "Nothing to review", 1: "1 line"}.get(len(rows), f"{grouped(len(rows))} lines")
        back = "reconcile run --reviewed" if contents.beside.made_from == STATEMENTS else "reconcile review"
        subtitle = f"{words} · largest amount first · the yellow cells are yours; hand it back with {back}"
        given = "To review", "Review", subtitle if len(rows) else words, columns, rows
        for sheet in book.long_sheets(*given, completed=lambda part: asked_of(contents, part.index.to_numpy())):
            sheet.sheet_properties.tabColor = "C9962B"
            sheet.freeze_panes = f"C{HEAD_ROW + 1}"
            sheet.page_setup.fitToWidth = 2
            sheet.print_title_cols = "A:E"
            _protect(sheet)
            last = HEAD_ROW + max(1, len(book.splices[sheet.title].rows))
            _ask(book, sheet, [c.heading for c in columns], last, choices(contents))
        tables = table_names("Review", len(rows))
        value = money.rand(cents.sum())
        book.places["review amount"] = over(tables, "SUM({0}[Amount])", value)
        book.places["review count"] = over(tables, "COUNTA({0}[Transaction id])", len(rows))


def _letters(headings: Sequence[str]) -> dict[str, str]:
    return {heading: get_column_letter(at) for at, heading in enumerate(headings, start=1)}


def _state(headings: Sequence[str]) -> str:
    """What a row still lacks, as a formula over its own cells."""
    at = {heading: f"{letter}{{row}}" for heading, letter in _letters(headings).items()}
    first, second, third = PARTS
    campaign, fund, amount = (at[heading] for heading in first)
    empty = "&".join(at[heading] for heading in ASKED)
    further = "&".join(at[heading] for part in (second, third) for heading in part)
    sure_campaign, sure_fund = at["Campaign"], at["Fund"]
    no_campaign = f'{campaign}&{sure_campaign}=""'
    no_fund = f'AND({fund}&{sure_fund}="",{campaign}<>"{NOT_A_GIFT}")'
    for part in (second, third):
        one, two, rand = (at[heading] for heading in part)
        no_campaign = f'{no_campaign},AND({one}="",{two}&{rand}<>"")'
        no_fund = f'{no_fund},AND({one}<>"",{one}<>"{NOT_A_GIFT}",{two}="")'
    total = f"ROUND(N({amount})+N({at['Amount 2']})+N({at['Amount 3']})-{at['Amount']},2)=0"
    whole = f'AND({further}="",{amount}="")'
    missing = f'IF(OR({no_campaign}),"{LACKING[0]}",IF(OR({no_fund}),"{LACKING[1]}",'
    return f'IF({empty}="","{TO_DO}",{missing}IF(OR({whole},{total}),"{READY}","{LACKING[2]}"))))'


def _protect(sheet: Worksheet) -> None:
    """Only the cells that are asked for can be changed; rows can be filtered, columns made wider."""
    sheet.protection.sheet = True
    for allowed in ("autoFilter", "formatColumns", "formatRows"):
        setattr(sheet.protection, allowed, False)  # False: not forbidden


def _ask(book: Book, sheet: Worksheet, headings: Sequence[str], last: int, lists: Mapping[str, str]) -> None:
    """The lists to choose from, what an amount may be, and colours that say what is missing."""
    at, first = _letters(headings), HEAD_ROW + 1
    for place, (source, what) in enumerate((("Register", "campaign"), ("Funds", "fund"))):
        chosen = DataValidation("list", formula1=lists[source], allow_blank=True, showErrorMessage=True)
        chosen.errorTitle, chosen.error = f"Not a {what}", f"Choose a {what} from the list (sheet {source})."
        for part in PARTS:
            chosen.add(f"{at[part[place]]}{first}:{at[part[place]]}{last}")
        sheet.add_data_validation(chosen)
    amount = DataValidation("decimal", operator="between", allow_blank=True, showErrorMessage=True)
    amount.formula1, amount.formula2 = "-1000000000000", "1000000000000"
    amount.errorTitle, amount.error = "Not an amount", "Give rand and cents as a number, such as 60.00."
    for part in PARTS:
        amount.add(f"{at[part[2]]}{first}:{at[part[2]]}{last}")
    sheet.add_data_validation(amount)
    state = at["State"]
    for word, colour in ((READY, style.DONE), *((w, style.LACKS) for w in LACKING)):
        book.colour_where(sheet, f"{state}{first}:{state}{last}", f'${state}{first}="{word}"', colour)


def waiting(contents: Contents) -> npt.NDArray[np.intp]:
    """Which lines are in review, largest amount first, then oldest first."""
    lines = contents.lines
    chosen = np.flatnonzero(lines["Status"].eq("review").to_numpy())
    return chosen[np.lexsort((lines["Date"].to_numpy()[chosen], -np.abs(contents.cents[chosen])))]


def asked_of(contents: Contents, chosen: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Some lines under the headings of the sheet; the columns a person fills in are empty."""
    lines = contents.lines
    shown = {c.heading: lines[c.heading].iloc[chosen] for c in COLUMNS if c.heading in lines}
    index = shown["Fund"].index
    # only what is sure stands here: a fund that is not known yet is not "unspecified" by the giver
    shown["Fund"] = shown["Fund"].mask(shown["Fund"].eq("unspecified"))
    shown["State"] = pd.Series(TO_DO, index=index, dtype=TEXT)
    for column in (c for c in COLUMNS if c.asked):
        kind = money.AMOUNT if column.holds == "amount" else TEXT
        shown[column.heading] = pd.Series(pd.NA, index=index, dtype=kind)
    headings = [c.heading for c in COLUMNS if c.heading in shown]
    return pd.DataFrame({h: shown[h] for h in headings}, copy=False)


SHEET = _Review()
