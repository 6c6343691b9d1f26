"""What a workbook was made from, so that it can be written again: read from its own sheets, checked by its sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from reconcile import money
from reconcile.books import ExplodedPayouts, explode_payouts, reconcile
from reconcile.books.gifts import exploded_as_decided
from reconcile.books.links import GATEWAY_FEE
from reconcile.campaigns import Campaign, CampaignRegister, Fund, FundVocabulary, default_funds
from reconcile.errors import FrameRefused, ReconcileError, RegisterRefused, ReviewRefused, shown
from reconcile.matching import match
from reconcile.matching.totals import UNSPECIFIED
from reconcile.matching.two_texts import review_two_texts
from reconcile.merging import Merged, merge_statements
from reconcile.reporters.beside import Beside
from reconcile.reporters.book import HEAD_ROW
from reconcile.reporters.contents import NO_CAMPAIGN, NO_FUND
from reconcile.reporters.month import MADE_FROM, write_month
from reconcile.reporters.options import Options
from reconcile.reporters.sheets import payout_gifts
from reconcile.reporters.sheets.control import LIMITS, ORIGINS
from reconcile.reporters.sheets.exceptions import NOT_TAKEN, REFUSED, SAID
from reconcile.reporters.sheets.only_bank import NAME as ONLY_BANK
from reconcile.reporters.sheets.receipts import AS_READ
from reconcile.reporters.sheets.register import BY_PEOPLE, NOT_A_GIFT
from reconcile.reporters.workbook import write_workbook
from reconcile.review.cells import Book
from reconcile.review.its_own import ALL_OF_THEM, DIGEST, as_many_as_named, as_named, called, files_of, not_its_own
from reconcile.review.seals import table_of
from reconcile.schema import DECISIONS, MATCHES, PAYOUTS, RECEIPTS
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


SETTING = "Setting: "
FUND_VOCABULARY = "Fund vocabulary"
NOT_FROM_A_FILE = "none: not read from a file"
BUILT_IN = "built-in "
_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


def made_from(book: Book) -> str:
    """The month of a store that a workbook shows, empty where it was made from statement files."""
    said = str(_told(book).get("Made from", ""))
    month = said.removeprefix(MADE_FROM)
    return month if said.startswith(MADE_FROM) and _MONTH.fullmatch(month) else ""


def from_store(book: Book, store: Store, month: str) -> Callable[[Path], Any]:
    """What writes the workbook of that month again, with the register, the settings and the options that it names."""
    view = store.month(month)
    if view is None:
        do = "Give the store that it was made from."
        raise ReviewRefused(f"the store has nothing of {month}", file=book.name, do=do)
    return partial(
        write_month,
        view=view,
        campaigns=_campaigns(book),
        funds=_funds(book),
        settings=_settings(book),
        options=_options(book),
        refused=[*_refused(book, REFUSED, ReconcileError), *_refused(book, NOT_TAKEN, ReviewRefused)],
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
    as_many_as_named(book, statements, refused)
    _with_its_funds(book, given)
    merged = merge_statements(statements)
    if given.campaigns is None:
        matches = _matches(book)
        register, vocabulary = _campaigns(book), _funds(book)
        with _understood(book, "Decisions"):
            parts, decisions = _parts_of(book), _decisions(book)
    else:
        register, vocabulary = given.campaigns, given.funds
        parts, decisions = None, None
        matches = match(merged.transactions, register, funds=vocabulary, max_wrong=given.max_wrong)
        if vocabulary is not None:
            matches = review_two_texts(matches, merged.conflicts, register, vocabulary, given.max_wrong)
    exploded = _exploded(book, merged, matches, given)
    if exploded is not None and given.campaigns is not None:
        matches = exploded.matches
    options = _options(book)
    receipts = _receipts(book, given.receipts, hidden=options.mask and given.campaigns is None)
    settled = None
    if receipts is not None:
        own = exploded.of_the_bank(matches) if exploded else matches
        paid = _fees(book) if exploded is None else PAYOUTS.check(exploded.gifts)
        settled = reconcile(merged.transactions, receipts, matches=own, funds=vocabulary, payouts=paid)
    files, not_taken = _refused(book, REFUSED, ReconcileError), _refused(book, NOT_TAKEN, ReviewRefused)
    beside = Beside(
        refused=[*(refused or files), *not_taken], decisions=decisions, reconciliation=settled, exploded=exploded
    )

    def write(path: Path) -> None:
        with _its_own(book, merged, matches, exploded):
            write_workbook(
                path,
                statements=statements,
                matches=matches,
                campaigns=register,
                funds=vocabulary,
                settings=_settings(book),
                merged=merged,
                parts=parts,
                beside=beside,
                **vars(options),
            )

    return write


def _with_its_funds(book: Book, given: Given) -> None:
    """Decided again with the built-in funds, what was decided with others would differ without a word why."""
    told = _told(book)
    name, sha256 = str(told.get(FUND_VOCABULARY, BUILT_IN)), str(told.get(f"{FUND_VOCABULARY}, SHA-256"))
    default = default_funds().sha256
    again = given.campaigns is not None and given.funds is not None and given.funds.sha256 == default
    if again and DIGEST.fullmatch(sha256) and sha256 != default and not name.startswith(BUILT_IN):
        do = "Give that file as well (--funds)."
        raise ReviewRefused(f"was decided with the funds of {shown(name)}", file=book.name, do=do)


@contextmanager
def _its_own(
    book: Book, merged: Merged, matches: pd.DataFrame, exploded: ExplodedPayouts | None = None
) -> Iterator[None]:
    """Lines and gifts that are not those of the statements are told so."""
    try:
        yield
    except (FrameRefused, RegisterRefused) as fault:
        lines = merged.transactions if exploded is None else exploded.transactions
        said = "; ".join(not_its_own(_records(book, "Transactions"), lines)) or fault.what
        what = f"its lines are not those of these statements: {said}"
        raise ReviewRefused(what, file=book.name, do=ALL_OF_THEM) from fault


def _exploded(book: Book, merged: Merged, matches: pd.DataFrame, given: Given) -> ExplodedPayouts | None:
    """The payouts that were exploded, of the report given or of its gifts as they stand in the workbook; if any were.

    Decided as the workbook says, or again with a register.
    """
    if payout_gifts.NAME not in book.sheets:
        return None
    if given.payouts is None and given.campaigns is not None and _options(book).mask:
        do = "Give the report of payouts as well (--payouts)."
        raise ReviewRefused("payers' words are hidden, and its gifts are read by them", file=book.name, do=do)
    payouts = _payouts(book) if given.payouts is None else given.payouts
    lines = merged.transactions
    with _its_own(book, merged, matches):
        if given.campaigns is None:
            return exploded_as_decided(lines, payouts, matches)
        how: dict[str, Any] = {"funds": given.funds, "matches": matches, "max_wrong": given.max_wrong}
        return explode_payouts(lines, payouts, given.campaigns, **how)


def under_its_names(
    book: Book, statements: Sequence[Statement], given: Given
) -> tuple[list[Statement], Given, list[str]]:
    """The sources under the names that the workbook has for them, and what came under another one."""
    own, said = as_named(statements, files_of(book))
    books = []
    for sheet, frame in given.books():
        named, told = called(frame, [r.get("File") for r in _records(book, sheet)])
        books.append(named)
        said += told
    return own, given._replace(receipts=books[0], payouts=books[1]), said


def _told(book: Book) -> dict[str, Any]:
    """What the sheet Control says of register, settings and options: labels, and the texts in the third column."""
    control = book.sheets.get("Control", {})
    first = {row: cell.value for (row, column), cell in control.items() if column == 1}
    rows = {label: row for row, label in first.items()}
    inside = range(rows.get(ORIGINS, 0), rows.get(LIMITS, 0))
    return {str(first[row]): control[row, 3].value for row in inside if row in first and (row, 3) in control}


def _settings(book: Book) -> dict[str, str]:
    return {k.removeprefix(SETTING): str(v) for k, v in _told(book).items() if k.startswith(SETTING)}


def _records(book: Book, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet's table, and of those that go on with it, by heading."""
    found = []
    number = 1
    while (own := name if number == 1 else f"{name} {number}") in book.sheets:
        cells = book.sheets[own]
        heads = table_of(cells) or {}
        rows = sorted({row for row, _ in cells if row > HEAD_ROW})
        found += [{h: cells[r, c].value if (r, c) in cells else None for h, c in heads.items()} for r in rows]
        number += 1
    return found


