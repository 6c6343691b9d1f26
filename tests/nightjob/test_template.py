"""`reconcile init`: settings that can be read at once, for this user alone, and nothing that was there touched."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from unittest import mock

import pytest

from reconcile.campaigns import read_campaigns
from reconcile.errors import ConfigRefused
from reconcile.nightjob import template
from reconcile.nightjob.config import read_config
from reconcile.nightjob.template import write_template

NAMES = ["inbox", "out", "campaigns.csv", "reconcile.toml"]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_all_that_a_nightly_job_needs_is_made(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    assert write_template(home) == [home / name for name in NAMES]
    assert names(home) == set(NAMES)


def test_the_settings_are_read_and_name_what_was_made(tmp_path: Path) -> None:
    write_template(tmp_path)
    config = read_config(tmp_path / "reconcile.toml")
    assert config.inbox.folders == (tmp_path / "inbox",)
    assert config.output.folder == tmp_path / "out"
    assert config.output.log == tmp_path / "reconcile.log.jsonl"
    assert config.store_file == tmp_path / "reconcile.db"
    register = read_campaigns(config.registers.campaigns)
    assert register.codes == ("EXAMPLE",)
    assert register["EXAMPLE"].closes is not None  # long ago, so that no gift is credited to an example


def test_the_settings_left_out_may_be_taken_in_as_they_stand(tmp_path: Path) -> None:
    write_template(tmp_path)
    path = tmp_path / "reconcile.toml"
    text, count = re.subn(r"^# (?=(?:operator|funds|keep_years) = )", "", path.read_text("utf-8"), flags=re.MULTILINE)
    assert count == 3
    path.write_text(text, "utf-8")
    config = read_config(path)
    assert (config.operator, config.registers.funds) == ("Finance office", tmp_path / "funds.csv")
    assert config.privacy.keep_years == 7


def test_every_setting_stands_in_it_with_a_comment(tmp_path: Path) -> None:
    write_template(tmp_path)
    text = (tmp_path / "reconcile.toml").read_text("utf-8")
    config = read_config(tmp_path / "reconcile.toml")
    for section in (f.alias or n for n, f in type(config).model_fields.items() if n != "operator"):
        assert f"[{section}]\n#" in text
    for name in ("inbox", "registers", "store", "accounts", "output", "matching", "privacy"):
        for setting in type(getattr(config, name)).model_fields:
            assert re.search(rf"^(?:# )?{setting} = ", text, re.MULTILINE), setting


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_all_of_it_is_for_this_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = write_template(tmp_path / "home")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "home", *made]}
    assert modes == {"home": 0o700, "inbox": 0o700, "out": 0o700, "campaigns.csv": 0o600, "reconcile.toml": 0o600}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_there_is_overwritten(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigRefused) as refused:
        write_template(tmp_path)
    assert str(refused.value) == f"{tmp_path}: {name} is there already. Nothing was written. Name another folder."
    assert names(tmp_path) == {name}
    assert (tmp_path / name).read_text() == "mine"


def test_all_that_is_there_is_named_links_to_nothing_too(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "reconcile.toml").symlink_to("nowhere")
    with pytest.raises(ConfigRefused, match=r": inbox, reconcile\.toml are there already\."):
        write_template(tmp_path)
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_comes_in_between_is_not_overwritten_and_ours_are_taken_back(tmp_path: Path) -> None:
    make = template._make

    def slowly(place: Path, content: str | None, made: list[Path]) -> None:
        if place.name == "reconcile.toml":
            place.write_text("mine")
        make(place, content, made)

    with mock.patch.object(template, "_make", slowly), pytest.raises(ConfigRefused, match="cannot be written"):
        write_template(tmp_path)
    assert names(tmp_path) == {"reconcile.toml"}
    assert (tmp_path / "reconcile.toml").read_text() == "mine"


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with mock.patch.object(os, "fdopen", side_effect=full), pytest.raises(ConfigRefused) as refused:
        write_template(tmp_path)
    assert f"{tmp_path}: cannot be written (No space left on device). None of it was left" in str(refused.value)
    assert names(tmp_path) == set()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("mine")
    with pytest.raises(ConfigRefused, match="cannot be written"):
        write_template(tmp_path / "home")
    assert (tmp_path / "home").read_text() == "mine"
