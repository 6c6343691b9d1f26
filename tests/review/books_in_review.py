"""An invented charity's books over two months, with all that a workbook may show; and workbooks edited as people do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pandas as pd
from ledgers import Entry, history
from nights import Job
from openpyxl.utils import get_column_letter

from reconcile.nightly import workbook
from reconcile.spreadsheets import as_typed

CAMPAIGNS = """\
code,name,aliases,opens,closes
WEL,Wells for All,Well|Wells,,
ORF,Orphan Homes,Orphans|Orphan,,2026-02-10
ROOF25,Roof Appeal,Roofs,2025-06-01,
0012,School Meals,Meals,,
"""
LATER = CAMPAIGNS + "MED,Clinics,Medicine,,\n"
"""The register a month later: a further appeal, for which a gift has waited."""

FUNDS = """\
fund,spellings,automatic
zakat,Zakat|Zakaat|Zkt,
lillah,Lillah,
sadaqah,Sadaqah|Sadaka,
fidya,Fidya,never
"""
JANUARY, FEBRUARY = "2026-01", "2026-02"
OPENING = 100_000_00


def _days(month: int, *lines: tuple[int, int, str]) -> list[Entry]:
    return [Entry(date(2026, month, day), cents, text) for day, cents, text in lines]


FIRST = _days(
    1,
    (5, 250_00, "FNB APP PAYMENT FROM  WELLS ZAKAT"),
    (5, 1_200_50, "CAPITEC   T MOKOENA THANKS"),
    (6, 900_00, "FNB APP PAYMENT FROM  ORPHANS SADAQAH"),
    (7, 410_07, "ABSA BANK mbf 0031"),
    (8, -65_00, "#SERVICE FEES"),
    (9, 333_33, "FNB APP PAYMENT FROM  MEDICINE LILLAH"),
    (31, 75_00, "FNB APP PAYMENT FROM  ZAKAT N DLAMINI"),
)
SECOND = _days(
    2,
    (2, 120_00, "FNB APP PAYMENT FROM  WELLS ZAKAT"),
    (2, 3_000_00, "CAPITEC   Z KHOZA 0031"),
    (3, 500_00, "FNB APP PAYMENT FROM  ROOFS LILLAH"),
    (4, -120_00, "REVERSAL FNB APP PAYMENT FROM  WELLS ZAKAT"),
    (5, 640_40, "FNB APP PAYMENT FROM  WELLS FIDYA"),
    (6, 88_88, "FNB APP PAYMENT FROM  ZAKAT P NAIDOO"),
    (9, 45_00, "FNB APP PAYMENT FROM  MEALS"),
    (12, 700_00, "FNB APP PAYMENT FROM  ORPHANS LILLAH"),
    (13, 61_00, "FNB APP PAYMENT FROM  MEDICINE ZAKAT"),
    (16, 150_00, "NEDBANK   L BOTHA WITH LOVE"),
    (17, 1_000_00, "ABSA BANK mbf 0077"),
    (18, 20_00, "FNB APP PAYMENT FROM  WELLS ORPHANS"),
    (19, -70_50, "#SERVICE FEES"),
    (20, 31_00, "=SUM(1;1) FROM <CO> & SONS"),
    (21, 32_00, "ABSA BANK _x0041_ GIFT"),
    (28, 12_00, "STANDARD BANK  A VISSER"),
)
NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def two_months(folder: Path) -> Job:
    """January, closed, and February, in which something of January was decided later; both with what people decided."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "funds.csv").write_text(FUNDS, encoding="utf-8")
    job = Job(folder).set_up(campaigns=CAMPAIGNS, register='funds = "funds.csv"')
    job.deliver("january.csv", history(FIRST, OPENING))
    job.run(NIGHT)
    with job.store() as store:
        names = by_text(store.transactions())
        store.decide(names["ABSA BANK mbf 0031"], ("WEL", None), by="Thandi", reason="telephone")
        store.decide(names["ABSA BANK mbf 0031"], ("ORF", None), by="Thandi", reason="a slip")
        store.undo(names["ABSA BANK mbf 0031"], by="Thandi", reason="no slip")
        store.close(JANUARY, by="Thandi", open_end="nothing moved since")
        store.decide(names["CAPITEC   T MOKOENA THANKS"], ("ORF", "zakat"), by="Sipho", reason="a letter")
    job.deliver("february.csv", history(SECOND, OPENING + sum(e.cents for e in FIRST)))
    job.run(NIGHT + timedelta(days=1))
    (folder / "campaigns.csv").write_text(LATER, encoding="utf-8")
    with job.store() as store:
        names = by_text(store.transactions(f"{FEBRUARY}-01"))
        parts = [("WEL", "zakat", "1000.00"), ("ORF", None, "1999.99"), (None, None, "0.01")]
        store.decide(names["CAPITEC   Z KHOZA 0031"], parts, by="Sipho", reason="an order of three parts")
    job.run(NIGHT + timedelta(days=2))
    return job


def by_text(transactions: pd.DataFrame) -> dict[str, str]:
    """The id of each movement by its text; texts that are there twice lead to the last of them."""
    return dict(zip(transactions["description"], transactions["transaction_id"], strict=True))


