"""Calls of the system that fail, each in its turn: the state is the old or the new one, and the next night heals it."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from faults import FILES, KINDS, STATEMENT, STORE, Faults
from nights import Job, second_night

from reconcile.errors import ReconcileError
from reconcile.nightly import RunReport, workbook
from tests.turns import by_turns

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

BOOK = workbook("2026-01")
DATED = re.compile(r"reconciliation-2026-01 \(.*\)\.xlsx")


class Second:
    """The second night of a job: what it leaves when nothing disturbs it, and copies of the job to disturb."""

    def __init__(self, folder: Path):
        self.folder, self.count = folder, 0
        self.before = second_night(folder / "before")
        self.old = self.before.workbooks()
        lacking = self.another()  # as when its new file could not be read
        (lacking.inbox / "b.csv").unlink()
        lacking.run()
        self.lacking = lacking.workbooks()
        undisturbed = self.another()
        assert undisturbed.run().exit_code == 0
        self.wanted = undisturbed.left()
        assert self.wanted["workbooks"] != self.old

    def another(self) -> Job:
        self.count += 1
        return Job(Path(shutil.copytree(self.before.folder, self.folder / str(self.count))))

    def calls(self, *kinds: str) -> int:
        """How many calls of these kinds the night makes."""
        job = self.another()
        with Faults(job.folder, kinds).injected() as faults:
            job.run()
        return len(faults.calls)

    def disturbed(self, disturb: Callable[[Job], Any], where: str) -> None:
        """Try a night while something is disturbed; hold what it leaves, then and after one more, to what it may."""
        job = self.another()
        report: RunReport | None = None
        with disturb(job):
            try:
                report = job.run()
            except ReconcileError as fault:
                assert str(fault).isprintable(), where
        with job.store() as store:
            assert store.verify().holds, where
        self.whole(job, where)
        if report is not None:
            assert "None" not in "\n".join(report.lines()), where  # a reason is there, and it is that of the system
        if report is not None and report.exit_code == 0:
            assert self.left(job) == self.wanted, f"{where}: exit code 0, and not all was done"
        again = job.run()
        assert self.left(job) == self.wanted, where
        assert (again.exit_code, again.faults) == (0, []), where
        assert not list(job.out.glob(".~*")), where
        shutil.rmtree(job.folder)

    def whole(self, job: Job, where: str) -> None:
        """Every file is the old or the new one, never between."""
        for name, sha256 in job.workbooks().items():
            if not name.startswith(".~"):
                assert sha256 in (self.old[BOOK], self.lacking[BOOK], self.wanted["workbooks"][BOOK]), where
        json.loads((job.folder / "report.json").read_text(encoding="utf-8"))

    @staticmethod
    def left(job: Job) -> dict[str, Any]:
        found = job.left()
        books = {n: s for n, s in found["workbooks"].items() if not DATED.fullmatch(n) and not n.startswith(".~")}
        return found | {"workbooks": books}


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Second:
    return Second(tmp_path_factory.mktemp("second"))


def failing(kinds: tuple[str, ...], at: int, code: int, *, lasting: bool = False) -> Callable[[Job], Any]:
    return lambda job: Faults(job.folder, kinds, at=at, code=code, lasting=lasting).injected()


def sweep(second: Second, kinds: tuple[str, ...], *, first: int, step: int, codes: tuple[int, ...]) -> int:
    """Let every `step`-th call fail, each in a night of its own; how many there were."""
    places = range(first, second.calls(*kinds) + 1, step)
    for number, at in enumerate(places):
        for code in codes or (KINDS[number % len(KINDS)],):
            second.disturbed(failing(kinds, at, code), f"call {at} of {', '.join(kinds)} with {errno.errorcode[code]}")
    return len(places)


QUICK = [  # kinds, and in how many nights, spread over all of their calls
    (("replace", "unlink"), 5),
    (("fsync",), 4),
    (("write",), 5),
    (("open",), 5),
    (("stat", "scandir", "mkdir"), 3),
    (("commit",), 4),
    (("commit unanswered",), 4),
    ((STATEMENT,), 4),
]


@pytest.mark.parametrize(
    ("kinds", "nights"), by_turns(QUICK, 2), ids=lambda v: " or ".join(v) if isinstance(v, tuple) else ""
)
def test_a_call_that_fails_leaves_the_old_state_or_the_new_and_the_next_night_heals_it(
    kinds: tuple[str, ...], nights: int, second: Second
) -> None:
    step = max(1, second.calls(*kinds) // nights)
    assert sweep(second, kinds, first=step, step=step, codes=()) > 0


@pytest.mark.soak
@pytest.mark.parametrize("kind", [*FILES, *STORE, STATEMENT])
def test_every_call_that_fails_leaves_the_old_state_or_the_new_and_the_next_night_heals_it(
    kind: str, second: Second
) -> None:
    # a workbook is written in hundreds of pieces: each fails once, with one error after the other
    codes = {STATEMENT: (errno.EIO,), "write": ()}.get(kind, KINDS)
    done = sweep(second, (kind,), first=1, step=1, codes=codes)
    print(f"{done} calls of {kind} failed, each in a night of its own")
    assert done > 0


@pytest.mark.parametrize("at", [1, 25, 60])
def test_when_all_fails_from_some_moment_on_the_next_night_heals_it(at: int, second: Second) -> None:
    second.disturbed(failing((*FILES, *STORE, STATEMENT), at, errno.EIO, lasting=True), f"all from call {at} on")


@pytest.mark.soak
def test_when_all_fails_from_any_moment_on_the_next_night_heals_it(second: Second) -> None:
    for at in range(1, second.calls(*FILES, *STORE, STATEMENT), 3):
        second.disturbed(failing((*FILES, *STORE, STATEMENT), at, errno.EIO, lasting=True), f"all from call {at} on")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A block in which no file can grow over so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(resource is None, reason="limits as POSIX has them: a disk that is full was not tried here")
@pytest.mark.parametrize("size", by_turns([0, 700, 9_000, 25_000, 40_000, 70_000, 120_000, 250_000], 3))
def test_a_disk_that_is_full_leaves_the_old_state_or_the_new(size: int, second: Second) -> None:
    second.disturbed(lambda _: files_of_at_most(size), f"no file over {size:,} bytes")


@pytest.mark.skipif(resource is None, reason="limits as POSIX has them: a disk that is full was not tried here")
@pytest.mark.soak
def test_a_disk_that_is_full_at_any_size_leaves_the_old_state_or_the_new(second: Second) -> None:
    for size in [*range(0, 50_000, 1_111), *range(50_000, 600_000, 7_777)]:
        second.disturbed(lambda _, size=size: files_of_at_most(size), f"no file over {size:,} bytes")


def test_a_log_that_cannot_be_written_stops_nothing(second: Second) -> None:
    job = second.another()

    class Full(Faults):
        def due(self, kind: str, name: object = None) -> bool:
            return kind == "open" and "log.jsonl" in os.fspath(name)  # type: ignore[call-overload]

    with Full(job.folder, ("open",), code=errno.ENOSPC).injected():
        report = job.run()
    assert report.exit_code == 1
    assert report.faults == [
        "log.jsonl: the log cannot be written (No space left on device). Check its folder and the space on the disk."
    ]
    assert Second.left(job) == second.wanted


def test_what_fails_is_told_with_its_file(second: Second) -> None:
    job = second.another()

    class Broken(Faults):
        def due(self, kind: str, name: object = None) -> bool:
            return kind == "replace" and os.fspath(name).endswith(".draft.tmp")  # type: ignore[call-overload]

    with Broken(job.folder, ("replace",), code=errno.EACCES).injected():
        report = job.run()
    name = re.escape("reconciliation-2026-01 (2026-03-01).xlsx")
    assert [bool(re.match(rf"{name}: cannot be written \(Permission denied\)\.", f)) for f in report.faults] == [True]
    assert report.exit_code == 1
    assert job.run().workbooks == [BOOK]
    assert Second.left(job) == second.wanted
