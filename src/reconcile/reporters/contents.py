"""What the sheets show: every transaction with its match as one frame of lines, and the figures of each account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.books.gifts import ExplodedPayouts, gift_ids
from reconcile.books.reversals import links_among
from reconcile.errors import FrameRefused
from reconcile.matching.narrative import narrate
from reconcile.matching.totals import UNSPECIFIED
from reconcile.merging import AccountFigures, Merged, given_statements, merge_statements
from reconcile.reporters.beside import NOTHING, Beside
from reconcile.reporters.celltext import arrow_text, clean, clean_column, coded_column
from reconcile.reporters.masking import kept_words, mask_findings, mask_quoted, mask_texts
from reconcile.reporters.matched import checked_matches, in_parts
from reconcile.reporters.options import PLAIN, Options
from reconcile.schema import (
    CHANGES,
    DECIDED_LATER,
    DECISIONS,
    MATCHES,
    REVERSALS,
    TEXT,
    TRANSACTIONS,
)
from reconcile.statement import Account, Statement

if TYPE_CHECKING:
    from reconcile.campaigns import CampaignRegister, FundVocabulary

NO_FUND = "no fund"
NO_CAMPAIGN = "no campaign"
TAKEN_APART = ("Channel", "Bank or place", "Payer's words")
"""What of a line's description is shown once more, part by part."""

PAYOUT = "Payout"
"""The heading of the payout that a line is a part of, where payouts were exploded."""

REMEMBERED = 20_000
"""So many texts, of a column in which a few come again and again, are taken apart once."""

FIRST_DAY = pd.Timestamp("1900-03-01")
"""Before it Excel counts days wrongly: it takes 1900 for a leap year (https://learn.microsoft.com/office/troubleshoot/
excel/wrongly-assumes-1900-is-leap-year)."""


