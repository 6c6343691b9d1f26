"""The sample statements are what they say: FNB's layout, exact to the cent, and answered line by line."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from reconcile.merging import merge_statements
from reconcile.parsers import read_statement, read_statements

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


def ofx(path: Path = OFX) -> list[Row]:
    rows: list[Row] = []
    tags: dict[str, str] = {}
    start = 0
    for number, text in enumerate(path.read_bytes().decode("ascii").split("\r\n"), start=1):
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


BANK, CALL, CARD = "62000012345", "62000067890", "400000******1234"
FORTNIGHT_ENDS = date(2018, 9, 14)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
EMAILED = ["emailed-2018-09.csv", "emailed-2018-12-to-2019-01.csv"]
FORTNIGHTS = ["recreated-2018-09-blocks.csv", "recreated-2018-09-flat.csv", "business-2018-09.csv"]
FORTNIGHTS += ["enterprise-2018-09.csv"]


class Sheet(NamedTuple):
    """One account of a sample: its answers and the balances they lead between."""

    sample: str
    answers: str
    account: str
    rows: int
    still: int
    opening: Decimal
    closing: Decimal


#   sample, answers, account, rows, of these moving no money, opening, closing
SHEETS = [
    Sheet("emailed-2018-09.csv", "emailed-2018-09.csv", BANK, 204, 3, Decimal("61480.25"), Decimal("106096.62")),
    Sheet(EMAILED[1], EMAILED[1], BANK, 27, 3, Decimal("38640.15"), Decimal("42613.37")),
    *(Sheet(name, name, BANK, 98, 0, Decimal("61480.25"), Decimal("125705.35")) for name in FORTNIGHTS),
    Sheet("card-2018-09.csv", "card-2018-09.csv", CARD, 9, 0, Decimal("-3114.20"), Decimal("-4611.50")),
]
TWO = "two-accounts-2018-09"
SHEETS += [
    Sheet(f"{TWO}.zip", f"{TWO}-zip.csv", BANK, 99, 1, Decimal("61480.25"), Decimal("125705.35")),
    Sheet(f"{TWO}.zip", f"{TWO}-zip.csv", CALL, 11, 1, Decimal("80250.00"), Decimal("75209.72")),
    Sheet(f"{TWO}.ofx", f"{TWO}-ofx.csv", CALL, 11, 1, Decimal("80250.00"), Decimal("75209.72")),
    Sheet(f"{TWO}.ofx", f"{TWO}-ofx.csv", CARD, 9, 0, Decimal("-3114.20"), Decimal("-4611.50")),
]
SHEET = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: f"{sheet.sample} {sheet.account[-4:]}")


def answers_of(sheet: Sheet) -> list[dict[str, str]]:
    """The answers of one account, oldest first."""
    own = [answer for answer in expected(sheet.answers) if answer["account"] == sheet.account]
    newest_first = own[0]["date"] > own[-1]["date"]
    return own[::-1] if newest_first else own


def lines_of(name: str) -> list[str]:
    return (SAMPLES / name).read_bytes().decode("ascii").split("\n")


def fields_of(line: str) -> list[str]:
    return next(csv.reader([line.replace("\0", "")]))


def printed(row: dict[str, str]) -> tuple[str, ...]:
    return row["date"], row["amount"], row["balance"], row["description"]


def history_moves(last: date = date.max) -> list[Row]:
    """What the month's history says has moved money, oldest first."""
    return [row for row in reversed(history()) if row.amount and row.date <= last]


def squashed(text: str) -> str:
    return "".join(text.casefold().split())


@SHEET
def test_the_answers_lead_from_the_opening_to_the_closing_balance(sheet: Sheet) -> None:
    rows = answers_of(sheet)
    balance, still = sheet.opening, 0
    for row in rows:
        moved = Decimal(row["amount"]) if row["moves"] == "yes" else Decimal(0)
        still += row["moves"] == "no"
        balance += moved
        assert row["balance"] in ("", str(balance))
    assert (len(rows), still, balance) == (sheet.rows, sheet.still, sheet.closing)
    assert all(row["balance"] == "" for row in rows) == sheet.sample.endswith(".ofx")


