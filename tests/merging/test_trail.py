from __future__ import annotations

import pytest

from reconcile.merging.rows import Coverage, Row
from reconcile.merging.trail import trail

ONE_DAY = Coverage(first=(1, 1), last=(1, 1), whole_from=(2, 2), whole_to=(0, 0))
EARLIER = Coverage(first=(0, 1), last=(1, 1), whole_from=(1, 2), whole_to=(0, 0))
LATER = Coverage(first=(1, 1), last=(1, 2), whole_from=(2, 2), whole_to=(0, 1))


def rows(*parts: list[tuple[int, int | None]]) -> list[Row]:
    """The rows of each statement from (amount, balance)."""
    return [
        Row(0, part, str(part), "", 1, cents, balance, "", "")
        for part, own in enumerate(parts)
        for cents, balance in own
    ]


CASES = [
    ("one ends where the other begins", [(100, 600)], [(100, 700)], ((100, 600), (100, 700))),
    ("given the other way round", [(100, 700)], [(100, 600)], ((100, 600), (100, 700))),
    ("they overlap", [(1, 501), (2, 503)], [(2, 503), (3, 506)], ((1, 501), (2, 503), (3, 506))),
    ("rows between are missing", [(100, 600)], [(100, 800)], None),
    ("the rows were put in another order", [(100, 600), (5, 605)], [(5, 505), (100, 605)], None),
    ("a circle apart", [(100, 600)], [(100, 1000), (-100, 900)], None),
    ("a row without its balance", [(100, 600)], [(100, 700), (1, None)], None),
    ("a twice of one export stays twice", [(5, 505), (-5, 500), (5, 505)], [(5, 505)], ((5, 505), (-5, 500), (5, 505))),
]


@pytest.mark.parametrize(("about", "first", "second", "expected"), CASES, ids=lambda c: c if isinstance(c, str) else "")
def test_balances_of_a_day_make_a_trail_or_none(about, first, second, expected):
    found = trail(rows(first, second), ONE_DAY)
    assert (found and found.steps) == expected
    if found:
        assert found.moved_cents == sum(cents for cents, _ in expected)


def test_a_trail_begins_and_ends_with_the_export_that_reaches_over_the_day():
    assert trail(rows([(100, 600)], [(100, 700)]), EARLIER)
    assert trail(rows([(100, 600)], [(100, 500)]), EARLIER) is None
    assert trail(rows([(100, 600)], [(100, 700)]), LATER)
    assert trail(rows([(100, 700)], [(100, 600)]), LATER) is None