@dataclass(frozen=True, eq=False)
class Contents:
    """Everything the sheets show.

    `lines` has a row per transaction under the headings of the Transactions sheet (and `Candidates`; without
    `TAKEN_APART`, and without `PAYOUT` where no payouts were exploded), its texts cleaned; `texts` are their
    descriptions and references as the bank wrote them, `cents` their amounts in whole cents.
    """

    statements: tuple[Statement, ...]
    merged: Merged
    lines: pd.DataFrame
    texts: pd.DataFrame
    cents: npt.NDArray[np.int64]
    accounts: tuple[AccountFigures, ...]
    campaigns: CampaignRegister
    funds: FundVocabulary | None
    settings: Mapping[str, str]
    replaced_texts: int
    masks: Mapping[str, str]
    decided_later: pd.DataFrame
    """What was decided of gifts of closed months and counts here, under the headings of its sheet."""
    beside: Beside = NOTHING
    options: Options = PLAIN
    kept: frozenset[str] | None = None
    """The words that a masked workbook shows, None where nothing is masked."""

    def words(self, texts: pd.Series[Any], *, payers_own: bool = False) -> pd.Series[Any]:
        """Texts of the bank or of people as the workbook shows them: `payers_own` have no words of the bank."""
        return texts if self.kept is None else mask_texts(texts, self.kept, payers_own=payers_own)

    def people(self, texts: pd.Series[Any]) -> pd.Series[Any]:
        """Who gave, as the workbook shows it: what is known to be a name is hidden whole, whatever the register has."""
        return texts if self.kept is None else mask_texts(texts, frozenset(), payers_own=True)

    def said(self, texts: pd.Series[Any]) -> pd.Series[Any]:
        """Texts of the library as the workbook shows them: payers' words stand in quotes in them."""
        return texts if self.kept is None else mask_quoted(texts, self.kept)

    def taken_apart(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Some of `lines` with the columns `TAKEN_APART`: the channel, the bank or place named, the payer's own words.

        For as many lines as are written in one go: of all of them these texts are as much as the rest.
        """
        given = self.texts.loc[lines.index]
        columns = [arrow_text(given[name]).to_pylist() for name in ("description", "bank_reference")]
        told = [self._parts(*texts) for texts in zip(*columns, strict=True)]
        values_of = zip(*told, strict=True) if told else ([],) * len(TAKEN_APART)
        parts = {
            heading: clean_column(pd.Series(pd.array(list(values), dtype="str"), index=lines.index), heading)[0]
            for heading, values in zip(TAKEN_APART, values_of, strict=True)
        }
        parts[TAKEN_APART[-1]] = self.words(parts[TAKEN_APART[-1]], payers_own=True)
        return lines.assign(**parts)

    @cached_property
    def _parts(self) -> Callable[[str, str | None], tuple[str | None, str | None, str | None]]:
        return lru_cache(REMEMBERED)(_parts_of_text)

    def about(self, ids: pd.Series[Any]) -> pd.DataFrame:
        """The lines of some transactions, in their order: of a split one the first, of an unknown one an empty one."""
        first = self.lines.drop_duplicates("Transaction id").set_index("Transaction id", drop=False)
        found = first.reindex(ids.to_numpy()).set_axis(ids.index)
        return found.astype({"Line": "Int64"} | dict.fromkeys(found.select_dtypes("category"), TEXT))

    def masked(self, text: str) -> str:
        """The text with account numbers as the workbook shows them, safe to print."""
        for number, label in self.masks.items():
            text = text.replace(number, label)
        return clean(text)

    def label(self, account: Account) -> str:
        """The account as the workbook shows it."""
        return self.masks.get(account.number, account.number)

    @property
    def first_day(self) -> date | None:
        """First day of any statement, None when nothing has a day."""
        return min((s.period.start for s in self.statements if s.period), default=None)

    @property
    def last_day(self) -> date | None:
        """Last day of any statement, None when nothing has a day."""
        return max((s.period.end for s in self.statements if s.period), default=None)

    @property
    def period(self) -> str:
        """First to last day in words."""
        return f"{self.first_day} to {self.last_day}" if self.last_day else "no days: the statements have no rows"


def gather(
    statements: Sequence[Statement],
    matches: pd.DataFrame,
    *,
    campaigns: CampaignRegister,
    funds: FundVocabulary | None,
    settings: Mapping[str, str] | None,
    options: Options = PLAIN,
    merged: Merged | None = None,
    parts: pd.DataFrame | None = None,
    beside: Beside = NOTHING,
) -> Contents:
    """Everything the sheets show; raises FrameRefused unless the matches are those of exactly these transactions.

    `merged` are the statements merged already; `parts` the campaigns, funds and amounts of movements that were split.
    """
    ordered = sorted(given_statements(statements), key=lambda s: (s.source.name, s.account.number, s.source.sha256))
    merged = merged or merge_statements(ordered)
    rows = merged.transactions if beside.exploded is None else _with_gifts(beside.exploded, merged)
    found = checked_matches(MATCHES.check(matches), rows["transaction_id"])
    later = DECIDED_LATER.empty() if beside.decided_later is None else DECIDED_LATER.check(beside.decided_later)
    accounts = [s.account for s in ordered] + [Account(number) for number in later["account"].unique()]
    masks = {} if options.full_account_numbers else _labels(accounts)
    beside = _checked(beside, merged.transactions, found)
    if parts is not None and len(parts):
        rows, found = in_parts(rows, found, parts)
    lines, replaced = _lines(rows, found, masks, beside.exploded)
    later, replaced_later = _later(later, masks)
    kept = kept_words(campaigns, funds) if options.mask else None
    if kept is not None:
        lines, later = _hidden(lines, kept), _hidden(later, kept)
    return Contents(
        statements=tuple(ordered),
        merged=merged,
        lines=lines,
        texts=rows[["description", "bank_reference"]],
        cents=money.cents(rows["amount"]),
        accounts=merged.accounts,
        campaigns=campaigns,
        funds=funds,
        settings=dict(settings or {}),
        replaced_texts=replaced + replaced_later,
        masks=masks,
        decided_later=later,
        beside=beside,
        options=options,
        kept=kept,
    )


def _hidden(lines: pd.DataFrame, kept: frozenset[str]) -> pd.DataFrame:
    """The lines without the words of payers."""
    found = lines.assign(Description=mask_texts(lines["Description"], kept))
    if "Bank reference" in found:
        found["Bank reference"] = mask_texts(found["Bank reference"], kept, payers_own=True)
    for heading in ("Evidence", "Candidates"):
        if heading in found:
            found[heading] = mask_findings(found[heading], kept)
    if "Decided by" in found:  # the reason is what people typed
        return found.assign(Reason=mask_texts(found["Reason"], kept, payers_own=True))
    return found.assign(Reason=mask_findings(found["Reason"], kept))


def _checked(beside: Beside, rows: pd.DataFrame, found: pd.DataFrame) -> Beside:
    """The same, each frame with its columns; which reversal takes back what is looked for where nobody keeps it."""
    whole = found if beside.exploded is None else beside.exploded.of_the_bank(found)
    reversals = links_among(rows, whole) if beside.reversals is None else REVERSALS.check(beside.reversals)
    return replace(
        beside,
        reversals=reversals,
        originals=TRANSACTIONS.empty() if beside.originals is None else TRANSACTIONS.check(beside.originals),
        decisions=None if beside.decisions is None else DECISIONS.check(beside.decisions),
        changes=None if beside.changes is None else CHANGES.check(beside.changes),
    )


def _with_gifts(exploded: ExplodedPayouts, merged: Merged) -> pd.DataFrame:
    """The transactions with the gifts of payouts in them; raises FrameRefused for gifts of other transactions."""
    gifts = exploded.gifts[exploded.gifts["transaction_id"].notna()]
    own = exploded.transactions["transaction_id"]
    if not own[~own.isin(gift_ids(gifts))].reset_index(drop=True).equals(merged.transactions["transaction_id"]):
        do = "Explode them among merge_statements(statements).transactions."
        raise FrameRefused("the payouts were exploded among other transactions", do=do)
    return exploded.transactions


def _labels(accounts: Sequence[Account]) -> dict[str, str]:
    """Account number -> its last four digits, told apart by a letter where two accounts share them."""
    shown = {account.number: account.shown for account in accounts}
    numbers = sorted(shown)
    alike: dict[str, list[str]] = {}
    for number in numbers:
        alike.setdefault(shown[number], []).append(number)
    return {
        number: label if len(group) == 1 else f"{label} ({chr(ord('a') + i) if i < 26 else i})"
        for label, group in alike.items()
        for i, number in enumerate(group)
    }


def _lines(
    rows: pd.DataFrame, found: pd.DataFrame, masks: Mapping[str, str], exploded: ExplodedPayouts | None
) -> tuple[pd.DataFrame, int]:
    if len(rows) and rows["date"].min() < FIRST_DAY:
        raise FrameRefused(f"the date {rows['date'].min():%Y-%m-%d} is before 1900-03-01", do="Correct the date.")
    status = found["status"]
    unnamed = found["campaign"].isna() & (status.eq("matched") | status.eq("decided"))
    lines = pd.DataFrame(
        {
            "Date": rows["date"],
            "Account": rows["account"],
            "Amount": rows["amount"],
            "Balance": rows["balance"],
            "Description": rows["description"],
            "Bank reference": rows["bank_reference"],
            "Campaign": found["campaign"].mask(unnamed, NO_CAMPAIGN) if unnamed.any() else found["campaign"],
            "Fund": found["fund"],
            "Kind": found["kind"],
            "Status": status,
            "Confidence": found["confidence"],
            "Rule": found["rule"],
            "Evidence": found["evidence"],
            "Reason": found["reason"],
            "Candidates": found["candidates"],
            "File": rows["source"],
            "Line": rows["line"],
            "Transaction id": rows["transaction_id"],
        },
        copy=False,  # what is as it was given is shared
    )
    if exploded is not None:
        lines[PAYOUT] = rows["transaction_id"].map(exploded.payout_of).astype(TEXT)
    lines, replaced = _cleaned(lines, masks)
    kind = found["kind"]
    without = status.eq("not_donation") | ~(kind.eq("donation") | kind.eq("reversal"))
    lines["Fund"] = _said_of_none(lines["Fund"], without & status.ne("review"))
    return lines, replaced


def _said_of_none(funds: pd.Series[Any], without: pd.Series[Any]) -> pd.Series[Any]:
    """The funds, categories, with what is said of a line that has none: `without` are lines that need none."""
    more = [word for word in (UNSPECIFIED, NO_FUND) if word not in funds.cat.categories]
    said: pd.Series[Any] = funds.cat.add_categories(more)
    return said.mask(funds.isna() & without, NO_FUND).fillna(UNSPECIFIED)


def _parts_of_text(description: str, reference: str | None) -> tuple[str | None, str | None, str | None]:
    told = narrate(description, reference)
    payers = "" if told.kind in ("fee", "bank_interest") else told.payer
    return told.channel or None, told.counterparty or told.place or None, payers or None


def _later(rows: pd.DataFrame, masks: Mapping[str, str]) -> tuple[pd.DataFrame, int]:
    credited = rows["campaign"].notna()
    shown = {
        "Date": rows["date"],
        "Account": rows["account"],
        "Amount": rows["amount"],
        "Description": rows["description"],
        "Campaign": rows["campaign"].fillna(NO_CAMPAIGN),
        "Fund": rows["fund"].fillna(UNSPECIFIED).where(credited, NO_FUND),
        "Decided by": rows["by"],
        "Decided on": rows["on"].str.slice(0, 10),
        "Reason": rows["reason"],
        "File": rows["source"],
        "Line": rows["line"],
        "Transaction id": rows["transaction_id"],
    }
    return _cleaned(pd.DataFrame(shown), masks)


def _cleaned(lines: pd.DataFrame, masks: Mapping[str, str]) -> tuple[pd.DataFrame, int]:
    """The lines with texts that a cell can show, and how many of those that were given these differ from."""

    def labels(numbers: pa.Array) -> pa.Array:
        return pa.array([masks.get(number, number) for number in numbers.to_pylist()], numbers.type)

    def as_given(words: pa.Array) -> pa.Array:
        return words

    in_words = {
        "Account": labels,
        "Campaign": as_given,
        "Fund": as_given,
        "Status": as_given,
        "Kind": lambda kinds: pc.replace_substring(kinds, "_", " "),
        "File": lambda names: _without(names, masks),
    }
    replaced = 0
    for heading in lines.columns:
        if heading in in_words:
            lines[heading], changed = coded_column(lines[heading], heading, in_words[heading])
        elif heading in ("Date", "Amount", "Balance", "Confidence", "Line"):
            continue
        else:
            lines[heading], changed = clean_column(lines[heading], heading)
        replaced += changed
    return lines, replaced


def _without(texts: pa.Array, words: Mapping[str, str]) -> pa.Array:
    """The texts with other words for these wherever they stand."""
    for word, other in words.items():
        texts = pc.replace_substring(texts, word, other)
    return texts
