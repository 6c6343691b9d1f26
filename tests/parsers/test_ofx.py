"""OFX as banks really write it: what loads, what is set aside and why, and what is refused."""

from decimal import Decimal
from pathlib import Path

import pytest
from ledgers import ACCOUNT, HEADER, SIGN_ON, history, ofx, ofx_account, ofx_row

from reconcile import money
from reconcile.errors import DamagedStatement, ForeignStatement, ReconcileError, UnknownLayout
from reconcile.parsers import read_statement, read_statements

SAMPLES = Path(__file__).parent / "samples"
XML = '<?xml version="1.0" encoding="{}" standalone="no"?>\n<?OFX OFXHEADER="200" VERSION="200" SECURITY="NONE"?>\n'


@pytest.fixture
def read(tmp_path):
    def reading(text, name="download.ofx"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_statements(path)

    return reading


def one(row: str = "", **account) -> str:
    """A file of one account with a plain row and the row given."""
    return ofx(ofx_account(ofx_row() + row, **account))


def memo(text: str) -> str:
    return ofx_row("20260116", "75.00", f"<FITID>2\n<MEMO>{text}\n")


def texts(statement) -> list[str]:
    return statement.transactions["description"].tolist()


@pytest.mark.parametrize(
    "zone", ["", "000000", "000000[+2:SAST]", "000000[+0200:SAST]", "235959[-5:EST]", "120000.000[+2]"]
)
def test_a_day_is_the_eight_digits_the_bank_printed(read, zone):
    (s,) = read(one(ofx_row("20260301" + zone), as_of="20260331" + zone))
    assert s.transactions["date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-15", "2026-03-01"]


@pytest.mark.parametrize("encoding", ["USASCII", "UTF-8", "utf-8", "UNICODE", "ISO-8859-1", None])
@pytest.mark.parametrize("charset", ["1252", "8859-1", "8859-15", "NONE", "CSUNICODE"])
def test_any_header_loads_and_the_letters_are_read_by_their_bytes(read, encoding, charset):
    lines = ["OFXHEADER:100", "DATA:OFXSGML", "", "VERSION:102", f"CHARSET:{charset}", "NEWFILEUID:a:b"]
    header = "\n".join(lines + ([f"ENCODING:{encoding}"] if encoding else [])) + "\n\n"
    text = ofx(ofx_account(memo("ZOË BOTHA")), header=header)
    for content in (text.encode(), text.encode("cp1252")):
        assert texts(read(content)[0]) == ["ZOË BOTHA"]


@pytest.mark.parametrize(
    "content",
    [
        ofx(ofx_account(memo("ZOË")), header=XML.format("US-ASCII")).encode(),
        ofx(ofx_account(memo("ZOË")), header=XML.format("UTF-8")).encode("utf-8-sig"),
        ofx(ofx_account(memo("ZOË")), header=XML.format("UTF-16")).encode("utf-16"),
        ofx(ofx_account(memo("ZOË")), header="").encode(),
        ofx(ofx_account(memo("ZOË"))).encode("utf-8-sig"),
        ofx(ofx_account(memo("ZOË"))).replace("\n", "\r\n").encode(),
        ofx(ofx_account(memo("ZOË"))).replace("\n", "\r").encode(),
        ofx(ofx_account(memo("ZOË"))).replace("\n", "").encode(),
        ofx(ofx_account(memo("ZOË")))
        .replace("STMTTRN>", "stmttrn>")
        .replace("<MEMO", "<memo")
        .replace("</OFX", "</ofx")
        .encode(),
    ],
    ids=[
        "XML",
        "XML with a mark",
        "XML in UTF-16",
        "no header",
        "a mark",
        "CRLF",
        "CR alone",
        "one line",
        "lower case",
    ],
)
def test_a_row_loads_however_the_file_is_written(read, content):
    (s,) = read(content)
    assert texts(s) == ["ZOË"] and money.total(s.transactions["amount"]) == Decimal("75.00")


#   what stands in <MEMO>, what the payer's text is
TEXTS = [
    ("REF &amp; CO", "REF & CO"),
    ("REF & CO", "REF & CO"),
    ("R&D &lt;b&gt;", "R&D <b>"),
    ("&amp;lt;", "&lt;"),
    ("&#61;1+1", "=1+1"),
    ("&#xE9;", "é"),
    ("&copy &unknown; &#0xx;", "&copy &unknown; &#0xx;"),
    ("A <B> C", "A <B> C"),
    ("x < y", "x < y"),
    ("<!-- hidden", "<!-- hidden"),
    ("a --> b", "a --> b"),
    ("A   B", "A   B"),
    ("<![CDATA[A & B &lt;]]>", "A & B &lt;"),
    ("<OFX></STMTRS>", "<OFX></STMTRS>"),
    ("</BANKTRANLIST>", "</BANKTRANLIST>"),
]


@pytest.mark.parametrize(("stands", "means"), TEXTS)
def test_what_the_payer_typed_is_kept_and_no_row_is_lost(read, stands, means):
    (s,) = read(one(memo(stands) + ofx_row("20260117", "1.00")))
    assert texts(s) == ["FNB APP PAYMENT FROM  A1", means, "FNB APP PAYMENT FROM  A1"]


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
    ("<FITID>7\n<PAYEE><NAME>N<ADDR1>X<CITY>Y</PAYEE>\n<MEMO>M\n", "N M", None, "7"),
    ("<FITID>7\n<BANKACCTTO><BANKID>250655<ACCTID>1234</BANKACCTTO>\n<MEMO>M\n", "M", None, "7"),
    ("<FITID>7\n<ORIGCURRENCY><CURRATE>18.1<CURSYM>USD</ORIGCURRENCY>\n<MEMO>M\n", "M", None, "7"),
    ("<FITID>7\n<MEMO>M\n<X.NEW>1\n", "M", None, "7"),
    ("<FITID>7</FITID>\n<MEMO>M</MEMO>\n<X.NEW>1</X.NEW>\n", "M", None, "7"),
]


