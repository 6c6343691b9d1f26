"""verify: a sound workbook holds, however it was asked for and whoever saved it; any one changed cell is named."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path
from unittest import mock

import pytest
from books_in_review import FEBRUARY, JANUARY, SECOND, Formula, Saved, book_of, changed, copy_of, filled
from changes_in_cells import Change, held, some
from ledgers import Entry, history, read_text
from nights import Job

from reconcile import Sampling, Statement, verify_workbook, write_month, write_workbook
from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_campaigns, read_funds
from reconcile.errors import DamagedStatement, ReviewRefused
from reconcile.matching import match
from reconcile.matching.engine import settings
from reconcile.merging import merge_statements
from reconcile.reporters import book
from reconcile.reporters.options import Options
from reconcile.reporters.sheets import control
from reconcile.review import read_decisions
from reconcile.review.cells import Book, read_book
from reconcile.review.seals import broken
from reconcile.review.verifying import Verified, compare
from tests.turns import by_turns

OPTIONS = {
    "plain": Options(),
    "full account numbers": Options(full_account_numbers=True),
    "masked": Options(mask=True),
    "per campaign": Options(per_campaign=True),
    "a sample": Options(sample=Sampling(5, "a seed")),
    "a monetary sample": Options(sample=Sampling(4, "7", "monetary")),
    "all of it": Options(True, True, True, Sampling(3)),
}
FROM_ITSELF = ("Control", "Register", "Funds")
"""The sheets of which the workbook alone tells: what stands there is named by its row, or the seal of the sheet."""


def register_of(job: Job) -> tuple[CampaignRegister, FundVocabulary]:
    return read_campaigns(job.folder / "campaigns.csv"), read_funds(job.folder / "funds.csv")


def written(job: Job, month: str, path: Path, options: Options) -> Path:
    with job.store() as store:
        view = store.month(month)
    assert view is not None
    campaigns, funds = register_of(job)
    return write_month(path, view, campaigns=campaigns, funds=funds, settings=settings(0), options=options)


FromFiles = Callable[[Options], tuple[Path, list[Statement]]]
Verify = Callable[[Path], Verified]


@pytest.fixture(scope="session")
def from_files(books: Job, tmp_path_factory: pytest.TempPathFactory) -> FromFiles:
    """The workbook of February made from its export alone."""
    folder = tmp_path_factory.mktemp("files")
    campaigns, funds = register_of(books)
    statements = read_text(folder, history(SECOND), "february.csv")
    matches = match(merge_statements(statements).transactions, campaigns, funds=funds)

    def write(options: Options) -> tuple[Path, list[Statement]]:
        path, given = folder / f"{len(list(folder.iterdir()))}.xlsx", {"campaigns": campaigns, "funds": funds}
        write_workbook(path, statements=statements, matches=matches, settings=settings(0), **given, **vars(options))
        return path, statements

    return write


# sound ones


@pytest.mark.parametrize(
    ("what", "month"),
    by_turns([*((what, FEBRUARY) for what in OPTIONS), ("plain", JANUARY), ("all of it", JANUARY)], 2),
)
def test_a_sound_workbook_of_a_store_holds(what: str, month: str, books: Job, tmp_path: Path) -> None:
    """January is closed, February open."""
    path = written(books, month, tmp_path / "a.xlsx", OPTIONS[what])
    with books.store() as store:
        found = verify_workbook(path, store=store)
    assert (found.differences, found.notes) == ((), ())
    assert found.cells > 500


@pytest.mark.parametrize("what", ["plain", "masked", "all of it"])
def test_a_sound_workbook_of_statement_files_holds(what: str, from_files: FromFiles, books: Job) -> None:
    path, statements = from_files(OPTIONS[what])
    found = verify_workbook(path, statements=statements)
    assert (found.differences, found.notes) == ((), ())
    campaigns, funds = register_of(books)
    assert verify_workbook(path, statements=statements, campaigns=campaigns, funds=funds).holds


def test_of_each_month_the_night_wrote_a_sound_workbook(books: Job) -> None:
    with books.store() as store:
        assert [verify_workbook(book_of(books, m), store=store).holds for m in (JANUARY, FEBRUARY)] == [True, True]


def test_a_workbook_in_which_people_wrote_where_it_asks_for_it_holds(
    books: Job, february: Path, tmp_path: Path
) -> None:
    row = next(cell.row for cell in held(february) if cell.sheet == "Control" and cell.value == "Sign-off")
    given = {"ABSA BANK mbf 0077": {"Your campaign": "WEL", "Your fund": "zakat", "Your note": "by telephone"}}
    saved = Saved(filled(february, tmp_path / "filled.xlsx", given))
    for place, words in ((f"B{row + 2}", "Thandi"), (f"B{row + 4}", "2026-03-02"), (f"F{row + 3}", "S. Khoza")):
        saved.put("Control", place, words)
    path = saved.put("To review", "A5", Formula(_formula(february, "To review", "A5"), "ready")).to(tmp_path / "a.xlsx")
    with books.store() as store:
        assert verify_workbook(path, store=store).holds
    sampled = written(books, FEBRUARY, tmp_path / "b.xlsx", Options(sample=Sampling(5)))
    saved = Saved(sampled)
    for cell in held(sampled):
        if cell.sheet == "Sample" and cell.value in ("Seen by", "Finding"):
            saved.put("Sample", f"{cell.place[0]}6", "Thandi: no voucher")
    with books.store() as store:
        assert verify_workbook(saved.to(tmp_path / "c.xlsx"), store=store).holds


def _formula(path: Path, sheet: str, place: str) -> str:
    value = next(cell.value for cell in held(path) if (cell.sheet, cell.place) == (sheet, place))
    assert isinstance(value, Formula)
    return value.text


def test_a_state_that_says_ready_where_nothing_is_filled_in_is_named(
    books: Job, february: Path, tmp_path: Path
) -> None:
    text = _formula(february, "To review", "A6")
    for value in (Formula(text, "ready"), Formula('"ready"', "to do"), "to do"):
        path = Saved(february).put("To review", "A6", value).to(tmp_path / "a.xlsx")
        with books.store() as store:
            found = verify_workbook(path, store=store)
        assert any(said.startswith("To review!A6: ") for said in found.differences)


def test_a_workbook_that_other_software_made_holds_and_that_is_said(books: Job, tmp_path: Path) -> None:
    """Its name stands on Control, under a seal; an auditor's machine has another Python than the charity's."""
    with mock.patch.object(control, "software", lambda: {"python": "3.14.1", "reconcile": "0.1.0", "pandas": "3.9"}):
        path = written(books, FEBRUARY, tmp_path / "a.xlsx", Options())
    with books.store() as store:
        found = verify_workbook(path, store=store)
    assert found.differences == ()
    assert len(found.notes) == 1
    assert found.notes[0].startswith("made with python 3.14.1, pandas 3.9; checked with python 3.")
    assert broken(read_book(path)) == []


def test_a_workbook_without_the_values_of_its_formulas_is_held_by_all_else(
    books: Job, february: Path, tmp_path: Path
) -> None:
    path = changed(february, tmp_path / "a.xlsx", lambda book: None)
    with books.store() as store:
        found = verify_workbook(path, store=store)
    assert found.differences == ()
    assert found.notes[0].startswith("the values of its formulas are not in it")
    other = changed(february, tmp_path / "b.xlsx", lambda book: book["Summary"].__setitem__("D6", "=1+1"))
    with books.store() as store:
        assert any(
            said.startswith("Summary!D6: =1+1 stands") for said in verify_workbook(other, store=store).differences
        )


def test_what_happened_since_is_told_of_an_old_workbook(books: Job, tmp_path: Path) -> None:
    """It shows what was so; the books are another month's now."""
    job = copy_of(books, tmp_path / "job")
    kept = Path(shutil.copy(book_of(job), tmp_path / "kept.xlsx"))
    with job.store() as store:
        waiting = store.matches().query("status == 'review'")["transaction_id"].iloc[-1]
        store.decide(waiting, ("WEL", "zakat"), by="Sipho", reason="a letter")
        found = verify_workbook(kept, store=store)
    said = '"review" stands there, "decided" is right'
    assert any(re.fullmatch(f"Transactions![A-Z][0-9]+: {said}", line) for line in found.differences)
    with books.store() as store:
        assert verify_workbook(book_of(books, JANUARY), store=store).holds, "a closed month stays"


