"""One decision serves all texts of a shape: the answer is the one that each text gets by itself."""

from __future__ import annotations

import pandas as pd
import pytest

from reconcile.campaigns import default_funds, read_campaigns
from reconcile.matching.engine import Engine, Text, engine
from reconcile.matching.narrative import narrate
from tests.labelled_sets import SETS, by_turns

from .test_metamorphic import labelled


def decisions(machine: Engine, texts: list[str]) -> list[object]:
    return [(o.kind, *o.decision) for o in machine.outcomes([Text(text, None, 1) for text in texts])]


def test_the_reason_is_said_in_each_texts_own_words() -> None:
    own = labelled("appeals")
    machine = engine(own.campaigns, own.funds)
    texts = [Text(f"FNB APP PAYMENT FROM  YEMEN + {word} PROJECT", None, 1) for word in ("QWYZHEKA", "QWYZHEKB")]
    first, second = (o.decision.reason for o in machine.outcomes(texts))
    assert len(machine._of_shape) == 1
    assert (first, second) == ('"QWYZHEKA" may be another appeal', '"QWYZHEKB" may be another appeal')


NOT_ALIKE = [
    ("ROOF25", ["ROOF25 SEP", "ROOF 25 SEP"], "a blank inside a code"),
    ("GZE", ["VILLAGE WELLS B QWYZHEKA", "VILLAGE WELLS N QWYZHEKA"], "an initial, and"),
    ("CFL", ["B CAPE WELLS", "S CAPE WELLS"], "an initial, the compass"),
    ("C2X", ["D2X NAIDOO", "C2X NAIDOO"], "a letter before a figure"),
    ("C2T", ["C2M NAIDOO", "C2T NAIDOO"], "a letter behind a figure"),
    ("GF G12", ["G M BOTHA", "G F BOTHA"], "initials that are a code together"),
    ("FRT", ["FRT 0725550118 QWYZHEK", "FRT 0725550118 KETTLE"], "an everyday word beside a cell number"),
    ("FRT", ["VILLAGE WELLS  QWYZ", "VILLAGE WELLS  TANN"], "at the end, not cut"),
    ("FRT", ["VILLAGE WELLS   QWYZ", "VILLAGE WELLS   TANN"], "at a cut end, the beginning of a relative"),
    ("FRT", ["VILLAGE WELLS   QWYZ", "VILLAGE WELLS   NKOS"], "at a cut end, the beginning of a name"),
    ("FRT", ["WELLS            QWZ", "WELLS            VIL"], "at a cut end, the beginning of the register's word"),
    ("FRT QWA", ["VILLAGE          QVZ", "VILLAGE          QWZ"], "at a cut end, nearly a code"),
    ("FRT", ["VILLAGE WELLS    HAT", "VILLAGE WELLS    SAD"], "at a cut end, three letters of a fund"),
    ("BATEL", ["MOOSA QWYZHEKA", "PATEL QWYZHEKA"], "a name near a code"),
    ("GZE", ["B WELLS", "W WELLS"], "an initial, the first letter of what follows"),
]


@pytest.mark.parametrize(("code", "texts", "_"), NOT_ALIKE, ids=[why for *_, why in NOT_ALIKE])
def test_what_only_looks_alike_is_decided_apart(
    code: str, texts: list[str], _: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = code.split()
    rows = [(first, "Village Wells", "Wells|Cape Wells"), *((other, f"Farm {other}", "") for other in others)]
    register = read_campaigns(pd.DataFrame(rows, columns=["code", "name", "aliases"]))
    texts = [f"FNB APP PAYMENT FROM  {text}" for text in texts]
    together, turned = (decisions(engine(register, default_funds()), order) for order in (texts, texts[::-1]))
    monkeypatch.setattr("reconcile.matching.shapes.Shapes.of", lambda *_: None)
    alone = decisions(engine(register, default_funds()), texts)
    assert together == turned[::-1] == alone


FIRST = "FROM  "
EXCHANGED = [(" J ", " M "), (" M ", " T "), *((FIRST, f"{FIRST}{word} ") for word in ("B", "G", "PATEL", "ADAMS"))]
"""Initials and short names that are exchanged for one another."""


@pytest.mark.parametrize("name", by_turns(SETS))
def test_a_shape_decides_as_each_text_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = labelled(name)
    texts = own.lines["description"].tolist()
    # every text again with another payer's name of the same kind in it, so that shapes meet
    texts += [t.upper().replace("DANIELS", "PETERSEN").replace("AYESHA", "FATIMA") + " QWYZHEKA" for t in texts]
    texts += [t + " QWYZHEKB" for t in own.lines["description"].str.upper()]
    for before, after in EXCHANGED:
        texts += [t.upper().replace(before, after) for t in own.lines["description"]]
    shared = engine(own.campaigns, own.funds)
    together = decisions(shared, texts)
    monkeypatch.setattr("reconcile.matching.shapes.Shapes.of", lambda *_: None)
    monkeypatch.setattr("reconcile.matching.marks.Marks.of", lambda *_: None)
    alone = decisions(engine(own.campaigns, own.funds), texts)
    assert together == alone
    assert len(shared._of_shape) < len({(narrate(t).place, narrate(t).payer, narrate(t).cut) for t in texts})
