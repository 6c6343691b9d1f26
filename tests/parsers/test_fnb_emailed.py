"""The e-mailed statement record by record: what proves it, what refuses it, what a spreadsheet may do to it."""

import csv
import io
import re
from decimal import Decimal

import pytest
from layout_samples import FILE, SAMPLES, rows
from ledgers import read_text

from reconcile.errors import DamagedStatement, ReconcileError, UnknownLayout
from reconcile.parsers.layouts.fnb_emailed import LAYOUT

TEXT = SAMPLES["emailed"].whole
ROWS_END = TEXT.index("\n6,'END'")


@pytest.fixture
def read(tmp_path):
    def reading(content, file="statement.csv"):
        (statement,) = read_text(tmp_path, content, file)
        return statement

    return reading


def edited(*pairs: tuple[str, str], text: str = TEXT) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


def without(*starts: str) -> str:
    return "\n".join(line for line in TEXT.split("\n") if not line.startswith(starts))


def outcomes(statement) -> dict[str, str]:
    return {c.name: c.outcome for c in statement.proof.checks}


def of(first: str, last: str, *days: str) -> str:
    """A statement of one rand a row on these days, its summary left out."""
    closing = f"{100 + len(days)}.00"
    top = edited(
        ("'12 December 2025','12 January 2026',9120.44,9427.74", f"'{first}','{last}',100.00,{closing}"),
        text="\n".join(line for line in TEXT.split("\n") if not re.match(r"4|5,\d|6", line)),
    ).rstrip("\n")
    body = [f'5,{n},\'{day}\',"A","",,1.00,{100 + n}.00,' for n, day in enumerate(days, 1)]
    return "\n".join([top, *body, "6,'END'"])


def days(statement) -> list[str]:
    return [day for day, _, _ in rows(statement)]


def test_account_holder_period_and_number_are_those_of_the_records(read):
    s = read(TEXT)
    assert (s.account.number, s.account.name) == ("62000012345", "FNB GOLD BUSINESS ACCOUNT")
    assert (str(s.period), s.period.stated, s.number) == ("2025-12-12 to 2026-01-12", True, 41)
    assert s.transactions["bank_id"].tolist()[:2] == ["41/1", "41/2"]


def test_everything_it_states_is_checked(read):
    assert outcomes(read(TEXT)) == dict.fromkeys(
        [
            "row numbers",
            "every line",
            "balance chain",
            "opening and closing balance",
            "sums by class",
            "counts by class",
            "period",
        ],
        "held",
    )


def test_days_over_a_year_end_take_the_year_that_lies_in_the_period(read):
    s = read(of("30 December 2025", "2 January 2026", "30 Dec", "31 Dec", "01 Jan", "02 Jan"))
    assert days(s) == ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"]


def test_a_leap_day_is_one_in_its_year_alone(read):
    assert days(read(of("15 February 2024", "15 March 2024", "29 Feb"))) == ["2024-02-29"]
    (aside,) = read(of("15 February 2025", "15 March 2025", "20 Feb", "29 Feb")).quarantined.itertuples()
    assert aside.reason == 'the day is not within 10 days of the period: "29 Feb"'


@pytest.mark.parametrize(
    ("day", "found"),
    [("02 Dec", "2025-12-02"), ("11 Dec", "2025-12-11"), ("13 Jan", "2026-01-13"), ("22 Jan", "2026-01-22")],
)
def test_a_day_within_ten_days_of_the_period_is_taken_with_a_warning(read, day, found):
    s = read(of("12 December 2025", "12 January 2026", "20 Dec", day))
    assert sorted(days(s)) == sorted(["2025-12-20", found]) and outcomes(s)["period"] == "open"
    assert "rows lie outside the period the file states (2025-12-12 to 2026-01-12)" in s.warnings


@pytest.mark.parametrize("day", ["01 Dec", "23 Jan", "15 Jun"])
def test_a_day_further_outside_the_period_sets_its_row_aside(read, day):
    s = read(of("12 December 2025", "12 January 2026", "20 Dec", day, "21 Dec"))
    (aside,) = s.quarantined.itertuples()
    assert aside.reason == f'the day is not within 10 days of the period: "{day}"'
    assert aside.amount == Decimal("1.00") and days(s) == ["2025-12-20", "2025-12-21"]


