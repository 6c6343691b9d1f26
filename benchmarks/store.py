"""The store alone: an import against `DataFrame.to_sql`, and what a night costs after a year of nights.

    python benchmarks/store.py [--lines 100000] [--rounds 5] [--nights 365] [--json]

* `store.add` of a statement in a fresh store, against `to_sql` of the same transactions (amount and balance as whole
  cents) into a fresh table with a unique key on the id: through the driver, and through SQLAlchemy as pandas advises.
  Then the same file again, as the nightly job meets it (`knows`, told by its hash) and as a statement.
  They take turns; times are medians, ratios medians of the ratios of each round.
* A year of nights: each night the bank's export of the last seven days arrives, the inbox keeps them all, and on the
  5th of each month the month before last is closed. One process, a fixed clock, `nightly.run` and nothing besides
  timed. A night is the median of those around it, with its parts: reading files, adding them to the store, matching,
  figures (gaps, conflicts, counts), workbooks, and the rest (opening the store, the inbox, the log).
* Memory is the peak of a fresh process over what reading the statement took, and the peak of that process (Linux).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "src"))

OURS, DRIVER, ALCHEMY = "store.add", "to_sql, sqlite3", "to_sql, SQLAlchemy"
KNOWN, AGAIN = "the same file, store.knows", "the same statement, store.add"
TABLE = """CREATE TABLE transactions (transaction_id TEXT UNIQUE, account TEXT, date TEXT, amount INTEGER,
balance INTEGER, description TEXT, bank_reference TEXT, bank_id TEXT, source TEXT, line INTEGER)"""

NAMES = 500
WEEK = 7
START = date(2018, 1, 21)
"""So late in a month that the tenth night and the 365th are both in the last third of theirs."""

AROUND = 2
"""So many nights before and after one make its median."""

STEPS = ("read", "add", "match", "figures", "workbook")


def generated(lines: int, folder: Path) -> None:
    command = [sys.executable, HERE / "generate.py", "--lines", str(lines), "--names", str(NAMES), "--out", folder]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})


def in_cents(statement: Any) -> Any:
    from reconcile import money

    rows = statement.transactions
    return rows.assign(amount=money.cents(rows["amount"]), balance=money.cents(rows["balance"]))


def into_driver(frame: Any, folder: Path) -> float:
    connection = sqlite3.connect(folder / "driver.db")
    connection.execute(TABLE)
    connection.commit()
    start = time.perf_counter()
    frame.to_sql("transactions", connection, if_exists="append", index=False)
    connection.commit()
    seconds = time.perf_counter() - start
    connection.close()
    return seconds


def into_alchemy(frame: Any, folder: Path) -> float:
    import sqlalchemy as sa

    engine = sa.create_engine(f"sqlite:///{folder / 'alchemy.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql(TABLE)
    start = time.perf_counter()
    frame.to_sql("transactions", engine, if_exists="append", index=False)
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds


def timed(doing: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    doing()
    return time.perf_counter() - start


def into_store(statement: Any, folder: Path) -> dict[str, float]:
    from reconcile.store import open_store

    sha256 = statement.source.sha256
    with open_store(folder / "store.db") as store:
        seconds = {OURS: timed(lambda: store.add_all([statement], file="history.csv", sha256=sha256))}
        seconds[KNOWN] = timed(lambda: store.knows(sha256))
        seconds[AGAIN] = timed(lambda: store.add(statement))
        assert store.knows(sha256)
        assert store.add(statement).again
        assert len(store.transactions()) == len(statement.transactions)
    return seconds


def imported(lines: int, rounds: int) -> dict[str, Any]:
    """Each way's seconds, ours over it, and memory; the first round warms up."""
    from reconcile.parsers import read_statement

    taken: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        generated(lines, Path(name))
        statement = read_statement(Path(name) / "history.csv")
        frame = in_cents(statement)
        for turn in range(-1, rounds):
            with tempfile.TemporaryDirectory(dir=name) as fresh:
                folder = Path(fresh)
                gc.collect()
                seconds = {DRIVER: into_driver(frame, folder)}
                gc.collect()
                seconds |= {ALCHEMY: into_alchemy(frame, folder)} | into_store(statement, folder)
                for way, took in seconds.items():
                    taken[way] += [took] if turn >= 0 else []
        told: dict[str, Any] = {}
        for way, own in taken.items():
            to_it = {
                other: median(a / b for a, b in zip(own, taken[other], strict=True)) for other in (DRIVER, ALCHEMY)
            }
            told[way] = {"seconds": round(median(own), 5), "to": {k: round(v, 4) for k, v in to_it.items()}}
        for way in (OURS, DRIVER, ALCHEMY):
            told[way] |= memory(way, Path(name))
    return {"lines": lines, "ways": told}


