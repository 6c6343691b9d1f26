"""Files made to exhaust a reader, read one by one; prints a line of JSON for each with its time and the memory so far.

Usage: python hostile.py FOLDER [WORDS: only the cases with one of them, separated by a bar]
"""

from __future__ import annotations

import json
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "parsers"))

from ledgers import ACCOUNT, Entry
from writers import WRITERS

from reconcile.errors import ReconcileError
from reconcile.parsers import read_each

MILLION = 1_000_000
PLACE = "THE PLACE"

LOADS: dict[str, Callable[[], str]] = {
    "a line of 10 MB": lambda: "x" * (10 * MILLION),
    "50,000 nested tags": lambda: "<STMTTRN><NAME>" * 25_000,
    "50,000 tags nobody knows": lambda: "<A><B>" * 25_000,
    "a number of 100,000 digits": lambda: "9" * 100_000,
    "a number of 100,000 digits with a point": lambda: "9" * 50_000 + "." + "9" * 50_000,
    "a million commas": lambda: "," * MILLION,
    "a million quotes": lambda: '"' * MILLION,
    "a million apostrophes": lambda: "'" * MILLION,
    "a million quotes and commas": lambda: '",' * (MILLION // 2),
    "a million <": lambda: "<" * MILLION,
    "a million &": lambda: "&" * MILLION,
    "a million blanks": lambda: " " * MILLION,
    "a million NULs": lambda: "\x00" * MILLION,
    "a million blank lines": lambda: "\n" * MILLION,
    "a million carriage returns": lambda: "\r" * MILLION,
    "a million lines of one comma": lambda: ",\n" * MILLION,
    "a million openings of a comment": lambda: "<!--" * (MILLION // 4),
    "100,000 lines of quotes": lambda: ('"' * 9 + "\n") * 100_000,
    "200,000 broken rows": lambda: "2026/01/05, 1.00, x\n" * 200_000,
    "9,000 commas in each of 100 lines": lambda: ("," * 9_000 + "\n") * 100,
    "9,000 quotes in each of 100 lines": lambda: ('"' * 9_000 + "\n") * 100,
    '9,900 times a," in a line': lambda: '",a' * 3_300,
}
"""What is put into the place of a text, an amount or a heading, and read alone too."""


def places() -> Iterator[tuple[str, str, str]]:
    """Name of a place, suffix, and a text that has `PLACE` there."""
    from datetime import date

    entries = [Entry(date(2026, 1, day), 100_00 + day, f"FNB APP PAYMENT FROM  A{day}") for day in range(1, 6)]
    yield "alone", ".csv", PLACE
    for layout, write in WRITERS.items():
        suffix = ".ofx" if layout.startswith("OFX") else ".csv"
        text = write(entries)
        yield f"{layout}: text", suffix, text.replace("FNB APP PAYMENT FROM  A3", PLACE)
        yield f"{layout}: amount", suffix, text.replace("100.03", PLACE.replace(" ", "_"), 1).replace("100_03", PLACE)
        yield f"{layout}: heading", suffix, text.replace(ACCOUNT, PLACE, 1)
        yield f"{layout}: first line", suffix, text.replace("\n", f"\n{PLACE}\n", 1)


def too_large(path: Path) -> None:
    """A file over the cap, of which the disk holds nothing."""
    with path.open("wb") as stream:
        stream.truncate(2_000 * MILLION)


def bomb(path: Path) -> None:
    """200 MB in a ZIP of 200 kB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(f"{ACCOUNT}.csv", "w") as member:
        for _ in range(200):
            member.write(b"0" * MILLION)


def crowd(path: Path) -> None:
    """5,000 files in a ZIP."""
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(5_000):
            archive.writestr(f"{n}.csv", f"{n}")


def cases() -> Iterator[tuple[str, str, Callable[[Path], object]]]:
    """Every case: what it is, the end of its name, and what writes it; every load stands in every place."""
    yield from (
        ("2 GB of nothing", ".csv", too_large),
        ("a ZIP bomb", ".zip", bomb),
        ("5,000 files in a ZIP", ".zip", crowd),
    )
    for where, suffix, text in places():
        for what, load in LOADS.items():

            def write(path: Path, text: str = text, load: Callable[[], str] = load) -> None:
                path.write_bytes(text.replace(PLACE, load()).encode())

            yield f"{where}: {what}", suffix, write


def main(folder: str, only: str = "") -> None:
    """Read every case and say how it went, how long it took and the most memory used so far, in MB."""
    base = _peak()
    for what, suffix, write in cases():
        if not any(word in what for word in only.split("|")):
            continue
        path = Path(folder) / f"{ACCOUNT}{suffix}"
        write(path)
        before, start = _peak(), time.perf_counter()
        results = read_each(path)
        took = time.perf_counter() - start
        faults = [str(r)[:200] for r in results if isinstance(r, ReconcileError)]
        said = {"case": what, "read": len(results) - len(faults), "seconds": round(took, 2), "faults": faults[:1]}
        print(json.dumps(said | {"grew": _peak() - before, "over": _peak() - base}), flush=True)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
