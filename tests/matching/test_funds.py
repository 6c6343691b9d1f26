from __future__ import annotations

import pandas as pd
import pytest

from reconcile.campaigns import default_funds, read_campaigns, read_funds
from reconcile.matching import match
from reconcile.matching.funds import FundReader
from reconcile.matching.lexicon import build

READER = FundReader(
    build(read_campaigns(pd.DataFrame([("ZZZ", "Nothing")], columns=["code", "name"])), default_funds())
)


def funds(text: str, cut: bool = False) -> list[str]:
    return [f.fund for f in READER.find(text.split(), cut) if not f.denied]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ZAKAT", ["zakat"]),
        ("ZAKAATUL MAAL", ["zakat"]),
        ("ZKT", ["zakat"]),
        ("ZAKTA", ["zakat"]),
        ("LLILAH", ["lillah"]),
        ("SADAQAH JARIYA", ["sadaqah"]),
        ("ZAKATUL FITR", ["fitrah"]),
        ("SADAQATUL FITR", ["fitrah"]),
        ("ZAKAT AL FITR", ["fitrah"]),
        ("ZAKAAT UL FITR", ["fitrah"]),
        ("KORBAAN", ["qurbani"]),
        ("RIBA", ["interest"]),
        ("ZAKAT LILLAH", ["zakat", "lillah"]),
        ("ZAKATS", ["zakat"]),
        ("ZAKST", ["zakat"]),
    ],
)
def test_spellings_and_slips_name_their_fund(text: str, expected: list[str]) -> None:
    assert funds(text) == expected


@pytest.mark.parametrize(
    "text",
    ["ALHAMDULILLAH", "FISABILILLAH", "FI SABILILLAH", "SADIQA", "ZAKARIYA", "ZAKIYA", "FITRI", "FIDELIA", "ZA", "LI",
     "RIYAA", "BILLAH", "WAQF", "AQEEQAH", "DONATION", "LEILA"],
)  # fmt: skip
def test_words_that_only_look_like_a_fund_name_none(text: str) -> None:
    assert funds(text) == []


@pytest.mark.parametrize("text", ["NON ZAKAAT", "NO ZAKAT", "NOT LILLAH"])
def test_a_denied_fund_is_no_fund(text: str) -> None:
    assert funds(text) == []


