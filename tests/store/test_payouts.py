"""Payouts in a store gift by gift: found when their line arrives, decided by people, kept as their month was closed."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from exports import Entry
from gifts import FEBRUARY, close, gift, parts, put, register

from reconcile import money, read_payouts, summarise
from reconcile.errors import DecisionRefused, RegisterRefused
from reconcile.reporters import write_month
from reconcile.review import read_decisions, review_rows, take_decisions, verify_workbook
from reconcile.store import Store, open_store
from reconcile.store.tables import METADATA
from reconcile.store.view import MonthView

CAMPAIGNS = register()


def line(name: str, rand: str, day: int) -> Entry:
    """The bank line of a payout."""
    return Entry(day, int(Decimal(rand) * 100), "bare", f"PAYFAST PAYOUT {name}")


def gave(payout: str, gift: str, gross: str, reference: str | None, day: int = 3, **more: Any) -> dict[str, Any]:
    """A gift of a report, of which the gateway keeps a rand; days are counted as `Entry` counts them."""
    when = pd.Timestamp(2026, 1, 1) + pd.Timedelta(days=day)
    net = f"{Decimal(gross) - 1}"
    told = {"payout": payout, "date": f"{when:%Y-%m-%d}", "gift": gift, "gross": gross, "fee": "1", "net": net}
    return {**told, "payer": f"payer {gift}", "reference": reference, **more}


def report(*gifts: dict[str, Any], source: str = "payouts.csv") -> pd.DataFrame:
    return pd.DataFrame(list(gifts)).assign(source=source, line=range(2, len(gifts) + 2))


FIRST = [gave("88213", "1", "100", "IDB zakat"), gave("88213", "2", "50", "for whatever")]
SECOND = [gave("90001", "1", "30", "YEM", FEBRUARY + 1), gave("90001", "2", "20", "my birthday", FEBRUARY + 1)]
ROWS = [gift("IDB", 10, 1), line("88213", "148", 4), gift("YEM", 7, FEBRUARY + 8)]
LATER = [*ROWS, line("90001", "48", FEBRUARY + 9)]


def filled(store: Store, *rows: Entry) -> list[str]:
    names = put(store, *(rows or ROWS))
    store.add_payouts(report(*FIRST, *SECOND))
    store.match(CAMPAIGNS)
    return names


def states(store: Store) -> dict[str, str]:
    found = store.payouts()
    return dict(zip(found["payout"], found["state"], strict=True))


def month(store: Store, name: str = "2026-01") -> MonthView:
    found = store.month(name)
    assert found is not None
    return found


def lines(view: MonthView) -> dict[str, tuple[str, str, str | None]]:
    assert view.exploded is not None
    amounts = view.exploded.transactions["amount"].astype(str)
    told = zip(amounts, view.matches["status"], view.matches["campaign"].astype(object), strict=True)
    return dict(
        zip(view.matches["transaction_id"], [(a, s, None if pd.isna(c) else c) for a, s, c in told], strict=True)
    )


def written(store: Store, folder: Path, name: str = "2026-01") -> Path:
    return write_month(folder / f"{name}-{store.head()[:8]}.xlsx", month(store, name), campaigns=CAMPAIGNS, funds=None)


def test_a_month_shows_the_gifts_in_place_of_the_line_and_the_fee_as_a_cost(store: Store) -> None:
    first, payout, _ = filled(store)
    assert lines(month(store)) == {
        first: ("10.00", "matched", "IDB"),
        "88213/1": ("100.00", "matched", "IDB"),
        "88213/2": ("50.00", "review", None),
        payout: ("-2.00", "not_donation", None),
    }
    assert states(store) == {"88213": "at the bank", "90001": "not at the bank"}
    assert month(store).exploded.unmatched["payout"].tolist() == []  # type: ignore[union-attr]
    assert store.verify().holds


def test_what_the_store_counts_is_what_the_workbooks_have(store: Store) -> None:
    filled(store, *LATER)
    assert store.statuses("2026-01-01") == {"matched": 4, "review": 2, "not_donation": 2}
    assert store.statuses("2026-02-01") == {"matched": 2, "review": 1, "not_donation": 1}
    assert parts(store, "88213/1") == [("IDB", "zakat", "100.00")]
    of_months = [month(store, name) for name in ("2026-01", "2026-02")]
    whole = sum((len(view.matches) for view in of_months), 0)
    assert sum(store.statuses("2026-01-01").values()) == whole
    found = store.explode_payouts()
    summary = summarise(found.transactions, found.matches)
    assert summary.loc["IDB"].sum() == 110 and summary.loc["YEM"].sum() == 37
    assert summary.to_numpy().sum() == money.total(store.transactions()["amount"])
    credited = store.allocations().groupby("campaign")["amount"].sum()
    assert {k: str(v) for k, v in credited.items()} == {"IDB": "110.00", "YEM": "37.00"}
    january = store.explode_payouts("2026-01-01", "2026-01-31")
    pd.testing.assert_frame_equal(january.transactions, of_months[0].exploded.transactions)  # type: ignore[union-attr]


def test_without_payouts_all_is_as_the_bank_has_it(store: Store) -> None:
    put(store, *ROWS)
    store.match(CAMPAIGNS)
    assert month(store).exploded is None and store.payouts().empty
    found = store.explode_payouts()
    pd.testing.assert_frame_equal(found.transactions, store.transactions())
    pd.testing.assert_frame_equal(found.matches, store.matches())


def test_a_payout_closes_when_its_line_arrives_in_a_later_month(store: Store) -> None:
    filled(store)
    open_one = month(store, "2026-02").exploded
    assert open_one is not None and open_one.unmatched["payout"].tolist() == ["90001"]
    before = store.month_versions()
    put(store, *LATER[2:], file="later")
    store.match(CAMPAIGNS)
    after = store.month_versions()
    assert lines(month(store, "2026-02"))["90001/1"] == ("30.00", "matched", "YEM")
    assert {name for name in after if after[name] != before.get(name)} == {"2026-02"}
    assert states(store) == {"88213": "at the bank", "90001": "at the bank"}
    assert store.verify().holds


def test_a_payout_of_the_last_days_is_said_to_count_for_the_next_month(store: Store) -> None:
    rows = [gift("IDB", 10, 1), line("90001", "48", FEBRUARY + 2)]
    put(store, *rows[:1])
    store.add_payouts(report(*[{**g, "date": "2026-01-31"} for g in SECOND]))
    store.match(CAMPAIGNS)
    [waiting] = month(store).exploded.unmatched["reason"]  # type: ignore[union-attr]
    assert waiting.startswith("no bank line prints it")
    before = store.month_versions()
    put(store, *rows, file="later")
    store.match(CAMPAIGNS)
    [waiting] = month(store).exploded.unmatched["reason"]  # type: ignore[union-attr]
    assert waiting == "its bank line counts for 2026-02"
    assert store.month_versions()["2026-01"] > before["2026-01"]


def test_a_closed_month_stays_whatever_comes_later(store: Store, tmp_path: Path) -> None:
    filled(store)
    close(store)
    before = written(store, tmp_path)
    told = lines(month(store))
    put(store, *LATER, file="later")
    store.match(register(IDB="Idlib Appeal|whatever", YEM="Yemen"))
    assert lines(month(store)) == told
    assert lines(month(store, "2026-02"))["90001/1"][1] == "matched"
    assert written(store, tmp_path).read_bytes() == before.read_bytes()
    store.reopen("2026-01", by="Thandi", reason="look again")
    store.match(register(IDB="Idlib Appeal|whatever", YEM="Yemen"))
    assert lines(month(store))["88213/2"] == ("50.00", "review", "IDB") or lines(month(store)) != told
    assert store.verify().holds


def test_a_report_that_comes_after_the_month_was_closed_changes_nothing_there(store: Store) -> None:
    put(store, *ROWS)
    store.match(CAMPAIGNS)
    close(store)
    store.add_payouts(report(*FIRST))
    store.match(CAMPAIGNS)
    assert month(store).exploded is None
    [why] = store.payouts()["reason"]
    assert why == "its bank line counts for 2026-01, which is closed"
    store.reopen("2026-01", by="Thandi", reason="the report came")
    store.match(CAMPAIGNS)
    assert states(store) == {"88213": "at the bank"}


def test_a_gift_is_decided_by_a_person_and_stays_so(store: Store) -> None:
    filled(store)
    store.decide("88213/2", ("YEM", "sadaqah"), by="Thandi", reason="she rang")
    assert lines(month(store))["88213/2"] == ("50.00", "decided", "YEM")
    store.match(register(IDB="Idlib Appeal", YEM="Yemen Emergency", WWL="Water Wells"))
    assert lines(month(store))["88213/2"] == ("50.00", "decided", "YEM")
    assert month(store).decisions["transaction_id"].tolist() == ["88213/2"]
    assert parts(store, "88213/2") == [("YEM", "sadaqah", "50.00")]
    store.undo("88213/2", by="Thandi", reason="another one rang")
    store.match(CAMPAIGNS)
    assert lines(month(store))["88213/2"][1] == "review"
    assert store.verify().holds


def test_a_gift_is_split_to_the_cent_and_no_other_way(store: Store) -> None:
    filled(store)
    with pytest.raises(DecisionRefused, match=r"the parts add up to R 49\.00, the movement is R 50\.00"):
        store.decide("88213/2", [("YEM", None, "29.00"), ("IDB", None, "20.00")], by="Thandi")
    store.decide("88213/2", [("YEM", None, "30.00"), ("IDB", None, "20.00")], by="Thandi")
    assert parts(store, "88213/2") == [("YEM", None, "30.00"), ("IDB", None, "20.00")]
    assert month(store).parts["amount"].astype(str).tolist() == ["30.00", "20.00"]


def test_a_gift_of_a_closed_month_is_decided_for_the_next_one(store: Store) -> None:
    filled(store, *LATER)
    close(store)
    told = lines(month(store))
    store.decide("88213/2", ("YEM", None), by="Thandi")
    assert lines(month(store)) == told
    later = month(store, "2026-02").decided_later
    assert later[["transaction_id", "campaign"]].to_numpy().tolist() == [["88213/2", "YEM"]]
    assert later["amount"].astype(str).tolist() == ["50.00"]
    with pytest.raises(DecisionRefused, match="is credited in 2026-01, which is closed"):
        store.decide("88213/1", ("YEM", None), by="Thandi", reason="she rang")


def test_a_gift_that_is_not_at_the_bank_is_not_decided(store: Store) -> None:
    filled(store)
    with pytest.raises(DecisionRefused, match="the payout 90001 of this gift is not at the bank"):
        store.decide("90001/2", ("YEM", None), by="Thandi")
    with pytest.raises(DecisionRefused, match="no transaction is called"):
        store.decide("90001/9", ("YEM", None), by="Thandi")


def test_a_line_that_a_person_decides_is_no_payout_until_that_is_taken_back(store: Store) -> None:
    _, payout, _ = filled(store)
    with pytest.raises(DecisionRefused, match="no reason is given"):
        store.decide(payout, ("YEM", None), by="Thandi")
    store.decide(payout, ("YEM", None), by="Thandi", reason="the gateway lent it", evidence="a letter")
    view = month(store)
    assert view.exploded is not None and view.exploded.unmatched["reason"].tolist() == ["not matched yet"]
    store.match(CAMPAIGNS)
    assert lines(month(store))[payout] == ("148.00", "decided", "YEM")
    assert store.payouts().set_index("payout").loc["88213", "reason"] == "a person decided its bank line"
    store.undo(payout, by="Thandi", reason="a mistake")
    store.match(CAMPAIGNS)
    assert lines(month(store))["88213/1"][1] == "matched"
    close(store)
    with pytest.raises(DecisionRefused, match="which is closed"):
        store.decide(payout, (None, None), by="Thandi", reason="x")


def test_a_gift_that_comes_with_another_amount_waits_again(store: Store) -> None:
    filled(store)
    store.decide("88213/2", ("YEM", None), by="Thandi")
    changed = [FIRST[0] | {"gross": "90", "net": "89"}, FIRST[1] | {"gross": "60", "net": "59"}]
    assert store.add_payouts(report(*changed)).counts["changed"] == 2
    between = month(store).exploded
    assert between is not None and between.unmatched["reason"].tolist() == ["not matched yet"]
    store.match(CAMPAIGNS)
    assert lines(month(store))["88213/2"] == ("60.00", "review", None)
    assert month(store).decisions["state"].tolist() == ["taken back by 2", "takes back 1"]
    assert store.verify().holds


def test_a_payout_with_another_amount_than_its_line_is_refused_by_name(store: Store) -> None:
    put(store, *ROWS)
    store.add_payouts(report(FIRST[0]))
    store.match(CAMPAIGNS)
    assert states(store) == {"88213": "another amount"}
    found = month(store).exploded
    assert found is not None and "payout 88213" in str(found.refused[0])
    store.add_payouts(report(*FIRST))
    store.match(CAMPAIGNS)
    assert states(store) == {"88213": "at the bank"}


def test_what_another_file_told_otherwise_is_refused_with_both_places(store: Store) -> None:
    store.add_payouts(report(*FIRST, source="one.csv"))
    assert store.add_payouts(report(*FIRST, *SECOND, source="two.csv")).counts == {"new": 2, "known": 2, "changed": 0}
    odd = FIRST[1] | {"gross": "51", "net": "50"}
    with pytest.raises(RegisterRefused) as refused:
        store.add_payouts(report(FIRST[0], odd, source="three.csv"))
    assert "three.csv" in str(refused.value)
    assert "line 3, gift 2 of payout 88213 has gross 51.00, and 50.00 in one.csv, line 3" in str(refused.value)
    assert store.add_payouts(report(FIRST[0], odd, source="one.csv")).counts["changed"] == 1


def test_two_gateways_may_number_their_gifts_alike(store: Store) -> None:
    filled(store, *LATER)
    assert lines(month(store))["88213/1"][0] == "100.00"
    assert lines(month(store, "2026-02"))["90001/1"][0] == "30.00"


def test_a_payout_of_a_closed_month_is_not_told_otherwise(store: Store) -> None:
    filled(store)
    close(store)
    assert store.add_payouts(report(*FIRST)).counts["known"] == 2
    with pytest.raises(RegisterRefused, match="payout 88213 is told otherwise than when 2026-01 was closed"):
        store.add_payouts(report(FIRST[0], FIRST[1] | {"reference": "IDB"}))


def test_a_gift_has_its_own_day_where_the_report_has_it(store: Store) -> None:
    put(store, *ROWS)
    store.add_payouts(report(FIRST[0] | {"given": "2026-01-02"}, FIRST[1]))
    store.match(CAMPAIGNS)
    found = month(store).exploded
    assert found is not None
    days = found.transactions.set_index("transaction_id")["date"].dt.strftime("%Y-%m-%d")
    assert days["88213/1"] == "2026-01-02" and days["88213/2"] == "2026-01-05"
    assert store.add_payouts(report(FIRST[0] | {"given": "2026-01-03"}, FIRST[1])).counts["changed"] == 1
    assert store.add_payouts(report(FIRST[0] | {"given": "2026-01-03"}, FIRST[1])).counts["known"] == 2
    store.match(CAMPAIGNS)
    assert str(month(store).exploded.gifts["given"].iloc[0].date()) == "2026-01-03"  # type: ignore[union-attr]


def test_words_of_givers_are_forgotten_and_what_they_decided_stays(store: Store) -> None:
    _, payout, _ = filled(store)
    told = lines(month(store))
    assert store.forget([payout], by="Thandi", reason="asked") > 2
    shown = month(store).exploded
    assert shown is not None and shown.gifts.loc[shown.gifts["payout"] == "88213", "reference"].isna().all()
    with store._database.reading() as connection:
        for table in METADATA.sorted_tables:
            assert "whatever" not in str(connection.execute(sa.select(table)).all()).lower(), table.name
    assert not month(store).matches["reason"].str.contains("PAYER", na=False).any()
    store.match(CAMPAIGNS)
    put(store, *LATER, file="later")
    store.match(CAMPAIGNS)
    assert lines(month(store)) == told
    assert store.verify().holds


def test_the_words_of_one_gift_are_forgotten_by_its_name(store: Store) -> None:
    filled(store)
    store.forget(["88213/2"], by="Thandi", reason="asked")
    found = month(store).exploded
    assert found is not None
    assert found.gifts.set_index("gift")["reference"].isna().to_dict() == {"1": False, "2": True}
    store.match(register(IDB="Idlib Appeal", YEM="Yemen Emergency", WWL="Water Wells"))
    assert lines(month(store))["88213/1"][1] == "matched" and lines(month(store))["88213/2"][1] == "review"
    assert store.verify().holds


def test_a_reviewed_workbook_decides_gifts_and_shows_it_and_verifies(store: Store, tmp_path: Path) -> None:
    filled(store)
    path = written(store, tmp_path)
    assert verify_workbook(path, store=store).holds
    view = month(store)
    rows = review_rows(view.statements, view.matches, campaigns=CAMPAIGNS, merged=view.merged, exploded=view.exploded)
    own = rows["Transaction id"].eq("88213/2")
    assert own.sum() == 1 and rows.loc[own, "Reason"].str.startswith("gift 2 of PAYER 2: ").all()
    rows.loc[own, ["Your campaign", "Your fund"]] = ["YEM", "sadaqah"]
    taken = take_decisions(store, read_decisions(rows, campaigns=CAMPAIGNS), by="Thandi")
    assert (taken.taken, taken.refused) == (1, ())
    assert take_decisions(store, read_decisions(rows, campaigns=CAMPAIGNS), by="Thandi").known == 1
    assert lines(month(store))["88213/2"] == ("50.00", "decided", "YEM")
    assert not verify_workbook(path, store=store).holds
    assert verify_workbook(written(store, tmp_path), store=store).holds


def test_the_order_in_which_things_arrive_means_nothing(tmp_path: Path) -> None:
    told = []
    for number, steps in enumerate(("lpm", "plm", "lmpm", "pmlm")):
        with open_store(tmp_path / f"{number}.db") as store:
            for step in steps:
                if step == "l":
                    put(store, *LATER)
                elif step == "p":
                    store.add_payouts(report(*reversed(FIRST), *SECOND))
                else:
                    store.match(CAMPAIGNS)
            views = [month(store, name) for name in ("2026-01", "2026-02")]
            told.append([lines(view) for view in views])
    assert told[1:] == told[:1] * 3


def test_a_store_of_the_version_before_explodes_what_it_had(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with open_store(path) as store:
        filled(store)
        assert read_payouts(report(*FIRST))["given"].isna().all()
    connection = sqlite3.connect(path)
    for name in ("payout_lines", "gift_days"):
        connection.execute(f"DROP TABLE {name}")
    connection.execute("UPDATE about SET value = '2' WHERE name = 'schema_version'")
    connection.commit()
    connection.close()
    with open_store(path) as store:
        store.match(CAMPAIGNS)
        assert states(store)["88213"] == "at the bank"
        assert lines(month(store))["88213/1"][1] == "matched"


def test_what_was_decided_of_a_gift_holds_where_its_payout_turns_out_to_be_a_line_of_another_month(
    store: Store,
) -> None:
    rows = [gift("IDB", 10, 1), Entry(29, 148_00, "bare", "PAYFAST PAYOUT SOMETHING")]
    put(store, *rows)
    store.add_payouts(report(*[{**g, "date": "2026-01-31"} for g in FIRST]))
    store.match(CAMPAIGNS)
    store.decide("88213/2", [("YEM", None, "30.00"), ("IDB", None, "20.00")], by="Thandi")
    assert month(store).parts["transaction_id"].tolist() == ["88213/2"] * 2
    put(store, *rows, line("88213", "148", FEBRUARY + 1), file="later")  # which prints its name
    store.match(CAMPAIGNS)
    assert "88213/2" not in lines(month(store))
    later = month(store, "2026-02")
    assert lines(later)["88213/2"] == ("50.00", "decided", None)
    assert later.parts["amount"].astype(str).tolist() == ["30.00", "20.00"]
    assert set(store.allocations().query("transaction_id == '88213/2'")["booked"]) == {"2026-02"}
    assert store.verify().holds


def test_gifts_of_a_payout_that_arrives_for_a_closed_month_are_called_late(store: Store, tmp_path: Path) -> None:
    put(store, ROWS[0], ROWS[2])
    store.match(CAMPAIGNS)
    close(store)
    put(store, *ROWS, file="later")
    store.add_payouts(report(FIRST[0] | {"given": "2026-01-02"}, FIRST[1]))
    store.match(CAMPAIGNS)
    late = month(store, "2026-02")
    reasons = late.matches.set_index("transaction_id")["reason"]
    assert reasons["88213/1"] == "late for 2026-01, which was closed"
    assert reasons["88213/2"].startswith("late for 2026-01, which was closed; gift 2 of PAYER 2")
    assert store.month("2026-01").exploded is None  # type: ignore[union-attr]
    assert verify_workbook(written(store, tmp_path, "2026-02"), store=store).holds
