"""verify_workbook: whether every cell of a workbook is what its sources give today, and which are not."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import ReviewRefused
from reconcile.review.cells import Book, Cell, Place, at, read_book, shown
from reconcile.review.seals import HEADING_ROW, SIGN_OFF, broken, free_of, table_of
from reconcile.review.sources import from_statements, from_store, made_from
from reconcile.statement import Statement

if TYPE_CHECKING:
    from reconcile.store import Store

SOFTWARE = "Software"
NEAR = 0.005
"""A figure that a spreadsheet program worked out anew may differ so little: it counts in binary fractions."""

MOST_TOLD = 100

HASHES_ALONE = "only its own hashes were checked: the statements, or the store it was made from, would show more"
NOT_SAVED = "the values of its formulas are not in it; open it in a spreadsheet and save it, to have them compared"


@dataclass(frozen=True)
class Verified:
    """What became of the check: `differences` in words, each with its cell; `notes` on what was not compared."""

    differences: tuple[str, ...]
    notes: tuple[str, ...]
    cells: int

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def __str__(self) -> str:
        count = f"{self.cells:,}".replace(",", " ")
        said = f"{count} cells compared, all as they must be" if self.holds else f"{len(self.differences)} differences"
        more = len(self.differences) - MOST_TOLD
        told = self.differences[:MOST_TOLD] + ((f"… and {more} more",) if more > 0 else ())
        return "\n".join([said, *told, *self.notes])


def verify_workbook(
    path: str | Path,
    *,
    statements: Sequence[Statement] | None = None,
    store: Store | None = None,
    campaigns: CampaignRegister | None = None,
    funds: FundVocabulary | None = None,
    max_wrong: float = 0,
) -> Verified:
    """Which cells of a workbook are not what they must be.

    It is written again from its sources and compared cell by cell: from the `store` that it shows a month of, or from
    `statements`, with the decisions that stand in the workbook, or, with `campaigns` and `funds`, decided again.
    Without either the hashes of its rows and sheets are checked alone. What people fill in is left out.

    Raises UnreadableFile and ReviewRefused for a file that is no such workbook, and where the sources are not its own.
    """
    book = read_book(str(path))
    if "Control" not in book.sheets or "Transactions" not in book.sheets:
        do = "Give a workbook that reconcile wrote."
        raise ReviewRefused('the sheets "Control" and "Transactions" are not there', file=book.name, do=do)
    notes = [] if book.calculated else [NOT_SAVED]
    write = _source(book, statements, store, (campaigns, funds, max_wrong))
    if write is None:
        found = broken(book) if book.calculated else [said for said in broken(book) if "!" in said]
        return Verified(tuple(found), (*notes, HASHES_ALONE), sum(map(len, book.sheets.values())))
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / "again.xlsx"
        try:
            write(again)
        except ReviewRefused:
            if edited := broken(book):  # so much that it cannot be written again
                return Verified(tuple(edited), tuple(notes), 0)
            raise
        wanted = read_book(str(again))
    differences = list(compare(wanted, book))
    software = [said for said in differences if said.startswith(SOFTWARE)]
    cells = sum(map(len, wanted.sheets.values()))
    return Verified(tuple(d for d in differences if d not in software), (*notes, *software), cells)


Decided = tuple[CampaignRegister | None, FundVocabulary | None, float]


def _source(
    book: Book, statements: Sequence[Statement] | None, store: Store | None, decided: Decided
) -> Callable[[Path], Any] | None:
    """What writes the workbook again, None where neither statements nor a store are given."""
    month = made_from(book)
    if store is not None and month:
        return from_store(book, store, month)
    if statements is not None and not month:
        return from_statements(book, statements, *decided)
    if statements is None and store is None:
        return None
    what = f"shows the month {month} of a store" if month else "was made from statement files, not from a store"
    do = "Give that store (--config or --store)." if month else "Give these files (--statements)."
    raise ReviewRefused(what, file=book.name, do=do)


def compare(wanted: Book, book: Book) -> Iterator[str]:
    """Each cell that differs, in words; `wanted` is the workbook as it must be."""
    for name, cells in wanted.sheets.items():
        if name not in book.sheets:
            yield f"{name}: the sheet is gone"
            continue
        yield from _sheet(name, cells, book.sheets[name], book)
    yield from (f"{name}: a sheet that was not written" for name in book.sheets if name not in wanted.sheets)


def _sheet(name: str, wanted: dict[Place, Cell] | Any, there: Any, book: Book) -> Iterator[str]:
    heads = table_of(wanted)
    free = {column for heading, column in (heads or {}).items() if heading in free_of(name)}
    sign_off = next((row for (row, column), c in wanted.items() if column == 1 and c.value == SIGN_OFF), None)
    software = {row for (row, column), c in wanted.items() if name == "Control" and column == 1 and c.value == SOFTWARE}
    for place in sorted(wanted.keys() | there.keys()):
        row, column = place
        if heads and row > HEADING_ROW and column in free:
            continue
        must, is_ = wanted.get(place, Cell(None)), there.get(place, Cell(None))
        if name == "Control" and sign_off is not None and row > sign_off and must.value is None:
            continue
        if not _same(must, is_, book):
            said = f"{name}!{at(place)}: {_told(is_, must)} stands there, {_told(must, is_)} is right"
            yield f"{SOFTWARE}: {is_.value} made it, {must.value} checks it" if row in software and column > 1 else said


def _told(cell: Cell, other: Cell) -> str:
    """The cell in words, by its formula where that is what differs."""
    live = cell.formula or other.formula
    if live and (cell.value == other.value or cell.value is None or other.value is None):
        return cell.formula or shown(cell.value)
    return shown(cell.value)


def _same(must: Cell, is_: Cell, book: Book) -> bool:
    if (must.formula is None) != (is_.formula is None):
        return False
    if must.formula is None:
        return _equal(must.value, is_.value)
    # a spreadsheet program writes formulas in words of its own
    if book.ours and must.formula != is_.formula:
        return False
    return not book.calculated or _equal(must.value, is_.value, NEAR)


def _equal(must: Any, is_: Any, near: float = 1e-9) -> bool:
    if isinstance(must, int | float) and isinstance(is_, int | float) and not isinstance(must, bool):
        return abs(must - is_) < near
    if isinstance(must, str) and isinstance(is_, str):
        return must.replace("\r\n", "\n").replace("\r", "\n") == is_.replace("\r\n", "\n").replace("\r", "\n")
    return bool(must == is_) or (must in (None, "") and is_ in (None, ""))
