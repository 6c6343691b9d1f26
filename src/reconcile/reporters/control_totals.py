"""Control totals: the count and the amount of every sheet against the files; a difference is red."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from openpyxl.worksheet.worksheet import Worksheet

from reconcile import money
from reconcile.merging import set_aside_once
from reconcile.reporters import style
from reconcile.reporters.book import Book, Value
from reconcile.reporters.contents import Contents
from reconcile.reporters.formulas import Formula, Where, over, worth
from reconcile.reporters.sections import Span, cells, line, section
from reconcile.reporters.sheets import payout_gifts

SPANS: list[Span] = [(1, 2), (3, 5), (8, 1), (9, 1), (10, 1)]
HEADS = (
    ("Where", 1, 2, False),
    ("What", 3, 5, False),
    ("Lines", 8, 1, True),
    ("Amount", 9, 1, True),
    ("Difference to the files", 10, 1, True),
)
LOOKS = [style.PLAIN, style.PLAIN, style.COUNT, style.AMOUNT, style.AMOUNT]
TOTAL_LOOKS = [style.TOTAL, style.TOTAL, style.TOTAL_COUNT, style.TOTAL_AMOUNT, style.TOTAL_AMOUNT]

WHOLE = "every movement once"
PAYOUTS = "Payouts"
MUST_BE_ZERO = (
    ("Both sides", "adjusted balances of bank and books", "both sides difference"),
    (PAYOUTS, "gross less fees of each payout against its bank line", "payouts difference"),
)
"""Differences that a sheet of its own works out, if it is there."""

Lines = Formula | int
Amount = Formula | Decimal


@dataclass(frozen=True)
class Tie:
    """A row of the control totals: what it counts, and `against` which other row's words it is tied."""

    where: str
    what: str
    lines: Lines
    amount: Amount
    against: str = ""


def totals(book: Book, sheet: Worksheet, row: int, contents: Contents) -> int:
    """Write the section; the next row."""
    row = section(book, sheet, row, "Control totals", HEADS)
    first, row, whole = row, *_delivered(book, sheet, row, contents)
    ties = [whole, *_ties(book, contents)]
    at = {tie.what: number for number, tie in enumerate(ties, start=row - 1)}
    told = {tie.what: tie for tie in ties}
    for tie in ties[1:]:
        off: Value = _difference(tie, row, told[tie.against], at[tie.against]) if tie.against else None
        row = line(book, sheet, row, cells(SPANS, (tie.where, tie.what, tie.lines, tie.amount, off), LOOKS))
    values = ("Summary", "difference to the statements' own balances", None, None, book.places["statement difference"])
    row = line(book, sheet, row, cells(SPANS, values, LOOKS))
    for where, said, place in MUST_BE_ZERO:
        if place in book.places:
            row = line(book, sheet, row, cells(SPANS, (where, said, None, None, book.places[place]), LOOKS))
    book.must_be_zero(sheet, f"J{first}:J{row - 1}")
    hashed = book.sums.over_tables("SUM({0}[Line])", int(contents.lines["Line"].sum()))
    said = "hash total: the numbers of the lines, added up"
    return line(book, sheet, row, cells(SPANS, ("Transactions", said, hashed, None, None), LOOKS))


def _delivered(book: Book, sheet: Worksheet, row: int, contents: Contents) -> tuple[int, Tie]:
    """What the files delivered, less what was delivered twice; the next row, and what all else is tied to."""
    delivered = [s.transactions["amount"] for s in contents.statements]
    count, amount = sum(map(len, delivered)), sum(map(money.total, delivered), money.rand(0))
    once = contents.merged.transactions
    known, known_amount = count - len(once), amount - money.total(once["amount"])
    exploded = contents.beside.exploded
    gifts = 0 if exploded is None else len(exploded.transactions) - len(once)
    more = len(contents.lines) - len(once) - gifts
    parts: list[tuple[str, str, int, Decimal]] = [
        ("Files", "transactions as delivered", count, amount),
        ("Files", "less those an overlapping file had delivered already", -known, -known_amount),
    ]
    if gifts:
        parts.append((PAYOUTS, "further lines of payouts, one for each gift", gifts, Decimal(0)))
    if more:
        parts.append(("Decisions", "further lines of movements split over several funds", more, Decimal(0)))
    first = row
    for part in parts:
        row = line(book, sheet, row, cells(SPANS, (*part, None), LOOKS))
    lines = Formula(f"SUM(H{first}:H{row - 1})", count - known + gifts + more)
    value = Formula(f"ROUND(SUM(I{first}:I{row - 1}),2)", amount - known_amount)
    said = f"{WHOLE}, in parts" if gifts or more else WHOLE
    row = line(book, sheet, row, cells(SPANS, ("Files", said, lines, value, None), TOTAL_LOOKS))
    return row, Tie("Files", WHOLE, lines, value)


def _ties(book: Book, contents: Contents) -> list[Tie]:
    """Every sheet with figures, and what it must come to."""
    review = Where("Status", "=", "review")
    credited = (Where("Status", "<>", "review"), Where("Status", "<>", "not_donation"))
    filled = Where("Status", "<>", "")  # or the empty row of a table without lines would count
    amounts = set_aside_once(contents.statements)["amount"]
    aside = len(amounts), money.total(amounts[amounts.notna()])
    of_review, of_credited = "lines with status review", "lines credited to a campaign"
    return [
        Tie("Transactions", "all lines", book.sums.count(), book.sums.amount(), WHOLE),
        Tie("Summary", "campaigns and funds", *_place(book, "matrix"), WHOLE),
        Tie("Summary", "statuses", *_place(book, "status"), WHOLE),
        Tie("Transactions", of_review, book.sums.count(review), book.sums.amount(review)),
        Tie("To review", "all lines to review", *_place(book, "review"), of_review),
        Tie("Transactions", of_credited, book.sums.count(filled, *credited), book.sums.amount(*credited)),
        Tie("By campaign", "all campaigns", *_place(book, "by campaign"), of_credited),
        Tie("By day", "all days", *_place(book, "by day"), of_credited),
        Tie("Files", "rows set aside", *aside),
        Tie("Exceptions", "rows set aside, as listed", *_place(book, "aside"), "rows set aside"),
        *_payouts(book, contents),
    ]


def _payouts(book: Book, contents: Contents) -> list[Tie]:
    """Every gift of a gateway's report, and what its payouts come to."""
    exploded = contents.beside.exploded
    if exploded is None:
        return []
    names, of_report = payout_gifts.tables(exploded), "gifts of the report, less fees"
    count = over(names, "COUNTA({0}[Gift])", len(exploded.gifts))
    net = over(names, "SUM({0}[Net])", money.total(exploded.gifts["net"]))
    return [
        Tie(payout_gifts.NAME, of_report, count, net),
        Tie(PAYOUTS, "all payouts", *_place(book, "payouts"), of_report),
    ]


def _place(book: Book, name: str) -> tuple[Formula, Formula]:
    return book.places[f"{name} count"], book.places[f"{name} amount"]


def _difference(own: Tie, row: int, against: Tie, other: int) -> Formula:
    """Amount and count against those of another row; both count, so neither hides the other."""
    text = f"ROUND(ABS(I{row}-I{other}),2)+ABS(H{row}-H{other})"
    off = abs(worth(own.amount) - worth(against.amount)) + abs(worth(own.lines) - worth(against.lines))
    return Formula(text, off)
