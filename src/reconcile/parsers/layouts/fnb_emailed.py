"""FNB's e-mailed statement as CSV with record types: 2 account, 3 statement, 4 summary, 5 transactions, 6 the end.

The best proved of all exports. It states its opening and closing balance, a running balance after each row, a number on
each row, counts and sums by class, and ends with a record of its own: no row can be lost, doubled or changed unseen.

A row's day has no year; it is the year that puts the day inside the stated period. A row whose balance is that of the
row before moved no money, whatever its amount says (a debit order that failed): it is a notice. The three descriptions
are joined by a blank, because the bank breaks a reference over two of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.errors import DamagedStatement
from reconcile.files import Document
from reconcile.money import shown_cents
from reconcile.parsers.cells import Cells, runs_of_lines, unix_lines
from reconcile.parsers.days import days_read
from reconcile.parsers.emailed_records import Class, Records, read_records
from reconcile.parsers.emailed_resaved import as_sent, is_resaved
from reconcile.parsers.ledger import Ledger, StatedBalances, line_parts, prove, statement_of
from reconcile.parsers.lines import Lines, read_lines
from reconcile.parsers.odd_lines import Wording
from reconcile.parsers.proofs import Sentences, Stated
from reconcile.parsers.yearless import day_in_period, fault_in_period
from reconcile.statement import Statement

_CLAIM = re.compile(r"\s*\"?2\"?[,;][^\n,;]*[,;][^\n]*\n\s*\"?[34]\"?\s*([,;]|\n)")


def _text(n: int) -> str:
    """A description, quoted or bare: it is closed by a quote in front of a comma; one the payer typed is not."""
    return f'(?:"(?P<q{n}>(?:[^"]|"+[^",])*"*)"|(?P<p{n}>[^",]*))'


_ROW = (
    r"^5,(?P<number>[0-9]{1,7}),'+(?P<day>[^',]*)'+,"
    + ",".join(map(_text, (1, 2, 3)))
    + r",(?P<amount>[^,]*),(?P<balance>[^,]*),[^,]*$"
)
_WORDING = Wording((), re.compile(r"2,[^,]*,'"), r'",-?[0-9.]+,-?[0-9.]+,[^,"]*5,[0-9]+,')

_RESAVED = "was re-saved by a spreadsheet; the balances prove its rows, but a reference may have lost leading zeros"

ONE_SIGNED = ("funds received/credits", "funds used/debits", "bank charges")
"""Classes of the summary that hold money in alone or money out alone, as interest does; refunds may hold both."""


class Emailed:
    """Reads the e-mailed statement; see the module for what proves it."""

    name = "FNB e-mailed statement CSV"
    suffix = ".csv"

    def claims(self, document: Document) -> bool:
        """Whether the document begins with a record 2 and a record 3."""
        return document.kind == "text" and bool(_CLAIM.match(unix_lines(document.text[:2000])))

    def read(self, document: Document) -> list[Statement]:
        """One statement; raises DamagedStatement where a record is missing or its rows do not prove."""
        text = unix_lines(document.text)
        if not is_resaved(text):
            return [_statement(text, document)]
        try:
            statement = _statement(as_sent(text), document, warnings=[_RESAVED])
            if len(statement.quarantined):
                aside = statement.quarantined.iloc[0]
                what = f"{len(statement.quarantined)} of its rows cannot be read ({aside['reason']})"
                raise DamagedStatement(what, line=int(aside["line"]))
        except DamagedStatement as fault:
            what = f"was re-saved by a spreadsheet and no longer proves: {fault.what}"
            do = "Use the file as the bank sent it."
            raise DamagedStatement(what, file=document.name, line=fault.line, do=do) from fault
        return [statement]


LAYOUT = Emailed()


def _statement(text: str, document: Document, warnings: Sequence[str] = ()) -> Statement:
    file = document.name
    records = read_records(text, file)
    assert records.account is not None and records.period is not None
    runs = runs_of_lines(text[: records.end], records.start, records.lines + 1, file)
    lines = read_lines((_cells(raw, records) for raw in runs), records.lines + 1, _WORDING, file)
    said = Sentences(file, len(lines.odd.asides))
    in_front = np.searchsorted(np.array(lines.odd.unreadable, dtype=np.int64), lines.places)
    said.numbered(_numbers(lines), lines.places + lines.first_line, in_front)
    stated = StatedBalances(records.opening, records.closing, may_stand_still=True, oldest_first=True)
    ledger = prove(lines, stated)
    outside = _say(said, ledger, records)
    return statement_of(
        ledger,
        document,
        Emailed.name,
        records.account,
        said,
        period=records.period,
        number=records.number,
        warnings=[*warnings, *outside],
    )


def _cells(raw: pa.Array, records: Records) -> Cells:
    assert records.period is not None
    found = pc.extract_regex(raw, _ROW)
    whole = np.asarray(pc.is_valid(found))

    def field(name: str) -> pa.Array:
        return pc.fill_null(pc.struct_field(found, name), "")

    days = pc.ascii_trim(field("day"), " ")
    return Cells(
        raw,
        whole,
        days,
        days_read(days, partial(day_in_period, period=records.period)),
        partial(fault_in_period, period=records.period),
        pc.ascii_trim(field("amount"), " "),
        pc.ascii_trim(field("balance"), " "),
        _joined([_description(field(f"q{n}"), field(f"p{n}")) for n in (1, 2, 3)]),
        None,
        pc.binary_join_element_wise(_large(str(records.number)), field("number"), _large("/")),
    )


def _description(quoted: pa.Array, plain: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(quoted, ""), plain, pc.replace_substring(quoted, '""', '"'))


def _joined(parts: list[pa.Array]) -> pa.Array:
    """The parts that are not empty, joined by one blank."""
    joined = parts[0]
    for part in parts[1:]:
        both = pc.and_(pc.not_equal(joined, ""), pc.not_equal(part, ""))
        blank = pc.if_else(both, _large(" "), _large(""))
        joined = pc.binary_join_element_wise(joined, blank, part, _large(""))
    return joined


def _large(text: str | None) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())


def _numbers(lines: Lines) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The rows' own numbers, in the order of the file."""
    if lines.bank_ids is None:
        return np.empty(0, dtype=np.int64)
    numbers = pc.list_element(pc.split_pattern(lines.bank_ids, "/"), 1)
    return np.asarray(pc.cast(numbers, pa.int64()), dtype=np.int64)