# other sources


def test_other_statements_are_refused_or_told(from_files: FromFiles, tmp_path: Path) -> None:
    path, _ = from_files(Options())
    fewer = read_text(tmp_path, history(SECOND[:-1]), "february.csv")
    said = r"february.csv is not the file .*; its lines are not those of these .*, line 8 is in none of them"
    with pytest.raises(ReviewRefused, match=said):
        verify_workbook(path, statements=fewer)
    reworded = [replace(e, text=e.text.replace("LOVE", "HATE")) if isinstance(e, Entry) else e for e in SECOND]
    with pytest.raises(ReviewRefused, match=r"february.csv, line 14 is not the same there\."):
        verify_workbook(path, statements=read_text(tmp_path, history(reworded), "february.csv"))


def test_a_statement_of_another_name_is_known_by_its_bytes(from_files: FromFiles, tmp_path: Path) -> None:
    path, _ = from_files(Options())
    found = verify_workbook(path, statements=read_text(tmp_path, history(SECOND), "downloaded again.csv"))
    assert found.holds
    assert found.notes == ("downloaded again.csv is, byte for byte, what its sheet Control calls february.csv",)
    assert found.against == "february.csv; its own decisions"


def test_a_statement_that_is_refused_is_not_said_to_lack(from_files: FromFiles) -> None:
    path, statements = from_files(Options())
    fault = DamagedStatement("the balances differ", file="february.csv")
    source = statements[0].source
    other = [replace(statements[0], source=replace(source, sha256=n * 64, file=f"{n}.csv")) for n in "ab"]
    with pytest.raises(ReviewRefused, match=r"february.csv .* under that name is refused: the balances differ\."):
        verify_workbook(path, statements=other, refused=[fault])


