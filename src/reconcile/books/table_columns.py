"""A long table (CSV, XLSX or a frame) as columns of text, each found by the names that it usually has."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from reconcile.errors import RegisterRefused, shown
from reconcile.files import Document
from reconcile.money import AMOUNT
from reconcile.parsers.cells import unix_lines
from reconcile.tables import Faults, TableSource, Unfit, cell_of, only_document, sheet_lines, sheet_value
from reconcile.texts import one_array

MOST_ROWS = 1_000_000
MOST_TOLD = 20
"""Rows of one fault that are named one by one; the rest are counted."""

SEPARATORS = (",", ";", "\t")
TEXTS = pa.large_string()

_NO_HEADER = "it has no header; its first line must name the columns"

Lines = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Wanted:
    """A column of ours: `kind` is text, day, money or number, `headings` what files call it.

    `last` are headings that stand for it only where no other does; a `needed` column must be there, and filled.
    """

    name: str
    kind: str
    headings: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns that were found, as texts without blanks around them, with the line of each row.

    `unfit` says which rows of a column are empty, or no text of their kind: those are among the faults.
    """

    texts: dict[str, pa.Array]
    unfit: dict[str, npt.NDArray[np.bool_]]
    lines: Lines
    faults: Faults

    def tell(self, column: str, rows: npt.NDArray[np.bool_], say: Callable[[int], str]) -> None:
        """Note a fault of one column for each of these rows, in the words of `say`; after the first rows a count."""
        at = np.flatnonzero(rows)
        for row in at[:MOST_TOLD].tolist():
            self.faults.add(int(self.lines[row]), column, say(row))
        if len(at) > MOST_TOLD:
            rest = f"{len(at) - MOST_TOLD:,} more {self.faults.word}s have the same fault"
            self.faults.add_whole(f"{column}: {rest}; correct them too", int(self.lines[at[MOST_TOLD]]))

    def said(self, column: str, row: int) -> str:
        """What stands in a cell, in quotes and short."""
        return f'"{shown(self.texts[column][row].as_py(), 40)}"'


def read_columns(source: TableSource, wanted: Sequence[Wanted], named: Mapping[str, str] | None) -> Columns:
    """The wanted columns of a CSV or XLSX file (its first sheet) or of a frame; `named` has our name to the file's.

    Raises UnreadableFile for a file that cannot be read, RegisterRefused where its columns cannot be told or it has no
    rows; other faults are left in `faults`.
    """
    if isinstance(source, pd.DataFrame):
        faults = Faults(word="row")
        places = _places(0, [str(name) for name in source.columns], wanted, named or {}, faults)
        lines = np.arange(1, len(source) + 1)
        return _of_values(lines, lambda at: source.iloc[:, at], places, wanted, faults)
    if not isinstance(source, str | PathLike):
        raise RegisterRefused([f"a path or a frame is needed, not {type(source).__name__}"])
    document = only_document(source)
    faults = Faults(file=document.name)
    read = _sheet if document.kind == "xlsx" else _text
    found = read(document, wanted, named or {}, faults)
    if not len(found.lines) and not faults.found:
        faults.add_whole("it has a header and no rows")
        faults.refuse_any()
    return found


def _told(heading: str) -> str:
    return "".join(c for c in heading.casefold() if c.isalnum() or c in "#%")


