"""A real PostgreSQL server of the machine, started for the tests and stopped after them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

Fresh = Callable[[], str]
"""Makes an empty place for a store, and says its address."""

ON_A_SERVER = pytest.param("postgresql", marks=pytest.mark.server)
"""A test once more with its store on the server."""

SYSTEM_USER = "postgres"
"""Who runs the server where the tests run as root, which the server refuses."""


def programs() -> Path | None:
    """The folder with initdb and postgres, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


def user() -> str | None:
    """The user to run the server as: another one where this is root."""
    return SYSTEM_USER if hasattr(os, "geteuid") and os.geteuid() == 0 else None


@contextmanager
def server() -> Iterator[str]:
    """The address of a running server with an empty database, gone afterwards."""
    binaries, runs_as = programs(), user()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="store-server-", dir="/tmp"))
    if runs_as:
        shutil.chown(folder, runs_as)
    data, port = folder / "data", _free_port()
    said: dict[str, object] = {"user": runs_as, "cwd": folder, "stdout": subprocess.DEVNULL}
    initdb = [binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, stderr=subprocess.DEVNULL, check=True, **said)  # type: ignore[call-overload]
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    control = [binaries / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log"]
    subprocess.run([*control, "start"], check=True, **said)  # type: ignore[call-overload]
    try:
        yield f"postgresql://tests@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, **said)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def database(address: str, name: str) -> str:
    """The address of a new database of a server."""
    made = f"store_{abs(hash(name)):x}"
    engine = sa.create_engine(address.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {made}"))
        connection.execute(sa.text(f"CREATE DATABASE {made}"))
    engine.dispose()
    return f"{address.rsplit('/', 1)[0]}/{made}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of the server, for as long as tests run; they are skipped where the machine has none."""
    if programs() is None:
        pytest.skip("no PostgreSQL server on this machine: what it does with a store was not tried")
    with server() as address:
        yield address
