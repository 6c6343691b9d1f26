"""What `evaluate` counts and shows, and whether confidence says what happens."""

from __future__ import annotations

import json
import runpy
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.errors import FrameRefused
from reconcile.matching import confidence
from reconcile.matching.evaluation import Evaluation, evaluate, read_labelled
from reconcile.matching.evaluation.calibration import EDGES, bands
from reconcile.matching.evaluation.counts import OUTCOMES
from tests.labelled_sets import LABELLED

BENCHMARKS = LABELLED.parents[1] / "benchmarks"
TWO_POINTS = 0.02


def labelled(*rows: tuple[str, str, str], **columns: object) -> pd.DataFrame:
    """Gifts of R 1.00 with the right campaign and fund."""
    frame = pd.DataFrame(rows, columns=["description", "campaign_code", "fund"])
    return frame.assign(amount="1.00", date="2018-09-03", **columns)


@pytest.fixture
def mixed(appeals: rc.CampaignRegister) -> Evaluation:
    """One line of each outcome, and what a person is asked."""
    lines = labelled(
        ("IDB ZAKAT", "IDB", "zakat"),
        ("IDB", "YEM", ""),
        ("YEM LILLAH", "YEM", "zakat"),
        ("IDV", "IDB", ""),
        ("GAZA", "", ""),
        ("J SMITH", "", ""),
        ("SOM", "SOM", "lillah"),
        ("#SERVICE FEES", "IDB", ""),
        debated=["", "", "", "", "", "", "yes", ""],
        kind=["clean", "other", "other", "typo", "clean", "clean", "other", "fee"],
    ).set_axis([10, 20, 30, 40, 50, 60, 70, 80])
    return evaluate(lines, appeals)


def test_every_line_has_one_outcome_and_the_counts_are_of_them(mixed: Evaluation) -> None:
    assert mixed.results["outcome"].tolist() == [
        "right",
        "wrong campaign",
        "wrong fund",
        "review",
        "wrong campaign",
        "none",
        "debated",
        "review",
    ]
    assert (mixed.lines, mixed.debated, mixed.named) == (8, 1, 5)
    assert (mixed.right, mixed.wrong_campaign, mixed.wrong_fund, mixed.review, mixed.left) == (1, 2, 1, 2, 3)
    assert (mixed.coverage, mixed.precision) == (0.2, 0.25)


@pytest.mark.parametrize("part", ["by_kind", "by_status"])
def test_kinds_and_statuses_add_up_to_the_whole(mixed: Evaluation, part: str) -> None:
    counts = getattr(mixed, part).values()
    assert sum(c.lines for c in counts) == mixed.lines - mixed.debated
    for name in ("named", "right", "wrong_campaign", "wrong_fund", "review", "left"):
        assert sum(getattr(c, name) for c in counts) == getattr(mixed, name), name


def test_a_gift_taken_for_none_is_seen_by_status(mixed: Evaluation) -> None:
    assert (mixed.by_status["not_donation"].review, mixed.by_status["review"].review) == (1, 1)
    assert set(mixed.by_kind) == {"clean", "other", "typo", "fee"}
    assert mixed.by_status["review"].precision is None


def test_wrong_lines_say_where_what_and_why(mixed: Evaluation) -> None:
    assert [w["line"] for w in mixed.wrong] == [20, 30, 50]
    assert mixed.wrong[1] == {
        "line": 30,
        "description": "YEM LILLAH",
        "expected": "YEM zakat",
        "got": "YEM lillah",
        "outcome": "wrong fund",
        "rule": "code",
        "evidence": "YEM = code of YEM; LILLAH = lillah",
    }


def test_lines_for_a_person_say_which_suggestion_is_the_answer(appeals: rc.CampaignRegister) -> None:
    lines = labelled(("IDV", "IDB", ""), ("IDB + YEM", "YEM", ""), ("J SMITH", "IDB", ""), ("IDV", "IDP", ""))
    result = evaluate(lines, appeals)
    offered = [
        [one.split()[0] for one in r["candidates"].split("; ")] if r["candidates"] else [] for r in result.reviewed
    ]
    answers = ["IDB", "YEM", "IDB", "IDP"]
    expected = [o.index(a) + 1 if a in o else 0 for o, a in zip(offered, answers, strict=True)]
    assert [r["suggested"] for r in result.reviewed] == expected
    assert expected[2] == 0
    assert 2 in expected
    assert evaluate(labelled(("J SMITH", "", "")), appeals).results["suggested"].tolist() == [0]
    assert (result.first_right, result.any_right) == (expected.count(1), 4 - expected.count(0))


