"""Texts to days: strict forms, and no day that a statement cannot have."""

from datetime import date, timedelta
from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from reconcile.parsers import days
from reconcile.parsers.days import (
    COMPACT,
    EARLIEST,
    YEAR_FIRST,
    day_of,
    days_of,
    days_read,
    fault_of,
    fault_read,
    latest,
)


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("2026/02/03", YEAR_FIRST, date(2026, 2, 3)),
        ("20260203", COMPACT, date(2026, 2, 3)),
        ("2026/02/30", YEAR_FIRST, None),
        ("2026/13/01", YEAR_FIRST, None),
        ("2026/2/3", YEAR_FIRST, None),
        (" 2026/02/03", YEAR_FIRST, None),
        ("2026/02/03 ", YEAR_FIRST, None),
        ("2026/02/03\n", YEAR_FIRST, None),
        ("2026-02-03", YEAR_FIRST, None),
        ("2026/02/03", COMPACT, None),
        ("２０２６/02/03", YEAR_FIRST, None),
        ("0000/01/01", YEAR_FIRST, None),
        ("", YEAR_FIRST, None),
    ],
)
def test_a_day_has_exactly_its_form_or_is_none(text, form, day):
    assert day_of(text, form) == day


def test_a_column_keeps_its_places_and_what_is_no_day_is_not_a_time():
    texts = pa.array(["2026/02/03", "x", "2026/02/03", "", "2026/02/04"], type=pa.large_string())
    found = days_of(texts, YEAR_FIRST)
    assert np.isnat(found).tolist() == [False, True, False, True, False]
    assert found[~np.isnat(found)].astype("datetime64[D]").astype(str).tolist() == ["2026-02-03"] * 2 + ["2026-02-04"]


def test_a_column_without_rows_or_without_days_is_read():
    assert len(days_of(pa.array([], type=pa.large_string()), YEAR_FIRST)) == 0
    assert np.isnat(days_of(pa.array(["", ""], type=pa.large_string()), YEAR_FIRST)).all()


def test_each_text_is_read_once_however_often_it_stands_there():
    read = []

    def reading(text):
        read.append(text)
        return date(2026, 2, 3)

    days_read(pa.array(["a", "b", "a", "a"], type=pa.large_string()), reading)
    assert sorted(read) == ["a", "b"]


def test_only_days_from_2000_to_a_week_ahead_are_taken():
    edge = latest()
    texts = ["1999/12/31", "2000/01/01", f"{edge:%Y/%m/%d}", f"{edge + timedelta(1):%Y/%m/%d}"]
    found = days_of(pa.array(texts, type=pa.large_string()), YEAR_FIRST)
    assert np.isnat(found).tolist() == [True, False, False, True]
    assert date(2000, 1, 1) == EARLIEST


def test_the_last_day_is_a_week_after_today_in_south_africa(monkeypatch):
    class Clock(days.datetime):
        @classmethod
        def now(cls, tz=None):
            # 22:30 in London is already the next day in Johannesburg
            return days.datetime(2026, 1, 31, 22, 30, tzinfo=days.timezone.utc).astimezone(tz)

    monkeypatch.setattr(days, "datetime", Clock)
    assert latest() == date(2026, 2, 8)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026/02/30", "no such day"),
        ("x", "no such day"),
        ("", "the date is empty"),
        ("1999/12/31", "the day is before 2000"),
        ("2999/12/31", "the day is in the future"),
    ],
)
def test_why_a_text_is_no_day_is_said_in_words(text, why):
    assert fault_of(text, YEAR_FIRST) == why == fault_read(text, partial(day_of, form=YEAR_FIRST))
