"""Nights with the charity's receipts: read once, held against the bank, and shown in each month's workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ledgers import Entry
from nights import CAMPAIGNS, Job, outcomes, window
from readback import Convert, assert_recalculates

from reconcile.errors import StoreRefused
from reconcile.nightly import workbook
from reconcile.review import verify_workbook
from reconcile.store import Store

JANUARY, FEBRUARY = workbook("2026-01"), workbook("2026-02")

ROWS = [
    Entry(date(2026, 1, 5), 101_00, "FNB APP PAYMENT FROM  A KHAN THANKS"),
    Entry(date(2026, 1, 30), 202_00, "CAPITEC   P NAIDOO THANKS"),
    Entry(date(2026, 1, 31), -9_00, "#SERVICE FEES"),
    Entry(date(2026, 2, 3), 303_00, "ABSA BANK J SMIT THANKS"),
    Entry(date(2026, 2, 4), 404_00, "ABSA BANK B ZULU THANKS"),
]
HEAD = "Receipt no,Date,Amount,Donor\n"
FIRST = HEAD + "R1,2026-01-06,101.00,A. Khan\nR3,2026-01-31,303.00,J. Smit\n"
SECOND = HEAD + "R1,2026-01-06,101.00,A. Khan\nR2,2026-02-02,202.00,P. Naidoo\n"


def made(folder: Path, *rows: Entry, settings: str = 'files = "books"', **more: str) -> Job:
    job = Job(folder).set_up(receipts=settings, **more)
    job.deliver("a.csv", window(list(rows or ROWS), 0, 60))
    (job.folder / "books").mkdir()
    return job


def put(job: Job, name: str, content: str) -> Path:
    path = job.folder / "books" / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return made(tmp_path / "job")


def cells(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    """The rows of a sheet, without empty ones."""
    rows = openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True)
    return [row for row in rows if any(value is not None for value in row)]


def sides(job: Job, name: str) -> dict[str, str]:
    return {
        str(row[0]): f"{row[2]:.2f}" for row in cells(job.out / name, "Both sides") if isinstance(row[2], int | float)
    }


def test_the_night_holds_each_month_against_its_receipts(job: Job) -> None:
    put(job, "first.csv", FIRST)
    put(job, "second.csv", SECOND)
    report = job.run()
    assert report.exit_code == 0
    assert outcomes(report) == {"a.csv": "added", "first.csv": "added", "second.csv": "added"}
    assert [(f.rows, f.new, f.changed) for f in report.files if f.file == "second.csv"] == [(2, 1, 0)]
    assert report.both_sides == {
        "month": "2026-02",
        "lines linked": 2,
        "receipts linked": 2,
        "lines open": 1,
        "receipts open": 0,
        "questions": 0,
        "difference": "0.00",
        "receipts changed after closing": 0,
    }
    assert (
        "Both sides 2026-02: 2 lines and 2 receipts linked; open 1 at the bank, 0 in the books; questions 0; "
        "difference 0.00"
    ) in report.lines()
    assert job.report()["both_sides"] == report.both_sides
    january, february = sides(job, JANUARY), sides(job, FEBRUARY)
    assert january["Deposits in transit: receipts that are not at the bank"] == "303.00"
    assert january["no receipt in the books"] == "202.00"
    assert january["Difference"] == february["Difference"] == "0.00"
    assert february["no receipt in the books"] == "404.00"
    assert february["Of before: Deposits in transit: receipts that are not at the bank"] == "0.00"
    assert {row[0]: row[9] for row in cells(job.out / FEBRUARY, "Receipts")[3:]} == {"R2": "linked", "R3": "linked"}


def test_what_is_open_of_before_stands_in_the_next_workbook_with_where_it_came_from(job: Job) -> None:
    put(job, "first.csv", FIRST)
    job.run()
    found = sides(job, FEBRUARY)
    assert found["of before: no receipt in the books"] == "202.00"
    assert found["Difference"] == "0.00"
    [row] = [
        row for row in cells(job.out / FEBRUARY, "Only at the bank") if row[5] == "of before: no receipt in the books"
    ]
    assert row[1:3] == (202, "CAPITEC   P NAIDOO THANKS")
    assert row[7:9] == ("a.csv", 11)


def test_libreoffice_calculates_every_value_of_a_month_with_items_of_before(job: Job, converted: Convert) -> None:
    put(job, "first.csv", FIRST)
    job.run()
    assert any("of before" in str(what) for what, *_ in cells(job.out / FEBRUARY, "Both sides"))
    assert_recalculates(job.out / FEBRUARY, converted)


def test_a_file_that_was_read_is_not_read_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    put(job, "first.csv", FIRST)
    job.run()
    before = (job.out / FEBRUARY).read_bytes()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("reconcile.books.receipts.read_columns", never)
    report = job.run()
    assert outcomes(report) == {"a.csv": "known", "first.csv": "known"}
    assert report.workbooks == [] and (job.out / FEBRUARY).read_bytes() == before


def test_one_bad_file_of_receipts_holds_up_no_other(job: Job) -> None:
    put(job, "bad.csv", HEAD + "R9,2026-01-06,much,A. Khan\n")
    put(job, "first.csv", FIRST)
    report = job.run()
    assert report.exit_code == 1
    assert outcomes(report) == {"a.csv": "added", "bad.csv": "refused", "first.csv": "added"}
    assert "Khan" not in " ".join(report.lines())
    [row] = [row for row in cells(job.out / JANUARY, "Exceptions") if row[0] == "file refused"]
    assert row[1] == "bad.csv" and "amount" in row[6]
    with job.store() as store:
        assert len(store.receipts()) == 2
        assert verify_workbook(job.out / JANUARY, store=store).holds
    before = (job.out / JANUARY).read_bytes()
    assert job.run().workbooks == []
    assert (job.out / JANUARY).read_bytes() == before
    (job.folder / "books" / "bad.csv").unlink()
    assert job.run().workbooks == [JANUARY, FEBRUARY]
    assert not [row for row in cells(job.out / JANUARY, "Exceptions") if row[0] == "file refused"]


def test_a_statement_that_was_refused_is_among_the_exceptions_until_it_is_gone(tmp_path: Path) -> None:
    job = Job(tmp_path / "job").set_up()
    job.deliver("a.csv", window(ROWS, 0, 60))
    job.run()
    plain = (job.out / JANUARY).read_bytes()
    job.deliver("b.csv", "hello")
    assert job.run().workbooks == [JANUARY, FEBRUARY]
    assert [row[1] for row in cells(job.out / JANUARY, "Exceptions") if row[0] == "file refused"] == ["b.csv"]
    (job.inbox / "b.csv").unlink()
    job.run()
    assert (job.out / JANUARY).read_bytes() == plain


def test_a_closed_months_workbook_stays_and_its_open_items_go_on(job: Job) -> None:
    put(job, "first.csv", FIRST)
    job.run()
    before = (job.out / JANUARY).read_bytes()
    with job.store() as store:
        store.close("2026-01", by="Thandi", reason="checked")
    put(job, "second.csv", SECOND.replace("101.00", "111.00"))
    report = job.run()
    assert report.both_sides["receipts changed after closing"] == 1
    assert "Receipts changed after their month was closed: 1" in report.lines()
    assert (job.out / JANUARY).read_bytes() == before
    (job.out / JANUARY).unlink()
    job.run()
    assert (job.out / JANUARY).read_bytes() == before
    assert sides(job, FEBRUARY)["Difference"] == "0.00"
    with job.store() as store:
        for name in (JANUARY, FEBRUARY):
            assert verify_workbook(job.out / name, store=store).holds
        assert store.changed_receipts()["receipt_id"].tolist() == ["R1"]


def test_a_persons_word_is_in_the_next_workbook(job: Job) -> None:
    put(job, "first.csv", FIRST)
    job.run()
    with job.store() as store:
        lines = store.transactions()["transaction_id"]
        store.keep_apart(lines[0], "R1", by="Thandi")
    assert job.run().workbooks == [JANUARY, FEBRUARY]
    assert {row[0]: row[9] for row in cells(job.out / JANUARY, "Receipts")[3:]} == {
        "R1": "not there",
        "R3": "not there",
    }
    with job.store() as store:
        store.unsettle("R1", by="Thandi", reason="the same after all")
        store.settle(lines[0], "R1", by="Thandi", reason="she rang")
    job.run()
    assert {row[0]: row[9] for row in cells(job.out / JANUARY, "Receipts")[3:]} == {"R1": "decided", "R3": "not there"}
    assert sides(job, JANUARY)["Difference"] == "0.00"


def test_a_changed_workbook_is_named_by_its_cell(job: Job) -> None:
    put(job, "first.csv", FIRST)
    job.run()
    book = openpyxl.load_workbook(job.out / JANUARY)
    sheet = book["Receipts"]
    cell = next(row[2] for row in sheet.iter_rows() if row[0].value == "R3")
    cell.value = 999
    book.save(job.out / JANUARY)
    with job.store() as store:
        found = verify_workbook(job.out / JANUARY, store=store)
    assert any(told.startswith(f"Receipts!{cell.coordinate}") for told in found.differences)


SETTINGS = {
    "a file": ('files = "books/first.csv"', FIRST),
    "other headings": (
        'files = "books"\ncolumns = { receipt_id = "Book", payer = "Who" }',
        FIRST.replace("Receipt no", "Book").replace("Donor", "Who"),
    ),
    "a table of headings": (
        'files = "books"\n[receipts.columns]\nreceipt_id = "Book"',
        FIRST.replace("Receipt no", "Book"),
    ),
}


@pytest.mark.parametrize("case", SETTINGS.values(), ids=SETTINGS)
def test_the_settings_say_where_receipts_are_and_what_their_columns_are_called(case: Any, tmp_path: Path) -> None:
    settings, content = case
    job = made(tmp_path / "job", settings=settings)
    put(job, "first.csv", content)
    assert outcomes(job.run())["first.csv"] == "added"
    with job.store() as store:
        assert store.receipts()["payer"].tolist() == ["A. Khan", "J. Smit"]


def test_payouts_show_what_a_gateway_kept(tmp_path: Path) -> None:
    rows = [Entry(date(2026, 1, 5), 97_00, "ABSA BANK PAYGATE PO77")]
    job = made(tmp_path / "job", *rows, settings='files = "books"\npayouts = "payouts.csv"')
    put(job, "first.csv", "Receipt no,Date,Amount,Batch no\nR1,2026-01-04,60.00,PO77\nR2,2026-01-04,40.00,PO77\n")
    report = "Payout ID,Payout date,Payment ID,Gross,Fee,Net\nPO77,2026-01-05,G1,100.00,3.00,97.00\n"
    (job.folder / "payouts.csv").write_text(report)
    assert job.run().both_sides["receipts linked"] == 2
    assert sides(job, JANUARY)["a gateway's fee, not in the books"] == "-3.00"
    with job.store() as store:
        assert verify_workbook(job.out / JANUARY, store=store).holds


def test_a_place_that_is_not_there_is_told_and_the_night_goes_on(tmp_path: Path) -> None:
    job = made(tmp_path / "job", settings='files = "nowhere"')
    report = job.run()
    assert report.exit_code == 1
    assert report.workbooks == [JANUARY, FEBRUARY]
    assert "the file or folder of receipts is not there. Make it, or name another" in " ".join(report.faults)
    assert report.both_sides == {}
    assert "Both sides" not in openpyxl.load_workbook(job.out / JANUARY, read_only=True).sheetnames


def test_a_store_that_fails_ends_the_night_and_the_next_one_finds_the_old_state(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(job, "first.csv", FIRST)

    def fails(*_: object, **__: object) -> None:
        raise StoreRefused("cannot be written", file="s")

    with monkeypatch.context() as patch:
        patch.setattr("reconcile.store.entries.note_file", fails)
        with pytest.raises(StoreRefused):
            job.run()
    with job.store() as store:
        assert store.receipts().empty and store.verify().holds
    assert outcomes(job.run()) == {"a.csv": "known", "first.csv": "added"}


def test_nothing_of_a_payer_is_in_the_log_or_the_report(job: Job) -> None:
    put(job, "first.csv", FIRST)
    put(job, "bad.csv", HEAD + "R9,2026-01-06,much,Khanyisile\n")
    job.run()
    said = (job.folder / "log.jsonl").read_text() + (job.folder / "report.json").read_text()
    assert not [name for name in ("Khan", "Smit", "much") if name in said]


def facts(store: Store) -> Any:
    found = store.reconciliation()
    return found.links.drop(columns="confidence").to_dict("records"), found.facts()


def test_the_order_in_which_files_arrive_changes_no_link(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one", campaigns=CAMPAIGNS), made(tmp_path / "other", campaigns=CAMPAIGNS)
    put(one, "a.csv", FIRST)
    one.run()
    put(one, "b.csv", SECOND)
    one.run()
    put(other, "a.csv", SECOND)
    put(other, "b.csv", FIRST)
    other.run()
    with one.store() as store, other.store() as again:
        assert facts(store) == facts(again)
    assert sides(one, FEBRUARY) == sides(other, FEBRUARY)
