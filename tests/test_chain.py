from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.chain import check_chain
from reconcile.errors import DamagedStatement


def chain(amounts, balances, gaps=(), closing=None, **stated):
    lines = np.arange(len(amounts), dtype=np.int64) + 8
    return check_chain(
        np.array(amounts, dtype=np.int64),
        np.array(balances, dtype=np.int64),
        lines,
        file="f.csv",
        gaps=gaps,
        closing=closing,
        **stated,
    )


RAND = Decimal("0.01")

#   amounts, balances, gaps, stated closing -> opening, closing, unknown, implied (all in cents)
CHAINS = {
    "a whole chain": ([5, -3, 2], [15, 12, 14], (), None, 10, 14, [0, 0, 0], {}),
    "confirmed by the heading": ([5, -3, 2], [15, 12, 14], (), 14, 10, 14, [0, 0, 0], {}),
    "one row": ([5], [15], (), 15, 10, 15, [0], {}),
    "a real balance of nothing": ([-10, 5], [0, 5], (), None, 10, 5, [0, 0], {}),
    "a balance not known inside": ([5, -3, 2], [15, 0, 14], (), None, 10, 14, [0, 1, 0], {}),
    "a balance not known at the start": ([5, -3, 2], [0, 12, 14], (), None, 10, 14, [1, 0, 0], {}),
    "a balance not known at the end": ([5, -3, 2], [15, 12, 0], (), 14, 10, 14, [0, 0, 1], {}),
    "no balance known but the heading's": ([5, -3], [0, 0], (), 12, 10, 12, [1, 1], {}),
    "no balance known at all": ([5, -3], [0, 0], (), None, None, None, [1, 1], {}),
    "a row set aside inside": ([5, 2], [15, 24], (1,), None, 10, 24, [0, 0], {1: 7}),
    "a row set aside in front of all": ([5, 2], [15, 17], (0,), None, 10, 17, [0, 0], {}),
    "the newest row set aside": ([5, 2], [15, 17], (2,), 20, 10, 20, [0, 0], {2: 3}),
    "the newest row set aside, nothing stated": ([5, 2], [15, 17], (2,), None, 10, None, [0, 0], {}),
    "two rows set aside in one place": ([5, 2], [15, 24], (1, 1), None, 10, 24, [0, 0], {1: 7}),
    "an unknown part between two gaps": ([5, 2, 4, 1], [15, 0, 0, 30], (1, 3), None, 10, 30, [0, 1, 1, 0], {}),
    "no rows": ([], [], (), 50, 50, 50, [], {}),
    "no rows and nothing stated": ([], [], (), None, None, None, [], {}),
    "all rows set aside": ([], [], (0,), 50, None, 50, [], {}),
}


@pytest.mark.parametrize("case", CHAINS.values(), ids=CHAINS.keys())
def test_a_chain_tells_opening_closing_and_what_rows_set_aside_moved(case):
    amounts, balances, gaps, stated, opening, closing, unknown, implied = case
    found = chain(amounts, balances, gaps, stated)
    assert found.opening == (None if opening is None else opening * RAND)
    assert found.closing == (None if closing is None else closing * RAND)
    assert found.unknown.tolist() == [bool(u) for u in unknown]
    assert found.implied_cents == implied


@pytest.mark.parametrize(
    ("amounts", "balances", "closing", "says"),
    [
        (
            [500, -300],
            [1500, 1300],
            None,
            "line 9: the balances of lines 8 and 9 differ by R 1.00 more than the amount",
        ),
        ([500, -300], [1500, 1100], None, "line 9: the balances of lines 8 and 9 differ by R 1.00 less than"),
        ([500, -300, 100], [1500, 0, 1900], None, "the balances of lines 8 and 10 differ by R 6.00"),
        (
            [500, -300],
            [1500, 1200],
            1300,
            "line 9: the closing balance is stated as R 13.00",
        ),
        ([500, -300], [1500, 0], 1300, "the closing balance is stated as R 13.00, the newest row leads to R 12.00"),
    ],
)
def test_a_broken_chain_names_the_lines_and_the_difference(amounts, balances, closing, says):
    with pytest.raises(DamagedStatement) as fault:
        chain(amounts, balances, closing=closing)
    assert says in str(fault.value) and str(fault.value).startswith("f.csv, line ")


@given(st.lists(st.integers(-999, 999).filter(bool), min_size=3, max_size=12), st.data())
def test_a_row_lost_or_changed_inside_the_chain_is_always_found(amounts, data):
    balances = [50_000 + int(b) for b in np.cumsum(amounts)]
    at = data.draw(st.integers(1, len(amounts) - 2))
    with pytest.raises(DamagedStatement):
        chain(amounts[:at] + amounts[at + 1 :], balances[:at] + balances[at + 1 :])
    with pytest.raises(DamagedStatement):
        chain([*amounts[:at], amounts[at] + 1, *amounts[at + 1 :]], balances)
    with pytest.raises(DamagedStatement):
        chain(amounts, [*balances[:at], balances[at] + 1, *balances[at + 1 :]])


#   amounts, balances, gaps, stated opening, stated closing -> implied; then what is refused
OPENED = {
    "confirmed": ([5, -3], [15, 12], (), 10, None, {}),
    "the oldest row set aside": ([5, -3], [15, 12], (0,), 4, None, {0: 6}),
    "all rows set aside": ([], [], (0,), 4, 9, {0: 5}),
    "no rows": ([], [], (), 9, 9, {}),
    "nought is a balance like any other": ([-10, 5], [0, 5], (), 10, 5, {}),
}


@pytest.mark.parametrize("case", OPENED.values(), ids=OPENED.keys())
def test_a_stated_opening_balance_is_where_the_chain_begins(case):
    amounts, balances, gaps, opening, closing, implied = case
    found = chain(amounts, balances, gaps, closing, opening=opening, nought_is_unknown=False)
    assert found.opening == opening * RAND
    assert found.implied_cents == implied


@pytest.mark.parametrize(
    ("amounts", "balances", "opening", "closing", "says"),
    [
        (
            [500],
            [1500],
            900,
            None,
            "is stated as R 9.00, the oldest row follows on R 10.00",
        ),
        (
            [],
            [],
            900,
            1000,
            "is stated as R 10.00, the opening balance, without rows, leads to R 9.00",
        ),
        ([500, 100], [0, 1600], 1000, None, "the balances of lines 8 and 9"),
        ([500, 100], [1500, 0], 1000, None, "the balances of lines 8 and 9"),
    ],
)
def test_an_opening_balance_that_does_not_lead_to_the_rows_is_refused(amounts, balances, opening, closing, says):
    with pytest.raises(DamagedStatement, match=says):
        chain(amounts, balances, closing=closing, opening=opening, nought_is_unknown=False)
