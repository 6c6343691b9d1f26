"""The bank's layouts as samples: figures worked out by hand from the samples, and every row in a golden file."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from reconcile import money
from reconcile.errors import UnknownLayout
from reconcile.parsers import read_statement, read_statements

SAMPLES = Path(__file__).parent / "samples"

#   file, transactions, notices, sum, opening, closing
FIGURES = [
    ("01-history-download.csv", 23, 2, "26939.78", "4210.18", "31149.96"),
    ("01b-history-download-crlf-bom.csv", 23, 2, "26939.78", "4210.18", "31149.96"),
    ("02-transaction_history_Gold_Business_Account.zip", 23, 2, "26939.78", "4210.18", "31149.96"),
    ("03-history-creditcard.csv", 6, 0, "3073.01", "-20311.10", "-17238.09"),
    ("04-statement-emailed-recordtypes.csv", 16, 1, "307.30", "9120.44", "9427.74"),
    ("05-recreated-statement-blocks.csv", 8, 0, "1666.80", "4126.55", "5793.35"),
    ("05b-recreated-statement-flat.csv", 8, 0, "1666.80", "4126.55", "5793.35"),
    ("06-business-servicefee-columns.csv", 8, 0, "1666.80", "4126.55", "5793.35"),
    ("07-enterprise-csv-date-number.csv", 8, 0, "1666.80", "4126.55", "5793.35"),
    ("08-ofx1-sgml.ofx", 23, 2, "26939.78", "4210.18", "31149.96"),
    ("08b-transaction_history_ofx.zip", 23, 2, "26939.78", "4210.18", "31149.96"),
    ("08c-ofx1-overlap-other-fitids.ofx", 7, 1, "20596.76", "10553.20", "31149.96"),
    ("09-ofx2-xml200.ofx", 23, 2, "26939.78", "4210.18", "31149.96"),
    ("10-history-resaved-by-spreadsheet.csv", 6, 0, "1734.10", "4210.18", "5944.28"),
]


def test_no_sample_lies_there_untried():
    """One that a new layout brings is tried only where its figures were worked out by hand."""
    brought = {path.name.removesuffix(".expected.csv") for path in SAMPLES.glob("*.expected.csv")}
    assert brought - {name for name, *_ in FIGURES} == set()


@pytest.mark.parametrize("figures", FIGURES, ids=lambda f: f[0])
def test_a_sample_has_the_figures_worked_out_by_hand(figures):
    name, transactions, notices, moved, opening, closing = figures
    s = read_statement(SAMPLES / name)
    assert (len(s.transactions), len(s.notices), len(s.quarantined)) == (transactions, notices, 0)
    assert money.total(s.transactions["amount"]) == Decimal(moved)
    assert (s.opening, s.closing) == (Decimal(opening), Decimal(closing))
    assert s.proof.complete


@pytest.mark.parametrize("name", [f[0] for f in FIGURES if f[0] != "08b-transaction_history_ofx.zip"])
def test_a_sample_gives_the_rows_of_its_golden_file(name):
    s = read_statement(SAMPLES / name)
    rows = pd.concat([s.transactions, s.notices])
    golden = SAMPLES / f"{name}.expected.csv"
    assert rows.drop(columns="source").to_csv(index=False, lineterminator="\n") == golden.read_text(encoding="utf-8")
    assert set(rows["source"]) == {s.source.name}


def test_a_zip_with_two_accounts_gives_both():
    first, second = read_statements(SAMPLES / "02b-transaction_history_multi.zip")
    assert (first.account.number, len(first.transactions)) == ("62000012345", 23)
    assert (second.account.number, second.account.name) == ("62000067890", "Reserve")
    assert (second.opening, second.closing) == (Decimal("15000.00"), Decimal("16041.09"))
    assert second.source.name == "02b-transaction_history_multi.zip:62000067890.csv"


def test_two_accounts_are_not_one_statement():
    with pytest.raises(UnknownLayout, match=r"holds 2 statements \(…2345, …7890\)\. Use read_statements"):
        read_statement(SAMPLES / "02b-transaction_history_multi.zip")


def test_csv_and_ofx_of_the_same_days_give_the_same_ids_where_the_text_is_the_same():
    csv = read_statement(SAMPLES / "01-history-download.csv").transactions
    ofx = read_statement(SAMPLES / "08-ofx1-sgml.ofx").transactions
    same = csv["description"].to_numpy() == ofx["description"].to_numpy()
    assert same.sum() == 22  # one text reads "FEB AND MAR" in one sample and "FEB & MAR" in the other
    assert (csv["transaction_id"][same] == ofx["transaction_id"][same]).all()


def test_a_card_account_is_a_credit_card_and_keeps_its_mask():
    s = read_statement(SAMPLES / "03-history-creditcard.csv")
    assert (s.account.number, s.account.kind, s.account.shown) == ("400000******1234", "credit card", "…1234")
