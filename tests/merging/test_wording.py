from __future__ import annotations

import pytest

from reconcile.merging.wording import alike

ONE = [
    ("CAPITEC   MBF-0042 T MOKOENA", "Magtape Credit Capitec   Mbf-0042 T Mokoena"),
    ("ADT CASH DEPOPARKSIDE MBF0203", "ADT Cash Deposit Parkside Mbf0203"),
    ("ADT CASH DEPO00123004 0825550118", "ADT Cash Deposit 00123004 0825550118"),
    ("REF MBF0042, NAIDOO, FEB AND MAR", "REF MBF0042, NAIDOO, FEB & MAR"),
    ("FNB OB PMT            P JACOBS - MBF-0055-", "FNB OB Pmt P Jacobs - Mbf-0"),
    ("FNB OB PMT            P JACOBS FOUNDAT", "FNB OB Pmt P Jacobs Foundation"),
    ("MBF0301 A NDLOVU", "Rtc Credit Mbf0301 A Ndlovu 0a1b2c3d4e"),
    ("CORNER GROCER       400000*1234  01 FEB", "POS Purchase Corner Grocer 400000*1234 01 Feb"),
    ("CAPITEC   MBF-0042 T MOKOENAS", "Magtape Credit Capitec   Mbf-0042 T Mokoe"),
    ("INVESTECPBMBF0088 THE HOLIDAY F", "INVESTECPBMBF0088 THE HOLIDAY FUND"),
    ("C", "Rtc Credit C"),
    ("A B", "Rtc Credit A B"),
]
TWO = [
    ("FNB APP PAYMENT FROM  MBF0107", "FNB APP PAYMENT FROM  MBF0108"),
    ("FNB APP PAYMENT FROM  MBF0107", "FNB App Payment From Mbf01079"),
    ("FNB APP PAYMENT FROM  T MOKOENA", "FNB App Payment From S Mokoena"),
    ("FNB APP PAYMENT FROM  IDB ZAKAT", "FNB App Payment From Idb Lillah"),
    ("CAPITEC   MBF0042", "ABSA BANK MBF0042"),
    ("MBF10", "MBF100"),
    ("FNB APP PAYMENT FROM  IDB", "FNB App Payment From Idb Lillah"),
    ("FNB APP PAYMENT FROM  IDLIB", "FNB App Payment From Idlib Zakat"),
    ("FNB APP PAYMENT FROM  FOR THE WELL OF T M", "FNB App Payment From For The Well Of S M"),
    ("FNB APP PAYMENT FROM  FOR THE WELLS OF TOM", "FNB APP PAYMENT FROM  FOR THE WELLS OF TOB"),
    ("B", "Rtc Credit A B C"),
    ("C", "Magtape Credit Capitec"),
    ("ZAKAT", "LILLAH"),
    ("", "ZAKAT"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_two_wordings_of_one_line_are_alike(one, other):
    assert alike(one, other)
    assert alike(other, one)
    assert alike(one.upper(), other.lower())


@pytest.mark.parametrize(("one", "other"), TWO)
def test_texts_that_say_something_else_in_the_same_place_are_not(one, other):
    assert not alike(one, other)
    assert not alike(other, one)
