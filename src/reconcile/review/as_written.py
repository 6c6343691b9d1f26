"""What a workbook was made from, as its own sheets tell it: register, funds, settings, decisions, receipts, payouts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import pandas as pd

from reconcile import money
from reconcile.books.links import GATEWAY_FEE, LINKED
from reconcile.campaigns import Campaign, CampaignRegister, Fund, FundVocabulary
from reconcile.errors import ReconcileError, ReviewRefused
from reconcile.matching.totals import UNSPECIFIED
from reconcile.reporters.book import HEAD_ROW
from reconcile.reporters.contents import NO_CAMPAIGN, NO_FUND
from reconcile.reporters.month import MADE_FROM
from reconcile.reporters.options import Options
from reconcile.reporters.sheets import payout_gifts
from reconcile.reporters.sheets import receipts as receipts_sheet
from reconcile.reporters.sheets.control import (
    A_TABLE,
    BUILT_IN,
    LIMITS,
    NO_FILE,
    ORIGINS,
    SETTING,
)
from reconcile.reporters.sheets.exceptions import NOT_TAKEN, REFUSED, SAID
from reconcile.reporters.sheets.only_bank import NAME as ONLY_BANK
from reconcile.reporters.sheets.register import BY_PEOPLE, NOT_A_GIFT
from reconcile.review.cells import Book
from reconcile.review.seals import table_of
from reconcile.schema import DECISIONS, MATCHES, PAYOUTS, RECEIPTS

FUND_VOCABULARY = "Fund vocabulary"
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


class AsWritten:
    """What stands on the sheets of a workbook; raises ReviewRefused for what is not understood any more."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @cached_property
    def _told(self) -> dict[str, Any]:
        """What the sheet Control says of register, settings and options: labels, and the texts in the third column."""
        control = self.book.sheets.get("Control", {})
        first = {row: cell.value for (row, column), cell in control.items() if column == 1}
        rows = {label: row for row, label in first.items()}
        inside = range(rows.get(ORIGINS, 0), rows.get(LIMITS, 0))
        return {str(first[row]): control[row, 3].value for row in inside if row in first and (row, 3) in control}

    @property
    def month(self) -> str:
        """The month of a store that it shows, empty where it was made from statement files."""
        said = str(self._told.get("Made from", ""))
        month = said.removeprefix(MADE_FROM)
        return month if said.startswith(MADE_FROM) and _MONTH.fullmatch(month) else ""

    @property
    def settings(self) -> dict[str, str]:
        """The thresholds it was decided with."""
        return {k.removeprefix(SETTING): str(v) for k, v in self._told.items() if k.startswith(SETTING)}

    @cached_property
    def options(self) -> Options:
        """What it shows on request."""
        with self._understood("Control"):
            return Options.of({k: str(v) for k, v in self._told.items()})

    @property
    def campaigns(self) -> CampaignRegister:
        """The register as the workbook has it."""
        rows = [r for r in self.records("Register") if r.get("Campaign") != NOT_A_GIFT]
        with self._understood("Register"):
            campaigns = tuple(
                Campaign(
                    str(r["Campaign"]),
                    str(r["Name"] or ""),
                    _parts(r["Also called"]),
                    _day(r["Opens"]),
                    _day(r["Closes"]),
                )
                for r in rows
            )
        return CampaignRegister(campaigns, *self._file("Campaign register", A_TABLE))

    @property
    def funds(self) -> FundVocabulary | None:
        """The vocabulary as the workbook has it, None where it was made without."""
        if FUND_VOCABULARY not in self._told:
            return None
        rows = [r for r in self.records("Funds") if r.get("Fund") != UNSPECIFIED]
        with self._understood("Funds"):
            funds = tuple(
                Fund(str(r["Fund"]), _parts(r.get("Spelt")), automatic=r.get("What it is") != BY_PEOPLE) for r in rows
            )
        return FundVocabulary(funds, *self._file(FUND_VOCABULARY, BUILT_IN))

    @property
    def funds_file(self) -> tuple[str, str]:
        """What the sheet Control says of the file of the vocabulary: its name and its SHA-256."""
        return str(self._told.get(FUND_VOCABULARY)), str(self._told.get(f"{FUND_VOCABULARY}, SHA-256"))

    def _file(self, label: str, without: str) -> tuple[str | None, str | None]:
        """The name and the SHA-256 of a file that a register was read from."""
        name, sha256 = str(self._told.get(label, without)), str(self._told.get(f"{label}, SHA-256", NO_FILE))
        return None if name == without else name, None if sha256 == NO_FILE else sha256

    @property
    def matches(self) -> pd.DataFrame:
        """The decisions as they stand in the workbook."""
        candidates = {r.get("Transaction id"): r.get("Candidates") for r in self.records("To review")}
        rows: dict[Any, tuple[Any, ...]] = {}
        with self._understood("Transactions"):
            for r in self.lines:
                name, status = r.get("Transaction id"), r.get("Status")
                campaign, fund = _place(r)
                if name in rows:  # a part of one that was split
                    campaign, fund = None, None
                kind = str(r.get("Kind") or "").replace(" ", "_")
                share = r.get("Confidence")
                facts = (r.get("Rule"), r.get("Evidence"), candidates.get(name), r.get("Reason"))
                rows[name] = (name, status, campaign, fund, kind, None if share is None else float(share), *facts)
            frame = pd.DataFrame(list(rows.values()), columns=MATCHES.names)
            return MATCHES.check(frame.astype({"confidence": "float64"}))

    @property
    def parts(self) -> pd.DataFrame:
        """The parts of payments that were split, as the lines of the workbook have them."""
        rows = [(r.get("Transaction id"), *_place(r), r.get("Amount")) for r in self.lines]
        frame = pd.DataFrame(rows, columns=["transaction_id", "campaign", "fund", "amount"])
        split = frame[frame["transaction_id"].duplicated(keep=False)].reset_index(drop=True)
        with self._understood("Decisions"):
            return split.assign(amount=money.exact(split["amount"].astype("float64")))

    @property
    def decisions(self) -> pd.DataFrame | None:
        """What people decided, as it stands in the workbook; None where it has no such sheet."""
        rows = [
            (
                r.get("Decision"),
                r.get("Transaction id"),
                r.get("Amount"),
                None if r.get("Campaign") == NOT_A_GIFT else r.get("Campaign"),
                None if r.get("Fund") == UNSPECIFIED else r.get("Fund"),
                *(r.get(h) for h in ("Before", "Decided by", "Decided on", "Reason", "Evidence", "State")),
            )
            for r in self.records("Decisions")
        ]
        with self._understood("Decisions"):
            return DECISIONS.check(pd.DataFrame(rows, columns=DECISIONS.names)) if rows else None

    @property
    def receipts(self) -> pd.DataFrame:
        """The receipts as they stand in the workbook."""
        with self._understood("Receipts"):
            rows = [[r.get(heading) for heading in receipts_sheet.AS_READ] for r in self.records("Receipts")]
            frame = pd.DataFrame(rows, columns=RECEIPTS.names)
            amounts = money.exact(frame["amount"].astype("float64"))
            return RECEIPTS.check(frame.assign(amount=amounts, line=frame["line"].astype("Int64")))

    @property
    def payouts(self) -> pd.DataFrame:
        """The gifts of a gateway's report as they stand in the workbook."""
        with self._understood(payout_gifts.NAME):
            records = self.records(payout_gifts.NAME)
            frame = pd.DataFrame(
                [[r.get(heading) for heading in payout_gifts.AS_READ] for r in records], columns=PAYOUTS.names
            )
            amounts = {name: _cents_told(frame[name]) for name in ("gross", "fee", "net")}
            return PAYOUTS.check(frame.assign(**amounts, line=frame["line"].astype("Int64")))

    @property
    def fees(self) -> pd.DataFrame:
        """What gateways kept, as it stands in the workbook: a payout for each batch that is short of its receipts."""
        with self._understood(ONLY_BANK):
            records = self.records(ONLY_BANK)
            fees = {r["Transaction id"]: r["Amount"] for r in records if r.get("Why") == GATEWAY_FEE}
            linked = receipts_sheet.STATES[LINKED]
            rows = [
                r for r in self.records("Receipts") if r.get("Bank lines") in fees and r.get("At the bank") == linked
            ]
            own = pd.DataFrame(rows, columns=["Batch", "Bank lines", "Date", "Amount"])
            gross = own.groupby(["Batch", "Bank lines"])
            found = gross.agg(date=("Date", "max"), gross=("Amount", "sum")).reset_index()
            fee, whole = -_cents_told(found["Bank lines"].map(fees)), _cents_told(found["gross"])
            told = {"payout": found["Batch"], "date": found["date"], "gift": found["Batch"], "gross": whole, "fee": fee}
            return PAYOUTS.check(pd.DataFrame({**told, "net": whole - fee, **dict.fromkeys(PAYOUTS.names[6:])}))

    @property
    def refused_files(self) -> list[ReconcileError]:
        """The files that could not be read when it was made."""
        return self._refused(REFUSED, ReconcileError)

    @property
    def refused_decisions(self) -> list[ReconcileError]:
        """The decisions that could not be taken when it was made."""
        return self._refused(NOT_TAKEN, ReviewRefused)

    def _refused(self, what: str, kind: type[ReconcileError]) -> list[ReconcileError]:
        rows = [r for r in self.records("Exceptions") if r.get("What") == what]
        return [kind(str(r.get(SAID)), file=r.get("File"), line=r.get("Line")) for r in rows]

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The rows of the sheets Transactions, by heading."""
        return self.records("Transactions")

    def records(self, name: str) -> list[dict[str, Any]]:
        """The rows of a sheet's table, and of those that go on with it, by heading."""
        found = []
        number = 1
        while (own := name if number == 1 else f"{name} {number}") in self.book.sheets:
            cells = self.book.sheets[own]
            heads = table_of(cells) or {}
            rows = sorted({row for row, _ in cells if row > HEAD_ROW})
            found += [{h: cells[r, c].value if (r, c) in cells else None for h, c in heads.items()} for r in rows]
            number += 1
        return found

    @contextmanager
    def _understood(self, name: str) -> Iterator[None]:
        """What somebody made of a sheet may be no register and no decision any more."""
        try:
            yield
        except (KeyError, ValueError, TypeError, OverflowError) as fault:
            what = f'what stands on the sheet "{name}" is not understood'
            do = "Take the workbook as it was written, and the version of reconcile that its sheet Control names."
            raise ReviewRefused(what, file=self.book.name, do=do) from fault


def _parts(text: Any) -> tuple[str, ...]:
    return tuple(part for part in str(text or "").split(" | ") if part)


def _day(value: Any) -> Any:
    return None if value is None else pd.Timestamp(value).date()


def _place(row: dict[str, Any]) -> tuple[Any, Any]:
    campaign, fund = row.get("Campaign"), row.get("Fund")
    return None if campaign == NO_CAMPAIGN else campaign, None if fund in (NO_FUND, UNSPECIFIED) else fund


def _cents_told(amounts: pd.Series[Any]) -> pd.Series[Any]:
    """Amounts as a spreadsheet gives them back, in binary fractions, as exact money."""
    return money.exact(amounts.astype("float64").round(2))
