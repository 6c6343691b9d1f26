"""The workbook of an evaluation read back: typed values, every line, text that never runs."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import reconcile as rc
from reconcile.errors import WorkbookNotWritten
from reconcile.matching import Evaluation
from tests.labelled_sets import register_of


def evaluated(*rows: tuple[str, str, str]) -> Evaluation:
    frame = pd.DataFrame(rows, columns=["description", "campaign_code", "fund"], dtype=str)
    register = register_of("appeals")
    return rc.evaluate(frame.assign(amount="1.00", date="2018-09-03"), register, against="exact")


@pytest.fixture
def mixed() -> Evaluation:
    return evaluated(
        ("IDB ZAKAT", "IDB", "zakat"), ("=1+1 IDB", "YEM", ""), ("YEM LILLAH\x07", "YEM", "zakat"), ("IDV", "IDB", "")
    )


def rows_of(path: Path, sheet: str) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(min_row=4, values_only=True))


def test_the_sheets_hold_what_was_measured_in_its_type(mixed: Evaluation, tmp_path: Path) -> None:
    path = rc.write_evaluation(tmp_path / "evaluation.xlsx", mixed)
    assert openpyxl.load_workbook(path).sheetnames == ["Summary", "Wrong", "Review", "Calibration"]
    summary = {row[0]: row[1:] for row in rows_of(path, "Summary") if row[0]}
    assert summary["right"][:2] == (1, 0.25)
    assert summary["wrong campaign"][0] == 1
    assert summary["whole words"][:4] == (1, 1, 1, 1)
    head, *wrong = rows_of(path, "Wrong")
    assert head == ("Line", "Description", "Should be", "Credited to", "Outcome", "Rule", "Evidence")
    assert [row[:5] for row in wrong] == [
        (1, "=1+1 IDB", "YEM", "IDB", "wrong campaign"),
        (2, "YEM LILLAH\N{REPLACEMENT CHARACTER}", "YEM zakat", "YEM lillah", "wrong fund"),
    ]
    (review,) = rows_of(path, "Review")[1:]
    assert (review[0], review[1], review[2]) == (3, "IDV", "IDB")
    bands = [row for row in rows_of(path, "Calibration") if isinstance(row[1], int)]
    assert sum(row[1] for row in bands) == 3


def test_a_text_that_looks_like_a_formula_is_a_text(mixed: Evaluation, tmp_path: Path) -> None:
    path = rc.write_evaluation(tmp_path / "evaluation.xlsx", mixed)
    cell = openpyxl.load_workbook(path)["Wrong"]["B5"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    with ZipFile(path) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


def test_a_kind_that_looks_like_a_formula_is_a_text(tmp_path: Path) -> None:
    register = register_of("appeals")
    lines = pd.DataFrame([("IDB", "1.00", "2018-09-03", "IDB", '=cmd|"x"')])
    lines.columns = ["description", "amount", "date", "campaign_code", "kind"]
    path = rc.write_evaluation(tmp_path / "evaluation.xlsx", rc.evaluate(lines, register))
    cells = [c for row in openpyxl.load_workbook(path)["Summary"].iter_rows() for c in row if c.value == '=cmd|"x"']
    assert [(c.data_type, c.quotePrefix) for c in cells] == [("s", True)]


@pytest.mark.parametrize("rows", [(), (("IDB ZAKAT", "IDB", "zakat"),)], ids=["no lines", "nothing wrong"])
def test_nothing_wrong_and_nothing_to_review_are_said(rows: tuple[tuple[str, str, str], ...], tmp_path: Path) -> None:
    path = rc.write_evaluation(tmp_path / "evaluation.xlsx", evaluated(*rows))
    workbook = CalamineWorkbook.from_path(path)
    assert workbook.get_sheet_by_name("Wrong").to_python()[1][0] == "No line was credited to a wrong campaign or fund"
    assert len(rows_of(path, "Wrong")) <= 2


def test_the_same_evaluation_gives_the_same_bytes(mixed: Evaluation, tmp_path: Path) -> None:
    paths = [rc.write_evaluation(tmp_path / name, mixed) for name in ("a.xlsx", "b.xlsx")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_only_a_workbook_is_ever_replaced(mixed: Evaluation, tmp_path: Path) -> None:
    lines = tmp_path / "lines.csv"
    lines.write_text("mine")
    with pytest.raises(WorkbookNotWritten, match=r"\.xlsx"):
        rc.write_evaluation(lines, mixed)
    assert lines.read_text() == "mine"


def test_a_workbook_with_other_content_stays_where_that_is_asked(mixed: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.xlsx"
    path.write_text("an auditor's notes")
    with pytest.raises(WorkbookNotWritten, match="other content"):
        rc.write_evaluation(path, mixed, replace=False)
    assert path.read_text() == "an auditor's notes"
    rc.write_evaluation(path, mixed)
    assert rc.write_evaluation(path, mixed, replace=False) == path


def test_another_program_reads_it_too(mixed: Evaluation, tmp_path: Path, converted) -> None:  # type: ignore[no-untyped-def]
    path = rc.write_evaluation(tmp_path / "evaluation.xlsx", mixed)
    again = converted(path, "xlsx")
    assert rows_of(again, "Wrong")[1][:5] == rows_of(path, "Wrong")[1][:5]
