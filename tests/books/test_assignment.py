"""The best assignment of a few lines to a few receipts."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.books.assignment import MOST, sure_pairs

ranks_of = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.sampled_from((0.5, 0.7, 0.9, 1.7, 2.5)), max_size=9
)


def worth(ranks: dict[tuple[int, int], float]) -> float:
    """The best sum that uses no line and no receipt twice, tried one by one."""
    found = 0.0
    for size in range(1, 5):
        for pairs in combinations(ranks, size):
            if len({a for a, _ in pairs}) == len({b for _, b in pairs}) == size:
                found = max(found, sum(ranks[pair] for pair in pairs))
    return found


@settings(deadline=None)
@given(ranks_of)
def test_a_pair_is_sure_if_and_only_if_the_best_assignment_is_worse_by_the_margin_without_it(
    ranks: dict[tuple[int, int], float],
) -> None:
    best = worth(ranks)
    without = {pair: worth({p: r for p, r in ranks.items() if p != pair}) for pair in ranks}
    assert sure_pairs(ranks, 0.15) == sorted(pair for pair in ranks if best - without[pair] >= 0.15)


def test_it_is_not_greedy() -> None:
    assert sure_pairs({(0, 0): 1.0, (0, 1): 0.9, (1, 0): 0.9}, 0.15) == [(0, 1), (1, 0)]


def test_of_a_tie_nothing_is_sure() -> None:
    assert sure_pairs({(0, 0): 1.0, (0, 1): 1.0, (1, 0): 1.0, (1, 1): 1.0}, 0.15) == []


def test_a_large_block_is_left_to_a_person() -> None:
    assert sure_pairs({(at, at): 1.0 for at in range(MOST + 1)}, 0.15) == []