@SHEET
def test_the_library_reads_the_answers_of_every_layout(sheet: Sheet) -> None:
    [statement] = [s for s in read_statements(SAMPLES / sheet.sample) if s.account.number == sheet.account]
    answers = answers_of(sheet)
    for frame, moves in ((statement.transactions, "yes"), (statement.notices, "no")):
        wanted = [answer for answer in answers if answer["moves"] == moves]
        columns = ["line", "date", "amount", "balance", "description", "bank_reference"]
        texts = frame[columns].astype({"line": "str", "date": "str", "amount": "str", "balance": "str"}).fillna("")
        read = sorted(texts.itertuples(index=False, name=None), key=lambda row: int(row[0]))
        told = [(a["line"], a["date"], a["amount"], a["balance"], a["description"], a["reference"]) for a in wanted]
        assert read == sorted(told, key=lambda row: int(row[0]))
    assert (statement.opening, statement.closing) == (sheet.opening, sheet.closing)
    assert len(statement.quarantined) == 0


def emailed_rows(name: str) -> list[tuple[int, list[str]]]:
    """Line and raw fields (quotes and all) of each transaction record."""
    rows = []
    shape = re.compile(r"5,(\d+),'(\d\d [A-Z][a-z]{2})',(\".*?\"|),(\".*?\"|),(\".*?\"|),(-?\d+\.\d\d),(-?\d+\.\d\d),")
    for number, line in enumerate(lines_of(name), start=1):
        if re.match(r"5,\d", line):
            found = shape.fullmatch(line)
            assert found is not None, line
            rows.append((number, list(found.groups())))
    return rows


def emailed_summary(name: str) -> dict[str, tuple[str, ...]]:
    found = [re.fullmatch(r"4,'\d[^']+','([^']+)',(.*)", line) for line in lines_of(name)]
    return {f[1]: tuple(f[2].split(",")) for f in found if f}


@pytest.mark.parametrize("name", EMAILED)
def test_an_emailed_statement_is_made_of_the_records_two_to_six(name: str) -> None:
    lines = lines_of(name)
    kinds = [line[0] for line in lines]
    assert kinds == sorted(kinds)
    assert set(kinds) == set("23456")
    assert re.fullmatch(r"2,62000012345,'[A-Z ]+','[A-Z ]+'", lines[0])
    assert [line for line in lines if re.fullmatch("[345],,'.*'", line)] == [
        "3,,'Statement'",
        "4,,'Summary'",
        "5,,'Transactions'",
    ]
    assert lines[-1] == "6,'END'"


@pytest.mark.parametrize("name", EMAILED)
def test_emailed_rows_are_numbered_and_in_the_words_of_that_layout(name: str) -> None:
    rows = emailed_rows(name)
    assert [fields[0] for _, fields in rows] == [str(number) for number in range(1, len(rows) + 1)]
    for _, (_, _, *descriptions, _, _) in rows:
        widths = [len(text.strip('"')) for text in descriptions]
        assert widths[0] <= 24
        assert widths[1] <= 31
        hexadecimal = r'"[0-9A-F]{10}"'  # the trace number of real-time clearing
        for word in re.findall("[A-Za-z]+", re.sub(hexadecimal, "", " ".join(descriptions))):
            assert word == word.capitalize() or word in {"FNB", "ABSA", "POS", "ATM", "ADT", "OB"}
        if descriptions[0] == '"Magtape Credit"' and descriptions[1][1:11].endswith(" "):
            assert descriptions[1][1:11].strip().upper() in OTHER_BANKS
    assert {text for _, fields in rows for text in fields[2:5] if not text.strip('"')} == {"", '""'}


