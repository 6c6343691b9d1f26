"""What may stand in a row of any CSV layout: what loads exactly, what is set aside and why, what refuses the file."""

import re
from decimal import Decimal

import pytest
from layout_samples import FILE, NAMED, SAMPLES, rows
from ledgers import read_text

from reconcile.errors import DamagedStatement, ReconcileError, UnknownLayout

every_layout = pytest.mark.parametrize("name", SAMPLES)
each_named = pytest.mark.parametrize("name", NAMED)
WHOLE: dict[str, list] = {}


@pytest.fixture
def read(tmp_path):
    def reading(content, file=FILE):
        (statement,) = read_text(tmp_path, content, file)
        return statement

    return reading


def whole(read, name):
    """What the sample itself gives."""
    if name not in WHOLE:
        WHOLE[name] = rows(read(SAMPLES[name].whole))
    return WHOLE[name]


def row_of(statement, line):
    (row,) = statement.transactions[statement.transactions["line"] == line].itertuples()
    return row


IN_DOUBT = "whether it moved money cannot be told, because the row in front of it cannot be read"


def only_aside(statement, name):
    """Line, text and reason of the row set aside because its figures cannot be read, seen to have moved R 1 000.00.

    In the e-mailed statement an amount may move nothing, so that the row behind it is in doubt too.
    """
    aside = statement.quarantined
    line, text, reason = (aside[column].iloc[0] for column in ("line", "text", "reason"))
    if name == "emailed":
        together = "; 2 neighbouring rows moved R 1 300.00 together"
        assert aside["reason"].tolist() == [reason, IN_DOUBT + together] and aside["line"].tolist() == [line, line + 1]
        assert aside["amount"].isna().all() and reason.endswith(together)
        return line, text, reason.removesuffix(together)
    assert aside["amount"].tolist() == [Decimal("1000.00")]
    return line, text, reason


TEXTS = [
    "NA",
    "NULL",
    "null",
    "None",
    "nan",
    "N/A",
    "#N/A",
    "<NA>",
    "TRUE",
    "inf",
    "0012345",
    "1E5",
    "1_000",
    "2024/03/01",
    "O'BRIEN",
    "'x'",
    '5"',
    '5" X 6"',
    "=1+1",
    "a;b|c",
    "x < y & z",
    "Zoë Müller",
    "A  B   C",
    "TOTAL 5",
    "CLOSING BALANCE",
    "5.00",
    "6126.55",
    "",
]


@every_layout
@pytest.mark.parametrize("text", TEXTS)
def test_any_text_of_a_payer_is_kept_exactly(read, name, text):
    sample = SAMPLES[name]
    s = read(sample.with_row(sample.written(text=text)))
    expected = f"Magtape Credit {text}".removesuffix(" ") if name == "emailed" else text
    assert row_of(s, sample.line).description == expected
    assert row_of(s, sample.line).amount == Decimal("1000.00")
    assert len(s.quarantined) == 0 and s.proof.complete


@each_named
@pytest.mark.parametrize("text", [t for t in TEXTS if t])
def test_any_reference_of_a_payer_is_kept_exactly(read, name, text):
    sample = SAMPLES[name]
    s = read(sample.with_row(sample.written(reference=text)))
    assert row_of(s, sample.line).bank_reference == text
    assert row_of(s, sample.line).description == sample.text


@each_named
def test_an_empty_reference_is_missing(read, name):
    sample = SAMPLES[name]
    s = read(sample.with_row(sample.written(reference=" ")))
    assert s.transactions.set_index("line")["bank_reference"].isna()[sample.line]


COMMAS = ["REF A1, NAIDOO, FEB", "A,B", ",", "A,", ", A", "A,,B", "1,650", 'O"B, C"D', "5,00,6.00"]


@pytest.mark.parametrize("name", ["history", "emailed", "enterprise"])
@pytest.mark.parametrize("text", COMMAS)
def test_commas_in_a_text_belong_to_it(read, name, text):
    sample = SAMPLES[name]
    s = read(sample.with_row(sample.written(text=text)))
    assert row_of(s, sample.line).description.removeprefix("Magtape Credit ") == text
    assert s.proof.complete


