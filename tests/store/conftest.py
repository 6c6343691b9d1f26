from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconcile.store import Store, open_store

sys.path.insert(0, str(Path(__file__).parent))  # for servers, under any import mode of pytest
sys.path.insert(0, str(Path(__file__).parents[1] / "merging"))  # for exports

from servers import ON_A_SERVER, Fresh, database, postgres

__all__ = ["books", "fresh", "postgres", "store"]


@pytest.fixture(params=["sqlite", ON_A_SERVER])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Fresh:
    numbers = itertools.count()
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/store-{next(numbers)}.db"
    return lambda: database(request.getfixturevalue("postgres"), f"{request.node.name}{next(numbers)}")


@pytest.fixture
def store(fresh: Fresh) -> Iterator[Store]:
    with ExitStack() as stack:
        yield stack.enter_context(open_store(fresh()))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Store]:
    """A store in a file, where what a server does with it is not asked."""
    with open_store(tmp_path / "books.db") as store:
        yield store