@pytest.mark.parametrize("name", EMAILED)
def test_the_answers_of_an_emailed_statement_are_its_rows(name: str) -> None:
    heading = next(line for line in lines_of(name) if re.match(r"3,'?\d", line))
    _, _, start, end, *_ = [field.strip("'") for field in heading.split(",")]
    years = {"Dec": start[-4:], "Jan": end[-4:], "Sep": end[-4:]}
    rows = []
    for number, (_, day, *descriptions, amount, balance) in emailed_rows(name):
        month = day[3:]
        stamp = f"{years[month]}-{MONTHS.index(month) + 1:02d}-{day[:2]}"
        text = " ".join(part for part in (text.strip('"') for text in descriptions) if part)
        rows.append((str(number), stamp, amount, balance, text, "Edo Collection Attempt" not in text))
    assert rows == [(a["line"], *printed(a), a["moves"] == "yes") for a in expected(name)]


@pytest.mark.parametrize("name", EMAILED)
def test_the_summary_counts_what_moved_and_leads_to_the_closing_balance(name: str) -> None:
    summary = emailed_summary(name)
    opening, closing = Decimal(summary.pop("Opening Balance")[-1]), Decimal(summary.pop("Closing Balance")[-1])
    assert Decimal(summary.pop("Overdraft Limit")[-1]) == 0
    totals = {label: (int(found[0]), Decimal(found[2])) for label, found in summary.items() if len(found) == 3}
    below: tuple[int, Decimal] | None = None
    for label, found in [*reversed(summary.items())]:
        if label in totals:
            assert below in (None, totals[label]), label
            below = None
        else:
            before = below or (0, Decimal(0))
            below = (before[0] + int(found[0]), before[1] + Decimal(found[1]))
    moved = [a for a in expected(name) if a["moves"] == "yes"]
    amounts = [Decimal(a["amount"]) for a in moved]
    assert sum(count for count, _ in totals.values()) == len(moved)
    assert sum(total for _, total in totals.values()) == sum(amounts) == closing - opening
    interest = [Decimal(a["amount"]) for a in moved if a["description"].startswith("Int On Credit")]
    fees = [Decimal(a["amount"]) for a in moved if a["description"].startswith("#")]
    credits = [amount for amount in amounts if amount > 0]
    assert totals["Interest on Credit Balance"] == (len(interest), sum(interest))
    assert totals["Bank Charges"] == (len(fees), sum(fees))
    assert totals["Funds Received/Credits"] == (len(credits) - len(interest), sum(credits) - sum(interest))
    heading = next(line for line in lines_of(name) if re.match(r"3,'?\d", line)).split(",")
    assert [Decimal(figure) for figure in heading[4:]] == [
        opening,
        closing,
        (sum(fees, Decimal(0)) * 15 / 115).quantize(Decimal("0.01")),
    ]


def test_the_emailed_september_is_the_history_in_other_words() -> None:
    moved = [a for a in expected("emailed-2018-09.csv") if a["moves"] == "yes"]
    rows = history_moves()
    assert [(a["date"], a["amount"], a["balance"]) for a in moved] == [
        (str(row.date), str(row.amount), str(row.balance)) for row in rows
    ]
    for answer, row in zip(moved, rows, strict=True):
        padded = row.description.startswith((*FNB_PREFIXES, "ADT CASH DEPO"))
        own = row.description[22:] if padded else row.description
        assert squashed(own) in squashed(answer["description"])


@pytest.mark.parametrize("name", FORTNIGHTS)
def test_a_fortnight_in_another_layout_has_the_rows_of_the_history(name: str) -> None:
    rows = [(str(r.date), str(r.amount), str(r.balance), r.description) for r in history_moves(FORTNIGHT_ENDS)]
    assert [printed(answer) for answer in expected(name)] == rows
    for answer in expected(name):
        assert len(answer["description"]) <= 42
        assert len(answer["reference"]) <= 30
        assert answer["reference"] in answer["description"]
        if answer["description"].startswith(("#", "CORNER")) or name.startswith("enterprise"):
            assert answer["reference"] == ""
        elif answer["description"].startswith((*FNB_PREFIXES, "ADT CASH DEPO")):
            assert answer["reference"] == answer["description"][22:]
        elif answer["description"].startswith(OTHER_BANKS):
            assert answer["reference"] == answer["description"][10:]


