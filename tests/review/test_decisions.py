"""What reviewers fill in: what is right becomes a decision, what is wrong a line by its cell, and the rest is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from books_in_review import CAMPAIGNS, FUNDS, SECOND, Formula, filled, places_of
from ledgers import history as history_of
from ledgers import read_text

from reconcile.campaigns import CampaignRegister, FundVocabulary, read_campaigns, read_funds
from reconcile.errors import ReviewRefused
from reconcile.matching import match
from reconcile.merging import merge_statements
from reconcile.review import Reviewed, read_decisions, review_rows

PLAIN = "ABSA BANK mbf 0077"
"""A gift of R 1 000.00 of which nothing is known."""

SURE_FUND = "FNB APP PAYMENT FROM  ZAKAT P NAIDOO"
"""R 88.88; its fund is sure, its campaign is not."""

ALL_BUT_SURE = "FNB APP PAYMENT FROM  WELLS FIDYA"
"""R 640.40; campaign and fund are sure, but this fund is never credited without a person."""

OTHER = "NEDBANK   L BOTHA WITH LOVE"
"""R 150.00, which is decided beside each wrong one."""

Cells = Mapping[str, object]
Review = Callable[[Mapping[str, Cells]], Reviewed]


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> tuple[CampaignRegister, FundVocabulary]:
    folder = tmp_path_factory.mktemp("register")
    (folder / "campaigns.csv").write_text(CAMPAIGNS, encoding="utf-8")
    (folder / "funds.csv").write_text(FUNDS, encoding="utf-8")
    return read_campaigns(folder / "campaigns.csv"), read_funds(folder / "funds.csv")


@pytest.fixture(scope="session")
def rows(register: tuple[CampaignRegister, FundVocabulary], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The rows of the same month in a notebook."""
    campaigns, funds = register
    statements = read_text(tmp_path_factory.mktemp("files"), history_of(SECOND), "february.csv")
    matches = match(merge_statements(statements).transactions, campaigns, funds=funds)
    found = review_rows(statements, matches, campaigns=campaigns, funds=funds)
    # without what the workbook has from the store: a gift that is decided, and one that was credited since
    return found[~found["Description"].str.contains("KHOZA|MEDICINE")].reset_index(drop=True)


@pytest.fixture(params=["workbook", "frame"])
def review(
    request: pytest.FixtureRequest,
    february: Path,
    rows: pd.DataFrame,
    register: tuple[CampaignRegister, FundVocabulary],
    tmp_path: Path,
) -> Review:
    """Fills cells in, by the text of their row and their heading, and reads what came back."""

    def in_a_workbook(given: Mapping[str, Cells]) -> Reviewed:
        return read_decisions(filled(february, tmp_path / "reviewed.xlsx", given))

    def in_a_frame(given: Mapping[str, Cells]) -> Reviewed:
        frame = rows.copy()
        for text, cells in given.items():
            for heading, value in cells.items():
                frame.loc[frame["Description"] == text, heading] = value
        return read_decisions(frame, campaigns=register[0], funds=register[1])

    return in_a_workbook if request.param == "workbook" else in_a_frame


def parts(reviewed: Reviewed) -> list[tuple[Any, Any, str]]:
    found = reviewed.decisions[["campaign", "fund"]].astype(object)
    found = found.where(found.notna(), None)
    return [
        (c, f, str(a)) for (c, f), a in zip(found.itertuples(index=False), reviewed.decisions["amount"], strict=True)
    ]


def one(campaign: object, fund: object = None, amount: object = None, **more: object) -> Cells:
    return {"Your campaign": campaign, "Your fund": fund, "Your amount": amount, **more}


def split(*given: tuple[object, object, object]) -> Cells:
    headings = [("Your campaign", "Your fund", "Your amount")]
    headings += [(f"Campaign {n}", f"Fund {n}", f"Amount {n}") for n in (2, 3)]
    return {h: v for names, values in zip(headings, given, strict=False) for h, v in zip(names, values, strict=True)}