def memory(way: str, folder: Path) -> dict[str, float | None]:
    """The peak of a fresh process over what it took after reading, and in all, in MiB; None where no system tells."""
    if not Path("/proc/self/clear_refs").exists():
        return {"peak_mib": None, "whole_mib": None}
    command = [sys.executable, str(HERE / "store.py"), "--peak-of", way, str(folder)]
    told: dict[str, float | None] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


def peak_of(way: str, folder: Path) -> dict[str, float]:
    from reconcile.parsers import read_statement

    doing = {
        OURS: into_store_once,
        DRIVER: lambda statement, place: into_driver(in_cents(statement), place),
        ALCHEMY: lambda statement, place: into_alchemy(in_cents(statement), place),
    }[way]
    # a small file first: what is loaded late belongs to the imports
    for number, path in enumerate((HERE.parent / "sample_statements" / "history-2018-09.csv", folder / "history.csv")):
        statement = read_statement(path)
        gc.collect()
        before = _kib("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        place = folder / f"{os.getpid()}-{number}"
        place.mkdir()
        doing(statement, place)
    return {"peak_mib": round((_kib("VmHWM") - before) / 1024, 1), "whole_mib": round(_kib("VmHWM") / 1024, 1)}


def into_store_once(statement: Any, folder: Path) -> None:
    from reconcile.store import open_store

    with open_store(folder / "store.db") as store:
        store.add(statement)


def _kib(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)


def exports(lines: int, nights: int) -> Iterator[tuple[date, str]]:
    """For each night the day and the history of the last seven days, out of a year of so many lines."""
    sys.path.insert(0, str(HERE))
    import generate

    later = START - generate.FIRST_DAY
    rows = [row._replace(day=row.day + later) for row in generate.movements(lines, generate.register(NAMES), 1)]
    for night in range(nights):
        day = START + timedelta(days=night)
        own = [row for row in rows if day - timedelta(days=WEEK) < row.day <= day]
        yield day, "".join(f"{line}\n" for line in generate.history(own))


SETTINGS = """operator = "benchmark"
[inbox]
folders = ["inbox"]
[register]
campaigns = "campaigns.csv"
[store]
url = "sqlite:///reconcile.db"
[output]
folder = "out"
log = "log.jsonl"
"""


@contextmanager
def parts() -> Iterator[dict[str, float]]:
    """The seconds that each step takes while the block runs."""
    from reconcile import nightly
    from reconcile.store import Store

    seconds: dict[str, float] = defaultdict(float)

    def counted(step: str, doing: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                found = doing(*given, **named)
                return list(found) if step == "read" else found
            finally:
                seconds[step] += time.perf_counter() - start

        return wrapped

    night = nightly._Night
    places = {
        "read": (nightly, "read_each"),
        "add": (Store, "add_all"),
        "match": (Store, "match"),
        "figures": (night, "_look_at"),
        "workbook": (night, "_write_workbooks"),
    }
    patches = [
        mock.patch.object(owner, name, counted(step, getattr(owner, name))) for step, (owner, name) in places.items()
    ]
    for patch in patches:
        patch.start()
    try:
        yield seconds
    finally:
        for patch in patches:
            patch.stop()


def year(lines: int, nights: int) -> list[dict[str, Any]]:
    """What each night took, whole and in its steps, and how large the store was after it."""
    from reconcile import nightly
    from reconcile.nightjob.config import read_config
    from reconcile.store import open_store

    told: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        generated(1000, home)
        (home / "inbox").mkdir()
        (home / "reconcile.toml").write_text(SETTINGS, encoding="ascii")
        config = read_config(home / "reconcile.toml")
        for day, content in exports(lines, nights):
            file = home / "inbox" / f"history-{day}.csv"
            file.write_text(content, encoding="ascii")
            now = datetime(day.year, day.month, day.day, 22, tzinfo=UTC)
            os.utime(file, (now.timestamp() - 3600,) * 2)
            gc.collect()
            with parts() as steps:
                start = time.perf_counter()
                report = nightly.run(config, clock=lambda now=now: now)
                whole = time.perf_counter() - start
            assert report.exit_code == 0, report.lines()
            with open_store(home / "reconcile.db") as store:
                if day.day == 5 and (closed := before_last(day)) >= f"{START:%Y-%m}":
                    store.close(closed, by="benchmark")
            mib = (home / "reconcile.db").stat().st_size / 2**20
            told.append({"day": str(day), "seconds": whole, "steps": dict(steps), "store_mib": round(mib, 1)})
    return told


def before_last(day: date) -> str:
    month = day.year * 12 + day.month - 3
    return f"{month // 12}-{month % 12 + 1:02}"


def night_of(told: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """A night, its times the medians of those around it."""
    near = told[max(0, number - 1 - AROUND) : number + AROUND]
    seconds = median(night["seconds"] for night in near)
    steps = {step: median(night["steps"].get(step, 0.0) for night in near) for step in STEPS}
    steps["rest"] = max(0.0, seconds - sum(steps.values()))
    return {"night": number, **told[number - 1], "seconds": round(seconds, 4), "steps": steps}


def shown_nights(nights: int) -> list[int]:
    return [n for n in sorted({10, 100, 200, 300, nights}) if n <= nights]


def print_import(told: dict[str, Any]) -> None:
    print(f"Importing {told['lines']:,} lines: seconds; as long as each to_sql; MiB over reading, and in all")
    print(f"  {'':32}{'s':>9}{'sqlite3':>10}{'SQLAlchemy':>12}{'MiB':>8}{'in all':>8}")
    for way, facts in told["ways"].items():
        mib = "".join(f"{facts[k]:>8,.0f}" for k in ("peak_mib", "whole_mib") if facts.get(k) is not None)
        print(f"  {way:32}{facts['seconds']:>9.4f}{facts['to'][DRIVER]:>10.3f}{facts['to'][ALCHEMY]:>12.3f}{mib}")


def print_nights(told: list[dict[str, Any]]) -> None:
    print(
        "A year of nights, seven days each: seconds; as long as the tenth; store in MiB; share of each step in percent"
    )
    heads = "".join(f"{step:>10}" for step in (*STEPS, "rest"))
    print(f"  {'night':>5}{'day':>12}{'s':>9}{'times':>8}{'MiB':>8}{heads}")
    first = None
    for facts in told:
        first = first or facts["seconds"]
        shares = "".join(f"{100 * facts['steps'][step] / facts['seconds']:>10.0f}" for step in (*STEPS, "rest"))
        times = facts["seconds"] / first
        print(
            f"  {facts['night']:>5}{facts['day']:>12}{facts['seconds']:>9.3f}{times:>8.2f}"
            f"{facts['store_mib']:>8.1f}{shares}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="The store: an import against to_sql, and a year of nights.")
    parser.add_argument("--lines", type=int, default=100_000, help="lines of the file, and of the year")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--peak-of", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak_of:
        print(json.dumps(peak_of(given.peak_of[0], Path(given.peak_of[1]))))
        return
    told = {"import": imported(given.lines, given.rounds)}
    if not given.json:
        print_import(told["import"])
    nights = year(given.lines, given.nights)
    told["nights"] = [night_of(nights, number) for number in shown_nights(given.nights)]  # type: ignore[assignment]
    if given.json:
        print(json.dumps(told, indent=2))
    else:
        print_nights(told["nights"])  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
