from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.books.sampling import METHODS, Sample, draw
from reconcile.errors import FrameRefused, NotMoney
from reconcile.money import AMOUNT, cents, from_cents, total


def population(amounts: dict[str, int]) -> pd.DataFrame:
    """Transactions of these ids and cents."""
    return pd.DataFrame({"transaction_id": list(amounts), "amount": from_cents(list(amounts.values()))})


LETTERS = {letter: 100 * (at + 1) for at, letter in enumerate("bcdfghjkmn")}
"""Ten rows of R 1 to R 10: R 55 in all."""

of_a_row = st.just(0) | st.integers(-3, 3) | st.integers(-(10**6), 10**6)
amounts = st.dictionaries(st.text("bcdf", min_size=1, max_size=6), of_a_row, min_size=1, max_size=40)
seeds = st.integers().filter(lambda n: n.bit_length() <= 300) | st.text(min_size=1, max_size=20).filter(str.strip)
methods = st.sampled_from(sorted(METHODS))


@st.composite
def asked(draws: st.DrawFn) -> dict[str, Any]:
    """A population in cents, and a size, a seed and a method with which it can be drawn from."""
    rows, method = draws(amounts), draws(methods)
    most = sum(c != 0 for c in rows.values()) if method == "monetary" else len(rows)
    assume(most)
    return {"rows": rows, "size": draws(st.integers(1, most)), "seed": draws(seeds), "method": method}


def drawn(rows: dict[str, int], **how: Any) -> Sample:
    return draw(population(rows), **how)


def same(one: Sample, other: Sample) -> bool:
    frames = one.rows.equals(other.rows) and one.sure.equals(other.sure)
    return frames and one.facts() == other.facts()