@each_named
@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("ABSA BANK A, B, C", "A, B, C"),
        ("ABSA BANK REF A1, NAIDOO, FEB", "REF A1, NAIDOO, FEB AND MARC"),
        ("SHOP, PARKSIDE        MBF", "MBF"),
        ("#SERVICE FEES, FEB", ""),
        ("A,B,C", ""),
    ],
)
def test_commas_that_the_bank_does_not_quote_go_to_the_text_and_the_reference_at_its_end(read, name, text, reference):
    sample = SAMPLES[name]
    row = row_of(read(sample.with_row(sample.written(text=text, reference=reference))), sample.line)
    assert row.description == text
    assert row.bank_reference == reference or (not reference and row.bank_reference != row.bank_reference)


@each_named
def test_commas_that_may_belong_to_the_text_or_to_the_reference_set_the_row_aside(read, name):
    sample = SAMPLES[name]
    (aside,) = read(sample.with_row(sample.written(text="A, B", reference="C, D"))).quarantined.itertuples()
    assert (aside.line, aside.reason) == (sample.line, "has not the fields of a row")
    assert aside.amount == Decimal("1000.00")


@pytest.mark.parametrize("name", [*NAMED, "enterprise"])
def test_a_text_that_is_quoted_because_of_its_commas_loses_the_quotes(read, name):
    sample = SAMPLES[name]
    s = read(sample.with_row(sample.written(text='"A ""B"", C"')))
    assert row_of(s, sample.line).description == 'A "B", C'


@every_layout
@pytest.mark.parametrize("text", ['"ABSA BANK', 'ABSA BANK"', 'AB"SA'])
def test_a_stray_quote_swallows_no_other_row(read, name, text):
    sample = SAMPLES[name]
    other = next(n for n in sample.row_lines() if n > sample.line + 1)
    lines = sample.with_row(sample.written(text=text)).split("\n")
    s = read("\n".join(lines))
    assert len(s.transactions) == len(whole(read, name))
    assert row_of(s, sample.line).description.endswith(text)
    assert other in s.transactions["line"].tolist()


#   a cell, what stands in it, why the row is set aside
NO_MONEY = [
    "1 000.00",
    "1\xa0000.00",
    "R1000.00",
    "1000.00Cr",
    "1.650",
    "1000.005",
    "(1000.00)",
    "1000.00-",
    "−1000.00",
    "+1000.00",
    "NaN",
    "inf",
    "1e3",
    "0x10",
    "",
    "100000000000.00",
    "1000.",
    "01000.00",
    ".5.0",
    "１０００.00",
]


@every_layout
@pytest.mark.parametrize("amount", NO_MONEY)
def test_an_amount_that_is_no_money_sets_its_row_aside_with_what_the_balances_say(read, name, amount):
    sample = SAMPLES[name]
    row = sample.written(amount=amount)
    s = read(sample.with_row(row))
    line, text, reason = only_aside(s, name)
    assert (line, text) == (sample.line, row.replace("\x00", ""))
    assert reason.startswith('the amount "') and reason.endswith('" is not money')
    assert not s.proof.complete
    kept = [r for r in whole(read, name) if r[1] != 1000_00]
    assert rows(s) == ([r for r in kept if r[1] != 300_00] if name == "emailed" else kept)


@every_layout
@pytest.mark.parametrize("balance", ["R6126.55", "", "x"])
def test_a_balance_that_is_no_money_sets_its_row_aside(read, name, balance):
    sample = SAMPLES[name]
    _, _, reason = only_aside(read(sample.with_row(sample.written(balance=balance))), name)
    assert reason == f'the balance "{balance}" is not money'


@every_layout
@pytest.mark.parametrize("amount", ["1,000.00", "1,650", "1000,00"])
def test_a_comma_inside_an_amount_is_never_taken_for_another_amount(read, name, amount):
    sample = SAMPLES[name]
    try:
        s = read(sample.with_row(sample.written(amount=amount)))
    except DamagedStatement as fault:
        assert f"line {sample.line}" in str(fault) or f"line {sample.line - 1}" in str(fault)
        assert "the balances of lines" in str(fault)
    else:
        assert re.fullmatch("has not the fields of a row|the (amount|balance) .* is not money", only_aside(s, name)[2])
        own = whole(read, name)
        assert [r for r in rows(s) if r not in own] == []


