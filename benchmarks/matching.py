"""Matching alone: `match` against an extractOne loop, with the right answers counted.

    python benchmarks/matching.py [--lines 10000,100000,1000000] [--campaigns 25,500,2000] [--sample 3000] [--json]

Each campaign has a code, a name and two aliases. On the same descriptions, in the same run:

* `extractOne, WRatio, every line`: what a naive notebook does; timed on a sample of the lines, times their number.
* `extractOne, partial_ratio, distinct`: the bank's words taken off every line, each distinct payer's text compared once
  (timed on a sample, times their number), every line given its answer.
* `hash the distinct texts`: each distinct text in capitals, split and looked up in a dictionary; the least any matcher
  that looks at words can take.

Ours is timed whole: from the frame of transactions to the frame of matches. Memory is the peak of a fresh process over
what reading the statement took, and the peak of that whole process (Linux).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "src"))

OURS = "match"
LOOP, DISTINCT, FLOOR = (
    "extractOne, WRatio, every line",
    "extractOne, partial_ratio, distinct",
    "hash the distinct texts",
)


PREFIX = re.compile(
    "^(FNB APP PAYMENT FROM|INT-BANKING PMT FRM|SCHEDULED PYMT FROM|FNB OB PMT|CAPITEC|ABSA BANK|INVESTECPB"
    "|ADT CASH DEPO00882112) *"
)
"""What the generator puts before a payer's words."""


def ours(folder: Path) -> dict[str, Any]:
    """One timed run of `match` in this process, its memory, and how its credits compare with what was meant."""
    from reconcile.campaigns import read_campaigns
    from reconcile.matching import match
    from reconcile.parsers import read_statement

    transactions = read_statement(folder / "history.csv").transactions
    campaigns = read_campaigns(folder / "campaigns.csv")
    match(transactions.head(100), campaigns)  # what is loaded late belongs to the imports
    before, tells = _kib("VmRSS"), Path("/proc/self/clear_refs").exists()
    if tells:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = time.perf_counter()
    matches = match(transactions, campaigns)
    seconds = time.perf_counter() - start
    peak = _kib("VmHWM")
    credited = matches["campaign"].where(matches["status"] == "matched").fillna("").tolist()
    with (folder / "truth.csv").open(encoding="ascii", newline="") as rows:
        meant = {int(row["line"]): row["campaign"] for row in csv.DictReader(rows)}
    pairs = [(meant[line], found) for line, found in zip(transactions["line"].tolist(), credited, strict=True)]
    return {
        "seconds": seconds,
        "peak_mib": (peak - before) / 1024 if tells else None,
        "whole_mib": peak / 1024 if tells else None,
        "right": sum(found == code != "" for code, found in pairs),
        "wrong": sum(found not in ("", code) for code, found in pairs),
        "left": sum(found == "" != code for code, found in pairs),
    }


def _kib(field: str) -> int:
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)


def yardsticks(folder: Path, sample: int) -> dict[str, Any]:
    """How long the other ways take for the whole file, the loops worked out from a sample."""
    from rapidfuzz import fuzz, process

    with (folder / "history.csv").open(encoding="ascii") as lines:
        texts = [line.rstrip("\n").split(", ", 3)[3] for at, line in enumerate(lines) if at >= 7]
    with (folder / "campaigns.csv").open(encoding="ascii", newline="") as rows:
        names = [n for r in csv.DictReader(rows) for n in (r["code"], r["name"], *r["aliases"].split("|"))]
    choices = [name.upper() for name in names]
    start = time.perf_counter()
    payers = [PREFIX.sub("", text) for text in texts]
    distinct = sorted(set(payers))
    answers = dict.fromkeys(distinct, "")
    given = [answers[payer] for payer in payers]
    around = time.perf_counter() - start
    assert len(given) == len(texts)
    rng = Random(1)
    some, few = rng.sample(texts, min(sample, len(texts))), rng.sample(distinct, min(sample, len(distinct)))
    start = time.perf_counter()
    for text in some:
        process.extractOne(text, choices, scorer=fuzz.WRatio)
    loop = (time.perf_counter() - start) / len(some) * len(texts)
    start = time.perf_counter()
    for text in few:
        process.extractOne(text, choices, scorer=fuzz.partial_ratio)
    once = around + (time.perf_counter() - start) / len(few) * len(distinct)
    known = {word: name for name in choices for word in name.split()}
    start = time.perf_counter()
    for text in {PREFIX.sub("", text) for text in texts}:
        for word in re.split(r"[^A-Z0-9]+", text.upper()):
            known.get(word)
    floor = time.perf_counter() - start
    return {"lines": len(texts), "distinct": len(distinct), LOOP: loop, DISTINCT: once, FLOOR: floor}


def in_a_process(part: str, folder: Path, sample: int) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "matching.py"), "--part", part, str(folder), "--sample", str(sample)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def compared(lines: int, campaigns: int, sample: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        generate = [sys.executable, str(HERE / "generate.py"), "--lines", str(lines), "--names", str(4 * campaigns)]
        subprocess.run([*generate, "--out", name], check=True, env={**os.environ, "PYTHONHASHSEED": "0"})
        return in_a_process("ours", Path(name), sample) | in_a_process("yardsticks", Path(name), sample)


def row(lines: int, campaigns: int, told: dict[str, Any]) -> str:
    ours = told["seconds"]
    ratios = "".join(f"{ours / told[other]:>10.4f}" for other in (LOOP, DISTINCT, FLOOR))
    faster = f"{told[LOOP] / ours:>7,.0f}"
    memory = "" if told["peak_mib"] is None else f"{told['peak_mib']:>8,.0f}{told['whole_mib']:>8,.0f}"
    counts = f"{told['right']:>9,}{told['wrong']:>7,}{told['left']:>8,}"
    return f"{lines:>9,}{campaigns:>7,}{told['distinct']:>10,}{ours:>9.2f}{ratios}{faster}{memory}{counts}"


HEADS = f"""Ours in seconds; ours over each other way; how many times as fast as the first; MiB over reading, and in all
{"lines":>9}{"camp.":>7}{"distinct":>10}{"ours s":>9}{"WRatio":>10}{"partial":>10}{"hash":>10}{"times":>7}\
{"MiB":>8}{"in all":>8}{"right":>9}{"wrong":>7}{"left":>8}"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Matching alone, against an extractOne loop.")
    parser.add_argument("--lines", default="10000,100000,1000000", help="numbers of lines, by commas")
    parser.add_argument("--campaigns", default="25,500,2000", help="numbers of campaigns, by commas")
    parser.add_argument("--sample", type=int, default=3000, help="lines that the loops are timed on")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        part, folder = given.part[0], Path(given.part[1])
        print(json.dumps(ours(folder) if part == "ours" else yardsticks(folder, given.sample)))
        return
    told: dict[str, dict[str, Any]] = {}
    if not given.json:
        print(HEADS)
    for campaigns in map(int, given.campaigns.split(",")):
        for lines in map(int, given.lines.split(",")):
            told[f"{lines} x {campaigns}"] = found = compared(lines, campaigns, given.sample)
            if not given.json:
                print(row(lines, campaigns, found), flush=True)
    if given.json:
        print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
