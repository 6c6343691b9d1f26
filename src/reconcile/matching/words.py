"""Words as people type them: folding, splitting, a skeleton that transliterations share, words that name nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from reconcile.matching import kept

_CHUNK = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['\u2018\u2019`](?=[^\W\d_])")
_VOWEL = re.compile("[AEIOU]")
_RUNS = re.compile(r"\d+|[^\W\d_]+")


def has_vowel(word: str) -> bool:
    """Whether a word in capitals has a vowel, Y left out: `YMN` has none."""
    return _VOWEL.search(word) is not None


def fold(text: str) -> str:
    """The text in capitals without accents, compatibility forms resolved: `Zoë` and its decomposed form are one."""
    if text.isascii():
        return text.upper()
    bare = unicodedata.normalize("NFKD", text)
    return "".join(c for c in bare if not unicodedata.combining(c)).upper()


def chunks(folded: str) -> list[str]:
    """Runs of letters and digits, in order: `ABC-0725 ZAKAT` gives ABC, 0725, ZAKAT; `ANNE'S` is one, ANNES."""
    return _CHUNK.findall(folded if folded.isalnum() else _APOSTROPHE.sub("", folded))


def words_of(text: str) -> tuple[str, ...]:
    """The runs of letters and digits of a text as it was typed, folded."""
    return tuple(chunks(fold(text)))


def squashed(text: str) -> str:
    """The letters and digits of a text alone, folded: what two writings of one code or reference share."""
    return "".join(chunks(fold(text)))


def digits_in(text: str) -> int:
    """How many digits a text has."""
    return sum(map(str.isdigit, text))


def runs(chunk: str) -> list[str]:
    """A chunk split where letters meet digits: `QUR25` gives QUR, 25."""
    return _RUNS.findall(chunk)


SHORTEST_PIECE = 3
"""A shorter piece of a word says little by itself."""


def in_order(letters: str, word: str) -> bool:
    """Whether a word has these letters in their order, others between them or not: BLK of BLANKETS."""
    rest = iter(word)
    return all(letter in rest for letter in letters)


def beginnings_of(words: Iterable[str], least: int) -> frozenset[str]:
    """What is left of these words where their ends are lost, of at least so many letters."""
    return frozenset(word[:end] for word in words for end in range(least, len(word)))


_SOUNDS = (
    ("IGHT", "ITE"),
    ("GH", "G"),
    ("DH", "D"),
    ("KH", "K"),
    ("TH", "T"),
    ("PH", "F"),
    ("CK", "K"),
    ("EE", "I"),
    ("OO", "U"),
)
_LETTERS = str.maketrans({"Q": "K", "C": "K", "Z": "S", "Y": "I", "E": "I", "O": "U", "W": "V"})
_DOUBLED = re.compile(r"(.)\1+")
_SOFT = re.compile("C(?=[EIY])")
_OU = re.compile(r"[OU]U")


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """What spellings of one foreign word share: doubled letters, final h, q/k, z/s, soft c/s, ee/i, oo/u made one."""
    for typed, sound in _SOUNDS:
        word = word.replace(typed, sound)
    word = _SOFT.sub("S", word)
    word = _DOUBLED.sub(r"\1", _OU.sub("U", word).translate(_LETTERS))
    return word[:-1] if word.endswith("H") and len(word) > 3 else word


STOP = frozenset("A AN AND AT BY DIE EN FOR FRM FROM IN OF ON OR THE TO VIR VIA WITH MY OUR".split())
"""Words between other words; a phrase matches with or without them."""

_MONTHS = (
    "JAN FEB MAR APR MAY JUN JUL AUG SEP SEPT OCT NOV DEC JANUARY FEBRUARY MARCH APRIL JUNE JULY AUGUST "
    "SEPTEMBER OCTOBER NOVEMBER DECEMBER MRT MEI OKT DES JANUARIE FEBRUARIE MAART JUNIE JULIE AUGUSTUS OKTOBER DESEMBER"
)
MONTHS = frozenset(_MONTHS.split())
PLAIN = STOP | frozenset(
    f"""{_MONTHS} REF REFERENCE REFER NR NUMBER ACC DONATION DONATIONS DONATE DONATED DON CONTRIBUTION CONTRIBUTIONS
    CONTRIB GIFT GIFTS PAYMENT PAYMENTS PMT PYMT PMNT PAYT PAY PAID EFT CASH APPEAL FUND FUNDS CAMPAIGN
    PROJECT CAUSE CHARITY MONTHLY WEEKLY YEARLY ANNUAL MONTH YEAR WEEK CERT CERTIFICATE SECTION PLS PLEASE
    THANKS THANK YOU DUA DUAS JAZAKALLAH SHUKRAN BISMILLAH ALHAMDULILLAH INSHALLAH MASHALLAH SUBHANALLAH
    SALAAM MONEY ANON ANONYMOUS AMOUNT TOWARDS HELP SUPPORT RELIEF COLLECTION COLLECTED INSTALMENT ONLINE
    IMMEDIATE URGENT XX""".split()
)
"""Words of a payment that name no campaign and no person."""

FILLER, PERSON, UNIT, PLACE, FIRM, DEALING = "filler", "person", "unit", "place", "firm", "dealing"


@cache
def beside() -> dict[str, str]:
    """Words that people type beside a campaign, each with its kind, from `beside.csv`.

    filler: of thanks, of paying, of time; person: titles and relatives; unit: what a gift is counted in; place: a
    country or region, which may be another appeal; firm: of
    firms' names; dealing: of rents, invoices and addresses. Beside the last two a code or name may mean something else.
    """
    return {row["word"]: row["kind"] for row in kept.rows_of("beside.csv")}


PARTICLES = frozenset("DA DE DEN DER DI DOS DU EL AL LA LE ST VD VON".split())
"""Small words inside names: beside a word they make it a name."""

GIVEN_BY = frozenset("FROM FRM FR BY".split())
"""Words between a campaign and who gives."""


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(kept.text_of("ordinary.txt").split())


def is_ordinary(word: str) -> bool:
    """Whether it is a word of everyday English or Afrikaans: no slip of another, and no name that only one has."""
    return word in _ordinary()


@cache
def _begun() -> frozenset[str]:
    return beginnings_of(_ordinary(), SHORTEST_PIECE) | _ordinary()


def begins_an_ordinary_word(start: str) -> bool:
    """Whether a word of everyday English or Afrikaans begins so, or is that."""
    return start in _begun()


OWN_ACCOUNT = frozenset("ACC ACCT ACCOUNT SAVINGS SAVING CALL INVEST INVESTMENT CHEQUE CURRENT RESERVE FNB".split())
"""Words of one's own accounts in a transfer."""

NUMBERED = frozenset("REF REFERENCE ACC ACCOUNT CERT INV INVOICE TEL CELL ID REG".split())
"""Words after which NO is short for number and denies nothing."""

DENIALS = frozenset(
    "NO NOT NON NT NOR NEITHER NEVER DONT CANNOT CANT WITHOUT EXCL EXCLUDING EXCEPT MINUS LESS EX NIE GEEN SONDER "
    "BEHALWE HAYI NAHI NAHIN AKUYONA".split()
)
"""Words that deny the fund word after them."""
