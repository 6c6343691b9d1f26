"""One cell of a finished workbook changed, in its XML, so that nothing else is another."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import cycle, islice
from pathlib import Path

from books_in_review import Formula, Saved, cell_xml, cells_in

ASKED = "K L M N O P Q R S T".split()
"""The columns of To review in which people write."""


@dataclass(frozen=True)
class Held:
    """A cell that holds something: a text, a number (a day is one), or a formula with its value."""

    sheet: str
    place: str
    style: str
    value: str | float | Formula

    @property
    def row(self) -> int:
        return int(re.sub("[A-Z]+", "", self.place))

    @property
    def is_constant(self) -> bool:
        return not isinstance(self.value, Formula)


@dataclass(frozen=True)
class Change:
    """A cell and what stands in it instead, None for nothing."""

    cell: Held
    to: object

    def put(self, path: Path, target: Path) -> Path:
        """The workbook with this one cell changed."""
        return Saved(path).put(self.cell.sheet, self.cell.place, self.to).to(target)

    def __str__(self) -> str:
        return f"{self.cell.sheet}!{self.cell.place}: {self.cell.value!r} -> {self.to!r}"


def held(path: Path) -> list[Held]:
    """Every cell of a workbook that holds something."""
    saved = Saved(path)
    return [cell for name in saved.sheets for cell in _cells(name, saved.xml(name))]


def _cells(sheet: str, xml: str) -> Iterator[Held]:
    for found in cells_in(xml):
        inside = found["inside"] or ""
        value = re.search("<v>(.*?)</v>", inside, re.S)
        live = re.search("<f>(.*?)</f>", inside, re.S)
        text = re.search("<t[^>]*>(.*?)</t>", inside, re.S)
        own = (sheet, found["place"], found["style"] or "")
        if live:
            saved = unescape(value[1]) if value else None
            is_text = found["kind"] == ' t="str"'
            yield Held(*own, Formula(unescape(live[1]), saved if is_text or saved is None else _number(saved)))
        elif text:
            yield Held(*own, unescape(text[1]))
        elif value:
            yield Held(*own, _number(value[1]))


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def changes(cell: Held, draw: random.Random) -> Change:
    """Some change of a cell that a reader would see, or that works out otherwise."""
    value = cell.value
    choices: Sequence[object]
    if isinstance(value, Formula):
        more = Formula(value.text, f"{value.value}x" if isinstance(value.value, str) else value.value + 1)
        cent = Formula(value.text, f" {value.value}" if isinstance(value.value, str) else value.value + 0.01)
        choices = (
            more,
            cent,
            Formula(f"{value.text}+0", value.value),
            Formula(
                re.sub("[0-9]", lambda digit: str((int(digit[0]) + 1) % 10), value.text, count=1) + "*1", value.value
            ),
            Formula("1+1", value.value),
            value.value,
            None,
        )
    elif isinstance(value, str):
        at = draw.randrange(len(value)) if value else 0
        letter = "q" if value[at : at + 1] != "q" else "w"
        choices = (
            value[:at] + letter + value[at + 1 :],
            f"{value}.",
            f" {value}",
            value.swapcase() if value.swapcase() != value else f"{value}{value}",
            "another text",
            Formula(f'"{value[:60]}"', value),
            7,
            None,
        )
    else:
        choices = (value + 1, value * 10 + 3, -value - 1, value + 0.01, f"{value}", Formula(f"{value}", value), None)
    return Change(cell, draw.choice(choices))


def some(path: Path, count: int, seed: str) -> list[Change]:
    """So many changes, of one sheet after the other, of cells that nobody is asked to fill in."""
    draw = random.Random(seed)
    of_sheet: dict[str, list[Held]] = {}
    for cell in held(path):
        if cell.sheet != "To review" or re.sub("[0-9]+", "", cell.place) not in ASKED or cell.row <= 4:
            of_sheet.setdefault(cell.sheet, []).append(cell)
    return [changes(draw.choice(own), draw) for own in islice(cycle(of_sheet.values()), count)]


__all__ = ["Change", "Held", "cell_xml", "changes", "held", "some"]