@given(asked(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(how: dict[str, Any], random: Any) -> None:
    turned = list(how["rows"].items())
    random.shuffle(turned)
    assert same(drawn(**how), drawn(**how | {"rows": dict(turned)}))


@given(asked())
def test_the_control_totals_are_those_of_the_population(how: dict[str, Any]) -> None:
    sample = drawn(**how)
    assert sample.population_count == len(how["rows"])
    assert sample.population_amount == Decimal(sum(map(abs, how["rows"].values()))).scaleb(-2)
    assert sample.population_net == Decimal(sum(how["rows"].values())).scaleb(-2)


@given(asked())
def test_what_is_drawn_is_of_the_population_and_each_row_once(how: dict[str, Any]) -> None:
    rows = drawn(**how).rows
    assert rows["transaction_id"].is_unique
    assert rows["amount"].dtype == AMOUNT
    assert all(how["rows"][name] == c for name, c in zip(rows["transaction_id"], cents(rows["amount"]), strict=True))


@given(asked())
def test_a_simple_random_sample_has_the_rows_of_the_lowest_digests(how: dict[str, Any]) -> None:
    ranks = {sha256(f"{how['seed']}:{name}".encode("utf-8", "surrogatepass")).hexdigest(): name for name in how["rows"]}
    sample = drawn(**how | {"method": "random"})
    assert sample.rows["transaction_id"].tolist() == [name for _, name in sorted(ranks.items())][: how["size"]]
    assert (sample.interval, sample.start, len(sample.sure)) == (None, None, 0)


@given(asked(), st.text("ghjk", min_size=1, max_size=6))
def test_a_row_more_takes_the_place_of_at_most_one(how: dict[str, Any], new: str) -> None:
    how = how | {"method": "random"}
    before = set(drawn(**how).rows["transaction_id"])
    after = set(drawn(**how | {"rows": how["rows"] | {new: 100}}).rows["transaction_id"])
    assert after - before <= {new}
    assert len(before - after) <= 1


@given(asked())
def test_monetary_units_are_hit_where_counting_cent_by_interval_finds_them(how: dict[str, Any]) -> None:
    assume(sum(map(abs, how["rows"].values())) > 0 and how["size"] <= sum(c != 0 for c in how["rows"].values()))
    sample = drawn(**how | {"method": "monetary"})
    assert sample.interval is not None and sample.start is not None
    step, at = int(sample.interval.scaleb(2)), int(sample.start.scaleb(2))
    assert step == sum(map(abs, how["rows"].values())) // how["size"] and 1 <= at <= step
    expected, behind = [], 0
    for name, amount in sorted(how["rows"].items()):
        behind += abs(amount)
        reached = []
        while at <= behind:
            reached.append(at)
            at += step
        if reached:
            expected.append((name, reached[0], len(reached)))
    rows = sample.rows
    assert list(zip(rows["transaction_id"], cents(rows["hit"]), rows["hits"], strict=True)) == expected


@given(asked())
def test_what_is_no_smaller_than_the_interval_is_always_drawn(how: dict[str, Any]) -> None:
    assume(sum(c != 0 for c in how["rows"].values()) >= how["size"])
    sample = drawn(**how | {"method": "monetary"})
    large = {name for name, c in how["rows"].items() if Decimal(abs(c)).scaleb(-2) >= (sample.interval or 0)}
    assert set(sample.sure["transaction_id"]) == large
    assert large <= set(sample.rows["transaction_id"])
    assert sample.rows["hits"].sum() >= how["size"]
    assert (cents(sample.rows["amount"]) != 0).all()


@given(st.integers(2, 10), seeds)
def test_every_amount_alike_is_hit_once_at_most(size: int, seed: int | str) -> None:
    sample = drawn(dict.fromkeys("bcdfghjkmn", 1000), size=size, seed=seed, method="monetary")
    assert set(sample.rows["hits"]) == {1}
    assert len(sample.rows) in (size, size + 1)


def test_a_large_amount_is_likelier_drawn_than_a_small_one() -> None:
    rows = {"b": 9_000, "c": 1_000}
    first = [drawn(rows, size=1, seed=n, method="monetary").rows["transaction_id"][0] for n in range(500)]
    assert 420 < first.count("b") < 480


def test_a_simple_random_sample_favours_nobody() -> None:
    counts = np.zeros(10)
    for seed in range(1000):
        names = drawn(LETTERS, size=3, seed=seed, method="random").rows["transaction_id"]
        counts += [name in set(names) for name in LETTERS]
    assert counts.sum() == 3000
    assert ((counts > 240) & (counts < 360)).all()


def test_a_seed_draws_the_same_for_ever() -> None:
    by_chance = drawn(LETTERS, size=4, seed="audit 2026", method="random")
    assert by_chance.rows["transaction_id"].tolist() == RANDOMLY
    by_money = drawn(LETTERS, size=7, seed="audit 2026", method="monetary")
    hits = [tuple(map(str, row)) for row in by_money.rows.itertuples(index=False)]
    assert hits == BY_MONEY
    assert str(by_money).splitlines() == TOLD


RANDOMLY = ["f", "g", "d", "k"]
"""Those of which `printf 'audit 2026:b' | sha256sum` and so on begin with the lowest digits."""

BY_MONEY = [
    ("f", "4.00", "6.97", "1"),
    ("g", "5.00", "14.82", "1"),
    ("j", "7.00", "22.67", "1"),
    ("k", "8.00", "30.52", "1"),
    ("m", "9.00", "38.37", "1"),
    ("n", "10.00", "46.22", "2"),
]
TOLD = [
    "Method            monetary units, at a fixed interval",
    "Seed              audit 2026",
    "Size asked for    7",
    "Population        10 transactions",
    "Absolute amounts  R 55.00",
    "Net amount        R 55.00",
    "Interval          R 7.85",
    "Start             R 6.97",
    "Hits              7",
    "Sure to be drawn  3 transactions",
    "Drawn             6 transactions, net R 43.00",
]


def test_what_moved_no_money_does_not_shift_the_hits_of_the_others() -> None:
    rows = drawn({"b": 0, "c": 5, "d": 0, "f": 5}, size=2, seed=1, method="monetary").rows
    assert rows["transaction_id"].tolist() == ["c", "f"]
    assert 1 <= cents(rows["hit"])[0] <= 5 < cents(rows["hit"])[1] <= 10


def test_a_number_and_its_text_are_one_seed_and_others_are_not() -> None:
    one, other = (drawn(LETTERS, size=5, seed=seed, method="random") for seed in (7, "7"))
    assert same(one, other)
    assert len({tuple(drawn(LETTERS, size=5, seed=n, method="random").rows["transaction_id"]) for n in range(20)}) > 15


def test_all_can_be_drawn() -> None:
    for method in METHODS:
        assert set(drawn(LETTERS, size=10, seed=1, method=method).rows["transaction_id"]) <= set(LETTERS)
    assert total(drawn(LETTERS, size=10, seed=1, method="random").rows["amount"]) == 55


def test_other_columns_and_texts_as_amounts_do_no_harm() -> None:
    rows = pd.DataFrame({"transaction_id": ["b", "c"], "date": 0, "amount": ["10.00", "-20.00"]}, index=[7, 7])
    sample = draw(rows, size=2, seed=1, method="random")
    assert (sample.population_amount, sample.population_net) == (Decimal("30.00"), Decimal("-10.00"))


@pytest.mark.parametrize(
    ("rows", "how", "says"),
    [
        (LETTERS, {"size": 0}, "a sample of 0 cannot be drawn. Ask for a whole number from 1 to 10"),
        (LETTERS, {"size": -(10**5000)}, "a sample of so many cannot"),
        (LETTERS, {"size": 11}, "a sample of 11 cannot"),
        (LETTERS, {"size": 10**5000}, "a sample of so many cannot"),
        (LETTERS, {"size": 2.0}, "a sample of 2.0"),
        (LETTERS, {"size": True}, "a sample of True"),
        (LETTERS, {"size": None}, "a sample of None"),
        ({}, {}, "there are no transactions to draw from"),
        ({"b": 0}, {"method": "monetary"}, "no transactions that moved money to draw from"),
        ({"b": 0, "c": 1}, {"method": "monetary", "size": 2}, "from 1 to 1, the transactions that moved money"),
        (LETTERS, {"seed": 1.5}, "a seed of type float will not do"),
        (LETTERS, {"seed": None}, "a seed of type NoneType will not do"),
        (LETTERS, {"seed": True}, "a seed of type bool will not do"),
        (LETTERS, {"seed": " "}, 'the seed " " will not do'),
        (LETTERS, {"seed": "x" * 101}, "will not do"),
        (LETTERS, {"seed": 10**5000}, "a seed of type int will not do"),
        (LETTERS, {"method": "block"}, 'no method of sampling "block". It must be one of random, monetary'),
        (LETTERS, {"method": None}, 'no method of sampling "None"'),
        (LETTERS, {"method": ["random"]}, "no method of sampling"),
    ],
)
def test_what_cannot_be_drawn_is_refused(rows: dict[str, int], how: dict[str, Any], says: str) -> None:
    with pytest.raises(FrameRefused, match=says):
        drawn(rows, **{"size": 1, "seed": 1, "method": "random"} | how)


@pytest.mark.parametrize(
    ("frame", "error", "says"),
    [
        (population(LETTERS)[["amount"]], FrameRefused, "lacks the column transaction_id"),
        (population(LETTERS).assign(transaction_id=None), FrameRefused, "transaction_id is missing"),
        (population(LETTERS).assign(amount="1,00"), NotMoney, "is not money"),
        (population(LETTERS).assign(amount=0.001), NotMoney, "is not money"),
    ],
)
def test_a_frame_that_will_not_do_is_refused(frame: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        draw(frame, size=1, seed=1, method="random")
