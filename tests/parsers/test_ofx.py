"""OFX as banks really write it: where the fields of a row go, the order of rows, and what the file proves."""

import re
from pathlib import Path

import pytest
from ledgers import history, ofx, ofx_account, ofx_row, read_text

from reconcile.parsers import read_statement

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def read(tmp_path):
    return lambda text, name="download.ofx": read_text(tmp_path, text, name)


def one(row: str = "", **account) -> str:
    """A file of one account with a plain row and the row given."""
    return ofx(ofx_account(ofx_row() + row, **account))


def row(number: int, inner: str = "") -> str:
    """A row of its own day, id and text."""
    return ofx_row(f"202601{number:02d}", f"{number}.00", f"<FITID>{number}\n{inner}<MEMO>TEXT {number}\n")


def texts(statement) -> list[str]:
    return statement.transactions["description"].tolist()


#   the fields of a row, description, bank_reference, bank_id
FIELDS = [
    ("<FITID>7\n<NAME>N\n<MEMO>M\n", "N M", None, "7"),
    ("<FITID>7\n<NAME>NAME OF A\n<MEMO>NAME OF A PAYER\n", "NAME OF A PAYER", None, "7"),
    ("<FITID>7\n<NAME>N\n", "N", None, "7"),
    ("<FITID>7\n<NAME>\n<MEMO>M\n", "M", None, "7"),
    ("<FITID>7\n<NAME>N\n<MEMO>\n", "N", None, "7"),
    ("<FITID>\n<MEMO>M\n", "M", None, None),
    ("<MEMO>M\n", "M", None, None),
    ("<FITID>7\n", "", None, "7"),
    ("<FITID>7\n<CHECKNUM>\n<MEMO>M\n", "M", None, "7"),
    ("<CHECKNUM>0012\n<MEMO>M\n", "M", None, "0012"),
    ("<FITID>7\n<REFNUM>0012345\n<MEMO>M\n", "M", None, "7"),
    ("<REFNUM>0012345\n<MEMO>M\n", "M", None, "0012345"),
    ("<FITID>7\n<PAYEE>\n<NAME>N\n<ADDR1>X\n<CITY>Y\n</PAYEE>\n<MEMO>M\n", "N M", None, "7"),
    ("<FITID>7\n<BANKACCTTO><BANKID>250655<ACCTID>1234</BANKACCTTO>\n<MEMO>M\n", "M", None, "7"),
    ("<FITID>7\n<ORIGCURRENCY><CURRATE>18.1<CURSYM>USD</ORIGCURRENCY>\n<MEMO>M\n", "M", None, "7"),
    ("<FITID>7\n<MEMO>M\n<X.NEW>1\n", "M", None, "7"),
    ("<FITID>7\n<MEMO>M\n<X.NEW>1</X.NEW>\n", "M", None, "7"),
]


@pytest.mark.parametrize(("inner", "description", "reference", "bank_id"), FIELDS)
def test_the_fields_of_a_row_go_where_the_columns_say(read, inner, description, reference, bank_id):
    (s,) = read(ofx(ofx_account(ofx_row(inner=inner))))
    found = s.transactions[["description", "bank_reference", "bank_id"]].astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [[description, reference, bank_id]]


def test_tags_not_known_are_named_in_a_warning(read):
    (s,) = read(one(ofx_row(inner="<FITID>7</FITID>\n<MEMO>M</MEMO>\n<X.NEW>1</X.NEW>\n")))
    assert s.warnings == ("tags not known were passed over: X.NEW",)


def test_the_rows_of_one_day_keep_their_order_oldest_first(read):
    rows = [ofx_row("20260115", f"{n}.00", f"<MEMO>{n}\n") for n in (1, 2, 3)] + [
        ofx_row("20260116", inner="<MEMO>4\n")
    ]
    assert texts(read(ofx(ofx_account("".join(rows))))[0]) == ["1", "2", "3", "4"]
    assert texts(read(ofx(ofx_account("".join(rows[::-1]))))[0]) == ["1", "2", "3", "4"]


def test_rows_in_no_order_are_sorted_by_day_with_a_warning(read):
    rows = "".join(ofx_row(f"202601{d}", inner=f"<MEMO>{d}\n") for d in (15, 12, 18))
    (s,) = read(ofx(ofx_account(rows)))
    assert texts(s) == ["12", "15", "18"] and "not in order" in s.warnings[0]


