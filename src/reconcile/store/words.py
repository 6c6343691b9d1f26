"""Texts with payers' words, each stored once, so that there is one place where they can be forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

from reconcile.store.asking import in_parts
from reconcile.store.journal import Work
from reconcile.store.tables import texts


def key_of(text: str) -> str:
    """What a text is found by; it goes with the words when they are forgotten."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def ids_of(work: Work, wanted: Iterable[str]) -> dict[str, int]:
    """The id of each text; those not met before are written."""
    keys = {key_of(text): text for text in set(wanted)}
    ordered = sorted(keys)
    here = in_parts(
        work.connection, ordered, lambda some: sa.select(texts.c.id, texts.c.key).where(texts.c.key.in_(some))
    )
    found = {keys[key]: number for number, key in here}
    new = [(key, keys[key]) for key in ordered if keys[key] not in found]
    # PostgreSQL takes no NUL in a text; a row set aside for one may have it
    written = {"text": [text.replace("\0", "\N{SYMBOL FOR NULL}") for _, text in new], "key": [key for key, _ in new]}
    return found | dict(zip((text for _, text in new), work.add_columns(texts, written, len(new)), strict=True))
