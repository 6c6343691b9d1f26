"""The gifts of a gateway's payouts in place of their bank lines: each linked as its giver's words say, to the cent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile import money
from reconcile.books.gifts import exploded_as_decided
from reconcile.errors import FrameRefused, RegisterRefused
from reconcile.review import with_decisions
from reconcile.schema import GIFTS, MATCHES, PAYOUT_LINES, TRANSACTIONS
from tests.books.two_sides import FIRST, Line, bank, matches

SAMPLES = Path(__file__).parents[2] / "sample_statements"
CAMPAIGNS = rc.read_campaigns(
    pd.DataFrame(
        [
            ("IDB", "Idlib Appeal", "Idleb", "", ""),
            ("YEM", "Yemen Emergency", "", "", "2026-02-01"),
            ("QUR25", "Qurbani 2025", "", "", ""),
        ],
        columns=["code", "name", "aliases", "opens", "closes"],
    )
)
Gift = tuple[str, str, str, str, str | None, str | None]
"""Payout, number, gross, fee, payer and reference."""


def report(*gifts: Gift) -> pd.DataFrame:
    frame = pd.DataFrame(gifts, columns=["payout", "gift", "gross", "fee", "payer", "reference"])
    net = [Decimal(gross) - Decimal(fee) for gross, fee in zip(frame["gross"], frame["fee"], strict=True)]
    return rc.read_payouts(frame.assign(date=str(FIRST), net=net, source="payouts.csv", line=range(2, len(gifts) + 2)))


def one(reference: str | None, gross: str = "100") -> Any:
    """The one gift of a payout that is at the bank, with this reference."""
    # another gift in the payout keeps what is paid out above nothing
    gifts = report(("88213", "1", gross, "5", "S Patel", reference), ("88213", "2", "500", "5", None, "IDB"))
    lines = [Line("a", 0, str(money.total(gifts["net"])), "PAYFAST PAYOUT 88213")]
    found = rc.explode_payouts(bank(*lines), gifts, CAMPAIGNS)
    return found.gifts.iloc[0], found.matches.iloc[0]


def kept(found: rc.ExplodedPayouts) -> list[tuple[str, Decimal, str, str]]:
    told = zip(
        found.transactions["transaction_id"],
        found.transactions["amount"],
        found.matches["kind"],
        found.matches["status"],
        strict=True,
    )
    return list(told)


GIFTS_GIVEN = report(
    ("88213", "1", "100", "4", "S Patel", "IDB zakat"),
    ("88213", "2", "50", "2.50", None, "for whatever"),
    ("90001", "3", "20", "1", "B Naidoo", "IDB"),
)
LINES = [
    Line("before", 0, "10", "FNB APP PAYMENT FROM  IDB"),
    Line("a", 1, "143.50", "PAYFAST PAYOUT 88213"),
    Line("after", 2, "-7"),
]


def test_a_gift_stands_at_gross_in_place_of_its_line_which_keeps_the_fee() -> None:
    found = rc.explode_payouts(bank(*LINES), GIFTS_GIVEN, CAMPAIGNS)
    assert kept(found) == [
        ("before", Decimal("10.00"), "donation", "matched"),
        ("88213/1", Decimal("100.00"), "donation", "matched"),
        ("88213/2", Decimal("50.00"), "donation", "review"),
        ("a", Decimal("-6.50"), "fee", "not_donation"),
        ("after", Decimal("-7.00"), "payment_out", "not_donation"),
    ]
    assert found.matches["transaction_id"].tolist() == found.transactions["transaction_id"].tolist()
    summary = rc.summarise(found.transactions, found.matches)
    assert summary.loc["IDB", "zakat"] == 100
    assert summary.loc["(not donations)"].sum() == Decimal("-13.50")
    assert found.fees["fee"].tolist() == [Decimal("6.50")]
    for frame, kind in (
        (found.transactions, TRANSACTIONS),
        (found.matches, MATCHES),
        (found.gifts, GIFTS),
        (found.settlements, PAYOUT_LINES),
    ):
        pd.testing.assert_frame_equal(kind.check(frame), frame)


def test_a_payout_without_its_line_is_listed_and_counts_nowhere() -> None:
    found = rc.explode_payouts(bank(*LINES), GIFTS_GIVEN, CAMPAIGNS)
    assert found.unmatched["payout"].tolist() == ["90001"]
    gift = found.gifts.set_index("gift").loc["3"]
    assert pd.isna(gift["transaction_id"]) and pd.isna(gift["status"]) and pd.isna(gift["campaign"])
    assert gift["reason"] == "its payout has no bank line: not at the bank"
    assert found.refused == ()


def test_a_gift_for_a_person_is_named_by_its_number_and_payer() -> None:
    gift, _ = one("for whatever")
    assert gift["reason"].startswith("gift 1 of S PATEL: ")
    assert one("IDB")[0]["reason"] is not None


READ = {
    "a code": ("IDB", "matched", "IDB", None),
    "a code and a fund": ("idb - zakat", "matched", "IDB", "zakat"),
    "a name": ("Idlib Appeal", "matched", "IDB", None),
    "a fund alone": ("Zakat", "review", None, "zakat"),
    "nothing": (None, "review", None, None),
    "blanks": ("  ", "review", None, None),
    "another's words": ("birthday of my mother", "review", None, None),
    "two campaigns": ("IDB QUR25", "review", None, None),
    "what would be the bank's words before a reference": ("MAGTAPE CREDIT CAPITEC IDB", "review", None, None),
    "what would be a fee": ("SERVICE FEE", "review", None, None),
    "what would be a gateway": ("PAYFAST", "review", None, None),
    "what would be a reversal": ("REVERSAL IDB", "review", None, None),
}


@pytest.mark.parametrize("case", READ.values(), ids=READ)
def test_all_of_a_reference_is_the_givers_own(case: tuple[str | None, str, str | None, str | None]) -> None:
    reference, status, campaign, fund = case
    gift, match = one(reference)
    found = tuple(None if pd.isna(gift[name]) else gift[name] for name in ("status", "campaign", "fund"))
    assert (found[0], found[1] if status == "matched" else None) == (status, campaign)
    assert fund is None or found[2] == fund
    assert match["kind"] == "donation"


def test_the_end_of_a_long_reference_is_not_taken_for_cut() -> None:
    """The bank keeps 20 characters of a reference, and the begin of a fund at its end may be it; a report keeps all."""
    text = "FOR FAMILIES IN QURB"
    by_the_bank = rc.match(bank(Line("x", 0, "5", f"FNB APP PAYMENT FROM  {text}")), CAMPAIGNS).iloc[0]
    gift, _ = one(text)
    assert (by_the_bank["fund"], gift["status"]) == ("qurbani", "review") and pd.isna(gift["fund"])


def test_money_given_back_takes_its_gift_off_the_campaign() -> None:
    gift, match = one("IDB zakat", gross="-100")
    assert (gift["status"], gift["campaign"], match["kind"], gift["gross"]) == ("matched", "IDB", "reversal", -100)


def test_a_gift_to_an_appeal_that_is_closed_says_so() -> None:
    assert one("YEM")[0]["reason"] == "appeal closed on 2026-02-01"


def test_totals_that_do_not_come_to_the_line_are_refused_by_name() -> None:
    lines = [Line("a", 0, "143.49", "PAYFAST PAYOUT 88213")]
    found = rc.explode_payouts(bank(*lines), GIFTS_GIVEN, CAMPAIGNS)
    [fault] = found.refused
    assert isinstance(fault, RegisterRefused)
    told = "its gifts come to R 143.50, its bank line to R 143.49 of 2026-03-01"
    assert str(fault).startswith(f"payouts.csv: 1 fault: line 2, payout 88213: {told}.")
    pd.testing.assert_frame_equal(found.transactions, bank(*lines))


def test_a_line_that_a_person_decided_stays() -> None:
    known = matches(*LINES).assign(status=["matched", "decided", "not_donation"])
    found = rc.explode_payouts(bank(*LINES), GIFTS_GIVEN, CAMPAIGNS, matches=known)
    assert found.transactions["transaction_id"].tolist() == ["before", "a", "after"]
    assert found.unmatched.set_index("payout")["reason"]["88213"] == "a person decided its bank line"


def test_matches_that_are_given_stay_as_they_are() -> None:
    known = matches(*LINES).assign(rule="mine")
    found = rc.explode_payouts(bank(*LINES), GIFTS_GIVEN, CAMPAIGNS, matches=known)
    assert found.matches["rule"].tolist()[:1] == ["mine"] and found.matches["rule"].tolist()[-1:] == ["mine"]


def test_the_banks_matches_have_one_row_for_each_line_again() -> None:
    known = rc.match(bank(*LINES), CAMPAIGNS)
    found = rc.explode_payouts(bank(*LINES), GIFTS_GIVEN, CAMPAIGNS, matches=known)
    back = found.of_the_bank(found.matches)
    assert back["transaction_id"].tolist() == ["before", "a", "after"]
    assert back["kind"].tolist() == known["kind"].tolist() == ["donation", "settlement", "payment_out"]


def test_what_was_decided_before_is_taken_as_it_is() -> None:
    found = rc.explode_payouts(bank(*LINES), GIFTS_GIVEN, CAMPAIGNS)
    decided = found.matches.assign(campaign=found.matches["campaign"].mask(found.matches["status"].eq("review"), "YEM"))
    again = exploded_as_decided(bank(*LINES), GIFTS_GIVEN, decided)
    pd.testing.assert_frame_equal(again.transactions, found.transactions)
    assert again.gifts.set_index("gift")["campaign"]["2"] == "YEM"


def test_faults_of_what_is_given_are_named() -> None:
    lines = bank(*LINES)
    with pytest.raises(FrameRefused, match="transactions has the id a twice"):
        rc.explode_payouts(pd.concat([lines, lines[1:2]]), GIFTS_GIVEN, CAMPAIGNS)
    with pytest.raises(FrameRefused, match="matches lacks 1 of 3 transactions, the first a"):
        rc.explode_payouts(lines, GIFTS_GIVEN, CAMPAIGNS, matches=matches(LINES[0], LINES[2]))
    with pytest.raises(RegisterRefused, match="does not come to"):
        rc.explode_payouts(lines, GIFTS_GIVEN.assign(net=GIFTS_GIVEN["gross"]), CAMPAIGNS)
    with pytest.raises(RegisterRefused, match="also the gift of"):
        rc.explode_payouts(lines, pd.concat([GIFTS_GIVEN, GIFTS_GIVEN[:1]]), CAMPAIGNS)


def test_the_sample_month_has_its_two_payouts() -> None:
    statement, payouts = (
        rc.read_statement(SAMPLES / "history-2018-09.csv"),
        rc.read_payouts(SAMPLES / "payout-2018-09.csv"),
    )
    campaigns, funds = rc.read_campaigns(SAMPLES / "campaigns.csv"), rc.read_funds(SAMPLES / "funds.csv")
    found = rc.explode_payouts(statement.transactions, payouts, campaigns, funds=funds)
    assert dict(found.facts()) == {
        "Payouts": "2, 2 at the bank",
        "Gifts": "18, 18 credited, 0 for a person",
        "Gross": "R 8 034.96 of the payouts at the bank",
        "Fees": "R 293.11",
        "Net": "R 7 741.85, what the bank has",
    }
    said = payouts["reference"].str.split(" ", expand=True)
    wanted = pd.DataFrame({"campaign": said[0], "fund": said[1].str.lower()}).set_axis(payouts["gift"])
    own = found.gifts.set_index("gift")[["campaign", "fund"]].reindex(payouts["gift"])
    assert own.to_numpy().tolist() == wanted.to_numpy().tolist()
    assert "2 at the bank" in repr(found) and "<table>" in found._repr_html_()


references = st.sampled_from(["IDB", "IDB zakat", "zakat", None, "a gift", "QUR25", "REVERSAL", "interest"])
gifts_ = st.lists(
    st.tuples(
        st.sampled_from(["88213", "88214", "88215"]), st.integers(-5_000, 90_000), st.integers(0, 900), references
    ),
    max_size=12,
)
lines_ = st.lists(
    st.tuples(st.sampled_from(["PAYFAST 88213", "PAYFAST 88214", "YOCO", "NAIDOO IDB"]), st.integers(-9_000, 90_000)),
    max_size=5,
)


@given(gifts_, lines_, st.lists(st.booleans(), min_size=3, max_size=3), st.randoms())
@settings(max_examples=20, deadline=None)
def test_not_a_cent_comes_or_goes_no_gift_is_there_twice_and_no_order_matters(
    told: list[Any], others: list[Any], at_the_bank: list[bool], shuffle: Any
) -> None:
    gifts = [
        (payout, f"g{at}", str(money.rand(gross)), str(money.rand(fee)), "P", reference)
        for at, (payout, gross, fee, reference) in enumerate(told)
    ]
    payouts = report(*gifts)
    net = payouts.groupby("payout")["net"].sum().to_dict()
    lines = [Line(f"l{at}", 0, str(money.rand(cents)), text) for at, (text, cents) in enumerate(others)]
    for there, (payout, amount) in zip(at_the_bank, net.items(), strict=False):
        lines += [Line(f"p{payout}", 0, str(amount), f"PAYFAST PAYOUT {payout}")] if there else []
    rows = bank(*lines)
    found = rc.explode_payouts(rows, payouts, CAMPAIGNS)

    ids = found.transactions["transaction_id"]
    assert not ids.duplicated().any() and ids.tolist() == found.matches["transaction_id"].tolist()
    assert sorted(found.gifts["gift"]) == sorted(payouts["gift"])
    assert money.total(found.transactions["amount"]) == money.total(rows["amount"])
    line_of = {
        f"{name}/{gift}": line for name, gift, line in found.gifts[["payout", "gift", "transaction_id"]].to_numpy()
    }
    whole = found.transactions.groupby(ids.map(lambda name: line_of.get(name, name)))["amount"].sum()
    assert whole.to_dict() == rows.set_index("transaction_id")["amount"].to_dict()
    assert money.total(rc.summarise(found.transactions, found.matches).stack()) == money.total(rows["amount"])
    there = found.gifts[found.gifts["transaction_id"].notna()]
    for line, own in there.groupby("transaction_id"):
        assert own["gross"].sum() - own["fee"].sum() == rows.set_index("transaction_id")["amount"][line]
    assert len(there) + len(found.gifts[found.gifts["status"].isna()]) == len(payouts)

    mixed = rows.sample(frac=1, random_state=shuffle.randint(0, 999))
    again = rc.explode_payouts(mixed, payouts.sample(frac=1, random_state=shuffle.randint(0, 999)), CAMPAIGNS)
    by_id = [each.sort_values("transaction_id", ignore_index=True) for each in (found.matches, again.matches)]
    pd.testing.assert_frame_equal(*by_id)
    pd.testing.assert_frame_equal(again.gifts, found.gifts)
    pd.testing.assert_frame_equal(again.settlements, found.settlements)


def test_a_gift_stands_under_its_own_day_and_is_held_against_that_of_its_appeal() -> None:
    gifts = report(("88213", "1", "100", "5", None, "YEM"), ("88213", "2", "100", "5", None, "YEM"))
    given = gifts.assign(given=[pd.Timestamp("2026-01-30"), pd.NaT])
    lines = [Line("a", (pd.Timestamp("2026-02-03") - pd.Timestamp(FIRST)).days, "190", "PAYFAST PAYOUT 88213")]
    assert CAMPAIGNS.campaigns[1].closes is not None
    found = rc.explode_payouts(bank(*lines), given.assign(date=pd.Timestamp("2026-02-02")), CAMPAIGNS)
    assert found.transactions["date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-30", "2026-02-03", "2026-02-03"]
    own, late = found.matches["reason"].iloc[:2]
    assert pd.isna(own) and "closed" in late


def test_a_stroke_in_the_name_of_a_payout_does_not_make_two_gifts_one() -> None:
    gifts = report(("88213/A", "1", "100", "5", None, "IDB"), ("88213", "A/1", "200", "5", None, "IDB"))
    lines = [Line("a", 0, "95", "PAYFAST PAYOUT 88213/A"), Line("b", 0, "195", "PAYFAST PAYOUT 88213")]
    ids = rc.explode_payouts(bank(*lines), gifts, CAMPAIGNS).transactions["transaction_id"]
    assert len(ids) == 4 and not ids.duplicated().any()


def test_a_gift_that_waits_is_decided_in_a_notebook() -> None:
    statement = rc.read_statement(SAMPLES / "history-2018-09.csv")
    campaigns, funds = rc.read_campaigns(SAMPLES / "campaigns.csv"), rc.read_funds(SAMPLES / "funds.csv")
    payouts = rc.read_payouts(SAMPLES / "payout-2018-09.csv")
    payouts.loc[payouts["gift"] == "88213-02", "reference"] = "for whatever"
    gifts = rc.explode_payouts(statement.transactions, payouts, campaigns, funds=funds)
    rows = rc.review_rows([statement], gifts.matches, campaigns=campaigns, funds=funds, exploded=gifts)
    own = rows["Transaction id"].eq("88213/88213-02")
    assert own.sum() == 1 and len(rows) == gifts.matches["status"].eq("review").sum()
    rows.loc[own, ["Your campaign", "Your fund"]] = ["IDB", "lillah"]
    reviewed = rc.read_decisions(rows, campaigns=campaigns, funds=funds)
    applied = with_decisions(gifts.transactions, gifts.matches, reviewed, by="Thandi", on="2018-09-30")
    decided = applied.matches.set_index("transaction_id").loc["88213/88213-02"]
    assert (decided["status"], decided["campaign"], decided["fund"]) == ("decided", "IDB", "lillah")
    assert applied.refused == ()
