from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.books import link_reversals
from reconcile.campaigns import CampaignRegister, read_campaigns
from reconcile.errors import FrameRefused
from reconcile.matching.narrative import narrate
from reconcile.money import from_cents
from reconcile.schema import MATCHES, REVERSALS, TEXT, TRANSACTIONS

FIRST = date(2026, 3, 1)
APP = "FNB APP PAYMENT FROM  S PATEL"
BACK = "REVERSAL FNB APP PAYMENT FROM S PATEL"


LARGE, NEXT = (str(Decimal(2**53 + n).scaleb(-2)) for n in (0, 1))
"""Amounts that are one and the same as floats of cents."""


@dataclass(frozen=True)
class Row:
    """A bank line: its id, day from `FIRST`, rand and text; the line is its place among those given."""

    id: str
    day: int
    rand: str
    text: str = APP
    account: str = "62000901"
    source: str = "march.csv"
    reference: str | None = None
    balance: str | None = None


def transactions(*rows: Row) -> pd.DataFrame:
    def money(texts: list[str | None]) -> pd.Series:
        known = from_cents([int(Decimal(t or 0).scaleb(2)) for t in texts])
        return known.mask(pd.Series([t is None for t in texts], dtype=bool))

    frame = pd.DataFrame(
        {
            "transaction_id": [r.id for r in rows],
            "account": [r.account for r in rows],
            "date": pd.to_datetime([FIRST + timedelta(r.day) for r in rows]),
            "amount": money([r.rand for r in rows]),
            "balance": money([r.balance for r in rows]),
            "description": [r.text for r in rows],
            "bank_reference": [r.reference for r in rows],
            "bank_id": None,
            "source": [r.source for r in rows],
            "line": range(1, len(rows) + 1),
        }
    )
    return TRANSACTIONS.check(frame)


CLINIC = read_campaigns(pd.DataFrame([("ROOF25", "Clinic Roof", "")], columns=["code", "name", "aliases"]))


def matched(lines: pd.DataFrame, campaigns: CampaignRegister = CLINIC) -> pd.DataFrame:
    return rc.match(lines, campaigns)


def links(*rows: Row) -> dict[str, str]:
    """Reversal -> original, seen to be the same with the rows turned round."""
    lines = transactions(*rows)
    matches = matched(lines)
    found = link_reversals(lines, matches)
    assert found.equals(link_reversals(lines[::-1], matches))
    assert found.equals(link_reversals(lines, matches[::-1]))
    return dict(zip(found["reversal"], found["original"], strict=True))


SAME_WORDS = [
    ("FNB APP PAYMENT FROM  S PATEL", "REVERSAL FNB APP PAYMENT FROM S PATEL"),
    ("FNB App Payment From S Patel", "FNB APP PAYMENT FROM  REVERSAL S PATEL"),
    ("FNB APP PAYMENT FROM  ZOË NEL", "REVERSAL FNB APP PAYMENT FROM ZOE NEL"),
    ("INT-BANKING PMT FRM   T NAIDOO", "Reversal Int-Banking Pmt Frm T Naidoo"),
    ("SCHEDULED PYMT FROM   ROOF25", "Reversed Scheduled Pymt From Roof25"),
    ("FNB OB PMT            T MASEKO", "FNB OB PMT REVERSAL T MASEKO"),
    ("CAPITEC   H LOUW", "REVERSAL CAPITEC   H LOUW"),
    ("Magtape Credit Capitec   H Louw", "REVERSAL CAPITEC   H LOUW"),
    ("CAPITEC   H LOUW", "MAGTAPE CREDIT REVERSAL CAPITEC H LOUW"),
    ("CAPITEC   H LOUW", "UNPAID MAGTAPE CREDIT CAPITEC H LOUW"),
    ("INVESTECPBMBF-M14-85", "REVERSAL MAGTAPE CREDIT INVESTECPBMBF-M14-85"),
    ("MBF0301 A NDLOVU", "Reversed Rtc Credit Mbf0301 A Ndlovu 0a1b2c3d4e"),
    ("REF MBF0042, NAIDOO, FEB AND MAR", "UNPAID REF MBF0042, NAIDOO, FEB & MAR"),
    ("PAYSHAP CREDIT N MOLEFE", "REVERSAL OF PAYSHAP CREDIT N MOLEFE"),
    ("R026A1B2C3 STICHTING VOORBEELD NL", "REVERSAL INWARD SWIFT R026A1B2C3 STICHTING VOORBEELD NL"),
    # why it came back stands behind the payer's words, and more of the bank's in front
    ("ROOF25", "RTN EFT ROOF25 NO FUNDS"),
    ("CAPITEC   ROOF25", "RTN EFT ROOF25 ACC CLSD"),
    ("ABSA BANK ROOF25", "Rtn Eft Absa Bank Roof25 Payment Stopped"),
    ("R MUNSAMY", "UNPAID ITEM R MUNSAMY"),
    ("CAPITEC   R MUNSAMY", "INWARD UNPAID ITEMS CAPITEC R MUNSAMY"),
    # cash and cheques: the machine's place or the cheque's number
    ("ADT CASH DEPO00882112 ROOF25", "REVERSED ADT CASH DEPO00882112 ROOF25"),
    ("ADT Cash Deposit Parkside Mbf0203", "REVERSED ADT CASH DEPOPARKSIDE MBF0203"),
    ("CHEQUE DEPOSIT 000412", "CHEQUE DEPOSIT UNPAID R/D 000412"),
    ("CHEQUE DEPOSIT 000318", "R/D CHEQUE 000318"),
]


