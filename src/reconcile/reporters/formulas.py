"""Live formulas over the Transactions tables, each with the value it must give, worked out in whole cents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money

# SUMIFS reads its criterion: signs, wildcards, numbers, days ("Mar1") and currency ("R5") are no longer text then, and
# case is ignored. Only words that cannot be mistaken go to SUMIFS; all others are compared with EXACT.
_WORD = re.compile(
    r"(?!jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|zar|(?:true|false)$)[a-z]{2,}(?:[ -][a-z]{2,})*[0-9]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Formula:
    """A formula without its `=`, and the value it gives today."""

    text: str
    value: Decimal | int | str


def over(tables: Sequence[str], shape: str, value: Decimal | int) -> Formula:
    """A formula over each of some tables, `{0}` in its shape, added up; it gives this value."""
    return Formula("+".join(shape.format(table) for table in tables), value)


def worth(value: object) -> Decimal:
    """What a cell counts for in a sum: of a formula what it gives, of what is no figure nothing."""
    figure = value.value if isinstance(value, Formula) else value
    return Decimal(figure) if isinstance(figure, int | Decimal) else Decimal(0)


@dataclass(frozen=True)
class Where:
    """A condition on a column of the Transactions tables; `cell` holds the value, or it stands in the formula."""

    column: str
    sign: Literal["=", "<>", ">", "<"]
    value: str | int
    cell: str = ""

    def criterion(self, table: str) -> str:
        """The condition as two arguments of SUMIFS."""
        sign = "" if self.sign == "=" and self.value != "" else self.sign  # "=" alone asks for empty cells
        wanted = self.cell or f'"{sign}{self.value}"'
        return f"{table}[{self.column}],{wanted}"

    def product(self, table: str) -> str:
        """The condition as a factor of SUMPRODUCT: exact, case and all."""
        column = f"{table}[{self.column}]"
        if self.cell:
            return f"EXACT({column},{self.cell})"
        return (
            f"({column}{self.sign}{self.value})"
            if isinstance(self.value, int)
            else f'({column}{self.sign}"{self.value}")'
        )


class Coded(NamedTuple):
    """A column as numbers, -1 where it is empty, the number of each word, and the words told apart by case only."""

    codes: npt.NDArray[np.integer[Any]]
    numbers: dict[str, int]
    doubled: frozenset[str]


class Sums:
    """Totals and counts over the lines of the Transactions sheets, as formulas with their values."""

    def __init__(self, lines: pd.DataFrame, cents: npt.NDArray[np.int64], tables: Sequence[str]) -> None:
        self._lines, self._cents, self.tables = lines, cents, tuple(tables)
        self._coded: dict[str, Coded] = {}

    def amount(self, *conditions: Where) -> Formula:
        """The sum of the amounts that meet every condition."""
        value = money.rand(self._cents.sum(where=self._meets(conditions)))
        if not conditions:
            return self.over_tables("SUM({0}[Amount])", value)
        if all(self._is_plain(c) for c in conditions):
            return Formula(self._joined("SUMIFS({0}[Amount],{1})", ",", conditions, Where.criterion), value)
        return Formula(self._joined("SUMPRODUCT(1*{1},{0}[Amount])", "*", conditions, Where.product), value)

    def count(self, *conditions: Where) -> Formula:
        """The number of lines that meet every condition."""
        value = int(np.count_nonzero(self._meets(conditions)))
        if not conditions:
            return self.over_tables("COUNTA({0}[Transaction id])", value)
        if all(self._is_plain(c) for c in conditions):
            return Formula(self._joined("COUNTIFS({1})", ",", conditions, Where.criterion), value)
        return Formula(self._joined("SUMPRODUCT(1*{1})", "*", conditions, Where.product), value)

    def over_tables(self, shape: str, value: Decimal | int) -> Formula:
        """A formula over each of the Transactions tables; see `over`."""
        return over(self.tables, shape, value)

    def _joined(self, shape: str, between: str, conditions: Sequence[Where], part: Any) -> str:
        return "+".join(shape.format(t, between.join(part(c, t) for c in conditions)) for t in self.tables)

    def _is_plain(self, condition: Where) -> bool:
        if not condition.cell:
            return True
        text = str(condition.value)
        return _WORD.fullmatch(text) is not None and text.casefold() not in self.coded(condition.column).doubled

    def _meets(self, conditions: Sequence[Where]) -> npt.NDArray[np.bool_]:
        meets = np.ones(len(self._cents), dtype=bool)
        for c in conditions:
            if c.column == "Amount":
                meets &= self._cents > 0 if c.sign == ">" else self._cents < 0
            else:
                codes, numbers, _ = self.coded(c.column)
                equal = codes == numbers.get(str(c.value), -1 if c.value == "" else -2)  # -1: an empty cell
                meets &= equal if c.sign == "=" else ~equal
        return meets

    def coded(self, column: str) -> Coded:
        """A column as numbers; of a column in which a few words come again and again a byte a line."""
        if column not in self._coded:
            codes, words = _numbered(self._lines[column])
            folded = pd.Series([str(w).casefold() for w in words], dtype="str")
            doubled = frozenset(folded[folded.duplicated()])
            smallest = np.min_scalar_type(-max(2, len(words)))
            self._coded[column] = Coded(codes.astype(smallest), {str(w): i for i, w in enumerate(words)}, doubled)
        return self._coded[column]


def _numbered(texts: pd.Series[Any]) -> tuple[npt.NDArray[np.integer[Any]], Sequence[str]]:
    """Numbers for the texts, and the texts by their numbers, those alone that stand in a line."""
    if not isinstance(texts.dtype, pd.CategoricalDtype):
        found, words = pd.factorize(texts)
        return found, list(words)
    codes = texts.cat.codes.to_numpy()
    stand = np.unique(codes)
    numbers = np.full(len(texts.cat.categories) + 1, -1, dtype=codes.dtype)  # the last is that of an empty cell
    numbers[stand[stand >= 0]] = np.arange(np.count_nonzero(stand >= 0))
    return numbers[codes], [str(texts.cat.categories[at]) for at in stand if at >= 0]
