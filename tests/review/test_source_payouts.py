"""A workbook with a gateway's gifts: written again from its statements alone, decided in, and any one change named."""

from __future__ import annotations

import random
import re
from pathlib import Path

import openpyxl
import pytest
from books_in_review import Saved
from changes_in_cells import changes, held

import reconcile as rc
from reconcile.errors import ReviewRefused
from reconcile.reporters.options import Options
from reconcile.review import read_decisions
from reconcile.run import RunReport, run
from tests.turns import by_turns

SAMPLES = Path(__file__).parents[2] / "sample_statements"
STATEMENT, REPORT = SAMPLES / "history-2018-09.csv", SAMPLES / "payout-2018-09.csv"
CAMPAIGNS, FUNDS = rc.read_campaigns(SAMPLES / "campaigns.csv"), rc.read_funds(SAMPLES / "funds.csv")
RECEIPTS = rc.read_receipts(SAMPLES / "receipts.csv")
GIVEN = {
    "payouts alone": {},
    "receipts too": {"receipts": RECEIPTS},
    "masked": {"options": Options(mask=True)},
    "a sheet per campaign": {"options": Options(per_campaign=True)},
}


def report_of(folder: Path) -> Path:
    """A report with two gifts for a person, and with a payout that is not at the bank."""
    text = REPORT.read_text("utf-8").replace("Pieter Dlamini,YEM Zakat", "Pieter Dlamini,Zakat")
    text = text.replace("Layla Laher,IDB Lillah", "Layla Laher,a gift").replace(
        "Qanita Vawda,YEM Zakat", "Qanita Vawda,"
    )
    path = folder / "payouts.csv"
    path.write_text(f"{text}90001,2018-09-20,2018-09-18,90001-01,A Naidoo,IDB Zakat,100.00,-5.00,95.00\n", "utf-8")
    return path


