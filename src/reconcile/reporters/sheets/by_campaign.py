"""By campaign: what each campaign and fund received and gave back, when, and whether its appeal was open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.hyperlink import Hyperlink

from reconcile.matching.totals import UNSPECIFIED
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.celltext import PIECE, clean
from reconcile.reporters.contents import NO_CAMPAIGN, NO_FUND, Contents
from reconcile.reporters.formulas import Formula, Where, worth
from reconcile.reporters.sections import side_by_side
from reconcile.reporters.sheets.per_campaign import sheets_of
from reconcile.reporters.style import Page
from reconcile.schema import CREDITED, day_numbers

HEADS = (
    ("Campaign", 14.0),
    ("Name", 34.0),
    ("Fund", 15.0),
    ("Gifts", 8.0),
    ("Received", 16.0),
    ("Reversals", 11.5),
    ("Taken back", 16.0),
    ("Net", 16.0),
    ("First gift", 12.0),
    ("Last gift", 12.0),
    ("Outside its days", 10.0),
    ("Appeal", 38.0),
)
FIRST_ROW = 5
_NEVER = np.iinfo(np.int64).max
"""Stands for the first day of what has no gift, and with a minus for the last."""


_WORN = (
    *[style.TYPED] * 3,
    *[style.COUNT, style.AMOUNT] * 2,
    style.AMOUNT,
    *[style.DATE] * 2,
    style.COUNT,
    style.TYPED,
)


class _ByCampaign:
    order = 12

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet By campaign."""
        title = "What each campaign and fund received"
        sheet = book.sheet("By campaign", title, contents.period, Page("1:4", frozen=f"A{FIRST_ROW}"))
        sheet.sheet_properties.tabColor = style.INK
        looks = [style.COLUMN_HEAD] * 3 + [style.COLUMN_HEAD_RIGHT] * 8 + [style.COLUMN_HEAD]
        style.widen(sheet, [width for _, width in HEADS])
        book.line(sheet, FIRST_ROW - 1, side_by_side([head for head, _ in HEADS], looks))
        row, totals = FIRST_ROW, [Decimal(0)] * 6
        sheets = sheets_of(contents)
        for group in _groups(book, contents):
            values = _values(book, contents, row, group)
            book.line(sheet, row, side_by_side(values, _WORN))
            if group.campaign in sheets:  # its own sheet: this one is their index
                place = f"'{sheets[group.campaign].replace(chr(39), chr(39) * 2)}'!A1"
                sheet.cell(row, 1).hyperlink = Hyperlink(ref=f"A{row}", location=place)
            counted = [worth(value) for value in (*values[3:8], values[10])]
            totals = [total + more for total, more in zip(totals, counted, strict=True)]
            row += 1
        _foot(book, max(row, FIRST_ROW + 1), totals)  # a total that stands in the first row would add up itself
        book.colour_where(sheet, f"K{FIRST_ROW}:K{max(row - 1, FIRST_ROW)}", f"$K{FIRST_ROW}>0", style.LACKS)


@dataclass(frozen=True)
class _Group:
    """A campaign and fund with credited lines: the first and last day of a gift, how many were outside its days."""

    campaign: str
    fund: str
    first: date | None
    last: date | None
    outside: int


def outside_its_days(book: Book, contents: Contents) -> npt.NDArray[np.bool_]:
    """Which gifts are credited to an appeal that was closed, or not open yet, on their day."""
    lines, campaign = contents.lines, book.sums.coded("Campaign")
    days_of = {clean(c.code): (c.opens, c.closes) for c in contents.campaigns.campaigns}
    # one more, which is what no campaign has: any day is inside
    opens, closes = (
        np.array([*(days_of.get(each, (None, None))[which] for each in campaign.numbers), None], dtype="datetime64[D]")
        for which in (0, 1)
    )
    pieces = [np.empty(0, dtype=bool)]
    for begin in range(0, len(lines), PIECE):
        own, code = lines.iloc[begin : begin + PIECE], campaign.codes[begin : begin + PIECE]
        day = own["Date"].to_numpy().astype("datetime64[D]")
        outside = (day > closes[code]) | (day < opens[code])  # never so where a day is not given
        # a gift that is taken back after the last day was in time
        pieces.append(outside & own["Status"].isin(CREDITED).to_numpy() & own["Kind"].ne("reversal").to_numpy())
    return np.concatenate(pieces)


