"""The sentences of a proof: what holds, what stays open, what is not offered, and what refuses the statement."""

from datetime import date

import numpy as np
import pytest

from reconcile.errors import DamagedStatement
from reconcile.money import shown_cents
from reconcile.parsers.proofs import Sentences, Stated
from reconcile.statement import Period

PERIOD = Period(date(2026, 1, 1), date(2026, 1, 31), stated=True)


def numbers(*values: int):
    return np.array(values, dtype=np.int64)


def said(act, asides: int = 0) -> tuple[str, str, str]:
    """What an act on sentences says: name, outcome and detail of its one check."""
    sentences = Sentences("a.csv", asides)
    act(sentences)
    (check,) = sentences.proof().checks
    return check.name, check.outcome, check.detail


def refusal(act, asides: int = 0) -> str:
    with pytest.raises(DamagedStatement) as fault:
        act(Sentences("a.csv", asides))
    assert fault.value.do
    return str(fault.value)


def every_line(s):
    s.every_line(10, [(7, "lines of heading"), (3, "transactions"), (0, "notices")])


def test_every_line_is_accounted_for_or_the_file_is_refused():
    assert said(every_line) == ("every line", "held", "7 lines of heading, 3 transactions")
    assert said(every_line, asides=1)[1] == "open"
    assert said(lambda s: s.every_line(7, [(7, "x"), (0, "transactions")]))[2] == "7 x, 0 transactions"
    for lines in (9, 11):
        fault = refusal(lambda s, n=lines: s.every_line(n, [(10, "transactions")]))
        assert fault.startswith(f"a.csv: has {lines} lines, and 10 of them are accounted for.")


@pytest.mark.parametrize(
    ("given", "outcome", "detail"),
    [
        ((8, 0, False), "held", "8 balances, each the one before plus the amount"),
        ((8, 2, False), "held", "6 balances, each the one before plus the amount; 2 not known"),
        (
            (8, 0, True),
            "open",
            "8 balances, each the one before plus the amount; broken only where rows were set aside",
        ),
        ((2, 2, False), "not offered", "0 balances, each the one before plus the amount; 2 not known"),
        ((0, 0, False), "not offered", "0 balances, each the one before plus the amount"),
    ],
)
def test_a_chain_says_how_many_balances_it_has(given, outcome, detail):
    rows, unknown, broken = given
    assert said(lambda s: s.chain(rows, unknown, broken=broken)) == ("balance chain", outcome, detail)


def test_a_balance_that_is_not_stated_is_not_offered():
    assert said(lambda s: s.led_to("opening balance", 5_00, "in front", "none")) == (
        "opening balance",
        "held",
        "R 5.00 in front",
    )
    assert said(lambda s: s.led_to("opening balance", 0, "in front", "none"))[1:] == ("held", "R 0.00 in front")
    assert said(lambda s: s.led_to("opening balance", None, "in front", "none"))[1:] == ("not offered", "none")


def test_opening_and_rows_make_the_closing_balance_or_refuse():
    name = "opening and closing balance"
    assert said(lambda s: s.movements(1_00, 2_00, 3_00, 5, False)) == (name, "held", "R 1.00 plus R 2.00 is R 3.00")
    assert said(lambda s: s.movements(1_00, 2_00, 7_50, 5, True)) == (
        name,
        "open",
        "R 4.50 is what the rows set aside moved",
    )
    assert refusal(lambda s: s.movements(1_00, 2_00, 3_01, 5, False)).startswith(
        "a.csv, line 5: opening R 1.00 and rows R 2.00 do not make closing R 3.01."
    )


def figures(stated, found, show=str):
    given = [Stated(words, line, value) for words, line, value in stated]
    return lambda s: s.figures("counts", given, found, show)


def test_figures_agree_each_in_turn_or_refuse_by_their_own_words_and_line():
    both = [("debits", 4, 2), ("credits", 5, 3)]
    assert said(figures(both, [2, 3])) == ("counts", "held", "debits 2; credits 3")
    assert refusal(figures(both, [2, 4])).startswith('a.csv, line 5: "credits" states 3, the rows say 4.')
    assert refusal(figures([("debits", 4, 1_00)], [1_01], shown_cents)).startswith(
        'a.csv, line 4: "debits" states R 1.00, the rows say R 1.01.'
    )
    assert said(figures(both, [2, 4]), asides=1) == ("counts", "open", "debits 2; credits 3")


def test_rows_are_numbered_without_a_gap_or_refused_at_the_first_out_of_turn():
    name = "row numbers"
    assert said(lambda s: s.numbered(numbers(1, 2, 3), numbers(7, 8, 9), numbers(0, 0, 0))) == (
        name,
        "held",
        "1 to 3 without a gap",
    )
    # the second row of the file has no number to be read
    assert said(lambda s: s.numbered(numbers(1, 3), numbers(7, 9), numbers(0, 1)))[2] == "1 to 3 without a gap"
    for own, found, wanted, line in (((1, 3), 3, 2, 8), ((2, 3), 2, 1, 7), ((1, 1), 1, 2, 8)):
        fault = refusal(lambda s, own=own: s.numbered(numbers(*own), numbers(7, 8), numbers(0, 0)))
        assert fault.startswith(f"a.csv, line {line}: row number {found} stands where number {wanted} should.")
    nothing = Sentences("a.csv")
    nothing.numbered(numbers(), numbers(), numbers())
    assert nothing.proof().checks == ()


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        (date(2026, 1, 1), date(2026, 1, 31), True),
        (date(2025, 12, 31), date(2026, 1, 31), False),
        (date(2026, 1, 1), date(2026, 2, 1), False),
        (None, None, True),
    ],
)
def test_rows_outside_the_stated_period_are_a_warning(first, last, held):
    sentences = Sentences("a.csv")
    warning = sentences.period(PERIOD, first, last)
    (check,) = sentences.proof().checks
    assert check.outcome == ("held" if held else "open")
    assert warning == (None if held else "rows lie outside the period the file states (2026-01-01 to 2026-01-31)")


def test_checks_stand_in_the_order_they_were_said():
    sentences = Sentences("a.csv")
    sentences.held("a", "1")
    sentences.open("b", "2")
    sentences.not_offered("c", "3")
    assert [(c.name, c.outcome) for c in sentences.proof().checks] == [
        ("a", "held"),
        ("b", "open"),
        ("c", "not offered"),
    ]
    assert not sentences.proof().complete
