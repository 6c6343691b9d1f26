"""Texts that differ only in their code share a decision: each gets the one that it would get by itself."""

from __future__ import annotations

import pandas as pd
import pytest

from reconcile.campaigns import CampaignRegister, FundVocabulary, default_funds, read_campaigns, read_funds
from reconcile.matching.engine import Engine, Text, engine
from reconcile.matching.people import is_like_a_mark
from tests.labelled_sets import SETS, by_turns

from .test_metamorphic import labelled

BEFORE = ["", "J PATEL ", "A PATEL ", "MRS QWYZHEKA ", "PATEL ", "ZAKAT ", "R500 ", "N ", "FROM ", "INV ", "TEL ", "T "]
BEFORE += ["NOT ", "MEMORY ", "BRAVO + "]
BEHIND = ["", " ZAKAT", " LILLA T PATEL", " B NAIDOO", " QWYZHEKA", " FAM DLAMINI", "/18", " 18 SEP", " 7"]
BEHIND += [" TYRES", " PUMPS", " PUMSP", " PUM", " GIVE", " QWYZHEKA REMEMBRANSE"]
HEADS = ("FNB APP PAYMENT FROM  ", "CAPITEC   ", "ADT CASH DEPO00882112 ", "ADT CASH DEPODURBANNOR ")


def marks(name: str) -> list[str]:
    codes = ["".join(c for c in code if c.isalnum()) for code in labelled(name).campaigns.codes]
    return [code for code in codes if is_like_a_mark(code)]


WITH_MARKS = [name for name in SETS if len(marks(name)) > 1]


def decisions(machine: Engine, texts: list[str]) -> list[object]:
    return [(o.kind, *o.decision) for o in machine.outcomes([Text(text, None, 1) for text in texts])]


def letters_and_figures(code: str) -> list[str]:
    at = next(i for i, c in enumerate(code) if c.isdigit())
    return [code, f"{code[:at]} {code[at:]}", f"{code[:at]}-{code[at:]}"] if at else [code]


def differing(campaigns: CampaignRegister, funds: FundVocabulary, codes: list[str]) -> tuple[list[object], Engine]:
    """The texts that are decided otherwise together than each by itself, and the machine that decided them together."""
    typed = [form for code in codes for form in letters_and_figures(code)]
    texts = [f"{head}{a}{code}{b}" for head in HEADS for a in BEFORE for b in BEHIND for code in typed]
    texts += [f"{HEADS[0]}{code[0]} {code}" for code in typed] + [f"{HEADS[0]}{code[0]} PATEL {code}" for code in typed]
    machine, alone = engine(campaigns, funds), engine(campaigns, funds)
    together = decisions(machine, texts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("reconcile.matching.marks.Marks.of", lambda *_: None)
        each = decisions(alone, texts)
    return [(t, a, b) for t, a, b in zip(texts, together, each, strict=True) if a != b], machine


@pytest.mark.parametrize("name", by_turns(WITH_MARKS))
def test_a_code_of_a_real_register_decides_as_it_would_alone(name: str) -> None:
    own = labelled(name)
    assert differing(own.campaigns, own.funds, marks(name))[0] == []


SERIAL = {
    "LW067": "Bags", "AF121": "Pumps", "FA121": "Clinics", "AF1217": "Tanks", "TAF121": "Books", "ES429": "Boats",
    "NEL12": "Fields", "TREE9": "Toys", "BED12": "Bed Rest", "KIM88": "Lamps", "ROOF3": "Roof Tiles", "ZA14": "Ponds",
    "ZZM55": "",
}  # fmt: skip
MEMORIAL = read_funds(pd.DataFrame({"fund": ["memorial"], "spellings": ["Memori|Remembrance"]}))


@pytest.mark.parametrize("funds", [default_funds(), MEMORIAL], ids=["built-in funds", "a fund like a given name"])
@pytest.mark.parametrize(
    "turned", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["in order", "turned round"]
)
def test_serial_codes_share_their_decisions(funds: FundVocabulary, turned: bool) -> None:
    rows = [(code, f"Village {name}" if name else "Memori") for code, name in SERIAL.items()] + [("GIVE", "Open Hands")]
    register = read_campaigns(pd.DataFrame(rows, columns=["code", "name"]))
    found, machine = differing(register, funds, sorted(SERIAL, reverse=turned))
    assert found == []
    assert len(machine._of_mark) > 100


def test_there_are_registers_with_such_codes() -> None:
    assert len(WITH_MARKS) > 5
