"""Decisions out of a workbook, put on record: once each, with their evidence, and never over what was decided since."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from books_in_review import (
    CAMPAIGNS,
    FEBRUARY,
    JANUARY,
    LATER,
    NIGHT,
    OPENING,
    SECOND,
    Saved,
    book_of,
    by_text,
    filled,
    places_of,
)
from ledgers import Entry, history, ofx_of
from nights import Job

from reconcile.cli import main
from reconcile.errors import DecisionRefused, ReviewRefused
from reconcile.review import Reviewed, Taken, read_decisions, take_decisions

PLAIN, OTHER = "ABSA BANK mbf 0077", "NEDBANK   L BOTHA WITH LOVE"
GIVEN: Mapping[str, Mapping[str, object]] = {
    PLAIN: {"Your campaign": "WEL", "Your fund": "zakat", "Your note": "by telephone"},
    OTHER: {
        "Your campaign": "ORF",
        "Your fund": "sadaqah",
        "Your amount": 100.01,
        "Campaign 2": "not a gift",
        "Amount 2": 49.99,
    },
}
"""One payment as a whole, and one of R 150.00 in two parts."""


@pytest.fixture
def reviewed(february: Path, tmp_path: Path) -> Reviewed:
    """What came back of February."""
    return read_decisions(filled(february, tmp_path / "reviewed.xlsx", GIVEN))


def take(job: Job, reviewed: Reviewed, by: str = "Thandi") -> Taken:
    with job.store() as store:
        return take_decisions(store, reviewed, by=by, reason="reviewed in February")


def standing(job: Job) -> dict[str, list[tuple[object, object, str]]]:
    """Where the money of both payments is credited, part by part."""
    with job.store() as store:
        names, parts = by_text(store.transactions()), store.allocations()
    parts = parts.astype({"campaign": object, "fund": object}).where(parts.notna(), None)
    of = {text: parts[parts["transaction_id"] == names[text]] for text in (PLAIN, OTHER)}
    return {t: list(zip(p["campaign"], p["fund"], map(str, p["amount"]), strict=True)) for t, p in of.items()}


def events(job: Job) -> int:
    with job.store() as store:
        assert store.verify().holds
        return len(store.events())


def id_of(job: Job, text: str) -> str:
    with job.store() as store:
        return by_text(store.transactions())[text]


def test_each_decision_is_put_on_record_with_its_parts_its_reason_and_its_evidence(
    job: Job, reviewed: Reviewed, february: Path
) -> None:
    assert take(job, reviewed) == Taken(2, 0, ())
    assert standing(job) == {
        PLAIN: [("WEL", "zakat", "1000.00")],
        OTHER: [("ORF", "sadaqah", "100.01"), (None, None, "49.99")],
    }
    with job.store() as store:
        found = store.decisions()
    made = found[found["transaction_id"].isin([id_of(job, PLAIN), id_of(job, OTHER)])]
    assert set(made["by"]) == {"Thandi"}
    assert set(made["reason"]) == {"by telephone", "reviewed in February"}
    for text, own in made.groupby(made["transaction_id"].map({id_of(job, t): t for t in GIVEN})):
        place = places_of(february)[text]
        row_hash = openpyxl.load_workbook(february)["To review"][place["Row hash"]].value
        wanted = f"review of reviewed.xlsx, To review!{place['Your campaign']}, row hash {row_hash}"
        assert set(own["evidence"]) == {wanted}


def test_the_parts_add_up_to_what_moved(job: Job, reviewed: Reviewed) -> None:
    take(job, reviewed)
    with job.store() as store:
        rows, parts = store.transactions(), store.allocations()
    sums = parts.groupby("transaction_id")["amount"].sum()
    moved = rows.set_index("transaction_id")["amount"].loc[sums.index]
    assert [Decimal(a) for a in sums] == [Decimal(a) for a in moved]


def test_taking_it_twice_changes_nothing(job: Job, reviewed: Reviewed) -> None:
    take(job, reviewed)
    before = events(job)
    assert take(job, reviewed, by="Sipho") == Taken(0, 2, ())
    assert events(job) == before


def test_taking_it_again_after_somebody_changed_it_changes_nothing(job: Job, reviewed: Reviewed) -> None:
    take(job, reviewed)
    with job.store() as store:
        store.decide(id_of(job, PLAIN), ("ORF", "zakat"), by="Sipho", reason="the donor called")
    before, stands = events(job), standing(job)
    assert take(job, reviewed) == Taken(0, 2, ())
    assert (events(job), standing(job)) == (before, stands)


def test_what_was_taken_back_since_is_named_and_stays_so(job: Job, reviewed: Reviewed) -> None:
    """Who decides it so again in the next workbook must be told that it does not stand."""
    take(job, reviewed)
    with job.store() as store:
        store.undo(id_of(job, PLAIN), by="Sipho", reason="another donor")
        on = store.decisions()["at"].iloc[-1][:10]
    before, stands = events(job), standing(job)
    found = take(job, reviewed)
    assert (found.taken, found.known) == (0, 1)
    assert [str(f) for f in found.refused] == [
        f"reviewed.xlsx: To review!K5: it was decided so before, and Sipho took it back on {on}. "
        "If it is right after all, say so with reconcile decide."
    ]
    assert (events(job), standing(job)) == (before, stands)


def test_another_answer_after_the_first_was_taken_back_is_taken(
    job: Job, reviewed: Reviewed, february: Path, tmp_path: Path
) -> None:
    take(job, reviewed)
    with job.store() as store:
        store.undo(id_of(job, PLAIN), by="Sipho", reason="another donor")
    other = filled(february, tmp_path / "again.xlsx", {PLAIN: {"Your campaign": "ORF", "Your fund": "zakat"}})
    assert take(job, read_decisions(other)) == Taken(1, 0, ())
    before = events(job)
    assert take(job, reviewed).known == 2  # the old workbook says what was so once
    assert (events(job), standing(job)[PLAIN]) == (before, [("ORF", "zakat", "1000.00")])


def test_what_was_decided_so_by_other_means_is_on_record_already(job: Job, reviewed: Reviewed) -> None:
    with job.store() as store:
        store.decide(id_of(job, PLAIN), ("WEL", "zakat"), by="Sipho", reason="")
    assert take(job, reviewed) == Taken(1, 1, ())


def test_what_was_decided_otherwise_since_is_named_and_the_rest_is_taken(job: Job, reviewed: Reviewed) -> None:
    with job.store() as store:
        store.decide(id_of(job, PLAIN), ("ORF", None), by="Sipho", reason="a letter")
        on = store.decisions()["at"].iloc[-1][:10]
    found = take(job, reviewed)
    assert (found.taken, found.known) == (1, 0)
    assert [str(f) for f in found.refused] == [
        f"reviewed.xlsx: To review!K5: Sipho decided it otherwise on {on}: ORF unspecified. "
        f"If that is wrong, change it with reconcile decide {id_of(job, PLAIN)}."
    ]
    assert isinstance(found.refused[0], ReviewRefused)
    assert standing(job)[PLAIN] == [("ORF", None, "1000.00")]


def test_what_a_rule_credits_since_is_named_unless_it_is_the_same(job: Job, reviewed: Reviewed) -> None:
    (job.folder / "campaigns.csv").write_text(LATER + "LOV,Love Appeal,Botha|MBF0077|MBF 0077,,\n", encoding="utf-8")
    job.run(NIGHT + timedelta(days=3))
    with job.store() as store:
        match = store.look_up([id_of(job, PLAIN)])[1].iloc[0]
    assert (match["status"], match["campaign"]) == ("matched", "LOV")
    found = take(job, reviewed)
    assert "To review!K5: a rule has credited it to LOV since. If that is wrong" in str(found.refused[0])
    so = reviewed.decisions.assign(campaign="LOV", fund=None)
    so = so.assign(amount=so["whole"]).drop_duplicates("transaction_id")
    so = so[so["transaction_id"] == id_of(job, PLAIN)]
    assert take(job, replace(reviewed, decisions=so)) == Taken(1, 0, ())


def test_what_the_bank_words_otherwise_since_is_decided_in_a_newer_workbook(tmp_path: Path) -> None:
    job = Job(tmp_path / "job").set_up(campaigns=CAMPAIGNS)
    job.deliver("first.ofx", ofx_of(SECOND, OPENING))
    job.run(NIGHT)
    path = shutil.copy(book_of(job), tmp_path / "kept.xlsx")
    given = {
        PLAIN: {"Your campaign": "WEL", "Your fund": "zakat"},
        OTHER: {"Your campaign": "WEL", "Your fund": "zakat"},
    }
    reviewed = read_decisions(filled(Path(path), tmp_path / "reviewed.xlsx", given))
    reworded = [Entry(e.day, e.cents, e.text.replace("0077", "0077 FOR WATER")) for e in SECOND]
    job.deliver("second.csv", history(reworded, OPENING))
    job.run(NIGHT + timedelta(days=1))
    found = take(job, reviewed)
    assert found.taken == 1
    assert [str(f) for f in found.refused] == [
        "reviewed.xlsx: To review!K6: the bank has another text for it now. Decide it in a new workbook."
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [("date", pd.Timestamp(2026, 2, 18)), ("whole", Decimal("1000.01")), ("description", "ABSA BANK MBF 0077")],
)
def test_day_amount_and_text_must_be_those_of_the_books(
    column: str, value: object, job: Job, reviewed: Reviewed
) -> None:
    rows = reviewed.decisions.copy()
    rows[column] = rows[column].where(rows["description"] != PLAIN, value)
    found = take(job, replace(reviewed, decisions=rows))
    assert (found.taken, len(found.refused)) == (1, 1)
    assert standing(job)[PLAIN] == []


def test_a_workbook_of_another_store_is_refused_row_by_row(reviewed: Reviewed, tmp_path: Path) -> None:
    job = Job(tmp_path / "other").set_up(campaigns=CAMPAIGNS)
    job.deliver("a.csv", history([Entry(SECOND[0].day, 5_00, "SOMETHING ELSE")]))
    job.run(NIGHT)
    found = take(job, reviewed)
    assert (found.taken, found.known, len(found.refused)) == (0, 0, 2)
    assert "is not in this store. Give the workbook to the store that it was written from." in str(found.refused[0])


def test_a_list_of_another_register_lets_nothing_into_the_books(job: Job, february: Path, tmp_path: Path) -> None:
    """Its rows have sound hashes of their own; the register of the store is what counts."""
    other = Job(tmp_path / "other").set_up(campaigns="code,name\nOWN,My Own Appeal\n")
    other.deliver("a.csv", history(SECOND, OPENING))
    other.run(NIGHT)
    foreign = Saved(book_of(other)).xml("Register")
    saved = Saved(filled(february, tmp_path / "a.xlsx", {PLAIN: {"Your campaign": "OWN", "Your fund": "zakat"}}))
    reviewed = read_decisions(saved.put_xml("Register", foreign).to(tmp_path / "reviewed.xlsx"))
    assert len(reviewed.decisions) == 1
    found = take(job, reviewed)
    assert (found.taken, len(found.refused)) == (0, 1)
    assert 'To review!K5: no campaign is called "OWN". It must be one of' in str(found.refused[0])


def test_a_workbook_for_circulation_is_not_the_one_to_decide_in(job: Job, tmp_path: Path) -> None:
    command = ["workbook", FEBRUARY, "--mask", "--out", str(tmp_path / "masked.xlsx")]
    with pytest.raises(SystemExit):
        main([*command, "--config", str(job.folder / "reconcile.toml")])
    place = openpyxl.load_workbook(tmp_path / "masked.xlsx")["To review"]
    assert "•••" in place["E5"].value
    saved = Saved(tmp_path / "masked.xlsx").put("To review", "K5", "WEL").put("To review", "L5", "zakat")
    found = take(job, read_decisions(saved.to(tmp_path / "reviewed.xlsx")))
    assert [str(f) for f in found.refused] == [
        "reviewed.xlsx: To review!K5: payers' words are hidden in this workbook. Fill in the workbook that shows them."
    ]


def test_what_waited_in_a_closed_month_is_decided_and_counts_for_the_next_open_one(job: Job, tmp_path: Path) -> None:
    """The sheet of a closed month stays as it was; what it shows as open can be decided all the same."""
    zakat = "FNB APP PAYMENT FROM  ZAKAT N DLAMINI"
    path = filled(book_of(job, JANUARY), tmp_path / "reviewed.xlsx", {zakat: {"Your campaign": "WEL"}})
    assert take(job, read_decisions(path)) == Taken(1, 0, ())
    with job.store() as store:
        own = store.allocations()
    assert set(own.loc[own["transaction_id"] == id_of(job, zakat), "booked"]) == {FEBRUARY}


def test_in_a_closed_month_what_is_credited_stays(job: Job, reviewed: Reviewed) -> None:
    with job.store() as store:
        store.decide(id_of(job, PLAIN), ("ORF", None), by="Sipho", reason="a letter")
        store.close(FEBRUARY, by="Sipho", open_end="nothing moved since")
    found = take(job, reviewed)
    assert [f.what.split(": ")[1][:33] for f in found.refused] == ["Sipho decided it otherwise on 202"]
    assert standing(job)[PLAIN] == [("ORF", None, "1000.00")]


@pytest.mark.parametrize("by", ["", "  "])
def test_somebody_must_say_so(by: str, job: Job, reviewed: Reviewed) -> None:
    before = events(job)
    with pytest.raises(DecisionRefused, match="nobody is named"):
        take(job, reviewed, by=by)
    assert events(job) == before


def test_what_could_not_be_read_is_told_with_what_could_not_be_taken(job: Job, february: Path, tmp_path: Path) -> None:
    path = filled(february, tmp_path / "r.xlsx", {**GIVEN, PLAIN: {"Your campaign": "WELL", "Your fund": "zakat"}})
    found = take(job, read_decisions(path))
    assert str(found).splitlines() == [
        "1 decisions put on record, 0 were there already, 1 refused",
        'r.xlsx: To review!K5: campaign "WELL" is not on the register. Did you mean WEL?',
    ]


def test_nothing_filled_in_is_nothing_taken(job: Job, february: Path) -> None:
    before = events(job)
    assert take(job, read_decisions(february)) == Taken(0, 0, ())
    assert events(job) == before
