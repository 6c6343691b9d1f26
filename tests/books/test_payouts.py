"""What gateways paid out, as their reports have it, and gross less fee to the cent in each row."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.errors import RegisterRefused
from reconcile.money import from_cents
from reconcile.schema import PAYOUTS

PAYFAST = "Payout ID,Payout Date,Date,Party,Item name,Gross,Fee,Net,M Payment ID,PF Payment ID"
YOCO = "Payout reference;Payout date;Transaction no;Amount;Fees;Net amount"


def file(folder: Path, *lines: str) -> Path:
    path = folder / "payouts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def faults(source: Any, **how: Any) -> tuple[str, ...]:
    with pytest.raises(RegisterRefused) as caught:
        rc.read_payouts(source, **how)
    return caught.value.faults


def test_a_report_like_payfasts(tmp_path: Path) -> None:
    found = rc.read_payouts(
        file(
            tmp_path,
            PAYFAST,
            "88213,2018-09-06,2018-09-04 10:15,S Patel,IDB ZAKAT,100.00,-5.50,94.50,71,00412",
            "88213,2018-09-06,2018-09-05 11:00,S Patel,IDB ZAKAT,-100.00,0.00,-100.00,72,00413",
        )
    )
    assert found["gift"].tolist() == ["00412", "00413"]
    assert found["fee"].tolist() == [Decimal("5.50"), Decimal("0.00")]
    assert found["gross"].tolist() == [Decimal("100.00"), Decimal("-100.00")]
    assert found["date"].dt.day.tolist() == [6, 6] and found["payer"].iloc[0] == "S Patel"
    assert found["reference"].iloc[0] == "IDB ZAKAT" and found["line"].tolist() == [2, 3]


def test_a_report_like_yocos(tmp_path: Path) -> None:
    lines = "KF4TR 090918;10 Sep 2018;T1;R 1 234,50;36,52;R 1 197,98", "KF4TR 090918;10 Sep 2018;T2;50,00;1,48;48,52"
    found = rc.read_payouts(file(tmp_path, YOCO, *lines))
    assert found["net"].tolist() == [Decimal("1197.98"), Decimal("48.52")]


def test_a_fee_given_back_with_the_gift(tmp_path: Path) -> None:
    found = rc.read_payouts(file(tmp_path, "Payout,Date,ID,Gross,Fee,Net", "1,2018-09-03,a,-100.00,-3.00,-97.00"))
    assert found["fee"].tolist() == [Decimal("-3.00")]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["1,2018-09-03,a,100.00,3.00,96.00"], "line 2, net: gross 100.00 with fee 3.00 does not come to 96.00"),
        (["1,2018-09-03,a,100.00,3.00,103.00"], "line 2, net: gross 100.00 with fee 3.00 does not come to 103.00"),
        (["1,2018-09-03,a,1,0,1", "1,2018-09-03,a,2,0,2"], 'line 3, gift: "a" is also the gift of line 2'),
        (["1,2018-09-03,a,1,0,1", "1,2018-09-04,b,2,0,2"], 'line 3, date: payout "1" has the day 2018-09-03 before'),
        ([",2018-09-03,a,1,0,1"], "line 2, payout: is empty"),
        (["1,2018-09-03,,1,0,1"], "line 2, gift: is empty"),
        (["1,2018-09-03,a,1,,1"], "line 2, fee: is empty"),
        (["1,2018-09-03,a,1,x,1"], 'line 2, fee: "x" is not an amount'),
        (["1,03/04/2018,a,1,0,1"], "may be day and month or month and day"),
    ],
)
def test_what_is_not_clear_is_refused(tmp_path: Path, rows: list[str], told: str) -> None:
    found = faults(file(tmp_path, "Payout,Date,ID,Gross,Fee,Net", *rows))
    assert len(found) == 1 and told in found[0]


def test_every_column_that_lacks_is_named(tmp_path: Path) -> None:
    (told,) = faults(file(tmp_path, "Payout,Date,Gross", "1,2018-09-03,1"))
    assert told.startswith("line 1: it lacks the columns gift and fee and net; call them ")
    assert told.endswith("; the first line names the columns, and has Payout, Date, Gross")


def test_the_reports_of_two_gateways_put_one_under_the_other(tmp_path: Path) -> None:
    one, other = (
        rc.read_payouts(file(tmp_path, "Payout,Date,ID,Gross,Fee,Net", f"{name},2018-09-03,{name}a,100.00,3.00,97.00"))
        for name in ("1", "2")
    )
    both = pd.concat([one, other], ignore_index=True)
    pd.testing.assert_frame_equal(rc.read_payouts(both), both)


def test_headings_of_ones_own(tmp_path: Path) -> None:
    path = file(tmp_path, "Transfer,Date,ID,Gross,Fee,Net", "1,2018-09-03,a,1,0,1")
    assert rc.read_payouts(path, columns={"payout": "transfer"})["payout"].tolist() == ["1"]


rows = st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**6), st.booleans()), min_size=1, max_size=15)


@given(rows, st.booleans())
@settings(max_examples=60)
def test_payouts_are_read_back_the_same_whatever_the_sign_of_fees(given_rows: list[Any], negative: bool) -> None:
    gross = [-cents if back else cents for cents, _, back in given_rows]
    fee = [0 if back else fee for _, fee, back in given_rows]
    frame = PAYOUTS.check(
        pd.DataFrame(
            {
                "payout": "88213",
                "date": pd.Timestamp(2018, 9, 6),
                "gift": [f"{at:04d}" for at in range(len(gross))],
                "gross": from_cents(gross),
                "fee": from_cents(fee),
                "net": from_cents([g - f for g, f in zip(gross, fee, strict=True)]),
                "payer": None,
                "reference": "=IDB",
                "given": pd.Timestamp(2018, 9, 5),
                "source": "payouts.csv",
                "line": range(2, len(gross) + 2),
            }
        )
    )
    written = frame.assign(fee=from_cents([-f for f in fee])) if negative else frame
    pd.testing.assert_frame_equal(rc.read_payouts(written), frame)


def test_a_gift_has_its_own_day_where_the_report_has_one(tmp_path: Path) -> None:
    row = "88213,2018-09-06,2018-09-04 10:15,S Patel,IDB ZAKAT,100.00,-5.50,94.50,71,00412"
    assert str(rc.read_payouts(file(tmp_path, PAYFAST, row))["given"].iloc[0].date()) == "2018-09-04"
    plain = "Payout,Date,ID,Gross,Fee,Net", "1,2018-09-03,a,100.00,3.00,97.00"
    assert rc.read_payouts(file(tmp_path, *plain))["given"].isna().all()  # its one date is that of the payout
    named = "Payout,Paid out,When,ID,Gross,Fee,Net", "1,2018-09-03,2018-09-01,a,1,0,1", "1,2018-09-03,,b,1,0,1"
    found = rc.read_payouts(file(tmp_path, *named), columns={"given": "When"})["given"]
    assert found.dt.day.fillna(0).tolist() == [1, 0]
    bad = faults(file(tmp_path, *named[:2], "1,2018-09-03,soon,b,1,0,1"), columns={"given": "When"})
    assert 'line 3, given: "soon" is not a day' in bad[0]


HEAD = "Payout,Date,ID,Gross,Fee,Net,Donor"


def two(folder: Path, one: list[str], other: list[str]) -> list[Path]:
    paths = [folder / "payfast.csv", folder / "yoco.csv"]
    for path, lines in zip(paths, (one, other), strict=True):
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return paths


GIFTS = ["1,2018-09-03,a,10.00,1.00,9.00,S Patel", "1,2018-09-03,b,20.00,1.00,19.00,", "2,2018-09-04,c,5.00,1.00,4.00,"]


def test_what_two_reports_tell_alike_is_one_and_the_rest_is_put_together(tmp_path: Path) -> None:
    paths = two(tmp_path, GIFTS[:2], [GIFTS[1], GIFTS[2]])
    found = rc.read_payouts(paths)
    assert found[["gift", "source", "line"]].to_numpy().tolist() == [
        ["a", "payfast.csv", 2],
        ["b", "payfast.csv", 3],
        ["c", "yoco.csv", 3],
    ]
    pd.testing.assert_frame_equal(rc.read_payouts(found), found)
    pd.testing.assert_frame_equal(rc.read_payouts([paths[0], rc.read_payouts(paths[1])]), found)


def test_two_gateways_may_give_their_gifts_the_same_numbers_and_one_may_not(tmp_path: Path) -> None:
    other = "7,2018-09-03,a,10.00,1.00,9.00,"
    found = rc.read_payouts(two(tmp_path, GIFTS, [other]))
    assert found["payout"].tolist() == ["1", "1", "2", "7"]
    pd.testing.assert_frame_equal(rc.read_payouts(found), found)
    assert faults(two(tmp_path, [*GIFTS, other], [])[0]) == (
        'line 5, gift: "a" is also the gift of line 2; each stands once',
    )


TOLD_OTHERWISE = {
    "an amount": (
        "1,2018-09-03,b,20.00,2.00,18.00,",
        "line 2, gift b of payout 1 has fee 2.00, and 1.00 in payfast.csv, line 3",
    ),
    "a payer, whose words are not repeated": (
        "1,2018-09-03,b,20.00,1.00,19.00,Someone",
        "line 2, gift b of payout 1 has another payer than in payfast.csv, line 3",
    ),
    "the day of the payout": (
        "1,2018-09-05,d,20.00,1.00,19.00,",
        "line 2, payout 1 has the day 2018-09-05, and 2018-09-03 in payfast.csv, line 2",
    ),
}


@pytest.mark.parametrize(("row", "said"), TOLD_OTHERWISE.values(), ids=TOLD_OTHERWISE)
def test_what_two_reports_tell_otherwise_is_refused_with_both_places(row: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RegisterRefused) as caught:
        rc.read_payouts(two(tmp_path, GIFTS, [row]))
    assert caught.value.file == "yoco.csv"
    assert said in caught.value.faults
    assert "Someone" not in str(caught.value)


def test_the_order_of_reports_means_nothing_but_whose_line_is_told(tmp_path: Path) -> None:
    paths = two(tmp_path, GIFTS[:2], [GIFTS[2], GIFTS[1]])
    told = [rc.read_payouts(order).drop(columns=["source", "line"]) for order in (paths, paths[::-1])]
    ordered = [found.sort_values(["payout", "gift"], ignore_index=True) for found in told]
    pd.testing.assert_frame_equal(*ordered)
