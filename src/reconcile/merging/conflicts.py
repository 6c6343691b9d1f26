"""Where exports of the same days disagree: a text or a day that differs, a row that one of them lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from reconcile import money
from reconcile.errors import shown
from reconcile.merging.rows import Coverage, Movement, Row
from reconcile.merging.wording import alike
from reconcile.schema import CONFLICTS, TEXT
from reconcile.statement import Account, Statement

TEXT_DIFFERS, DAY_DIFFERS, LACKS = "text differs", "day differs", "not in the other export"
TO_SETTLE = (TEXT_DIFFERS, LACKS)
"""The kinds a person must settle; of a movement on another day the money is certain, and it is counted once."""

NEAR_DAYS = 5
"""So many days may lie between two exports' days for one movement."""

Asides = Mapping[int, Counter[int | None]]
"""For each statement what its rows set aside moved, in cents, and how many such rows there are."""


@dataclass(frozen=True)
class Conflict:
    """One disagreement: the row kept, and the other export's row, or the statement that has none."""

    kind: str
    kept: Row
    other: Row | None
    other_part: int
    reason: str


def asides_of(statements: Sequence[Statement]) -> dict[int, Counter[int | None]]:
    """What the rows set aside in each statement moved; None for those of which no balance tells."""
    found: dict[int, Counter[int | None]] = {}
    for part, statement in enumerate(statements):
        amounts = statement.quarantined["amount"]
        known = zip(money.cents(amounts).tolist(), amounts.isna().tolist(), strict=True)
        found[part] = Counter(None if unknown else cents for cents, unknown in known)
    return found


def settle(
    movements: Sequence[Movement], documents: Mapping[int, str], coverage: Coverage, asides: Asides
) -> tuple[list[Movement], list[Conflict]]:
    """One account's movements, those on two days joined, and all conflicts; `documents` has its statements' files."""
    lacking = _lacking(movements, documents, coverage, asides)
    joined, moved = _moved_days(movements, lacking)
    found = [c for m in joined for c in _texts(m)] + moved
    for movement in joined:
        reason = "the other export surely has the whole day, without it: kept"
        found += [Conflict(LACKS, movement.kept, None, p, reason) for p in sorted(lacking.get(id(movement), ()))]
    return joined, found


def _texts(movement: Movement) -> list[Conflict]:
    """The texts joined with the kept one that are not wordings of it."""
    kept, found = movement.kept, {}
    for pair in movement.unlike:
        unlike = [r for r in pair if not alike(r.text, kept.text)]
        for other in sorted(unlike, key=lambda r: r.at)[-1:]:
            same = kept.balance is not None and kept.balance == other.balance
            why = (
                "the running balance is the same"
                if same
                else "each export surely has the whole day, and one of the two"
            )
            found[other.at] = Conflict(TEXT_DIFFERS, kept, other, other.part, f"{why}: counted once")
    return list(found.values())


def _lacking(
    movements: Sequence[Movement], documents: Mapping[int, str], coverage: Coverage, asides: Asides
) -> dict[int, set[int]]:
    """For each movement that statements lack although they have its day whole, as does one that delivers it, those."""
    left = {part: Counter(asides[part]) for part in documents}
    found: dict[int, set[int]] = {}
    for movement in sorted(movements, key=lambda m: (m.day, m.cents, m.kept.id)):
        if not any(coverage.whole(p, movement.day) for p in movement.parts):
            continue
        for part in documents:
            delivered = part in movement.parts or documents[part] in movement.documents
            if delivered or not coverage.whole(part, movement.day):
                continue
            torn = next((c for c in (movement.cents, None) if left[part][c]), ...)
            if torn is not ...:
                left[part][torn] -= 1  # the row is there, but had to be set aside
            else:
                found.setdefault(id(movement), set()).add(part)
    return found


def _moved_days(movements: Sequence[Movement], lacking: dict[int, set[int]]) -> tuple[list[Movement], list[Conflict]]:
    """The movements with those joined that two exports have on two days, each lacking in the other."""
    alone = sorted((m for m in movements if id(m) in lacking), key=lambda m: (m.cents, m.day, m.kept.id))
    near = []
    for at, one in enumerate(alone):
        for other in alone[at + 1 :]:
            if other.cents != one.cents or other.day - one.day > NEAR_DAYS:
                break
            if order := _moved(one, other, lacking):
                near.append((order, one, other))
    gone: set[int] = set()
    made, found = [], []
    for _, one, other in sorted(near, key=lambda n: n[0]):
        if gone & {id(one), id(other)}:
            continue
        gone |= {id(one), id(other)}
        both = Movement(one.rows + other.rows, one.unlike + other.unlike)
        lacking[id(both)] = (lacking[id(one)] & lacking[id(other)]) - both.parts
        away = other if both.kept in one.rows else one
        reason = "the other export has it on another day: counted once"
        found.append(Conflict(DAY_DIFFERS, both.kept, away.kept, away.kept.part, reason))
        made.append(both)
    return [m for m in movements if id(m) not in gone] + made, found


def _moved(one: Movement, other: Movement, lacking: Mapping[int, set[int]]) -> tuple[object, ...] | None:
    """How well two movements of near days agree, best first; None where they are not one."""
    crossed = lacking[id(one)] & other.parts and lacking[id(other)] & one.parts
    if not one.documents.isdisjoint(other.documents) or not crossed:
        return None
    worded = any(alike(a, b) for a in one.texts for b in other.texts)
    balance = not one.balances.isdisjoint(other.balances)
    if not worded and not balance:
        return None
    return -(worded + balance), not worded, other.day - one.day, one.day, one.kept.id, other.kept.id


def conflicts_frame(found: Sequence[Conflict], statements: Sequence[Statement], stacked: pd.DataFrame) -> pd.DataFrame:
    """The conflicts with the columns of `schema.CONFLICTS`, by account and day."""
    if not found:
        return CONFLICTS.empty()
    kept = stacked.iloc[[c.kept.at for c in found]].reset_index(drop=True)
    other = stacked.iloc[[-1 if c.other is None else c.other.at for c in found]].reset_index(drop=True)
    has = pd.Series([c.other is not None for c in found])
    other_texts: list[str | None] = [None if c.other is None else c.other.text for c in found]
    frame = kept[["account", "date", "amount", "source", "line"]].assign(
        kind=[c.kind for c in found],
        transaction_id=[c.kept.id for c in found],
        text=[c.kept.text for c in found],
        other_text=pd.Series(other_texts, dtype=TEXT),
        other_date=other["date"].where(has),
        other_amount=other["amount"].where(has),
        other_source=[statements[c.other_part].source.name for c in found],
        other_line=other["line"].astype("Int64").where(has),
        reason=[c.reason for c in found],
    )
    by = ["account", "date", "kind", "transaction_id", "other_source"]
    return CONFLICTS.check(frame).sort_values(by, kind="stable", ignore_index=True)


def conflict_lines(conflicts: pd.DataFrame) -> list[str]:
    """One line per conflict, without the payer's words."""
    lines = []
    for row in conflicts.to_dict("records"):
        there = shown(row["other_source"])
        there += "" if pd.isna(row["other_line"]) else f", line {row['other_line']}"
        if not pd.isna(row["other_date"]) and row["other_date"] != row["date"]:
            there += f" on {row['other_date']:%Y-%m-%d}"
        what = f"Account {Account(row['account']).shown}: {row['kind']}: {money.shown(row['amount'])}"
        here = f"{row['date']:%Y-%m-%d}, {shown(row['source'])}, line {row['line']}"
        lines.append(f"{what} on {here}, and {there}: {row['reason']}")
    return lines
