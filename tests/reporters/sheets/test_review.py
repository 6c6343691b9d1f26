"""To review: what a person must decide, cells to say so and no others, and what each row still lacks."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from readback import Convert, table
from small_statements import ENTRIES, Entry, Written, make_matches, make_statement, written

PARTS = (
    ("Your campaign", "Your fund", "Your amount"),
    ("Campaign 2", "Fund 2", "Amount 2"),
    ("Campaign 3", "Fund 3", "Amount 3"),
)
ASKED = [heading for part in PARTS for heading in part] + ["Your note"]
CAMPAIGNS, FUNDS, AMOUNTS = ([part[place] for part in PARTS] for place in range(3))


def columns(sheet: Worksheet) -> dict[str, str]:
    """The letter of each column by its heading."""
    return {str(cell.value): get_column_letter(cell.column) for cell in sheet[4]}


def test_rows_stand_largest_first_with_reason_candidates_and_what_is_sure(tmp_path: Path) -> None:
    entries = [
        *ENTRIES,
        Entry(7, -6_000_00, "TRF OUT", status="review", campaign="IDB", reason="who?"),
        Entry(8, 999_00, "LATER", status="review"),
    ]
    rows = table(written(*entries).to(tmp_path / "a.xlsx"), "To review")
    assert rows["Amount"].tolist() == [-6000, 5000, 999, 999]
    assert rows["Description"].tolist()[2:] == ["MAGTAPE CREDIT GAZZA", "LATER"]
    assert rows["Campaign"].tolist() == ["IDB", None, None, None]
    assert rows["Fund"].tolist() == [None, "zakat", None, None]
    assert rows["Reason"].tolist() == ["who?", "no campaign named", "code one letter off", None]
    assert rows["Candidates"].tolist() == [None, None, "GAZ 92; ORF 40", None]
    assert rows["State"].tolist() == ["to do"] * 4
    assert rows[ASKED].isna().all(axis=None)


def test_the_sheet_is_protected_and_only_the_cells_that_are_asked_for_can_be_filled_in(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(*ENTRIES).to(tmp_path / "a.xlsx"))
    sheet = book["To review"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    allowed = ("autoFilter", "formatColumns", "formatRows")
    assert [getattr(sheet.protection, what) for what in allowed] == [False] * 3
    assert sheet.protection.insertRows
    assert sheet.protection.deleteRows
    assert sheet.protection.sort
    at = columns(sheet)
    unlocked = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    assert unlocked == {f"{at[heading]}{row}" for heading in ASKED for row in (5, 6)}
    assert {s.title for s in book if s.protection.sheet} == {"To review"}


def test_the_cells_to_fill_in_are_of_one_colour_and_no_others_are(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(*ENTRIES).to(tmp_path / "a.xlsx"))["To review"]
    at = columns(sheet)
    yellow = {c.coordinate for row in sheet.iter_rows(min_row=5) for c in row if c.fill.fgColor.rgb == "00FFF9E3"}
    assert yellow == {f"{at[heading]}{row}" for heading in ASKED for row in (5, 6)}


@pytest.mark.parametrize("entries", [ENTRIES, ()], ids=["lines", "none"])
def test_campaigns_funds_and_amounts_are_asked_for_in_every_row_and_nowhere_else(
    tmp_path: Path, entries: tuple[Entry, ...]
) -> None:
    sheet = openpyxl.load_workbook(written(*entries).to(tmp_path / "a.xlsx"))["To review"]
    at, last = columns(sheet), 6 if entries else 5
    asked = {str(v.formula1): v for v in sheet.data_validations.dataValidation}
    for source, headings in (("Register!", CAMPAIGNS), ("Funds!", FUNDS), ("-1000000000000", AMOUNTS)):
        [found] = [v for formula, v in asked.items() if formula.startswith(source)]
        wanted = {f"{at[h]}5:{at[h]}{last}" if last > 5 else at[h] + "5" for h in headings}
        assert {str(cells) for cells in found.sqref.ranges} == wanted
        assert found.type == ("decimal" if headings is AMOUNTS else "list")
        # without this nothing is refused, however it is asked for
        assert found.showErrorMessage
        assert found.errorStyle in (None, "stop")
        assert found.error
        assert found.allowBlank


@dataclass(frozen=True)
class Filled:
    """A row with what is sure of it, what a reviewer typed into it, and what the row then says."""

    state: str
    typed: dict[str, object] = field(default_factory=dict)
    campaign: str | None = None
    fund: str | None = None
    cents: int = 100_00


def one(campaign: object = None, fund: object = None, amount: object = None) -> dict[str, object]:
    return dict(zip(PARTS[0], (campaign, fund, amount), strict=True))


def two(*parts: tuple[object, object, object]) -> dict[str, object]:
    return {h: v for heads, own in zip(PARTS, parts, strict=False) for h, v in zip(heads, own, strict=True)}


CASES = {
    "nothing typed": Filled("to do"),
    "nothing typed where all is sure": Filled("to do", campaign="IDB", fund="zakat"),
    "campaign and fund": Filled("ready", one("IDB", "zakat")),
    "no fund was named": Filled("ready", one("IDB", "unspecified")),
    "campaign alone": Filled("fund?", one("IDB")),
    "campaign, and the fund is sure": Filled("ready", one("IDB"), fund="zakat"),
    "fund alone": Filled("campaign?", one(fund="zakat")),
    "fund, and the campaign is sure": Filled("ready", one(fund="zakat"), campaign="IDB"),
    "another campaign than the sure one": Filled("ready", one("GAZ"), campaign="IDB", fund="zakat"),
    "a note alone": Filled("campaign?", {"Your note": "who is this?"}),
    "a note where all is sure": Filled("ready", {"Your note": "yes"}, campaign="IDB", fund="zakat"),
    "a note where the campaign is sure": Filled("fund?", {"Your note": "yes"}, campaign="IDB"),
    "no gift": Filled("ready", one("not a gift")),
    "no gift though a fund is sure": Filled("ready", one("not a gift"), fund="zakat"),
    "the whole amount": Filled("ready", one("IDB", "zakat", 100)),
    "less than the whole": Filled("amounts?", one("IDB", "zakat", 99.99)),
    "more than the whole": Filled("amounts?", one("IDB", "zakat", 100.01)),
    "an amount alone": Filled("campaign?", one(amount=100)),
    "an amount as text": Filled("amounts?", one("IDB", "zakat", "100.00")),
    "two parts": Filled("ready", two(("IDB", "zakat", 60), ("GAZ", "lillah", 40))),
    "two parts, the second no gift": Filled("ready", two(("IDB", "zakat", 60), ("not a gift", None, 40))),
    "two parts, the first no gift": Filled("ready", two(("not a gift", None, 60), ("GAZ", "lillah", 40))),
    "two parts, the first of what is sure": Filled(
        "ready", two((None, None, 60), ("GAZ", "lillah", 40)), campaign="IDB", fund="zakat"
    ),
    "two parts, one without its amount": Filled("amounts?", two(("IDB", "zakat", 60), ("GAZ", "lillah", None))),
    "two parts without amounts": Filled("amounts?", two(("IDB", "zakat", None), ("GAZ", "lillah", None))),
    "two parts, a cent too little": Filled("amounts?", two(("IDB", "zakat", 59.99), ("GAZ", "lillah", 40))),
    "two parts, the second without a campaign": Filled("campaign?", two(("IDB", "zakat", 60), (None, "lillah", 40))),
    "two parts, the second an amount alone": Filled("campaign?", two(("IDB", "zakat", 60), (None, None, 40))),
    "two parts, the second without a fund": Filled("fund?", two(("IDB", "zakat", 60), ("GAZ", None, 40))),
    "three parts of tenths": Filled(
        "ready", two(("IDB", "zakat", 33.3), ("GAZ", "lillah", 33.3), ("ORF", "unspecified", 33.4))
    ),
    "three parts, the third without a fund": Filled(
        "fund?", two(("IDB", "zakat", 30), ("GAZ", "lillah", 30), ("ORF", None, 40))
    ),
    "three parts, the third without a campaign": Filled(
        "campaign?", two(("IDB", "zakat", 30), ("GAZ", "lillah", 30), (None, "zakat", 40))
    ),
    "money out in two parts": Filled("ready", two(("IDB", "zakat", -60), ("GAZ", "lillah", -40)), cents=-100_00),
    "money out in parts of money in": Filled(
        "amounts?", two(("IDB", "zakat", 60), ("GAZ", "lillah", 40)), cents=-100_00
    ),
    "a third part without a second": Filled("ready", two(("IDB", "zakat", 60), (None,) * 3, ("ORF", "zakat", 40))),
}


def fill(path: Path, typed: dict[str, dict[str, object]]) -> None:
    """Type into the rows of these descriptions."""
    book = openpyxl.load_workbook(path)
    sheet = book["To review"]
    at = columns(sheet)
    for row in range(5, sheet.max_row + 1):
        for heading, value in typed[str(sheet[f"{at['Description']}{row}"].value)].items():
            sheet[f"{at[heading]}{row}"].value = value
    book.save(path)


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory, converted: Convert) -> dict[str, str]:
    """The state of each case as LibreOffice calculates it."""
    entries = [
        Entry(1, case.cents, name, status="review", campaign=case.campaign, fund=case.fund)
        for name, case in CASES.items()
    ]
    path = written(*entries).to(tmp_path_factory.mktemp("filled") / "a.xlsx")
    fill(path, {name: case.typed for name, case in CASES.items()})
    found = table(converted(path, "xlsx"), "To review")
    return dict(zip(found["Description"], found["State"], strict=True))


@pytest.mark.parametrize("case", CASES)
def test_the_state_says_what_a_row_still_lacks(states: dict[str, str], case: str) -> None:
    assert states[case] == CASES[case].state


def test_every_word_of_the_state_is_among_the_cases() -> None:
    assert {case.state for case in CASES.values()} == {"to do", "campaign?", "fund?", "amounts?", "ready"}


def test_the_state_counts_in_the_columns_of_its_row_also_where_payers_have_a_reference(tmp_path: Path) -> None:
    plain = make_statement()
    references = pd.Series(["T MOKOENA" if e.status == "review" else None for e in ENTRIES], dtype="str")
    one = dataclasses.replace(plain, transactions=plain.transactions.assign(bank_reference=references))
    path = Written([one], make_matches((one, ENTRIES))).to(tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(path)["To review"]
    at = columns(sheet)
    assert "Bank reference" in at
    asked = "&".join(f"{at[heading]}6" for heading in ASKED)
    assert str(sheet["A6"].value).startswith(f'=IF({asked}="","to do",')
    assert f"-{at['Amount']}6,2)=0" in str(sheet["A6"].value)
