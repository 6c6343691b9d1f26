"""Payouts and Payout gifts: gifts under their campaigns, fees as a cost, each payout tied to its bank line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from readback import Convert, assert_recalculates, find, in_cents, rows, table

import reconcile as rc
from reconcile import schema
from reconcile.cli import main
from reconcile.errors import FrameRefused
from reconcile.reporters.sheets.per_campaign import OURS, sheet_names
from reconcile.run import RunReport, run

SAMPLES = Path(__file__).parents[3] / "sample_statements"
STATEMENT, PAYOUTS = SAMPLES / "history-2018-09.csv", SAMPLES / "payout-2018-09.csv"
CAMPAIGNS, FUNDS = rc.read_campaigns(SAMPLES / "campaigns.csv"), rc.read_funds(SAMPLES / "funds.csv")
ODD = (
    "90001,2018-09-20,2018-09-18,90001-01,A Naidoo,IDB Zakat,100.00,-5.00,95.00",
    "KF4TR 090918,2018-09-10,2018-09-09,T1,B Naidoo,IDB Zakat,3500.00,-158.00,3342.00",
)
"""A payout that is not at the bank, and one of which the bank has another amount."""


BACK = (("98", ""), ("99", "-"))
"""The last figures and the sign of a gift and of the same given back."""


def report_of(folder: Path) -> Path:
    """A report with a gift for a person, and with payouts that are not taken apart."""
    text = PAYOUTS.read_text("utf-8").replace("Pieter Dlamini,YEM Zakat", "Pieter Dlamini,Zakat")
    path = folder / "payouts.csv"
    path.write_text(text + "\n".join(ODD) + "\n", encoding="utf-8")
    return path


def made(folder: Path, report: Path, **more: object) -> RunReport:
    return run([STATEMENT], CAMPAIGNS, funds=FUNDS, out=folder, payouts=rc.read_payouts(report), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    folder = tmp_path_factory.mktemp("out")
    return made(folder, report_of(folder))


@pytest.fixture(scope="module")
def path(written: RunReport) -> Path:
    assert written.workbook is not None
    return written.workbook


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = run([STATEMENT], CAMPAIGNS, funds=FUNDS, out=tmp_path_factory.mktemp("out")).workbook
    assert found is not None
    return found


def test_each_payout_ties_to_its_bank_line(path: Path) -> None:
    told = {str(row[0]): row for row in rows(path, "Payouts")[4:]}
    assert [told[name][2] for name in ("88213", "88577", "90001", "KF4TR 090918", "All payouts")] == [11, 7, 1, 1, 20]
    assert in_cents(told["88213"][3:8]) == 4282_64 + 159_04 + 4123_60 + 4123_60 + 0
    assert (told["90001"][6], told["90001"][8]) == (None, "not at the bank")
    assert told["KF4TR 090918"][9] == "its gifts come to R 3 342.00, its bank line to R 3 341.20 of 2018-09-10"
    assert in_cents(told["All payouts"][6:8]) == 7741_85
    assert in_cents([told["Without a bank line"][5]]) == 95_00 + 3342_00


def test_every_gift_stands_once_with_its_campaign_and_its_line_of_the_report(path: Path) -> None:
    told, given = table(path, "Payout gifts").set_index("Gift"), rc.read_payouts(path.parent / "payouts.csv")
    assert sorted(told.index) == sorted(given["gift"])
    assert [in_cents(told[n]) for n in ("Gross", "Fee", "Net")] == [in_cents(given[n]) for n in ("gross", "fee", "net")]
    columns = ["Payout", "Campaign", "Fund", "Status", "File", "Line"]
    assert told.loc["88213-01", columns].tolist() == ["88213", "IDB", "zakat", "matched", "payouts.csv", 2]
    assert told.loc["88213-07", ["Campaign", "Fund", "Status"]].tolist() == [None, "zakat", "review"]
    assert told.loc["T1", ["Campaign", "Status", "Reason"]].tolist() == [
        None,
        None,
        "its payout has no bank line: another amount",
    ]


def test_a_gift_for_a_person_waits_on_to_review_by_its_number(path: Path) -> None:
    [own] = table(path, "To review").query("`Transaction id`.str.contains('/')").to_dict("records")
    assert own["Transaction id"].endswith("/88213-07") and own["Bank reference"] == "Zakat"
    assert own["Reason"] == "gift 88213-07 of PIETER DLAMINI: a fund is named but no campaign"
    assert in_cents([own["Amount"]]) == 250_00


def test_campaigns_have_the_gifts_at_gross_and_the_fee_is_a_cost(path: Path, without: Path) -> None:
    def by_campaign(book: Path) -> dict[tuple[object, object], int]:
        return {(r[0], r[2]): in_cents([r[4]]) for r in rows(book, "By campaign")[4:] if r[2]}

    plain = by_campaign(without)
    more = {key: cents - plain.get(key, 0) for key, cents in by_campaign(path).items()}
    assert {key: cents for key, cents in more.items() if cents} == {
        ("IDB", "zakat"): 800_00,
        ("IDB", "lillah"): 1050_00,
        ("GEN", "sadaqah"): 2702_32,
        ("ORC", "lillah"): 1932_64,
        ("YEM", "zakat"): 1300_00,
    }
    fees = table(path)[table(path)["Rule"].eq("gateway payout")]
    assert fees["Kind"].tolist() == ["fee", "fee"] and in_cents(fees["Amount"]) == -293_11
    assert fees["Payout"].tolist() == ["88213", "88577"]


def test_the_accounts_are_as_the_bank_has_them(path: Path, without: Path) -> None:
    """Money in is what came in: neither the gifts at gross nor the fees count there."""
    own, plain = rows(path, "Summary"), rows(without, "Summary")
    assert own[4:7] == plain[4:7]


def test_control_ties_all_of_it(path: Path) -> None:
    told = [row for row in rows(path, "Control") if row[0] in ("Payouts", "Payout gifts") and row[2]]
    assert [(row[2], row[7], row[9]) for row in told][:4] == [
        ("further lines of payouts, one for each gift", 18, None),
        ("gifts of the report, less fees", 20, None),
        ("all payouts", 20, 0),
        ("gross less fees of each payout against its bank line", None, 0),
    ]
    assert all(row[9] in (None, 0, "Difference to the files") for row in rows(path, "Control")[4:26])


def test_a_gift_that_the_gateway_gave_back_is_taken_off_and_asks_nobody(tmp_path: Path) -> None:
    report = tmp_path / "payouts.csv"
    both = [f"88213,2018-09-06,2018-09-04,88213-{at},A Naidoo,YEM Zakat,{s}90.00,0.00,{s}90.00" for at, s in BACK]
    report.write_text(PAYOUTS.read_text("utf-8") + "\n".join(both) + "\n", encoding="utf-8")
    book = made(tmp_path, report).workbook
    assert book is not None
    [own] = table(book, "Reversals").query("`Transaction id`.str.endswith('/88213-99')").to_dict("records")
    assert (own["Why these two"], own["Campaign"]) == ("a gateway gave it back, and took it off a payout", "YEM")
    assert in_cents([own["Amount"]]) == -90_00
    assert rc.verify_workbook(book, statements=[rc.read_statement(STATEMENT)]).holds


def test_without_payouts_there_are_no_such_sheets_and_no_such_column(without: Path) -> None:
    assert not {"Payouts", "Payout gifts"} & set(openpyxl.load_workbook(without, read_only=True).sheetnames)
    assert "Payout" not in table(without)


def test_a_report_without_gifts_is_shown_as_one(tmp_path: Path) -> None:
    path = run([STATEMENT], CAMPAIGNS, out=tmp_path, payouts=schema.PAYOUTS.empty()).workbook
    assert path is not None
    assert find(path, "Payouts", "All payouts", 3) == 0
    assert rc.verify_workbook(path, statements=[rc.read_statement(STATEMENT)]).holds


def test_libreoffice_calculates_every_value_that_is_stored(path: Path, converted: Convert) -> None:
    assert_recalculates(path, converted)


def test_receipts_settle_the_line_and_count_no_campaign_twice(written: RunReport, tmp_path: Path) -> None:
    both = made(tmp_path, report_of(tmp_path), receipts=rc.read_receipts(SAMPLES / "receipts.csv"))
    assert written.summary is not None and both.summary is not None
    pd.testing.assert_frame_equal(both.summary, written.summary)
    assert both.reconciliation is not None and both.workbook is not None
    assert both.reconciliation.fees["amount"].tolist() == [Decimal("-159.04"), Decimal("-134.07")]
    assert in_cents([find(both.workbook, "Both sides", "Difference", 3)]) == 0
    assert in_cents([find(both.workbook, "Both sides", "Moved, every line once", 3)]) == 44616_37


def test_a_masked_workbook_shows_no_giver_and_the_same_figures(path: Path, tmp_path: Path) -> None:
    statement = rc.read_statement(STATEMENT)
    gifts = rc.explode_payouts(statement.transactions, rc.read_payouts(PAYOUTS), CAMPAIGNS, funds=FUNDS)
    given = {"statements": [statement], "matches": gifts.matches, "campaigns": CAMPAIGNS, "exploded": gifts}
    masked = rc.write_workbook(tmp_path / "a.xlsx", mask=True, **given)  # type: ignore[arg-type]
    words = " ".join(
        str(v) for name in ("Payout gifts", "Transactions") for v in table(masked, name).to_numpy().ravel()
    )
    assert "Dlamini" not in words and "DLAMINI" not in words and "Taliep" not in words
    assert in_cents(table(masked, "Payout gifts")["Gross"]) == 8034_96


def test_no_campaign_takes_the_name_of_a_sheet_of_payouts(path: Path) -> None:
    assert set(openpyxl.load_workbook(path, read_only=True).sheetnames) <= set(OURS)


def test_gifts_of_other_transactions_are_refused(tmp_path: Path) -> None:
    statement = rc.read_statement(STATEMENT)
    gifts = rc.explode_payouts(statement.transactions[1:], rc.read_payouts(PAYOUTS), CAMPAIGNS)
    given = {"statements": [statement], "matches": gifts.matches, "campaigns": CAMPAIGNS, "exploded": gifts}
    with pytest.raises(FrameRefused, match="exploded among other transactions"):
        rc.write_workbook(tmp_path / "a.xlsx", **given)  # type: ignore[arg-type]


def test_the_command_tells_what_is_open_and_what_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [str(STATEMENT), "--campaigns", str(SAMPLES / "campaigns.csv"), "--out", str(tmp_path)]
    with pytest.raises(SystemExit) as left:
        main(["run", *given, "--payouts", str(PAYOUTS)])
    told = capsys.readouterr()
    assert (left.value.code, told.err) == (0, "")
    assert "Payouts: 2, 2 at the bank" in told.out and "Gifts: 18, 18 credited, 0 for a person" in told.out
    with pytest.raises(SystemExit) as left:
        main(["run", *given, "--payouts", str(report_of(tmp_path))])
    told = capsys.readouterr()
    assert left.value.code == 1
    assert "payout 90001: not at the bank: no bank line prints it" in told.out
    assert "refused: payouts.csv: 1 fault: line 21, payout KF4TR 090918: its gifts come to R 3 342.00" in told.err


def test_the_ids_of_gifts_are_not_cut_on_paper(tmp_path: Path) -> None:
    report = tmp_path / "payouts.csv"
    report.write_text(PAYOUTS.read_text("utf-8").replace("88213-02", "88213-02-of-the-web-form"), encoding="utf-8")
    path = made(tmp_path / "out", report).workbook
    assert path is not None
    sheet = openpyxl.load_workbook(path)["Transactions"]
    [letter] = [cell.column_letter for cell in sheet[4] if cell.value == "Transaction id"]
    longest = max(len(str(cell.value)) for cell in sheet[letter][4:])
    assert sheet.column_dimensions[letter].width >= min(longest, 26) + 2 > 20


def test_what_is_more_at_the_statuses_than_at_the_accounts_is_said(path: Path, without: Path) -> None:
    said = [any("what gateways kept" in str(row[0]) for row in rows(p, "Summary")) for p in (path, without)]
    assert said == [True, False]


def test_control_names_the_receipts_and_the_report(tmp_path: Path) -> None:
    receipts = rc.read_receipts(SAMPLES / "receipts.csv")
    found = made(tmp_path, report_of(tmp_path), receipts=receipts)
    assert found.workbook is not None
    told = {row[0]: row[2] for row in rows(found.workbook, "Control")}
    assert told["Receipts of the charity"] == "receipts.csv: 201 receipts, R 177 144.96"
    assert told["Report of payouts"] == "payouts.csv: 20 gifts, gross R 11 634.96"
    kept = table(found.workbook, "Only at the bank")
    assert "a gateway's fee, not in the books" in set(kept["Why"])
    assert kept["Date"].is_monotonic_increasing


def test_no_sheet_of_a_campaign_takes_the_name_of_one_of_payouts() -> None:
    assert sheet_names(["PAYOUTS", "Payout Gifts"], OURS) == ["PAYOUTS (2)", "Payout Gifts (2)"]
