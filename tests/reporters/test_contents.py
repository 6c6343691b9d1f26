"""The lines of the sheets: what is shown as it was given is the statement's own column, and is not held twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from small_statements import ACCOUNT, ENTRIES, Funds, Register, make_matches, make_statement

from reconcile.reporters.contents import Contents, gather
from reconcile.reporters.options import Options
from reconcile.statement import Statement

SHARED = {
    "Description": "description",
    "Amount": "amount",
    "Balance": "balance",
    "Transaction id": "transaction_id",
}


def gathered(statement: Statement, matches: pd.DataFrame, *, full: bool = False) -> Contents:
    register: Any = Register()
    funds: Any = Funds()
    options = Options(full_account_numbers=full)
    return gather([statement], matches, campaigns=register, funds=funds, settings=None, options=options)


def place(column: pd.Series) -> int:
    """Where the values of an Arrow column lie."""
    return int(column.array._pa_array.chunk(0).buffers()[-1].address)


def test_what_is_shown_as_it_was_given_is_shared() -> None:
    statement = make_statement()
    matches = make_matches((statement, ENTRIES))
    lines = gathered(statement, matches, full=True).lines
    rows = statement.transactions
    assert {shown for shown, given in SHARED.items() if place(lines[shown]) != place(rows[given])} == set()
    few = lines[["Account", "File", "Campaign", "Fund", "Kind", "Status"]]
    assert [few[heading].cat.codes.dtype.itemsize for heading in few] == [1] * 6
    assert {
        name for name in ("Evidence", "Reason", "Rule") if place(lines[name]) != place(matches[name.lower()])
    } == set()
    assert np.shares_memory(lines["Date"].to_numpy(), rows["date"].to_numpy())


def test_what_is_written_to_the_lines_never_reaches_the_statement() -> None:
    statement = make_statement()
    lines = gathered(statement, make_matches((statement, ENTRIES))).lines
    before = statement.transactions.copy(deep=True)
    lines.loc[0, ["Date", "Line", "Description", "Amount"]] = [pd.Timestamp(2001, 1, 1), 0, "other", lines["Amount"][1]]
    pd.testing.assert_frame_equal(statement.transactions, before)


def test_account_numbers_are_masked_in_accounts_and_files() -> None:
    statement = make_statement(file=f"history {ACCOUNT}.csv")
    lines = gathered(statement, make_matches((statement, ENTRIES))).lines
    assert set(lines["Account"]) == {"…2345"}
    assert set(lines["File"]) == {"history …2345.csv"}
