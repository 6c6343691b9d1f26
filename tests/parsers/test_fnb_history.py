"""The Transaction History row by row: what loads, what is set aside and why, and what is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from ledgers import Entry, history

from reconcile import money
from reconcile.errors import DamagedStatement, ReconcileError, UnknownLayout
from reconcile.parsers import read_statement

LEDGER = [
    Entry(date(2026, 1, 5), 250_00, "FNB APP PAYMENT FROM  A1"),
    Entry(date(2026, 1, 6), -96_00, "#MONTHLY ACCOUNT FEE"),
    Entry(date(2026, 1, 7), 500_00, "CAPITEC   B2"),
    Entry(date(2026, 1, 8), 75_00, "M PRINSLOO"),
]
PLAIN = history(LEDGER)
OLDEST, FEE, MIDDLE, NEWEST = 11, 10, 9, 8  # their lines in the file, newest first


@pytest.fixture
def read(tmp_path):
    def reading(text, name="history.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_statement(path)

    return reading


def with_row(text: str, line: int = MIDDLE) -> str:
    lines = PLAIN.split("\n")
    lines[line - 1] = text
    return "\n".join(lines)


def rows(statement) -> list[tuple]:
    found = statement.transactions
    return list(
        zip(
            found["date"].dt.strftime("%Y-%m-%d"),
            money.cents(found["amount"]).tolist(),
            found["description"],
            strict=True,
        )
    )


WHOLE = [(e.day.isoformat(), e.cents, e.text) for e in LEDGER]

SAME = {
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "CR alone": PLAIN.replace("\n", "\r"),
    "a byte order mark": "\ufeff" + PLAIN,
    "UTF-16": ("\ufeff" + PLAIN).encode("utf-16-le"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "UTF-16, big end first": ("\ufeff" + PLAIN).encode("utf-16-be"),
    "blank lines at the end": PLAIN + "\n\n  \n",
    "blank lines inside": PLAIN.replace("\n2026/01/07", "\n\n2026/01/07"),
    "no blank lines in the heading": PLAIN.replace("\n\n", "\n"),
    "blanks round names and values": PLAIN.replace("Date, Amount", " Date ,  Amount ").replace(
        ", 500.00,", ",  500.00 ,"
    ),
    "oldest first": history(LEDGER, newest_first=False),
    "a heading repeated": PLAIN.replace("\n2026/01/07", "\nDate, Amount, Balance, Description\n2026/01/07"),
    "a closing balance below": PLAIN + "Closing balance, , 100729.00,\n",
    "a total below": PLAIN + "TOTAL, 729.00, ,\n",
    "whole numbers": PLAIN.replace(" 500.00,", " 500,").replace(" -96.00,", " -96,"),
    "columns in another order": "\n".join(
        ", ".join([*[line.split(", ")[i] for i in (1, 0, 2)], line.split(", ", 3)[3]]) if n >= 6 and line else line
        for n, line in enumerate(PLAIN.split("\n"))
    ),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_the_same_rows_in_another_form_load_the_same(read, text):
    s = read(text)
    assert rows(s) == WHOLE
    assert (s.opening, s.closing) == (Decimal("100000.00"), Decimal("100729.00"))
    assert len(s.quarantined) == 0 and s.proof.complete


@pytest.mark.parametrize(
    "text",
    [
        "NA",
        "NULL",
        "None",
        "nan",
        "#N/A",
        "TRUE",
        "0012345",
        "1E5",
        "1_000",
        "2024/03/01",
        "REF A1, NAIDOO, FEB",
        "O'BRIEN 5\"",
        '"quoted"',
        "a 'b' \"c",
        "Zoë Müller",
        "=1+1",
        "FNB OB PMT            P JACOBS",
        "x < y & z",
        "TOTAL 5",
        "A  B   C",
        ",",
        "",
    ],
)
def test_any_text_of_a_payer_is_kept_exactly(read, text):
    assert rows(read(history([*LEDGER, Entry(date(2026, 1, 9), 1_00, text)])))[-1] == ("2026-01-09", 1_00, text)


def test_a_text_in_the_old_windows_letters_is_read_by_its_bytes(read):
    s = read(history([*LEDGER, Entry(date(2026, 1, 9), 1_00, "ZOË € BOTHA")]).encode("cp1252"))
    assert rows(s)[-1][2] == "ZOË € BOTHA" and s.source.encoding == "cp1252"


#   the row in place of R 500.00 on 2026/01/07, why it is set aside
ASIDE = [
    ("2026/01/07, 1,500.00, 100654.00, X", "has not the fields of a row"),
    ("2026/01/07, 500,00, 100654.00, CAPITEC   B2", "has not the fields of a row"),
    ("2026/01/07, 500.00, 100654,00, CAPITEC   B2", "has not the fields of a row"),
    ("2026/01/07, 500.00, 00, CAPITEC   B2", 'the balance "00" is not money'),
    ("2026/02/30, 500.00, 100654.00, CAPITEC   B2", 'no such day: "2026/02/30"'),
    ("2026/13/01, 500.00, 100654.00, CAPITEC   B2", "no such day"),
    (", 500.00, 100654.00, CAPITEC   B2", "the date is empty"),
    ("1999/12/31, 500.00, 100654.00, CAPITEC   B2", "before 2000"),
    ("2999/01/07, 500.00, 100654.00, CAPITEC   B2", "in the future"),
    ("07/01/2026, 500.00, 100654.00, CAPITEC   B2", "no such day"),
    ("2026/01/07, R500.00, 100654.00, CAPITEC   B2", 'the amount "R500.00" is not money'),
    ("2026/01/07, 500.00Cr, 100654.00, CAPITEC   B2", "is not money"),
    ("2026/01/07, 500.000, 100654.00, CAPITEC   B2", "is not money"),
    ("2026/01/07, (500.00), 100654.00, CAPITEC   B2", "is not money"),
    ("2026/01/07, +500.00, 100654.00, CAPITEC   B2", "is not money"),
    ("2026/01/07, −500.00, 100654.00, CAPITEC   B2", "is not money"),
    ("2026/01/07, 5e2, 100654.00, CAPITEC   B2", "is not money"),
    ("2026/01/07, NaN, 100654.00, CAPITEC   B2", "is not money"),
    ("2026/01/07, , 100654.00, CAPITEC   B2", 'the amount "" is not money'),
    ("2026/01/07, 500 000 000 000.00, 100654.00, CAPITEC   B2", "is not money"),
    ("2026/01/07, 500.00, R100654.00, CAPITEC   B2", "the balance"),
    ("2026/01/07, 500.00", "has not the fields of a row"),
    ("something else", "has not the fields of a row"),
    ("2026/01/07, 500.00, 100654.00, CAPI\x00TEC", "control character"),
    ("2026/01/07, 500.00, 100654.00, CAPI\tTEC", "control character"),
    ("2026/01/07, 500.00, 100654.00, CAPI\rTEC", "control character"),
    ("2026/01/07, 500.00, 100654.00, CAPI\u2028TEC", "control character"),
    ("2026/01/07, 500.00, 100654.00, CAPI\x85TEC", "control character"),
    ("2026/01/07, 500.00, 100654.00, CAPI\x0cTEC", "control character"),
]


@pytest.mark.parametrize(("row", "reason"), ASIDE)
def test_a_row_that_cannot_be_trusted_is_set_aside_with_its_line_reason_and_amount(read, row, reason):
    s = read(with_row(row))
    assert rows(s) == [WHOLE[0], WHOLE[1], WHOLE[3]]
    (aside,) = s.quarantined.itertuples()
    assert (aside.line, aside.text, aside.amount) == (MIDDLE, row, Decimal("500.00"))
    assert reason in aside.reason
    assert not s.proof.complete
    assert s.opening + money.total(s.transactions["amount"]) + money.total(s.quarantined["amount"]) == s.closing


def test_neighbouring_rows_set_aside_say_what_they_moved_together(read):
    s = read(with_row("what", FEE).replace("2026/01/07, 500.00", "2026/01/07, R500.00"))
    assert s.quarantined["amount"].isna().all()
    assert all("2 neighbouring rows moved R 404.00 together" in r for r in s.quarantined["reason"])


def test_the_oldest_row_set_aside_has_no_amount_because_nothing_tells(read):
    s = read(with_row("what", OLDEST))
    assert s.quarantined["amount"].isna().all() and s.opening == Decimal("100250.00")


def test_the_newest_row_set_aside_has_the_amount_that_the_heading_implies(read):
    s = read(with_row("what", NEWEST))
    assert s.quarantined["amount"].tolist() == [Decimal("75.00")]


def test_a_file_without_a_last_line_end_sets_its_last_row_aside_because_its_text_may_be_cut(read):
    s = read(PLAIN[:-1])
    assert rows(s) == WHOLE[1:]
    assert s.quarantined["reason"].tolist() == ["the file ends inside this row: its text may be cut short"]
    assert s.quarantined["amount"].tolist() == [Decimal("250.00")]


def test_a_member_of_a_zip_needs_no_last_line_end_because_its_checksum_shows_it_whole(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "h.zip", "w") as archive:
        archive.writestr("62000099001.csv", PLAIN[:-1])
    assert rows(read_statement(tmp_path / "h.zip")) == WHOLE


#   what is done to the file, the error, and what it says
REFUSED = {
    "a row lost": (
        with_row("").replace("\n\n2026", "\n2026"),
        DamagedStatement,
        "line 8: the balances of lines 8 and 9 differ by R 500.00",
    ),
    "an amount changed": (PLAIN.replace("500.00,", "501.00,"), DamagedStatement, "differ by R 1.00 less"),
    "the heading states another balance": (
        PLAIN.replace("Balance:, 100729.00", "Balance:, 100730.00"),
        DamagedStatement,
        "the closing balance is stated as R 100 730.00",
    ),
    "cut in the heading": (PLAIN[:80], DamagedStatement, "no line names the columns"),
    "no account": (
        PLAIN.replace("Account:, 62000099001, [Gold Business Account]\n", ""),
        DamagedStatement,
        '"Account:" is missing',
    ),
    "no balance line": (
        PLAIN.replace("Balance:, 100729.00, 100729.00\n", ""),
        DamagedStatement,
        '"Balance:" is missing',
    ),
    "account twice": (PLAIN.replace("Name:,", "Account:,"), DamagedStatement, "stands twice, also on line 3"),
    "account mangled": (
        PLAIN.replace("62000099001", "6.2E+10"),
        DamagedStatement,
        'the account number reads "6.2E+10"',
    ),
    "a column renamed": (
        PLAIN.replace("Date, Amount", "Date, Value"),
        UnknownLayout,
        "has the columns Date, Value, Balance, Description; wanted Date, Amount, Balance, Description",
    ),
    "a column twice": (
        PLAIN.replace("Date, Amount, Balance", "Date, Amount, Amount"),
        UnknownLayout,
        "has the columns Date, Amount, Amount",
    ),
    "a column missing": (
        PLAIN.replace(", Description", ""),
        UnknownLayout,
        "has the columns Date, Amount, Balance; wanted",
    ),
    "days that may be months": (
        PLAIN.replace("2026/01/0", "0")
        .replace("5, 250", "5/01/2026, 250")
        .replace("6, -96", "6/01/2026, -96")
        .replace("7, 500", "7/01/2026, 500")
        .replace("8, 75", "8/01/2026, 75"),
        UnknownLayout,
        "may be April or March",
    ),
    "another closing balance below": (
        PLAIN + "Closing balance, , 1.00,\n",
        DamagedStatement,
        "line 12: the closing balance below",
    ),
    "another total below": (PLAIN + "TOTAL, 1.00, ,\n", DamagedStatement, "line 12: the total below"),
    "not one row to be read": (
        PLAIN[: PLAIN.index("2026")] + "x\ny\n",
        UnknownLayout,
        "none of its 2 rows can be read",
    ),
}


@pytest.mark.parametrize(("text", "error", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_does_not_prove_is_refused_in_one_line(read, text, error, says):
    with pytest.raises(error) as fault:
        read(text)
    assert type(fault.value) is error and says in str(fault.value) and str(fault.value).startswith("history.csv")


def test_a_balance_of_nothing_that_does_not_fit_is_not_known(read):
    s = read(PLAIN.replace("500.00, 100654.00", "500.00, 0.00"))
    assert rows(s) == WHOLE
    assert s.transactions["balance"].isna().tolist() == [False, False, True, False]
    assert "1 not known" in str(s.proof)


def test_a_balance_of_the_heading_that_is_no_number_leaves_that_check_open_to_see(read):
    s = read(PLAIN.replace("Balance:, 100729.00", "Balance:, n/a"))
    assert rows(s) == WHOLE and s.closing == Decimal("100729.00")
    assert any("states no balance" in w for w in s.warnings)


def test_no_rows_load_with_a_warning(read):
    s = read(PLAIN[: PLAIN.index("2026")])
    assert (len(s.transactions), s.period, s.opening, s.closing) == (
        0,
        None,
        Decimal("100729.00"),
        Decimal("100729.00"),
    )
    assert s.warnings == ("no transactions",)


def test_days_out_of_order_are_a_warning(read):
    s = read(PLAIN.replace("2026/01/07", "2026/01/03"))
    assert len(s.transactions) == 4 and s.warnings == ("the dates are not in order at line 9",)


def test_the_proof_says_that_the_start_of_the_period_cannot_be_shown(read):
    checks = {c.name: c.outcome for c in read(PLAIN).proof.checks}
    assert checks == {
        "every line": "held",
        "balance chain": "held",
        "balance of the heading": "held",
        "start of the period": "not offered",
    }


RESAVED = """ACCOUNT TRANSACTION HISTORY,,,
,,,
"Name:", Zanele, Khoza,
Account:, 62000099001, [Gold Business Account],
Balance:, 100729.00, 0.00,
,,,
Date, Amount, Balance, Description
"""


def resaved(rows: list[str]) -> str:
    return RESAVED + "\n".join(rows) + "\n"


FORMS = {
    "blanks between": [
        "08 01 2026,75,100729, M PRINSLOO,",
        "07 01 2026,500,100654, CAPITEC   B2,",
        "06 01 2026,-96,100154, #MONTHLY ACCOUNT FEE,",
        "05 01 2026,250,100250, FNB APP PAYMENT FROM  A1,",
    ],
    "year first, dashes": [
        "2026-01-08,75.00,100729.00,M PRINSLOO",
        "2026-01-07,500.00,100654.00,CAPITEC   B2",
        "2026-01-06,-96.00,100154.00,#MONTHLY ACCOUNT FEE",
        "2026-01-05,250.00,100250.00,FNB APP PAYMENT FROM  A1",
    ],
    "quoted, decimal commas": [
        '2026/01/08,"75,00","100729,00",M PRINSLOO',
        '2026/01/07,"500,00","100654,00","CAPITEC   B2"',
        '2026/01/06,"-96,00","100154,00",#MONTHLY ACCOUNT FEE',
        '2026/01/05,"250,00","100250,00",FNB APP PAYMENT FROM  A1',
    ],
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_file_saved_again_by_a_spreadsheet_loads_with_a_warning_where_the_balances_prove_it(read, form):
    s = read(resaved(form))
    assert rows(s) == WHOLE
    assert s.warnings == ("was re-saved by a spreadsheet; the balances prove its rows",)


SEMICOLONS = """ACCOUNT TRANSACTION HISTORY;;;;
;;;;
Name:; Thandi; Nkosi;;
Account:;62000099001; [Gold Business Account];;
Balance:;100729;0;;
;;;;
Date; Amount; Balance; Description;
2026/01/08;75;100729;M PRINSLOO;
2026/01/07;500,5;100654;CAPITEC > B2;
2026/01/06;-96;100153,5;#MONTHLY ACCOUNT FEE, JAN;
2026/01/05;250;100249,5;FNB APP PAYMENT FROM  A1;
"""


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_file_that_a_spreadsheet_saved_with_other_marks_and_decimal_commas_loads_where_it_proves(read, mark):
    s = read(SEMICOLONS.replace(";", mark))
    assert rows(s) == [
        ("2026-01-05", 250_00, "FNB APP PAYMENT FROM  A1"),
        ("2026-01-06", -96_00, "#MONTHLY ACCOUNT FEE, JAN"),
        ("2026-01-07", 500_50, "CAPITEC > B2"),
        ("2026-01-08", 75_00, "M PRINSLOO"),
    ]
    assert s.warnings == ("was re-saved by a spreadsheet; the balances prove its rows",)
    assert s.transactions["line"].tolist() == [11, 10, 9, 8]


@pytest.mark.parametrize(("as_it_was", "changed"), [("Balance:;100729;", "Balance:;100729,01;"), ("500,5;", "500,05;")])
def test_a_changed_figure_of_such_a_file_is_seen(read, as_it_was, changed):
    with pytest.raises(DamagedStatement):
        read(SEMICOLONS.replace(as_it_was, changed))


def test_a_file_that_a_spreadsheet_saved_with_each_line_in_one_cell_loads_where_the_balances_prove_it(read):
    s = read("".join(f'"{line}"\n' if "," in line else f"{line}\n" for line in PLAIN.splitlines()))
    assert rows(s) == WHOLE
    assert s.warnings == ("was re-saved by a spreadsheet; the balances prove its rows",)


def test_a_quoted_description_with_commas_is_one_text(read):
    s = read(resaved(['2026-01-08,729.00,100729.00,"REF A1, NAIDOO, FEB"']))
    assert rows(s) == [("2026-01-08", 729_00, "REF A1, NAIDOO, FEB")]


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (("13/01/2026", "12/01/2026"), "2026-01-12"),
        (("03/04/2026", "04/03/2026"), None),
        (("04/04/2026", "03/04/2026"), None),
    ],
)
def test_days_with_slashes_are_read_day_first_only_where_nothing_else_can_be_meant(read, days, first):
    text = resaved([f"{days[0]},75.00,100729.00,X", f"{days[1]},5.00,100654.00,Y"])
    if first:
        assert rows(read(text))[0][0] == first
    else:
        with pytest.raises(UnknownLayout, match="may be April or March"):
            read(text)


@pytest.mark.parametrize("row", ["07 01 2026,1.2E+10,100654,X,", "07 01 2026,500.00", '07 01 2026,500,100654,"X'])
def test_a_file_saved_again_is_refused_where_a_row_no_longer_proves(read, row):
    with pytest.raises(ReconcileError, match="was re-saved by a spreadsheet and a row no longer proves"):
        read(resaved(["08 01 2026,75,100729, M PRINSLOO,", row, "06 01 2026,-96,100154, FEE,"]))


def test_csv_named_ofx_loads_by_its_content_with_a_warning(read):
    s = read(PLAIN, "history.ofx")
    assert rows(s) == WHOLE
    assert s.warnings == ("is named .ofx but is FNB Transaction History CSV by its content",)


GOOD = history([Entry(date(2026, 1, 1) + timedelta(n), 100_00, f"FNB APP PAYMENT FROM  T{n}") for n in range(4)])


def test_a_second_statement_below_the_rows_refuses_the_file(read):
    with pytest.raises(DamagedStatement, match="line 12: a second statement begins here"):
        read(GOOD + GOOD)


@pytest.mark.parametrize("row", [0, 1, 2])
def test_two_rows_whose_line_end_was_lost_are_set_aside_and_not_taken_for_one(read, row):
    lines = GOOD.split("\n")
    joined = "\n".join([*lines[: 7 + row], lines[7 + row] + lines[8 + row], *lines[9 + row :]])
    statement = read(joined)
    (aside,) = statement.quarantined.itertuples()
    assert (aside.reason, aside.line) == ("two rows have run together", 8 + row)
    assert len(statement.transactions) == 2
    assert not statement.proof.complete


def test_a_line_longer_than_any_text_refuses_the_file_and_names_it(read):
    with pytest.raises(DamagedStatement, match=r"line 11: has 10,0\d\d characters"):
        read(GOOD.replace("T0", "a," * 5_000))


@pytest.mark.parametrize(("one", "other"), [("Khoza", "Khoza,"), ("[Gold Business Account]", '[The "Gold" Account]')])
def test_a_comma_or_quote_in_a_name_does_not_make_a_file_re_saved(read, one, other):
    torn = PLAIN.replace(one, other).replace("CAPITEC   B2", "CAPITEC \x02 B2")
    s = read(torn)
    assert len(s.quarantined) == 1 and not s.warnings
