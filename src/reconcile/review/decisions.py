"""read_decisions: what reviewers filled in, as decisions to put on record, and what cannot be taken, by its cell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from os import PathLike
from typing import Any

import pandas as pd

from reconcile import money
from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import NotMoney, ReviewRefused, did_you_mean, shown
from reconcile.matching.totals import UNSPECIFIED
from reconcile.reporters import seal
from reconcile.reporters.celltext import clean
from reconcile.reporters.sheets.register import NOT_A_GIFT
from reconcile.reporters.sheets.review import NOTE, PARTS
from reconcile.review.rows import HASH, ID, ROW, Filled, from_file, from_frame, is_empty, plain
from reconcile.schema import REVIEWED

_FIGURES = re.compile(r"[0-9]+(E[0-9]{1,2})?", re.IGNORECASE)
LONGEST_NOTE = 2000
"""A note becomes the reason of a decision, which every later workbook shows."""

LARGEST = 1e12
"""More rand than any payment has; a larger broken number cannot be counted in cents."""

Place = tuple[str | None, str | None]
Source = str | PathLike[str] | pd.DataFrame


@dataclass(frozen=True, eq=False)
class Reviewed:
    """What came back from review.

    `decisions` has a row for each part, columns of `schema.REVIEWED`; `refused` is what could not be taken, each by its
    cell; `open` counts the rows that nobody filled in. `source` and `sha256` are those of the workbook, `saved_on` is
    the day on which it was last saved, empty for a frame.
    """

    decisions: pd.DataFrame
    refused: tuple[ReviewRefused, ...]
    open: int
    source: str = ""
    sha256: str = ""
    saved_on: str = ""

    def __str__(self) -> str:
        count = self.decisions["transaction_id"].nunique()
        told = [f"{count} decided, {len(self.refused)} refused, {self.open} left open"]
        return "\n".join([*told, *(str(fault) for fault in self.refused)])


def read_decisions(
    reviewed: Source, *, campaigns: CampaignRegister | None = None, funds: FundVocabulary | None = None
) -> Reviewed:
    """What reviewers filled in: decisions that hold up, and by cell what does not.

    `reviewed` is the path of a workbook, or a frame of `review_rows`. A campaign and a fund must be on the register and
    the vocabulary: those given, or else those that stand in the workbook. Each row is checked against its hash, so a
    row that was changed is refused, while sorted rows and columns put in between do no harm; parts must add up to the
    cent. An empty fund or campaign is the one that was sure already; where none was, the row is refused.

    Raises UnreadableFile (no whole spreadsheet, or one with macros) and ReviewRefused (the sheet or a column is gone).
    """
    sheet = from_frame(reviewed) if isinstance(reviewed, pd.DataFrame) else from_file(reviewed)
    codes = campaigns.codes if campaigns is not None else sheet.campaigns
    called = sheet.called if campaigns is None else {c.code: c.name for c in campaigns}
    names = funds.names if funds is not None else sheet.funds
    checker = _Checker(
        sheet.name or None,
        codes,
        None if names is None else tuple(n for n in names if n != UNSPECIFIED),
        {name.casefold(): code for code, name in called.items()},
    )
    rows: list[tuple[Any, ...]] = []
    refused: list[ReviewRefused] = []
    of_id: dict[str, list[Filled]] = defaultdict(list)
    for row in sheet.rows:
        name = row.cells.get(ID)
        if row.touched or not is_empty(name):  # all else is no row of the table, and says nothing
            of_id[row.where if is_empty(name) else f"id {name}"].append(row)
    for own in of_id.values():
        try:
            rows += checker.checked(own)
        except ReviewRefused as fault:
            refused.append(fault)
    left = sum(not any(row.touched for row in own) for own in of_id.values())
    frame = pd.DataFrame(rows, columns=REVIEWED.names) if rows else REVIEWED.empty()
    return Reviewed(REVIEWED.check(frame), tuple(refused), left, sheet.name, sheet.sha256, sheet.saved_on)


def together(reviewed: Sequence[Reviewed]) -> Reviewed:
    """What came back in several workbooks as one: of a payment that two of them decide alike one, otherwise none.

    Those decided otherwise are refused.
    """
    rows = [
        (one.source, name, own) for one in reviewed for name, own in one.decisions.groupby("transaction_id", sort=False)
    ]
    first: dict[Any, tuple[str, pd.DataFrame]] = {}
    off: dict[Any, ReviewRefused] = {}
    for source, name, own in rows:
        if name not in first:
            first[name] = source, own
        elif not _same(first[name][1], own):
            other, before = first[name]
            what = f"{own['where'].iloc[0]}: it is decided otherwise in {other or 'another'}, {before['where'].iloc[0]}"
            off[name] = ReviewRefused(what, file=source or None, do="Ask both, and correct one of them.")
    kept = [own for name, (_, own) in first.items() if name not in off]
    frame = pd.concat(kept, ignore_index=True) if kept else REVIEWED.empty()
    faults = tuple(fault for one in reviewed for fault in one.refused) + tuple(off.values())
    names = ", ".join(one.source for one in reviewed if one.source)
    left, hashes = sum(one.open for one in reviewed), " ".join(one.sha256 for one in reviewed)
    return Reviewed(frame, faults, left, names, hashes, max((one.saved_on for one in reviewed), default=""))


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    keys = ["campaign", "fund", "amount"]
    first, second = (
        frame[keys].astype("str").fillna("").sort_values(keys, ignore_index=True) for frame in (one, other)
    )
    return bool(first.equals(second))


@dataclass(frozen=True)
class _Checker:
    file: str | None
    codes: Sequence[str] | None
    funds: Sequence[str] | None
    code_of: Mapping[str, str]
    """The codes of the campaigns by their names, where these are known."""

    def checked(self, rows: Sequence[Filled]) -> list[tuple[Any, ...]]:
        """The parts of the decision of one transaction; raises ReviewRefused."""
        row = next((r for r in rows if r.touched), rows[0])
        for each in rows:
            changed = not each.sound or (each.touched and each.day is None)
            if changed and (each.touched or not is_empty(each.cells.get(ID))):
                do = "Undo what was changed beside the yellow cells, or fill the row in where it is as written."
                raise self._fault(each, ROW, "the row is not as it was written", do)
        if len(rows) > 1:
            what = f"the payment stands in {len(rows)} rows, the first is {rows[0].where}"
            raise self._fault(rows[1], ROW, what, "Take the copies out.")
        if not row.touched:
            return []
        for heading, formula in row.formulas.items():
            raise self._fault(row, heading, f'holds the formula "{shown(formula, 40)}"', "Type the value itself.")
        parts = list(self._parts(row))
        text = seal.of_cell(plain(row.cells["Description"]))
        key = (str(row.cells[ID]), row.day, self._money(row, "Amount"), text)
        note = self._note(row)
        return [
            (*key, campaign, fund, amount, note, row.at[heading], row.cells[HASH])
            for campaign, fund, amount, heading in parts
        ]

    def _note(self, row: Filled) -> str | None:
        if is_empty(row.cells.get(NOTE)):
            return None
        note = clean(str(row.cells[NOTE]).strip())
        if len(note) > LONGEST_NOTE:
            what = f"the note has {len(note)} characters"
            raise self._fault(row, NOTE, what, f"Say it in {LONGEST_NOTE} or fewer; the rest belongs in a letter.")
        return note

    def _parts(self, row: Filled) -> Iterator[tuple[str | None, str | None, Decimal, str]]:
        """Campaign, fund and amount of each part, and the heading of its campaign."""
        whole = self._money(row, "Amount")
        used = [part for part in PARTS if any(not is_empty(row.cells.get(h)) for h in part)]
        if not used:
            raise self._fault(row, NOTE, "a note, and no campaign", "Choose a campaign, or leave the row empty.")
        found = []
        for part in used:
            campaign, fund = self._place(row, part, first=part is PARTS[0])
            lone = len(used) == 1 and is_empty(row.cells.get(part[2]))
            found.append((campaign, fund, whole if lone else self._money(row, part[2]), part[0]))
        total = sum((amount for _, _, amount, _ in found), Decimal(0))
        if total != whole:
            what = f"the parts add up to {money.shown(total)}, the payment is {money.shown(whole)}"
            raise self._fault(row, used[-1][2], what, "Correct the amounts.")
        places: set[Place] = set()
        for (campaign, fund, amount, heading), part in zip(found, used, strict=True):
            if amount == 0 or (amount > 0) != (whole > 0):
                what = f"the part {money.shown(amount)} is of another sign than the payment, {money.shown(whole)}"
                raise self._fault(row, part[2], what if amount else "the part is zero", "Correct the amounts.")
            if (campaign, fund) in places:
                what = f"two parts have the same campaign and fund, {campaign or NOT_A_GIFT} {fund or UNSPECIFIED}"
                raise self._fault(row, heading, what, "Give them as one.")
            places.add((campaign, fund))
        yield from found

    def _place(self, row: Filled, part: Sequence[str], *, first: bool) -> Place:
        """Campaign and fund of a part; of the first one what was sure already need not be chosen again."""
        campaign = self._word(row, part[0], self.codes, NOT_A_GIFT)
        fund = self._word(row, part[1], self.funds, UNSPECIFIED)
        if campaign == NOT_A_GIFT:
            if fund is not None:
                what = f'the fund "{fund}" is chosen for money that is no gift'
                raise self._fault(row, part[1], what, "Leave the fund empty.")
            return None, None
        if campaign is None and first and not is_empty(row.cells.get("Campaign")):
            campaign = str(row.cells["Campaign"])
        if campaign is None:
            raise self._fault(row, part[0], "no campaign is chosen", "Choose one from the list.")
        if fund is None and first and not is_empty(row.cells.get("Fund")):
            fund = str(row.cells["Fund"])
        if fund is None:
            raise self._fault(
                row, part[1], "no fund is chosen", f'Choose one from the list; "{UNSPECIFIED}" is one of them.'
            )
        return campaign, None if fund == UNSPECIFIED else fund

    def _word(self, row: Filled, heading: str, known: Sequence[str] | None, further: str) -> str | None:
        value = row.cells.get(heading)
        if is_empty(value):
            return None
        words = [*(known or ()), further]
        if isinstance(value, int | float) and not isinstance(value, bool):
            # a code of figures, which a spreadsheet took for a number: 0012 became 12
            figures = [word for word in words if _FIGURES.fullmatch(word) and float(word) == value]
            value = figures[0] if len(figures) == 1 else int(value) if float(value).is_integer() else value
        typed = str(value).strip()
        alike = [word for word in words if word.casefold() == typed.casefold()]
        if len(alike) == 1:
            return alike[0]
        if typed in words or known is None:
            return typed
        what = "campaign" if heading in (p[0] for p in PARTS) else "fund"
        on = "the register" if what == "campaign" else "the list of funds"
        code = self.code_of.get(typed.casefold()) if what == "campaign" else None
        do = f"Its code is {code}." if code else did_you_mean(typed, words) or "Choose one from the list."
        raise self._fault(row, heading, f'{what} "{shown(typed, 40)}" is not on {on}', do)

    def _money(self, row: Filled, heading: str) -> Decimal:
        value = row.cells.get(heading)
        if is_empty(value):
            raise self._fault(row, heading, "no amount is given", "Give the amount of each part.")
        try:
            endless = isinstance(value, float) and not abs(value) < LARGEST
            value = str(value).strip() if endless or isinstance(value, str) else value
            return money.rand(money.exact_cents(value, heading))
        except (NotMoney, TypeError, ValueError) as fault:
            what = f'"{shown(value, 40)}" is no amount'
            raise self._fault(row, heading, what, "Write it as 60.00, in rand.") from fault

    def _fault(self, row: Filled, heading: str, what: str, do: str) -> ReviewRefused:
        return ReviewRefused(f"{row.at.get(heading, row.where)}: {what}", file=self.file, do=do)
