"""Reading alone: `read_statement` against pandas, the csv module and ofxparse, in one process, with the rows counted.

    python benchmarks/reading.py [--sizes 1000,10000] [--rounds 5] [--json]

"rows" are those that came out, "exact" says whether they add up to the movements of the file to the cent. ofxparse
takes far longer on long files than their length says: at 10,000 rows several seconds a round.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "src"))

Reader = Callable[[Path], tuple[int, Decimal]]


def ours(file: Path) -> tuple[int, Decimal]:
    from reconcile.parsers import read_statement

    statement = read_statement(file)
    return len(statement.transactions), statement.credits + statement.debits


def pandas_skipping(file: Path) -> tuple[int, Decimal]:
    import pandas as pd

    frame = pd.read_csv(file, skiprows=6, skipinitialspace=True, on_bad_lines="skip")
    return len(frame), Decimal(repr(float(frame["Amount"].sum())))


def csv_module(file: Path) -> tuple[int, Decimal]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        cells = list(csv.reader(lines, skipinitialspace=True))[7:]
    rows = [
        (datetime.strptime(day, "%Y/%m/%d"), Decimal(amount), Decimal(balance), ", ".join(text))  # noqa: DTZ007
        for day, amount, balance, *text in cells
    ]
    return len(rows), sum((amount for _, amount, *_ in rows), Decimal(0))


def ofxparse_parser(file: Path) -> tuple[int, Decimal]:
    from ofxparse import OfxParser

    with file.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rows = OfxParser.parse(stream).account.statement.transactions
    return len(rows), sum((row.amount for row in rows), Decimal(0))


CONTENDERS: dict[str, dict[str, Reader]] = {
    "history.csv": {
        "read_statement": ours,
        "pandas.read_csv, bad lines skipped": pandas_skipping,
        "csv module, Decimal, strptime": csv_module,
    },
    "history.ofx": {"read_statement": ours, "OfxParser.parse": ofxparse_parser},
}


def compared(file: Path, readers: dict[str, Reader], rounds: int, truth: Decimal) -> dict[str, dict[str, Any]]:
    """Medians per reader over alternated rounds, after a warm-up; the first reader is the yardstick."""
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    told: dict[str, dict[str, Any]] = {}
    for turn in range(-1, rounds):
        for name, reader in readers.items():
            if "could_not_run" in told.get(name, {}):
                continue
            gc.collect()
            start = time.perf_counter()
            try:
                rows, total = reader(file)
            except Exception as fault:
                told[name] = {"could_not_run": f"{type(fault).__name__}: {fault}"}
                continue
            seconds[name] += [time.perf_counter() - start] if turn >= 0 else []
            told[name] = {"rows": rows, "exact": total == truth}
    base = next(iter(seconds.values()))
    for name, taken in seconds.items():
        if taken:
            told[name]["seconds"] = round(median(taken), 5)
        if taken and base:
            told[name]["times_as_long"] = round(median(t / b for t, b in zip(taken, base, strict=True)), 3)
    return told


def movements(history: Path) -> Decimal:
    lines = history.read_text(encoding="ascii").splitlines()[7:]
    return sum((Decimal(line.split(", ", 2)[1]) for line in lines), Decimal(0))


def main() -> None:
    parser = argparse.ArgumentParser(description="Reading alone, against pandas, the csv module and ofxparse.")
    parser.add_argument("--sizes", default="1000,10000", help="lines, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    given = parser.parse_args()
    told: dict[str, Any] = {}
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            generate = [sys.executable, str(HERE / "generate.py"), "--lines", str(size), "--out", name]
            subprocess.run(generate, check=True)
            truth = movements(folder / "history.csv")
            told[str(size)] = {
                kind: compared(folder / kind, readers, given.rounds, truth) for kind, readers in CONTENDERS.items()
            }
    if given.json:
        print(json.dumps(told, indent=2))
        return
    for size_text, files in told.items():
        for kind, readers_told in files.items():
            print(f"{kind}, {size_text} rows (times: as long as read_statement)")
            for name, facts in readers_told.items():
                line = "  ".join(f"{key} {value}" for key, value in facts.items())
                print(f"  {name:36}{line}")


if __name__ == "__main__":
    main()
