"""The campaign register and the fund vocabulary: read exactly, or refused with every fault."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile import campaigns as module
from reconcile.campaigns import (
    Campaign,
    CampaignRegister,
    Fund,
    FundVocabulary,
    compared,
    default_funds,
    read_campaigns,
    read_funds,
)
from reconcile.errors import RegisterRefused, UnreadableFile

SAMPLES = Path(__file__).parents[1] / "sample_statements"
HEADER = "code,name,aliases,opens,closes\n"


def register(tmp_path: Path, rows: str, header: str = HEADER) -> CampaignRegister:
    path = tmp_path / "register.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_campaigns(path)


def faults_of(tmp_path: Path, rows: str, header: str = HEADER) -> tuple[str, ...]:
    with pytest.raises(RegisterRefused) as refused:
        register(tmp_path, rows, header)
    return refused.value.faults


def test_a_register_is_read_as_it_stands(tmp_path: Path) -> None:
    read = register(tmp_path, "AAA,First Appeal,Firsts | First one||,2018-08-01,2018/12/31\n0012,Second,,,\n")
    assert read.campaigns == (
        Campaign("AAA", "First Appeal", ("Firsts", "First one"), date(2018, 8, 1), date(2018, 12, 31)),
        Campaign("0012", "Second"),
    )
    assert (read.source_name, len(read.sha256 or "")) == ("register.csv", 64)


def test_aliases_and_days_may_be_absent(tmp_path: Path) -> None:
    assert register(tmp_path, "AAA,First\n", "code,name\n").campaigns == (Campaign("AAA", "First"),)


def test_csv_xlsx_and_frame_give_the_same_register(tmp_path: Path) -> None:
    from_csv = register(tmp_path, "AAA,First,F1|F2,2018-08-01,\nNA,Second,,,2018/12/31\n")
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Code", "Name", "Aliases", "Opens", "Closes"])
    book.active.append(["AAA", "First", "F1|F2", date(2018, 8, 1), None])
    book.active.append(["NA", "Second", None, None, "2018/12/31"])
    book.save(tmp_path / "register.xlsx")
    from_sheet = read_campaigns(tmp_path / "register.xlsx")
    assert from_sheet.campaigns == from_csv.campaigns
    assert read_campaigns(from_csv.to_frame()).campaigns == from_csv.campaigns
    assert read_campaigns(from_csv.to_frame()).source_name is None


names = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=8).filter(
    lambda t: "|" not in t and compared(t) != "" and compared(t) not in module.RESERVED
)


@given(st.lists(names, min_size=3, max_size=30, unique_by=compared), st.dates(), st.dates())
def test_a_register_goes_through_its_frame_unchanged(words: list[str], one: date, other: date) -> None:
    thirds = len(words) // 3
    first, last = min(one, other), max(one, other)
    campaigns = tuple(
        Campaign(words[i], words[thirds + i], (words[2 * thirds + i],), first, last) for i in range(thirds)
    )
    frame = CampaignRegister(campaigns).to_frame()
    assert read_campaigns(frame).campaigns == campaigns


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("AAA,One,,,\naaa,Two,,,\n", ['line 3, code: "aaa" is also the code of the campaign AAA (line 2)']),
        ("AAA,One,Same,,\nBBB,Two,same,,\n", ['line 3, aliases: "same" is also an alias of the campaign AAA (line 2)']),
        ("AAA,One,,,\nBBB,Two,o-n e,,\n", ['line 3, aliases: "o-n e" is also the name of the campaign AAA (line 2)']),
        ("AAA,Zoë,,,\nBBB,ZOE\u0308,,,\n", ["is also the name of the campaign AAA (line 2)"]),
        ("AAA,One,,,\nBBB,Two,AAA,,\n", ['line 3, aliases: "AAA" is also the code of the campaign AAA (line 2)']),
        ("AAA,One,,2018-02-30,\n", ['line 2, opens: "2018-02-30" is not a date; write it like 2018-08-31']),
        ("AAA,One,,,01/08/2018\n", ['line 2, closes: "01/08/2018" is not a date']),
        ("AAA,One,,2018-08/01,\n", ['line 2, opens: "2018-08/01" is not a date']),
        ("AAA,One,,20180801,\n", ['line 2, opens: "20180801" is not a date']),
        ("AAA,One,,2018-08-02,2018-08-01\n", ["line 2, closes: 2018-08-01 is before the day it opens, 2018-08-02"]),
        (",One,,,\nBBB,,,,\n", ["line 2, code: is empty", "line 3, name: is empty"]),
        ("AAA,...,,,\n", ['line 2, name: "..." has no letter or digit']),
        ("", ["it has a header and no rows"]),
    ],
)
def test_each_fault_is_named_with_its_line_and_field(tmp_path: Path, rows: str, faults: list[str]) -> None:
    found = faults_of(tmp_path, rows)
    assert len(found) == len(faults)
    assert all(expected in fault for expected, fault in zip(faults, found, strict=True)), found


def test_all_faults_come_at_once_in_order_of_lines_as_one_line_of_text(tmp_path: Path) -> None:
    with pytest.raises(RegisterRefused) as refused:
        register(tmp_path, "AAA,One,,x,y\n,Two,One,,\naaa,Three,,z,\n")
    assert [fault.split(":")[0] for fault in refused.value.faults] == [
        "line 2, opens",
        "line 2, closes",
        "line 3, code",
        "line 3, aliases",
        "line 4, opens",
        "line 4, code",
    ]
    assert str(refused.value).startswith("register.csv: 6 faults: line 2, opens")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("header", ["code,aliases\n", "name\n", "title,number\n"])
def test_a_register_without_code_or_name_is_refused(tmp_path: Path, header: str) -> None:
    assert "it lacks the column" in faults_of(tmp_path, "A,B\n", header)[-1]


def test_a_date_cell_where_text_belongs_is_a_fault() -> None:
    frame = pd.DataFrame({"code": [pd.Timestamp("2018-03-01")], "name": ["One"]}, dtype=object)
    with pytest.raises(RegisterRefused, match="row 1, code: is the date 2018-03-01, not text"):
        read_campaigns(frame)


def test_an_alias_that_repeats_its_own_campaign_is_harmless(tmp_path: Path) -> None:
    assert register(tmp_path, "AAA,One,one|O-N-E|AAA|One,,\n").campaigns[0].aliases == ("one", "O-N-E", "AAA", "One")


def test_a_register_that_is_not_there_is_an_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nowhere\.csv"):
        read_campaigns(tmp_path / "nowhere.csv")


def test_a_campaign_is_looked_up_by_its_code_without_case(tmp_path: Path) -> None:
    read = register(tmp_path, "AAA,One,,,\nBBB,Two,,,\n")
    assert read["Bbb"].name == "Two"
    assert ("Bbb" in read, "CCC" in read, 7 in read) == (True, False, False)
    assert (read.codes, len(read), [c.code for c in read]) == (("AAA", "BBB"), 2, ["AAA", "BBB"])
    with pytest.raises(KeyError, match="no campaign has the code CCC; there are AAA, BBB"):
        read["CCC"]


def test_a_register_shows_in_a_notebook_without_running_what_it_holds(tmp_path: Path) -> None:
    shown = register(tmp_path, "AAA,<script>x</script>,,2018-08-01,\n")._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert "NaT" not in shown
    assert "2018-08-01" in shown


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Zakat al-Fitr", "ZAKATALFITR", True),
        ("Zoë's  Well", "zoes well", True),
        ("Müller", "MU\u0308LLER", True),
        ("Straße", "STRASSE", True),
        ("2024", "2025", False),
        ("زكاة", "صدقة", False),
        ("की", "का", False),
    ],
)
def test_names_are_compared_without_case_accents_spaces_and_punctuation(one: str, other: str, same: bool) -> None:
    assert (compared(one) == compared(other)) is same


def vocabulary(tmp_path: Path, rows: str) -> FundVocabulary:
    path = tmp_path / "funds.csv"
    path.write_text("fund,spellings,excludes\n" + rows, encoding="utf-8")
    return read_funds(path)


def test_a_vocabulary_is_read_as_it_stands_and_a_name_is_always_a_spelling(tmp_path: Path) -> None:
    read = vocabulary(tmp_path, "zakat,Zakaat|ZKT,Zakariya|Zakatul Fitr\nfitrah,Fitrah|Zakatul Fitr,\n")
    assert read.funds == (
        Fund("zakat", ("zakat", "Zakaat", "ZKT"), ("Zakariya", "Zakatul Fitr")),
        Fund("fitrah", ("Fitrah", "Zakatul Fitr")),
    )
    assert (read.names, len(read), read.source_name) == (("zakat", "fitrah"), 2, "funds.csv")
    assert read_funds(read.to_frame()).funds == read.funds
    assert "Zakatul Fitr" in read._repr_html_()


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("zakat,,\nZakat,,\n", ['line 3, fund: "Zakat" is also the name of the fund zakat (line 2)']),
        ("zakat,Zkt,\nlillah,ZKT,\n", ['line 3, spellings: "ZKT" is also a spelling of the fund zakat (line 2)']),
        ("zakat,Zakat al-Fitr,\nfitrah,Zakat-alfitr,\n", ["line 3, spellings"]),
        (",Zkt,\n", ["line 2, fund: is empty"]),
        ("zakat,Zkt,zkt\n", ['line 2, excludes: "zkt" is also one of the spellings']),
        ("", ["it has a header and no rows"]),
    ],
)
def test_each_fault_of_a_vocabulary_is_named(tmp_path: Path, rows: str, faults: list[str]) -> None:
    with pytest.raises(RegisterRefused) as refused:
        vocabulary(tmp_path, rows)
    assert len(refused.value.faults) == len(faults), refused.value.faults
    assert all(e in f for e, f in zip(faults, refused.value.faults, strict=True)), refused.value.faults


SPELLED: dict[str, str] = {
    "zakat": "Zakat, Zakaat, Zakah, Zakaah, Zakaatul Maal, ZKT, ZAK",
    "lillah": "Lillah, Lillaah, Lilla, Lilah, LIL",
    "sadaqah": "Sadaqah, Sadaqa, Sadqa, Sadaka, Sadaqat, Sadaqah Jaariyah",
    "fitrah": "Fitrah, Fitra, Fitr, Fitrana, Zakatul Fitr, Zakat al-fitr, Sadaqatul Fitr",
    "fidya": "Fidya, Fidyah, Fidiyah",
    "kaffarah": "Kaffarah, Kaffara",
    "qurbani": "Qurbani, Qurbaani, Qurban, Korbaan, Udhiya, Udhiyyah",
    "interest": "Interest, Riba, Ribaa",
}


def test_the_built_in_funds_know_the_common_spellings() -> None:
    assert list(default_funds().names) == list(SPELLED)
    for fund in default_funds():
        known = {compared(s) for s in fund.spellings}
        assert {compared(s) for s in SPELLED[fund.name].split(", ")} <= known


@pytest.mark.parametrize(
    "word", ["Alhamdulillah", "Fisabilillah", "Fi Sabilillah", "Zakariya", "Sadiqa", "Eid al-Fitr", "Durban"]
)
def test_the_built_in_funds_exclude_words_that_only_look_like_one(word: str) -> None:
    spelled = {compared(s) for fund in default_funds() for s in fund.spellings}
    excluded = {compared(s) for fund in default_funds() for s in fund.excludes}
    assert compared(word) in excluded - spelled


@pytest.mark.parametrize("word", ["Waqf", "Aqeeqah", "Nadhr", "donation", "Jummah", "Orphan"])
def test_words_of_no_fund_are_no_spelling(word: str) -> None:
    assert compared(word) not in {compared(s) for fund in default_funds() for s in fund.spellings}


def test_the_built_in_funds_are_a_file_anyone_can_read() -> None:
    built_in = default_funds()
    assert built_in is default_funds()
    assert built_in.source_name == "built-in funds.csv"
    assert read_funds(Path(module.__file__).with_name("funds.csv")).funds == built_in.funds


@pytest.mark.parametrize(("read", "name"), [(read_campaigns, "campaigns.csv"), (read_funds, "funds.csv")])
def test_the_sample_register_and_vocabulary_are_sound(read: Any, name: str) -> None:
    assert len(read(SAMPLES / name)) >= 8


@pytest.mark.parametrize("word", ["unspecified", "(to review)", "No campaign"])
def test_a_word_of_the_totals_is_no_code_and_no_fund(word):
    with pytest.raises(RegisterRefused, match="word of the totals"):
        read_campaigns(pd.DataFrame([(word, "Name")], columns=["code", "name"]))
    with pytest.raises(RegisterRefused, match="word of the totals"):
        read_funds(pd.DataFrame([(word,)], columns=["fund"]))


@pytest.mark.parametrize(("word", "automatic"), [("never", False), ("No", False), ("yes", True), ("", True)])
def test_a_fund_can_be_kept_for_a_person(word: str, automatic: bool) -> None:
    frame = pd.DataFrame({"fund": ["zakat"], "spellings": ["ZKT"], "automatic": [word]})
    assert read_funds(frame).funds[0].automatic is automatic
