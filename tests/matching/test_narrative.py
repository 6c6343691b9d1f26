from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.matching.narrative import narrate

PAYER_WORDS = [
    ("FNB APP PAYMENT FROM  IDB ZAKAT", "FNB app", "", "IDB ZAKAT"),
    ("FNB App Payment From Idb Zakat", "FNB app", "", "IDB ZAKAT"),
    ("INT-BANKING PMT FRM   IDB 0725550118", "FNB internet banking", "", "IDB 0725550118"),
    ("FNB OB PMT            P JACOBS - IDB", "FNB business banking", "", "P JACOBS - IDB"),
    ("FNBOBPMT IDB ZAKAT", "FNB business banking", "", "IDB ZAKAT"),
    ("SCHEDULED PYMT FROM   IDB", "FNB standing order", "", "IDB"),
    ("CAPITEC   IDB 42", "", "CAPITEC", "IDB 42"),
    ("INVESTECPBIDB ZAKAT", "", "INVESTECPB", "IDB ZAKAT"),
    ("MAGTAPE CREDIT ABSABANK IDPLILLAH", "EFT", "ABSABANK", "IDPLILLAH"),
    ("Magtape Credit Capitec   Idb T Mokoena", "EFT", "CAPITEC", "IDB T MOKOENA"),
    ("RTC CREDIT IDB ZAKAT 5F21A09C3E", "real-time clearing", "", "IDB ZAKAT"),
    ("RTC CREDIT 7C10DA33B2 IDLIB ZAKAT", "real-time clearing", "", "IDLIB ZAKAT"),
    ("INWARD SWIFT R018H2K7Q1 A FOUNDATION", "from abroad", "", "A FOUNDATION"),
    ("R026A1B2C3 STICHTING VOORBEELD NL", "", "", "STICHTING VOORBEELD NL"),
    ("ADT CASH DEPO00882112 IDB", "cash machine", "", "IDB"),
    ("ADT CASH DEPO00882112IDB LILLAH", "cash machine", "", "IDB LILLAH"),
    ("ADT CASH DEPOLENASIA IDLIB", "cash machine", "", "IDLIB"),
    ("CASH DEPOSIT LENASIA 004521 IDB", "cash at a branch", "", "IDB"),
    ("M PRINSLOO", "", "", "M PRINSLOO"),
    ("FNB APP PAYMENT FROM  ABSA BANK STAFF", "FNB app", "", "ABSA BANK STAFF"),
]


@pytest.mark.parametrize(("description", "channel", "bank", "payer"), PAYER_WORDS)
def test_the_banks_words_come_off_and_the_payers_stay(description: str, channel: str, bank: str, payer: str) -> None:
    narrative = narrate(description)
    assert (narrative.channel, narrative.counterparty, narrative.payer) == (channel, bank, payer)


NO_GIFTS = [
    ("#SERVICE FEES", "fee"),
    ("NOTIFICATION - SMS", "fee"),
    ("CASH HANDLING FEE", "fee"),
    ("REVERSAL SERVICE FEES", "fee"),
    ("INT ON CREDIT BALANCE", "bank_interest"),
    ("CREDIT INTEREST", "bank_interest"),
    ("YOCO      AB1CD 060226", "settlement"),
    ("RTC CREDIT PAYFAST PAYOUT 88213", "settlement"),
    ("FNB APP TRANSFER FROM SAVINGS", "transfer"),
]


@pytest.mark.parametrize(("description", "kind"), NO_GIFTS)
def test_lines_that_the_banks_words_class_are_no_gifts(description: str, kind: str) -> None:
    assert narrate(description).kind == kind


def test_a_donor_giving_interest_away_is_not_the_banks_interest() -> None:
    assert narrate("FNB APP PAYMENT FROM  INTEREST MONEY").kind is None


@pytest.mark.parametrize(
    ("description", "payer"),
    [
        ("REVERSAL FNB APP PAYMENT FROM IDB ZAKAT", "IDB ZAKAT"),
        ("MAGTAPE CREDIT REVERSAL CAPITEC IDLIB LILLAH", "IDLIB LILLAH"),
        ("RTN EFT ORC ZAKAT NO FUNDS", "ORC ZAKAT NO FUNDS"),
        ("UNPAID MAGTAPE YEM ZAKAT", "YEM ZAKAT"),
    ],
)
def test_a_reversal_keeps_the_payers_words(description: str, payer: str) -> None:
    narrative = narrate(description)
    assert narrative.reversal
    assert narrative.payer == payer


def test_a_reference_of_twenty_characters_may_be_cut() -> None:
    assert narrate("FNB APP PAYMENT FROM  MASJID BUILDING LILL").cut
    assert not narrate("FNB APP PAYMENT FROM  MASJID BUILDING").cut


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_blank_reference_column_leaves_the_payers_words_in_the_description(blank: str | None) -> None:
    assert narrate("MAGTAPE CREDIT CAPITEC   IDB ZAKAT", blank).payer == "IDB ZAKAT"


def test_a_reference_column_of_its_own_is_the_payers_words() -> None:
    narrative = narrate("CAPITEC   SOMETHING ELSE", "idb zakat")
    assert (narrative.counterparty, narrative.payer) == ("CAPITEC", "IDB ZAKAT")


@given(st.text(max_size=60))
def test_any_description_can_be_taken_apart(description: str) -> None:
    narrate(description)
