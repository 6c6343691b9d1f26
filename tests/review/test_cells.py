"""A workbook off somebody's disk: a hostile, damaged or odd one is refused by name, a sound one read cell by cell."""

from __future__ import annotations

import re
import shutil
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from books_in_review import Formula, Saved, book_of
from nights import Job
from openpyxl.chart import BarChart
from openpyxl.comments import Comment

from reconcile.errors import ReconcileError, ReviewRefused, UnreadableFile
from reconcile.review import nothing_else_in, read_decisions, verify_workbook
from reconcile.review.cells import at, read_book, shown
from reconcile.spreadsheets import Cell

READERS: dict[str, Callable[[Path], object]] = {
    "decisions": read_decisions,
    "verify": verify_workbook,
    "nothing else": lambda path: nothing_else_in(str(path)),
}


def parts_changed(change: Callable[[dict[str, bytes]], object]) -> Callable[[Path, Path], Path]:
    def write(path: Path, target: Path) -> Path:
        saved = Saved(path)
        change(saved.parts)
        return saved.to(target)

    return write


def content(data: Callable[[bytes], bytes]) -> Callable[[Path, Path], Path]:
    def write(path: Path, target: Path) -> Path:
        target.write_bytes(data(path.read_bytes()))
        return target

    return write


def a_zip_of(*names: str) -> Callable[[Path, Path], Path]:
    def write(path: Path, target: Path) -> Path:
        with zipfile.ZipFile(target, "w") as archive:
            for name in names:
                archive.writestr(name, f"date,amount\n{name},1.00\n")
        return target

    return write


def in_sheet(old: str, new: str) -> Callable[[Path, Path], Path]:
    """The sheet To review with one piece of its XML in other words."""

    def write(path: Path, target: Path) -> Path:
        saved = Saved(path)
        xml = saved.xml("To review")
        assert old in xml
        return saved.put_xml("To review", xml.replace(old, new, 1)).to(target)

    return write


def two_of_one_name(parts: dict[str, bytes]) -> None:
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="Funds"', b'name="CONTROL"')


def entities(part: str) -> Callable[[dict[str, bytes]], None]:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def change(parts: dict[str, bytes]) -> None:
        parts[part] = re.sub(rb"(<\?xml[^>]*>)?", rb"\g<0>" + bomb, parts[part], count=1)

    return change


def entities_under_another_name(parts: dict[str, bytes]) -> None:
    """The sheets' parts may be called anything."""
    entities("xl/worksheets/sheet5.xml")(parts)
    parts["xl/worksheets/sheet5.data"] = parts.pop("xl/worksheets/sheet5.xml")
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        parts[name] = parts[name].replace(b"sheet5.xml", b"sheet5.data")


def macros_under_another_name(parts: dict[str, bytes]) -> None:
    kind = b'<Override PartName="/xl/x.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", kind)


def bomb(parts: dict[str, bytes]) -> None:
    parts["xl/worksheets/sheet9.xml"] = b"<worksheet>" + b" " * 30_000_000 + b"</worksheet>"


