"""Which words SUMIFS may be given, and which only EXACT reads as they stand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from reconcile.reporters.formulas import Formula, Sums, Where


def summed(code: str, *others: str) -> Formula:
    lines = pd.DataFrame({"Campaign": pd.Series([code, code, *others], dtype="str")})
    cents = np.array([100, 250, *(10_000 for _ in others)], dtype=np.int64)
    return Sums(lines, cents, ["Transactions"]).amount(Where("Campaign", "=", code, "$A5"))


@pytest.mark.parametrize(
    "code", ["IDB", "zakat", "CAMP01", "zakat-ul-fitr", "no fund", "unspecified", "Radio", "EUROPA"]
)
def test_words_go_to_sumifs(code: str) -> None:
    assert summed(code, "other") == Formula("SUMIFS(Transactions[Amount],Transactions[Campaign],$A5)", Decimal("3.50"))


# Excel takes each of these for a number, a day, money, a truth value, a comparison or a pattern
MISREAD = [
    "7",
    "007",
    "1E5",
    "MAR1",
    "Sept2",
    "jan 2024",
    "R5",
    "R 5",
    "ZAR5",
    "TRUE",
    "false",
    "=x",
    "<>",
    ">5",
    "a*",
    "a?",
]


@pytest.mark.parametrize("code", [*MISREAD, "~x", "", " ", "A", "é b"])
def test_what_sumifs_would_misread_is_compared_exactly(code: str) -> None:
    found = summed(code, "other")
    assert found.text == "SUMPRODUCT(1*EXACT(Transactions[Campaign],$A5),Transactions[Amount])"
    assert found.value == Decimal("3.50")


def test_words_that_differ_in_case_only_are_compared_exactly() -> None:
    assert "EXACT" in summed("Camp", "camp").text
    assert summed("Camp", "camp").value == Decimal("3.50")
