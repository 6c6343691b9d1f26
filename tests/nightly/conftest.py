import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for nights, under any import mode of pytest
sys.path.insert(0, str(Path(__file__).parents[1] / "parsers"))  # for ledgers and writers
sys.path.insert(0, str(Path(__file__).parents[1] / "merging"))  # for exports
sys.path.insert(0, str(Path(__file__).parents[1] / "store"))  # for servers

from servers import programs, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    if programs() is None:
        pytest.skip("no PostgreSQL server on this machine: nights with one were not tried")
    with server() as address:
        yield address
