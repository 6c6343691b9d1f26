"""Words of the country's other languages stand for the register's."""

from __future__ import annotations

import pandas as pd
import pytest

import reconcile as rc
from reconcile.matching.translations import beginnings, into, is_common
from reconcile.matching.words import fold


@pytest.mark.parametrize(
    ("typed", "campaign"),
    [
        ("WATERPUTTE", "WAT"),
        ("KOMBERSE", "BLK"),
        ("WINTERKOMBERSE", "BLK"),
        ("KOSPAKKIES", "FPK"),
        ("VLOEDE SEEVIEW", None),
        ("WEESKINDERS", None),
        ("YATAMA SPONSOR", None),
        ("IZINGUBO", "BLK"),
    ],
)
def test_a_foreign_word_names_what_its_english_names(typed: str, campaign: str | None) -> None:
    register = rc.read_campaigns(
        pd.DataFrame(
            [
                ("WAT", "Water Wells", ""),
                ("BLK", "Winter Blankets", "Blankets"),
                ("FPK", "Food Parcels", ""),
                ("FLD", "Harbour Floods", ""),
                ("ORA", "Orphan Care", ""),
                ("ORB", "Orphan Schools", ""),
            ],
            columns=["code", "name", "aliases"],
        )
    )
    lines = pd.DataFrame({"date": ["2018-09-03"], "amount": ["1.00"], "description": [typed]})
    found = rc.match(lines, register).iloc[0]
    assert (found["campaign"] if found["status"] == "matched" else None) == campaign


def test_only_words_of_the_register_come_into_play() -> None:
    found = into(["BLANKETS", "WELLNESS"], ["CHRISTMASBOXES"])
    assert found["KOMBERSE"] == ("BLANKETS",)
    assert "PUTTE" not in found
    assert found["KERSBOKS"] == ("CHRISTMASBOXES",)
    assert "KERSFEES" not in found


@pytest.mark.parametrize(
    ("word", "common"), [("ORPHANS", True), ("FLOODS", True), ("HARBOUR", False), ("EGYPT", False)]
)
def test_common_words_of_giving_are_known(word: str, common: bool) -> None:
    assert is_common(word) is common


def test_every_entry_is_in_capitals_and_stands_for_something() -> None:
    for word, begins in beginnings().items():
        assert word == fold(word) and word.isalpha()
        assert begins and all(b == fold(b) and b.isalpha() for b in begins)
