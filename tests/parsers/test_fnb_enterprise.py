"""The Enterprise export: record 2 or none, days without a year, statement numbers, and where it ends."""

import zipfile
from decimal import Decimal

import pytest
from layout_samples import FILE, SAMPLES, rows
from ledgers import read_text

from reconcile.errors import DamagedStatement, UnknownLayout
from reconcile.parsers import read_statement

TEXT = SAMPLES["enterprise"].whole
RECORD, ROWS = TEXT.split("\n", 1)
LONE = ROWS.split("\n")[0]


@pytest.fixture
def read(tmp_path):
    def reading(content, file="statement.csv"):
        (statement,) = read_text(tmp_path, content, file)
        return statement

    return reading


def edited(*pairs: tuple[str, str], text: str = TEXT) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def outcomes(statement) -> dict[str, str]:
    return {c.name: c.outcome for c in statement.proof.checks}


def numbered(*numbers: int) -> str:
    """The sample with these statement numbers on its rows."""
    lines = ROWS.rstrip("\n").split("\n")
    assert len(lines) == len(numbers)
    return "\n".join([RECORD, *(line.replace(",12,", f",{n},", 1) for line, n in zip(lines, numbers, strict=True)), ""])


def test_with_a_record_2_the_opening_balance_is_checked(read):
    s = read(TEXT)
    assert (s.account.number, s.number, s.opening) == ("62000012345", 12, Decimal("4126.55"))
    assert outcomes(s) == {
        "every line": "held",
        "balance chain": "held",
        "opening balance": "held",
        "closing balance": "not offered",
        "statement numbers": "held",
    }


RECORDS = [
    "2,62000012345,OPENING,4126.55",
    "2,'62000012345','Opening','4126.55'",
    '2,"62000012345","OPENING","4126.55"',
]


@pytest.mark.parametrize("record", RECORDS)
def test_record_2_is_read_with_any_quotes(read, record):
    s = read(record + "\n" + ROWS)
    assert rows(s) == rows(read(TEXT)) and outcomes(s)["opening balance"] == "held"


@pytest.mark.parametrize("record", ["2,62000012345", "2,'62000012345','GOLD BUSINESS'"])
def test_a_record_2_without_a_balance_leaves_that_check_open_to_see(read, record):
    s = read(record + "\n" + ROWS)
    assert s.account.number == "62000012345" and outcomes(s)["opening balance"] == "not offered"


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ("2,'62000012345','OPENING','R4126.55'", 'line 1: the opening balance "R4126.55" is not money'),
        ("2,'62000012345','OPENING','4126.56'", "line 2: the opening balance is stated as R 4 126.56"),
        ("2,'62000012345','OPENING','-4126.55'", "line 2: the opening balance is stated as -R 4 126.55"),
        ("2,'6.2E+10','OPENING','4126.55'", 'line 1: the account number reads "6.2E+10"'),
        ("2,,,", 'line 1: the account number reads ""'),
    ],
)
def test_a_record_2_that_does_not_agree_refuses_the_file(read, record, says):
    with pytest.raises(DamagedStatement) as fault:
        read(record + "\n" + ROWS)
    assert says in str(fault.value) and "\n" not in str(fault.value)


def test_without_a_record_2_the_account_is_that_of_the_files_name(read):
    s = read(ROWS, FILE)
    assert s.account.number == "62000012345" and rows(s) == rows(read(TEXT))
    assert outcomes(s)["opening balance"] == "not offered" and s.proof.complete
    with pytest.raises(DamagedStatement, match=r"does not say which account it is of\. Name the file by its account"):
        read(ROWS, "statement.csv")


def test_a_record_2_alone_is_a_statement_without_rows(read):
    for text in (RECORD, RECORD + "\n", "\n" + RECORD + "\r\n\r\n"):
        s = read(text)
        assert (len(s.transactions), s.opening, s.closing) == (0, Decimal("4126.55"), Decimal("4126.55"))
        assert s.warnings == ("no transactions",)


@pytest.mark.parametrize(
    ("stated", "day", "found"),
    [
        ("05/01/2026", "31/12", "2025-12-31"),
        ("05/01/2026", "01/01", "2026-01-01"),
        ("31/12/2025", "31/12", "2025-12-31"),
        ("05/03/2024", "29/02", "2024-02-29"),
        ("05/01/2025", "29/02", "2024-02-29"),
        ("28/02/2026", "01/03", "2025-03-01"),
    ],
)
def test_a_day_is_of_the_statements_year_or_the_year_before(read, stated, day, found):
    s = read(edited(("08/02/2026", stated), (",02/02,", f",{day},"), (",03/02,", f",{day},"), (",07/02,", f",{day},")))
    assert {d for d, _, _ in rows(s)} == {found} and s.proof.complete


