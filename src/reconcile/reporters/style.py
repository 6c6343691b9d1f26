"""How the workbook looks: one quiet palette, the formats of money and days, and the page every sheet prints on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

INK, RULE, HEAD, INPUT, AMBER, GOOD, BAD = "1F3A4D", "B8C4CC", "E1E9EE", "FFF9E3", "FDF0D0", "E4F1E4", "F8D7D3"
DONE, LACKS = "BBD9F2", "F5C38A"
"""Blue and orange, which whoever cannot tell red from green tells apart; the words beside say the same."""

FACE = "Arial"

DAY = "yyyy-mm-dd"
SHARE = "0.0%"
NUMBER = "0"
TEXT = "@"


def _rand(digits: str) -> str:
    return f'"R "{digits}.00;[Red]\\-"R "{digits}.00'


# A format with a comma groups by the reader's locale, and one with literal spaces always prints all of them. So there
# is a format per size: `R 1 234.56` in every locale, in Excel and in LibreOffice.
MONEY = (_rand("0"), _rand(r"#\ ##0"), _rand(r"#\ ###\ ##0"), _rand(r"#\ ###\ ###\ ##0"))
MONEY_STEPS_CENTS = (10**5, 10**8, 10**11)


def money_format(amount: Decimal) -> str:
    """The number format that shows this amount as `R 1 234.56`, a negative one red with its minus."""
    cents = abs(int(amount.scaleb(2)))
    return MONEY[sum(cents >= step for step in MONEY_STEPS_CENTS)]


@dataclass(frozen=True)
class Look:
    """How one cell looks; `amount` marks money, whose format follows from its size; `typed` text somebody entered.

    An `unlocked` cell can be filled in on a sheet that is protected otherwise.
    """

    size: int = 10
    bold: bool = False
    italic: bool = False
    colour: str = "000000"
    fill: str | None = None
    across: str | None = None
    wrap: bool = False
    number_format: str = "General"
    amount: bool = False
    dash_for_zero: bool = False
    typed: bool = False
    indent: bool = False
    above: str | None = None
    below: str | None = None
    unlocked: bool = False

    def dress(self, cell: Cell, amount: Decimal | None = None) -> None:
        """Give the cell this look; `amount` picks the money format."""
        cell.font = Font(name=FACE, size=self.size, bold=self.bold, italic=self.italic, color=self.colour)
        indent = 1 if self.indent else 0
        across = "left" if self.indent else self.across
        cell.alignment = Alignment(horizontal=across, vertical="top", wrap_text=self.wrap, indent=indent)
        if self.fill:
            cell.fill = PatternFill("solid", fgColor=self.fill)
        if self.above or self.below:
            cell.border = Border(top=_side(self.above), bottom=_side(self.below))
        cell.number_format = money_format(amount or Decimal(0)) if self.amount else self.number_format
        if self.dash_for_zero:
            cell.number_format += ';"–"'
        if self.typed:
            cell.number_format = TEXT
            cell.quotePrefix = True
        if self.unlocked:
            cell.protection = Protection(locked=False)

    def but(self, **changes: object) -> Look:
        """The same look with these differences."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _side(style: str | None) -> Side | None:
    return Side(style=style, color=RULE if style == "hair" else INK) if style else None  # type: ignore[arg-type]


TITLE = Look(size=16, bold=True, colour=INK)
SUBTITLE = Look(colour="5A6B76")
HEADING = Look(size=12, bold=True, colour=INK, below="medium")
COLUMN_HEAD = Look(bold=True, colour=INK, fill=HEAD, wrap=True, below="thin", indent=True)
COLUMN_HEAD_RIGHT = COLUMN_HEAD.but(across="right", indent=False)
PLAIN = Look(below="hair", wrap=True, indent=True)
TYPED = PLAIN.but(typed=True, indent=True)
AMOUNT = Look(below="hair", amount=True, across="right")
SPARSE_AMOUNT = AMOUNT.but(dash_for_zero=True)
COUNT = Look(below="hair", number_format=NUMBER, across="right")
REMARK = Look(size=9, italic=True, colour="5A6B76", wrap=True)
TOTAL = Look(bold=True, above="thin", below="thin", fill="F4F7F9", indent=True)
TOTAL_AMOUNT = TOTAL.but(amount=True, across="right", indent=False)
TOTAL_COUNT = TOTAL.but(number_format=NUMBER, across="right", indent=False)


@dataclass(frozen=True)
class Page:
    """The printed page of a sheet: A4, one page wide, its head repeated on every page; landscape, if not `upright`."""

    repeated_rows: str
    frozen: str | None = None
    margins: tuple[float, float, float] = (0.35, 0.5, 0.65)
    upright: bool = False

    def lay_out(self, sheet: Worksheet) -> None:
        """Set the sheet's page, frozen panes and footer (file, sheet, page of pages)."""
        sheet.page_setup.orientation = "portrait" if self.upright else "landscape"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_title_rows = self.repeated_rows
        sheet.page_margins.left = sheet.page_margins.right = self.margins[0]
        sheet.page_margins.top, sheet.page_margins.bottom = self.margins[1:]
        sheet.page_margins.header = sheet.page_margins.footer = 0.3
        footer = sheet.oddFooter
        assert footer is not None
        for part, text in ((footer.left, "&F"), (footer.center, "&A"), (footer.right, "Page &P of &N")):
            assert part is not None
            part.text, part.size = text, 8
        sheet.sheet_view.showGridLines = False
        sheet.freeze_panes = self.frozen
