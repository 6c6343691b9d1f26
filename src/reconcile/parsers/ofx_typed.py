"""Tags of OFX that a payer typed, told from those of the bank by how the bank writes: in lines, closed or not.

A payer cannot type the end of a line. So where the bank gives each tag its line, one that stands behind a text is not
the bank's; where it closes no tags, a closed one is not; and where it writes all in one line, only a few tags may
follow a text. What the bank does in every row is its habit and no fault.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_TYPED = {"NAME", "MEMO", "EXTDNAME", "ADDR1", "ADDR2", "ADDR3", "CITY", "STATE", "POSTALCODE", "COUNTRY", "PHONE"}
"""What can hold the words of a payer; the rest is the bank's own."""

_BEHIND = {
    "NAME": {"EXTDNAME", "BANKACCTTO", "CCACCTTO", "MEMO", "IMAGEDATA", "CURRENCY", "ORIGCURRENCY"},
    "EXTDNAME": {"BANKACCTTO", "CCACCTTO", "MEMO", "IMAGEDATA", "CURRENCY", "ORIGCURRENCY"},
    "MEMO": {"IMAGEDATA", "CURRENCY", "ORIGCURRENCY"},
}
"""What OFX 1.0.2 and 2.2 (section 11.4.3) let follow a text directly; the end of the row always may."""

_HABIT_ROWS = 3
"""What all of so many rows do is how the bank writes."""

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


def typed_tags(codes: _Ints, names: list[str], leaf: _Mask, found: pa.Array, row_of: _Ints) -> dict[int, str]:
    """Why a row's text cannot be told from its tags, for the numbers of such rows.

    `codes` has the tags in order as places in `names`, `leaf` which of them open a field, `found` the text behind each
    as it stands, `row_of` the row of each.
    """
    if not len(codes) or "TRNAMT" not in names:
        return {}
    closer = np.array([names.index(f"/{n}") if f"/{n}" in names else -1 for n in names], dtype=np.int64)
    following = np.append(codes[1:], -2)
    closed = leaf & (closer[codes] == following)
    in_lines = _ends_line(found)
    amounts = np.flatnonzero(codes == names.index("TRNAMT"))
    row_closed, row_in_lines = np.zeros((2, int(row_of[-1]) + 1), dtype=bool)
    row_closed[row_of[amounts]] = closed[amounts]
    row_in_lines[row_of[amounts]] = in_lines[np.minimum(amounts + closed[amounts], len(codes) - 1)]

    faults: dict[int, str] = {}
    mixed = leaf & (closed != row_closed[row_of])
    for at in np.flatnonzero(_no_habit(mixed, leaf, codes)).tolist():
        name = names[codes[at]]
        what = f"the payer's text contains </{name}>" if closed[at] else f"<{name}> is not closed"
        faults.setdefault(int(row_of[at]), what)

    text = np.array([n in _TYPED for n in names], dtype=bool)[codes] & leaf
    ends = np.flatnonzero(text) + closed[text]  # the last tag of each text: the closing one, where it has one
    inline = ends[~in_lines[ends]]
    behind = np.zeros(len(codes), dtype=bool)
    behind[inline] = row_in_lines[row_of[inline]]
    last = np.zeros(len(codes), dtype=bool)
    last[ends] = True
    odd = _no_habit(behind, last, codes)
    alone = inline[~row_in_lines[row_of[inline]] & leaf[inline]]
    odd[alone] = ~_may_follow(names)[codes[alone], following[alone]]
    for at in np.flatnonzero(odd).tolist():
        faults.setdefault(int(row_of[at]), f"the payer's text contains <{names[following[at]]}>")
    return faults


def _may_follow(names: list[str]) -> _Mask:
    """Whether, in a file of one line, a text under one tag may be followed by another tag."""
    return np.array(
        [[other.startswith("/STMTTRN") or other in _BEHIND.get(name, ()) for other in names] for name in names],
        dtype=bool,
    )


def _ends_line(found: pa.Array) -> _Mask:
    """Whether each text ends its line, with blanks behind it or before the next tag."""
    ends = np.asarray(pc.ends_with(found, "\n")).copy()
    others = np.flatnonzero(~ends)
    padded = others[np.asarray(pc.match_substring(found.take(pa.array(others)), "\n"))]
    if len(padded):
        ends[padded] = np.asarray(pc.ends_with(pc.ascii_rtrim(found.take(pa.array(padded)), " \t"), "\n"))
    return ends


def _no_habit(flags: _Mask, among: _Mask, codes: _Ints) -> _Mask:
    """The flags, less those that every one of a tag has."""
    if not flags.any():
        return flags
    most = int(codes.max()) + 1
    count, flagged = np.bincount(codes[among], minlength=most), np.bincount(codes[flags], minlength=most)
    habit: _Mask = (flagged == count) & (count >= _HABIT_ROWS)
    return flags & ~habit[codes]
