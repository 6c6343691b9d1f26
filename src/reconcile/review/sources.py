"""What writes a workbook again: a month of the store that it shows, or the statements that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from reconcile.books.gifts import exploded_as_decided
from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds
from reconcile.errors import FrameRefused, ReconcileError, RegisterRefused, ReviewRefused, shown
from reconcile.matching import match
from reconcile.matching.two_texts import match_merged
from reconcile.merging import Merged, merge_statements
from reconcile.reporters.files_view import FilesView
from reconcile.reporters.month import write_month
from reconcile.reporters.sheets import payout_gifts
from reconcile.review.as_written import AsWritten
from reconcile.review.cells import Book
from reconcile.review.its_own import ALL_OF_THEM, DIGEST, as_many_as_named, as_named, called, files_of, not_its_own
from reconcile.schema import PAYOUTS
from reconcile.statement import Statement

if TYPE_CHECKING:
    from reconcile.store import Store


class Given(NamedTuple):
    """With which register, funds and share of wrong to decide again, if not as the workbook says; and the books."""

    campaigns: CampaignRegister | None = None
    funds: FundVocabulary | None = None
    max_wrong: float = 0
    receipts: pd.DataFrame | None = None
    payouts: pd.DataFrame | None = None

    def books(self) -> tuple[tuple[str, pd.DataFrame | None], ...]:
        """What was given of the books, by the sheet that shows it."""
        return (("Receipts", self.receipts), (payout_gifts.NAME, self.payouts))


def made_from(book: Book) -> str:
    """The month of a store that a workbook shows, empty where it was made from statement files."""
    return AsWritten(book).month


def from_store(book: Book, store: Store, month: str) -> Callable[[Path], Any]:
    """What writes the workbook of that month again, with the register, the settings and the options that it names."""
    view = store.month(month)
    if view is None:
        do = "Give the store that it was made from."
        raise ReviewRefused(f"the store has nothing of {month}", file=book.name, do=do)
    told = AsWritten(book)
    return partial(
        write_month,
        view=view,
        campaigns=told.campaigns,
        funds=told.funds,
        settings=told.settings,
        options=told.options,
        refused=[*told.refused_files, *told.refused_decisions],
    )


def from_statements(
    book: Book,
    statements: Sequence[Statement],
    given: Given,
    *,
    refused: Sequence[ReconcileError],
) -> Callable[[Path], Any]:
    """What writes the workbook again from these statements, decided as the workbook says, or again with a register.

    The receipts and payouts are those given, or those that stand in the workbook.
    """
    told = AsWritten(book)
    as_many_as_named(book, statements, refused)
    _with_its_funds(told, given)
    merged = merge_statements(statements)
    view = (_decided_as_told if given.campaigns is None else _decided_again)(told, statements, merged, given)
    view = replace(view, refused=[*(refused or told.refused_files), *told.refused_decisions])
    receipts = _receipts(told, given)
    if receipts is not None:
        view = view.against(receipts, told.fees if view.exploded is None else PAYOUTS.check(view.exploded.gifts))

    def write(path: Path) -> None:
        with _its_own(book, view):
            view.write(path)

    return write


def _with_its_funds(told: AsWritten, given: Given) -> None:
    """Decided again with the built-in funds, what was decided with others would differ without a word why."""
    name, sha256 = told.funds_file
    default = default_funds()
    again = given.campaigns is not None and given.funds is not None and given.funds.sha256 == default.sha256
    if again and DIGEST.fullmatch(sha256) and sha256 != default.sha256 and name != default.source_name:
        do = "Give that file as well (--funds)."
        raise ReviewRefused(f"was decided with the funds of {shown(name)}", file=told.book.name, do=do)


def _decided_as_told(told: AsWritten, statements: Sequence[Statement], merged: Merged, given: Given) -> FilesView:
    """The statements as the workbook says that they were decided."""
    view = FilesView(statements, merged, told.matches, told.campaigns, told.funds, told.settings, told.options)
    view = replace(view, parts=told.parts, decisions=told.decisions)
    payouts = _payouts(told, given)
    if payouts is None:
        return view
    with _its_own(told.book, view):
        return replace(view, exploded=exploded_as_decided(view.lines, payouts, view.matches))


def _decided_again(told: AsWritten, statements: Sequence[Statement], merged: Merged, given: Given) -> FilesView:
    """The statements decided with the register given; without funds as `match` alone decides."""
    campaigns, funds, max_wrong = given.campaigns, given.funds, given.max_wrong
    assert campaigns is not None
    if funds is None:
        matches = match(merged.transactions, campaigns, max_wrong=max_wrong)
    else:
        matches = match_merged(merged, campaigns, funds, max_wrong)
    view = FilesView(statements, merged, matches, campaigns, funds, told.settings, told.options)
    payouts = _payouts(told, given)
    if payouts is None:
        return view
    with _its_own(told.book, view):
        return view.gift_by_gift(payouts, max_wrong)


@contextmanager
def _its_own(book: Book, view: FilesView) -> Iterator[None]:
    """Lines and gifts that are not those of the statements are told so."""
    try:
        yield
    except (FrameRefused, RegisterRefused) as fault:
        said = "; ".join(not_its_own(AsWritten(book).lines, view.lines)) or fault.what
        what = f"its lines are not those of these statements: {said}"
        raise ReviewRefused(what, file=book.name, do=ALL_OF_THEM) from fault


def _payouts(told: AsWritten, given: Given) -> pd.DataFrame | None:
    """The gateway's report given, or its gifts as they stand in the workbook; None where none were exploded in it."""
    if payout_gifts.NAME not in told.book.sheets:
        return None
    if given.payouts is not None:
        return given.payouts
    if given.campaigns is not None and told.options.mask:
        do = "Give the report of payouts as well (--payouts)."
        raise ReviewRefused("payers' words are hidden, and its gifts are read by them", file=told.book.name, do=do)
    return told.payouts


def _receipts(told: AsWritten, given: Given) -> pd.DataFrame | None:
    """The receipts given, or as they stand in the workbook; None where it was made without."""
    if "Receipts" not in told.book.sheets:
        return None
    if told.options.mask and (given.receipts is None or given.campaigns is None):
        do = "Give the receipts and the register as well (--receipts, --campaigns)."
        raise ReviewRefused("payers' words are hidden, and its links rest on them", file=told.book.name, do=do)
    return told.receipts if given.receipts is None else given.receipts


def under_its_names(
    book: Book, statements: Sequence[Statement], given: Given
) -> tuple[list[Statement], Given, list[str]]:
    """The sources under the names that the workbook has for them, and what came under another one."""
    own, said = as_named(statements, files_of(book))
    books, told = [], AsWritten(book)
    for sheet, frame in given.books():
        named, renamed = called(frame, [r.get("File") for r in told.records(sheet)])
        books.append(named)
        said += renamed
    return own, given._replace(receipts=books[0], payouts=books[1]), said
