"""Which earlier payment a reversal takes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from string import digits
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.books.sides import lines_of
from reconcile.matching.narrative import Narrative, narrate
from reconcile.merging.wording import alike, unspaced
from reconcile.schema import MATCHES, REVERSALS, day_numbers

LONGEST_DAYS = 60
"""A payment further back is not looked for. Payers may dispute a debit order at their bank for 40 days, and the bank
takes some to answer; much longer, and of a gift that comes every month one month too early would be found."""

BEHIND = re.compile(
    r"\s+(NO FUNDS|INSUFFICIENT FUNDS|NOT PROVIDED FOR|REFER TO DRAWER|(ACC|ACCT|ACCOUNT) (CLSD|CLOSED|FROZEN)"
    r"|PAYMENT STOPPED|DEBITS? NOT ALLOWED|NO AUTHORITY)$"
)
"""Why a bank returned a payment, printed behind the payer's words. None is proved of FNB; these are usual ones."""

IN_FRONT = re.compile(r"^((OF|INWARD|ITEMS?|DEBIT|ORDER|CREDIT|CHEQUE|CHQ|EFT|MAGTAPE|PAYMENT)\s+)+")
"""What may stand between the word of a reversal and the payer's own: UNPAID ITEM, REVERSAL OF, INWARD UNPAID CHEQUE."""

_BANKS_PARTS = ["channel", "counterparty", "place"]
_TEXT = ["description", "bank_reference"]
_AMOUNT = ["account", "cents"]
_DIGITS_AS_LETTERS = str.maketrans(digits, "ABCDEFGHIJ")
_Positions = npt.NDArray[np.intp]
_Agreeing = Callable[[str, int, str], _Positions]


