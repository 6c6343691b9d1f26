"""Exceptions: a row of every kind, each with where it stands, what it is about and what was done."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from exports import ACCOUNT, Entry, aside, export
from readback import rows, table
from small_statements import Campaign, Funds, Register

from reconcile.errors import UnreadableFile
from reconcile.merging import merge_statements
from reconcile.reporters import Beside, write_workbook
from reconcile.schema import MATCHES
from reconcile.statement import Statement

HEADS = ["What", "File", "Line", "Date", "Amount", "As it stood", "What was found, and what was done"]
REFUSED = UnreadableFile("it is a letter", file=f"{ACCOUNT} letter.txt", line=3, do="Save the export again.")


def credited(statements: list[Statement], campaign: str = "IDB") -> pd.DataFrame:
    """Matches that credit every transaction to one campaign."""
    ids = merge_statements(statements).transactions["transaction_id"]
    told = {"status": "matched", "campaign": campaign, "kind": "donation", "rule": "code"}
    return MATCHES.check(pd.DataFrame({"transaction_id": ids}).assign(**told).reindex(columns=MATCHES.names))


def workbook(path: Path, *statements: Statement, beside: Beside = Beside(), **more: object) -> Path:  # noqa: B008
    given = {"matches": credited(list(statements)), "campaigns": Register(), "funds": Funds(), **more}
    return write_workbook(path, statements=list(statements), beside=beside, **given)


def told(path: Path) -> list[list[object]]:
    """The rows of the sheet without their hash."""
    return table(path, "Exceptions")[HEADS].to_numpy().tolist()


LEDGER = [Entry(day, cents) for day, cents in ((0, 10_00), (1, 20_00), (4, 30_00), (9, 40_00), (9, 50_00))]


def test_a_row_of_every_kind_says_where_it_stands_and_what_was_done(tmp_path: Path) -> None:
    first = export(
        [*LEDGER[:2], Entry(1, 0, reference="NOTHING MOVED"), *LEDGER[2:3]],
        file="first.csv",
        quarantined=aside(7_00, "first.csv"),
        warnings=(f"{ACCOUNT} has a name of its own",),
    )
    edited = export(LEDGER, 1, 3, file="second.csv", texts={1: "FNB APP PAYMENT FROM  SOMEBODY ELSE"})
    later = export(LEDGER, 4, 5, file="third.csv", texts={4: "FNB APP PAYMENT FROM  DO\u202eOG"})
    appeal = Register((Campaign("IDB", "Idleb winter", opens=date(2026, 1, 2)),))
    path = workbook(tmp_path / "a.xlsx", first, edited, later, beside=Beside(refused=[REFUSED]), campaigns=appeal)
    found = told(path)
    day = datetime(2026, 1, 1), datetime(2026, 1, 2)  # noqa: DTZ001
    assert [row[:6] for row in found] == [
        ["file refused", "…9001 letter.txt", 3, None, None, None],
        ["row set aside", "first.csv", 9, None, 7, "torn 700"],
        ["text differs", "first.csv", 8, day[1], 20, "FNB APP PAYMENT FROM  MBF0107"],
        ["gap", "first.csv and third.csv", None, None, 40, "after 2026-01-05 before 2026-01-10"],
        ["outside its appeal", "first.csv", 7, day[0], 10, "FNB APP PAYMENT FROM  MBF0107"],
        ["warning", "first.csv", None, None, None, None],
        ["text replaced", "this workbook", None, None, None, None],
        ["notice", "first.csv", 9, day[1], 0, "FNB APP PAYMENT FROM  NOTHING MOVED"],
    ]
    said = dict(zip([row[0] for row in found], [row[6] for row in found], strict=True))
    assert said["file refused"] == "it is a letter. Save the export again."
    assert said["row set aside"] == "a control character"
    assert said["text differs"].endswith('· second.csv, line 7: "FNB APP PAYMENT FROM  SOMEBODY ELSE"')
    assert "it leads to R 5 060.00; it goes on with R 5 100.00; account …9001" in said["gap"]
    assert said["outside its appeal"] == "IDB was open from 2026-01-02, not on this day; it is credited"
    assert said["warning"] == "…9001 has a name of its own"
    assert said["text replaced"].startswith("1 texts hold characters no worksheet can show")
    assert said["notice"] == "a row that moves no money; it is counted nowhere"
    assert rows(path, "Exceptions")[1][0].startswith("8 exceptions · ")


def test_a_row_of_which_no_balance_tells_the_amount_says_so(tmp_path: Path) -> None:
    torn = export(LEDGER, quarantined=aside(None))
    [row] = told(workbook(tmp_path / "a.xlsx", torn))
    assert (row[0], row[4], row[6]) == ("row set aside", None, "a control character; no balance tells its amount")


def test_a_row_that_two_files_set_aside_is_told_once(tmp_path: Path) -> None:
    twice = [export(LEDGER, file=file, quarantined=aside(7_00, file)) for file in ("a.csv", "b.csv")]
    assert [row[:3] for row in told(workbook(tmp_path / "a.xlsx", *twice))] == [["row set aside", "a.csv", 9]]


def test_a_gap_of_which_the_amount_is_not_known_has_none(tmp_path: Path) -> None:
    first, third = export(LEDGER, 0, 3, number=7, wording="ofx"), export(LEDGER, 3, 5, number=9, wording="ofx")
    [row] = told(workbook(tmp_path / "a.xlsx", first, third))
    assert (row[0], row[4]) == ("gap", None)
    assert row[6].startswith("statement 8 is missing; no balance tells what moved on it")


DISPUTES = {
    # rows of the whole day differ in their day; the other export says it was later
    "day differs": export([*LEDGER[:1], Entry(2, 20_00), Entry(3, 30_00), *LEDGER[3:]], file="b", wording="ofx"),
    "not in the other export": export([*LEDGER[:2], *LEDGER[3:]], file="b", wording="ofx"),
}


@pytest.mark.parametrize("kind", DISPUTES)
def test_what_two_exports_dispute_is_told_with_what_the_other_one_has(tmp_path: Path, kind: str) -> None:
    files = [export(LEDGER, file="a"), DISPUTES[kind]]
    conflicts = merge_statements(files).conflicts
    assert set(conflicts["kind"]) == {kind}
    found = told(workbook(tmp_path / "a.xlsx", *files))
    assert [row[0] for row in found] == [kind] * len(conflicts)
    for row, own in zip(found, conflicts.to_dict("records"), strict=True):
        assert row[1:6] == [own["source"], own["line"], own["date"], own["amount"], own["text"]]
        assert row[6].startswith(f"{own['reason']} · {own['other_source']}")
        day = own["other_date"]
        moved = not pd.isna(day) and day != own["date"]
        assert row[6].endswith(f', {day:%Y-%m-%d}: "{own["other_text"]}"') if moved else ", 2026" not in row[6]


def test_where_all_went_the_plain_way_the_sheet_is_there_and_says_so(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", export(LEDGER))
    assert told(path) == []
    assert rows(path, "Exceptions")[1][0].startswith("No exception · ")


def test_words_that_would_be_run_are_text(tmp_path: Path) -> None:
    hostile = export(LEDGER, warnings=("=1+1",), file="=cmd.csv")
    path = workbook(tmp_path / "a.xlsx", hostile)
    cells = openpyxl.load_workbook(path)["Exceptions"][5]
    assert [(cell.value, cell.data_type) for cell in (cells[1], cells[6])] == [("=cmd.csv", "s"), ("=1+1", "s")]