def test_a_year_end_inside_a_statement_keeps_the_rows_in_order(read):
    s = read(
        edited(("08/02/2026", "05/01/2026"), (",02/02,", ",30/12,"), (",03/02,", ",31/12,"), (",07/02,", ",02/01,"))
    )
    assert [d for d, _, _ in rows(s)] == ["2025-12-30"] * 3 + ["2025-12-31"] * 3 + ["2026-01-02"] * 2
    assert s.warnings == ()


def test_a_leap_day_in_another_year_sets_its_row_aside(read):
    (aside,) = read(edited(("00000004,1000.00,03/02", "00000004,1000.00,29/02"))).quarantined.itertuples()
    assert aside.reason == 'no such day: "08/02/2026 29/02"' and aside.amount == Decimal("1000.00")


@pytest.mark.parametrize(
    ("numbers", "outcome", "said", "warning"),
    [
        ((12,) * 8, "held", "statement numbers: held (12)", None),
        ((12, 12, 12, 13, 13, 13, 14, 14), "held", "12 to 14 without a gap", None),
        ((14, 14, 14, 13, 13, 13, 12, 12), "held", "12 to 14 without a gap", None),
        ((12, 12, 12, 12, 14, 14, 14, 14), "open", "12 to 14, without 13", "the file has no statement number 13"),
        (
            (12, 12, 15, 15, 17, 17, 17, 17),
            "open",
            "12 to 17, without 13 to 14, 16",
            "the file has no statement number 13 to 14, 16",
        ),
        (
            (12,) * 7 + (999999999,),
            "open",
            "12 to 999999999, without 13 to 999999998",
            "the file has no statement number 13 to 999999998",
        ),
    ],
)
def test_a_statement_number_that_is_skipped_is_a_warning(read, numbers, outcome, said, warning):
    s = read(numbered(*numbers))
    assert outcomes(s)["statement numbers"] == outcome and said in str(s.proof)
    assert s.warnings == ((warning,) if warning else ())
    assert s.number == (12 if len(set(numbers)) == 1 else None)
    assert rows(s) == rows(read(TEXT))


def test_the_cheque_or_reference_number_is_evidence_and_may_be_empty(read):
    found = read(edited(("00000004", ""))).transactions["bank_id"]
    assert found.tolist()[0] == "00000001" and found.isna().tolist() == [n == 3 for n in range(8)]


@pytest.mark.parametrize(
    ("stands", "text"),
    [("A, B,C", "A, B,C"), ('"A, B"', "A, B"), ('"A ""B"" C"', 'A "B" C'), ('A "B"', 'A "B"'), ('"', '"'), ("", "")],
)
def test_a_narrative_may_have_commas_and_quotes(read, stands, text):
    assert rows(read(edited(("ABSA BANK mbf 0031", stands))))[3] == ("2026-02-03", 1000_00, text)


FIRST_ROWS = ["x", "08/02/2026,,CAPITEC   A,1,500.00,02/02,4626.55", "08/02/2026,12,A,1,500.00,2026/02/02,4626.55"]


@pytest.mark.parametrize("row", FIRST_ROWS)
def test_a_first_row_that_cannot_be_read_hides_the_others_not(read, row):
    (aside,) = read(edited((LONE, row))).quarantined.itertuples()
    assert (aside.line, aside.reason, aside.amount) == (2, "has not the fields of a row", Decimal("500.00"))


def test_one_row_alone_loads_where_it_is_whole(read, tmp_path):
    for text, file in ((RECORD + "\n" + LONE, "statement.csv"), (LONE + "\n", FILE)):
        assert rows(read(text, file)) == rows(read(TEXT))[:1]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:  # its checksum shows the member whole
        archive.writestr(FILE, LONE)
    assert rows(read_statement(tmp_path / "a.zip")) == rows(read(TEXT))[:1]


def test_one_row_alone_without_its_line_end_may_be_cut_short(read):
    for end in (len(LONE), len(LONE) - 1):
        with pytest.raises(
            DamagedStatement, match=r"line 1: its only row cannot be read .the file ends inside this row"
        ):
            read(LONE[:end], FILE)


def test_a_cut_inside_the_last_row_never_leaves_a_wrong_amount(read):
    whole = set(rows(read(TEXT)))
    start = TEXT.index("08/02/2026,12,ABSA")
    for end in range(start, start + 100):
        try:
            s = read(TEXT[:end])
        except DamagedStatement as fault:
            assert "the balances of lines" in str(fault)
        else:
            assert set(rows(s)) <= whole


def test_rows_of_another_account_below_are_refused(read):
    with pytest.raises(DamagedStatement, match=r"line 10: a second statement begins here .*a file of its own"):
        read(TEXT + "2,62000067890,OPENING,5793.35\n" + ROWS)
    with pytest.raises(DamagedStatement, match="the balances of lines 9 and 10 differ"):
        read(TEXT + ROWS)


def test_seven_other_fields_are_not_this_export(read):
    for text in ("08/02/2026,12,A,1,500.00,02/02/2026,4626.55\n", "2026/02/08,12,A,1,500.00,02/02,4626.55\n"):
        with pytest.raises(UnknownLayout):
            read(text, FILE)
