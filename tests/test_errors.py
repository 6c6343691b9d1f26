"""Every error comes from a file one may really have, says what to do in one line, and is a built-in error too."""

from __future__ import annotations

from pathlib import Path

import pytest

import reconcile as rc
from reconcile import errors
from reconcile.matching.evaluation import read_labelled

BAD = Path(__file__).parent / "bad"
SAMPLES = Path(__file__).parents[1] / "sample_statements"


def measure(name: str) -> None:
    rc.evaluate(read_labelled(BAD / name), rc.read_campaigns(SAMPLES / "campaigns.csv"))


def write_over_a_folder() -> None:
    campaigns = rc.read_campaigns(SAMPLES / "campaigns.csv")
    statement = rc.read_statement(SAMPLES / "history-2018-09.csv")
    matches = rc.match(statement.transactions, campaigns)
    rc.write_workbook(BAD, statements=[statement], matches=matches, campaigns=campaigns)


CASES = {
    "empty.csv": (errors.UnreadableFile, OSError, lambda: rc.read_statement(BAD / "empty.csv")),
    "login-page.csv": (errors.UnknownLayout, ValueError, lambda: rc.read_statement(BAD / "login-page.csv")),
    "other-bank.csv": (errors.UnknownLayout, ValueError, lambda: rc.read_statement(BAD / "other-bank.csv")),
    "dollars.ofx": (errors.ForeignStatement, ValueError, lambda: rc.read_statement(BAD / "dollars.ofx")),
    "cut-off.ofx": (errors.DamagedStatement, ValueError, lambda: rc.read_statement(BAD / "cut-off.ofx")),
    "row-lost.csv": (errors.DamagedStatement, ValueError, lambda: rc.read_statement(BAD / "row-lost.csv")),
    "register-faults.csv": (errors.RegisterRefused, ValueError, lambda: rc.read_campaigns(BAD / "register-faults.csv")),
    "no-answers.csv": (errors.FrameRefused, ValueError, lambda: measure("no-answers.csv")),
    "not-money.csv": (errors.NotMoney, ValueError, lambda: measure("not-money.csv")),
    "a folder": (errors.WorkbookNotWritten, OSError, write_over_a_folder),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_file_gives_its_error_in_one_line_with_what_to_do(case):
    kind, built_in, act = CASES[case]
    with pytest.raises(kind) as caught:
        act()
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, built_in)
    assert len(str(error).splitlines()) == 1
    assert error.what and (error.do or isinstance(error, errors.RegisterRefused))
    assert str(error).endswith((".", "!", "?"))


def test_every_error_of_the_tree_has_an_example():
    tree = {k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.ReconcileError)}
    assert tree - {errors.ReconcileError} == {kind for kind, _, _ in CASES.values()}


def test_a_register_tells_all_its_faults_at_once():
    with pytest.raises(errors.RegisterRefused) as caught:
        rc.read_campaigns(BAD / "register-faults.csv")
    assert len(caught.value.faults) == 4
    for fault in ("code", "aliases", "opens", "is empty"):
        assert any(fault in text for text in caught.value.faults)


@pytest.mark.parametrize("name", ["a\nb.csv", "a\x1b[31mb.csv", "a\u202eb.csv"])
def test_a_name_cannot_break_or_colour_the_line(name):
    text = str(errors.UnreadableFile("is empty", file=name, do="Download it again."))
    assert len(text.splitlines()) == 1
    assert not {"\x1b", "\u202e"} & set(text)