def test_a_frame_of_own_lines_may_have_any_index_and_say_where_its_lines_stand(appeals: rc.CampaignRegister) -> None:
    lines = labelled(("IDB", "YEM", ""), ("IDB", "IDB", ""), ("YEM", "IDB", "")).set_axis(["a", "a", "b"])
    assert [w["line"] for w in evaluate(lines, appeals).wrong] == ["a", "b"]
    assert [w["line"] for w in evaluate(lines.assign(line=[7, 8, 9]), appeals).wrong] == [7, 9]


def test_lines_of_a_file_are_named_by_their_line_in_it(appeals: rc.CampaignRegister, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "lines.csv"
    path.write_text('description,amount,date,campaign_code,fund\n\n"IDB",1.00,2018-09-03,YEM,\n')
    assert [w["line"] for w in evaluate(read_labelled(path), appeals).wrong] == [3]


@pytest.mark.parametrize(("campaign", "fund"), [("idb", "Zakat"), (" IDB ", "zakat")])
def test_answers_may_be_in_any_case(appeals: rc.CampaignRegister, campaign: str, fund: str) -> None:
    assert evaluate(labelled(("IDB ZAKAT", campaign, fund)), appeals).right == 1


@pytest.mark.parametrize(
    ("campaign", "fund", "named"), [("IBD", "", '"IBD" in line 1'), ("IDB", "zkat", '"zkat" in line 1')]
)
def test_an_answer_that_is_none_is_refused(appeals: rc.CampaignRegister, campaign: str, fund: str, named: str) -> None:
    with pytest.raises(FrameRefused, match=named):
        evaluate(labelled(("IDB", "IDB", ""), ("IDB", campaign, fund)), appeals)


def test_no_lines_have_no_shares(appeals: rc.CampaignRegister) -> None:
    result = evaluate(labelled(), appeals, against=("exact", "likeness"))
    assert (result.lines, result.coverage, result.precision, result.first_right_share) == (0, None, None, None)
    assert "0 labelled lines" in str(result)
    assert result._repr_html_().startswith("<table>")


def test_json_has_everything_and_no_more_than_json_can_hold(mixed: Evaluation) -> None:
    facts = json.loads(json.dumps(mixed.to_dict(), allow_nan=False))
    assert facts["wrong_total"] == 3
    assert facts["by_kind"]["typo"] == {
        "lines": 1,
        "named": 1,
        "right": 0,
        "wrong_campaign": 0,
        "wrong_fund": 0,
        "review": 1,
        "wrong_total": 0,
        "left": 1,
        "coverage": 0.0,
        "precision": None,
    }
    assert [r["line"] for r in facts["reviewed"]] == [40, 80]
    assert sum(b["lines"] for b in facts["calibration"]) == 4


def test_what_a_payer_typed_is_shown_and_never_run(appeals: rc.CampaignRegister) -> None:
    result = evaluate(labelled(("IDB <b>\x1b", "YEM", "")), appeals)
    assert result.wrong_total == 1
    assert "\x1b" not in str(result)
    assert "<b>" not in result._repr_html_()
    assert "&lt;b&gt;" in result._repr_html_()


def test_the_text_shows_every_wrong_line_and_some_of_those_for_a_person(appeals: rc.CampaignRegister) -> None:
    wrong = [(f"IDB {name}", "YEM", "") for name in ("JAN", "FEB", "MAR")]
    result = evaluate(labelled(*wrong, *[("IDV", "IDB", "")] * 30), appeals)
    text = str(result)
    assert all(name in text for name in ("IDB JAN", "IDB FEB", "IDB MAR"))
    assert text.count("  IDV ") == 20
    assert "20 of 30" in text


def test_outcomes_are_the_ones_named(mixed: Evaluation) -> None:
    assert set(mixed.results["outcome"]) == set(OUTCOMES)


LINES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_every_credited_line_is_in_the_one_band_of_its_confidence(lines: list[tuple[float, bool]]) -> None:
    sure = pd.Series([c for c, _ in lines], dtype=float)
    outcome = pd.Series(["right" if good else "wrong fund" for _, good in lines], dtype=str)
    found = bands(sure, outcome)
    assert sum(b.lines for b in found) == len(lines)
    assert sum(b.right for b in found) == sum(good for _, good in lines)
    for band in found:
        last = band.most == EDGES[-1]
        mine = sure[(sure >= band.least) & ((sure <= 1) if last else (sure < band.most))]
        assert (band.lines, band.expected) == (len(mine), pytest.approx(mine.mean()))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        return SimpleNamespace(**runpy.run_path(str(BENCHMARKS / "measure_rules.py")))  # type: ignore[return-value]


def never_falls(shares: list[float]) -> bool:
    return shares == sorted(shares)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=2, max_size=2), st.integers(200, 400))
