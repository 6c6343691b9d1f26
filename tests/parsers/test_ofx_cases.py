"""OFX, one input at a time: what is read right, what is set aside with its reason, and what is refused.

Each table has a row for a thing that banks, payers, editors or attackers put into such a file.
"""

import re
from datetime import date
from decimal import Decimal

import pytest
from ledgers import ACCOUNT, HEADER, SIGN_ON, Entry, history, ofx, ofx_account, ofx_closed, ofx_of, ofx_row, read_text

from reconcile import money
from reconcile.errors import DamagedStatement, ForeignStatement, ReconcileError, UnknownLayout

XML = '<?xml version="1.0" encoding="{}" standalone="no"?>\n<?OFX OFXHEADER="200" VERSION="200" SECURITY="NONE"?>\n'
FIRST = "FNB APP PAYMENT FROM  A1"
LEDGER = "<LEDGERBAL>\n<BALAMT>1000.00\n<DTASOF>20260131\n</LEDGERBAL>\n"


@pytest.fixture
def read(tmp_path):
    return lambda text: read_text(tmp_path, text, "download.ofx")


def one(row: str = "", **account) -> str:
    """A file of one account with a plain row and the row given."""
    return ofx(ofx_account(ofx_row() + row, **account))


def memo(text: str, amount: str = "75.00") -> str:
    return ofx_row("20260116", amount, f"<FITID>2\n<MEMO>{text}\n")


def xml(text: str, encoding: str = "US-ASCII") -> str:
    """The file as OFX 2, every tag closed."""
    return XML.format(encoding) + ofx_closed(text[len(HEADER) :])


def pending_list(rows: str) -> str:
    """A file of one account with a list of payments to come behind its own."""
    waiting = rows.replace("STMTTRN>", "STMTTRNP>").replace("DTPOSTED", "DTTRAN")
    return one().replace(LEDGER, f"<BANKTRANLISTP>\n<DTASOF>20260131\n{waiting}</BANKTRANLISTP>\n{LEDGER}")


def moves(statement) -> list[tuple[str, str, str]]:
    rows = statement.transactions
    return [
        (f"{day:%m%d}", str(amount), text)
        for day, amount, text in zip(rows["date"], rows["amount"], rows["description"], strict=True)
    ]


PLAIN = ("0115", "250.00", FIRST)
X = ("0116", "75.00", "X")
ZONES = [
    "",
    "0000",
    "000000",
    "000000[+2:SAST]",
    "000000[+0200:SAST]",
    "235959[-5:EST]",
    "120000.000",
    "120000.000[+2]",
]
ZOE = [PLAIN, ("0116", "75.00", "ZOË")]
ZOE_FILE = one(memo("ZOË"))

