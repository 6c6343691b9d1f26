"""The workbook read back by two readers and recalculated by LibreOffice: every figure is the frame's, to the cent."""

from __future__ import annotations

import dataclasses
import html
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from readback import Convert, assert_recalculates, find, in_cents, rows, table
from small_statements import (
    ACCOUNT,
    ENTRIES,
    OTHER,
    Campaign,
    Entry,
    Register,
    Written,
    make_matches,
    make_statement,
    written,
)

from reconcile import money
from reconcile.errors import FrameRefused, WorkbookNotWritten
from reconcile.merging import accounts
from reconcile.reporters import book, celltext
from reconcile.reporters.sheets import by_campaign, by_day
from reconcile.schema import SET_ASIDE
from reconcile.statement import Period

SHEETS = ["Summary", "By campaign", "By day", "Transactions", "To review", "Exceptions"]
SHEETS += ["Register", "Funds", "How to read this", "Control"]


def two_accounts() -> Written:
    later = (
        Entry(7, -12_345, "TRF OUT", status="not_donation", kind="payment_out"),
        Entry(8, 7_000, "IDB", campaign="IDB"),
    )
    one, other = make_statement(), make_statement(later, account=OTHER, file="other.ofx")
    return Written([one, other], make_matches((one, ENTRIES), (other, later)))


def test_sums_read_back_by_two_readers_equal_the_frame_to_the_cent(tmp_path: Path) -> None:
    given = two_accounts()
    path = given.to(tmp_path / "a.xlsx")
    wanted = sum(int(money.cents(s.transactions["amount"]).sum()) for s in given.statements)
    assert in_cents(table(path)["Amount"]) == wanted
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Transactions").to_python(skip_empty_area=False)
    at = rows[3].index("Amount")
    assert sum(round(Decimal(str(row[at])) * 100) for row in rows[4:]) == wanted
    assert in_cents(pd.Series([find(path, "Summary", "Total", 7)])) == wanted


def test_cells_have_the_type_and_format_of_what_they_hold(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(*ENTRIES).to(tmp_path / "a.xlsx"))["Transactions"]
    for cells in sheet.iter_rows(min_row=5):
        row = dict(zip([c.value for c in sheet[4]], cells, strict=True))
        for heading in ("Amount", "Balance"):
            assert row[heading].data_type == "n"
            assert row[heading].number_format.startswith('"R "')
            assert "[Red]" in row[heading].number_format
        assert row["Date"].value == datetime(2018, 9, ENTRIES[cells[0].row - 5].day)  # noqa: DTZ001
        assert row["Date"].number_format == "yyyy-mm-dd"
        for heading in ("Description", "Transaction id", "Account", "File"):
            assert row[heading].data_type == "s"
            assert row[heading].number_format == "@"
            assert row[heading].quotePrefix


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (0, '"R "0.00'),
        (99_999, '"R "0.00'),
        (100_000, r'"R "#\ ##0.00'),
        (99_999_999, r'"R "#\ ##0.00'),
        (100_000_000, r'"R "#\ ###\ ##0.00'),
        (-123_456_789, r'"R "#\ ###\ ##0.00'),
        (100_000_000_000, r'"R "#\ ###\ ###\ ##0.00'),
    ],
)
def test_the_format_of_an_amount_groups_by_spaces_in_every_locale(tmp_path: Path, cents: int, shown: str) -> None:
    sheet = openpyxl.load_workbook(written(Entry(1, cents, "x", campaign="IDB")).to(tmp_path / "a.xlsx"))[
        "Transactions"
    ]
    assert sheet["C5"].number_format == f"{shown};[Red]\\-{shown}"


def test_every_formula_but_the_state_of_a_row_to_review_stands_outside_the_tables_and_has_its_value(
    tmp_path: Path,
) -> None:
    path = two_accounts().to(tmp_path / "a.xlsx")
    live, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    formulas = [(s, c) for s in live for row in s.iter_rows() for c in row if c.data_type == "f"]
    in_tables = [(s.title, c.coordinate) for s, c in formulas if s.tables]
    assert in_tables == [("To review", "A5"), ("To review", "A6")]
    assert live["To review"]["A4"].value == "State"
    assert {s.title for s, _ in formulas if not s.tables} == {"Summary", "By campaign", "By day", "Control"}
    assert all(values[s.title][c.coordinate].value is not None for s, c in formulas)


