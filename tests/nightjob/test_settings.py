"""What a setting holds when it is read: fixed, silent about passwords and accounts, with the user as operator."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from reconcile.nightjob.lock import running_user
from reconcile.nightjob.settings import AccountSettings, Config, StoreSettings

NUMBER = "6200009" + "9001"


def config(folder: Path, url: str = "sqlite:///reconcile.db", numbers: tuple[str, ...] = ()) -> Config:
    data = {
        "inbox": {"folders": ["inbox"]},
        "register": {"campaigns": "campaigns.csv"},
        "store": {"url": url},
        "accounts": {"numbers": list(numbers)},
        "output": {"folder": "out"},
        "matching": {},
        "privacy": {},
    }
    return Config.model_validate(data, context=folder)


def test_the_operator_is_the_user_that_runs_it_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "amina")
    assert config(tmp_path).operator == running_user() == "amina"


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    read = config(tmp_path)
    for part, name in ((read, "operator"), (read.inbox, "settle_seconds"), (read.store, "url")):
        with pytest.raises(ValidationError):
            setattr(part, name, "x")


def test_what_is_shown_has_no_password_and_no_account_number(tmp_path: Path) -> None:
    read = config(tmp_path, "postgresql+psycopg://u:secret@host/name", (NUMBER,))
    assert "secret" not in repr(read) + str(read)
    assert NUMBER not in repr(read) + str(read)


def test_a_refusal_of_pydantic_itself_has_no_password_either(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as refused:
        StoreSettings.model_validate({"url": "mysql:x", "password": "secret"}, context=tmp_path)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql+psycopg://u:p%40x@host:5432/name", "postgres://host/name"])
def test_the_address_of_a_server_stays_as_it_is(url: str, tmp_path: Path) -> None:
    read = config(tmp_path, url)
    assert (read.store.url, read.store_file) == (url, None)


@pytest.mark.parametrize("name", ["plain", "a b", "100%", "a#b", "Büro", "o'brien", "50%25"])
def test_the_file_of_a_store_is_found_in_any_folder(name: str, tmp_path: Path) -> None:
    read = config(tmp_path / name, "sqlite:///data/r.db?timeout=5")
    assert read.store_file == tmp_path / name / "data" / "r.db"
    assert make_url(read.store.url).query == {"timeout": "5"}


def test_an_absolute_path_of_a_store_stays(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere.db"
    assert config(tmp_path / "home", f"sqlite:///{place}").store_file == place


@pytest.mark.parametrize(
    ("numbers", "number", "taken"),
    [
        ((), NUMBER, True),
        ((NUMBER,), NUMBER, True),
        ((NUMBER,), NUMBER[:-1] + "2", False),
        (("0" + NUMBER,), NUMBER, False),
    ],
)
def test_only_the_accounts_named_belong_here(numbers: tuple[str, ...], number: str, taken: bool) -> None:
    assert AccountSettings(numbers=numbers).takes(number) is taken
