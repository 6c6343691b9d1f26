"""FNB files of any size with the right answers beside them: same seed, same bytes. Names and amounts are invented.

    python benchmarks/generate.py --lines 10000 --names 500 --seed 1 --out DIR

writes DIR/history.csv, DIR/history.ofx (the same rows), DIR/campaigns.csv and DIR/truth.csv (line of history.csv, code
of the campaign that the payer meant, or nothing).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

PLACE_WORDS = """
Almera Tessaly Borvane Quillom Hadrasat Penzwe Marokello Ishtavan Dunqara Velimbo Sorrake Nyathela Kerbasha Umzolwe
Farisan Ladumeni Gharvel Tsomako Rubeyda Cawelo Zintaru Ombasha Jelaqat Wadirum Phukeni Beqasir Lothume Yarvasan
Eshwane Mirpelu Dasqand Khotaye Surmazan Nolitwa Harubeth Vankeru Qashmel Bophute Azmirat Xolweni
"""
SURNAME_WORDS = """
ABRAHAMS ADAMS BALLIM BEUKES CASSIM DANIELS DAVIDS DLAMINI ESSOP FAKIER FORTUIN GAMIELDIEN HENDRICKS HOOSEN ISAACS
JACOBS JAFFER JAKOET KARODIA KHAN KHUMALO LAHER LATEGAN MAHOMED MANUEL MOKOENA MOOLLA MOOSA NAIDOO NDLOVU OMAR OSMAN
PARKER PATEL PETERSEN PILLAY PRINSLOO RAHMAN SALIE SAMAAI SAMSODIEN SLAMANG SOEKER TALIEP TOEFY VALLY VANWYK VAWDA
WALLY ZONDI
"""
PLACES = PLACE_WORDS.split()
FIRST_SYLLABLES = "Bro Che Dju Fal Gri Hov Jem Kwi Lus Mze Nga Pri Rov Shu Tye Vla Wex Yor Zim".split()
MIDDLE_SYLLABLES = "banda keffi lodru mirra nossu petwa".split()
LAST_SYLLABLES = "dorf gash lune mbeki qued rith".split()
SURNAMES = SURNAME_WORDS.split()
PROJECTS = (
    ("Emergency Appeal", ("{place}", "{place} Crisis")),
    ("Water Wells", ("{place} Wells", "Wells for {place}")),
    ("Orphan Care", ("{place} Orphans", "Orphans of {place}")),
    ("Flood Relief", ("{place} Floods", "Floods in {place}")),
    ("Winter Blankets", ("{place} Blankets", "{place} Winter")),
    ("Food Hampers", ("{place} Hampers", "Hampers for {place}")),
    ("Masjid Building", ("{place} Masjid", "Masjid in {place}")),
    ("Eye Clinic", ("{place} Clinic", "Clinic in {place}")),
    ("Bursary Fund", ("{place} Bursaries", "Bursary {place}")),
    ("Refugee Tents", ("{place} Tents", "Tents for {place}")),
    ("Soup Kitchen", ("{place} Soup", "Soup for {place}")),
    ("School Desks", ("{place} Desks", "Desks for {place}")),
    ("Tree Planting", ("{place} Trees", "Trees for {place}")),
    ("Wheelchairs", ("{place} Chairs", "Wheelchair {place}")),
)
FUNDS = ("ZAKAT", "LILLAH", "SADAQAH", "ZAKAAT", "LILLA", "ZKT")
UNRELATED = (
    "RENT UNIT {n}",
    "INV {n} STATIONERY",
    "SALARY REFUND {n}",
    "HALL HIRE {n}",
    "TUCKSHOP {n}",
    "GOLF DAY {n}",
    "DONATION",
    "CHARITY",
    "ANONYMOUS",
    "MONTHLY CONTRIBUTION",
)
PREFIXES = (
    "FNB APP PAYMENT FROM  ",
    "FNB APP PAYMENT FROM  ",
    "INT-BANKING PMT FRM   ",
    "SCHEDULED PYMT FROM   ",
    "FNB OB PMT            ",
    "CAPITEC   ",
    "ABSA BANK ",
    "INVESTECPB",
    "ADT CASH DEPO00882112 ",
    "",
)
GIFTS_CENTS = (5000, 10000, 15000, 20000, 25000, 30000, 50000, 75000, 100000, 145000, 250000, 500000, 1000000, 12550)
FIRST_DAY = date(2018, 1, 1)


class Campaign(NamedTuple):
    code: str
    name: str
    aliases: tuple[str, str]


class Reference(NamedTuple):
    text: str
    code: str


class Line(NamedTuple):
    day: date
    cents: int
    balance_cents: int
    text: str
    code: str


def more_places() -> list[str]:
    """The places and more of their kind, for the largest registers: made of syllables, far from one another."""
    made = [f"{a}{b}{c}" for a in FIRST_SYLLABLES for b in MIDDLE_SYLLABLES for c in LAST_SYLLABLES]
    return [*PLACES, *made[:: len(made) // 110][:110]]


def register(names: int) -> list[Campaign]:
    """A quarter as many campaigns as names: each has a code, a name and two aliases.

    As in a real register the bare place is an alias of its emergency appeal, and stands inside the names of others.
    """
    most = 4 * len(PROJECTS) * len(more_places())
    if not 4 <= names <= most:
        raise SystemExit(f"--names must be 4 to {most}, not {names}")
    places = PLACES if names // 4 <= len(PLACES) * len(PROJECTS) else more_places()
    pairs = [(place, project) for project in PROJECTS for place in places]
    return [
        Campaign(
            f"{place[0]}{project[0]}{number:03d}".upper(),
            f"{place} {project}",
            (first.format(place=place), second.format(place=place)),
        )
        for number, (place, (project, (first, second))) in enumerate(pairs[: names // 4], start=1)
    ]


def mistyped(rng: Random, text: str) -> str:
    """The text with one to three slips, never in its first letter: lost, doubled, swapped or wrong letters."""
    letters = list(text)
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(1, len(letters) - 1)
        slip = rng.randrange(4)
        if slip == 0:
            del letters[at]
        elif slip == 1:
            letters.insert(at, letters[at])
        elif slip == 2:
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        else:
            letters[at] = rng.choice("AEIOULNRST")
    return "".join(letters)


def named(rng: Random, campaign: Campaign) -> str:
    """One way of naming the campaign, by the shares seen in real references."""
    code, name = campaign.code, campaign.name.upper()
    kind = rng.random() * 75
    if kind < 25:
        return code
    if kind < 35:
        return name
    if kind < 45:
        return rng.choice(campaign.aliases).upper()
    if kind < 65:
        return mistyped(rng, name)
    spaced = (f"{code[:2]} {code[2:]}", f"{code[:2]}-{code[2:]}", f"{code[0]}{code}", code.lower(), f"{code}/18")
    return rng.choice(spaced)


def cut_off(rng: Random, campaign: Campaign, payer: str) -> str:
    """The payer in front pushes the end of the name out, but at least four letters tell the project."""
    name = campaign.name.upper()
    told = name.index(" ") + 5
    words = next((w for w in (payer, rng.choice(FUNDS), payer[2:]) if len(w) + 1 + told <= 20), payer[0])
    return f"{words} {name}"


def nameless(rng: Random, payer: str, campaigns: list[Campaign]) -> str:
    """A text that settles no campaign: a payer alone, other income, or something that only looks like a campaign."""
    place, project = (words.upper() for words in rng.choice(campaigns).name.split(" ", 1))
    kind = rng.random()
    if kind < 0.4:
        return payer
    if kind < 0.75:
        return rng.choice(UNRELATED).format(n=rng.randrange(1, 1000))
    if kind < 0.85:
        return f"{project} {rng.choice(FUNDS)}"
    if kind < 0.93:
        return " + ".join(c.code for c in rng.sample(campaigns, 2))
    return f"{place} MOTORS INV {rng.randrange(1, 100)}"


def reference(rng: Random, campaigns: list[Campaign]) -> Reference:
    """What one payer types, cut at 20 characters: one of five names no campaign, one of twenty is cut off."""
    payer = f"{rng.choice('ABDFHIJKLMNRSTYZ')} {rng.choice(SURNAMES)}"
    if rng.random() < 0.2:
        return Reference(nameless(rng, payer, campaigns)[:20].rstrip(), "")
    campaign = rng.choice(campaigns)
    if rng.random() < 5 / 80:
        return Reference(cut_off(rng, campaign, payer)[:20].rstrip(), campaign.code)
    text = named(rng, campaign)
    if rng.random() < 0.4:
        text += f" {rng.choice(FUNDS)}"
    if rng.random() < 0.75:
        in_front = rng.random() < 0.3 and len(text) + len(payer) < 20
        text = f"{payer} {text}" if in_front else f"{text} {payer}"
    if rng.random() < 0.01:
        text = text.replace(" ", ", ", 1)
    return Reference(text[:20].rstrip(" ,"), campaign.code)


def different(rng: Random, campaigns: list[Campaign], count: int) -> list[Reference]:
    """So many references, no text twice."""
    found: dict[str, Reference] = {}
    while len(found) < count:
        given = reference(rng, campaigns)
        found.setdefault(given.text, given)
    return list(found.values())


def repeated(rng: Random, distinct: list[Reference], count: int) -> list[Reference]:
    """Each reference at least once, the rest by Zipf's law: standing givers come back, most come once."""
    weights = list(accumulate(1 / rank**1.05 for rank in range(1, len(distinct) + 1)))
    chosen = distinct + rng.choices(distinct, cum_weights=weights, k=count - len(distinct))
    rng.shuffle(chosen)
    return chosen


