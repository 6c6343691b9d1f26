"""The commands of reviewers and auditors, as they are typed: workbook, review, and verify of a workbook."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent / "review"))  # for books_in_review, under any import mode of pytest
sys.path.insert(0, str(Path(__file__).parent / "nightly"))  # for nights
sys.path.insert(0, str(Path(__file__).parent / "parsers"))  # for ledgers

from books_in_review import FEBRUARY, JANUARY, NIGHT, Saved, book_of, copy_of, filled, two_months
from ledgers import Entry, history
from nights import Job

from reconcile.cli import main
from tests.turns import by_turns

SAMPLES = Path(__file__).parents[1] / "sample_statements"
FILES = [SAMPLES / f"history-2018-09{end}" for end in (".csv", "-17-to-30.ofx")]
REGISTER = ["--campaigns", str(SAMPLES / "campaigns.csv"), "--funds", str(SAMPLES / "funds.csv")]
PLAIN, OTHER = "ABSA BANK mbf 0077", "NEDBANK   L BOTHA WITH LOVE"
ANSWER = {"Your campaign": "WEL", "Your fund": "zakat"}
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    """Runs the command line; exit code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(a) for a in arguments])
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err

    return run


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return two_months(tmp_path_factory.mktemp("books") / "job")


@pytest.fixture
def at(books: Job, typed: Typed, tmp_path: Path) -> SimpleNamespace:
    """The books of two months, to work with, and commands with their settings."""
    job = copy_of(books, tmp_path / "job")
    settings = job.folder / "reconcile.toml"
    return SimpleNamespace(job=job, typed=lambda *a: typed(*a, "--config", settings), book=book_of(job))


