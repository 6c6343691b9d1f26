"""Files made of pieces of statements: lines of every layout mixed, doubled and cut, cells replaced by hostile ones."""

from __future__ import annotations

import re

from damage import samples
from hypothesis import strategies as st

NAME = "62000099001.csv"
"""The name under which all is read; layouts that do not say the account take it from there."""

CORPUS = {s.name: s.content for s in samples()}
TEXTS = {name: content.decode() for name, content in CORPUS.items() if not name.endswith(".zip")}

HOSTILE = [
    "",
    " ",
    '"',
    '""',
    "'",
    "'''",
    ",",
    ",,,,",
    ";",
    "\t",
    "\x00",
    "\x0b\x1c\x85",
    "\x1f",
    "\ufeff",
    "\u2028",
    "\u202e",
    "\udc80".encode("utf-8", "surrogatepass").decode("latin-1"),
    "é",
    "0",
    "-0",
    "-0.00",
    "00.00",
    "1,65",
    "1,650",
    "1 650.00",
    "100.005",
    "-",
    "- 5.00",
    "5.00-",
    "(5.00)",
    "+5",
    "NaN",
    "Infinity",
    "1e5",
    "0x10",
    "٣.00",
    "99999999999.99",
    "-99999999999.99",
    "999999999999999999.99",
    "9" * 400,
    "2026/02/30",
    "2026/13/01",
    "1999/12/31",
    "2099/01/01",
    "03/04/2026",
    "20260203",
    "00000000",
    "29/02",
    "'29 Feb'",
    "'31 Dec'",
    "2026-02-03",
    "=1+1",
    "@SUM(1)",
    "http://example.org",
    "<",
    "<B>",
    "</STMTTRN>",
    "<STMTTRN>",
    "<MEMO>",
    "<TRNAMT>",
    "<!--",
    "-->",
    "<!DOCTYPE x>",
    "&#0;",
    "&#xD800;",
    "&amp;lt;",
    "<![CDATA[",
    "]]>",
    "6,'END'",
    "5,",
    "2,",
    "TOTAL",
    "Closing Balance",
    "Date, Amount, Balance, Description",
    "ACCOUNT TRANSACTION HISTORY",
    "Recreated Statement",
]
"""What has misled a reader of statements before, or could."""

hostile = st.sampled_from(HOSTILE)
lines_of = {name: text.splitlines(keepends=True) for name, text in TEXTS.items()}
_any_line = st.sampled_from(sorted({line for lines in lines_of.values() for line in lines}))


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A sample with some of its lines and cells changed, moved, doubled, lost, or taken from another sample."""
    lines = list(lines_of[draw(st.sampled_from(sorted(lines_of)))])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1)) if lines else 0
        change = draw(st.sampled_from(["cell", "cell", "insert", "delete", "double", "swap", "foreign", "join", "cut"]))
        lines = _changed(draw, lines, at, change)
    text = "".join(lines)
    if draw(st.integers(0, 9)) == 0:
        text = text.replace("\r\n", "\n").replace("\n", draw(st.sampled_from(["\r", "\r\n", "\n\n", "\u2028\n"])))
    encoding = draw(st.sampled_from(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"]))
    return text.encode(encoding, "replace")


def _changed(draw: st.DrawFn, lines: list[str], at: int, change: str) -> list[str]:
    here, before, after = "".join(lines[at : at + 1]), lines[:at], lines[at + 1 :]
    new = {"double": [here, here], "delete": [], "join": [here.rstrip("\r\n")]}.get(change, [here])
    if change == "cell":
        new = [_cell_changed(draw, here)]
    elif change == "insert":
        place = draw(st.integers(0, len(here)))
        new = [here[:place] + draw(hostile) + here[place:]]
    elif change == "swap":
        before, new = before[:-1], [here, *before[-1:]]
    elif change == "foreign":
        new = [draw(_any_line), here]
    elif change == "cut":
        new, after = [here[: draw(st.integers(0, len(here)))]], []
    return [*before, *new, *after]


def _cell_changed(draw: st.DrawFn, line: str) -> str:
    cells = re.split("(,|<[^>]*>)", line)
    at = draw(st.integers(0, len(cells) - 1))
    return "".join([*cells[:at], draw(hostile), *cells[at + 1 :]])