#   sample, first line of its rows, where date, amount, balance, description and reference stand
PLACES = [
    ("recreated-2018-09-blocks.csv", 13, (0, 5, 6, 1, 2)),
    ("recreated-2018-09-flat.csv", 3, (10, 15, 16, 11, 12)),
    ("business-2018-09.csv", 4, (0, 2, 5, 3, 4)),
    ("enterprise-2018-09.csv", 2, (5, 4, 6, 2, None)),
]


@pytest.mark.parametrize(("name", "first", "places"), PLACES, ids=[p[0] for p in PLACES])
def test_the_answers_of_a_fortnight_are_the_rows_of_its_file(
    name: str, first: int, places: tuple[int | None, ...]
) -> None:
    rows = []
    for number, line in enumerate(lines_of(name)[first - 1 : -1], start=first):
        fields = fields_of(line)
        day, *rest = ("" if place is None else fields[place] for place in places)
        stamp = f"2018-{day[3:]}-{day[:2]}" if "/" in day else f"{date.fromisoformat(day)}"
        rows.append((str(number), stamp, *rest))
    assert rows == [(a["line"], *printed(a), a["reference"]) for a in expected(name)]


def test_both_shapes_of_the_recreated_statement_state_the_same_totals() -> None:
    blocks = dict(line.split(",")[:2] for line in lines_of("recreated-2018-09-blocks.csv")[1:10])
    names, values = (fields_of(line) for line in lines_of("recreated-2018-09-flat.csv")[:2])
    assert names[0] == lines_of("recreated-2018-09-blocks.csv")[0].rstrip(",") == "Recreated Statement"
    assert dict(zip(names[1:10], values[1:10], strict=True)) == blocks
    assert names[10:] == fields_of(lines_of("recreated-2018-09-blocks.csv")[11])
    amounts = [row.amount for row in history_moves(FORTNIGHT_ENDS)]
    for sign, total, count in ((1, "Credits", "Number of Credits"), (-1, "Debits", "Number of Debits")):
        own = [amount for amount in amounts if amount * sign > 0]
        assert (Decimal(blocks[total]), int(blocks[count])) == (sum(own), len(own))
    assert (blocks["Opening Balance"], blocks["Closing Balance"]) == ("61480.25", "125705.35")


def test_every_row_of_the_business_layout_has_its_nul() -> None:
    lines = lines_of("business-2018-09.csv")
    assert lines[2] == "Date,SERVICE FEE,Amount,DESCRIPTION,REFERENCE,Balance,CHEQUE NUMBER,"
    assert [line.count("\0") for line in lines] == [0, 0, 0, *([1] * 98), 0]
    assert all(line.endswith(",\0,") for line in lines[3:-1])


def test_the_enterprise_layout_has_no_column_names_and_days_without_a_year() -> None:
    first, *rows, last = lines_of("enterprise-2018-09.csv")
    assert (first, last) == ("2,'62000012345','OPENING','61480.25'", "")
    for number, row in enumerate(rows, start=1):
        stated, statement, _, cheque, _, day, _ = fields_of(row)
        assert (stated, statement, cheque) == ("14/09/2018", "37", f"{number:08d}")
        assert re.fullmatch("[01][0-9]/09", day)


def test_the_zip_has_a_history_of_each_account_under_the_names_of_the_bank() -> None:
    with zipfile.ZipFile(SAMPLES / f"{TWO}.zip") as archive:
        assert [info.filename for info in archive.infolist()] == [f"{BANK}.csv", f"{CALL}.csv"]
        assert {info.date_time for info in archive.infolist()} == {(2018, 10, 1, 6, 45, 12)}
        first, second = (archive.read(info).decode("ascii").splitlines() for info in archive.infolist())
    month = [line for line in lines_of(HISTORY.name)[7:-1] if line <= "2018/09/15"]
    assert first[7:] == month
    for account, lines in ((BANK, first), (CALL, second)):
        own = [a for a in expected(f"{TWO}-zip.csv") if a["account"] == account]
        rows = [(str(number), *line.replace("/", "-", 2).split(", ", 3)) for number, line in enumerate(lines[7:], 8)]
        assert rows == [(a["line"], *printed(a)) for a in own]


