"""What a document looks like that no layout claims, so that its reader knows what to download instead."""

from __future__ import annotations

import re

from reconcile.errors import UnknownLayout, shown
from reconcile.files import Document

_DO = 'In FNB online banking open the account, choose "Transaction History" and download it as CSV or OFX.'

_REGISTER = {"code", "name"}

_OTHER = (
    (r"\s*:20:|\s*\{1:F01", "is an MT940 statement, which is not read"),
    (r"\s*!Type:", "is a QIF export, which says too little to be proved"),
    (r"\s*<\?xml[^>]*>\s*<Document\b", "is a CAMT statement, which is not read"),
    (r"\s*[{\[]", "is JSON, not a statement"),
    (r"\s*<", "is XML, but not OFX"),
)


def refusal(document: Document) -> UnknownLayout:
    """The refusal of a document that no layout claims, saying what it looks like and what to download."""
    head = document.text[:5000]
    for pattern, what in _OTHER:
        if re.match(pattern, head, re.I):
            return UnknownLayout(what, file=document.name, do=_DO)
    if {c.strip(' "\r').lower() for c in re.split("[,;\t]", head.split("\n", 1)[0])} >= _REGISTER:
        do = "It belongs behind --campaigns, or under [register] in the settings."
        return UnknownLayout("is a register of campaigns, no statement", file=document.name, do=do)
    return UnknownLayout(_as_table(head), file=document.name, do=_DO)


def _as_table(head: str) -> str:
    lines = [line for line in head.split("\n") if line.strip()]
    separator = max(",;\t|", key=lambda s: sum(line.count(s) for line in lines[:10]))
    for line in lines[:10]:
        cells = [c.strip(' "\r') for c in line.split(separator)]
        if {c.lower() for c in cells} == {"date", "amount", "balance", "description"}:
            return "has the columns of a Transaction History but not its heading, so the account is not known"
        # names of columns, not values: what a payer typed belongs in no message
        if sum(map(bool, cells)) >= 3 and not re.search(r"[0-9]", line) and all(len(c) <= 40 for c in cells):
            names = ", ".join(shown(c, 40) for c in cells if c)
            kind = {",": "a CSV", ";": "a table separated by semicolons", "\t": "a tab-separated table", "|": "a table"}
            return f"is {kind[separator]} with the columns {names}: another bank's, or another list"
    if sum(line.count(separator) for line in lines[:10]) >= 2 * len(lines[:10]):
        return "is a table without column names, not an FNB export this library knows"
    return "is plain text, not an FNB export this library knows"
