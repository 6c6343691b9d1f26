"""A movement goes on wherever its rows are, and as many of them as can."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.store.naming import named

CASES = {
    "as they were": ([[1, 2], [3]], {1: "A", 2: "A", 3: "B"}, "AB", ["A", "B"]),
    "a new one": ([[1], [2]], {1: "A"}, "A", ["A", None]),
    "two that are one": ([[1, 2]], {1: "A", 2: "B"}, "AB", ["A"]),
    "two that are one, the other first": ([[1, 2]], {1: "A", 2: "B"}, "BA", ["B"]),
    "one that is two": ([[1], [2]], {1: "A", 2: "A"}, "A", ["A", None]),
    "twins paired otherwise": ([[1, 3], [2]], {1: "A", 2: "A", 3: "B"}, "AB", ["B", "A"]),
    "three of them": ([[1, 3], [2, 5], [4]], {1: "A", 2: "A", 3: "B", 4: "B", 5: "C"}, "ABC", ["A", "C", "B"]),
    "where none can move over": ([[1, 2], [3]], {1: "A", 2: "B"}, "AB", ["A", None]),
    "no row that was there before": ([[1], [2]], {}, "", [None, None]),
}


@pytest.mark.parametrize("case", CASES)
def test_each_group_goes_on_to_be_a_movement_that_had_a_row_of_it(case: str) -> None:
    groups, before, first, wanted = CASES[case]
    kept = {name: min(row for row, own in before.items() if own == name) for name in first}
    assert named(groups, before, kept, first) == wanted


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ABCDE-")), min_size=1, max_size=8))
def test_as_many_go_on_as_can_and_none_twice(rows: list[tuple[int, str]]) -> None:
    before = {row: name for row, (_, name) in enumerate(rows) if name != "-"}
    groups = [[row for row, (own, _) in enumerate(rows) if own == group] for group in range(5)]
    names = sorted(set(before.values()))
    kept = {name: max(row for row, own in before.items() if own == name) for name in names}
    found = named(groups, before, kept, names)
    going_on = [name for name in found if name]
    assert len(set(going_on)) == len(going_on)
    assert all(
        name is None or name in {before.get(r) for r in group} for name, group in zip(found, groups, strict=True)
    )
    of = [{before[r] for r in group if r in before} for group in groups]
    padded = [*names, *"-----"]
    best = max(
        sum(name in own for name, own in zip(order, of, strict=True)) for order in permutations(padded, len(groups))
    )
    assert len(going_on) == best
