"""What a terminal shows, and a pipe: colours, progress, width, and Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
termios = pytest.importorskip("termios", reason="this system has no pseudo-terminals")

SAMPLES = Path(__file__).parents[1] / "sample_statements"
HISTORY = SAMPLES / "history-2018-09.csv"
RUN = ["run", str(HISTORY), "--campaigns", str(SAMPLES / "campaigns.csv"), "--out", "out"]
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?[349][0-9][;0-9]*m")
OURS = [sys.executable, "-m", "reconcile"]


def surroundings(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TERM")}
    return {**kept, "TERM": "xterm-256color", **more}


def on_a_terminal(folder: Path, columns: int, **more: str) -> str:
    """All that a terminal so wide is sent."""
    own, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    done = subprocess.Popen(
        [*OURS, *RUN], stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=surroundings(**more)
    )
    os.close(theirs)
    sent = b""
    while True:
        try:
            piece = os.read(own, 65536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not piece:
            break
        sent += piece
    os.close(own)
    assert done.wait(60) == 0
    return sent.decode()


needs_size = pytest.mark.skipif(not hasattr(termios, "tcsetwinsize"), reason="needs Python 3.11")


@needs_size
@pytest.mark.parametrize("columns", [40, 300])
def test_no_amount_is_cut_to_the_width_of_a_terminal(columns: int, tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path, columns)
    for amount in ("R 61 480.25", "R 215 138.52", "-R 170 522.15", "R 106 096.62"):
        assert amount in shown


@needs_size
def test_a_terminal_has_progress_and_none_has_colours_that_are_not_wanted(tmp_path: Path) -> None:
    assert "writing the workbook" in on_a_terminal(tmp_path, 100)
    assert not COLOUR.search(on_a_terminal(tmp_path, 100, NO_COLOR="1"))
    assert not COLOUR.search(on_a_terminal(tmp_path, 100, TERM="dumb"))


def test_a_pipe_has_neither(tmp_path: Path) -> None:
    done = subprocess.run([*OURS, *RUN], cwd=tmp_path, env=surroundings(), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another thing there")
@pytest.mark.parametrize("after_seconds", [0.3, 0.6, 0.9])
def test_ctrl_c_is_one_line_and_leaves_nothing_half_written(after_seconds: float, tmp_path: Path) -> None:
    running = subprocess.Popen(
        [*OURS, *RUN], cwd=tmp_path, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(after_seconds)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    left = sorted(p.name for p in tmp_path.rglob("*") if p.is_file())
    if running.returncode == 0:
        assert left == ["reconciliation-2018-09.xlsx"]
    else:
        assert (running.returncode, err) == (130, "stopped; nothing was half written\n")
        assert left in ([], ["reconciliation-2018-09.xlsx"])
