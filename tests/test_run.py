from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from reconcile.campaigns import default_funds, read_campaigns
from reconcile.cli import main
from reconcile.matching import match
from reconcile.matching.two_texts import review_two_texts
from reconcile.merging import merge_statements
from reconcile.run import read_all

sys.path.insert(0, str(Path(__file__).parent / "merging"))
sys.path.insert(0, str(Path(__file__).parent / "parsers"))
from exports import Entry, export
from ledgers import Entry as Line
from ledgers import history, ofx_of

ROOT = Path(__file__).parents[1]
CAMPAIGNS = ROOT / "sample_statements" / "campaigns.csv"

CASES = [
    ("IDB ZAKAT", "IDB ZAKAT", ("matched", "IDB", "zakat")),
    ("IDB ZAKAT", "IDB LILLAH", ("review", "IDB", None)),
    ("IDB ZAKAT", "GAZA ZAKAT", ("review", None, "zakat")),
    ("IDB ZAKAT", "T MOKOENA", ("review", None, None)),
    ("T MOKOENA", "IDB ZAKAT", ("review", None, None)),
]


@pytest.mark.parametrize(("text", "other", "expected"), CASES)
def test_a_gift_that_two_exports_word_for_two_decisions_is_for_a_person(text, other, expected):
    entries = [Entry(0, 10_00, reference="A"), Entry(1, 500_00, reference=text), Entry(2, 20_00, reference="A")]
    pair = [export(entries, file="a"), export(entries, file="b", wording="ofx", texts={1: f"CAPITEC   {other}"})]
    merged = merge_statements(pair)
    campaigns, funds = read_campaigns(CAMPAIGNS), default_funds()
    before = match(merged.transactions, campaigns, funds=funds).set_axis([7, 8, 9])
    after = review_two_texts(before, merged.conflicts, campaigns, funds)
    found = tuple(None if pd.isna(v) else v for v in after.loc[8, ["status", "campaign", "fund"]])
    assert found == expected
    assert after.loc[[7, 9]].equals(before.loc[[7, 9]])
    assert after.dtypes.equals(before.dtypes)
    if text != other:
        assert f'two exports word it differently: "CAPITEC   {other}"' in after.loc[8, "reason"]


def run(capsys, *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main([str(a) for a in arguments])
    return left.value.code, capsys.readouterr().out


@pytest.fixture
def files(tmp_path):
    from datetime import date

    lines = [
        Line(date(2026, 1, n), n * 100_00, text) for n, text in ((2, "A1"), (5, "IDB ZAKAT"), (6, "B2"), (9, "C3"))
    ]
    edited = [*lines[:1], Line(lines[1].day, lines[1].cents, "IDB LILLAH"), *lines[2:]]
    late = history(lines[3:], 100_000_00 + sum(e.cents for e in lines[:3]))
    for name, text in (("early.csv", history(lines[:1])), ("late.csv", late), ("all.csv", history(lines))):
        (tmp_path / name).write_text(text)
    (tmp_path / "all.ofx").write_text(ofx_of(edited))
    return tmp_path


@pytest.mark.parametrize("command", [["check"], ["run", "--campaigns", CAMPAIGNS, "--out"]])
def test_gaps_and_conflicts_are_told_in_a_line_each_and_in_json_and_are_no_success(capsys, files, command):
    more = [*command[1:], files / "out"] if len(command) > 1 else []
    gap = [command[0], files / "early.csv", files / "late.csv", *more]
    code, out = run(capsys, *gap)
    assert code == 1
    assert "gap: Account …9001: R 1 100.00 missing from 2026-01-02 to 2026-01-09, early.csv and late.csv" in out
    facts = json.loads(run(capsys, *gap, "--json")[1])
    (found,) = facts["gaps"]
    assert (found["account"], found["after"], found["missing"]) == ("…9001", "2026-01-02", "1100.00")
    conflict = [command[0], files / "all.csv", files / "all.ofx", *more]
    code, out = run(capsys, *conflict)
    assert code == 1
    assert "exports disagree: Account …9001: text differs: R 500.00 on 2026-01-05, all.csv, line 10, and all.ofx" in out
    facts = json.loads(run(capsys, *conflict, "--json")[1])
    assert [c["kind"] for c in facts["conflicts"]] == ["text differs"]
    assert "LILLAH" not in json.dumps(facts["conflicts"])
    assert run(capsys, command[0], files / "all.csv", *more)[0] == 0


def exceptions(path):
    """The rows of the sheet Exceptions, and the differences that the control totals of the workbook show."""
    book = openpyxl.load_workbook(path, data_only=True)
    rows = list(book["Control"].iter_rows(values_only=True))
    files = next(at for at, row in enumerate(rows) if row[0] == "File")
    off = [row[9] for row in rows[4:files] if isinstance(row[9], int | float)]
    return list(book["Exceptions"].iter_rows(min_row=5, max_col=7, values_only=True)), off


def test_the_workbook_shows_gaps_conflicts_and_refused_files_and_its_totals_still_tie(capsys, files):
    names = [files / n for n in ("early.csv", "all.ofx", "late.csv", "all.csv")]
    run(capsys, "run", *names, "--campaigns", CAMPAIGNS, "--out", files / "out")
    (path,) = (files / "out").glob("*.xlsx")
    [taken], off = exceptions(path)
    assert taken[:6] == ("text differs", "all.csv", 10, datetime(2026, 1, 5), 500, "IDB ZAKAT")  # noqa: DTZ001
    assert taken[6].endswith('· all.ofx, line 21: "IDB LILLAH"')
    assert (len(off), set(off)) == (8, {0})
    (files / "letter.txt").write_text("Dear Thandi")
    given = [*names[:1], *names[2:3], files / "letter.txt"]
    run(capsys, "run", *given, "--campaigns", CAMPAIGNS, "--out", files / "gap")
    (path,) = (files / "gap").glob("*.xlsx")
    [refused, gap], off = exceptions(path)
    assert refused[:2] == ("file refused", "letter.txt")
    assert gap[:6] == ("gap", "early.csv and late.csv", None, None, 1100, "after 2026-01-02 before 2026-01-09")
    assert gap[6].endswith("account …9001")
    assert off == [*[0] * 7, -1100]  # the statements' own balances tell of what is missing


def test_the_same_file_from_two_folders_is_one(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "march.csv").write_text(history([Line(date(2026, 3, 2), 5_00, "IDB ZAKAT")]), "utf-8")
    statements, refused = read_all([tmp_path / "a" / "march.csv", tmp_path / "b" / "march.csv"])
    assert (len(statements), refused) == (1, [])