def _places(
    line: int, headings: Sequence[str], wanted: Sequence[Wanted], named: Mapping[str, str], faults: Faults
) -> dict[str, int]:
    """Where each of our columns stands among the headings; raises RegisterRefused for all that is not clear."""
    keys = [_told(heading) for heading in headings]
    there = ", ".join(shown(heading.strip(), 40) for heading in headings if heading.strip()) or "none"
    for name in named:
        if name not in {w.name for w in wanted}:
            names = ", ".join(w.name for w in wanted)
            faults.add_whole(f'columns names "{shown(name, 40)}", which is none of {names}', line)
    taken = {_told(heading) for heading in named.values()}
    places: dict[str, int] = {}
    lacking: list[Wanted] = []
    for column in wanted:
        if column.name in named:
            found = [at for at, key in enumerate(keys) if key == _told(named[column.name])]
            if not found:
                what = f'columns says that {column.name} is "{shown(named[column.name], 40)}", which is not there'
                faults.add_whole(f"{what}; it has {there}", line)
        else:
            found = _usual(column, keys, taken, set(places.values()))
        if len(found) > 1:
            both = " and ".join(f'"{shown(headings[at].strip(), 40)}"' for at in found)
            same = len({keys[at] for at in found}) == 1
            do = "rename one of them" if same else "say with columns= which it is"
            faults.add_whole(f"{both} may both be the column {column.name}; {do}", line)
        elif found:
            places[column.name] = found[0]
        elif column.needed and column.name not in named:
            lacking.append(column)
    if lacking:
        faults.add_whole(f"{_lacks(lacking)}; the first line names the columns, and has {there}", line)
    faults.refuse_any()
    return places


def _lacks(lacking: Sequence[Wanted]) -> str:
    """What is not there, and how it is usually called."""
    names = " and ".join(column.name for column in lacking)
    usual = ", ".join(column.headings[0] for column in lacking if column.headings)
    told = f"it lacks the column{'s' if len(lacking) > 1 else ''} {names}"
    call = f"call {'them' if len(lacking) > 1 else 'it'} {usual}, or name" if usual else "add or name"
    return f'{told}; {call} what is meant: columns={{"{lacking[0].name}": …}}'


def _usual(column: Wanted, keys: Sequence[str], taken: set[str], used: set[int]) -> list[int]:
    """The places of the headings that usually stand for it: its own name, the usual ones, the last resorts.

    What is `used` already, for a column before it, is no last resort.
    """
    own = () if column.name in map(_told, column.last) else (column.name,)
    for headings in (own, column.headings, column.last):
        usual = {_told(heading) for heading in headings} - taken
        found = [at for at, key in enumerate(keys) if key in usual and (headings is not column.last or at not in used)]
        if found:
            return found
    return []


def _text(document: Document, wanted: Sequence[Wanted], named: Mapping[str, str], faults: Faults) -> Columns:
    """The columns of a CSV; comma, semicolon or tab separates, whichever the header has most of."""
    lines = pa.array(unix_lines(document.text).split("\n"), TEXTS)
    numbers = np.flatnonzero(~np.asarray(pc.match_substring_regex(lines, r'^[\s,;"]*$')))
    lines = lines.take(pa.array(numbers))
    if not len(lines):
        raise RegisterRefused([_NO_HEADER], file=faults.file)
    header = lines[0].as_py()
    separator = max(SEPARATORS, key=header.count)
    quoted = pc.match_substring_regex(lines, _well_quoted(separator))
    for at in np.flatnonzero(~np.asarray(quoted))[:MOST_TOLD].tolist():
        what = "the quotes do not pair up, or a text goes on in the next line"
        faults.add_whole(f"{what}; a quote inside a field is written twice", int(numbers[at]) + 1)
    faults.refuse_any()
    headings = _cells(lines.slice(0, 1), separator)[0]
    places = _places(int(numbers[0]) + 1, headings, wanted, named, faults)
    rows, numbers = lines.slice(1), numbers[1:] + 1
    if len(rows) > MOST_ROWS:
        raise RegisterRefused([f"it has over {MOST_ROWS:,} rows; give it in parts, a year each"], file=faults.file)
    table, kept = _even(rows, numbers, len(headings), separator, faults)
    return _columns(kept, {name: table[at] for name, at in places.items()}, {}, wanted, faults)


def _well_quoted(separator: str) -> str:
    field = rf'(?:[^"{separator}]*|\s*"(?:[^"]|"")*"\s*)'
    return f"^{field}(?:{separator}{field})*$"


