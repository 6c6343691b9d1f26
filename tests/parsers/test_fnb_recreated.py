"""The Recreated Statement in both shapes: columns by name, any separator, signs, and what does not prove."""

import re
import zipfile
from decimal import Decimal

import pytest
from layout_samples import FILE, SAMPLES, rows
from ledgers import read_text

from reconcile import money
from reconcile.errors import DamagedStatement, UnknownLayout
from reconcile.parsers import read_statement

BLOCKS, FLAT = SAMPLES["blocks"].whole, SAMPLES["flat"].whole
TABLE = BLOCKS[BLOCKS.index("Effective Date") :]
SHAPES = {"blocks": BLOCKS, "flat": FLAT}
each_shape = pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())


@pytest.fixture
def read(tmp_path):
    def reading(content, file="statement.csv"):
        (statement,) = read_text(tmp_path, content, file)
        return statement

    return reading


def edited(*pairs: tuple[str, str], text: str = BLOCKS) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


def without(start: str) -> str:
    lines = BLOCKS.split("\n")
    assert any(line.startswith(start) for line in lines)
    return "\n".join(line for line in lines if not line.startswith(start))


def in_order(text: str, order: list[int]) -> str:
    """The lines as wide as the order with their cells in it."""
    lines = [line.split(",") for line in text.rstrip("\n").split("\n")]
    return "\n".join(",".join([c[n] for n in order] if len(c) == len(order) else c) for c in lines) + "\n"


def outcomes(statement) -> dict[str, str]:
    return {c.name: c.outcome for c in statement.proof.checks}


@each_shape
def test_everything_it_states_is_checked(read, text):
    s = read(text)
    assert (s.account.number, s.account.name) == ("62000012345", "Gold Business Account")
    assert outcomes(s) == dict.fromkeys(
        [
            "every line",
            "balance chain",
            "opening and closing balance",
            "sums of debits and credits",
            "counts of debits and credits",
        ],
        "held",
    )


@each_shape
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_cells_may_be_separated_by_another_character(read, text, separator):
    s = read(text.replace(",", separator))
    assert rows(s) == rows(read(text)) and s.proof.complete and s.warnings == ()


@each_shape
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_where_no_comma_separates_it_may_be_decimal(read, text, separator):
    pointed = re.sub(r"([0-9])\.([0-9]{2})(?=[,\n])", r"\1.\2", text).replace(",", separator)
    s = read(re.sub(r"([0-9])\.([0-9]{2})", r"\1,\2", pointed))
    assert rows(s) == rows(read(text)) and s.proof.complete and s.warnings == ()


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_row_set_aside_is_shown_without_the_tabs_that_separate_its_cells(read, separator):
    text = edited(("1000.00", "R1000.00")).replace(",", separator) + separator * 6 + "\n"
    (aside,) = read(text).quarantined.itertuples()
    assert aside.reason == 'the amount "R1000.00" is not money' and aside.amount == Decimal("1000.00")
    assert "\t" not in aside.text and aside.text.startswith("20260203")


@each_shape
@pytest.mark.parametrize("turn", [lambda n: n[::-1], lambda n: n[2:] + n[:2], lambda n: sorted(n, key=lambda k: k % 3)])
def test_columns_are_found_by_their_names_in_any_order(read, text, turn):
    width = len(text.split("\n")[-2].split(","))
    order = [0, *turn(list(range(1, width)))] if text is FLAT else turn(list(range(width)))
    moved = in_order(text if text is FLAT else TABLE, order)
    s = read(moved if text is FLAT else BLOCKS.replace(TABLE, moved))
    assert rows(s) == rows(read(text)) and s.proof.complete
    assert s.transactions["bank_reference"].equals(read(text).transactions["bank_reference"])


def test_names_of_columns_are_read_without_case_blanks_and_quotes(read):
    heading = TABLE.split("\n")[0]
    other = ",".join(f' "{name.upper()} "' for name in heading.split(","))
    assert rows(read(BLOCKS.replace(heading, other))) == rows(read(BLOCKS))


def overdrawn(text: str) -> str:
    """Every balance R 5 000.00 less, with its minus behind."""

    def less(found: re.Match) -> str:
        cents = money.cents_of(found[1]) - 5000_00
        return f"{abs(cents) // 100}.{abs(cents) % 100:02d}{'-' if cents < 0 else ''}"

    figures = "|".join(["4126.55", "5793.35", *re.findall(r",([0-9.]+)\n", TABLE)])
    return re.sub(f"(?<=,)({figures})(?=[,\n])", less, text)


@each_shape
def test_an_overdrawn_balance_has_its_minus_behind(read, text):
    s = read(overdrawn(text))
    assert "873.45-" in overdrawn(text)
    assert (s.opening, s.closing) == (Decimal("-873.45"), Decimal("793.35"))
    assert rows(s) == rows(read(text)) and s.proof.complete
    assert s.transactions["balance"].tolist()[0] == Decimal("-373.45")


