"""Bytes off disk and back: what a file really is, what is refused, and whole files or none."""

import gzip
import io
import os
import stat
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from reconcile._found import found_in
from reconcile.errors import FrameRefused, ReconcileError, UnknownLayout, UnreadableFile, WorkbookNotWritten
from reconcile.files import Document, raise_together, read_documents, replace_streamed, replace_whole
from reconcile.parsers import read_statement, read_statements

BAD = Path(__file__).parent / "bad"
SAMPLES = Path(__file__).parent / "parsers" / "samples"
TEXT = "Date, Amount\n2026/01/01, 1.00\n"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def zipped(*members: tuple[str, bytes | str], **options) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return held.getvalue()


XLSX = zipped(("[Content_Types].xml", "x"), ("xl/workbook.xml", "x"))
BROKEN = bytearray(zipped(("a.csv", TEXT * 9)))
BROKEN[40:45] = b"\xff" * 5
LOCKED = bytearray(zipped(("a.csv", TEXT)))
LOCKED[6] |= 1
LOCKED[LOCKED.index(b"PK\x01\x02") + 8] |= 1

#   the bytes, the error, and what it says
REFUSED = {
    "no bytes": (b"", UnreadableFile, "is empty. Download it again."),
    "blanks": (b" \r\n\t \n", UnreadableFile, "is empty"),
    "a mark alone": (b"\xef\xbb\xbf", UnreadableFile, "is empty"),
    "a mark and blanks in UTF-16": (b"\xff\xfe \x00\n\x00", UnreadableFile, "is empty"),
    "NULs": (b"\x00" * 5000, UnreadableFile, "is empty"),
    "PDF": (b"%PDF-1.7 x", UnknownLayout, "is a PDF, whatever its name says"),
    "gzip": (gzip.compress(TEXT.encode()), UnknownLayout, "is gzip-compressed"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 50, UnknownLayout, "is an old Excel or Word file"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, UnknownLayout, "is a picture (PNG)"),
    "JPEG": (b"\xff\xd8\xff\xe0" + b"\x00" * 50, UnknownLayout, "is a picture (JPEG)"),
    "xlsx": (XLSX, UnknownLayout, "is an Excel workbook (.xlsx)"),
    "Word": (zipped(("[Content_Types].xml", "x"), ("word/document.xml", "x")), UnknownLayout, "is a Word document"),
    "a web page": (
        b"<!DOCTYPE html>\n<html><body>Login</body></html>",
        UnknownLayout,
        "is a web page, the login expired",
    ),
    "a bare web page": (b"\n <HTML><head>", UnknownLayout, "is a web page"),
    "a web page as XML": (b'<?xml version="1.0"?>\n<html xmlns="x">', UnknownLayout, "is a web page"),
    "no letter": (b"A,B\nZO\x81,1\n", UnreadableFile, "line 2: byte 0x81 at offset 6 is no letter"),
    "two kinds of letters": ("é\n".encode() + b"\xe9\n", UnreadableFile, "line 2: byte 0xE9 at offset 3 is no letter"),
    "half a letter in UTF-16": (b"\xff\xfeA\x00B", UnreadableFile, "is no letter"),
    "a long field": (b"a,b\nc," + b"x" * 10_001 + b"\n", UnreadableFile, "line 2: a field of over 10,000 characters"),
    "a long line": (b"a\nb\n" + b"x," * 600_000, UnreadableFile, "line 3: a line of over 1,000,000 characters"),
    "a ZIP of nothing": (zipped(), UnreadableFile, "is a ZIP without a file in it"),
    "a ZIP that climbs": (zipped(("../a.csv", TEXT)), UnreadableFile, "unsafe path ../a.csv"),
    "a ZIP from the root": (zipped(("/etc/a.csv", TEXT)), UnreadableFile, "unsafe path /etc/a.csv"),
    "a ZIP from a drive": (zipped(("C:\\a.csv", TEXT)), UnreadableFile, "unsafe path C:/a.csv"),
    "a ZIP in a ZIP": (zipped(("a.zip", zipped(("a.csv", TEXT)))), UnreadableFile, "file:a.zip: is a ZIP inside a ZIP"),
    "a locked ZIP": (bytes(LOCKED), UnreadableFile, "is a ZIP with a password"),
    "a ZIP that swells": (zipped(("a.csv", b"0" * 2_000_000)), UnreadableFile, "unpacks to over 100 times its size"),
    "a ZIP over the cap": (
        zipped(*[(f"{n}", os.urandom(20) * 30_000) for n in range(6)]),
        UnreadableFile,
        "more than the cap",
    ),
    "a ZIP cut off": (zipped(("a.csv", TEXT))[:-30], UnreadableFile, "is a damaged ZIP"),
    "a ZIP damaged inside": (bytes(BROKEN), UnreadableFile, "file:a.csv: "),
}


