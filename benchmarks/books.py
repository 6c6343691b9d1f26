"""Two-sided books with known truth: a charity's bank lines, its own receipts, and which belong together.

    python benchmarks/books.py --books 200 [--lines 120] [--seed 0] [--show 10]

Same seed, same books. Names, numbers and amounts are invented. `make_books` gives one month; run as a program it makes
many, reconciles each and counts what was linked wrongly, what was found of all that a careful bookkeeper can link,
what is listed as open on its own side, and whether the bank reconciliation comes to nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from bisect import bisect_left
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from reconcile import money
from reconcile.schema import MATCHES, PAYOUTS, RECEIPTS, TRANSACTIONS

Pair = tuple[str, str]

ACCOUNT = "62000012345"
FIRST_NAMES = """
Amina Bilal Cassiem Dawood Ebrahim Fatima Goolam Haniefa Ismail Jameela Kashief Layla Moegamat Nadia Omar Priscilla
Qanita Rashid Salma Tasneem Umar Veronica Waleed Yusuf Zainab Thandi Sipho Pieter Johan Lerato
""".split()
SURNAMES = """
Abrahams Adams Ballim Beukes Cassim Daniels Davids Dlamini Essop Fakier Fortuin Gamieldien Hendricks Hoosen Isaacs
Jacobs Jaffer Jakoet Karodia Khumalo Laher Lategan Mahomed Manuel Mokoena Moolla Moosa Naidoo Ndlovu Osman Parker Patel
Petersen Pillay Prinsloo Rahman Salie Samaai Samsodien Slamang Soeker Taliep Toefy Vally Vawda Wally Zondi
""".split()
HERS = frozenset(
    "Amina Fatima Haniefa Jameela Layla Nadia Priscilla Qanita Salma Tasneem Veronica Zainab Thandi Lerato".split()
)
SPELLINGS = {
    "zakat": ("ZAKAT", "ZAKAAT", "ZKT", "ZAKAH"),
    "lillah": ("LILLAH", "LILLA", "LIL"),
    "sadaqah": ("SADAQAH", "SADAQA"),
}
PREFIXES = (
    "FNB APP PAYMENT FROM  ",
    "FNB APP PAYMENT FROM  ",
    "INT-BANKING PMT FRM   ",
    "SCHEDULED PYMT FROM   ",
    "FNB OB PMT            ",
    "CAPITEC   ",
    "ABSA BANK ",
    "NEDBANK   ",
    "",
)
GIFTS = (5000, 10000, 15000, 20000, 25000, 30000, 35000, 50000, 75000, 100000, 120000, 145000, 250000, 500000, 1000000)
LONGEST_REFERENCE = 20
NEAR = 9
"""Days within which another line or receipt of one amount makes a bookkeeper look twice."""

BRANCHES = ("GATESVILL", "ATHLONE  ", "LENASIA  ", "CLAREMONT")


@dataclass(eq=False)
class Line:
    """A bank line in the making; `{id0}` in its text becomes the number of its case's first receipt."""

    day: date
    cents: int
    text: str
    kind: str = "donation"
    campaign: str | None = None
    fund: str | None = None
    evidence: str = ""
    id: str = ""


@dataclass(eq=False)
class Slip:
    """A receipt in the making; `name` is the payer's first name and surname, however `payer` writes them."""

    day: date
    cents: int
    name: tuple[str, str] | None
    payer: str | None
    reference: str | None = None
    campaign: str | None = None
    fund: str | None = None
    method: str | None = "EFT"
    batch: str | None = None
    id: str = ""


@dataclass(eq=False)
class Case:
    """What happened: its lines and receipts, the pairs that belong together, and those that would do as well.

    `sure` says whether all the pairs can be linked (False: never by itself; None: as the texts of each pair tell).
    """

    kind: str
    lines: list[Line] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    pairs: list[tuple[Line, Slip]] = field(default_factory=list)
    alike: list[tuple[Line, Slip]] = field(default_factory=list)
    gifts: list[tuple[Any, ...]] = field(default_factory=list)
    sure: bool | None = None


@dataclass(frozen=True, eq=False)
class Books:
    """A month of both sides and what is true of it, by pairs of transaction id and receipt id.

    `linkable` are those of `truth` that a careful bookkeeper can link from what stands on both sides, `with_payouts`
    those that the gateways' `payouts` show besides. `alike` are pairs that settle as well as the truth: a donor's
    equal gifts, a receipt issued twice. Both sides open with one balance: last month left nothing open.
    """

    transactions: pd.DataFrame
    receipts: pd.DataFrame
    matches: pd.DataFrame
    payouts: pd.DataFrame
    truth: set[Pair]
    linkable: set[Pair]
    with_payouts: set[Pair]
    alike: set[Pair]
    kinds: dict[Pair, str]
    only_bank: set[str]
    only_books: set[str]
    opening: Decimal
    closing: Decimal
    books_opening: Decimal
    books_closing: Decimal


