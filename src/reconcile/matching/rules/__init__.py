"""The rules: each file proposes campaigns for a reading, with evidence; none decides, and their order means nothing.

A rule is a module with a `RULE`: its name and a function from a `Reading` to `Candidate`s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconcile.matching.reading import Candidate, Reading


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the name that the `rule` column shows, and what it proposes."""

    name: str
    propose: Callable[[Reading], Iterable[Candidate]]
