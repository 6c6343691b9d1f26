"""Receipts as files have them: every usual form read exactly, and everything unclear refused with all its faults."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reconcile as rc
from reconcile.books.table_columns import MOST_TOLD
from reconcile.errors import RegisterRefused, UnreadableFile
from reconcile.money import from_cents
from reconcile.schema import RECEIPTS

HEAD = "Receipt No,Date,Amount"


def file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "receipts.csv"
    path.write_bytes(text.encode(encoding))
    return path


def sheet(folder: Path, *rows: list[Any], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    for cell, form in (formats or {}).items():
        book.worksheets[0][cell].number_format = form
    book.save(folder / "receipts.xlsx")
    return folder / "receipts.xlsx"


def faults(source: Any, **how: Any) -> tuple[str, ...]:
    with pytest.raises(RegisterRefused) as caught:
        rc.read_receipts(source, **how)
    return caught.value.faults


@pytest.mark.parametrize(
    ("written", "rand"),
    [
        ("1650.00", "1650.00"),
        ("R 1 234,50", "1234.50"),
        ('"1,234.50"', "1234.50"),
        ("R1234.5", "1234.50"),
        ('"R 1,234,567.89"', "1234567.89"),
        ("ZAR 50", "50.00"),
        ("(50.00)", "-50.00"),
        ("(R 1 250.00)", "-1250.00"),
        ("-50.00", "-50.00"),
        ("-R 50.00", "-50.00"),
        ("R -50.00", "-50.00"),
        ("50.00-", "-50.00"),
        ("50.00 Dr", "-50.00"),
        ("50.00Cr", "50.00"),
        ("+50.00", "50.00"),
        ("1\u00a0234.50", "1234.50"),
        ('"12,345"', "12345.00"),
        ('"0,05"', "0.05"),
        ("99999999999.99", "99999999999.99"),
    ],
)
def test_amounts_are_exact(tmp_path: Path, written: str, rand: str) -> None:
    found = rc.read_receipts(file(tmp_path, f"{HEAD.replace(',', ';')}\n1;2018-09-03;{written}\n"))
    assert found["amount"].tolist() == [Decimal(rand)]


@pytest.mark.parametrize(
    "written", ["x", "1.234", "1e3", "12 34.00", "1.234,50", "(-5.00)", "--5", "5.001", "NaN", "R"]
)
def test_what_is_no_amount_is_refused(tmp_path: Path, written: str) -> None:
    told = faults(file(tmp_path, f"{HEAD.replace(',', ';')}\n1;2018-09-03;{written}\n"))
    assert told == (f'line 2, amount: "{written}" is not an amount of rand and cents; write it like 1650.00',)


def test_a_comma_that_may_be_of_cents_or_of_thousands_is_refused(tmp_path: Path) -> None:
    told = faults(file(tmp_path, 'No;Date;Amount\n1;2018-09-03;1,50\n2;2018-09-03;"1,250"\n'))
    assert len(told) == 1 and "as in line 2, or of the thousands" in told[0] and told[0].startswith("line 3, amount")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2018-09-03", date(2018, 9, 3)),
        ("2018/9/3", date(2018, 9, 3)),
        ("3 Sep 2018", date(2018, 9, 3)),
        ("03-Sept-2018", date(2018, 9, 3)),
        ("3 September 2018", date(2018, 9, 3)),
        ("3 Mei 2018", date(2018, 5, 3)),
        ("03/09/2018", date(2018, 9, 3)),
        ("03.09.2018", date(2018, 9, 3)),
        ("2018-09-03 14:05", date(2018, 9, 3)),
        ("2018-09-03T23:59:59", date(2018, 9, 3)),
    ],
)
def test_days_in_the_usual_forms(tmp_path: Path, written: str, day: date) -> None:
    found = rc.read_receipts(file(tmp_path, f"{HEAD}\n1,{written},5.00\n2,13/09/2018,5.00\n"))
    assert found["date"].dt.date.tolist() == [day, date(2018, 9, 13)]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("yesterday", "is not a day"),
        ("2018-02-30", "no day of the calendar"),
        ("09/13/2018", "has the month first"),
        ("03/09/2018", "may be day and month or month and day"),
        ("3 Sep 18", "is not a day"),
        ("3 Foo 2018", "is not a day"),
        ("2081-09-03", "in the future"),
        ("1918-09-03", "is before 2000"),
        ("2018-09-03T23:59:59Z", "is not a day"),
        ("43346", "is not a day"),
    ],
)
def test_what_is_no_day_or_two_days_is_refused(tmp_path: Path, written: str, why: str) -> None:
    (told,) = faults(file(tmp_path, f"{HEAD}\n1,{written},5.00\n"))
    assert told.startswith(f'line 2, date: "{written}" ') and why in told


def test_a_day_that_is_the_same_both_ways_is_no_doubt(tmp_path: Path) -> None:
    assert rc.read_receipts(file(tmp_path, f"{HEAD}\n1,09/09/2018,5.00\n"))["date"].iloc[0] == pd.Timestamp(2018, 9, 9)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_encodings_and_line_ends(tmp_path: Path, separator: str, encoding: str, end: str) -> None:
    rows = ["Receipt number", "DATE", "amount", "Received from"], ["00412", "2018-09-03", "5.00", "Zoë"]
    text = end.join(separator.join(row) for row in rows) + end
    found = rc.read_receipts(file(tmp_path, text, encoding)).iloc[0]
    assert (found["receipt_id"], found["payer"], found["source"], found["line"]) == ("00412", "Zoë", "receipts.csv", 2)


def test_quotes_empty_lines_short_and_overlong_lines(tmp_path: Path) -> None:
    text = f'\n{HEAD},Donor,Ref\n\n1,2018-09-03,5.00,"A ""B"", C"\n,,,,\n2,2018-09-04,6.00,=SUM(A1),NA,,\n'
    found = rc.read_receipts(file(tmp_path, text))
    assert found["payer"].tolist() == ['A "B", C', "=SUM(A1)"]
    assert found["reference"].fillna("-").tolist() == ["-", "NA"]
    assert found["line"].tolist() == [4, 6]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("No,Date\n1,2018-09-03\n", "line 1: it lacks the column amount; call it Amount, or name what is"),
        (f"{HEAD},Amount\n1,2018-09-03,1,1\n", 'line 1: "Amount" and "Amount" may both be the column amount; rename'),
        (f"{HEAD},Donor,Received from\n", '"Donor" and "Received from" may both be the column payer; say with'),
        (f"{HEAD}\n", "it has a header and no rows"),
        (",,\n", "it has no header"),
        (f"{HEAD}\n1,2018-09-03,5.00,more\n", "line 2: has more fields than the 3 of the header"),
        (f'{HEAD},Ref\n1,2018-09-03,5.00,"a\nb\n', "line 2: the quotes do not pair up"),
        (f'{HEAD},Ref\n1,2018-09-03,5.00,a "b" c\n', "line 2: the quotes do not pair up"),
        (f"{HEAD}\n,2018-09-03,5.00\n", "line 2, receipt_id: is empty; every row needs one"),
        (f"{HEAD}\n1,,5.00\n", "line 2, date: is empty"),
        (f"{HEAD}\n1,2018-09-03,\n", "line 2, amount: is empty"),
        (f"{HEAD},Ref\n1,2018-09-03,5.00,a\x07b\n", "line 2, reference: "),
        (f"{HEAD}\n7,2018-09-03,5.00\n7,2018-09-03,5.00\n", 'line 3, receipt_id: "7" is also the receipt of line 2'),
    ],
)
def test_what_is_not_clear_is_refused(tmp_path: Path, text: str, told: str) -> None:
    found = faults(file(tmp_path, text))
    assert len(found) == 1 and told in found[0]


def test_all_faults_are_named_at_once_and_many_of_one_kind_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"{at},2018-09-03,x\n" for at in range(100))
    told = faults(file(tmp_path, f"{HEAD}\n{rows}0,never,5.00\n"))
    assert len(told) == MOST_TOLD + 3
    assert f"{100 - MOST_TOLD} more lines have the same fault" in " ".join(told)


def test_headings_of_ones_own(tmp_path: Path) -> None:
    path = file(tmp_path, "Boek,Datum,Bedrag,No\n00412,2018-09-03,5.00,1\n")
    own = {"receipt_id": "boek", "date": "DATUM", "amount": "Bedrag"}
    assert rc.read_receipts(path, columns=own)["receipt_id"].tolist() == ["00412"]
    assert "is none of" not in faults(path, columns=own | {"amount": "Rand"})[0]
    assert 'columns says that amount is "Rand", which is not there' in faults(path, columns=own | {"amount": "Rand"})[0]
    assert 'columns names "sum", which is none of receipt_id' in faults(path, columns=own | {"sum": "Bedrag"})[0]


def test_a_sheet(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        ["Receipt No", "Date", "Amount", "Donor"],
        ["00412", date(2018, 9, 3), 1234.5, "A"],
        [None, None, None, None],
        [413, "2018-09-04", 1650, None],
        ["414", date(2018, 9, 5), "R 1 234,50", "B"],
        formats={"C4": "#,##0.00"},
    )
    found = rc.read_receipts(path)
    assert found["receipt_id"].tolist() == ["00412", "413", "414"]
    assert found["amount"].tolist() == [Decimal("1234.50"), Decimal("1650.00"), Decimal("1234.50")]
    assert found["line"].tolist() == [2, 4, 5] and found["source"].iloc[0] == "receipts.xlsx"


@pytest.mark.parametrize(
    ("row", "formats", "told"),
    [
        ([7, date(2018, 9, 3), 5], {"A2": "000"}, "receipt_id: is the number 7 shown in another form"),
        ([1.5, date(2018, 9, 3), 5], {}, "receipt_id: is 1.5, a float and not text"),
        (["1", date(2018, 9, 3), 5.001], {}, "amount: is 5.001, which is no amount of cents"),
        (["1", date(2018, 9, 3), date(2018, 9, 3)], {}, "amount: is the date 2018-09-03, not an amount"),
        (["1", date(2018, 9, 3), "=1+1"], {}, "amount: holds a formula without a saved value"),
        (["#REF!", date(2018, 9, 3), 5], {}, "receipt_id: holds the error #REF!"),
        ([date(2018, 9, 3), date(2018, 9, 3), 5], {}, "receipt_id: is the date 2018-09-03, not text"),
        (["1", date(2018, 9, 3), 5, "x"], {}, "line 2: has a cell beyond the 3 of the header"),
    ],
)
def test_what_is_not_clear_in_a_sheet_is_refused(tmp_path: Path, row: list[Any], formats: Any, told: str) -> None:
    found = faults(sheet(tmp_path, HEAD.split(","), row, formats=formats))
    assert len(found) == 1 and told in found[0]


def test_an_empty_sheet_and_several_files_and_no_file(tmp_path: Path) -> None:
    assert "it has no header" in faults(sheet(tmp_path))[0]
    assert "a path or a frame is needed" in faults(2018)[0]
    with pytest.raises(UnreadableFile):
        rc.read_receipts(tmp_path / "none.csv")


def test_a_frame_keeps_its_places_and_floats_must_be_cents() -> None:
    frame = pd.DataFrame(
        {"No": ["1", "2"], "Date": pd.to_datetime(["2018-09-03", "2018-09-04"]), "Amount": [5.5, 0.1 + 0.2]}
    )
    assert faults(frame) == ("row 2, amount: is 0.300000…, which is no amount of cents; write it as text",)
    found = rc.read_receipts(frame.assign(Amount=[5.5, 7], source="x.csv", line=[8, 9]))
    assert found["line"].tolist() == [8, 9] and found["source"].tolist() == ["x.csv", "x.csv"]
    assert "is not the number of a line" in faults(frame.assign(Amount=5, line="x"))[0]
    half = pd.Series(["ZO\ud800", "B"], dtype=object)
    assert faults(frame.assign(Amount=5, Donor=half)) == (
        'row 1, payer: "ZO\ufffd" holds a line break or control character',
    )
    assert "has a time of day" in faults(frame.assign(Amount=5, Date=pd.Timestamp("2018-09-03 12:30")))[0]


def test_a_frame_without_rows_has_no_receipts() -> None:
    pd.testing.assert_frame_equal(rc.read_receipts(RECEIPTS.empty()), RECEIPTS.empty(), check_dtype=True)


plain = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), max_size=8)
maybe = st.none() | plain.filter(bool)
rows = st.lists(
    st.tuples(
        st.dates(date(2000, 1, 1), date(2024, 12, 31)),
        st.integers(-(10**13) + 1, 10**13 - 1),
        *[maybe] * 6,
    ),
    min_size=1,
    max_size=20,
)


def receipts(given_rows: list[Any]) -> pd.DataFrame:
    names = ("payer", "reference", "campaign", "fund", "method", "batch")
    frame = pd.DataFrame(
        {
            "receipt_id": [f"{at:05d}" for at in range(len(given_rows))],
            "date": pd.to_datetime([row[0] for row in given_rows]),
            "amount": from_cents([row[1] for row in given_rows]),
            **{name: [row[2 + at] for row in given_rows] for at, name in enumerate(names)},
            "source": "receipts.csv",
            "line": range(2, len(given_rows) + 2),
        }
    )
    return RECEIPTS.check(frame)


@given(rows, st.sampled_from([",", ";", "\t"]))
@settings(max_examples=60)
def test_receipts_written_as_csv_are_read_back_the_same(tmp_path_factory: Any, given_rows: list[Any], by: str) -> None:
    frame = receipts(given_rows)
    path = tmp_path_factory.mktemp("written") / "receipts.csv"
    # the line ends of the file are the only ones in it
    frame.drop(columns=["source", "line"]).to_csv(path, index=False, sep=by, quoting=1, lineterminator="\n")
    pd.testing.assert_frame_equal(rc.read_receipts(path), frame)


@given(rows)
@settings(max_examples=60)
def test_receipts_in_a_frame_are_read_back_the_same(given_rows: list[Any]) -> None:
    frame = receipts(given_rows)
    pd.testing.assert_frame_equal(rc.read_receipts(frame), frame)


@given(
    st.integers(0, 10**13 - 1),
    st.booleans(),
    st.sampled_from(["{r}.{c:02d}", "{r},{c:02d}", "R {s}.{c:02d}", "R{s},{c:02d}"]),
)
def test_every_way_of_writing_an_amount_gives_the_same(cents: int, taken: bool, form: str) -> None:
    whole, rest = divmod(cents, 100)
    text = form.format(r=whole, s=f"{whole:,}".replace(",", " "), c=rest)
    text = f"({text})" if taken else text
    frame = pd.DataFrame({"No": ["1"], "Date": ["2018-09-03"], "Amount": [text]})
    assert rc.read_receipts(frame)["amount"].iloc[0] == Decimal(-cents if taken else cents).scaleb(-2)


def test_a_hundred_thousand_receipts_in_no_time(tmp_path: Path) -> None:
    count = 100_000
    days = [(date(2018, 1, 1) + timedelta(at % 365)).strftime("%d/%m/%Y") for at in range(count)]
    text = "".join(f'{at:06d},{days[at]},"R 1,{at % 1000:03d}.50",Donor {at}\n' for at in range(count))
    found = rc.read_receipts(file(tmp_path, f"{HEAD},Donor\n{text}"))
    assert len(found) == count and found["line"].iloc[-1] == count + 1
    assert re.fullmatch(r"0[0-9]{5}", found["receipt_id"].iloc[-1])
