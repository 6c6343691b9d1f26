"""Samples damaged as disks, mail gateways and editors damage files: no wrong amount is taken as proved.

What each layout cannot show is named in `damage.UNSEEN`; docs/damage.md has the counts of the whole sweep.
"""

from pathlib import Path

import pytest
from damage import KINDS, SAMPLES, UNSEEN, Found, Sample, Sweep, cuts, found, judged, outcome, samples, swept, table

from reconcile.errors import DamagedStatement
from reconcile.parsers import known_layouts, read_each, read_statement
from tests.turns import by_turns

ALL = samples()
ROOT = Path(__file__).parents[2]
QUICK = [
    ("01-history-download.csv", 67),
    ("03-history-creditcard.csv", 41),
    ("04-statement-emailed-recordtypes.csv", 101),
    ("05-recreated-statement-blocks.csv", 59),
    ("05b-recreated-statement-flat.csv", 59),
    ("06-business-servicefee-columns.csv", 53),
    ("07-enterprise-csv-date-number.csv", 53),
    ("08c-ofx1-overlap-other-fitids.ofx", 149),
    ("09-ofx2-xml200.ofx", 211),
    ("10-history-resaved-by-spreadsheet.csv", 53),
    ("02-transaction_history_Gold_Business_Account.zip", 31),
]
"""Samples of every layout, and at how many bytes each is damaged once."""


def named(name: str) -> Sample:
    return next(s for s in ALL if s.name == name)


@pytest.mark.parametrize(("name", "step"), by_turns(QUICK, 2), ids=str)
def test_no_damage_passes_as_proved_but_what_the_layout_cannot_show(name, step, tmp_path):
    sweep = swept(named(name), tmp_path, step=step)
    assert sweep.wrong == []
    assert sweep.counts["refused"] > 10


@pytest.mark.soak
@pytest.mark.parametrize("sample", ALL, ids=lambda s: s.name)
def test_no_damage_at_all_passes_as_proved_but_what_the_layout_cannot_show(sample, tmp_path):
    assert swept(sample, tmp_path).wrong == []


def test_a_few_samples_of_every_layout_are_damaged_in_every_run(tmp_path):
    layouts = set()
    for name, _ in QUICK:
        path = tmp_path / name
        path.write_bytes(named(name).content)
        layouts.add(read_statement(path).source.layout)
    assert layouts == {layout.name for layout in known_layouts()} == set(UNSEEN)


def test_a_history_cut_at_any_byte_keeps_only_whole_rows(tmp_path):
    content = named("01-history-download.csv").content
    path = tmp_path / "cut.csv"
    path.write_bytes(content)
    whole = set(found(read_statement(path)).moves)
    loaded = 0
    for _, cut in cuts(content, 7):
        path.write_bytes(cut)
        for statement in read_each(path):
            if isinstance(statement, Exception):
                continue
            loaded += 1
            assert set(found(statement).moves) <= whole
            # inside a row: that row is never among the transactions
            last = cut.count(b"\n") + 1
            rows = set(statement.transactions["line"]) | set(statement.notices["line"])
            assert cut.endswith(b"\n") or last not in rows
    assert loaded > 120


@pytest.mark.parametrize(
    "name", ["04-statement-emailed-recordtypes.csv", "08c-ofx1-overlap-other-fitids.ofx", "09-ofx2-xml200.ofx"]
)
def test_a_file_with_an_end_of_its_own_is_refused_wherever_it_is_cut(name, tmp_path):
    sweep = swept(named(name), tmp_path, kinds="cut", step=7)
    assert set(sweep.counts) == {"refused"}


@pytest.mark.parametrize("shape", ["05-recreated-statement-blocks.csv", "05b-recreated-statement-flat.csv"])
def test_a_recreated_statement_cut_anywhere_loses_no_row_in_silence(shape, tmp_path):
    sweep = swept(named(shape), tmp_path, kinds="cut", step=2)
    assert not set(sweep.counts) - {"refused", "open", "same"}
    assert sweep.counts["same"] < 4  # the last figure without its last nought, and the like


@pytest.mark.parametrize("sample", [s for s in ALL if s.name.endswith(".zip")], ids=lambda s: s.name)
def test_a_damaged_zip_is_refused_or_gives_what_was_in_it(sample, tmp_path):
    sweep = swept(sample, tmp_path, step=47)
    assert not set(sweep.counts) - {"refused", "same"}


