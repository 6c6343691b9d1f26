"""Texts with payers' words, each stored once, so that there is one place where they can be forgotten."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

import sqlalchemy as sa

from reconcile.store.asking import in_parts
from reconcile.store.journal import Work, mark_of
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
    salts = [secrets.token_hex(16) for _ in new]
    rows = [
        {"text": text, "salt": salt, "key": key, "mark": mark_of(text, salt)}
        for (key, text), salt in zip(new, salts, strict=True)
    ]
    return found | dict(zip((text for _, text in new), work.add(texts, rows), strict=True))
