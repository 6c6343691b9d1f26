"""The rows of an OFX file, read strictly and by whole columns, each tag and each character accounted for.

A row goes from <STMTTRN> to </STMTTRN>. Only the tags that OFX 1.0.2 and 2.0 (section 11.4.3) name inside one are
tags; anything else that looks like one ("A <B> C", "x < y", "<!--") is what a payer typed and stays in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.errors import DamagedStatement

_READ = ("TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "NAME", "MEMO", "REFNUM", "CHECKNUM", "CURSYM")
_PASSED = (
    r"DTUSER|DTAVAIL|CORRECTFITID|CORRECTACTION|SRVRTID|SIC|PAYEEID|EXTDNAME|INV401KSOURCE|CURRATE|ADDR[123]|CITY|STATE|"
    r"POSTALCODE|COUNTRY|PHONE|BANKID|BRANCHID|ACCTID|ACCTTYPE|ACCTKEY|INTU\.BID|IMAGEREF|IMAGETYPE|IMAGEREFTYPE"
)
_GROUPS = "STMTTRN|PAYEE|CURRENCY|ORIGCURRENCY|BANKACCTTO|CCACCTTO|IMAGEDATA"
_LEAF = re.compile("|".join((*_READ, _PASSED)))
_TAG = re.compile(f"<(/?(?:{_LEAF.pattern}|{_GROUPS}))>", re.I)
_OPENING = re.compile(r"<STMTTRN>", re.I)
_CLOSING = re.compile(r"</STMTTRN>", re.I)
# a tag this reader does not know begins its own line or follows a closed one; a payer cannot type a line end
_FOREIGN = re.compile(r"(?:\A|\n)\s*<[A-Z][A-Z0-9._]*>[^\n]*(?:\n\s*</?[A-Z][A-Z0-9._]*>[^\n]*)*\s*\Z", re.I)
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos|nbsp)|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": "\N{NO-BREAK SPACE}"}


@dataclass(frozen=True)
class RowTexts:
    """The rows in the order of the file: line, block (which account of the file), the row's text and its fields.

    A field that a row lacks is null. `faults` has, for the number of a row, why its tags cannot be trusted.
    """

    lines: npt.NDArray[np.int64]
    blocks: npt.NDArray[np.int64]
    texts: list[str]
    fields: dict[str, pa.Array]
    faults: dict[int, str]
    unknown_tags: tuple[str, ...]


def cut_rows(text: str, file: str) -> tuple[str, RowTexts]:
    """The envelope (the text without its rows) and the rows.

    Raises DamagedStatement where a row is opened but not closed, two rows run into one, or something stands between
    two rows.
    """
    starts = np.array([m.start() for m in _OPENING.finditer(text)], dtype=np.int64)
    closings = np.array([m.end() for m in _CLOSING.finditer(text)], dtype=np.int64)
    # the last closing tag in front of the next row: a payer may have typed one before it
    upto = np.searchsorted(closings, np.append(starts[1:], len(text)), side="right")
    since = np.searchsorted(closings, starts, side="right")
    lacking = np.flatnonzero(upto <= since)
    if len(lacking) or (len(closings) and (not len(starts) or closings[0] < starts[0])):
        at = int(starts[lacking[0]]) if len(lacking) else int(closings[0])
        what = f"{len(starts)} rows are opened with <STMTTRN> and {len(closings)} closed"
        raise DamagedStatement(what, file=file, line=_line(text, at), do="Rows are damaged; download the file again.")
    ends = closings[upto - 1] if len(starts) else starts
    envelope, blocks = _envelope(text, starts.tolist(), ends.tolist(), file)
    texts = [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    fields, faults, unknown = _fields(texts)
    for row in np.flatnonzero(upto - since > 1).tolist():
        if len(re.findall("<TRNAMT>", texts[row], re.I)) > 1:
            what = "two rows run into one, a <STMTTRN> is missing"
            raise DamagedStatement(what, file=file, line=_line(text, int(starts[row])), do="Download the file again.")
        faults[row] = "the payer's text contains </STMTTRN>"
    line_ends = np.array([m.start() for m in re.finditer("\n", text)], dtype=np.int64)
    lines = np.searchsorted(line_ends, starts) + 1
    return envelope, RowTexts(lines, blocks, texts, fields, faults, unknown)


def _envelope(text: str, starts: list[int], ends: list[int], file: str) -> tuple[str, npt.NDArray[np.int64]]:
    """The text between the rows, and for each row how many accounts begin in front of it, less one."""
    gaps = [text[a:b] for a, b in zip([0, *ends], [*starts, len(text)], strict=True)]
    block, blocks = -1, []
    for number, gap in enumerate(gaps[:-1]):
        if gap.strip():
            if number and not re.search(r"</BANKTRANLIST>", gap, re.I):
                what = "something stands between two rows"
                raise DamagedStatement(
                    what, file=file, line=_line(text, ends[number - 1]), do="Download the file again."
                )
            block += len(re.findall(r"<(?:CC)?STMTRS>", gap, re.I))
            inside = re.search(r"<BANKTRANLIST>(?:(?!<).)*(?:<(/?)DT(?:START|END)>(?:(?!<).)*)*\Z", gap, re.I | re.S)
            if block < 0 or not inside:
                what = "a row stands outside the list of an account"
                raise DamagedStatement(what, file=file, line=_line(text, starts[number]), do="Download the file again.")
        blocks.append(block)
    return "".join(gaps), np.array(blocks, dtype=np.int64)


def _fields(texts: list[str]) -> tuple[dict[str, pa.Array], dict[int, str], tuple[str, ...]]:
    """One column for each tag that is read, the rows whose tags do not fit, and tags that are not known."""
    pieces = _TAG.split("".join(texts))
    tags = pc.utf8_upper(pa.array(pieces[1::2], type=pa.large_string())).dictionary_encode()
    names = tags.dictionary.to_pylist()
    codes = tags.indices.to_numpy(zero_copy_only=False)
    values = pc.utf8_trim_whitespace(pa.array(pieces[2::2], type=pa.large_string()))
    row_of = np.cumsum(codes == names.index("STMTTRN")) - 1 if texts else np.empty(0, dtype=np.int64)
    leaf = np.array([bool(_LEAF.fullmatch(name)) for name in names], dtype=bool)[codes]
    faults, unknown = _stray(codes, names, leaf, values, row_of)
    fields = {}
    for name in _READ:
        at = np.flatnonzero(codes == names.index(name)) if name in names else np.empty(0, dtype=np.int64)
        rows = row_of[at]
        for row in rows[1:][rows[1:] == rows[:-1]].tolist():
            faults.setdefault(int(row), f"<{name}> stands twice")
        place = np.full(len(texts), -1, dtype=np.int64)
        place[rows] = at
        fields[name] = _plain(values.take(pa.array(place, mask=place < 0)))
    return fields, faults, unknown


def _stray(
    codes: npt.NDArray[np.int64],
    names: list[str],
    leaf: npt.NDArray[np.bool_],
    values: pa.Array,
    row_of: npt.NDArray[np.int64],
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Closing tags that close nothing, and text where only tags may stand."""
    faults: dict[int, str] = {}
    unknown: set[str] = set()
    opened = np.array([names.index(n[1:]) if n[0] == "/" and n[1:] in names else -1 for n in names], dtype=np.int64)[
        codes
    ]
    closes_leaf = np.array([n[0] == "/" and bool(_LEAF.fullmatch(n[1:])) for n in names], dtype=bool)[codes]
    before = np.concatenate(([-1], codes[:-1]))
    for at in np.flatnonzero(closes_leaf & (opened != before)).tolist():
        faults[int(row_of[at])] = f"<{names[codes[at]]}> closes nothing"
    filled = np.asarray(pc.not_equal(values, ""))
    for at in np.flatnonzero(filled & ~leaf).tolist():
        text = values[at].as_py()
        if _FOREIGN.fullmatch(text):
            unknown.update(re.findall(r"<([A-Z][A-Z0-9._]*)>", text, re.I))
        else:
            faults.setdefault(int(row_of[at]), "text stands where only a tag may")
    return faults, tuple(sorted(unknown))


def _plain(values: pa.Array) -> pa.Array:
    """The values without unknown tags on lines of their own, CDATA marks and entities; most have none of them."""
    odd = np.asarray(pc.fill_null(pc.match_substring_regex(values, "[&\n\\[]"), False))
    if not odd.any():
        return values
    plain = [_unescaped(v) for v in values.filter(pa.array(odd)).to_pylist()]
    return pc.replace_with_mask(values, pa.array(odd), pa.array(plain, type=values.type))


def _unescaped(value: str) -> str:
    head, line_end, rest = value.partition("\n")
    if line_end and _FOREIGN.fullmatch("\n" + rest):
        value = head.rstrip()
    if value.startswith("<![CDATA[") and value.endswith("]]>"):
        return value[9:-3]
    # one pass, so that "&amp;lt;" is the four letters "&lt;" the payer typed; a bare "&" stays
    return _ENTITY.sub(_character, value)


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    code = int(found[2]) if found[2] else int(found[3], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else found[0]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