ODD_CODES = (
    "camp",
    "Camp",
    "=x",
    "a*",
    "a?b",
    "~x",
    ">5",
    "2024",
    "007",
    "7",
    "MAR1",
    "R5",
    "TRUE",
    "1E5",
    "<>",
    "é b",
)


@pytest.mark.parametrize("codes", [("IDB", "ORF"), ODD_CODES], ids=["plain codes", "codes SUMIFS would misread"])
def test_libreoffice_calculates_every_value_that_is_stored(
    tmp_path: Path, converted: Convert, codes: tuple[str, ...]
) -> None:
    funds = ("zakat", "Zakat", "12", None)
    entries = [Entry(1 + i, 10**i % 999_983, c, campaign=c, fund=funds[i % 4]) for i, c in enumerate(codes)]
    given = written(*entries, *ENTRIES)
    path = given.to(tmp_path / "a.xlsx", campaigns=Register(tuple(Campaign(c, c) for c in codes)))
    assert_recalculates(path, converted)


def test_zero_rows_give_every_sheet_and_zero_totals(tmp_path: Path, converted: Convert) -> None:
    path = written().to(tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(path).sheetnames == SHEETS
    assert find(path, "Summary", "Total", 4) == 0
    assert find(path, "To review", "Nothing to review", 1)
    assert_recalculates(path, converted)


def test_more_lines_than_a_sheet_holds_are_split_and_totals_cover_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, converted: Convert
) -> None:
    monkeypatch.setattr(book, "MOST_ROWS", 4)
    three = Register(Register().campaigns[:3])
    entries = (*ENTRIES, *(Entry(9, n, "T MOKOENA", status="review") for n in (1_00, 2_00, 3_00)))
    torn = {"source": "history.csv", "line": range(40, 45), "text": "x", "reason": "not money", "amount": "1.00"}
    one = make_statement(entries, quarantined=SET_ASIDE.check(pd.DataFrame(torn)))
    given = Written([dataclasses.replace(one, closing=one.closing + 5)], make_matches((one, entries)))
    path = given.to(tmp_path / "a.xlsx", campaigns=three)
    names = ["Summary", "By campaign", "By day", "Transactions", "Transactions 2", "Transactions 3", "To review"]
    names += ["To review 2", "Exceptions", "Exceptions 2", "Reversals"]
    names += ["Register", "Funds", "How to read this", "Control"]
    assert openpyxl.load_workbook(path).sheetnames == names
    parts = {name: [table(path, n) for n in names if n.startswith(name)] for name in ("Transactions", "To review")}
    assert [len(page) for page in parts["Transactions"]] == [4, 4, 4]
    assert [len(page) for page in parts["To review"]] == [4, 1]
    moved = sum(e.cents for e in entries)
    assert sum(in_cents(page["Amount"]) for page in parts["Transactions"]) == moved
    assert in_cents([find(path, "Summary", "Total", 7)]) == moved
    assert {row[9] for row in rows(path, "Control")[5:19]} == {None, 0}
    assert_recalculates(path, converted)


WRITE = """
import sys
from pathlib import Path
from small_statements import Written
Written().to(Path(sys.argv[1]), settings={"b": "2", "a": "1"})
"""


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_how_many_lines_are_looked_at_in_one_go_changes_no_byte(
    lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = two_accounts().to(tmp_path / "whole.xlsx").read_bytes()
    for module in (accounts, celltext, by_campaign, by_day):
        monkeypatch.setattr(module, "PIECE", lines)
    assert two_accounts().to(tmp_path / "pieces.xlsx").read_bytes() == whole


def test_the_same_input_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        subprocess.run(
            [sys.executable, "-c", WRITE, str(tmp_path / f"{seed}.xlsx")], check=True, env=environment, cwd=Path.cwd()
        )
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_no_time_of_writing_is_in_the_file(tmp_path: Path) -> None:
    with ZipFile(written(*ENTRIES).to(tmp_path / "a.xlsx")) as package:
        assert {i.date_time for i in package.infolist()} == {(2018, 9, 30, 0, 0, 0)}
        core = package.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2018-09-30T00:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({}, "0.00"),
        ({"closing": Decimal("1241992.44")}, "0.01"),
        ({"opening": None}, "not checked"),
        ({"closing": None}, "not checked"),
    ],
)
def test_an_account_shows_its_difference_to_the_statement(
    tmp_path: Path, changes: dict[str, Decimal | None], difference: str
) -> None:
    statement = make_statement(**changes)
    path = Written([statement]).to(tmp_path / "a.xlsx")
    found = find(path, "Summary", "…2345", 8)
    assert (found if isinstance(found, str) else f"{found:.2f}") == difference
    tie = find(path, "Summary", "Difference to statement", 7)
    assert f"{tie:.2f}" == ("0.00" if difference == "not checked" else difference)