HOSTILE: dict[str, tuple[Callable[[Path, Path], Path], type[ReconcileError], str]] = {
    "nothing in it": (content(lambda data: b""), UnreadableFile, "is empty"),
    "a CSV": (content(lambda data: b"Row hash,Transaction id\nx,y\n"), ReviewRefused, "is no workbook"),
    "an old workbook": (
        content(lambda data: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)),
        ReviewRefused,
        "is an old Excel or Word file",
    ),
    "a PDF": (content(lambda data: b"%PDF-1.7\n" + bytes(100)), ReviewRefused, "is a PDF"),
    "half of it": (content(lambda data: data[: len(data) // 2]), UnreadableFile, "is a damaged workbook"),
    "all but its end": (content(lambda data: data[:-30]), UnreadableFile, "is a damaged workbook"),
    "bytes wrong inside": (
        content(lambda data: data[:400] + bytes(200) + data[600:]),
        UnreadableFile,
        "",
    ),
    "a ZIP of a file": (a_zip_of("a.csv"), ReviewRefused, "is no workbook"),
    "a ZIP of files": (a_zip_of("a.csv", "b.csv"), ReviewRefused, "is no workbook"),
    "a ZIP of nothing": (a_zip_of(), UnreadableFile, "is a ZIP without a file in it"),
    "a text document": (a_zip_of("[Content_Types].xml", "word/document.xml"), ReviewRefused, "is a Word document"),
    "an OpenDocument file": (a_zip_of("mimetype", "content.xml"), ReviewRefused, "is an OpenDocument file"),
    "a workbook in name": (
        a_zip_of("[Content_Types].xml", "xl/workbook.xml"),
        UnreadableFile,
        "not a whole spreadsheet",
    ),
    "macros": (
        parts_changed(lambda parts: parts.update({"xl/vbaProject.bin": b"x"})),
        UnreadableFile,
        "it holds macros",
    ),
    "macros under another name": (parts_changed(macros_under_another_name), UnreadableFile, "it holds macros"),
    "entities": (
        parts_changed(entities("xl/worksheets/sheet5.xml")),
        UnreadableFile,
        "its part xl/worksheets/sheet5.xml declares XML entities",
    ),
    "entities of the book": (
        parts_changed(entities("xl/workbook.xml")),
        UnreadableFile,
        "its part xl/workbook.xml declares XML entities",
    ),
    "entities under another name": (
        parts_changed(entities_under_another_name),
        UnreadableFile,
        "not a whole spreadsheet",
    ),
    "a bomb": (parts_changed(bomb), UnreadableFile, "unpacks to over 100 times its size"),
    "two sheets of one name": (parts_changed(two_of_one_name), UnreadableFile, 'has 2 sheets named "CONTROL"'),
    "XML cut off": (in_sheet("</sheetData>", ""), UnreadableFile, "not a whole spreadsheet"),
    "a row past all rows": (
        in_sheet("</sheetData>", '<row r="20000000"><c r="A20000000"><v>1</v></c></row></sheetData>'),
        UnreadableFile,
        "row 20000000 of its sheet To review",
    ),
    "a column past all columns": (
        in_sheet("</sheetData>", '<row r="400"><c r="ZZZ400"><v>1</v></c></row></sheetData>'),
        UnreadableFile,
        "row 400 of its sheet To review",
    ),
    "a row twice": (
        in_sheet("</sheetData>", '<row r="5"><c r="K5" t="inlineStr"><is><t>WEL</t></is></c></row></sheetData>'),
        UnreadableFile,
        "row 5 of its sheet To review is out of order, or holds a cell twice",
    ),
    "a cell twice": (
        in_sheet('<c r="C5"', '<c r="B5"><v>9</v></c><c r="C5"'),
        UnreadableFile,
        "row 5 of its sheet To review is out of order, or holds a cell twice",
    ),
    "no number": (
        in_sheet('<c r="B5" ', '<c r="A6"><v>NaN</v></c><c r="B5" '),
        UnreadableFile,
        "not a whole spreadsheet",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_is_no_honest_workbook_is_refused_by_name(what: str, february: Path, tmp_path: Path) -> None:
    write, kind, said = HOSTILE[what]
    path = write(february, tmp_path / "reviewed.xlsx")
    for name, read in READERS.items():
        start = time.process_time()
        with pytest.raises(kind) as fault:
            read(path)
        assert said in str(fault.value), name
        assert str(fault.value).startswith("reviewed.xlsx")
        assert "\n" not in str(fault.value)
        assert "Download" not in str(fault.value), "that is what one does with a statement"
        assert time.process_time() - start < 5, name


def test_a_table_that_is_cut_off_is_no_whole_spreadsheet(february: Path, tmp_path: Path) -> None:
    """It is looked at where a workbook is verified; what is filled in stands in the cells."""
    cut = parts_changed(lambda parts: parts.update({"xl/tables/table1.xml": b"<table"}))
    with pytest.raises(UnreadableFile, match=r"^reviewed\.xlsx: [^\n]*not a whole spreadsheet[^\n]*$"):
        verify_workbook(cut(february, tmp_path / "reviewed.xlsx"))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    for read in READERS.values():
        with pytest.raises(UnreadableFile, match=r"gone\.xlsx: is not there\. Check the name and the folder\."):
            read(tmp_path / "gone.xlsx")
        with pytest.raises(UnreadableFile, match="is a folder"):
            read(tmp_path)


def test_a_workbook_of_something_else_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "own.xlsx")
    with pytest.raises(ReviewRefused, match='the sheet "To review" is not there; there are Sheet'):
        read_decisions(tmp_path / "own.xlsx")
    with pytest.raises(ReviewRefused, match='the sheet "Control" is not there'):
        verify_workbook(tmp_path / "own.xlsx")
    assert not nothing_else_in(str(tmp_path / "own.xlsx"))


def test_a_last_cell_far_down_costs_no_time(february: Path, tmp_path: Path) -> None:
    """Excel writes such cells where somebody once typed a blank."""
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    path = in_sheet("</sheetData>", far)(february, tmp_path / "reviewed.xlsx")
    start = time.process_time()
    assert "To review!XFD1048576: a cell beside the table" in verify_workbook(path).differences
    assert read_decisions(path).open == 8
    assert time.process_time() - start < 5


def test_every_kind_of_cell_is_read_with_its_formula(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    given = ["text", "=1+1", 7, 7.5, True, datetime(2026, 2, 5), "#N/A", None, " blank ", "=1+1"]  # noqa: DTZ001
    for column, value in enumerate(given, start=1):
        sheet.cell(1, column).value = value
    sheet.cell(1, 10).data_type = "s"
    book.save(tmp_path / "a.xlsx")
    cells = read_book(tmp_path / "a.xlsx").sheets["Sheet"]
    wanted = [Cell("text"), Cell(None, "=1+1"), Cell(7), Cell(7.5), Cell(True), Cell(given[5]), Cell("#N/A"), None]
    assert [cells.get((1, column)) for column in range(1, 11)] == [*wanted, Cell(" blank "), Cell("=1+1")]


def test_a_formula_is_told_from_a_text_that_has_its_value(february: Path, tmp_path: Path) -> None:
    """A payer typed `=SUM(1;1)`; a formula that shows the same would be another thing on the next machine."""
    text = "=SUM(1;1) FROM <CO> & SONS"
    cells = read_book(february).sheets["To review"]
    place = next(place for place, cell in cells.items() if cell.value == text)
    assert cells[place] == Cell(text)
    path = Saved(february).put("To review", at(place), Formula("1+1", text)).to(tmp_path / "a.xlsx")
    assert read_book(path).sheets["To review"][place] == Cell(text, "=1+1")


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        ('<c r="A1"><f t="array" ref="A1">SUM(B1)</f><v>4</v></c>', Cell(4, "=SUM(B1)")),
        ('<c r="A1"><f t="dataTable" ref="A1:A2" r1="B1" dt2D="0" dtr="0"/><v>4</v></c>', Cell(4, "=")),
        ('<c r="A1"><f/><v>4</v></c>', Cell(4, "=")),
        ('<c r="A1" t="e"><v>#REF!</v></c>', Cell("#REF!")),
        ('<c r="A1" t="inlineStr"><is><t>_x0041__x005F_x0041_</t></is></c>', Cell("A_x0041_")),
        ('<c r="A1" t="inlineStr"><is><r><t>two </t></r><r><t>looks</t></r></is></c>', Cell("two looks")),
        ('<c r="A1" t="inlineStr"><is><t>a_x000D_b</t></is></c>', Cell("a\rb")),
        ('<c r="A1" t="str"><v>a_x000D_b</v></c>', Cell("a\rb")),
    ],
)
def test_odd_cells_are_what_they_say(xml: str, cell: Cell, february: Path, tmp_path: Path) -> None:
    saved = Saved(february)
    old = re.search(r'<c r="A1".*?</c>', saved.xml("Funds"))
    assert old
    path = saved.put_xml("Funds", saved.xml("Funds").replace(old[0], xml)).to(tmp_path / "a.xlsx")
    assert read_book(path).sheets["Funds"][1, 1] == cell


def test_a_sheet_with_a_chart_alone_is_a_sheet_that_was_not_written(february: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(february)
    book.create_chartsheet("Chart").add_chart(BarChart())
    book.save(tmp_path / "a.xlsx")
    assert read_book(tmp_path / "a.xlsx").sheets["Chart"] == {}
    assert "Chart: a sheet that reconcile did not write" in verify_workbook(tmp_path / "a.xlsx").differences


def test_who_saved_a_workbook_and_whether_it_has_values_is_told(february: Path, tmp_path: Path) -> None:
    book = read_book(february)
    assert (book.name, book.ours, book.calculated, book.remarks) == (february.name, True, True, False)
    again = openpyxl.load_workbook(february)
    again["Summary"]["A1"].comment = Comment("why?", "Thandi")
    again.save(tmp_path / "a.xlsx")
    book = read_book(tmp_path / "a.xlsx")
    assert (book.ours, book.calculated, book.remarks) == (True, False, True)


@pytest.mark.parametrize(
    ("part", "added"),
    [
        ("xl/media/image1.png", b"x"),
        ("xl/threadedComments/threadedComment1.xml", b"<x/>"),
        ("xl/comments1.xml", b"<x/>"),
        ("xl/drawings/drawing9.xml", b'<xdr:wsDr xmlns:xdr="x"><xdr:sp macro=""/></xdr:wsDr>'),
    ],
)
def test_whatever_somebody_put_on_a_sheet_is_a_remark(part: str, added: bytes, february: Path, tmp_path: Path) -> None:
    """A comment, a picture, a text box: a workbook with one is somebody's work."""
    path = parts_changed(lambda parts: parts.update({part: added}))(february, tmp_path / "a.xlsx")
    assert read_book(path).remarks
    assert not nothing_else_in(str(path))


def test_a_value_is_told_in_one_short_line() -> None:
    assert [shown(v) for v in (None, 7, 7.5, "a\nb\u202e", datetime(2026, 2, 5))] == [  # noqa: DTZ001
        "nothing",
        "7",
        "7.5",
        '"a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"',
        "2026-02-05",
    ]
    assert shown(datetime(2026, 2, 5, 12, 30)) == "2026-02-05 12:30:00"  # noqa: DTZ001
    assert len(shown("x" * 40_000)) < 100
    assert at((57, 3)) == "C57"


def test_a_workbook_under_any_name_is_read(books: Job, tmp_path: Path) -> None:
    path = Path(shutil.copy(book_of(books), tmp_path / "Kopie von Übersicht (2).XLSX"))
    assert read_decisions(path).source == "Kopie von Übersicht (2).XLSX"