RIGHT: dict[str, tuple[str, Cells, list[tuple[Any, Any, str]]]] = {
    "the whole": (PLAIN, one("WEL", "zakat"), [("WEL", "zakat", "1000.00")]),
    "the giver named no fund": (PLAIN, one("WEL", "unspecified"), [("WEL", None, "1000.00")]),
    "the whole, with its amount": (PLAIN, one("WEL", "zakat", 1000), [("WEL", "zakat", "1000.00")]),
    "an amount as text": (PLAIN, one("WEL", "zakat", " 1000.00 "), [("WEL", "zakat", "1000.00")]),
    "in two": (
        PLAIN,
        split(("WEL", "zakat", 999.99), ("ORF", "unspecified", 0.01)),
        [("WEL", "zakat", "999.99"), ("ORF", None, "0.01")],
    ),
    "in three": (
        PLAIN,
        split(("WEL", "zakat", 333.33), ("WEL", "lillah", 333.33), ("ROOF25", "sadaqah", "333.34")),
        [("WEL", "zakat", "333.33"), ("WEL", "lillah", "333.33"), ("ROOF25", "sadaqah", "333.34")],
    ),
    "in the first and the third place": (
        PLAIN,
        split(("WEL", "zakat", 400), (None, None, None), ("ORF", "zakat", 600)),
        [("WEL", "zakat", "400.00"), ("ORF", "zakat", "600.00")],
    ),
    "in the second place alone": (
        PLAIN,
        split((None, None, None), ("ORF", "zakat", None)),
        [("ORF", "zakat", "1000.00")],
    ),
    "no gift": (PLAIN, one("not a gift"), [(None, None, "1000.00")]),
    "no gift, in capitals": (PLAIN, one("NOT A GIFT"), [(None, None, "1000.00")]),
    "a part that is no gift": (
        PLAIN,
        split(("WEL", "zakat", 990), ("not a gift", None, 10)),
        [("WEL", "zakat", "990.00"), (None, None, "10.00")],
    ),
    "a fund that was sure": (SURE_FUND, one("ROOF25"), [("ROOF25", "zakat", "88.88")]),
    "another fund than was sure": (SURE_FUND, one("ROOF25", "lillah"), [("ROOF25", "lillah", "88.88")]),
    "a campaign that was sure": (ALL_BUT_SURE, one(None, "zakat"), [("WEL", "zakat", "640.40")]),
    "both sure, the amount says yes": (ALL_BUT_SURE, one(None, None, 640.4), [("WEL", "fidya", "640.40")]),
    "lower case and blanks": (PLAIN, one(" wel ", "ZAKAT"), [("WEL", "zakat", "1000.00")]),
    "a code of figures": (PLAIN, one("0012", "zakat"), [("0012", "zakat", "1000.00")]),
    "a code of figures that became a number": (PLAIN, one(12, "zakat"), [("0012", "zakat", "1000.00")]),
    "and a broken number": (PLAIN, one(12.0, "zakat"), [("0012", "zakat", "1000.00")]),
    "a text that begins like a formula": (
        "=SUM(1;1) FROM <CO> & SONS",
        one("WEL", "zakat"),
        [("WEL", "zakat", "31.00")],
    ),
    "a text that looks escaped": ("ABSA BANK _x0041_ GIFT", one("WEL", "zakat"), [("WEL", "zakat", "32.00")]),
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_filled_in_rightly_is_a_decision(case: str, review: Review) -> None:
    text, cells, wanted = RIGHT[case]
    found = review({text: cells})
    assert (found.refused, parts(found)) == ((), wanted)
    assert set(found.decisions["description"]) == {text}
    assert found.open == 7


WRONG: dict[str, tuple[str, Cells, str, str]] = {
    "a slip in a code": (
        PLAIN,
        one("WELL", "zakat"),
        "Your campaign",
        'campaign "WELL" is not on the register. Did you mean WEL?',
    ),
    "a slip in a fund": (
        PLAIN,
        one("WEL", "zakkat"),
        "Your fund",
        'fund "zakkat" is not on the list of funds. Did you mean zakat?',
    ),
    "a word like none": (
        PLAIN,
        one("HOSPITALS", "zakat"),
        "Your campaign",
        'campaign "HOSPITALS" is not on the register. Choose one from the list.',
    ),
    "a campaign of the second part": (
        PLAIN,
        split(("WEL", "zakat", 400), ("0RF", "zakat", 600)),
        "Campaign 2",
        'campaign "0RF" is not on the register. Did you mean ORF?',
    ),
    "no fund": (
        PLAIN,
        one("WEL"),
        "Your fund",
        'no fund is chosen. Choose one from the list; "unspecified" is one of them.',
    ),
    "no campaign": (PLAIN, one(None, "zakat"), "Your campaign", "no campaign is chosen. Choose one from the list."),
    "a note alone": (
        PLAIN,
        {"Your note": "who is this?"},
        "Your note",
        "a note, and no campaign. Choose a campaign, or leave the row empty.",
    ),
    "parts short of a cent": (
        PLAIN,
        split(("WEL", "zakat", 400), ("ORF", "zakat", 599.99)),
        "Amount 2",
        "the parts add up to R 999.99, the payment is R 1 000.00. Correct the amounts.",
    ),
    "the whole, with another amount": (
        PLAIN,
        one("WEL", "zakat", 100),
        "Your amount",
        "the parts add up to R 100.00, the payment is R 1 000.00. Correct the amounts.",
    ),
    "a part without its amount": (
        PLAIN,
        split(("WEL", "zakat", 400), ("ORF", "zakat", None)),
        "Amount 2",
        "no amount is given. Give the amount of each part.",
    ),
    "a part below nothing": (
        PLAIN,
        split(("WEL", "zakat", 1001), ("ORF", "zakat", -1)),
        "Amount 2",
        "the part -R 1.00 is of another sign than the payment, R 1 000.00. Correct the amounts.",
    ),
    "a part of nothing": (
        PLAIN,
        split(("WEL", "zakat", 1000), ("ORF", "zakat", 0)),
        "Amount 2",
        "the part is zero. Correct the amounts.",
    ),
    "the same place twice": (
        PLAIN,
        split(("WEL", "zakat", 400), ("wel", "zakat", 600)),
        "Campaign 2",
        "two parts have the same campaign and fund, WEL zakat. Give them as one.",
    ),
    "a fund for what is no gift": (
        PLAIN,
        one("not a gift", "zakat"),
        "Your fund",
        'the fund "zakat" is chosen for money that is no gift. Leave the fund empty.',
    ),
    "an amount in words": (
        PLAIN,
        one("WEL", "zakat", "R 1 000,00"),
        "Your amount",
        '"R 1 000,00" is no amount. Write it as 60.00, in rand.',
    ),
    "half a cent": (
        PLAIN,
        one("WEL", "zakat", 1000.005),
        "Your amount",
        '"1000.005" is no amount. Write it as 60.00, in rand.',
    ),
    "an endless amount": (
        PLAIN,
        one("WEL", "zakat", 1e308),
        "Your amount",
        '"1e+308" is no amount. Write it as 60.00, in rand.',
    ),
    "true for an amount": (
        PLAIN,
        one("WEL", "zakat", True),
        "Your amount",
        '"True" is no amount. Write it as 60.00, in rand.',
    ),
    "a number for a campaign": (
        PLAIN,
        one(13.5, "zakat"),
        "Your campaign",
        'campaign "13.5" is not on the register. Choose one from the list.',
    ),
    "an error value": (
        PLAIN,
        one("#REF!", "zakat"),
        "Your campaign",
        'campaign "#REF!" is not on the register. Choose one from the list.',
    ),
    "a text of 40 000 letters": (
        PLAIN,
        one("W" * 40_000, "zakat"),
        "Your campaign",
        f'campaign "{"W" * 39}…" is not on the register. Choose one from the list.',
    ),
    "a note of 40 000 letters": (
        PLAIN,
        one("WEL", "zakat", **{"Your note": "n" * 40_000}),
        "Your note",
        "the note has 40000 characters. Say it in 2000 or fewer; the rest belongs in a letter.",
    ),
    "control characters": (
        PLAIN,
        one("W\u202eEL\t", "zakat"),
        "Your campaign",
        'campaign "W\N{REPLACEMENT CHARACTER}EL" is not on the register. Did you mean WEL?',
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_filled_in_wrongly_is_named_by_its_cell_and_the_rest_is_taken(
    case: str, review: Review, february: Path, rows: pd.DataFrame
) -> None:
    text, cells, heading, said = WRONG[case]
    found = review({text: cells, OTHER: one("WEL", "lillah")})
    assert parts(found) == [("WEL", "lillah", "150.00")]
    assert found.open == 6
    number = rows.index[rows["Description"] == text][0] + 1
    in_workbook = f"reviewed.xlsx: To review!{places_of(february)[text][heading]}: {said}"
    assert [str(fault) for fault in found.refused] in ([in_workbook], [f"row {number}, {heading}: {said}"])
    assert all(isinstance(fault, ReviewRefused) and "\n" not in str(fault) for fault in found.refused)


@pytest.mark.parametrize("value", [Formula('"WEL"', "WEL"), Formula("K6", None), Formula("1/0", "#DIV/0!")])
def test_a_formula_where_a_word_is_asked_for_is_refused(value: Formula, february: Path, tmp_path: Path) -> None:
    """Its value may be another one on the next machine."""
    path = filled(february, tmp_path / "reviewed.xlsx", {PLAIN: one(value, "zakat"), OTHER: one("WEL", "zakat")})
    found = read_decisions(path)
    assert parts(found) == [("WEL", "zakat", "150.00")]
    place = places_of(february)[PLAIN]["Your campaign"]
    assert [str(f) for f in found.refused] == [
        f'reviewed.xlsx: To review!{place}: holds the formula "={value.text}". Type the value itself.'
    ]


def test_a_day_in_the_place_of_a_campaign_is_refused(rows: pd.DataFrame, february: Path, tmp_path: Path) -> None:
    """A spreadsheet takes MAR1 for a day."""
    import openpyxl

    book = openpyxl.load_workbook(february)
    place = places_of(february)[PLAIN]
    book["To review"][place["Your campaign"]].value = date(2026, 3, 1)
    book["To review"][place["Your fund"]].value = "zakat"
    book.save(tmp_path / "reviewed.xlsx")
    (fault,) = read_decisions(tmp_path / "reviewed.xlsx").refused
    assert f'{place["Your campaign"]}: campaign "2026-03-01 00:00:00" is not on the register' in str(fault)


@pytest.mark.parametrize("value", [float("inf"), Decimal("NaN"), [1], {"a": 1}, object(), 10**30, "\ud800"])
def test_no_object_in_a_frame_gets_past_the_checks(
    value: object, rows: pd.DataFrame, register: tuple[CampaignRegister, FundVocabulary]
) -> None:
    campaigns, funds = register
    for heading in ("Your amount", "Your campaign", "Your fund", "Amount", "Description", "Transaction id", "Date"):
        frame = rows.astype(object)
        frame.at[0, "Your campaign"], frame.at[0, "Your fund"] = "WEL", "zakat"
        frame.at[0, heading] = value
        found = read_decisions(frame, campaigns=campaigns, funds=funds)
        assert (len(found.decisions), len(found.refused)) == (0, 1), heading


def test_a_register_that_is_given_goes_before_the_one_in_the_workbook(february: Path, tmp_path: Path) -> None:
    campaigns = read_campaigns(pd.DataFrame({"code": ["NEW"], "name": ["New Appeal"]}))
    path = filled(february, tmp_path / "reviewed.xlsx", {PLAIN: one("NEW", "zakat"), OTHER: one("WEL", "zakat")})
    assert parts(read_decisions(path, campaigns=campaigns)) == [("NEW", "zakat", "1000.00")]
    assert parts(read_decisions(path)) == [("WEL", "zakat", "150.00")]


def test_what_came_back_is_told_in_a_few_words(february: Path, tmp_path: Path) -> None:
    path = filled(february, tmp_path / "reviewed.xlsx", {PLAIN: one("WELL", "zakat"), OTHER: one("WEL", "zakat")})
    found = read_decisions(path)
    assert str(found).splitlines() == ["1 decided, 1 refused, 6 left open", str(found.refused[0])]
    assert found.source == "reviewed.xlsx"