def test_in_a_period_of_over_a_year_a_day_that_fits_twice_is_not_guessed(read):
    s = read(of("1 January 2025", "10 January 2026", "20 Jun", "05 Jan", "21 Jun"))
    (aside,) = s.quarantined.itertuples()
    assert aside.reason == 'the period has this day in two years: "05 Jan"' and aside.amount == Decimal("1.00")
    assert days(s) == ["2025-06-20", "2025-06-21"]


#   the three descriptions as they stand, the text
DESCRIPTIONS = [
    ('"A","B","C"', "A B C"),
    ('"A","",""', "A"),
    ('"A",,', "A"),
    ('"A",,"C"', "A C"),
    (',"B",', "B"),
    (',,"C"', "C"),
    ('"","",""', ""),
    (",,", ""),
    ('"A  B","  C",', "A  B   C"),
    ('"A, B","C,D",', "A, B C,D"),
    ('"O\'BRIEN","\'X\'",', "O'BRIEN 'X'"),
    ('"5" PIPE","B",', '5" PIPE B'),
    ('"A "X" B",,', 'A "X" B'),
    ('"A ""X"" B",,', 'A "X" B'),
    ('"X""",,', 'X"'),
    ('"X"",,', 'X"'),
    ('""X"",,', '"X"'),
    ("A,B,C", "A B C"),
    ("A,,", "A"),
]


@pytest.mark.parametrize(("stands", "text"), DESCRIPTIONS)
def test_the_descriptions_are_one_text_joined_by_blanks(read, stands, text):
    s = read(edited(('"Magtape Credit","ABSA Bank Mbf 0031",', stands)))
    assert rows(s)[3] == ("2025-12-19", 1000_00, text) and s.proof.complete


@pytest.mark.parametrize("stands", ['"A",B","C"', '"A","B","C","D"', '"A","B"', "A", '"A'])
def test_descriptions_that_are_not_three_set_the_row_aside(read, stands):
    aside = read(edited(('"Magtape Credit","ABSA Bank Mbf 0031",', stands))).quarantined
    assert aside["line"].tolist() == [43, 44] and aside["reason"].iloc[0].startswith("has not the fields of a row; ")


@pytest.mark.parametrize(
    "holder", ["'O'BRIEN'", "'SMITH, JONES & CO'", "'A \"B\" C'", "PAWS", "''", "'ZOË'", "'X,'", "'''PAWS'''"]
)
def test_any_name_of_a_holder_leaves_the_account_as_it_is(read, holder):
    s = read(edited(("'HELPING PAWS SHELTER NPC'", holder)))
    assert (s.account.number, s.account.name) == ("62000012345", "FNB GOLD BUSINESS ACCOUNT")


ATTEMPT = '5,10,\'31 Dec\',"Edo Collection Attempt",,"04000000001",98.00,14310.44,'


def with_attempts(front: int, middle: int, end: int) -> str:
    """The sample with rows that move nothing in front, three rows in, and at the end; all rows numbered anew."""
    lines = TEXT.split("\n")
    first = next(n for n, line in enumerate(lines) if line.startswith("5,1,"))
    body = [line for line in lines[first:-1] if line != ATTEMPT]
    still = '5,0,\'15 Dec\',"Edo Collection Attempt",,"04000000001",98.00,{},'
    balances = ["9120.44", body[2].split(",")[-2], body[-1].split(",")[-2]]
    front_rows, middle_rows, end_rows = (
        [still.format(balance)] * count for balance, count in zip(balances, (front, middle, end), strict=True)
    )
    body = [*front_rows, *body[:3], *middle_rows, *body[3:], *end_rows]
    body = [re.sub(r"^5,\d+,", f"5,{n},", line) for n, line in enumerate(body, 1)]
    return "\n".join([*lines[:first], *body, "6,'END'"])


@pytest.mark.parametrize("counts", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (3, 2, 4)])
def test_rows_that_leave_the_balance_are_notices_wherever_they_stand(read, counts):
    s, plain = read(with_attempts(*counts)), read(TEXT)
    assert rows(s) == rows(plain) and s.proof.complete
    assert len(s.notices) == sum(counts)
    assert set(s.transactions["transaction_id"]) == set(plain.transactions["transaction_id"])