@contextmanager
def _understood(book: Book, name: str) -> Iterator[None]:
    """What somebody made of a sheet may be no register and no decision any more."""
    try:
        yield
    except (KeyError, ValueError, TypeError, OverflowError) as fault:
        do = "Take the workbook as it was written, and the version of reconcile that its sheet Control names."
        raise ReviewRefused(f'what stands on the sheet "{name}" is not understood', file=book.name, do=do) from fault


def _options(book: Book) -> Options:
    with _understood(book, "Control"):
        return Options.of({k: str(v) for k, v in _told(book).items()})


def _campaigns(book: Book) -> CampaignRegister:
    """The register as the workbook has it."""
    told = _told(book)
    rows = [r for r in _records(book, "Register") if r.get("Campaign") != NOT_A_GIFT]
    with _understood(book, "Register"):
        campaigns = tuple(
            Campaign(
                str(r["Campaign"]),
                str(r["Name"] or ""),
                _parts(r["Also called"]),
                _day(r["Opens"]),
                _day(r["Closes"]),
            )
            for r in rows
        )
    return CampaignRegister(campaigns, *_file(told, "Campaign register", "given as a table"))


def _funds(book: Book) -> FundVocabulary | None:
    told = _told(book)
    if FUND_VOCABULARY not in told:
        return None
    rows = [r for r in _records(book, "Funds") if r.get("Fund") != UNSPECIFIED]
    with _understood(book, "Funds"):
        funds = tuple(
            Fund(str(r["Fund"]), _parts(r.get("Spelt")), automatic=r.get("What it is") != BY_PEOPLE) for r in rows
        )
    return FundVocabulary(funds, *_file(told, FUND_VOCABULARY, "built in"))


