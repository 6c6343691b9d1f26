"""Names, firms and other words beside a campaign's: what they leave sure and what they make doubtful."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import reconcile as rc
from reconcile.matching.decide import Decision

Decide = Callable[[str], Decision]

CREDITED = [
    ("AYESHA KHAN IDB", "two names before a code"),
    ("RMF AYESHA", "a given name after a code"),
    ("IDB KHAN", "a surname after a code that nobody is called by"),
    ("MAS FATIMA DANIELS", "two names after a code that could be one"),
    ("YEMEN FATIMA DANIELS", "two names after a name"),
    ("MARIAM K YEMEN ZAKAT", "a whole name with its initial before"),
    ("NAIDOO IFTAR", "a surname before a name"),
    ("IDLIB - AUNTY BIBI", "a title and a name"),
    ("MAS TANNIE BETTIE", "a relative"),
    ("IDB 0725550118 QWYZHEK", "a cell number, which donors are asked for"),
    ("IDB FRM SHOP STAFF", "a firm that gives, after 'from'"),
    ("AL NOOR BUTCHERY IDB", "a firm that gives, before a code"),
    ("IDB DANKIE BAIE", "thanks"),
    ("IFTAR 4 ADULTS", "what is counted"),
    ("IFTAR 4 ADULTS 1 KID", "what is counted, several and one"),
    ("YMN YEMEN", "a try at a code before the name"),
    ("G WELLS BOR LILLAH", "a person named like another campaign"),
    ("MR G WELLS BOR ZAKAT", "the same with a title"),
    ("QRB FISHER/DANIELS", "two surnames with a mark between"),
    ("QP QWYZHEKA IDB 07255", "a cell number cut off"),
    ("WELLS FAMILY IDB ZAK", "a family named like another campaign"),
    ("BEIRA FISHERIES SYW", "a firm named like another campaign"),
    ("PAYROLL GIVING IDB", "how a gift is paid"),
    ("IDB WAQF", "a word of giving"),
    ("IDB ZAK DELTA TYRES", "three letters of a fund behind a code, and a firm that gives"),
]

DOUBTED = [
    ("G WELLS", "an initial before a surname that is an alias"),
    ("N YEMEN ZAKAT", "an initial before one word, whatever the fund"),
    ("MR WELLS", "a title"),
    ("A BEIRA", "an initial that is also a word"),
    ("KENNETH WELLS ZAKAT", "a given name before a surname that is an alias"),
    ("IDA KUHN LILLAH", "a code that is a given name, before a surname"),
    ("IDA J KUHN", "the same with an initial"),
    ("MRS IDA PIENAAR", "the same with a title"),
    ("IDA VAN RENSBURG", "the same with a surname of two words"),
    ("VAN DER WELL", "the end of a surname"),
    ("WELLS FAMILY", "a family"),
    ("YEMEN QWYZHEK", "an unknown word after a name that others may mean"),
    ("MAS LOGISTICS", "a firm named like a code"),
    ("MAS LOGISTICS LILLAH", "a firm named like a code, whatever the fund"),
    ("GAZA STREET RENT", "an address"),
    ("IDB REFUND", "business"),
    ("YEMEN CLNIC BOREHOL", "a mangled word of another campaign"),
    ("W C FOURIE", "two initials"),
    ("NOT IDB", "a campaign that is denied"),
    ("YEMEN NIE", "one that is denied behind"),
    ("ZAKAT FROM IDB", "one that is named as the giver"),
    ("RETURNED YEMEN LILLAH", "money that comes back"),
    ("GAZA T SHIRT", "something bought"),
    ("INTERNAL TRF IDB", "a transfer between own accounts"),
    ("GAZA N SUDAN", "another place, joined by n"),
    ("E CAPE FLOODS", "a part of the place"),
    ("DONATION WESTERN CAPE", "a place that a longer name begins with"),
    ("ALL IS WELL", "an everyday word that is nearly an alias"),
    ("YMN IDB", "the consonants of another campaign's name beside a code"),
    ("PAMPERS LILLAH", "an everyday word one letter off an alias"),
    ("IN MEMORY OF P WELLS", "a dead person named like an alias"),
    ("NOT ZAKAT LILLAH IDB", "two funds behind a denial that may be of the first alone"),
    ("YEMEN APPEAL LILA", "a name that sounds like a fund"),
    ("IDB ZAK QWYZHEKA", "three letters of a fund that may be somebody's first name"),
]


@pytest.mark.parametrize(("payer", "_"), CREDITED, ids=[why for _, why in CREDITED])
def test_a_giver_beside_the_campaign_leaves_it_sure(decided: Decide, payer: str, _: str) -> None:
    decision = decided(f"FNB APP PAYMENT FROM  {payer}")
    assert decision.status == "matched", decision.reason


@pytest.mark.parametrize(("payer", "_"), DOUBTED, ids=[why for _, why in DOUBTED])
def test_what_may_be_somebody_or_something_else_is_asked(decided: Decide, payer: str, _: str) -> None:
    assert decided(f"FNB APP PAYMENT FROM  {payer}").status == "review"


def test_a_funds_word_that_heads_several_campaigns_names_another_beside_a_strange_place() -> None:
    names = {"FHE": "Feast Here", "FTH": "Feast There", "EGY": "Egypt", "FWD": "Forward"}
    register = rc.read_campaigns(pd.DataFrame(names.items(), columns=["code", "name"]))
    funds = rc.read_funds(pd.DataFrame([("feasts", "Feast", "")], columns=["fund", "spellings", "excludes"]))
    texts = ["FEAST EGYPT", "FEAST HERE", "EGY FEAST", "FORWARD FEASTS"]
    rows = pd.DataFrame({"date": "2018-09-03", "amount": "5.00", "description": texts})
    assert rc.match(rows, register, funds=funds)["status"].tolist() == ["review", "matched", "matched", "matched"]


WORDS = rc.read_campaigns(
    pd.DataFrame({"code": ["CAN", "HOPE", "101", "WC"], "name": ["Tin Drive", "Haven", "Pews", "Water Carts"]})
)


@pytest.mark.parametrize(
    ("payer", "status"),
    [
        ("CAN ZAKAT", "matched"),
        ("YES WE CAN", "review"),
        ("HOPE TO HELP", "review"),
        ("HOPE DONATION", "matched"),
        ("MONTH HOPE", "review"),
        ("HOPE A CAR RAFFLE", "review"),
        ("101", "matched"),
        ("PROJECT NO 101", "matched"),
        ("CHEQUE NO 101", "review"),
        ("PLEDGE 101", "review"),
        ("R101", "review"),
        ("101 RAND", "review"),
        ("CA 101", "review"),
        ("101ZAKAT", "matched"),
        ("WC", "matched"),
        ("FOURIE W.C.", "review"),
        ("FOURIE W C", "review"),
    ],
)
def test_a_code_that_is_an_everyday_word_figures_or_initials(payer: str, status: str) -> None:
    lines = pd.DataFrame({"date": "2018-09-03", "amount": "1.00", "description": [f"FNB APP PAYMENT FROM  {payer}"]})
    assert rc.match(lines, WORDS)["status"].tolist() == [status]


def test_a_code_of_letters_and_digits_is_nobodys_name() -> None:
    register = rc.read_campaigns(pd.DataFrame({"code": ["WARD5", "HOPE"], "name": ["Burns", "Hope Hampers"]}))
    lines = pd.DataFrame(
        {"date": "2018-09-03", "amount": "1.00", "description": ["WARD5 QWYZHEK", "HOPE QWYZHEK", "HOPE NDABA"]}
    )
    assert rc.match(lines, register)["status"].tolist() == ["matched", "review", "review"]


OTHERS = [
    ("Cox's Farm", "COXS FARM", "WH1"),
    ("St Anne's Roof", "ST ANNE'S ROOF", "WH1"),
    ("Desks", "DESKS DR K NAIDU", "WH1"),
    ("Desks", "HEAD DOCTOR DESKS", None),
    ("Hifz School", "HIFDH SCHOOL", "WH1"),
    ("Leukaemia Ward", "LEUKEMIE WARD", "WH1"),
    ("Winter Blankets", "BLK WINTER BLANKETS", "WH1"),
    ("Winter Blankets", "BXK WINTER BLANKETS", None),
    ("Milk Equipment Drive", "AA MILK EQUIPMENT DR", "WH1"),
    ("Winter Blankets", "WINTER BLANKETS  NKO", "WH1"),
    ("Winter Blankets", "WINTER BLANKETS  QZX", None),
    ("St Johns", "M ST JOHN", None),
    ("St Johns", "M NAIDOO ST JOHNS", "WH1"),
    ("Desks", "ZAKATWH1", "WH1"),
    ("Desks", "ANJALI PAL", None),
    ("Desks", "WHQ THABO", None),
    ("Desks", "FTR THABO", "FRT"),
    ("Desks", "FTR QWYZHEK", None),
    ("Desks", "PLA THABO", None),
    ("Magnolia", "MAGNOLIE QWYZHEK ZAKAT", "WH1"),
    ("Refugee Tents", "TENTS 100 2000 1 REF", None),
    ("Refugee Tents", "AA 100 2000 1 TENTS REFU", "WH1"),
    ("Winter Blankets", "WINTER BLANKETS  GAR", None),
    ("Desks", "TW23", None),
    ("Desks", "TW 23", "TW"),
    ("Meals on Wheels", "MOW MEALS ON WHEELS", "WH1"),
    ("Desks", "FRT HOPE AND THABO", "FRT"),
    ("Desks", "FRT THABO AND HOPE", "FRT"),
    ("Desks", "FRT QWYZHEK AND THABO", None),
    ("Harbour", "LWAZI - HARBOUR", "WH1"),
    ("Harbour", "LWAZI HARBOUR", None),
    ("Desks", "FITRAH ADAMS 5", None),
    ("Fitrah", "FITRAH ADAMS 5", "WH1"),
    ("Fitrah", "FITRAH ADAMS", None),
    ("Harbour", "ZAKTA S FRT LILLAH", "FRT"),
    ("Desks", "FRT LIL J NAIDOO", "FRT"),
    ("Desks", "FRT - Y LEVY", "FRT"),
    ("Harbour Op", "HARBOUR OP - LIAM", "WH1"),
    ("Harbour Op", "HARBOUR OP DE QWYZHEK", "WH1"),
    ("Harbour Op", "HARBOUR OP QWYZHEK", None),
    ("Kindergarten", "KINDERGARTEN LAUBSCHER", "WH1"),
    ("Garden", "GARDEN LAUBSCHER", None),
    ("Orlando", "ORLANDO M DLAMINI", None),
    ("Iftar", "IFTRA 3", None),
    ("Iftar", "IFTAAR 3", "WH1"),
    ("Desks", "DEBIT ORDER FRT ZAKAT", "FRT"),
    ("Desks", "STOP ORDER FRT", "FRT"),
    ("Desks", "ORDER FRT ZAKAT", None),
    ("Desks", "FRT - LEVY", None),
    ("Desks", "DESKS FISABILILLAH", "WH1"),
    ("Desks", "FRT LIL NAIDOO", None),
    ("Sentinel Centre", "SENTINEL SENTRE", "WH1"),
    ("Burma", "BURMAN J", None),
    ("Burma", "BURMA J", "WH1"),
    ("Desks", "PALMARCH", "PAL"),
    ("Desks", "PALMAY", None),
    ("Desks", "DR MOOLA FRT ZAK", "FRT"),
    ("Burma Orphans", "BURMAORPHANSFORZAKA", None),
    ("Burma Orphans", "THE BURMAORPHANSZAKA", "WH1"),
    ("Burma Orphans", "BURMAORPHANSZAKA", "WH1"),
    ("Burma Orphans", "BURMAORPHANSZAKA FRT", None),
    ("Maternity Home", "MATERNITEITSHUIS", "WH1"),
    ("Masjid Building", "MOSKEE BOU LILLAH", "WH1"),
]
"""Names of one campaign (its code is WH1), a text, and what it is credited to; the others are PAL, FRT, TQ23 and TW."""


@pytest.mark.parametrize(("name", "text", "campaign"), OTHERS)
def test_how_names_are_typed_and_what_stands_beside_them(name: str, text: str, campaign: str | None) -> None:
    rows = [("WH1", name), ("PAL", "Comfort"), ("FRT", "Orchard Trees"), ("TQ23", "Quake"), ("TW", "Tube Wells")]
    register = rc.read_campaigns(pd.DataFrame(rows, columns=["code", "name"]))
    line = {"date": "2018-09-03", "amount": "100.00", "description": f"FNB APP PAYMENT FROM  {text}"}
    [decided] = rc.match(pd.DataFrame([line]), register).itertuples()
    assert (decided.campaign if decided.status == "matched" else None) == campaign, decided.reason


@pytest.mark.parametrize(
    ("text", "campaign"),
    [("OLD BOYS UNION BURSA", "BUR"), ("OLD BOYS UNION BURMS", None), ("BURMS", "ROH"), ("BURSA", None)],
)
def test_the_beginning_of_a_word_at_a_cut_end_is_no_slip_of_another(text: str, campaign: str | None) -> None:
    register = rc.read_campaigns(pd.DataFrame({"code": ["BUR", "ROH"], "name": ["Bursary", "Burma"]}))
    line = {"date": "2018-09-03", "amount": "100.00", "description": f"FNB APP PAYMENT FROM  {text}"}
    [decided] = rc.match(pd.DataFrame([line]), register).itertuples()
    assert (decided.campaign if decided.status == "matched" else None) == campaign, decided.reason


@pytest.mark.parametrize(
    ("text", "status", "fund"),
    [
        ("DR MOOLA MALAWI ZAK", "review", None),  # a name that people bear, and three letters of a fund
        ("MALAWI ZAKA", "matched", "zakat"),
        ("MALAWI KAF", "matched", "kaffarah"),  # nobody is called so
        ("FROM S ZAK MALAWI", "matched", None),
    ],
)
def test_three_letters_of_a_fund_that_people_are_called_by_are_asked_about(
    text: str, status: str, fund: str | None
) -> None:
    register = rc.read_campaigns(pd.DataFrame({"code": ["MLW"], "name": ["Malawi"]}))
    funds = rc.read_funds(pd.DataFrame({"fund": ["zakat", "kaffarah"], "spellings": ["Zakat|Zakaat", "Kaffarah"]}))
    line = {"date": "2018-09-03", "amount": "100.00", "description": f"FNB APP PAYMENT FROM  {text}"}
    found = rc.match(pd.DataFrame([line]), register, funds=funds)
    assert found["status"].tolist() == [status]
    assert found["fund"].astype(object).where(found["fund"].notna(), None).tolist() == [fund]


@pytest.mark.parametrize(
    ("text", "campaign"),
    [("RIVER RUB", "WH1"), ("RIVER TUB", None), ("RIVER", "WH1")],
)
def test_a_word_one_letter_off_the_one_with_which_a_longer_name_goes_on(text: str, campaign: str | None) -> None:
    rows = [("WH1", "River Run", "River"), ("PAL", "Comfort", "")]
    register = rc.read_campaigns(pd.DataFrame(rows, columns=["code", "name", "aliases"]))
    line = {"date": "2018-09-03", "amount": "100.00", "description": f"FNB APP PAYMENT FROM  {text}"}
    [decided] = rc.match(pd.DataFrame([line]), register).itertuples()
    assert (decided.campaign if decided.status == "matched" else None) == campaign, decided.reason


STUDY = [
    ("bursary", "Bursary|Beurs|Ibhasari Yonke", ""),
    ("building", "Building|Boufonds", ""),
    ("food", "Annadanam", ""),
]


@pytest.mark.parametrize(
    ("text", "status", "campaign", "fund"),
    [
        ("MOLEFE BURSARY", "matched", "MOL", "bursary"),
        ("MOLEFE BEURS", "matched", "MOL", "bursary"),
        ("MOLEFE BOUFONDS", "review", None, "building"),
        ("BEURS", "review", None, "bursary"),
        ("JHB SCHOOL DESKS IBH", "matched", "JHB", "bursary"),
        ("JHB SCHOOL DESK IBH", "review", None, None),
        ("BURSA S JHB BOUFONDS", "matched", "JHB", "building"),
        ("JHB SCHOOL DESKS BEU", "matched", "JHB", "bursary"),
        ("JHB SCHOOL DESKS BUR", "matched", "JHB", "bursary"),
        ("JHB SCHOOL DESKS ANN", "matched", "JHB", "food"),
        ("JHB DESKS FOR X ANN", "review", "JHB", None),
        ("MOLEFE BURSARY BOUFONDS", "review", "MOL", None),
        ("JHB BEURS/BOUFONDS", "matched", "JHB", None),
    ],
)
def test_a_fund_spelt_otherwise_in_a_name_begun_at_the_cut_or_begun_like_a_name(
    text: str, status: str, campaign: str | None, fund: str | None
) -> None:
    rows = [("MOL", "Molefe Bursary"), ("VEN", "Vena Bursary"), ("JHB", "School Desks")]
    register = rc.read_campaigns(pd.DataFrame(rows, columns=["code", "name"]))
    funds = rc.read_funds(pd.DataFrame(STUDY, columns=["fund", "spellings", "excludes"]))
    line = {"date": "2018-09-03", "amount": "100.00", "description": f"FNB APP PAYMENT FROM  {text}"}
    [decided] = rc.match(pd.DataFrame([line]), register, funds=funds).itertuples()
    wanted = status, campaign, fund
    found = decided.status, decided.campaign, decided.fund
    assert tuple(None if pd.isna(value) else value for value in found) == wanted, decided.reason


@pytest.mark.parametrize(
    ("text", "campaign"),
    [("ADT CASH DEPOKNYSNA", None), ("ADT CASH DEPOPAARL    KNYSNA", "KNH"), ("ADT CASH DEPOKNH", "KNH")],
)
def test_the_place_of_a_cash_machine_names_no_campaign_by_itself(text: str, campaign: str | None) -> None:
    register = rc.read_campaigns(pd.DataFrame([("KNH", "Knysna"), ("PAL", "Comfort")], columns=["code", "name"]))
    line = {"date": "2018-09-03", "amount": "100.00", "description": text}
    [decided] = rc.match(pd.DataFrame([line]), register).itertuples()
    assert (decided.campaign if decided.status == "matched" else None) == campaign, decided.reason
