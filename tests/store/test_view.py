"""A month as its workbook shows it: every movement of its days once, decided, and adding up to the statements."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from exports import ACCOUNT, Entry, aside, export, stated
from gifts import FEBRUARY, MARCH, Part, close, gift, put, register, taken_back, write
from python_calamine import CalamineWorkbook

from reconcile.campaigns import read_campaigns
from reconcile.matching import match, summarise
from reconcile.merging import merge_statements
from reconcile.parsers import read_statement
from reconcile.statement import Account
from reconcile.store import Store
from reconcile.store.view import MonthView

SAMPLES = Path(__file__).parents[2] / "sample_statements"
REGISTER = register()


def seen(store: Store, month: str) -> MonthView:
    found = store.month(month)
    assert found is not None
    assert found.month == month
    assert found.matches["transaction_id"].tolist() == found.merged.transactions["transaction_id"].tolist()
    return found


def amounts(view: MonthView) -> list[str]:
    return [str(a) for a in view.merged.transactions["amount"]]


def split(view: MonthView) -> list[Part]:
    values = view.parts[["campaign", "fund"]].astype(object).where(view.parts[["campaign", "fund"]].notna(), None)
    return [(c, f, str(a)) for (c, f), a in zip(values.itertuples(index=False), view.parts["amount"], strict=True)]


ROWS = [
    gift("IDB ZAKAT"),
    gift("J NDLOVU", 50, 10),
    gift("YEMEN", 30, FEBRUARY - 1),
    gift("IDB", 20, FEBRUARY),
    gift("YEMEN", 10, FEBRUARY + 27),
    gift("IDB", 5, MARCH),
]


def test_of_a_month_that_nothing_reaches_into_there_is_nothing_to_see(books: Store) -> None:
    assert books.month("2026-01") is None
    put(books, *ROWS)
    assert books.month("2025-12") is None
    assert books.month("2026-04") is None


def test_every_movement_is_in_the_month_of_its_day(books: Store) -> None:
    put(books, *ROWS)
    books.match(REGISTER)
    months = {m: amounts(seen(books, m)) for m in ("2026-01", "2026-02", "2026-03")}
    assert months == {"2026-01": ["100.00", "50.00", "30.00"], "2026-02": ["20.00", "10.00"], "2026-03": ["5.00"]}


def test_the_sample_month_is_what_merging_and_matching_its_files_gives(store: Store) -> None:
    statements = [read_statement(SAMPLES / n) for n in ("history-2018-09.csv", "history-2018-09-17-to-30.ofx")]
    campaigns = read_campaigns(SAMPLES / "campaigns.csv")
    for statement in statements:
        store.add(statement)
    store.match(campaigns)
    view, merged = seen(store, "2018-09"), merge_statements(statements)
    columns = ["date", "amount", "balance", "description", "source", "line"]
    assert len(view.merged.transactions) == len(merged.transactions)
    own, wanted = (
        f.sort_values(["source", "line"], ignore_index=True)[columns]
        for f in (view.merged.transactions, merged.transactions)
    )
    assert own.equals(wanted)
    assert [(a.opening, a.movements, a.closing) for a in view.merged.accounts] == [
        (a.opening, a.movements, a.closing) for a in merged.accounts
    ]
    expected = summarise(merged.transactions, match(merged.transactions, campaigns))
    found = summarise(view.merged.transactions, view.matches)
    assert found.to_numpy().sum() == expected.to_numpy().sum() == merged.transactions["amount"].sum()
    assert view.merged.gaps.equals(merged.gaps)
    assert len(view.merged.conflicts) == len(merged.conflicts)


def test_a_statement_over_months_is_cut_to_each_and_its_balances_lead_on(books: Store) -> None:
    put(books, *ROWS)
    views = [seen(books, m) for m in ("2026-01", "2026-02", "2026-03")]
    cut = [v.statements[0] for v in views]
    assert [len(s.transactions) for s in cut] == [3, 2, 1]
    balances = [(str(s.opening), str(s.closing)) for s in cut]
    assert balances == [("5000.00", "5180.00"), ("5180.00", "5210.00"), ("5210.00", "5215.00")]
    assert [(str(s.period.start), str(s.period.end)) for s in cut if s.period] == [
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2026-03-01", "2026-03-01"),
    ]
    for view in views:
        for account in view.merged.accounts:
            assert account.opening + account.movements == account.closing


def test_every_statement_that_reaches_into_the_month_is_named_with_what_it_brought(books: Store) -> None:
    books.add(export(ROWS, 0, 2, file="a.csv"))
    books.add(export(ROWS, 1, 4, file="b.csv"))
    books.add(export(ROWS, 3, 6, file="c.csv"))
    found = seen(books, "2026-01").merged.contributed
    assert found[["source", "rows", "new", "known"]].values.tolist() == [["a.csv", 2, 2, 0], ["b.csv", 2, 1, 1]]
    assert [s.source.file for s in seen(books, "2026-03").statements] == ["c.csv"]


def test_a_statement_of_nothing_but_rows_set_aside_is_seen_in_the_months_of_its_period(books: Store) -> None:
    put(books, *ROWS)
    books.add(export(ROWS, 0, 0, quarantined=aside(5_00), period=stated(5, 8), file="torn"))
    assert "torn" in [s.source.file for s in seen(books, "2026-01").statements]


def test_rows_set_aside_and_notices_are_seen(books: Store) -> None:
    books.add(export(ROWS, 0, 3, quarantined=aside(5_00)))
    found = seen(books, "2026-01").statements[0]
    assert found.quarantined["amount"].tolist() == [Decimal("5.00")]
    assert found.proof.checks[0].outcome == "held"


def test_accounts_stand_side_by_side(books: Store) -> None:
    put(books, *ROWS)
    books.add(export(ROWS, account=Account(ACCOUNT[:-1] + "2"), opening=9_000_00, file="other"))
    view = seen(books, "2026-01")
    assert [a.account.number for a in view.merged.accounts] == [ACCOUNT, ACCOUNT[:-1] + "2"]
    assert sum(a.movements for a in view.merged.accounts) == view.merged.transactions["amount"].sum()


SPLITS = {
    "one place": (("IDB", None), []),
    "no gift": ((None, None), []),
    "two places": ([("IDB", "zakat", "30.00"), ("YEM", None, "20.00")],) * 2,
    "partly no gift": ([("IDB", None, "30.00"), (None, None, "20.00")],) * 2,
}


@pytest.mark.parametrize("case", SPLITS)
def test_the_parts_of_a_split_gift_are_there_and_add_up(books: Store, tmp_path: Path, case: str) -> None:
    said, wanted = SPLITS[case]
    names = put(books, *ROWS)
    books.match(REGISTER)
    books.decide(names[1], said, by="Thandi")
    view = seen(books, "2026-01")
    assert split(view) == wanted
    assert set(view.parts["transaction_id"]) <= {names[1]}
    row = view.matches[view.matches["transaction_id"] == names[1]].iloc[0]
    assert row["status"] == ("not_donation" if case == "no gift" else "decided")
    if wanted:
        assert sum(view.parts["amount"]) == Decimal("50.00")
    assert differences(on_paper(view, tmp_path / "january.xlsx")) == {0}


def test_the_reversal_of_a_split_gift_is_split_in_its_own_month(store: Store) -> None:
    original, *_ = put(store, gift("IDB"), gift("YEMEN", 30, 5), taken_back("IDB", day=FEBRUARY))
    store.match(REGISTER)
    store.decide(original, [("IDB", None, "60.00"), ("YEM", None, "40.00")], by="T", reason="x")
    store.match(REGISTER)
    assert split(seen(store, "2026-02")) == [("IDB", None, "-60.00"), ("YEM", None, "-40.00")]


def test_gaps_and_conflicts_are_those_of_the_month(books: Store) -> None:
    books.add(export(ROWS, 0, 1))
    books.add(export(ROWS, 2, 4))
    books.add(export(ROWS, 5, 6))
    books.add(export(ROWS, 2, 4, texts={2: "FNB APP PAYMENT FROM  SOMEBODY ELSE"}, file="second"))
    january, february = seen(books, "2026-01").merged, seen(books, "2026-02").merged
    assert [str(g) for g in january.gaps["missing"]] == ["50.00"]
    assert [str(g) for g in february.gaps["missing"]] == ["10.00"]
    assert (len(january.conflicts), len(february.conflicts)) == (1, 0)


def test_a_payer_who_was_forgotten_is_not_seen(books: Store) -> None:
    names = put(books, *ROWS)
    books.match(REGISTER)
    before = seen(books, "2026-01")
    books.forget([names[1]], by="Thandi", reason="she asked")
    view = seen(books, "2026-01")
    assert view.merged.transactions["description"].tolist()[1] == "(forgotten)"
    assert "NDLOVU" not in "".join(view.statements[0].transactions["description"])
    assert amounts(view) == amounts(before)


STEPS = {
    "a statement": lambda store, names: put(store, *ROWS, gift("LATE", 7, 70), file="more"),
    "a match": lambda store, names: store.match(register(IDB="Idlib Appeal|Idleb")),
    "a decision": lambda store, names: store.decide(names[1], ("IDB", None), by="T"),
    "a forgotten payer": lambda store, names: store.forget([names[1]], by="T", reason="she asked"),
    "another wording": lambda store, names: store.add(export(ROWS, texts={1: "FNB APP PAYMENT FROM  X"}, file="x")),
}


def test_whatever_changes_a_month_makes_its_version_a_newer_one(store: Store) -> None:
    names = put(store, *ROWS)
    store.match(REGISTER)
    for step, take in STEPS.items():
        before = store.month_versions()
        assert set(before) == {"2026-01", "2026-02", "2026-03"}
        take(store, names)
        after = store.month_versions()
        assert after["2026-03" if step == "a statement" else "2026-01"] == len(store.events()), step
        assert all(after[m] >= before[m] for m in before)


def test_what_is_decided_of_a_gift_makes_the_month_of_its_reversal_newer_too(store: Store) -> None:
    original, *_ = put(store, gift("IDB"), gift("YEMEN", 30, 5), taken_back("IDB", day=FEBRUARY))
    store.match(REGISTER)
    before, shown = store.month_versions(), split(seen(store, "2026-02"))
    store.decide(original, [("IDB", None, "60.00"), ("YEM", None, "40.00")], by="T", reason="x")
    assert split(seen(store, "2026-02")) != shown
    assert store.month_versions()["2026-02"] > before["2026-02"]


def test_a_movement_dated_into_another_month_makes_both_newer(books: Store) -> None:
    rows = [gift("A", 10, FEBRUARY - 2), gift("B", 20, FEBRUARY), gift("C", 30, FEBRUARY + 2)]
    moved = [rows[0], replace(rows[1], day=FEBRUARY - 1), rows[2]]
    books.add(export(rows, wording="emailed"))
    before, shown = books.month_versions(), amounts(seen(books, "2026-02"))
    books.add(export(moved))
    assert shown == ["20.00", "30.00"]
    assert amounts(seen(books, "2026-02")) == ["30.00"]
    after = books.month_versions()
    assert all(after[m] > before[m] for m in ("2026-01", "2026-02"))


TIES = 8
"""How many control totals are held against another one."""


def figures(view: MonthView) -> list[tuple[str, str, str]]:
    return [(str(a.opening), str(a.movements), str(a.closing)) for a in view.merged.accounts]


def on_paper(view: MonthView, path: Path) -> dict[str, list[list[object]]]:
    """The rows of each sheet of its workbook."""
    book = CalamineWorkbook.from_path(write(path, view, REGISTER))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def differences(sheets: dict[str, list[list[object]]]) -> set[object]:
    """What the control totals say of every sheet against the files."""
    rows = sheets["Control"]
    files = next(at for at, row in enumerate(rows) if row[0] == "File")
    found = [row[9] for row in rows[4:files] if isinstance(row[9], float | int)]
    assert len(found) == TIES
    return set(found)


LATE = Entry(12, 7_00, "app", "IDB LATE")
OF_LATE = {
    "with its balance": {"file": "more"},
    "without balances": {"file": "more", "wording": "ofx"},
    "with what is known": {"file": "more", "wording": "emailed"},
}


@pytest.mark.parametrize("case", OF_LATE)
def test_what_comes_late_leaves_the_closed_month_as_it_was(store: Store, tmp_path: Path, case: str) -> None:
    half = [ROWS[0], ROWS[1]]
    put(store, *half)
    store.match(REGISTER)
    close(store)
    before = seen(store, "2026-01")
    put(store, *half, LATE, *ROWS[2:], **OF_LATE[case])
    store.match(REGISTER)
    view = seen(store, "2026-01")
    assert amounts(view) == amounts(before)
    assert figures(view) == figures(before) == [("5000.00", "150.00", "5150.00")]
    assert view.matches.equals(before.matches)
    assert {len(s.transactions) for s in view.statements} == {2}
    later = seen(store, "2026-02")
    assert amounts(later) == ["7.00", "30.00", "20.00", "10.00"]
    reasons = later.matches["reason"]
    assert reasons[0] == "late for 2026-01, which was closed"
    assert reasons[2:].isna().all()
    if case != "without balances":
        assert figures(later) == [("5150.00", "67.00", "5217.00")]
    for month in (view, later):
        sheets = on_paper(month, tmp_path / f"{month.month}.xlsx")
        assert differences(sheets) == {0}
    store.close("2026-02", by="Thandi")


def test_a_statement_of_late_rows_alone_is_shown_with_their_days(books: Store, tmp_path: Path) -> None:
    put(books, *ROWS[:2])
    close(books)
    put(books, *ROWS[:2], LATE, file="more")
    view = seen(books, "2026-02")
    assert [s.source.file for s in view.statements] == ["more"]
    assert str(view.statements[0].period) == "2026-01-13 to 2026-01-13"
    assert amounts(view) == ["7.00"]
    assert differences(on_paper(view, tmp_path / "february.xlsx")) == {0}


def test_a_movement_of_a_closed_month_dated_into_the_next_by_another_export_is_seen_where_it_counts(
    books: Store, tmp_path: Path
) -> None:
    rows = [gift("A", 10, FEBRUARY - 3), gift("IDB", 20, FEBRUARY - 1), gift("C", 30, FEBRUARY + 2)]
    put(books, *rows, wording="emailed")
    close(books)
    before = figures(seen(books, "2026-01"))
    put(books, rows[0], replace(rows[1], day=FEBRUARY), rows[2])
    views = [seen(books, month) for month in ("2026-01", "2026-02")]
    assert [amounts(view) for view in views] == [["10.00", "20.00"], ["30.00"]]
    assert figures(views[0]) == before
    assert figures(views[1]) == [("5030.00", "30.00", "5060.00")]
    for view in views:
        assert differences(on_paper(view, tmp_path / f"{view.month}.xlsx")) == {0}


def test_what_is_decided_after_closing_is_seen_in_the_month_that_it_counts_for(store: Store, tmp_path: Path) -> None:
    names = put(store, *ROWS)
    store.match(REGISTER)
    close(store)
    before = seen(store, "2026-01")
    said = [("IDB", "zakat", "30.00"), ("YEM", None, "20.00")]
    store.decide(names[1], said, by="Thandi", reason="her letter")
    view, later = seen(store, "2026-01"), seen(store, "2026-02")
    row = view.matches[view.matches["transaction_id"] == names[1]].iloc[0]
    assert row["status"] == "review"
    assert view.matches.equals(before.matches)
    assert split(view) == []
    assert before.decided_later.empty
    told = later.decided_later
    assert told[["campaign", "by", "reason"]].to_numpy().tolist() == [
        ["IDB", "Thandi", "her letter"],
        ["YEM", "Thandi", "her letter"],
    ]
    assert [str(a) for a in told["amount"]] == ["30.00", "20.00"]
    sheets = on_paper(later, tmp_path / "february.xlsx")
    assert "R 50.00 · moved in months that were closed" in str(sheets["Decided later"][1][0])
    assert [row[2] for row in sheets["Decided later"][4:]] == [30, 20]
    assert {row[1] for row in sheets["Decided later"][4:]} == {"…9001"}
    assert ACCOUNT not in str(sheets)
    assert differences(sheets) == {0}
    assert "Decided later" not in on_paper(view, tmp_path / "january.xlsx")
    store.reopen("2026-01", by="Thandi", reason="a slip")
    opened = seen(store, "2026-01").matches.set_index("transaction_id").loc[names[1]]
    assert (opened["status"], opened["reason"]) == ("review", "decided since, which counts for 2026-02")


def test_the_workbook_of_a_closed_month_is_the_same_to_the_byte_whatever_comes_after(
    store: Store, tmp_path: Path
) -> None:
    names = put(store, *ROWS, wording="emailed")
    store.match(REGISTER)
    close(store)
    january = tmp_path / "january.xlsx"
    on_paper(seen(store, "2026-01"), january)
    closed = january.read_bytes()
    other = Account(ACCOUNT[:-1] + "2")
    for step in (
        lambda: put(store, *ROWS, account=Account(ACCOUNT, "Appeals")),  # with the words and name that are preferred
        lambda: put(store, *ROWS[:2], LATE, *ROWS[2:], file="late"),
        lambda: store.add(export([gift("A", 3), gift("B", 4, FEBRUARY)], account=other, file="other account")),
        lambda: store.add(export(ROWS, 0, 2, texts={1: "FNB APP PAYMENT FROM  SOMEBODY ELSE"}, file="disputed")),
        lambda: store.match(register(IDB="Idlib Appeal|Ndlovu")),
        lambda: store.decide(names[1], ("IDB", None), by="Thandi", reason="her letter"),
        lambda: close(store, "2026-03"),
    ):
        step()
        on_paper(seen(store, "2026-01"), january)
        assert january.read_bytes() == closed
    store.forget([names[1]], by="Thandi", reason="she asked")
    on_paper(seen(store, "2026-01"), january)
    assert january.read_bytes() != closed


def test_an_account_with_nothing_but_decisions_in_a_month_is_masked_too(books: Store, tmp_path: Path) -> None:
    (name,) = put(books, gift("J NDLOVU"))
    close(books)
    other = Account(ACCOUNT[:-1] + "2")
    books.add(export([gift("A", 3, FEBRUARY)], account=other, file="other account"))
    books.decide(name, ("IDB", None), by="Thandi")
    sheets = on_paper(seen(books, "2026-02"), tmp_path / "february.xlsx")
    assert [row[1] for row in sheets["Decided later"][4:]] == ["…9001"]
    assert ACCOUNT not in str(sheets)


def test_a_numbered_statement_that_was_missing_when_a_month_was_closed_is_so_in_its_view(books: Store) -> None:
    books.add(export(ROWS, 0, 2, number=7))
    books.add(export(ROWS, 2, 6, number=9))
    close(books)
    before = seen(books, "2026-01").merged.gaps
    assert before["reason"].tolist() == ["statement 8 is missing; the balances tie without it"]
    books.add(export(ROWS, 1, 3, number=8))
    assert books.gaps().empty
    assert seen(books, "2026-01").merged.gaps.equals(before)
