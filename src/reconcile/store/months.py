"""Months as texts, `2018-09`, and days as texts, `2018-09-14`: both sort as they follow each other."""

from __future__ import annotations

from calendar import monthrange


def month_of(day: str) -> str:
    """The month of a day: `2018-09` of `2018-09-14`."""
    return day[:7]


def next_month(month: str) -> str:
    """The month after one."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def month_before(month: str) -> str:
    """The month before one."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1):04}-{(number - 2) % 12 + 1:02}"


def first_and_last(month: str) -> tuple[str, str]:
    """The first and the last day of a month."""
    return f"{month}-01", f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]}"