def test_decided_again_with_the_built_in_funds_it_asks_for_its_own(from_files: FromFiles, books: Job) -> None:
    path, statements = from_files(Options())
    campaigns, _ = register_of(books)
    with pytest.raises(ReviewRefused, match=r"was decided with the funds of funds.csv. Give that file as well"):
        verify_workbook(path, statements=statements, campaigns=campaigns, funds=default_funds())


def test_decided_again_by_another_register_what_it_decides_otherwise_is_told(
    from_files: FromFiles, books: Job, tmp_path: Path
) -> None:
    path, statements = from_files(Options())
    (tmp_path / "c.csv").write_text("code,name,aliases\nWEL,Wells for All,Well\nORF,Orphan Homes,\n", encoding="utf-8")
    found = verify_workbook(
        path, statements=statements, campaigns=read_campaigns(tmp_path / "c.csv"), funds=register_of(books)[1]
    )
    assert any(said.startswith("Transactions!") for said in found.differences)


def test_from_files_a_changed_decision_is_named_by_its_row_and_by_what_hangs_on_it(
    from_files: FromFiles, books: Job, tmp_path: Path
) -> None:
    """The workbook alone tells it, unless it is decided again."""
    path, statements = from_files(Options())
    cell = next(c for c in held(path) if c.sheet == "Transactions" and c.value == "WEL")
    edited = Saved(path).put("Transactions", cell.place, "ORF").to(tmp_path / "edited.xlsx")
    found = verify_workbook(edited, statements=statements)
    assert any(re.match(f"Transactions![A-Z]{cell.row}: ", said) for said in found.differences)
    assert any(said.startswith("Summary!") for said in found.differences)
    campaigns, funds = register_of(books)
    again = verify_workbook(edited, statements=statements, campaigns=campaigns, funds=funds)
    assert f'Transactions!{cell.place}: "ORF" stands there, "WEL" is right' in again.differences


@pytest.mark.parametrize(
    ("heading", "value"),
    [("Status", "maybe"), ("Kind", "gift of love"), ("Confidence", "sure"), ("Transaction id", "x")],
)
def test_from_files_a_decision_that_is_none_any_more_is_named_by_its_row(
    heading: str, value: str, from_files: FromFiles, tmp_path: Path
) -> None:
    path, statements = from_files(Options())
    column = next(c.place for c in held(path) if c.sheet == "Transactions" and c.value == heading)[0]
    edited = Saved(path).put("Transactions", f"{column}6", value).to(tmp_path / "edited.xlsx")
    found = verify_workbook(edited, statements=statements)
    assert "Transactions!6: the row is not as it was written" in found.differences


# any one changed cell


def names(change: Change, found: tuple[str, ...]) -> bool:
    """Whether the cell itself is named, or its row or sheet where the workbook alone tells of it."""
    cell = change.cell
    exactly = f"{cell.sheet}!{cell.place}: "
    loosely = (exactly, f"{cell.sheet}!{cell.row}: ", f"{cell.sheet}: ")
    return any(said.startswith(loosely if cell.sheet in FROM_ITSELF else exactly) for said in found)


def by_hashes(change: Change, found: list[str]) -> bool:
    """Whether the row or sheet of a changed constant is named; a seal is told by the sheet that it is of."""
    cell = change.cell
    if cell.sheet == "Control" and found:
        return True
    return any(
        said.startswith((f"{cell.sheet}!{cell.row}: ", f"{cell.sheet}!{cell.place}: ", f"{cell.sheet}: "))
        for said in found
    )