@pytest.mark.parametrize(("inner", "description", "reference", "bank_id"), FIELDS)
def test_the_fields_of_a_row_go_where_the_columns_say(read, inner, description, reference, bank_id):
    (s,) = read(ofx(ofx_account(ofx_row(inner=inner))))
    found = s.transactions[["description", "bank_reference", "bank_id"]].astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [[description, reference, bank_id]]


def test_tags_not_known_are_named_in_a_warning(read):
    (s,) = read(one(ofx_row(inner="<FITID>7</FITID>\n<MEMO>M</MEMO>\n<X.NEW>1</X.NEW>\n")))
    assert s.warnings == ("tags not known were passed over: X.NEW",)


def test_the_same_bank_id_twice_keeps_both_rows(read):
    assert len(read(one(ofx_row() + ofx_row()))[0].transactions) == 3


#   the row, why it is set aside, what it moved
ASIDE = [
    (ofx_row(amount="1,650.00"), "is not money", None),
    (ofx_row(amount="1.650"), "is not money", None),
    (ofx_row(amount="1,65"), "is not money", None),
    (ofx_row(amount="NaN"), "is not money", None),
    (ofx_row(amount="1E5"), "is not money", None),
    (ofx_row(amount="1+2"), "is not money", None),
    (ofx_row(amount="null"), "is not money", None),
    (ofx_row(amount="(120.00)"), "is not money", None),
    (ofx_row(amount="R100.00"), "is not money", None),
    (ofx_row(amount="+100.00"), "is not money", None),
    (ofx_row(amount=""), 'the amount "" is not money', None),
    (ofx_row(amount="9" * 21), "is not money", None),
    (ofx_row().replace("<TRNAMT>250.00\n", ""), "is not money", None),
    (ofx_row(day="00000000"), "no such day", 250),
    (ofx_row(day="2026011"), "no such day", 250),
    (ofx_row(day="20260230"), "no such day", 250),
    (ofx_row(day=""), "the date is empty", 250),
    (ofx_row(day="18990101"), "before 2000", 250),
    (ofx_row(day="29990101"), "in the future", 250),
    (memo("A</STMTTRN>B"), "the payer's text contains </STMTTRN>", 75),
    (memo("A\x00B"), "control character", 75),
    (memo("A&#10;B"), "control character", 75),
    (ofx_row(inner="<MEMO>M\n<CURRENCY><CURRATE>18.1<CURSYM>USD</CURRENCY>\n"), "the amount is in USD", None),
    (ofx_row(inner="<MEMO>A\n<MEMO>B\n"), "<MEMO> stands twice", 250),
    (ofx_row(inner="<FITID>1</MEMO>\n"), "</MEMO> closes nothing", 250),
    (ofx_row(inner="<MEMO>A</MEMO>left over\n"), "text stands where only a tag may", 250),
]


