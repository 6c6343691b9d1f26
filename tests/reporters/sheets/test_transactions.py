"""Transactions: beside each description the channel, the bank or place and the payer's own words in it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
from readback import table
from small_statements import ENTRIES, Entry, Written, make_matches, make_statement, written

from reconcile.matching.narrative import narrate
from reconcile.reporters.celltext import clean

TEXTS = [
    ("FNB APP PAYMENT FROM  IDLEB ZKT", None),
    ("FNB APP PAYMENT FROM  IDLEB ZKT", "T MOKOENA"),
    ("FNB APP PAYMENT FROM  IDLEB ZKT", ""),
    ("CAPITEC   P NAIDOO", None),
    ("ADT CASH DEPOPARKSIDE SIPHO", None),
    ("MAGTAPE CREDIT CAPITEC   GAZA", None),
    ("SERVICE FEES", None),
    ("INTEREST ON CREDIT BALANCE", "0"),
    ("REVERSAL FNB APP PAYMENT FROM  IDLEB", None),
    ("FNB APP PAYMENT FROM  A\x00B", None),
    ("FNB APP PAYMENT FROM  A", "B\x00"),
    ("=1+1", "=2+2"),
    ("", None),
]


def test_each_description_is_taken_apart_as_the_rules_read_it(tmp_path: Path) -> None:
    entries = tuple(Entry(1, n, text, campaign="IDB") for n, (text, _) in enumerate(TEXTS, start=1))
    plain = make_statement(entries)
    references = pd.Series([reference for _, reference in TEXTS], dtype="str")
    one = dataclasses.replace(plain, transactions=plain.transactions.assign(bank_reference=references))
    found = table(Written([one], make_matches((one, entries))).to(tmp_path / "a.xlsx"))
    wanted = []
    for text, reference in TEXTS:
        read = narrate(text, reference or None)
        own = "" if read.kind in ("fee", "bank_interest") else read.payer
        wanted.append([clean(part) or None for part in (read.channel, read.counterparty or read.place, own)])
    assert found[["Channel", "Bank or place", "Payer's words"]].to_numpy().tolist() == wanted
    assert wanted[5] == ["EFT", "CAPITEC", "GAZA"]
    assert wanted[4] == ["cash machine", "PARKSIDE", "SIPHO"]


def test_every_line_stands_once_with_what_was_decided_of_it(tmp_path: Path) -> None:
    found = table(written(*ENTRIES).to(tmp_path / "a.xlsx"))
    assert found["Line"].tolist() == [*range(7, 7 + len(ENTRIES))]
    for heading, field in (("Description", "text"), ("Status", "status"), ("Reason", "reason"), ("Rule", "rule")):
        assert found[heading].tolist() == [getattr(e, field) for e in ENTRIES]
    assert found["Kind"].tolist() == [e.kind.replace("_", " ") for e in ENTRIES]
