"""What a workbook shows on request: a sheet per campaign, an auditor's sample, and nothing that a payer typed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.campaigns import read_campaigns, read_funds
from reconcile.matching import match
from reconcile.merging import merge_statements
from reconcile.parsers import read_statement
from reconcile.reporters import Sampling, write_workbook
from reconcile.reporters.sheets.per_campaign import LONGEST_NAME, OURS, sheet_names

SAMPLES = Path(__file__).parents[3] / "sample_statements"
CAMPAIGNS, FUNDS = read_campaigns(SAMPLES / "campaigns.csv"), read_funds(SAMPLES / "funds.csv")
STATEMENT = read_statement(SAMPLES / "history-2018-09.csv")
TRANSACTIONS = merge_statements([STATEMENT]).transactions
MATCHES = match(TRANSACTIONS, CAMPAIGNS, funds=FUNDS)


def written(path: Path, **options: object) -> openpyxl.Workbook:
    write_workbook(path, statements=[STATEMENT], matches=MATCHES, campaigns=CAMPAIGNS, funds=FUNDS, **options)
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("all") / "all.xlsx"
    return written(path, per_campaign=True, sample=Sampling(20, "2018-09", "monetary"))


def rows(book: openpyxl.Workbook, sheet: str) -> list[dict[str, object]]:
    heads = [cell.value for cell in book[sheet][4]]
    return [dict(zip(heads, row, strict=True)) for row in book[sheet].iter_rows(min_row=5, values_only=True)]


def total(found: list[dict[str, object]]) -> Decimal:
    return sum((Decimal(str(row["Amount"])) for row in found), Decimal(0)).quantize(Decimal("0.01"))


def test_the_sheets_of_the_campaigns_hold_their_lines_and_by_campaign_leads_to_each(book: openpyxl.Workbook) -> None:
    credited = [r for r in rows(book, "Transactions") if r["Status"] in ("matched", "decided")]
    codes = sorted({str(r["Campaign"]) for r in credited})
    for code in codes:
        assert total(rows(book, code)) == total([r for r in credited if r["Campaign"] == code])
    links = {c.value: c.hyperlink for c in book["By campaign"]["A"] if c.value in codes}
    assert {code: link.location for code, link in links.items()} == {code: f"'{code}'!A1" for code in codes}
    assert all(link.target is None for link in links.values())


def test_the_sample_can_be_drawn_again_and_its_control_total_is_that_of_the_statement(book: openpyxl.Workbook) -> None:
    drawn = rows(book, "Sample")
    lines = {r["Transaction id"]: r for r in rows(book, "Transactions")}
    assert all(lines[r["Transaction id"]]["Line"] == r["Line"] for r in drawn)
    about = str(book["Sample"]["A2"].value)
    assert "Seed: 2018-09" in about
    assert "Population: 201 transactions" in about
    assert "Net amount: R 44 616.37" in about
    assert [r["Finding"] for r in drawn] == [None] * len(drawn)


def test_without_asking_there_is_no_such_sheet(tmp_path: Path) -> None:
    names = written(tmp_path / "a.xlsx").sheetnames
    assert set(names) <= set(OURS)
    assert "Sample" not in names


def test_a_masked_workbook_has_the_figures_and_none_of_the_payers_words(tmp_path: Path) -> None:
    plain, masked = written(tmp_path / "a.xlsx"), written(tmp_path / "b.xlsx", mask=True)
    for name in (n for n in plain.sheetnames if n != "Control"):  # which has a line more: it says what is hidden
        for row, hidden in zip(plain[name].iter_rows(), masked[name].iter_rows(), strict=True):
            for cell, other in zip(row, hidden, strict=True):
                if isinstance(cell.value, int | float):
                    assert other.value == cell.value, f"{name}!{cell.coordinate}"
    text = "\n".join(str(v) for s in masked for r in s.iter_rows(values_only=True) for v in r if isinstance(v, str))
    secrets = ("HOOSEN", "SAMSODIEN", "DANIELS", "PATEL", "0825550118", "STICHTING", "JAFFER")
    shown = "\n".join(map(str, TRANSACTIONS["description"]))
    for secret in secrets:
        assert secret in shown.upper()
        assert secret not in text.upper(), secret


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("a/b", "a-b"),
        ("x" * 40, "x" * 25),
        ("'x'", "x"),
        ("History", "History (2)"),
        ("summary", "summary (2)"),
        ("Transactions 2", "Transactions 2 (2)"),
        ("", "campaign"),
        ("=x", "=x"),
    ],
)
def test_a_code_becomes_a_name_that_a_sheet_can_have(code: str, name: str) -> None:
    assert sheet_names([code], OURS) == [name]


@given(st.lists(st.text(max_size=50), max_size=30))
def test_names_of_sheets_are_valid_and_each_its_own(codes: list[str]) -> None:
    names = sheet_names(codes, OURS)
    assert len({name.casefold() for name in (*names, *OURS)}) == len(names) + len(OURS)
    assert all(0 < len(name) <= LONGEST_NAME and not set(name) & set("[]:*?/\\") for name in names)
    assert not any(name.startswith("'") or name.endswith("'") for name in names)
