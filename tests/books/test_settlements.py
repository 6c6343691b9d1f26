"""Which bank line each payout of a gateway is, and where that is a question."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.books.settlements import ASKED, AT_BANK, MISSING, OTHER_AMOUNT, settlements
from tests.books.two_sides import FIRST, Line, bank

Payouts = list[tuple[str, int, str]]
"""Of each payout its name, the day from `FIRST`, and the net."""


def report(payouts: Payouts) -> pd.DataFrame:
    rows = [
        {
            "payout": name,
            "date": str(FIRST + pd.Timedelta(days=day)),
            "gift": f"g{at}",
            "gross": net,
            "fee": "0",
            "net": net,
        }
        for at, (name, day, net) in enumerate(payouts)
    ]
    return rc.read_payouts(pd.DataFrame(rows, columns=["payout", "date", "gift", "gross", "fee", "net"]))


def found(lines: list[Line], payouts: Payouts) -> dict[str, tuple[str, str | None]]:
    told = settlements(bank(*lines), report(payouts))
    ids = told["transaction_id"].astype(object).where(told["transaction_id"].notna(), None)
    return dict(zip(told["payout"], zip(told["state"], ids, strict=True), strict=True))


PAYFAST = "MAGTAPE CREDIT PAYFAST   PAYOUT 88213"
CASES: dict[str, tuple[list[Line], Payouts, dict[str, Any]]] = {
    "the line prints its name": ([Line("a", 1, "95", PAYFAST)], [("88213", 0, "95")], {"88213": (AT_BANK, "a")}),
    "in small letters, and with other signs between": (
        [Line("a", 0, "95", "Yoco Kf4Tr-090918")],
        [("KF4TR 090918", 0, "95")],
        {"KF4TR 090918": (AT_BANK, "a")},
    ),
    "though no gateway is named": (
        [Line("a", 1, "95", "EFT CREDIT PAYOUT 88213")],
        [("88213", 0, "95")],
        {"88213": (AT_BANK, "a")},
    ),
    "a month later at most": ([Line("a", 40, "95", PAYFAST)], [("88213", 0, "95")], {"88213": (MISSING, None)}),
    "a gateway's line of its amount": (
        [Line("a", 7, "95", "YOCO SETTLEMENT")],
        [("88213", 0, "95")],
        {"88213": (AT_BANK, "a")},
    ),
    "of its amount, but a week off and more": (
        [Line("a", 8, "95", "YOCO SETTLEMENT")],
        [("88213", 0, "95")],
        {"88213": (MISSING, None)},
    ),
    "of its amount, but of no gateway": (
        [Line("a", 0, "95", "FNB APP PAYMENT FROM  NAIDOO")],
        [("88213", 0, "95")],
        {"88213": (MISSING, None)},
    ),
    "the line that prints it before one of its amount": (
        [Line("a", 0, "95", "PAYFAST"), Line("b", 1, "95", PAYFAST)],
        [("88213", 0, "95")],
        {"88213": (AT_BANK, "b")},
    ),
    "a payer's number that reads like its name": (
        [Line("a", 0, "500", "FNB APP PAYMENT FROM  KHAN 88213"), Line("b", 1, "95", PAYFAST)],
        [("88213", 0, "95")],
        {"88213": (AT_BANK, "b")},
    ),
    "that alone is no line of it": (
        [Line("a", 0, "500", "FNB APP PAYMENT FROM  KHAN 88213")],
        [("88213", 0, "95")],
        {"88213": (MISSING, None)},
    ),
    "part of a longer number": (
        [Line("a", 0, "96", "PAYFAST PAYOUT 882134")],
        [("88213", 0, "95")],
        {"88213": (MISSING, None)},
    ),
    "a short name says nothing": (
        [Line("a", 0, "95", "PAYFAST 7"), Line("b", 0, "95", "YOCO")],
        [("7", 0, "95")],
        {"7": (ASKED, None)},
    ),
    "two lines print it": (
        [Line("a", 0, "95", PAYFAST), Line("b", 1, "95", PAYFAST)],
        [("88213", 0, "95")],
        {"88213": (ASKED, None)},
    ),
    "two lines have its amount": (
        [Line("a", 0, "95", "PAYFAST"), Line("b", 1, "95", "YOCO")],
        [("88213", 0, "95")],
        {"88213": (ASKED, None)},
    ),
    "two payouts have the amount of one line": (
        [Line("a", 0, "95", "PAYFAST")],
        [("88213", 0, "95"), ("88214", 1, "95")],
        {"88213": (ASKED, None), "88214": (ASKED, None)},
    ),
    "two payouts of one amount, one of which a line prints": (
        [Line("a", 0, "95", PAYFAST), Line("b", 1, "95", "PAYFAST")],
        [("88213", 0, "95"), ("88214", 1, "95")],
        {"88213": (AT_BANK, "a"), "88214": (AT_BANK, "b")},
    ),
    "two names that are printed alike": (
        [Line("a", 0, "95", PAYFAST)],
        [("88213", 0, "95"), ("88 213", 0, "95")],
        {"88213": (ASKED, None), "88 213": (ASKED, None)},
    ),
    "a cent off": ([Line("a", 0, "94.99", PAYFAST)], [("88213", 0, "95")], {"88213": (OTHER_AMOUNT, None)}),
    "a cent off, and another line with its amount": (
        [Line("a", 0, "94.99", PAYFAST), Line("b", 0, "95", "YOCO")],
        [("88213", 0, "95")],
        {"88213": (OTHER_AMOUNT, None)},
    ),
    "not there": ([Line("a", 0, "95", "YOCO")], [("88213", 0, "96")], {"88213": (MISSING, None)}),
    "nothing was paid out": ([Line("a", 0, "-95", PAYFAST)], [("88213", 0, "-95")], {"88213": (MISSING, None)}),
    "a payment out is none": ([Line("a", 0, "-95", PAYFAST)], [("88213", 0, "95")], {"88213": (MISSING, None)}),
    "nor is a payment taken back": (
        [Line("a", 0, "95", "REVERSAL PAYFAST PAYOUT 88213")],
        [("88213", 0, "95")],
        {"88213": (MISSING, None)},
    ),
    "no payouts": ([Line("a", 0, "95", PAYFAST)], [], {}),
    "no lines": ([], [("88213", 0, "95")], {"88213": (MISSING, None)}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_line_of_a_payout(case: tuple[list[Line], Payouts, dict[str, Any]]) -> None:
    lines, payouts, wanted = case
    assert found(lines, payouts) == wanted


def test_a_payout_without_its_line_says_why() -> None:
    lines = [Line("a", 0, "94.99", PAYFAST), Line("b", 3, "50", "YOCO"), Line("c", 3, "50", "PAYFAST")]
    told = settlements(bank(*lines), report([("88213", 0, "95"), ("2", 3, "50"), ("3", 1, "7"), ("4", 1, "-7")]))
    assert dict(zip(told["payout"], told["reason"], strict=True)) == {
        "88213": "its gifts come to R 95.00, its bank line to R 94.99 of 2026-03-01",
        "2": "2 bank lines may be it: R 50.00 of 2026-03-04 and R 50.00 of 2026-03-04",
        "3": "no bank line prints it, and none of a gateway has R 7.00 within 7 days of 2026-03-02",
        "4": "it comes to -R 7.00: nothing was paid out",
    }


words = st.sampled_from(["PAYFAST PAYOUT 88213", "PAYFAST 88214", "YOCO", "FNB APP PAYMENT FROM  KHAN 88213", "NAIDOO"])
lines_ = st.lists(st.tuples(words, st.integers(0, 9), st.sampled_from(["95", "94", "96"])), max_size=6)
payouts_ = st.lists(
    st.tuples(st.sampled_from(["88213", "88214", "7", "88215"]), st.integers(0, 9), st.sampled_from(["95", "96"])),
    min_size=1,
    max_size=4,
    unique_by=lambda payout: payout[0],
)


@given(lines_, payouts_, st.randoms())
@settings(max_examples=60, deadline=None)
def test_no_line_is_that_of_two_payouts_its_amount_is_theirs_and_no_order_matters(
    told: list[Any], payouts: Payouts, shuffle: Any
) -> None:
    lines = [Line(f"l{at}", day, rand, text) for at, (text, day, rand) in enumerate(told)]
    known = found(lines, payouts)
    ids = [line for state, line in known.values() if state == AT_BANK]
    assert len(ids) == len(set(ids))
    amounts = {line.id: line.rand for line in lines}
    assert all(amounts[line] == net for name, _, net in payouts if (line := known[name][1]))
    shuffle.shuffle(lines)
    shuffle.shuffle(payouts)
    assert found(lines, payouts) == known