def test_accounts_are_cut_to_four_digits_also_in_file_names_unless_asked(tmp_path: Path) -> None:
    statement = make_statement(file=f"{ACCOUNT}.csv", warnings=(f"{ACCOUNT}.csv has no line end",))
    given = Written([statement], make_matches((statement, ENTRIES)))

    def text(path: Path) -> str:
        with ZipFile(path) as package:
            return html.unescape("".join(package.read(n).decode() for n in package.namelist()))

    assert ACCOUNT not in text(given.to(tmp_path / "a.xlsx"))
    assert "…2345.csv has no line end" in text(tmp_path / "a.xlsx")
    assert table(given.to(tmp_path / "b.xlsx", full_account_numbers=True))["Account"].unique().tolist() == [ACCOUNT]


def test_two_accounts_with_the_same_last_digits_are_told_apart(tmp_path: Path) -> None:
    gift = (Entry(1, 100, "IDB", campaign="IDB"),)
    one, two = make_statement(gift, account="62000099001"), make_statement(gift, account="59001", file="b.csv")
    path = Written([one, two], make_matches((one, gift), (two, gift))).to(tmp_path / "a.xlsx")
    assert set(table(path)["Account"]) == {"…9001 (a)", "…9001 (b)"}
    assert find(path, "Summary", "…9001 (a)", 4) == 1


def without(matches: pd.DataFrame) -> pd.DataFrame:
    return matches.iloc[1:]


