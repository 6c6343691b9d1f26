"""Ledgers that tests make up, written as the bank writes them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from reconcile.parsers import read_statements
from reconcile.statement import Statement

ACCOUNT = "62000099001"


@dataclass(frozen=True)
class Entry:
    day: date
    cents: int
    text: str


def rand(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def history(entries: list[Entry], opening: int = 100_000_00, *, newest_first: bool = True, end: str = "\n") -> str:
    """A Transaction History; entries oldest first."""
    balance, rows = opening, []
    for e in entries:
        balance += e.cents
        rows.append(f"{e.day:%Y/%m/%d}, {rand(e.cents)}, {rand(balance)}, {e.text}")
    heading = [
        "ACCOUNT TRANSACTION HISTORY",
        "",
        "Name:, Zanele, Khoza",
        f"Account:, {ACCOUNT}, [Gold Business Account]",
        f"Balance:, {rand(balance)}, {rand(balance)}",
        "",
        "Date, Amount, Balance, Description",
    ]
    return end.join(heading + (rows[::-1] if newest_first else rows)) + end


HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
SIGN_ON = "<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>\n"


def ofx_row(
    day: str = "20260115", amount: str = "250.00", inner: str = "<FITID>1\n<MEMO>FNB APP PAYMENT FROM  A1\n"
) -> str:
    return f"<STMTTRN>\n<TRNTYPE>OTHER\n<DTPOSTED>{day}\n<TRNAMT>{amount}\n{inner}</STMTTRN>\n"


def ofx_account(
    rows: str,
    *,
    number: str = ACCOUNT,
    balance: str = "1000.00",
    tag: str = "STMT",
    currency: str = "ZAR",
    bank: str = "250655",
    as_of: str = "20260131",
) -> str:
    of = (
        f"<BANKACCTFROM><BANKID>{bank}<ACCTID>{number}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        if tag == "STMT"
        else f"<CCACCTFROM><ACCTID>{number}</CCACCTFROM>"
    )
    ledger = f"<LEDGERBAL>\n<BALAMT>{balance}\n<DTASOF>{as_of}\n</LEDGERBAL>\n"
    return (
        f"<{tag}TRNRS><TRNUID>0<STATUS><CODE>0<SEVERITY>INFO</STATUS>\n<{tag}RS><CURDEF>{currency}\n{of}\n"
        f"<BANKTRANLIST><DTSTART>20260101<DTEND>20260131\n{rows}</BANKTRANLIST>\n{ledger}</{tag}RS></{tag}TRNRS>\n"
    )


def ofx(*accounts: str, header: str = HEADER, sign_on: str = SIGN_ON) -> str:
    return f"{header}<OFX>\n{sign_on}<BANKMSGSRSV1>\n{''.join(accounts)}</BANKMSGSRSV1>\n</OFX>\n"


def ofx_closed(text: str) -> str:
    """Rows or a file of OFX with every field closed, as version 2 has them."""
    return re.sub(r"<([A-Z0-9]+)>([^<\n]+)", r"<\1>\2</\1>", text)


def read_text(folder: Path, content: str | bytes, name: str) -> list[Statement]:
    """The statements of a file of this content and name."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_statements(path)


def ofx_of(entries: list[Entry], opening: int = 100_000_00, *, newest_first: bool = False) -> str:
    rows = [
        ofx_row(
            f"{e.day:%Y%m%d}", rand(e.cents), f"<FITID>{n}\n<MEMO>{e.text.replace('&', '&amp;').replace('<', '&lt;')}\n"
        )
        for n, e in enumerate(entries)
    ]
    closing = rand(opening + sum(e.cents for e in entries))
    rows = rows[::-1] if newest_first else rows
    last = max((e.day for e in entries), default=date(2026, 1, 31))
    account = ofx_account("".join(rows), balance=closing, as_of=f"{last:%Y%m%d}")
    return ofx(account.replace("<DTEND>20260131", f"<DTEND>{last:%Y%m%d}"))


LETTERS = "ABCXYZabc0123456789  .,-/#*&<>=+'\"()éëŠ"
TEXTS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=42).filter(lambda t: t == t.strip())
CENTS = st.integers(-50_000_00, 50_000_00)


@st.composite
def entries(
    draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS, cents: st.SearchStrategy[int] = CENTS
) -> list[Entry]:
    """A few weeks of rows, oldest first, with twins and zero amounts among them."""
    rows = st.tuples(st.integers(0, 3), cents | st.sampled_from([0, 250_00]), texts)
    day, found = date(2026, 1, 1), []
    for step, amount, text in draw(st.lists(rows, min_size=1, max_size=25)):
        day += timedelta(days=step)
        found.append(Entry(day, amount, text))
    twins = draw(st.integers(0, 2))
    return found + found[-1:] * twins
