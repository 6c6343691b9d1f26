"""What a file cannot show in a checkout: bytes that editors spoil, ZIPs and workbooks, disks that fail.

Each function makes its case in the folder it is given and returns the path (or frame) to read; its docstring is how the
page describes it. What it patches is undone with the stack.
"""

from __future__ import annotations

import errno
import io
import os
import zipfile
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pandas as pd

import reconcile.run
from reconcile import files, parsers
from reconcile.parsers import ofx_envelope
from reconcile.parsers.proofs import Sentences

BAD = Path(__file__).parents[1] / "bad"
SAMPLES = Path(__file__).parents[2] / "sample_statements"

HISTORY = (BAD / "history-total-differs.csv").read_text(encoding="utf-8").split("Total")[0]
OFX = (BAD / "ofx-two-files.ofx").read_text(encoding="utf-8").split("</OFX>")[0] + "</OFX>\n"


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(*members: tuple[str, bytes | str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            # a date of its own, so that the bytes are the same on every day
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def blanks(folder: Path, stack: ExitStack) -> Path:
    """blanks and line ends alone, in UTF-16."""
    return written(folder, "blanks.csv", "\ufeff\xa0 \r\n \xa0\r\n".encode("utf-16-le"))


def a_pdf(folder: Path, stack: ExitStack) -> Path:
    """a PDF named `.csv`."""
    return written(folder, "statement.csv", b"%PDF-1.7 \n")


def a_workbook(folder: Path, stack: ExitStack) -> Path:
    """a workbook with the statement in it."""
    return sheet(folder, [["Date", "Amount", "Balance", "Description"]], name="statement.xlsx")


def a_spoiled_letter(folder: Path, stack: ExitStack) -> Path:
    """a history in which a name has the byte 0x81."""
    return written(folder, "spoiled.csv", HISTORY.encode().replace(b"Zanele", b"Zan\x81le"))


def half_a_letter(folder: Path, stack: ExitStack) -> Path:
    """a history in UTF-16 without its last byte."""
    return written(folder, "half.csv", HISTORY.encode("utf-16")[:-1])


def an_endless_line(folder: Path, stack: ExitStack) -> Path:
    """a history with 1 200 000 characters on one line."""
    return written(folder, "endless.csv", HISTORY + "x," * 600_000)


def an_endless_field(folder: Path, stack: ExitStack) -> Path:
    """a history with a description of 12 000 letters."""
    return written(folder, "long-field.csv", HISTORY.replace("MBF0107", "x" * 12_000))


def an_endless_row(folder: Path, stack: ExitStack) -> Path:
    """a history with a description of 6 000 letters and 6 000 commas."""
    return written(folder, "long-row.csv", HISTORY.replace("MBF0107", "x," * 6_000))


def zip_cut_off(folder: Path, stack: ExitStack) -> Path:
    """a ZIP without its last thirty bytes."""
    return written(folder, "statements.zip", zipped(("history.csv", HISTORY))[:-30])


def zip_of_nothing(folder: Path, stack: ExitStack) -> Path:
    """a ZIP that holds nothing."""
    return written(folder, "statements.zip", zipped())


def zip_without_a_name(folder: Path, stack: ExitStack) -> Path:
    """a ZIP with a file whose name was lost."""
    return written(folder, "statements.zip", zipped(("", HISTORY)))


def zip_that_hides_a_file(folder: Path, stack: ExitStack) -> Path:
    """a ZIP of two files, of whose list one length was changed so that it ends after the first."""
    content = bytearray(zipped(("a.csv", HISTORY), ("b.csv", HISTORY)))
    content[content.find(b"PK\x01\x02") + 32] = 51  # the length of a remark: as long as the rest of the list
    return written(folder, "statements.zip", bytes(content))


def zip_with_a_name_twice(folder: Path, stack: ExitStack) -> Path:
    """a ZIP with two files of one name."""
    return written(folder, "statements.zip", zipped(("a.csv", HISTORY), ("b.csv", HISTORY)).replace(b"b.csv", b"a.csv"))


def zip_over_the_cap(folder: Path, stack: ExitStack) -> Path:
    """a ZIP whose files are larger together than the cap, here set to 1 000 bytes."""
    stack.enter_context(mock.patch.object(parsers.read_each, "__kwdefaults__", {"max_bytes": 1_000}))
    return written(folder, "statements.zip", zipped(("history.csv", HISTORY * 9)))


def zip_that_swells(folder: Path, stack: ExitStack) -> Path:
    """a ZIP of two thousand bytes that unpacks to two million."""
    return written(folder, "statements.zip", zipped(("history.csv", b"0" * 2_000_000)))


def zip_that_climbs(folder: Path, stack: ExitStack) -> Path:
    """a ZIP with a file named `../history.csv`."""
    return written(folder, "statements.zip", zipped(("../history.csv", HISTORY)))


def zip_with_a_password(folder: Path, stack: ExitStack) -> Path:
    """a ZIP marked as locked."""
    locked = bytearray(zipped(("history.csv", HISTORY)))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    return written(folder, "statements.zip", bytes(locked))


def zip_in_a_zip(folder: Path, stack: ExitStack) -> Path:
    """a ZIP that holds a ZIP."""
    return written(folder, "statements.zip", zipped(("inner.zip", zipped(("history.csv", HISTORY)))))


def zip_damaged_inside(folder: Path, stack: ExitStack) -> Path:
    """a ZIP whose content is not that of its checksum."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("history.csv", HISTORY)
    return written(folder, "statements.zip", held.getvalue().replace(b"Zanele", b"Zanela"))


def zip_not_unpacked(folder: Path, stack: ExitStack) -> Path:
    """a ZIP with five packed bytes overwritten."""
    broken = bytearray(zipped(("history.csv", HISTORY)))
    broken[45:50] = b"\xff" * 5
    return written(folder, "statements.zip", bytes(broken))


def zip_of_two_faults(folder: Path, stack: ExitStack) -> Path:
    """a ZIP with an empty file and a PDF, read in a notebook."""
    path = written(folder, "statements.zip", zipped(("a.csv", b""), ("b.csv", b"%PDF-1.7 \n")))
    # the command line names each by itself; one error for all is what `read_statements` raises
    stack.enter_context(mock.patch("entries.read_each", parsers.read_statements))
    return path


def claimed_twice(folder: Path, stack: ExitStack) -> Path:
    """a history, read with a layout of one's own that claims every file."""

    class Greedy:
        name = "my own layout"
        suffix = ".csv"

        def claims(self, document: files.Document) -> bool:
            return True

    both = [*parsers.known_layouts(), Greedy()]
    stack.enter_context(mock.patch.object(parsers, "known_layouts", lambda: both))
    return written(folder, "history.csv", HISTORY)


def closing_not_reached(folder: Path, stack: ExitStack) -> None:
    """a statement with an opening of R 100.00, rows of R 50.00 and a closing of R 140.00."""
    Sentences("statement.csv").movements(10_000, 5_000, 14_000, 6, unread=False)


def a_line_too_many(folder: Path, stack: ExitStack) -> None:
    """a file of ten lines, of which the reader knows nine."""
    Sentences("statement.csv").every_line(10, [(9, "transactions")])


def too_many_tags(folder: Path, stack: ExitStack) -> Path:
    """an OFX file with 6 000 tags in front of the account."""
    return written(folder, "tags.ofx", OFX.replace("<BANKMSGSRSV1>", "<A>" * 6_000 + "\n<BANKMSGSRSV1>"))


def too_many_tags_in_a_row(folder: Path, stack: ExitStack) -> Path:
    """an OFX file with 2 000 tags in a row."""
    return written(folder, "tags.ofx", OFX.replace("<MEMO>", "<CITY>x\n" * 2_000 + "<MEMO>", 1))


def an_endless_ofx_row(folder: Path, stack: ExitStack) -> Path:
    """an OFX file with a row of two million characters."""
    return written(folder, "endless.ofx", OFX.replace("<MEMO>", ("<CITY>" + "x" * 5_000 + "\n") * 400 + "<MEMO>", 1))


def a_long_ofx_text(folder: Path, stack: ExitStack) -> Path:
    """an OFX file with a NAME and a MEMO of 6 000 letters each."""
    row = "<STMTTRN>\n<TRNTYPE>CREDIT\n<DTPOSTED>20260208\n<TRNAMT>1.00\n<FITID>2026020800003\n"
    row += f"<NAME>{'x' * 6_000}\n<MEMO>{'y' * 6_000}\n</STMTTRN>\n"
    return written(folder, "long.ofx", OFX.replace("</BANKTRANLIST>", row + "</BANKTRANLIST>"))


def ofxparse_fails(folder: Path, stack: ExitStack) -> Path:
    """an OFX file on which ofxparse fails, as newer versions of it might."""
    stack.enter_context(mock.patch("ofxparse.OfxParser.parse", side_effect=KeyError("bankid")))
    return written(folder, "statement.ofx", OFX)


def ofxparse_finds_too_few(folder: Path, stack: ExitStack) -> Path:
    """an OFX file of which ofxparse finds no account."""
    stack.enter_context(mock.patch.object(ofx_envelope, "_ofxparsed", return_value=[]))
    return written(folder, "statement.ofx", OFX)


def ofxparse_reads_another_balance(folder: Path, stack: ExitStack) -> Path:
    """an OFX file of which ofxparse reads another closing balance."""
    account = mock.Mock(account_id="62000012345", curdef="ZAR", routing_number="250655", **{"statement.balance": 1})
    stack.enter_context(mock.patch.object(ofx_envelope, "_ofxparsed", return_value=[account]))
    return written(folder, "statement.ofx", OFX)


def cut_inside_a_row(folder: Path, stack: ExitStack) -> Path:
    """a history that ends inside its last row."""
    return written(folder, "cut-off.csv", HISTORY[: HISTORY.index(", 4376.55")])


def cut_inside_a_text(folder: Path, stack: ExitStack) -> Path:
    """a history that ends inside its last description."""
    return written(folder, "cut-off.csv", HISTORY.rstrip()[:-3])


def sheet(
    folder: Path, rows: list[list[Any]], formats: dict[str, str] | None = None, name: str = "campaigns.xlsx"
) -> Path:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "campaigns"
    for row in rows:
        book.worksheets[0].append(row)
    for cell, number_format in (formats or {}).items():
        book.worksheets[0][cell].number_format = number_format
    book.save(folder / name)
    return folder / name


def rewritten(path: Path, extra: dict[str, bytes], without: str = "nothing") -> Path:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            if without not in name and name not in extra:
                after.writestr(name, before.read(name))
        for name, content in extra.items():
            after.writestr(name, content)
    return path


COLUMNS = ["code", "name", "opens"]


def a_date_for_a_code(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with a day in the column `code`."""
    return sheet(folder, [COLUMNS, [date(2018, 3, 1), "March appeal"]])


def a_number_shown_otherwise(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with the number 7 shown as 007."""
    return sheet(folder, [COLUMNS, [7, "Idlib Appeal"]], {"A2": "000"})


def a_formula(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with a formula in the column `name`."""
    return sheet(folder, [COLUMNS, ["IDB", "=A2"]])


def an_error_cell(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with an error in the column `name`."""
    return sheet(folder, [COLUMNS, ["IDB", "#REF!"]])


def a_time_of_day(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with a time in the column `opens`."""
    return sheet(folder, [COLUMNS, ["IDB", "Idlib Appeal", pd.Timestamp("2018-08-01 12:30").to_pydatetime()]])


def a_fraction(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with the number 1.5 in the column `code`."""
    return sheet(folder, [COLUMNS, [1.5, "Idlib Appeal"]])


def a_long_sheet(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with a cell on line 20 002."""
    return sheet(folder, [COLUMNS, *([[None]] * 20_000), ["SYW", "Syria Winter"]])


def a_sheet_with_macros(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with a program in it."""
    return rewritten(sheet(folder, [COLUMNS]), {"xl/vbaProject.bin": b"x"})


def a_sheet_with_entities(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with a document type in one of its parts."""
    return rewritten(sheet(folder, [COLUMNS]), {"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><sst/>'})


def half_a_workbook(folder: Path, stack: ExitStack) -> Path:
    """an XLSX without its first sheet."""
    return rewritten(sheet(folder, [COLUMNS]), {}, without="worksheets/")


def a_damaged_workbook(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with packed bytes overwritten."""
    path = sheet(folder, [COLUMNS])
    content = path.read_bytes()
    at = content.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    return written(folder, path.name, content[:at] + b"\xff" * 9 + content[at + 9 :])


RECEIPTS = ["Receipt No", "Date", "Amount"]


def receipts_empty_sheet(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with nothing on its first sheet."""
    return sheet(folder, [], name="receipts.xlsx")


def receipts_wide_sheet(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with a cell beside its columns."""
    return sheet(folder, [RECEIPTS, ["00412", date(2018, 9, 3), 500, "?"]], name="receipts.xlsx")


def receipts_number_shown(folder: Path, stack: ExitStack) -> Path:
    """an XLSX with the number 412 shown as 00412."""
    return sheet(folder, [RECEIPTS, [412, date(2018, 9, 3), 500]], {"A2": "00000"}, name="receipts.xlsx")


def receipts_too_many(folder: Path, stack: ExitStack) -> Path:
    """a CSV of more receipts than are read, here three."""
    stack.enter_context(mock.patch("reconcile.books.table_columns.MOST_ROWS", 3))
    rows = "".join(f"{n},2018-09-03,500.00\n" for n in range(4))
    return written(folder, "receipts.csv", ",".join(RECEIPTS) + "\n" + rows)


def two_registers(folder: Path, stack: ExitStack) -> Path:
    """a ZIP with two tables."""
    table = b"code,name\nIDB,Idlib Appeal\n"
    return written(folder, "tables.zip", zipped(("a.csv", table), ("b.csv", table)))


def a_missing_file(folder: Path, stack: ExitStack) -> Path:
    """no file of that name."""
    return folder / "september.csv"


def a_dangling_link(folder: Path, stack: ExitStack) -> Path:
    """a link to a file that was deleted."""
    (folder / "september.csv").symlink_to(folder / "deleted.csv")
    return folder / "september.csv"


def a_folder(folder: Path, stack: ExitStack) -> Path:
    """a folder."""
    (folder / "statements").mkdir()
    return folder / "statements"


def a_pipe(folder: Path, stack: ExitStack) -> Path:
    """a named pipe."""
    os.mkfifo(folder / "september.csv")
    return folder / "september.csv"


def failing(stack: ExitStack, owner: Any, name: str, code: int) -> None:
    stack.enter_context(mock.patch.object(owner, name, side_effect=OSError(code, os.strerror(code))))


def a_locked_file(folder: Path, stack: ExitStack) -> Path:
    """a file that belongs to another user."""
    path = written(folder, "september.csv", HISTORY)
    failing(stack, Path, "open", errno.EACCES)
    return path


def a_bad_disk(folder: Path, stack: ExitStack) -> Path:
    """a file on a disk that fails."""
    path = written(folder, "september.csv", HISTORY)
    failing(stack, Path, "open", errno.EIO)
    return path


def a_growing_file(folder: Path, stack: ExitStack) -> Path:
    """a file that is longer when it is read than when it was looked at; the cap is set to 1 000 bytes."""
    path = written(folder, "september.csv", HISTORY)
    stack.enter_context(mock.patch.object(parsers.read_each, "__kwdefaults__", {"max_bytes": 1_000}))
    stack.enter_context(mock.patch.object(Path, "open", return_value=io.BytesIO(b"x" * 2_000)))
    return path


def a_file_too_large_for_the_memory(folder: Path, stack: ExitStack) -> Path:
    """a file of several hundred megabytes on a small machine."""
    path = written(folder, "history-2012-to-2026.csv", HISTORY)
    stack.enter_context(mock.patch.object(parsers, "each_document", side_effect=MemoryError))
    return path


def out_is_a_file(folder: Path, stack: ExitStack) -> Path:
    """a file named `out`."""
    return written(folder, "out", "")


def a_full_disk(folder: Path, stack: ExitStack) -> Path:
    """a disk without room."""
    failing(stack, os, "fsync", errno.ENOSPC)
    return folder / "out"


def a_disk_that_fails_at_the_end(folder: Path, stack: ExitStack) -> Path:
    """a disk that takes no file by another name."""
    failing(stack, os, "link", errno.EIO)
    failing(stack, Path, "exists", errno.EIO)
    return folder / "out"


def a_crowded_folder(folder: Path, stack: ExitStack) -> Path:
    """a folder with workbooks of this period under every number; two are enough here."""
    stack.enter_context(mock.patch.object(reconcile.run, "MOST_WORKBOOKS", 3))
    (folder / "out").mkdir()
    for name in ("reconciliation-2018-09.xlsx", "reconciliation-2018-09 (2).xlsx"):
        written(folder / "out", name, "another")
    return folder / "out"
