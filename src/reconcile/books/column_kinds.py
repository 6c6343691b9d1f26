"""Columns of text as days and as exact money, in the forms in which charities and gateways write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.books.table_columns import Columns
from reconcile.parsers.days import EARLIEST, latest
from reconcile.schema import DAY, TEXT

Mask = npt.NDArray[np.bool_]

_FIGURES = r"([0-9]+|[0-9]{1,3}([ \x{a0}\x{202f}][0-9]{3})+|[0-9]{1,3}(,[0-9]{3})+)([.,][0-9]{1,2})?"
_RAND = r"([Rr]|[Zz][Aa][Rr])?\s*"
_WRITTEN = (
    rf"^([-−+]?\s*{_RAND}{_FIGURES}|{_RAND}[-−]\s*{_FIGURES}"
    rf"|{_RAND}{_FIGURES}\s*([-−]|[CcDd][Rr])|\(\s*{_RAND}{_FIGURES}\s*\))$"
)
_TAKES_AWAY = r"[-−(]|[Dd][Rr]$"
_CENTS = r"[.,]([0-9]{1,2})\D*$"
_COMMA_CENTS, _COMMA_THOUSANDS = r",[0-9]{1,2}\D*$", r",[0-9]{3}\D*$"

MONEY_DO = "write it like 1650.00"
DAY_DO = "write it like 2018-08-31"

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_AFRIKAANS = {"mrt": 3, "mei": 5, "okt": 10, "des": 12}
_NUMBERS = {name: at for at, name in enumerate(_MONTHS, start=1)} | _AFRIKAANS

_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_FIGURES_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_NAMED = re.compile(r"([0-9]{1,2})[-/. ]*([A-Za-z]{3,9})\.?[-/., ]*([0-9]{4})")
_CLOCK = re.compile(r"[T ,]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?( ?[AaPp][Mm])?$")


def text_of(columns: Columns, name: str) -> pd.Series[Any]:
    """A column as text, missing where a cell is empty or the column is not there."""
    if name not in columns.texts:
        return pd.Series([None] * len(columns.lines), dtype=TEXT)
    found = pd.Series(columns.texts[name].to_numpy(zero_copy_only=False), dtype=TEXT)
    return found.where(~columns.unfit[name])


def money_of(columns: Columns, name: str) -> pd.Series[Any]:
    """A column as exact money: `R 1 234,50`, `1,234.50`, `(50.00)`, `50.00-`; each cell that is none is a fault.

    A comma before one or two last figures is that of the cents, before three that of the thousands; a column that has
    both and no point is a fault, as one of them was meant otherwise.
    """
    texts, unfit = columns.texts[name], columns.unfit[name]
    amounts, known = money.read(pc.if_else(pa.array(unfit), pa.scalar("0", texts.type), texts))
    if known.all():
        return money.series(amounts)
    written = _matching(texts, _WRITTEN) & ~unfit
    doubtful = _matching(texts, _COMMA_THOUSANDS) & written
    proof = np.flatnonzero(_matching(texts, _COMMA_CENTS) & written)
    if len(proof) and doubtful.any():
        where = f"{columns.faults.word} {columns.lines[proof[0]]}"
        meant = f"its comma may be that of the cents, as in {where}, or of the thousands; {MONEY_DO}"
        columns.tell(name, doubtful, lambda row: f"{columns.said(name, row)}: {meant}")
    plain = _plain(texts)
    amounts, good = money.read(pc.if_else(pa.array(written), plain, pa.scalar("0", texts.type)))
    wrong = ~(written & good) & ~unfit
    columns.tell(name, wrong, lambda row: f"{columns.said(name, row)} is not an amount of rand and cents; {MONEY_DO}")
    return money.series(amounts)


def _matching(texts: pa.Array, pattern: str) -> Mask:
    return np.asarray(pc.match_substring_regex(texts, pattern), dtype=bool)


def _plain(texts: pa.Array) -> pa.Array:
    """Written amounts as FNB writes them: a minus, figures, a point and cents."""
    none, minus = pa.scalar("", texts.type), pa.scalar("-", texts.type)
    sign = pc.if_else(pc.match_substring_regex(texts, _TAKES_AWAY), minus, none)
    has_cents = pc.match_substring_regex(texts, _CENTS)
    cents = pc.if_else(has_cents, pc.replace_substring_regex(texts, rf"^.*{_CENTS}", r".\1"), none)
    whole = pc.if_else(has_cents, pc.replace_substring_regex(texts, _CENTS, ""), texts)
    return pc.binary_join_element_wise(sign, pc.replace_substring_regex(whole, r"[^0-9]", ""), cents, none)


def days_of(columns: Columns, name: str) -> pd.Series[Any]:
    """A column as days: `2018-09-03`, `03/09/2018`, `3 Sep 2018`; each cell that is none is a fault.

    Figures with the year last are day, month and year where the column itself shows it, by a day after the twelfth;
    where it does not, all of them are a fault. A time of day is left out.
    """
    texts, unfit = columns.texts[name], columns.unfit[name]
    coded = pc.dictionary_encode(texts)
    distinct, codes = coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False)
    read = [_read(text) for text in distinct]
    proved = any(day and day.day > 12 and _last(text) for text, (day, _) in zip(distinct, read, strict=True))
    whys = [
        why or ("" if proved or not _last(text) or day is None or day.day == day.month else _EITHER)
        for text, (day, why) in zip(distinct, read, strict=True)
    ]
    bad = np.array([bool(why) for why in whys] or [False], dtype=bool)[codes] & ~unfit
    columns.tell(name, bad, lambda row: f"{columns.said(name, row)} {whys[codes[row]]}")
    known = pd.Series([None if why else day for (day, _), why in zip(read, whys, strict=True)], dtype=DAY)
    return pd.Series(known.to_numpy()[codes], dtype=DAY)


_EITHER = (
    "may be day and month or month and day, and no day after the twelfth shows which; "
    "write the days of this column like 2018-08-31 or 31 Aug 2018"
)


def _last(text: str) -> bool:
    """Whether a text has figures alone, the year last."""
    return _FIGURES_FIRST.fullmatch(_CLOCK.sub("", text)) is not None


def _read(text: str) -> tuple[date | None, str]:
    """The day of a text, day before month, or why it is none."""
    own = _CLOCK.sub("", text)
    figures = _figures(own)
    if figures is None:
        return None, f"is not a day; {DAY_DO}"
    year, month, day = figures
    if month > 12 >= day and _last(text):
        return None, f"has the month first, or no such day; {DAY_DO}"
    try:
        found = date(year, month, day)
    except ValueError:
        return None, f"is no day of the calendar; {DAY_DO}"
    if not EARLIEST <= found <= latest():
        return None, f"is before {EARLIEST.year} or in the future; correct the year"
    return found, ""


def _figures(text: str) -> tuple[int, int, int] | None:
    """Year, month and day as they stand there, sound or not."""
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := _FIGURES_FIRST.fullmatch(text):
        return int(found[4]), int(found[3]), int(found[1])
    if found := _NAMED.fullmatch(text):
        month = _NUMBERS.get(found[2][:3].casefold())
        return (int(found[3]), month, int(found[1])) if month else None
    return None


def once(columns: Columns, name: str, what: str, within: Sequence[str] = ()) -> None:
    """Note each text of a column that stood there before, with the same texts in those it is told by `within`."""
    texts = pd.DataFrame({each: text_of(columns, each) for each in (name, *within)})
    again = (texts.duplicated() & texts[name].notna()).to_numpy()
    if again.any():
        keys = list(texts.itertuples(index=False, name=None))
        first: dict[tuple[str, ...], int] = {}
        for key, line in zip(keys, columns.lines.tolist(), strict=True):
            first.setdefault(key, line)
        there = f"{what} {columns.faults.word}"
        columns.tell(
            name,
            again,
            lambda row: f"{columns.said(name, row)} is also {there} {first[keys[row]]}; each stands once",
        )