LOADED = {
    **{
        f"the day and {time or 'nothing'}": (one(memo("X").replace("20260116", f"20260116{time}")), [PLAIN, X])
        for time in ZONES
    },
    "OFX 2": (xml(ZOE_FILE), ZOE),
    "OFX 2 with a byte order mark": (xml(ZOE_FILE, "UTF-8").encode("utf-8-sig"), ZOE),
    "OFX 2 in UTF-16": (xml(ZOE_FILE, "UTF-16").encode("utf-16"), ZOE),
    "OFX 2 in UTF-16 without a mark": (xml(ZOE_FILE, "UTF-16").encode("utf-16-le"), ZOE),
    "OFX 2 in one line": (xml(ZOE_FILE).replace("\n", ""), ZOE),
    "OFX 2 with indented tags": (re.sub("\n<", "\n      <", xml(ZOE_FILE)), ZOE),
    "OFX 2 with an empty tag closed in itself": (
        xml(one(memo("ZOË"))).replace("<MEMO>ZOË</MEMO>", "<NAME />\n<MEMO>ZOË</MEMO>\n<CHECKNUM/>"),
        ZOE,
    ),
    "no header": (ZOE_FILE[len(HEADER) :], ZOE),
    "OFX 1 with a byte order mark": (ZOE_FILE.encode("utf-8-sig"), ZOE),
    "carriage returns and line feeds": (ZOE_FILE.replace("\n", "\r\n"), ZOE),
    "carriage returns alone": (ZOE_FILE.replace("\n", "\r"), ZOE),
    "one line": (ZOE_FILE.replace("\n", ""), ZOE),
    "indented tags": (re.sub("\n<", "\n\t  <", ZOE_FILE), ZOE),
    "lower-case tags": (re.sub("</?[A-Z0-9]+>", lambda m: m[0].lower(), ZOE_FILE), ZOE),
    "says Windows-1252 and is UTF-8": (ZOE_FILE.encode(), ZOE),
    "is Windows-1252": (ZOE_FILE.encode("cp1252"), ZOE),
    "two rows with one id and other content": (
        one(memo("X").replace("<FITID>2", "<FITID>1")),
        [PLAIN, X],
    ),
    "two equal gifts with ids of their own": (
        one(ofx_row(inner=f"<FITID>2\n<MEMO>{FIRST}\n")),
        [PLAIN, PLAIN],
    ),
    "rows without an id": (
        one(memo("X")).replace("<FITID>1\n", "").replace("<FITID>2\n", "<FITID>\n"),
        [PLAIN, X],
    ),
    "a decimal comma throughout": (
        ofx(ofx_account(memo("X", "1650,00") + memo("Y", "-0,5") + memo("Z", "7"), balance="2000,00")),
        [("0116", "1650.00", "X"), ("0116", "-0.50", "Y"), ("0116", "7.00", "Z")],
    ),
    "whole rand": (ofx(ofx_account(memo("X", "1650"), balance="2000,50")), [("0116", "1650.00", "X")]),
    "a payee in a block": (
        one(ofx_row("20260116", "75.00", "<PAYEE>\n<NAME>N\n<ADDR1>A\n<CITY>C\n</PAYEE>\n<MEMO>M\n")),
        [PLAIN, ("0116", "75.00", "N M")],
    ),
    "an empty name and cheque number": (
        one(ofx_row("20260116", "75.00", "<CHECKNUM>\n<NAME>\n<MEMO>M\n")),
        [PLAIN, ("0116", "75.00", "M")],
    ),
    "a bank that closes every text and nothing else": (
        ofx(ofx_account("".join(memo(f"{x}</MEMO>") for x in "ABC"))),
        [("0116", "75.00", x) for x in "ABC"],
    ),
    "a bank that puts the end of every row behind its text": (
        ofx(ofx_account("".join(memo(x) for x in "ABC"))).replace("\n</STMTTRN>", "</STMTTRN>"),
        [("0116", "75.00", x) for x in "ABC"],
    ),
}


@pytest.mark.parametrize(("content", "rows"), LOADED.values(), ids=LOADED.keys())
def test_is_read_right(read, content, rows):
    (s,) = read(content)
    assert moves(s) == rows
    assert len(s.quarantined) == 0 and s.proof.complete


@pytest.mark.parametrize("encoding", ["USASCII", "UTF-8", "utf-8", "UNICODE", "ISO-8859-1", "none", None])
@pytest.mark.parametrize("charset", ["1252", "8859-1", "8859-15", "NONE", "CSUNICODE"])
def test_any_header_loads_and_the_letters_are_read_by_their_bytes(read, encoding, charset):
    lines = ["OFXHEADER:100", "DATA:OFXSGML", "", "VERSION:102", f"CHARSET:{charset}", "NEWFILEUID:a:b"]
    header = "\n".join(lines + ([f"ENCODING:{encoding}"] if encoding else [])) + "\n\n"
    text = ofx(ofx_account(ofx_row() + memo("ZOË")), header=header)
    for content in (text.encode(), text.encode("cp1252")):
        assert moves(read(content)[0]) == ZOE


#   what stands in <MEMO>, what the payer's text is
TEXTS = [
    ("REF &amp; CO", "REF & CO"),
    ("REF & CO", "REF & CO"),
    ("R&D &lt;b&gt;", "R&D <b>"),
    ("&amp;lt;", "&lt;"),
    ("&#61;1+1", "=1+1"),
    ("=1+1", "=1+1"),
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
    ("<LEDGERBAL>", "<LEDGERBAL>"),
]


@pytest.mark.parametrize("form", [str, ofx_closed], ids=["open tags", "closed tags"])
@pytest.mark.parametrize(("stands", "means"), TEXTS)
def test_what_the_payer_typed_is_kept_and_no_row_is_lost(read, stands, means, form):
    row = memo("?").replace("?", stands) if form is str else form(memo("?")).replace("?", stands)
    (s,) = read(ofx(ofx_account(form(ofx_row()) + row + form(ofx_row("20260117", "1.00")))))
    assert [text for _, _, text in moves(s)] == [FIRST, means, FIRST]