@pytest.mark.parametrize(("paid", "back"), SAME_WORDS)
def test_a_reversal_is_linked_to_the_payment_of_the_same_words(paid: str, back: str) -> None:
    lines = transactions(Row("paid", 2, "350.00", paid), Row("back", 5, "-350.00", back))
    found = link_reversals(lines, matched(lines))
    assert found.to_dict("list") == {
        "reversal": ["back"],
        "original": ["paid"],
        "reason": ["same amount and the same words 3 days earlier"],
    }


CUT_OFF = [
    ("FNB OB PMT            P JACOBS FOUNDATION", "REVERSAL FNB OB PMT P JACOBS FOUNDAT"),
    ("FNB OB PMT            P JACOBS - MBF-0", "REVERSAL FNB OB PMT P JACOBS - MBF-0055-"),
    ("FNB APP PAYMENT FROM  FOR THE WELL AT HOME", "REVERSAL FNB APP PAYMENT FROM FOR THE WELL AT HOMESTEAD"),
]


@pytest.mark.parametrize(("paid", "back"), CUT_OFF)
def test_words_that_the_bank_cut_off_are_the_same_words(paid: str, back: str) -> None:
    lines = transactions(Row("paid", 2, "350.00", paid), Row("back", 3, "-350.00", back))
    found = link_reversals(lines, matched(lines))
    assert found["original"].tolist() == ["paid"]
    assert found["reason"].tolist() == ["same amount and the same words, cut off, 1 day earlier"]


OTHER_WORDS = [
    ("FNB APP PAYMENT FROM  T PATEL", BACK, "another payer"),
    ("FNB APP PAYMENT FROM  A S PATEL", BACK, "words in front are the payer's own"),
    ("FNB APP PAYMENT FROM  SANA PATEL", BACK, "letters inside too"),
    ("FNB APP PAYMENT FROM  PATEL", BACK, "words lacking in front"),
    ("FNB APP PAYMENT FROM  S PATEL 2", BACK, "a number behind is the payer's own"),
    ("FNB APP PAYMENT FROM  S PATEL ROOF25", BACK, "words behind"),
    ("FNB APP PAYMENT FROM  MBF0107", "REVERSAL FNB APP PAYMENT FROM MBF0108", "another number"),
    ("FNB APP PAYMENT FROM  MBF01079", "REVERSAL FNB APP PAYMENT FROM MBF0107", "a longer number"),
    ("INT-BANKING PMT FRM   S PATEL", BACK, "another channel"),
    ("ABSA BANK H LOUW", "REVERSAL CAPITEC   H LOUW", "another bank"),
    ("ADT CASH DEPO00882112 ROOF25", "REVERSED ADT CASH DEPO00123004 ROOF25", "another machine"),
    ("CHEQUE DEPOSIT 000413", "CHEQUE DEPOSIT UNPAID R/D 000412", "another cheque"),
    ("CAPITEC", "REVERSAL CAPITEC", "no words of a payer"),
    ("", "REVERSAL", "no words at all"),
    ("FNB APP PAYMENT FROM  ITEM S PATEL", "REVERSAL S PATEL", "the bank's words come off the reversal only"),
    ("FNB APP PAYMENT FROM  ROOF25", "REVERSAL FNB APP PAYMENT FROM CREDIT ROOF25", "none comes off behind a channel"),
    ("FNB APP PAYMENT FROM  S PATEL", "FNB APP PAYMENT TO    S PATEL", "a payment out"),
    ("FNB APP PAYMENT FROM  S PATEL", "S PATEL", "a payment out without any word of the bank's"),
    ("FNB APP PAYMENT FROM  S PATEL", "MAGTAPE DEBIT S PATEL", "a debit order"),
    ("SERVICE FEES", "REVERSAL SERVICE FEES", "a fee"),
    ("REVERSAL S PATEL", "REVERSAL S PATEL", "money in that is a payment out come back"),
]