def test_several_rows_set_aside_leave_the_others_and_their_numbers_whole(read):
    s = read(edited(("5,2,'15 Dec'", "5;2;'15 Dec'"), ("'20 Dec'", "'99 Dec'"), ("2000.00,13420.44", "x,13420.44")))
    # lines 42 and 46 can be read, but stand behind one that cannot, so that their amounts may have moved nothing
    assert s.quarantined["line"].tolist() == [41, 42, 44, 45, 46]
    assert s.quarantined["amount"].dropna().tolist() == [Decimal("300.00")]
    moved = s.quarantined["reason"].str.extract("2 neighbouring rows moved (R .*) together")[0]
    assert moved.dropna().tolist() == ["R 750.00"] * 2 + ["R 2 080.00"] * 2
    assert len(s.transactions) == 11 and len(s.notices) == 1
    assert outcomes(s)["row numbers"] == "held"
    assert {n for n, o in outcomes(s).items() if o == "open"} == {
        "every line",
        "balance chain",
        "opening and closing balance",
        "sums by class",
        "counts by class",
    }


def test_behind_a_row_that_cannot_be_read_an_attempt_is_not_taken_for_a_payment(read):
    s = read(re.sub(r"\n5,9,[^\n]*", "\nx", TEXT))
    assert s.quarantined["line"].tolist() == [48, 49]
    assert s.quarantined["reason"].iloc[1] == (
        "whether it moved money cannot be told, because the row in front of it cannot be read; "
        "2 neighbouring rows moved R 750.00 together"
    )
    assert 98_00 not in [cents for _, cents, _ in rows(s)]


def test_more_rows_than_the_summary_counts_are_refused_though_one_cannot_be_read(read):
    less = (("'Bank Charges',4,,-166.80", "'Bank Charges',3,,-157.00"), ("Fees',1,-9.80", "Fees',0,0.00"))
    with pytest.raises(DamagedStatement) as fault:
        read(re.sub(r"\n5,17,[^\n]*", "\nx", edited(*less)))
    assert str(fault.value) == (
        "statement.csv, line 56: the summary counts 15 rows that move money, and with those set aside they are 16. "
        "Ask the bank to send the statement again."
    )


def test_a_statement_without_rows_loads_with_a_warning(read):
    top = TEXT[: TEXT.index("\n5,1,")].replace("9427.74", "9120.44")
    quiet = re.sub(r"(4,'12 J[^\n]*',)\d+(,,?)-?[\d.]+(?=\n)", r"\g<1>0\g<2>0.00", top)
    s = read(quiet + "\n6,'END'")
    assert (len(s.transactions), s.opening, s.closing) == (0, Decimal("9120.44"), Decimal("9120.44"))
    assert s.warnings == ("no transactions",) and s.proof.complete


def test_without_a_summary_its_checks_are_not_offered(read):
    s = read(without("4"))
    assert outcomes(s)["counts and sums by class"] == "not offered" and rows(s) == rows(read(TEXT))


NEW_CLASS = ("'Refunds/Adjustments',0,,0.00", "'Refunds/Adjustments',1,,80.00")
LESS_CASH = (
    ("'Funds Received/Credits',10,,5390.00", "'Funds Received/Credits',9,,5310.00"),
    ("'Cash Deposits',1,80.00", "'Cash Deposits',0,0.00"),
)


def test_refunds_that_may_be_money_in_or_out_count_among_all_classes(read):
    s = read(edited(NEW_CLASS, *LESS_CASH))
    assert outcomes(s)["sums by class"] == outcomes(s)["counts by class"] == "held"
    assert "All classes 16" in str(s.proof)


def test_refunds_that_cancel_each_other_count_too(read):
    with pytest.raises(DamagedStatement, match='"All classes" states 18, the rows say 16'):
        read(edited(("'Refunds/Adjustments',0,,0.00", "'Refunds/Adjustments',2,,0.00")))


def test_the_records_may_stand_in_another_order(read):
    three, four, five = (TEXT.index(f"\n{n}\n") for n in (3, 4, 5))
    assert rows(read(TEXT[:three] + TEXT[four:five] + TEXT[three:four] + TEXT[five:])) == rows(read(TEXT))