@every_layout
@pytest.mark.parametrize("amount", [" 1000.00 ", "1000", "1000.0"])
def test_an_amount_is_the_same_with_blanks_around_it_and_fewer_decimals(read, name, amount):
    sample = SAMPLES[name]
    assert rows(read(sample.with_row(sample.written(amount=amount)))) == whole(read, name)


BAD_DAYS = {
    "history": ["2026/02/30", "2026/13/01", "03/02/2026", "2026-02-03"],
    "emailed": ["31 Nov", "19 Dez", "2025/12/19", "19 December", "00 Dec"],
    "blocks": ["20260230", "20261301", "2026/02/03", "03022026"],
    "flat": ["20260230", "20261301", "2026/02/03", "03022026"],
    "business": ["2026-02-30", "2026-13-01", "03-02-2026", "20260203"],
    "enterprise": ["30/02", "01/13", "00/01"],
}


@pytest.mark.parametrize(("name", "day"), [(name, day) for name, days in BAD_DAYS.items() for day in days])
def test_a_day_that_is_none_sets_its_row_aside_and_its_amount_stays_known(read, name, day):
    sample = SAMPLES[name]
    s = read(sample.with_row(sample.written(date=day)))
    (aside,) = s.quarantined.itertuples()
    assert aside.line == sample.line and aside.amount == Decimal("1000.00")
    assert aside.reason.startswith("no such day: ") and day in aside.reason
    checks = {c.name: c.outcome for c in s.proof.checks}
    assert checks["balance chain"] == "held" and checks["every line"] == "open"


YEARS = {
    "history": ("1999/12/31", "2999/02/03"),
    "blocks": ("19991231", "29990203"),
    "flat": ("19991231", "29990203"),
    "business": ("1999-12-31", "2999-02-03"),
}


@pytest.mark.parametrize("name", YEARS)
def test_a_day_no_statement_can_have_sets_its_row_aside(read, name):
    sample = SAMPLES[name]
    for day, why in zip(YEARS[name], ("the day is before 2000", "the day is in the future"), strict=True):
        (aside,) = read(sample.with_row(sample.written(date=day))).quarantined.itertuples()
        assert aside.reason == f'{why}: "{day}"'


@pytest.mark.parametrize("name", [n for n in SAMPLES if n != "enterprise"])
def test_an_empty_day_sets_its_row_aside(read, name):
    sample = SAMPLES[name]
    (aside,) = read(sample.with_row(sample.written(date=""))).quarantined.itertuples()
    assert aside.reason.startswith("the date is empty") and aside.amount == Decimal("1000.00")


CONTROLS = ["\x00", "\t", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1f", "\x7f"]


@pytest.mark.parametrize(
    ("name", "control"), [(n, c) for n in SAMPLES for c in CONTROLS if (n, c) != ("business", "\x00")]
)
def test_a_control_character_sets_its_row_aside_and_moves_no_line(read, name, control):
    sample = SAMPLES[name]
    s = read(sample.with_row(sample.written(text=f"AB{control}SA")))
    (aside,) = s.quarantined.itertuples()
    assert (aside.line, aside.reason, aside.amount) == (sample.line, "has a control character", Decimal("1000.00"))
    assert set(s.transactions["line"]) | set(s.notices["line"]) | {aside.line} == set(sample.row_lines())


SHORT_AND_LONG = {
    "something else": lambda _: "something else",
    "a lone word": lambda _: "x",
    "three cells too few": lambda row: row.replace("\x00", "").rstrip(",").rsplit(",", 3)[0],
    "cells too many": lambda row: row + ",x,y",
}


@pytest.mark.parametrize(
    ("name", "edit"), [(n, e) for n in SAMPLES for e in SHORT_AND_LONG if (n, e) != ("history", "cells too many")]
)
def test_a_row_without_its_fields_is_set_aside_with_what_the_balances_say(read, name, edit):
    sample = SAMPLES[name]
    row = SHORT_AND_LONG[edit](sample.written())
    found = only_aside(read(sample.with_row(row)), name)
    assert found == (sample.line, row.replace("\x00", ""), "has not the fields of a row")


@every_layout
def test_neighbouring_rows_set_aside_say_what_they_moved_together(read, name):
    sample = SAMPLES[name]
    lines = sample.whole.split("\n")
    lines[sample.line - 1 : sample.line + 1] = ["x", "y"]
    aside = read("\n".join(lines)).quarantined
    reasons = ["has not the fields of a row", "has not the fields of a row", IN_DOUBT][: 2 + (name == "emailed")]
    moved = {"emailed": "R 3 300.00", "history": "R 1 250.00"}.get(name, "R 1 150.00")
    together = f"; {len(reasons)} neighbouring rows moved {moved} together"
    assert aside["reason"].tolist() == [reason + together for reason in reasons] and aside["amount"].isna().all()


@every_layout
def test_two_rows_whose_line_end_was_lost_are_never_taken_for_one(read, name):
    sample = SAMPLES[name]
    lines = sample.whole.split("\n")
    lines[sample.line - 1 : sample.line + 1] = ["".join(lines[sample.line - 1 : sample.line + 1])]
    try:
        s = read("\n".join(lines))
    except DamagedStatement as fault:
        assert f"line {sample.line + 1}: row number 6 stands where number 5 should" in str(fault)
    else:
        (aside,) = s.quarantined.itertuples()
        assert (aside.line, aside.reason) == (sample.line, "two rows have run together")
        assert len(s.transactions) == len(whole(read, name)) - 2


SAME = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR alone": lambda text: text.replace("\n", "\r"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "UTF-16": lambda text: ("\ufeff" + text).encode("utf-16-le"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16, big end first": lambda text: ("\ufeff" + text).encode("utf-16-be"),
    "blank lines in front": lambda text: "\n \n" + text,
    "blank lines behind": lambda text: text.rstrip("\n") + "\n\n  \n\n",
    "a last line end": lambda text: text.rstrip("\n") + "\n",
}


