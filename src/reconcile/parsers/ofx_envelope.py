"""The envelope of an OFX file: all but its rows. ofxparse reads it, behind guards for what is known to mislead it.

ofxparse crashes on unusual headers and empty balances, shifts dates by their zone and takes "1E5" and "1,650" for
money, so it gets a header of ours, days of eight digits and only figures that are money; and no rows, which makes it
quick: on rows its time grows with their square.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from reconcile.errors import DamagedStatement, ForeignStatement, UnknownLayout, shown
from reconcile.money import PATTERN
from reconcile.parsers.days import COMPACT, EARLIEST, day_of, latest

_HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:UTF-8\nCHARSET:NONE\n\n"
_AGAIN = "Download the file again."
_MOST_TAGS = 5_000  # an account takes about thirty; a file of nested tags is an attack, not a statement

_OTHER_BANKS = {
    "632005": "ABSA",
    "051001": "Standard Bank",
    "198765": "Nedbank",
    "470010": "Capitec",
    "580105": "Investec",
    "678910": "TymeBank",
    "430000": "African Bank",
    "679000": "Discovery Bank",
    "462005": "Bidvest Bank",
    "888000": "Bank Zero",
    "460005": "Postbank",
    "410506": "Access Bank",
    "683000": "Sasfin",
    "570100": "HBZ Bank",
    "450905": "Mercantile Bank",
}
"""Universal branch codes of other South African banks, as BankservAfrica publishes them; FNB's own is 250655."""

_FNB = re.compile(r"\bFNB\b|FIRST ?NATIONAL|FIRST ?RAND|\bRMB\b|\bRAND MERCHANT", re.I)


@dataclass(frozen=True)
class Envelope:
    """One account's block: where in the envelope it stands, who it is of, its stated days and closing balance."""

    number: str
    kind: str
    start: date | None
    end: date | None
    closing: Decimal | None
    closing_day: date | None
    warnings: tuple[str, ...]


def refuse_unsafe(text: str, file: str) -> None:
    """Raise for a document type or entities (no statement has them), two files in one, and a cut end."""
    unsafe = re.search(r"<!\s*(?:[Dd][Oo][Cc][Tt][Yy][Pp][Ee]|[Ee][Nn][Tt][Ii][Tt][Yy])\b", text)
    if unsafe:
        line = text.count("\n", 0, unsafe.start()) + 1
        raise DamagedStatement(
            "declares a document type or entities", file=file, line=line, do="Do not trust this file."
        )
    if not re.search(r"</\s*OFX\s*>\s*\Z", text[-200:], re.I):
        if not re.search(r"<OFX>", text, re.I):
            raise UnknownLayout("holds no statement", file=file, do=_AGAIN)
        raise DamagedStatement("does not end with </OFX>: it was cut off, or something was added", file=file, do=_AGAIN)


def read_envelope(text: str, file: str) -> list[Envelope]:
    """The accounts of an envelope (the text without its rows), in the order of the file.

    Raises ForeignStatement for another bank, currency or an investment account, UnknownLayout for an answer without a
    statement, and DamagedStatement where tags are missing or twice.
    """
    if text.count("<") > _MOST_TAGS:
        raise DamagedStatement(
            f"has over {_MOST_TAGS:,} tags outside its rows", file=file, do="Do not trust this file."
        )
    _refuse_comment(text, file)
    if _count(text, "OFX") != (1, 1):
        raise DamagedStatement("holds two OFX files in one", file=file, do="Split it, or download each again.")
    _refuse_errors(text, file)
    _refuse_foreign(text, file)
    blocks = list(re.finditer(r"<(STMTRS|CCSTMTRS)>(.*?)</\1>", text, re.I | re.S))
    for tag in ("STMTRS", "CCSTMTRS"):
        found = sum(b[1].upper() == tag for b in blocks)
        if _count(text, tag) != (found, found):
            raise DamagedStatement(f"the tags <{tag}> and </{tag}> do not pair", file=file, do=_AGAIN)
    if not blocks:
        raise UnknownLayout(
            "holds no statement, only the bank's answer", file=file, do="Download it as Transaction History."
        )
    parts = [_Block(b[1].upper(), b[2], file, text.count("\n", 0, b.start()) + 1) for b in blocks]
    accounts = _ofxparsed("".join(f"<{p.tag}>{p.clean}</{p.tag}>" for p in parts), file)
    # ofxparse gives the bank accounts before the cards, each in the order of the file
    ordered = sorted(range(len(parts)), key=lambda i: parts[i].tag == "CCSTMTRS")
    if len(accounts) != len(parts):
        _damaged(file, "its accounts cannot be told apart")
    by_place = dict(zip(ordered, accounts, strict=True))
    return [part.envelope(by_place[i]) for i, part in enumerate(parts)]