#   what is done to the file, what the refusal says
REFUSED = {
    "a row deleted": (without("5,4,"), "line 43: row number 5 stands where number 4 should"),
    "a row doubled": (
        edited(("\n5,5,", "\n5,4,'19 Dec',\"A\",,,0.00,11120.44,\n5,5,")),
        "line 44: row number 4 stands where number 5 should",
    ),
    "a row deleted and the others numbered anew": (
        re.sub(r"(?m)^5,(\d+),", lambda m: f"5,{int(m[1]) - (int(m[1]) > 4)},", without("5,4,")),
        "line 43: the balances of lines 42 and 43 differ by R 1 000.00",
    ),
    "an amount changed": (edited((",1000.00,", ",1001.00,")), "the balances of lines 42 and 43 differ by R 1.00 less"),
    "the last row deleted": (without("5,17,"), "line 55: the closing balance is stated as R 9 427.74"),
    "an attempt that moves money": (edited(("98.00,14310.44", "98.00,14408.44")), "the balances of lines 49 and 50"),
    "a wrong row number": (edited(("\n5,3,", "\n5,33,")), "line 42: row number 33 stands where number 3 should"),
    "another opening balance": (
        TEXT.replace("9120.44", "9120.45"),
        "line 40: the opening balance is stated as R 9 120.45, the oldest row follows on R 9 120.44",
    ),
    "another closing balance": (
        edited(("9120.44,9427.74", "9120.44,9427.75"), ("'Closing Balance',,9427.74", "'Closing Balance',,9427.75")),
        "line 56: the closing balance is stated as R 9 427.75, the newest row leads to R 9 427.74",
    ),
    "another opening balance in the summary": (
        edited((",,,9120.44", ",,,9120.45")),
        'line 10: "Opening Balance" of the summary is R 9 120.45, of the statement R 9 120.44',
    ),
    "another closing balance in the summary": (
        edited(("'Closing Balance',,9427.74", "'Closing Balance',,1.00")),
        'line 35: "Closing Balance" of the summary is R 1.00, of the statement R 9 427.74',
    ),
    "a total that its parts do not make": (
        edited(("Credits',10,,5390.00", "Credits',11,,5390.00")),
        'line 11: "Funds Received/Credits" is 11 and R 5 390.00, its parts 10 and R 5 390.00',
    ),
    "a count by class": (
        edited(("Credits',10,,5390.00", "Credits',11,,5390.00"), ("'Other Deposits',0", "'Other Deposits',1")),
        'line 11: "Funds Received/Credits" states 11, the rows say 10',
    ),
    "a sum by class": (
        edited(("-4915.90", "-4915.91"), ("'Account Payments',1,-4500.00", "'Account Payments',1,-4500.01")),
        'line 16: "Funds Used/Debits + Bank Charges" states -R 5 082.71, the rows say -R 5 082.70',
    ),
    "a sum that is no money": (edited(("10,,5390.00", "10,,R5390")), 'line 11: "R5390" is not money'),
    "a period turned round": (
        edited(("'12 December 2025'", "'13 January 2026'")),
        'line 5: the period reads "13 January 2026" to "12 January 2026"',
    ),
    "a period in figures": (edited(("'12 December 2025'", "'2025/12/12'")), 'line 5: the period reads "2025/12/12"'),
    "a statement number in words": (edited(("3,41,", "3,X,")), 'line 5: the statement number reads "X"'),
    "an account as a spreadsheet writes it": (
        edited(("62000012345", "6.2E+10")),
        'line 1: the account number reads "6.2E+10". A spreadsheet may have changed it',
    ),
    "no statement": (without("3,41"), "the record 3 with the period and the balances is missing above the rows"),
    "no names of the statement": (without("3,'State"), "the record 3 with the period and the balances is missing"),
    "a statement without closing balance": (
        edited(("'Closing Balance','VAT", "'Balance','VAT")),
        'line 5: the statement lacks the column "closing balance"',
    ),
    "no names of the rows": (without("5,'Num"), "no record names the columns of the transactions"),
    "no end": (without("6,"), "line 56: does not end with its record 6: it was cut off"),
    "another end": (edited(("6,'END'", "6,'ENDE'")), "line 57: something else stands where the end record should"),
    "text behind the end": (TEXT + "\nhello", "line 57: something else stands where the end record should be alone"),
    "the statement's record twice": (
        edited(("\n4\n", "\n3,41,'12 December 2025','12 January 2026',9120.44,9427.74,-21.76\n4\n")),
        "line 6: states period and balances twice",
    ),
    "the account twice": (edited(("\n4\n", "\n2,62000012345,'X','Y'\n4\n")), "line 6: holds a second statement"),
    "an unknown record": (
        edited(("\n4\n", "\n7,'x'\n4\n")),
        "line 6: the record \"7,'x'\" is not known above the rows",
    ),
    "the summary behind the rows": (
        TEXT[: TEXT.index("\n4\n")]
        + TEXT[TEXT.index("\n5\n") : ROWS_END]
        + TEXT[TEXT.index("\n4\n") : TEXT.index("\n5\n")]
        + TEXT[ROWS_END:],
        "line 26: a record 4 stands among the transactions",
    ),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_agree_refuses_the_statement_in_one_line(read, text, says):
    with pytest.raises(DamagedStatement) as fault:
        read(text)
    said = str(fault.value)
    assert said.startswith("statement.csv, line ") and says in said and "\n" not in said
    assert fault.value.do


def test_a_refusal_shows_no_more_of_a_payer_than_it_must(read):
    for text, _ in REFUSED.values():
        with pytest.raises(ReconcileError) as fault:
            read(text)
        assert not re.search("Mokoena|Van Wyk|Mbf|PAWS|62000012345", str(fault.value))


def spreadsheet(separator: str = ",", *, quoting: int = csv.QUOTE_MINIMAL, strip: bool = False) -> str:
    """The sample as a spreadsheet saves it: every line as wide as the widest, amounts without their last noughts."""
    read = [next(csv.reader([line])) for line in TEXT.split("\n")]
    width = max(map(len, read))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator="\r\n")
    for cells in read:
        saved = [re.sub(r"^(-?\d*)\.(\d?)0+$", r"\1.\2", c).removesuffix(".") for c in cells]
        saved = [c.replace(".", ",") if separator == ";" and re.fullmatch(r"-?\d*\.\d+", c) else c for c in saved]
        saved = [c.strip("'") if strip else c for c in saved]
        writer.writerow([*saved, *[""] * (width - len(saved))])
    return out.getvalue()