@every_layout
@pytest.mark.parametrize("form", SAME)
def test_line_ends_marks_and_encodings_change_nothing(read, name, form):
    s = read(SAME[form](SAMPLES[name].whole))
    assert rows(s) == whole(read, name)
    assert len(s.quarantined) == 0 and s.proof.complete


@every_layout
def test_the_old_windows_letters_are_read_by_their_bytes(read, name):
    sample = SAMPLES[name]
    s = read(sample.with_row(sample.written(text="ZOË € BOTHA")).encode("cp1252"))
    assert row_of(s, sample.line).description.endswith("ZOË € BOTHA") and s.source.encoding == "cp1252"


@every_layout
@pytest.mark.parametrize("line", ["", "  ", ",,,,,,,", '"",""'])
def test_blank_lines_among_the_rows_are_passed_over(read, name, line):
    s = read(SAMPLES[name].edited(lambda lines, first: lines.insert(first + 2, line)))
    assert rows(s) == whole(read, name) and s.proof.complete


@pytest.mark.parametrize("name", ["history", "blocks", "business"])
def test_a_heading_repeated_among_the_rows_is_no_row(read, name):
    s = read(SAMPLES[name].edited(lambda lines, first: lines.insert(first + 2, lines[first - 1])))
    assert rows(s) == whole(read, name) and s.proof.complete


@every_layout
def test_a_closing_balance_below_the_rows_is_no_row_and_must_agree(read, name):
    sample = SAMPLES[name]
    s = read(sample.whole)
    last = sample.row_lines()[-1]

    def summed(figure):
        return sample.edited(lambda lines, _: lines.insert(last, f"Closing balance,,{figure}"))

    below = read(summed(s.closing))
    assert rows(below) == rows(s) and below.proof.complete
    assert f"line {last + 1} is a sum (closing balance), not a row" in below.warnings
    with pytest.raises(DamagedStatement, match=f"line {last + 1}: the closing balance below the rows is not what"):
        read(summed("1.00"))


@pytest.mark.parametrize("name", [*NAMED, "enterprise"])
def test_newest_first_gives_the_same_as_oldest_first(read, name):
    sample = SAMPLES[name]
    numbers = sample.row_lines()
    part = slice(numbers[0] - 1, numbers[-1])
    s = read(sample.edited(lambda lines, _: lines.__setitem__(part, lines[part][::-1])))
    assert rows(s) == whole(read, name) and s.proof.complete


@pytest.mark.parametrize("name", [*NAMED, "enterprise"])
def test_a_row_of_nothing_moves_no_money_and_is_a_notice(read, name):
    sample = SAMPLES[name]
    row = sample.written(amount="0.00", text="CR.INT.RATE   4 PCT")
    s = read(sample.edited(lambda lines, _: lines.insert(sample.line, row)))
    assert rows(s) == whole(read, name)
    assert s.notices["line"].tolist() == [sample.line + 1] and s.proof.complete