def _parts(text: Any) -> tuple[str, ...]:
    return tuple(part for part in str(text or "").split(" | ") if part)


def _file(told: dict[str, Any], label: str, without: str) -> tuple[str | None, str | None]:
    name, sha256 = str(told.get(label, without)), str(told.get(f"{label}, SHA-256", NOT_FROM_A_FILE))
    return None if name == without else name, None if sha256 == NOT_FROM_A_FILE else sha256


def _day(value: Any) -> Any:
    return None if value is None else pd.Timestamp(value).date()


def _matches(book: Book) -> pd.DataFrame:
    """The decisions as they stand in the workbook."""
    candidates = {r.get("Transaction id"): r.get("Candidates") for r in _records(book, "To review")}
    rows: dict[Any, tuple[Any, ...]] = {}
    with _understood(book, "Transactions"):
        for r in _records(book, "Transactions"):
            name, status = r.get("Transaction id"), r.get("Status")
            campaign, fund = _place(r)
            if name in rows:  # a part of one that was split
                campaign, fund = None, None
            kind = str(r.get("Kind") or "").replace(" ", "_")
            share = r.get("Confidence")
            facts = (r.get("Rule"), r.get("Evidence"), candidates.get(name), r.get("Reason"))
            rows[name] = (name, status, campaign, fund, kind, None if share is None else float(share), *facts)
        frame = pd.DataFrame(list(rows.values()), columns=MATCHES.names)
        return MATCHES.check(frame.astype({"confidence": "float64"}))


def _place(row: dict[str, Any]) -> tuple[Any, Any]:
    campaign, fund = row.get("Campaign"), row.get("Fund")
    return None if campaign == NO_CAMPAIGN else campaign, None if fund in (NO_FUND, UNSPECIFIED) else fund


