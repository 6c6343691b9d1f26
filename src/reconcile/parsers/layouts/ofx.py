"""FNB's OFX download, version 1 (SGML) and 2 (XML), bank and card accounts, one or several in a file.

OFX states no running balance and no opening balance: what proves a file is that every row opened is closed, that
nothing stands outside the rows, and that it ends with </OFX>. A digit changed in an amount cannot be seen; an export as
CSV of the same days shows it. MEMO carries the text of the statement; FITID is kept as evidence, never as identity,
because a second download may carry others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz

from reconcile import money
from reconcile.errors import DamagedStatement, shown
from reconcile.files import Document
from reconcile.parsers.days import COMPACT, Days, days_of, fault_of
from reconcile.parsers.frames import UNPRINTABLE, Aside, Rows, period_of, set_aside, source_of, split_by_effect
from reconcile.parsers.ofx_envelope import Envelope, read_envelope, refuse_unsafe
from reconcile.parsers.ofx_rows import RowTexts, cut_rows
from reconcile.statement import Account, Check, Period, Proof, Statement

_HEADER = re.compile(r"(?:[A-Z]+:[^\n<]*\n\s*)*OFXHEADER\s*:", re.I)
_START = re.compile(r"<\?OFX\b|<OFX>", re.I)
_Mask = npt.NDArray[np.bool_]


class Ofx:
    """Reads OFX; see the module for what its proof can and cannot say."""

    name = "OFX"
    suffix = ".ofx"

    def claims(self, document: Document) -> bool:
        """Whether the document begins as OFX: with its header, or with a tag and <OFX> soon after."""
        head = document.text[:4096].lstrip()
        return document.kind == "text" and bool(_HEADER.match(head) or (head.startswith("<") and _START.search(head)))

    def read(self, document: Document) -> list[Statement]:
        """One statement for each account block; raises DamagedStatement, ForeignStatement or UnknownLayout."""
        text = document.text.replace("\r\n", "\n").replace("\r", "\n")
        refuse_unsafe(text, document.name)
        envelope, rows = cut_rows(text, document.name)
        accounts = read_envelope(envelope, document.name)
        amounts = _decimal_points(rows.fields["TRNAMT"])
        statements = [
            _statement(e, np.flatnonzero(rows.blocks == i), rows, amounts, document) for i, e in enumerate(accounts)
        ]
        _refuse_twice(statements, document.name)
        return statements


LAYOUT = Ofx()

LONGEST = 10_000
"""Characters of a text; none is that long, and no cell of a workbook could hold three of them."""

ALIKE = 90
"""Per cent of letters shared by a NAME and a MEMO that are one text."""


@dataclass(frozen=True)
class _Columns:
    days: Days
    amounts: pa.Array
    descriptions: pa.Array
    good: _Mask


def _decimal_points(amounts: pa.Array) -> pa.Array:
    """The amounts with a point; with a comma in the file throughout, that is its decimal point."""
    amounts = pc.fill_null(amounts, "")
    commas = pc.match_substring(amounts, ",")
    if not pc.any(commas, min_count=0).as_py():
        return amounts
    throughout = pc.all(pc.match_substring_regex(amounts, r"^-?[0-9]{1,11}(,[0-9]{1,2})?$"), min_count=0).as_py()
    return pc.replace_substring(amounts, ",", ".") if throughout else amounts


def _statement(
    envelope: Envelope, own: npt.NDArray[np.intp], rows: RowTexts, amounts: pa.Array, document: Document
) -> Statement:
    take = pa.array(own)
    columns = _columns({k: v.take(take) for k, v in rows.fields.items()}, amounts.take(take), own, rows)
    asides = [
        Aside(
            int(rows.lines[own[i]]),
            rows.texts[own[i]],
            _reason(i, own, rows, amounts),
            _own_cents(int(own[i]), rows, amounts),
        )
        for i in np.flatnonzero(~columns.good).tolist()
    ]
    if len(own) and not columns.good.any():
        what = f"none of its {len(own)} rows can be read ({asides[0].reason})"
        raise DamagedStatement(what, file=document.name, line=asides[0].line, do="Download the file again.")
    order, warnings = _order(columns.days, columns.good)
    kept = pa.array(own[order])
    fields = {k: v.take(kept) for k, v in rows.fields.items()}
    table = Rows(
        rows.lines[own[order]],
        columns.days[order],
        money.from_text(amounts.take(kept)),
        pa.nulls(len(order), money.ARROW),
        columns.descriptions.take(pa.array(order)),
        None,
        # REFNUM is the bank's own reference (OFX 1.6, 11.4.3.1), not the payer's
        pc.coalesce(_or_null(fields["FITID"]), _or_null(fields["CHECKNUM"]), _or_null(fields["REFNUM"])),
    )
    source = source_of(document, Ofx.name)
    transactions, notices = split_by_effect(table, envelope.number, source.name)
    closing, opening, balance = _balances(envelope, table, asides)
    warnings += _warnings(envelope, table, fields, rows)
    checks = (
        Check(
            "every row",
            "open" if asides else "held",
            f"{len(own)} rows opened and closed: {len(transactions)} "
            f"transactions, {len(notices)} notices, {len(asides)} set aside",
        ),
        Check("running balance", "not offered", "OFX states no balance after each row"),
        balance,
    )
    return Statement(
        Account(envelope.number, "", envelope.kind),
        _period(envelope, table.days),
        opening,
        closing,
        transactions,
        notices,
        set_aside(asides, source.name),
        source,
        Proof(checks),
        (*document.warnings, *envelope.warnings, *warnings),
    )


def _columns(fields: dict[str, pa.Array], amounts: pa.Array, own: npt.NDArray[np.intp], rows: RowTexts) -> _Columns:
    dates = pc.utf8_slice_codeunits(pc.fill_null(fields["DTPOSTED"], ""), 0, 8)
    days = days_of(dates, COMPACT)
    descriptions = _descriptions(fields["NAME"], fields["MEMO"])
    good = np.asarray(money.is_money(amounts)) & ~np.isnat(days)
    for column in (descriptions, fields["REFNUM"], fields["FITID"]):
        good &= ~np.asarray(pc.fill_null(pc.match_substring_regex(column, UNPRINTABLE), False))
    good &= np.asarray(pc.less_equal(pc.utf8_length(descriptions), LONGEST))
    if rows.faults:
        good &= ~np.isin(own, list(rows.faults))
    foreign = pc.fill_null(pc.not_equal(fields["CURSYM"], "ZAR"), False)
    for i in np.flatnonzero(np.asarray(foreign)).tolist():
        # ORIGCURRENCY tells what a rand amount was before; CURRENCY says that the amount itself is not in rand
        good[i] &= not re.search("<CURRENCY>", rows.texts[own[i]], re.I)
    return _Columns(days, amounts, descriptions, good)


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
    return len(part) <= len(whole) + 2 and fuzz.partial_ratio(part, whole) >= ALIKE


def _reason(i: int, own: npt.NDArray[np.intp], rows: RowTexts, amounts: pa.Array) -> str:
    row = int(own[i])
    amount, posted = amounts[row].as_py(), (rows.fields["DTPOSTED"][row].as_py() or "")[:8]
    if row in rows.faults:
        return rows.faults[row]
    if not re.match(money.PATTERN, amount):
        return f'the amount "{shown(amount, 30)}" is not money'
    if np.isnat(days_of(pa.array([posted]), COMPACT)[0]):
        return f'{fault_of(posted, COMPACT)}: "{shown(posted, 20)}"'
    currency = rows.fields["CURSYM"][row].as_py()
    if currency and currency != "ZAR":
        return f"the amount is in {shown(currency, 10)}"
    memo = max((rows.fields[f][row].as_py() or "" for f in ("NAME", "MEMO")), key=len)
    return "has a control character" if 2 * len(memo) < LONGEST else f"has a text of {len(memo):,} characters"


def _own_cents(row: int, rows: RowTexts, amounts: pa.Array) -> int | None:
    """What a row set aside moved, unless its amount is just what cannot be trusted."""
    text, currency = amounts[row].as_py(), rows.fields["CURSYM"][row].as_py()
    if "TRNAMT" in rows.faults.get(row, "") or currency not in (None, "", "ZAR"):
        return None
    return int(Decimal(text).scaleb(2)) if re.match(money.PATTERN, text) else None


def _order(days: Days, good: _Mask) -> tuple[npt.NDArray[np.intp], list[str]]:
    """The good rows oldest first; inside a day in file order, turned round where the file is newest first."""
    kept = np.flatnonzero(good)
    steps = np.diff(days[kept])
    if len(steps) and days[kept][0] > days[kept][-1]:
        kept, steps = kept[::-1], -steps[::-1]
    if not (steps < np.timedelta64(0)).any():
        return kept, []
    return kept[np.argsort(days[kept], kind="stable")], ["the dates are not in order; the rows were sorted by day"]


def _balances(envelope: Envelope, table: Rows, asides: list[Aside]) -> tuple[Decimal | None, Decimal | None, Check]:
    name = "opening and closing balance"
    if envelope.closing is None:
        return None, None, Check(name, "not offered", "the file gives no closing balance")
    last = _day(table.days.max()) if len(table.days) else None
    if last and envelope.closing_day and envelope.closing_day < last:
        what = f"the balance given is of {envelope.closing_day}, before the last row"
        return None, None, Check(name, "not offered", what)
    end = envelope.end or last
    if end and envelope.closing_day and envelope.closing_day > end:
        what = f"the balance given is of {envelope.closing_day}, after the period"
        return None, None, Check(name, "not offered", what)
    stated = f"{money.shown(envelope.closing)} as given; nothing in the file states the opening balance"
    if any(a.cents is None for a in asides):
        return envelope.closing, None, Check(name, "open", f"{stated}, and rows set aside have no amount")
    moved = money.total(money.series(table.amounts)) + Decimal(sum(a.cents or 0 for a in asides)).scaleb(-2)
    return envelope.closing, envelope.closing - moved, Check(name, "not offered", stated)


def _warnings(envelope: Envelope, table: Rows, fields: dict[str, pa.Array], rows: RowTexts) -> list[str]:
    found = []
    cents = money.cents(money.series(table.amounts))
    kinds = pc.utf8_upper(pc.fill_null(fields["TRNTYPE"], ""))
    wrong = (np.asarray(pc.equal(kinds, "DEBIT")) & (cents > 0)) | (np.asarray(pc.equal(kinds, "CREDIT")) & (cents < 0))
    if wrong.any():
        lines = ", ".join(str(n) for n in sorted(table.lines[wrong].tolist())[:5])
        found.append(f"{int(wrong.sum())} rows say DEBIT or CREDIT against the sign of their amount (line {lines})")
    parts = [pc.fill_null(fields[f], "") for f in ("DTPOSTED", "TRNAMT", "NAME", "MEMO")]
    whole = pc.drop_null(
        pc.binary_join_element_wise(_or_null(fields["FITID"]), *parts, pa.scalar("|", pa.large_string()))
    )
    if twins := len(whole) - len(whole.unique()):
        found.append(f"{twins} rows stand twice, with the bank's own id too: look whether the file repeats itself")
    if rows.unknown_tags:
        found.append(f"tags not known were passed over: {', '.join(shown(t, 30) for t in rows.unknown_tags[:5])}")
    if not len(table.lines):
        found.append("no transactions")
    elif (envelope.start and _day(table.days.min()) < envelope.start) or (
        envelope.end and _day(table.days.max()) > envelope.end
    ):
        found.append(f"rows lie outside the period the file states ({envelope.start} to {envelope.end})")
    end = envelope.end or (_day(table.days.max()) if len(table.days) else None)
    if envelope.closing is not None and envelope.closing_day and len(table.days):
        if envelope.closing_day < _day(table.days.max()):
            found.append(f"the closing balance is of {envelope.closing_day}, before the last row, and was not used")
        elif end and envelope.closing_day > end:
            found.append(f"the closing balance is of {envelope.closing_day}, after the period, and was not used")
    return found


def _period(envelope: Envelope, days: Days) -> Period | None:
    if envelope.start and envelope.end and envelope.start <= envelope.end:
        return Period(envelope.start, envelope.end, stated=True)
    return period_of(days)


def _refuse_twice(statements: list[Statement], file: str) -> None:
    """The same account may come in two blocks, but not with the same rows: that would double the money."""
    seen: dict[tuple[str, tuple[str, ...]], int] = {}
    for number, statement in enumerate(statements, 1):
        ids = tuple(sorted(statement.transactions["transaction_id"]))
        if ids and (statement.account.number, ids) in seen:
            what = f"holds the same rows of account {statement.account.shown} twice"
            raise DamagedStatement(what, file=file, do="Download the file again.")
        seen[statement.account.number, ids] = number


def _or_null(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)


def _day(day: np.datetime64) -> date:
    return day.astype("datetime64[D]").item()  # type: ignore[no-any-return]
