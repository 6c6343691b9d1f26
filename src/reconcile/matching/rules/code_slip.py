"""A code with two neighbours swapped, a letter doubled or a look-alike typed, where no other can be meant."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.matching.reading import Candidate, Reading
from reconcile.matching.rules import Rule


def _propose(reading: Reading) -> Iterator[Candidate]:
    for at, (campaign, length) in reading.code_slips.items():
        if length == 1 and any(like.how == "exact" for like in reading.likes[at]):
            continue
        positions = frozenset(range(at, at + length))
        how = "~ code, with a slip,"
        yield Candidate(campaign, 88, "code slip", how, positions, sure=True, slip=True)


RULE = Rule("code slip", _propose)