@pytest.mark.parametrize(("paid", "back"), [(p, b) for p, b, _ in OTHER_WORDS], ids=[why for *_, why in OTHER_WORDS])
def test_other_words_are_not_linked(paid: str, back: str) -> None:
    assert links(Row("paid", 2, "350.00", paid), Row("back", 5, "-350.00", back)) == {}


@pytest.mark.parametrize(
    ("paid", "back", "linked"),
    [
        (Row("paid", 5, "350.00"), Row("back", 5, "-350.00", BACK), True),
        (Row("paid", 0, "350.00"), Row("back", 60, "-350.00", BACK), True),
        (Row("paid", 0, "350.00"), Row("back", 61, "-350.00", BACK), False),
        (Row("paid", 6, "350.00"), Row("back", 5, "-350.00", BACK), False),
        (Row("paid", 2, "350.01"), Row("back", 5, "-350.00", BACK), False),
        (Row("paid", 2, LARGE), Row("back", 5, f"-{LARGE}", BACK), True),
        (Row("paid", 2, LARGE), Row("back", 5, f"-{NEXT}", BACK), False),
        (Row("paid", 2, "-350.00"), Row("back", 5, "-350.00", BACK), False),
        (Row("paid", 2, "350.00"), Row("back", 5, "350.00", BACK), False),
        (Row("paid", 2, "350.00"), Row("back", 5, "-350.00", BACK, account="62000902"), False),
        (Row("paid", 2, "350.00"), Row("back", 5, "-350.00", BACK, source="april.csv"), True),
        (Row("paid", 2, "350.00", "CAPITEC", reference="h louw"), Row("back", 5, "-350.00", "RTN EFT H LOUW"), True),
        (Row("paid", 2, "350.00", "CAPITEC", reference="x"), Row("back", 5, "-350.00", "RTN EFT H LOUW"), False),
        (Row("paid", 2, "350.00"), Row("back", 5, "-350.00", "REVERSAL FNB APP", reference="S PATEL"), True),
    ],
)
def test_account_amount_and_days_must_fit(paid: Row, back: Row, linked: bool) -> None:
    assert links(paid, back) == ({"back": "paid"} if linked else {})


def test_of_payments_with_one_text_the_latest_is_taken_back() -> None:
    back = Row("back", 8, "-350.00", BACK)
    lines = transactions(Row("a", 1, "350.00"), Row("b", 6, "350.00"), Row("c", 3, "350.00"), back)
    found = link_reversals(lines, matched(lines))
    assert found["original"].tolist() == ["b"]
    assert found["reason"].tolist() == ["same amount and the same words 2 days earlier, one of 3 such payments"]


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_of_payments_of_one_day_the_first_id_is_taken(ids: tuple[str, str]) -> None:
    rows = [Row(i, 6, "350.00", source=s) for i, s in zip(ids, ("1.csv", "2.csv"), strict=True)]
    assert links(*rows, Row("back", 8, "-350.00", BACK)) == {"back": "a"}


TWO_ANSWERS = [
    ("CAPITEC   H LOUW", "ABSA BANK H LOUW", "RTN EFT H LOUW"),
    ("FNB APP PAYMENT FROM  S PATEL", "INT-BANKING PMT FRM   S PATEL", "REVERSAL S PATEL"),
    ("ADT CASH DEPOPARKSIDE ROOF25", "ADT CASH DEPOROSEBANK ROOF25", "REVERSAL ROOF25"),
    ("FNB OB PMT P JACOBS FOUNDATION", "FNB OB PMT P JACOBS FOUNDATION 7", "REVERSAL FNB OB PMT P JACOBS FOUNDAT"),
    ("ROOF25", "ROOF25 NO FUNDS", "RTN EFT ROOF25 NO FUNDS"),
]


@pytest.mark.parametrize(("one", "other", "back"), TWO_ANSWERS)
def test_two_payments_of_different_texts_are_left_to_a_person(one: str, other: str, back: str) -> None:
    first, second, last = (
        Row("one", 2, "350.00", one),
        Row("other", 3, "350.00", other),
        Row("back", 5, "-350.00", back),
    )
    assert links(first, last) == {"back": "one"}
    assert links(second, last) == {"back": "other"}
    assert links(first, second, last) == {}


