"""The envelope of an OFX file: all but its rows. ofxparse reads it, behind guards for what is known to mislead it.

ofxparse crashes on unusual headers and empty balances, shifts dates by their zone and takes "1E5" and "1,650" for
money, so it gets a header of ours, days of eight digits and only figures that are money; and no rows, which makes it
quick: on rows its time grows with their square.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from reconcile.errors import DamagedStatement, ForeignStatement, UnknownLayout, shown
from reconcile.parsers.days import COMPACT, EARLIEST, day_of, latest
from reconcile.parsers.ofx_rows import Outside
from reconcile.statement import Period

_HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:UTF-8\nCHARSET:NONE\n\n"
_AGAIN = "Download the file again."
_MOST_TAGS = 5_000  # an account takes about thirty; a file of nested tags is an attack, not a statement
_LONGEST = 1_000_000

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

    @property
    def period(self) -> Period | None:
        """The days the file states, where it states both."""
        if self.start and self.end and self.start <= self.end:
            return Period(self.start, self.end, stated=True)
        return None


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


def read_envelope(outside: Outside, file: str, comma: bool | None = None) -> list[Envelope]:
    """The accounts of what stands outside the rows, in the order of the file.

    `comma` says whether the amounts of the rows have a decimal comma, None where they have no decimals: a balance is
    taken in that form alone. Raises ForeignStatement for another bank, currency or an investment account,
    UnknownLayout for an answer without a statement, and DamagedStatement where tags are missing or twice.
    """
    text = outside.text
    for most, what, count in ((_MOST_TAGS, "tags", text.count("<")), (_LONGEST, "characters", len(text))):
        if count > most:
            raise DamagedStatement(
                f"has over {most:,} {what} outside its rows", file=file, do="Do not trust this file."
            )
    if (comment := text.find("<!--")) >= 0:
        what = "has a comment, which could hide rows"
        raise DamagedStatement(what, file=file, line=outside.line(comment), do=_AGAIN)
    if _count(text, "OFX") != (1, 1):
        raise DamagedStatement("holds two OFX files in one", file=file, do="Split it, or download each again.")
    _refuse_errors(outside, file)
    _refuse_foreign(text, file)
    parts = [
        _Block(p.tag, p.text, file, outside.line(p.at), comma)
        for p in _parts(text, "(?:CC)?STMTRS", file, outside.line)
    ]
    if not parts:
        raise UnknownLayout(
            "holds no statement, only the bank's answer", file=file, do="Download it as Transaction History."
        )
    accounts = _ofxparsed("".join(f"<{p.tag}>{p.clean}</{p.tag}>" for p in parts), file)
    # ofxparse gives the bank accounts before the cards, each in the order of the file
    ordered = sorted(range(len(parts)), key=lambda i: parts[i].tag == "CCSTMTRS")
    if len(accounts) != len(parts):
        _damaged(file, "its accounts cannot be told apart")
    by_place = dict(zip(ordered, accounts, strict=True))
    return [part.envelope(by_place[i]) for i, part in enumerate(parts)]


_ONCE = ("CURDEF", "ACCTID", "BANKID", "ACCTTYPE", "BALAMT", "DTASOF", "DTSTART", "DTEND")
_GROUPS = ("BANKTRANLIST", "BANKTRANLISTP", "LEDGERBAL", "BANKACCTFROM", "CCACCTFROM", "AVAILBAL", "BALLIST")
_BALANCE = re.compile(r"-?[0-9]{1,11}(?:([.,])[0-9]{1,2})?")


class _Block:
    """One account's text, checked, and cleaned for ofxparse."""

    def __init__(self, tag: str, text: str, file: str, line: int, comma: bool | None) -> None:
        self.tag, self.text, self.file, self.line = tag, text, file, line
        self.warnings: list[str] = []
        parts = {name: _parts(text, name, file, lambda _: line) for name in _GROUPS}
        for name, found in parts.items():
            if len(found) > 1:
                raise DamagedStatement(f"<{name}> stands twice in one account", file=file, line=line, do=_AGAIN)
        # only what is read below goes to ofxparse: other balances and payments to come are not ours to judge
        for name in ("AVAILBAL", "BALLIST", "BANKTRANLISTP"):
            for part in parts[name]:
                text = text.replace(f"{part.opening}{part.text}{part.closing}", "")
        for name in _ONCE:
            if len(re.findall(f"<{name}>", text, re.I)) > 1:
                raise DamagedStatement(f"<{name}> stands twice in one account", file=file, line=line, do=_AGAIN)
        ledger = _part(text, "LEDGERBAL")
        self.amount, self.amount_day = _leaf(ledger, "BALAMT"), _leaf(ledger, "DTASOF")
        self.clean = re.sub(r"(<DT[A-Z]+>\s*[0-9]{8})[^<\n]*", r"\1", text, flags=re.I)
        self._check_balance(ledger, comma)

    def _check_balance(self, ledger: str, comma: bool | None) -> None:
        if not self.amount:
            for part in _parts(self.clean, "LEDGERBAL", self.file, lambda _: self.line):
                self.clean = self.clean.replace(f"{part.opening}{part.text}{part.closing}", "")
            self.warnings.append(f"the closing balance is {'empty' if ledger else 'not given'}")
            return
        found = _BALANCE.fullmatch(self.amount)
        if not found:
            what = f'the closing balance "{shown(self.amount, 30)}" is not money'
            raise DamagedStatement(what, file=self.file, line=self.line, do=_AGAIN)
        if found[1] and comma is not None and comma != (found[1] == ","):
            here, there = ("comma", "point") if found[1] == "," else ("point", "comma")
            what = f'the closing balance "{self.amount}" has a decimal {here}, the amounts of the rows a {there}'
            raise DamagedStatement(what, file=self.file, line=self.line, do=_AGAIN)
        pointed = self.amount.replace(",", ".")
        self.clean = self.clean.replace(f">{self.amount}", f">{pointed}")
        self.amount = pointed

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


