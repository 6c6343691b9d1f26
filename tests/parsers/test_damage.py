"""Samples damaged as disks, mail gateways and editors damage files: no wrong amount is taken as proved."""

from collections import Counter
from pathlib import Path

import pytest

from reconcile import money
from reconcile.errors import ReconcileError
from reconcile.parsers import read_statement

SAMPLES = Path(__file__).parent / "samples"
# the ten newest rows: as good as all, and the sweeps stay quick
CSV = b"".join((SAMPLES / "01-history-download.csv").read_bytes().splitlines(keepends=True)[:17])
OFX = (SAMPLES / "08c-ofx1-overlap-other-fitids.ofx").read_bytes().replace(b"\r\n", b"\n")


@pytest.fixture
def read(tmp_path):
    def reading(content: bytes):
        path = tmp_path / "damaged"
        path.write_bytes(content)
        try:
            return read_statement(path)
        except ReconcileError as fault:
            assert "\n" not in str(fault)
            return None

    return reading


def moves(statement) -> Counter:
    rows = statement.transactions
    return Counter(zip(rows["date"], money.cents(rows["amount"]).tolist(), rows["description"], strict=True))


def amounts(statement) -> Counter:
    return Counter(money.cents(statement.transactions["amount"]).tolist())


def edits(content: bytes, step: int):
    for at in range(0, len(content), step):
        for byte in {content[at] ^ 1, ord("7"), ord(","), ord("\n"), ord("<"), 0} - {content[at]}:
            yield at, content[:at] + bytes([byte]) + content[at + 1 :]


def line_edits(content: bytes):
    lines = content.splitlines(keepends=True)
    for n in range(len(lines)):
        yield f"line {n + 1} deleted", lines[:n] + lines[n + 1 :]
        yield f"line {n + 1} doubled", [*lines[: n + 1], *lines[n:]]
        if n:
            yield f"lines {n} and {n + 1} swapped", [*lines[: n - 1], lines[n], lines[n - 1], *lines[n + 1 :]]


def test_a_history_cut_at_any_byte_is_refused_or_keeps_only_whole_rows(read):
    whole = moves(read(CSV))
    loaded = 0
    for end in range(len(CSV)):
        cut = read(CSV[:end])
        if cut is None:
            continue
        loaded += 1
        assert not moves(cut) - whole, end
        assert cut.proof.complete == (CSV[:end].endswith(b"\n") or not len(cut.transactions)), end
        if not CSV[:end].endswith(b"\n"):
            # inside a row: that row is never among the transactions
            last = CSV[:end].count(b"\n") + 1
            assert last not in set(cut.transactions["line"]) | set(cut.notices["line"]), end
    assert loaded > 450


def test_an_ofx_cut_at_any_byte_is_refused(read):
    assert [end for end in range(len(OFX.rstrip())) if read(OFX[:end])] == []
    assert moves(read(OFX.rstrip())) == moves(read(OFX))


def test_a_history_with_a_line_lost_doubled_or_swapped_proves_no_wrong_amount(read):
    whole, lines = moves(read(CSV)), CSV.count(b"\n")
    for what, edited in line_edits(CSV):
        found = read(b"".join(edited))
        if found is None or not found.proof.complete:
            continue
        # nothing in this layout states the balance before the oldest row, so its loss alone cannot be seen
        assert moves(found) == whole or what == f"line {lines} deleted", what


def test_an_ofx_with_a_line_lost_doubled_or_swapped_proves_no_wrong_amount(read):
    whole = amounts(read(OFX))
    for what, edited in line_edits(OFX):
        found = read(b"".join(edited))
        if found is not None and found.proof.complete:
            assert amounts(found) == whole or "swapped" in what, what


def test_a_history_with_any_byte_changed_proves_no_wrong_amount(read):
    whole, oldest = amounts(read(CSV)), CSV.rstrip().rfind(b"\n")
    for at, edited in edits(CSV, 5):
        found = read(edited)
        if found is not None and found.proof.complete and at < oldest:
            assert amounts(found) == whole, (at, edited[max(at - 20, 0) : at + 20])


def test_an_ofx_with_any_byte_changed_proves_no_wrong_amount(read):
    whole = amounts(read(OFX))
    for at, edited in edits(OFX, 13):
        found = read(edited)
        # a digit changed in an amount is the one thing that OFX, which states no running balance, cannot show
        if found is not None and found.proof.complete and b"<TRNAMT>" not in OFX[OFX.rfind(b"\n", 0, at) + 1 : at]:
            assert amounts(found) == whole, (at, edited[max(at - 20, 0) : at + 20])


@pytest.mark.soak
@pytest.mark.parametrize("name", ["01-history-download.csv", "03-history-creditcard.csv"])
def test_no_byte_of_a_whole_history_sample_can_be_changed_into_a_wrong_amount(read, name):
    content = (SAMPLES / name).read_bytes()
    whole, oldest = amounts(read(content)), content.rstrip().rfind(b"\n")
    for at, edited in edits(content, 1):
        found = read(edited)
        if found is not None and found.proof.complete and at < oldest:
            assert amounts(found) == whole, (at, edited[max(at - 20, 0) : at + 20])


@pytest.mark.soak
@pytest.mark.parametrize("name", ["08-ofx1-sgml.ofx", "09-ofx2-xml200.ofx"])
def test_a_whole_ofx_sample_cut_at_any_byte_is_refused(read, name):
    content = (SAMPLES / name).read_bytes().rstrip()
    assert [end for end in range(len(content)) if read(content[:end])] == []


@pytest.mark.soak
@pytest.mark.parametrize("name", ["08-ofx1-sgml.ofx", "09-ofx2-xml200.ofx"])
def test_no_byte_of_a_whole_ofx_sample_can_be_changed_into_lost_rows(read, name):
    content = (SAMPLES / name).read_bytes()
    rows = len(read(content).transactions) + len(read(content).notices)
    for at, edited in edits(content, 1):
        found = read(edited)
        if found is not None and found.proof.complete:
            assert len(found.transactions) + len(found.notices) == rows, (at, edited[max(at - 20, 0) : at + 20])
