"""What people decided is proposed again for the same words of a payer, and never against what the words say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from exports import Entry, export
from gifts import FEBRUARY, booked, close, credited, funds, gift, length, match_of, parts, put, register, taken_back

from reconcile.campaigns import Campaign, CampaignRegister, read_campaigns
from reconcile.errors import DecisionRefused
from reconcile.store import Store, open_store

REGISTER = register()


def teach(store: Store, words: str, *places: object, day: int = 0) -> list[str]:
    """Gifts with these words, decided for each of the places in turn."""
    names = put(store, *[gift(words, 100 + n, day + n) for n in range(len(places))], file=f"taught {words} {day}")
    for name, place in zip(names, places, strict=True):
        store.decide(name, place, by="Thandi", reason="she said so", evidence="letter")
    return names


def later(
    store: Store, words: str, *, day: int = 20, channel: str = "app", register: CampaignRegister = REGISTER
) -> str:
    """The next gift with these words, matched."""
    name = put(store, gift(words, 55, day, channel), file=f"later {words} {day}")[0]
    store.match(register)
    return name


AGAIN = [
    ("J NDLOVU GIFT", ("IDB", None), "J NDLOVU GIFT"),
    ("P VENTER GIFT", ("IDB", "zakat"), "p  venter  gift"),
    ("MBF0107", ("YEM", "lillah"), "MBF0107"),
    ("J NDLOVU ZAKAT", ("IDB", "zakat"), "J NDLOVU ZAKAT"),
    ("QZXW BROTHERS", ("WWL", None), "QZXW-BROTHERS."),
    ("MOKOENA ZAKAT/LILLAH", ("IDB", None), "MOKOENA ZAKAT/LILLAH"),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, str]]]:
    """A store in which each case of both tables was decided, twice those of `AGAIN`; the next gift of each, matched."""
    cases = [(taught, place, words) for taught, place, words in AGAIN for _ in range(2)]
    cases += [(words, place, words) for words, place, _ in WAITS.values()]
    taught = [gift(words, 100 + n, n // 4) for n, (words, *_) in enumerate(cases)]
    after = [gift(words, 200 + n, 20 + n // 4) for n, (*_, words) in enumerate(cases)]
    with open_store(tmp_path_factory.mktemp("table") / "s.db") as store:
        names = put(store, *taught, *after)
        for name, (_, place, _) in zip(names, cases, strict=False):
            store.decide(name, place, by="Thandi")
        store.match(REGISTER)
        yield store, {words: name for name, (*_, words) in zip(names[len(cases) :], cases, strict=True)}


@pytest.mark.parametrize(("taught", "place", "words"), AGAIN)
def test_the_same_words_are_credited_as_a_person_said_before(
    table: tuple[Store, dict[str, str]], taught: str, place: tuple[str, str | None], words: str
) -> None:
    store, next_of = table
    name = next_of[words]
    assert credited(store, name) == ("matched", *place)
    found = match_of(store, name)
    assert (found["rule"], found["confidence"], found["reason"]) == ("remembered", None, None)
    assert found["evidence"].startswith(f"{taught.replace('/', ' ')} = decided as ")
    assert f"decided as {place[0]} {place[1] or 'unspecified'} before (2×, last on 20" in found["evidence"]
    assert [(c, f) for c, f, _ in parts(store, name)] == [place]


def test_the_bank_s_own_words_around_them_do_not_matter(store: Store) -> None:
    teach(store, "J NDLOVU GIFT", ("IDB", None))
    name = later(store, "J NDLOVU GIFT", channel="eft")
    assert credited(store, name) == ("matched", "IDB", None)
    assert store.verify().holds


def test_a_change_by_memory_says_that_it_is_one(books: Store) -> None:
    name = later(books, "J NDLOVU GIFT")
    teach(books, "J NDLOVU GIFT", ("IDB", None))
    assert books.match(REGISTER)[["transaction_id", "before", "now", "why"]].values.tolist() == [
        [name, "a person must say", "IDB unspecified", "remembered"]
    ]
    before = length(books)
    assert books.match(REGISTER).empty
    assert length(books) == before


WAITS = {
    "another fund is named": ("P VENTER ZAKAT", ("IDB", "lillah"), "but the words name zakat"),
    "a fund is named, and none was decided": ("A BOTHA ZAKAT", ("IDB", None), "but the words name zakat"),
    "two funds are named": ("NDLOVU ZAKAT LILLAH", ("IDB", "zakat"), "ZAKAT = zakat; several funds named"),
    "the fund is denied": ("NDLOVU NOT ZAKAT", ("IDB", "zakat"), "ZAKAT denied"),
    "two campaigns are named": ("NDLOVU IDB YEM", ("IDB", None), "the words are like a campaign's"),
    "like a campaign": ("NDLOVU WATER", ("IDB", None), "the words are like a campaign's"),
    "a slip of a code": ("NDLOVU IDBB", ("YEM", None), "the words are like a campaign's"),
} | {
    f"only {words}": (words, ("IDB", fund), "the words say nothing of who pays")
    for words, fund in [
        *(("ZAKAT", "zakat"), ("LILLAH", "lillah"), ("DONATION", None), ("MONTHLY DONATION", None), ("GIFT", "zakat")),
        *(("ZAKAT 12", "zakat"), ("12", None), ("DONATION 2026", None), ("M", None), ("FOR A B", None)),
        *(("ZAKAT JAN", "zakat"), ("SALAAM", None), ("THANK YOU", "zakat"), ("MY ZAKAT PLEASE", "zakat")),
    ]
}


@pytest.mark.parametrize("case", WAITS)
def test_memory_does_not_decide_against_the_words_or_without_a_payer_and_says_what_it_knows(
    table: tuple[Store, dict[str, str]], case: str
) -> None:
    words, place, why = WAITS[case]
    store, next_of = table
    found = match_of(store, next_of[words])
    assert (found["status"], found["campaign"]) == ("review", None)
    assert found["rule"] != "remembered"
    assert f"decided as {place[0]} {place[1] or 'unspecified'} before" in found["reason"]
    assert why in found["reason"]
    assert parts(store, next_of[words]) == []


def test_without_any_words_nothing_is_remembered(books: Store) -> None:
    teach(books, "", ("IDB", None))
    assert books.remembered().empty
    assert credited(books, later(books, ""))[0] == "review"


def test_a_code_or_name_comes_first(books: Store) -> None:
    old = register(IDB="Idlib Appeal")
    books.match(old)
    teach(books, "GIFT YEMEN", ("IDB", None))
    name = later(books, "GIFT YEMEN", register=old)
    assert credited(books, name) == ("matched", "IDB", None)
    books.match(REGISTER)
    assert credited(books, name) == ("matched", "YEM", None)
    assert (match_of(books, name)["rule"], match_of(books, name)["reason"]) == ("name", None)


def closing(day: str) -> CampaignRegister:
    return read_campaigns(pd.DataFrame({"code": ["IDB"], "name": ["Idlib Appeal"], "closes": [day]}))


GONE = {
    "the campaign is gone": ({"campaigns": register(YEM="Yemen Emergency")}, "IDB is in the register no more"),
    "the appeal was closed": ({"campaigns": closing("2026-01-20")}, "appeal closed on 2026-01-20"),
    "the appeal was not open yet": (
        {"campaigns": CampaignRegister((Campaign("IDB", "Idlib Appeal", opens=date(2026, 2, 1)),))},
        "appeal opens on 2026-02-01",
    ),
    "the fund is gone": ({"funds": funds(lillah="Lillah")}, "zakat is no fund any more"),
    "the fund is for people to credit": ({"funds": funds(zakat="-Zakat")}, "a gift to zakat is for a person to credit"),
}


@pytest.mark.parametrize("case", GONE)
def test_memory_credits_nothing_to_what_is_no_more_or_only_for_people_to_credit(books: Store, case: str) -> None:
    given, why = GONE[case]
    teach(books, "J NDLOVU GIFT", ("IDB", "zakat"))
    name = later(books, "J NDLOVU GIFT")
    other = put(books, gift("J NDLOVU GIFT", 10, 21), file="one more")[0]
    assert credited(books, name) == ("matched", "IDB", "zakat")
    how = {"campaigns": REGISTER} | given
    books.match(how.pop("campaigns"), **how)
    assert credited(books, other)[0] == "review"
    assert why in match_of(books, other)["reason"]


def test_two_decisions_that_disagree_end_it_and_the_reason_names_both(store: Store) -> None:
    name = later(store, "J NDLOVU GIFT")
    teach(store, "J NDLOVU GIFT", ("IDB", None))
    store.match(REGISTER)
    assert credited(store, name) == ("matched", "IDB", None)
    (second,) = teach(store, "J NDLOVU GIFT", ("YEM", "zakat"), day=10)
    changes = store.match(REGISTER)
    assert changes[["transaction_id", "before", "now"]].values.tolist() == [
        [name, "IDB unspecified", "a person must say"]
    ]
    assert "the same words were decided as IDB unspecified and as YEM zakat" in match_of(store, name)["reason"]
    assert store.remembered()["in_use"].tolist() == [False, False]
    store.undo(second, by="Thandi", reason="another payer")
    store.match(REGISTER)
    assert credited(store, name) == ("matched", "IDB", None)


def test_another_fund_is_a_disagreement_too(books: Store) -> None:
    teach(books, "J NDLOVU GIFT", ("IDB", None), ("IDB", "zakat"))
    assert credited(books, later(books, "J NDLOVU GIFT"))[0] == "review"


def test_a_decision_that_was_changed_teaches_what_it_is_now(books: Store) -> None:
    (name,) = teach(books, "J NDLOVU GIFT", ("IDB", None))
    books.decide(name, ("YEM", None), by="Thandi", reason="she rang")
    assert credited(books, later(books, "J NDLOVU GIFT")) == ("matched", "YEM", None)


def test_a_decision_taken_back_is_remembered_no_more(store: Store) -> None:
    (taught,) = teach(store, "J NDLOVU GIFT", ("IDB", None))
    name = later(store, "J NDLOVU GIFT")
    assert credited(store, name) == ("matched", "IDB", None)
    store.undo(taught, by="Thandi", reason="another payer")
    assert store.remembered().empty
    store.match(REGISTER)
    assert credited(store, name) == ("review", None, None)


TEACHES_NOTHING = {
    "a split": [("IDB", None, "60.00"), ("YEM", None, "40.00")],
    "no gift": (None, None),
    "partly no gift": [("IDB", None, "60.00"), (None, None, "40.00")],
}


@pytest.mark.parametrize("said", TEACHES_NOTHING)
def test_a_split_or_no_gift_teaches_nothing(books: Store, said: str) -> None:
    teach(books, "J NDLOVU GIFT", TEACHES_NOTHING[said])
    assert books.remembered().empty
    assert credited(books, later(books, "J NDLOVU GIFT"))[0] == "review"


def test_money_out_and_reversals_teach_nothing(books: Store) -> None:
    names = put(books, Entry(0, -40_00, "bare", "J NDLOVU GIFT"), taken_back("J NDLOVU GIFT", day=1))
    for name in names:
        books.decide(name, ("IDB", None), by="Thandi")
    assert books.remembered().empty


def test_what_is_remembered_can_be_listed(books: Store) -> None:
    teach(books, "J NDLOVU GIFT", ("IDB", None), ("IDB", None))
    teach(books, "P VENTER", ("YEM", "zakat"), ("IDB", None), day=10)
    found = books.remembered()
    told = found.drop(columns="last").astype(object)
    assert told.where(told.notna(), None).values.tolist() == [
        ["J NDLOVU GIFT", "IDB", None, 2, True],
        ["P VENTER", "IDB", None, 1, False],
        ["P VENTER", "YEM", "zakat", 1, False],
    ]
    assert (found["last"] == str(books.decisions()["at"].iloc[-1])[:10]).all()


WORDS = ["J NDLOVU GIFT", "j  ndlovu gift", "J-NDLOVU.GIFT", "Zoë's Gift", "O'BRIEN & CO", "MBF-0042 T"]


@pytest.mark.parametrize("words", WORDS)
def test_what_is_remembered_can_be_forgotten_as_it_is_typed_or_listed(books: Store, words: str) -> None:
    for form in ("typed", "listed"):
        teach(books, words, ("IDB", None), day=0 if form == "typed" else 10)
        listed = books.remembered()["words"].tolist()
        assert len(listed) == 1
        assert books.remembered()["times"].tolist() == [1]
        books.forget_remembered(words if form == "typed" else listed[0], by="Thandi")
        assert books.remembered().empty


@pytest.mark.parametrize("words", ["", "  ", "-", None, 5])
def test_without_words_nothing_can_be_forgotten(table: tuple[Store, dict[str, str]], words: str) -> None:
    store, _ = table
    before = length(store)
    with pytest.raises(DecisionRefused, match="no words are given"):
        store.forget_remembered(words, by="Thandi")
    assert length(store) == before


def test_what_was_forgotten_stays_forgotten_and_the_decision_stays(store: Store) -> None:
    (taught,) = teach(store, "J NDLOVU GIFT", ("IDB", None))
    name = later(store, "J NDLOVU GIFT")
    store.forget_remembered("J NDLOVU GIFT", by="Thandi", reason="two people")
    for used in (REGISTER, register(OTH="Other Appeal", IDB="Idlib Appeal"), REGISTER):
        store.match(used)
        assert credited(store, name) == ("review", None, None)
    assert parts(store, taught) == [("IDB", None, "100.00")]
    assert store.events()["kind"].tolist().count("forget remembered") == 1
    assert store.verify().holds


def test_what_is_decided_after_forgetting_is_remembered_anew(books: Store) -> None:
    teach(books, "J NDLOVU GIFT", ("IDB", None))
    books.forget_remembered("J NDLOVU GIFT", by="Thandi")
    teach(books, "J NDLOVU GIFT", ("YEM", None), day=10)
    assert credited(books, later(books, "J NDLOVU GIFT")) == ("matched", "YEM", None)


def test_a_closed_month_keeps_what_memory_credited(store: Store) -> None:
    (taught,) = teach(store, "J NDLOVU GIFT", ("IDB", None))
    name = put(store, gift("J NDLOVU GIFT"), gift("J NDLOVU GIFT", 55, 20), file="whole")[1]
    after = put(store, gift("J NDLOVU GIFT"), gift("J NDLOVU GIFT", 55, 20), gift("J NDLOVU GIFT", 70, FEBRUARY))[2]
    store.match(REGISTER)
    assert credited(store, name) == credited(store, after) == ("matched", "IDB", None)
    close(store)
    store.forget_remembered("J NDLOVU GIFT", by="Thandi")
    store.match(REGISTER)
    assert credited(store, name) == ("matched", "IDB", None)
    assert credited(store, after) == ("review", None, None)
    assert booked(store, taught) == {"2026-01"}


def test_memory_does_not_settle_what_two_exports_word_differently(books: Store) -> None:
    teach(books, "J NDLOVU GIFT", ("IDB", None))
    rows = [gift("J NDLOVU GIFT", 55, 20)]
    name = put(books, *rows, file="one")[0]
    books.add(export(rows, texts={0: "FNB APP PAYMENT FROM  YEMEN"}, file="two"))
    books.match(REGISTER)
    assert credited(books, name)[0] == "review"
    assert "two exports word it differently" in match_of(books, name)["reason"]


def test_a_gift_forgotten_teaches_nothing_any_more(books: Store) -> None:
    (taught,) = teach(books, "J NDLOVU GIFT", ("IDB", None))
    books.forget([taught], by="Thandi", reason="she asked")
    assert books.remembered().empty


def test_a_reversal_of_what_memory_credited_follows_it(books: Store) -> None:
    (taught,) = teach(books, "J NDLOVU GIFT", ("IDB", "zakat"))
    name, back = put(books, gift("J NDLOVU GIFT", 55, 20), taken_back("J NDLOVU GIFT", 55, 21), file="later")
    books.match(REGISTER)
    assert parts(books, back) == [("IDB", "zakat", "-55.00")]
    books.undo(taught, by="Thandi", reason="another payer")
    books.match(REGISTER)
    assert parts(books, name) == parts(books, back) == []