@each_shape
@pytest.mark.parametrize("side", ["-", " - ", "DR", "dr"])
def test_an_amount_without_a_sign_takes_it_from_the_column_beside_it(read, text, side):
    unsigned = re.sub(r",-,-([0-9])", rf",{side},\1", text)
    assert unsigned != text
    assert rows(read(unsigned)) == rows(read(text)) and read(unsigned).proof.complete


def test_a_sign_that_the_balances_contradict_refuses_the_statement(read):
    with pytest.raises(DamagedStatement, match=r"line 16: the balances of lines 15 and 16 differ by R 2 000.00"):
        read(edited(("mbf 0031,,CR,1000.00", "mbf 0031,,-,1000.00")))


@pytest.mark.parametrize("number", ["62000012345", "000" + "62000012345", "'62000012345'", '"62000012345"'])
def test_zeros_that_fill_the_account_number_are_left_out(read, number):
    assert read(edited(("62000012345", number))).account.number == "62000012345"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (edited(("Gold Business Account", "Shelter, Parow")), "Shelter, Parow"),
        (edited(("Gold Business Account", '"Shelter, Parow"')), "Shelter, Parow"),
        (edited(("Gold Business Account", '"Shelter, Parow"'), text=FLAT), "Shelter, Parow"),
        (edited(("Gold Business Account", "")), ""),
        (without("Account Nickname"), ""),
    ],
)
def test_a_nickname_may_have_a_comma_or_be_missing(read, text, name):
    s = read(text)
    assert s.account.name == name and rows(s) == rows(read(BLOCKS))


def test_columns_alone_load_with_the_account_of_the_files_name(read):
    s = read(TABLE, FILE)
    assert s.account.number == "62000012345" and rows(s) == rows(read(BLOCKS))
    assert (s.opening, s.closing) == (Decimal("4126.55"), Decimal("5793.35"))
    assert {n for n, o in outcomes(s).items() if o == "not offered"} == {
        "opening balance",
        "closing balance",
        "sums of debits and credits",
        "counts of debits and credits",
    }


def test_columns_alone_under_another_name_are_refused_with_the_way_out(read):
    with pytest.raises(DamagedStatement) as fault:
        read(TABLE, "statement.csv")
    assert str(fault.value).startswith("statement.csv: does not say which account it is of. Name the file by its")


def test_fewer_columns_are_enough(read):
    short = in_order(TABLE, [0, 1, 2, 3, 4, 5, 6]).replace("Debit / Credit,", "")
    assert rows(read(re.sub(",(CR|-),", ",", short), FILE)) == rows(read(BLOCKS))
    shorter = "\n".join(",".join(line.split(",")[:2] + line.split(",")[-2:]) for line in TABLE.rstrip().split("\n"))
    s = read(shorter + "\n", FILE)
    assert rows(s) == rows(read(BLOCKS)) and s.transactions["bank_reference"].isna().all()


def test_commas_without_a_reference_column_belong_to_the_text(read):
    text = "Effective Date,Description,Amount,Balance\n20260203,A, B,C,1.00,2.00\n"
    assert rows(read(text, FILE)) == [("2026-02-03", 1_00, "A, B,C")]


@pytest.mark.parametrize("text", [BLOCKS + BLOCKS, FLAT + FLAT], ids=SHAPES.keys())
def test_the_same_statement_twice_in_a_file_is_refused(read, text):
    with pytest.raises(DamagedStatement, match=r"a second statement begins here .*Put each statement into a file of"):
        read(text)


def test_a_row_of_another_account_in_a_flat_table_is_refused_even_behind_a_row_that_cannot_be_read(read):
    other = FLAT.split("\n", 1)[1].replace("62000012345", "62000067890")
    with pytest.raises(DamagedStatement, match="line 12: a statement of another account begins here"):
        read(FLAT + "x\n" + other)


def test_a_flat_table_may_repeat_the_statements_values_on_every_row(read):
    values = FLAT.split("\n")[1].rstrip(",")
    repeated = re.sub(r"(?m)^,{10}(?=2026)", values + ",", FLAT)
    assert rows(read(repeated.replace(FLAT.split("\n")[1] + "\n", "", 1))) == rows(read(FLAT))


def test_an_unknown_line_above_the_rows_is_a_warning(read):
    s = read(edited(("Date,20260208", "Branch,Parow,,,,,\nDate,20260208")))
    assert s.warnings == ('line 2 above the rows is not known: "Branch"',) and rows(s) == rows(read(BLOCKS))


def test_a_figure_that_is_not_stated_is_not_offered_and_the_others_are_still_checked(read):
    s = read(without("Number of Debits"))
    assert "number of credits 5" in str(s.proof) and outcomes(s)["counts of debits and credits"] == "held"
    with pytest.raises(DamagedStatement, match='"number of credits" states 6, the rows say 5'):
        read(without("Number of Debits").replace("Number of Credits,5", "Number of Credits,6"))
    assert outcomes(read(without("Opening Balance")))["opening balance"] == "not offered"