def test_the_card_is_masked_and_its_texts_are_as_wide_as_the_bank_prints() -> None:
    lines = lines_of("card-2018-09.csv")
    assert lines[3:5] == ["Account:, 400000******1234, [Office Credit Card]", "Balance:, -4611.50, 25388"]
    rows = [line.replace("/", "-", 2).split(", ", 3) for line in lines[7:-1]]
    assert [f"{Decimal(row[1]):.2f}" for row in rows] == [a["amount"] for a in expected("card-2018-09.csv")]
    assert {row[1] for row in rows if "." not in row[1]} == {"-75", "-1187"}
    for _, _, _, text in rows:
        assert len(text) <= 42
        assert "*1234" not in text or re.fullmatch(
            r".{20}400000\*1234  [0-3][0-9] SEP|PURCH .{18} 400000\*{6}1234", text
        )


def test_the_ofx_of_two_accounts_agrees_with_their_histories() -> None:
    content = (SAMPLES / f"{TWO}.ofx").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") == len(content.splitlines())
    answers = expected(f"{TWO}-ofx.csv")
    assert [as_row(answer) for answer in answers] == ofx(SAMPLES / f"{TWO}.ofx")
    ids = re.findall(rb"<FITID>(\d+)", content)
    assert len(set(ids)) < len(ids)  # the bank's ids are not unique over accounts
    told = ("account", "date", "amount", "description", "moves")
    histories = [a for a in expected(f"{TWO}-zip.csv") if a["account"] == CALL][::-1]
    histories += expected("card-2018-09.csv")[::-1]
    assert [[a[c] for c in told] for a in answers] == [[a[c] for c in told] for a in histories]
    balances = [Decimal(found.decode()) for found in re.findall(rb"<BALAMT>(\S+)", content)]
    assert balances == [Decimal("75209.72"), Decimal("-4611.50")]


@pytest.mark.parametrize("newest", [False, True], ids=["history first", "history last"])
def test_the_month_in_three_layouts_merges_to_the_movements_of_the_history(newest: bool) -> None:
    files = [HISTORY, OFX, SAMPLES / "emailed-2018-09.csv"]
    merged = merge_statements(read_statement(file) for file in (files[::-1] if newest else files))
    rows = merged.transactions
    assert sorted(zip(rows["date"].dt.date, rows["amount"], strict=True)) == sorted(
        (row.date, row.amount) for row in history_moves()
    )
    assert len(rows) == 201


FORMATS = sorted((SAMPLES.parent / "docs" / "formats").glob("*.md"))


@pytest.mark.parametrize("page", FORMATS, ids=lambda page: page.name)
def test_what_a_format_page_shows_stands_in_a_sample(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = {line.replace("\0", "^@").rstrip("\r") for name in sample_names() for line in lines_of(name)}
    shown = [line for block in re.findall(r"```text\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    assert [line for line in shown if line not in known and line != "…"] == []
    assert shown or page.name == "index.md"
    assert not re.search(r"@@|TODO|FIXME|XXX", text)
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link


def sample_names() -> list[str]:
    names = sorted(path.name for path in SAMPLES.iterdir() if path.suffix in {".csv", ".ofx"})
    return [name for name in names if name not in {"campaigns.csv", "funds.csv", "receipts.csv", "payout-2018-09.csv"}]


@pytest.mark.parametrize("place", ["sample_statements/README.md", "docs/formats/index.md"])
def test_every_sample_is_listed(place: str) -> None:
    text = (SAMPLES.parent / place).read_text(encoding="utf-8")
    assert [name for name in [*sample_names(), f"{TWO}.zip"] if name not in text] == []
