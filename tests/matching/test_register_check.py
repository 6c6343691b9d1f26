"""A register says of itself what it makes hard, and what it says is what the matcher then does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import reconcile as rc
from reconcile.cli import main
from reconcile.errors import FrameRefused
from reconcile.matching.asking import WAYS, arriving, asker
from reconcile.matching.register_findings import findings
from tests.labelled_sets import LABELLED, every_set, register_of

ROOT = LABELLED.parents[1]
PAGE = ROOT / "docs" / "register.md"


def register(*rows: tuple[str, ...]) -> rc.CampaignRegister:
    """Rows of code, name, and as far as given aliases, opens and closes."""
    filled = [(*row, *[""] * (5 - len(row))) for row in rows]
    return rc.read_campaigns(pd.DataFrame(filled, columns=["code", "name", "aliases", "opens", "closes"]))


SOUND = (("VLW", "Village Wells", "Clean Water"), ("TNK", "Rain Tanks", "Tank Builders"))


def test_a_sound_register_has_no_finding() -> None:
    report = rc.check_register(register(*SOUND))
    assert report.findings.empty
    assert str(report) == "2 campaigns, 0 findings"


FOUND = [
    ([("WTR", "Village Pumps", "Hand Pumps"), ("WTS", "Rain Tanks", "Tank Builders")], "codes one letter apart"),
    ([("WTR", "Village Pumps", "Hand Pumps"), ("WRT", "Rain Tanks", "Tank Builders")], "codes one letter apart"),
    ([("YOCO", "Young Cooks", "Cooking School")], "code not credited"),
    ([("CKS", "Absa Bursaries", "Cooking School")], "name not credited"),
    ([("CKS", "Young Cooks", "Nedbank")], "alias not credited"),
    ([("ZAK", "Young Cooks", "Cooking School")], "code that means something else"),
    ([("RENT", "Young Cooks", "Cooking School")], "code that means something else"),
    ([("101", "Young Cooks", "Cooking School")], "code that means something else"),
    ([("YC", "Young Cooks", "Cooking School")], "code that means something else"),
    ([*SOUND, ("RAIN", "Young Cooks", "Cooking School")], "code that means something else"),
    ([("CKS", "Young Cooks", "Gift")], "alias of common words"),
    ([("GZE", "Gaza"), ("ORF", "Gaza Orphans", "Orphan Friends")], "names inside one another"),
    ([("WDA", "Winter Drive 2018", "Old Drive"), ("XLB", "Winter Drive 2019", "New Drive")], "names alike"),
    (
        [("CKS", "Young Cooks", "Cooking School"), ("ART", "School Painters", "Young Hands")],
        "words of several campaigns",
    ),
    ([("CKS", "Young Cooks", "Kitchen")], "generic names"),
    ([("CKS", "Young Cooks")], "no alias"),
    ([("CKS", "Young Cooks", "Cooking School, Kitchen Class")], "aliases in one"),
    ([("CAKE", "Young Cooks", "Cooking School")], "code that means something else"),
    ([("ROSE", "Young Cooks", "Cooking School")], "code that means something else"),
]


@pytest.mark.parametrize(("rows", "kind"), FOUND, ids=[f"{k}: {r[-1][0]}" for r, k in FOUND])
def test_what_may_go_wrong_is_found(rows: list[tuple[str, ...]], kind: str) -> None:
    found = rc.check_register(register(*rows)).findings
    assert kind in found["finding"].tolist()
    assert (found[["campaigns", "words", "asked", "cost", "do"]] != "").all(axis=None)


@pytest.mark.parametrize(
    ("rows", "kind", "said"),
    [
        (FOUND[0][0], "codes one letter apart", "WTR: is credited to WTR; WTS: is credited to WTS"),
        ([("W18", "Village Pumps"), ("W19", "Rain Tanks")], "codes", "2 credit the right campaign, 0 another, 8 none"),
        (FOUND[3][0], "name not credited", "from another bank and without the bank's words goes to a person"),
        (FOUND[3][0], "name not credited", "is credited by some ways of paying only"),
        ([("IDB", "Idlib"), ("XLK", "Tents", "Absa Idlib")], "alias not credited", "the alias credits IDB, not XLK"),
        ([("LIB", "Books"), ("XLK", "Tents", "The LIB")], "code not credited", "two campaigns named: LIB, XLK"),
        (FOUND[11][0], "names inside one another", "whoever leaves the rest out is credited to GZE"),
        (FOUND[12][0], "names alike", "whoever writes only WINTER DRIVE is not credited"),
        (FOUND[10][0], "alias of common words", "whoever writes GIFT credits CKS"),
        (
            [("CKS", "Young Cooks of Vredenburg"), ("LBD", "Young Cooks of Vredendal")],
            "name not",
            "cut at 20 characters",
        ),
    ],
    ids=[
        "near codes",
        "slips in figures",
        "a bank's name",
        "some ways",
        "another campaign",
        "the same but for small words",
        "inside",
        "alike",
        "common",
        "cut",
    ],
)
def test_what_it_costs_is_said(rows: list[tuple[str, ...]], kind: str, said: str) -> None:
    found = rc.check_register(register(*rows)).findings
    rows_of = found[found["finding"].str.startswith(kind)]
    assert said in " ".join([*rows_of["asked"], *rows_of["cost"]])


@pytest.mark.parametrize(("other", "said"), [("2019-05-01", "at different times"), ("2018-07-01", "on the same days")])
def test_campaigns_named_alike_are_told_apart_by_their_days_only_for_the_reader(other: str, said: str) -> None:
    found = rc.check_register(
        register(
            ("WDA", "Winter Drive 2018", "", "2018-05-01", "2018-09-01"), ("XLB", "Winter Drive 2019", "", other, "")
        )
    ).findings
    assert said in found.loc[found["finding"] == "names alike", "cost"].item()


@every_set
def test_every_answer_in_the_report_is_what_match_does(name: str) -> None:
    campaigns = register_of(name)
    answers = [a for f in findings(campaigns, asker(campaigns, rc.default_funds())) for a in f.answers]
    assert len(answers) > 10
    lines = pd.DataFrame({"description": [way + answer.text for answer in answers for way in WAYS]})
    matches = rc.match(lines.assign(date="2018-09-03", amount="1.00"), campaigns)
    said = [outcome.campaign for answer in answers for outcome in answer.outcomes]
    assert matches["campaign"].where(matches["status"] == "matched").fillna("").tolist() == [c or "" for c in said]


@every_set
def test_a_code_name_or_alias_that_match_does_not_credit_is_always_a_finding(name: str) -> None:
    campaigns = register_of(name)
    texts = [(c.code, text) for c in campaigns for text in (c.code, c.name, *c.aliases)]
    lines = pd.DataFrame({"description": [way + arriving(text) for _, text in texts for way in WAYS]})
    matches = rc.match(lines.assign(date="2018-09-03", amount="1.00"), campaigns)
    owners = [code for code, _ in texts for _ in WAYS]
    lost = {
        arriving(texts[number // len(WAYS)][1])
        for number, (owner, got) in enumerate(zip(owners, matches["campaign"], strict=True))
        if owner != got or matches["status"].iloc[number] != "matched"
    }
    found = rc.check_register(campaigns).findings
    not_credited = found[found["finding"].str.endswith("not credited")]
    assert {arriving(text) for text in not_credited["words"]} == lost


@every_set
def test_the_order_of_the_register_does_not_change_what_is_found(name: str) -> None:
    campaigns = register_of(name)
    turned = rc.read_campaigns(campaigns.to_frame().iloc[::-1].reset_index(drop=True))
    kinds = ["finding", "words"]
    before, after = (rc.check_register(c).findings[kinds] for c in (campaigns, turned))
    as_sets = [{(f, frozenset(w.split(", "))) for f, w in frame.to_numpy()} for frame in (before, after)]
    assert as_sets[0] == as_sets[1]


def test_own_fund_words_are_asked_about() -> None:
    funds = rc.read_funds(pd.DataFrame({"fund": ["bursaries"], "spellings": ["VLW"]}))
    found = rc.check_register(register(*SOUND), funds).findings
    assert "VLW is a word of the fund bursaries" in " ".join(found["cost"])


def test_what_is_no_register_is_refused_with_the_way_out() -> None:
    with pytest.raises(FrameRefused, match="read_campaigns"):
        rc.check_register("campaigns.csv")  # type: ignore[arg-type]


def test_the_report_shows_itself_in_a_notebook_and_lets_nothing_run() -> None:
    report = rc.check_register(register(("WTR", "<script>alert</script>"), ("WTS", "Rain Tanks")))
    html = report._repr_html_()
    assert "<table" in html
    assert "<script>" not in html
    assert repr(report) == str(report)


@pytest.fixture
def leaves(capsys: pytest.CaptureFixture[str]):
    """Runs `reconcile campaigns` and gives exit code and output."""

    def run(*arguments: object) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(["campaigns", *map(str, arguments)])
        return left.value.code, capsys.readouterr().out

    return run


def registers_of_the_page() -> list[str]:
    return re.findall(r"```csv\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_page_shows_what_the_command_prints(leaves, tmp_path: Path) -> None:
    faulty, sound = registers_of_the_page()
    path = tmp_path / "register.csv"
    path.write_text(faulty, encoding="utf-8")
    code, out = leaves(path)
    assert code == 1
    assert f"```text\n{out}```" in PAGE.read_text(encoding="utf-8")
    path.write_text(sound, encoding="utf-8")
    assert leaves(path) == (0, "4 campaigns, 0 findings\n")


def test_a_register_that_cannot_be_read_is_two(leaves, tmp_path: Path) -> None:
    assert leaves(tmp_path / "gone.csv")[0] == 2
    (tmp_path / "twice.csv").write_text("code,name\nIDB,Idlib\nIDB,Other\n")
    assert leaves(tmp_path / "twice.csv")[0] == 2


def test_json_carries_the_findings_and_the_funds_are_read(leaves) -> None:
    samples = ROOT / "sample_statements"
    code, out = leaves(samples / "campaigns.csv", "--funds", samples / "funds.csv", "--json")
    facts = json.loads(out)
    assert (code, facts["campaigns"]) == (1, 12)
    assert facts["findings"][0]["finding"] == "codes one letter apart"
    assert leaves(samples / "campaigns.csv", "--funds", samples / "none.csv")[0] == 2


def test_the_command_explains_itself(leaves) -> None:
    code, out = leaves("--help")
    assert code == 0
    assert "usage: reconcile campaigns" in out