def test_the_very_words_come_before_words_cut_off() -> None:
    rows = (
        Row("cut", 4, "350.00", "FNB OB PMT P JACOBS FOUNDAT"),
        Row("whole", 2, "350.00", "FNB OB PMT P JACOBS FOUNDATION"),
        Row("back cut", 5, "-350.00", "REVERSAL FNB OB PMT P JACOBS FOUNDAT"),
        Row("back whole", 6, "-350.00", "REVERSAL FNB OB PMT P JACOBS FOUNDATION"),
    )
    assert links(*rows) == {"back cut": "cut", "back whole": "whole"}
    assert links(*rows[:2], rows[3]) == {"back whole": "whole"}
    # an earlier reversal does not take for its cut words what a later one has in full
    early = Row("early", 5, "-350.00", "REVERSAL FNB OB PMT P JACOBS FOUNDAT")
    assert links(rows[1], early, rows[3]) == {"back whole": "whole"}


def test_a_payment_is_taken_back_once_and_a_reversal_takes_one() -> None:
    backs = Row("back 1", 5, "-350.00", BACK), Row("back 2", 6, "-350.00", BACK)
    assert links(Row("a", 1, "350.00"), *backs) == {"back 1": "a"}
    assert links(Row("a", 1, "350.00"), Row("b", 3, "350.00"), backs[0]) == {"back 1": "b"}
    assert links(Row("a", 1, "350.00"), Row("b", 3, "350.00"), *backs) == {"back 1": "b", "back 2": "a"}


def test_of_reversals_of_one_day_the_first_id_takes_the_payment() -> None:
    backs = [Row(i, 5, "-350.00", BACK) for i in ("c", "a", "b")]
    assert links(Row("paid", 1, "350.00"), *backs) == {"a": "paid"}


def test_what_is_near_one_reversal_is_not_near_another() -> None:
    early, late = Row("early", 3, "-350.00", BACK, source="april.csv"), Row("late", 40, "-350.00", BACK)
    assert links(early, Row("paid", 10, "350.00"), late) == {"late": "paid"}
    other = Row("other", 30, "-350.00", "RTN EFT K NEL")
    assert links(Row("paid", 0, "350.00"), other, Row("back", 61, "-350.00", BACK)) == {}


FIRST_PAID = Row("paid", 2, "350.00")
ANEW = Row("anew", 5, "350.00", balance="1350.00")
TAKEN = Row("back", 5, "-350.00", BACK, balance="1000.00")
THAT_DAY = Row("that day", 5, "350.00", balance="1350.00")
BEFORE = Row("fee", 5, "-50.00", "#SERVICE FEES", balance="1000.00")
AFTER = Row("gift", 7, "80.00", "ROOF25")
MADE_ANEW = {
    "oldest first": ((FIRST_PAID, TAKEN, ANEW), "paid"),
    "newest first": ((ANEW, TAKEN, FIRST_PAID), "paid"),
    "in a file that nothing orders": ((FIRST_PAID, AFTER, ANEW, TAKEN), "paid"),
    "in a file that nothing orders, turned round": ((FIRST_PAID, AFTER, TAKEN, ANEW), "paid"),
    "after another file": ((Row("paid", 2, "350.00", source="april.csv"), ANEW, TAKEN), "paid"),
    "in another file": (
        (replace(ANEW, source="april.csv"), FIRST_PAID, TAKEN, Row("gift", 7, "80.00", "ROOF25", source="april.csv")),
        "paid",
    ),
    "all on one day, oldest first": ((BEFORE, THAT_DAY, TAKEN, ANEW), "that day"),
    "all on one day, newest first": ((ANEW, TAKEN, THAT_DAY, BEFORE), "that day"),
    "paid and taken back on one day, oldest first": ((FIRST_PAID, THAT_DAY, TAKEN, AFTER), "that day"),
    "paid and taken back on one day, newest first": ((AFTER, TAKEN, THAT_DAY, FIRST_PAID), "that day"),
    "only after the reversal, oldest first": ((Row("fee", 1, "-9.00", "#SERVICE FEES"), TAKEN, ANEW), None),
    "only after the reversal, newest first": ((ANEW, TAKEN, Row("fee", 1, "-9.00", "#SERVICE FEES")), None),
}


@pytest.mark.parametrize(("rows", "original"), MADE_ANEW.values(), ids=MADE_ANEW.keys())
def test_a_payment_made_anew_on_the_day_of_the_reversal_is_not_taken_back(rows: list[Row], original: str) -> None:
    assert links(*rows) == ({"back": original} if original else {})


