"""What a word is beside gifts, whatever the register says."""

from __future__ import annotations

from functools import cache

from reconcile.matching.names import may_be_given, may_be_surname
from reconcile.matching.words import DENIALS, FILLER, PARTICLES, PLAIN, beside, is_ordinary


@cache
def _roles() -> dict[str, str]:
    words = {word: "plain" if kind == FILLER else kind for word, kind in beside().items()}
    return words | dict.fromkeys(PARTICLES, "unknown") | dict.fromkeys(PLAIN | DENIALS, "plain")


def means_itself(token: str) -> bool:
    """Whether a word has a meaning of its own wherever it stands, so that it is no slip of another: a name too."""
    return token in _roles() or is_ordinary(token) or may_be_given(token) or may_be_surname(token)


def has_role(token: str) -> bool:
    """Whether a word is on a list of those that people type beside a campaign."""
    return token in _roles()


def role_of(token: str) -> str:
    """What a word is beside gifts: plain, unit, person, firm, dealing, number, initial or unknown."""
    return _roles().get(token) or ("number" if token.isdigit() else "initial" if len(token) <= 2 else "unknown")
