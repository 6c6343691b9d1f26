"""Tables kept by hand: CSV, XLSX and frames give the same exact text, and nothing hostile or damaged is half read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import ReconcileError, RegisterRefused, UnreadableFile
from reconcile.tables import LAST_LINE, read_table

EXACT = ["NA", "0012", "TRUE", "1E5", "null", "nan", "007", "=1+1", "-", "None", "1.10", "2018-08-01"]


def sheet(path: Path, rows: list[list[Any]], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = book.active.cell(line, column)
            cell.value = value
            if isinstance(value, str) and value.startswith("=") and value != "=A2":
                cell.data_type = "s"
    for cell_name, number_format in (formats or {}).items():
        book.active[cell_name].number_format = number_format
    book.save(path)
    return path


def rewritten(path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> Path:
    before = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
        for name, content in (extra or {}).items():
            after.writestr(name, content)
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx", "frame"])
def test_text_that_looks_like_something_else_stays_as_written(tmp_path: Path, form: str) -> None:
    rows = [[text, f"n{text}"] for text in EXACT]
    if form == "frame":
        source: Any = pd.DataFrame(rows, columns=["code", "name"])
    elif form == "xlsx":
        source = sheet(tmp_path / "t.xlsx", [["code", "name"], *rows])
    else:
        source = tmp_path / "t.csv"
        source.write_text("code,name\n" + "".join(f"{a},{b}\n" for a, b in rows), encoding="utf-8")
    table = read_table(source, required=("code", "name"))
    assert table.faults.found == []
    assert [row.cells["code"] for row in table.rows] == EXACT


texts = st.text(st.characters(blacklist_categories=("Cc", "Cs")), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8), st.sampled_from(",;"))
def test_any_text_comes_back_from_csv_and_frame_alike(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], separator: str
) -> None:
    frame = pd.DataFrame(rows, columns=["code", "name"], dtype=object)
    path = tmp_path_factory.getbasetemp() / "any.csv"
    quoted = [separator.join('"' + v.replace('"', '""') + '"' for v in row) for row in rows]
    path.write_text("\n".join([f"code{separator}name", *quoted]) + "\n", encoding="utf-8-sig")
    expected = [dict(zip(("code", "name"), row, strict=True)) for row in rows]
    assert [row.cells for row in read_table(frame, required=("code", "name")).rows] == expected
    assert [row.cells for row in read_table(path, required=("code", "name")).rows] == expected


def test_separator_is_taken_from_the_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("code;name\nA;one, two, three\n", encoding="utf-8")
    assert read_table(path, required=("code", "name")).rows[0].cells["name"] == "one, two, three"


def test_lines_are_counted_as_an_editor_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('note,code\n"two\nlines",A\n\n,,\nx,B\n', encoding="utf-8")
    assert [(row.line, row.cells["code"]) for row in read_table(path, required=("code",)).rows] == [(2, "A"), (6, "B")]


def test_spreadsheet_lines_are_those_of_the_sheet_and_empty_ones_are_skipped(tmp_path: Path) -> None:
    path = sheet(tmp_path / "t.xlsx", [["code"], [None], ["A"], [" "], ["B"]])
    assert [(row.line, row.cells["code"]) for row in read_table(path, required=("code",)).rows] == [(3, "A"), (5, "B")]


@pytest.mark.parametrize("header", ["CODE,Name ,A Liases", "note,name,code,aliases", "Code,name,aliases,colour"])
def test_columns_are_found_by_name_whatever_their_case_spaces_and_order(tmp_path: Path, header: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(header + "\n" + ",".join("abcd"[: header.count(",") + 1]) + "\n", encoding="utf-8")
    assert set(read_table(path, required=("code", "name"), optional=("aliases",)).rows[0].cells) == {
        "code",
        "name",
        "aliases",
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,note\nA,B\n", "line 1: it lacks the column code; the first line that is not empty"),
        ("Our appeals\nA\n", "it lacks the columns code and name; the first line that is not empty names the columns"),
        ("code,code,name\nA,B,C\n", "line 1: the column code is there 2 times"),
        ("code,name,alias\nA,B,C\n", 'line 1: the column "alias" looks like a slip for aliases'),
        ("\n\ncod,name\nA,B\n", 'line 3: the column "cod" looks like a slip for code'),
        ("code,name\n", "it has a header and no rows"),
        ('code,name\nA,"B\nC,D\n', "line 2: the quotes do not pair up"),
        ("code,name\nA,B,C\n", "line 2: has 3 fields where the header has 2"),
        ('code,name\nA,"B\nB"\n', "line 2, name:"),
    ],
)
def test_a_table_out_of_shape_is_refused_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RegisterRefused) as refused:
        read_table(path, required=("code", "name"), optional=("aliases",)).faults.refuse_any()
    assert message in str(refused.value)
    assert str(refused.value).startswith("t.csv: 1 fault") or "cod" in content
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "number_format", "cell"),
    [
        (12, "General", "12"),
        (True, "General", "TRUE"),
        (date(2018, 8, 1), "yyyy-mm-dd", date(2018, 8, 1)),
        (12, "0000", None),
        (100000, "0.00E+00", None),
        (1.5, "General", None),
        (pd.Timestamp("2018-08-01 12:30").to_pydatetime(), "yyyy-mm-dd hh:mm", None),
        ("#N/A", "General", None),
        ("=A2", "General", None),
    ],
)
def test_a_spreadsheet_cell_is_taken_only_where_what_is_shown_is_certain(
    tmp_path: Path, value: object, number_format: str, cell: object
) -> None:
    path = sheet(tmp_path / "t.xlsx", [["code"], [value]], {"A2": number_format})
    table = read_table(path, required=("code",))
    assert table.rows[0].cells["code"] == cell
    assert bool(table.faults.found) == (cell is None)


@pytest.mark.parametrize("value", [1.5, [1, 2], {"a": 1}, b"A", pd.Timestamp("2018-08-01 01:00")])
def test_a_frame_cell_that_is_no_text_is_a_fault_with_its_row(value: object) -> None:
    table = read_table(pd.DataFrame({"code": ["A", value]}, dtype=object), required=("code",))
    assert len(table.faults.found) == 1
    assert table.faults.found[0][1].startswith("row 2, code: ")


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT, ""])
def test_missing_in_a_frame_is_empty(missing: object) -> None:
    frame = pd.DataFrame({"code": ["A"], "name": [missing]}, dtype=object)
    assert read_table(frame, required=("code", "name")).rows[0].cells["name"] == ""


def _laughing(name: str, content: bytes) -> bytes:
    if name != "xl/worksheets/sheet1.xml":
        return content
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "&%c;&%c;">' % (98 + i, 97 + i, 97 + i) for i in range(20)
    )
    return content.replace(b"<worksheet", bomb + b"]><worksheet", 1).replace(b"code", b"&u;")


def _claiming(size: str, content: bytes) -> bytes:
    claim = f'<dimension ref="{size}"/>'.encode()
    return content.replace(content[content.find(b"<dimension") : content.find(b"<sheetViews")], claim)


@pytest.mark.parametrize(
    ("change", "extra", "message"),
    [
        (_laughing, {}, "declares XML entities"),
        (lambda _, content: content, {"xl/vbaProject.bin": b"macro"}, "holds macros"),
        (lambda name, content: content[:-40] if "sheet1" in name else content, {}, "not a whole spreadsheet"),
        (lambda name, content: b"" if name == "xl/workbook.xml" else content, {}, "not a whole spreadsheet"),
    ],
)
def test_a_hostile_or_broken_spreadsheet_is_refused(
    tmp_path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes], message: str
) -> None:
    path = rewritten(sheet(tmp_path / "t.xlsx", [["code"], ["A"]]), change, extra)
    with pytest.raises(UnreadableFile, match=message):
        read_table(path, required=("code",))


@pytest.mark.parametrize("size", ["A1:XFD1048576", "A1", "B7:C9"])
def test_the_size_a_sheet_claims_is_not_believed(tmp_path: Path, size: str) -> None:
    path = sheet(tmp_path / "t.xlsx", [["code", "name"], ["A", "One"], ["B", "Two"]])
    rewritten(path, lambda name, content: _claiming(size, content) if "sheet1" in name else content)
    read = read_table(path, required=("code", "name"))
    assert [(row.line, *row.cells.values()) for row in read.rows] == [(2, "A", "One"), (3, "B", "Two")]


def test_a_sheet_too_long_to_be_kept_by_hand_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"], book.active[f"A{LAST_LINE + 1}"] = "code", "A"
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(RegisterRefused, match="longer than"):
        read_table(tmp_path / "t.xlsx", required=("code",))


def test_a_spreadsheet_cut_anywhere_is_refused_by_an_error_of_the_library(tmp_path: Path) -> None:
    whole = sheet(tmp_path / "t.xlsx", [["code"], ["A"]]).read_bytes()
    path = tmp_path / "cut.xlsx"
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        with pytest.raises(ReconcileError):
            read_table(path, required=("code",))


def test_an_archive_of_two_tables_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("a.csv", "code\nA\n")
        archive.writestr("b.csv", "code\nB\n")
    with pytest.raises(UnreadableFile, match="holds 2 files"):
        read_table(tmp_path / "t.zip", required=("code",))


@pytest.mark.parametrize("source", [None, 7, [["code"]]])
def test_what_is_neither_path_nor_frame_is_refused(source: Any) -> None:
    with pytest.raises(RegisterRefused, match="a path or a frame is needed"):
        read_table(source, required=("code",))