def test_what_the_matches_and_the_text_do_not_both_call_a_reversal_is_never_linked() -> None:
    reversal = transactions(Row("paid", 2, "350.00"), Row("back", 5, "-350.00", BACK))
    payment = transactions(Row("paid", 2, "350.00"), Row("back", 5, "-350.00", "S PATEL"))
    for lines, kind, linked in ((reversal, "reversal", 1), (reversal, "payment_out", 0), (payment, "reversal", 0)):
        assert len(link_reversals(lines, matched(lines).assign(kind=kind))) == linked
    assert len(link_reversals(reversal, matched(reversal)[:1])) == 0


@pytest.mark.parametrize(
    ("lines", "matches"),
    [
        (TRANSACTIONS.empty(), MATCHES.empty()),
        (transactions(Row("paid", 2, "350.00")), matched(transactions(Row("paid", 2, "350.00")))),
        (transactions(Row("back", 2, "-350.00", BACK)), matched(transactions(Row("back", 2, "-350.00", BACK)))),
        (transactions(Row("paid", 2, "350.00")), MATCHES.empty()),
        (pd.DataFrame(columns=TRANSACTIONS.names), pd.DataFrame(columns=MATCHES.names)),
        (pd.DataFrame(), pd.DataFrame()),
    ],
    ids=["nothing", "no reversal", "no payment", "no matches", "without types", "without columns"],
)
def test_where_nothing_is_linked_the_frame_has_its_columns_as_text(lines: pd.DataFrame, matches: pd.DataFrame) -> None:
    found = link_reversals(lines, matches)
    assert len(found) == 0
    assert dict(found.dtypes) == {"reversal": TEXT, "original": TEXT, "reason": TEXT}


def test_the_links_are_text_and_by_the_day_of_the_reversal() -> None:
    backs = (
        Row("z", 5, "-350.00", BACK),
        Row("a", 6, "-20.00", "RTN EFT ROOF25"),
        Row("b", 6, "-30.00", "RTN EFT K NEL"),
    )
    lines = transactions(*backs, Row("1", 1, "20.00", "ROOF25"), Row("2", 1, "30.00", "K NEL"), Row("3", 1, "350.00"))
    found = link_reversals(lines, matched(lines))
    assert found["reversal"].tolist() == ["z", "a", "b"]
    assert REVERSALS.check(found).equals(found)


def test_an_id_twice_and_columns_that_lack_are_refused() -> None:
    lines = transactions(Row("paid", 2, "350.00"), Row("back", 5, "-350.00", BACK))
    with pytest.raises(FrameRefused, match="paid twice"):
        link_reversals(pd.concat([lines, lines[:1]]), matched(lines))
    with pytest.raises(FrameRefused, match="lacks the column source"):
        link_reversals(lines.drop(columns="source"), matched(lines))
    with pytest.raises(FrameRefused, match="lacks the column kind"):
        link_reversals(lines, matched(lines).drop(columns="kind"))


MOVED = [
    (APP, 5000),
    ("INT-BANKING PMT FRM   S PATEL", 5000),
    ("CAPITEC   H LOUW", 5000),
    (APP, 5001),
    (BACK, -5000),
    ("REVERSAL S PATEL", -5000),
    ("RTN EFT H LOUW NO FUNDS", -5000),
    (BACK, -5001),
    (BACK, 5000),
    (APP, -5000),
]
LINES = st.tuples(
    st.sampled_from([0, 1, 2, 61, 62]),
    st.sampled_from(MOVED),
    st.sampled_from(["62000901", "62000902"]),
    st.sampled_from(["march.csv", "april.csv"]),
)


@settings(max_examples=50)
@given(st.lists(LINES, max_size=16), st.data())
def test_links_are_one_to_one_exact_never_forward_and_the_same_in_any_order(drawn: list, data: st.DataObject) -> None:
    rows = [
        Row(f"t{n}", day, f"{Decimal(cents).scaleb(-2):f}", text, account, source)
        for n, (day, (text, cents), account, source) in enumerate(drawn)
    ]
    lines = transactions(*rows)
    matches = matched(lines)
    found = link_reversals(lines, matches)
    shuffled = lines.iloc[data.draw(st.permutations(range(len(rows))))]
    assert found.equals(link_reversals(shuffled, matches.iloc[data.draw(st.permutations(range(len(rows))))]))
    assert found["reversal"].is_unique
    assert found["original"].is_unique
    by_id = {r.id: r for r in rows}
    for reversal, original in zip(found["reversal"], found["original"], strict=True):
        back, paid = by_id[reversal], by_id[original]
        assert narrate(back.text).reversal
        assert not narrate(paid.text).reversal
        assert Decimal(back.rand) == -Decimal(paid.rand) < 0
        assert back.account == paid.account
        assert 0 <= back.day - paid.day <= 60