def link_reversals(transactions: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """One row per reversal whose payment is found: `reversal`, `original` (transaction ids) and `reason`, in words.

    A reversal is a debit that `matches` has as one and whose text says so. It takes back a payment into the same
    account, of exactly that amount and with the same payer's words, of the same day or up to `LONGEST_DAYS` before; of
    several with one text the latest. Where their texts differ none is linked, for a person decides. A payment is taken
    back once, and one that stands after the reversal in its file never. The order of the rows means nothing. Raises
    FrameRefused for a frame that lacks columns, or transactions with an id twice.
    """
    if not len(transactions) or not len(matches):
        return REVERSALS.empty()
    return links_among(lines_of(transactions), MATCHES.check(matches))


def links_among(transactions: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """The same, of frames that are as they must be."""
    cents = money.cents(transactions["amount"])
    said = matches.loc[matches["kind"].eq("reversal"), "transaction_id"]
    marked = transactions["transaction_id"].isin(said).to_numpy() & (cents < 0)
    if not marked.any():
        return REVERSALS.empty()
    rows = _rows(transactions, cents, marked | np.isin(cents, -cents[marked]))
    debits = rows[rows["transaction_id"].isin(said) & (rows["cents"] < 0)].sort_values(["day", "transaction_id"])
    payments = _Payments(rows, debits)
    asked: list[Any] = [(d, _readings(d.description, d.bank_reference)) for d in _tuples(debits)]
    links: dict[str, tuple[str, str]] = {}
    # what has the very same words is given away before what has them cut off
    for words, agreeing in (("the same words", payments.saying), ("the same words, cut off,", payments.beginning)):
        for debit, readings in asked:
            if debit.transaction_id not in links and (link := payments.taken_by(debit, readings, agreeing)):
                links[debit.transaction_id] = link[0], f"same amount and {words} {link[1]}"
    lines = [(d.transaction_id, *links[d.transaction_id]) for d, _ in asked if d.transaction_id in links]
    return REVERSALS.check(pd.DataFrame(lines, columns=REVERSALS.names)) if lines else REVERSALS.empty()


def _tuples(rows: pd.DataFrame) -> list[Any]:
    return list(rows.itertuples(index=False))


def _rows(transactions: pd.DataFrame, cents: npt.NDArray[np.int64], wanted: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """What is needed of those that are wanted, with days and cents as whole numbers, in the order of their lines."""
    days = day_numbers(transactions["date"])
    order = _order_in_time(transactions, days, cents)
    rows = transactions.loc[wanted, ["transaction_id", "account", *_TEXT, "source", "line"]]
    rows = rows.assign(
        bank_reference=rows["bank_reference"].fillna(""), day=days[wanted], cents=cents[wanted], order=order[wanted]
    )
    return rows.sort_values(["account", "source", "line", "transaction_id"], ignore_index=True)


def _order_in_time(
    transactions: pd.DataFrame, days: npt.NDArray[np.int64], cents: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """A number of each row that rises with time inside one file; 0 where nothing tells how it runs.

    The history is newest first, other exports oldest first: the days of a file say which, or its running balance where
    it has one day. Only so is a payment made anew on the day of a reversal told from one made before it.
    """
    lines = transactions["line"].to_numpy(dtype=np.int64)
    files = transactions.groupby(["account", "source"], sort=False).ngroup().to_numpy(dtype=np.int64)
    ids = [transactions["transaction_id"].to_numpy()] if _twice(files, lines) else []
    at = np.lexsort((*ids, lines, files))
    day, own, balance = days[at], cents[at], money.cents(transactions["balance"])[at]
    number = files[at]
    inside = number[1:] == number[:-1]
    step = np.diff(day)
    seen = {
        "rises": step > 0,
        "falls": step < 0,
        "no_rise": balance[1:] != balance[:-1] + own[1:],
        "no_fall": balance[:-1] != balance[1:] + own[:-1],
    }
    told = {word: np.zeros(number.max() + 1, dtype=np.int64) for word in seen}
    for word, where in seen.items():
        told[word][number[1:][inside & where]] = 1
    way = told["rises"] - told["falls"]
    one_day = told["rises"] + told["falls"] == 0
    return lines * np.where(one_day, told["no_fall"] - told["no_rise"], way)[files]


def _twice(files: npt.NDArray[Any], lines: npt.NDArray[np.int64]) -> bool:
    """Whether two rows stand in one line of one file; only then does their order need more than that."""
    return bool(pd.DataFrame({"file": files, "line": lines}).duplicated().any())


def _words(narrative: Narrative) -> str:
    """The payer's words; of a cheque or a machine's cash without any, its number."""
    return narrative.payer or narrative.place


def _readings(description: str, reference: str) -> list[Narrative]:
    """The ways to read a reversal: with and without what may be the bank's words around the payer's."""
    narrative = narrate(description, reference)
    if not narrative.reversal:
        return []
    ways = [narrative]
    if not narrative.channel and IN_FRONT.match(narrative.payer):
        ways.append(narrate(IN_FRONT.sub("", narrative.payer)))
    ways += [w._replace(payer=BEHIND.sub("", w.payer)) for w in ways if BEHIND.search(w.payer)]
    return [w for w in ways if _words(w)]


class _Payments:
    """The payments that the reversals may take back, and which of them none has taken yet."""

    def __init__(self, rows: pd.DataFrame, debits: pd.DataFrame) -> None:
        spans = debits.assign(cents=-debits["cents"]).groupby(_AMOUNT)["day"].agg(first="min", last="max")
        near = rows[rows["cents"].isin(-debits["cents"])].merge(spans.reset_index(), on=_AMOUNT)
        near = near[near["day"].between(near["first"] - LONGEST_DAYS, near["last"])]
        texts = near[_TEXT].drop_duplicates()
        told = [narrate(d, r) for d, r in _tuples(texts)]
        # money in whose text speaks of a reversal is a payment out that came back
        words = ["" if n.reversal else _words(n) for n in told]
        parts = {part: [getattr(n, part) for n in told] for part in _BANKS_PARTS}
        self.rows = near.merge(texts.assign(**parts, words=words, said=[unspaced(w) for w in words]), on=_TEXT)
        self.free = np.ones(len(self.rows), dtype=bool)
        self.places = self.rows.groupby([*_AMOUNT, "said"]).indices
        distinct = self.rows.drop_duplicates([*_AMOUNT, "words"]).groupby(_AMOUNT)[["words", "said"]]
        self.texts: dict[Any, list[Any]] = {amount: _tuples(own) for amount, own in distinct}

    def saying(self, account: str, cents: int, words: str) -> _Positions:
        """Those whose words are these."""
        return np.asarray(self.places.get((account, cents, unspaced(words)), []), dtype=np.intp)

    def beginning(self, account: str, cents: int, words: str) -> _Positions:
        """Those whose words are these, or the one begins the other and was cut where the bank cuts a text."""
        asked, letters = unspaced(words), words.translate(_DIGITS_AS_LETTERS)
        found = [np.empty(0, dtype=np.intp)]
        for own, said in self.texts.get((account, cents), []):
            less, more = sorted((asked, said), key=len)
            # to `alike` a number behind is the bank's; here the bank's words are off, and it counts as the payer's
            if more.startswith(less) and alike(letters, own.translate(_DIGITS_AS_LETTERS)):
                found.append(self.saying(account, cents, own))
        return np.concatenate(found)

    def taken_by(self, debit: Any, readings: Sequence[Narrative], agreeing: _Agreeing) -> tuple[str, str] | None:
        """Id of the payment that this reversal takes back and when it was, in words; it is then taken."""
        found = [self._fitting(r, agreeing(debit.account, -debit.cents, _words(r))) for r in readings]
        rows = self.rows.iloc[np.unique(np.concatenate(found))] if found else self.rows[:0]
        rows = rows[self.free[rows.index] & rows["day"].between(debit.day - LONGEST_DAYS, debit.day)]
        same_day, known = rows["day"].eq(debit.day), rows["source"].eq(debit.source) & (debit.order != 0)
        # one of that day that may stand behind the reversal may be the payment made anew
        rows = rows.assign(unsure=same_day & ~known)[~(known & (rows["order"] > debit.order))]
        if rows.empty or any(len(set(rows[part]) - {""}) > 1 for part in [*_BANKS_PARTS, "said"]):
            return None
        best = rows.sort_values(["unsure", "day", "transaction_id"], ascending=[True, False, True]).iloc[0]
        self.free[best.name] = False
        days = debit.day - best["day"]
        when = f"{days} day{'s' if days > 1 else ''} earlier" if days else "on the same day"
        return best["transaction_id"], when + (f", one of {len(rows)} such payments" if len(rows) > 1 else "")

    def _fitting(self, reading: Narrative, found: _Positions) -> _Positions:
        """Those of which the bank's words name no other channel, bank or place than the reversal's do."""
        rows, fits = self.rows.iloc[found], np.ones(len(found), dtype=bool)
        for part in _BANKS_PARTS:
            if named := getattr(reading, part):
                fits &= rows[part].isin(["", named]).to_numpy()
        return found[fits]
