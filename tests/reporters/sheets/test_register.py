"""Register and Funds: what a reviewer may choose, all of it and nothing else, as the drop-down lists have it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from readback import rows, table
from small_statements import Campaign, Funds, Register, Written, written

REGISTER = Register(
    (
        Campaign("GAZ", "Gaza relief", ("Gaza", "Rafah|odd")),
        Campaign("=x", "bell\x07", (), date(2018, 9, 1), date(2018, 9, 30)),
        Campaign("007", "'quoted", ("7",), closes=date(2019, 1, 1)),
    )
)
NOT_A_GIFT = ["not a gift", "money that is no gift: a fee, a transfer, the charity's own", None, None, None]


def test_every_campaign_stands_there_in_its_order_and_last_what_is_no_gift(tmp_path: Path) -> None:
    path = Written().to(tmp_path / "a.xlsx", campaigns=REGISTER)
    days = [datetime(*day) for day in ((2018, 9, 1), (2018, 9, 30), (2019, 1, 1))]  # noqa: DTZ001
    found = table(path, "Register")
    assert found.columns.tolist() == ["Campaign", "Name", "Also called", "Opens", "Closes", "Row hash"]
    assert found.iloc[:, :5].to_numpy().tolist() == [
        ["GAZ", "Gaza relief", "Gaza | Rafah|odd", None, None],
        ["=x", "bell\N{REPLACEMENT CHARACTER}", None, *days[:2]],
        ["007", "'quoted", "7", None, days[2]],
        NOT_A_GIFT,
    ]
    assert rows(path, "Register")[1][0] == "3 campaigns · as they were used for this workbook"


@pytest.mark.parametrize(
    ("funds", "names"), [(Funds(("zakat", "lillah")), ["zakat", "lillah", "unspecified"]), (None, ["unspecified"])]
)
def test_every_fund_stands_there_and_last_that_none_was_named(
    tmp_path: Path, funds: Funds | None, names: list[str]
) -> None:
    path = Written().to(tmp_path / "a.xlsx", funds=funds)
    found = table(path, "Funds")
    assert found["Fund"].tolist() == names
    assert found["What it is"].tolist() == [*["restricted fund"] * (len(names) - 1), "the giver named no fund"]


@pytest.mark.parametrize("given", [Written(), written()], ids=["lines to review", "nothing to review"])
@pytest.mark.parametrize("campaigns", [REGISTER, Register(), Register(())], ids=["odd", "plain", "empty"])
def test_the_lists_of_the_sheet_to_review_are_exactly_these(
    tmp_path: Path, given: Written, campaigns: Register
) -> None:
    path = given.to(tmp_path / "a.xlsx", campaigns=campaigns)
    book = openpyxl.load_workbook(path)
    lists = {v.formula1: str(v.sqref) for v in book["To review"].data_validations.dataValidation if v.type == "list"}
    assert len(lists) == 2
    offered = {}
    for source in lists:
        sheet, cells = source.split("!")
        offered[sheet] = [cell.value for (cell,) in book[sheet][cells.replace("$", "")]]
    assert offered == {
        "Register": table(path, "Register")["Campaign"].tolist(),
        "Funds": table(path, "Funds")["Fund"].tolist(),
    }
    assert len(offered["Register"]) == len(campaigns.campaigns) + 1
