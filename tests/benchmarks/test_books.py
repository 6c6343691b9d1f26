"""The two-sided books are sound: one truth, exact sums, the same books for the same seed, and a score that sees it."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from reconcile import money
from reconcile.schema import LINKS, MATCHES, PAYOUTS, RECEIPTS, TRANSACTIONS

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from books import Books, make_books, score

SEEDS = pytest.mark.parametrize("seed", range(6))


def cents_by(frame: pd.DataFrame, name: str) -> dict[str, int]:
    return dict(zip(frame[name], money.cents(frame["amount"]).tolist(), strict=True))


def links(pairs: set[tuple[str, str]], books: Books) -> pd.DataFrame:
    amounts = cents_by(books.receipts, "receipt_id")
    rows = [(a, b, money.rand(amounts[b]), "linked", "x", "x", 1.0, a, None) for a, b in sorted(pairs)]
    return LINKS.check(pd.DataFrame(rows, columns=LINKS.names))


@SEEDS
def test_the_frames_are_of_the_schema_and_ids_stand_once(seed: int) -> None:
    books = make_books(seed)
    for frame, kind in (
        (books.transactions, TRANSACTIONS),
        (books.receipts, RECEIPTS),
        (books.matches, MATCHES),
        (books.payouts, PAYOUTS),
    ):
        kind.check(frame)
        assert not frame.iloc[:, 0].duplicated().any() or kind is PAYOUTS
    assert len(books.transactions) == len(books.matches) == 120


@SEEDS
def test_every_line_and_receipt_is_in_the_truth_or_on_one_side_alone(seed: int) -> None:
    books = make_books(seed)
    lines, slips = set(books.transactions["transaction_id"]), set(books.receipts["receipt_id"])
    assert {a for a, _ in books.truth} ^ books.only_bank == lines
    assert {b for _, b in books.truth} ^ books.only_books == slips
    assert books.linkable < books.truth and not books.alike & books.truth


@SEEDS
def test_what_can_be_linked_comes_to_the_cent_and_crosses_no_fund(seed: int) -> None:
    books = make_books(seed)
    own, booked = cents_by(books.transactions, "transaction_id"), cents_by(books.receipts, "receipt_id")
    funds = [
        dict(zip(frame[name], frame["fund"].fillna(""), strict=True))
        for frame, name in ((books.matches, "transaction_id"), (books.receipts, "receipt_id"))
    ]
    lines = {a for a, _ in books.linkable}
    for line in lines:
        slips = {b for a, b in books.linkable if a == line}
        parts = {a for a, b in books.linkable if b in slips}
        assert sum(own[a] for a in parts) == sum(booked[b] for b in slips)
        assert all(not funds[0][line] or funds[1][b] == funds[0][line] for b in slips)


@SEEDS
def test_balances_and_payouts_add_up(seed: int) -> None:
    books = make_books(seed)
    assert books.transactions["balance"].iloc[-1] == books.closing
    assert books.closing == books.opening + money.total(books.transactions["amount"])
    assert books.books_closing == books.books_opening + money.total(books.receipts["amount"])
    gross, fee, net = (money.cents(books.payouts[name]) for name in ("gross", "fee", "net"))
    assert (gross - fee == net).all() and (fee >= 0).all()


def test_the_same_seed_gives_the_same_books_and_another_others() -> None:
    one, same, other = make_books(3), make_books(3), make_books(4)
    assert one.transactions.equals(same.transactions) and one.receipts.equals(same.receipts)
    assert one.truth == same.truth and one.linkable == same.linkable
    assert not one.transactions.equals(other.transactions)


def test_the_score_of_the_truth_of_nothing_and_of_wrong_pairs() -> None:
    books = make_books(1)
    whole = score(books, links(books.truth, books), payouts=True)
    assert (whole["right"], whole["wrong"], whole["found"]) == (len(books.truth), 0, 1)
    none = score(books, LINKS.empty())
    assert (none["right"], none["wrong"], none["found"]) == (0, 0, 0)
    line, slip = sorted(books.only_bank)[0], sorted(books.only_books)[0]
    assert score(books, links({(line, slip)}, books))["wrong"] == 1


def test_a_receipt_that_is_linked_twice_is_wrong_once() -> None:
    books = next(b for b in map(make_books, range(20)) if "paid again" in b.kinds.values())
    line, slip = next(p for p in sorted(books.truth) if books.kinds[p] == "paid again")
    other = next(a for a, b in sorted(books.alike) if b == slip)
    assert score(books, links({(line, slip), (other, slip)}, books))["wrong"] == 1
