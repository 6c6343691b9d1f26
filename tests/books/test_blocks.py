"""Pairs hang together by a line or a receipt that they share, however far apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconcile.books.blocks import blocks

PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), unique=True)


def test_blocks_are_told_by_what_their_pairs_share() -> None:
    assert blocks([(0, 0), (1, 1), (1, 2), (2, 0), (3, 2)]) == [[(0, 0), (2, 0)], [(1, 1), (1, 2), (3, 2)]]
    assert blocks([]) == []


@given(PAIRS)
def test_no_line_and_no_receipt_is_in_two_blocks_and_no_block_falls_apart(pairs: list[tuple[int, int]]) -> None:
    found = blocks(pairs)
    assert sorted(pair for block in found for pair in block) == sorted(pairs)
    for side in (0, 1):
        names = [{pair[side] for pair in block} for block in found]
        assert sum(map(len, names)) == len(set().union(*names))
    for block in found:
        reached = {block[0]}
        while more := {p for p in block if any(p[0] == q[0] or p[1] == q[1] for q in reached)} - reached:
            reached |= more
        assert reached == set(block)
