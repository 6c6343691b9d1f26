"""FNB's e-mailed statement as CSV with record types: 2 account, 3 statement, 4 summary, 5 transactions, 6 the end.

The best proved of all exports. It states its opening and closing balance, a running balance after each row, a number on
each row, counts and sums by class, and ends with a record of its own: no row can be lost, doubled or changed unseen.

A row's day has no year; it is the year that puts the day inside the stated period. A row whose balance is that of the
row before moved no money, whatever its amount says (a debit order that failed): it is a notice. The three descriptions
are joined by a blank, because the bank breaks a reference over two of them.
"""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.files import Document
from reconcile.parsers.cells import Cells, runs_of_lines, unix_lines
from reconcile.parsers.days import days_read, fault_read
from reconcile.parsers.emailed_records import Class, Records, read_records
from reconcile.parsers.ledger import Ledger, Lines, line_parts, prove, read_lines, statement_of
from reconcile.parsers.odd_lines import Wording
from reconcile.parsers.proofs import Sentences, Stated, count_shown, rand_shown
from reconcile.parsers.yearless import day_in_period
from reconcile.statement import Statement

_CLAIM = re.compile(r"\s*\"?2\"?,[^\n,]*,[^\n]*\n\s*\"?3\"?\s*(,|\n)")


def _text(n: int) -> str:
    """A description, quoted or bare: it is closed by a quote in front of a comma; one the payer typed is not."""
    return f'(?:"(?P<q{n}>(?:[^"]|"[^,])*)"|(?P<p{n}>[^",]*))'


_ROW = (
    r"^5,(?P<number>[0-9]{1,7}),'+(?P<day>[^',]*)'+,"
    + ",".join(map(_text, (1, 2, 3)))
    + r",(?P<amount>[^,]*),(?P<balance>[^,]*),[^,]*$"
)
_WORDING = Wording((), re.compile(r"2,[^,]*,'"), r'",-?[0-9.]+,-?[0-9.]+,[^,"]*5,[0-9]+,')

ONE_SIGNED = ("funds received/credits", "funds used/debits", "bank charges")
"""Classes of the summary that hold money in alone or money out alone, as interest does; refunds may hold both."""


class Emailed:
    """Reads the e-mailed statement; see the module for what proves it."""

    name = "FNB e-mailed statement CSV"
    suffix = ".csv"

    def claims(self, document: Document) -> bool:
        """Whether the document begins with a record 2 and a record 3."""
        return document.kind == "text" and bool(_CLAIM.match(document.text[:2000]))

    def read(self, document: Document) -> list[Statement]:
        """One statement; raises DamagedStatement where a record is missing or its rows do not prove."""
        text, file = unix_lines(document.text), document.name
        records = read_records(text, file)
        assert records.account is not None and records.period is not None
        runs = runs_of_lines(text[: records.end], records.start, records.lines + 1, file)
        lines = read_lines((_cells(raw, records) for raw in runs), records.lines + 1, _WORDING, file)
        said = Sentences(file, len(lines.odd.asides))
        said.numbered(_numbers(lines), lines.places + lines.first_line)
        ledger = prove(lines, opening=records.opening, closing=records.closing, may_stand_still=True, oldest_first=True)
        warning = _say(said, ledger, records)
        return [
            statement_of(
                ledger,
                document,
                self.name,
                records.account,
                said,
                period=records.period,
                number=records.number,
                warnings=[warning] if warning else [],
            )
        ]


LAYOUT = Emailed()


def _cells(raw: pa.Array, records: Records) -> Cells:
    assert records.period is not None
    found = pc.extract_regex(raw, _ROW)
    whole = np.asarray(pc.is_valid(found))

    def field(name: str) -> pa.Array:
        return pc.fill_null(pc.struct_field(found, name), "")

    read = partial(day_in_period, period=records.period)
    return Cells(
        raw,
        whole,
        field("day"),
        days_read(field("day"), read),
        partial(fault_read, read=read),
        field("amount"),
        field("balance"),
        _joined([_description(field(f"q{n}"), field(f"p{n}")) for n in (1, 2, 3)]),
        None,
        pc.binary_join_element_wise(_large(str(records.number)), field("number"), _large("/")),
    )


def _description(quoted: pa.Array, plain: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(quoted, ""), plain, pc.replace_substring(quoted, '""', '"'))


def _joined(parts: list[pa.Array]) -> pa.Array:
    """The parts that are not empty, joined by one blank."""
    known = [pc.if_else(pc.equal(part, ""), _large(None), part) for part in parts]
    return pc.binary_join_element_wise(*known, _large(" "), null_handling="skip")


def _large(text: str | None) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())


def _numbers(lines: Lines) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The rows' own numbers, moved on by one for each row set aside that has none to read."""
    numbers = pc.cast(pc.list_element(pc.split_pattern(lines.bank_ids, "/"), 1), pa.int64()).to_numpy()
    in_front = np.searchsorted(np.array(lines.odd.unreadable, dtype=np.int64), lines.places)
    return np.asarray(numbers - in_front, dtype=np.int64)


def _say(said: Sentences, ledger: Ledger, records: Records) -> str | None:
    above, below = records.lines, records.below
    parts = line_parts(ledger, above + below, "records around the rows")
    said.every_line(ledger.count + above + below, parts)
    said.chain(ledger.in_chain, 0, broken=ledger.broken)
    said.movements(records.opening, ledger.moved, records.closing, records.values_line, ledger.broken)
    _say_classes(said, ledger, records)
    assert records.period is not None
    days = ledger.rows.days.astype("datetime64[D]")
    first, last = (days.min().item(), days.max().item()) if len(days) else (None, None)
    return said.period(records.period, first, last)


def _say_classes(said: Sentences, ledger: Ledger, records: Records) -> None:
    """The summary's counts and sums; the classes under a total add up to it, and the totals to the rows."""
    totals = [c for c in records.classes if c.total]
    if not totals:
        said.not_offered("counts and sums by class", "the summary states none")
        return
    _check_parts(records)
    moves = ledger.cents[ledger.cents != 0]
    groups = [("Money in", [c for c in totals if c.cents > 0], moves[moves > 0])]
    groups += [("Money out", [c for c in totals if c.cents < 0], moves[moves < 0])]
    if any(c.cents and not _one_signed(c) for c in totals):
        # refunds and unpaid items may hold both money in and money out: only the whole can be told
        groups = [("All classes", [c for c in totals if c.cents or c.count], moves)]
    stated, found = [], []
    for words, classes, own in groups:
        line = classes[0].line if classes else totals[0].line
        stated.append(Stated(words, line, sum(c.cents for c in classes)))
        found.append(int(own.sum()))
    said.figures("sums by class", stated, found, rand_shown)
    stated = [
        Stated(words, classes[0].line if classes else totals[0].line, sum(c.count for c in classes))
        for words, classes, _ in groups
    ]
    said.figures("counts by class", stated, [len(own) for _, _, own in groups], count_shown)


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
            what = f'"{total.words}" is {total.count} and {rand_shown(total.cents)}, its parts {count} and '
            records.refuse(what + rand_shown(cents), total.line)
