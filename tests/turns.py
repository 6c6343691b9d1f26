"""Long tables of cases: some of them each time the tests are run, all of them in the long sweeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def by_turns(cases: Iterable[Any], every: int) -> list[Any]:
    """Every so many cases as they are, the others for the long sweeps; a tuple is the values of several parameters."""
    return [case if at % every == 0 else later(case) for at, case in enumerate(cases)]


def later(case: Any) -> Any:
    """A case for the long sweeps alone."""
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.soak)
