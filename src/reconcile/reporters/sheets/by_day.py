"""By day: the gifts of each day, as a table and as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd
from openpyxl.chart import BarChart

from reconcile import money
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.celltext import PIECE
from reconcile.reporters.charts import bars
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import Formula
from reconcile.reporters.sections import side_by_side
from reconcile.reporters.style import Page
from reconcile.schema import CREDITED

FIRST_ROW = 5
Day = tuple[pd.Timestamp, int, Decimal]
"""A day, how many lines it has, and what they come to."""


class _ByDay:
    order = 14

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet By day."""
        about = f"{contents.period} · lines credited to a campaign, reversals taken off"
        sheet = book.sheet("By day", "Gifts by day", about, Page("1:4", f"A{FIRST_ROW}", narrow=True))
        sheet.sheet_properties.tabColor = style.INK
        style.widen(sheet, (13, 10, 17))
        looks = (style.COLUMN_HEAD, style.COLUMN_HEAD_RIGHT, style.COLUMN_HEAD_RIGHT)
        book.line(sheet, FIRST_ROW - 1, side_by_side(("Day", "Lines", "Amount"), looks))
        row = FIRST_ROW
        days = _days(contents)
        for day, count, value in days:
            where = f'{{0}}[Date],$A{row},{{0}}[Status],"<>review",{{0}}[Status],"<>not_donation"'
            amount = book.sums.over_tables(f"SUMIFS({{0}}[Amount],{where})", value)
            number = book.sums.over_tables(f"COUNTIFS({where})", count)
            book.line(sheet, row, side_by_side((day.date(), number, amount), (style.DATE, style.COUNT, style.AMOUNT)))
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
    found: dict[np.datetime64, tuple[int, int]] = {}
    lines = contents.lines[["Date", "Status"]]
    for begin in range(0, len(lines), PIECE):  # so that this takes no more for a million lines than for a thousand
        piece = lines.iloc[begin : begin + PIECE]
        credited = piece["Status"].isin(CREDITED).to_numpy()
        days, at = np.unique(piece["Date"].to_numpy()[credited], return_inverse=True)
        sums, numbers = np.zeros(len(days), dtype=np.int64), np.bincount(at, minlength=len(days))
        np.add.at(sums, at, contents.cents[begin : begin + PIECE][credited])
        for day, number, cents in zip(days, numbers.tolist(), sums.tolist(), strict=True):
            before = found.get(day, (0, 0))
            found[day] = before[0] + number, before[1] + cents
    return [(pd.Timestamp(day), number, money.rand(cents)) for day, (number, cents) in sorted(found.items())]


def chart(contents: Contents) -> BarChart | None:
    """The amounts of the days as a chart, None where there are none."""
    days = len(_days(contents))
    cells = f"'By day'!${{0}}${FIRST_ROW}:${{0}}${FIRST_ROW + days - 1}"
    return bars("Gifts by day, rand", cells.format("C"), cells.format("A"), across=False) if days else None


SHEET = _ByDay()