def _cells(lines: pa.Array, separator: str) -> list[list[str]]:
    """The cells of a few lines, one by one."""
    return list(csv.reader(lines.to_pylist(), delimiter=separator, skipinitialspace=True))


def _even(rows: pa.Array, numbers: Lines, width: int, separator: str, faults: Faults) -> tuple[list[pa.Array], Lines]:
    """The columns of lines that all have as many cells as the header; what is left over must be empty."""
    if width == 1 or not len(rows):
        return [pc.utf8_trim_whitespace(rows)] * width, numbers
    odd = _uneven(rows, separator, width)
    if len(odd):
        cells = _cells(rows.take(pa.array(odd)), separator)
        unfit = [at for at, own in zip(odd.tolist(), cells, strict=True) if any(c.strip() for c in own[width:])]
        for at in unfit[:MOST_TOLD]:
            what = f"has more fields than the {width} of the header; put a field with commas in quotes"
            faults.add_whole(what, int(numbers[at]))
        even = [_joined((own + [""] * width)[:width], separator) for own in cells]
        texts = rows.to_pylist()
        for at, text in zip(odd.tolist(), even, strict=True):
            texts[at] = text
        rows = pa.array(texts, TEXTS)
    return _parsed(rows, separator, width), numbers


def _joined(cells: Sequence[str], separator: str) -> str:
    return separator.join('"' + cell.replace('"', '""') + '"' for cell in cells)


def _uneven(rows: pa.Array, separator: str, width: int) -> npt.NDArray[np.intp]:
    """The lines that have more or fewer cells than the header."""
    outside = pc.replace_substring_regex(rows, r'"[^"]*"', "")
    counts = pc.count_substring(outside, separator)
    return np.flatnonzero(np.asarray(counts) != width - 1)


def _parsed(rows: pa.Array, separator: str, width: int) -> list[pa.Array]:
    names = [str(at) for at in range(width)]
    octets = "\n".join(rows.to_pylist()).encode("utf-8", "replace")
    table = pa_csv.read_csv(
        io.BytesIO(octets),
        pa_csv.ReadOptions(column_names=names, block_size=1 << 24),
        pa_csv.ParseOptions(delimiter=separator, ignore_empty_lines=False),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, TEXTS), strings_can_be_null=False),
    )
    return [pc.utf8_trim_whitespace(column.combine_chunks()) for column in table.columns]


class _Reformatted(int):
    """A whole number that a spreadsheet shows in another form, as 12 is shown 0012."""


def _cell_value(cell: Any, written: Any) -> Any:
    """As the register takes a cell, but that a figure shown in another form may still be an amount."""
    value = sheet_value(cell, written)
    return _Reformatted(cell.value) if isinstance(value, Unfit) and type(cell.value) is int else value


def _sheet(document: Document, wanted: Sequence[Wanted], named: Mapping[str, str], faults: Faults) -> Columns:
    lines = sheet_lines(document, MOST_ROWS + 1, _cell_value)
    line, header = next(lines, (0, []))
    if not header:
        raise RegisterRefused([_NO_HEADER], file=faults.file)
    places = _places(line, ["" if name is None else str(name) for name in header], wanted, named, faults)
    numbers: list[int] = []
    values: list[list[Any]] = [[] for _ in places]
    for number, cells in lines:
        if any(value not in (None, "") for value in cells[len(header) :]):
            faults.add_whole(f"has a cell beyond the {len(header)} of the header; clear it, or name its column", number)
        own = [cells[at] if at < len(cells) else None for at in places.values()]
        if any(value is not None and value != "" for value in own):
            numbers.append(number)
            for column, value in zip(values, own, strict=True):
                column.append(value)
    by_place = dict(zip(places.values(), values, strict=True))
    return _of_values(np.array(numbers, dtype=np.int64), lambda at: by_place[at], places, wanted, faults)


