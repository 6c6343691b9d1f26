"""The saved workbook made final: values beside formulas, long tables spliced in, same bytes for the same input.

openpyxl leaves a formula's value empty, so a mailed workbook, opened in Protected View, would show nothing; and its
cell objects take about ten times as long as building the rows' XML column by column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from reconcile import money
from reconcile.reporters.book import Splice
from reconcile.reporters.celltext import TEXT, escaped, escaped_text
from reconcile.reporters.style import MONEY_STEPS_CENTS

CHUNK = 10_000
COMPRESSION = 4
_FORMULA = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f>[^<]*</f>)<v\s*(?:/>|></v>)</c>')
_EPOCH = np.datetime64("1899-12-30", "D")


def finished(
    workbook: Workbook,
    cached: Mapping[str, Mapping[str, Decimal | int | str]],
    splices: Mapping[str, Splice],
    day: date,
) -> bytes:
    """The bytes of the workbook, its times set to `day`: the same for the same input."""
    shell = BytesIO()
    workbook.save(shell)
    parts = {f"xl/worksheets/sheet{i}.xml": name for i, name in enumerate(workbook.sheetnames, start=1)}
    result = BytesIO()
    with ZipFile(shell) as saved, ZipFile(result, "w", ZIP_DEFLATED, compresslevel=COMPRESSION) as final:
        for entry in saved.infolist():
            info = ZipInfo(entry.filename, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            content = saved.read(entry)
            with final.open(info, "w", force_zip64=False) as out:
                if name := parts.get(entry.filename):
                    for piece in _sheet(content.decode(), cached.get(name, {}), splices.get(name)):
                        out.write(piece.encode())
                elif entry.filename == "docProps/core.xml":
                    out.write(
                        re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>%sT00:00:00Z" % str(day).encode(), content)
                    )
                else:
                    out.write(content)
    return result.getvalue()


def _sheet(xml: str, cached: Mapping[str, Decimal | int | str], splice: Splice | None) -> Iterator[str]:
    if splice is None:
        yield _with_values(xml, cached)
        return
    # the cells that lent the spliced rows their styles are the last of the sheet
    start, end = xml.index(f'<row r="{splice.first_row}"'), xml.index("</sheetData>")
    last = f"{get_column_letter(len(splice.columns))}{splice.first_row + max(1, len(splice.rows)) - 1}"
    yield re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:{last}"', _with_values(xml[:start], cached), count=1)
    for begin in range(0, len(splice.rows), CHUNK):
        yield _rows(splice, splice.rows.iloc[begin : begin + CHUNK], splice.first_row + begin)
    # references that are all digits are text here, and need no green corner that says so
    calm = f'<ignoredErrors><ignoredError sqref="A{splice.first_row}:{last}" numberStoredAsText="1"/></ignoredErrors>'
    yield xml[end:].replace("<tableParts", calm + "<tableParts", 1)


def _with_values(xml: str, cached: Mapping[str, Decimal | int | str]) -> str:
    def filled(found: re.Match[str]) -> str:
        cell, attributes, formula = found.groups()
        value = cached[cell]
        if isinstance(value, str):
            return f'<c r="{cell}"{attributes} t="str">{formula}<v>{escaped_text(value)}</v></c>'
        return f'<c r="{cell}"{attributes}>{formula}<v>{value}</v></c>'

    return _FORMULA.sub(filled, xml)


def _rows(splice: Splice, rows: pd.DataFrame, first_row: int) -> str:
    """The rows as XML, built column by column."""
    numbers = pc.cast(pa.array(np.arange(first_row, first_row + len(rows))), TEXT)
    cells = [
        _cells(column.holds, rows[column.heading], get_column_letter(i), ids, numbers)
        for i, (column, ids) in enumerate(zip(splice.columns, splice.styles, strict=True), start=1)
    ]
    heights = _heights(splice, rows)
    whole = _joined(
        _word('<row r="'), numbers, _word('" ht="'), heights, _word('" customHeight="1">'), *cells, _word("</row>")
    )
    return "".join(whole.to_pylist())


def _heights(splice: Splice, rows: pd.DataFrame) -> pa.Array:
    """The height of each row in points: LibreOffice does not fit it to wrapped text by itself."""
    lines = np.ones(len(rows), dtype=np.int64)
    for column, width in zip(splice.columns, splice.widths, strict=True):
        if column.wrap:
            texts = pc.fill_null(_arrow(rows[column.heading], TEXT), "")
            # measured in Arial 9 against the figures of Arial 10 that widths are counted in; a line ends at a word
            wide = pc.add(
                pc.multiply(pc.cast(pc.utf8_length(texts), pa.float64()), 0.72),
                pc.multiply(pc.cast(pc.count_substring_regex(texts, "[A-Z0-9]"), pa.float64()), 0.25),
            ).to_numpy(zero_copy_only=False)
            room = width - 2.2
            lines = np.maximum(lines, np.where(wide <= room, 1, np.ceil(wide / (0.92 * room))).astype(np.int64))
    # 409 points is the highest row there is
    return pc.cast(pa.array(np.minimum(409, 1 + 12 * lines)), TEXT)


def _cells(holds: str, values: pd.Series[Any], letter: str, ids: tuple[int, ...], numbers: pa.Array) -> pa.Array:
    """One cell per value as XML, empty where the value is missing."""
    style: pa.Array | pa.Scalar = _word(str(ids[0]))
    head, tail = "><v>", "</v></c>"
    if holds == "text":
        array = _arrow(values, TEXT)
        texts = escaped(pc.if_else(pc.equal(array, ""), None, array))
        head, tail = ' t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
    elif holds == "day":
        texts = pc.cast(pa.array((values.to_numpy("datetime64[D]") - _EPOCH).astype(np.int64)), TEXT)
    elif holds == "amount":
        texts = pc.cast(_arrow(values, money.ARROW), TEXT)
        size = np.searchsorted(MONEY_STEPS_CENTS, np.abs(money.cents(values)), side="right")
        style = pa.array([str(i) for i in ids], TEXT).take(pa.array(size))
    else:
        texts = pc.cast(_arrow(values), TEXT)
    begun = _joined(_word(f'<c r="{letter}'), numbers, _word('" s="'), style, _word('"'))
    return pc.coalesce(_joined(begun, _word(head), texts, _word(tail)), _joined(begun, _word("/>")))


def _joined(*parts: pa.Array | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(*parts, _word(""))


def _word(text: str) -> pa.Scalar:
    return pa.scalar(text, TEXT)


def _arrow(values: pd.Series[Any], kind: pa.DataType | None = None) -> pa.Array:
    array = pa.array(values, type=kind, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
