"""Bank lines against receipts, beside what a notebook would do: time, memory, right, wrong, and the share found.

    python benchmarks/linking.py [--lines 1000,10000] [--long] [--json]

Months of a thousand lines of invented books whose truth is known (`books.py`), as many as it takes, one after the
other in time; `--long` goes on to 50 000 and 200 000 lines. Each way is given the same two frames in a process of its
own:

* `reconcile`, with the matches of the bank's lines.
* `pandas.merge` on amount and day, the first receipt of each line taken.
* A loop of RapidFuzz's `extractOne`: of the receipts of the line's amount, the payer and reference that are most like
  its text, of 60 or more, each taken once. Of more than 5 000 lines, 5 000 spread over all of them are looped over, and
  time and pairs are counted up to all.
* The library `splink`, where it is installed: blocks of one amount, the words in common, days apart, its own training,
  the most likely receipt of each line of a probability of 0.5 or more.

"Right" are pairs that are so in truth, "found" is their share of all that a careful bookkeeper can link. Then ours on
the same lines with one amount and day, so that every line could be every receipt: there, how long it takes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "src"))

A_MONTH = 1_000
FIRST_YEAR = 2000
LIKE = 60
SAMPLE = 5_000
LIKELY = 0.5
LIBRARIES = {
    "reconcile": "reconcile.books.reconciliation",
    "reconcile, all on one day": "reconcile.books.reconciliation",
    "extractOne, of one amount": "rapidfuzz.process",
    "splink": "splink.backends.duckdb",
}
"""What is loaded before the clock starts."""

MOST = {"splink": 10_000}
"""Lines beyond which a way would take many minutes."""

DEFAULT, LONG = "1000,10000", "50000,200000"

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
    seconds_for: float = 1.0
    """So many times as long as it took, a way would have taken for all lines."""


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


def one_day(given: Given) -> Given:
    """The same lines and receipts, all of one amount on one day: who gave for what is as it was."""
    amount, day = given.receipts["amount"].iloc[0], given.receipts["date"].iloc[0]

    def same(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(amount=amount, date=day).astype(frame.dtypes.to_dict())

    return replace(given, transactions=same(given.transactions), receipts=same(given.receipts))


def ours(given: Given) -> set[Pair]:
    from reconcile import reconcile

    links = reconcile(given.transactions, given.receipts, matches=given.matches).links
    linked = links[(links["status"] == "linked") & links["receipt_id"].notna()]
    return set(zip(linked["transaction_id"], linked["receipt_id"], strict=True))


def all_on_one_day(given: Given) -> set[Pair]:
    return ours(one_day(given))


def merged(given: Given) -> set[Pair]:
    found = given.transactions.merge(given.receipts, on=["amount", "date"])
    first = found.drop_duplicates("transaction_id").drop_duplicates("receipt_id")
    return set(zip(first["transaction_id"], first["receipt_id"], strict=True))


def most_alike(given: Given) -> set[Pair]:
    from rapidfuzz import fuzz, process

    step = max(1, len(given.transactions) // SAMPLE)
    lines = given.transactions.iloc[::step]
    given.seconds_for = len(given.transactions) / len(lines)
    texts = given.receipts["payer"].fillna("") + " " + given.receipts["reference"].fillna("")
    wanted = given.receipts[given.receipts["amount"].isin(lines["amount"])]
    by_amount = {
        amount: dict(zip(own["receipt_id"], texts[own.index].str.upper(), strict=True))
        for amount, own in wanted.groupby("amount")
    }
    found = set()
    for line in lines.itertuples():
        choices = by_amount.get(line.amount, {})
        best = process.extractOne(str(line.description).upper(), choices, scorer=fuzz.WRatio, score_cutoff=LIKE)
        if best:
            found.add((str(line.transaction_id), best[2]))
            del choices[best[2]]
    return found


def splinked(given: Given) -> set[Pair]:
    import splink
    import splink.comparison_library as compare
    from splink.backends.duckdb import DuckDBAPI

    def ready(frame: pd.DataFrame, name: str, texts: pd.Series[str]) -> pd.DataFrame:
        words = texts.str.upper().str.findall(r"[A-Z0-9]{3,}")
        day = frame["date"].dt.strftime("%Y-%m-%d").astype(object)
        amount = frame["amount"].astype(str).astype(object)
        return pd.DataFrame({"unique_id": frame[name].astype(object), "amount": amount, "day": day, "words": words})

    # an appeal's name, which most references have, would be in common with any line
    booked = given.receipts["payer"].fillna(given.receipts["reference"]).fillna("")
    sides = {
        "bank": ready(given.transactions, "transaction_id", given.transactions["description"]),
        "books": ready(given.receipts, "receipt_id", booked),
    }
    database = DuckDBAPI()
    days = compare.AbsoluteDateDifferenceAtThresholds(
        "day", input_is_string=True, metrics=["day", "day"], thresholds=[1, 7]
    )
    settings = splink.SettingsCreator(
        link_type="link_only",
        comparisons=[compare.ExactMatch("amount"), compare.ArrayIntersectAtSizes("words", [2, 1]), days],
        blocking_rules_to_generate_predictions=[splink.block_on("amount")],
        probability_two_random_records_match=1 / max(len(given.receipts), 1),
    )
    tables = [database.register(frame, dataset_display_name=name) for name, frame in sides.items()]
    linker = splink.Linker(tables, settings, log_level=40)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for column in ("day", "amount"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            splink.block_on(column), record_sample_proportion=min(1.0, SAMPLE / len(given.transactions))
        )
    pairs = linker.inference.predict(threshold_match_probability=LIKELY).as_pandas_dataframe()
    pairs = pairs.sort_values(["match_weight", "unique_id_l", "unique_id_r"], ascending=[False, True, True])
    best = pairs.drop_duplicates("unique_id_l").drop_duplicates("unique_id_r")
    return {(a, b) for a, b in zip(best["unique_id_l"], best["unique_id_r"], strict=True)}


WAYS: dict[str, Callable[[Given], set[Pair]]] = {
    "reconcile": ours,
    "pandas.merge, amount and day": merged,
    "extractOne, of one amount": most_alike,
    "splink": splinked,
    "reconcile, all on one day": all_on_one_day,
}
UNTOLD = {"reconcile, all on one day"}
"""Of these only the time is told: what is true of the lines is so no more."""


def linked_by(way: str, path: Path) -> dict[str, Any]:
    """What one way takes and finds; seconds are of the processor, for others may use the machine."""
    with path.open("rb") as file:
        given: Given = pickle.load(file)
    try:
        importlib.import_module(LIBRARIES.get(way, "pandas"))
    except ImportError as fault:
        return {"could_not_run": str(fault)}
    before, tells = _kib("VmRSS"), Path("/proc/self/clear_refs").exists()
    if tells:  # the peak counts from here
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = time.process_time()
    found = WAYS[way](given)
    seconds = (time.process_time() - start) * given.seconds_for
    told: dict[str, Any] = {
        "seconds": round(seconds, 3),
        "ms_a_line": round(seconds * 1000 / len(given.transactions), 3),
        "mib": round((_kib("VmHWM") - before) / 1024) if tells else None,
    }
    if way in UNTOLD:
        return told
    right = {pair for pair in found if pair in given.truth or pair in given.alike}
    settled = {line for line, receipt in right if (line, receipt) in given.alike}
    reached = {pair for pair in given.linkable if pair in right or pair[0] in settled}
    return told | {
        "right": round(len(right) * given.seconds_for),
        "wrong": round((len(found) - len(right)) * given.seconds_for),
        "found": round(len(reached) * given.seconds_for / max(len(given.linkable), 1), 4),
    }


def _kib(name: str) -> int:
    """A figure of this process as Linux tells it; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith(name + ":")), 0)