WHOLE = Found(
    "FNB Transaction History CSV",
    "62000099001",
    (("2026-01-02", 100, "A"), ("2026-01-03", 200, "B"), ("2026-01-04", 300, "C")),
    (),
    ("", "", ""),
    ("0.00", "6.00"),
    ("", "", "None", "None"),
    True,
)


def like(**changes: object) -> Found:
    return Found(**{**vars(WHOLE), **changes})


@pytest.mark.parametrize(
    ("layout", "changes", "kind"),
    [
        ("FNB Transaction History CSV", {}, "same"),
        ("FNB Transaction History CSV", {"moves": WHOLE.moves[1:]}, "end"),
        ("FNB Transaction History CSV", {"moves": WHOLE.moves[:-1]}, "WRONG"),
        ("FNB Transaction History CSV", {"moves": WHOLE.moves[::2]}, "WRONG"),
        ("FNB Transaction History CSV", {"moves": WHOLE.moves[::-1]}, "WRONG"),
        ("FNB Transaction History CSV", {"moves": (*WHOLE.moves, WHOLE.moves[-1])}, "WRONG"),
        ("FNB Transaction History CSV", {"moves": (("2026-01-02", 150, "A"), *WHOLE.moves[1:])}, "oldest"),
        ("FNB Transaction History CSV", {"moves": (*WHOLE.moves[:2], ("2026-01-04", 301, "C"))}, "WRONG"),
        ("FNB Transaction History CSV", {"moves": (*WHOLE.moves[:2], ("2026-01-04", 300, "D"))}, "text"),
        ("FNB Transaction History CSV", {"moves": (*WHOLE.moves[:2], ("2026-01-05", 300, "C"))}, "day"),
        ("FNB Transaction History CSV", {"account": "62000099002"}, "heading"),
        ("FNB Transaction History CSV", {"moves": WHOLE.moves[:1], "complete": False}, "open"),
        ("FNB Transaction History CSV", {"moves": (("2026-01-03", 201, "B"),), "complete": False}, "WRONG"),
        ("FNB business CSV with SERVICE FEE", {"moves": WHOLE.moves[:-1]}, "end"),
        ("FNB Enterprise CSV Date Number", {"moves": WHOLE.moves[:-1]}, "end"),
        ("FNB Enterprise CSV Date Number", {"moves": WHOLE.moves[1:]}, "WRONG"),
        ("FNB e-mailed statement CSV", {"moves": WHOLE.moves[1:]}, "WRONG"),
        ("FNB Recreated Statement CSV", {"moves": WHOLE.moves[:-1]}, "WRONG"),
        ("FNB Recreated Statement CSV", {"moves": (("2026-01-02", 150, "A"), *WHOLE.moves[1:])}, "WRONG"),
        ("OFX", {"moves": (*WHOLE.moves[:2], ("2026-01-04", 301, "C"))}, "amount"),
        ("OFX", {"moves": WHOLE.moves[1:]}, "WRONG"),
        ("OFX", {"moves": WHOLE.moves[1:], "notices": (("2026-01-02", 0, "A"),)}, "amount"),
        ("OFX", {"moves": WHOLE.moves[::-1]}, "order"),
    ],
)
def test_the_sweep_itself_tells_damage_apart(layout, changes, kind):
    truth = like(layout=layout)
    assert judged(truth, like(layout=layout, **changes)).partition(":")[0] == kind


def test_a_file_of_which_a_statement_is_missing_without_a_word_is_wrong():
    assert outcome([WHOLE, WHOLE], [DamagedStatement("x")]) == "refused"
    assert outcome([WHOLE], []).startswith("WRONG")


def test_one_account_of_two_is_wrong_unless_the_other_is_refused():
    one, _ = read_each(SAMPLES / "02b-transaction_history_multi.zip")
    two = [found(one), WHOLE]
    assert outcome(two, [one]).startswith("WRONG")
    assert outcome(two, [one, DamagedStatement("x")]) == "refused"


def test_the_page_on_damage_names_every_sample_layout_and_outcome():
    page = (ROOT / "docs" / "damage.md").read_text(encoding="utf-8")
    heading, rule = table([Sweep("", "")]).splitlines()[:2]
    assert f"{heading}\n{rule}\n" in page
    for sample in ALL:
        assert f"| `{sample.name}` | " in page
        assert f" | {len(sample.content):,} | ".replace(",", " ") in page, sample.name
    for words in (*(layout.name for layout in known_layouts()), *KINDS.values()):
        assert words in page
