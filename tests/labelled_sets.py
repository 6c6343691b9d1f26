"""The labelled sets and the sample month: their registers and funds, and which of them are taken in every test run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_campaigns, read_funds
from tests.turns import later

LABELLED = Path(__file__).parent / "labelled"
SAMPLES = LABELLED.parents[1] / "sample_statements"
SAMPLE = "sample"
"""What the sample month is called among the sets."""

NAMES = sorted(path.name.removesuffix("-campaigns.csv") for path in LABELLED.glob("*-campaigns.csv"))
SETS = [*NAMES, SAMPLE]
LONG = "everyone"
"""Seven times as long as the others."""

OFTEN = {*[name for name in NAMES if name != LONG][::12], SAMPLE}


def by_turns(names: Iterable[str]) -> list[Any]:
    """Every twelfth set each time the tests are run, all of them in the long sweeps."""
    return [name if name in OFTEN else later(name) for name in names]


every_set = pytest.mark.parametrize("name", by_turns(SETS))


def register_of(name: str) -> CampaignRegister:
    return read_campaigns(_beside(name, "campaigns.csv"))


def funds_of(name: str) -> FundVocabulary:
    own = _beside(name, "funds.csv")
    return read_funds(own) if own.exists() else default_funds()


def _beside(name: str, ending: str) -> Path:
    return SAMPLES / ending if name == SAMPLE else LABELLED / f"{name}-{ending}"