def test_many_rows_of_one_day_keep_the_order_of_the_file_when_days_are_sorted(read):
    rows = "".join(ofx_row(f"202601{15 + n % 2}", inner=f"<MEMO>{n}\n") for n in range(60))
    (s,) = read(ofx(ofx_account(rows)))
    assert texts(s) == [str(n) for n in (*range(0, 60, 2), *range(1, 60, 2))]


def test_a_sign_against_debit_or_credit_is_a_warning(read):
    (s,) = read(one(ofx_row(inner="<FITID>2\n<MEMO>B\n").replace("OTHER", "DEBIT")))
    assert s.warnings == ("1 rows say DEBIT or CREDIT against the sign of their amount (line 21)",)


def test_rows_outside_the_stated_period_are_a_warning(read):
    (s,) = read(one(ofx_row("20260301"), as_of="20260331"))
    assert s.period.stated and "outside the period" in s.warnings[0]


def test_ofx_named_csv_loads_by_its_content_with_a_warning(read):
    assert read(one(), "download.csv")[0].warnings == ("is named .csv but is OFX by its content",)


def test_a_payer_who_types_the_marks_of_ofx_does_not_make_a_history_ofx(read):
    from datetime import date

    from ledgers import Entry

    (s,) = read(history([Entry(date(2026, 1, 5), 1_00, "OFXHEADER:100 <OFX>")]), "history.csv")
    assert s.source.layout == "FNB Transaction History CSV"


@pytest.mark.parametrize("name", ["08-ofx1-sgml.ofx", "09-ofx2-xml200.ofx"])
def test_sound_files_read_as_ofxparse_reads_them(name):
    import warnings

    from ofxparse import OfxParser

    with (SAMPLES / name).open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        account = OfxParser.parse(stream).account
    s = read_statement(SAMPLES / name)
    ours = list(zip(s.transactions["date"].dt.date, s.transactions["amount"], s.transactions["bank_id"], strict=True))
    assert ours == [(t.date.date(), t.amount, t.id) for t in account.statement.transactions if t.amount]
    assert (s.account.number, s.closing) == (account.account_id, account.statement.balance)


def checks(statement) -> dict[str, tuple[str, str]]:
    return {c.name: (c.outcome, c.detail) for c in statement.proof.checks}


def test_a_sound_file_says_what_is_proved_and_what_is_not():
    assert checks(read_statement(SAMPLES / "08-ofx1-sgml.ofx")) == {
        "every row": ("held", "25 rows opened and closed: 23 transactions, 2 notices, 0 set aside"),
        "tags of the rows": ("held", "no row lacks what the others have"),
        "the bank's own ids": ("held", "25 rows have one, each its own"),
        "debits and credits": ("held", "25 rows say which they are, each as its sign does"),
        "period": ("held", "2026-01-28 to 2026-02-10 as stated, and no row outside it"),
        "running balance": ("not offered", "OFX states no balance after each row"),
        "opening and closing balance": (
            "not offered",
            "the file gives R 31 149.96 of 2026-02-10 as closing; R 4 210.18 as opening is worked back from it: "
            "compare it with the closing of the statement before",
        ),
    }


