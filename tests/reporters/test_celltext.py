"""What a payer typed is shown exactly, or visibly replaced, and is never run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_texts import KEPT, REPLACED
from python_calamine import CalamineWorkbook
from readback import table
from small_statements import Entry, written

from reconcile.errors import FrameRefused
from reconcile.reporters import celltext
from reconcile.reporters.celltext import LONGEST, clean, clean_column, for_cell, longest


def entries() -> list[Entry]:
    texts = [*KEPT, *(typed for typed, _ in REPLACED)]
    return [Entry(1, i + 1, t, status="review", evidence=t, reason=t, candidates=t) for i, t in enumerate(texts)]


def unescaped(text: str | None) -> str | None:
    """What Excel shows for `_xHHHH_`; openpyxl and calamine leave it to the caller."""
    return text and re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


SHOWN = [*KEPT, *(shown for _, shown in REPLACED)]


def test_hostile_texts_are_typed_strings_shown_as_typed_or_flagged(tmp_path: Path) -> None:
    path = written(*entries()).to(tmp_path / "a.xlsx")
    found = openpyxl.load_workbook(path)["Transactions"]
    for heading in ("Description", "Evidence", "Reason"):
        at = [c.value for c in found[4]].index(heading)
        cells = [row[at] for row in found.iter_rows(min_row=5)]
        assert [unescaped(c.value) for c in cells] == SHOWN
        assert all(c.data_type == "s" and c.quotePrefix and c.hyperlink is None for c in cells)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Transactions").to_python(skip_empty_area=False)
    seen = [row[rows[3].index("Description")] for row in rows[4:]]
    # calamine reads `_xHHHH_` as Excel does, so unescaping again would spoil the texts that hold it
    assert [s for s in seen if "_x" not in s] == [s for s in SHOWN if "_x" not in s]


OURS = re.compile(
    r"(SUM|COUNT|ROUND|SUMPRODUCT|SUMIFS|COUNTIFS|COUNTA)\(|(Summary|'By campaign'|'By day')![A-Z]+[0-9]"
    r"|IF\(([A-Z]+[0-9]+&amp;){9}[A-Z]+[0-9]+=\"\",\"to do\","  # the state of a row to review
)
"""How the formulas of the workbook begin."""


def test_hostile_texts_make_no_formula_and_no_link_in_any_sheet(tmp_path: Path) -> None:
    with ZipFile(written(*entries()).to(tmp_path / "a.xlsx")) as package:
        for name in package.namelist():
            xml = package.read(name).decode()
            assert "hyperlink" not in xml.lower() or name == "xl/theme/theme1.xml" or "HYPERLINK(" in xml
            for formula in re.findall(r"<f>([^<]*)</f>", xml):
                assert OURS.match(formula), formula


TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def plain(cell: ElementTree.Element) -> str:
    """The text of a cell of a flat OpenDocument sheet, which writes spaces, tabs and lines as elements."""

    def inside(part: ElementTree.Element) -> str:
        own = {f"{TEXT}s": " " * int(part.get(f"{TEXT}c", 1)), f"{TEXT}tab": "\t"}.get(part.tag, part.text or "")
        return own + "".join(inside(child) + (child.tail or "") for child in part)

    return "\n".join(inside(p) for p in cell.findall(f"{TEXT}p"))


def test_libreoffice_shows_hostile_texts_as_typed(tmp_path: Path, converted: Callable[[Path, str], Path]) -> None:
    root = ElementTree.parse(converted(written(*entries()).to(tmp_path / "a.xlsx"), "fods")).getroot()
    sheet = next(t for t in root.iter(f"{TABLE}table") if t.get(f"{TABLE}name") == "Transactions")
    shown = [plain(row.findall("*")[4]) for row in list(sheet.iter(f"{TABLE}table-row"))[4 : 4 + len(SHOWN)]]
    assert shown == SHOWN


def test_texts_with_replaced_characters_are_counted_among_the_exceptions(tmp_path: Path) -> None:
    path = written(Entry(1, 1, "a\x00", campaign="IDB", evidence="\x00")).to(tmp_path / "a.xlsx")
    [told] = table(path, "Exceptions").to_dict("records")
    assert (told["What"], told["File"]) == ("text replaced", "this workbook")
    assert told["What was found, and what was done"].startswith("2 texts hold characters")


@pytest.mark.parametrize(("text", "units"), [("x", 1), ("é", 1), ("😀", 2)])
def test_a_text_may_fill_a_cell_and_not_exceed_it(tmp_path: Path, text: str, units: int) -> None:
    most = LONGEST // units
    path = written(Entry(1, 1, text * most, campaign="IDB")).to(tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(path)["Transactions"]["E5"].value == text * most
    with pytest.raises(FrameRefused, match=r"Description in row 2 has 3276[89] characters"):
        written(Entry(1, 1, "short"), Entry(1, 2, text * (most + 1))).to(tmp_path / "b.xlsx")
    with pytest.raises(FrameRefused):
        for_cell(text * (most + 1))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1), st.integers(1, 4))
def test_whole_columns_are_cleaned_as_single_texts_are(texts: list[str | None], piece: int) -> None:
    with mock.patch.object(celltext, "PIECE", piece):
        cleaned, changed = clean_column(pd.Series(texts, dtype="str"), "x")
    assert cleaned.astype(object).where(cleaned.notna(), None).tolist() == [
        None if t is None else clean(t) for t in texts
    ]
    assert changed == sum(t is not None and clean(t) != t for t in texts)


def test_a_column_in_which_nothing_changes_is_not_copied() -> None:
    given = pd.Series([*KEPT, None], dtype="str")
    cleaned, changed = clean_column(given, "x")
    assert cleaned is given
    assert changed == 0


def test_a_text_that_is_too_long_is_named_by_its_row_in_the_whole_column() -> None:
    texts = pd.Series(["short"] * 7 + ["x" * (LONGEST + 1)], dtype="str")
    with mock.patch.object(celltext, "PIECE", 3), pytest.raises(FrameRefused, match=r"Reason in row 8 has 32768"):
        clean_column(texts, "Reason")


def test_the_longest_text_is_found_in_any_piece() -> None:
    with mock.patch.object(celltext, "PIECE", 2):
        assert [longest(pd.Series(t, dtype="str")) for t in ([], [None], ["a", None, "äöü", "b"])] == [0, 0, 3]


def test_a_lone_surrogate_in_a_name_is_shown_replaced() -> None:
    assert for_cell("a\ud800b.csv") == "a�b.csv"
