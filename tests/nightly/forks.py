"""Nights as processes of their own, forked from one that has everything loaded, so that hundreds of them can be killed.

Run as a program it reads the folder of a job a line, forks a night of it, and prints its number; a number before the
folder says at which of its calls the night is to kill itself. An empty line is answered by the number and exit code of
the next one that ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

if __name__ == "__main__":  # where there is no conftest
    sys.path[:0] = [str(Path(__file__).parents[1] / "parsers")]

from faults import Faults
from nights import Job

DEADLY = ("replace", "unlink", "fsync", "commit", "commit unanswered")
"""The calls at which a night may kill itself."""


class Nights:
    """The running program."""

    def __init__(self, process: subprocess.Popen[str]):
        self._process = process

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def begin(self, folder: Path, dies_at: int = 0) -> int:
        """Begin a night of a job; the number of its process."""
        return int(self._ask(f"{dies_at} {folder}"))

    def ended(self) -> tuple[int, int]:
        """Wait for the next night to end: the number of its process, and its exit code or minus the signal."""
        number, code = self._ask("").split()
        return int(number), int(code)


@contextmanager
def nights() -> Iterator[Nights]:
    """The program, for a block; what the nights say goes to the error stream."""
    # one thread alone may be forked safely
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=alone) as process:
        try:
            yield Nights(process)
        finally:
            process.communicate()


def main() -> None:
    """Read lines, fork nights."""
    from reconcile.campaigns import default_funds
    from reconcile.parsers import known_layouts
    from reconcile.store.registers import rule_version

    default_funds()
    known_layouts()
    rule_version()
    for line in sys.stdin:
        if not line.strip():
            number, status = os.wait()
            print(number, os.waitstatus_to_exitcode(status), flush=True)
        elif number := os.fork():
            print(number, flush=True)
        else:
            dies_at, folder = line.strip().split(" ", 1)
            os._exit(_one_night(Job(Path(folder)), int(dies_at)))


ALREADY_RUNNING, STOPPED = 3, 130


class Death(Faults):
    """Kills the process at one of its calls."""

    def due(self, kind: str, name: object = None) -> bool:
        """Count a call, or die."""
        if super().due(kind, name):
            os.kill(os.getpid(), signal.SIGKILL)
        return False


def _one_night(job: Job, dies_at: int) -> int:
    from reconcile.errors import AlreadyRunning

    try:
        with Death(job.folder, DEADLY, at=dies_at).injected() if dies_at else nullcontext():
            return job.run().exit_code
    except AlreadyRunning:
        return ALREADY_RUNNING
    except KeyboardInterrupt:
        return STOPPED
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        sys.stderr.flush()


if __name__ == "__main__":
    main()