def made(folder: Path, **more: object) -> RunReport:
    payouts = rc.read_payouts(report_of(folder))
    return run([STATEMENT], CAMPAIGNS, funds=FUNDS, out=folder, payouts=payouts, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = made(tmp_path_factory.mktemp("out")).workbook
    assert found is not None
    return found


@pytest.fixture(scope="module")
def statements() -> list[rc.Statement]:
    return [rc.read_statement(STATEMENT)]


@pytest.mark.parametrize("given", by_turns(GIVEN.values(), 3), ids=GIVEN)
def test_it_is_written_again_from_its_statements(
    given: dict[str, object], statements: list[rc.Statement], tmp_path: Path
) -> None:
    path = made(tmp_path, **given).workbook
    assert path is not None
    again = rc.verify_workbook(path, statements=statements)
    assert again.holds, str(again)
    own = {"campaigns": CAMPAIGNS, "funds": FUNDS, "payouts": rc.read_payouts(tmp_path / "payouts.csv")}
    again = rc.verify_workbook(path, statements=statements, receipts=given.get("receipts"), **own)  # type: ignore[arg-type]
    assert again.holds, str(again)


def test_another_report_shows_where_it_differs(path: Path, statements: list[rc.Statement]) -> None:
    payouts = rc.read_payouts(path.parent / "payouts.csv")
    payouts["payer"] = payouts["payer"].replace("Bilal Beukes", "Bilal Beukman")
    found = rc.verify_workbook(path, statements=statements, payouts=payouts)
    assert [said for said in found.differences if "Beukman" in said] and not found.holds
    with pytest.raises(ReviewRefused, match="its lines are not those of these statements"):
        rc.verify_workbook(path, statements=statements, payouts=payouts[1:])


def test_masked_gifts_are_not_decided_again_without_their_report(
    statements: list[rc.Statement], tmp_path: Path
) -> None:
    path = made(tmp_path, options=Options(mask=True)).workbook
    assert path is not None
    with pytest.raises(ReviewRefused, match="payers' words are hidden, and its gifts are read by them"):
        rc.verify_workbook(path, statements=statements, campaigns=CAMPAIGNS, funds=FUNDS)


def test_a_person_decides_each_gift_that_waits_by_itself(
    path: Path, statements: list[rc.Statement], tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["To review"]
    column = {cell.value: cell.column for cell in sheet[4]}
    decided = {
        "88213-07": {"Your campaign": "YEM", "Your note": "he rang"},
        "88577-03": {
            "Your campaign": "IDB",
            "Your fund": "zakat",
            "Your amount": 300,
            "Campaign 2": "ORC",
            "Fund 2": "lillah",
            "Amount 2": 200,
        },
    }
    for row in range(5, sheet.max_row + 1):
        gift = str(sheet.cell(row, column["Transaction id"]).value).partition("/")[2]
        for heading, value in decided.get(gift, {}).items():
            sheet.cell(row, column[heading]).value = value
    book.save(tmp_path / "filled.xlsx")
    reviewed = [read_decisions(tmp_path / "filled.xlsx", campaigns=CAMPAIGNS, funds=FUNDS)]
    report = made(tmp_path, reviewed=reviewed, by="Thandi")
    assert report.refused == () and report.summary is not None and report.workbook is not None
    before = rc.summarise(report.exploded.transactions, report.exploded.matches)  # type: ignore[union-attr]
    more = {
        place: report.summary.loc[place] - before.loc[place]
        for place in (("YEM", "zakat"), ("IDB", "zakat"), ("ORC", "lillah"))
    }
    assert more == {("YEM", "zakat"): 250, ("IDB", "zakat"): 300, ("ORC", "lillah"): 200}
    own = {row["Gift"]: row for row in rows_of(report.workbook, "Payout gifts")}
    assert [own["88213-07"][name] for name in ("Campaign", "Fund", "Status")] == ["YEM", "zakat", "decided"]
    assert [own["88577-03"][name] for name in ("Campaign", "Reason")] == [None, "split over 2"]
    again = rc.verify_workbook(report.workbook, statements=statements)
    assert again.holds, str(again)


def rows_of(path: Path, sheet: str) -> list[dict[str, object]]:
    own = openpyxl.load_workbook(path, data_only=True)[sheet]
    heads = [cell.value for cell in own[4]]
    return [dict(zip(heads, row, strict=True)) for row in own.iter_rows(min_row=5, values_only=True)]


@pytest.mark.parametrize("sheet", ["Payouts", "Payout gifts"])
def test_any_one_changed_cell_is_named(sheet: str, path: Path, statements: list[rc.Statement], tmp_path: Path) -> None:
    draw = random.Random(sheet)
    cells = [cell for cell in held(path) if cell.sheet == sheet]
    missed = []
    for change in (changes(cell, draw) for cell in draw.sample(cells, 4)):
        found = rc.verify_workbook(change.put(path, tmp_path / "a.xlsx"), statements=statements).differences
        place = re.compile(rf"{sheet}(!{change.cell.place}|!{change.cell.row}|):")
        if not any(place.match(said) for said in found):
            missed.append(f"{change}: {found[:2]}")
    assert missed == []


@pytest.mark.parametrize(
    ("heading", "value"),
    [("Payout", "88214"), ("Gift", "88213-02"), ("Fee", 11.5), ("Net", "240.00"), ("Paid out", "a day"), ("Line", "x")],
)
def test_a_gift_that_is_no_gift_any_more_is_named_by_its_row(
    heading: str, value: object, path: Path, statements: list[rc.Statement], tmp_path: Path
) -> None:
    head = next(cell for cell in held(path) if cell.sheet == "Payout gifts" and cell.value == heading)
    place = re.sub("[0-9]+", "5", head.place)
    edited = Saved(path).put("Payout gifts", place, value).to(tmp_path / "a.xlsx")
    found = rc.verify_workbook(edited, statements=statements)
    assert any(said.startswith(("Payout gifts!5:", f"Payout gifts!{place}:")) for said in found.differences), str(found)
