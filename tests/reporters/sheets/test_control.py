"""Control: totals that tie every sheet to the files, what each file brought, what was proved, and who signs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from readback import Convert, assert_recalculates, find, rows, table
from small_statements import ENTRIES, Written, make_matches, make_statement, written

from reconcile.schema import SET_ASIDE
from reconcile.statement import Check, Proof

ASIDE = {
    "source": ["history.csv"],
    "line": [44],
    "text": ["=1+1, 100.00"],
    "reason": ["not money"],
    "amount": ["100.00"],
}


def totals(path: Path) -> dict[tuple[object, object], tuple[object, ...]]:
    """The control totals: lines, amount and difference, by where and what."""
    control = rows(path, "Control")
    end = next(at for at, row in enumerate(control) if row[0] == "File")
    return {(row[0], row[2]): row[7:10] for row in control[5:end] if row[2] is not None}


def off(path: Path) -> list[tuple[object, object]]:
    """The control totals that have a difference other than zero."""
    return [place for place, (*_, difference) in totals(path).items() if difference]


def test_every_sheet_ties_to_the_files_and_the_differences_are_zero(tmp_path: Path) -> None:
    path = written(*ENTRIES).to(tmp_path / "a.xlsx")
    credited = [e for e in ENTRIES if e.status in ("matched", "decided")]
    review = [e for e in ENTRIES if e.status == "review"]

    def of(entries: object, tied: int | None) -> tuple[int, float, int | None]:
        return len(entries), sum(e.cents for e in entries) / 100, tied  # type: ignore[arg-type,attr-defined]

    assert totals(path) == {
        ("Files", "transactions as delivered"): of(ENTRIES, None),
        ("Files", "less those an overlapping file had delivered already"): (0, 0, None),
        ("Files", "every movement once"): of(ENTRIES, None),
        ("Transactions", "all lines"): of(ENTRIES, 0),
        ("Summary", "campaigns and funds"): of(ENTRIES, 0),
        ("Summary", "statuses"): of(ENTRIES, 0),
        ("Transactions", "lines with status review"): of(review, None),
        ("To review", "all lines to review"): of(review, 0),
        ("Transactions", "lines credited to a campaign"): of(credited, None),
        ("By campaign", "all campaigns"): of(credited, 0),
        ("By day", "all days"): of(credited, 0),
        ("Files", "rows set aside"): (0, 0, None),
        ("Exceptions", "rows set aside, as listed"): (0, 0, 0),
        ("Summary", "difference to the statements' own balances"): (None, None, 0),
        ("Transactions", "hash total: the numbers of the lines, added up"): (sum(range(7, 16)), None, None),
    }


def test_overlapping_files_are_counted_once_and_the_difference_is_told(tmp_path: Path, converted: Convert) -> None:
    first, second = make_statement(file="a.csv"), make_statement(file="b.csv")
    path = Written([first, second], make_matches((first, ENTRIES))).to(tmp_path / "a.xlsx")
    assert len(table(path)) == len(ENTRIES)
    counts = {place: lines for place, (lines, *_) in totals(path).items()}
    assert counts["Files", "transactions as delivered"] == 2 * len(ENTRIES)
    assert counts["Files", "less those an overlapping file had delivered already"] == -len(ENTRIES)
    assert counts["Files", "every movement once"] == len(ENTRIES)
    assert off(path) == []
    assert_recalculates(path, converted)


def test_lines_of_a_movement_that_was_split_are_told_apart_from_movements(tmp_path: Path) -> None:
    one = written(*ENTRIES)
    name = one.statements[0].transactions["transaction_id"][0]
    rows_ = [(name, "IDB", "zakat", "499.99"), (name, "GAZ", None, "0.01")]
    parts = pd.DataFrame(rows_, columns=["transaction_id", "campaign", "fund", "amount"])
    path = one.to(tmp_path / "a.xlsx", parts=parts)
    found = totals(path)
    moved = sum(e.cents for e in ENTRIES) / 100
    assert found["Decisions", "further lines of movements split over several funds"] == (1, 0, None)
    assert found["Files", "every movement once, in parts"] == (len(ENTRIES) + 1, moved, None)
    assert found["Transactions", "all lines"] == (len(ENTRIES) + 1, moved, 0)
    assert off(path) == []


def test_a_row_set_aside_is_shown_and_counted_in_the_difference(tmp_path: Path) -> None:
    one = make_statement()
    statement = dataclasses.replace(one, quarantined=SET_ASIDE.check(pd.DataFrame(ASIDE)), closing=one.closing + 100)
    path = Written([statement]).to(tmp_path / "a.xlsx")
    assert find(path, "Summary", "…2345", 6) == 100
    assert find(path, "Summary", "…2345", 8) == 0
    told = ["What", "File", "Line", "Date", "Amount", "As it stood", "What was found, and what was done"]
    said = ["row set aside", "history.csv", 44, None, 100, "=1+1, 100.00", "not money"]
    assert table(path, "Exceptions")[told].to_numpy().tolist() == [said]
    found = totals(path)
    assert found["Files", "rows set aside"] == (1, 100, None)
    assert found["Exceptions", "rows set aside, as listed"] == (1, 100, 0)
    assert off(path) == []


def test_what_is_changed_in_a_table_shows_as_a_difference(tmp_path: Path, converted: Convert) -> None:
    path = written(*ENTRIES).to(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["Transactions"]["C5"].value = 500.01
    book["To review"]["B6"].value = None
    book.save(tmp_path / "edited.xlsx")
    assert off(converted(tmp_path / "edited.xlsx", "xlsx")) == [
        ("Transactions", "all lines"),
        ("Summary", "campaigns and funds"),
        ("Summary", "statuses"),
        ("To review", "all lines to review"),
        ("Summary", "difference to the statements' own balances"),
    ]


def test_files_tell_how_many_lines_come_from_each(tmp_path: Path) -> None:
    unbalanced = make_statement(ENTRIES[:4], file="a.csv", opening=None)
    full, twin = make_statement(file="b.csv"), make_statement(file="b.csv")
    path = Written([unbalanced, twin, full], make_matches((full, ENTRIES))).to(tmp_path / "a.xlsx")
    new = [(r[0], r[5], r[6]) for r in rows(path, "Control") if r[0] in ("a.csv", "b.csv") and isinstance(r[6], int)]
    assert new == [("a.csv", 4, 0), ("b.csv", 9, 9), ("b.csv", 9, 0)]


@pytest.mark.parametrize(
    ("outcome", "colour"), [("held", "00E4F1E4"), ("open", "00F8D7D3"), ("not offered", "00000000")]
)
def test_each_proof_of_a_statement_is_told_with_its_outcome_in_colour(
    tmp_path: Path, outcome: str, colour: str
) -> None:
    one = make_statement(proof=Proof((Check("=balance chain", outcome, "9 rows"),)))
    path = Written([one]).to(tmp_path / "a.xlsx")
    cells = next(row for row in openpyxl.load_workbook(path)["Control"].iter_rows() if row[2].value == "=balance chain")
    assert [cells[at].value for at in (0, 1, 4, 5)] == ["history.csv", "…2345", outcome, "9 rows"]
    assert cells[4].fill.fgColor.rgb == colour


def test_the_register_the_funds_the_settings_and_the_software_are_named(tmp_path: Path) -> None:
    path = Written().to(tmp_path / "a.xlsx", settings={"=cut-off": "90"})
    assert find(path, "Control", "Campaign register", 3) == "campaigns.csv"
    assert find(path, "Control", "Campaign register, SHA-256", 3) == "c" * 64
    assert find(path, "Control", "Campaigns in it", 3) == "4"
    assert find(path, "Control", "Fund vocabulary", 3) == "built in"
    assert find(path, "Control", "Setting: =cut-off", 3) == "90"
    assert "openpyxl" in str(find(path, "Control", "Software", 3))


def test_two_people_can_sign_below_all_that_is_sealed(tmp_path: Path) -> None:
    control = rows(Written().to(tmp_path / "a.xlsx"), "Control")
    begins = {row[0]: at for at, row in enumerate(control) if row[0]}
    assert begins["Seals"] < begins["Sign-off"] == len(control) - 5
    assert [(row[0], row[4]) for row in control[begins["Sign-off"] + 1 :]] == [
        ("Prepared by", "Reviewed by"),
        ("Name", "Name"),
        ("Signature", "Signature"),
        ("Date", "Date"),
    ]
