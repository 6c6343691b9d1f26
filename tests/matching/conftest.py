from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from reconcile.campaigns import CampaignRegister, default_funds, read_campaigns
from reconcile.matching.decide import Decision
from reconcile.matching.engine import Engine, Text, engine
from reconcile.matching.narrative import narrate
from tests.labelled_sets import register_of


@pytest.fixture(scope="session")
def appeals() -> CampaignRegister:
    return register_of("appeals")


@pytest.fixture(scope="session")
def small_register() -> CampaignRegister:
    """A register of another kind of charity: what holds here holds without the words of the appeals."""
    return read_campaigns(
        pd.DataFrame(
            [
                ("ROOF25", "Clinic Roof", "Roof|New Roof for the Clinic"),
                ("ROOF26", "Library Roof", "Library"),
                ("KIT", "School Kitchen", "Kitchen|Soup Kitchen"),
                ("HSP", "Hospice Nurses", "Hospice|Nurses"),
                ("PMP", "Village Pumps", "Pump|Village Pump"),
                ("PRP", "Paraffin Relief", "Paraffin"),
            ],
            columns=["code", "name", "aliases"],
        )
    )


@pytest.fixture(scope="session")
def machine(appeals: CampaignRegister) -> Engine:
    return engine(appeals, default_funds())


@pytest.fixture(scope="session")
def decided(machine: Engine) -> Callable[[str], Decision]:
    def decide(description: str) -> Decision:
        narrative = narrate(description)
        return machine.outcomes([Text(description, None, 1)])[0].decision if narrative else None

    return decide
