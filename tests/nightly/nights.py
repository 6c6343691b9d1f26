"""A nightly job in a folder of its own: settings, an inbox with invented statements, its runs, and what they leave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ledgers import Entry, history, ofx_of

from reconcile.nightjob.config import Config, read_config
from reconcile.nightly import RunReport, run
from reconcile.store import Store, open_store

NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
OPENING = 100_000_00
OTHER_ACCOUNT = "62000099002"

CAMPAIGNS = """\
code,name,aliases,opens,closes
WEL,Wells for All,Well|Wells,,
ORF,Orphan Homes,Orphans|Orphan,,
"""

LINES = [
    "FNB APP PAYMENT FROM  WELLS ZAKAT",
    "CAPITEC   T MOKOENA THANKS",
    "FNB APP PAYMENT FROM  ORPHANS SADAQAH",
    "ABSA BANK mbf 0031",
    "#SERVICE FEES",
]
"""Credited, for a person, credited, for a person, no gift."""


def ledger(days: int = 6, *, first: date = date(2026, 1, 5), a_day: int = 2) -> list[Entry]:
    """Some movements on each of so many days, the last of a day a fee; every amount is another."""
    return [
        Entry(first + timedelta(day), -(900 + day) if text[0] == "#" else 100_00 + 1000 * day + 7 * n, text)
        for day in range(days)
        for n in range(a_day)
        for text in (LINES[(day + 2 * n) % len(LINES)],)
    ]


def window(entries: Sequence[Entry], start: int, end: int, *, wording: str = "history") -> str:
    """The file that the bank makes of some days of a ledger, counted from its first one; the end is left out."""
    first = entries[0].day
    own = [e for e in entries if start <= (e.day - first).days < end]
    before = OPENING + sum(e.cents for e in entries if (e.day - first).days < start)
    return {"history": history, "ofx": ofx_of}[wording](own, before)


@dataclass
class Job:
    """A nightly job and its folder."""

    folder: Path

    @property
    def config(self) -> Config:
        """Its settings, read anew."""
        return read_config(self.folder / "reconcile.toml")

    @property
    def inbox(self) -> Path:
        """Where its files arrive."""
        return self.folder / "inbox"

    @property
    def out(self) -> Path:
        """Where its workbooks are."""
        return self.folder / "out"

    def set_up(
        self,
        *,
        campaigns: str = CAMPAIGNS,
        settle_seconds: int = 0,
        accounts: Sequence[str] = (),
        url: str = "sqlite:///reconcile.db",
        **more: str,
    ) -> Job:
        """Write its settings; `more` has further lines by section."""
        self.inbox.mkdir(parents=True, exist_ok=True)
        (self.folder / "campaigns.csv").write_text(campaigns, encoding="utf-8")
        sections = {
            "inbox": f'folders = ["inbox"]\nsettle_seconds = {settle_seconds}',
            "register": 'campaigns = "campaigns.csv"',
            "store": f'url = "{url}"',
            "accounts": f"numbers = {json.dumps(list(accounts))}",
            "output": 'folder = "out"\nlog = "log.jsonl"\nreport = "report.json"',
        }
        written = [f"[{name}]\n{sections.get(name, '')}\n{more.get(name, '')}\n" for name in {**sections, **more}]
        (self.folder / "reconcile.toml").write_text('operator = "tests"\n' + "\n".join(written), encoding="utf-8")
        return self

    def deliver(self, name: str, content: str | bytes) -> Path:
        """Put a file into the inbox."""
        path = self.inbox / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, at: datetime = NIGHT, **more: Any) -> RunReport:
        """One night."""
        return run(self.config, clock=lambda: at, **more)

    def store(self) -> Store:
        """Its store."""
        return open_store(self.config.store.url)

    def log(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        text = (self.folder / "log.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def report(self) -> dict[str, Any]:
        """Its last report."""
        found: dict[str, Any] = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        return found

    def workbooks(self) -> dict[str, str]:
        """The SHA-256 of each workbook, by name."""
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(self.out.glob("[!.]*"))}

    def left(self) -> dict[str, Any]:
        """What the runs so far left: movements, matches, decisions, months and workbooks, without numbers and times."""
        with self.store() as store:
            assert store.verify().holds, store.verify()
            rows = store.transactions()
            decisions = store.decisions().drop(columns=["decision", "at", "undoes"])
            frames = {
                "transactions": rows.drop(columns=["source", "line"]),
                "matches": store.matches(),
                "allocations": store.allocations(),
                "decisions": decisions,
                "conflicts": store.conflicts().drop(columns=["source", "line", "other_source", "other_line"]),
                "gaps": store.gaps().drop(columns=["from_source", "to_source"]),
                "months": store.months().drop(columns="at"),
            }
        told = {name: frame.to_csv(index=False) for name, frame in frames.items()}
        return told | {"workbooks": self.workbooks()}


FOUR_DAYS = ledger(4)


def first_night(folder: Path, **settings: str) -> Job:
    """A job with two files in its inbox, and nothing else."""
    job = Job(folder).set_up(**settings)
    job.deliver("a.csv", window(FOUR_DAYS, 0, 3))
    job.deliver("b.csv", window(FOUR_DAYS, 2, 4))
    return job


def second_night(folder: Path) -> Job:
    """A job that ran, with a decision and one more file for the next night."""
    job = Job(folder).set_up()
    job.deliver("a.csv", window(FOUR_DAYS, 0, 3))
    job.run()
    with job.store() as store:
        waiting = store.matches().query("status == 'review'")["transaction_id"]
        store.decide(waiting.iloc[0], ("ORF", None), by="tests", reason="telephone")
    job.deliver("b.csv", window(FOUR_DAYS, 2, 4))
    return job


def tree(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Mode, size, time of change and hash of everything below a folder."""
    return {
        path.relative_to(folder).as_posix(): (
            (state := path.stat()).st_mode,
            state.st_size,
            state.st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }


def outcomes(report: RunReport) -> dict[str, str]:
    """What became of each file."""
    return {f.file: f.outcome for f in report.files}
