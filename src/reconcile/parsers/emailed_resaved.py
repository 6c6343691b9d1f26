"""An e-mailed statement that a spreadsheet saved again: quoted anew, padded with commas, its cents shortened.

Where the country's settings write decimal commas, as South Africa's do, the spreadsheet separates by semicolons.

Its lines are written back as the bank writes them, each on its own line, and then have to prove like any other.
"""

from __future__ import annotations

import csv
import re

_OTHER = re.compile(r"""\s*(?:"|2;|[^\n]*,[ ]*(?:\n|\Z))""")
_NUMBER = re.compile(r"-?[0-9]*[.,]?[0-9]*%?")


def is_resaved(text: str) -> bool:
    """Whether the first record begins with a quote, or ends with the commas that make all lines equally wide."""
    return bool(_OTHER.match(text))


def as_sent(text: str) -> str:
    """The text with each record quoted and as long as the bank writes it; a line that is none stays as it is."""
    separator = ";" if re.match(r"""\s*"?2"?;""", text) else ","
    return "\n".join(_as_sent(line, separator) for line in text.split("\n"))


def _as_sent(line: str, separator: str) -> str:
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True), [])
    except csv.Error:
        return line
    cells = [cell.strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) in (8, 9) and cells[0] == "5" and cells[1].isdecimal():
        number, day, *texts = cells[1:6]
        amount, balance = (cell.replace(",", ".") for cell in cells[6:8])
        quoted = ",".join('"' + text.replace('"', '""') + '"' for text in texts)
        return f"5,{number},{_text(day)},{quoted},{amount},{balance},{''.join(cells[8:])}"
    return ",".join(cell.replace(",", ".") if _NUMBER.fullmatch(cell) else _text(cell) for cell in cells)


def _text(cell: str) -> str:
    return "'" + cell.strip("'") + "'"
