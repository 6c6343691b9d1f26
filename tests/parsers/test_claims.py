"""Whose file it is: of every sample exactly one layout says so, whatever a disk or an editor did to its ends."""

from pathlib import Path

import pytest
from layout_samples import FOLDER, SAMPLES

from reconcile.files import Document, each_document
from reconcile.merging import merge_statements
from reconcile.parsers import known_layouts, read_each, read_statement

OWN = Path(__file__).parents[2] / "sample_statements"
NOT_STATEMENTS = {"campaigns.csv", "funds.csv", "receipts.csv", "payout-2018-09.csv"}
FILES = sorted(
    path
    for folder in (FOLDER, OWN)
    for path in folder.iterdir()
    if path.suffix in (".csv", ".ofx", ".zip") and not path.name.endswith(".expected.csv")
)
LAYOUTS = {
    "history": "FNB Transaction History CSV",
    "emailed": "FNB e-mailed statement CSV",
    "blocks": "FNB Recreated Statement CSV",
    "flat": "FNB Recreated Statement CSV",
    "business": "FNB business CSV with SERVICE FEE",
    "enterprise": "FNB Enterprise CSV Date Number",
}
FORMS = {
    "as it is": lambda text: text,
    "CRLF": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    "CR alone": lambda text: text.replace("\r\n", "\n").replace("\n", "\r"),
    "blank lines in front": lambda text: "\r\n \n\n" + text,
    "blank lines behind": lambda text: text + "\n\n \n",
    "in other letters": lambda text: text.replace("MBF", "Zoë"),
}


def claiming(text: str) -> list[str]:
    document = Document("a", None, b"", "", "text", text, "utf-8")
    return [layout.name for layout in known_layouts() if layout.claims(document)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_sample_is_claimed_by_one_layout_in_every_form(path, form):
    for document in each_document(path):
        own = claiming(document.text)
        assert len(own) == (path.name not in NOT_STATEMENTS)
        assert claiming(FORMS[form](document.text)) == own


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_claimed_by_its_own_layout(name):
    assert claiming(SAMPLES[name].whole) == [LAYOUTS[name]]
    assert read_statement(FOLDER / SAMPLES[name].file).source.layout == LAYOUTS[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_with_any_one_line_lost_is_claimed_by_its_own_layout_or_none(name):
    lines = SAMPLES[name].whole.split("\n")
    for n in range(len(lines)):
        assert claiming("\n".join(lines[:n] + lines[n + 1 :])) in ([LAYOUTS[name]], []), n + 1


def test_a_row_of_one_layout_inside_a_file_of_another_changes_nothing():
    for name, sample in SAMPLES.items():
        for other in SAMPLES.values():
            assert claiming(sample.with_row(other.written())) == [LAYOUTS[name]]


def test_two_statements_below_one_another_are_claimed_by_one_layout_or_none():
    for name, sample in SAMPLES.items():
        for other in SAMPLES.values():
            assert claiming(sample.whole + "\n" + other.whole) in ([LAYOUTS[name]], [])


def test_every_layout_has_a_name_and_an_ending_of_its_own():
    names = [layout.name for layout in known_layouts()]
    assert sorted(names) == sorted({*LAYOUTS.values(), "OFX"})
    assert {layout.suffix for layout in known_layouts()} == {".csv", ".ofx"}


def test_statements_of_two_layouts_that_do_not_meet_have_a_gap_to_the_cent():
    emailed = read_statement(FOLDER / SAMPLES["emailed"].file)
    history = read_statement(FOLDER / SAMPLES["history"].file)
    (gap,) = merge_statements([history, emailed]).gaps.to_dict("records")
    assert (gap["closing"], gap["opening"]) == (emailed.closing, history.opening)
    assert gap["missing"] == history.opening - emailed.closing
    assert (gap["from_source"], gap["to_source"]) == (SAMPLES["emailed"].file, SAMPLES["history"].file)


def test_numbered_statements_that_are_not_there_are_named():
    months = [read_statement(OWN / f"emailed-{month}.csv") for month in ("2018-12-to-2019-01", "2018-09")]
    (gap,) = merge_statements(months).gaps.to_dict("records")
    assert gap["reason"].startswith("statements 38, 39 and 40 are missing")


def test_the_same_statement_under_another_name_gives_the_same_transactions(tmp_path):
    for name, sample in SAMPLES.items():
        copy = tmp_path / "62000012345 (1).csv"
        copy.write_bytes((FOLDER / sample.file).read_bytes())
        (one,), (other,) = (read_each(path) for path in (FOLDER / sample.file, copy))
        same = [c for c in one.transactions.columns if c != "source"]
        assert one.transactions[same].equals(other.transactions[same]), name
        assert one.source.sha256 == other.source.sha256
        assert len(merge_statements([one, other]).transactions) == len(one.transactions)
