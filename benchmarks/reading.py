"""Reading alone: `read_statement` against what a user would do instead, in one process, with the rows counted.

    python benchmarks/reading.py [--csv 1000,10000,100000,1000000] [--ofx 100,1000,10000,100000] [--rounds 5] [--json]

A history CSV against `wc -l` (the least any reader can take), pandas into floats with bad lines skipped, and the csv
module; OFX against ofxparse and ofxtools. The readers take turns after one warm-up each; times are medians, ratios
medians of the ratios of each round. "rows" are those that came out, "exact" says whether they add up to the movements
of the file to the cent. Memory is the peak of a fresh process over what its imports took (Linux). ofxparse's time grows
with the square of the rows: beyond `--slow` rows it is left out, as it would take minutes.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
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

Reader = Callable[[Path], tuple[int, Decimal | None]]


def ours(file: Path) -> tuple[int, Decimal | None]:
    from reconcile.parsers import read_statement

    statement = read_statement(file)
    return len(statement.transactions), statement.credits + statement.debits


def wc(file: Path) -> tuple[int, Decimal | None]:
    told = subprocess.run(["wc", "-l", file], check=True, capture_output=True, text=True)
    return int(told.stdout.split()[0]), None


def pandas_skipping(file: Path) -> tuple[int, Decimal | None]:
    import pandas as pd

    frame = pd.read_csv(file, skiprows=6, skipinitialspace=True, on_bad_lines="skip")
    return len(frame), Decimal(repr(float(frame["Amount"].sum())))


def csv_module(file: Path) -> tuple[int, Decimal | None]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        cells = list(csv.reader(lines, skipinitialspace=True))[7:]
    rows = [
        (datetime.strptime(day, "%Y/%m/%d"), Decimal(amount), Decimal(balance), ", ".join(text))  # noqa: DTZ007
        for day, amount, balance, *text in cells
    ]
    return len(rows), sum((amount for _, amount, *_ in rows), Decimal(0))


def ofxparse_parser(file: Path) -> tuple[int, Decimal | None]:
    from ofxparse import OfxParser

    with file.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rows = OfxParser.parse(stream).account.statement.transactions
    return len(rows), sum((row.amount for row in rows), Decimal(0))


def ofxtools_tree(file: Path) -> tuple[int, Decimal | None]:
    from ofxtools.Parser import OFXTree

    tree = OFXTree()
    tree.parse(str(file))
    rows = tree.convert().statements[0].transactions
    return len(rows), sum((row.trnamt for row in rows), Decimal(0))


OURS = "read_statement"
CONTENDERS: dict[str, dict[str, Reader]] = {
    "csv": {
        OURS: ours,
        "wc -l": wc,
        "pandas.read_csv, bad lines skipped": pandas_skipping,
        "csv module, Decimal, strptime": csv_module,
    },
    "ofx": {OURS: ours, "ofxparse": ofxparse_parser, "ofxtools": ofxtools_tree},
}
SLOW = {"ofxparse"}


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
                told[name] = {"could_not_run": f"{type(fault).__name__}: {fault}"[:120]}
                continue
            seconds[name] += [time.perf_counter() - start] if turn >= 0 else []
            told[name] = {"rows": rows, "exact": total is not None and total == truth}
    base = seconds[OURS]
    for name, taken in seconds.items():
        if taken:
            told[name]["seconds"] = round(median(taken), 5)
            told[name]["ours_to_it"] = round(median(b / t for t, b in zip(taken, base, strict=True)), 4)
            told[name]["peak_mib"] = memory(name, file)
    return told


def memory(reader: str, file: Path) -> float | None:
    """The peak of a fresh process over what it took after its imports, in MiB; None where the system does not tell."""
    if reader.startswith("wc") or not Path("/proc/self/clear_refs").exists():
        return None
    command = [sys.executable, str(HERE / "reading.py"), "--peak-of", reader, str(file)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return round(float(told.stdout), 1)


def peak_of(reader: str, file: Path) -> float:
    kind = file.suffix[1:]
    # a small file first: what is loaded late belongs to the imports
    CONTENDERS[kind][reader](HERE.parent / "sample_statements" / SAMPLE[kind])
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _kib("VmRSS")
    kept = CONTENDERS[kind][reader](file)
    return (_kib("VmHWM") - before) / 1024 if kept else 0.0


SAMPLE = {"csv": "history-2018-09.csv", "ofx": "history-2018-09-17-to-30.ofx"}


def _kib(field: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    return 0


def movements(history: Path) -> Decimal:
    with history.open(encoding="ascii") as lines:
        return sum((Decimal(line.split(", ", 2)[1]) for at, line in enumerate(lines) if at >= 7), Decimal(0))


def table(kind: str, told: dict[str, dict[str, dict[str, Any]]]) -> None:
    print(f"{kind}: milliseconds; in brackets, ours over it; rows that came out; peak MiB")
    for name in CONTENDERS[kind]:
        print(f"  {name}")
        before: tuple[int, float] | None = None
        for size, readers in told.items():
            facts = readers.get(name)
            if facts is None:
                print(f"    {int(size):>9,}   left out: would take minutes")
            elif "could_not_run" in facts:
                print(f"    {int(size):>9,}   {facts['could_not_run']}")
            else:
                grown = f"x {facts['seconds'] / before[1]:.1f}" if before else ""
                exact = "exact" if facts["exact"] else ("" if name.startswith("wc") else "NOT the sum of the file")
                peak = "" if facts["peak_mib"] is None else f"{facts['peak_mib']:,.0f} MiB"
                line = f"{facts['seconds'] * 1000:>10,.1f} ({facts['ours_to_it']:.3f})  {facts['rows']:>9,} rows"
                print(f"    {int(size):>9,} {line}  {peak:>9}  {grown:>7}  {exact}".rstrip())
                before = (int(size), facts["seconds"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Reading alone, against what a user would do instead.")
    parser.add_argument("--csv", default="1000,10000,100000,1000000", help="lines of the history, by commas")
    parser.add_argument("--ofx", default="100,1000,10000,100000", help="rows of the OFX, by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow", type=int, default=10_000, help="most rows for readers known to be quadratic")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--peak-of", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak_of:
        print(peak_of(given.peak_of[0], Path(given.peak_of[1])))
        return
    told: dict[str, dict[str, Any]] = {"csv": {}, "ofx": {}}
    for kind, sizes in told.items():
        for size in map(int, getattr(given, kind).split(",")):
            with tempfile.TemporaryDirectory() as name:
                generate = [sys.executable, str(HERE / "generate.py"), "--lines", str(size), "--out", name]
                subprocess.run(generate, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})
                truth = movements(Path(name) / "history.csv")
                readers = {n: r for n, r in CONTENDERS[kind].items() if n not in SLOW or size <= given.slow}
                rounds = given.rounds if size < 1_000_000 and (kind == "csv" or size < 10_000) else min(given.rounds, 3)
                sizes[str(size)] = compared(Path(name) / f"history.{kind}", readers, rounds, truth)
    if given.json:
        print(json.dumps(told, indent=2))
        return
    for kind, readers_told in told.items():
        table(kind, readers_told)


if __name__ == "__main__":
    main()
