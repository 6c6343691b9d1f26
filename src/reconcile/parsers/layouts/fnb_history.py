"""FNB's Transaction History as CSV: the account's own download from online banking, bank and card accounts.

The rows state a running balance and the heading the current one, so a row lost, added or changed breaks the chain
between its neighbours. What the layout cannot show: nothing states the balance before the oldest row, so rows missing
in front of it, and its own amount, are checked only by an export that overlaps. The bank writes newest first, so a file
cut between two rows looks whole: the proof says "start of the period: not offered".

A file that does not end with a line end may be cut inside its last row: amount and balance are then still proved, but
the text may be short. That row is set aside, unless the file came in the bank's ZIP (whose checksum shows it whole).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reconcile.errors import DamagedStatement
from reconcile.files import Document
from reconcile.parsers.cells import Cells, Mask, runs_of_lines, unix_lines, without_first_blank
from reconcile.parsers.days import YEAR_FIRST, days_of, fault_of
from reconcile.parsers.history_heading import COLUMNS, Heading, has_title, read_heading
from reconcile.parsers.history_resaved import is_resaved, resaved_cells, with_commas
from reconcile.parsers.ledger import Ledger, StatedBalances, line_parts, prove, statement_of
from reconcile.parsers.lines import read_lines
from reconcile.parsers.odd_lines import Wording
from reconcile.parsers.proofs import Sentences
from reconcile.statement import Statement
from reconcile.texts import only_of

_WORDING = Wording(
    COLUMNS,
    re.compile(r"\s*\"?(ACCOUNT TRANSACTION HISTORY|(Account|Balance|Name):)", re.IGNORECASE),
    "[0-9]{4}/[0-9]{2}/[0-9]{2}, *-?[0-9]+(\\.[0-9]+)?, *-?[0-9]",
)
_START = "no balance before the oldest row is stated: an overlapping export must show that no row is missing there"


class History:
    """Reads a Transaction History; see the module for what its proof can and cannot say."""

    name = "FNB Transaction History CSV"
    suffix = ".csv"

    def claims(self, document: Document) -> bool:
        """Whether the document begins with the title of a Transaction History."""
        return document.kind == "text" and has_title(document.text)

    def read(self, document: Document) -> list[Statement]:
        """One statement; raises DamagedStatement where the rows do not prove."""
        text, file = unix_lines(document.text), document.name
        respelled = with_commas(text)
        text = respelled or text
        cut = not document.text.endswith(("\n", "\r")) and document.member is None
        heading = read_heading(document, text)
        raw = runs_of_lines(text, heading.start, heading.lines + 1, file)
        first = next(raw, pa.array([], type=pa.large_string()))
        resaved = respelled is not None or is_resaved(first, heading.padded)
        warnings = [*heading.warnings]
        runs: Iterable[Cells | Callable[[], Cells]]
        if resaved:
            whole = resaved_cells(pa.concat_arrays([first, *raw]), heading.places, file, heading.lines + 1)
            runs = [whole]
            warnings.append("was re-saved by a spreadsheet; the balances prove its rows")
        else:
            runs = (partial(_bank_cells, part, heading.places) for part in chain([first], raw) if len(part))
        # not named: a million lines are let go before a million rows are made
        ledger = prove(
            read_lines(runs, heading.lines + 1, _WORDING, file, cut=cut),
            StatedBalances(closing=heading.current_cents, nought_is_unknown=True),
        )
        if resaved and ledger.asides:
            aside = ledger.asides[0]
            rows = "a row no longer proves" if len(ledger.asides) == 1 else f"{len(ledger.asides)} rows no longer prove"
            what = f"was re-saved by a spreadsheet and {rows} ({aside.reason})"
            raise DamagedStatement(what, file=file, line=aside.line, do="Use the file as the bank delivered it.")
        said = _said(ledger, heading, file)
        return [statement_of(ledger, document, self.name, heading.account, said, warnings=warnings)]


LAYOUT = History()


def _bank_cells(raw: pa.Array, places: tuple[int, ...]) -> Cells:
    """The cells as the bank writes them: unquoted, so that all behind the third comma is the last cell."""
    columns = _plain_columns(raw, places)
    whole = np.ones(len(raw), dtype=bool)
    if columns is None:
        columns, whole = _columns(raw, places)
    dates, amounts, balances, descriptions = columns
    why_no_day = partial(fault_of, form=YEAR_FIRST)
    return Cells(raw, whole, dates, days_of(dates, YEAR_FIRST), why_no_day, amounts, balances, descriptions)


def _plain_columns(raw: pa.Array, places: tuple[int, ...]) -> list[pa.Array] | None:
    """The columns where every row has a comma and one blank between its cells, as nearly all files have; else None."""
    parts = pc.split_pattern(raw, ", ", max_splits=3)
    if places[3] != 3 or not pc.all(pc.equal(pc.list_value_length(parts), 4), min_count=0).as_py():
        return None
    columns = _taken(parts, len(raw), places)
    # no comma and no blank is left in the figures, so the first three separators were taken for what they are
    return columns if all(only_of(column, b"0123456789/.-") for column in columns[:3]) else None


def _columns(raw: pa.Array, places: tuple[int, ...]) -> tuple[list[pa.Array], Mask]:
    parts = pc.split_pattern(raw, ",", max_splits=3)
    whole = np.asarray(pc.equal(pc.list_value_length(parts), 4))
    if not whole.all():
        parts = pc.split_pattern(pc.if_else(pa.array(whole), raw, ",,,"), ",", max_splits=3)
    # the bank writes a blank behind each of its commas: one without is a decimal comma, and the cells are not these
    blanks = [np.asarray(pc.starts_with(pc.list_element(parts, cell), " ")) for cell in (1, 2, 3)]
    whole &= (blanks[0] == blanks[1]) & (blanks[1] == blanks[2])
    *figures, texts = _taken(parts, len(raw), places)
    return [*(pc.ascii_trim(column, " ") for column in figures), without_first_blank(texts)], whole


def _taken(parts: pa.Array, rows: int, places: tuple[int, ...]) -> list[pa.Array]:
    flat, first = parts.flatten(), np.arange(0, 4 * rows, 4)
    return [flat.take(pa.array(first + place)) for place in places]


def _said(ledger: Ledger, heading: Heading, file: str) -> Sentences:
    said = Sentences(file, len(ledger.asides))
    said.every_line(ledger.count + heading.lines, line_parts(ledger, heading.lines))
    said.chain(ledger.in_chain, int(ledger.chain.unknown.sum()), broken=ledger.broken)
    no_balance = "the heading states no balance"
    said.led_to("balance of the heading", heading.current_cents, "after the newest row", no_balance)
    said.not_offered("start of the period", _START)
    return said
