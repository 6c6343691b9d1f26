"""A made-up ledger written in any layout, each as the bank writes it.

A writer takes the entries, oldest first, and gives the text of a file of `ACCOUNT`. The days must lie within eleven
months, as one statement's do: three layouts write days without a year.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import accumulate

from ledgers import ACCOUNT, Entry, history, ofx_closed, ofx_of, rand

OPENING = 100_000_00
Writer = Callable[[Sequence[Entry]], str]


def balances(entries: Sequence[Entry], opening: int = OPENING) -> list[int]:
    """The running balance after each entry, in cents."""
    return list(accumulate((e.cents for e in entries), initial=opening))[1:]


def card(entries: Sequence[Entry]) -> str:
    """A Transaction History of a card: its number masked, its balance owed."""
    text = history(list(entries), -20_000_00)
    return text.replace(f"{ACCOUNT}, [Gold Business Account]", "400000******1234, [Premier Credit Card]")


def reference(text: str) -> str:
    """The payer's own words: at most thirty letters at the end of the text."""
    return text[-30:].strip()


def long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def in_three(text: str) -> list[str]:
    """A text over three descriptions, which are read as one text joined by blanks; none may be empty but at the end."""
    parts = [text]
    while len(parts) < 3 and (cut := re.search(r"(?<=.) (?=.)", parts[-1])):
        last = parts.pop()
        parts += [last[: cut.start()], last[cut.end() :]]
    return parts + [""] * (3 - len(parts))


def emailed(entries: Sequence[Entry], opening: int = OPENING, number: int = 41) -> str:
    """An e-mailed statement; a row of 0.00 is one that moves no money, and is in no count of the summary."""
    first, last = (entries[0].day, entries[-1].day) if entries else (date(2026, 1, 1), date(2026, 1, 31))
    closing = balances(entries, opening)[-1] if entries else opening
    of = f"4,'{long(last)}',"
    ins, outs = ([e.cents for e in entries if e.cents * sign > 0] for sign in (1, -1))
    lines = [
        f"2,{ACCOUNT},'HELPING PAWS SHELTER NPC','FNB GOLD BUSINESS ACCOUNT'",
        "3",
        "3,,'Statement'",
        "3,'Statement Number','From Date','To Date','Opening Balance','Closing Balance','VAT Paid'",
        f"3,{number},'{long(first)}','{long(last)}',{rand(opening)},{rand(closing)},-21.76",
        "4",
        "4,,'Summary'",
        "4,'Statement Date','Description','Number','Sub Total','Total'",
        f"{of}'Opening Balance',,,{rand(opening)}",
        f"{of}'Funds Received/Credits',{len(ins)},,{rand(sum(ins))}",
        f"{of}'Electronic Payments Received',{len(ins)},{rand(sum(ins))}",
        f"{of}'Funds Used/Debits',{len(outs)},,{rand(sum(outs))}",
        f"{of}'Account Payments',{len(outs)},{rand(sum(outs))}",
        f"{of}'Closing Balance',,{rand(closing)}",
        "5",
        "5,,'Transactions'",
        "5,'Number','Date','Description1','Description2','Description3','Amount','Balance','Accrued Charges'",
    ]
    for n, (e, balance) in enumerate(zip(entries, balances(entries, opening), strict=True), 1):
        # the bank writes an empty text in two ways
        texts = [f'"{part}"' if part or n % 2 else "" for part in (p.replace('"', '""') for p in in_three(e.text))]
        lines.append(f"5,{n},'{e.day:%d %b}',{','.join(texts)},{rand(e.cents)},{rand(balance)},")
    return "\n".join([*lines, "6,'END'"])


_TABLE = "Effective Date,Description,Reference,Service Fee,Debit / Credit,Amount,Balance"


