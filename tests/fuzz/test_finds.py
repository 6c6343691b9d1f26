"""What fuzzing and the sweeps have found, each as a case with a name: read wrong, read slowly, or a foreign error."""

import io
import zipfile
from collections.abc import Callable

import pytest
from damage import BYTES, SAMPLES
from pieces import NAME
from target import read

from reconcile import money
from reconcile.errors import ReconcileError
from reconcile.statement import Statement


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def changed(name: str, old: bytes, new: bytes) -> bytes:
    content = sample(name)
    assert content.count(old) == 1
    return content.replace(old, new)


def without_a_name() -> bytes:
    """A ZIP whose directory has a member without a name, as one byte changed to NUL makes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", sample("01-history-download.csv"))
    content = packed.getvalue()
    at = content.index(b"PK\x01\x02") + 46
    return content[:at] + b"\x00" + content[at + 1 :]


CUT = sample("05b-recreated-statement-flat.csv")

REFUSED: dict[str, tuple[bytes, str]] = {
    "a flat Recreated Statement cut inside the statement's own values": (
        CUT[: CUT.index(b"62000012345") + 11],
        "has no opening balance",
    ),
    "a flat Recreated Statement cut behind its opening balance": (
        CUT[: CUT.index(b"4126.55") + 7],
        "has no closing balance",
    ),
    "a first row that has run into the names of the columns": (
        changed("06-business-servicefee-columns.csv", b"CHEQUE NUMBER,\n", b"CHEQUE NUMBER,<"),
        "a row has run into the names of the columns",
    ),
    "an Enterprise export cut inside its opening balance": (
        sample("07-enterprise-csv-date-number.csv")[:32],
        "the file ends inside its record 2",
    ),
    "a ZIP member without a name": (without_a_name(), "ZIP"),
    "a control character in the words of a class": (
        changed("04-statement-emailed-recordtypes.csv", b"'Funds Used/Debits',2", b"'Funds Used/\x04ebits',3"),
        "Funds Used/\N{REPLACEMENT CHARACTER}ebits",
    ),
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_words_of_ours(content, words, tmp_path):
    (fault,) = read(tmp_path / NAME, content)
    assert isinstance(fault, ReconcileError)
    assert words in str(fault)


def all_texts_empty(s: Statement) -> None:
    assert s.transactions["description"].tolist()[2] == ""
    assert (len(s.transactions), len(s.quarantined), s.proof.complete) == (16, 0, True)


def no_amount_of_a_try_that_failed(s: Statement) -> None:
    # nothing can tell whether the row behind an unreadable one moved money
    assert 98_00 not in money.cents(s.transactions["amount"]).tolist()
    assert len(s.quarantined) == 2
    assert not s.proof.complete


def the_comma_kept(s: Statement) -> None:
    assert s.transactions["description"].tolist()[3] == "ABSA BANK mbf, 0031"
    assert s.transactions["bank_reference"].tolist()[3] == "mbf, 0031"
    assert (len(s.quarantined), s.proof.complete) == (0, True)


def the_row_set_aside(s: Statement) -> None:
    assert len(s.quarantined) == 1


EMAILED = "04-statement-emailed-recordtypes.csv"
READ: dict[str, tuple[bytes, Callable[[Statement], None]]] = {
    "an e-mailed row whose three texts are empty": (
        changed(EMAILED, b'"Magtape Credit","Capitec   Mbf-0042 T Mokoena",,500.00', b'"",,"",500.00'),
        all_texts_empty,
    ),
    "a row that moves no money behind one that cannot be read": (
        changed(EMAILED, b"14310.44,\n5,10,", b"1431\x000.44,\n5,10,"),
        no_amount_of_a_try_that_failed,
    ),
    "a comma in text and reference in front of empty cells": (
        changed("06-business-servicefee-columns.csv", b"ABSA BANK mbf 0031,mbf 0031", b"ABSA BANK mbf, 0031,mbf, 0031"),
        the_comma_kept,
    ),
    "9,000 commas in a text, each a place to split it": (
        changed("05-recreated-statement-blocks.csv", b"ABSA BANK mbf 0031", b"," * 9_000),
        the_row_set_aside,
    ),
}


NO_BALANCE_IN_FRONT = {
    "business": (sample("06-business-servicefee-columns.csv"), 4),
    "Recreated, its columns alone": (sample("05-recreated-statement-blocks.csv").partition(b"\n\n")[2], 2),
    "Enterprise without its record 2": (sample("07-enterprise-csv-date-number.csv").partition(b"\n")[2], 1),
}


@pytest.mark.parametrize("byte", [*BYTES, None], ids=str)
@pytest.mark.parametrize(("content", "line"), NO_BALANCE_IN_FRONT.values(), ids=NO_BALANCE_IN_FRONT)
def test_two_first_rows_run_together_are_not_taken_for_one(content, line, byte, tmp_path):
    # the oldest row's amount hangs on no balance: taken with the text of both, the second would be lost in silence
    lines = content.split(b"\n")
    joint = b"" if byte is None else bytes([byte])
    run_together = b"\n".join([*lines[: line - 1], lines[line - 1] + joint + lines[line], *lines[line + 1 :]])
    (whole,), (result,) = read(tmp_path / NAME, content), read(tmp_path / NAME, run_together)
    assert isinstance(whole, Statement)
    if isinstance(result, Statement) and byte != ord("\n"):
        assert not result.proof.complete
        assert len(result.transactions) < len(whole.transactions)
        assert len(result.quarantined) == 1


@pytest.mark.parametrize(("content", "holds"), READ.values(), ids=READ)
def test_it_is_read_as_it_stands(content, holds, tmp_path):
    (statement,) = read(tmp_path / NAME, content)
    assert isinstance(statement, Statement), statement
    holds(statement)
