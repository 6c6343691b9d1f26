from pathlib import Path

import pandas as pd
import pytest

from reconcile import money
from reconcile.statement import add_ids

SAMPLES = Path(__file__).parent / "parsers" / "samples"


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