@pytest.mark.parametrize(("content", "error", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_statement_is_refused_naming_what_it_is(tmp_path, content, error, says):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(error) as fault:
        read_documents(tmp_path / "file", max_bytes=3_000_000)
    assert type(fault.value) is error
    assert str(fault.value).startswith("file") and says in str(fault.value) and "\n" not in str(fault.value)


def test_a_file_that_cannot_be_had_is_refused_saying_why(tmp_path, monkeypatch):
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "big").write_bytes(b"x" * 100)
    says = {
        "missing": "is not there",
        "dangling": "is a link to a file that is not there",
        "pipe": "is no ordinary file",
        "big": "has 100 bytes; the cap is 99",
        "a" * 300: "cannot be read",
        "nul\x00": "cannot be read",
    }
    for name, what in says.items():
        with pytest.raises(UnreadableFile, match=what):
            read_documents(tmp_path / name, max_bytes=99)
    with pytest.raises(UnreadableFile, match="is a folder"):
        read_documents(tmp_path)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (PermissionError(13, "no"), "may not be read by this user"),
        (FileNotFoundError(2, "gone"), "is not there"),
        (OSError(5, "I/O error"), "cannot be read"),
    ],
)
def test_a_file_that_fails_while_it_is_opened_is_refused(tmp_path, monkeypatch, fault, says):
    path = tmp_path / "a.csv"
    path.write_text(TEXT)

    def failing(*_args, **_options):
        raise fault

    monkeypatch.setattr(Path, "open", failing)
    with pytest.raises(UnreadableFile, match=says):
        read_documents(path)


@pytest.mark.parametrize(
    "name", ["ë.csv", "😀.csv", "a'\".csv", "a\nb.csv", "x" * 251 + ".csv", "=cmd.csv", "a\u202eb.csv"]
)
def test_any_name_loads_and_is_shown_in_one_safe_line(tmp_path, name):
    (tmp_path / name).write_text(TEXT)
    (document,) = read_documents(tmp_path / name)
    assert document.file_name == name and document.text == TEXT
    with pytest.raises(UnknownLayout) as fault:
        read_statement(tmp_path / name)
    assert str(fault.value).isprintable()


