"""Words one slip away, found by look-up: the same as by comparing with each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from reconcile.matching.one_off import OneOff

WORDS = st.lists(st.text("ABCD", min_size=1, max_size=6), max_size=12)


@given(words=WORDS, typed=st.text("ABCD", max_size=6))
def test_they_are_those_that_comparing_each_would_find(words: list[str], typed: str) -> None:
    assert OneOff(words).of(typed) == sorted({word for word in words if OSA.distance(typed, word) <= 1})
