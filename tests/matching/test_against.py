"""The ordinary methods do what a careful notebook would: no better and no worse."""

from __future__ import annotations

from importlib import import_module

import pandas as pd
import pytest

import reconcile as rc
from reconcile.campaigns import default_funds
from reconcile.errors import FrameRefused
from reconcile.matching.evaluation import against, evaluate
from tests.labelled_sets import LABELLED

ROOT = LABELLED.parents[1]


def found(register: rc.CampaignRegister, *descriptions: str, amount: object = "1.00") -> dict[str, list[str]]:
    """Campaign and fund per method, as one text per line."""
    lines = pd.DataFrame({"description": descriptions, "amount": amount, "date": "2018-09-03"})
    methods = against.chosen(["exact", "likeness"])
    frames = against.decided(lines, register, default_funds(), methods)
    return {m: (f["campaign"] + " " + f["fund"]).str.strip().tolist() for m, f in frames.items()}


@pytest.mark.parametrize(
    ("description", "credited"),
    [
        ("FNB APP PAYMENT FROM  IDB ZAKAT", "IDB zakat"),
        ("idlib refugees (lillah)", "IDB lillah"),
        ("IDBZAKAT", ""),
        ("IDB YEM", ""),
        ("IDLEBB", ""),
        ("IDB ZAKAT LILLAH", "IDB"),
        ("ZAKAT", ""),
        ("", ""),
    ],
)
def test_whole_words_credit_where_exactly_one_campaign_is_found(
    appeals: rc.CampaignRegister, description: str, credited: str
) -> None:
    assert found(appeals, description)["whole words"] == [credited]


def test_the_scores_of_a_likeness_are_those_of_rapidfuzz(appeals: rc.CampaignRegister) -> None:
    got = found(appeals, "IDBZAKAT", "MAGTAPE CREDIT ROHINGYA APPEAL ZAKAT", "QQQQ")
    assert got["partial_ratio"] == ["IDB", "ROH zakat", ""]
    assert got["token_set_ratio"] == ["", "ROH zakat", ""]


def test_of_words_equally_like_a_text_the_longest_win(appeals: rc.CampaignRegister) -> None:
    longest = max(("Gaza", "GZE"), ("Gaza Orphans", "GZO"), key=lambda pair: len(pair[0]))[1]
    assert found(appeals, "GAZA ORPHANS")["partial_ratio"] == [longest]


@pytest.mark.parametrize("amount", ["-1.00", "0.00"])
def test_money_that_did_not_come_in_is_no_gift_to_them(appeals: rc.CampaignRegister, amount: str) -> None:
    assert {tuple(v) for v in found(appeals, "IDB ZAKAT", amount=amount).values()} == {("",)}


def test_more_texts_than_are_compared_at_once_are_all_compared(
    appeals: rc.CampaignRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["IDB 1", "YEM 2", "QQQQ", "IDB 3", "YEM 4"]
    whole = found(appeals, *texts)
    monkeypatch.setattr(against, "TEXTS_AT_ONCE", 2)
    assert found(appeals, *texts) == whole
    assert whole["partial_ratio"] == ["IDB", "YEM", "", "IDB", "YEM"]


def test_a_reference_of_its_own_column_is_read_too(appeals: rc.CampaignRegister) -> None:
    lines = pd.DataFrame(
        {
            "description": ["EFT", "EFT"],
            "bank_reference": ["IDB ZAKAT", None],
            "amount": "1.00",
            "date": "2018-09-03",
            "campaign_code": ["IDB", ""],
            "fund": ["zakat", ""],
        }
    )
    assert evaluate(lines, appeals, against="exact").against["whole words"].right == 1


@pytest.mark.parametrize(
    ("names", "methods"),
    [
        ("exact", ["whole words"]),
        (["likeness"], ["partial_ratio", "token_set_ratio", "WRatio"]),
        (["exact", "exact"], ["whole words"]),
        ((), []),
    ],
)
def test_methods_are_asked_for_by_name_each_once(names: object, methods: list[str]) -> None:
    assert list(against.chosen(names)) == methods  # type: ignore[arg-type]


def test_a_method_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(FrameRefused, match=r'"magic".*exact, likeness'):
        against.chosen(["exact", "magic"])


def test_all_methods_are_counted_on_the_same_lines(appeals: rc.CampaignRegister) -> None:
    lines = pd.DataFrame(
        {
            "description": ["IDB ZAKAT", "IDBZAKAT", "G WELLS", "SOM"],
            "amount": "1.00",
            "date": "2018-09-03",
            "campaign_code": ["IDB", "IDB", "", "YEM"],
            "fund": ["zakat", "zakat", "", ""],
            "debated": ["", "", "", "yes"],
        }
    )
    result = evaluate(lines, appeals, against=("exact", "likeness"))
    assert {(c.lines, c.named) for c in result.against.values()} == {(3, 2)}
    words, partial = result.against["whole words"], result.against["partial_ratio"]
    assert (words.right, words.wrong_total, words.review) == (1, 1, 1)
    assert (partial.right, partial.wrong_campaign, partial.wrong_fund, partial.review) == (1, 1, 1, 0)
    assert (result.right, result.wrong_total, result.review) == (2, 0, 0)
    assert "WRatio" in str(result)
    assert "WRatio" in result._repr_html_()
    assert result.to_dict()["against"]["WRatio"]["named"] == 2


@pytest.mark.soak
def test_the_figures_of_all_methods_in_the_docs_are_those_measured_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    printed = import_module("measure_labelled").side_by_side()
    assert printed in (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
