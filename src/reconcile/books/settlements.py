"""Which bank line each payout of a gateway is: by its name, or by its amount to the cent; of several, none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.books.sides import keys
from reconcile.matching import bank_words
from reconcile.matching.narrative import narrate
from reconcile.matching.words import chunks, fold
from reconcile.schema import PAYOUT_LINES, TEXT, day_numbers

AT_BANK, ASKED, OTHER_AMOUNT, MISSING = "at the bank", "a question", "another amount", "not at the bank"
"""What is known of a payout: its line is found; several may be it; the line that prints it has another amount; none."""

FEW_DAYS = 7
"""Days between a payout and a bank line that does not print its name."""

MANY_DAYS = 31
"""Days between a payout and a bank line that prints its name: a number comes again."""

AT_ONCE = 200
"""So many names are looked for in one go."""

_GATEWAY = re.compile(rf"(?<![A-Z0-9])(?:{'|'.join(map(re.escape, bank_words.GATEWAYS))})(?![A-Z])")
_NO_PAYMENT = ("fee", "bank_interest", "transfer")
_BETWEEN = "[^A-Za-z0-9]*"


class Line(NamedTuple):
    """A bank line that may be a payout: its id, day (since 1970 began), whole cents, and what it prints."""

    id: str
    day: int
    cents: int
    prints: frozenset[str]
    gateway: bool


class Payout(NamedTuple):
    """A payout: its name, the word that a bank prints of it, or none, day and whole cents."""

    name: str
    key: str
    day: int
    cents: int


class Found(NamedTuple):
    """What is known of a payout, its line where that is sure, and the reason where it has none."""

    state: str
    line: Line | None = None
    reason: str | None = None


def settlements(rows: pd.DataFrame, report: pd.DataFrame) -> pd.DataFrame:
    """A row for each payout of `report`, with the bank line among `rows` that it is: columns of `schema.PAYOUT_LINES`.

    That is the line which prints its name and has its amount, or the one line of a gateway that has its amount within
    `FEW_DAYS`. The order of the rows means nothing.
    """
    if not len(report):
        return PAYOUT_LINES.empty()
    summed = totals(report)
    payouts = _payouts(summed)
    found = _found(payouts, _lines(rows, payouts))
    frame = summed.assign(
        state=[each.state for each in found],
        transaction_id=pd.Series([each.line.id if each.line else None for each in found], dtype=TEXT),
        reason=pd.Series([each.reason for each in found], dtype=TEXT),
    )
    return PAYOUT_LINES.check(frame)


def totals(report: pd.DataFrame) -> pd.DataFrame:
    """A row for each payout of a report, by its name: `payout`, `date`, `gifts`, `gross`, `fee` and `net`."""
    cents = pd.DataFrame({name: money.cents(report[name]) for name in ("gross", "fee", "net")}, index=report.index)
    whole = cents.assign(payout=report["payout"], date=report["date"]).groupby("payout", sort=True)
    summed = whole[["gross", "fee", "net"]].sum().assign(date=whole["date"].first(), gifts=whole.size()).reset_index()
    return summed.assign(**{name: money.from_cents(summed[name].to_numpy()) for name in ("gross", "fee", "net")})


def _payouts(summed: pd.DataFrame) -> list[Payout]:
    names = summed["payout"].tolist()
    net = money.cents(summed["net"]).tolist()
    return [Payout(*each) for each in zip(names, keys(names), day_numbers(summed["date"]).tolist(), net, strict=True)]


def _lines(rows: pd.DataFrame, payouts: Sequence[Payout]) -> list[Line]:
    """The lines of money in that print the name of a payout, or that name a gateway and have the amount of one."""
    cents, day = money.cents(rows["amount"]), day_numbers(rows["date"])
    known = np.array([payout.day for payout in payouts])
    near = (cents > 0) & (day >= known.min() - MANY_DAYS) & (day <= known.max() + MANY_DAYS)
    texts = (rows["description"] + " " + rows["bank_reference"].fillna("")).where(near, "")
    printing = _printing(texts, [payout.key for payout in payouts if payout.key])
    amounts = near & np.isin(cents, [payout.cents for payout in payouts])
    found = []
    for at in np.flatnonzero(printing | amounts):
        own = rows.iloc[at]
        reference = None if pd.isna(own["bank_reference"]) else str(own["bank_reference"])
        told = narrate(str(own["description"]), reference)
        if told.kind in _NO_PAYMENT or told.reversal:
            continue
        words = _runs(str(texts.iloc[at]))
        prints = frozenset(payout.key for payout in payouts if payout.key in words)
        gateway = bool(_GATEWAY.search(fold(str(texts.iloc[at]))))
        if prints or gateway:
            found.append(Line(str(own["transaction_id"]), int(day[at]), int(cents[at]), prints, gateway))
    return sorted(found)


def _printing(texts: pd.Series[str], names: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which texts may print one of the names: letters and figures in their order, whatever stands between."""
    told = pa.array(texts, pa.large_string())
    found = np.zeros(len(texts), dtype=bool)
    ordered = sorted(set(names))
    for start in range(0, len(ordered), AT_ONCE):
        pattern = "|".join(_BETWEEN.join(map(re.escape, name)) for name in ordered[start : start + AT_ONCE])
        found |= pc.match_substring_regex(told, pattern, ignore_case=True).to_numpy(zero_copy_only=False)
    return found