def doubled(matches: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([matches, matches.iloc[:1]])


def foreign(matches: pd.DataFrame) -> pd.DataFrame:
    return matches.assign(transaction_id=["zz", *matches["transaction_id"].iloc[1:]])


def odd_status(matches: pd.DataFrame) -> pd.DataFrame:
    return matches.assign(status="maybe")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without, "lacks 1 of 9 transactions"),
        (doubled, "has 1 ids twice"),
        (foreign, "lacks 1 of 9 transactions, the first .* and has 1 ids that are no transaction here, the first zz"),
        (odd_status, 'the status "maybe"'),
    ],
)
def test_matches_of_other_transactions_are_refused(
    tmp_path: Path, spoil: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    with pytest.raises(FrameRefused, match=said):
        dataclasses.replace(Written(), matches=spoil(Written().matches)).to(tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_matches_in_another_order_give_the_same_workbook(tmp_path: Path) -> None:
    a = Written().to(tmp_path / "a.xlsx").read_bytes()
    b = dataclasses.replace(Written(), matches=Written().matches.iloc[::-1]).to(tmp_path / "b.xlsx").read_bytes()
    assert a == b


def test_a_path_that_cannot_be_replaced_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    with pytest.raises(WorkbookNotWritten):
        Written().to(tmp_path / "a.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_day_before_1900_is_refused(tmp_path: Path) -> None:
    old = make_statement()
    rows = old.transactions.assign(date=pd.Timestamp(1899, 12, 31).as_unit("s"))
    with pytest.raises(FrameRefused, match="before 1900"):
        Written([dataclasses.replace(old, transactions=rows)]).to(tmp_path / "a.xlsx")


def test_every_sheet_prints_on_a4_with_its_head_repeated_and_a_narrow_one_upright(tmp_path: Path) -> None:
    for sheet in openpyxl.load_workbook(Written().to(tmp_path / "a.xlsx")):
        way = "portrait" if sheet.title == "By day" else "landscape"
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == (way, 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows in ("$1:$2", "$1:$4")
        assert (
            sheet.freeze_panes
            == {"$1:$2": "A3", "$1:$4": "C5" if sheet.title == "To review" else "A5"}[sheet.print_title_rows]
        )
        assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == ("&F", "Page &P of &N")


def test_the_transactions_are_a_filtered_table_over_exactly_its_rows(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(Written().to(tmp_path / "a.xlsx"))["Transactions"]
    made = sheet.tables["Transactions"]
    assert made.ref == made.autoFilter.ref == sheet.dimensions.replace("A1", "A4") == f"A4:T{4 + len(ENTRIES)}"
    assert [c.name for c in made.tableColumns] == [c.value for c in sheet[4]]


def test_the_day_of_the_file_is_the_last_day_of_the_statements(tmp_path: Path) -> None:
    assert openpyxl.load_workbook(Written().to(tmp_path / "a.xlsx")).properties.created.date() == date(2018, 9, 30)


def test_credits_without_a_campaign_or_of_an_unknown_one_are_in_the_matrix(tmp_path: Path) -> None:
    path = written(Entry(1, 700, "a"), Entry(1, 300, "b", campaign="XYZ")).to(tmp_path / "a.xlsx")
    assert find(path, "Summary", "no campaign", 4) == 7
    assert find(path, "Summary", "XYZ", 2) == "not in the register"
    assert find(path, "Summary", "Difference to statement", 4) == 0


def test_an_account_opens_with_its_earliest_statement_and_closes_with_its_fullest_latest(tmp_path: Path) -> None:
    half, whole = ENTRIES[:5], ENTRIES
    early = make_statement(whole[:3], file="z-early.csv", period=Period(date(2018, 9, 1), date(2018, 9, 2)))
    unsaid = make_statement(half, file="b.csv", opening=None, period=Period(date(2018, 9, 1), date(2018, 9, 3)))
    part = make_statement(whole[:8], file="c.csv", period=Period(date(2018, 9, 1), date(2018, 9, 6)))
    full = make_statement(whole, file="a-full.csv", period=Period(date(2018, 9, 1), date(2018, 9, 6)))
    given = Written([unsaid, part, early, full], make_matches((full, whole)))
    path = given.to(tmp_path / "a.xlsx")
    assert find(path, "Summary", "…2345", 3) == 1000
    assert Decimal(str(find(path, "Summary", "…2345", 7))) == full.closing
    assert find(path, "Summary", "…2345", 8) == 0


def test_a_row_two_files_set_aside_counts_once_and_two_equal_rows_of_one_file_twice(tmp_path: Path) -> None:
    row = {"line": [4, 5], "text": ["same"] * 2, "reason": ["not money"] * 2, "amount": ["10.00"] * 2}
    closing = (make_statement().closing or 0) + 20
    statements = [
        make_statement(file=f, quarantined=SET_ASIDE.check(pd.DataFrame(row).assign(source=f)), closing=closing)
        for f in ("a.csv", "b.csv")
    ]
    path = Written(statements, make_matches((statements[0], ENTRIES))).to(tmp_path / "a.xlsx")
    assert find(path, "Summary", "…2345", 6) == 20


@pytest.mark.parametrize(
    ("what", "heights"),
    # the payer's words of a description stand once more, in capitals, in a column half as wide
    [("evidence", [13, 13, 25, 61]), ("text", [13, 25, 25, 97])],
)
def test_rows_are_as_high_as_the_wrapped_text_of_their_narrowest_column(
    tmp_path: Path, what: str, heights: list[int]
) -> None:
    texts = ("short", "abcd " * 8, "ABCD " * 8, "ABCD " * 30)
    entries = [dataclasses.replace(Entry(1, 1, "x", campaign="IDB"), **{what: text}) for text in texts]
    sheet = openpyxl.load_workbook(written(*entries).to(tmp_path / "a.xlsx"))["Transactions"]
    assert [sheet.row_dimensions[r].height for r in range(5, 9)] == heights


def test_two_pages_are_wide_what_has_more_columns_than_one_can_show_and_its_first_columns_stand_on_both(
    tmp_path: Path,
) -> None:
    sheets = openpyxl.load_workbook(Written().to(tmp_path / "a.xlsx"))
    wide = {s.title: s.print_title_cols for s in sheets if (s.page_setup.fitToWidth or 1) > 1}
    assert wide == {"Transactions": "$A:$E", "To review": "$A:$E"}
    assert {s.page_setup.fitToWidth for s in sheets if s.title in wide} == {2}
    assert {s.print_title_cols for s in sheets if s.title not in wide} == {None}
