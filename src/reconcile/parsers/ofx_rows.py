"""The rows of an OFX file, read strictly and by whole columns, each tag and each character accounted for.

A row goes from <STMTTRN> to </STMTTRN>, one not yet booked from <STMTTRNP> to </STMTTRNP> (OFX 2.2). Only the tags that
OFX 1.0.2 and 2.0 (section 11.4.3) name inside one are tags; anything else that looks like one ("A <B> C", "x < y",
"<!--") is what a payer typed and stays in the text. What a payer typed may even be a tag of these ("A <CITY> B"): it
stands where the bank, as it writes the other tags, would not put one, and its row is marked as at fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.errors import DamagedStatement
from reconcile.parsers.ofx_typed import typed_tags

_READ = ("MEMO", "TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "NAME", "REFNUM", "CHECKNUM", "CURSYM", "STATUS")
_PASSED = (
    r"DTUSER|DTAVAIL|DTTRAN|DTEXPIRE|CORRECTFITID|CORRECTACTION|SRVRTID|SIC|PAYEEID|EXTDNAME|INV401KSOURCE|CURRATE|"
    r"ADDR[123]|CITY|STATE|POSTALCODE|COUNTRY|PHONE|BANKID|BRANCHID|ACCTID|ACCTTYPE|ACCTKEY|INTU\.BID|IMAGEREF|IMAGETYPE|IMAGEREFTYPE"
)
_GROUPS = "PAYEE|CURRENCY|ORIGCURRENCY|BANKACCTTO|CCACCTTO|IMAGEDATA"
_LEAF = re.compile("|".join((*_READ, _PASSED)))
_TAG = re.compile(f"<(/?(?:STMTTRNP?|{_LEAF.pattern}|{_GROUPS}))>", re.I)  # tried in turn: the frequent ones first
_OPENING = re.compile(r"<STMTTRNP?>", re.I)
_CLOSING = re.compile(r"</STMTTRNP?>", re.I)
_MOST_TAGS = 1_000  # a row has about ten; a row of nested tags is an attack, not a payment
_LONGEST_ROW = 200_000  # a row has some hundred characters
# a tag this reader does not know begins its own line or follows a closed one; a payer cannot type a line end
_FOREIGN = re.compile(r"(?:\A|\n)\s*<[A-Z][A-Z0-9._]*\s?/?>[^\n]*(?:\n\s*</?[A-Z][A-Z0-9._]*\s?/?>[^\n]*)*\s*\Z", re.I)
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos|nbsp)|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": "\N{NO-BREAK SPACE}"}


@dataclass(frozen=True)
class RowTexts:
    """The rows in the order of the file: line, block (which account of the file), the row's text and its fields.

    A field that a row lacks is null. `faults` has, for the number of a row, why its tags cannot be trusted; `pending`
    the numbers of rows that the file marks as not yet booked.
    """

    lines: npt.NDArray[np.int64]
    blocks: npt.NDArray[np.int64]
    texts: list[str]
    fields: dict[str, pa.Array]
    faults: dict[int, str]
    pending: frozenset[int]
    unknown_tags: tuple[str, ...]


@dataclass(frozen=True)
class Outside:
    """The text without its rows, and for each of its lines the line of the file."""

    text: str
    lines: npt.NDArray[np.int64]

    def line(self, at: int) -> int:
        """The line of the file of a place in the text."""
        return int(self.lines[self.text.count("\n", 0, at)])


def cut_rows(text: str, file: str) -> tuple[Outside, RowTexts]:
    """What stands outside the rows, and the rows.

    Raises DamagedStatement where a row is opened but not closed, two rows run into one, or something stands between
    two rows.
    """
    starts, ends, typed = _edges(text, file)
    line_ends = _line_ends(text)
    lines, last_lines = np.searchsorted(line_ends, starts) + 1, np.searchsorted(line_ends, ends) + 1
    most = len(line_ends) + 1
    inside = np.cumsum(np.bincount(lines - 1, minlength=most) - np.bincount(last_lines - 1, minlength=most))[:-1] > 0
    own_lines = np.append(1, np.flatnonzero(~inside) + 2)
    envelope, blocks, pending = _envelope(text, starts.tolist(), ends.tolist(), file)
    texts = [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    as_fields = texts.copy()
    for row, what in typed.items():
        if len(re.findall("<TRNAMT>", texts[row], re.I)) > 1:
            missing = "</STMTTRN>" if what == "<STMTTRN>" else "<STMTTRN>"
            both = f"two rows run into one, a {missing} is missing"
            raise DamagedStatement(both, file=file, line=int(lines[row]), do=_AGAIN)
        # a second opening in a row would shift every row behind it
        as_fields[row] = "<STMTTRN>" + _OPENING.sub(" ", texts[row])  # a blank, lest what is left makes one again
    fields, faults, unknown = _fields(as_fields, lines, file)
    faults |= {row: f"the payer's text contains {what}" for row, what in typed.items()}
    # a row that begins on the line where the text of a payer ended the one before is what that payer typed
    for row in sorted(faults):
        if row + 1 < len(texts) and lines[row] < last_lines[row] == lines[row + 1]:
            faults.setdefault(row + 1, "the payer's text contains <STMTTRN>")
    status = pc.utf8_upper(pc.fill_null(fields["STATUS"], ""))
    kinds = pc.utf8_upper(pc.fill_null(fields["TRNTYPE"], ""))
    marked = pc.or_(pc.starts_with(status, "PEND"), pc.is_in(kinds, pa.array(["PENDING", "HOLD"], kinds.type)))
    said = set(np.flatnonzero(np.asarray(marked)).tolist()) - faults.keys()  # a payer can type a status too
    own = frozenset(said | set(np.flatnonzero(pending).tolist()))
    return Outside(envelope, own_lines), RowTexts(lines, blocks, texts, fields, faults, own, unknown)


_AGAIN = "Download the file again."
_Places = npt.NDArray[np.int64]


def _edges(text: str, file: str) -> tuple[_Places, _Places, dict[int, str]]:
    """Where each row starts and ends, and the rows (by number) in whose text a payer typed the tag of a row."""
    starts = np.array([m.start() for m in _OPENING.finditer(text)], dtype=np.int64)
    closings = np.array([m.end() for m in _CLOSING.finditer(text)], dtype=np.int64)
    opened, typed = len(starts), {}
    if opened > len(closings):
        # what stands behind a text on its line is part of that text; a tag of the bank follows a line end or a tag
        behind = np.array(
            [text[max(at - 99, 0) : at].rstrip(" \t")[-1:] not in (">", "\n", "") for at in starts.tolist()]
        )
        inner, starts = starts[behind], starts[~behind]
        rows = np.searchsorted(starts, inner) - 1
        typed = {int(row): "<STMTTRN>" for row in rows.tolist() if row >= 0}
    # the last closing tag in front of the next row: a payer may have typed one before it
    upto = np.searchsorted(closings, np.append(starts[1:], len(text)), side="right")
    since = np.searchsorted(closings, starts, side="right")
    lacking = np.flatnonzero(upto <= since)
    if len(lacking) or (len(closings) and (not len(starts) or closings[0] < starts[0])):
        at = int(starts[lacking[0]]) if len(lacking) else int(closings[0])
        what = f"{opened} rows are opened with <STMTTRN> and {len(closings)} closed"
        raise DamagedStatement(what, file=file, line=_line(text, at), do="Rows are damaged; download the file again.")
    typed |= dict.fromkeys(np.flatnonzero(upto - since > 1).tolist(), "</STMTTRN>")
    ends = closings[upto - 1] if len(starts) else starts
    if (endless := np.flatnonzero(ends - starts > _LONGEST_ROW)).size:
        what, line = f"a row of over {_LONGEST_ROW:,} characters", _line(text, int(starts[endless[0]]))
        raise DamagedStatement(what, file=file, line=line, do="Do not trust this file.")
    return starts, ends, typed


def _envelope(
    text: str, starts: list[int], ends: list[int], file: str
) -> tuple[str, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The text between the rows; of each row how many accounts begin before it, less one, and if it is pending."""
    gaps = [text[a:b] for a, b in zip([0, *ends], [*starts, len(text)], strict=True)]
    block, waiting, blocks, pending = -1, False, [], []
    for number, gap in enumerate(gaps[:-1]):
        if gap and gap.strip():
            if number and not re.search(r"</BANKTRANLISTP?>", gap, re.I):
                what, line = "something stands between two rows", _line(text, ends[number - 1])
                raise DamagedStatement(what, file=file, line=line, do=_AGAIN)
            block += len(re.findall(r"<(?:CC)?STMTRS>", gap, re.I))
            inside = _LIST.search(gap)
            if block < 0 or not inside:
                what, line = "a row stands outside the list of an account", _line(text, starts[number])
                raise DamagedStatement(what, file=file, line=line, do=_AGAIN)
            waiting = bool(inside[1])
        blocks.append(block)
        pending.append(waiting)
    names = np.array([text[at + 8 : at + 9] in "Pp" for at in starts], dtype=bool)
    return "".join(gaps), np.array(blocks, dtype=np.int64), np.array(pending, dtype=bool) | names


