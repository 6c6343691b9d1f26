"""Days that an export writes without a year: the year comes from the statement they stand in."""

from __future__ import annotations

import re
from datetime import date, timedelta

from reconcile.parsers.days import day_of
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
    found = _DAY_MONTH.fullmatch(text)
    if not found or found[2].lower() not in MONTHS:
        return None
    years = range(period.start.year - 1, period.end.year + 2)
    month, number = MONTHS.index(found[2].lower()) + 1, int(found[1])
    days = [day for year in years if (day := _day(year, month, number))]
    for near in (timedelta(0), NEAR):
        fitting = [day for day in days if period.start - near <= day <= period.end + near]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


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
