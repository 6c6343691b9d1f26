"""By campaign: each campaign and fund with its gifts, what was taken back, its days, and what came outside of them."""

from __future__ import annotations

import datetime
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readback import find, in_cents, rows, table
from small_statements import ENTRIES, OTHER, Campaign, Entry, Register, Written, make_matches, make_statement, written

HEADS = ["Campaign", "Name", "Fund", "Gifts", "Received", "Reversals", "Taken back", "Net", "First gift", "Last gift"]
CREDITED = ("matched", "decided")


def shown(path: Path) -> list[list[object]]:
    """The rows of the sheet, its total last, amounts in cents and days as days."""
    found = []
    for row in rows(path, "By campaign")[4:]:
        if row[3] is not None:
            cells = [in_cents([v]) if at in (4, 6, 7) else v for at, v in enumerate(row[:10])]
            found.append([v.date() if isinstance(v, datetime.datetime) else v for v in cells])
    return found


def expected(entries: list[Entry]) -> set[tuple[object, ...]]:
    """The figures of each campaign and fund, from the entries one by one."""
    found = set()
    credited = [e for e in entries if e.status in CREDITED]
    for campaign, fund in {(e.campaign, e.fund) for e in credited}:
        own = [e for e in credited if (e.campaign, e.fund) == (campaign, fund)]
        gifts = [e for e in own if e.kind != "reversal"]
        back = [e for e in own if e.kind == "reversal"]
        days = [date(2018, 9, e.day) for e in gifts]
        received, taken = sum(e.cents for e in gifts), sum(e.cents for e in back)
        figures = (len(gifts), received, len(back), taken, received + taken)
        key = (campaign or "no campaign", fund or "unspecified")
        found.add((*key, *figures, min(days, default=None), max(days, default=None)))
    return found


def figures_of(found: list[list[object]]) -> set[tuple[object, ...]]:
    return {(row[0], row[2], *row[3:]) for row in found}


MANY = [
    *ENTRIES,
    Entry(7, 333_33, "IDB", campaign="IDB", status="decided"),
    Entry(8, 12_01, "XYZ", campaign="XYZ", fund="lillah"),
    Entry(8, -5_00, "REVERSAL ABC", campaign="ABC", kind="reversal"),
    Entry(9, 10_00, "no more was said", status="decided"),
    Entry(30, 50_000, "FNB APP PAYMENT FROM  IDLEB ZKT", campaign="IDB", fund="zakat"),
]


def test_each_campaign_and_fund_has_the_figures_of_its_lines_to_the_cent(tmp_path: Path) -> None:
    path = written(*MANY).to(tmp_path / "a.xlsx")
    assert figures_of(shown(path)[:-1]) == expected(MANY)
    heads = openpyxl.load_workbook(path)["By campaign"][4]
    assert [cell.value for cell in heads][:10] == HEADS


entries = st.lists(
    st.builds(
        Entry,
        day=st.integers(1, 30),
        cents=st.integers(-(10**9), 10**9).filter(bool),
        text=st.just("x"),
        status=st.sampled_from(["matched", "decided", "review", "not_donation"]),
        campaign=st.sampled_from(["GAZ", "gaz", "7", "=x", None]),
        fund=st.sampled_from(["zakat", "Zakat", None]),
        kind=st.sampled_from(["donation", "reversal"]),
    ),
    max_size=12,
)


@settings(max_examples=8, deadline=None)
@given(found=entries)
def test_whatever_the_lines_are_the_figures_are_theirs_and_the_totals_those_of_all(
    tmp_path_factory: pytest.TempPathFactory, found: list[Entry]
) -> None:
    found = sorted(found, key=lambda e: e.day)
    *campaigns, total = shown(written(*found).to(tmp_path_factory.mktemp("any") / "a.xlsx"))
    assert figures_of(campaigns) == expected(found)
    credited = [e for e in found if e.status in CREDITED]
    received, back = ([e.cents for e in credited if (e.kind == "reversal") is way] for way in (False, True))
    assert total[:3] == ["All campaigns", None, None]
    assert total[3:8] == [len(received), sum(received), len(back), sum(back), sum(received) + sum(back)]


