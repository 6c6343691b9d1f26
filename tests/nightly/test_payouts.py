"""Nights with a gateway's payouts: each shown gift by gift in the month of its bank line, decided, and verified."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ledgers import Entry
from nights import Job, outcomes, window

from reconcile.nightly import workbook
from reconcile.review import read_decisions, take_decisions, verify_workbook

JANUARY, FEBRUARY = workbook("2026-01"), workbook("2026-02")
HEAD = "Payout ID,Payout date,Date,Payment ID,Customer,Reference,Gross,Fee,Net\n"
FIRST = HEAD + (
    "88213,2026-01-05,2026-01-03,1,A Khan,Wells zakat,100.00,3.00,97.00\n"
    "88213,2026-01-05,2026-01-04,2,B Zulu,for whatever,50.00,2.00,48.00\n"
)
SECOND = HEAD + "90001,2026-01-30,2026-01-29,7,C Nel,Orphans,30.00,1.00,29.00\n"
ROWS = [
    Entry(date(2026, 1, 3), 101_00, "FNB APP PAYMENT FROM  WELLS ZAKAT"),
    Entry(date(2026, 1, 6), 145_00, "PAYFAST PAYOUT 88213"),
    Entry(date(2026, 1, 31), -9_00, "#SERVICE FEES"),
    Entry(date(2026, 2, 2), 29_00, "YOCO PAYOUT 90001"),
    Entry(date(2026, 2, 4), 404_00, "FNB APP PAYMENT FROM  ORPHANS SADAQAH"),
]


def made(folder: Path, *, settings: str = 'payouts = ["payfast", "yoco"]', days: int = 60) -> Job:
    job = Job(folder).set_up(receipts=settings)
    job.deliver("a.csv", window(ROWS, 0, days))
    for name in ("payfast", "yoco"):
        (job.folder / name).mkdir()
    return job


def put(job: Job, name: str, content: str) -> None:
    (job.folder / name).write_text(content, encoding="utf-8")


@pytest.fixture
def job(tmp_path: Path) -> Job:
    job = made(tmp_path / "job")
    put(job, "payfast/one.csv", FIRST)
    put(job, "yoco/two.csv", SECOND)
    return job


def rows(job: Job, name: str, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet with a table, by heading."""
    found = list(openpyxl.load_workbook(job.out / name, data_only=True)[sheet].iter_rows(values_only=True))
    at = next(n for n, row in enumerate(found) if "Transaction id" in row)
    return [dict(zip(found[at], row, strict=True)) for row in found[at + 1 :] if row[0] is not None]


def figures(job: Job, name: str) -> dict[str, tuple[str, Any, Any]]:
    return {
        r["Transaction id"]: (f"{r['Amount']:.2f}", r["Status"], r["Campaign"]) for r in rows(job, name, "Transactions")
    }


def verified(job: Job) -> bool:
    with job.store() as store:
        assert store.verify().holds
        return all(verify_workbook(job.out / name, store=store).holds for name in job.workbooks())


def test_a_night_shows_the_gifts_of_several_gateways_in_the_months_of_their_lines(job: Job) -> None:
    report = job.run()
    assert report.exit_code == 0
    assert outcomes(report) == {"a.csv": "added", "one.csv": "added", "two.csv": "added"}
    assert report.payouts == {"at the bank": 2} == job.report()["payouts"]
    assert "Payouts: 2 at the bank" in report.lines()
    january, february = figures(job, JANUARY), figures(job, FEBRUARY)
    assert january["88213/1"] == ("100.00", "matched", "WEL")
    assert january["88213/2"][:2] == ("50.00", "review")
    assert february["90001/7"] == ("30.00", "matched", "ORF")
    assert [amount for amount, status, _ in january.values() if status == "not_donation"] == ["-5.00", "-9.00"]
    found = rows(job, JANUARY, "Payout gifts")
    assert [(r["Gift"], r["File"], r["Line"], f"{r['Given']:%Y-%m-%d}") for r in found[:2]] == [
        ("1", "one.csv", 2, "2026-01-03"),
        ("2", "one.csv", 3, "2026-01-04"),
    ]
    control = openpyxl.load_workbook(job.out / JANUARY, data_only=True)["Control"]
    ties = [[c for c in row if c is not None] for row in control.iter_rows(values_only=True)]
    assert any("gross less fees of each payout" in str(row) for row in ties)
    assert not any("differs" in str(row) for row in ties)
    assert report.status == {"matched": 4, "not_donation": 3, "review": 1}
    assert verified(job)


def test_the_next_night_writes_nothing_where_nothing_is_new(job: Job) -> None:
    job.run()
    before = job.workbooks()
    assert job.run().workbooks == [] and job.workbooks() == before


