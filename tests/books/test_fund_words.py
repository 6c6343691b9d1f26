"""The fund that a bank text names by itself."""

from __future__ import annotations

import pandas as pd
import pytest

from reconcile.books.fund_words import reader
from reconcile.campaigns import default_funds, read_funds

CASES = {
    "ROOF ZAKAT": "zakat",
    "ROOFZAKAAT": "zakat",
    "LIL NAIDOO": "lillah",
    "LILIAN NAIDOO": "",
    "ZAKAT LILLAH": "",
    "NAIDOO": "",
}


@pytest.mark.parametrize(("text", "fund"), CASES.items())
def test_one_fund_is_told_several_and_none_are_not(text: str, fund: str) -> None:
    assert reader(default_funds())(text) == fund


def test_a_charitys_own_funds_are_read() -> None:
    own = read_funds(pd.DataFrame([("Bursary", "Studies|BURS", "")], columns=["fund", "spellings", "excludes"]))
    assert reader(own)("BURS NAIDOO") == "bursary"
