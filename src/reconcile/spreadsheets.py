"""Spreadsheets opened safely: nothing in them is run, and what no honest one holds is refused before it is read."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconcile.errors import ReconcileError, UnreadableFile, shown
from reconcile.files import Document

if TYPE_CHECKING:
    from openpyxl import Workbook


def refuse_active_parts(document: Document) -> None:
    """Refuse macros, and the document types (entities) that no honest writer declares: ECMA-376 part 2 forbids them."""
    name = document.name
    try:
        with zipfile.ZipFile(io.BytesIO(document.content)) as package:
            macros = [m for m in package.namelist() if "vbaproject" in m.lower()]
            typed = [
                m
                for m in package.namelist()
                if m.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.read(m).replace(b"\0", b"").upper()
            ]
    except Exception as fault:  # zipfile too: BadZipFile, zlib.error, NotImplementedError, RuntimeError
        raise UnreadableFile(
            "it is a damaged spreadsheet", file=name, do="Open it in a spreadsheet, save it again as .xlsx or .csv."
        ) from fault
    if macros or typed:
        what = "it holds macros" if macros else f"its part {shown(typed[0], 60)} declares XML entities"
        raise UnreadableFile(what, file=name, do="Save the first sheet as .csv, or as .xlsx in a new workbook.")


@contextmanager
def opened(document: Document, *, data_only: bool) -> Iterator[Workbook]:
    """The workbook, read row by row as it is asked for; with `data_only` the saved values of formulas.

    Raises UnreadableFile for whatever goes wrong while it is open: openpyxl lets out what it trips over (KeyError,
    zlib.error, ParseError, ValueError).
    """
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl remarks on styles and validations, which are of no concern here
        try:
            content = io.BytesIO(document.content)
            book = openpyxl.load_workbook(content, read_only=True, data_only=data_only, keep_links=False)
            try:
                yield book
            finally:
                book.close()
        except ReconcileError:
            raise
        except Exception as fault:
            do = "Open it in a spreadsheet, save it again as .xlsx or .csv."
            raise UnreadableFile("it is not a whole spreadsheet", file=document.name, do=do) from fault
