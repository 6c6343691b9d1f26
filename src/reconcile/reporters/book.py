"""The workbook shell: openpyxl for styles, panes, tables and formulas; long tables are noted to be spliced in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from math import ceil
from typing import Literal, Protocol

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reconcile import money
from reconcile.reporters import seal, style
from reconcile.reporters.celltext import for_cell, longest
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import Formula, Sums
from reconcile.reporters.style import Look, Page, money_format
from reconcile.spreadsheets import as_typed

HEAD_ROW = 4
"""The row of the headings of a long table; its rows follow."""

MOST_ROWS = 1_048_576 - HEAD_ROW
"""Rows of a long table on one worksheet: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3"""

MEASURED = 2_000
"""So many rows tell how wide a column is that is made only as it is written."""

Value = Formula | Decimal | int | str | date | None


def _lines(text: str, size: int, width: float) -> int:
    """Lines that a text needs in a cell so many figures wide, measured in Arial; a line ends at a word."""
    wide = (0.8 * len(text) + 0.28 * sum(c.isupper() or c.isdigit() for c in text)) * size / 10
    room = 0.92 * width - 2
    return 1 if wide <= room else ceil(wide / (0.92 * room))


def table_names(name: str, rows: int) -> tuple[str, ...]:
    """The tables that hold so many rows: Transactions, Transactions2, …"""
    return (name, *(f"{name}{i}" for i in range(2, max(1, ceil(rows / MOST_ROWS)) + 1)))


@dataclass(frozen=True)
class TableColumnShown:
    """A column of a long table: its heading, what its cells hold, and its width in characters.

    A `formula` has `{row}` where the number of its row belongs, its cells hold the text that it gives today. Columns
    that somebody fills in are `asked` for; a `hash` is that of all other cells of its row that nobody fills in.
    """

    heading: str
    holds: Literal["day", "text", "amount", "number", "share", "formula", "hash"]
    narrowest: float
    widest: float
    wrap: bool = False
    asked: bool = False
    formula: str = ""

    @property
    def hashed(self) -> bool:
        """Whether the hash of the row tells of this cell."""
        return not self.asked and self.holds not in ("formula", "hash")

    @property
    def look(self) -> Look:
        """How its cells look."""
        base = Look(size=9, below="hair", wrap=self.wrap)
        if self.asked:
            base = base.but(fill=style.INPUT, unlocked=True)
        return {
            "formula": base.but(bold=True),
            "hash": base.but(typed=True, indent=True, size=8, colour="5A6B76"),
            "day": base.but(number_format=style.DAY, across="center"),
            "text": base.but(typed=True, indent=True),
            "amount": base.but(amount=True, across="right"),
            "number": base.but(number_format=style.NUMBER, across="right"),
            "share": base.but(number_format=style.SHARE, across="right"),
        }[self.holds]


ROW_HASH = TableColumnShown("Row hash", "hash", 18, 18)
"""The column with the hash of each row."""


Completed = Callable[[pd.DataFrame], pd.DataFrame]


def _as_they_are(rows: pd.DataFrame) -> pd.DataFrame:
    return rows


@dataclass(frozen=True, eq=False)
class Splice:
    """Rows that go into a sheet as XML: `styles` has, per column, the style ids of its cells (money: one per size).

    `completed` gives some of the rows with the columns that are made only as they are written.
    """

    sheet: str
    first_row: int
    columns: tuple[TableColumnShown, ...]
    styles: tuple[tuple[int, ...], ...]
    widths: tuple[float, ...]
    rows: pd.DataFrame
    completed: Completed = _as_they_are


class Sheet(Protocol):
    """A part of the workbook: `write` adds one or more worksheets; lower `order` stands further left."""

    order: int

    def write(self, book: Book, contents: Contents) -> None:
        """Add the worksheets of this part."""


def _empty() -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    # column widths are counted in figures of this font
    workbook._named_styles["Normal"].font = Font(name=style.FACE, size=10)  # type: ignore[attr-defined]
    return workbook


@dataclass(eq=False)
class Book:
    """The workbook being written; `places` lets a later sheet refer to a cell of an earlier one."""

    sums: Sums
    workbook: Workbook = field(default_factory=_empty)
    cached: dict[str, dict[str, Decimal | int | str]] = field(default_factory=dict)
    splices: dict[str, Splice] = field(default_factory=dict)
    places: dict[str, Formula] = field(default_factory=dict)
    charted: tuple[str, str] | None = None
    _worn: dict[tuple[Look, str], StyleArray] = field(default_factory=dict)

    def sign(self, title: str, day: date) -> None:
        """Say inside the file what it is, and that it was made on a day: the same input gives the same bytes."""
        properties = self.workbook.properties
        properties.creator, properties.title, properties.created = "reconcile", title, datetime.combine(day, time())

    def sheet(self, name: str, title: str, subtitle: str, page: Page) -> Worksheet:
        """A new worksheet with its title in row 1 and a line about it in row 2."""
        sheet: Worksheet = self.workbook.create_sheet(name)
        page.lay_out(sheet)
        self.put(sheet, 1, 1, title, style.TITLE)
        self.put(sheet, 2, 1, subtitle, style.SUBTITLE)
        sheet.row_dimensions[1].height = 24
        self.cached[name] = self.cached.get(name, {})
        return sheet

    def put(self, sheet: Worksheet, row: int, column: int, value: Value, look: Look) -> Cell:
        """Write one cell: a formula with its value, an amount, a day, or text that is never taken for anything else."""
        cell = sheet.cell(row, column)
        assert isinstance(cell, Cell)
        worth = value.value if isinstance(value, Formula) else value
        key = look, money_format(worth) if isinstance(worth, Decimal) else ""
        if key in self._worn:
            cell._style = copy(self._worn[key])  # type: ignore[attr-defined]
        else:
            look.dress(cell, worth if isinstance(worth, Decimal) else None)
            self._worn[key] = copy(cell._style)  # type: ignore[attr-defined]
        if isinstance(value, Formula):
            cell.value = "=" + value.text
            self.cached.setdefault(sheet.title, {})[cell.coordinate] = value.value
        elif isinstance(value, str):
            cell.value = for_cell(value)
            cell.data_type = "s"  # openpyxl takes `=1+1` for a formula and `#N/A` for an error
        elif value is not None:
            cell.value = value
        return cell

    def line(self, sheet: Worksheet, row: int, cells: Sequence[tuple[int, int, Value, Look]]) -> None:
        """Write cells as (first column, columns spanned, value, look), the row as high as its longest text needs."""
        lines = 1
        for column, span, value, look in cells:
            self.put(sheet, row, column, value, look)
            for further in range(column + 1, column + span):
                self.put(sheet, row, further, None, look)
            if span > 1:
                # not merge_cells: the cells exist and wear their look, and it would dress each once more, slowly
                sheet.merged_cells.add(f"{get_column_letter(column)}{row}:{get_column_letter(column + span - 1)}{row}")
            if isinstance(value, str) and look.wrap:
                width = sum(sheet.column_dimensions[get_column_letter(c)].width for c in range(column, column + span))
                lines = max(lines, sum(_lines(part, look.size, width) for part in value.split("\n")))
        sheet.row_dimensions[row].height = 13.5 * lines + 1.5

    def told(self, name: str, before: int | None = None) -> Iterator[tuple[str, str]]:
        """The cells of a sheet that hold anything, without the rows of its table, each with the text that is hashed."""
        values = self.cached.get(name, {})
        for row in self.workbook[name].iter_rows(max_row=before and before - 1):
            for cell in row:
                if cell.coordinate in values:
                    yield cell.coordinate, "=" + seal.of_cell(values[cell.coordinate])
                elif cell.value is not None:
                    value = as_typed(cell.value) if isinstance(cell.value, str) else cell.value
                    yield cell.coordinate, seal.of_constant(value)

    def must_be_zero(self, sheet: Worksheet, cells: str) -> None:
        """Colour the figures of these cells green at zero and red at anything else."""
        first = cells.split(":", maxsplit=1)[0]
        self.colour_where(sheet, cells, f"AND(ISNUMBER({first}),{first}=0)", style.GOOD)
        self.colour_where(sheet, cells, f"AND(ISNUMBER({first}),{first}<>0)", style.BAD)

    def colour_where(self, sheet: Worksheet, cells: str, formula: str, fill: str) -> None:
        """Fill these cells with a colour where the formula, written for the first of them, holds."""
        rule = Rule(type="expression", formula=[formula])
        rule.dxf = DifferentialStyle(fill=PatternFill(bgColor=fill, fill_type="solid"))
        sheet.conditional_formatting.add(cells, rule)

    def long_sheets(
        self,
        name: str,
        table: str,
        subtitle: str,
        columns: Sequence[TableColumnShown],
        rows: pd.DataFrame,
        *,
        completed: Completed = _as_they_are,
    ) -> list[Worksheet]:
        """A worksheet with the rows as a table; further ones (`name 2`, …) where they are more than one can hold.

        Columns that the rows lack are those that `completed` gives; how wide they are the first rows tell.
        """
        made = []
        tables = table_names(table, len(rows))
        for i, each in enumerate(tables):
            own = name if i == 0 else f"{name} {i + 1}"
            part = f" · part {i + 1} of {len(tables)}" if len(tables) > 1 else ""
            page = Page(repeated_rows=f"1:{HEAD_ROW}", frozen=f"A{HEAD_ROW + 1}")
            sheet = self.sheet(own, own, subtitle + part, page)
            self._long_table(sheet, each, columns, rows.iloc[i * MOST_ROWS : (i + 1) * MOST_ROWS], completed)
            made.append(sheet)
        return made

    def _long_table(
        self, sheet: Worksheet, name: str, columns: Sequence[TableColumnShown], rows: pd.DataFrame, completed: Completed
    ) -> None:
        """An Excel table under the headings in `HEAD_ROW`; its rows are spliced in when the book is saved."""
        first = HEAD_ROW + 1
        styles, widths, begin = [], [], completed(rows.iloc[:MEASURED])
        for number, column in enumerate(columns, start=1):
            right = column.holds in ("amount", "number", "share")
            self.put(sheet, HEAD_ROW, number, column.heading, style.COLUMN_HEAD_RIGHT if right else style.COLUMN_HEAD)
            widths.append(self._width(column, rows if column.heading in rows else begin))
            sheet.column_dimensions[get_column_letter(number)].width = widths[-1]
            styles.append(self._style_ids(sheet, first, number, column.look))
        sheet.row_dimensions[HEAD_ROW].height = 28
        table = Table(
            displayName=name, ref=f"A{HEAD_ROW}:{get_column_letter(len(columns))}{HEAD_ROW + max(1, len(rows))}"
        )
        # with the columns given, openpyxl does not create a cell object for every cell of the range
        table.tableColumns = [TableColumn(id=i, name=c.heading) for i, c in enumerate(columns, start=1)]
        table.autoFilter = AutoFilter(ref=table.ref)
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        sheet.add_table(table)
        self.splices[sheet.title] = Splice(
            sheet.title, first, tuple(columns), tuple(styles), tuple(widths), rows, completed
        )

    def _style_ids(self, sheet: Worksheet, row: int, column: int, look: Look) -> tuple[int, ...]:
        """The ids of the look in the saved styles, from cells that wear it, which stand where the rows will go."""
        amounts = [money.rand(step) for step in (0, *style.MONEY_STEPS_CENTS)] if look.amount else [None]
        ids = []
        for step, amount in enumerate(amounts):
            # a cell each: openpyxl keeps the style object whose id it gave, and a second look would change the first
            cell = sheet.cell(row + step, column)
            assert isinstance(cell, Cell)
            look.dress(cell, amount)
            ids.append(int(cell.style_id))
        return tuple(ids)

    @staticmethod
    def _width(column: TableColumnShown, rows: pd.DataFrame) -> float:
        # capitals are about a tenth wider than the figures a column's width is counted in
        width = longest(rows[column.heading]) * 1.1 + 3 if column.holds == "text" else column.narrowest
        return float(min(column.widest, max(column.narrowest, width)))
