"""The pairs of one amount and near days that have something in common; all others of one amount have nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reconcile.books.aims import clashes
from reconcile.books.distinct import Numbers
from reconcile.books.evidence import NOTHING, NUMBER, REFERENCE, common_of, named_in_text
from reconcile.books.pairs import Flags
from reconcile.books.shared import sharing
from reconcile.books.sides import Sides
from reconcile.schema import TEXT


@dataclass(frozen=True, eq=False)
class Candidates:
    """`pairs` that have something in common, and of which lines and receipts others were too many to be looked at.

    Of each pair `line` and `receipt`, rows of both sides; `level` and `strength`, what they have in common, and
    `words`, which says it; `apart`, days; `clash`, why a person must say, or empty; `crowded`, whether another name
    that was not looked at may be as good.
    """

    pairs: pd.DataFrame
    unseen_lines: Flags
    unseen_receipts: Flags


def candidates(sides: Sides, window: int) -> Candidates:
    """Every pair of one amount and near days that has a number, a reference or a name in common."""
    bank, books = sides.bank, sides.receipts
    shared = sharing(sides, window)
    found, which = common_of(sides, shared.lines, shared.receipts)
    numbered = _numbered(sides, window)
    level = np.array([each.level for each in found], dtype=np.int64)
    telling = level[which] > NOTHING
    telling &= ~np.isin(shared.lines * len(books) + shared.receipts, numbered[0] * len(books) + numbered[1])
    pairs = pd.DataFrame(
        {
            "line": np.concatenate([numbered[0], shared.lines[telling]]),
            "receipt": np.concatenate([numbered[1], shared.receipts[telling]]),
            "which": np.concatenate([np.full(len(numbered[0]), -1), which[telling]]),
        }
    ).sort_values(["line", "receipt"], ignore_index=True)
    line, receipt, which = (pairs[name].to_numpy() for name in ("line", "receipt", "which"))
    by_number = which < 0
    level = np.append(level, NUMBER)[which]
    said = np.array([*(each.words for each in found), ""], dtype=object)[which]
    said[by_number] = [f"the receipt's number {books.ids[at]}" for at in receipt[by_number].tolist()]
    pairs = pairs.drop(columns="which").assign(
        level=level,
        strength=np.array([*(each.strength for each in found), 1.0])[which],
        apart=books.day[receipt] - bank.day[line],
        clash=pd.Series(clashes(sides, line, receipt, level < REFERENCE), dtype=TEXT),
        crowded=shared.crowded[0][line] | shared.crowded[1][receipt],
        words=pd.Series(said, dtype=TEXT),
    )
    return Candidates(pairs, *shared.unseen)


def _numbered(sides: Sides, window: int) -> tuple[Numbers, Numbers]:
    """The lines that print a receipt's number, of its amount and of near days."""
    bank, books = sides.bank, sides.receipts
    named = named_in_text(sides, books.ids)
    line, receipt = named["line"].to_numpy(), named["at"].to_numpy()
    fits = (bank.cents[line] == books.cents[receipt]) & (np.abs(bank.day[line] - books.day[receipt]) <= window)
    return line[fits], receipt[fits]