def escaped(change: Change, path: Path, target: Path, verify: Verify, wanted: Book | None = None) -> list[str]:
    """What did not name a change: nothing, if all is well. `wanted` is taken where it would be the same."""
    book = read_book(change.put(path, target))
    if wanted is None or change.cell.sheet in FROM_ITSELF:
        found = verify(target).differences
    else:
        found = compare(wanted, book).differences
    missed = [] if names(change, found) else [f"the sources do not show {change}: {found[:3]}"]
    if change.cell.is_constant and not by_hashes(change, broken(book)):
        missed.append(f"no hash shows {change}")
    return missed


def test_any_one_changed_cell_is_named(books: Job, february: Path, wanted: Book, tmp_path: Path) -> None:
    drawn = some(february, 28, "two of each sheet")
    assert len({change.cell.sheet for change in drawn}) == 14
    with books.store() as store:
        verify = partial(verify_workbook, store=store)
        missed = [said for change in drawn for said in escaped(change, february, tmp_path / "a.xlsx", verify, wanted)]
    assert missed == []


@pytest.mark.soak
@pytest.mark.parametrize("what", ["open", "closed", "all of it", "from files"])
def test_any_one_of_very_many_changed_cells_is_named(
    what: str, books: Job, from_files: FromFiles, tmp_path: Path
) -> None:
    options = OPTIONS["all of it"] if what == "all of it" else Options()
    seed = random.randrange(10**6)
    with books.store() as store:
        if what == "from files":
            path, statements = from_files(options)
            campaigns, funds = register_of(books)
            verify = partial(verify_workbook, statements=statements, campaigns=campaigns, funds=funds)
        else:
            path = written(books, JANUARY if what == "closed" else FEBRUARY, tmp_path / "sound.xlsx", options)
            verify = partial(verify_workbook, store=store)
        drawn = some(path, 500, str(seed))
        missed = [said for change in drawn for said in escaped(change, path, tmp_path / "a.xlsx", verify)]
    formulas = sum(not change.cell.is_constant for change in drawn)
    print(f"{what}: {len(drawn)} changes, {formulas} of them of formulas, {len(missed)} not named; seed {seed}")
    assert missed == []


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda s: s.without_row("Transactions", 9), "Transactions: the row of february.csv, line 21 is gone"),
        (lambda s: s.without_row("Summary", 6), "Summary!A6: nothing stands there"),
        (lambda s: s.without_row("Decisions", 5), "Decisions: the row of february.csv, line 22 is gone"),
        (lambda s: s.put_row("Transactions", {"C400": 12}), "Transactions!C400: 12 stands there, nothing is right"),
        (lambda s: s.put_row("By day", {"A90": "see"}), 'By day!A90: "see" stands there, nothing is right'),
        (lambda s: s.put_row("To review", {"K90": "WEL"}), 'To review!K90: "WEL" stands there, nothing is right'),
        (lambda s: s.put_row("Control", {"B400": "x"}), 'Control!B400: "x" stands there, nothing is right'),
        (lambda s: s.put_row("Summary", {"XFD400": 1}), "Summary!XFD400: 1 stands there, nothing is right"),
        (lambda s: s.put("Summary", "C6", True), "Summary!C6: True stands there"),
        (lambda s: s.put("Summary", "A1", "two\nlines\u202e"), "Summary!A1: "),
        (lambda s: s.put("Transactions", "E6", "x" * 40_000), "Transactions!E6: "),
        (lambda s: s.put("Transactions", "C6", 1e308), "Transactions!C6: 1e+308 stands there"),
        (lambda s: s.put("Transactions", "A6", 10**9), "Transactions!A6: "),
    ],
)
def test_rows_and_cells_more_and_less_are_named(
    edit: Callable[[Saved], object], named: str, february: Path, wanted: Book, tmp_path: Path
) -> None:
    saved = Saved(february)
    edit(saved)
    found = compare(wanted, read_book(saved.to(tmp_path / "a.xlsx"))).differences
    assert any(said.startswith(named) for said in found), found[:5]
    assert all("\n" not in said and len(said) < 300 for said in found)


def test_a_table_that_reaches_over_other_rows_is_named(february: Path, wanted: Book, tmp_path: Path) -> None:
    """The next program would add up those rows alone; no cell shows it until then."""
    saved = Saved(february)
    part = next(name for name, content in saved.parts.items() if b'displayName="Transactions"' in content)
    saved.parts[part] = saved.parts[part].replace(b"A4:T22", b"A4:T20")
    found = compare(wanted, read_book(saved.to(tmp_path / "a.xlsx"))).differences
    assert found == ("the table Transactions reaches over A4:T20, A4:T22 is right",)
    del saved.parts[part]
    found = compare(wanted, read_book(saved.to(tmp_path / "b.xlsx"))).differences
    assert found == ("the table Transactions reaches over nothing, A4:T22 is right",)


