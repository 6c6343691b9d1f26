"""The rules: each file proposes campaigns for a reading, with evidence; none decides, and their order means nothing.

A rule is a module with a `RULE`: its name and a function from a `Reading` to `Candidate`s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconcile.matching.reading import Candidate, Reading


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the name that the `rule` column shows, what it proposes, and whether it only ever suggests.

    What a rule `only_suggests` is never sure: it is asked where the others leave a gift to a person.
    """

    name: str
    propose: Callable[[Reading], Iterable[Candidate]]
    only_suggests: bool = False
