"""The campaign register and the fund vocabulary: what a payment reference may name, read whole or refused whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from reconcile.errors import shown
from reconcile.schema import DAY, TEXT
from reconcile.tables import Faults, Row, TableSource, read_table


def compared(text: str) -> str:
    """The text as names are compared: no case, accents, spaces or punctuation (`Zoë's  Well` is `zoeswell`)."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c)[0] in "LNM")


@dataclass(frozen=True)
class Campaign:
    """An appeal: its code, name and other names; open from `opens` to `closes`, both included, None where unbounded."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    opens: date | None = None
    closes: date | None = None


@dataclass(frozen=True, repr=False)
class CampaignRegister:
    """The campaigns in the order of the register; no code, name or alias belongs to two of them.

    A code looks its campaign up without case (`register["idb"]`). `source_name` and `sha256` are those of the file,
    None where the register came from a frame.
    """

    campaigns: tuple[Campaign, ...]
    source_name: str | None = None
    sha256: str | None = None

    def __iter__(self) -> Iterator[Campaign]:
        return iter(self.campaigns)

    def __len__(self) -> int:
        return len(self.campaigns)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and any(c.code.casefold() == code.casefold() for c in self.campaigns)

    def __getitem__(self, code: str) -> Campaign:
        for campaign in self.campaigns:
            if campaign.code.casefold() == code.casefold():
                return campaign
        raise KeyError(f"no campaign has the code {shown(code, 40)}; there are {', '.join(self.codes)}")

    def __repr__(self) -> str:
        return f"CampaignRegister of {len(self)} campaigns: {', '.join(self.codes)}"

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in the order of the register."""
        return tuple(c.code for c in self.campaigns)

    def to_frame(self) -> pd.DataFrame:
        """One row per campaign: code, name, aliases (`|` between), opens, closes; `read_campaigns` takes it back."""
        return pd.DataFrame(
            {
                "code": _texts(c.code for c in self.campaigns),
                "name": _texts(c.name for c in self.campaigns),
                "aliases": _texts("|".join(c.aliases) for c in self.campaigns),
                "opens": pd.Series([c.opens for c in self.campaigns], dtype=DAY),
                "closes": pd.Series([c.closes for c in self.campaigns], dtype=DAY),
            }
        )

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False, na_rep="")


NEVER = "never"
"""What stands under `automatic` for a fund to which nothing is credited without a person."""


@dataclass(frozen=True)
class Fund:
    """A restricted fund: its spellings (its name is one unless excluded), and words that only look like one.

    A gift to a fund that is not `automatic` is always left to a person.
    """

    name: str
    spellings: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    automatic: bool = True


@dataclass(frozen=True, repr=False)
class FundVocabulary:
    """The funds in the order of the vocabulary; no spelling belongs to two of them."""

    funds: tuple[Fund, ...]
    source_name: str | None = None
    sha256: str | None = None

    def __iter__(self) -> Iterator[Fund]:
        return iter(self.funds)

    def __len__(self) -> int:
        return len(self.funds)

    def __repr__(self) -> str:
        return f"FundVocabulary of {len(self)} funds: {', '.join(self.names)}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the funds, in order."""
        return tuple(f.name for f in self.funds)

    def to_frame(self) -> pd.DataFrame:
        """One row per fund: fund, spellings, excludes (lists, `|` between), automatic; `read_funds` takes it back."""
        return pd.DataFrame(
            {
                "fund": _texts(f.name for f in self.funds),
                "spellings": _texts("|".join(f.spellings) for f in self.funds),
                "excludes": _texts("|".join(f.excludes) for f in self.funds),
                "automatic": _texts("" if f.automatic else NEVER for f in self.funds),
            }
        )

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def _texts(texts: Iterable[str]) -> pd.Series[Any]:
    return pd.Series(list(texts), dtype=TEXT)


def read_campaigns(path_or_frame: TableSource) -> CampaignRegister:
    """The campaign register of a CSV or XLSX file (its first sheet) or of a frame.

    Columns `code` and `name`, and where there are any `aliases` (with `|` between), `opens` and `closes` (YYYY-MM-DD or
    YYYY/MM/DD, or real dates). Everything is exact text: a code `NA`, `0012` or `1E5` stays so. Other columns are
    ignored unless their name looks like a slip for one of these.

    Raises RegisterRefused naming every fault with its line: an empty code or name; a code, name or alias of two
    campaigns (compared without case, accents, spaces and punctuation: donors lose those); an unreadable date; a day of
    closing before the opening; no rows; a missing column. Raises UnreadableFile for a file that cannot be read.
    """
    table = read_table(path_or_frame, required=("code", "name"), optional=("aliases", "opens", "closes"))
    faults = table.faults
    campaigns = [_campaign(row, faults) for row in table.rows]
    claims = _Claims("campaign", faults)
    for row, campaign in zip(table.rows, campaigns, strict=True):
        words = [("code", campaign.code), ("name", campaign.name), *(("aliases", a) for a in campaign.aliases)]
        claims.claim(row.line, campaign.code or campaign.name, words)
        _not_reserved(row, "code", campaign.code, faults)
    faults.refuse_any()
    return CampaignRegister(tuple(campaigns), faults.file, table.sha256)