@dataclass(frozen=True)
class Formula:
    """What is to stand in a cell: a formula, and the value saved with it."""

    text: str
    value: object = None


class Saved:
    """The parts of a workbook as they lie in the file, to change one cell and nothing else."""

    def __init__(self, path: Path) -> None:
        with ZipFile(path) as package:
            self.parts = {name: package.read(name) for name in package.namelist()}

    def to(self, path: Path) -> Path:
        """Write it."""
        with ZipFile(path, "w", ZIP_DEFLATED) as package:
            for name, content in self.parts.items():
                package.writestr(name, content)
        return path

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The part of each sheet, by its name."""
        book, links = (self.parts[name].decode() for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
        target = {
            re.search(r'\bId="([^"]*)"', link)[1]: re.search(r'\bTarget="([^"]*)"', link)[1]  # type: ignore[index]
            for link in re.findall(r"<Relationship [^>]*>", links)
        }
        found = {}
        for sheet in re.findall(r"<sheet [^>]*>", book):
            name, link = re.search(r'\bname="([^"]*)"', sheet)[1], re.search(r'\br:id="([^"]*)"', sheet)[1]  # type: ignore[index]
            path = target[link]
            found[name] = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
        return found

    def xml(self, sheet: str) -> str:
        """A sheet as it lies there."""
        return self.parts[self.sheets[sheet]].decode()

    def put_xml(self, sheet: str, xml: str) -> Saved:
        """A sheet in other words."""
        self.parts[self.sheets[sheet]] = xml.encode()
        return self

    def put(self, sheet: str, place: str, value: object) -> Saved:
        """Another value, or a formula, in a cell that is there."""
        xml = self.xml(sheet)
        found = cell_at(xml, place)
        assert found, f"{sheet}!{place}"
        new = cell_xml(place, found["style"] or "", value)
        return self.put_xml(sheet, xml[: found.start()] + new + xml[found.end() :])

    def put_row(self, sheet: str, cells: Mapping[str, object]) -> Saved:
        """A new last row."""
        row = re.search("[0-9]+", next(iter(cells)))[0]  # type: ignore[index]
        written = "".join(cell_xml(place, "", value) for place, value in cells.items())
        return self.put_xml(
            sheet, self.xml(sheet).replace("</sheetData>", f'<row r="{row}">{written}</row></sheetData>')
        )

    def without_row(self, sheet: str, row: int) -> Saved:
        """Without a row."""
        xml, count = re.subn(rf'<row r="{row}"[^>]*>.*?</row>', "", self.xml(sheet), flags=re.S)
        assert count == 1
        return self.put_xml(sheet, xml)


CELL = r'<c r="(?P<place>{place})"(?P<style> s="[0-9]+")?(?P<kind> t="[a-zA-Z]+")?(?:/>|>(?P<inside>.*?)</c>)'


def cell_at(xml: str, place: str) -> re.Match[str] | None:
    """A cell as it lies there."""
    return re.search(CELL.format(place=place), xml, re.S)


def cells_in(xml: str) -> Iterator[re.Match[str]]:
    """All cells of a sheet as they lie there."""
    return re.finditer(CELL.format(place="[A-Z]+[0-9]+"), xml, re.S)


def cell_xml(place: str, style: str, value: object) -> str:
    """A cell as a spreadsheet program writes it; its style is ` s="3"`, or nothing."""
    head = f'<c r="{place}"{style}'
    if value is None:
        return f"{head}/>"
    if isinstance(value, Formula):
        kind = ' t="str"' if isinstance(value.value, str) else ""
        saved = "" if value.value is None else f"<v>{escape(str(value.value), quote=False)}</v>"
        return f"{head}{kind}><f>{escape(value.text, quote=False)}</f>{saved}</c>"
    if isinstance(value, bool):
        return f'{head} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        text = escape(value, quote=False)
        return f'{head} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f"{head}><v>{value}</v></c>"


@cache
def places_of(path: Path, sheet: str = "To review") -> dict[str, dict[str, str]]:
    """Where each cell of the table of a sheet that stays as it is stands: by the text of its row and its heading."""
    cells = openpyxl.load_workbook(path, data_only=True)[sheet]
    headings = [cell.value for cell in cells[4]]
    found = {}
    for row in cells.iter_rows(min_row=5):
        own = {h: f"{get_column_letter(at)}{row[0].row}" for at, h in enumerate(headings, start=1) if h}
        found[as_typed(str(row[headings.index("Description")].value))] = own
    return found


def filled(path: Path, target: Path, given: Mapping[str, Mapping[str, object]]) -> Path:
    """The workbook with nothing but these cells filled in, `given` by the text of their row and their heading."""
    places, saved = places_of(path), Saved(path)
    for text, cells in given.items():
        for heading, value in cells.items():
            saved.put("To review", places[text][heading], value)
    return saved.to(target)


def changed(path: Path, target: Path, change: Callable[[openpyxl.Workbook], Any]) -> Path:
    """The workbook as somebody changed and saved it."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(target)
    return target


def copy_of(job: Job, folder: Path) -> Job:
    """The same job in another folder."""
    return Job(Path(shutil.copytree(job.folder, folder)))


def book_of(job: Job, month: str = FEBRUARY) -> Path:
    """Its workbook of a month."""
    return job.out / workbook(month)
