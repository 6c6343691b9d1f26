"""explode_payouts: the gifts of a gateway's payouts in place of the bank lines that they were paid out in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.books.payouts import read_payouts
from reconcile.books.settlements import ASKED, AT_BANK, OTHER_AMOUNT, settlements
from reconcile.books.sides import aligned, lines_of
from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import ReconcileError, RegisterRefused, shown
from reconcile.facts import as_html, as_text
from reconcile.matching import match
from reconcile.matching.matches import match_words
from reconcile.matching.words import fold
from reconcile.schema import CREDITED, GIFTS, MATCHES, TEXT

GATEWAY_PAYOUT = "gateway payout"
"""The rule by which a line is what a gateway kept."""

_STROKE = "\N{FRACTION SLASH}"
"""In place of a stroke in the name of a payout, so that the one behind it is the first of an id."""

_DECISION = ("status", "campaign", "fund", "rule", "evidence", "reason")


@dataclass(frozen=True, eq=False)
class ExplodedPayouts:
    """The gifts of payouts in place of their bank lines.

    `transactions` and `matches` are those given, index 0, 1, …, with a row for each gift at gross, its id the payout, a
    stroke and the gift's number, its day its own or else the bank line's; the bank line's own row is left with what the
    gateway kept (`kind` fee, negative). So they add up to what they added up to before. `gifts` has every gift of the
    report (columns of `schema.GIFTS`), `settlements` every payout (columns of `schema.PAYOUT_LINES`).
    """

    transactions: pd.DataFrame
    matches: pd.DataFrame
    gifts: pd.DataFrame
    settlements: pd.DataFrame

    @property
    def fees(self) -> pd.DataFrame:
        """What the gateway kept of each payout at the bank: `payout`, `transaction_id`, `fee` (rand, positive)."""
        own = self.settlements[self.settlements["state"].eq(AT_BANK)]
        return own[["payout", "transaction_id", "fee"]].reset_index(drop=True)

    @property
    def unmatched(self) -> pd.DataFrame:
        """The payouts of which no bank line is sure, with the reason: columns of `schema.PAYOUT_LINES`."""
        return self.settlements[self.settlements["state"].ne(AT_BANK)].reset_index(drop=True)

    @property
    def refused(self) -> tuple[ReconcileError, ...]:
        """An error for each report of which a payout's gifts do not come to the bank line that prints its name."""
        odd = self.settlements[self.settlements["state"].eq(OTHER_AMOUNT)].set_index("payout")["reason"]
        first = self.gifts[self.gifts["payout"].isin(odd.index)].sort_values(["payout", "line"])
        first = first.drop_duplicates("payout").assign(source=first["source"].fillna(""))
        return tuple(
            RegisterRefused([f"{_line(n)}payout {shown(p, 40)}: {odd[p]}" for p, n in told], file=str(source) or None)
            for source, own in first.groupby("source")
            if (told := list(zip(own["payout"], own["line"], strict=True)))
        )

    @property
    def payout_of(self) -> pd.Series[str]:
        """For the id of each line that is a gift, or what the gateway kept, its payout."""
        there = self.gifts[self.gifts["transaction_id"].notna()].reset_index(drop=True)
        lines = self.fees
        ids = pd.concat([gift_ids(there), lines["transaction_id"]])
        return pd.Series(pd.concat([there["payout"], lines["payout"]]).to_numpy(), index=ids, dtype=TEXT)

    @property
    def bank_lines(self) -> pd.Series[str]:
        """The bank line of each of `transactions`: its own id, of a gift that of the line which brought it."""
        there = self.gifts[self.gifts["transaction_id"].notna()]
        line_of = dict(zip(gift_ids(there), there["transaction_id"], strict=True))
        ids = self.transactions["transaction_id"]
        return ids.map(line_of).astype(TEXT).fillna(ids)

    def of_the_bank(self, matches: pd.DataFrame) -> pd.DataFrame:
        """Matches of `transactions` with one row for each bank line again: one that was exploded is a settlement."""
        own = self.gifts[self.gifts["transaction_id"].notna()]
        lines = matches[~matches["transaction_id"].isin(gift_ids(own))].reset_index(drop=True)
        whole = lines["transaction_id"].isin(own["transaction_id"])
        return lines.assign(kind=lines["kind"].mask(whole, "settlement"))

    def facts(self) -> list[tuple[str, str]]:
        """What a person wants to know first, as label and text."""
        there = self.gifts[self.gifts["transaction_id"].notna()]
        credited, lines = there["status"].isin(CREDITED).sum(), self.settlements["state"].eq(AT_BANK).sum()
        amounts = (money.shown(money.total(there[name])) for name in ("gross", "fee", "net"))
        gross, fee, net = amounts
        return [
            ("Payouts", f"{len(self.settlements)}, {lines} at the bank"),
            ("Gifts", f"{len(self.gifts)}, {credited} credited, {len(there) - credited} for a person"),
            ("Gross", f"{gross} of the payouts at the bank"),
            ("Fees", fee),
            ("Net", f"{net}, what the bank has"),
        ]

    def __repr__(self) -> str:
        return as_text(self.facts())

    def _repr_html_(self) -> str:
        return as_html(self.facts())


