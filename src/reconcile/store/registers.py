"""Registers and vocabularies as they were when something was decided with them, each version once."""

from __future__ import annotations

import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from reconcile import __version__
from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_funds
from reconcile.store import tables
from reconcile.store.journal import Work, canonical

RULES = Path(__file__).parents[1] / "matching"


def write(work: Work, kind: str, register: CampaignRegister | FundVocabulary) -> None:
    """Keep a version of a register or vocabulary, if it is new."""
    content = content_of(register)
    table = tables.registers.c
    asked = sa.select(table.id).where(table.kind == kind, table.digest == digest_of(content))
    if work.connection.execute(asked).scalar() is None:
        row = {"kind": kind, "source": register.source_name or "a frame", "digest": digest_of(content)}
        work.add(tables.registers, [{**row, "content": content}])


@lru_cache(maxsize=8)  # one night asks for it nine times
def content_of(register: CampaignRegister | FundVocabulary) -> str:
    """All rows of it; their order, which says nothing, is left out."""
    frame = register.to_frame()
    rows = frame.astype(object).where(frame.notna(), None).astype("str").to_dict("records")
    return canonical(sorted(rows, key=canonical))


def digest_of(content: str) -> str:
    """What a version is told by."""
    return hashlib.sha256(content.encode("ascii")).hexdigest()


@cache
def rule_version() -> str:
    """The version of the rules: that of the library, and the first digits of the digest of all rules and words."""
    hashed = hashlib.sha256()
    for path in sorted(p for p in RULES.rglob("*") if p.suffix in (".py", ".csv", ".txt")):
        hashed.update(path.relative_to(RULES).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{__version__}+{hashed.hexdigest()[:8]}"


def decided_with(campaigns: CampaignRegister, funds: FundVocabulary, max_wrong: float) -> str:
    """What a decision hangs on besides the text: register, vocabulary, rules and the wrong that is allowed."""
    share = str(float(max_wrong)) if isinstance(max_wrong, int) else str(max_wrong)  # 0 and 0.0 are the same
    return " ".join([digest_of(content_of(campaigns))[:16], digest_of(content_of(funds))[:16], rule_version(), share])


def known_words(connection: sa.Connection) -> tuple[set[str] | None, set[str] | None]:
    """The codes and the funds of the versions last used, None where none was."""
    return _words(connection, "campaigns", "code"), _words(connection, "funds", "fund")


def funds_in_use(connection: sa.Connection) -> FundVocabulary:
    """The vocabulary last used; the built-in one where none was."""
    content = _content(connection, "funds")
    return read_funds(pd.DataFrame(json.loads(content))) if content else default_funds()


def _content(connection: sa.Connection, kind: str) -> str | None:
    """The version of a register last used, all rows of it."""
    used = connection.execute(sa.select(tables.about.c.value).where(tables.about.c.name == f"{kind} in use")).scalar()
    table = tables.registers.c
    asked = sa.select(table.content).where(table.kind == kind, table.digest == used)
    return connection.execute(asked).scalar() if used is not None else None


def _words(connection: sa.Connection, kind: str, column: str) -> set[str] | None:
    content = _content(connection, kind)
    return {row[column] for row in json.loads(content)} if content else None


def frame(connection: sa.Connection) -> pd.DataFrame:
    """Every version that was used: what it is, its file, when it came into use, and how many rows it has."""
    table, events = tables.registers.c, tables.events.c
    asked = (
        sa.select(table.kind, table.source, events.at, table.digest, table.content)
        .join(tables.events, events.id == table.event)
        .order_by(table.id)
    )
    rows = [
        (kind, source, at, digest, len(json.loads(content)))
        for kind, source, at, digest, content in connection.execute(asked)
    ]
    return pd.DataFrame(rows, columns=["kind", "source", "at", "digest", "rows"])