@pytest.mark.parametrize("command", ["workbook", "review", "verify"])
def test_each_command_explains_itself(command: str, typed: Typed) -> None:
    code, out, err = typed(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: reconcile {command}")


# workbook


def test_the_workbook_of_a_month_is_the_one_of_the_night(at: SimpleNamespace, tmp_path: Path) -> None:
    for month in (JANUARY, FEBRUARY):
        target = tmp_path / f"{month}.xlsx"
        assert at.typed("workbook", month, "--out", target) == (0, f"{target}\n", "")
    assert (tmp_path / f"{FEBRUARY}.xlsx").read_bytes() == at.book.read_bytes()


def test_what_was_asked_for_is_in_the_workbook(at: SimpleNamespace, tmp_path: Path) -> None:
    target = tmp_path / "asked.xlsx"
    asked = ["--per-campaign", "--mask", "--sample", 5, "--seed", "two words", "--sample-method", "monetary"]
    assert at.typed("workbook", FEBRUARY, "--out", target, *asked, "--full-account-numbers")[0] == 0
    book = openpyxl.load_workbook(target)
    assert {"WEL", "ORF", "Sample"} <= set(book.sheetnames)
    assert "•••" in book["To review"]["E5"].value
    told = [(row[0], row[2]) for row in book["Control"].iter_rows(values_only=True)]
    assert {("Sample", "monetary 5 with the seed two words"), ("Payers' words", "hidden")} <= set(told)
    assert at.typed("verify", target)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2031-01", "--out", "a.xlsx"], "a.xlsx: the store has nothing of 2031-01. Name another month, as 2018-09."),
        (["2026-13", "--out", "a.xlsx"], "2026-13"),
        ([FEBRUARY, "--out", "a.csv"], "a.csv: is no name for a workbook. Name a new file that ends in .xlsx."),
        ([FEBRUARY, "--out", "there.xlsx"], "there.xlsx: is there already. Name a new file that ends in .xlsx."),
        ([FEBRUARY, "--out", "a.xlsx", "--sample", "0"], "sample"),
        ([FEBRUARY, "--out", "a.xlsx", "--sample", "999"], "sample"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_line_and_nothing_is_overwritten(
    arguments: list[str], said: str, at: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    code, out, err = at.typed("workbook", *arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"error: [^\n]*\n", err)
    assert said in err
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"
    assert not (tmp_path / "a.xlsx").exists()


# review


def test_review_takes_what_is_filled_in_once(at: SimpleNamespace, tmp_path: Path) -> None:
    path = filled(at.book, tmp_path / "reviewed.xlsx", {PLAIN: {**ANSWER, "Your note": "by telephone"}, OTHER: ANSWER})
    said = "2 decided, 0 on record already, 0 refused, 6 open\n"
    assert at.typed("review", path, "--by", "Thandi", "--reason", "the meeting of March") == (0, said, "")
    with at.job.store() as store:
        made = store.decisions().tail(2)
        before = len(store.events())
    assert made["by"].tolist() == ["Thandi"] * 2
    assert made["reason"].tolist() == ["by telephone", "the meeting of March"]
    again = "0 decided, 2 on record already, 0 refused, 6 open\n"
    assert at.typed("review", path) == (0, again, "")
    with at.job.store() as store:
        assert len(store.events()) == before
        assert store.verify().holds


def test_review_tells_by_its_cell_what_it_refuses_and_takes_the_rest(at: SimpleNamespace, tmp_path: Path) -> None:
    path = filled(at.book, tmp_path / "reviewed.xlsx", {PLAIN: {**ANSWER, "Your campaign": "WELL"}, OTHER: ANSWER})
    fault = 'reviewed.xlsx: To review!K5: campaign "WELL" is not on the register. Did you mean WEL?'
    assert at.typed("review", path) == (1, "1 decided, 0 on record already, 1 refused, 6 open\n", f"{fault}\n")
    code, out, err = at.typed("review", path, "--json")
    assert (code, err) == (1, "")
    assert json.loads(out) == {"taken": 0, "known": 1, "open": 6, "refused": [fault]}
    with at.job.store() as store:
        assert store.decisions()["by"].iloc[-1] == "tests", "the operator of the settings"


@pytest.mark.parametrize("name", ["gone.xlsx", "text.xlsx", "reconcile.toml"])
def test_review_of_what_is_no_workbook_is_one_line_and_puts_nothing_on_record(name: str, at: SimpleNamespace) -> None:
    (at.job.folder / "text.xlsx").write_text("a,b\n", encoding="utf-8")
    with at.job.store() as store:
        before = len(store.events())
    for command in ("review", "verify"):
        code, out, err = at.typed(command, at.job.folder / name)
        assert (code, out) == (2, "")
        assert re.fullmatch(rf"error: {name}: [^\n]*\n", err)
    with at.job.store() as store:
        assert len(store.events()) == before


def a_new_night(job: Job) -> list[str]:
    """The workbooks of a night in which February has one gift more."""
    rows = [Entry(NIGHT.date().replace(month=2, day=28), 9_00, "ONE MORE")]
    with job.store() as store:
        opening = int(store.month(FEBRUARY).merged.accounts[0].closing * 100)
    job.deliver("more.csv", history(rows, opening))
    return job.run(NIGHT + timedelta(days=9)).workbooks


def test_a_workbook_that_is_being_filled_in_is_kept_by_the_night(at: SimpleNamespace) -> None:
    filled(at.book, at.book, {PLAIN: ANSWER})
    kept = at.book.read_bytes()
    assert a_new_night(at.job) == [f"reconciliation-{FEBRUARY} (2026-03-10).xlsx"]
    assert at.book.read_bytes() == kept


def test_a_workbook_of_which_all_is_on_record_is_replaced_by_the_night(at: SimpleNamespace) -> None:
    filled(at.book, at.book, {PLAIN: ANSWER})
    assert at.typed("review", at.book)[0] == 0
    assert a_new_night(at.job) == [at.book.name]
    sheet = openpyxl.load_workbook(at.book)["To review"]
    texts = [row[4].value for row in sheet.iter_rows(min_row=5)]
    assert PLAIN not in texts
    assert len(texts) == 8


def comment(path: Path) -> None:
    saved = Saved(path)
    saved.parts["xl/comments1.xml"] = b"<comments/>"
    saved.to(path)


KEEPS: dict[str, Callable[[Path], object]] = {
    "a comment": comment,
    "another amount": lambda path: Saved(path).put("Transactions", "C5", 1.5).to(path),
    "a figure typed over a formula": lambda path: Saved(path).put("Summary", "D6", 1).to(path),
    "a note beside the table": lambda path: Saved(path).put_row("To review", {"Z30": "ask Sipho"}).to(path),
    "a signature": lambda path: Saved(path).put("Control", _box(path), "Thandi").to(path),
    "the state typed over": lambda path: Saved(path).put("To review", "A6", "later").to(path),
    "a cell that was refused": lambda path: filled(path, path, {OTHER: {"Your campaign": "WELL"}}),
}


def _box(path: Path) -> str:
    control = openpyxl.load_workbook(path)["Control"]
    row = next(row[0].row for row in control.iter_rows() if row[0].value == "Sign-off")
    return f"B{row + 2}"


@pytest.mark.parametrize("what", by_turns(KEEPS, 2))
def test_with_anything_else_in_it_a_workbook_is_kept_by_the_night(what: str, at: SimpleNamespace) -> None:
    filled(at.book, at.book, {PLAIN: ANSWER})
    KEEPS[what](at.book)
    at.typed("review", at.book)
    with at.job.store() as store:
        assert store.decisions()["by"].tolist().count("tests") == 1
    kept = at.book.read_bytes()
    assert a_new_night(at.job) == [f"reconciliation-{FEBRUARY} (2026-03-10).xlsx"]
    assert at.book.read_bytes() == kept


# verify


def test_a_sound_workbook_holds_and_an_edited_one_is_told_cell_by_cell(at: SimpleNamespace, tmp_path: Path) -> None:
    code, out, err = at.typed("verify", at.book)
    assert (code, err) == (0, "")
    verdict, workbook, against = out.splitlines()
    assert re.fullmatch(r"[0-9 ]+ cells compared, all as they must be", verdict)
    assert re.fullmatch(rf"workbook: {at.book.name}, SHA-256 [0-9a-f]{{64}}", workbook)
    assert against == "held against: the store, month 2026-02"
    path = Saved(at.book).put("By campaign", "B5", "Another Name").to(tmp_path / "edited.xlsx")
    code, out, err = at.typed("verify", path)
    assert (code, out) == (1, "")
    told = err.splitlines()
    assert told[0] == "1 difference"
    assert told[1] == 'By campaign!B5: "Another Name" stands there, "Wells for All" is right'
    code, out, err = at.typed("verify", path, "--json")
    assert (code, err) == (1, "")
    assert json.loads(out)["differences"] == told[1:-2]


def test_a_workbook_without_its_sources_says_what_to_give(
    at: SimpleNamespace, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = typed("verify", at.book)
    assert code == 2
    assert f"{at.book.name}: is given without what it was made from. Give --statements" in err
    code, _, err = typed("verify", "--statements", "a.csv", at.book)
    assert code == 2
    assert "Name it first, as in reconcile verify WORKBOOK --statements FILE." in err


def test_hashes_alone_need_no_source(at: SimpleNamespace, typed: Typed, tmp_path: Path) -> None:
    code, out, err = typed("verify", at.book, "--hashes")
    assert (code, err) == (0, "")
    assert out.splitlines()[1].startswith("only its own hashes were checked")
    path = Saved(at.book).put("Transactions", "C5", 1.5).to(tmp_path / "edited.xlsx")
    code, out, err = typed("verify", path, "--hashes")
    assert (code, out) == (1, "")
    assert err.splitlines()[1] == "Transactions!5: the row is not as it was written"


def test_the_store_may_be_named_by_its_file(at: SimpleNamespace, typed: Typed) -> None:
    assert typed("verify", at.book, "--store", at.job.folder / "reconcile.db")[0] == 0
    code, _, err = typed("verify", at.book, "--store", at.job.folder / "gone.db")
    assert (code, err) == (
        2,
        "error: gone.db: the store is not there. Correct its name, or begin one with reconcile nightly.\n",
    )


@pytest.fixture(scope="module")
def september(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the sample month, made from files; one more file was refused."""
    folder = tmp_path_factory.mktemp("september")
    (folder / "bad.csv").write_text("hello\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["run", *map(str, FILES), str(folder / "bad.csv"), *REGISTER, "--out", str(folder / "out"), "--json"])
    return next((folder / "out").glob("*.xlsx"))


def test_a_workbook_made_from_files_is_held_against_them(september: Path, typed: Typed) -> None:
    files = [*FILES, september.parents[1] / "bad.csv"]
    for more in ([], REGISTER):
        code, out, err = typed("verify", september, "--statements", *reversed(files), *more)
        assert (code, err) == (0, ""), err
        assert "all as they must be" in out


def test_the_order_in_which_files_are_named_is_the_same_to_the_workbook(september: Path, tmp_path: Path) -> None:
    """Each file has its own count of new rows, whichever was named first."""
    files = [september.parents[1] / "bad.csv", *reversed(FILES)]
    with pytest.raises(SystemExit):
        main(["run", *map(str, files), *REGISTER, "--out", str(tmp_path), "--json"])
    assert (tmp_path / september.name).read_bytes() == september.read_bytes()
    rows = openpyxl.load_workbook(september)["Control"].iter_rows(values_only=True)
    assert {(row[0], row[5], row[6]) for row in rows if row[2] and "FNB" in str(row[2])} >= {
        ("history-2018-09.csv", 201, 201)
    }


def test_other_files_than_its_own_are_told(september: Path, typed: Typed) -> None:
    code, out, err = typed("verify", september, "--statements", FILES[1])
    assert (code, out) == (2, "")
    assert re.fullmatch(
        r"error: [^\n]*: history-2018-09.csv stands on its sheet Control and was not given[^\n]*\n", err
    )
    code, _, err = typed("verify", september, "--statements", *FILES)
    assert (code, err) == (0, ""), "of a file that was refused its own word is taken where nobody gives it"
    code, _, err = typed("verify", september, "--statements", september.parents[1] / "bad.csv")
    assert code == 2
    assert err.startswith("error: bad.csv: ")


def test_the_wrong_kind_of_source_is_refused(september: Path, at: SimpleNamespace, typed: Typed) -> None:
    code, _, err = at.typed("verify", september)
    assert code == 2
    assert "was made from statement files, not from a store. Give these files (--statements)." in err
    code, _, err = typed("verify", at.book, "--statements", *FILES)
    assert code == 2
    assert "shows the month 2026-02 of a store. Give that store (--config or --store)." in err


def test_a_store_that_never_had_the_month_is_refused(at: SimpleNamespace, typed: Typed, tmp_path: Path) -> None:
    other = Job(tmp_path / "other").set_up()
    other.deliver("a.csv", history([Entry(NIGHT.date().replace(month=1, day=5), 5_00, "SOMETHING")]))
    other.run(NIGHT)
    code, _, err = typed("verify", at.book, "--store", other.folder / "reconcile.db")
    assert code == 2
    assert "the store has nothing of 2026-02. Give the store that it was made from." in err
    code, _, err = typed("verify", book_of(at.job, JANUARY), "--store", other.folder / "reconcile.db")
    assert code == 1
    assert "… and " in err, "of many differences the first are told"


def test_without_a_workbook_the_store_itself_is_walked(at: SimpleNamespace) -> None:
    code, out, _ = at.typed("verify", "--json")
    assert (code, json.loads(out)["holds"]) == (0, True)
