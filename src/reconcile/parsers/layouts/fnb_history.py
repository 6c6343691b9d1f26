"""FNB's Transaction History as CSV: the account's own download from online banking, bank and card accounts.

The rows state a running balance and the heading the current one, so a row lost, added or changed breaks the chain
between its neighbours. What the layout cannot show: nothing states the balance before the oldest row, so rows missing
in front of it, and its own amount, are checked only by an export that overlaps. The bank writes newest first, so a file
cut between two rows looks whole: the proof says "start of the period: not offered".

A file that does not end with a line end may be cut inside its last row: amount and balance are then still proved, but
the text may be short. That row is set aside, unless the file came in the bank's ZIP (whose checksum shows it whole).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile import money
from reconcile.errors import DamagedStatement
from reconcile.files import Document
from reconcile.parsers.days import Days, days_of
from reconcile.parsers.frames import UNPRINTABLE, Rows, period_of, set_aside, source_of, split_by_effect
from reconcile.parsers.history_cells import JOINED, Cells, bank_cells, lines_of
from reconcile.parsers.history_heading import Heading, has_title, read_heading
from reconcile.parsers.history_odd import Odd, sort_odd
from reconcile.parsers.history_resaved import is_resaved, resaved_cells
from reconcile.statement import Chain, Check, Proof, Statement, check_chain

_Mask = npt.NDArray[np.bool_]
_Cents = npt.NDArray[np.int64]


class History:
    """Reads a Transaction History; see the module for what its proof can and cannot say."""

    name = "FNB Transaction History CSV"
    suffix = ".csv"

    def claims(self, document: Document) -> bool:
        """Whether the document begins with the title of a Transaction History."""
        return document.kind == "text" and has_title(document.text)

    def read(self, document: Document) -> list[Statement]:
        """One statement; raises DamagedStatement where the rows do not prove."""
        text, whole_end = _unix(document)
        heading = read_heading(document, text)
        raw = lines_of(text, heading.start)
        _refuse_long(raw, heading.lines + 1, document)
        resaved = is_resaved(raw, heading.padded)
        cells = (
            resaved_cells(raw, heading.places, document.name, heading.lines + 1)
            if resaved
            else bank_cells(raw, heading.places)
        )
        table = _sorted_out(cells, heading, document, cut=not whole_end)
        if resaved and table.odd.asides:
            first = table.odd.asides[0]
            what = f"was re-saved by a spreadsheet and {len(table.odd.asides)} rows no longer prove ({first.reason})"
            do = "Use the file as the bank delivered it."
            raise DamagedStatement(what, file=document.name, line=first.line, do=do)
        return [_statement(table, heading, document, cells)]


LAYOUT = History()


@dataclass(frozen=True)
class _Table:
    """Rows in time order. `readable` rows have an amount and a balance and take part in the chain; `good` ones are
    read whole; `gaps` are the positions among the readable ones where rows that cannot be read stood.
    """

    order: npt.NDArray[np.intp]
    good: _Mask
    days: Days
    amounts: pa.Array
    balances: pa.Array
    chain: Chain
    odd: Odd


def _unix(document: Document) -> tuple[str, bool]:
    """The text with line feeds alone, and whether its last line is surely whole."""
    text = document.text
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\n" not in text:
            text = text.replace("\r", "\n")
    ended = text.endswith(("\n", "\r")) or document.member is not None
    return (text[:-1] + "\n" if text.endswith("\r") else text), ended


def _sorted_out(cells: Cells, heading: Heading, document: Document, *, cut: bool) -> _Table:
    days = days_of(cells.dates, cells.form)
    readable = cells.whole & np.asarray(money.is_money(cells.amounts)) & np.asarray(money.is_money(cells.balances))
    joined = np.asarray(pc.match_substring_regex(cells.descriptions, JOINED))
    cells = replace(cells, whole=cells.whole & ~joined)
    readable &= ~joined
    good = readable & ~np.isnat(days) & _printable(cells, document)
    if cut and len(good):
        good[-1] = False
    odd = sort_odd(cells, good, readable, heading, document, cut=cut)
    readable[odd.no_rows] = False
    places = np.flatnonzero(readable)
    amounts = money.from_text(cells.amounts if readable.all() else cells.amounts.take(pa.array(places)))
    balances = money.from_text(cells.balances if readable.all() else cells.balances.take(pa.array(places)))
    amount_cents, balance_cents = money.cents(money.series(amounts)), money.cents(money.series(balances))
    gaps = np.searchsorted(places, odd.unreadable)
    if _newest_first(days[good], amount_cents, balance_cents, heading.current_cents):
        order = np.arange(len(places))[::-1]
        gaps = len(places) - gaps
    else:
        order = np.arange(len(places))
    chain = check_chain(
        amount_cents[order],
        balance_cents[order],
        places[order] + heading.lines + 1,
        file=document.name,
        gaps=gaps.tolist(),
        closing=heading.current_cents,
    )
    moved = dict(zip((places + heading.lines + 1).tolist(), amount_cents.tolist(), strict=True)) if odd.asides else {}
    odd = odd.with_amounts(moved, gaps.tolist(), chain.implied_cents, heading.lines + 1)
    return _Table(places[order], good[places][order], days, amounts.take(order), balances.take(order), chain, odd)


LONGEST = 10_000
"""Characters of a line; no description is that long, and no cell of a workbook could hold three of them."""


def _refuse_long(raw: pa.Array, first_line: int, document: Document) -> None:
    long = np.flatnonzero(np.asarray(pc.greater(pc.utf8_length(raw), LONGEST)))
    if len(long):
        what = f"has {pc.utf8_length(raw)[int(long[0])].as_py():,} characters, more than {LONGEST:,}"
        line = first_line + int(long[0])
        raise DamagedStatement(what, file=document.name, line=line, do="Download the file again.")


_PLAIN = bytes(range(32, 127)) + b"\n"


def _printable(cells: Cells, document: Document) -> _Mask:
    # deleting what is allowed is the fastest way to see that a file of plain ASCII, as most are, has nothing else
    if document.encoding == "utf-8" and not document.content.translate(None, _PLAIN):
        return np.ones(len(cells.raw), dtype=bool)
    return ~np.asarray(pc.match_substring_regex(cells.raw, UNPRINTABLE))


def _newest_first(days: Days, amounts: _Cents, balances: _Cents, current: int | None) -> bool:
    """By the days; inside one day by the balances; where both orders fit, by the balance of the heading."""
    if len(days) and days[0] != days[-1]:
        return bool(days[0] > days[-1])
    down = int((balances[:-1] - amounts[:-1] == balances[1:]).sum())
    up = int((balances[:-1] + amounts[1:] == balances[1:]).sum())
    if down != up:
        return down > up
    return not (len(balances) and balances[0] != current and balances[-1] == current)


def _statement(table: _Table, heading: Heading, document: Document, cells: Cells) -> Statement:
    good, order = table.good, table.order[table.good]
    days = table.days[order]
    keep = pa.array(np.flatnonzero(good))
    balances = pc.if_else(pa.array(table.chain.unknown), pa.scalar(None, money.ARROW), table.balances)
    all_good = bool(good.all())
    rows = Rows(
        order + heading.lines + 1,
        days,
        table.amounts if all_good else table.amounts.take(keep),
        balances if all_good else balances.take(keep),
        cells.descriptions.take(pa.array(order)),
    )
    source = source_of(document, History.name)
    transactions, notices = split_by_effect(rows, heading.account.number, source.name)
    table.odd.check_footers(table.chain, transactions, document.name)
    warnings = [*document.warnings, *heading.warnings, *cells.warnings, *table.odd.warnings]
    if not len(rows.lines):
        warnings.append("no transactions")
    backwards = np.flatnonzero(np.diff(days) < np.timedelta64(0))
    if len(backwards):
        warnings.append(f"the dates are not in order at line {int(rows.lines[backwards[0] + 1])}")
    _account_for_lines(table, len(cells.raw), len(rows.lines), document.name)
    checks = _checks(table, heading, len(transactions), len(notices))
    return Statement(
        heading.account,
        period_of(days),
        table.chain.opening,
        table.chain.closing,
        transactions,
        notices,
        set_aside(table.odd.asides, source.name),
        source,
        Proof(checks),
        tuple(warnings),
    )


def _account_for_lines(table: _Table, lines: int, rows: int, file: str) -> None:
    known = rows + len(table.odd.asides) + len(table.odd.no_rows)
    if known != lines:
        what = f"{lines} lines stand below the heading, and {known} are a row, set aside, or known to be no row"
        raise DamagedStatement(what, file=file, do="Report this: no line may go missing.")


def _checks(table: _Table, heading: Heading, transactions: int, notices: int) -> tuple[Check, ...]:
    aside, others = len(table.odd.asides), len(table.odd.no_rows)
    counted = (
        f"{heading.lines} lines of heading, {transactions} transactions, {notices} notices, {aside} rows set aside, "
        f"{others} blank or without a row"
    )
    rows, unknown = len(table.order), int(table.chain.unknown.sum())
    fits = f"{rows - unknown} balances, each the one before plus the amount" + (
        f"; {unknown} not known" if unknown else ""
    )
    chain = (
        Check("balance chain", "open", f"{fits}; broken only where rows were set aside")
        if table.odd.unreadable.size
        else Check("balance chain", "held" if rows > unknown else "not offered", fits)
    )
    newest = (
        Check("balance of the heading", "not offered", "the heading states no balance")
        if heading.current_cents is None
        else Check("balance of the heading", "held", f"{money.shown(table.chain.closing)} after the newest row")
    )
    start = "no balance before the oldest row is stated: an overlapping export must show that no row is missing there"
    return (
        Check("every line", "open" if aside else "held", counted),
        chain,
        newest,
        Check("start of the period", "not offered", start),
    )
