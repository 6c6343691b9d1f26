"""The package goes to its place piece by piece: the same bytes whatever its pieces, and nothing where that fails."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from small_statements import Entry, written

from reconcile.errors import WorkbookNotWritten
from reconcile.reporters import package

SOME = [Entry(1 + i % 28, 100 * i - 999, f"line {i} a<b", campaign="IDB", status="review") for i in range(40)]


def failing_after(pieces: int) -> Callable[..., Any]:
    """What builds rows as always, and fails once it has built so many pieces."""
    built = []
    rows = package._rows

    def build(*given: Any) -> Any:
        built.append(1)
        if len(built) > pieces:
            raise OSError(28, "No space left on device")
        return rows(*given)

    return build


@pytest.mark.parametrize("pieces", [0, 1, 5])
def test_a_fault_in_the_middle_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(package, "CHUNK", 3)
    monkeypatch.setattr(package, "_rows", failing_after(pieces))
    with pytest.raises(WorkbookNotWritten, match=r"a\.xlsx: cannot be written .*No space left"):
        written(*SOME).to(path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


class Full(BytesIO):
    """A disk with room for so many bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, content: Any) -> int:
        if self.tell() + len(content) > self.room:
            raise OSError(28, "No space left on device")
        return super().write(content)


def test_a_disk_that_fills_up_anywhere_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written(*SOME).to(tmp_path / "whole.xlsx").stat().st_size
    for room in range(0, whole, whole // 40):
        monkeypatch.setattr("os.fdopen", lambda handle, _mode, room=room: closed_with(handle, Full(room)))
        with pytest.raises(WorkbookNotWritten, match="No space left"):
            written(*SOME).to(tmp_path / "a.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["whole.xlsx"]


def closed_with(handle: int, stream: BytesIO) -> BytesIO:
    os.close(handle)
    return stream


@pytest.mark.parametrize("rows", [1, 7, 40])
def test_the_bytes_are_the_same_whatever_the_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    usual = written(*SOME).to(tmp_path / "usual.xlsx").read_bytes()
    monkeypatch.setattr(package, "CHUNK", rows)
    assert written(*SOME).to(tmp_path / "other.xlsx").read_bytes() == usual


def test_a_sheet_over_2_gib_is_written_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = written(*[Entry(1 + i % 28, i, f"line {i}", campaign="IDB") for i in range(100)])
    usual, large = given.to(tmp_path / "usual.xlsx"), tmp_path / "large.xlsx"
    with zipfile.ZipFile(usual) as parts:
        sizes = {info.filename: info.file_size for info in parts.infolist()}
    longest = max(sizes, key=sizes.__getitem__)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", sizes[longest] - 1)  # stands for 2 GiB
    given.to(large)
    with zipfile.ZipFile(usual) as one, zipfile.ZipFile(large) as other:
        assert other.testzip() is None
        assert [(name, one.read(name)) for name in one.namelist()] == [
            (name, other.read(name)) for name in other.namelist()
        ]
        assert other.getinfo(longest).extract_version == zipfile.ZIP64_VERSION
    assert openpyxl.load_workbook(large)["Transactions"].max_row == 104


def test_one_piece_is_built_ahead_and_no_more() -> None:
    built: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(20):
            built.append(number)
            yield bytes([number])

    with ThreadPoolExecutor(1) as beside:
        taken = []
        for piece in package._built_ahead(pieces(), beside):
            taken.append(piece)
            assert len(built) <= len(taken) + 1
    assert taken == [bytes([number]) for number in range(20)]
