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
from reconcile.campaigns import CampaignRegister, FundVocabulary
from reconcile.errors import FrameRefused, ReconcileError, RegisterRefused, ReviewRefused
from reconcile.matching import match
from reconcile.matching.two_texts import match_merged
from reconcile.merging import Merged, merge_statements
from reconcile.reporters.files_view import FilesView
from reconcile.reporters.month import write_month
from reconcile.reporters.sheets import payout_gifts
from reconcile.review.as_written import AsWritten
from reconcile.review.cells import Book
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


ALL_OF_THEM = "Give the statements that stand on its sheet Control, all of them and no others."


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
    _as_many_as_named(told, statements)
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
        theirs, own = set(view.lines["transaction_id"]), set(view.matches["transaction_id"])
        lacking, more = len(own - theirs), len(theirs - own)
        counted = f"{lacking} of its lines are in none of them, {more} of theirs are not in it"
        what = f"its lines are not those of these statements: {fault.what if own == theirs else counted}"
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


def _as_many_as_named(told: AsWritten, statements: Sequence[Statement]) -> None:
    """A file too few or too many would make hundreds of cells differ, and none of them would say why.

    Files that changed since are as many as were named, and show as cells that differ.
    """
    named = told.files
    given = {statement.source.sha256: statement.source.name for statement in statements}
    if not named or len(named) == len(given):
        return
    lacking = [
        f"{name} stands on its sheet Control and was not given" for key, name in named.items() if key not in given
    ]
    more = [
        f"{name} was given, and its sheet Control does not name it" for key, name in given.items() if key not in named
    ]
    raise ReviewRefused("; ".join([*lacking, *more]), file=told.book.name, do=ALL_OF_THEM)