def test_a_rule_that_was_right_more_often_is_trusted_more(right: list[int], credited: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        table = {str(r): confidence.Measured("matched", r, credited) for r in right}
        patch.setattr(confidence, "measured", lambda: table)
        sure = [confidence.confidence(str(r)) for r in sorted(right)]
    assert never_falls(sure)
    assert (sure[0] < sure[1]) == (right[0] != right[1])


def test_more_confidence_was_never_more_wrong(script: SimpleNamespace) -> None:
    """Each line with the confidence that the other folds give its rule."""
    lines = script.held_out(5)
    credited = lines[lines["outcome"].isin(script.CREDITED)]
    found = bands(credited["confidence"], credited["outcome"])
    assert len(found) > 1
    assert never_falls([band.share for band in found])
    assert all(band.expected - band.share <= TWO_POINTS for band in found)


def test_each_fold_is_right_within_two_points_of_what_the_others_expect(script: SimpleNamespace) -> None:
    by_fold, _ = script.folds(5)
    assert len(by_fold.rows) == 5
    for row in by_fold.rows:
        of = dict(zip(by_fold.heads, row, strict=True))
        assert abs(of["precision"] - of["expected"]) <= TWO_POINTS, of


def test_no_text_is_in_two_folds_and_every_counted_line_in_one(script: SimpleNamespace) -> None:
    lines = script.held_out(5)
    assert (lines.groupby(["set", "description"])["fold"].nunique() == 1).all()
    assert len(lines) == sum(e.lines - e.debated for e in map(script.evaluation, script.SETS))
    assert lines["fold"].value_counts().min() > len(lines) / 6


def test_the_folds_in_the_docs_are_those_measured_today(script: SimpleNamespace) -> None:
    printed = "\n\n".join(table.as_text() for table in script.folds(5))
    assert f"```text\n{printed}\n```" in (BENCHMARKS.parent / "docs" / "decisions.md").read_text(encoding="utf-8")


def test_what_the_docs_show_is_what_is_printed() -> None:
    samples = BENCHMARKS.parent / "sample_statements"
    lines = read_labelled(samples / "expected" / "labelled-2018-09.csv")
    result = evaluate(lines, rc.read_campaigns(samples / "campaigns.csv"), against=("exact", "likeness"))
    first = "\n\n".join(table.as_text() for table in result.tables()[:2])
    assert str(result).startswith(first)
    assert f"```text\n{first}\n```" in (BENCHMARKS.parent / "docs" / "how-to.md").read_text(encoding="utf-8")


def test_a_rule_that_began_to_err_would_be_seen(script: SimpleNamespace) -> None:
    """Half the lines of the surest rule made wrong: its band falls below the others."""
    lines = script.held_out(5)
    credited = lines[lines["outcome"].isin(script.CREDITED)].copy()
    surest = credited["confidence"] >= credited["confidence"].max()
    credited.loc[credited.index[surest][::2], "outcome"] = "wrong campaign"
    assert not never_falls([band.share for band in bands(credited["confidence"], credited["outcome"])])
