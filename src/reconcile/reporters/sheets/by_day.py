"""By day: the gifts of each day, as a table and as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
from openpyxl.chart import BarChart
from openpyxl.utils import get_column_letter as letter

from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.charts import bars
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import Formula
from reconcile.reporters.style import Look, Page
from reconcile.schema import CREDITED

FIRST_ROW = 5
Day = tuple[pd.Timestamp, int, Decimal]
"""A day, how many lines it has, and what they come to."""

_DAY = Look(below="hair", number_format=style.DAY, across="center")


class _ByDay:
    order = 14

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet By day."""
        about = f"{contents.period} · lines credited to a campaign, reversals taken off"
        # upright, a month and its total are one page
        sheet = book.sheet("By day", "Gifts by day", about, Page("1:4", frozen=f"A{FIRST_ROW}", upright=True))
        sheet.sheet_properties.tabColor = style.INK
        for at, width in enumerate((13, 10, 17), start=1):
            sheet.column_dimensions[letter(at)].width = width
        heads = (("Day", style.COLUMN_HEAD), ("Lines", style.COLUMN_HEAD_RIGHT), ("Amount", style.COLUMN_HEAD_RIGHT))
        book.line(sheet, FIRST_ROW - 1, [(at, 1, head, look) for at, (head, look) in enumerate(heads, start=1)])
        row = FIRST_ROW
        days = _days(contents)
        for day, count, value in days:
            where = f'{{0}}[Date],$A{row},{{0}}[Status],"<>review",{{0}}[Status],"<>not_donation"'
            amount = Formula(book.sums.over_tables(f"SUMIFS({{0}}[Amount],{where})"), value)
            number = Formula(book.sums.over_tables(f"COUNTIFS({where})"), count)
            book.line(sheet, row, [(1, 1, day.date(), _DAY), (2, 1, number, style.COUNT), (3, 1, amount, style.AMOUNT)])
            row += 1
        self._foot(book, max(row, FIRST_ROW + 1), days)  # a total in the first row would add up itself

    @staticmethod
    def _foot(book: Book, row: int, days: Sequence[Day]) -> None:
        sheet = book.workbook["By day"]
        lines = Formula(f"SUM(B{FIRST_ROW}:B{row - 1})", sum(count for _, count, _ in days))
        total = Formula(f"ROUND(SUM(C{FIRST_ROW}:C{row - 1}),2)", sum((value for *_, value in days), Decimal(0)))
        looks = (style.TOTAL, style.TOTAL_COUNT, style.TOTAL_AMOUNT)
        values: tuple[Value, ...] = ("All days", lines, total)
        for column, (value, look) in enumerate(zip(values, looks, strict=True), start=1):
            book.put(sheet, row, column, value, look)
        book.places["by day count"] = Formula(f"'By day'!B{row}", lines.value)
        book.places["by day amount"] = Formula(f"'By day'!C{row}", total.value)


def _days(contents: Contents) -> list[Day]:
    """Each day with gifts, how many lines it has and what they come to."""
    credited = contents.lines["Status"].isin(CREDITED).to_numpy()
    own = pd.DataFrame({"day": contents.lines["Date"].to_numpy()[credited], "cents": contents.cents[credited]})
    found = own.groupby("day")["cents"].agg(["size", "sum"])
    return [(pd.Timestamp(day), int(n), Decimal(int(c)).scaleb(-2)) for day, n, c in found.itertuples()]


def chart(contents: Contents) -> BarChart | None:
    """The amounts of the days as a chart, None where there are none."""
    days = len(_days(contents))
    cells = f"'By day'!${{0}}${FIRST_ROW}:${{0}}${FIRST_ROW + days - 1}"
    return bars("Gifts by day, rand", cells.format("C"), cells.format("A"), across=False) if days else None


SHEET = _ByDay()