#   what a payer typed that the bank's own tags look like
TAGS = [
    "A <CITY> B",
    "<CITY> B",
    "A <CITY>",
    "x</MEMO>",
    "x</MEMO> y",
    "A <NAME> B",
    "A <MEMO> B",
    "A <FITID>9",
    "A <TRNAMT>9.00",
    "A <DTPOSTED>20260101",
    "A <CURSYM>USD",
    "A <PAYEE><NAME>B</PAYEE>",
    "A</PAYEE>",
    "A <STATUS>PENDING",
    "A</STMTTRN>B",
    "A</STMTTRN>",
    "A <STMTTRN> B",
    "A <<STMTTRN>STMTTRN> B",
    "A</STMTTRN><STMTTRN>B",
    "A</STMTTRN><STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260116<TRNAMT>9.00<MEMO>B",
    "A</STMTTRN><STMTTRN><DTPOSTED>20260116</DTPOSTED><TRNAMT>9.00</TRNAMT><MEMO>B",
    "A</MEMO></STMTTRN><STMTTRN><DTPOSTED>20260116</DTPOSTED><TRNAMT>9.00</TRNAMT><MEMO>B",
]


@pytest.mark.parametrize("form", [str, ofx_closed], ids=["open tags", "closed tags"])
@pytest.mark.parametrize("stands", TAGS)
def test_a_tag_that_a_payer_typed_never_cuts_the_text_or_makes_a_row(read, stands, form):
    rows = form(ofx_row()) + form(memo("?")).replace("?", stands) + form(ofx_row("20260117", "1.00"))
    (s,) = read(ofx(ofx_account(rows)))
    assert moves(s) == [PLAIN, ("0117", "1.00", FIRST)]
    assert (
        s.quarantined["reason"]
        .str.contains("payer's text contains|stands twice|closes nothing|is not closed|only a tag")
        .all()
    )
    assert stands[:9] in "".join(s.quarantined["text"]) and not s.proof.complete


@pytest.mark.parametrize("stands", [t for t in TAGS if "STMTTRN" not in t and t != "A <CURSYM>USD"])
def test_in_a_file_of_one_line_it_is_the_same(read, stands):
    (s,) = read(one(memo(stands) + ofx_row("20260117", "1.00")).replace("\n", ""))
    assert moves(s) == [PLAIN, ("0117", "1.00", FIRST)] and len(s.quarantined) == 1