def _groups(book: Book, contents: Contents) -> list[_Group]:
    """The campaigns and funds with credited lines, in the order of the register and of the vocabulary.

    The lines are gone through a piece at a time, so that this takes no more for a million than for a thousand.
    """
    lines, outside = contents.lines, outside_its_days(book, contents)
    campaign, fund = book.sums.coded("Campaign"), book.sums.coded("Fund")
    many = max(1, len(fund.numbers))
    number, late = (np.zeros(many * len(campaign.numbers), dtype=np.int64) for _ in range(2))
    first, last = np.full_like(number, _NEVER), np.full_like(number, -_NEVER)
    for begin in range(0, len(lines), PIECE):
        own = slice(begin, begin + PIECE)
        credited = lines["Status"].iloc[own].isin(CREDITED).to_numpy() & (campaign.codes[own] >= 0)
        group = campaign.codes[own].astype(np.int64)[credited] * many + fund.codes[own][credited]
        number += np.bincount(group, minlength=len(number))
        late += np.bincount(group[outside[own][credited]], minlength=len(late))
        gift = lines["Kind"].iloc[own].ne("reversal").to_numpy()[credited]
        day = day_numbers(lines["Date"].iloc[own])[credited][gift]
        np.minimum.at(first, group[gift], day)
        np.maximum.at(last, group[gift], day)
    codes, funds = list(campaign.numbers), list(fund.numbers)
    found = [
        _Group(codes[at // many], funds[at % many], _day(first[at]), _day(last[at]), int(late[at]))
        for at in np.flatnonzero(number)
    ]
    order = [clean(c.code) for c in contents.campaigns.campaigns]
    names = [clean(n) for n in contents.funds.names] if contents.funds is not None else []
    order_of_code = {code: at for at, code in enumerate(order)} | {NO_CAMPAIGN: len(order) + 1}
    order_of_fund = {fund: at for at, fund in enumerate(names)} | {UNSPECIFIED: len(names) + 1, NO_FUND: len(names) + 2}

    def place(group: _Group) -> tuple[int, str, int, str]:
        of_code = order_of_code.get(group.campaign, len(order))
        return of_code, group.campaign, order_of_fund.get(group.fund, len(names)), group.fund

    return sorted(found, key=place)


def _day(number: int) -> date | None:
    """A day from its number since 1970, None for the day that never was."""
    return None if abs(number) == _NEVER else date(1970, 1, 1) + timedelta(days=int(number))


def _values(book: Book, contents: Contents, row: int, group: _Group) -> list[Value]:
    code, fund = group.campaign, group.fund
    campaign = next((c for c in contents.campaigns.campaigns if clean(c.code) == code), None)
    named = (Where("Campaign", "=", code, f"$A{row}"), Where("Fund", "=", fund, f"$C{row}"))
    where = (*named, Where("Status", "<>", "review"), Where("Status", "<>", "not_donation"))
    gift, back = Where("Kind", "<>", "reversal"), Where("Kind", "=", "reversal")
    received, taken = book.sums.amount(*where, gift), book.sums.amount(*where, back)
    net = Formula(f"ROUND(E{row}+G{row},2)", Decimal(received.value) + Decimal(taken.value))
    name = "credited without a campaign" if code == NO_CAMPAIGN else "not in the register"
    name = clean(campaign.name) if campaign else name
    counts = book.sums.count(*where, gift), book.sums.count(*where, back)
    values: list[Value] = [
        code,
        name,
        fund,
        counts[0],
        received,
        counts[1],
        taken,
    ]
    return [*values, net, group.first, group.last, group.outside, open_days(campaign)]


def open_days(campaign: object) -> str:
    """From when to when an appeal is open, in words; what is no campaign has no end."""
    opens, closes = getattr(campaign, "opens", None), getattr(campaign, "closes", None)
    return " ".join(filter(None, [opens and f"from {opens}", closes and f"to {closes}"])) or "no end"


def _foot(book: Book, row: int, totals: list[Decimal]) -> None:
    sheet = book.workbook["By campaign"]
    last = row - 1
    sums: dict[int, Value] = {}
    for column, total, amount in zip((4, 5, 6, 7, 8, 11), totals, (0, 1, 0, 1, 1, 0), strict=True):
        of = f"SUM({letter(column)}{FIRST_ROW}:{letter(column)}{last})"
        sums[column] = Formula(f"ROUND({of},2)", total) if amount else Formula(of, int(total))
    for column in range(1, len(HEADS) + 1):
        look = style.TOTAL if column not in sums else style.TOTAL_AMOUNT if column in (5, 7, 8) else style.TOTAL_COUNT
        book.put(sheet, row, column, "All campaigns" if column == 1 else sums.get(column), look)
    said = "Received + taken back = net. Outside its days: gifts to an appeal closed, or not open yet, that day."
    book.line(sheet, row + 1, [(1, len(HEADS), said, style.REMARK)])
    count = f"'By campaign'!D{row}+'By campaign'!F{row}"
    book.places["by campaign count"] = Formula(count, int(totals[0] + totals[2]))
    book.places["by campaign amount"] = Formula(f"'By campaign'!H{row}", totals[4])


SHEET = _ByCampaign()
