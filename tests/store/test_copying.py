"""A store copied to another place: every row, the same head, all of it or nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from gifts import close, gift, put
from servers import Fresh

from reconcile.cli import main
from reconcile.errors import StoreRefused
from reconcile.store import copy_store, open_store, verify_store
from reconcile.store.tables import METADATA, SCHEMA_VERSION


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


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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
        copy_store(kept, str(tmp_path / "copy.db"))
    assert files(tmp_path) == ["kept.db"]
    (tmp_path / "copy.db").touch()
    with pytest.raises(StoreRefused, match="does not verify"):
        copy_store(kept, target := str(tmp_path / "copy.db"))
    assert {name: found for name, found in rows(target).items() if found and name != "about"} == {}


def older(path: str) -> bytes:
    """Make it a store as the first version wrote it; what its file has then."""
    new = ("settled_pairs", "settlements", "kept_links", "open_items", "receipts", "payouts", "book_files")
    new += ("gift_days", "payout_lines")
    with closing(sqlite3.connect(path)) as store:
        for name in new:
            store.execute(f"DROP TABLE {name}")
        store.execute("UPDATE about SET value = '1' WHERE name = 'schema_version'")
        store.commit()
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    return Path(path).read_bytes()


def test_an_older_store_is_verified_and_copied_and_left_as_it_is(kept: str, tmp_path: Path) -> None:
    before = older(kept)
    found = verify_store(kept)
    assert found.holds
    copied = copy_store(kept, target := str(tmp_path / "copy.db"))
    assert (copied.events, copied.head) == (found.events, found.head)
    assert files(tmp_path) == ["copy.db", "kept.db"]
    assert Path(kept).read_bytes() == before
    assert ("schema_version", str(SCHEMA_VERSION)) in rows(target)["about"]
    with open_store(kept) as store:
        assert store.verify() == found
    assert ("schema_version", str(SCHEMA_VERSION)) in rows(kept)["about"]


def test_an_empty_store_is_none_that_holds(tmp_path: Path) -> None:
    (empty := tmp_path / "empty.db").touch()
    with pytest.raises(StoreRefused, match="is empty: nothing was ever put into it"):
        verify_store(str(empty))
    with pytest.raises(StoreRefused, match="is empty"):
        copy_store(str(empty), str(tmp_path / "copy.db"))
    assert empty.stat().st_size == 0
    open_store(begun := tmp_path / "begun.db").shut()
    with pytest.raises(StoreRefused, match="is empty"):
        verify_store(str(begun))
    assert files(tmp_path) == ["begun.db", "empty.db"]


def test_a_store_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="cannot be opened"):
        verify_store(str(tmp_path / "none.db"))
    with pytest.raises(StoreRefused, match="cannot be opened"):
        copy_store(str(tmp_path / "none.db"), str(tmp_path / "copy.db"))
    assert files(tmp_path) == []


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