def test_campaigns_stand_in_the_order_of_the_register_then_others_and_last_what_has_none(tmp_path: Path) -> None:
    found = shown(written(*MANY).to(tmp_path / "a.xlsx"))
    assert [row[:3] for row in found[:-1]] == [
        ["GAZ", "Gaza relief", "lillah"],
        ["IDB", "Idleb winter", "zakat"],
        ["IDB", "Idleb winter", "unspecified"],
        ["ORF", "Orphans", "unspecified"],
        ["ABC", "not in the register", "unspecified"],
        ["XYZ", "not in the register", "lillah"],
        ["no campaign", "credited without a campaign", "unspecified"],
    ]


def test_what_all_accounts_received_is_one_figure_as_the_frame_has_it(tmp_path: Path) -> None:
    more = (Entry(12, 77_01, "IDB", campaign="IDB", fund="zakat"), Entry(13, 1, "IDB", campaign="IDB", fund="zakat"))
    one, other = make_statement(), make_statement(more, account=OTHER, file="other.ofx")
    given = Written([one, other], make_matches((one, ENTRIES), (other, more)))
    path = given.to(tmp_path / "a.xlsx")
    both = pd.concat([one.transactions, other.transactions]).merge(given.matches, on="transaction_id")
    own = both[both["campaign"].eq("IDB") & both["fund"].eq("zakat")]
    [row] = [row for row in shown(path) if row[0] == "IDB"]
    assert row[7] == own["amount"].sum() * 100


OPEN = Register(
    (
        Campaign("GAZ", "Gaza relief", opens=date(2018, 9, 2), closes=date(2018, 9, 3)),
        Campaign("IDB", "Idleb winter", closes=date(2018, 9, 3)),
        Campaign("ORF", "Orphans", opens=date(2018, 9, 2)),
        Campaign("WTR", "Water wells"),
    )
)
DAYS = [
    Entry(1, 1_00, "too early", campaign="GAZ"),
    Entry(1, 2_00, "too early", campaign="ORF"),
    Entry(2, 3_00, "on its first day", campaign="GAZ"),
    Entry(3, 4_00, "on its last day", campaign="GAZ"),
    Entry(4, 5_00, "too late", campaign="GAZ", status="decided"),
    Entry(4, 6_00, "too late, and not credited", campaign="IDB", status="review"),
    Entry(4, -7_00, "REVERSAL of what was in time", campaign="IDB", kind="reversal"),
    Entry(4, 8_00, "always open", campaign="WTR"),
]


def test_gifts_outside_the_days_of_their_appeal_are_counted_and_named_among_the_exceptions(tmp_path: Path) -> None:
    path = written(*DAYS).to(tmp_path / "a.xlsx", campaigns=OPEN)
    outside = {row[0]: (row[10], row[11]) for row in rows(path, "By campaign")[4:8]}
    assert outside == {
        "GAZ": (2, "from 2018-09-02 to 2018-09-03"),
        "IDB": (0, "to 2018-09-03"),
        "ORF": (1, "from 2018-09-02"),
        "WTR": (0, "no end"),
    }
    assert find(path, "By campaign", "All campaigns", 11) == 3
    told = table(path, "Exceptions")
    assert told["What"].tolist() == ["outside its appeal"] * 3
    assert in_cents(told["Amount"]) == 1_00 + 2_00 + 5_00
    said = "GAZ was open from 2018-09-02 to 2018-09-03, not on this day; it is credited"
    assert told["What was found, and what was done"].tolist()[::2] == [said, said]


def test_a_code_with_a_character_that_no_cell_can_show_is_told_of_among_the_exceptions_too(tmp_path: Path) -> None:
    odd = Register((Campaign("A\ufffeB", "odd", closes=date(2018, 9, 3)),))
    path = written(Entry(4, 1_00, "late", campaign="A\ufffeB")).to(tmp_path / "a.xlsx", campaigns=odd)
    said = table(path, "Exceptions")["What was found, and what was done"][0]
    assert said == "A\N{REPLACEMENT CHARACTER}B was open to 2018-09-03, not on this day; it is credited"


def test_where_nothing_is_credited_the_totals_are_zero(tmp_path: Path) -> None:
    path = written(*[e for e in ENTRIES if e.status not in CREDITED]).to(tmp_path / "a.xlsx")
    assert shown(path) == [["All campaigns", None, None, 0, 0, 0, 0, 0, None, None]]