def compared(lines: int, ways: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """All ways, or some, each in a process of its own."""
    ways = ways or tuple(WAYS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.pickle"
        path.write_bytes(pickle.dumps(months(lines)))
        command = [sys.executable, str(HERE / "linking.py"), "--linked-by"]
        said = {
            way: subprocess.run([*command, way, str(path)], check=True, capture_output=True)
            for way in ways
            if lines <= MOST.get(way, lines)
        }
    left_out = {"could_not_run": "left out: would take minutes"}
    return {way: json.loads(said[way].stdout) if way in said else left_out for way in ways}


def print_table(lines: int, told: dict[str, dict[str, Any]]) -> None:
    print(f"{lines:,} lines: processor seconds; ms a line; as long as ours; MiB over the frames; pairs; share found")
    print(f"  {'':30}{'s':>9}{'ms':>8}{'times':>8}{'MiB':>7}{'right':>9}{'wrong':>9}{'found':>8}")
    for way, own in told.items():
        if "could_not_run" in own:
            print(f"  {way:30}{own['could_not_run']}")
            continue
        times = own["seconds"] / told["reconcile"]["seconds"] if "reconcile" in told else 1
        mib = "" if own["mib"] is None else f"{own['mib']:,}"
        figures = f"{own['seconds']:>9.2f}{own['ms_a_line']:>8.3f}{times:>8.2f}{mib:>7}"
        known = f"{own['right']:>9,}{own['wrong']:>9,}{own['found']:>8.1%}" if "right" in own else ""
        print(f"  {way:30}{figures}{known}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Bank lines against receipts, beside what a notebook would do.")
    parser.add_argument("--lines", default=DEFAULT, help="lines a side, by commas")
    parser.add_argument("--long", action="store_true", help=f"{LONG} lines too, which takes minutes")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--linked-by", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sys.modules["linking"] = sys.modules["__main__"]
    if asked.linked_by:
        way, path = asked.linked_by
        print(json.dumps(linked_by(way, Path(path))))
        return
    sizes = map(int, f"{asked.lines},{LONG}".split(",") if asked.long else asked.lines.split(","))
    told = {}
    for lines in sizes:
        told[lines] = compared(lines)
        if not asked.json:
            print_table(lines, told[lines])
    if asked.json:
        print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
