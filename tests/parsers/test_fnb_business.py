"""The business export with SERVICE FEE: its NUL bytes, whose account it is, columns by name, and where it ends."""

import re
import zipfile
from decimal import Decimal

import pandas as pd
import pytest
from layout_samples import FILE, SAMPLES, rows
from ledgers import read_text

from reconcile.errors import DamagedStatement, UnknownLayout
from reconcile.parsers import read_statement

TEXT = SAMPLES["business"].whole
PLAIN = TEXT.replace("\x00", "")
FIRST = 3
"""The line of the columns."""


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


def in_order(order: list[int]) -> str:
    lines = TEXT.rstrip("\n").split("\n")
    return (
        "\n".join(
            ",".join(line.split(",")[k] for k in order) + "," if n >= FIRST else line for n, line in enumerate(lines, 1)
        )
        + "\n"
    )


def test_account_and_name_stand_above_the_columns(read):
    s = read(TEXT)
    assert (s.account.number, s.account.name) == ("62000012345", "Gold Business Account")


def test_what_is_not_stated_is_not_offered(read):
    assert {c.name: c.outcome for c in read(TEXT).proof.checks} == {
        "every line": "held",
        "balance chain": "held",
        "opening and closing balance": "not offered",
    }


NULS = {
    "none": PLAIN,
    "as in the sample": TEXT,
    "around every cell": PLAIN.replace(",", "\x00,\x00"),
    "inside texts, names and figures": "\x00"
    + PLAIN.replace("MBF", "M\x00BF").replace("Date", "D\x00ate")[:-1]
    + "\x00\n",
    "at the end": PLAIN + "\x00" * 100,
    "in UTF-16": ("\ufeff" + TEXT).encode("utf-16-le"),
    "in UTF-16 without a mark": TEXT.encode("utf-16-be"),
}


@pytest.mark.parametrize("content", NULS.values(), ids=NULS.keys())
def test_nul_bytes_anywhere_are_taken_out_and_counted(read, content):
    s = read(content)
    assert rows(s) == rows(read(PLAIN)) and s.proof.complete
    if isinstance(content, str):
        count = content.count("\x00")
        assert s.warnings == ((f"{count} NUL bytes were taken out, as this export has them",) if count else ())


@pytest.mark.parametrize("day", [r"\1/\2/\3", r"\1-\2-\3"])
def test_days_have_dashes_or_slashes(read, day):
    assert rows(read(re.sub(r"(?m)^(\d{4})-(\d\d)-(\d\d)", day, TEXT))) == rows(read(PLAIN))


def test_one_odd_day_does_not_change_how_the_others_are_read(read):
    slashed = re.sub(r"(?m)^(\d{4})-(\d\d)-(\d\d)", r"\1/\2/\3", TEXT)
    s = read(slashed.replace("2026/02/03,0.00,1000", "-,0.00,1000", 1))
    assert len(s.transactions) == 7 and s.quarantined["reason"].tolist() == ['no such day: "-"']


def test_an_empty_reference_and_an_empty_cheque_number_are_missing(read):
    found = read(edited(("4626.55,\x00", "4626.55,000123"))).transactions
    assert found["bank_id"].tolist()[0] == "000123" and found["bank_id"].isna().sum() == 7
    assert found["bank_reference"].tolist()[0] == "MBF-0042 T MOKOENA"
    assert pd.isna(found["bank_reference"].tolist()[-1])


def test_the_service_fee_is_never_added_to_an_amount(read):
    charged = TEXT.replace(",0.00,500.00", ",9.50,500.00")
    assert charged != TEXT and rows(read(charged)) == rows(read(TEXT))


ABOVE = {
    "no lines above": TEXT.split("\n", 2)[2],
    "no number above": edited(("62000012345", "")),
    "two numbers above": edited(("Account Transactions", "62000099009")),
}


@pytest.mark.parametrize("text", ABOVE.values(), ids=ABOVE.keys())
def test_without_one_account_above_the_columns_it_is_that_of_the_files_name(read, text):
    assert read(text, FILE).account.number == "62000012345"
    with pytest.raises(DamagedStatement) as fault:
        read(text, "statement.csv")
    assert str(fault.value) == (
        "statement.csv: does not say which account it is of. Name the file by its account number, "
        "like the bank's own 62000012345.csv, and read it again."
    )


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("62000012345,Gold Business Account,,", "Gold Business Account"),
        ("Account:,62000012345,Parow", "Parow"),
        ("Account 62000012345", ""),
        ("'62000012345',\"Shelter, Parow\"", "Shelter, Parow"),
    ],
)
def test_the_name_stands_behind_the_number(read, line, name):
    s = read(edited(("62000012345,Gold Business Account,,,,,,", line)))
    assert (s.account.number, s.account.name) == ("62000012345", name)


