"""What a workbook tells of its own making: the month, the register, the settings and what was asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from books_in_review import FEBRUARY, LATER, Saved, book_of
from changes_in_cells import held
from ledgers import Entry, history
from nights import Job

from reconcile import Sampling, verify_workbook, write_month
from reconcile.campaigns import read_campaigns, read_funds
from reconcile.errors import ReviewRefused
from reconcile.reporters.options import Options
from reconcile.review.cells import read_book
from reconcile.review.sources import made_from
from tests.turns import by_turns


def place_of(path: Path, sheet: str, text: object, column: str = "C") -> str:
    """The cell of a column that stands in the row of another one with this text."""
    return column + str(next(cell.row for cell in held(path) if cell.sheet == sheet and cell.value == text))


def test_a_workbook_tells_the_month_that_it_shows(books: Job, february: Path, tmp_path: Path) -> None:
    assert made_from(read_book(february)) == FEBRUARY
    other = Saved(february).put("Control", place_of(february, "Control", "Made from"), "statement files")
    assert made_from(read_book(other.to(tmp_path / "a.xlsx"))) == ""


TOLD = {
    "another month": ("Made from", "the store, month 2026-01"),
    "a month without anything": ("Made from", "the store, month 2031-01"),
    "no month": ("Made from", "the store, month 2026-99"),
    "statement files": ("Made from", "statement files"),
    "another register": ("Campaign register", "other.csv"),
    "another hash of it": ("Campaign register, SHA-256", "0" * 64),
    "another count": ("Campaigns in it", "7"),
    "another vocabulary": ("Fund vocabulary", "other.csv"),
    "another setting": ("Setting: wrong credits allowed", "12 in 100"),
    "other software": ("Software", "python 2.7, reconcile 0.0.1"),
    "a setting that is a sample": ("Campaigns in it", "monetary 5 with the seed x"),
}


@pytest.mark.parametrize("what", by_turns(TOLD, 2))
def test_what_control_tells_of_the_making_is_sealed(what: str, books: Job, february: Path, tmp_path: Path) -> None:
    """The workbook is written again by what stands there, so its own seal must tell that it is another now."""
    label, text = TOLD[what]
    settings = [str(c.value) for c in held(february) if c.sheet == "Control" and str(c.value).startswith("Setting: ")]
    label = settings[0] if label.startswith("Setting") else label
    saved = Saved(february).put("Control", place_of(february, "Control", label), text)
    path = saved.to(tmp_path / "edited.xlsx")
    with books.store() as store:
        found = verify_workbook(path, store=store)
    assert "Control: a cell beside its table is not as it was written" in found.differences
    assert all("\n" not in line for line in (*found.differences, *found.notes))


@pytest.mark.parametrize(
    "change",
    [
        ("Register", "A4", "Code"),
        ("Register", "B5", "Another Name"),
        ("Register", "C6", None),
        ("Register", "D7", "in spring"),
        ("Register", "D7", "0001-01-01"),
        ("Register", "E6", 12),
        ("Register", "F4", None),
        ("Register", "A7", None),
        ("Funds", "A4", None),
        ("Funds", "A6", "zakat"),
        ("Funds", "B8", "restricted fund"),
        ("Funds", "C5", "anything | else"),
        ("Funds", "D4", "x"),
    ],
)
def test_an_edited_register_is_named_by_its_row(
    change: tuple[str, str, object], books: Job, february: Path, tmp_path: Path
) -> None:
    sheet, place, value = change
    path = Saved(february).put(sheet, place, value).to(tmp_path / "edited.xlsx")
    with books.store() as store:
        found = verify_workbook(path, store=store)
    named = (f"{sheet}!{place[1:]}:", f"{sheet}!{place}:", f"{sheet}:")
    assert any(said.startswith(named) for said in found.differences), str(found)


@pytest.mark.parametrize(
    "sample",
    [
        "monetary 5",
        "by chance 5 with the seed x",
        f"random {'9' * 5000} with the seed x",
        "random 0 with the seed x",
        "random 99 with the seed x",
        "monetary 5 with the seed ",
    ],
)
def test_an_edited_sample_is_named_whatever_it_became(sample: str, books: Job, tmp_path: Path) -> None:
    path = asked(books, tmp_path / "a.xlsx", Options(sample=Sampling(5, "x")))
    label = next(c for c in held(path) if c.sheet == "Control" and c.value == "random 5 with the seed x")
    edited = Saved(path).put("Control", label.place, sample).to(tmp_path / "edited.xlsx")
    with books.store() as store:
        found = verify_workbook(edited, store=store)
    assert "Control: a cell beside its table is not as it was written" in found.differences


def asked(books: Job, path: Path, options: Options, campaigns: Path | None = None) -> Path:
    """The workbook of February as it was asked for."""
    with books.store() as store:
        view = store.month(FEBRUARY)
    assert view is not None
    register, funds = campaigns or books.folder / "campaigns.csv", books.folder / "funds.csv"
    return write_month(path, view, campaigns=read_campaigns(register), funds=read_funds(funds), options=options)


@pytest.mark.parametrize("seed", by_turns(["a\nb", "with the seed 7", "ε=µ", "_x0041_", "=1+1"], 2))
def test_a_sample_is_drawn_again_by_its_seed(seed: str, books: Job, tmp_path: Path) -> None:
    path = asked(books, tmp_path / "a.xlsx", Options(sample=Sampling(5, seed)))
    with books.store() as store:
        assert verify_workbook(path, store=store).holds


def test_odd_words_of_a_register_are_read_back_as_they_were(books: Job, tmp_path: Path) -> None:
    odd = "_x0041_,=1+1 Appeal,#N/A|TRUE|1E5,,\n0001,' quoted,é ü | & <b>,2026-01-01,2026-12-31\n"
    (tmp_path / "odd _x0041_.csv").write_text(LATER + odd, encoding="utf-8")
    path = asked(books, tmp_path / "a.xlsx", Options(per_campaign=True), tmp_path / "odd _x0041_.csv")
    with books.store() as store:
        assert verify_workbook(path, store=store).holds
    assert verify_workbook(path).holds


def test_a_sound_workbook_and_the_wrong_source_are_refused_not_compared(
    books: Job, february: Path, tmp_path: Path
) -> None:
    other = Job(tmp_path / "other").set_up()
    other.deliver("a.csv", history([Entry(date(2026, 1, 5), 5_00, "SOMETHING ELSE")]))
    other.run()
    with other.store() as store, pytest.raises(ReviewRefused, match="the store has nothing of 2026-02"):
        verify_workbook(february, store=store)
    with pytest.raises(ReviewRefused, match="shows the month 2026-02 of a store"):
        verify_workbook(february, statements=[])


def test_a_workbook_of_another_store_with_the_same_month_differs_all_over(
    books: Job, february: Path, tmp_path: Path
) -> None:
    other = Job(tmp_path / "other").set_up()
    other.deliver("a.csv", history([Entry(date(2026, 2, 5), 5_00, "SOMETHING ELSE")]))
    other.run()
    with other.store() as store:
        found = verify_workbook(february, store=store)
    with books.store() as store:
        back = verify_workbook(book_of(other), store=store)
    assert (found.holds, back.holds) == (False, False)
    assert len(found.differences) > 100
    assert len(str(found).splitlines()) < 110
