"""Bank lines against receipts, beside what a notebook would do: time, memory, right, wrong, and the share found.

    python benchmarks/linking.py [--lines 1000,20000] [--json]

Months of a thousand lines of invented books whose truth is known (`books.py`), as many as it takes, one after the
other in time. Each way is given the same two frames in a process of its own:

* `reconcile`, with the matches of the bank's lines.
* `pandas.merge` on amount and day, the first receipt of each line taken.
* A loop of RapidFuzz's `extractOne`: of the receipts of the line's amount, the payer and reference that are most like
  its text, of 60 or more, each taken once.
* The library `recordlinkage`, where it is installed: blocks of one amount, the likeness of the texts, days apart.

"Right" are pairs that are so in truth, "found" is their share of all that a careful bookkeeper can link.
"""

from __future__ import annotations

import argparse
import json
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "src"))

A_MONTH = 1_000
FIRST_YEAR = 2000
LIKE = 60
SURE = 1.5

Pair = tuple[str, str]


@dataclass
class Given:
    """What each way is given, and the truth it is held against."""

    transactions: pd.DataFrame
    receipts: pd.DataFrame
    matches: pd.DataFrame
    truth: set[Pair]
    alike: set[Pair]
    linkable: set[Pair]


def months(lines: int) -> Given:
    """So many lines, a thousand a month."""
    from books import make_books

    parts: list[tuple[pd.DataFrame, ...]] = []
    sets: tuple[set[Pair], ...] = (set(), set(), set())
    for at in range(max(1, lines // A_MONTH)):
        own = make_books(at, lines=min(lines, A_MONTH), month=f"{FIRST_YEAR + at // 12}-{at % 12 + 1:02d}")
        line, slip = f"{at:03d}-{{}}".format, f"M{at:03d}{{}}".format
        parts.append(
            (
                own.transactions.assign(transaction_id=own.transactions["transaction_id"].map(line)),
                own.receipts.assign(receipt_id=own.receipts["receipt_id"].map(slip)),
                own.matches.assign(transaction_id=own.matches["transaction_id"].map(line)),
            )
        )
        for known, of_month in zip(sets, (own.truth, own.alike, own.linkable), strict=True):
            known |= {(line(a), slip(b)) for a, b in of_month}
    frames = (pd.concat(of_kind, ignore_index=True) for of_kind in zip(*parts, strict=True))
    return Given(*frames, *sets)


def ours(given: Given) -> set[Pair]:
    from reconcile import reconcile

    links = reconcile(given.transactions, given.receipts, matches=given.matches).links
    linked = links[(links["status"] == "linked") & links["receipt_id"].notna()]
    return set(zip(linked["transaction_id"], linked["receipt_id"], strict=True))


def merged(given: Given) -> set[Pair]:
    found = given.transactions.merge(given.receipts, on=["amount", "date"])
    first = found.drop_duplicates("transaction_id").drop_duplicates("receipt_id")
    return set(zip(first["transaction_id"], first["receipt_id"], strict=True))


def most_alike(given: Given) -> set[Pair]:
    from rapidfuzz import fuzz, process

    texts = given.receipts["payer"].fillna("") + " " + given.receipts["reference"].fillna("")
    by_amount = {
        amount: dict(zip(own["receipt_id"], texts[own.index].str.upper(), strict=True))
        for amount, own in given.receipts.groupby("amount")
    }
    found = set()
    for line in given.transactions.itertuples():
        choices = by_amount.get(line.amount, {})
        best = process.extractOne(str(line.description).upper(), choices, scorer=fuzz.WRatio, score_cutoff=LIKE)
        if best:
            found.add((str(line.transaction_id), best[2]))
            del choices[best[2]]
    return found


def record_linkage(given: Given) -> set[Pair]:
    import recordlinkage

    lines = given.transactions.set_index("transaction_id")[["amount", "date", "description"]]
    slips = given.receipts.set_index("receipt_id")
    slips = slips.assign(description=slips["payer"].fillna("") + " " + slips["reference"].fillna(""))
    lines, slips = lines.assign(amount=lines["amount"].astype(str)), slips.assign(amount=slips["amount"].astype(str))
    index = recordlinkage.Index()
    index.block("amount")
    compare = recordlinkage.Compare()
    compare.string("description", "description", method="jarowinkler")
    compare.date("date", "date")
    scores = compare.compute(index.index(lines, slips), lines, slips).sum(axis=1)
    best = scores[scores >= SURE].sort_values(ascending=False).reset_index()
    best.columns = pd.Index(["transaction_id", "receipt_id", "score"])
    best = best.drop_duplicates("transaction_id").drop_duplicates("receipt_id")
    return set(zip(best["transaction_id"], best["receipt_id"], strict=True))


WAYS: dict[str, Callable[[Given], set[Pair]]] = {
    "reconcile": ours,
    "pandas.merge, amount and day": merged,
    "extractOne, of one amount": most_alike,
    "recordlinkage": record_linkage,
}


def linked_by(way: str, path: Path) -> dict[str, Any]:
    """What one way takes and finds."""
    given: Given = pickle.loads(path.read_bytes())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    try:
        found = WAYS[way](given)
    except ImportError as fault:
        return {"could_not_run": str(fault)}
    seconds = time.perf_counter() - start
    right = {pair for pair in found if pair in given.truth or pair in given.alike}
    settled = {line for line, receipt in right if (line, receipt) in given.alike}
    reached = {pair for pair in given.linkable if pair in right or pair[0] in settled}
    return {
        "seconds": round(seconds, 3),
        "mib": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
        "right": len(right),
        "wrong": len(found) - len(right),
        "found": round(len(reached) / len(given.linkable), 4),
    }


def compared(lines: int) -> dict[str, dict[str, Any]]:
    """All ways, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.pickle"
        path.write_bytes(pickle.dumps(months(lines)))
        command = [sys.executable, str(HERE / "linking.py"), "--linked-by"]
        said = {way: subprocess.run([*command, way, str(path)], check=True, capture_output=True) for way in WAYS}
    return {way: json.loads(one.stdout) for way, one in said.items()}


def print_table(lines: int, told: dict[str, dict[str, Any]]) -> None:
    print(f"{lines:,} lines: seconds; as long as ours; MiB over the frames; pairs right and wrong; share found")
    print(f"  {'':30}{'s':>9}{'times':>8}{'MiB':>7}{'right':>9}{'wrong':>8}{'found':>8}")
    for way, own in told.items():
        if "could_not_run" in own:
            print(f"  {way:30}could not run: {own['could_not_run']}")
            continue
        times = own["seconds"] / told["reconcile"]["seconds"]
        figures = f"{own['seconds']:>9.2f}{times:>8.2f}{own['mib']:>7,}{own['right']:>9,}{own['wrong']:>8,}"
        print(f"  {way:30}{figures}{own['found']:>8.1%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Bank lines against receipts, beside what a notebook would do.")
    parser.add_argument("--lines", default="1000,20000", help="lines a side, by commas")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--linked-by", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.linked_by:
        way, path = given.linked_by
        sys.modules["linking"] = sys.modules["__main__"]
        print(json.dumps(linked_by(way, Path(path))))
        return
    told = {lines: compared(lines) for lines in map(int, given.lines.split(","))}
    if given.json:
        print(json.dumps(told, indent=2))
    else:
        for lines, own in told.items():
            print_table(lines, own)


if __name__ == "__main__":
    main()
