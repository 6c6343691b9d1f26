"""A workbook in which every sheet has something to show, of an invented store's second month."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from exports import ACCOUNT, Entry, aside, export
from gifts import FEBRUARY, close, gift, taken_back, write
from odd_texts import KEPT, REPLACED

from reconcile.campaigns import CampaignRegister, read_campaigns
from reconcile.errors import UnreadableFile
from reconcile.statement import Account
from reconcile.store import open_store

REFUSED = UnreadableFile("=it is a letter", file=f"{ACCOUNT}.txt", line=3, do="Save the export again.")
ODD = [*KEPT, *(text for text, _ in REPLACED), "_x005F_x005F_x0041_", "x00x005F_5F_", "_x000D_", "both\r\nends\r"]


def _register(idb: str) -> CampaignRegister:
    rows = [
        ("IDB", "Idlib Appeal", idb, "", "2026-02-04"),
        ("YEM", "Yemen Emergency", "Yemen", "2026-01-01", ""),
        ("_x0041_", "=1+1", "'Quoted", "", ""),
    ]
    return read_campaigns(pd.DataFrame(rows, columns=["code", "name", "aliases", "opens", "closes"]))


def write_full(folder: Path) -> Path:
    """The path of the workbook."""
    january = [gift("IDB ZAKAT"), gift("P MOKOENA", 50, 10), gift("YEMEN", 30, 20)]
    own = [
        gift("YEMEN", 1_234_567, FEBRUARY),
        gift("J NDLOVU", 70, FEBRUARY + 1),
        gift("S KHUMALO", 80, FEBRUARY + 1),
        gift("NAIDOO", 90, FEBRUARY + 2),
        taken_back("IDB ZAKAT", day=FEBRUARY + 3),
        Entry(FEBRUARY + 4, 0, reference="NOTHING MOVED"),
        gift("IDB", 60, FEBRUARY + 5),
        *(Entry(FEBRUARY + 6, n * 101, reference=text) for n, text in enumerate(ODD, start=1)),
    ]
    rows = [*january, *own]
    with open_store(folder / "books.db") as store:
        names = store.add(export(rows, 0, 3, file="january.csv")).rows["transaction_id"].tolist()
        store.match(_register("Idleb"))
        close(store)
        torn = {"quarantined": aside(7_00, "=a.csv"), "warnings": ("=2+2",), "file": "=a.csv"}
        names += store.add(export(rows, 3, **torn)).rows["transaction_id"].tolist()
        store.add(export(rows, 3, 6, file="b.csv", texts={4: "FNB APP PAYMENT FROM  SOMEBODY ELSE"}))
        last = [gift("YEMEN", 5, FEBRUARY + 9), gift("YEMEN", 6, FEBRUARY + 20)]
        other = {"account": Account(ACCOUNT[:-1] + "2", "=Appeals")}
        for at in (0, 1):
            store.add(export(last, at, at + 1, opening=5_000_00 + at * 100_00, file=f"other {at}", **other))
        store.match(_register("Idleb"))
        store.match(_register("Idleb|Naidoo"))
        of = dict(zip((e.reference for e in rows if e.cents), names, strict=True))
        store.decide(of["P MOKOENA"], ("YEM", None), by="Thandi", reason="=late")
        store.decide(of["S KHUMALO"], [("IDB", "zakat", "79.99"), (None, None, "0.01")], by="Thandi")
        store.decide(of["NAIDOO"], ("YEM", "lillah"), by="_x0041_", reason="her\r\nletter", evidence="x005F_")
        store.undo(of["NAIDOO"], by="Thandi", reason="a slip")
        view = store.month("2026-02")
        assert view is not None
        return write(folder / "full.xlsx", view, _register("Idleb|Naidoo"), refused=[REFUSED])
