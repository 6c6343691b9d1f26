"""Damage done to sample files, byte by byte and line by line, and what reading says of each.

Run as `python tests/parsers/damage.py` it sweeps every sample and prints the table that docs/damage.md shows.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ledgers import Entry
from writers import WRITERS

from reconcile import money
from reconcile.errors import ReconcileError
from reconcile.parsers import read_each
from reconcile.statement import Statement

SAMPLES = Path(__file__).parent / "samples"
MONTHS = Path(__file__).parents[2] / "sample_statements"
NO_STATEMENTS = ("campaigns.csv", "funds.csv", "receipts.csv", "payout-2018-09.csv")
SHORT = {".csv": 3_500, ".ofx": 2_000, ".zip": 3_500}
"""Bytes of a sample that is damaged as it is; of a longer one a few rows are, so that every byte can have its turn."""

ROWS_KEPT = 8
REWRITTEN = {
    "emailed-2018-09.csv": "e-mailed",
    "emailed-2018-12-to-2019-01.csv": "e-mailed",
    "recreated-2018-09-blocks.csv": "recreated blocks",
    "recreated-2018-09-flat.csv": "recreated flat",
}
"""Long samples that state counts and sums: their first rows are written anew in the same layout."""

BYTES = (ord("7"), ord(","), ord('"'), ord("\n"), ord("<"), 0)
"""What a byte is changed into, besides the same byte with its lowest bit turned over."""


@dataclass(frozen=True)
class Sample:
    """A file to be damaged: its name, which some layouts take the account from, and its bytes."""

    name: str
    content: bytes


def samples() -> list[Sample]:
    """Every sample of the tests and every sample month, the long ones shortened."""
    paths = [*sorted(SAMPLES.iterdir()), *sorted(MONTHS.iterdir())]
    return [Sample(p.name, shortened(p)) for p in paths if is_statement(p)]


def is_statement(path: Path) -> bool:
    """Whether a file is a sample and not what belongs to one."""
    known = path.is_file() and path.suffix in (".csv", ".ofx", ".zip")
    return known and not path.name.endswith(".expected.csv") and path.name not in NO_STATEMENTS


def shortened(path: Path) -> bytes:
    """The sample as it is where it is short, or else with a few rows alone and still whole."""
    content = path.read_bytes()
    if len(content) <= SHORT[path.suffix]:
        return content
    if path.suffix == ".ofx":
        return few_rows_of_ofx(content)
    if path.name not in REWRITTEN:
        lines = content.splitlines(keepends=True)
        heading = next((n for n, line in enumerate(lines) if line.startswith(b"Date,")), 0)
        return b"".join(lines[: heading + 1 + ROWS_KEPT])
    (statement,) = (s for s in read_each(path) if isinstance(s, Statement))
    rows = statement.transactions.iloc[:ROWS_KEPT]
    columns = (rows["date"], money.cents(rows["amount"]).tolist(), rows["description"])
    entries = [Entry(day.date(), cents, text) for day, cents, text in zip(*columns, strict=True)]
    return WRITERS[REWRITTEN[path.name]](entries).encode()


def few_rows_of_ofx(content: bytes) -> bytes:
    """An OFX with the first rows of each account alone."""
    kept: list[bytes] = []
    for part in re.split(rb"(?=<BANKTRANLIST>)", content):
        rows = list(re.finditer(rb"<STMTTRN>.*?</STMTTRN>\s*", part, re.S))[ROWS_KEPT // 2 :]
        kept.append(part[: rows[0].start()] + part[rows[-1].end() :] if rows else part)
    return b"".join(kept)


Case = tuple[str, bytes]


def cuts(content: bytes, step: int = 1) -> Iterator[Case]:
    """The file cut off at every byte; the line end it may have at its end is not counted as its content."""
    for end in range(0, len(content.rstrip(b"\r\n")), step):
        yield f"cut at byte {end}", content[:end]


def line_changes(content: bytes) -> Iterator[Case]:
    """Every line deleted, doubled and swapped with the one before."""
    lines = content.splitlines(keepends=True)
    for n in range(len(lines)):
        yield f"line {n + 1} deleted", b"".join(lines[:n] + lines[n + 1 :])
        yield f"line {n + 1} doubled", b"".join([*lines[: n + 1], *lines[n:]])
        if n and lines[n] != lines[n - 1]:
            yield f"lines {n} and {n + 1} swapped", b"".join([*lines[: n - 1], lines[n], lines[n - 1], *lines[n + 1 :]])


def byte_changes(content: bytes, step: int = 1) -> Iterator[Case]:
    """Every byte changed into each of seven others."""
    for at in range(0, len(content), step):
        for byte in sorted({content[at] ^ 1, *BYTES} - {content[at]}):
            yield f"byte {at} now {bytes([byte])!r}", content[:at] + bytes([byte]) + content[at + 1 :]


Row = tuple[str, int, str]


@dataclass(frozen=True)
class Found:
    """What a file says of one account, as a person would compare it."""

    layout: str
    account: str
    moves: tuple[Row, ...]
    notices: tuple[Row, ...]
    evidence: tuple[str, ...]
    balances: tuple[str, ...]
    heading: tuple[str, ...]
    complete: bool


def found(statement: Statement) -> Found:
    """A statement in plain values: rows in order as day, cents and text."""
    moves, notices = statement.transactions, statement.notices
    own = (statement.account.name, statement.account.kind, statement.period, statement.number)
    return Found(
        statement.source.layout,
        statement.account.number,
        _rows(moves),
        _rows(notices),
        tuple(moves["bank_reference"].fillna("").tolist() + moves["bank_id"].fillna("").tolist()),
        (str(statement.opening), str(statement.closing), *map(str, moves["balance"].tolist())),
        tuple(map(str, own)),
        statement.proof.complete,
    )


def _rows(frame) -> tuple[Row, ...]:
    days = frame["date"].dt.strftime("%Y-%m-%d")
    return tuple(zip(days, money.cents(frame["amount"]).tolist(), frame["description"], strict=True))


WRONG = "WRONG"
KINDS = {
    "refused": "refused",
    "open": "set aside or open",
    "same": "the same rows",
    "text": "a text changed",
    "day": "a day changed",
    "heading": "name, account, period or stated balance changed",
    "oldest": "the oldest row's amount changed",
    "end": "rows missing at an end",
    "amount": "an amount changed",
    "order": "rows of a day in another order",
}
"""Every outcome and its words; all but the first three are damage that nothing in the file can tell."""

UNSEEN = {
    "FNB Transaction History CSV": {"oldest", "end at the start"},
    "FNB business CSV with SERVICE FEE": {"oldest", "end at the start", "end at the end"},
    "FNB Enterprise CSV Date Number": {"end at the end"},
    "FNB e-mailed statement CSV": set(),
    "FNB Recreated Statement CSV": set(),
    "OFX": {"amount", "order"},
}
"""What each layout cannot tell besides letters, days and its heading."""


def outcome(truth: Sequence[Found], results: Sequence[Statement | ReconcileError]) -> str:
    """What became of a damaged file, a key of `KINDS`; WRONG and why where money was taken that is not there."""
    faults = [r for r in results if isinstance(r, ReconcileError)]
    read = [found(r) for r in results if isinstance(r, Statement)]
    if any("\n" in str(f) for f in faults):
        return f"{WRONG}: an error of several lines"
    if len(read) > len(truth) or len(read) + len(faults) < (len(truth) if read else 1):
        return f"{WRONG}: {len(read)} statements where the file has {len(truth)}"
    # where one account of several is refused the others must be right
    own = truth if len(read) == len(truth) else [_like(truth, r) for r in read]
    kinds = ["refused"] * bool(faults) + [judged(*pair) for pair in zip(own, read, strict=True)]
    ranks = {kind: rank for rank, kind in enumerate(["same", *list(KINDS)[3:], "open", "refused"])}
    return max(kinds, key=lambda kind: ranks.get(kind, len(ranks)))


def _like(truth: Sequence[Found], read: Found) -> Found:
    return next((t for t in truth if t.account == read.account), truth[0])


def judged(truth: Found, read: Found) -> str:
    """As `outcome`, of one account."""
    was, now = ([row[1] for row in f.moves] for f in (truth, read))
    allowed = UNSEEN[truth.layout]
    kinds = [] if was == now else _amounts(was, now)
    if "order" not in kinds and kinds and len(now) + len(read.notices) == len(was) + len(truth.notices):
        kinds.append("amount")  # an amount that became 0.00 is among the notices
    unseen = next((kind for kind in kinds if kind in allowed), "")
    if not read.complete and (unseen or not Counter(now) - Counter(was)):
        return "open"
    if kinds and not unseen:
        return f"{WRONG}: {kinds[0]}"
    return unseen.partition(" at ")[0] or _words(truth, read)


def _words(truth: Found, read: Found) -> str:
    """What else than amounts differs."""
    if [row[0] for row in truth.moves] != [row[0] for row in read.moves]:
        return "day"
    if (truth.moves, truth.notices, truth.evidence) != (read.moves, read.notices, read.evidence):
        return "text"
    same = (truth.account, truth.balances, truth.heading) == (read.account, read.balances, read.heading)
    return "same" if same else "heading"


def _amounts(was: list[int], now: list[int]) -> list[str]:
    """In what way the amounts differ; more than one, where none are left."""
    kinds = {
        "order": Counter(now) == Counter(was),
        "oldest": len(now) == len(was) and now[1:] == was[1:],
        "end at the start": len(now) < len(was) and now == was[len(was) - len(now) :],
        "end at the end": len(now) < len(was) and now == was[: len(now)],
    }
    found = [kind for kind, is_so in kinds.items() if is_so]
    return found or [
        "rows lost" if len(now) < len(was) else "rows doubled" if len(now) > len(was) else "another amount"
    ]


@dataclass
class Sweep:
    """How many cases of a sample came out how, and those that came out wrong."""

    name: str
    layout: str = ""
    size: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def swept(sample: Sample, folder: Path, *, kinds: str = "cut line byte", step: int = 1) -> Sweep:
    """Every damage of the kinds done to a sample; `step` leaves out bytes for a quick look."""
    path = folder / sample.name
    path.write_bytes(sample.content)
    truth = [found(s) for s in read_each(path) if isinstance(s, Statement)]
    sweep = Sweep(sample.name, truth[0].layout, len(sample.content))
    cases: list[Iterator[Case]] = []
    cases += [cuts(sample.content, step)] if "cut" in kinds else []
    cases += [line_changes(sample.content)] if "line" in kinds and path.suffix != ".zip" else []
    cases += [byte_changes(sample.content, step)] if "byte" in kinds else []
    for of_kind in cases:
        for what, content in of_kind:
            path.write_bytes(content)
            try:
                came_out = outcome(truth, read_each(path))
            except Exception as fault:
                came_out = f"{WRONG}: {type(fault).__name__} escapes: {fault}"
            sweep.counts[came_out.partition(":")[0]] += 1
            if came_out.startswith(WRONG):
                sweep.wrong.append(f"{sample.name}: {what}: {came_out}")
    return sweep


def table(sweeps: Sequence[Sweep]) -> str:
    """The counts of every sample and of all, as docs/damage.md shows them."""
    lines = ["| sample | layout | bytes | cases | " + " | ".join(KINDS.values()) + " |"]
    lines.append("| --- | --- | " + " | ".join(["---:"] * (len(KINDS) + 2)) + " |")
    lines += [_line(f"`{s.name}`", s.layout, s.size, s.counts) for s in sweeps]
    counts = sum((s.counts for s in sweeps), Counter[str]())
    return "\n".join([*lines, _line("all", "", sum(s.size for s in sweeps), counts)])


def _line(name: str, layout: str, size: int, counts: Counter[str]) -> str:
    numbers = [size, counts.total(), *(counts[kind] for kind in KINDS)]
    return f"| {name} | {layout} | " + " | ".join(f"{n:,}".replace(",", " ") for n in numbers) + " |"


def _swept_alone(sample: Sample) -> Sweep:
    with tempfile.TemporaryDirectory() as folder:
        return swept(sample, Path(folder))


def main() -> int:
    """Sweep every sample on two processes and print the table."""
    chosen = [s for s in samples() if not sys.argv[1:] or s.name in sys.argv[1:]]
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        sweeps = list(pool.map(_swept_alone, chosen))
    sys.stdout.write(table(sweeps) + "\n")
    wrong = [line for s in sweeps for line in s.wrong]
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
