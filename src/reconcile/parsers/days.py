"""Texts to days: strict forms, and only days a statement can have."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Days = npt.NDArray[np.datetime64]
ReadsDay = Callable[[str], date | None]

EARLIEST = date(2000, 1, 1)
"""No export reaches back further; an earlier day is a damaged one."""

_SOUTH_AFRICA = timezone(timedelta(hours=2))

YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})/(?P<m>[0-9]{2})/(?P<d>[0-9]{2})")
COMPACT = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")


def latest() -> date:
    """The last day a row may have: a week after today, for payments dated ahead over a holiday."""
    return datetime.now(_SOUTH_AFRICA).date() + timedelta(days=7)


def day_of(text: str, form: re.Pattern[str]) -> date | None:
    """The day a text in this form names; None when it has another form or there is no such day."""
    found = form.fullmatch(text)
    if not found:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def days_of(texts: pa.Array, form: re.Pattern[str]) -> Days:
    """The days of a column, `NaT` where a text is no day between 2000 and next week; each distinct text read once."""
    return days_read(texts, partial(day_of, form=form))


def days_read(texts: pa.Array, read: ReadsDay) -> Days:
    """As `days_of`, by a way of reading that a layout has of its own."""
    coded = pc.dictionary_encode(texts)
    last = latest()
    found = [read(text) for text in coded.dictionary.to_pylist()]
    known: list[Any] = [day if day and EARLIEST <= day <= last else None for day in found] or [None]
    distinct: Days = np.array(known, dtype="datetime64[s]")
    codes: npt.NDArray[np.int32] = coded.indices.to_numpy(zero_copy_only=False)
    return distinct[codes]


def fault_of(text: str, form: re.Pattern[str]) -> str:
    """Why a text is no day of a statement, in words."""
    return fault_read(text, partial(day_of, form=form))


def fault_read(text: str, read: ReadsDay) -> str:
    """As `fault_of`, by a way of reading that a layout has of its own."""
    day = read(text)
    if day is None:
        return "no such day" if text else "the date is empty"
    return "the day is before 2000" if day < EARLIEST else "the day is in the future"
