"""The saved workbook made final: values beside formulas, long tables spliced in, same bytes for the same input.

openpyxl leaves a formula's value empty, so a mailed workbook, opened in Protected View, would show nothing; and its
cell objects take about ten times as long as building the rows' XML column by column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from html import escape
from io import BytesIO
from typing import Any, BinaryIO, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl.utils import get_column_letter

from reconcile import money
from reconcile.reporters import seal
from reconcile.reporters.book import Book, Splice
from reconcile.reporters.celltext import TEXT, escaped, escaped_text
from reconcile.reporters.style import MONEY_STEPS_CENTS
from reconcile.texts import octets_of, one_array

CHUNK = 2_000
COMPRESSION = 3
NARROW, CAPITAL = 0.72, 0.25
"""Width of a letter in Arial 9, and what a capital or figure adds, in figures of Arial 10: what column widths count."""
Piece = bytes | memoryview
Part: TypeAlias = "str | pa.Array"
_FORMULA = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f>[^<]*</f>)<v\s*(?:/>|></v>)</c>')
_EPOCH = np.datetime64("1899-12-30", "D")


def write_package(stream: BinaryIO, book: Book, day: date) -> None:
    """Write the workbook to a stream that can be sought in, its times set to `day`: the same bytes for the same input.

    The rows of long tables are built and packed a piece at a time, and none is held longer.
    """
    shell, start = BytesIO(), stream.tell()
    book.workbook.save(shell)
    try:
        _pack(stream, shell, book, day, large=False)
    except RuntimeError:  # zipfile's word for a part of over 2 GiB, whose size the usual head of a part cannot tell
        stream.seek(start)
        stream.truncate()
        _pack(stream, shell, book, day, large=True)


def _pack(stream: BinaryIO, shell: BytesIO, book: Book, day: date, *, large: bool) -> None:
    parts = {f"xl/worksheets/sheet{i}.xml": name for i, name in enumerate(book.workbook.sheetnames, start=1)}
    with ZipFile(shell) as saved, ZipFile(stream, "w") as final, ThreadPoolExecutor(1) as beside:
        for entry in saved.infolist():
            info = ZipInfo(entry.filename, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            # the level given to the ZipFile does not reach a ZipInfo of one's own
            info._compresslevel = COMPRESSION  # type: ignore[attr-defined]
            info.external_attr = 0o600 << 16
            content = saved.read(entry)
            name = parts.get(entry.filename)
            with final.open(info, "w", force_zip64=large and name in book.splices) as out:
                if name is not None:
                    pieces = _sheet(content.decode(), book.cached.get(name, {}), book.splices.get(name))
                    for piece in _built_ahead(pieces, beside):
                        out.write(piece)
                elif entry.filename == "docProps/core.xml":
                    out.write(
                        re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>%sT00:00:00Z" % str(day).encode(), content)
                    )
                else:
                    out.write(content)


def _built_ahead(pieces: Iterator[Piece], beside: Executor) -> Iterator[Piece]:
    """The same pieces, each built while the one before it is packed: neither Arrow nor zlib holds up other threads."""
    coming = beside.submit(next, pieces, None)
    while (piece := coming.result()) is not None:
        coming = beside.submit(next, pieces, None)
        yield piece


def _sheet(xml: str, cached: Mapping[str, Decimal | int | str], splice: Splice | None) -> Iterator[Piece]:
    if splice is None:
        yield _with_values(xml, cached).encode()
        return
    # the cells that lent the spliced rows their styles are the last of the sheet
    start, end = xml.index(f'<row r="{splice.first_row}"'), xml.index("</sheetData>")
    last = f"{get_column_letter(len(splice.columns))}{splice.first_row + max(1, len(splice.rows)) - 1}"
    head = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:{last}"', _with_values(xml[:start], cached), count=1)
    yield head.encode()
    for begin in range(0, len(splice.rows), CHUNK):
        yield _rows(splice, splice.completed(splice.rows.iloc[begin : begin + CHUNK]), splice.first_row + begin)
    # references that are all digits are text here, and need no green corner that says so
    calm = f'<ignoredErrors><ignoredError sqref="A{splice.first_row}:{last}" numberStoredAsText="1"/></ignoredErrors>'
    yield xml[end:].replace("<tableParts", calm + "<tableParts", 1).encode()


def _with_values(xml: str, cached: Mapping[str, Decimal | int | str]) -> str:
    def filled(found: re.Match[str]) -> str:
        cell, attributes, formula = found.groups()
        value = cached[cell]
        if isinstance(value, str):
            return f'<c r="{cell}"{attributes} t="str">{formula}<v>{escaped_text(value)}</v></c>'
        return f'<c r="{cell}"{attributes}>{formula}<v>{value}</v></c>'

    return _FORMULA.sub(filled, xml)


def _rows(splice: Splice, rows: pd.DataFrame, first_row: int) -> Piece:
    """The rows as XML, all cells of a row joined at once."""
    numbers = pc.cast(pa.array(np.arange(first_row, first_row + len(rows))), TEXT)
    parts: list[Part] = ['<row r="', numbers, '" ht="', _heights(splice, rows), '" customHeight="1">']
    for i, (column, ids) in enumerate(zip(splice.columns, splice.styles, strict=True), start=1):
        letter = get_column_letter(i)
        if column.holds == "hash":
            kinds = {c.heading: c.holds for c in splice.columns if c.hashed}
            values = seal.of_rows([seal.told(kind, rows[heading]) for heading, kind in kinds.items()])
            parts += _cells("text", values, letter, ids, numbers)
        elif column.holds == "formula":
            parts += _live(column.formula, rows[column.heading], letter, ids, numbers)
        else:
            parts += _cells(column.holds, rows[column.heading], letter, ids, numbers)
    return octets_of(_joined(*parts, "</row>"))[1].data


def _heights(splice: Splice, rows: pd.DataFrame) -> pa.Array:
    """The height of each row in points: LibreOffice does not fit it to wrapped text by itself."""
    lines = np.ones(len(rows), dtype=np.int64)
    for column, width in zip(splice.columns, splice.widths, strict=True):
        if column.wrap:
            room = 0.92 * width - 2
            encoded = pc.dictionary_encode(pc.fill_null(one_array(rows[column.heading], TEXT), ""))
            texts = encoded.dictionary
            wide = NARROW * pc.utf8_length(texts).to_numpy(zero_copy_only=False) + CAPITAL * _capitals(texts)
            needed = np.where(wide <= room, 1, np.ceil(wide / (0.92 * room)))  # a line ends at a word
            lines = np.maximum(lines, needed.astype(np.int64)[encoded.indices.to_numpy()])
    # 409 points is the highest row there is
    return pc.cast(pa.array(np.minimum(409, 1 + 12 * lines)), TEXT)


def _capitals(texts: pa.Array) -> npt.NDArray[np.int64]:
    """How many capitals and figures each text has."""
    ends, letters = octets_of(texts)
    so_far = np.concatenate(([0], np.cumsum(((letters >= 65) & (letters <= 90)) | ((letters >= 48) & (letters <= 57)))))
    return so_far[ends[1:]] - so_far[ends[:-1]]


def _cells(holds: str, values: pd.Series[Any], letter: str, ids: tuple[int, ...], numbers: pa.Array) -> list[Part]:
    """The parts of one cell per value as XML, empty where the value is missing."""
    style: Part = str(ids[0])
    head, tail = "><v>", "</v></c>"
    if holds == "text":
        array = one_array(values, TEXT)
        texts = escaped(pc.if_else(pc.equal(array, ""), None, array))
        head, tail = ' t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
    elif holds == "day":
        days = (values.to_numpy("datetime64[D]") - _EPOCH).astype(np.int64)
        texts = pc.cast(pa.array(days, mask=values.isna().to_numpy()), TEXT)
    elif holds == "amount":
        texts = pc.cast(one_array(values, money.ARROW), TEXT)
        size = np.searchsorted(MONEY_STEPS_CENTS, np.abs(money.cents(values)), side="right")
        style = pa.array([str(i) for i in ids], TEXT).take(pa.array(size))
    else:
        texts = pc.cast(one_array(values), TEXT)
    inside: list[Part] = [head, texts, tail]
    if texts.null_count:
        inside = [pc.coalesce(_joined(*inside), _word("/>"))]
    return [f'<c r="{letter}', numbers, '" s="', style, '"', *inside]


def _live(formula: str, values: pd.Series[Any], letter: str, ids: tuple[int, ...], numbers: pa.Array) -> list[Part]:
    """Parts of one cell per value with the formula of its row, and the text that it gives."""
    head, *rest = (escape(part, quote=False) for part in formula.split("{row}"))
    written: list[Part] = [head]
    for piece in rest:
        written += [numbers, piece]
    begun: list[Part] = [f'<c r="{letter}', numbers, f'" s="{ids[0]}" t="str"><f>']
    return [*begun, *written, "</f><v>", escaped(one_array(values, TEXT)), "</v></c>"]


def _joined(*parts: Part) -> pa.Array:
    """Texts joined row by row; of a part that is one text every row has the same."""
    few: list[Part] = []
    for part in parts:
        if few and isinstance(part, str) and isinstance(few[-1], str):
            few[-1] += part
        else:
            few.append(part)
    return pc.binary_join_element_wise(*(_word(part) if isinstance(part, str) else part for part in few), _word(""))


def _word(text: str) -> pa.Scalar:
    return pa.scalar(text, TEXT)
