"""The fields of OFX rows made into days, exact amounts and texts; what cannot be is named with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz

from reconcile import money
from reconcile.errors import shown
from reconcile.parsers.days import COMPACT, Days, days_of, fault_of
from reconcile.parsers.frames import UNPRINTABLE, Aside
from reconcile.parsers.ofx_rows import RowTexts

_Mask = npt.NDArray[np.bool_]
_Numbers = npt.NDArray[np.intp]

LONGEST = 10_000
"""Characters of a text; none is that long, and no cell of a workbook could hold three of them."""

ALIKE = 90
"""Per cent of letters shared by a NAME and a MEMO that are one text."""

_COMPARED = 300  # OFX gives a NAME 32 and a MEMO 255 characters; of longer ones only a part that is the same counts

_POINT = r"\.[0-9]{1,2}$"
_COMMA = r"^-?[0-9]{1,11}(,[0-9]{1,2})?$"

# OFX 1.6, 3.2.8.2: YYYYMMDDHHMMSS.XXX[offset:name], of which the day is the one the bank printed
_TIME = r"^([0-9]{8})[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\.[0-9]{1,6})?)?)?$"
_ZONE = r"\s*\[[^\[\]]{1,20}\]$"


@dataclass(frozen=True)
class Columns:
    """Whole columns in the order of the file; where `good` is false the others are not to be trusted."""

    posted: pa.Array
    days: Days
    amounts: pa.Array
    descriptions: pa.Array
    textless: _Mask
    good: _Mask


def decimal_points(amounts: pa.Array) -> tuple[pa.Array, bool | None]:
    """The amounts with a decimal point, and whether they had a comma (None where none has decimals).

    Commas are read only where no amount has a point: a file writes in one form throughout. Thousands marks are not
    read, as FNB writes none.
    """
    amounts = pc.fill_null(amounts, "")
    if not pc.any(pc.match_substring(amounts, ","), min_count=0).as_py():
        return amounts, False if pc.any(pc.match_substring(amounts, "."), min_count=0).as_py() else None
    if pc.any(pc.match_substring_regex(amounts, _POINT), min_count=0).as_py():
        return amounts, False
    commas = pc.and_(pc.match_substring(amounts, ","), pc.match_substring_regex(amounts, _COMMA))
    return pc.if_else(commas, pc.replace_substring(amounts, ",", "."), amounts), pc.any(commas).as_py() or None


def columns_of(rows: RowTexts, amounts: pa.Array) -> Columns:
    """The rows as columns; `amounts` as `decimal_points` gives them."""
    fields = rows.fields
    posted = _day_texts(pc.fill_null(fields["DTPOSTED"], ""))
    days = days_of(posted, COMPACT)
    descriptions = _descriptions(fields["NAME"], fields["MEMO"])
    good = np.asarray(money.is_money(amounts)) & ~np.isnat(days)
    for column in (descriptions, fields["FITID"], fields["REFNUM"], fields["CHECKNUM"]):
        if column.null_count < len(column):
            good &= ~np.asarray(pc.fill_null(pc.match_substring_regex(column, UNPRINTABLE), False))
            good &= np.asarray(pc.fill_null(pc.less_equal(pc.utf8_length(column), LONGEST), True))
    for row in (*rows.faults, *rows.pending):
        good[row] = False
    textless = _textless(rows)
    good &= ~textless
    foreign = pc.fill_null(pc.not_equal(fields["CURSYM"], "ZAR"), False)
    for row in np.flatnonzero(np.asarray(foreign)).tolist():
        # ORIGCURRENCY tells what a rand amount was before; CURRENCY says that the amount itself is not in rand
        good[row] &= not re.search("<CURRENCY>", rows.texts[row], re.I)
    return Columns(posted, days, amounts, descriptions, textless, good)


def asides_of(bad: _Numbers, rows: RowTexts, columns: Columns) -> list[Aside]:
    """The rows of these numbers set aside, each with its reason and, where that can be trusted, what it moved."""
    return [
        Aside(int(rows.lines[n]), rows.texts[n], _reason(n, rows, columns), _own_cents(n, rows, columns.amounts))
        for n in bad.tolist()
    ]


def oldest_first(kept: _Numbers, days: Days) -> tuple[_Numbers, bool]:
    """The numbers of the rows oldest first, and whether they had to be sorted by day.

    Inside a day they stay in the order of the file, turned round where the file is newest first.
    """
    steps = np.diff(days[kept])
    if len(steps) and days[kept][0] > days[kept][-1]:
        kept, steps = kept[::-1], -steps[::-1]
    if not (steps < np.timedelta64(0)).any():
        return kept, False
    return kept[np.argsort(days[kept], kind="stable")], True


def _day_texts(posted: pa.Array) -> pa.Array:
    """The eight digits of each day; a text that is no day and time stays as it is."""
    if pc.all(pc.equal(pc.binary_length(posted), 8), min_count=0).as_py():
        return posted
    return pc.replace_substring_regex(pc.replace_substring_regex(posted, _ZONE, ""), _TIME, r"\1")


def _textless(rows: RowTexts) -> _Mask:
    """The rows without the tag of a text (an empty one is a text too) in a file that has it elsewhere."""
    lacking = np.asarray(pc.and_(pc.is_null(rows.fields["NAME"]), pc.is_null(rows.fields["MEMO"])))
    if not lacking.any() or lacking.all():
        return np.zeros(len(lacking), dtype=bool)
    lacking = lacking.copy()
    for row in np.flatnonzero(lacking).tolist():
        lacking[row] = not re.search(r"<(?:NAME|MEMO)\s?/>", rows.texts[row], re.I)
    return lacking


def _descriptions(names: pa.Array, memos: pa.Array) -> pa.Array:
    """MEMO; NAME where there is none; both where they say different things."""
    names, memos = pc.fill_null(names, ""), pc.fill_null(memos, "")
    texts = pc.if_else(pc.equal(memos, ""), names, memos)
    both = np.asarray(pc.and_(pc.not_equal(names, ""), pc.and_(pc.not_equal(memos, ""), pc.not_equal(names, memos))))
    if not both.any():
        return texts
    mask = pa.array(both)
    pairs = zip(names.filter(mask).to_pylist(), memos.filter(mask).to_pylist(), strict=True)
    joined = [m if _says(n, m) else n if _says(m, n) else f"{n} {m}" for n, m in pairs]
    return pc.replace_with_mask(texts, mask, pa.array(joined, type=texts.type))


def _says(part: str, whole: str) -> bool:
    """Whether one text is in the other, but for a few letters (an `&` written out, a cut end)."""
    if len(part) > _COMPARED or len(whole) > _COMPARED:
        return part in whole
    return len(part) <= len(whole) + 2 and fuzz.partial_ratio(part, whole) >= ALIKE


def _reason(row: int, rows: RowTexts, columns: Columns) -> str:
    amount, posted = columns.amounts[row].as_py(), columns.posted[row].as_py()
    if row in rows.pending or row in rows.faults:
        return "pending, not yet booked" if row in rows.pending else rows.faults[row]
    if not re.match(money.PATTERN, amount):
        return f'the amount "{shown(amount, 30)}" is not money'
    if np.isnat(columns.days[row]):
        return fault_of(posted, COMPACT) + (f': "{shown(posted, 20)}"' if posted else "")
    if columns.textless[row]:
        return "has no text, neither <NAME> nor <MEMO>"
    currency = rows.fields["CURSYM"][row].as_py()
    if currency and currency != "ZAR":
        return f"the amount is in {shown(currency, 10)}"
    longest = max(len(rows.fields[f][row].as_py() or "") for f in ("NAME", "MEMO", "FITID", "REFNUM", "CHECKNUM"))
    return "has a control character" if 2 * longest < LONGEST else f"has a text of {longest:,} characters"


def _own_cents(row: int, rows: RowTexts, amounts: pa.Array) -> int | None:
    """What a row set aside moved, unless it is not booked or its amount is just what cannot be trusted."""
    text, currency = amounts[row].as_py(), rows.fields["CURSYM"][row].as_py()
    if row in rows.pending or "TRNAMT" in rows.faults.get(row, "") or currency not in (None, "", "ZAR"):
        return None
    return money.cents_of(text)