NOT_MONEY = (
    "1,650.00;1.650,00;1,650;1.650;1,65;100.005;NaN;inf;Infinity;1e999999;1E5;1e3;1_000.00;1+2;null;0x10;(120.00);"
    "120.00-;−120.00;+100.00;R100.00;1650.00Cr;1 650.00;1\N{NO-BREAK SPACE}650.00;.50;5.;--5.00;٥.00;"
    f"1{'0' * 11}.00;{'9' * 21}"
).split(";")
NOT_A_DAY = {
    "00000000": "no such day",
    "2026011": "no such day",
    "202601150": "no such day",
    "20260115x": "no such day",
    "20260230": "no such day",
    "20261301": "no such day",
    "2026-01-15": "no such day",
    "": "the date is empty",
    "00010101": "before 2000",
    "18990101": "before 2000",
    "29990101": "in the future",
}
#   the row, why it is set aside, what it moved
ASIDE = {
    **{f"the amount {text}": (ofx_row(amount=text), "is not money", None) for text in NOT_MONEY},
    "an empty amount": (ofx_row(amount=""), 'the amount "" is not money', None),
    "no amount": (ofx_row().replace("<TRNAMT>250.00\n", ""), "is not money", None),
    **{f"the day {text}": (ofx_row(day=text), why, 250) for text, why in NOT_A_DAY.items()},
    "no day": (ofx_row().replace("<DTPOSTED>20260115\n", ""), "the date is empty", 250),
    "a NUL in the text": (memo("A\x00B"), "control character", 75),
    "a line end as an entity": (memo("A&#10;B"), "control character", 75),
    "a text of two lines": (memo("A\nB"), "control character", 75),
    "a control character in the id": (ofx_row(inner="<FITID>1\x01\n<MEMO>M\n"), "control character", 250),
    "a control character in the cheque number": (ofx_row(inner="<CHECKNUM>1\x01\n<MEMO>M\n"), "control character", 250),
    "an amount in dollars": (
        ofx_row(inner="<MEMO>M\n<CURRENCY>\n<CURRATE>18.1\n<CURSYM>USD\n</CURRENCY>\n"),
        "the amount is in USD",
        None,
    ),
    "two texts": (ofx_row(inner="<MEMO>A\n<MEMO>B\n"), "<MEMO> stands twice", 250),
    "two amounts": (ofx_row(inner="<TRNAMT>1.00\n<MEMO>B\n"), "<TRNAMT> stands twice", None),
    "no text at all": (ofx_row(inner="<FITID>2\n"), "has no text, neither <NAME> nor <MEMO>", 250),
    "a tag closed that is not open": (ofx_row(inner="<FITID>1</MEMO>\n"), "</MEMO> closes nothing", 250),
    "text behind a closed tag": (
        ofx_closed(ofx_row(inner="<MEMO>A\n")).replace("</MEMO>", "</MEMO>left over"),
        "text stands where only a tag may",
        250,
    ),
    "a text not closed where the others are": (
        ofx_closed(ofx_row(inner="<MEMO>A\n")).replace("</MEMO>", ""),
        "<MEMO> is not closed",
        250,
    ),
    "a pending status": (ofx_row(inner="<STATUS>PENDING\n<MEMO>M\n"), "pending, not yet booked", None),
    "a hold": (ofx_row().replace("OTHER", "HOLD"), "pending, not yet booked", None),
    "an endless text": (memo("A <B>" * 20_000), "has a text of 100,000 characters", 75),
    "endless lines of text": (memo("A\n" * 50_000), "has a text of", 75),
}


@pytest.mark.parametrize(("row", "reason", "moved"), ASIDE.values(), ids=ASIDE.keys())
def test_a_row_is_set_aside_with_its_line_and_reason(read, row, reason, moved):
    (s,) = read(one(row))
    assert moves(s) == [PLAIN]
    (aside,) = s.quarantined.itertuples()
    assert reason in aside.reason and aside.line == 21 and row.startswith(aside.text[:60])
    assert s.quarantined["amount"].isna().tolist() == [moved is None]
    assert moved is None or aside.amount == moved
    assert (s.opening is None) == (moved is None and "pending" not in reason)
    assert not s.proof.complete


def test_a_row_in_another_form_of_money_does_not_change_how_the_others_are_read(read):
    rows = memo("A", "50,00") + memo("B", "1,650") + memo("C", "") + memo("D", "7,5")
    (s,) = read(ofx(ofx_account(rows, balance="2000,00")))
    assert moves(s) == [("0116", "50.00", "A"), ("0116", "7.50", "D")]
    assert s.quarantined["reason"].tolist() == ['the amount "1,650" is not money', 'the amount "" is not money']


def test_a_pending_copy_of_a_booked_row_is_set_aside_and_the_booked_one_stays(read):
    pending = ofx_row(inner=f"<STATUS>PENDING\n<FITID>1\n<MEMO>{FIRST}\n")
    for text in (one(pending), pending_list(ofx_row()), xml(pending_list(ofx_row())), one(pending).replace("\n", "")):
        (s,) = read(text)
        assert moves(s) == [PLAIN]
        assert s.quarantined["reason"].tolist() == ["pending, not yet booked"]
        # what is not booked is not in the balance either
        assert (s.opening, s.closing) == (Decimal(750), Decimal(1000))
    (s,) = read(ofx(ofx_account(pending + ofx_row())))
    assert moves(s) == [PLAIN] and s.warnings == ()


def test_an_account_with_pending_rows_alone_has_no_transactions(read):
    (s,) = read(ofx(ofx_account(ofx_row(inner="<STATUS>PENDING\n<MEMO>M\n"))))
    assert (len(s.transactions), len(s.quarantined), s.opening) == (0, 1, Decimal(1000))
    assert "no transactions" in s.warnings