# the list of rows an account has opened, with nothing behind it but its days
_LIST = re.compile(r"<BANKTRANLIST(P?)>(?:(?!<).)*(?:<(?:/?)DT(?:START|END|ASOF)>(?:(?!<).)*)*\Z", re.I | re.S)


def _fields(
    texts: list[str], lines: npt.NDArray[np.int64], file: str
) -> tuple[dict[str, pa.Array], dict[int, str], tuple[str, ...]]:
    """One column for each tag that is read, the rows whose tags do not fit, and tags that are not known."""
    pieces = _TAG.split("".join(texts))
    tags = pc.utf8_upper(pa.array(pieces[1::2], type=pa.large_string())).dictionary_encode()
    names = tags.dictionary.to_pylist()
    codes = tags.indices.to_numpy(zero_copy_only=False)
    found = pa.array(pieces[2::2], type=pa.large_string())
    values = pc.utf8_trim_whitespace(found)
    begins = np.array([name in ("STMTTRN", "STMTTRNP") for name in names], dtype=bool)
    row_of = np.cumsum(begins[codes]) - 1 if texts else np.empty(0, dtype=np.int64)
    if texts and (crowded := np.flatnonzero(np.bincount(row_of) > _MOST_TAGS)).size:
        what = f"a row with over {_MOST_TAGS:,} tags"
        raise DamagedStatement(what, file=file, line=int(lines[crowded[0]]), do="Do not trust this file.")
    leaf = np.array([bool(_LEAF.fullmatch(name)) for name in names], dtype=bool)[codes]
    faults, unknown = _stray(codes, names, leaf, values, row_of)
    for row, what in typed_tags(codes, names, leaf, found, row_of).items():
        faults.setdefault(row, what)
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


def _line_ends(text: str) -> _Places:
    """Where each line ends, by characters."""
    wide = not text.isascii()
    characters = np.frombuffer(text.encode("utf-32-le" if wide else "ascii"), dtype=np.uint32 if wide else np.uint8)
    return np.flatnonzero(characters == 10)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
