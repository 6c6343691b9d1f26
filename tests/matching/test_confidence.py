"""What `confidence` and `max_wrong` mean, and that a fund can be kept for people."""

from __future__ import annotations

import pandas as pd
import pytest

import reconcile as rc
from reconcile.errors import FrameRefused
from reconcile.matching import confidence
from reconcile.matching.confidence import DOUBTS, Measured, overruled

TABLE = {
    "code": Measured("matched", 980, 980),
    DOUBTS[0]: Measured("review", 18, 20),
    DOUBTS[1]: Measured("review", 50, 100),
    DOUBTS[2]: Measured("review", 0, 50),
    "several campaigns": Measured("review", 999, 1000),
}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "measured", lambda: TABLE)
    overruled.cache_clear()
    yield
    overruled.cache_clear()


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("max_wrong", "taken"),
    [(0, 0), (0.0, 0), (0.001, 0), (0.002, 1), (0.04, 1), (0.05, 2), (0.2, 3), (0.99, 3)],
)
def test_the_surest_doubts_are_overruled_first_while_all_credits_stay_within_the_share(max_wrong, taken) -> None:
    assert overruled(max_wrong) == set(DOUBTS[:taken])


def test_by_default_no_doubt_is_overruled_and_ties_never_are() -> None:
    assert overruled(0) == set()
    assert overruled(0.9) <= set(DOUBTS)


@pytest.mark.parametrize("share", [1, 1.5, -0.1, "0.1", None, True, float("nan")])
def test_what_is_no_share_is_refused(share: object) -> None:
    with pytest.raises(FrameRefused, match="is no share"):
        overruled(share)


def test_a_case_never_seen_is_trusted_half_and_none_not_at_all() -> None:
    assert confidence.confidence("a case of tomorrow") == 0.5
    assert confidence.confidence(None) is None


def decided(text: str, campaigns: rc.CampaignRegister, **given: object) -> pd.Series:
    lines = pd.DataFrame({"date": ["2018-09-03"], "amount": ["1.00"], "description": ["FNB APP PAYMENT FROM  " + text]})
    return rc.match(lines, campaigns, **given).iloc[0]


def test_a_doubt_overruled_is_credited_and_says_so(appeals: rc.CampaignRegister) -> None:
    text = "MAS QWYZHEK"
    strict, lenient = decided(text, appeals), decided(text, appeals, max_wrong=0.9)
    assert (strict["status"], lenient["status"], lenient["campaign"]) == ("review", "matched", "MAS")
    assert lenient["reason"] == "credited although other words stand beside the campaign's"
    assert lenient["confidence"] == strict["confidence"] < 0.9


@pytest.mark.parametrize("text", ["IDB YEM", "IDV LILLAH", "SYRIA ZAKAT", "LILLAH"])
def test_no_share_credits_two_campaigns_a_near_code_a_part_of_a_name_or_none(
    appeals: rc.CampaignRegister, text: str
) -> None:
    assert decided(text, appeals, max_wrong=0.99)["status"] == "review"


def test_a_fund_that_is_never_automatic_waits_for_a_person_with_campaign_and_fund(
    appeals: rc.CampaignRegister,
) -> None:
    funds = rc.read_funds(
        pd.DataFrame({"fund": ["zakat", "lillah"], "spellings": ["Zakaat|ZKT", ""], "automatic": ["never", ""]})
    )
    zakat, lillah = (decided(f"IDB {word}", appeals, funds=funds, max_wrong=0.9) for word in ("ZKT", "LILLAH"))
    assert (zakat["status"], zakat["campaign"], zakat["fund"]) == ("review", "IDB", "zakat")
    assert zakat["reason"] == "a gift to zakat is for a person to credit"
    assert (lillah["status"], lillah["fund"]) == ("matched", "lillah")
    assert rc.read_funds(funds.to_frame()).funds == funds.funds