@pytest.mark.parametrize("order", [[5, 3, 0, 2, 4, 1, 6], [6, 5, 4, 3, 2, 1, 0], [0, 2, 3, 4, 5, 6, 1]])
def test_columns_are_found_by_their_names_in_any_order(read, order):
    s = read(in_order(order))
    assert rows(s) == rows(read(TEXT)) and s.proof.complete
    assert s.transactions["bank_reference"].equals(read(TEXT).transactions["bank_reference"])


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 5, 6], [0, 1, 2, 3, 5]])
def test_reference_and_cheque_number_may_be_missing(read, order):
    s = read(in_order(order))
    assert rows(s) == rows(read(TEXT)) and s.transactions["bank_reference"].isna().all()


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("DESCRIPTION", "Details"), "lacks the column description; it has the columns date, service fee, amount,"),
        (("REFERENCE", "Amount"), "has the column amount twice"),
        (("SERVICE FEE,Amount", "SERVICE FEE,SERVICE FEE"), "lacks the column amount"),
        ((",Balance", ",Saldo"), "lacks the column balance"),
    ],
)
def test_a_column_missing_renamed_or_twice_is_refused_naming_what_is_there(read, edit, says):
    with pytest.raises(UnknownLayout, match=f"statement.csv, line 3: {says}"):
        read(edited(edit))


def test_without_its_service_fee_the_export_is_not_known(read):
    with pytest.raises(UnknownLayout):
        read(edited((",SERVICE FEE,", ",Fee,")))


@pytest.mark.parametrize("begin", ["Account Transactions,,,,,,,", "62000067890,Reserve,,,,,,", "62000067890,"])
def test_another_account_below_is_refused_even_behind_a_row_that_cannot_be_read(read, begin):
    below = "x\n" + begin + "\n" + TEXT.split("\n", 3)[3]
    with pytest.raises(DamagedStatement, match=r"line 13: a second statement begins here .*a file of its own"):
        read(TEXT + below)


def test_rows_missing_at_either_end_cannot_be_seen_and_the_proof_says_so(read):
    lines = TEXT.split("\n")
    s = read("\n".join([*lines[:FIRST], *lines[FIRST + 1 : -2], ""]))
    assert len(s.transactions) == 6
    (check,) = [c for c in s.proof.checks if c.outcome == "not offered"]
    assert "a statement that overlaps must show that no row is missing there" in check.detail


def test_a_cut_inside_the_last_row_never_leaves_a_wrong_amount(read):
    whole = set(rows(read(TEXT)))
    start = TEXT.index("ABSA BANK") - 20
    for end in range(start, start + 100):
        try:
            s = read(TEXT[:end])
        except DamagedStatement as fault:
            assert "the balances of lines" in str(fault)
        else:
            assert set(rows(s)) <= whole


def test_a_lone_row_without_its_line_end_may_be_cut_short(read, tmp_path):
    lone = "\n".join(TEXT.split("\n")[: FIRST + 1])
    with pytest.raises(DamagedStatement, match=r"line 4: its only row cannot be read .the file ends inside this row"):
        read(lone)
    assert len(read(lone + "\n").transactions) == 1
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:  # its checksum shows the member whole
        archive.writestr(FILE, lone)
    assert len(read_statement(tmp_path / "a.zip").transactions) == 1


def test_no_rows_load_with_a_warning(read):
    s = read("\n".join(TEXT.split("\n")[:FIRST]) + "\n")
    assert (len(s.transactions), s.opening, s.closing) == (0, None, None) and s.warnings == ("no transactions",)
    assert rows(read("\n".join(TEXT.split("\n")[:FIRST]))) == []


def test_a_statement_saved_again_by_a_spreadsheet_loads_where_the_balances_prove_it(read):
    saved = re.sub(r"\.00(?=,)", "", PLAIN).replace("\n", ",,\r\n")
    assert rows(read(saved)) == rows(read(PLAIN))
    quoted = re.sub(r"[^,\n]+", lambda m: f'"{m[0]}"', PLAIN)
    assert rows(read(quoted)) == rows(read(PLAIN))


def test_days_turned_round_by_a_spreadsheet_refuse_the_file(read):
    turned = re.sub(r"(?m)^(\d{4})-(\d\d)-(\d\d)", r"\3/\2/\1", TEXT)
    with pytest.raises(
        UnknownLayout, match="line 4: the days are written like 03/04/2026, which may be April or March"
    ):
        read(turned)


def test_opening_and_closing_follow_from_the_balances(read):
    s = read(TEXT)
    assert (s.opening, s.closing) == (Decimal("4126.55"), Decimal("5793.35"))