def _refuse_errors(outside: Outside, file: str) -> None:
    for status in _parts(outside.text, "STATUS", file, outside.line):
        code, severity = _leaf(status.text, "CODE"), _leaf(status.text, "SEVERITY").upper()
        if severity == "ERROR" or (code not in ("", "0") and severity not in ("INFO", "WARN")):
            said = _leaf(status.text, "MESSAGE")
            quoted = f' "{shown(said, 80)}"' if said else ""
            what = f"is the bank's error {shown(code, 10)}{quoted}, not a statement"
            raise UnknownLayout(what, file=file, line=outside.line(status.at), do="Log in and download it again.")


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


@dataclass(frozen=True)
class _Part:
    """What stands between a tag and its closing one, with both as they stand and the place of the first."""

    tag: str
    text: str
    at: int
    opening: str
    closing: str


def _parts(text: str, tag: str, file: str, line: Callable[[int], int]) -> list[_Part]:
    """Each part of a tag, in one pass; raises DamagedStatement where the tags are not opened and closed in turn."""
    found = list(re.finditer(f"<(/?)({tag})>", text, re.I))
    pairs = list(zip(found[::2], found[1::2], strict=False))
    if len(found) % 2 or any(a[1] or not b[1] or a[2].upper() != b[2].upper() for a, b in pairs):
        name, at = found[0][2].upper(), line(found[0].start())
        raise DamagedStatement(f"the tags <{name}> and </{name}> do not pair", file=file, line=at, do=_AGAIN)
    return [_Part(a[2].upper(), text[a.end() : b.start()], a.start(), a[0], b[0]) for a, b in pairs]


def _part(text: str, tag: str) -> str:
    opened = re.search(f"<{tag}>", text, re.I)
    closed = re.compile(f"</{tag}>", re.I).search(text, opened.end()) if opened else None
    return text[opened.end() : closed.start()] if opened and closed else ""


def _leaf(text: str, tag: str) -> str:
    found = re.search(f"<{tag}>([^<\n]*)", text, re.I)
    return found[1].strip() if found else ""


def _plausible(text: str) -> date | None:
    day = day_of(text[:8], COMPACT)
    return day if day and EARLIEST <= day <= latest() + timedelta(days=366) else None


def _damaged(file: str, what: str) -> NoReturn:
    raise DamagedStatement(what, file=file, do=_AGAIN)