def _of_values(
    lines: Lines, column: Callable[[int], Any], places: Mapping[str, int], wanted: Sequence[Wanted], faults: Faults
) -> Columns:
    kinds = {w.name: w.kind for w in wanted}
    texts, whys = {}, {}
    for name, at in places.items():
        texts[name], whys[name] = texts_of(column(at), kinds[name])
    return _columns(lines, texts, whys, wanted, faults)


def texts_of(values: Any, kind: str) -> tuple[pa.Array, dict[int, str]]:
    """Values of any type as texts that say the same, and why a value has none, by its row (the text is then empty)."""
    dtype = getattr(values, "dtype", None)
    if dtype == AMOUNT:
        return pc.fill_null(pc.cast(one_array(values).cast(pa.decimal128(18, 2)), TEXTS), ""), {}
    if isinstance(dtype, pd.StringDtype):
        with suppress(UnicodeEncodeError):  # half a letter, of which each cell is told below
            return pc.utf8_trim_whitespace(pc.fill_null(one_array(values, TEXTS), "")), {}
    if getattr(dtype, "kind", "") == "M":
        codes, distinct = pd.factorize(values, use_na_sentinel=False)
        few, of_few = texts_of(list(distinct), kind)
        return few.take(pa.array(codes)), {at: of_few[code] for at, code in enumerate(codes.tolist()) if code in of_few}
    texts: list[str] = []
    whys: dict[int, str] = {}
    for row, value in enumerate(values):
        text, why = _of_value(value, kind)
        texts.append(text)
        if why:
            whys[row] = why
    return pa.array(texts, TEXTS), whys


def _of_value(value: Any, kind: str) -> tuple[str, str]:
    """One value as text, and why it is none."""
    if kind == "money" and isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}", ""
    if kind == "money" and isinstance(value, float) and np.isfinite(value):
        exact = abs(value) < 1e11 and round(value, 2) == value
        return (
            (f"{value:.2f}", "")
            if exact
            else ("", f"is {shown(value, 9)}, which is no amount of cents; write it as text")
        )
    if kind == "text" and isinstance(value, _Reformatted):
        return "", f"is the number {value:d} shown in another form; format the cell as text and type it again"
    cell, why = cell_of(value)
    if isinstance(cell, date):
        return (
            (cell.isoformat(), "") if kind == "day" else ("", f"is the date {cell}, not {_NOT[kind]}; type it as text")
        )
    return cell or "", why


_NOT = {"text": "text", "money": "an amount", "number": "a number"}


def _columns(
    lines: Lines,
    texts: dict[str, pa.Array],
    whys: Mapping[str, Mapping[int, str]],
    wanted: Sequence[Wanted],
    faults: Faults,
) -> Columns:
    """The columns checked as far as text goes: what is unfit, control characters, and needed cells that are empty."""
    found = Columns(texts, {}, lines, faults)
    for column in wanted:
        if column.name not in texts:
            continue
        own, bad = dict(whys.get(column.name, {})), _rows(len(lines), whys.get(column.name, {}))
        found.tell(column.name, bad, own.__getitem__)
        broken = np.asarray(pc.match_substring_regex(texts[column.name], r"\p{Cc}"), dtype=bool)
        found.tell(column.name, broken, partial(_broken, found, column.name))
        if column.needed:
            empty = np.asarray(pc.equal(texts[column.name], ""), dtype=bool) & ~bad
            found.tell(column.name, empty, lambda _: "is empty; every row needs one")
        found.unfit[column.name] = bad | broken | np.asarray(pc.equal(texts[column.name], ""), dtype=bool)
    return found


def _broken(found: Columns, column: str, row: int) -> str:
    return f"{found.said(column, row)} holds a control character; type it again"


def _rows(count: int, at: Iterable[int]) -> npt.NDArray[np.bool_]:
    found = np.zeros(count, dtype=bool)
    found[list(at)] = True
    return found
