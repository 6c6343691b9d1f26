"""A store held against a plain list of what was delivered, through any deliveries, decisions, closings and crashes."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from exports import Entry, day, export
from faults import STATEMENT, Faults
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import reconcile as rc
from reconcile import money
from reconcile.errors import DecisionRefused, StoreRefused
from reconcile.statement import Statement
from reconcile.store import Store, open_store, tables

REGISTERS = [
    rc.read_campaigns(pd.DataFrame({"code": ["WEL", "ORF"], "name": ["Wells for All", orphans], "aliases": aliases}))
    for orphans, aliases in (("Orphan Homes", ["Wells", "Orphans"]), ("Young Hearts", ["Wells", "Dlamini"]))
]
PLACES = [("WEL", "zakat"), ("WEL", None), ("ORF", None), (None, None)]
FIRST_MONTH = f"{day(0):%Y-%m}"
IN_MEMORY = Path("/dev/shm")
"""Where a store need not wait for a disk, if there is such a place."""

entries = st.tuples(
    st.sampled_from([0, 0, 1, 1, 3, 18]),
    st.sampled_from([100_00, 250_00, -100_00]) | st.integers(-50, 500).filter(bool).map(lambda rand: rand * 100),
    st.sampled_from(["app", "eft", "cash", "bare"]),
    st.sampled_from(["WELLS ZAKAT", "ORPHANS", "MBF0107", "T DLAMINI", "THANKS"]),
    st.sampled_from([1, 1, 1, 2, 3]),
)


def ledger(drawn: list[tuple[int, int, str, str, int]]) -> list[Entry]:
    """Movements in the order of their days, twins and threes among them."""
    found, at = [], 0
    for step, cents, channel, reference, times in drawn:
        at += step
        found += [Entry(at, cents, channel, reference)] * times
    return found


class StoreMachine(RuleBasedStateMachine):
    """Deliveries, decisions, closings and crashes, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None)
        self.folder = Path(self._folder.name)
        self.store: Store = open_store(self.folder / "store.db")
        self.delivered: set[int] = set()
        """Which movements of the ledger some statement had."""
        self.files: list[Statement] = []
        self.balances = True
        """Whether every statement so far had balances."""
        self.ids: set[str] = set()
        """Every id ever given."""
        self.decisions: dict[str, list[list[tuple[Any, Any, int]]]] = {}
        """For each movement the decisions that stand, oldest first."""
        self.head = ""
        self.frozen: dict[str, dict[str, tuple[Any, ...]]] = {}
        """For each closed month its credits, by movement."""

    def teardown(self) -> None:
        self.store.shut()
        self._folder.cleanup()

    @initialize(data=st.data(), rows=st.lists(entries, min_size=3, max_size=9))
    def begin(self, data: st.DataObject, rows: list[tuple[int, int, str, str, int]]) -> None:
        self.rows = ledger(rows)
        own_days = [len(list(own)) for _, own in groupby(self.rows, key=lambda e: e.day)]
        self.ends = [sum(own_days[:n]) for n in range(len(own_days) + 1)]
        self.deliver(data)

    # deliveries

    def drawn(self, data: st.DataObject) -> tuple[range, Statement]:
        """Some of the ledger as an export words it: all of it, some whole days, or what there is of them at noon."""
        what = data.draw(st.sampled_from(["all", "days", "days", "noon"]), label="of what")
        first, last = 0, len(self.rows)
        if what == "days":
            begins = data.draw(st.integers(0, len(self.ends) - 2), label="first day")
            first = self.ends[begins]
            last = self.ends[data.draw(st.integers(begins + 1, len(self.ends) - 1), label="day after the last")]
        elif what == "noon":
            last = data.draw(st.integers(1, len(self.rows)), label="rows until noon")
            first = data.draw(st.sampled_from([e for e in self.ends if e < last]), label="first row")
        wording = data.draw(st.sampled_from(["history", "history", "emailed", "ofx"]), label="wording")
        made = export(self.rows, first, last, wording=wording, file=f"{what}-{wording}-{first}-{last}")
        return range(first, last), made

    def took(self, own: range, statement: Statement) -> None:
        self.delivered |= set(own)
        self.files.append(statement)
        self.balances &= statement.closing is not None
        assert len(self.store.transactions()) == len(self.delivered)

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        own, statement = self.drawn(data)
        added = self.store.add(statement, by="tests")
        assert added.counts["new"] == len(set(own) - self.delivered) or added.again
        assert (added.counts["changed by the bank"], added.counts["withdrawn"]) == (0, 0)
        assert len(added.rows) == len(own)
        self.took(own, statement)

    @rule(data=st.data())
    def deliver_two_as_one_file(self, data: st.DataObject) -> None:
        both = [self.drawn(data), self.drawn(data)]
        self.store.add_all([statement for _, statement in both], by="tests")
        self.delivered |= set(both[0][0])
        for own, statement in both:
            self.delivered |= set(own)
            self.files.append(statement)
            self.balances &= statement.closing is not None
        assert len(self.store.transactions()) == len(self.delivered)

    @precondition(lambda self: self.files)
    @rule(data=st.data(), renamed=st.booleans())
    def deliver_again(self, data: st.DataObject, renamed: bool) -> None:
        statement = data.draw(st.sampled_from(self.files), label="again")
        if renamed:
            statement = replace(statement, source=replace(statement.source, file="copy (1)"))
        before = self.store.head()
        assert self.store.add(statement, by="tests").again
        assert self.store.head() == before

    # decisions

    @rule(register=st.sampled_from(REGISTERS))
    def match(self, register: Any) -> None:
        self.store.match(register, by="tests")
        before = self.store.head()
        self.store.match(register, by="tests")
        assert self.store.head() == before

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        one, cents = self.movement(data)
        place = data.draw(st.sampled_from(PLACES), label="place")
        parts = [(*place, cents)]
        if place[0] and abs(cents) > 1 and data.draw(st.booleans(), label="split"):
            part = cents // 3
            parts = [("WEL", "zakat", part), ("ORF", None, cents - part)]
        given = place if len(parts) == 1 else [(c, f, str(money.rand(own))) for c, f, own in parts]
        try:
            self.store.decide(one, given, by="tests", reason="letter", evidence="letter of 3 May")
        except DecisionRefused as fault:
            assert "is closed" in str(fault)
            assert self.frozen
            return
        self.decisions.setdefault(one, []).append(parts)

    @precondition(lambda self: any(self.decisions.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        decided = sorted(one for one, standing in self.decisions.items() if standing)
        one = data.draw(st.sampled_from(decided), label="decided")
        try:
            self.store.undo(one, by="tests", reason="a slip")
        except DecisionRefused as fault:
            assert "is closed" in str(fault)
            assert self.frozen
            return
        self.decisions[one].pop()

    def movement(self, data: st.DataObject) -> tuple[str, int]:
        rows = self.store.transactions()
        at = data.draw(st.integers(0, min(3, len(rows) - 1)), label="movement")
        return rows["transaction_id"][at], int(money.cents(rows["amount"])[at])

    @rule(data=st.data(), register=st.sampled_from(REGISTERS))
    def close(self, data: st.DataObject, register: Any) -> None:
        month = data.draw(st.sampled_from(sorted({f"{day(e.day):%Y-%m}" for e in self.rows})), label="month")
        if data.draw(st.booleans(), label="after all has arrived"):
            whole = export(self.rows, file="all")
            self.store.add(whole, by="tests")
            self.took(range(len(self.rows)), whole)
        self.store.match(register, by="tests")
        ended = data.draw(st.sampled_from(["", "nothing moved since"]), label="open end")
        try:
            self.store.close(month, by="tests", open_end=ended)
        except DecisionRefused as fault:
            whys = ["nothing is known", "does not tie out"] + ([] if ended else ["reaches the last day"])
            assert month in self.frozen or any(why in str(fault) for why in whys)
            return
        assert month not in self.frozen
        self.frozen[month] = self.credits(month)

    @precondition(lambda self: self.frozen)
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        month = data.draw(st.sampled_from(sorted(self.frozen)), label="month")
        self.store.reopen(month, by="tests", reason="a slip")
        del self.frozen[month]

    def credits(self, month: str) -> dict[str, tuple[Any, ...]]:
        """What is credited of a month's own movements by rule, by movement."""
        rows = self.store.transactions(f"{month}-01", f"{month}-31")
        found = self.store.matches(f"{month}-01", f"{month}-31").assign(date=rows["date"])
        late = set(self.store.late()["transaction_id"])
        own = found[(found["status"] == "matched") & ~found["transaction_id"].isin(late)]
        return {r.transaction_id: (r.campaign, str(r.fund), r.rule) for r in own.itertuples()}

    # crashes

    @rule(data=st.data(), what=st.sampled_from(["deliver", "deliver", "match", "close"]))
    def crash(self, data: st.DataObject, what: str) -> None:
        kind = data.draw(st.sampled_from([STATEMENT, STATEMENT, "commit", "commit unanswered"]), label="kind")
        at = data.draw(st.integers(1, 30 if kind == STATEMENT else 5), label="at")
        own, statement = self.drawn(data)
        does: dict[str, Callable[[Store], object]] = {
            "deliver": lambda store: store.add(statement, by="tests"),
            "match": lambda store: store.match(REGISTERS[0], by="tests"),
            "close": lambda store: store.close(FIRST_MONTH, by="tests", open_end="nothing moved since"),
        }
        before, raised = self.state(), False
        self.store.shut()
        with Faults(self.folder, (kind,), at=at, lasting=True).injected(), suppress(DecisionRefused):
            try:
                with open_store(self.folder / "store.db") as store:
                    does[what](store)
            except StoreRefused:
                raised = True
        self.store = open_store(self.folder / "store.db")
        after = self.state()
        if raised and kind != "commit unanswered":
            assert after == before
        if after != before or not raised:  # it was done, whether that was said or not
            if what == "deliver":
                self.took(own, statement)
            if what == "close" and FIRST_MONTH not in self.frozen and self.closed():
                self.frozen[FIRST_MONTH] = self.credits(FIRST_MONTH)

    def closed(self) -> bool:
        months = self.store.months()
        return bool(len(months[months["in_force"] & (months["state"] == "closed") & (months["month"] == FIRST_MONTH)]))

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        with self.store._database.reading() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
                for table in tables.METADATA.sorted_tables
            }

    # what always holds

    @invariant()
    def all_holds(self) -> None:
        head = self.store.head()
        if head == self.head:  # nothing was recorded since
            return
        self.head = head
        rows = self.store.transactions()
        self.no_cent_is_lost_or_made(rows)
        self.an_id_once_given_stays_or_is_joined_to_another(rows)
        self.decisions_are_kept_and_add_up(rows)
        self.a_closed_month_stays_as_it_was()
        self.gaps_add_up_to_what_is_missing()
        assert len(self.store.conflicts()) == 0  # exports of one ledger never disagree
        assert self.store.verify().holds

    def no_cent_is_lost_or_made(self, rows: pd.DataFrame) -> None:
        found = Counter(zip(rows["date"].dt.date, money.cents(rows["amount"]).tolist(), strict=True))
        assert found == Counter((day(self.rows[n].day), self.rows[n].cents) for n in self.delivered)

    def an_id_once_given_stays_or_is_joined_to_another(self, rows: pd.DataFrame) -> None:
        now = set(rows["transaction_id"])
        with self.store._database.reading() as connection:
            movements = tables.movements.c
            asked = sa.select(movements.movement, movements.joined_to).where(movements.current == 1)
            joined = {row[0]: row[1] for row in connection.execute(asked.where(movements.joined_to.is_not(None)))}
        assert self.ids <= now | joined.keys()
        assert not now & joined.keys()
        assert all(other in now | joined.keys() for other in joined.values())
        self.ids |= now

    def decisions_are_kept_and_add_up(self, rows: pd.DataFrame) -> None:
        moved = dict(zip(rows["transaction_id"], money.cents(rows["amount"]).tolist(), strict=True))
        parts: dict[str, list[tuple[Any, Any, int]]] = {}
        for part in self.store.allocations().itertuples():
            fund = None if pd.isna(part.fund) else part.fund
            parts.setdefault(part.transaction_id, []).append((part.campaign, fund, int(part.amount.scaleb(2))))
        for one, own in parts.items():
            assert sum(cents for *_, cents in own) == moved[one]
        for one, standing in self.decisions.items():
            if standing and standing[-1][0][0] is not None:
                assert sorted(parts[one], key=str) == sorted(standing[-1], key=str)
            elif standing:
                assert one not in parts

    def a_closed_month_stays_as_it_was(self) -> None:
        for month, credits in self.frozen.items():
            now = self.credits(month)
            assert {one: now.get(one) for one in credits} == credits

    def gaps_add_up_to_what_is_missing(self) -> None:
        if self.balances and self.delivered:
            between = set(range(min(self.delivered), max(self.delivered) + 1)) - self.delivered
            missing = money.cents(self.store.gaps()["missing"])
            assert int(missing.sum()) == sum(self.rows[n].cents for n in between)


def walk(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_store_is_the_list_of_what_was_delivered() -> None:
    walk(examples=8, steps=15)


@pytest.mark.soak
def test_a_store_is_the_list_of_what_was_delivered_for_long() -> None:
    walk(examples=300, steps=30)