@pytest.mark.parametrize(
    ("ledger", "warning"),
    [
        ("<LEDGERBAL>\n<BALAMT>\n<DTASOF>20260131\n</LEDGERBAL>\n", "the closing balance is empty"),
        ("", "the closing balance is not given"),
        (LEDGER.replace("31\n", "14\n"), "the closing balance is of 2026-01-14, before the last row, and was not used"),
        (
            LEDGER.replace("0131\n", "0203\n"),
            "the closing balance is of 2026-02-03, after the period, and was not used",
        ),
    ],
)
def test_without_a_closing_balance_the_rows_load_with_a_warning(read, ledger, warning):
    (s,) = read(one().replace(LEDGER, ledger))
    assert (s.opening, s.closing, moves(s)) == (None, None, [PLAIN])
    assert s.warnings == (warning,)


def test_several_accounts_cards_among_them_come_in_the_order_of_the_file(read):
    card = ofx_account(ofx_row(amount="-9.00"), number="400000******1234", balance="-10.00", tag="CCSTMT")
    other = ofx_account(ofx_row(amount="3.00"), number="62000099002", balance="7.00")
    found = read(ofx(card, ofx_account(ofx_row()), other))
    assert [(s.account.number, s.account.kind, s.closing, money.total(s.transactions["amount"])) for s in found] == [
        ("400000******1234", "credit card", Decimal("-10.00"), Decimal("-9.00")),
        (ACCOUNT, "checking", Decimal("1000.00"), Decimal("250.00")),
        ("62000099002", "checking", Decimal("7.00"), Decimal("3.00")),
    ]


def test_a_card_alone_loads(read):
    (s,) = read(ofx(ofx_account(ofx_row(amount="-9.00"), number="400000******1234", tag="CCSTMT")))
    assert (s.account.kind, moves(s)) == ("credit card", [("0115", "-9.00", FIRST)])


def test_equal_rows_with_equal_ids_in_two_accounts_stay_apart(read):
    found = read(ofx(ofx_account(ofx_row()), ofx_account(ofx_row(), number="62000099002")))
    assert [moves(s) for s in found] == [[PLAIN], [PLAIN]]
    assert all(s.proof.complete and s.warnings == () for s in found)
    assert not set(found[0].transactions["transaction_id"]) & set(found[1].transactions["transaction_id"])


def test_an_account_in_two_blocks_keeps_both(read):
    found = read(ofx(ofx_account(ofx_row()), ofx_account(ofx_row("20260120"))))
    assert [len(s.transactions) for s in found] == [1, 1]


def test_twenty_thousand_rows_load(read):
    (s,) = read(ofx(ofx_account("".join(ofx_row(inner=f"<FITID>T{n}\n<MEMO>{n}\n") for n in range(20_000)))))
    assert len(s.transactions) == 20_000 and money.total(s.transactions["amount"]) == 5_000_000


def test_the_same_days_as_history_and_as_ofx_are_the_same_transactions(read):
    entries = [Entry(date(2026, 1, 5), 250_00, "A & B"), Entry(date(2026, 1, 5), 250_00, "A & B")]
    one_way, other = (read(form(entries))[0].transactions["transaction_id"] for form in (history, ofx_of))
    assert sorted(one_way) == sorted(other)