def _parts_of(book: Book) -> pd.DataFrame:
    """The parts of payments that were split, as the lines of the workbook have them."""
    rows = [(r.get("Transaction id"), *_place(r), r.get("Amount")) for r in _records(book, "Transactions")]
    frame = pd.DataFrame(rows, columns=["transaction_id", "campaign", "fund", "amount"])
    split = frame[frame["transaction_id"].duplicated(keep=False)].reset_index(drop=True)
    return split.assign(amount=money.exact(split["amount"].astype("float64")))


def _receipts(book: Book, given: pd.DataFrame | None, *, hidden: bool) -> pd.DataFrame | None:
    """The receipts given, or as they stand in the workbook; None where it was made without."""
    if "Receipts" not in book.sheets:
        return None
    if hidden or (given is None and _options(book).mask):
        do = "Give the receipts and the register as well (--receipts, --campaigns)."
        raise ReviewRefused("payers' words are hidden, and its links rest on them", file=book.name, do=do)
    if given is not None:
        return given
    with _understood(book, "Receipts"):
        rows = [[r.get(heading) for heading in AS_READ] for r in _records(book, "Receipts")]
        frame = pd.DataFrame(rows, columns=RECEIPTS.names)
        amounts = money.exact(frame["amount"].astype("float64"))
        return RECEIPTS.check(frame.assign(amount=amounts, line=frame["line"].astype("Int64")))


def _payouts(book: Book) -> pd.DataFrame:
    """The gifts of a gateway's report as they stand in the workbook."""
    with _understood(book, payout_gifts.NAME):
        rows = [[r.get(heading) for heading in payout_gifts.AS_READ] for r in _records(book, payout_gifts.NAME)]
        frame = pd.DataFrame(rows, columns=PAYOUTS.names)
        amounts = {name: money.exact(frame[name].astype("float64").round(2)) for name in ("gross", "fee", "net")}
        return PAYOUTS.check(frame.assign(**amounts, line=frame["line"].astype("Int64")))


def _fees(book: Book) -> pd.DataFrame:
    """What gateways kept, as it stands in the workbook: a payout for each batch that is short of its receipts."""
    with _understood(book, ONLY_BANK):
        fees = {r["Transaction id"]: r["Amount"] for r in _records(book, ONLY_BANK) if r.get("Why") == GATEWAY_FEE}
        rows = [
            r for r in _records(book, "Receipts") if r.get("Bank lines") in fees and r.get("At the bank") == "linked"
        ]
        gross = pd.DataFrame(rows, columns=["Batch", "Bank lines", "Date", "Amount"]).groupby(["Batch", "Bank lines"])
        found = gross.agg(date=("Date", "max"), gross=("Amount", "sum")).reset_index()
        fee = -money.exact(found["Bank lines"].map(fees).astype("float64").round(2))
        whole = money.exact(found["gross"].astype("float64").round(2))
        told = {"payout": found["Batch"], "date": found["date"], "gift": found["Batch"], "gross": whole, "fee": fee}
        return PAYOUTS.check(pd.DataFrame({**told, "net": whole - fee, **dict.fromkeys(PAYOUTS.names[6:])}))


def _refused(book: Book, what: str, kind: type[ReconcileError]) -> list[ReconcileError]:
    """What could not be taken when the workbook was made, as it stands there."""
    rows = [r for r in _records(book, "Exceptions") if r.get("What") == what]
    return [kind(str(r.get(SAID)), file=r.get("File"), line=r.get("Line")) for r in rows]


def _decisions(book: Book) -> pd.DataFrame | None:
    """What people decided, as it stands in the workbook; None where it has no such sheet."""
    rows = [
        (
            r.get("Decision"),
            r.get("Transaction id"),
            r.get("Amount"),
            None if r.get("Campaign") == NOT_A_GIFT else r.get("Campaign"),
            None if r.get("Fund") == UNSPECIFIED else r.get("Fund"),
            *(r.get(h) for h in ("Before", "Decided by", "Decided on", "Reason", "Evidence", "State")),
        )
        for r in _records(book, "Decisions")
    ]
    return DECISIONS.check(pd.DataFrame(rows, columns=DECISIONS.names)) if rows else None
