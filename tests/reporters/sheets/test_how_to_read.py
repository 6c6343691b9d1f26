"""How to read this: what it tells of is there, and it is sealed as every other sheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from readback import rows
from small_statements import ENTRIES, written

from reconcile.cli import parser
from reconcile.reporters.sheets.how_to_read import NAME, TOLD
from reconcile.reporters.sheets.per_campaign import OURS
from reconcile.review import verify_workbook


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(*ENTRIES).to(tmp_path_factory.mktemp("read") / "a.xlsx")


def test_it_tells_how_to_tie_out_trace_and_sample_and_what_is_not_promised(path: Path) -> None:
    titles = [row[0] for row in rows(path, NAME)]
    for title in ("Tie it out", "Trace a figure", "Draw a sample", "Have it worked out again", "What is not promised"):
        assert title in titles


def test_every_place_that_it_names_is_a_sheet_or_the_program() -> None:
    assert {where for _, lines in TOLD for where, _ in lines} - {*OURS, "reconcile"} == set()


def test_the_commands_that_it_names_are_commands() -> None:
    for _, lines in TOLD:
        for where, what in lines:
            if where == "reconcile":
                command = what.split(" writes ")[0].split(" needs ")[0]
                parser().parse_args(command.replace("FILE…", "a.csv").split())


def test_an_edit_of_it_is_seen(path: Path, tmp_path: Path) -> None:
    assert verify_workbook(path).holds
    book = openpyxl.load_workbook(path)
    book[NAME]["B5"] = "Trust everything."
    book.save(edited := tmp_path / "edited.xlsx")
    assert any(NAME in told for told in verify_workbook(edited).differences)
