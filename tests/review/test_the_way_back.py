"""From a finished workbook back: what was filled in is read or refused by its cell, and one changed cell shows."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.campaigns import read_campaigns, read_funds
from reconcile.errors import ReconcileError, ReviewRefused
from reconcile.review import read_decisions, verify_workbook
from reconcile.review.cells import read_book
from reconcile.review.seals import broken
from reconcile.review.sources import from_statements
from reconcile.review.verifying import as_must_be, compare
from reconcile.run import read_all, run

SAMPLES = Path(__file__).parents[2] / "sample_statements"
STATEMENT = SAMPLES / "history-2018-09.csv"
CAMPAIGNS, FUNDS = read_campaigns(SAMPLES / "campaigns.csv"), read_funds(SAMPLES / "funds.csv")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = run([STATEMENT], CAMPAIGNS, funds=FUNDS, out=tmp_path_factory.mktemp("out"))
    assert report.workbook is not None
    return report.workbook


def edited(workbook: Path, target: Path, edit: Callable[[openpyxl.Workbook, Worksheet], object]) -> Path:
    book = openpyxl.load_workbook(workbook)
    edit(book, book["To review"])
    book.save(target)
    return target


REFUSED = {
    "an unknown campaign": ({"K5": "IDBB", "L5": "zakat"}, 'K5: campaign "IDBB" is not on the register. Did you mean'),
    "an unknown fund": (
        {"K5": "IDB", "L5": "zakot"},
        'L5: fund "zakot" is not on the list of funds. Did you mean zakat',
    ),
    "no fund": ({"K5": "IDB"}, "L5: no fund is chosen"),
    "no campaign": ({"L5": "zakat"}, "K5: no campaign is chosen"),
    "a fund of no gift": ({"K5": "not a gift", "L5": "zakat"}, "L5: a fund for money that is no gift"),
    "parts that do not add up": (
        {"K5": "IDB", "L5": "zakat", "M5": 1, "N5": "YEM", "O5": "zakat", "P5": 2},
        "P5: the parts add up to R 3.00, the payment is R 25 000.00",
    ),
    "a part without an amount": ({"K5": "IDB", "L5": "zakat", "M5": 1, "N5": "YEM", "O5": "zakat"}, "P5: no amount"),
    "parts of a cent": ({"K5": "IDB", "L5": "zakat", "M5": 0.001}, 'M5: "0.001" is no amount'),
    "the same part twice": (
        {"K5": "IDB", "L5": "zakat", "M5": 5000, "N5": "IDB", "O5": "zakat", "P5": 20000},
        "N5: two parts have the same campaign and fund",
    ),
    "a formula": ({"K5": '="IDB"', "L5": "zakat"}, "K5: holds a formula"),
    "a note alone": ({"T5": "ask her"}, "T5: a note, and no campaign"),
    "an edited amount": ({"B5": 1, "K5": "IDB", "L5": "zakat"}, "the row is not as it was written"),
    "an edited text": ({"E5": "IDB ZAKAT", "K5": "IDB", "L5": "zakat"}, "the row is not as it was written"),
}


@pytest.mark.parametrize(("cells", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_taken_is_named_by_its_cell_and_the_rest_is_taken(
    workbook: Path, tmp_path: Path, cells: dict[str, object], said: str
) -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        for place, value in {**cells, "K6": "ORC", "L6": "unspecified"}.items():
            sheet[place] = value

    reviewed = read_decisions(edited(workbook, tmp_path / "a.xlsx", fill))
    [fault] = reviewed.refused
    assert said in str(fault)
    assert str(fault).startswith("a.xlsx: To review!")
    assert reviewed.decisions[["campaign", "where"]].to_numpy().tolist() == [["ORC", "To review!K6"]]
    assert reviewed.decisions["fund"].isna().all()


def _sort(sheet: Worksheet) -> None:
    sheet["K5"], sheet["L5"] = "IDB", "zakat"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    for number, row in enumerate(sorted(rows, key=lambda r: str(r[4])), start=5):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value


def _insert(sheet: Worksheet) -> None:
    sheet["K5"], sheet["L5"] = "IDB", "zakat"
    sheet.insert_cols(3)
    sheet.insert_rows(2)


@pytest.mark.parametrize("edit", [_sort, _insert])
def test_sorted_rows_and_inserted_columns_are_understood(workbook: Path, tmp_path: Path, edit: Callable) -> None:
    reviewed = read_decisions(edited(workbook, tmp_path / "a.xlsx", lambda _, sheet: edit(sheet)))
    assert reviewed.refused == ()
    assert reviewed.decisions[["campaign", "fund", "amount"]].astype("str").to_numpy().tolist() == [
        ["IDB", "zakat", "25000.00"]
    ]


WHOLE = {
    "the sheet is gone": (lambda book, sheet: book.remove(sheet), 'the sheet "To review" is not there'),
    "a column is gone": (lambda _, sheet: sheet.delete_cols(12), 'the column "Your fund" is gone'),
    "another register": (lambda book, _: book["Register"].__setitem__("A5", "XYZ"), 'the sheet "Register" was changed'),
}


@pytest.mark.parametrize(("edit", "said"), WHOLE.values(), ids=WHOLE)
def test_a_workbook_that_is_no_longer_one_to_review_is_refused(
    workbook: Path, tmp_path: Path, edit: Callable, said: str
) -> None:
    with pytest.raises(ReviewRefused, match=re.escape(said)):
        read_decisions(edited(workbook, tmp_path / "a.xlsx", edit))


def test_what_is_no_workbook_is_refused_in_one_line(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04", b"code,name\nIDB,Idlib\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)):
        (path := tmp_path / "a.xlsx").write_bytes(content)
        for read in (read_decisions, verify_workbook):
            with pytest.raises(ReconcileError) as refused:
                read(path)
            assert "\n" not in str(refused.value)


CELL = re.compile(
    r'<c r="([A-Z]+[0-9]+)"([^>]*)>(<f>[^<]*</f>)?(<v>([^<]*)</v>|<is><t xml:space="preserve">([^<]+)</t></is>)</c>'
)


def changed_cells(workbook: Path, target: Path, random_: random.Random, *, constants: bool) -> str:
    """Change one cell of the workbook in its XML, and say which; nothing else is another."""
    with ZipFile(workbook) as old:
        parts = {entry: old.read(entry) for entry in old.namelist()}
    names = openpyxl.load_workbook(workbook, read_only=True).sheetnames
    cells = [
        (number, found)
        for number in range(len(names))
        for found in CELL.finditer(parts[f"xl/worksheets/sheet{number + 1}.xml"].decode())
        if not (constants and found[3]) and not (names[number] == "To review" and found[1][0] in "AKLMNOPQRST")
    ]
    number, found = random_.choice(cells)
    new = found[0].replace(found[4], found[4].replace(found[6], found[6] + "x") if found[6] else _another(found))
    name = f"xl/worksheets/sheet{number + 1}.xml"
    xml = parts[name].decode()
    parts[name] = (xml[: found.start()] + new + xml[found.end() :]).encode()
    with ZipFile(target, "w") as out:
        for entry, content in parts.items():
            out.writestr(entry, content)
    return f"{names[number]}!{found[1]}"


def _another(found: re.Match[str]) -> str:
    if 't="s"' in found[2]:  # a text of those that cells share: the one before or after it
        return f"<v>{int(found[5]) + (-1 if int(found[5]) else 1)}</v>"
    if 't="str"' in found[2]:
        return f"<v>{found[5]}x</v>"
    return f"<v>{float(found[5]) + 1}</v>"


def changes_found(workbook: Path, folder: Path, count: int) -> int:
    """How many of so many changes are named by their cell, where the workbook is worked out again."""
    statements, refused = read_all([STATEMENT])
    book = read_book(workbook)
    wanted, _ = as_must_be(book, from_statements(book, statements, CAMPAIGNS, FUNDS, 0, refused=refused))
    assert compare(wanted, book).differences == ()
    random_, found = random.Random(7), 0
    for number in range(count):
        place = changed_cells(workbook, folder / "changed.xlsx", random_, constants=False)
        told = compare(wanted, read_book(folder / "changed.xlsx")).differences
        assert any(said.startswith(f"{place}: ") for said in told), f"{number}: {place}: {told[:3]}"
        found += 1
    return found


def test_any_cell_that_was_changed_is_named(workbook: Path, tmp_path: Path) -> None:
    assert changes_found(workbook, tmp_path, 30) == 30


@pytest.mark.soak
def test_of_five_hundred_changed_cells_every_one_is_named(workbook: Path, tmp_path: Path) -> None:
    print(f"{changes_found(workbook, tmp_path, 500)} of 500 changed cells were named")


def test_without_any_source_the_hashes_show_a_changed_row_or_sheet(workbook: Path, tmp_path: Path) -> None:
    assert broken(read_book(workbook)) == []
    random_ = random.Random(11)
    for _ in range(20):
        place = changed_cells(workbook, tmp_path / "changed.xlsx", random_, constants=True)
        told = broken(read_book(tmp_path / "changed.xlsx"))
        assert any(said.startswith(place.split("!")[0]) or said.startswith("Control") for said in told), place


def test_other_statements_than_those_of_the_workbook_are_refused(workbook: Path) -> None:
    others, _ = read_all([SAMPLES / "history-2018-09-17-to-30.ofx"])
    with pytest.raises(ReviewRefused, match="its lines are not those of these statements"):
        verify_workbook(workbook, statements=others)


def test_a_workbook_that_libreoffice_saved_still_holds(
    workbook: Path, tmp_path: Path, converted: Callable[[Path, str], Path]
) -> None:
    path = Path(shutil.copy(workbook, tmp_path / "a.xlsx"))
    statements, _ = read_all([STATEMENT])
    found = verify_workbook(converted(path, "xlsx"), statements=statements)
    assert found.holds, str(found)
