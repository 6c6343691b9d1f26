"""Writing alone: `write_workbook` beside other writers of the same cells, each in a process of its own.

    python benchmarks/workbook.py [--lines 10000,100000] [--rounds 3] [--slow 100000] [--json]

* `write_workbook` of a statement and its matches: every sheet, with its formulas, into the file that takes the place of
  the old one; and its sheet Transactions alone, from the lines made ready.
* The other writers put the cells of that one sheet into a file, from lines made ready for them: days, texts, and
  amounts as floats. XlsxWriter, openpyxl and xlsxturbo also give it the formats, widths and the table (XlsxWriter and
  xlsxturbo the heights of the rows too), as far as each can: XlsxWriter that keeps no row in memory has no tables,
  xlsxturbo one format a column and so one for all sizes of money. `to_excel` writes bare cells.
* They take turns. Seconds are of the writing alone, medians; "times" is how many times as long as XlsxWriter, the
  median of the rounds. Memory is the peak over what the lines took, once what is loaded late was loaded and freed
  memory given back (Linux). "Same" says whether the file, read back, has the cells of our sheet, to the last. Writers
  known to be slow are left out beyond `--slow` lines; a million lines are written once.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import hashlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "src"))

WHOLE, SHEET, YARDSTICK = "write_workbook, all sheets", "its Transactions alone", "XlsxWriter"
SHEET_NAME, HEAD_ROW = "Transactions", 4
FORMATS_OF_MONEY = (1e3, 1e6, 1e9)
NAMES, SMALL = 500, 1000
Lines = dict[str, Any]


def whole(given: Lines, path: Path) -> None:
    from reconcile import write_workbook

    write_workbook(path, statements=[given["statement"]], matches=given["matches"], campaigns=given["campaigns"])


def sheet_alone(given: Lines, path: Path) -> None:
    from reconcile.files import replace_streamed
    from reconcile.reporters.package import write_package

    book, day = book_of(given["contents"]), given["contents"].last_day
    replace_streamed(path, lambda stream: write_package(stream, book, day))


def book_of(contents: Any) -> Any:
    from reconcile.reporters.book import Book, table_names
    from reconcile.reporters.formulas import Sums
    from reconcile.reporters.sheets import transactions

    book = Book(Sums(contents.lines, contents.cents, table_names(SHEET_NAME, len(contents.lines))))
    transactions.SHEET.write(book, contents)
    return book


def xlsxwriter_book(given: Lines, path: Path, *, constant_memory: bool = False) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": constant_memory})
    sheet = book.add_worksheet(SHEET_NAME)
    formats = [[book.add_format(look) for look in looks] for looks in given["looks"]]
    for at, width in enumerate(given["widths"]):
        sheet.set_column(at, at, width)
    for row, text in enumerate(given["titles"]):
        sheet.write_string(row, 0, text)
    for at, heading in enumerate(given["lines"].columns):
        sheet.write_string(HEAD_ROW - 1, at, heading)
    text, day, number, blank = sheet.write_string, sheet.write_datetime, sheet.write_number, sheet.write_blank
    for row, (height, values) in enumerate(zip(given["heights"], rows_of(given["lines"]), strict=True), start=HEAD_ROW):
        sheet.set_row(row, height)
        for at, (holds, value, own) in enumerate(zip(given["holds"], values, formats, strict=True)):
            if value is None:
                blank(row, at, None, own[0])
            elif holds == "text":
                text(row, at, value, own[0])
            elif holds == "day":
                day(row, at, value, own[0])
            else:
                number(row, at, value, own[size_of(value)] if holds == "amount" else own[0])
    if not constant_memory:
        heads = [{"header": heading} for heading in given["lines"].columns]
        named = {"name": SHEET_NAME, "style": "Table Style Light 1", "columns": heads}
        sheet.add_table(HEAD_ROW - 1, 0, HEAD_ROW - 1 + len(given["lines"]), len(heads) - 1, named)
    book.close()


def openpyxl_write_only(given: Lines, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table, TableStyleInfo

    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET_NAME)
    for at, width in enumerate(given["widths"], start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    # a look is worked out once and its id given to each cell, which is the quick way
    worn = [[dressed(WriteOnlyCell(sheet), look)._style for look in looks] for looks in given["looks"]]
    for text in (*given["titles"], *[""] * (HEAD_ROW - 1 - len(given["titles"]))):
        sheet.append([text or None])
    sheet.append(list(given["lines"].columns))
    for values in rows_of(given["lines"]):
        cells = []
        for holds, value, own in zip(given["holds"], values, worn, strict=True):
            cell = WriteOnlyCell(sheet, value)
            cell._style = own[size_of(value)] if holds == "amount" and value is not None else own[0]
            cells.append(cell)
        sheet.append(cells)
    last = f"{get_column_letter(len(given['holds']))}{HEAD_ROW + len(given['lines'])}"
    table = Table(displayName=SHEET_NAME, ref=f"A{HEAD_ROW}:{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    table._initialise_columns()
    for column, heading in zip(table.tableColumns, given["lines"].columns, strict=True):
        column.name = heading
    sheet.add_table(table)
    book.save(path)


def dressed(cell: Any, look: dict[str, Any]) -> Any:
    from openpyxl.styles import Alignment, Border, Font, Side

    cell.font = Font(name=look["font_name"], size=look["font_size"])
    wrap, indent = look["text_wrap"], look["indent"]
    cell.alignment = Alignment(horizontal=look.get("align"), vertical="top", wrap_text=wrap, indent=indent)
    cell.border = Border(bottom=Side(style="hair", color=look["bottom_color"].lstrip("#")))
    cell.number_format = look["num_format"]
    return cell


def to_excel(given: Lines, path: Path) -> None:
    given["lines"].to_excel(path, sheet_name=SHEET_NAME, index=False, startrow=HEAD_ROW - 1, engine="openpyxl")


def xlsxturbo_book(given: Lines, path: Path) -> None:
    import xlsxturbo

    from reconcile.reporters.package import COMPRESSION

    formats = {
        heading: {
            "font_name": looks[0]["font_name"],
            "font_size": looks[0]["font_size"],
            "num_format": looks[-1]["num_format"],
            "wrap_text": looks[0]["text_wrap"],
            "align_vertical": "top",
            "border_bottom": "hair",
            "border_color": looks[0]["bottom_color"],
            "quote_prefix": looks[0]["quote_prefix"],
        }
        for heading, looks in zip(given["lines"].columns, given["looks"], strict=True)
    }
    xlsxturbo.df_to_xlsx(
        given["lines"],
        str(path),
        sheet_name=SHEET_NAME,
        startrow=HEAD_ROW - 1,
        cells={f"A{row}": text for row, text in enumerate(given["titles"], start=1)},
        table_style="Light1",
        table_name=SHEET_NAME,
        column_widths=dict(enumerate(given["widths"])),
        column_formats=formats,
        row_heights=dict(enumerate(given["heights"], start=HEAD_ROW)),
        compression_level=COMPRESSION,
    )


def rows_of(lines: Any) -> Iterator[tuple[Any, ...]]:
    """The values row by row, None where one is missing."""
    columns = [lines[heading] for heading in lines.columns]
    lists = [column.dt.date.tolist() if column.dtype.kind == "M" else column.tolist() for column in columns]
    known = [column.notna().tolist() for column in columns]
    return zip(
        *(
            [v if is_there else None for v, is_there in zip(*own, strict=True)]
            for own in zip(lists, known, strict=True)
        ),
        strict=True,
    )


def size_of(amount: float) -> int:
    size = abs(amount)
    return sum(size >= step for step in FORMATS_OF_MONEY) if size >= FORMATS_OF_MONEY[0] else 0


WRITERS: dict[str, Callable[[Lines, Path], None]] = {
    WHOLE: whole,
    SHEET: sheet_alone,
    YARDSTICK: xlsxwriter_book,
    "XlsxWriter, constant_memory": lambda given, path: xlsxwriter_book(given, path, constant_memory=True),
    "openpyxl, write-only": openpyxl_write_only,
    "pandas.to_excel, openpyxl": to_excel,
    "xlsxturbo": xlsxturbo_book,
}
SLOW = {"openpyxl, write-only", "pandas.to_excel, openpyxl"}
OURS = {WHOLE, SHEET}


def made_ready(lines: int, folder: Path) -> None:
    """Put what each writer is given into the folder: `ours.pickle` and `others.pickle`."""
    from reconcile import match, merge_statements, read_campaigns
    from reconcile.parsers import read_statement
    from reconcile.reporters import seal
    from reconcile.reporters.contents import gather
    from reconcile.reporters.package import _heights

    command = [sys.executable, HERE / "generate.py", "--lines", str(lines), "--names", str(NAMES), "--out", folder]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})
    statement, campaigns = read_statement(folder / "history.csv"), read_campaigns(folder / "campaigns.csv")
    matches = match(merge_statements([statement]).transactions, campaigns)
    ours = {"statement": statement, "matches": matches, "campaigns": campaigns}
    (folder / "ours.pickle").write_bytes(pickle.dumps(ours))
    contents = gather([statement], matches, campaigns=campaigns, funds=None, settings=None)
    book = book_of(contents)
    splice = book.splices[SHEET_NAME]
    kinds = {column.heading: column.holds for column in splice.columns if column.hashed}
    rows = splice.completed(splice.rows)
    ready = rows[list(kinds)].copy()
    # the others get the hashes of the rows ready, which ours works out as it writes
    hashes = seal.of_rows([seal.told(kind, ready[heading]) for heading, kind in kinds.items()])
    ready = ready.assign(**{column.heading: hashes for column in splice.columns if column.holds == "hash"})
    for column in splice.columns:
        if column.holds == "amount":
            ready[column.heading] = ready[column.heading].astype("float64")
    sheet = book.workbook[SHEET_NAME]
    others = {
        "lines": ready,
        "holds": ["text" if column.holds == "hash" else column.holds for column in splice.columns],
        "looks": [looks_of(column.look) for column in splice.columns],
        "widths": list(splice.widths),
        "heights": [int(height) for height in _heights(splice, rows).to_pylist()],
        "titles": [sheet["A1"].value, sheet["A2"].value],
    }
    (folder / "others.pickle").write_bytes(pickle.dumps(others))


def looks_of(look: Any) -> list[dict[str, Any]]:
    """The look of a column as XlsxWriter takes it, for money one of each size."""
    from reconcile.reporters import style

    common = {
        "font_name": style.FACE,
        "font_size": look.size,
        "bottom": 7,
        "bottom_color": f"#{style.RULE}",
        "valign": "top",
        "text_wrap": look.wrap,
        "indent": int(look.indent),
        "quote_prefix": look.typed,
    }
    if across := "left" if look.indent else look.across:
        common["align"] = across
    shapes = style.MONEY if look.amount else (style.TEXT if look.typed else look.number_format,)
    return [{**common, "num_format": shape} for shape in shapes]


def written_by(way: str, folders: list[Path]) -> dict[str, Any]:
    """Seconds of one writing and the peak over the lines in MiB; the lines of the first folder only warm up."""
    told: dict[str, Any] = {}
    for folder in folders:
        given = pickle.loads((folder / ("ours" if way in OURS else "others")).with_suffix(".pickle").read_bytes())
        if way == SHEET:
            given = {"contents": contents_of(given)}
        path = folder / "written.xlsx"
        before = after_freeing()
        start = time.perf_counter()
        try:
            WRITERS[way](given, path)
        except ImportError as fault:
            return {"could_not_run": str(fault)}
        told["seconds"] = time.perf_counter() - start
        told["peak_mib"] = None if before is None else round((_kib("VmHWM") - before) / 1024, 1)
        told["file_mib"] = round(path.stat().st_size / 2**20, 1)
    return told


def contents_of(given: Lines) -> Any:
    from reconcile.reporters.contents import gather

    own = {"campaigns": given["campaigns"], "funds": None, "settings": None}
    return gather([given["statement"]], given["matches"], **own)


def after_freeing() -> int | None:
    """What the process takes in KiB, freed memory given back and its peak begun anew; None where no system tells."""
    import pyarrow as pa

    gc.collect()
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return None
    return _kib("VmRSS")


def _kib(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)


def cells_of(path: Path) -> str:
    """A digest of the cells of the sheet from its headings on, whatever their formats."""
    from python_calamine import CalamineWorkbook

    digest = hashlib.sha256()
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(SHEET_NAME).iter_rows()
    for row in rows:
        values = [f"{v:.6f}" if isinstance(v, float) else str(v)[:10] if hasattr(v, "year") else v for v in row]
        digest.update(repr(values).encode() if len(values) > 1 and values[1] != "" else b"")
    return digest.hexdigest()


def compared(lines: int, rounds: int, slow: int) -> dict[str, Any]:
    """What each writer took, in turn with the others."""
    ways = [way for way in WRITERS if way not in SLOW or lines <= slow]
    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name) / "small", Path(name) / "large"
        made_ready(min(SMALL, lines), small)
        made_ready(lines, large)
        taken: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
        cells: dict[str, str] = {}
        for _ in range(rounds if lines < 1_000_000 else 1):
            for way in ways:
                command = [sys.executable, str(HERE / "workbook.py"), "--written-by", way, str(small), str(large)]
                said = subprocess.run(command, check=True, capture_output=True, text=True)
                taken[way].append(json.loads(said.stdout))
                if way not in cells and "seconds" in taken[way][0]:
                    cells[way] = cells_of(large / "written.xlsx")
                (large / "written.xlsx").unlink(missing_ok=True)
        columns = len(pickle.loads((large / "others.pickle").read_bytes())["holds"])
    told = {way: summed(own, taken[YARDSTICK]) for way, own in taken.items()}
    for way, own in cells.items():
        told[way]["same"] = own == cells[SHEET]
    return {"lines": lines, "cells": lines * columns, "ways": told}


def summed(own: list[dict[str, Any]], yardstick: list[dict[str, Any]]) -> dict[str, Any]:
    if "could_not_run" in own[0]:
        return own[0]
    told: dict[str, Any] = {"seconds": round(median(turn["seconds"] for turn in own), 3)}
    if "seconds" in yardstick[0]:
        pairs = zip(own, yardstick, strict=True)
        told["times"] = round(median(turn["seconds"] / base["seconds"] for turn, base in pairs), 3)
    known = [turn["peak_mib"] for turn in own if turn["peak_mib"] is not None]
    return told | {"peak_mib": max(known, default=None), "file_mib": own[0]["file_mib"]}


def print_table(told: dict[str, Any]) -> None:
    head = f"{told['lines']:,} lines, {told['cells']:,} cells: seconds; times as long as {YARDSTICK}"
    print(f"{head}; MiB over the lines; MiB of the file; the same cells")
    print(f"  {'':28}{'s':>9}{'times':>8}{'over':>8}{'file':>8}  same")
    for way in WRITERS:
        facts = told["ways"].get(way)
        if facts is None:
            print(f"  {way:28}  left out: would take minutes")
        elif "could_not_run" in facts:
            print(f"  {way:28}  could not run: {facts['could_not_run']}")
        else:
            times = f"{facts['times']:>8.3f}" if "times" in facts else f"{'–':>8}"
            over = f"{'–':>8}" if facts["peak_mib"] is None else f"{facts['peak_mib']:>8,.0f}"
            same = "yes" if facts["same"] else "no"
            print(f"  {way:28}{facts['seconds']:>9.2f}{times}{over}{facts['file_mib']:>8.1f}  {same}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Writing alone, beside other writers of the same cells.")
    parser.add_argument("--lines", default="10000,100000", help="lines, by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow", type=int, default=100_000, help="most lines for writers known to be slow")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--written-by", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.written_by:
        way, *folders = given.written_by
        print(json.dumps(written_by(way, [Path(folder) for folder in folders])))
        return
    told = []
    for lines in map(int, given.lines.split(",")):
        told.append(compared(lines, given.rounds, given.slow))
        if not given.json:
            print_table(told[-1])
    if given.json:
        print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