def test_three_letters_are_a_fund_two_are_none_and_a_name_or_another_word_is_none() -> None:
    assert funds("SAD") == funds("SAD", cut=True) == ["sadaqah"]
    assert funds("SA") == funds("SA", cut=True) == []
    assert funds("ZAK") == ["zakat"]
    assert funds("FID DANIELS") == ["fidya"]
    assert funds("KAI") == funds("END") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("PETERS PENCE", ["pence"]), ("PETRS PENCE", ["pence"]), ("PETER SPENCE", []), ("PETERSPENCE", [])],
)
def test_what_differs_from_a_spelling_by_its_blank_can_be_excluded(text: str, expected: list[str]) -> None:
    rows = [("pence", "Peters Pence", "Peter Spence|pence")]
    vocabulary = read_funds(pd.DataFrame(rows, columns=["fund", "spellings", "excludes"]))
    register = read_campaigns(pd.DataFrame([("ZZZ", "Nothing")], columns=["code", "name"]))
    found = FundReader(build(register, vocabulary)).find(text.split(), False)
    assert [f.fund for f in found if f.fund] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FARMERS IN NEED", []),
        ("FARMERS IN NEEED", []),
        ("FARMERS NEED", []),
        ("NEED", ["need"]),
        ("HELP IN NEED", ["need"]),
        ("FUND FOR NEED", ["need"]),
    ],
)
def test_a_phrase_has_its_small_words_or_lacks_them(text: str, expected: list[str]) -> None:
    rows = [("need", "Need|Fund for Need", "Farmers in Need")]
    vocabulary = read_funds(pd.DataFrame(rows, columns=["fund", "spellings", "excludes"]))
    register = read_campaigns(pd.DataFrame([("ZZZ", "Nothing")], columns=["code", "name"]))
    found = FundReader(build(register, vocabulary)).find(text.split(), False)
    assert [f.fund for f in found if f.fund] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MEMORY BOX", ["MBX", ""]),
        ("MBX IN MEMORY OF PA", ["MBX", "memoriam"]),
        ("MBX MEMORY PA", ["MBX", "memoriam"]),
    ],
)
def test_what_is_left_of_a_longer_spelling_is_no_fund_within_a_name(text: str, expected: list[str]) -> None:
    register = read_campaigns(
        pd.DataFrame([("MBX", "Memory Boxes", "Memory Box")], columns=["code", "name", "aliases"])
    )
    vocabulary = read_funds(pd.DataFrame({"fund": ["memoriam"], "spellings": ["In Memory|Memorial"]}))
    lines = pd.DataFrame({"date": ["2018-09-03"], "amount": ["1.00"], "description": [f"FNB APP PAYMENT FROM  {text}"]})
    [decided] = match(lines, register, funds=vocabulary)[["campaign", "fund"]].fillna("").to_numpy().tolist()
    assert decided == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WORCESTER TRAINING CENTRE", ["WTC", ""]),
        ("WORCESTER TRAINING C", ["WTC", ""]),
        ("WTC TRAINING", ["WTC", "training"]),
        ("CREW TRAINING", ["TRN", "training"]),
        ("SPAN OPLEIDING", ["", "training"]),
    ],
)
def test_what_a_name_takes_for_no_fund_is_none_where_it_is_cut_either(text: str, expected: list[str]) -> None:
    names = [("WTC", "Worcester Training Centre", ""), ("TRN", "Crew Training", "Spanopleiding")]
    register = read_campaigns(pd.DataFrame(names, columns=["code", "name", "aliases"]))
    vocabulary = read_funds(
        pd.DataFrame({"fund": ["training"], "spellings": ["Training|Opleiding"], "excludes": ["Training Centre"]})
    )
    lines = pd.DataFrame({"date": ["2018-09-03"], "amount": ["1.00"], "description": [f"FNB APP PAYMENT FROM  {text}"]})
    [decided] = match(lines, register, funds=vocabulary)[["campaign", "fund"]].fillna("").to_numpy().tolist()
    assert decided == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SADAQAHJARIYAH W4L", ["matched", "W4L", "jariyah"]),
        ("W4LSADAQAHJARIYAH", ["matched", "W4L", "jariyah"]),
        ("SADAQAJARIYAH W4L", ["matched", "W4L", "jariyah"]),
        ("W4LZAKAT", ["matched", "W4L", "zakat"]),
        ("W4L SADA", ["matched", "W4L", "sadaqah"]),
        ("QWERTZAKAT W4L", ["review", "W4L", ""]),
        ("W4L ZAKATQWERT", ["review", "", ""]),
        ("ALHAMDULILLAH W4L", ["matched", "W4L", ""]),
    ],
)
def test_a_funds_words_run_together_or_into_another_word(text: str, expected: list[str]) -> None:
    register = read_campaigns(pd.DataFrame([("W4L", "Pumps"), ("QXA", "Nurses")], columns=["code", "name"]))
    spelt = [("zakat", "Zakat", ""), ("jariyah", "Sadaqah Jariyah", ""), ("sadaqah", "Sadaqah", "")]
    spelt += [("lillah", "Lillah", "Alhamdulillah")]
    vocabulary = read_funds(pd.DataFrame(spelt, columns=["fund", "spellings", "excludes"]))
    lines = pd.DataFrame({"date": ["2018-09-03"], "amount": ["1.00"], "description": [f"FNB APP PAYMENT FROM  {text}"]})
    columns = ["status", "campaign", "fund"]
    [decided] = match(lines, register, funds=vocabulary)[columns].fillna("").to_numpy().tolist()
    assert decided == expected
