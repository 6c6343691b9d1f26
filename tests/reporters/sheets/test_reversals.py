"""Reversals: each debit that takes a payment back, beside the payment, in whichever month that was."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from exports import ACCOUNT
from gifts import FEBRUARY, close, gift, put, register, taken_back, write
from readback import in_cents, rows, table
from small_statements import ENTRIES, Entry, Written, make_matches, make_statement, written

from reconcile.store import Store, open_store

REGISTER = register()
NOT_FOUND = "which payment it takes back is not known; a person must find it"


def told(path: Path) -> list[dict[str, object]]:
    return table(path, "Reversals").to_dict("records")


def day(number: int, month: int = 9, year: int = 2018) -> datetime:
    return datetime(year, month, number)  # noqa: DTZ001


def test_a_reversal_stands_beside_the_payment_of_the_same_month(tmp_path: Path) -> None:
    path = written(*ENTRIES).to(tmp_path / "a.xlsx")
    [row] = told(path)
    assert (row["Date"], in_cents([row["Amount"]]), row["Description"]) == (day(3), -500_00, "REVERSAL IDLEB ZKT")
    assert (row["Campaign"], row["Fund"], row["Status"], row["Line"]) == ("IDB", "zakat", "matched", 11)
    assert (row["Takes back"], row["Paid on"]) == ("FNB APP PAYMENT FROM  IDLEB ZKT", day(1))
    assert row["Why these two"] == "same amount and the same words 2 days earlier, one of 2 such payments"
    assert (row["Paid in file"], row["Paid in line"]) == ("history.csv", 7)
    assert rows(path, "Reversals")[1][0] == "-R 500.00 · 1 line, of 1 the payment is known"


def test_a_reversal_of_which_no_payment_is_known_says_that_a_person_must_find_it(tmp_path: Path) -> None:
    entries = [*ENTRIES, Entry(9, -7_00, "REVERSAL SOMEBODY", status="review", kind="reversal")]
    path = written(*entries).to(tmp_path / "a.xlsx")
    known, unknown = told(path)
    assert known["Paid in line"] == 7
    assert unknown["Why these two"] == NOT_FOUND
    assert [unknown[h] for h in ("Takes back", "Paid on", "Paid in file", "Paid in line")] == [None] * 4
    assert rows(path, "Reversals")[1][0] == "-R 507.00 · 2 lines, of 1 the payment is known"


def test_where_nothing_was_taken_back_there_is_no_such_sheet(tmp_path: Path) -> None:
    path = written(*[e for e in ENTRIES if e.kind != "reversal"]).to(tmp_path / "a.xlsx")
    assert "Reversals" not in openpyxl.load_workbook(path).sheetnames


@pytest.fixture
def books(tmp_path: Path) -> Store:
    with open_store(tmp_path / "books.db") as store:
        yield store


ROWS = [
    gift("IDB ZAKAT"),
    gift("J NDLOVU", 50, 10),
    gift("YEMEN", 30, FEBRUARY),
    taken_back("IDB ZAKAT", day=FEBRUARY + 3),
    taken_back("YEMEN", 30, FEBRUARY + 5),
]


def february(store: Store, path: Path) -> list[dict[str, object]]:
    view = store.month("2026-02")
    assert view is not None
    return told(write(path, view, REGISTER))


def test_a_reversal_stands_beside_the_payment_of_another_month(books: Store, tmp_path: Path) -> None:
    put(books, *ROWS, file=f"{ACCOUNT}.csv")
    books.match(REGISTER)
    other, same = february(books, tmp_path / "february.xlsx")
    assert (other["Date"], in_cents([other["Amount"]]), other["Fund"]) == (day(4, 2, 2026), -100_00, "zakat")
    assert (other["Takes back"], other["Paid on"]) == ("FNB APP PAYMENT FROM  IDB ZAKAT", day(1, 1, 2026))
    assert (other["Paid in file"], other["Paid in line"], other["Line"]) == ("…9001.csv", 7, 10)
    assert other["Why these two"] == "same amount and the same words 34 days earlier"
    assert (same["Takes back"], same["Paid on"], same["Paid in line"]) == (ROWS[2].text(""), day(1, 2, 2026), 9)


def test_each_part_of_a_reversal_that_was_split_stands_beside_the_payment(books: Store, tmp_path: Path) -> None:
    original, *_ = put(books, *ROWS)
    books.match(REGISTER)
    books.decide(original, [("IDB", "zakat", "60.00"), ("YEM", "zakat", "40.00")], by="Thandi", reason="her letter")
    books.match(REGISTER)
    found = february(books, tmp_path / "february.xlsx")
    parts = [(row["Campaign"], in_cents([row["Amount"]]), row["Paid in line"]) for row in found]
    assert parts == [("IDB", -60_00, 7), ("YEM", -40_00, 7), ("YEM", -30_00, 9)]


def test_the_payment_that_a_closed_month_took_back_stays_as_it_was_known_then(books: Store, tmp_path: Path) -> None:
    put(books, *ROWS, file="z.csv")
    books.match(REGISTER)
    for month in ("2026-01", "2026-02"):
        close(books, month)
    before = february(books, tmp_path / "before.xlsx")
    assert {row["Paid in file"] for row in before} == {"z.csv"}
    put(books, *ROWS, file="a.csv")  # of two files that deliver a row the first by name is shown
    assert february(books, tmp_path / "after.xlsx") == before
    assert (tmp_path / "after.xlsx").read_bytes() == (tmp_path / "before.xlsx").read_bytes()


def test_a_payment_that_two_accounts_could_have_had_is_that_of_the_same_account(tmp_path: Path) -> None:
    paid = (Entry(1, 7_00, "FNB APP PAYMENT FROM  SIPHO", campaign="IDB"),)
    back = (*paid, Entry(2, -7_00, "REVERSAL FNB APP PAYMENT FROM  SIPHO", campaign="IDB", kind="reversal"))
    one, other = make_statement(paid), make_statement(back, account="62000067890", file="other.ofx")
    [row] = told(Written([one, other], make_matches((one, paid), (other, back))).to(tmp_path / "a.xlsx"))
    assert row["Paid in file"] == "other.ofx"