ENCODED = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16-le": TEXT.encode("utf-16-le"),
    "utf-16-be": TEXT.encode("utf-16-be"),
    "utf-32": b"\xff\xfe\x00\x00" + TEXT.encode("utf-32-le"),
}


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED.keys())
def test_text_is_decoded_by_its_bytes(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    (document,) = read_documents(tmp_path / "a.csv")
    assert document.text == TEXT and document.sha256 == sha256(content).hexdigest()


def test_a_few_nuls_do_not_make_a_text_utf_16(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,\x00,b\n" * 20)
    assert read_documents(tmp_path / "a.csv")[0].encoding == "utf-8"


def test_the_same_bytes_give_the_same_document(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT)
    assert read_documents(tmp_path / "a.csv") == read_documents(tmp_path / "a.csv")


def test_a_spreadsheet_is_taken_where_the_caller_allows_it(tmp_path):
    (tmp_path / "a.csv").write_bytes(XLSX)
    (document,) = read_documents(tmp_path / "a.csv", allow_xlsx=True)
    assert (document.kind, document.text, document.content) == ("xlsx", "", XLSX)


def test_each_member_of_a_zip_is_a_document_and_what_macos_adds_is_named(tmp_path):
    (tmp_path / "a.zip").write_bytes(
        zipped(("b.csv", TEXT), ("folder/", ""), ("folder/a.csv", TEXT), ("__MACOSX/._b.csv", "x"))
    )
    found = read_documents(tmp_path / "a.zip")
    assert [d.name for d in found] == ["a.zip:b.csv", "a.zip:folder/a.csv"]
    assert found[0].warnings == ("not read, bookkeeping of macOS: __MACOSX/._b.csv",)


def test_one_bad_member_does_not_hide_the_faults_of_others(tmp_path):
    sound = (SAMPLES / "01-history-download.csv").read_bytes()
    damaged = sound.replace(b"-285.94", b"-285.95")
    (tmp_path / "a.zip").write_bytes(
        zipped(("1.csv", damaged), ("2.pdf", b"%PDF-1.7"), ("3.csv", sound), ("4.csv", b""))
    )
    with pytest.raises(ReconcileError) as fault:
        read_statements(tmp_path / "a.zip")
    said = str(fault.value)
    assert said.startswith("a.zip: 3 parts are refused: a.zip:1.csv, line 10: the balances")
    assert (
        "a.zip:2.pdf: is a PDF" in said
        and "a.zip:4.csv: is empty" in said
        and "3.csv:" not in said.replace("a.zip:3", "")
    )


def test_the_same_bytes_twice_in_a_zip_are_read_once_with_a_warning(tmp_path):
    sound = (SAMPLES / "01-history-download.csv").read_bytes()
    (tmp_path / "a.zip").write_bytes(zipped(("1.csv", sound), ("1 (1).csv", sound)))
    (statement,) = read_statements(tmp_path / "a.zip")
    assert statement.warnings == ("a.zip:1 (1).csv has the same bytes as a.zip:1.csv and was read once",)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("empty.csv", "UnreadableFile"),
        ("other-bank.csv", "UnknownLayout"),
        ("login-page.csv", "UnknownLayout"),
        ("dollars.ofx", "ForeignStatement"),
        ("row-lost.csv", "DamagedStatement"),
        ("cut-off.ofx", "DamagedStatement"),
    ],
)
def test_each_bad_example_is_refused_by_its_own_error(name, error):
    with pytest.raises(ReconcileError) as fault:
        read_statement(BAD / name)
    assert type(fault.value).__name__ == error and str(fault.value).startswith(name)


#   the text, what it is taken for
LOOKS = [
    (
        "Posting Date;Value;Reference\n2026;1;x\n",
        "is a table separated by semicolons with the columns Posting Date, Value, Reference",
    ),
    (
        "Posting Date,Value,Reference\n2026,1,x\n",
        "is a CSV with the columns Posting Date, Value, Reference: another bank's",
    ),
    (
        "Date, Amount, Balance, Description\n2026/01/01, 1.00, 1.00, X\n",
        "has the columns of a Transaction History but not its heading",
    ),
    ("2026/01/01\t1.00\t2.00\tX\n2026/01/01\t1.00\t2.00\tX\n", "is a table without column names"),
    ("Dear member,\nplease find attached\n", "is plain text"),
    (":20:STARTUMS\n", "is an MT940 statement"),
    ("!Type:Bank\n", "is a QIF export"),
    ('<?xml version="1.0"?>\n<Document xmlns="camt">', "is a CAMT statement"),
    ('{"a": 1}', "is JSON"),
    ("<list></list>", "is XML, but not OFX"),
]


@pytest.mark.parametrize(("text", "says"), LOOKS)
def test_an_unknown_text_is_told_what_it_looks_like(tmp_path, text, says):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(UnknownLayout) as fault:
        read_statement(tmp_path / "a.csv")
    assert says in str(fault.value) and "Transaction History" in str(fault.value)


