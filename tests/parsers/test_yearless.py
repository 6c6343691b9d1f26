"""Days without a year: the one year that the statement leaves open, or none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.parsers.yearless import NEAR, day_before_statement, day_in_period, fault_in_period, long_day
from reconcile.statement import Period

WINTER = Period(date(2025, 12, 12), date(2026, 1, 12), stated=True)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 December 2025", date(2025, 12, 12)),
        ("1 May 2026", date(2026, 5, 1)),
        (" 01 jan 2026 ", date(2026, 1, 1)),
        ("29 February 2024", date(2024, 2, 29)),
        ("29 February 2025", None),
        ("31 November 2025", None),
        ("12 Decembre 2025", None),
        ("12 Dece 2025", None),
        ("12 December 25", None),
        ("2025/12/12", None),
        ("", None),
    ],
)
def test_a_long_day_is_read_by_its_english_month(text, day):
    assert long_day(text) == day


@pytest.mark.parametrize(
    ("text", "day", "why"),
    [
        ("12 Dec", date(2025, 12, 12), ""),
        ("31 Dec", date(2025, 12, 31), ""),
        ("01 Jan", date(2026, 1, 1), ""),
        ("1 jan", date(2026, 1, 1), ""),
        ("02 Dec", date(2025, 12, 2), ""),
        ("22 Jan", date(2026, 1, 22), ""),
        ("01 Dec", None, "the day is not within 10 days of the period"),
        ("23 Jan", None, "the day is not within 10 days of the period"),
        ("31 Nov", None, "no such day"),
        ("31 Dez", None, "no such day"),
        ("31 December", None, "no such day"),
        ("31", None, "no such day"),
        ("", None, "the date is empty"),
    ],
)
def test_a_day_takes_the_year_that_puts_it_into_the_period(text, day, why):
    assert day_in_period(text, WINTER) == day
    if why:
        assert fault_in_period(text, WINTER) == why


def test_in_a_period_of_over_a_year_a_day_that_fits_twice_is_none():
    long = Period(date(2025, 1, 1), date(2026, 1, 10), stated=True)
    assert day_in_period("05 Jan", long) is None
    assert fault_in_period("05 Jan", long) == "the period has this day in two years"
    assert day_in_period("11 Jan", long) == date(2025, 1, 11)


def test_a_leap_day_is_found_in_the_one_year_that_has_it():
    assert day_in_period("29 Feb", Period(date(2023, 6, 1), date(2024, 5, 31))) == date(2024, 2, 29)
    assert day_in_period("29 Feb", Period(date(2024, 6, 1), date(2025, 5, 31))) is None


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 330), st.data())
def test_every_day_of_a_period_under_a_year_is_found_and_so_are_those_near_it(start, length, data):
    period = Period(start, start + timedelta(length))
    inside = data.draw(st.dates(period.start, period.end))
    assert day_in_period(f"{inside:%d} {inside:%b}", period) == inside
    near = data.draw(st.dates(period.start - NEAR, period.end + NEAR))
    assert day_in_period(f"{near:%d} {near:%b}", period) == near


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("08/02/2026 02/02", date(2026, 2, 2)),
        ("05/01/2026 31/12", date(2025, 12, 31)),
        ("05/01/2026 05/01", date(2026, 1, 5)),
        ("31/12/2025 31/12", date(2025, 12, 31)),
        ("05/01/2025 29/02", date(2024, 2, 29)),
        ("05/01/2026 29/02", None),
        ("08/02/2026 30/02", None),
        ("08/02/2026 01/13", None),
        ("08/02/2026 2/2", None),
        ("30/02/2026 02/02", None),
        ("2026/02/08 02/02", None),
        (" 02/02", None),
        ("08/02/2026", None),
        ("", None),
    ],
)
def test_a_day_of_a_numbered_statement_is_of_its_year_or_of_the_one_before(text, day):
    assert day_before_statement(text) == day


@given(st.dates(date(2001, 1, 31), date(2090, 1, 1)), st.integers(0, 330))
def test_every_day_of_the_eleven_months_before_a_statement_is_found(stated, before):
    # of the statement's own month the days until it, of the eleven before it all
    day = stated - timedelta(before)
    if (day.year, day.month) == (stated.year - 1, stated.month):
        return
    assert day_before_statement(f"{stated:%d/%m/%Y} {day:%d/%m}") == day