@pytest.mark.parametrize(("row", "reason", "moved"), ASIDE)
def test_a_row_that_cannot_be_trusted_is_set_aside_with_its_line_and_reason(read, row, reason, moved):
    (s,) = read(one(row))
    assert texts(s) == ["FNB APP PAYMENT FROM  A1"]
    (aside,) = s.quarantined.itertuples()
    assert reason in aside.reason and aside.line == 21 and row.startswith(aside.text[:60])
    assert s.quarantined["amount"].isna().tolist() == [moved is None]
    assert moved is None or aside.amount == moved
    assert (s.opening is None) == (moved is None)
    assert not s.proof.complete


def test_a_decimal_comma_is_taken_where_the_file_has_it_throughout(read):
    (s,) = read(ofx(ofx_account(ofx_row(amount="1650,00") + ofx_row(amount="-0,5"), balance="2000,00")))
    assert s.transactions["amount"].tolist() == [Decimal("1650.00"), Decimal("-0.50")]
    assert s.closing == Decimal("2000.00")


@pytest.mark.parametrize("ledger", ["<LEDGERBAL><BALAMT>\n<DTASOF>20260131</LEDGERBAL>", ""])
def test_no_closing_balance_is_a_warning(read, ledger):
    text = one().replace("<LEDGERBAL>\n<BALAMT>1000.00\n<DTASOF>20260131\n</LEDGERBAL>", ledger)
    (s,) = read(text)
    assert (s.opening, s.closing, len(s.transactions)) == (None, None, 1)
    assert s.warnings == (f"the closing balance is {'empty' if ledger else 'not given'}",)


def test_a_closing_balance_of_a_day_before_the_last_row_is_not_used(read):
    (s,) = read(one(as_of="20260114"))
    assert s.closing is None
    assert s.warnings == ("the closing balance is of 2026-01-14, before the last row, and was not used",)


def test_several_accounts_cards_among_them_come_in_the_order_of_the_file(read):
    card = ofx_account(ofx_row(amount="-9.00"), number="400000******1234", balance="-10.00", tag="CCSTMT")
    other = ofx_account(ofx_row(amount="3.00"), number="62000099002", balance="7.00")
    found = read(ofx(card, ofx_account(ofx_row()), other))
    assert [(s.account.number, s.account.kind, s.closing, money.total(s.transactions["amount"])) for s in found] == [
        ("400000******1234", "credit card", Decimal("-10.00"), Decimal("-9.00")),
        (ACCOUNT, "checking", Decimal("1000.00"), Decimal("250.00")),
        ("62000099002", "checking", Decimal("7.00"), Decimal("3.00")),
    ]


def test_an_account_in_two_blocks_keeps_both(read):
    found = read(ofx(ofx_account(ofx_row()), ofx_account(ofx_row("20260120"))))
    assert [len(s.transactions) for s in found] == [1, 1]


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


