"""Bytes safely off disk and safely back: what a file really is, by its content, and whole files or none."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from reconcile.errors import ReconcileError, UnknownLayout, UnreadableFile, WorkbookNotWritten, did_you_mean, shown

MAX_BYTES = 256 * 1024 * 1024
"""Largest file read unless the caller says otherwise; a million rows of history are about 70 MB."""

MAX_LINE = 1_000_000
MAX_FIELD = 10_000
MAX_RATIO = 100
"""A ZIP member that unpacks to more than this many times its size is refused (a real statement packs about 1:5)."""

MOST_NAMED = 20
"""Faults told in one line; a bank's ZIP has a few members, a ZIP of thousands is something else."""

_AGAIN = "Download it again."
_SAVE_AS = "Download the statement as CSV or OFX."

_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file (.xls, .doc)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"BZh", "bzip2-compressed"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ", "xz-compressed"),
    (b"SQLite format 3\x00", "a database"),
)

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_NOTHING = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_WEB_PAGE = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script|meta)\b", re.I | re.S
)
_UTF8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}")


@dataclass(frozen=True)
class Document:
    """One text or spreadsheet as it came off the disk, or out of a ZIP.

    `file` is what the caller named, `member` the name inside a ZIP or None, `sha256` the hash of its bytes; `text` is
    the decoded text without a byte order mark. Of a spreadsheet `text` is "" and `content` has the bytes; of a text,
    which may be large, the bytes are not kept. Same bytes, same Document.
    """

    file: str
    member: str | None
    content: bytes
    sha256: str
    kind: Literal["text", "xlsx"]
    text: str
    encoding: str
    warnings: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The last part of the file's path: the same on every machine."""
        return name_of(Path(self.file))

    @property
    def name(self) -> str:
        """File and member in one word, as messages and the `source` column have it."""
        return f"{self.file_name}:{self.member}" if self.member else self.file_name


def name_of(path: Path) -> str:
    """The name as a frame, a sheet or a store can hold it, also where it is no UTF-8."""
    return path.name.encode("utf-8", "replace").decode()


