from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile import money
from reconcile.errors import DamagedStatement
from reconcile.statement import add_ids, check_chain

SAMPLES = Path(__file__).parent / "parsers" / "samples"


def chain(amounts, balances, gaps=(), closing=None):
    lines = np.arange(len(amounts), dtype=np.int64) + 8
    return check_chain(
        np.array(amounts, dtype=np.int64),
        np.array(balances, dtype=np.int64),
        lines,
        file="f.csv",
        gaps=gaps,
        closing=closing,
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
        ([500, -300], [1500, 1100], None, "line 9: the balances of lines 8 and 9 differ by -R 1.00 more than"),
        ([500, -300, 100], [1500, 0, 1900], None, "the balances of lines 8 and 10 differ by R 6.00"),
        ([500, -300], [1500, 1200], 1300, "line 9: the heading states the balance R 13.00, the newest row R 12.00"),
        ([500, -300], [1500, 0], 1300, "the heading states the balance R 13.00, the newest row R 12.00"),
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


def rows(*given: tuple[str, str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(given, columns=["account", "date", "amount", "description"])
    return frame.assign(date=pd.to_datetime(frame["date"]).astype("datetime64[s]"), amount=money.exact(frame["amount"]))


ONE = ("62000012345", "2026-02-02", "250.00", "FNB APP PAYMENT FROM  MBF0107")


def ids(*given):
    return add_ids(rows(*given))["transaction_id"].tolist()


def test_ids_never_change_between_versions():
    # stored ids and decisions hang on these letters: a change here loses them
    assert ids(ONE, ONE) == ["sttrvkqkdddrjcbs", "nhtqvbjrgnnggdks"]


@pytest.mark.parametrize("same", ["fnb app payment from mbf0107", "  FNB APP   PAYMENT FROM MBF0107 "])
def test_case_and_runs_of_spaces_make_no_other_id(same):
    assert ids((*ONE[:3], same)) == ids(ONE)


@pytest.mark.parametrize(
    ("at", "other"), [(0, "62000067890"), (1, "2026-02-03"), (2, "250.01"), (2, "-250.00"), (3, "MBF0108")]
)
def test_another_account_day_amount_or_text_makes_another_id(at, other):
    assert ids((*ONE[:at], other, *ONE[at + 1 :])) != ids(ONE)


def test_a_hundred_thousand_neighbouring_rows_have_as_many_ids():
    given = [("1", f"2026-01-{1 + n % 25:02d}", f"{n // 5}.{n % 5}0", f"T{n % 11}") for n in range(20_000)]
    assert len(set(ids(*given))) == 20_000