def _campaign(row: Row, faults: Faults) -> Campaign:
    campaign = Campaign(
        code=_needed(row, "code", faults),
        name=_needed(row, "name", faults),
        aliases=row.texts("aliases", faults),
        opens=row.day("opens", faults),
        closes=row.day("closes", faults),
    )
    if campaign.opens and campaign.closes and campaign.closes < campaign.opens:
        faults.add(row.line, "closes", f"{campaign.closes} is before the day it opens, {campaign.opens}")
    return campaign


def read_funds(path_or_frame: TableSource) -> FundVocabulary:
    """The fund vocabulary of a CSV or XLSX file (its first sheet) or of a frame.

    Columns `fund`, and where there are any `spellings` and `excludes` (with `|` between), and `automatic`: `never`
    where every gift to the fund is for a person to credit, else empty or `yes`. A spelling may be several words
    (`Zakatul Fitr`); the fund's own name counts as one unless it is excluded. Excludes are words that contain or
    resemble a spelling and are not this fund: `Alhamdulillah` for lillah, the name `Sadiqa` for sadaqah, and `Zakatul
    Fitr` for zakat, which may then be a spelling of fitrah.

    Raises RegisterRefused naming every fault with its line: an empty fund; a fund or spelling that stands for two
    funds; a word that a fund both spells and excludes; another word under `automatic`; no rows; a missing column.
    Raises UnreadableFile for a file that cannot be read.
    """
    table = read_table(path_or_frame, required=("fund",), optional=("spellings", "excludes", "automatic"))
    faults = table.faults
    funds = [_fund(row, faults) for row in table.rows]
    claims = _Claims("fund", faults)
    for row, fund in zip(table.rows, funds, strict=True):
        claims.claim(row.line, fund.name, [("fund", fund.name), *(("spellings", s) for s in fund.spellings)])
        _not_reserved(row, "fund", fund.name, faults)
        own = {tuple(map(compared, s.split())) for s in fund.spellings}
        for word in fund.excludes:
            if tuple(map(compared, word.split())) in own:  # Peter Spence is not Peter's Pence
                faults.add(
                    row.line, "excludes", f'"{shown(word, 40)}" is also one of the spellings; it can be only one'
                )
    faults.refuse_any()
    return FundVocabulary(tuple(funds), faults.file, table.sha256)


def _fund(row: Row, faults: Faults) -> Fund:
    name = _needed(row, "fund", faults)
    spellings = row.texts("spellings", faults)
    excludes = row.texts("excludes", faults)
    listed = compared(name) in map(compared, (*spellings, *excludes))
    automatic = (row.text("automatic", faults) or "").casefold() if "automatic" in row.cells else ""
    if automatic not in (NEVER, "no", "yes", ""):
        faults.add(row.line, "automatic", f'"{shown(automatic, 40)}" is neither {NEVER} nor yes')
    return Fund(name, spellings if listed else (name, *spellings), excludes, automatic not in (NEVER, "no"))


@cache
def default_funds() -> FundVocabulary:
    """The built-in fund vocabulary, used where the charity gives none: `funds.csv` beside this module."""
    with resources.as_file(resources.files("reconcile") / "funds.csv") as path:
        read = read_funds(path)
    return FundVocabulary(read.funds, f"built-in {read.source_name}", read.sha256)


RESERVED = frozenset({"unspecified", "nofund", "nocampaign", "toreview", "notdonations"})
"""What the totals call the money that is nobody's, as names are compared."""


def _not_reserved(row: Row, column: str, word: str, faults: Faults) -> None:
    if compared(word) in RESERVED:
        faults.add(row.line, column, f'"{shown(word, 40)}" is a word of the totals; choose another')


def _needed(row: Row, column: str, faults: Faults) -> str:
    text = row.text(column, faults)
    if text == "":
        faults.add(row.line, column, "is empty; every row needs one")
    return text or ""


@dataclass
class _Claims:
    """Which words stand for which campaign or fund; a word of two of them is a fault."""

    what: str
    faults: Faults
    taken: dict[str, tuple[int, str, str]] = field(default_factory=dict)

    def claim(self, line: int, owner: str, words: Iterable[tuple[str, str]]) -> None:
        """Note that these words (column, word) stand for the row of that line, or a fault for each that is taken."""
        mine: set[str] = set()
        for column, word in words:
            key = compared(word)
            if word and not key:
                self.faults.add(line, column, f'"{shown(word, 40)}" has no letter or digit to be recognised by')
            if not key or key in mine:
                continue
            mine.add(key)
            first, other, theirs = self.taken.setdefault(key, (line, owner, column))
            if first != line:
                kind = {"aliases": "an alias", "spellings": "a spelling", "fund": "the name"}.get(
                    theirs, f"the {theirs}"
                )
                where = f"{kind} of the {self.what} {shown(other, 40)} ({self.faults.word} {first})"
                self.faults.add(line, column, f'"{shown(word, 40)}" is also {where}; it can stand for only one')
