"""Tables whose first line names their columns: the line found, rows taken apart, commas the bank does not quote."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import UnknownLayout
from reconcile.parsers.named_columns import Columns, cells_in, columns_in, named_cells, refuse_lacking

WANTED = ("date", "amount", "balance")
FORMS = {"amount": r"-?[0-9]+(\.[0-9]{1,2})?", "balance": r"-?[0-9]+(\.[0-9]{1,2})?"}
NAMES = ("date", "description", "reference", "amount", "balance")
TABLE = Columns(NAMES, ",", 5)


def apart(*lines: str, columns: Columns = TABLE):
    return named_cells(pa.array(lines, type=pa.large_string()), columns, WANTED, FORMS)


def row(line: str, columns: Columns = TABLE) -> list[str] | None:
    found = apart(line, columns=columns)
    return [found.exactly(name)[0].as_py() for name in columns.names] if found.whole[0] else None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Date,Amount,Balance", Columns(WANTED, ",", 3)),
        ("Date;Amount;Balance", Columns(WANTED, ";", 3)),
        ("Date\tAmount\tBalance", Columns(WANTED, "\t", 3)),
        ("Date|Amount|Balance", Columns(WANTED, "|", 3)),
        (" DATE , \"Amount\",'Balance',,", Columns(WANTED, ",", 5)),
        ("Date,Amount,Other", Columns(("date", "amount", "other"), ",", 3)),
        ("Date,Other", None),
        ("2026/01/01,1.00,2.00", None),
        ("", None),
    ],
)
def test_a_line_names_columns_when_two_of_the_wanted_are_among_them(line, found):
    assert columns_in(line, WANTED) == found


def test_cells_lose_the_blanks_and_quotes_around_them():
    assert cells_in("a, b ,'c',\"d, e\",", ",") == ["a", "b", "c", "d, e", ""]
    assert cells_in('a "b,c', ",") == ['a "b', "c"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("date", "amount"), "lacks the column balance; it has the columns date, amount"),
        (("date", ""), "lacks the column amount, balance; it has the columns date"),
        (
            ("date", "amount", "amount", "balance"),
            "has the column amount twice; it has the columns date, amount, amount, balance",
        ),
        (("x" * 99, "date", "amount"), "lacks the column balance; it has the columns x{39}…, date, amount"),
    ],
)
def test_a_column_missing_or_twice_is_refused_naming_what_is_there(names, says):
    with pytest.raises(UnknownLayout, match=f"a.csv, line 7: {says}. Download the file again as the bank offers it."):
        refuse_lacking(Columns(names, ",", len(names)), WANTED, "a.csv", 7)


def test_columns_that_are_all_there_once_are_accepted():
    refuse_lacking(Columns(("", "date", "amount", "balance", ""), ",", 5), WANTED, "a.csv", 7)


#   a line of the five columns, its cells (None: not the cells of a row)
LINES = [
    ("D,T,R,1.00,2.00", ["D", "T", "R", "1.00", "2.00"]),
    ("D, T ,R,1.00,2.00,,,", ["D", " T ", "R", "1.00", "2.00"]),
    ("D,T,R,1.00,", ["D", "T", "R", "1.00", ""]),
    ("D,T,R,1.00", None),
    ("D", None),
    ("", None),
    ("D,T,R,1.00,2.00,x", None),
    ("D,T,R,1.00,2.00,,x", None),
    ("D,A, R,R,1.00,2.00", ["D", "A, R", "R", "1.00", "2.00"]),
    ("D,X R, S,R, S,1.00,2.00", ["D", "X R, S", "R, S", "1.00", "2.00"]),
    ("D,A, B,,1.00,2.00", ["D", "A, B", "", "1.00", "2.00"]),
    ("D,A, B,C, D,1.00,2.00", None),
    ("D,A,A,1,1.00,2.00", None),
    ('D,"A, B",R,1.00,2.00', ["D", "A, B", "R", "1.00", "2.00"]),
    ('D,"A ""B""",R,1.00,2.00', ["D", 'A "B"', "R", "1.00", "2.00"]),
    ('D,"A,R,1.00,2.00', ["D", '"A', "R", "1.00", "2.00"]),
    ('D,A"B,R,1.00,2.00', ["D", 'A"B', "R", "1.00", "2.00"]),
]


@pytest.mark.parametrize(("line", "cells"), LINES)
def test_a_line_is_taken_apart_or_is_not_whole(line, cells):
    assert row(line) == cells


def test_lines_that_are_not_whole_have_empty_cells_and_leave_the_others_in_their_places():
    found = apart("D,T,R,1.00,2.00", "x", "E,U,S,3.00,4.00")
    assert found.whole.tolist() == [True, False, True]
    assert found["date"].to_pylist() == ["D", "", "E"] and found["balance"].to_pylist() == ["2.00", "", "4.00"]


def test_a_column_that_is_not_there_is_empty_in_every_line():
    assert apart("D,T,R,1.00,2.00")["service fee"].to_pylist() == [""]


def test_an_empty_cell_behind_the_names_is_part_of_every_row():
    columns = Columns(("date", "amount", "description", "reference", "balance", "cheque"), ",", 7)
    assert row("D,1.00,A, B,B,2.00,,", columns) == ["D", "1.00", "A, B", "B", "2.00", ""]
    assert row("D,1.00,A, B,,2.00,,", columns) == ["D", "1.00", "A, B", "", "2.00", ""]
    assert row("D,1.00,A,B,2.00,7,", columns) == ["D", "1.00", "A", "B", "2.00", "7"]


def test_without_a_reference_behind_it_the_description_takes_all_commas():
    columns = Columns(("date", "description", "amount", "balance"), ",", 4)
    assert row("D,A, B,C,1.00,2.00", columns) == ["D", "A, B,C", "1.00", "2.00"]


_text = st.text(st.sampled_from("AB ,."), max_size=20).filter(lambda t: t == t.strip())


@given(st.lists(st.tuples(_text, _text), min_size=1, max_size=5))
def test_a_text_that_ends_with_its_reference_comes_back_whole_however_many_commas(pairs):
    lines = [f"D,{before}{reference},{reference},1.00,2.00" for before, reference in pairs]
    found = apart(*lines)
    assert np.asarray(found.whole).all()
    both = zip(found.exactly("description").to_pylist(), found.exactly("reference").to_pylist(), strict=True)
    assert [f"{text},{reference}" for text, reference in both] == [f"{b}{r},{r}" for b, r in pairs]
    assert found["amount"].to_pylist() == ["1.00"] * len(pairs) and found["balance"].to_pylist() == ["2.00"] * len(
        pairs
    )


@pytest.mark.parametrize("figure", ["1000,00", "1,000.00", "12,5"])
def test_the_rest_of_a_figure_with_a_comma_is_not_taken_for_a_text(figure):
    columns = Columns(("date", "amount", "description", "reference", "balance"), ",", 5)
    assert row(f"D,{figure},A B,B,2.00", columns) is None
    assert row("D,1.00,A, B,B,2.00", columns) == ["D", "1.00", "A, B", "B", "2.00"]
