import pandas as pd
import pytest

from reconcile.errors import FrameRefused, NotMoney
from reconcile.money import AMOUNT
from reconcile.schema import CONFLICTS, DAY, GAPS, MATCHES, SET_ASIDE, TEXT, TRANSACTIONS, Column, Frame

SMALL = Frame(
    "small",
    (
        Column("code", "text", ""),
        Column("amount", "money", "", may_lack=True),
        Column("day", "day", ""),
        Column("n", "number", ""),
    ),
)


def frame(**changed) -> pd.DataFrame:
    return pd.DataFrame({"code": ["a"], "amount": ["1.50"], "day": ["2026-01-02"], "n": [1]} | changed)


@pytest.mark.parametrize("schema", [TRANSACTIONS, SET_ASIDE, MATCHES, GAPS, CONFLICTS], ids=lambda s: s.name)
def test_an_empty_frame_passes_its_own_check_unchanged(schema):
    assert schema.check(schema.empty()).equals(schema.empty())


def test_a_checked_frame_has_the_columns_in_order_and_their_types_and_keeps_its_index():
    given = frame(extra=[9])[["extra", "n", "day", "amount", "code"]].set_index(pd.Index([5]))
    found = SMALL.check(given)
    assert found.columns.tolist() == ["code", "amount", "day", "n"]
    assert found.dtypes.tolist() == [TEXT, AMOUNT, DAY, "int64"]
    assert found.index.tolist() == [5]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            frame().drop(columns=["day"]),
            "small lacks the column day. It must have code, amount, day, n; it has code, amount, n.",
        ),
        (frame().drop(columns=["day", "n"]), "small lacks the columns day, n."),
        (frame(code=[None]), "small: code is missing in row 1. Give every row one."),
        (frame(day=["no day"]), "small: day is"),
        (frame(n=["x"]), "small: n is"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused_with_what_it_lacks(given, says):
    with pytest.raises(FrameRefused) as fault:
        SMALL.check(given)
    assert str(fault.value).startswith(says)


def test_text_that_is_no_amount_is_refused():
    with pytest.raises((NotMoney, FrameRefused)):
        SMALL.check(frame(amount=["1,650"]))


def test_an_amount_may_be_missing_only_where_the_schema_says_so():
    assert SMALL.check(frame(amount=pd.array([None], dtype=AMOUNT)))["amount"].isna().all()
