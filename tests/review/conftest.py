from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for books_in_review, under any import mode of pytest
sys.path.insert(0, str(Path(__file__).parents[1] / "nightly"))  # for nights
sys.path.insert(0, str(Path(__file__).parents[1] / "parsers"))  # for ledgers

from books_in_review import FEBRUARY, book_of, copy_of, two_months
from nights import Job

from reconcile.review.cells import Book, read_book
from reconcile.review.sources import from_store
from reconcile.review.verifying import as_must_be

Filled = Callable[[Path, Path, Mapping[str, object]], Path]


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Two months of a charity's books; read it only."""
    return two_months(tmp_path_factory.mktemp("books") / "job")


@pytest.fixture(scope="session")
def february(books: Job) -> Path:
    """The workbook of its open month; read it only."""
    return book_of(books)


@pytest.fixture(scope="session")
def wanted(books: Job, february: Path) -> Book:
    """February as it must be, written again once."""
    book = read_book(february)
    with books.store() as store:
        return as_must_be(book, from_store(book, store, FEBRUARY))[0]


@pytest.fixture
def job(books: Job, tmp_path: Path) -> Job:
    """The same books, to work with."""
    return copy_of(books, tmp_path / "job")


@pytest.fixture(scope="session")
def in_calc(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Has LibreOffice Calc fill in cells of the sheet To review, by their drop-down lists, and save the workbook.

    What a list does not offer is not filled in. An amount is given as a number.
    """
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = tmp_path_factory.mktemp("profile")
    start = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    subprocess.run([*start, "--terminate_after_init"], check=True, capture_output=True, timeout=120)
    (profile / "user" / "basic" / "Standard" / "Module1.xba").write_text(MACRO, encoding="utf-8")

    def fill(path: Path, target: Path, cells: Mapping[str, object]) -> Path:
        given = "|".join(f"{place}={value}" for place, value in cells.items())
        told = {"FROM_BOOK": path.as_uri(), "TO_BOOK": target.as_uri(), "FILL_IN": given}
        subprocess.run(
            [*start, "macro:///Standard.Module1.FillIn"],
            env=os.environ | told,
            check=True,
            capture_output=True,
            timeout=120,
        )
        assert target.exists()
        return target

    return fill


MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub FillIn
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL(Environ("FROM_BOOK"), "_blank", 0, hidden())
  sheet = book.Sheets.getByName("To review")
  If Environ("FILL_IN") &lt;&gt; "" Then
    For Each told In Split(Environ("FILL_IN"), "|")
      part = Split(told, "=")
      cell = sheet.getCellRangeByName(part(0))
      If cell.Validation.Type = com.sun.star.sheet.ValidationType.LIST Then
        If Offered(book, cell.Validation.getFormula1(), part(1)) Then cell.setString(part(1))
      ElseIf cell.Validation.Type = com.sun.star.sheet.ValidationType.DECIMAL Then
        cell.setValue(Val(part(1)))
      Else
        cell.setString(part(1))
      End If
    Next
  End If
  book.calculate()
  Dim form(0) As New com.sun.star.beans.PropertyValue
  form(0).Name = "FilterName" : form(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL(Environ("TO_BOOK"), form())
  book.close(True)
End Sub

Function Offered(book, list, wanted) As Boolean
  where = Split(Join(Split(list, "$"), ""), ".")
  rows = book.Sheets.getByName(where(0)).getCellRangeByName(where(1)).getDataArray()
  Offered = False
  For Each row In rows
    If row(0) = wanted Then Offered = True
  Next
End Function
</script:module>
"""
