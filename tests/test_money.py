from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile import money
from reconcile.errors import NotMoney

MONEY = ["0", "0.00", "-0.05", "22", "1043", "-250", "31149.96", "99999999999.99", "5.1"]
NOT_MONEY = [
    "",
    " ",
    "1,650",
    "1 650.00",
    "1.650",
    "100.005",
    "(120.00)",
    "120.00-",
    "−120.00",
    "+120",
    "NaN",
    "inf",
    "1e3",
    "0x10",
    "R20.00",
    "1_000",
    ".5",
    "5.",
    "100000000000.00",
    "٣",
    "--1",
    "1.2.3",
    "1\n",
]


@pytest.mark.parametrize(("text", "is_it"), [(t, True) for t in MONEY] + [(t, False) for t in NOT_MONEY])
def test_money_is_what_the_bank_writes_and_nothing_else(text, is_it):
    assert money.is_money(pa.array([text])).to_pylist() == [is_it]
    if is_it:
        assert money.from_text(pa.array([text])).to_pylist() == [Decimal(text)]
    else:
        with pytest.raises(NotMoney, match="is not money"):
            money.exact(pd.Series([text]))


@pytest.mark.parametrize(
    ("value", "cents"),
    [("12.30", 1230), (Decimal("-0.05"), -5), (7, 700), (0.29, 29), (np.int64(3), 300), ("99999999999.99", 10**13 - 1)],
)
def test_one_value_is_the_cents_that_a_column_of_it_is(value, cents):
    assert money.exact_cents(value) == cents == money.cents(money.exact(pd.Series([value])))[0]
    assert money.in_cents(money.rand(cents)) == cents


@pytest.mark.parametrize("value", ["1,650", 0.295, float("nan"), None, True, 1e12, "", pd.NA])
def test_one_value_that_is_no_amount_is_refused_by_what_it_is_for(value):
    with pytest.raises(NotMoney, match=r"the fee .* is not money"):
        money.exact_cents(value, "the fee")


def test_a_missing_text_is_not_money():
    assert money.is_money(pa.array([None, "1"], type=pa.string())).to_pylist() == [False, True]


@given(st.lists(st.integers(-(10**13), 10**13)))
def test_cents_come_back_from_every_column(cents):
    column = money.from_cents(np.array(cents, dtype=np.int64))
    assert money.cents(column).tolist() == cents
    assert money.total(column) == Decimal(sum(cents)).scaleb(-2)
    assert [int(v.scaleb(2)) for v in column] == cents


@pytest.mark.parametrize(
    "values",
    [["1650.00", "-0.05"], [Decimal("1650"), Decimal("-0.05")], [1650.0, -0.05]],
    ids=["text", "decimal", "float"],
)
def test_an_exact_column_may_come_from_text_decimals_or_floats(values):
    found = money.exact(pd.Series(values, index=[7, 9]))
    assert found.dtype == money.AMOUNT
    assert found.to_dict() == {7: Decimal("1650.00"), 9: Decimal("-0.05")}


@pytest.mark.parametrize("values", [[1.005], [float("nan")], [float("inf")], [1e12], [1.0, 2.675]])
def test_a_float_that_is_no_cents_is_refused_not_rounded(values):
    with pytest.raises(NotMoney, match=f"in row {len(values)} is not money"):
        money.exact(pd.Series(values))


def test_whole_numbers_are_rand():
    assert money.exact(pd.Series([5, -7])).tolist() == [Decimal(5), Decimal(-7)]


def test_cents_of_a_missing_amount_are_zero_and_a_slice_has_its_own():
    column = money.from_cents([100, 200, 300])
    assert money.cents(column[1:]).tolist() == [200, 300]
    assert money.cents(column.mask(pd.Series([False, True, False]))).tolist() == [100, 0, 300]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234.5", "R 1 234.50"), ("-50", "-R 50.00"), ("0", "R 0.00"), ("-1234567.89", "-R 1 234 567.89")],
)
def test_an_amount_is_shown_as_people_write_it(amount, text):
    assert money.shown(Decimal(amount)) == text
    assert money.shown(None) == "–"


_figures = st.one_of(
    st.integers(-(10**12), 10**12).map(lambda c: f"{'-' if c < 0 else ''}{abs(c) // 100}.{abs(c) % 100:02d}"),
    st.text("0123456789.-", max_size=8),
    st.sampled_from(["", "-", ".", "-.5", "00.50", "007.00", "1.5", "12", "1e5", "+1.00", "--1.00", "1-.00"]),
)


@given(st.lists(_figures, max_size=6))
def test_a_column_read_at_once_is_what_each_text_is_alone(texts):
    amounts, known = money.read(pa.array(texts, type=pa.large_string()))
    alone = [money.cents_of(text) for text in texts]
    assert known.tolist() == [cents is not None for cents in alone]
    assert money.cents(money.series(amounts)).tolist() == [cents or 0 for cents in alone]
