"""An audit sample that anybody draws again from the same seed: of transactions at random, or of their money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile import money
from reconcile.errors import FrameRefused, shown
from reconcile.facts import as_html, as_text
from reconcile.schema import TRANSACTIONS, Frame

RANDOM, MONETARY = "random", "monetary"
METHODS = {RANDOM: "simple random, without replacement", MONETARY: "monetary units, at a fixed interval"}
"""What may be asked for, and how the sample calls it."""

LONGEST_SEED = 100
"""A seed is written down beside the sample; more characters are none."""

_ASKED = Frame("transactions", tuple(c for c in TRANSACTIONS.columns if c.name in ("transaction_id", "amount")))


@dataclass(frozen=True, eq=False)
class Sample:
    """What was drawn, and all it takes to draw it again; `str()` for a terminal, a small table in a notebook.

    `rows` has `transaction_id` and `amount` in the order they were drawn. Of monetary units it has `hit` too, the rand
    at which the row was reached first (of the absolute amounts, added up in the order of the ids), and `hits`, how
    often it was; `sure` are those of its rows that are no smaller than the interval and so could not be missed.

    `population_amount` adds the absolute amounts of all that could be drawn from, `population_net` the amounts with
    their signs: they must agree with the books. `interval` and `start`, in rand, are None for a simple random sample.
    """

    rows: pd.DataFrame
    sure: pd.DataFrame
    method: str
    seed: int | str
    size: int
    population_count: int
    population_amount: Decimal
    population_net: Decimal
    interval: Decimal | None = None
    start: Decimal | None = None

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of what a reader needs to draw it again and to tie it to the books."""
        facts = [
            ("Method", METHODS[self.method]),
            ("Seed", shown(self.seed)),
            ("Size asked for", str(self.size)),
            ("Population", f"{self.population_count} transactions"),
            ("Absolute amounts", money.shown(self.population_amount)),
            ("Net amount", money.shown(self.population_net)),
        ]
        if self.interval is not None:
            facts += [("Interval", money.shown(self.interval)), ("Start", money.shown(self.start))]
            facts += [("Hits", str(self.rows["hits"].sum())), ("Sure to be drawn", f"{len(self.sure)} transactions")]
        amount = money.shown(money.total(self.rows["amount"]))
        return [*facts, ("Drawn", f"{len(self.rows)} transactions, net {amount}")]

    def __str__(self) -> str:
        return as_text(self.facts())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return as_html(self.facts())


def draw(transactions: pd.DataFrame, *, size: int, seed: int | str, method: str) -> Sample:
    """A sample of the transactions, the same wherever and in whatever order of rows it is drawn.

    `transactions` needs `transaction_id`, each once, and `amount` (rand); leave out beforehand what is not to be drawn
    from. `seed` is a whole number or a text, and 7 is the same as "7". The methods:

    * `random`: each transaction has the same chance (ISA 530, appendix 4, random selection). The rows are ranked by the
      SHA-256 of `seed:transaction_id`, and the first `size` of them taken; a row more or less in the population changes
      at most one of them.
    * `monetary`: each cent has the same chance, so that a large amount is likelier drawn than a small one (ISA 530,
      appendix 1, value-weighted selection, and appendix 4, systematic selection). The interval is the absolute amounts
      divided by `size`, rounded down to whole cents, so that there are never fewer hits than asked for; beside amounts
      of a few cents there may be more. From a start within the first interval (in cents 1 and the remainder of the
      SHA-256 of `seed:start` by the interval), every interval's cent of the absolute amounts, added up in the order of
      the ids, is a hit. What is no smaller than the interval is always drawn, and may be hit more than once: then there
      are fewer rows than hits. What moved no money is never drawn. Debits and credits count alike; an auditor who wants
      only one of them gives only those.

    Raises FrameRefused for a frame without the columns or without rows; a size under 1 or over what there is to draw; a
    seed that is neither a whole number nor a text; another method. NotMoney for an amount that is none.
    """
    if not isinstance(method, str) or method not in METHODS:
        do = f"It must be one of {', '.join(METHODS)}."
        raise FrameRefused(f'there is no method of sampling "{shown(method, 40)}"', do=do)
    told = _seed(seed)
    rows = _population(transactions)
    there = rows[money.cents(rows["amount"]) != 0] if method == MONETARY else rows
    _check_size(size, len(there), "that moved money " if method == MONETARY else "")
    cents = money.cents(rows["amount"])
    picked, interval, start = _monetary(there, size, told) if method == MONETARY else (_random(there, size, told), 0, 0)
    sure = picked[np.abs(money.cents(picked["amount"])) >= interval] if interval else picked[:0]
    return Sample(
        rows=picked,
        sure=sure.reset_index(drop=True),
        method=method,
        seed=seed,
        size=int(size),
        population_count=len(rows),
        population_amount=money.rand(np.abs(cents).sum()),
        population_net=money.rand(cents.sum()),
        interval=money.rand(interval) if interval else None,
        start=money.rand(start) if interval else None,
    )