@every_layout
def test_fees_of_the_bank_are_rows_like_others(read, name):
    assert any(text.startswith("#") and cents < 0 for _, cents, text in whole(read, name))


@every_layout
def test_a_row_longer_than_any_text_refuses_the_file_naming_its_line(read, name):
    sample = SAMPLES[name]
    with pytest.raises(ReconcileError, match=f"line {sample.line}: .*10,0"):
        read(sample.with_row(sample.written(text="x" * 10_001)))


def other_rows(lines, first, row):
    end = next((n for n in range(first, len(lines)) if not lines[n].strip(",")), len(lines))
    end -= lines[end - 1].startswith("6,")
    lines[first:end] = [row] * (end - first)


@every_layout
def test_a_file_of_which_no_row_can_be_read_is_refused(read, name):
    with pytest.raises(UnknownLayout):
        read(SAMPLES[name].edited(lambda lines, first: other_rows(lines, first, "x")))


def broken(lines, at, kind):
    """Deletes, doubles or swaps the rows at a position, or changes the amount of one."""
    if kind == "deleted":
        del lines[at]
    elif kind == "added":
        lines.insert(at, lines[at])
    elif kind == "swapped":
        lines[at : at + 2] = [lines[at + 1], lines[at]]
    else:
        lines[at] = lines[at].replace("1000.00", "1001.00")


#   what is done to the row, the lines named and the difference, oldest first and newest first
BREAKS = {
    "deleted": ((-1, 0, "R 1 000.00 more"), (-1, 0, "R 1 000.00 more")),
    "added": ((0, 1, "R 1 000.00 less"), (0, 1, "R 1 000.00 less")),
    "changed": ((-1, 0, "R 1.00 less"), (0, 1, "R 1.00 less")),
    "swapped": ((-1, 0, None), (0, 1, None)),
}


@pytest.mark.parametrize("kind", BREAKS)
@pytest.mark.parametrize("name", [n for n in SAMPLES if n != "emailed"])
def test_a_row_deleted_added_changed_or_swapped_breaks_the_chain_between_two_lines(read, name, kind):
    sample = SAMPLES[name]
    with pytest.raises(DamagedStatement) as fault:
        read(sample.edited(lambda lines, _: broken(lines, sample.line - 1, kind)))
    said = str(fault.value)
    assert said.startswith(f"{FILE}, line ") and "the balances of lines" in said
    first, second, off = BREAKS[kind][not sample.oldest_first]
    if off:
        assert f"lines {sample.line + first} and {sample.line + second} " in said and off in said


@pytest.mark.parametrize("name", ["history", "emailed", "blocks", "flat", "enterprise"])
def test_the_row_next_to_a_stated_balance_cannot_be_lost(read, name):
    sample = SAMPLES[name]
    at = sample.row_lines()[0] - 1
    with pytest.raises(DamagedStatement, match=r"is stated as|row number 2 stands where number 1 should"):
        read(sample.edited(lambda lines, _: lines.__delitem__(at)))


@pytest.mark.parametrize("name", ["emailed", "blocks", "flat"])
def test_the_last_row_cannot_be_lost_where_the_closing_balance_is_stated(read, name):
    sample = SAMPLES[name]
    at = sample.row_lines()[-1] - 1
    with pytest.raises(DamagedStatement, match="the closing balance is stated as"):
        read(sample.edited(lambda lines, _: lines.__delitem__(at)))


@every_layout
def test_a_statement_and_that_of_another_account_behind_it_are_refused_and_never_mixed(read, name):
    sample = SAMPLES[name]
    own = sample.whole.rstrip("\n") + "\n"
    with pytest.raises(DamagedStatement) as fault:
        read(own + own.replace("62000012345", "62000067890"))
    assert "statement" in str(fault.value) and "into a file of its own" in str(fault.value)
    assert "62000067890" not in str(fault.value)


@every_layout
def test_a_csv_named_ofx_loads_by_its_content_with_a_warning(read, name):
    s = read(SAMPLES[name].whole, "62000012345.ofx")
    assert rows(s) == whole(read, name)
    assert any(w.startswith("is named .ofx but is FNB ") for w in s.warnings)