STATUS = "<STATUS><CODE>{}<SEVERITY>{}<MESSAGE>Signon invalid</STATUS>"
GOOD_STATUS = "<STATUS><CODE>0<SEVERITY>INFO</STATUS>"
TWO_ACCOUNTS = ofx(ofx_account(ofx_row()), ofx_account(ofx_row(), number="62000099002"))
#   the file, the error, and what it says
REFUSED = {
    "dollars": (one(currency="USD"), ForeignStatement, "line 11: is in USD, not in rand"),
    "dollars in the second account": (
        ofx(ofx_account(ofx_row()), ofx_account(ofx_row(), currency="USD")),
        ForeignStatement,
        "line 28: is in USD",
    ),
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
        ofx(sign_on=SIGN_ON.replace(GOOD_STATUS, STATUS.format(15500, "ERROR"))),
        UnknownLayout,
        'line 8: is the bank\'s error 15500 "Signon invalid", not a statement',
    ),
    "a request refused": (
        one().replace(f"<TRNUID>0{GOOD_STATUS}", STATUS.format(2000, "ERROR")),
        UnknownLayout,
        "line 10: is the bank's error 2000",
    ),
    "a second request refused": (
        TWO_ACCOUNTS[::-1].replace(GOOD_STATUS[::-1], STATUS.format(2000, "ERROR")[::-1], 1)[::-1],
        UnknownLayout,
        "line 27: is the bank's error 2000",
    ),
    "a status without a severity": (
        one().replace(f"<TRNUID>0{GOOD_STATUS}", "<STATUS><CODE>2000</STATUS>"),
        UnknownLayout,
        "is the bank's error 2000",
    ),
    "a sign-on alone": (ofx(), UnknownLayout, "holds no statement, only the bank's answer"),
    "a profile alone": (
        ofx("<PROFMSGSRSV1><PROFTRNRS><TRNUID>0</PROFTRNRS></PROFMSGSRSV1>"),
        UnknownLayout,
        "holds no statement, only the bank's answer",
    ),
    "a header alone": (HEADER, UnknownLayout, "holds no statement"),
    "a document type": (
        XML.format("UTF-8") + '<!DOCTYPE x [<!ENTITY a "b">]>\n' + one()[len(HEADER) :],
        DamagedStatement,
        "line 3: declares",
    ),
    "an entity of an outside file": (
        xml(one()).replace("<OFX>", '<!ENTITY a SYSTEM "file:///etc/passwd"><OFX>'),
        DamagedStatement,
        "declares a document type or entities",
    ),
    "entities in a row": (one(memo("<!entity a>")), DamagedStatement, "declares a document type or entities"),
    "the file twice": (one() + one(), DamagedStatement, "something stands between two rows|two OFX|outside"),
    "the file twice, one header": (one() + one()[len(HEADER) :], DamagedStatement, "two OFX files in one"),
    "two files of other days": (
        one() + ofx(ofx_account(ofx_row("20260120")))[len(HEADER) :],
        DamagedStatement,
        "two OFX files in one",
    ),
    "an account's rows twice": (
        ofx(ofx_account(ofx_row()), ofx_account(ofx_row())),
        DamagedStatement,
        "same rows of account …9001 twice",
    ),
    "a row not closed": (
        one(ofx_row().replace("</STMTTRN>", "")),
        DamagedStatement,
        "line 21: 2 rows are opened with <STMTTRN> and 1 closed",
    ),
    "a row not closed in a file of one line": (
        ofx(ofx_account(ofx_row().replace("</STMTTRN>", "") + ofx_row())).replace("\n", ""),
        DamagedStatement,
        "line 1: 2 rows are opened with <STMTTRN> and 1 closed",
    ),
    "a row not opened": (
        one(ofx_row().replace("<STMTTRN>", "")),
        DamagedStatement,
        "two rows run into one, a <STMTTRN> is missing",
    ),
    "the first row not opened": (
        ofx(ofx_account(ofx_row().replace("<STMTTRN>\n", "") + ofx_row())),
        DamagedStatement,
        "1 rows are opened with <STMTTRN> and 2 closed",
    ),
    "a comment between rows": (
        one("<!-- " + ofx_row() + "-->"),
        DamagedStatement,
        "line 20: something stands between two rows",
    ),
    "a comment outside the rows": (
        one().replace(LEDGER, f"<!-- x -->{LEDGER}"),
        DamagedStatement,
        "line 22: has a comment, which could hide rows",
    ),
    "a comment round the first row": (
        ofx(ofx_account("<!-- " + ofx_row() + "-->")),
        DamagedStatement,
        "a row stands outside the list",
    ),
    "a row outside the list": (
        one().replace("</BANKTRANLIST>", "</BANKTRANLIST>" + ofx_row()),
        DamagedStatement,
        "outside the list",
    ),
    "a second list in an account": (
        one().replace(LEDGER, f"<BANKTRANLIST>\n{ofx_row()}</BANKTRANLIST>\n{LEDGER}"),
        DamagedStatement,
        "line 11: <BANKTRANLIST> stands twice in one account",
    ),
    "two balances": (one().replace(LEDGER, LEDGER + LEDGER), DamagedStatement, "<LEDGERBAL> stands twice"),
    "two amounts of a balance": (
        one().replace("<BALAMT>1000.00", "<BALAMT>1000.00\n<BALAMT>1.00"),
        DamagedStatement,
        "<BALAMT> stands twice",
    ),
    "two accounts in one block": (
        one().replace(f"<ACCTID>{ACCOUNT}", f"<ACCTID>{ACCOUNT}<ACCTID>62000099002"),
        DamagedStatement,
        "<ACCTID> stands twice",
    ),
    "two currencies": (
        one().replace("<CURDEF>ZAR", "<CURDEF>ZAR<CURDEF>USD"),
        DamagedStatement,
        "<CURDEF> stands twice",
    ),
    "a list not closed": (
        one().replace("</BANKTRANLIST>", ""),
        DamagedStatement,
        "the tags <BANKTRANLIST> and </BANKTRANLIST> do not pair",
    ),
    "a balance not opened": (one().replace("<LEDGERBAL>", ""), DamagedStatement, "<LEDGERBAL> and </LEDGERBAL> do not"),
    "an account not closed": (one().replace("</STMTRS>", ""), DamagedStatement, "<STMTRS> and </STMTRS> do not pair"),
    "no account": (one().replace(f"<ACCTID>{ACCOUNT}", ""), DamagedStatement, "names no account"),
    "an account with a letter in its number": (
        one().replace(ACCOUNT, "6200O099001"),
        DamagedStatement,
        'the account number reads "6200O099001"',
    ),
    **{
        f"the closing balance {text}": (
            one(balance=text),
            DamagedStatement,
            f'line 11: the closing balance "{text}" is not money',
        )
        for text in ("1,650", "1.650", "1,650.00", "1E5", "NaN", "1+2", "(5.00)", "R5.00")
    },
    "a closing balance with a comma where the rows have points": (
        one(balance="1,06"),
        DamagedStatement,
        'the closing balance "1,06" has a decimal comma, the amounts of the rows a point',
    ),
    "a closing balance with a point where the rows have commas": (
        ofx(ofx_account(memo("X", "50,00"), balance="1.06")),
        DamagedStatement,
        'the closing balance "1.06" has a decimal point, the amounts of the rows a comma',
    ),
    "cut off": (one()[:-8], DamagedStatement, "does not end with </OFX>"),
    "nested tags": (one().replace("<TRNUID>0", "<A>" * 50_000), DamagedStatement, "has over 5,000 tags"),
    "nested tags in a row": (one(memo("<CITY>" * 30_000)), DamagedStatement, "line 21: a row with over 1,000 tags"),
    "nested status tags": (
        one().replace("<TRNUID>0", "<STATUS>" * 4_000 + "x\n" * 400_000),
        DamagedStatement,
        "<STATUS> and </STATUS> do not pair",
    ),
    "endless text outside the rows": (
        one().replace("<TRNUID>0", "x\n" * 600_000),
        DamagedStatement,
        "has over 1,000,000 characters outside its rows",
    ),
    "an endless amount": (one(ofx_row(amount="1" * 100_000)), ReconcileError, "a field of over 10,000 characters"),
    "an endless text": (one(memo("A" * 10_000_000)), ReconcileError, "a line of over 1,000,000 characters"),
    "endless lines of text": (
        one(memo("A" * 9_000 + "\n") * 2 + memo("A\n" * 5_000_000)),
        DamagedStatement,
        "line 37: a row of over 200,000 characters",
    ),
    "endless lines of tags": (
        one(memo("A\n" + "<X.Y>1\n" * 500_000)),
        DamagedStatement,
        "a row of over 200,000 characters",
    ),
    "not one row to be read": (
        ofx(ofx_account(ofx_row(day="x"))),
        DamagedStatement,
        "line 14: its only row cannot be read",
    ),
    "a tag typed in the only row": (
        ofx(ofx_account(memo("x</MEMO>"))),
        DamagedStatement,
        "its only row cannot be read (the payer's text contains </MEMO>)",
    ),
    "thousands marks in every amount": (
        ofx(ofx_account(ofx_row(amount="1,650.00") + ofx_row(amount="2,650.00"))),
        DamagedStatement,
        'none of its 2 rows can be read (the amount "1,650.00" is not money)',
    ),
}


@pytest.mark.parametrize(("text", "error", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_is_refused_saying_what_it_is(read, text, error, says):
    with pytest.raises(error) as fault:
        read(text)
    assert re.search(says if "|" in says else re.escape(says), str(fault.value))
    assert str(fault.value).startswith("download.ofx") and len(str(fault.value)) < 400