def test_that_a_program_keeps_no_tables_is_said_and_no_difference(february: Path, wanted: Book, tmp_path: Path) -> None:
    saved = Saved(february)
    for part in [name for name in saved.parts if name.startswith("xl/tables/")]:
        del saved.parts[part]
    found = compare(wanted, read_book(saved.to(tmp_path / "a.xlsx")))
    assert found.differences == ()
    assert found.notes == ("its tables are plain cells now, as some programs save them",)


def test_formulas_that_cells_share_are_those_of_each(february: Path, wanted: Book, tmp_path: Path) -> None:
    """Excel writes a formula that is the same all down a column once."""
    saved = Saved(february)
    xml = saved.xml("To review")
    for row in range(5, 13):
        formula = _formula(february, "To review", f"A{row}")
        xml = xml.replace(
            f"<f>{escape(formula, quote=False)}</f>",
            f'<f t="shared" ref="A5:A12" si="0">{escape(formula, quote=False)}</f>'
            if row == 5
            else '<f t="shared" si="0"/>',
        )
    path = saved.put_xml("To review", xml).to(tmp_path / "a.xlsx")
    assert xml.count('si="0"') == 8
    assert compare(wanted, read_book(path)).differences == ()


@pytest.mark.parametrize("what", ["plain", "per campaign", "masked"])
def test_a_month_too_long_for_one_sheet_is_reviewed_and_verified_all_the_same(
    what: str, books: Job, tmp_path: Path
) -> None:
    with mock.patch.object(book, "MOST_ROWS", 7):
        path = written(books, FEBRUARY, tmp_path / "long.xlsx", OPTIONS[what])
        saved = (
            Saved(path).put("To review 2", "K5", "ORF").put("To review", "K5", "WEL").put("To review", "L5", "zakat")
        )
        path = saved.to(tmp_path / "reviewed.xlsx")
        with books.store() as store:
            found = verify_workbook(path, store=store)
    assert (found.differences, found.notes) == ((), ())
    assert broken(read_book(path)) == []
    reviewed = read_decisions(path)
    assert reviewed.open == 6
    assert [str(f)[:45] for f in reviewed.refused] == ["reviewed.xlsx: To review 2!L5: no fund is cho"]
    assert reviewed.decisions["where"].tolist() == ["To review!K5"]


def test_sheets_more_and_less_are_named(february: Path, wanted: Book, tmp_path: Path) -> None:
    def change(book):  # type: ignore[no-untyped-def]
        book.create_sheet("Mine", 0)
        book.remove(book["Changes"])
        book["Funds"].title = "Other funds"

    found = compare(wanted, read_book(changed(february, tmp_path / "a.xlsx", change))).differences
    assert set(found) == {
        "Changes: the sheet is gone",
        "the table Changes reaches over nothing, A4:K5 is right",
        "Funds: the sheet is gone",
        "Mine: a sheet that reconcile did not write",
        "Other funds: a sheet that reconcile did not write",
    }


def test_a_formula_in_other_words_is_said_where_another_program_saved_the_workbook(
    february: Path, wanted: Book, tmp_path: Path
) -> None:
    """Its value is right, so it may be that program's way to write it; in a workbook of ours it is a difference."""
    saved = Saved(february)
    value = next(c.value for c in held(february) if (c.sheet, c.place) == ("Summary", "D6"))
    assert isinstance(value, Formula)
    saved.put("Summary", "D6", Formula("1240+1", value.value))
    ours = compare(wanted, read_book(saved.to(tmp_path / "a.xlsx")))
    assert ours.differences[0].startswith("Summary!D6: =1240+1 stands there, =")
    saved.parts["docProps/app.xml"] = b"<Properties><Application>LibreOffice</Application></Properties>"
    theirs = compare(wanted, read_book(saved.to(tmp_path / "b.xlsx")))
    assert theirs.differences == ()
    assert theirs.notes == (
        "1 formulas, the first Summary!D6, stand in other words than they were written in; their values are right",
    )


def test_what_was_found_is_told_in_lines() -> None:
    assert str(Verified((), (), 1234)) == "1 234 cells compared, all as they must be"
    many = Verified(tuple(f"A!B{n}: x" for n in range(150)), ("a note",), 7)
    told = str(many).splitlines()
    assert (told[0], told[1], told[101], told[102]) == ("150 differences: A 150", "A!B0: x", "… and 50 more", "a note")
    assert (many.holds, Verified((), (), 1).holds) == (False, True)
