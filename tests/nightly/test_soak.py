"""Nights that are killed at any moment, and nights begun at once: what is left is what one undisturbed night leaves."""

from __future__ import annotations

import os
import random
import shutil
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults import Faults
from forks import ALREADY_RUNNING, DEADLY, STOPPED, Nights, nights
from nights import Job, first_night, second_night

from reconcile.errors import ReconcileError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 and forks as POSIX has them: not tried here")


class Before:
    """A job before a night, copies of it, and what the night leaves when nothing disturbs it."""

    def __init__(self, folder: Path, prepare: Callable[[Path], Job]):
        self.folder, self.count = folder, 0
        self.job = prepare(folder / "before")
        undisturbed = self.another()
        with Faults(undisturbed.folder, DEADLY).injected() as faults:
            assert undisturbed.run().exit_code == 0
        self.calls, self.wanted = len(faults.calls), undisturbed.left()

    def another(self) -> Job:
        """A copy of it."""
        self.count += 1
        return Job(Path(shutil.copytree(self.job.folder, self.folder / str(self.count))))

    def healed(self, job: Job, where: str) -> None:
        """One more night leaves what an undisturbed one leaves."""
        if (job.folder / "reconcile.db").exists():
            with job.store() as store:
                assert store.verify().holds, where
        assert job.run().exit_code == 0, where
        assert job.left() == self.wanted, where
        assert not list(job.out.glob(".~*")), where
        shutil.rmtree(job.folder)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> list[Before]:
    folder = tmp_path_factory.mktemp("nights")
    return [Before(folder / prepare.__name__, prepare) for prepare in (first_night, second_night)]


@pytest.fixture(scope="module")
def forked() -> Iterator[Nights]:
    with nights() as program:
        yield program


def seconds(forked: Nights, before: Before) -> float:
    """How long a night takes here and now."""
    taken = []
    for _ in range(3):
        begun = time.monotonic()
        forked.begin(before.another().folder)
        assert forked.ended()[1] == 0
        taken.append(time.monotonic() - begun)
    return statistics.median(taken)


def end_at_random(forked: Nights, before: list[Before], count: int, ends: list[signal.Signals]) -> Counter[str]:
    """Begin so many nights and end each at a random moment; how many were ended before they had ended by themselves."""
    chance, found = random.Random(count), Counter[str]()
    longest = [seconds(forked, b) for b in before]
    for number in range(count):
        own, how = before[number % 2], ends[number % len(ends)]
        job = own.another()
        wait = chance.uniform(0, longest[number % 2])
        process = forked.begin(job.folder)
        time.sleep(wait)
        os.kill(process, how)
        ended, code = forked.ended()
        assert ended == process
        assert code in (0, -how, STOPPED), f"night {number}, {how.name} after {wait:.3f} seconds"
        found["ended by itself" if code == 0 else f"ended by {how.name}"] += 1
        own.healed(job, f"night {number} of {own.folder.name}, {how.name} after {wait:.3f} seconds")
    print(f"\n{count} nights: " + ", ".join(f"{n} {what}" for what, n in sorted(found.items())))
    return found


def test_a_night_killed_at_a_random_moment_is_healed_by_the_next(forked: Nights, before: list[Before]) -> None:
    found = end_at_random(forked, before, 5, [signal.SIGKILL])
    assert found["ended by SIGKILL"] > 0


@pytest.mark.soak
def test_five_hundred_nights_killed_at_random_moments_are_healed_by_the_next(
    forked: Nights, before: list[Before]
) -> None:
    found = end_at_random(forked, before, 500, [signal.SIGKILL])
    assert found["ended by SIGKILL"] > 250


@pytest.mark.soak
def test_nights_that_are_stopped_or_terminated_are_healed_by_the_next(forked: Nights, before: list[Before]) -> None:
    found = end_at_random(forked, before, 60, [signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGTERM])
    assert found["ended by SIGINT"] > 0
    assert found["ended by SIGTERM"] > 0


def die(forked: Nights, before: list[Before], step: int) -> int:
    """Let nights kill themselves at every `step`-th of their calls that change something; how many did."""
    count = 0
    for own in before:
        for at in range(step, own.calls + 1, step):
            job = own.another()
            forked.begin(job.folder, dies_at=at)
            assert forked.ended()[1] == -signal.SIGKILL
            own.healed(job, f"{own.folder.name}, killed at call {at}")
            count += 1
    print(f"\n{count} nights killed themselves")
    return count


def test_a_night_killed_between_two_steps_is_healed_by_the_next(forked: Nights, before: list[Before]) -> None:
    assert die(forked, before, 17) > 3


@pytest.mark.soak
def test_nights_killed_between_any_two_steps_are_healed_by_the_next(forked: Nights, before: list[Before]) -> None:
    assert die(forked, before, 1) > 80


def at_once(forked: Nights, before: Before, count: int) -> Counter[int]:
    """Begin so many nights at once; their exit codes."""
    job = before.another()
    begun = {forked.begin(job.folder) for _ in range(count)}
    ended = dict(forked.ended() for _ in range(count))
    assert set(ended) == begun
    codes = Counter(ended.values())
    assert codes.keys() <= {0, ALREADY_RUNNING}
    assert codes[0] > 0
    assert job.left() == before.wanted
    assert not list(job.out.glob(".~*"))
    return codes


def test_five_nights_at_once_are_one(forked: Nights, before: list[Before]) -> None:
    for own in before:
        assert at_once(forked, own, 5).total() == 5


@pytest.mark.soak
def test_five_nights_at_once_are_one_forty_times(forked: Nights, before: list[Before]) -> None:
    found = Counter[int]()
    for number in range(40):
        found += at_once(forked, before[number % 2], 5)
    print(f"\n200 nights, five at once: {found[0]} worked, {found[ALREADY_RUNNING]} said that another was running")
    assert found[ALREADY_RUNNING] > 0


def test_a_night_waits_for_nobody_who_is_dead(forked: Nights, before: list[Before]) -> None:
    job = before[0].another()
    process = forked.begin(job.folder)
    lock = job.folder / "reconcile.db.lock.owner"
    for _ in range(2000):
        if lock.exists():
            break
        time.sleep(0.001)
    os.kill(process, signal.SIGSTOP)
    with pytest.raises(ReconcileError, match=f"already running since .* process {process}"):
        job.run()
    os.kill(process, signal.SIGKILL)
    forked.ended()
    assert lock.exists()
    before[0].healed(job, "after a night that died")
    assert not lock.exists()
