"""Decisions of a reviewed workbook in a run without a store: they stand in the new workbook, and each is told."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from reconcile.campaigns import read_campaigns, read_funds
from reconcile.errors import DecisionRefused
from reconcile.review import read_decisions, together, verify_workbook
from reconcile.run import RunReport, read_all, run
from reconcile.screen import print_run

SAMPLES = Path(__file__).parents[2] / "sample_statements"
STATEMENT = SAMPLES / "history-2018-09.csv"
CAMPAIGNS, FUNDS = read_campaigns(SAMPLES / "campaigns.csv"), read_funds(SAMPLES / "funds.csv")


def fill(source: Path, target: Path, **rows: dict[str, object]) -> Path:
    """The workbook with input cells of the rows `r5`, `r6`, … filled in."""
    book = openpyxl.load_workbook(source)
    sheet = book["To review"]
    column = {cell.value: cell.column for cell in sheet[4]}
    for name, cells in rows.items():
        for heading, value in cells.items():
            sheet.cell(int(name[1:]), column[heading]).value = value
    book.save(target)
    return target


def again(out: Path, *filled: Path, by: str = "Thandi Nkosi") -> RunReport:
    reviewed = [read_decisions(path, campaigns=CAMPAIGNS, funds=FUNDS) for path in filled]
    return run([STATEMENT], CAMPAIGNS, funds=FUNDS, out=out, reviewed=reviewed, by=by)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = run([STATEMENT], CAMPAIGNS, funds=FUNDS, out=tmp_path_factory.mktemp("out"))
    assert report.workbook is not None
    return report.workbook


WHOLE = {"Your campaign": "IDB", "Your fund": "zakat", "Your note": "the donor rang"}
SPLIT = {
    "Your campaign": "IDB",
    "Your fund": "zakat",
    "Your amount": 10_000,
    "Campaign 2": "YEM",
    "Fund 2": "lillah",
    "Amount 2": "8000.00",
}
NO_GIFT = {"Your campaign": "not a gift"}
UNKNOWN, NAMED = {"Your campaign": "IDBB"}, {"Your campaign": "water wells"}


def test_what_was_decided_stands_in_the_new_workbook_with_who_and_why(first: Path, tmp_path: Path) -> None:
    filled = fill(first, tmp_path / "filled.xlsx", r5=WHOLE, r6=SPLIT, r7=NO_GIFT)
    report = again(tmp_path, filled)
    assert report.refused == ()
    assert report.workbook is not None
    book = openpyxl.load_workbook(report.workbook, data_only=True)
    heads = [cell.value for cell in book["Decisions"][4]]
    rows = [dict(zip(heads, row, strict=True)) for row in book["Decisions"].iter_rows(min_row=5, values_only=True)]
    assert {r["Decided on"] for r in rows} == {f"{openpyxl.load_workbook(filled).properties.modified:%Y-%m-%d}"}
    told = [(r["Amount"], r["Campaign"], r["Fund"], r["Decided by"], r["Reason"]) for r in rows]
    assert told == [
        (25_000, "IDB", "zakat", "Thandi Nkosi", "the donor rang"),
        (10_000, "IDB", "zakat", "Thandi Nkosi", None),
        (8_000, "YEM", "lillah", "Thandi Nkosi", None),
        (6_500, "not a gift", None, "Thandi Nkosi", None),
    ]
    assert book["To review"].max_row == openpyxl.load_workbook(first)["To review"].max_row - 3
    assert report.summary is not None
    assert (report.summary.loc["YEM", "lillah"], report.summary.to_numpy().sum()) == (
        run([STATEMENT], CAMPAIGNS, funds=FUNDS, out=tmp_path / "b").summary.loc["YEM", "lillah"] + 8_000,
        report.merged.transactions["amount"].sum(),
    )


def test_what_is_printed_adds_up_with_the_parts_of_a_split_gift_and_says_what_was_taken(
    first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = fill(first, tmp_path / "filled.xlsx", r5=WHOLE, r6=SPLIT, r7=NO_GIFT, r8={"Your campaign": "IDBB"})
    print_run(again(tmp_path, filled), CAMPAIGNS)
    told = capsys.readouterr().out
    lines = [re.split(r" {2,}", line.strip()) for line in told.split("Gifts by campaign and fund")[1].splitlines()]
    totals = [line[-1].replace(" ", "") for line in lines if re.match(r"[A-Z]{3} ", line[0]) and len(line) == 5]
    (whole,) = [line[-1].replace(" ", "") for line in lines if line[0].startswith("All gifts")]
    assert sum(map(Decimal, totals)) == Decimal(whole) == Decimal("97870.00") + 25_000 + 18_000
    assert "Reviewed: 3 payments decided, 1 refused, 43 lines still to review" in told


def test_the_same_decisions_give_the_same_workbook_and_it_is_verified_from_its_statements(
    first: Path, tmp_path: Path
) -> None:
    filled = fill(first, tmp_path / "filled.xlsx", r5=WHOLE, r6=SPLIT, r8=UNKNOWN, r9=NAMED)
    one, two = again(tmp_path, filled), again(tmp_path, filled)
    assert one.workbook == two.workbook
    assert [str(fault) for fault in one.refused] == [
        'filled.xlsx: To review!K8: campaign "IDBB" is not on the register. Did you mean IDB?',
        'filled.xlsx: To review!K9: campaign "water wells" is not on the register. Its code is WWL.',
    ]
    statements, _ = read_all([STATEMENT])
    assert verify_workbook(one.workbook, statements=statements).holds


def test_two_workbooks_that_decide_otherwise_leave_the_payment_open(first: Path, tmp_path: Path) -> None:
    one = fill(first, tmp_path / "one.xlsx", r5=WHOLE, r6=SPLIT)
    two = fill(first, tmp_path / "two.xlsx", r5={**WHOLE, "Your fund": "lillah"}, r6=SPLIT)
    both = together([read_decisions(path) for path in (one, two)])
    assert both.decisions["transaction_id"].nunique() == 1
    assert "decided otherwise in one.xlsx" in str(both.refused[0])
    report = again(tmp_path, one, two)
    assert (report.matches["status"] == "decided").sum() == 1


def test_a_payment_that_no_longer_waits_is_refused(first: Path, tmp_path: Path) -> None:
    filled = fill(first, tmp_path / "filled.xlsx", r5=WHOLE)
    text = openpyxl.load_workbook(first)["To review"]["E5"].value
    frame = CAMPAIGNS.to_frame()
    frame.loc[frame["code"] == "ORC", "aliases"] += f"|{str(text).split(maxsplit=1)[1]}"
    register = read_campaigns(frame)
    reviewed = [read_decisions(filled, campaigns=register, funds=FUNDS)]
    report = run([STATEMENT], register, funds=FUNDS, out=tmp_path, reviewed=reviewed, by="Thandi")
    assert "a rule credits it to ORC now, so it no longer waits" in str(report.refused[0])


def test_somebody_must_be_named(first: Path, tmp_path: Path) -> None:
    with pytest.raises(DecisionRefused, match="nobody is named"):
        again(tmp_path, fill(first, tmp_path / "filled.xlsx", r5=WHOLE), by=" ")
