"""Exceptions: whatever did not go the plain way, in one list: refused, set aside, disputed, missing, odd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd

from reconcile import money
from reconcile.errors import ReconcileError, ReviewRefused
from reconcile.facts import grouped
from reconcile.merging import set_aside_once
from reconcile.merging.conflicts import TO_SETTLE
from reconcile.reporters.book import ROW_HASH, Book, table_names
from reconcile.reporters.book import TableColumnShown as Column
from reconcile.reporters.celltext import clean, clean_column
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import over
from reconcile.reporters.sheets.by_campaign import open_days, outside_its_days
from reconcile.schema import DAY, TEXT

COLUMNS = (
    Column("What", "text", 16, 24, wrap=True),
    Column("File", "text", 12, 30, wrap=True),
    Column("Line", "number", 6.5, 6.5),
    Column("Date", "day", 10.5, 10.5),
    Column("Amount", "amount", 14.5, 14.5),
    Column("As it stood", "text", 20, 50, wrap=True),
    Column("What was found, and what was done", "text", 34, 60, wrap=True),
    ROW_HASH,
)
SAID = COLUMNS[-2].heading
REFUSED, ASIDE, GAP, NOTICE, OUTSIDE = "file refused", "row set aside", "gap", "notice", "outside its appeal"
WARNING, REPLACED, NOT_TAKEN = "warning", "text replaced", "decision not taken"


class _Exceptions:
    order = 36

    def write(self, book: Book, contents: Contents) -> None:
        """Add the sheet Exceptions; it is there, and says so, when there are none."""
        kinds: tuple[Callable[[Contents], Sequence[Row] | pd.DataFrame], ...] = (
            _refused,
            _aside,
            _conflicts,
            _gaps,
            partial(_outside, book),
            _warnings,
            _notices,
        )
        rows = pd.concat([_frame(found(contents)) for found in kinds], ignore_index=True)
        raw = rows["What"].isin([ASIDE, *TO_SETTLE])
        texts, banks = (contents.words(rows["As it stood"], payers_own=whole) for whole in (True, False))
        rows = rows.assign(**{"As it stood": texts.where(raw, banks), SAID: contents.said(rows[SAID])})
        for heading in (column.heading for column in COLUMNS if column.holds == "text"):
            masked: pd.Series[Any] = rows[heading].map(contents.masked, na_action="ignore")
            rows[heading] = clean_column(pd.Series(masked.array, index=masked.index, dtype=TEXT), heading)[0]
        words = {0: "No exception", 1: "1 exception"}.get(len(rows), f"{grouped(len(rows))} exceptions")
        about = "refused, set aside, disputed, missing, or odd; notices moved no money"
        for sheet in book.long_sheets("Exceptions", "Exceptions", f"{words} · {about}", COLUMNS, rows):
            sheet.sheet_properties.tabColor = "A33B3B"
        for what, place in ((ASIDE, "aside"), (NOTICE, "notice")):
            own = rows[rows["What"].eq(what)]
            value = money.total(own.loc[own["Amount"].notna(), "Amount"])
            tables = table_names("Exceptions", len(rows))
            where = f'{{0}}[What],"{what}"'
            book.places[f"{place} amount"] = over(tables, f"SUMIFS({{0}}[Amount],{where})", value)
            book.places[f"{place} count"] = over(tables, f"COUNTIFS({where})", len(own))


Row = tuple[str, str | None, int | None, object, Decimal | None, str | None, str]


def _frame(rows: Sequence[Row] | pd.DataFrame) -> pd.DataFrame:
    headings = [c.heading for c in COLUMNS if c.holds != "hash"]
    frame = rows[headings] if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=headings, dtype=object)
    amounts = frame["Amount"]
    if amounts.dtype != money.AMOUNT:
        amounts = pd.Series([None if pd.isna(a) else a for a in amounts], dtype=money.AMOUNT)
    return frame.assign(
        Amount=amounts,
        Date=pd.Series(pd.to_datetime(frame["Date"]), dtype=DAY),
        Line=frame["Line"].astype("Int64"),
        **{h: frame[h].astype(TEXT) for h in ("What", "File", "As it stood", SAID)},
    )


def _refused(contents: Contents) -> list[Row]:
    return [
        (NOT_TAKEN if isinstance(f, ReviewRefused) else REFUSED, f.file, f.line, None, None, None, said(f))
        for f in contents.beside.refused
    ]


def said(fault: ReconcileError) -> str:
    """What a fault says, without where it is."""
    return f"{fault.what}. {fault.do}" if fault.do else fault.what


def _warnings(contents: Contents) -> list[Row]:
    told = [(s.source.name, warning) for s in contents.statements for warning in s.warnings]
    found: list[Row] = [(WARNING, name, None, None, None, None, warning) for name, warning in told]
    if contents.replaced_texts:
        said = f"{contents.replaced_texts} texts hold characters no worksheet can show, or that reverse the reading "
        said += "order; each such character stands as \N{REPLACEMENT CHARACTER}"
        found.append((REPLACED, "this workbook", None, None, None, None, said))
    return found


def _aside(contents: Contents) -> pd.DataFrame:
    rows = set_aside_once(contents.statements)
    said = rows["reason"] + rows["amount"].isna().map({True: "; no balance tells its amount", False: ""})
    return _renamed(rows, ASIDE, text=rows["text"], said=said, day=None)


def _conflicts(contents: Contents) -> list[Row]:
    found: list[Row] = []
    for row in contents.merged.conflicts.to_dict("records"):
        there = row["other_source"] + ("" if pd.isna(row["other_line"]) else f", line {row['other_line']}")
        if not pd.isna(row["other_date"]) and row["other_date"] != row["date"]:
            there += f", {row['other_date']:%Y-%m-%d}"
        text = "" if pd.isna(row["other_text"]) else f': "{row["other_text"]}"'
        said = f"{row['reason']} · {there}{text}"
        found.append((row["kind"], row["source"], row["line"], row["date"], row["amount"], row["text"], said))
    return found


def _gaps(contents: Contents) -> list[Row]:
    found: list[Row] = []
    for gap in contents.merged.gaps.to_dict("records"):
        names = [gap[n] for n in ("from_source", "to_source") if not pd.isna(gap[n])]
        balances = (("it leads to", gap["closing"]), ("it goes on with", gap["opening"]))
        leads = [f"{words} {money.shown(balance)}" for words, balance in balances if not pd.isna(balance)]
        days = [f"{word} {gap[word]:%Y-%m-%d}" for word in ("after", "before") if not pd.isna(gap[word])]
        said = "; ".join([gap["reason"], *leads, f"account {gap['account']}"])
        amount = None if pd.isna(gap["missing"]) else gap["missing"]
        found.append((GAP, " and ".join(names), None, None, amount, " ".join(days), said))
    return found


def _outside(book: Book, contents: Contents) -> pd.DataFrame:
    lines = contents.lines[outside_its_days(book, contents)]
    days = {clean(c.code): open_days(c) for c in contents.campaigns.campaigns}
    campaign = lines["Campaign"].astype(TEXT)
    said = campaign + " was open " + campaign.map(days) + ", not on this day; it is credited"
    frame = lines[["File", "Line", "Date", "Amount"]].assign(What=OUTSIDE)
    return frame.assign(**{"As it stood": lines["Description"], SAID: said})


def _notices(contents: Contents) -> pd.DataFrame:
    rows = pd.concat([s.notices for s in contents.statements], ignore_index=True)
    said = pd.Series("a row that moves no money; it is counted nowhere", index=rows.index, dtype=TEXT)
    return _renamed(rows, NOTICE, text=rows["description"], said=said, day="date")


def _renamed(
    rows: pd.DataFrame, what: str, *, text: pd.Series[str], said: pd.Series[str], day: str | None
) -> pd.DataFrame:
    frame = pd.DataFrame({"File": rows["source"], "Line": rows["line"], "Amount": rows["amount"]})
    dates = rows[day] if day else pd.Series(pd.NaT, index=rows.index)
    return frame.assign(What=what, Date=dates, **{"As it stood": text, SAID: said})


SHEET = _Exceptions()