def digest(path: Path) -> str:
    """The SHA-256 of a file; raises OSError where it cannot be read."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read_documents(
    path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES, allow_xlsx: bool = False
) -> list[Document]:
    """Every document of a file: one, or one for each member of a ZIP, in the order of the ZIP.

    Raises UnreadableFile where the bytes cannot be taken safely and UnknownLayout where they are something else than
    text (or a spreadsheet, if allowed). The faults of several members come as one error naming each.
    """
    found = each_document(path, max_bytes=max_bytes, allow_xlsx=allow_xlsx)
    raise_together([f for f in found if isinstance(f, ReconcileError)], Path(path).name)
    return [d for d in found if isinstance(d, Document)]


def each_document(
    path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES, allow_xlsx: bool = False
) -> list[Document | ReconcileError]:
    """As `read_documents`, but the fault of a ZIP member stands in the list in its place, so others can be read."""
    if not isinstance(path, str | os.PathLike):
        raise UnreadableFile(f"{type(path).__name__} is no path", do="Pass the name of a file as text or as a Path.")
    file = os.fspath(path)
    content = _bytes_of(Path(file), max_bytes)
    if content[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
        return [_document(file, None, content, ())]
    name = Path(file).name
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_count(content, len(archive.infolist()), name)
            if not (office := _office_kind(archive.namelist())):
                return _members(archive, file, max_bytes)
            if not allow_xlsx or office != "an Excel workbook (.xlsx)":
                raise UnknownLayout(f"is {office}", file=name, do=_SAVE_AS)
            _check_sizes(archive.infolist(), name, max_bytes)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as fault:
        if isinstance(fault, ReconcileError):
            raise
        kind = "workbook" if name.lower().endswith(".xlsx") else "ZIP"
        raise UnreadableFile(f"is a damaged {kind}", file=name, do=_AGAIN) from fault
    return [Document(file, None, content, _digest(content), "xlsx", "", "")]


def raise_together(faults: list[ReconcileError], file: str) -> None:
    """Raise the only fault as it is, several as one error that names the first of them; nothing when there is none."""
    if not faults:
        return
    if len(faults) == 1:
        raise faults[0]
    kinds = {type(f) for f in faults}
    kind = kinds.pop() if len(kinds) == 1 else ReconcileError
    named = " | ".join(map(str, faults[:MOST_NAMED])) + (" | …" if len(faults) > MOST_NAMED else "")
    raise kind(f"{len(faults)} parts are refused: {named}", file=file)


def near(path: Path) -> str:
    """`Did you mean history.csv?` for a path where nothing is, of the files beside it; empty where none is near.

    A name of another kind is none: a store that is not there yet is not meant by its settings.
    """
    kind = path.suffix.casefold()
    try:
        names = (each.name for each in path.parent.iterdir() if not kind or each.suffix.casefold() == kind)
        return did_you_mean(path.name, (name for name in names if name != path.name), without=kind)
    except (OSError, ValueError):
        return ""


def _bytes_of(path: Path, max_bytes: int) -> bytes:
    name = path.name or str(path)
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise UnreadableFile("is a folder", file=name, do="Name the files in it.")
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableFile("is no ordinary file", file=name, do="Save the statement as a file.")
        if found.st_size > max_bytes:
            raise UnreadableFile(f"has {found.st_size:,} bytes; the cap is {max_bytes:,}", file=name, do=_SHORTER)
        with path.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except UnreadableFile:
        raise
    except FileNotFoundError as fault:
        what = "is a link to a file that is not there" if path.is_symlink() else "is not there"
        raise UnreadableFile(what, file=name, do=near(path) or "Check the name and the folder.") from fault
    except PermissionError as fault:
        raise UnreadableFile("may not be read by this user", file=name, do="Ask for the right to read it.") from fault
    except (OSError, ValueError) as fault:
        raise UnreadableFile(
            f"cannot be read ({_said(fault)})", file=name, do="Check the disk and the name."
        ) from fault
    if len(content) > max_bytes:
        raise UnreadableFile(f"grew over the cap of {max_bytes:,} bytes while it was read", file=name, do=_SHORTER)
    return content


_SHORTER = "Download a shorter period, or pass a larger max_bytes."


def _said(fault: OSError | ValueError) -> str:
    """What the system says of a fault, without the path: that differs from machine to machine."""
    return shown((fault.strerror if isinstance(fault, OSError) else None) or fault)


def _office_kind(names: list[str]) -> str | None:
    if "[Content_Types].xml" in names:
        kinds = {"xl/": "an Excel workbook (.xlsx)", "word/": "a Word document", "ppt/": "a slide show"}
        return next((kind for part, kind in kinds.items() if any(n.startswith(part) for n in names)), "an Office file")
    return "an OpenDocument file" if "mimetype" in names and "content.xml" in names else None


def _check_count(content: bytes, found: int, name: str) -> None:
    """Refuse a ZIP that says it has more members than can be found: one would be lost in silence."""
    end = content.rfind(b"PK\x05\x06")
    stated = int.from_bytes(content[end + 10 : end + 12], "little")
    if stated not in (found, 0xFFFF):  # the latter stands for a number that the old form cannot hold
        raise UnreadableFile(f"is a damaged ZIP: {found} of its {stated} members can be found", file=name, do=_AGAIN)


def _members(archive: zipfile.ZipFile, file: str, max_bytes: int) -> list[Document | ReconcileError]:
    name = Path(file).name
    # not is_dir(), which takes a damaged entry without a name for the last letter of it
    infos = [i for i in archive.infolist() if not i.filename.endswith("/")]
    _check_sizes(infos, name, max_bytes)
    # macOS puts a twin of every file under this folder: bookkeeping, never the user's own file
    twins = [i.filename for i in infos if i.filename.startswith("__MACOSX/") or i.filename.endswith("/.DS_Store")]
    warnings = (f"not read, bookkeeping of macOS: {', '.join(map(shown, twins))}",) if twins else ()
    bookkeeping = set(twins)
    infos = [i for i in infos if i.filename not in bookkeeping]
    if not infos:
        raise UnreadableFile("is a ZIP without a file in it", file=name, do=_AGAIN)
    if not all(i.filename for i in infos):
        raise UnreadableFile("is a damaged ZIP", file=name, do=_AGAIN)
    twice = [name for name, count in Counter(i.filename for i in infos).items() if count > 1]
    if twice:
        raise UnreadableFile(f"is a ZIP with two files named {shown(sorted(twice)[0])}", file=name, do=_AGAIN)
    found: list[Document | ReconcileError] = []
    for info in infos:
        try:
            found.append(_document(file, info.filename, _unpack(archive, info, name), warnings))
        except ReconcileError as fault:
            found.append(fault)
    return found


def _check_sizes(infos: list[zipfile.ZipInfo], name: str, max_bytes: int) -> None:
    if sum(i.file_size for i in infos) > max_bytes:
        raise UnreadableFile(f"unpacks to more than the cap of {max_bytes:,} bytes", file=name, do=_SHORTER)
    for info in infos:
        inner = info.filename.replace("\\", "/")
        if inner.startswith("/") or ".." in PurePosixPath(inner).parts or re.match(r"[A-Za-z]:", inner):
            raise UnreadableFile(f"is a ZIP with the unsafe path {shown(inner)}", file=name, do=_AGAIN)
        if info.flag_bits & 1:
            raise UnreadableFile("is a ZIP with a password", file=name, do="Unpack it and give the file inside.")
        if info.file_size > 100_000 and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise UnreadableFile(f"unpacks to over {MAX_RATIO} times its size", file=name, do=_AGAIN)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    where = f"{name}:{info.filename}"
    try:
        with archive.open(info) as stream:
            content = stream.read(info.file_size + 1)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as fault:
        raise UnreadableFile("is damaged inside its ZIP", file=where, do=_AGAIN) from fault
    except Exception as fault:  # zlib.error and lzma.LZMAError have no base in common
        raise UnreadableFile("cannot be unpacked", file=where, do=_AGAIN) from fault
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        raise UnreadableFile("is a ZIP inside a ZIP", file=where, do="Unpack the outer one first.")
    return content


def _document(file: str, member: str | None, content: bytes, warnings: tuple[str, ...]) -> Document:
    name = f"{Path(file).name}:{member}" if member else Path(file).name
    if not content[:64].strip(_NOTHING) and not content.strip(_NOTHING):  # a strip of all copies all
        raise UnreadableFile("is empty", file=name, do=_AGAIN)
    for magic, what in _MAGIC:
        if content.startswith(magic):
            raise UnknownLayout(f"is {what}, whatever its name says", file=name, do=_SAVE_AS)
    with ThreadPoolExecutor(1) as beside:  # of a long file the hash takes as long as all else here
        hashed = beside.submit(_digest, content)
        text, encoding = _checked_text(content, name)
    return Document(file, member, b"", hashed.result(), "text", text, encoding, warnings)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _checked_text(content: bytes, name: str) -> tuple[str, str]:
    text, encoding = _decoded(content, name)
    if not re.search(r"[^\x00\ufeff \t\r\n\xa0]", text):
        raise UnreadableFile("is empty", file=name, do=_AGAIN)
    if _WEB_PAGE.match(text[:5000]):
        raise UnknownLayout("is a web page, the login expired", file=name, do="Log in and download it again.")
    _check_lengths(text, name)
    return text, encoding


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _strictly(content[len(bom) :], encoding, len(bom), name), encoding
    head = content[: 4096 & ~1]
    even, odd = head[::2].count(0), head[1::2].count(0)
    # plain text in UTF-16 has a NUL in nearly every second byte, a few NULs in other text do not make it UTF-16
    if odd * 4 > len(head) and even * 20 < len(head):
        return _strictly(content, "utf-16-le", 0, name), "utf-16-le"
    if even * 4 > len(head) and odd * 20 < len(head):
        return _strictly(content, "utf-16-be", 0, name), "utf-16-be"
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as fault:
        if _UTF8_LETTER.search(content):  # some letters are UTF-8: reading all as Windows-1252 would garble those
            raise _undecodable(content, fault.start, name) from fault
    return _strictly(content, "cp1252", 0, name), "cp1252"


def _strictly(content: bytes, encoding: str, skipped: int, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as fault:
        raise _undecodable(content, fault.start + skipped, name) from fault


def _undecodable(content: bytes, at: int, name: str) -> UnreadableFile:
    byte = content[at] if at < len(content) else 0
    line = content.count(b"\n", 0, at) + 1
    what = f"byte 0x{byte:02X} at offset {at:,} is no letter in UTF-8 or Windows-1252"
    return UnreadableFile(what, file=name, line=line, do=_AGAIN)


def _has_long_line(text: str) -> bool:
    at = 0
    while len(text) - at > MAX_FIELD:
        # backwards from as far as a line may reach, so that a few steps pass over many lines
        end = text.rfind("\n", at, at + MAX_FIELD + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _check_lengths(text: str, name: str) -> None:
    """Refuse lines and fields no statement has."""
    if not _has_long_line(text):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) <= MAX_FIELD:
            continue
        pieces = line.split("\r")
        if max(map(len, pieces)) > MAX_LINE:
            raise UnreadableFile(f"a line of over {MAX_LINE:,} characters", file=name, line=number, do=_AGAIN)
        if max(len(field) for piece in pieces for field in re.split("[,;\t<]", piece)) > MAX_FIELD:
            raise UnreadableFile(f"a field of over {MAX_FIELD:,} characters", file=name, line=number, do=_AGAIN)


def replace_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Put `content` at `path`, as `replace_streamed` does."""
    replace_streamed(path, lambda stream: stream.write(content))


def replace_streamed(path: str | os.PathLike[str], write: Callable[[BinaryIO], object]) -> None:
    """Put what `write` writes at `path`, readable by this user alone: at any moment there is the old file or the new.

    The stream that `write` is given can be sought in. Raises WorkbookNotWritten when the file cannot be put there (the
    folder is missing or full, the file is open in Excel) and passes on what `write` itself refuses; what stood there
    before is then untouched.
    """
    target = Path(path)
    temporary: str | None = None
    try:
        # mkstemp gives mode 0600; the same folder, because a file is only replaced at once inside one file system
        handle, temporary = tempfile.mkstemp(prefix=".~", suffix=".tmp", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(target)
        temporary = None
    except ReconcileError:
        raise
    except (OSError, ValueError) as fault:
        do = "Close it if it is open, check the folder and the space on the disk, then run again."
        raise WorkbookNotWritten(f"cannot be written ({_said(fault)})", file=target.name, do=do) from fault
    finally:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()
    with suppress(OSError):  # the new name itself, where the system lets a folder be synced
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
