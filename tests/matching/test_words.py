from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.matching.words import chunks, fold, runs, skeleton


@pytest.mark.parametrize("typed", ["Zoë", "Zoe\u0308", "ZOË", "zoe"])
def test_accents_composed_or_not_and_case_make_no_difference(typed: str) -> None:
    assert fold(typed) == "ZOE"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IDB-0725 ZAKAT", ["IDB", "0725", "ZAKAT"]),
        ("IDB_LILLAH", ["IDB", "LILLAH"]),
        ("*IFT* SADAQAH", ["IFT", "SADAQAH"]),
        ("==", []),
    ],
)
def test_text_falls_into_runs_of_letters_and_digits(text: str, words: list[str]) -> None:
    assert chunks(text) == words


def test_a_chunk_splits_where_letters_meet_digits() -> None:
    assert runs("QUR25X") == ["QUR", "25", "X"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IDLEB", "IDLIB"),
        ("GHAZA", "GAZA"),
        ("SOOMAALIYA", "SOMALIA"),
        ("MADRASSAH", "MADRASA"),
        ("QURBAANI", "KURBANI"),
        ("MOONLIGHT", "MOONLITE"),
    ],
)
def test_spellings_of_one_foreign_word_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("IDLIB", "IDRIS"), ("YEMEN", "YAMAN"), ("GAZA", "GALA")])
def test_other_words_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text())
@example("୦")  # a figure that is none of 0 to 9
def test_any_text_can_be_folded_and_split(text: str) -> None:
    for chunk in chunks(fold(text)):
        assert "".join(runs(chunk)) == chunk  # no letter and no figure is lost
        skeleton(chunk)
