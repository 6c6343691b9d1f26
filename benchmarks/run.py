"""Ours against the notebooks a user would write: whole processes, side by side in one go, with the right answers.

    python benchmarks/run.py [--sizes 1000,10000,100000] [--names 500] [--seed 1] [--json]

Each contender reads the same FNB history CSV and the same register and leaves a workbook. They run in turn, A B C A B
C, after one warm-up each; times are medians, ratios are medians of the ratios of each round. Start-up of the command
line is timed against a bare interpreter in the same way. Only the standard library is imported here: on Linux the
peak memory of a child starts at that of its parent.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
# compiled code is kept, as on any user's machine: without it ours alone would be compiled anew at every start
KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT = {**KEPT, "PYTHONPATH": str(HERE.parent / "src"), "PYTHONHASHSEED": "0"}
SLOW_AT = 50_000
OURS, NAIVE, CAREFUL = "reconcile run", "naive notebook", "careful notebook"


class Run(NamedTuple):
    """One finished process: seconds of wall and CPU, peak resident memory in MiB."""

    wall: float
    cpu: float
    peak_mib: float


class DidNotFinishError(Exception):
    """A contender that did not finish its work."""


def timed(command: list[str]) -> Run:
    """Run a command to its end and measure the whole process."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=ENVIRONMENT)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said.seek(0)
            last = (said.read().decode(errors="replace").strip().splitlines() or ["no message"])[-1]
            raise DidNotFinishError(f"exit code {child.returncode}: {last}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def in_turn(commands: dict[str, list[str]], rounds: int, once: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Each command `rounds` times, alternated, after a warm-up; those in `once` run a single time, without one.

    The answer has a list of runs per command, or the reason why it could not run.
    """
    results: dict[str, Any] = {name: [] for name in commands}
    for turn in range(-1, rounds):
        for name, command in commands.items():
            if isinstance(results[name], str) or (name in once and turn != 0):
                continue
            if sys.stderr.isatty():
                print(f"\r{name}, round {turn + 1} of {rounds} ".ljust(60), end="\r", file=sys.stderr, flush=True)
            try:
                run = timed(command)
            except DidNotFinishError as fault:
                results[name] = str(fault)
                continue
            if turn >= 0:
                results[name].append(run)
    return results


def summed(results: dict[str, Any], yardstick: str) -> dict[str, dict[str, Any]]:
    """Medians per contender, and how many times as long as the yardstick it took, round by round."""
    base = results[yardstick]
    told: dict[str, dict[str, Any]] = {}
    for name, runs in results.items():
        if isinstance(runs, str):
            told[name] = {"could_not_run": runs}
            continue
        told[name] = {
            "rounds": len(runs),
            "wall_seconds": round(median(r.wall for r in runs), 4),
            "cpu_seconds": round(median(r.cpu for r in runs), 4),
            "peak_mib": round(median(r.peak_mib for r in runs), 1),
        }
        if not isinstance(base, str):
            pairs = zip(runs, base, strict=False)
            told[name]["times_as_long"] = round(median(r.wall / b.wall for r, b in pairs), 3)
    return told


def scored(*arguments: str | Path) -> dict[str, Any]:
    """What score.py says of one contender's answers."""
    command = [sys.executable, str(HERE / "score.py"), *map(str, arguments)]
    said = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if said.returncode != 0:
        return {"could_not_score": (said.stderr.strip().splitlines() or ["no message"])[-1]}
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer


def compared(size: int, names: int, seed: int, folder: Path) -> dict[str, Any]:
    """All contenders over one file of `size` lines."""
    generate = [sys.executable, str(HERE / "generate.py"), "--out", str(folder)]
    subprocess.run([*generate, "--lines", str(size), "--names", str(names), "--seed", str(seed)], check=True)
    history, campaigns, truth = folder / "history.csv", folder / "campaigns.csv", folder / "truth.csv"
    files = [str(history), str(campaigns)]
    naive, careful = folder / "naive.xlsx", folder / "careful.xlsx"
    ours = [sys.executable, "-m", "reconcile", "run", str(history), "--campaigns", str(campaigns)]
    commands = {
        OURS: [*ours, "--out", str(folder / "ours")],
        NAIVE: [sys.executable, str(HERE / "notebook_naive.py"), *files, str(naive)],
        CAREFUL: [sys.executable, str(HERE / "notebook_careful.py"), *files, str(careful)],
    }
    rounds, once = (3, frozenset({NAIVE})) if size >= SLOW_AT else (7 if size <= 2_000 else 5, frozenset[str]())
    told = summed(in_turn(commands, rounds, once), yardstick=OURS)
    told[OURS]["answers"] = scored("library", history, campaigns, truth)
    for name, workbook in ((NAIVE, naive), (CAREFUL, careful)):
        if "could_not_run" not in told[name]:
            told[name]["answers"] = scored("workbook", workbook, truth)
    return told


def started() -> dict[str, Any]:
    """How long `reconcile --help` takes beside a bare interpreter and one that imports pandas."""
    bare = "bare interpreter"
    commands = {
        bare: [sys.executable, "-c", "pass"],
        "reconcile --help": [sys.executable, "-m", "reconcile", "--help"],
        "import pandas": [sys.executable, "-c", "import pandas"],
    }
    return summed(in_turn(commands, 15), yardstick=bare)


def table(title: str, told: dict[str, dict[str, Any]]) -> str:
    """One comparison as a person reads it."""
    lines = [title, f"  {'':18}{'wall s':>9}{'cpu s':>9}{'peak MiB':>10}{'times':>8}   right  wrong   left"]
    for name, facts in told.items():
        row = f"  {name:18}"
        if "could_not_run" in facts:
            row += f"  could not run: {facts['could_not_run']}"
        else:
            row += f"{facts['wall_seconds']:9.3f}{facts['cpu_seconds']:9.3f}{facts['peak_mib']:10.0f}"
            row += f"{facts['times_as_long']:8.2f}" if "times_as_long" in facts else f"{'–':>8}"
        answers = facts.get("answers", {})
        if "right" in answers:
            row += f"{answers['right']:8}{answers['wrong']:7}{answers['left']:7}"
            row += f"   {answers['lost']} lines lost" if answers["lost"] else ""
        elif answers:
            row += f"   could not score: {answers['could_not_score']}"
        lines.append(row)
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Ours against the notebooks a user would write.")
    parser.add_argument("--sizes", default="1000,10000,100000", help="lines, separated by commas")
    parser.add_argument("--names", type=int, default=500, help="codes, names and aliases together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    given = parser.parse_args()
    told: dict[str, Any] = {"python": platform.python_version(), "names": given.names, "sizes": {}}
    told["start_up"] = started()
    if not given.json:
        print(table("Start-up, whole process (times: as long as a bare interpreter)", told["start_up"]))
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            told["sizes"][size] = compared(size, given.names, given.seed, Path(folder))
        if not given.json:
            title = f"{size:,} lines, {given.names} names (times: as long as {OURS}; right, wrong, left: lines)"
            print(table(title.replace(",", " ", 1), told["sizes"][size]), flush=True)
    if given.json:
        print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
