"""The logbook: one sound line for each event, nothing personal in any, and no fault of the log stops a run."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import DamagedStatement, ReconcileError, RegisterRefused, UnknownLayout
from reconcile.nightjob import logbook
from reconcile.nightjob.logbook import Logbook, masked, safe_words
from reconcile.parsers import read_each

BAD = Path(__file__).parents[1] / "bad"
NUMBER = "6200009" + "9001"
LONG = "\N{ARABIC-INDIC DIGIT ONE}" * 4 + "\N{FULLWIDTH DIGIT TWO}" * 4


def clock() -> datetime:
    return datetime(2026, 1, 5, 23, 30, 7, 123456, tzinfo=timezone(timedelta(hours=2)))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def written(path: Path, event: str = "x", /, **fields: Any) -> dict[str, Any]:
    book = Logbook(path, clock=clock)
    book.write(event, **fields)
    assert book.faults == []
    return {name: value for name, value in lines(path)[-1].items() if name not in ("at", "level", "event")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reconcile.log.jsonl"


MASKED = {
    "an account": (NUMBER, "…9001"),
    "in a name": (f"statement_{NUMBER}_sep.csv", "statement_…9001_sep.csv"),
    "two": (f"{NUMBER}, {'1' * 10}-{'2' * 16}", "…9001, …1111-…2222"),
    "six digits": ("123456", "…3456"),
    "five digits": ("12345", "12345"),
    "a day": ("2026-01-05 22:00", "2026-01-05 22:00"),
    "a zero in front": ("000123", "…0123"),
    "other digits": (LONG, "…" + "\N{FULLWIDTH DIGIT TWO}" * 4),
    "digits apart by what nobody sees": ("620\u200b000\u200d99\ufeff001", "…9001"),
    "no digits": ("Büro, 5 files", "Büro, 5 files"),
}


@pytest.mark.parametrize(("text", "shown"), MASKED.values(), ids=MASKED)
def test_long_numbers_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


WORDS = st.text(st.characters(exclude_categories=("Cs", "Nd")), max_size=20)
DIGITS = st.text(st.characters(categories=("Nd",)), min_size=6, max_size=30)


@given(WORDS, DIGITS, WORDS)
def test_no_five_digits_of_a_long_number_survive(before: str, number: str, after: str) -> None:
    shown = masked(before + number + after)
    assert all(number[i : i + 5] not in shown for i in range(len(number) - 4))
    assert not re.search(r"\d{6}", shown)
    assert "…" in shown
    assert masked(shown) == shown


@given(st.text(st.characters(exclude_categories=("Cs", "Nd"))))
def test_a_text_without_digits_stays(text: str) -> None:
    assert masked(text) == text


def test_a_line_says_when_in_world_time_how_grave_and_what(path: Path) -> None:
    book = Logbook(path, clock=clock)
    book.write("imported", rows=12, file=Path("a.csv"))
    book.write("waiting", level="warning")
    assert path.read_text("utf-8").splitlines() == [
        '{"at": "2026-01-05T21:30:07+00:00", "level": "info", "event": "imported", "rows": 12, "file": "a.csv"}',
        '{"at": "2026-01-05T21:30:07+00:00", "level": "warning", "event": "waiting"}',
    ]


def test_a_log_grows_from_run_to_run_and_has_its_own_clock(path: Path) -> None:
    Logbook(path).write("one")
    Logbook(path).write("two")
    one, two = lines(path)
    assert (one["event"], two["event"]) == ("one", "two")
    assert datetime.fromisoformat(one["at"]).utcoffset() == timedelta(0)


FIELDS = {
    "a count": (12, 12),
    "a million": (1_234_567, 1_234_567),
    "yes": (True, True),
    "nothing": (None, None),
    "a share": (0.5, 0.5),
    "a number of a frame": (np.int64(7), 7),
    "a share of a frame": (np.float64(0.25), 0.25),
    "money": (Decimal("1234567.80"), "1234567.80"),
    "money without an exponent": (Decimal("1E+3"), "1000"),
    "a day": (date(2026, 1, 5), "2026-01-05"),
    "a moment": (clock(), "2026-01-05T23:30:07+02:00"),
    "a moment of a frame": (pd.Timestamp(2026, 1, 5), "2026-01-05T00:00:00"),
    "a file": (Path("in") / f"{NUMBER}.csv", str(Path("in") / "…9001.csv")),
    "an account as a number": (int(NUMBER), "…9001"),
    "a debt of that size": (-int(NUMBER), "…9001"),
    "an account as a float": (float(NUMBER), "…9001.0"),
    "an account as money": (Decimal(NUMBER), "…9001"),
    "a number that Python does not write": (10**5000 + 7, "…0007"),
    "no number": (float("nan"), "nan"),
    "more than any number": (float("-inf"), "-inf"),
    "no money": (Decimal("NaN"), "NaN"),
    "no money at all": (Decimal("sNaN"), "sNaN"),
    "quoted": ('the text "O\'Brien "x" zakat" is odd', 'the text "…" is odd'),
    "a quote left open": ("is \"O'Brien zak", 'is "…"'),
    "quoted over lines": ('is "a\nb" x', 'is "…" x'),
    "control characters": ("a\nb\x1b[31m\u2028", "a�b�[31m�"),
    "half a letter": ("a\udcff", "a�"),
}


@pytest.mark.parametrize(("value", "kept"), FIELDS.values(), ids=FIELDS)
def test_a_field_is_kept_as_json_has_it_and_masked(value: object, kept: object, path: Path) -> None:
    found = written(path, value=value)["value"]
    assert (found, type(found)) == (kept, type(kept))


def test_a_long_text_is_cut_after_it_was_masked(path: Path) -> None:
    found = written(path, text="x" * 194 + "1" * 10 + "y" * 500)["text"]
    assert found == "x" * 194 + "…1111…"


def test_the_event_and_the_names_of_fields_are_masked_too(path: Path) -> None:
    assert written(path, f'{NUMBER} "Amina"', **{f"account {NUMBER}": 1}) == {"account …9001": 1}
    assert lines(path)[-1]["event"] == '…9001 "…"'


def test_a_field_does_not_take_the_place_of_what_every_line_has(path: Path) -> None:
    assert written(path, "real", at="x", event="y", rows=1) == {"rows": 1}
    assert lines(path)[-1]["event"] == "real"


@pytest.mark.parametrize("value", [["a"], {"a": 1}, b"a", pd.Series(["Amina"]), object(), np.array([1]), 1j, {1}])
def test_what_is_no_number_day_or_text_is_left_out_and_told(value: object, path: Path) -> None:
    book = Logbook(path, clock=clock)
    book.write(f"event {NUMBER}", rows=1, payer=value)  # type: ignore[arg-type]
    (line,) = lines(path)
    assert (line["rows"], line["payer"]) == (1, None)
    what = f"{path.name}: payer of event …9001 is a {type(value).__name__} and was left out."
    assert [str(fault) for fault in book.faults] == [f"{what} Log numbers, dates and texts only."]


@given(st.text(), st.one_of(st.text(), st.integers(), st.floats(), st.decimals(), st.booleans(), st.dates()))
def test_whatever_is_logged_is_one_line_of_json_without_a_long_number(
    own: Path, event: str, value: str | int | float | Decimal | date
) -> None:
    own.unlink(missing_ok=True)
    found = written(own, event, value=value)["value"]
    if isinstance(value, str):
        assert not re.search(r"\d{6}", found)
    elif not isinstance(value, float | Decimal):
        assert not re.search(r"\d{10}", str(found))
    assert not re.search(r"\d{6}", lines(own)[0]["event"])
    assert len(own.read_text("utf-8").splitlines()) == 1


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log.jsonl"


def test_a_fault_is_told_without_the_words_that_were_found(path: Path) -> None:
    book = Logbook(path, clock=clock)
    what = f'the row "2026/01/05, Amina Zakat {NUMBER}" of account {NUMBER} is odd'
    book.fault("refused", DamagedStatement(what, file=f"{NUMBER}.csv", line=7, do="Download it again."))
    book.fault("refused", UnknownLayout("has the columns Amina, Zakat; wanted Date"), level="error")
    one, two = lines(path)
    assert one == {
        "at": "2026-01-05T21:30:07+00:00",
        "level": "warning",
        "event": "refused",
        "kind": "DamagedStatement",
        "file": "…9001.csv",
        "line": 7,
        "reason": 'the row "…" of account …9001 is odd',
        "do": "Download it again.",
    }
    assert (two["level"], two["file"], two["line"], two["do"]) == ("error", None, None, None)
    assert two["reason"] == "has the columns …; wanted Date"


def test_what_a_table_lacks_is_told_and_what_it_has_is_not(path: Path) -> None:
    book = Logbook(path, clock=clock)
    what = "line 1: it lacks the column payer; it has Amina, Zakat; say with columns= which it is"
    book.fault("refused", UnknownLayout(what, file="books.csv"))
    assert lines(path)[0]["reason"] == "line 1: it lacks the column payer; it has …; say with columns= which it is"


def test_a_list_of_another_kind_is_told_without_its_headings() -> None:
    fault = UnknownLayout("is a CSV with the columns Amina: Zakat, Bilal: another bank's, or another list", do="Look.")
    assert safe_words(fault) == "is a CSV with the columns …: another bank's, or another list. Look."


def test_every_one_of_several_faults_is_told_in_a_report() -> None:
    faults = [f"line {n}: it lacks the column {'name' * 9}" for n in range(1, 9)]
    told = safe_words(RegisterRefused(faults, file="books.csv"))
    assert told == "8 faults: " + "; ".join(faults) + ". Correct them and read the file again."


# what our own messages say in words that a file may have as well
OURS = re.compile(r"balance|amount|columns?|description|account number|opening|closing|statement|transaction")


@pytest.mark.parametrize("bad", sorted(BAD.iterdir()), ids=lambda bad: bad.name)
def test_no_refusal_of_a_file_brings_its_rows_into_the_log(bad: Path, path: Path) -> None:
    book = Logbook(path, clock=clock)
    for found in read_each(bad):
        if isinstance(found, ReconcileError):
            book.fault("refused", found)
    log = path.read_text("utf-8") if path.exists() else ""
    assert not re.search(r"\d{6}", log)
    words = set(re.findall(r"[A-Z]{4,}[ ,]+[A-Z]{4,}", bad.read_text("utf-8", "replace")))
    assert {word for word in words if word in log and not OURS.search(word)} == set()


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_the_log_is_for_this_user_alone_also_one_that_was_open_to_others(path: Path) -> None:
    before = os.umask(0)
    try:
        written(path)
        written(path.parent / "below" / "further" / "log")
        with mock.patch.object(os, "fchmod"):  # from the first moment on, not only once it is open
            written(path.parent / "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((path.parent / "new").stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    written(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="a device")
def test_the_rights_of_a_device_are_left_alone() -> None:
    with mock.patch.object(os, "fchmod") as changed:
        Logbook(os.devnull, clock=clock).write("x")
    changed.assert_not_called()


def test_rights_that_cannot_be_changed_do_not_lose_the_line(path: Path) -> None:
    path.write_text("")
    path.chmod(0o644)
    with mock.patch.object(os, "fchmod", side_effect=PermissionError(errno.EPERM, "x")):
        written(path, "kept")
    assert lines(path)[0]["event"] == "kept"


def test_a_line_is_on_the_disk_when_write_returns(path: Path) -> None:
    sizes = []
    with mock.patch.object(os, "fsync", side_effect=lambda handle: sizes.append(os.fstat(handle).st_size)):
        book = Logbook(path, clock=clock)
        book.write("one")
        book.write("two")
    assert sizes == [path.stat().st_size // 2, path.stat().st_size]


def test_a_line_that_was_cut_off_does_not_spoil_the_next(path: Path) -> None:
    path.write_text('{"at": "2026-01-0')
    Logbook(path, clock=clock).write("next")
    first, second = path.read_text("utf-8").splitlines()
    assert first == '{"at": "2026-01-0'
    assert json.loads(second)["event"] == "next"


def test_a_full_disk_is_remembered_once_and_stops_nothing(path: Path) -> None:
    told: list[str] = []
    book = Logbook(path, clock=clock, say=told.append)
    with mock.patch.object(os, "fsync", side_effect=OSError(errno.ENOSPC, "No space left on device")):
        book.write("one")
        book.write("two")
    what = f"{path.name}: the log cannot be written (No space left on device). Check its folder and the space"
    assert [str(fault) for fault in book.faults] == [f"{what} on the disk."]
    assert type(book.faults[0]) is ReconcileError
    assert told == ["one", "two"]
    book.write("three")
    assert lines(path)[-1]["event"] == "three"


@pytest.mark.parametrize("name", ["", "file/log", "a\0b"])
def test_a_log_that_cannot_be_opened_stops_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    book = Logbook(tmp_path / name, clock=clock)
    book.write("one")
    assert [type(fault) for fault in book.faults] == [ReconcileError]
    assert "the log cannot be written (" in str(book.faults[0])
    assert (tmp_path / "file").read_text() == "mine"


def test_a_fault_of_the_log_names_no_account(tmp_path: Path) -> None:
    book = Logbook(tmp_path / NUMBER / f"{NUMBER}.log", clock=clock)
    (tmp_path / NUMBER).write_text("a file")
    book.write("one")
    assert str(book.faults[0]).startswith("…9001.log: the log cannot be written (")


def test_a_terminal_gets_a_plain_line(path: Path) -> None:
    told: list[str] = []
    book = Logbook(path, clock=clock, say=told.append)
    book.write("imported", file=f"{NUMBER}.csv", rows=12, member=None)
    book.write("not read", level="error", reason='is "x"')
    assert told == ["imported: file …9001.csv, rows 12", 'error: not read: reason is "…"']


def test_without_a_file_the_terminal_is_told_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    book = Logbook(None, clock=clock, say=told.append)
    book.write("one")
    assert (told, book.faults, list(tmp_path.iterdir())) == (["one"], [], [])


@pytest.mark.parametrize("fault", [BrokenPipeError(errno.EPIPE, "x"), ValueError("I/O operation on closed file")])
def test_a_terminal_that_went_away_stops_nothing(fault: Exception, path: Path) -> None:
    book = Logbook(path, clock=clock, say=mock.Mock(side_effect=fault))
    book.write("one")
    book.write("two")
    assert len(book.faults) == 1
    assert f"nothing can be shown ({type(fault).__name__}). Read the log instead." in str(book.faults[0])
    assert len(lines(path)) == 2


def test_a_terminal_that_went_away_stops_nothing_where_there_is_no_file_either() -> None:
    book = Logbook(None, clock=clock, say=mock.Mock(side_effect=BrokenPipeError))
    book.write("one")
    assert [str(f) for f in book.faults] == ["nothing can be shown (BrokenPipeError). Read the log instead."]


def test_the_largest_number_that_is_kept(path: Path) -> None:
    largest = logbook.LARGEST
    kept = written(path, a=largest - 1, b=1 - largest, c=Decimal(largest) - 1, d=float(largest) - 1)
    assert kept == {"a": largest - 1, "b": 1 - largest, "c": str(largest - 1), "d": largest - 1.0}
    beyond = written(path, a=largest, b=-largest, c=Decimal(largest), d=float(largest))
    assert beyond == {"a": "…0000", "b": "…0000", "c": "…0000", "d": "…0000.0"}
