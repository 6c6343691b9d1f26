"""Days that an export writes without a year: the year comes from the statement they stand in."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial

from reconcile.parsers.days import day_of, fault_read
from reconcile.statement import Period

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NEAR = timedelta(days=10)
"""How far outside its stated period a statement's rows have been seen to lie."""

_DAY_MONTH = re.compile(r"([0-9]{1,2}) ([A-Za-z]{3})")
_LONG = re.compile(r"([0-9]{1,2}) ([A-Za-z]{3,9}) ([0-9]{4})")
_FULL_MONTHS = "january february march april may june july august september october november december".split()
_PAIR = re.compile(r"(?P<d>[0-9]{2})/(?P<m>[0-9]{2})/(?P<y>[0-9]{4})")


def long_day(text: str) -> date | None:
    """The day of `12 December 2025`; None of any other text."""
    found = _LONG.fullmatch(text.strip())
    if not found or found[2].lower() not in (*MONTHS, *_FULL_MONTHS):
        return None
    return _day(int(found[3]), MONTHS.index(found[2][:3].lower()) + 1, int(found[1]))


def day_in_period(text: str, period: Period) -> date | None:
    """The day of `31 Dec` in the year that puts it inside the period, or within ten days of it.

    None where no year does, or where two do, as in a period of over a year.
    """
    fitting = _fitting(_days(text, period), period)
    return fitting[0] if len(fitting) == 1 else None


def fault_in_period(text: str, period: Period) -> str:
    """Why a text is no day of a statement over that period, in words."""
    days = _days(text, period)
    if len(_fitting(days, period)) > 1:
        return "the period has this day in two years"
    if days and not _fitting(days, period):
        return f"the day is not within {NEAR.days} days of the period"
    return fault_read(text, partial(day_in_period, period=period))


def _days(text: str, period: Period) -> list[date]:
    """The day in each year in and around the period."""
    found = _DAY_MONTH.fullmatch(text)
    if not found or found[2].lower() not in MONTHS:
        return []
    years = range(period.start.year - 1, period.end.year + 2)
    month, number = MONTHS.index(found[2].lower()) + 1, int(found[1])
    return [day for year in years if (day := _day(year, month, number))]


def _fitting(days: list[date], period: Period) -> list[date]:
    """Those inside the period, or where none is, those near it."""
    inside = [day for day in days if period.start <= day <= period.end]
    return inside or [day for day in days if period.start - NEAR <= day <= period.end + NEAR]


def day_before_statement(text: str) -> date | None:
    """The day of `08/02/2026 31/12`: a statement's date, then a row's day, which is the last such day until then.

    Source of the rule: readers people use for this export; the month may be later than the statement's only a year ago.
    """
    stated, _, row = text.partition(" ")
    statement = day_of(stated, _PAIR)
    if statement is None:
        return None
    day, _, month = row.partition("/")
    if not re.fullmatch("[0-9]{2}/[0-9]{2}", row):
        return None
    return _day(statement.year - (int(month) > statement.month), int(month), int(day))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
