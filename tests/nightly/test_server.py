"""Nights whose store is a server: what is left is what nights with a file leave, killed or begun at once or not."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from forks import ALREADY_RUNNING, Nights, nights
from nights import Job, first_night
from servers import database

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 and forks as POSIX has them: not tried here"),
]


class Place:
    """Makes jobs with a database of their own on the server."""

    def __init__(self, folder: Path, postgres: str):
        self.folder, self.postgres, self.count = folder, postgres, 0
        job = first_night(folder / "with a file")
        assert job.run().exit_code == 0
        self.wanted = job.left()

    def job(self, address: str = "") -> Job:
        """A job with two files in its inbox and nothing else."""
        self.count += 1
        url = address or database(self.postgres, f"nights {self.count}")
        return first_night(self.folder / str(self.count), url=url)


@pytest.fixture
def place(tmp_path: Path, postgres: str) -> Place:
    return Place(tmp_path, postgres)


@pytest.fixture(scope="module")
def forked() -> Iterator[Nights]:
    with nights() as program:
        yield program


def test_a_server_is_left_as_a_file_is(place: Place) -> None:
    job = place.job()
    assert job.run().exit_code == 0
    assert job.left() == place.wanted
    report = job.run()
    assert (report.workbooks, report.changes) == ([], {})
    assert job.left() == place.wanted


def killed(place: Place, forked: Nights, count: int) -> Counter[str]:
    """Kill so many nights at a random moment, and let another one follow each."""
    chance, found, longest = random.Random(count), Counter[str](), []
    for _ in range(3):
        job = place.job()
        begun = time.monotonic()
        forked.begin(job.folder)
        assert forked.ended()[1] == 0
        longest.append(time.monotonic() - begun)
    for number in range(count):
        job, wait = place.job(), chance.uniform(0, min(longest))
        process = forked.begin(job.folder)
        time.sleep(wait)
        os.kill(process, signal.SIGKILL)
        code = forked.ended()[1]
        assert code in (0, -signal.SIGKILL), f"night {number}, after {wait:.3f} seconds"
        found["killed" if code else "ended by itself"] += 1
        with job.store() as store:
            assert store.verify().holds
        assert job.run().exit_code == 0
        assert job.left() == place.wanted, f"night {number}, after {wait:.3f} seconds"
    print(f"\n{count} nights with a server: " + ", ".join(f"{n} {what}" for what, n in sorted(found.items())))
    return found


def test_a_night_killed_at_a_random_moment_is_healed_by_the_next(place: Place, forked: Nights) -> None:
    assert killed(place, forked, 5)["killed"] > 0


@pytest.mark.soak
def test_a_hundred_nights_killed_at_random_moments_are_healed_by_the_next(place: Place, forked: Nights) -> None:
    assert killed(place, forked, 100)["killed"] > 50


def test_of_nights_begun_at_once_one_works_and_all_leave_what_it_leaves(place: Place, forked: Nights) -> None:
    job = place.job()
    for _ in range(5):
        forked.begin(job.folder)
    codes = Counter(forked.ended()[1] for _ in range(5))
    assert codes.keys() <= {0, ALREADY_RUNNING}
    assert codes[0] > 0
    assert job.left() == place.wanted


def test_nights_of_several_machines_on_one_server_count_everything_once(place: Place, forked: Nights) -> None:
    job = place.job()
    others = [place.job(job.config.store.url) for _ in range(4)]
    for one in (job, *others):  # each with a folder and a lock of its own
        forked.begin(one.folder)
    assert Counter(forked.ended()[1] for _ in range(5)) == {0: 5}
    for one in (job, *others):
        assert one.left() == place.wanted