STATUS = "<STATUS><CODE>{}<SEVERITY>{}<MESSAGE>Signon invalid</STATUS>"
#   the file, the error, and what it says
REFUSED = {
    "dollars": (one(currency="USD"), ForeignStatement, "is in USD, not in rand"),
    "another bank by its code": (one(bank="470010"), ForeignStatement, "is a statement of Capitec (bank code 470010)"),
    "another bank by its name": (
        ofx(ofx_account(ofx_row()), sign_on=SIGN_ON.replace("<LANGUAGE>", "<FI><ORG>Acme Bank<FID>1</FI><LANGUAGE>")),
        ForeignStatement,
        "is a statement of Acme Bank",
    ),
    "a broker": (
        ofx("<INVSTMTTRNRS><INVSTMTRS><CURDEF>ZAR</INVSTMTRS></INVSTMTTRNRS>"),
        ForeignStatement,
        "investment statement",
    ),
    "a sign-on refused": (
        ofx(sign_on=SIGN_ON.replace("<STATUS><CODE>0<SEVERITY>INFO</STATUS>", STATUS.format(15500, "ERROR"))),
        UnknownLayout,
        'line 8: is the bank\'s error 15500 "Signon invalid", not a statement',
    ),
    "a request refused": (
        one().replace("<TRNUID>0<STATUS><CODE>0<SEVERITY>INFO</STATUS>", STATUS.format(2000, "ERROR")),
        UnknownLayout,
        "is the bank's error 2000",
    ),
    "a sign-on alone": (ofx(), UnknownLayout, "holds no statement, only the bank's answer"),
    "a header alone": (HEADER, UnknownLayout, "holds no statement"),
    "a document type": (
        XML.format("UTF-8") + '<!DOCTYPE x [<!ENTITY a "b">]>\n' + one()[len(HEADER) :],
        DamagedStatement,
        "line 3: declares",
    ),
    "entities": (one(memo("<!entity a>")), DamagedStatement, "declares a document type or entities"),
    "the file twice": (one() + one(), DamagedStatement, "rows are opened|something stands|two OFX|outside"),
    "the file twice, one header": (one() + one()[len(HEADER) :], DamagedStatement, "."),
    "an account's rows twice": (
        ofx(ofx_account(ofx_row()), ofx_account(ofx_row())),
        DamagedStatement,
        "same rows of account …9001 twice",
    ),
    "a row not closed": (
        one(ofx_row().replace("</STMTTRN>", "")),
        DamagedStatement,
        "2 rows are opened with <STMTTRN> and 1 closed",
    ),
    "a row not opened": (one(ofx_row().replace("<STMTTRN>", "")), DamagedStatement, "two rows run into one"),
    "a comment between rows": (one("<!-- " + ofx_row() + "-->"), DamagedStatement, "something stands between two rows"),
    "a comment outside the rows": (
        one().replace("<TRNUID>0", "<TRNUID>0<!-- x -->"),
        DamagedStatement,
        "has a comment, which could hide rows",
    ),
    "a comment round the first row": (ofx(ofx_account("<!-- " + ofx_row() + "-->")), DamagedStatement, "."),
    "a row outside the list": (
        one().replace("</BANKTRANLIST>", "</BANKTRANLIST>" + ofx_row()),
        DamagedStatement,
        "outside the list",
    ),
    "no account": (one().replace(f"<ACCTID>{ACCOUNT}", ""), DamagedStatement, "names no account"),
    "a balance that is no money": (one(balance="1,650"), DamagedStatement, 'the closing balance "1,650" is not money'),
    "cut off": (one()[:-8], DamagedStatement, "does not end with </OFX>"),
    "nested tags": (one().replace("<TRNUID>0", "<A>" * 50_000), DamagedStatement, "has over 5,000 tags"),
    "an endless amount": (one(ofx_row(amount="1" * 100_000)), ReconcileError, "a field of over 10,000 characters"),
    "not one row to be read": (ofx(ofx_account(ofx_row(day="x"))), DamagedStatement, "none of its 1 rows can be read"),
}


@pytest.mark.parametrize(("text", "error", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_sound_fnb_statement_is_refused_saying_what_it_is(read, text, error, says):
    import re

    with pytest.raises(error) as fault:
        read(text)
    literal = says if "|" in says or says == "." else re.escape(says)
    assert re.search(literal, str(fault.value)) and str(fault.value).startswith("download.ofx")


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


def test_a_row_that_stands_twice_with_its_bank_id_is_kept_and_warned_of(read):
    (s,) = read(ofx(ofx_account(ofx_row() + ofx_row())))
    assert len(s.transactions) == 2
    assert any("stand twice" in w for w in s.warnings)
    (other,) = read(ofx(ofx_account(ofx_row() + ofx_row(amount="1.00"))))
    assert not any("stand twice" in w for w in other.warnings)


def test_a_ledger_balance_of_a_day_after_the_period_is_not_its_closing_balance(read):
    (s,) = read(one(as_of="20260203"))
    assert (s.opening, s.closing) == (None, None)
    assert any("after the period" in w for w in s.warnings)