def test_a_register_is_told_where_it_belongs(tmp_path):
    (tmp_path / "a.csv").write_text("code;name;aliases\nIDB;Idlib Appeal;\n")
    with pytest.raises(
        UnknownLayout, match=r"is a register of campaigns, no statement\. It belongs behind --campaigns"
    ):
        read_statement(tmp_path / "a.csv")


def test_a_file_is_put_in_place_whole_and_for_its_user_alone(tmp_path):
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")
    replace_whole(target, b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(tmp_path) == ["book.xlsx"]


def test_what_is_streamed_is_put_in_place_whole_and_for_its_user_alone(tmp_path):
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")

    def write(stream):
        stream.write(b"new?")
        assert target.read_bytes() == b"old"
        stream.seek(3)
        stream.write(b"!")

    replace_streamed(target, write)
    assert target.read_bytes() == b"new!"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(tmp_path) == ["book.xlsx"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (OSError(28, "No space left on device"), WorkbookNotWritten),
        (ValueError("a bad piece"), WorkbookNotWritten),
        (FrameRefused("a text is too long"), FrameRefused),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_stream_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path, fault, told):
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")

    def write(stream):
        stream.write(b"half of it")
        raise fault

    with pytest.raises(told):
        replace_streamed(target, write)
    assert target.read_bytes() == b"old" and names(tmp_path) == ["book.xlsx"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    target = tmp_path / "book.xlsx"
    target.write_bytes(b"old")

    def failing(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, failing)
    with pytest.raises(
        WorkbookNotWritten, match=r"book\.xlsx: cannot be written .*No space left.*Close it if it is open"
    ):
        replace_whole(target, b"new")
    assert target.read_bytes() == b"old" and names(tmp_path) == ["book.xlsx"]


@pytest.mark.parametrize("target", ["missing/book.xlsx", "."])
def test_a_target_that_cannot_be_is_refused(tmp_path, target):
    with pytest.raises(WorkbookNotWritten):
        replace_whole(tmp_path / target, b"new")
    assert names(tmp_path) == []


def test_layouts_are_found_by_looking_at_their_folder():
    assert [getattr(layout, "name", None) for layout in found_in("reconcile.parsers.layouts", "LAYOUT")] == [
        "FNB business CSV with SERVICE FEE",
        "FNB e-mailed statement CSV",
        "FNB Enterprise CSV Date Number",
        "FNB Transaction History CSV",
        "FNB Recreated Statement CSV",
        "OFX",
    ]
    assert found_in("reconcile.parsers.layouts", "NOTHING_HAS_THIS") == []


def test_what_stands_beside_the_layouts_without_being_one_is_passed_over(tmp_path, monkeypatch):
    package = tmp_path / "shelf"
    package.mkdir()
    for name, text in {"__init__": "", "b": "RULE = 2", "a": "RULE = 1", "shared": "x = 1"}.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    assert found_in("shelf", "RULE") == [1, 2]


def test_two_layouts_that_claim_one_file_are_refused(monkeypatch):
    monkeypatch.setattr("reconcile.parsers.layouts.ofx.LAYOUT.claims", lambda _document: True, raising=False)
    with pytest.raises(UnknownLayout, match="is claimed by FNB Transaction History CSV and OFX"):
        read_statement(SAMPLES / "01-history-download.csv")


def test_a_document_names_its_file_without_the_folder():
    document = Document("somewhere/else/a.zip", "b.csv", b"", "", "text", "", "utf-8")
    assert (document.file_name, document.name) == ("a.zip", "a.zip:b.csv")


def test_of_very_many_faults_the_first_are_named_and_all_are_counted():
    faults = [UnreadableFile("is empty", file=f"{n}.csv", do="Download it again.") for n in range(5000)]
    with pytest.raises(UnreadableFile, match=r"5000 parts are refused: 0\.csv: is empty") as fault:
        raise_together(faults, "all.zip")
    assert len(str(fault.value)) < 2000