def _statement_values(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    closing = balances(entries)[-1] if entries else OPENING
    ins, outs = ([e.cents for e in entries if e.cents * sign > 0] for sign in (1, -1))
    # an overdrawn balance has its minus behind
    of_end = f"{rand(-closing)}-" if closing < 0 else rand(closing)
    return [
        ("Date", f"{entries[-1].day if entries else date(2026, 1, 31):%Y%m%d}"),
        ("Account Nickname", "Gold Business Account"),
        ("Account Number", ACCOUNT),
        ("Opening Balance", rand(OPENING)),
        ("Closing Balance", of_end),
        ("Debits", rand(sum(outs))),
        ("Credits", rand(sum(ins))),
        ("Number of Debits", str(len(outs))),
        ("Number of Credits", str(len(ins))),
    ]


def _table_rows(entries: Sequence[Entry]) -> list[str]:
    return [
        f"{e.day:%Y%m%d},{e.text},{reference(e.text)},,{'-' if e.cents < 0 else 'CR'},{rand(e.cents)},{rand(balance)}"
        for e, balance in zip(entries, balances(entries), strict=True)
    ]


def recreated_blocks(entries: Sequence[Entry]) -> str:
    """A Recreated Statement as lines of key and value above a table."""
    above = ["Recreated Statement,,,,,,", *(f"{key},{value},,,,," for key, value in _statement_values(entries))]
    return "\n".join([*above, "", _TABLE, *_table_rows(entries), ""])


def recreated_flat(entries: Sequence[Entry]) -> str:
    """A Recreated Statement as one table, its first row with the statement's own values."""
    values = _statement_values(entries)
    names = ",".join(["Recreated Statement", *(key for key, _ in values), _TABLE])
    first = "," + ",".join(value for _, value in values) + "," * (_TABLE.count(",") + 1)
    empty = "," * (len(values) + 1)
    return "\n".join([names, first, *(empty + row for row in _table_rows(entries)), ""])


def business(entries: Sequence[Entry]) -> str:
    """A business export with its NUL bytes."""
    rows = [
        f"{e.day},0.00,{rand(e.cents)},{e.text},{reference(e.text)},{rand(balance)},\x00,"
        for e, balance in zip(entries, balances(entries), strict=True)
    ]
    above = ["Account Transactions,,,,,,,", f"{ACCOUNT},Gold Business Account,,,,,,"]
    names = "Date,SERVICE FEE,Amount,DESCRIPTION,REFERENCE,Balance,CHEQUE NUMBER,"
    return "\n".join([*above, names, *rows, ""])


def enterprise(entries: Sequence[Entry]) -> str:
    """An Enterprise export with its record 2."""
    last = (entries[-1].day if entries else date(2026, 1, 31)) + timedelta(days=1)
    rows = [
        f"{last:%d/%m/%Y},12,{e.text},{n:08d},{rand(e.cents)},{e.day:%d/%m},{rand(balance)}"
        for n, (e, balance) in enumerate(zip(entries, balances(entries), strict=True), 1)
    ]
    return "\n".join([f"2,'{ACCOUNT}','OPENING','{rand(OPENING)}'", *rows, ""])


def ofx_1(entries: Sequence[Entry]) -> str:
    """OFX 1, its fields not closed."""
    first = entries[0].day if entries else date(2026, 1, 1)
    return ofx_of(list(entries)).replace("<DTSTART>20260101", f"<DTSTART>{first:%Y%m%d}")


def ofx_2(entries: Sequence[Entry]) -> str:
    """OFX 2, as XML."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<?OFX OFXHEADER="200" VERSION="200"?>\n'
    return head + ofx_closed("<OFX>" + ofx_1(entries).split("<OFX>", 1)[1])


def newest_first(entries: Sequence[Entry]) -> str:
    return history(list(entries))


def oldest_first(entries: Sequence[Entry]) -> str:
    return history(list(entries), newest_first=False)


WRITERS: dict[str, Writer] = {
    "history": newest_first,
    "history oldest first": oldest_first,
    "card history": card,
    "e-mailed": emailed,
    "recreated blocks": recreated_blocks,
    "recreated flat": recreated_flat,
    "business": business,
    "enterprise": enterprise,
    "OFX 1": ofx_1,
    "OFX 2": ofx_2,
}
"""Every layout by its name."""