def _line(number: Any) -> str:
    return "" if pd.isna(number) else f"line {number}, "


def gift_ids(gifts: pd.DataFrame) -> pd.Series[str]:
    """The id of each gift as a line of its own: its payout and its number, whichever bank line they come in."""
    found: pd.Series[str] = gifts["payout"].str.replace("/", _STROKE) + "/" + gifts["gift"]
    return found


def gift_id(payout: str, gift: str) -> str:
    """The id of one gift."""
    return f"{payout.replace('/', _STROKE)}/{gift}"


def number_of(name: str) -> str:
    """The number of a gift in its id."""
    return name.split("/", 1)[1]


def explode_payouts(
    transactions: pd.DataFrame,
    payouts: pd.DataFrame,
    campaigns: CampaignRegister,
    *,
    funds: FundVocabulary | None = None,
    matches: pd.DataFrame | None = None,
    max_wrong: float = 0,
) -> ExplodedPayouts:
    """The gifts of a gateway's report, each linked to campaign and fund, in place of the bank lines they came in.

    A payout's line is the one that prints its name and has its amount, or the only one of a gateway that has its amount
    within 7 days; of several none is taken, and one that has another amount than its gifts come to is refused by name.
    A gift is read by its `reference` alone, all of it the giver's own words, with the rules of `match` (`funds` and
    `max_wrong` are its own): what is not sure a person must say. `matches` are those of the transactions, matched here
    unless given; a line that a person decided stays as it is.

    Raises FrameRefused for frames that lack columns, have an id twice or not the same transactions, and RegisterRefused
    for what `read_payouts` refuses of a frame.
    """
    rows = lines_of(transactions).reset_index(drop=True)
    funds = funds or default_funds()
    if matches is None:
        matches = match(rows, campaigns, funds=funds, max_wrong=max_wrong)
    known = aligned(matches, rows["transaction_id"])
    by_people = known["transaction_id"][known["status"].eq("decided")]
    report = read_payouts(payouts)
    told = _with_lines(rows, report, found_lines(rows, report, by_people))
    words = _by_words(_gift_lines(rows, told), told, Register(campaigns, funds, max_wrong))
    return _exploded(rows, told, _in_place(known, told, words))


def exploded_as_decided(transactions: pd.DataFrame, payouts: pd.DataFrame, matches: pd.DataFrame) -> ExplodedPayouts:
    """The same where it was decided before: `matches` has a row for each gift at the bank already."""
    rows, report = lines_of(transactions).reset_index(drop=True), read_payouts(payouts)
    told = _with_lines(rows, report, settlements(rows, report))
    lines = _lines_of(rows, told)
    return _exploded(rows, told, aligned(matches, lines["transaction_id"]))


def exploded_as_settled(
    transactions: pd.DataFrame,
    report: pd.DataFrame,
    found: pd.DataFrame,
    matches: pd.DataFrame,
    of_gifts: Callable[[pd.DataFrame], pd.DataFrame],
) -> ExplodedPayouts:
    """The same where the bank line of each payout is known (`found`, columns of `schema.PAYOUT_LINES`).

    `matches` are those of the transactions, row by row; `of_gifts` has those of the gifts, given their lines.
    """
    told = _with_lines(transactions, report, found)
    gifts = of_gifts(_gift_lines(transactions, told))
    return _exploded(transactions, told, _in_place(matches, told, gifts))