RESAVED = {
    "padded": spreadsheet(),
    "padded, without the apostrophes": spreadsheet(strip=True),
    "separated by semicolons, with decimal commas": spreadsheet(";"),
    "all quoted": spreadsheet(quoting=csv.QUOTE_ALL),
    "all quoted, not padded": re.sub('(,"")+\r', "\r", spreadsheet(quoting=csv.QUOTE_ALL)),
}


@pytest.mark.parametrize("text", RESAVED.values(), ids=RESAVED.keys())
def test_a_statement_saved_again_by_a_spreadsheet_loads_with_a_warning_where_it_proves(read, text):
    s, plain = read(text), read(TEXT)
    assert rows(s) == rows(plain) and (s.opening, s.closing) == (plain.opening, plain.closing)
    assert (s.period, s.number, s.account) == (plain.period, plain.number, plain.account)
    assert s.transactions["line"].tolist() == plain.transactions["line"].tolist()
    assert outcomes(s) == outcomes(plain)
    assert s.warnings == (
        "was re-saved by a spreadsheet; the balances prove its rows, but a reference may have lost leading zeros",
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (",9620.44", ",9620.45", "line 41: was re-saved by a spreadsheet and no longer proves: the balances of lines"),
        ("'18 Dec'", "18-Dec", 'line 42: was re-saved .*1 of its rows cannot be read \\(no such day: "18-Dec"\\)'),
        ("'12 December 2025'", "12-Dec-25", 'line 5: was re-saved .*the period reads "12-Dec-25"'),
        ("62000012345", "6.2E+10", 'line 1: was re-saved .*the account number reads "6.2E\\+10"'),
        ("Magtape Credit,Capitec", '"Magtape,Capitec', "line 42: was re-saved .*has not the fields of a row"),
    ],
)
def test_a_statement_saved_again_is_refused_saying_so_where_it_no_longer_proves(read, old, new, says):
    with pytest.raises(DamagedStatement, match=says) as fault:
        read(edited((old, new), text=RESAVED["padded"]))
    assert str(fault.value).endswith("Use the file as the bank sent it.")


def test_a_spreadsheet_that_made_every_row_unreadable_is_refused(read):
    with pytest.raises(UnknownLayout, match="none of its 17 rows can be read"):
        read(re.sub(r"'(\d\d) (Dec|Jan)'", r"\1-\2", RESAVED["padded"]))


def test_the_layout_is_told_by_its_first_two_records():
    assert LAYOUT.name == "FNB e-mailed statement CSV" and FILE.endswith(LAYOUT.suffix)