ROWS = [row(n) for n in range(1, 25)]
TWIN = ofx_row("20260105", "5.00", "<FITID>5\n<MEMO>ANOTHER\n")
MINUS = ofx_row("20260103", "-5.00", "<FITID>M\n<MEMO>OUT\n").replace("OTHER", "DEBIT")
SIGNED = [*(r.replace("OTHER", "CREDIT") for r in ROWS[:3]), MINUS, *(r.replace("OTHER", "CREDIT") for r in ROWS[3:])]
#   the rows, the check, its outcome, what it says, how many rows load
PROOFS = {
    "a row twice with its id": (
        [*ROWS, ROWS[4]],
        "the bank's own ids",
        "open",
        "1 rows stand twice with the same id, day, amount and text",
        25,
    ),
    "some rows twice with their ids": ([*ROWS[:5], *ROWS[2:]], "the bank's own ids", "open", "3 rows stand twice", 27),
    "an id for two different rows": (
        [*ROWS[:5], TWIN, *ROWS[5:]],
        "the bank's own ids",
        "open",
        "1 of 25 rows have the id of another row",
        25,
    ),
    "ids that many rows share": (
        [re.sub("<FITID>.*", "<FITID>20260101", r) for r in ROWS],
        "the bank's own ids",
        "not offered",
        "different rows have the same id",
        24,
    ),
    "debits and credits as they are": (SIGNED, "debits and credits", "held", "25 rows say which they are", 25),
    "a credit that takes money": (
        [r.replace("DEBIT", "CREDIT") for r in SIGNED],
        "debits and credits",
        "open",
        "1 rows say DEBIT or CREDIT against the sign of their amount (line 35)",
        25,
    ),
    "all against their sign": (
        [r.replace("OTHER", "DEBIT") for r in ROWS],
        "debits and credits",
        "not offered",
        "24 rows say DEBIT or CREDIT against the sign",
        24,
    ),
    "a kind that OFX does not know": (
        [ROWS[0].replace("OTHER", "TEXT 1"), *ROWS[1:]],
        "debits and credits",
        "open",
        "1 rows are of no kind of OFX (line 14)",
        24,
    ),
    "an id for two different rows and a row twice": (
        [*ROWS[:5], TWIN, TWIN, *ROWS[5:]],
        "the bank's own ids",
        "open",
        "1 rows",
        26,
    ),
    "equal rows with ids of their own": (
        [*ROWS[:5], ROWS[4].replace("<FITID>5", "<FITID>6b"), *ROWS[5:]],
        "the bank's own ids",
        "held",
        "25 rows have one",
        25,
    ),
    "no ids": (
        [r.replace("<FITID>", "<SIC>") for r in ROWS],
        "the bank's own ids",
        "not offered",
        "no row has one",
        24,
    ),
    "a text tag that one row lacks": (
        [row(n, "" if n == 9 else "<NAME>N\n") for n in range(1, 25)],
        "tags of the rows",
        "open",
        "1 row lacks the <NAME> that the others have (line 78)",
        24,
    ),
    "an id that one row lacks": (
        [*ROWS[:3], ROWS[3].replace("<FITID>4\n", ""), *ROWS[4:]],
        "tags of the rows",
        "open",
        "1 row lacks the <FITID> that the others have (line 35)",
        24,
    ),
    "a text tag that some rows have": (
        [row(n, "<NAME>N\n" if n % 2 else "") for n in range(1, 25)],
        "tags of the rows",
        "held",
        "no row lacks",
        24,
    ),
    "a row outside the period": (
        [*ROWS, ofx_row("20260201", inner="<FITID>X\n<MEMO>M\n")],
        "period",
        "open",
        "2026-01-01 to 2026-01-31 as stated; rows from 2026-01-01 to 2026-02-01",
        25,
    ),
    "a row without an amount": (
        [*ROWS, ofx_row(amount="x", inner="<FITID>X\n<MEMO>M\n")],
        "opening and closing balance",
        "open",
        "the opening is not known, as rows set aside have no amount",
        24,
    ),
}


@pytest.mark.parametrize("case", PROOFS.values(), ids=PROOFS.keys())
def test_what_the_file_says_of_itself_is_held_against_its_rows(read, case):
    rows, name, outcome, says, count = case
    (s,) = read(ofx(ofx_account("".join(rows))))
    found, detail = checks(s)[name]
    assert (found, len(s.transactions)) == (outcome, count) and says in detail
    assert s.proof.complete == (outcome != "open")


def test_rows_of_one_account_that_two_blocks_give_with_their_ids_are_not_proved(read):
    one_block, other = read(ofx(ofx_account("".join(ROWS[:9])), ofx_account("".join(ROWS[6:20]))))
    assert (len(one_block.transactions), len(other.transactions)) == (9, 14)
    assert one_block.proof.complete and not other.proof.complete
    assert other.warnings == ("3 rows stand twice, with the bank's own id too: look whether the file repeats itself",)


def test_without_a_stated_period_there_is_none_to_check(read):
    (s,) = read(one().replace("<DTSTART>20260101", ""))
    assert checks(s)["period"] == ("not offered", "the file states no first and last day")
    assert not s.period.stated
