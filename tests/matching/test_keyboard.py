"""A letter that a hurried finger or ear takes for another."""

from __future__ import annotations

import pytest

from reconcile.matching.keyboard import may_be_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ZAKST", "ZAKAT"), ("XAKAT", "ZAKAT"), ("ZAQAT", "ZAKAT"), ("ZEKAT", "ZAKAT"), ("ZAKT", "ZAKAT")],
)
def test_a_neighbour_a_sound_or_a_lost_letter_may_be_meant(typed: str, meant: str) -> None:
    assert may_be_meant(typed, meant)
    assert may_be_meant(meant, typed)


@pytest.mark.parametrize(("typed", "meant"), [("RIYAA", "RIBAA"), ("PERCY", "MERCY"), ("BILLAH", "LILLAH")])
def test_any_other_letter_is_another_word(typed: str, meant: str) -> None:
    assert not may_be_meant(typed, meant)