def _seed(seed: object) -> str:
    good = isinstance(seed, str) and seed.strip() and len(seed) <= LONGEST_SEED
    whole = (
        isinstance(seed, int | np.integer) and not isinstance(seed, bool) and int(seed).bit_length() <= 3 * LONGEST_SEED
    )
    if not (good or whole):
        what = f'the seed "{shown(seed, 40)}"' if isinstance(seed, str) else f"a seed of type {type(seed).__name__}"
        do = f"Give a whole number or a text of at most {LONGEST_SEED} characters, and note it down."
        raise FrameRefused(f"{what} will not do", do=do)
    return str(seed)


def _population(transactions: pd.DataFrame) -> pd.DataFrame:
    """Ids and exact amounts, in the order of the ids: the order of the rows means nothing."""
    return _ASKED.check(transactions).sort_values("transaction_id", ignore_index=True)


def _check_size(size: Any, count: int, which: str) -> None:
    if not count:
        do = "Leave the sample out, or take a longer period."
        raise FrameRefused(f"there are no transactions {which}to draw from", do=do)
    whole = isinstance(size, int | np.integer) and not isinstance(size, bool)
    if not (whole and 1 <= size <= count):
        told = not whole or abs(size) < 10**9  # Python prints no number of thousands of figures
        said = shown(size, 40) if told else "so many"
        do = f"Ask for a whole number from 1 to {count}, the transactions {which}that there are."
        raise FrameRefused(f"a sample of {said} cannot be drawn", do=do)


def _number(*parts: str) -> int:
    """A number of 256 bits that is told by the parts alone, whatever the machine or the version of Python."""
    return int.from_bytes(sha256(":".join(parts).encode("utf-8", "surrogatepass")).digest(), "big")


def _random(rows: pd.DataFrame, size: int, seed: str) -> pd.DataFrame:
    ranks = {name: _number(seed, name) for name in rows["transaction_id"]}
    places = sorted(range(len(rows)), key=list(ranks.values()).__getitem__)[:size]
    return rows.iloc[places].reset_index(drop=True)


def _monetary(rows: pd.DataFrame, size: int, seed: str) -> tuple[pd.DataFrame, int, int]:
    """The rows that are hit, the interval and the start in cents. The cents of all rows are numbered from 1."""
    cents: npt.NDArray[np.int64] = np.abs(money.cents(rows["amount"]))
    last = cents.cumsum()
    interval = int(last[-1]) // size
    start = 1 + _number(seed, "start") % interval
    # hits are start, start + interval, and so on: the number of the first that a row may have, and of its last
    first_hit = np.maximum(-((start - (last - cents) - 1) // interval), 0)
    hits = (last - start) // interval - first_hit + 1
    hit: pd.Series[Any] = money.from_cents(start + first_hit * interval, rows.index)
    picked = rows.assign(hit=hit, hits=hits.astype(np.int64))[hits > 0]
    return picked.reset_index(drop=True), interval, start
