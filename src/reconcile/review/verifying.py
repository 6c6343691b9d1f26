"""verify_workbook: whether every cell of a workbook is what its sources give today, and which are not."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import FrameRefused, ReconcileError, ReviewRefused
from reconcile.errors import shown as safely
from reconcile.facts import grouped
from reconcile.reporters.book import HEAD_ROW
from reconcile.reporters.sheets.control import SOFTWARE
from reconcile.reporters.sheets.payout_gifts import NAME as PAYOUT_GIFTS
from reconcile.review.cells import LONGEST_SHOWN, Book, Place, at, read_book, shown
from reconcile.review.its_own import other_files
from reconcile.review.lined_up import NOT_WRITTEN, LinedUp, lined_up
from reconcile.review.seals import CONTROL, HASH, STATE, broken, free_of, in_a_box, is_part_of, own_seal, table_of
from reconcile.review.sources import Given, from_statements, from_store, made_from, under_its_names
from reconcile.spreadsheets import Cell
from reconcile.statement import Statement

if TYPE_CHECKING:
    import pandas as pd

    from reconcile.store import Store

NEAR = 0.005
"""A figure that a spreadsheet program worked out anew may differ so little: it counts in binary fractions."""

MOST_TOLD = 100
FEW = 10
"""So many differences are told without saying first on which sheets they are."""

LONGEST_NAMES = 1000
TRANSACTIONS = "Transactions"
THE_TABLE, TABLES = "the table", "tables"
ANOTHER_HASH = "the hash of the row is not that of its cells: something in it was changed"

HASHES_ALONE = "only its own hashes were checked: the statements, or the store it was made from, would show more"
REWORDED = "stand in other words than they were written in; their values are right"
UNTABLED = "its tables are plain cells now, as some programs save them"
FROM_ITSELF = tuple(f"{name}{mark}" for name in (CONTROL, "Register", "Funds", PAYOUT_GIFTS) for mark in ":!")
NOT_SAVED = (
    "the values of its formulas are not in it, so sheets of formulas were not checked as a whole: open it in a "
    "spreadsheet, save it, and check that"
)


@dataclass(frozen=True)
class Verified:
    """What became of the check: `differences` in words, each with its cell; `notes` on what was not compared."""

    differences: tuple[str, ...]
    notes: tuple[str, ...]
    cells: int
    workbook: str = ""
    """Its name and SHA-256."""

    against: str = ""
    """What it was held against."""

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def __str__(self) -> str:
        more = len(self.differences) - MOST_TOLD
        told = self.differences[:MOST_TOLD] + ((f"… and {more} more",) if more > 0 else ())
        facts = (("workbook", self.workbook), ("held against", self.against))
        return "\n".join([self._verdict(), *told, *self.notes, *(f"{what}: {said}" for what, said in facts if said)])

    def _verdict(self) -> str:
        if self.holds:
            return f"{grouped(self.cells)} cells compared, all as they must be"
        number = len(self.differences)
        sheets = Counter(TABLES if s.startswith(THE_TABLE) else re.split("[!:]", s)[0] for s in self.differences)
        where = ": " + ", ".join(f"{name} {count}" for name, count in sheets.items()) if number > FEW else ""
        return f"{number} difference{'s' * (number != 1)}{where}"


def verify_workbook(
    path: str | Path,
    *,
    statements: Sequence[Statement] | None = None,
    store: Store | None = None,
    campaigns: CampaignRegister | None = None,
    funds: FundVocabulary | None = None,
    max_wrong: float = 0,
    receipts: pd.DataFrame | None = None,
    payouts: pd.DataFrame | None = None,
    refused: Sequence[ReconcileError] = (),
) -> Verified:
    """Which cells of a workbook are not what they must be.

    It is written again from its sources and compared cell by cell: from the `store` that it shows a month of, or from
    `statements` (and the files that were `refused` beside them), with the decisions that stand in the workbook, or,
    with `campaigns` and `funds`, decided again; with the receipts and the payouts that stand in it, or those given.
    Without either the hashes of its rows and sheets are checked alone.
    What people fill in is left out, and so is how cells look.

    Raises UnreadableFile and ReviewRefused for a file that is no such workbook, and where the sources are not its own.
    """
    book = read_book(str(path))
    if lacking := [name for name in (CONTROL, TRANSACTIONS) if name not in book.sheets]:
        do = "Give a workbook that reconcile wrote, with all its sheets."
        raise ReviewRefused(f'the sheet "{lacking[0]}" is not there', file=book.name, do=do)
    notes = [] if book.calculated else [NOT_SAVED]
    what = f"{book.name}, SHA-256 {book.sha256}"
    if statements is None and store is None:
        return Verified(tuple(broken(book)), (*notes, HASHES_ALONE), _count(book), what, "its own hashes")
    given, others = Given(campaigns, funds, max_wrong, receipts, payouts), list[str]()
    if statements is not None:
        statements, given, told = under_its_names(book, statements, given)
        notes, others = [*notes, *told], other_files(book, statements)
    against = _against(book, statements, given)
    try:
        wanted, said = as_must_be(book, _source(book, statements, store, given, refused))
    except (ReviewRefused, FrameRefused) as fault:
        if edited := broken(book):  # then it may be for that
            return Verified((*others, *edited), (*notes, str(fault)), 0, what, against)
        if others:
            raise ReviewRefused("; ".join([*others, fault.what]), file=book.name, do=fault.do) from fault
        raise
    # what the workbook alone tells (register, settings, gifts) it was written from again: there its own hashes speak
    own = [told for told in broken(book) if told.startswith(FROM_ITSELF)]
    found = compare(wanted, book)
    differences, said = (*others, *own, *found.differences), (*notes, *said, *found.notes)
    return Verified(differences, said, _count(wanted), what, against)


def _against(book: Book, statements: Sequence[Statement] | None, given: Given) -> str:
    """What a workbook is held against, in words."""
    if statements is None:
        return f"the store, month {made_from(book)}"
    files = sorted({statement.source.name for statement in statements})
    books = [(sheet.lower(), frame is None) for sheet, frame in given.books() if sheet in book.sheets]
    itself = ["decisions"] if given.campaigns is None else []
    again = [] if given.campaigns is None else ["register"]
    itself += [what for what, is_own in books if is_own]
    again += [what for what, is_own in books if not is_own]
    said = [f"{whose} {', '.join(what)}" for whose, what in (("its own", itself), ("the given", again)) if what]
    return "; ".join([safely(", ".join(files), LONGEST_NAMES), *said])


def _count(book: Book) -> int:
    return sum(map(len, book.sheets.values()))


def _source(
    book: Book,
    statements: Sequence[Statement] | None,
    store: Store | None,
    given: Given,
    refused: Sequence[ReconcileError],
) -> Callable[[Path], Any]:
    """What writes the workbook again."""
    month = made_from(book)
    if store is not None and month:
        return from_store(book, store, month)
    if statements is not None and not month:
        return from_statements(book, statements, given, refused=refused)
    what = f"shows the month {month} of a store" if month else "was made from statement files, not from a store"
    do = "Give that store (--config or --store)." if month else "Give these files (--statements)."
    raise ReviewRefused(what, file=book.name, do=do)


def as_must_be(book: Book, write: Callable[[Path], Any]) -> tuple[Book, tuple[str, ...]]:
    """The workbook written again, and what is to be said of it.

    Other software may have made it: that is said, and its name stands in the new one as well.
    """
    with tempfile.TemporaryDirectory() as folder:
        write(again := Path(folder) / "again.xlsx")
        wanted = read_book(again)
    control = dict(wanted.sheets[CONTROL])
    place, own = _software(control), _software(book.sheets[CONTROL])
    there = own and book.sheets[CONTROL][own]
    if not place or not there or there == control[place]:
        return wanted, ()
    said = _versions(str(there.value), str(control[place].value))
    control[place] = there
    if sealed := own_seal(control):
        control[sealed[0]] = Cell(sealed[1])
    return replace(wanted, sheets={**wanted.sheets, CONTROL: control}), (said,)


def _versions(made: str, checked: str) -> str:
    """With which software it was made and is checked, as far as that is not the same."""
    of, by = made.split(", "), checked.split(", ")
    return (
        f"made with {', '.join(v for v in of if v not in by)}; checked with {', '.join(v for v in by if v not in of)}"
    )


def _software(control: Mapping[Place, Cell]) -> Place | None:
    rows = [row for (row, column), cell in control.items() if column == 1 and cell.value == SOFTWARE]
    return (rows[0], 3) if len(rows) == 1 and (rows[0], 3) in control else None


@dataclass(frozen=True)
class Compared:
    """What became of a comparison, in words: cells that differ, and what was not held against each other."""

    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()


def compare(wanted: Book, book: Book) -> Compared:
    """What differs; `wanted` is the workbook as it must be. The lines come first: the other sheets follow from them."""
    found, notes, reworded = list[str](), list[str](), list[str]()
    for name in sorted(wanted.sheets, key=lambda name: not is_part_of(name, TRANSACTIONS)):
        if name in book.sheets:
            own = lined_up(name, wanted.sheets[name], book.sheets[name])
            found += [*own.differences, *_told_of(name, _sheet(name, wanted.sheets[name], own, book, reworded))]
            notes += own.notes
        else:
            found.append(f"{name}: the sheet is gone")
    found += [f"{name}: a sheet {NOT_WRITTEN}" for name in book.sheets if name not in wanted.sheets]
    if reworded:
        notes.append(f"{len(reworded)} formulas, the first {reworded[0]}, {REWORDED}")
    if book.tables:
        found += _tables(wanted, book)
    elif wanted.tables:
        notes.append(UNTABLED)
    return Compared(tuple(found), tuple(notes))


def _tables(wanted: Book, book: Book) -> Iterator[str]:
    """Tables that reach over other cells: the next program would add up those."""
    for table, must in wanted.tables.items():
        if book.tables.get(table) != must:
            reach = safely(book.tables.get(table, "nothing"), LONGEST_SHOWN)
            yield f"{THE_TABLE} {table} reaches over {reach}, {must} is right"


class Different(NamedTuple):
    """A cell that differs: where it stands, what it must be, what it is, and whether it is the hash of its row."""

    place: Place
    must: Cell
    is_: Cell
    is_hash: bool


def _sheet(
    name: str, wanted: Mapping[Place, Cell], found: LinedUp, book: Book, reworded: list[str]
) -> Iterator[Different]:
    """The cells of a sheet that differ from those wanted, its table being lined up with them."""
    there, heads = found.cells, table_of(wanted)
    filled = _filled_in(name, wanted, there)
    for place in sorted(wanted.keys() | there.keys()):
        must, is_ = wanted.get(place, Cell(None)), there.get(place, Cell(None))
        stands = found.stands.get(place, place)
        if place[0] in found.gone:
            continue
        if place in filled:
            if must.formula is None:
                continue
            must = must._replace(value=is_.value)  # it tells what is filled in
        if name == CONTROL and in_a_box(book, place) and must.value is None:
            continue
        if must.formula and is_.formula and stands != place:
            must = must._replace(formula=is_.formula)  # it is that of the row in which it stands now
        if not _same(must, is_, book):
            is_hash = heads is not None and place[0] > HEAD_ROW and place[1] == heads[HASH]
            yield Different(stands, must, is_, is_hash)
        elif _plain(must.formula) != _plain(is_.formula):
            reworded.append(f"{name}!{at(stands)}")


def _told_of(name: str, different: Iterator[Different]) -> Iterator[str]:
    """The cells that differ in words: of the hash of a row only where nothing else of the row does."""
    found = list(different)
    told = {one.place[0] for one in found if not one.is_hash}
    for place, must, is_, is_hash in found:
        if not is_hash:
            yield f"{name}!{at(place)}: {_told(is_, must)} stands there, {_told(must, is_)} is right"
        elif place[0] not in told:
            yield f"{name}!{at(place)}: {ANOTHER_HASH}"


def _filled_in(name: str, wanted: Mapping[Place, Cell], there: Mapping[Place, Cell]) -> set[Place]:
    """The cells that people fill in, and those that tell what they filled in."""
    heads, free = table_of(wanted), free_of(name)
    if not heads or not free:
        return set()
    rows = {row for row, _ in wanted if row > HEAD_ROW}
    places = {(row, heads[heading]) for row in rows for heading in free if heading in heads}
    touched = {row for row, column in places & there.keys()}
    return places | {(row, heads[STATE]) for row in touched if STATE in heads}


def _told(cell: Cell, other: Cell) -> str:
    """The cell in words, by its formula where that is what differs."""
    live = cell.formula or other.formula
    if live and (cell.value == other.value or cell.value is None or other.value is None):
        return safely(cell.formula, LONGEST_SHOWN) if cell.formula else shown(cell.value)
    return shown(cell.value)


def _plain(formula: str | None) -> str | None:
    """A formula without blanks: some programs write them between its arguments."""
    return formula and formula.replace(" ", "")


def _same(must: Cell, is_: Cell, book: Book) -> bool:
    if (must.formula is None) != (is_.formula is None):
        return False
    if must.formula is None:
        return _equal(must.value, is_.value)
    # another spreadsheet program may write formulas in words of its own, and counts in binary fractions
    if book.ours and must.formula != is_.formula:
        return False
    return not book.calculated or _equal(must.value, is_.value, 0 if book.ours else NEAR)


def _equal(must: Any, is_: Any, near: float = 1e-9) -> bool:
    if isinstance(must, bool) != isinstance(is_, bool):
        return False
    if isinstance(must, int | float) and isinstance(is_, int | float):
        return must == is_ or abs(must - is_) < near
    if isinstance(must, str) and isinstance(is_, str):
        return must.replace("\r\n", "\n").replace("\r", "\n") == is_.replace("\r\n", "\n").replace("\r", "\n")
    return bool(must == is_) or (must in (None, "") and is_ in (None, ""))
