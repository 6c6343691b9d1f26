"""The sample statements are what they say: FNB's layout, exact to the cent, and answered line by line."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from reconcile.parsers import read_statement

SAMPLES = Path(__file__).parents[1] / "sample_statements"
HISTORY = SAMPLES / "history-2018-09.csv"
OFX = SAMPLES / "history-2018-09-17-to-30.ofx"
FNB_PREFIXES = (
    "FNB APP PAYMENT FROM",
    "FNB APP TRANSFER FROM",
    "INT-BANKING PMT FRM",
    "SCHEDULED PYMT FROM",
    "FNB OB PMT",
)
OTHER_BANKS = ("CAPITEC", "ABSA BANK", "NEDBANK", "INVESTECPB", "TYME BANK", "AF BANK", "YOCO", "PAYFAST")
KINDS = {"donation", "reversal", "fee", "bank_interest", "settlement", "transfer", "payment_out", "notice"}


class Row(NamedTuple):
    line: int
    date: date
    amount: Decimal
    balance: Decimal | None
    description: str


def history() -> list[Row]:
    rows = []
    for number, text in enumerate(HISTORY.read_bytes().decode("ascii").splitlines()[7:], start=8):
        day, amount, balance, description = text.split(", ", 3)
        rows.append(
            Row(number, date.fromisoformat(day.replace("/", "-")), Decimal(amount), Decimal(balance), description)
        )
    return rows


def ofx() -> list[Row]:
    rows: list[Row] = []
    tags: dict[str, str] = {}
    start = 0
    for number, text in enumerate(OFX.read_bytes().decode("ascii").split("\r\n"), start=1):
        if text == "<STMTTRN>":
            tags, start = {}, number
        elif text == "</STMTTRN>":
            memo = tags["MEMO"].replace("&amp;", "&")
            rows.append(Row(start, date.fromisoformat(tags["DTPOSTED"]), Decimal(tags["TRNAMT"]), None, memo))
        elif leaf := re.fullmatch(r"<([A-Z]+)>(.+)", text):
            tags[leaf[1]] = leaf[2]
    return rows


def expected(name: str) -> list[dict[str, str]]:
    with (SAMPLES / "expected" / name).open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def as_row(answer: dict[str, str]) -> Row:
    return Row(
        int(answer["line"]),
        date.fromisoformat(answer["date"]),
        Decimal(answer["amount"]),
        Decimal(answer["balance"]) if answer["balance"] else None,
        answer["description"],
    )


def test_every_balance_is_the_one_before_plus_the_amount() -> None:
    rows = history()
    assert len(rows) == 204
    assert all(newer.balance == (older.balance or 0) + newer.amount for newer, older in pairwise(rows))


def test_the_header_balance_is_that_of_the_newest_row() -> None:
    lines = HISTORY.read_text(encoding="ascii").splitlines()
    label, ledger, _available = lines[4].split(", ")
    assert (label, Decimal(ledger)) == ("Balance:", history()[0].balance)
    assert lines[0] == "ACCOUNT TRANSACTION HISTORY"
    assert lines[6] == "Date, Amount, Balance, Description"


def test_rows_stand_newest_first_inside_september() -> None:
    days = [row.date for row in history()]
    assert days == sorted(days, reverse=True)
    assert (days[-1], days[0]) == (date(2018, 9, 1), date(2018, 9, 30))


@pytest.mark.parametrize("row", history(), ids=lambda row: f"line {row.line}")
def test_descriptions_keep_the_widths_of_the_bank(row: Row) -> None:
    text = row.description
    assert len(text) <= 42
    assert text == text.strip()
    for prefix in FNB_PREFIXES:
        if text.startswith(prefix):
            assert text[:22] == prefix.ljust(22)
            assert text[22:] == text[22:].strip() != ""
            return
    if text.startswith("ADT CASH DEPO"):
        assert 0 < len(text[22:]) <= 20
        return
    for bank in OTHER_BANKS:
        if text.startswith(bank):
            assert text[:10] == bank.ljust(10)
            assert 0 < len(text[10:]) <= 20
            return
    if "*" in text:
        assert re.fullmatch(r".{20}400000\*1234  [0-3][0-9] SEP", text)


def test_a_quarter_of_the_money_in_has_no_words_of_a_bank() -> None:
    credits = [row.description for row in history() if row.amount > 0]
    bare = [text for text in credits if not text.startswith((*FNB_PREFIXES, *OTHER_BANKS, "ADT CASH DEPO"))]
    assert 0.22 < len(bare) / len(credits) < 0.28


def test_the_ofx_has_the_rows_of_its_fortnight_oldest_first() -> None:
    fortnight = [row for row in reversed(history()) if row.date >= date(2018, 9, 17)]
    assert [row[1:3] + row[4:] for row in ofx()] == [row[1:3] + row[4:] for row in fortnight]
    assert OFX.read_bytes().count(b"\n") == OFX.read_bytes().count(b"\r\n")


def test_the_ofx_closes_at_the_closing_balance() -> None:
    balance = re.search(rb"<LEDGERBAL>\r\n<BALAMT>([0-9.]+)\r\n<DTASOF>20180930\r\n</LEDGERBAL>", OFX.read_bytes())
    assert balance is not None
    assert Decimal(balance[1].decode()) == history()[0].balance


@pytest.mark.parametrize(
    ("name", "rows"), [("history-2018-09.csv", history()), ("history-2018-09-17-to-30.csv", ofx())]
)
def test_the_expected_rows_are_those_of_the_file(name: str, rows: list[Row]) -> None:
    assert [as_row(answer) for answer in expected(name)] == rows


def test_the_three_answer_files_agree() -> None:
    whole = expected("history-2018-09.csv")[::-1]
    fortnight = expected("history-2018-09-17-to-30.csv")
    told = ("date", "amount", "description", "campaign", "fund", "kind")
    assert [[a[c] for c in told] for a in whole[-len(fortnight) :]] == [[a[c] for c in told] for a in fortnight]
    moves = [a for a in whole if a["kind"] != "notice"]
    labelled = expected("labelled-2018-09.csv")
    assert [(a["date"], a["amount"], a["description"], a["campaign"], a["fund"]) for a in moves] == [
        (a["date"], a["amount"], a["description"], a["campaign_code"], a["fund"]) for a in labelled
    ]


@pytest.mark.parametrize("answer", expected("history-2018-09.csv"), ids=lambda answer: f"line {answer['line']}")
def test_every_answer_is_one_a_bookkeeper_may_give(answer: dict[str, str]) -> None:
    with (SAMPLES / "campaigns.csv").open(encoding="ascii", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    with (SAMPLES / "funds.csv").open(encoding="ascii", newline="") as file:
        funds = {row["fund"] for row in csv.DictReader(file)}
    amount = Decimal(answer["amount"])
    assert answer["kind"] in KINDS
    assert answer["campaign"] in codes | {""}
    assert answer["fund"] in funds | {""}
    assert (amount == 0) == (answer["kind"] == "notice")
    assert (amount > 0) >= (answer["kind"] in {"donation", "settlement"})
    assert (amount < 0) >= (answer["kind"] in {"reversal", "fee", "payment_out"})
    if answer["kind"] not in {"donation", "reversal"}:
        assert (answer["campaign"], answer["fund"]) == ("", "")


@pytest.mark.parametrize("file", [HISTORY, OFX], ids=["csv", "ofx"])
def test_the_library_reads_exactly_the_expected_rows(file: Path) -> None:
    statement = read_statement(file)
    answers = expected(f"{file.stem}.csv")
    moves = sorted((as_row(a) for a in answers if a["kind"] != "notice"), key=lambda row: row.line)
    notices = sorted((as_row(a) for a in answers if a["kind"] == "notice"), key=lambda row: row.line)
    for frame, rows in ((statement.transactions, moves), (statement.notices, notices)):
        ordered = frame.sort_values("line")
        columns = [ordered[name].tolist() for name in ("line", "date", "amount", "balance", "description")]
        read = [Row(line, day.date(), *rest) for line, day, *rest in zip(*columns, strict=True)]
        assert [row[:3] + row[4:] for row in read] == [row[:3] + row[4:] for row in rows]
        if file == HISTORY:
            assert [row.balance for row in read] == [row.balance for row in rows]
            assert statement.opening == Decimal("61480.25")
    assert statement.account.number == "62000012345"
    assert statement.closing == Decimal("106096.62")
    assert len(statement.quarantined) == 0