def _runs(text: str) -> frozenset[str]:
    """The words of a text, and each run of neighbours as one word."""
    words = chunks(fold(text))
    return frozenset("".join(words[at:end]) for at in range(len(words)) for end in range(at + 1, len(words) + 1))


def _found(payouts: Sequence[Payout], lines: Sequence[Line]) -> list[Found]:
    """What is known of each payout; no line is that of two."""
    named = [_named(payout, lines) for payout in payouts]
    printed = {line.id for own in named for line in own}
    free = [line for line in lines if line.gateway and line.id not in printed]
    alike = [_of_amount(payout, free) if not own else [] for payout, own in zip(payouts, named, strict=True)]
    wanted = pd.Series([line.id for own in (*named, *alike) for line in own], dtype=object).value_counts()
    return [
        _decided(payout, own, others, cast("dict[str, int]", wanted.to_dict()))
        for payout, own, others in zip(payouts, named, alike, strict=True)
    ]


def _named(payout: Payout, lines: Sequence[Line]) -> list[Line]:
    """The lines that print the payout's name: those with its amount, or else those of a gateway with another."""
    own = [line for line in lines if payout.key in line.prints and abs(line.day - payout.day) <= MANY_DAYS]
    return [line for line in own if line.cents == payout.cents] or [line for line in own if line.gateway]


def _of_amount(payout: Payout, lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.cents == payout.cents and abs(line.day - payout.day) <= FEW_DAYS]


def _decided(payout: Payout, named: list[Line], alike: list[Line], wanted: dict[str, int]) -> Found:
    may_be = named or alike
    net = money.shown_cents(payout.cents)
    if payout.cents <= 0:
        return Found(MISSING, reason=f"it comes to {net}: nothing was paid out")
    if not may_be:
        near = f"within {FEW_DAYS} days of {_day(payout.day)}"
        return Found(MISSING, reason=f"no bank line prints it, and none of a gateway has {net} {near}")
    if len(may_be) > 1:
        told = " and ".join(_told(line) for line in may_be[:3])
        return Found(ASKED, reason=f"{len(may_be)} bank lines may be it: {told}")
    [line] = may_be
    if wanted[line.id] > 1:
        return Found(ASKED, reason=f"another payout may be its bank line as well: {_told(line)}")
    if line.cents != payout.cents:
        return Found(OTHER_AMOUNT, reason=f"its gifts come to {net}, its bank line to {_told(line)}")
    return Found(AT_BANK, line)


def _told(line: Line) -> str:
    return f"{money.shown_cents(line.cents)} of {_day(line.day)}"


def _day(day: int) -> str:
    return str(np.datetime64(day, "D"))