def test_a_payout_closes_in_the_night_in_which_its_line_arrives(tmp_path: Path) -> None:
    job = made(tmp_path / "job", days=29)
    put(job, "yoco/two.csv", SECOND)
    assert job.run().payouts == {"not at the bank": 1}
    job.deliver("b.csv", window(ROWS, 0, 60))
    report = job.run()
    assert report.payouts == {"at the bank": 1}
    assert report.workbooks == [JANUARY, FEBRUARY]
    [told] = rows(job, JANUARY, "Payout gifts")
    assert told["Status"] is None
    assert figures(job, FEBRUARY)["90001/7"] == ("30.00", "matched", "ORF")
    assert verified(job)


def test_a_report_that_comes_a_night_later_takes_the_line_apart(job: Job) -> None:
    (job.folder / "payfast/one.csv").unlink()
    job.run()
    assert "88213/1" not in figures(job, JANUARY)
    put(job, "payfast/one.csv", FIRST)
    assert JANUARY in job.run().workbooks
    assert figures(job, JANUARY)["88213/1"] == ("100.00", "matched", "WEL")
    assert verified(job)


def test_a_gift_is_decided_in_the_workbook_of_the_night(job: Job) -> None:
    job.run()
    path = job.out / JANUARY
    book = openpyxl.load_workbook(path)
    sheet = book["To review"]
    [head] = [row for row in sheet.iter_rows() if "Your campaign" in [c.value for c in row]]
    at = {cell.value: cell.column for cell in head}
    [own] = [row for row in sheet.iter_rows() if "88213/2" in [c.value for c in row]]
    sheet.cell(own[0].row, at["Your campaign"], "ORF")
    sheet.cell(own[0].row, at["Your fund"], "zakat")
    book.save(job.folder / "reviewed.xlsx")
    with job.store() as store:
        taken = take_decisions(store, read_decisions(job.folder / "reviewed.xlsx"), by="Thandi")
        assert (taken.taken, taken.refused) == (1, ())
    assert job.run().workbooks == [JANUARY]
    assert figures(job, JANUARY)["88213/2"] == ("50.00", "decided", "ORF")
    [decision] = rows(job, JANUARY, "Decisions")
    assert (decision["Transaction id"], decision["Campaign"], decision["State"]) == ("88213/2", "ORF", "in force")
    assert verified(job)


def test_a_payout_told_otherwise_by_another_file_is_refused_and_the_first_stands(job: Job) -> None:
    put(job, "yoco/z.csv", FIRST.replace("50.00,2.00,48.00", "50.00,3.00,47.00"))
    report = job.run()
    assert report.exit_code == 1
    [said] = [f.said for f in report.files if f.outcome == "refused"]
    assert "line 3, gift 2 of payout 88213 has fee 3.00, and 2.00 in one.csv, line 3" in said
    assert figures(job, JANUARY)["88213/2"][0] == "50.00"
    assert verified(job)


def test_a_payout_told_twice_alike_is_one(job: Job) -> None:
    put(job, "yoco/again.csv", FIRST + SECOND.removeprefix(HEAD))
    report = job.run()
    assert report.exit_code == 0
    assert len(rows(job, JANUARY, "Payout gifts")) == 3  # and the one whose line counts for February
    assert report.payouts == {"at the bank": 2}


def test_a_payout_that_does_not_come_to_its_line_is_told_by_name(job: Job) -> None:
    put(job, "payfast/one.csv", FIRST.replace("50.00,2.00,48.00", "51.00,2.00,49.00"))
    report = job.run()
    assert report.exit_code == 1
    assert any("payout 88213: its gifts come to R 146.00, its bank line to R 145.00" in f for f in report.faults)
    assert report.payouts == {"another amount": 1, "at the bank": 1}
    assert verified(job)


SETTINGS = {
    "one folder": 'payouts = "payfast"',
    "one table for all": 'payouts = ["payfast"]\npayout_columns = { payer = "Customer" }',
    "a table for each": 'payouts = ["yoco", "payfast"]\npayout_columns = [{}, { payer = "Customer" }]',
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_settings_name_one_place_or_several(settings: str, tmp_path: Path) -> None:
    job = made(tmp_path / "job", settings=settings)
    put(job, "payfast/one.csv", FIRST)
    assert job.run().payouts == {"at the bank": 1}


def test_receipts_settle_the_line_and_gifts_make_the_figures(job: Job) -> None:
    job.set_up(receipts='files = "books.csv"\npayouts = ["payfast", "yoco"]')
    head = "Receipt no,Date,Amount,Donor,Batch no\n"
    put(job, "books.csv", head + "R1,2026-01-03,100.00,A Khan,88213\nR2,2026-01-04,50.00,B Zulu,88213\n")
    report = job.run()
    assert report.both_sides["difference"] == "0.00"
    with job.store() as store:
        assert sorted(store.reconciliation().settled["receipt_id"].dropna()) == ["R1", "R2"]
    assert figures(job, JANUARY)["88213/1"] == ("100.00", "matched", "WEL")
    assert verified(job)