def _say(said: Sentences, ledger: Ledger, records: Records) -> list[str]:
    """All that the statement proves; what is to be warned of."""
    above, below = records.lines, records.below
    parts = line_parts(ledger, above + below, "records around the rows")
    said.every_line(ledger.count + above + below, parts)
    said.chain(ledger.in_chain, 0, broken=ledger.broken)
    said.movements(records.opening, ledger.moved, records.closing, records.values_line, ledger.broken)
    _say_classes(said, ledger, records)
    assert records.period is not None
    days = ledger.rows.days.astype("datetime64[D]")
    first, last = (days.min().item(), days.max().item()) if len(days) else (None, None)
    warning = said.period(records.period, first, last)
    return [warning] if warning else []


def _say_classes(said: Sentences, ledger: Ledger, records: Records) -> None:
    """The summary's counts and sums; the classes under a total add up to it, and the totals to the rows."""
    totals = [c for c in records.classes if c.total]
    if not totals:
        said.not_offered("counts and sums by class", "the summary states none")
        return
    _check_parts(records)
    _refuse_too_many(ledger, records, sum(c.count for c in totals))
    groups = _groups(totals, ledger.cents[ledger.cents != 0])
    sums = [Stated(g.words, g.line, sum(c.cents for c in g.classes)) for g in groups]
    said.figures("sums by class", sums, [int(g.moves.sum()) for g in groups], shown_cents)
    counts = [Stated(g.words, g.line, sum(c.count for c in g.classes)) for g in groups]
    said.figures("counts by class", counts, [len(g.moves) for g in groups], str)


@dataclass(frozen=True)
class _Group:
    """Classes that together hold certain rows, what those moved in cents, and the words and line to name them by."""

    words: str
    line: int
    classes: list[Class]
    moves: npt.NDArray[np.int64]


def _groups(totals: list[Class], moves: npt.NDArray[np.int64]) -> list[_Group]:
    """Money in and money out, where each class holds but one of them."""
    if not all(_one_signed(c) for c in totals if c.cents or c.count):
        # refunds and unpaid items may hold both money in and money out: only the whole can be told
        return [_Group("All classes", totals[0].line, totals, moves)]
    groups = []
    for words, sign in (("Money in", 1), ("Money out", -1)):
        classes = [c for c in totals if np.sign(c.cents) == sign]
        named = " + ".join(c.words for c in classes) or words
        groups.append(_Group(named, (classes or totals)[0].line, classes, moves[np.sign(moves) == sign]))
    return groups


def _refuse_too_many(ledger: Ledger, records: Records, stated: int) -> None:
    """Behind a row that cannot be read no balance tells whether the next moves money: the summary's count must."""
    unread = {ledger.odd.first_line + at for at in ledger.odd.unreadable}
    moved = [a.line for a in ledger.asides if a.line in unread and a.cents]
    moving = int((ledger.cents != 0).sum()) + len(moved)
    if moved and moving > stated:
        what = f"the summary counts {stated} rows that move money, and with those set aside they are {moving}"
        records.refuse(what, moved[0])


def _one_signed(total: Class) -> bool:
    return total.words.lower() in ONE_SIGNED or total.words.lower().startswith("interest")


def _check_parts(records: Records) -> None:
    groups: list[tuple[Class, list[Class]]] = []
    for one in records.classes:
        if one.total:
            groups.append((one, []))
        elif groups:
            groups[-1][1].append(one)
    for total, parts in groups:
        count, cents = sum(p.count for p in parts), sum(p.cents for p in parts)
        if parts and (count, cents) != (total.count, total.cents):
            what = f'"{total.words}" is {total.count} and {shown_cents(total.cents)}, its parts {count} and '
            records.refuse(what + shown_cents(cents), total.line)
