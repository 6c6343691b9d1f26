"""There and back through LibreOffice: filled in by its own drop-down lists, saved, taken, and verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest
from books_in_review import FEBRUARY, Saved, book_of, by_text, copy_of, places_of
from nights import Job

from reconcile import Sampling, verify_workbook, write_month
from reconcile.campaigns import read_campaigns, read_funds
from reconcile.cli import main
from reconcile.reporters.options import Options
from reconcile.review.cells import read_book

InCalc = Callable[[Path, Path, Mapping[str, object]], Path]

GIVEN: dict[str, dict[str, object]] = {
    "ABSA BANK mbf 0077": {
        "Your campaign": "WEL",
        "Your fund": "zakat",
        "Your amount": 600.5,
        "Campaign 2": "0012",
        "Fund 2": "unspecified",
        "Amount 2": 399.5,
    },
    "FNB APP PAYMENT FROM  WELLS FIDYA": {"Your fund": "fidya", "Your note": "a letter of 3 February"},
    "NEDBANK   L BOTHA WITH LOVE": {"Your campaign": "not a gift"},
    "FNB APP PAYMENT FROM  ZAKAT P NAIDOO": {"Your campaign": "ROOF25"},
    "ABSA BANK _x0041_ GIFT": {"Your campaign": "ORF", "Your fund": "sadaqah"},
    "=SUM(1;1) FROM <CO> & SONS": {"Your campaign": "ORF"},
    "STANDARD BANK  A VISSER": {"Your campaign": "HOSPITAL"},
}
STATES = {
    "ABSA BANK mbf 0077": "ready",
    "FNB APP PAYMENT FROM  WELLS FIDYA": "ready",
    "NEDBANK   L BOTHA WITH LOVE": "ready",
    "FNB APP PAYMENT FROM  ZAKAT P NAIDOO": "ready",
    "ABSA BANK _x0041_ GIFT": "ready",
    "=SUM(1;1) FROM <CO> & SONS": "fund?",
    "STANDARD BANK  A VISSER": "to do",
    "FNB APP PAYMENT FROM  WELLS ORPHANS": "to do",
}
"""What the State says of each row: one lacks its fund, and of another the list did not have what was wanted."""


@pytest.fixture(scope="module")
def worked_on(books: Job, in_calc: InCalc, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Books of which the workbook of February was filled in in its place; read it only."""
    job = copy_of(books, tmp_path_factory.mktemp("calc") / "job")
    places = places_of(book_of(books))
    cells = {places[text][heading]: value for text, own in GIVEN.items() for heading, value in own.items()}
    saved = in_calc(book_of(job), job.folder / "saved.xlsx", cells)
    saved.replace(book_of(job))
    return job


def states(path: Path) -> dict[str, object]:
    sheet = openpyxl.load_workbook(path, data_only=True)["To review"]
    return {str(row[4].value).replace("_x005F_", "_"): row[0].value for row in sheet.iter_rows(min_row=5)}


def test_the_state_of_each_row_follows_what_is_filled_in(worked_on: Job) -> None:
    assert states(book_of(worked_on)) == STATES


def test_what_is_ready_is_decided_once_and_the_rest_is_untouched(
    worked_on: Job, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = copy_of(worked_on, tmp_path / "job")
    command = ["review", str(book_of(job)), "--by", "Thandi", "--config", str(job.folder / "reconcile.toml")]
    told = []
    for _ in range(2):
        with pytest.raises(SystemExit) as left:
            main(command)
        said = capsys.readouterr()
        told.append((left.value.code, said.out, said.err.split(": ", maxsplit=1)[1]))
        with job.store() as store:
            told.append((len(store.events()), store.verify().holds))
    fault = 'To review!L10: no fund is chosen. Choose one from the list; "unspecified" is one of them.\n'
    assert told[0] == (1, "5 decided, 0 on record already, 1 refused, 2 open\n", fault)
    assert told[2] == (1, "0 decided, 5 on record already, 1 refused, 2 open\n", fault)
    assert told[1] == told[3]
    with job.store() as store:
        names, parts = by_text(store.transactions()), store.allocations()
        matches = store.matches().set_index("transaction_id")["status"]
        made = store.decisions()
    parts = parts.astype(object).where(parts.notna(), None)
    found = {
        text: [(p["campaign"], p["fund"], str(p["amount"])) for p in own.to_dict("records")]
        for text in STATES
        for own in [parts[parts["transaction_id"] == names[text]]]
    }
    assert found == {
        "ABSA BANK mbf 0077": [("WEL", "zakat", "600.50"), ("0012", None, "399.50")],
        "FNB APP PAYMENT FROM  WELLS FIDYA": [("WEL", "fidya", "640.40")],
        "NEDBANK   L BOTHA WITH LOVE": [],  # it is no gift
        "FNB APP PAYMENT FROM  ZAKAT P NAIDOO": [("ROOF25", "zakat", "88.88")],
        "ABSA BANK _x0041_ GIFT": [("ORF", "sadaqah", "32.00")],
        **{text: [] for text, state in STATES.items() if state != "ready"},
    }
    assert {matches[names[text]] for text, state in STATES.items() if state != "ready"} == {"review"}
    assert matches[names["NEDBANK   L BOTHA WITH LOVE"]] == "not_donation"
    assert "a letter of 3 February" in set(made["reason"])


def test_a_workbook_that_calc_saved_holds(worked_on: Job) -> None:
    book = read_book(book_of(worked_on))
    assert (book.ours, book.calculated, book.remarks) == (False, True, False)
    with worked_on.store() as store:
        found = verify_workbook(book_of(worked_on), store=store)
    assert (found.differences, found.notes) == ((), ())
    assert verify_workbook(book_of(worked_on)).holds


def test_an_edit_in_calc_is_named(worked_on: Job, tmp_path: Path) -> None:
    """A figure of a table, and what hangs on it in a program that works it out again."""
    saved = Saved(book_of(worked_on))
    xml = saved.xml("Transactions")
    assert "<v>1000</v>" in xml
    path = saved.put_xml("Transactions", xml.replace("<v>1000</v>", "<v>1001</v>", 1)).to(tmp_path / "a.xlsx")
    with worked_on.store() as store:
        found = verify_workbook(path, store=store)
    assert [said.split(": ")[1] for said in found.differences] == ["1001 stands there, 1000.0 is right"]
    assert verify_workbook(path).differences[0].endswith(": the row is not as it was written")


def test_all_that_may_be_asked_for_holds_after_calc_saved_it(books: Job, in_calc: InCalc, tmp_path: Path) -> None:
    with books.store() as store:
        view = store.month(FEBRUARY)
    assert view is not None
    campaigns, funds = read_campaigns(books.folder / "campaigns.csv"), read_funds(books.folder / "funds.csv")
    options = Options(True, True, True, Sampling(4, "a\nseed", "monetary"))
    path = write_month(tmp_path / "all.xlsx", view, campaigns=campaigns, funds=funds, options=options)
    saved = in_calc(path, tmp_path / "saved.xlsx", {})
    with books.store() as store:
        found = verify_workbook(saved, store=store)
    assert (found.differences, found.notes) == ((), ())
    assert verify_workbook(saved).holds
