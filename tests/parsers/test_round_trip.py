"""Whatever the ledger, what is written as the bank writes it is read back whole."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import settings as tries
from ledgers import entries, history, ofx_of

from reconcile import money
from reconcile.files import Document
from reconcile.parsers.layouts.fnb_history import LAYOUT as HISTORY
from reconcile.parsers.layouts.ofx import LAYOUT as OFX


def document(text: str) -> Document:
    return Document("made-up", None, text.encode(), "0" * 64, "text", text, "utf-8")


def rows(frame, *names: str) -> list[tuple]:
    return list(zip(*[frame[n] for n in names], strict=True))


def expected(ledger, *, moving: bool) -> Counter:
    return Counter((e.day.isoformat(), e.cents, e.text) for e in ledger if bool(e.cents) == moving)


def found(frame) -> Counter:
    days = frame["date"].dt.strftime("%Y-%m-%d")
    return Counter(zip(days, money.cents(frame["amount"]).tolist(), frame["description"], strict=True))


@tries(max_examples=60)
@given(entries())
def test_a_ledger_comes_back_from_history_and_from_ofx(ledger):
    for layout, text in ((HISTORY, history(ledger)), (OFX, ofx_of(ledger))):
        (s,) = layout.read(document(text))
        assert found(s.transactions) == expected(ledger, moving=True)
        assert found(s.notices) == expected(ledger, moving=False)
        assert len(s.quarantined) == 0
        assert s.opening == Decimal(100_000)
        assert s.closing == s.opening + Decimal(sum(e.cents for e in ledger)).scaleb(-2)
        assert s.transactions["transaction_id"].is_unique


@tries(max_examples=60)
@given(entries())
def test_newest_first_and_oldest_first_give_the_same_rows_in_the_same_order(ledger):
    # on one day alone nothing but the balances tells the order, and equal rows may then fit both ways
    ledger = [e for e in ledger if e.cents]
    ledger = [type(e)(e.day + timedelta(days=n), e.cents, e.text) for n, e in enumerate(ledger)]
    for layout, text in ((HISTORY, history), (OFX, ofx_of)):
        one = layout.read(document(text(ledger, newest_first=True)))[0].transactions
        other = layout.read(document(text(ledger, newest_first=False)))[0].transactions
        same = ["transaction_id", "date", "amount", "description"]
        assert rows(one, *same) == rows(other, *same)
