"""Both sides: the bank reconciliation on a page, every receipt once, and what is only at the bank."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from readback import Convert, assert_recalculates, in_cents, rows, table

import reconcile as rc
from reconcile.cli import main
from reconcile.run import run

SAMPLES = Path(__file__).parents[3] / "sample_statements"
STATEMENT, RECEIPTS = SAMPLES / "history-2018-09.csv", SAMPLES / "receipts.csv"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, rc.Reconciliation]:
    campaigns, funds = rc.read_campaigns(SAMPLES / "campaigns.csv"), rc.read_funds(SAMPLES / "funds.csv")
    receipts = rc.read_receipts(RECEIPTS)
    report = run([STATEMENT], campaigns, funds=funds, out=tmp_path_factory.mktemp("out"), receipts=receipts)
    assert report.workbook and report.reconciliation
    return report.workbook, report.reconciliation


def test_the_page_has_the_bank_reconciliation_and_its_difference_is_zero(
    written: tuple[Path, rc.Reconciliation],
) -> None:
    path, found = written
    shown = {(row[0], str(row[3] or "")): row[2] for row in rows(path, "Both sides")[4:] if row[2] is not None}
    told = found.bank_reconciliation(opening=rc.read_statement(STATEMENT).opening)
    amounts = dict(zip(told["item"], told["amount"], strict=True))
    assert in_cents([shown["Difference", "must be 0.00"]]) == 0
    assert in_cents([shown["Balance per bank", ""]]) == int(amounts["balance per bank"] * 100)
    assert in_cents([shown["Balance per books", ""]]) == int(amounts["balance per books"] * 100)
    assert in_cents([shown["Adjusted balance", ""]]) == int(told["amount"].iloc[-2] * 100)
    for why, own in found.unmatched_bank.groupby("why"):
        assert in_cents([shown[why, "Only at the bank"]]) == int(own["amount"].sum() * 100)


def test_every_receipt_stands_once_with_the_lines_that_settle_it(written: tuple[Path, rc.Reconciliation]) -> None:
    path, found = written
    told = table(path, "Receipts")
    assert sorted(told["Receipt"]) == sorted(found.receipts["receipt_id"])
    assert in_cents(told["Amount"]) == int(found.receipts["amount"].sum() * 100)
    linked = found.links[(found.links["status"] == "linked") & found.links["receipt_id"].notna()]
    assert (told["At the bank"] == "linked").sum() == linked["receipt_id"].nunique()
    first = linked.iloc[0]
    assert first["transaction_id"] in told.loc[told["Receipt"] == first["receipt_id"], "Bank lines"].iloc[0]
    assert set(told["File"]) == {"receipts.csv"}


def test_what_is_only_at_the_bank_leads_to_its_line_and_to_what_may_be_it(
    written: tuple[Path, rc.Reconciliation],
) -> None:
    path, found = written
    told = table(path, "Only at the bank")
    assert told["Transaction id"].tolist() == found.unmatched_bank["transaction_id"].tolist()
    assert told["Line"].notna().all()
    asked = told[told["Why"] == "a question, not settled"]
    assert asked["Receipts that may be it"].notna().all()


def test_control_ties_both_sides(written: tuple[Path, rc.Reconciliation]) -> None:
    [row] = [row for row in rows(written[0], "Control") if row[0] == "Both sides" and row[9] is not None]
    assert row[9] == 0


def test_without_receipts_there_are_no_such_sheets(tmp_path: Path) -> None:
    report = run([STATEMENT], rc.read_campaigns(SAMPLES / "campaigns.csv"), out=tmp_path)
    names = openpyxl.load_workbook(report.workbook, read_only=True).sheetnames
    assert not {"Both sides", "Receipts", "Only at the bank"} & set(names)


def test_libreoffice_calculates_every_value_that_is_stored(
    written: tuple[Path, rc.Reconciliation], converted: Convert
) -> None:
    assert_recalculates(written[0], converted)


def test_the_command_writes_it_and_verify_holds_and_names_a_receipt_that_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--campaigns", str(SAMPLES / "campaigns.csv"), "--receipts", str(RECEIPTS), "--out", str(tmp_path)]
    with pytest.raises(SystemExit) as left:
        main(["run", str(STATEMENT), *given])
    assert left.value.code == 0
    assert "Both sides: tie out" in capsys.readouterr().out
    path = str(tmp_path / "reconciliation-2018-09.xlsx")
    with pytest.raises(SystemExit) as left:
        main(["verify", path, "--statements", str(STATEMENT)])
    assert left.value.code == 0
    capsys.readouterr()
    other = tmp_path / "other.csv"
    other.write_text(RECEIPTS.read_text("utf-8").replace("Bilal Moolla", "Bilal Mulla"), encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["verify", path, "--statements", str(STATEMENT), "--receipts", str(other)])
    assert left.value.code == 1
    assert "Bilal Mulla" in capsys.readouterr().err


def test_a_masked_workbook_shows_no_payer_and_the_same_figures(tmp_path: Path, written: tuple[Path, object]) -> None:
    statement, campaigns = rc.read_statement(STATEMENT), rc.read_campaigns(SAMPLES / "campaigns.csv")
    matches = rc.match(statement.transactions, campaigns)
    found = rc.reconcile(statement.transactions, rc.read_receipts(RECEIPTS), matches=matches)
    path = rc.write_workbook(
        tmp_path / "a.xlsx",
        statements=[statement],
        matches=matches,
        campaigns=campaigns,
        mask=True,
        reconciliation=found,
    )
    told = table(path, "Receipts")
    words = " ".join(str(value) for value in told[["Payer", "Reference", "Evidence"]].to_numpy().ravel())
    assert "Moolla" not in words and "MOOLLA" not in words
    assert in_cents(told["Amount"]) == in_cents(pd.Series(table(written[0], "Receipts")["Amount"]))
