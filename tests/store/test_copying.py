"""A store copied to another place: every row, the same head, all of it or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from gifts import close, gift, put
from servers import Fresh

from reconcile.cli import main
from reconcile.errors import StoreRefused
from reconcile.store import copy_store, open_store
from reconcile.store.tables import METADATA


@pytest.fixture
def kept(tmp_path: Path) -> str:
    """A store with gifts, a decision and a closed month."""
    with open_store(path := tmp_path / "kept.db") as store:
        names = put(store, gift("ABC ZAKAT"), gift("SOMETHING", 250))
        store.decide(names[1], (None, None), by="Thandi Nkosi", reason="a refund")
        close(store)
    return str(path)


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = sa.create_engine(url if "://" in url else f"sqlite:///{url}")
    with engine.connect() as connection:
        found = {t.name: sorted(map(tuple, connection.execute(sa.select(t))), key=repr) for t in METADATA.sorted_tables}
    engine.dispose()
    return found


def test_every_row_is_there_and_the_journal_holds(kept: str, fresh: Fresh) -> None:
    target = fresh()
    copied = copy_store(kept, target)
    with open_store(kept) as old, open_store(target) as new:
        assert new.verify().holds
        assert new.head() == old.head() == copied.head
        assert new.transactions().equals(old.transactions())
    assert sum(copied.rows.values()) > 10


def test_a_copy_goes_on_and_comes_back(kept: str, fresh: Fresh, tmp_path: Path) -> None:
    target = fresh()
    copy_store(kept, target)
    with open_store(target) as store:
        put(store, gift("ABC LILLAH", 75, day=40))
        assert store.verify().holds
        head = store.head()
    back = str(tmp_path / "back.db")
    assert copy_store(target, back).head == head
    assert len(rows(back)["movements"]) == 3


def test_where_something_is_nothing_is_copied(kept: str, fresh: Fresh) -> None:
    with open_store(target := fresh()) as store:
        put(store, gift("ABC"))
        head = store.head()
    with pytest.raises(StoreRefused, match="has something in it already"):
        copy_store(kept, target)
    with open_store(target) as store:
        assert store.head() == head
    with pytest.raises(StoreRefused, match="has something in it already"):
        copy_store(kept, kept)


def test_a_store_that_was_changed_is_not_copied(kept: str, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{kept}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE rows SET cents = cents + 1"))
    engine.dispose()
    with pytest.raises(StoreRefused, match="does not verify"):
        copy_store(kept, target := str(tmp_path / "copy.db"))
    assert {name: found for name, found in rows(target).items() if found and name != "about"} == {}


def test_the_command_says_what_it_copied(kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["copy-store", kept, str(tmp_path / "copy.db"), "--json"])
    assert left.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"]["movements"] == 2
    with pytest.raises(SystemExit) as left:
        main(["copy-store", str(tmp_path / "kpet.db"), str(tmp_path / "other.db")])
    assert left.value.code == 2
    assert "Did you mean kept.db?" in capsys.readouterr().err
    assert not (tmp_path / "kpet.db").exists()