class Maker:
    """Draws the cases of one month from one source of chance."""

    def __init__(
        self, rng: Random, month: str, campaigns: Sequence[str], funds: Sequence[str | None], numbers: int = 2_000
    ) -> None:
        self.rng, self.campaigns, self.funds = rng, campaigns, funds
        year, number = map(int, month.split("-"))
        self.first, self.days = date(year, number, 1), monthrange(year, number)[1]
        self.slip_numbers = iter(rng.sample(range(100_000, 999_999), numbers))

    def day(self, earliest: int = 1, latest: int | None = None) -> date:
        """A day of the month."""
        return self.first + timedelta(self.rng.randint(earliest, latest or self.days) - 1)

    def later(self, day: date, least: int, most: int) -> date:
        """A day after another, in the same month."""
        return min(day + timedelta(self.rng.randint(least, most)), self.first + timedelta(self.days - 1))

    def written(self, day: date) -> date:
        """When the receipt of a payment is written: mostly that day, up to 4 before or 3 after."""
        return day + timedelta(self.rng.choice((0, 0, 0, 0, 0, 1, 1, 2, 3, -1, -1, -2, -3, -4)))

    def name(self, surname: str | None = None) -> tuple[str, str]:
        """A payer."""
        return self.rng.choice(FIRST_NAMES), surname or self.rng.choice(SURNAMES)

    def amount(self) -> int:
        """A gift in cents: mostly round, some odd."""
        return self.rng.choice(GIFTS) if self.rng.random() < 0.75 else self.rng.randint(2_001, 400_000)

    def odd(self) -> int:
        """An amount that no other is likely to have."""
        return self.rng.randint(10_001, 900_000)

    def aim(self) -> tuple[str, str | None]:
        """A campaign and a fund."""
        return self.rng.choice(list(self.campaigns)), self.rng.choice(list(self.funds))

    def typed_name(self, name: tuple[str, str]) -> str:
        """A name as a payer types it for the bank."""
        first, last = name
        title = "MRS" if first in HERS else "MR"
        return self.rng.choice((f"{first[0]} {last}", last, f"{first} {last}", f"{last} {first[0]}", f"{title} {last}"))

    def booked_name(self, name: tuple[str, str]) -> str:
        """A name as the charity writes it on a receipt."""
        first, last = name
        title = self.rng.choice(("Mrs", "Ms", "Dr") if first in HERS else ("Mr", "Mr", "Dr"))
        forms = (f"{first} {last}", f"{first} {last}", f"{first[0]}. {last}", f"{last}, {first}", f"{last} {first[0]}")
        written = self.rng.choice((*forms, f"{title} {first[0]} {last}", f"{title} {last}"))
        return written.upper() if self.rng.random() < 0.1 else written

    def reference(self, parts: Iterable[str], *, noise: bool = True) -> str:
        """A payer's words as they reach the bank: typed in a hurry, cut, behind the bank's own words."""
        rng = self.rng
        text = " ".join(part for part in parts if part)
        if noise and rng.random() < 0.12:
            text = text.replace(" ", "")
        if noise and rng.random() < 0.1:
            text = swapped(rng, text)
        text = text[:LONGEST_REFERENCE].strip()
        text = text.lower() if noise and rng.random() < 0.15 else text.upper()
        return self.rng.choice(PREFIXES) + text + (" " * 6 if rng.random() < 0.1 else "")

    def spelt(self, fund: str | None) -> str:
        """A fund as donors spell it."""
        return self.rng.choice(SPELLINGS.get(fund, (fund.upper(),))) if fund else ""

    def words(self, aim: tuple[str, str | None], telling: str) -> tuple[list[str], str]:
        """The payer's words for a campaign, a fund and what tells the payer, in some order, and what they decide."""
        campaign, fund = aim
        spelt = self.spelt(fund)
        parts = [campaign, spelt, telling] if self.rng.random() < 0.7 else [telling, campaign, spelt]
        evidence = f"{campaign} = {campaign}" + (f"; {spelt} = {fund}" if fund else "")
        return parts, evidence

    def line(self, day: date, cents: int, aim: tuple[str, str | None], telling: str, *, noise: bool = True) -> Line:
        """A gift at the bank."""
        parts, evidence = self.words(aim, telling)
        text = self.reference(parts, noise=noise)
        return Line(day, cents, text, "donation", *aim, evidence)

    def slip(
        self, day: date, cents: int, aim: tuple[str, str | None], name: tuple[str, str] | None, **more: Any
    ) -> Slip:
        """A receipt for it."""
        campaign = aim[0] if self.rng.random() < 0.9 else None
        payer = self.booked_name(name) if name else None
        reference = f"{aim[0]} {self.spelt(aim[1])}".strip() if self.rng.random() < 0.4 else None
        return Slip(day, cents, name, payer, more.pop("reference", reference), campaign, aim[1], **more)

    def gift(self, *, telling: str | None = None) -> Case:
        """One payment and its receipt, with the payer's name, a pledge's number, or nothing that tells."""
        day, cents, aim, name = self.day(), self.amount(), self.aim(), self.name()
        kind = telling or self.rng.choice(("name", "name", "name", "pledge", "nothing"))
        pledge = f"PL{next(self.slip_numbers)}"
        told = {"name": self.typed_name(name), "pledge": pledge, "nothing": ""}[kind]
        slip = self.slip(self.written(day), cents, aim, name)
        if kind == "pledge":
            slip.reference = pledge if self.rng.random() < 0.7 else f"PL {pledge[2:]}"
        elif self.rng.random() < 0.2:  # what the payer said that the reference would be
            slip.reference = " ".join(filter(None, (aim[0], self.spelt(aim[1]), told)))
        return one("gift, " + kind, self.line(day, cents, aim, told), slip)

    def slip_of_keys(self) -> Case:
        """A receipt whose amount has two figures changed over."""
        case = self.gift(telling="name")
        case.lines[0].cents = self.rng.randint(1_200, 9_899) * 100 + 45
        figures = list(str(case.lines[0].cents))
        at = self.rng.choice(
            [i for i in range(len(figures) - 1) if figures[i] != figures[i + 1] and figures[i + 1] != "0"]
        )
        figures[at], figures[at + 1] = figures[at + 1], figures[at]
        case.slips[0].cents = int("".join(figures))
        case.kind, case.sure = "keying slip", False
        return case

    def short(self) -> Case:
        """A payment that arrives less a bank's fee."""
        case = self.gift(telling="name")
        case.lines[0].cents -= self.rng.choice((500, 1000, 1250, case.lines[0].cents * 3 // 100 + 1))
        case.kind, case.sure = "short of a fee", False
        return case

    def other_fund(self) -> Case:
        """A receipt that was written for another fund than the bank's line names."""
        case = self.gift(telling="name")
        line, slip = case.lines[0], case.slips[0]
        line.fund, slip.fund = "lillah", "zakat"
        line.text = self.reference([line.campaign or "", "LILLAH", self.typed_name(slip.name or ("", ""))], noise=False)
        line.evidence = f"{line.campaign} = {line.campaign}; LILLAH = lillah"
        case.kind, case.sure = "other fund", False
        return case

    def equal(self) -> Case:
        """Several payers give the same on one day for one aim, some of them of one family."""
        day, cents, aim = self.day(), self.rng.choice(GIFTS), self.aim()
        telling = self.rng.random() < 0.5
        surname = self.rng.choice(SURNAMES) if self.rng.random() < 0.4 else None
        names = [(first, self.name(surname)[1]) for first in self.rng.sample(FIRST_NAMES, self.rng.randint(2, 4))]
        case = Case("equal, telling" if telling else "equal, not telling")
        for name in names:
            line = self.line(day, cents, aim, self.typed_name(name) if telling else "")
            add(case, line, self.slip(self.written(day), cents, aim, name))
        return case

    def repeated(self) -> Case:
        """A donor really gives the same twice or more, on one day or a week apart."""
        day, cents, aim, name = self.day(1, self.days // 2), self.amount(), self.aim(), self.name()
        told, gap = self.typed_name(name), self.rng.choice((0, 0, 1, 3, 7))
        case = Case("paid again")
        for number in range(2 if gap < 7 else self.rng.randint(2, 3)):
            on = day + timedelta(gap * number)
            add(case, self.line(on, cents, aim, told, noise=False), self.slip(self.written(on), cents, aim, name))
        case.alike = [(line, slip) for line in case.lines for slip in case.slips]
        return case

    def issued_twice(self) -> Case:
        """A receipt issued twice by mistake."""
        case = self.gift(telling="name")
        case.kind, case.sure = "issued twice", False
        first = case.slips[0]
        again = Slip(**{**vars(first), "day": first.day + timedelta(self.rng.randint(0, 2))})
        case.slips.append(again)
        case.alike = [(case.lines[0], again)]
        return case

    def bucket(self) -> Case:
        """Cash counted into one deposit: many receipts, the slip's number in the bank's text or not."""
        rng, day, aim = self.rng, self.day(), self.aim()
        number, printed, count = f"{next(self.slip_numbers):08d}", rng.random() < 0.5, rng.randint(2, 18)
        case = Case("deposit, named" if printed else "deposit, not named", sure=True)
        for _ in range(count):
            cents = rng.choice((rng.randint(2, 60) * 500, rng.randint(200, 40_000)))
            name = self.name() if rng.random() < 0.6 else None
            on = day - timedelta(rng.choice((0, 0, 1, 2, 4)))
            batch = rng.choice((number, number, f"DS {number}")) if printed else f"BUCKET {number[-3:]}"
            case.slips.append(self.slip(on, cents, aim, name, method="cash", batch=batch))
        for slip in case.slips:
            slip.batch = case.slips[0].batch
        whole = sum(slip.cents for slip in case.slips)
        place = number if printed else rng.choice(BRANCHES)
        line = Line(day, whole, f"ADT CASH DEPO{place} {aim[0]}", "donation", *aim, f"{aim[0]} = {aim[0]}")
        case.lines, case.pairs = [line], [(line, slip) for slip in case.slips]
        if rng.random() < 0.12:
            case.slips[0].cents += 1000  # one was counted wrongly
            case.kind, case.sure = "deposit, does not add up", False
        elif not printed and (count < 3 or whole % 1000 == 0):
            case.sure = False
        return case

    def gateway(self) -> Case:
        """A gateway's payment to the bank: many gifts less 2.5 to 3.5 % and R 2 each, perhaps one given back."""
        rng, day = self.rng, self.day(3)
        number = f"{next(self.slip_numbers)}"[:5]
        text, batch, method = rng.choice(
            (
                (f"PAYFAST   PAYOUT {number}", f"PAYOUT {number}", "PayFast"),
                (f"YOCO      KF{number} {day:%d%m%y}", f"KF{number}", "card"),
            )
        )
        case, rate = Case("gateway", sure=False), rng.choice((25, 29, 30, 35))
        for at in range(rng.randint(2, 12)):
            back = at > 1 and rng.random() < 0.06
            cents = -case.slips[0].cents if back else self.amount()
            name = case.slips[0].name if back else self.name()
            on = day - timedelta(rng.randint(1, 4))
            aim, gift = self.aim(), f"G{number}{at:02d}"
            case.slips.append(self.slip(on, cents, aim, name, method=method, batch=batch, reference=gift))
            fee = 0 if back else (cents * rate + 500) // 1000 + 200
            case.gifts.append((batch, day, gift, cents, fee, cents - fee, " ".join(name or ()), gift))
        line = Line(day, sum(gift[5] for gift in case.gifts), text, "settlement")
        case.lines, case.pairs = [line], [(line, slip) for slip in case.slips]
        return case

    def instalments(self) -> Case:
        """One receipt paid in parts, its number or its payer in the text; not always paid in full."""
        rng, aim, name = self.rng, self.aim(), self.name()
        count, day = rng.randint(2, 4), self.day(1, 10)
        by_number, full = rng.random() < 0.6, rng.random() < 0.85
        case, told = Case("instalments", sure=True), f"{name[0][0]} {name[1]}"
        parts = [rng.choice((rng.randint(3, 40) * 5000, self.odd())) for _ in range(count)]
        for at, cents in enumerate(parts):
            on = min(day + timedelta(6 * at + rng.randint(0, 2)), self.first + timedelta(self.days - 1))
            text = self.rng.choice(PREFIXES) + ("{id0} " + aim[0] if by_number else f"{aim[0]} {told}".upper())
            case.lines.append(Line(on, cents, text, "donation", *aim, f"{aim[0]} = {aim[0]}"))
        owed = 0 if full else self.odd()
        case.slips = [self.slip(case.lines[-1].day, sum(parts) + owed, aim, name)]
        case.pairs = [(line, case.slips[0]) for line in case.lines]
        if not full:
            case.kind, case.sure = "instalments, not in full", False
        return case

    def taken_back(self) -> Case:
        """A payment that the bank takes back, with a negative receipt or none."""
        case = self.gift(telling="name")
        line, slip = case.lines[0], case.slips[0]
        case.kind, line.text = "taken back", line.text.rstrip()
        words = " ".join(line.text.removeprefix(next(p for p in PREFIXES if line.text.startswith(p))).split())
        text = f"{self.rng.choice(('REVERSAL', 'UNPAID'))} {words}".upper()
        back = Line(self.later(line.day, 0, 5), -line.cents, text, "reversal", line.campaign, line.fund, line.evidence)
        case.lines.append(back)
        if self.rng.random() < 0.5:
            undo = Slip(**{**vars(slip), "day": self.written(back.day), "cents": -slip.cents})
            case.slips.append(undo)
            case.pairs.append((back, undo))
        return case

    def no_receipt(self) -> Case:
        """A gift for which no receipt was written."""
        case = self.gift()
        return Case("no receipt", case.lines)

    def not_banked(self) -> Case:
        """A receipt whose money never reached the bank."""
        case = self.gift()
        case.slips[0].method = self.rng.choice(("EFT", "cash", "cheque"))
        return Case("not banked", slips=case.slips)

    def strangers(self) -> Case:
        """A gift without a receipt and a receipt without a gift that look alike: other payers, or other funds."""
        case = self.gift(telling="name")
        line, slip = case.lines[0], case.slips[0]
        if self.rng.random() < 0.5:
            other = self.name(self.rng.choice([s for s in SURNAMES if s != (slip.name or ("", ""))[1]]))
            slip.name, slip.payer, slip.reference = other, self.booked_name(other), None
            return Case("other payers", [line], [slip])
        line.fund, slip.fund, slip.reference = "lillah", "zakat", f"{line.campaign} ZAKAT"
        slip.campaign = line.campaign
        line.text = self.rng.choice(PREFIXES) + f"{line.campaign} LILLAH"
        line.evidence = f"{line.campaign} = {line.campaign}; LILLAH = lillah"
        return Case("other funds", [line], [slip])

    def banks_own(self) -> Case:
        """The bank's fees and interest, transfers and payments out."""
        rng = self.rng
        text, kind, cents = rng.choice(
            (
                ("#SERVICE FEES", "fee", -rng.randint(500, 30_000)),
                ("#CASH DEPOSIT FEE", "fee", -rng.randint(500, 9_000)),
                ("#MONTHLY ACCOUNT FEE", "fee", -9200),
                ("INT ON CREDIT BALANCE", "bank_interest", rng.randint(500, 40_000)),
                ("FNB APP TRANSFER FROM CALL ACCOUNT", "transfer", rng.choice(GIFTS) * 10),
                ("FLOUR 12T INV 3381", "payment_out", -rng.choice(GIFTS) * 5),
            )
        )
        return Case("the bank's own", [Line(self.day(), cents, text, kind)])


WEIGHTS: tuple[tuple[Callable[[Maker], Case], int], ...] = (
    (Maker.gift, 46),
    (Maker.equal, 7),
    (Maker.repeated, 4),
    (Maker.issued_twice, 2),
    (Maker.bucket, 4),
    (Maker.gateway, 3),
    (Maker.instalments, 3),
    (Maker.taken_back, 3),
    (Maker.slip_of_keys, 3),
    (Maker.short, 3),
    (Maker.other_fund, 2),
    (Maker.no_receipt, 6),
    (Maker.not_banked, 6),
    (Maker.strangers, 3),
    (Maker.banks_own, 5),
)


def one(kind: str, line: Line, slip: Slip) -> Case:
    return Case(kind, [line], [slip], [(line, slip)])


def add(case: Case, line: Line, slip: Slip) -> None:
    case.lines.append(line)
    case.slips.append(slip)
    case.pairs.append((line, slip))


def swapped(rng: Random, text: str) -> str:
    """The text with two neighbouring letters changed over."""
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isalpha() and text[i] != text[i + 1]]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def make_books(
    seed: int,
    *,
    lines: int = 120,
    month: str = "2018-09",
    campaigns: Sequence[str] = ("IDB", "ORP", "WAT"),
    funds: Sequence[str | None] = ("zakat", "lillah", "sadaqah", None),
) -> Books:
    """One month of both sides with so many bank lines, and what is true of it; the same for the same seed."""
    rng = Random(f"books {seed}")
    maker = Maker(rng, month, campaigns, funds, max(2_000, lines))
    kinds, weights = zip(*WEIGHTS, strict=True)
    cases: list[Case] = []
    left = lines
    while left > 0:
        case = rng.choices(kinds, weights)[0](maker)
        case = case if len(case.lines) <= left else maker.gift()
        cases.append(case)
        left -= len(case.lines)
    _number(rng, cases)
    return _books(rng, cases)


def _number(rng: Random, cases: Sequence[Case]) -> None:
    """Give each line and receipt its id, receipts by their days, and fill the numbers that texts name."""
    form = rng.choice(("R{:05d}", "{:06d}", "REC-{:05d}", "18/{:05d}"))
    slips = [slip for case in cases for slip in case.slips]
    first = rng.randint(1_000, 60_000)
    for number, slip in enumerate(sorted(slips, key=lambda s: s.day), start=first):
        slip.id = form.format(number)
    for case in cases:
        for line in case.lines:
            line.id = f"t{rng.getrandbits(48):012x}"
            line.text = line.text.replace("{id0}", case.slips[0].id) if case.slips else line.text


def _books(rng: Random, cases: Sequence[Case]) -> Books:
    drawn = [line for case in cases for line in case.lines]
    rng.shuffle(drawn)
    drawn.sort(key=lambda line: line.day)
    slips = sorted((slip for case in cases for slip in case.slips), key=lambda s: (s.day, s.id))
    opening = rng.randint(2_000_000, 9_000_000)
    transactions = _transactions(drawn, opening)
    truth = {(a.id, b.id) for case in cases for a, b in case.pairs}
    sure = linkable_pairs(cases)
    moved, booked = sum(line.cents for line in drawn), sum(slip.cents for slip in slips)
    return Books(
        transactions=transactions,
        receipts=_receipts(slips),
        matches=_matches(rng, drawn),
        payouts=_payouts(cases),
        truth=truth,
        linkable=sure,
        with_payouts={(a.id, b.id) for case in cases if case.kind == "gateway" for a, b in case.pairs},
        alike={(a.id, b.id) for case in cases for a, b in case.alike} - truth,
        kinds={(a.id, b.id): case.kind for case in cases for a, b in case.pairs},
        only_bank={line.id for line in drawn} - {a for a, _ in truth},
        only_books={slip.id for slip in slips} - {b for _, b in truth},
        opening=money.rand(opening),
        closing=money.rand(opening + moved),
        books_opening=money.rand(opening),
        books_closing=money.rand(opening + booked),
    )


def _transactions(lines: Sequence[Line], opening: int) -> pd.DataFrame:
    cents = [line.cents for line in lines]
    balances = [opening + moved for moved in accumulate(cents)]
    frame = {
        "transaction_id": [line.id for line in lines],
        "account": [ACCOUNT] * len(lines),
        "date": _days(line.day for line in lines),
        "amount": money.from_cents(cents),
        "balance": money.from_cents(balances),
        "description": [line.text for line in lines],
        "bank_reference": [None] * len(lines),
        "bank_id": [None] * len(lines),
        "source": ["bank.csv"] * len(lines),
        "line": range(7, len(lines) + 7),
    }
    return TRANSACTIONS.check(pd.DataFrame(frame))


def _days(days: Iterable[date]) -> pd.Series[Any]:
    return pd.Series([pd.Timestamp(day) for day in days], dtype="datetime64[s]")


def _receipts(slips: Sequence[Slip]) -> pd.DataFrame:
    names = ("payer", "reference", "campaign", "fund", "method", "batch")
    frame = {
        "receipt_id": [slip.id for slip in slips],
        "date": _days(slip.day for slip in slips),
        "amount": money.from_cents([slip.cents for slip in slips]),
        **{name: [getattr(slip, name) for slip in slips] for name in names},
        "source": ["receipts.csv"] * len(slips),
        "line": range(2, len(slips) + 2),
    }
    return RECEIPTS.check(pd.DataFrame(frame))


def _payouts(cases: Sequence[Case]) -> pd.DataFrame:
    rows = [gift for case in cases for gift in case.gifts]
    if not rows:
        return PAYOUTS.empty()
    names = ["payout", "date", "gift", "gross", "fee", "net", "payer", "reference"]
    frame = pd.DataFrame(rows, columns=names)
    frame["date"] = _days(frame["date"])
    for name in ("gross", "fee", "net"):
        frame[name] = money.from_cents(frame[name].to_numpy())
    own = {"given": pd.NaT, "source": "payouts.csv", "line": range(2, len(rows) + 2)}
    return PAYOUTS.check(frame.assign(**own))


def _matches(rng: Random, lines: Sequence[Line]) -> pd.DataFrame:
    """What a matcher makes of each line: mostly all, sometimes only a part, never a wrong one."""
    rows = []
    for line in lines:
        if line.kind not in ("donation", "reversal"):
            rows.append((line.id, "not_donation", None, None, line.kind, None, "class", None, None, None))
            continue
        whole, chance = rng.random() < 0.85, rng.random()
        campaign, fund = (line.campaign, line.fund) if whole else (line.campaign if chance < 0.3 else None, None)
        status, reason = ("matched", None) if whole else ("review", "it names no campaign for sure")
        sure, evidence = (0.99, line.evidence) if whole else (None, None)
        rows.append((line.id, status, campaign, fund, line.kind, sure, "code", evidence, None, reason))
    return MATCHES.check(pd.DataFrame(rows, columns=MATCHES.names))


class _Index:
    """Rows by amount and day, to see which others of one amount are near."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows: dict[int, list[Any]] = defaultdict(list)
        for row in sorted(rows, key=lambda r: (r.day, r.id)):
            self.rows[row.cents].append(row)

    def near(self, row: Any, days: int = NEAR) -> list[Any]:
        found = self.rows.get(row.cents, [])
        at = bisect_left(found, row.day - timedelta(days), key=lambda r: r.day)
        return [r for r in found[at:] if r.day <= row.day + timedelta(days)]


def linkable_pairs(cases: Sequence[Case]) -> set[Pair]:
    """The pairs that can be linked from what stands on both sides, with no other line or receipt as likely."""
    lines = _Index(line for case in cases for line in case.lines)
    slips = _Index(slip for case in cases for slip in case.slips)
    found = set()
    for case in cases:
        equal = {(id(a), id(b)) for a, b in case.alike}
        if case.sure is None:
            found |= {(a.id, b.id) for a, b in case.pairs if _clear(a, b, lines, slips, equal)}
        elif case.sure and (case.kind != "deposit, not named" or len(lines.near(case.lines[0], 40)) == 1):
            found |= {(a.id, b.id) for a, b in case.pairs}
    return found


def _clear(line: Line, slip: Slip, lines: _Index, slips: _Index, alike: set[tuple[int, int]]) -> bool:
    own = told(line.text, slip)
    others = [s for s in slips.near(line) if s is not slip and (id(line), id(s)) not in alike]
    rivals = [r for r in lines.near(slip) if r is not line and (id(r), id(slip)) not in alike]
    if own < 1:
        # nothing tells: only an amount that nobody else gives, and that nobody gives by habit
        alone = len(lines.near(line, 40)) == 1 and len(slips.near(slip, 40)) == 1
        return alone and line.cents % 1000 != 0
    return all(told(line.text, s) < own for s in others) and all(told(r.text, slip) < own for r in rivals)


def told(text: str, slip: Slip) -> float:
    """How much a bank text tells of a receipt's payer: 2 its number, 1.5 name and initial, 1 surname, less no name."""
    glued = _squashed(text)
    if _squashed(slip.id) in glued or (
        slip.reference and re.match(r"PL ?\d", slip.reference) and _squashed(slip.reference) in glued
    ):
        return 2.0
    if slip.name is None:
        return 0.0
    first, last = (word.upper() for word in slip.name)
    if not _stands(last, glued):
        return 0.5 if _stands(first, glued) else 0.0
    if _stands(first, glued) or re.search(rf"(?<![A-Z]){first[0]} *{last}|{last} *{first[0]}(?![A-Z])", text.upper()):
        return 1.5
    other = re.search(rf"(?<![A-Z])[A-Z] +{last}|{last} +[A-Z](?![A-Z])", text.upper())
    return 0.4 if other else 1.0


def _squashed(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _stands(word: str, glued: str) -> bool:
    """Whether a word stands in a text, perhaps with two neighbouring letters changed over."""
    size = len(word)
    turned = {word} | {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(size - 1)}
    return any(glued[at : at + size] in turned for at in range(len(glued) - size + 1))


def score(books: Books, links: pd.DataFrame, *, payouts: bool = False) -> dict[str, Any]:
    """Counts of the links with status `linked`: `right`, `wrong`, and of all that is linkable `found` as a share.

    A pair is right if it is true or settles as well, and each line and receipt is linked no more often than in truth.
    `wrong_pairs` are the wrong ones, `found_by_kind` has found and linkable by what happened; with `payouts` what the
    gateways' reports show counts as linkable too.
    """
    linked = links[(links["status"] == "linked") & links["receipt_id"].notna()]
    pairs = list(dict.fromkeys(zip(linked["transaction_id"].tolist(), linked["receipt_id"].tolist(), strict=True)))
    lines, slips = Counter(a for a, _ in books.truth), Counter(b for _, b in books.truth)
    right, wrong = set(), []
    together = _settled_together(books, linked)
    used: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for pair in sorted(pairs, key=lambda p: (p not in books.truth, p)):
        used[0][pair[0]] += 1
        used[1][pair[1]] += 1
        fits = used[0][pair[0]] <= lines[pair[0]] and used[1][pair[1]] <= max(1, slips[pair[1]])
        if fits and (pair in books.truth or pair in books.alike or pair in together):
            right.add(pair)
        else:
            wrong.append(pair)
    wanted = books.linkable | (books.with_payouts if payouts else set())
    settled = {a for a, b in right if (a, b) in books.alike or (a, b) in together}
    found = {p for p in wanted if p in right or p[0] in settled}
    by_kind = {k: [0, n] for k, n in Counter(books.kinds[p] for p in wanted).items()}
    for pair in found:
        by_kind[books.kinds[pair]][0] += 1
    return {
        "right": len(right),
        "wrong": len(wrong),
        "linkable": len(wanted),
        "found": len(found) / len(wanted) if wanted else 1.0,
        "wrong_pairs": wrong,
        "found_by_kind": {kind: tuple(counts) for kind, counts in by_kind.items()},
    }


def _settled_together(books: Books, linked: pd.DataFrame) -> set[Pair]:
    """The pairs of groups whose lines and receipts settle one another in truth: which is which a group does not say."""
    found: set[Pair] = set()
    for _, own in linked.groupby("group"):
        lines, slips = set(own["transaction_id"]), set(own["receipt_id"])
        of_lines = {b for a, b in books.truth if a in lines}
        of_slips = {a for a, b in books.truth if b in slips}
        if of_lines == slips and of_slips == lines:
            found |= set(zip(own["transaction_id"], own["receipt_id"], strict=True))
    return found


def open_sides(books: Books, bank: Iterable[str], own: Iterable[str]) -> tuple[int, int]:
    """How many of the lines and receipts without a counterpart are listed as open on their side, and of how many."""
    right = len(books.only_bank & set(bank)) + len(books.only_books & set(own))
    return right, len(books.only_bank) + len(books.only_books)


def main() -> None:
    """Reconcile many books and print what came of it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--books", type=int, default=200)
    arguments.add_argument("--lines", type=int, default=120)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--show", type=int, default=0, help="so many wrong links are shown")
    asked = arguments.parse_args()
    from reconcile import reconcile

    counts: Counter[str] = Counter()
    kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    seconds = 0.0
    for seed in range(asked.seed, asked.seed + asked.books):
        books = make_books(seed, lines=asked.lines)
        start = time.perf_counter()
        found = reconcile(books.transactions, books.receipts, matches=books.matches)
        seconds += time.perf_counter() - start
        result = score(books, found.links)
        sides = open_sides(books, found.unmatched_bank["transaction_id"], found.unmatched_receipts["receipt_id"])
        rows = found.bank_reconciliation(opening=books.opening, books_opening=books.books_opening)
        off = rows["amount"].iloc[-1] != 0
        counts.update(right=result["right"], wrong=result["wrong"], linkable=result["linkable"], off=int(off))
        counts.update(open=sides[0], of=sides[1])
        for kind, (got, all_) in result["found_by_kind"].items():
            kinds[kind][0] += got
            kinds[kind][1] += all_
        for pair in result["wrong_pairs"]:
            if asked.show > 0:
                asked.show -= 1
                _show(seed, books, pair, found.links)
    got = sum(own[0] for own in kinds.values())
    print(f"{asked.books} books of {asked.lines} lines, {seconds / max(asked.books, 1):.3f} s each")
    print(f"linked {counts['right'] + counts['wrong']} pairs: {counts['right']} right, {counts['wrong']} wrong")
    print(f"found {got} of {counts['linkable']} linkable pairs ({got / max(counts['linkable'], 1):.1%})")
    for kind, own in sorted(kinds.items()):
        print(f"  {kind}: {own[0]} of {own[1]}")
    print(f"open on the right side: {counts['open']} of {counts['of']}")
    print(f"bank reconciliations that do not come to nothing: {counts['off']}")


def _show(seed: int, books: Books, pair: Pair, links: pd.DataFrame) -> None:
    line = books.transactions.set_index("transaction_id").loc[pair[0]]
    slip = books.receipts.set_index("receipt_id").loc[pair[1]]
    link = links[(links["transaction_id"] == pair[0]) & (links["receipt_id"] == pair[1])].iloc[0]
    fund = books.matches.set_index("transaction_id").loc[pair[0]]
    print(f"seed {seed}: {link['rule']}, {link['evidence']}")
    print(f"  {line['date']:%d %b} {line['amount']} {line['description']!r} {fund['campaign']} {fund['fund']}")
    told_of = " ".join(f"{name}={slip[name]}" for name in ("payer", "reference", "campaign", "fund", "batch"))
    print(f"  {slip['date']:%d %b} {slip['amount']} {pair[1]} {told_of}")
    print(f"  truly: {sorted(p for p in books.truth if p[0] == pair[0] or p[1] == pair[1])}")


if __name__ == "__main__":
    main()