class _Block:
    """One account's text, checked, and cleaned for ofxparse."""

    def __init__(self, tag: str, text: str, file: str, line: int) -> None:
        self.tag, self.text, self.file, self.line = tag, text, file, line
        self.warnings: list[str] = []
        for name in ("BANKTRANLIST", "LEDGERBAL", "BANKACCTFROM", "CCACCTFROM", "AVAILBAL"):
            opened, closed = _count(text, name)
            if opened != closed or opened > 1:
                raise DamagedStatement(f"the tags <{name}> and </{name}> do not pair", file=file, line=line, do=_AGAIN)
        # only what is read below goes to ofxparse: other balances (AVAILBAL, BALLIST) are not ours to judge
        text = re.sub(r"<(AVAILBAL|BALLIST)>.*?</\1>", "", text, flags=re.I | re.S)
        self.amount = _leaf(_part(text, "LEDGERBAL"), "BALAMT")
        self.amount_day = _leaf(_part(text, "LEDGERBAL"), "DTASOF")
        self.clean = re.sub(r"(<DT[A-Z]+>\s*[0-9]{8})[^<\n]*", r"\1", text, flags=re.I)
        self._check_balance()

    def _check_balance(self) -> None:
        has_balance = bool(_part(self.text, "LEDGERBAL"))
        if self.amount and re.fullmatch(r"-?[0-9]{1,11},[0-9]{1,2}", self.amount):
            pointed = self.amount.replace(",", ".")
            self.clean = self.clean.replace(self.amount, pointed)
            self.amount = pointed
        if self.amount and not re.match(PATTERN, self.amount):
            what = f'the closing balance "{shown(self.amount, 30)}" is not money'
            raise DamagedStatement(what, file=self.file, line=self.line, do=_AGAIN)
        if not self.amount:
            self.clean = re.sub(r"<LEDGERBAL>.*?</LEDGERBAL>", "", self.clean, flags=re.I | re.S)
            self.warnings.append(f"the closing balance is {'empty' if has_balance else 'not given'}")

    def envelope(self, account: Any) -> Envelope:
        number = (account.account_id or "").replace(" ", "")
        if not re.fullmatch(r"[0-9]{4,22}|[0-9]{4,6}[*Xx]+[0-9]{4}", number):
            what = f'the account number reads "{shown(number, 40)}"' if number else "names no account"
            raise DamagedStatement(what, file=self.file, line=self.line, do=_AGAIN)
        currency = (account.curdef or "").strip().upper()
        if currency and currency != "ZAR":
            raise ForeignStatement(
                f"is in {shown(currency, 10)}, not in rand", file=self.file, line=self.line, do=_RAND
            )
        if not currency:
            self.warnings.append("names no currency; taken as rand")
        bank = _OTHER_BANKS.get((account.routing_number or "").strip())
        if bank:
            what = f"is a statement of {bank} (bank code {account.routing_number.strip()})"
            raise ForeignStatement(what, file=self.file, line=self.line, do=_FNB_ONLY)
        tranlist = _part(self.text, "BANKTRANLIST")
        closing = getattr(account.statement, "balance", None) if self.amount else None
        if self.amount and closing != Decimal(self.amount):
            _damaged(self.file, "its closing balance cannot be read")
        return Envelope(
            number,
            "credit card" if self.tag == "CCSTMTRS" else (account.account_type or "").strip().lower(),
            _plausible(_leaf(tranlist, "DTSTART")),
            _plausible(_leaf(tranlist, "DTEND")),
            closing,
            _plausible(self.amount_day),
            tuple(self.warnings),
        )


_RAND = "Only rand accounts are read."
_FNB_ONLY = "Only FNB statements are read."


def _ofxparsed(body: str, file: str) -> list[Any]:
    from ofxparse import OfxParser  # slow to load, and only OFX needs it

    stream = io.BytesIO((_HEADER + f"<OFX>{body}</OFX>").encode())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # its calls of bs4 go by old names
            return list(OfxParser.parse(stream, fail_fast=False).accounts)
    except Exception as fault:  # whatever breaks inside it, the file is at fault and the caller gets our error
        raise DamagedStatement(f"its accounts cannot be read ({shown(fault, 80)})", file=file, do=_AGAIN) from fault


def _refuse_comment(text: str, file: str) -> None:
    at = text.find("<!--")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise DamagedStatement("has a comment, which could hide rows", file=file, line=line, do=_AGAIN)


def _refuse_errors(text: str, file: str) -> None:
    for found in re.finditer(r"<STATUS>(.*?)</STATUS>", text, re.I | re.S):
        code, severity = _leaf(found[1], "CODE"), _leaf(found[1], "SEVERITY").upper()
        if severity == "ERROR" or (code not in ("", "0") and severity not in ("INFO", "WARN")):
            said = _leaf(found[1], "MESSAGE")
            what = (
                f"is the bank's error {shown(code, 10)}"
                + (f' "{shown(said, 80)}"' if said else "")
                + ", not a statement"
            )
            line = text.count("\n", 0, found.start()) + 1
            raise UnknownLayout(what, file=file, line=line, do="Log in and download it again.")


def _refuse_foreign(text: str, file: str) -> None:
    if re.search(r"<INVSTMTRS>", text, re.I):
        raise ForeignStatement(
            "is an investment statement, of a broker", file=file, do="Only bank and card accounts are read."
        )
    organisation = _leaf(_part(text, "FI"), "ORG")
    if organisation and not _FNB.search(organisation):
        raise ForeignStatement(f"is a statement of {shown(organisation, 40)}", file=file, do=_FNB_ONLY)


def _count(text: str, tag: str) -> tuple[int, int]:
    return len(re.findall(f"<{tag}>", text, re.I)), len(re.findall(f"</{tag}>", text, re.I))


def _part(text: str, tag: str) -> str:
    found = re.search(f"<{tag}>(.*?)</{tag}>", text, re.I | re.S)
    return found[1] if found else ""


def _leaf(text: str, tag: str) -> str:
    found = re.search(f"<{tag}>([^<\n]*)", text, re.I)
    return found[1].strip() if found else ""


def _plausible(text: str) -> date | None:
    day = day_of(text[:8], COMPACT)
    return day if day and EARLIEST <= day <= latest() + timedelta(days=366) else None


def _damaged(file: str, what: str) -> NoReturn:
    raise DamagedStatement(what, file=file, do=_AGAIN)