def gift_lines(transactions: pd.DataFrame, report: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The gifts at the bank alone, as lines of their own: columns of `schema.TRANSACTIONS`."""
    return _gift_lines(transactions, _with_lines(transactions, report, found))


@dataclass(frozen=True, eq=False)
class Register:
    """What gifts are read with: campaigns, funds, and the share of credits that may be wrong."""

    campaigns: CampaignRegister
    funds: FundVocabulary
    max_wrong: float


def gifts_by_words(
    transactions: pd.DataFrame, report: pd.DataFrame, found: pd.DataFrame, how: Register
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series[str]]:
    """The gifts at the bank as lines, their matches by their words alone, and the bank line of each."""
    told = _with_lines(transactions, report, found)
    lines = _gift_lines(transactions, told)
    return lines, _by_words(lines, told, how), told.there["transaction_id"].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class _Told:
    """The gifts of a report with their bank lines, the payouts, and which row each exploded line is."""

    gifts: pd.DataFrame
    settlements: pd.DataFrame
    at: npt.NDArray[Any]
    """For each gift at the bank the row of its line."""

    @property
    def there(self) -> pd.DataFrame:
        return self.gifts[self.gifts["transaction_id"].notna()]


def found_lines(rows: pd.DataFrame, report: pd.DataFrame, decided: pd.Series[str]) -> pd.DataFrame:
    """The bank line of each payout, columns of `schema.PAYOUT_LINES`; one that a person decided is nobody's."""
    found = settlements(rows, report)
    return asked_instead(found, found["transaction_id"].isin(decided), "a person decided its bank line")


def asked_instead(found: pd.DataFrame, which: pd.Series[bool], why: object) -> pd.DataFrame:
    """The same, some of them a question for the reason `why`."""
    return found.assign(
        state=found["state"].mask(which, ASKED),
        reason=found["reason"].mask(which, why),
        transaction_id=found["transaction_id"].mask(which),
    )


def _with_lines(rows: pd.DataFrame, report: pd.DataFrame, found: pd.DataFrame) -> _Told:
    line_of = found.set_index("payout")["transaction_id"]
    gifts = report.assign(transaction_id=report["payout"].map(line_of).astype(TEXT))
    gifts = gifts.sort_values(["payout", "gift"], ignore_index=True)
    at_of = pd.Series(range(len(rows)), index=rows["transaction_id"])
    at = at_of.reindex(gifts["transaction_id"].dropna()).to_numpy(dtype=np.intp)
    return _Told(gifts, found, at)


def _lines_of(rows: pd.DataFrame, told: _Told) -> pd.DataFrame:
    """The transactions with the gifts in place of their lines, which are left with what the gateway kept."""
    gifts = _gift_lines(rows, told)
    lines, cents = np.unique(told.at), money.cents(rows["amount"])
    fee_of = told.settlements.dropna(subset="transaction_id").set_index("transaction_id")["fee"]
    cents[lines] = -money.cents(fee_of.reindex(rows["transaction_id"].iloc[lines]))
    return _put(rows.assign(amount=money.from_cents(cents, rows.index)), gifts, told.at)


def _gift_lines(rows: pd.DataFrame, told: _Told) -> pd.DataFrame:
    """Each gift at the bank as a line of its own."""
    there = told.there.reset_index(drop=True)
    own = rows.iloc[told.at].reset_index(drop=True)
    return own.assign(
        transaction_id=gift_ids(there),
        date=there["given"].fillna(own["date"]),
        amount=there["gross"],
        balance=pd.Series(pd.NA, index=own.index, dtype=money.AMOUNT),
        bank_reference=there["reference"],
    )


def _by_words(lines: pd.DataFrame, told: _Told, how: Register) -> pd.DataFrame:
    """What the words of each gift say of it, with the columns of `schema.MATCHES`."""
    there = told.there.reset_index(drop=True)
    found = match_words(lines["bank_reference"], lines["date"], how.campaigns, how.funds, how.max_wrong)
    asked = found["status"].eq("review")
    payer = there["payer"].fillna("").map(fold)
    named = "gift " + there["gift"] + (" of " + payer).where(payer.ne(""), "") + ": " + found["reason"].fillna("unsure")
    return MATCHES.check(
        found.assign(
            transaction_id=gift_ids(there),
            kind=found["kind"].mask(money.cents(there["gross"]) < 0, "reversal"),
            reason=found["reason"].mask(asked, named),
        )
    )


def _in_place(known: pd.DataFrame, told: _Told, gifts: pd.DataFrame) -> pd.DataFrame:
    """The matches of the lines with those of the gifts among them, and what the gateway kept as a fee."""
    there = told.there
    lines = np.unique(told.at)
    kept = known.iloc[lines]
    counts = there.groupby("transaction_id").size().reindex(kept["transaction_id"])
    said = [f"what the gateway kept of {count} gifts" for count in counts]
    fees = pd.DataFrame({"transaction_id": kept["transaction_id"], "status": "not_donation", "kind": "fee"}).assign(
        rule=GATEWAY_PAYOUT, evidence=said, campaign=None, fund=None, confidence=np.nan, candidates=None, reason=None
    )
    others = known.drop(index=kept.index)
    lines_only = pd.concat([others, MATCHES.check(fees)]).sort_index()
    return _put(lines_only, gifts, told.at)


def _put(lines: pd.DataFrame, gifts: pd.DataFrame, at: npt.NDArray[Any]) -> pd.DataFrame:
    """The lines in their order, each behind the gifts that it brought; `at` has the row of the line of each gift."""
    if not len(gifts):
        return lines
    place = np.r_[np.arange(len(lines)), at]
    step = np.r_[np.full(len(lines), len(gifts)), np.arange(len(gifts))]
    both = pd.concat([lines, gifts[lines.columns]], ignore_index=True)
    return both.iloc[np.lexsort((step, place))].reset_index(drop=True)


def _exploded(rows: pd.DataFrame, told: _Told, matches: pd.DataFrame) -> ExplodedPayouts:
    decided = matches.set_index("transaction_id")[list(_DECISION)]
    found = decided.reindex(gift_ids(told.gifts)).set_axis(told.gifts.index)
    state = told.gifts["payout"].map(told.settlements.set_index("payout")["state"])
    apart = told.gifts["transaction_id"].isna()
    found["reason"] = found["reason"].mask(apart, "its payout has no bank line: " + state)
    gifts: dict[str, Any] = {name: told.gifts[name] for name in told.gifts} | {name: found[name] for name in _DECISION}
    return ExplodedPayouts(_lines_of(rows, told), matches, GIFTS.check(pd.DataFrame(gifts)), told.settlements)