def movements(lines: int, campaigns: list[Campaign], seed: int) -> list[Line]:
    """The rows, oldest first, over one year; three of a hundred are fees or payments out."""
    rng = Random(seed)
    distinct = different(rng, campaigns, max(1, lines * 15 // 100))
    balance, rows = 4_500_000, []
    for number, given in enumerate(repeated(rng, distinct, lines)):
        text, code, cents = rng.choice(PREFIXES) + given.text, given.code, rng.choice(GIFTS_CENTS)
        chance = rng.random()
        if chance < 0.02:
            text, code, cents = "#CASH DEPOSIT FEE", "", -rng.randrange(500, 6000)
        elif chance < 0.03:
            text, code, cents = f"{rng.choice(campaigns).name.upper()} INV", "", -rng.randrange(100_000, 2_000_000)
        balance += cents
        rows.append(Line(FIRST_DAY + timedelta(days=number * 365 // lines), cents, balance, text, code))
    return rows


def rand(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def history(rows: list[Line]) -> Iterator[str]:
    """The lines of the Transaction History CSV, newest first."""
    yield from ("ACCOUNT TRANSACTION HISTORY", "", "Name:, Amina, Daniels")
    closing = rand(rows[-1].balance_cents)
    yield from ("Account:, 62000099001, [Appeals Account]", f"Balance:, {closing}, {closing}", "")
    yield "Date, Amount, Balance, Description"
    for row in reversed(rows):
        yield f"{row.day:%Y/%m/%d}, {rand(row.cents)}, {rand(row.balance_cents)}, {row.text}"


def ofx(rows: list[Line]) -> Iterator[str]:
    """The lines of the OFX 1 file, oldest first."""
    yield from ("OFXHEADER:100", "DATA:OFXSGML", "VERSION:102", "SECURITY:NONE", "ENCODING:USASCII", "CHARSET:1252")
    yield from ("COMPRESSION:NONE", "OLDFILEUID:NONE", "NEWFILEUID:NONE", "", "<OFX>", "<SIGNONMSGSRSV1>", "<SONRS>")
    yield from ("<STATUS>", "<CODE>0", "<SEVERITY>INFO", "</STATUS>", "<DTSERVER>20190101", "<LANGUAGE>ENG", "</SONRS>")
    yield from ("</SIGNONMSGSRSV1>", "<BANKMSGSRSV1>", "<STMTTRNRS>", "<TRNUID>0", "<STATUS>", "<CODE>0")
    yield from ("<SEVERITY>INFO", "</STATUS>", "<STMTRS>", "<CURDEF>ZAR", "<BANKACCTFROM>", "<BANKID>250655")
    yield from ("<ACCTID>62000099001", "<ACCTTYPE>CHECKING", "</BANKACCTFROM>", "<BANKTRANLIST>")
    yield from (f"<DTSTART>{rows[0].day:%Y%m%d}", f"<DTEND>{rows[-1].day:%Y%m%d}")
    for number, row in enumerate(rows, start=1):
        yield from ("<STMTTRN>", f"<TRNTYPE>{'DEBIT' if row.cents < 0 else 'CREDIT'}", f"<DTPOSTED>{row.day:%Y%m%d}")
        yield from (f"<TRNAMT>{rand(row.cents)}", f"<FITID>T{number}", f"<MEMO>{row.text}", "</STMTTRN>")
    yield from ("</BANKTRANLIST>", "<LEDGERBAL>", f"<BALAMT>{rand(rows[-1].balance_cents)}")
    yield from (f"<DTASOF>{rows[-1].day:%Y%m%d}", "</LEDGERBAL>", "</STMTRS>", "</STMTTRNRS>", "</BANKMSGSRSV1>")
    yield "</OFX>"


def write(folder: Path, lines: int, names: int, seed: int = 1) -> None:
    """Put the four files of one benchmark into the folder."""
    campaigns = register(names)
    rows = movements(lines, campaigns, seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.csv").write_bytes("".join(f"{line}\n" for line in history(rows)).encode("ascii"))
    (folder / "history.ofx").write_bytes("".join(f"{line}\r\n" for line in ofx(rows)).encode("ascii"))
    with (folder / "campaigns.csv").open("w", encoding="ascii", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("code", "name", "aliases", "opens", "closes"))
        table.writerows((c.code, c.name, "|".join(c.aliases), "", "") for c in campaigns)
    with (folder / "truth.csv").open("w", encoding="ascii", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("line", "campaign"))
        table.writerows((line, row.code) for line, row in enumerate(reversed(rows), start=8))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Write FNB files of any size with the right answers beside them.")
    arguments.add_argument("--lines", type=int, default=10_000)
    arguments.add_argument("--names", type=int, default=500, help="codes, names and aliases together")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path, required=True)
    given = arguments.parse_args()
    write(given.out, given.lines, given.names, given.seed)