REFUSED = {
    "another sum of debits": (
        edited(("Debits,-483.20", "Debits,-483.21")),
        'line 7: "debits" states R 483.21, the rows say R 483.20',
    ),
    "another sum of credits": (
        edited(("Credits,2150.00", "Credits,2150.01")),
        'line 8: "credits" states R 2 150.01, the rows say R 2 150.00',
    ),
    "another number of debits": (
        edited(("Number of Debits,3", "Number of Debits,4")),
        'line 9: "number of debits" states 4, the rows say 3',
    ),
    "a number in words": (
        edited(("Number of Credits,5", "Number of Credits,five")),
        'line 10: the number of credits "five" is no number',
    ),
    "another opening balance": (
        edited(("Opening Balance,4126.55", "Opening Balance,4126.56")),
        "line 13: the opening balance is stated as R 4 126.56, the oldest row follows on R 4 126.55",
    ),
    "another closing balance": (
        edited(("Closing Balance,5793.35", "Closing Balance,5793.36")),
        "line 20: the closing balance is stated as R 5 793.36, the newest row leads to R 5 793.35",
    ),
    "an opening balance that is no money": (
        edited(("Opening Balance,4126.55", "Opening Balance,R4126.55")),
        'line 5: the opening balance "R4126.55" is not money',
    ),
    "a sum that is no money": (
        edited(("Debits,-483.20", "Debits,some")),
        'line 7: the debits "some" is not money',
    ),
    "a value twice": (
        edited(("Date,20260208", "Account Number,62000067890,,,,,\nDate,20260208")),
        'line 5: "Account Number" stands twice',
    ),
    "an account as a spreadsheet writes it": (
        edited(("62000012345", "6.2E+10")),
        'line 4: the account number reads "6.2E+10". A spreadsheet may have changed it',
    ),
    "no names of columns": (
        edited((TABLE.split("\n")[0] + "\n", "")),
        "line 20: no line names the columns effective date, description, amount, balance",
    ),
    "cut above the rows": (BLOCKS[:100], "no line names the columns"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_agree_refuses_the_statement_in_one_line(read, text, says):
    with pytest.raises(DamagedStatement) as fault:
        read(text)
    said = str(fault.value)
    assert said.startswith("statement.csv, line ") and says in said and fault.value.do
    assert not re.search("MOKOENA|62000012345", said)


COLUMNS = [
    (("Effective Date,", "Posting Date,"), "lacks the column effective date; it has the columns "),
    ((",Amount,", ",Value,"), "lacks the column amount; it has the columns "),
    ((",Balance\n", "\n"), "lacks the column balance"),
    ((",Service Fee,", ",Amount,"), "has the column amount twice"),
]


@each_shape
@pytest.mark.parametrize(("edit", "says"), COLUMNS)
def test_a_column_missing_renamed_or_twice_is_refused_naming_what_is_there(read, text, edit, says):
    with pytest.raises(UnknownLayout, match=says) as fault:
        read(edited(edit, text=text))
    assert f"line {text[: text.index('Effective Date')].count(chr(10)) + 1}:" in str(fault.value)


def test_without_a_closing_balance_a_lone_row_without_its_line_end_may_be_cut_short(read, tmp_path):
    lone = "\n".join(TABLE.split("\n")[:2])
    with pytest.raises(DamagedStatement, match=r"its only row cannot be read .the file ends inside this row"):
        read(lone, FILE)
    assert len(read(lone + "\n", FILE).transactions) == 1
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:  # its checksum shows the member whole
        archive.writestr(FILE, lone)
    assert len(read_statement(tmp_path / "a.zip").transactions) == 1


def test_a_statement_saved_again_by_a_spreadsheet_loads_where_the_balances_prove_it(read):
    saved = re.sub(r"\.00(?=[,\n])", "", FLAT).replace("\n", ",,\r\n")
    assert rows(read(saved)) == rows(read(FLAT)) and read(saved).proof.complete
    quoted = re.sub(r"[^,\n]+", lambda m: f'"{m[0]}"', FLAT)
    assert rows(read(quoted)) == rows(read(FLAT)) and read(quoted).proof.complete


def test_no_rows_load_with_a_warning_where_the_balances_agree(read):
    quiet = edited(("Closing Balance,5793.35", "Closing Balance,4126.55"))
    quiet = re.sub(r"(?m)^(Debits|Credits|Number of \w+),[^,]*", r"\1,0", quiet)
    s = read(quiet[: quiet.index("20260202")])
    assert s.warnings == ("no transactions",) and s.opening == s.closing == Decimal("4126.55") and s.proof.complete
    with pytest.raises(DamagedStatement, match=r"the closing balance is stated as R 5 793.35"):
        read(BLOCKS[: BLOCKS.index("20260202")])
