"""The settings of a nightly job: read whole with their paths resolved, or refused with every fault in one line."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import ConfigRefused, ReconcileError
from reconcile.nightjob.config import MOST_BYTES, MOST_NAMED, Config, read_config

NUMBER = "6200009" + "9001"
LEAST = """
[inbox]
folders = ["inbox"]
[register]
campaigns = "campaigns.csv"
[store]
url = "sqlite:///reconcile.db"
[output]
folder = "out"
"""
CORRECT = " Correct the file and run again."
SECTIONS = "[inbox], [register], [receipts], [store], [accounts], [output], [matching], [privacy]"
FOLDERS = 'write a list of folders, such as ["inbox"]'
A_FOLDER = 'write the name of a folder, such as "out"'
CAMPAIGNS = 'write the name of a file, such as "campaigns.csv"'
ADDRESS = 'write "sqlite:///reconcile.db", or "postgresql+psycopg://user@host/name"'
SECONDS = "write a whole number of seconds up to a day, such as 60"
NUMBERS = "write each account number in quotes, its digits only"
SHARE = "write a share from 0 up to but not 1, such as 0.005"
YEARS = "write a whole number of years from 1 to 100"
LACKING = [
    f"[register] campaigns is missing: {CAMPAIGNS}",
    f"[store] url is missing: {ADDRESS}",
    f"[output] folder is missing: {A_FOLDER}",
]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "reconcile.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(folder: Path, text: str | bytes) -> Config:
    return read_config(written(folder, text))


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigRefused) as fault:
        read(folder, text)
    assert fault.value.__cause__ is None
    assert fault.value.__context__ is None  # pydantic's error has the values in it
    return str(fault.value)


def inbox(setting: str) -> str:
    return LEAST.replace('folders = ["inbox"]', setting)


def store(address: str) -> str:
    return LEAST.replace("sqlite:///reconcile.db", address)


def test_the_least_that_must_be_said(tmp_path: Path) -> None:
    config = read(tmp_path, LEAST)
    assert config.inbox.folders == (tmp_path / "inbox",)
    assert config.inbox.settle_seconds == 60
    assert (config.registers.campaigns, config.registers.funds) == (tmp_path / "campaigns.csv", None)
    assert config.store_file == tmp_path / "reconcile.db"
    assert config.accounts.numbers == ()
    assert (config.output.folder, config.output.log) == (tmp_path / "out", None)
    assert config.output.report == tmp_path / "report.json"
    assert (config.matching.max_wrong, config.privacy.keep_years) == (0, None)


def test_all_that_may_be_said(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        f"""
operator = " Finance Büro "
inbox = {{ folders = ["a", "../b", "{tmp_path.as_posix()}/c"], settle_seconds = 0 }}
register = {{ campaigns = "x/c.csv", funds = "f.csv" }}
store = {{ url = "sqlite:///data/r.db?timeout=5" }}
accounts = {{ numbers = ["{NUMBER}", "400012******1234"] }}
output = {{ folder = "o", log = "l.jsonl", report = "r.json" }}
matching = {{ max_wrong = 0.005 }}
privacy = {{ keep_years = 7 }}
""",
    )
    assert config.operator == "Finance Büro"
    assert config.inbox.folders == (tmp_path / "a", tmp_path / "../b", tmp_path / "c")
    assert config.inbox.settle_seconds == 0
    assert (config.registers.campaigns, config.registers.funds) == (tmp_path / "x/c.csv", tmp_path / "f.csv")
    assert config.store_file == tmp_path / "data/r.db"
    assert config.store.url.endswith("/data/r.db?timeout=5")
    assert config.accounts.numbers == (NUMBER, "400012******1234")
    assert (config.output.folder, config.output.log) == (tmp_path / "o", tmp_path / "l.jsonl")
    assert config.output.report == tmp_path / "r.json"
    assert (config.matching.max_wrong, config.privacy.keep_years) == (0.005, 7)


def test_paths_begin_in_the_folder_of_the_file_wherever_the_job_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "below").mkdir()
    written(tmp_path / "below", LEAST)
    monkeypatch.chdir(tmp_path)
    config = read_config("below/reconcile.toml")
    assert config.inbox.folders == (tmp_path / "below" / "inbox",)
    assert config.store_file == tmp_path / "below" / "reconcile.db"


def test_a_mark_in_front_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode()).inbox.settle_seconds == 60


EACH_FAULT = {
    "nothing": ("", [f"[inbox] folders is missing: {FOLDERS}", *LACKING]),
    "no section": ("inbox = 3", ["inbox is 3: write it as a section, [inbox]", *LACKING]),
    "sections as a list": ("[[inbox]]", ["inbox is a list: write it as a section, [inbox]", *LACKING]),
    "one folder": (inbox('folders = "inbox"'), [f'[inbox] folders is "inbox": {FOLDERS}']),
    "no folder": (inbox("folders = []"), [f"[inbox] folders is an empty list: {FOLDERS}"]),
    "unfit folders": (
        inbox('folders = ["a", " ", 3, "b\\u0000"]'),
        [
            f'[inbox] folders, entry 2, is " ": {FOLDERS}',
            f"[inbox] folders, entry 3, is 3: {FOLDERS}",
            f'[inbox] folders, entry 4, is "b\N{REPLACEMENT CHARACTER}": {FOLDERS}',
        ],
    ),
    "seconds as text": (
        inbox('folders = ["inbox"]\nsettle_seconds = "soon"'),
        [f'[inbox] settle_seconds is "soon": {SECONDS}'],
    ),
    "seconds as a list": (
        inbox('folders = ["inbox"]\nsettle_seconds = [1]'),
        [f"[inbox] settle_seconds is a list: {SECONDS}"],
    ),
    "seconds as a section": (
        inbox('folders = ["inbox"]\nsettle_seconds.a = 1'),
        [f"[inbox] settle_seconds is a section: {SECONDS}"],
    ),
    "half seconds": (
        inbox('folders = ["inbox"]\nsettle_seconds = 0.5'),
        [f"[inbox] settle_seconds is 0.5: {SECONDS}"],
    ),
    "seconds before": (inbox('folders = ["i"]\nsettle_seconds = -1'), [f"[inbox] settle_seconds is -1: {SECONDS}"]),
    "over a day": (inbox('folders = ["i"]\nsettle_seconds = 86401'), [f"[inbox] settle_seconds is 86401: {SECONDS}"]),
    "a huge number": (
        inbox(f'folders = ["inbox"]\nsettle_seconds = 0x{"f" * 5000}'),
        [f"[inbox] settle_seconds is a very large number: {SECONDS}"],
    ),
    "a misspelt setting": (
        inbox('folders = ["i"]\nsettle_second = 1'),
        ["[inbox] settle_second is not known: [inbox] has folders, settle_seconds"],
    ),
    "campaigns as a list": (
        LEAST.replace('"campaigns.csv"', '["campaigns.csv"]'),
        [f"[register] campaigns is a list: {CAMPAIGNS}"],
    ),
    "empty funds": (
        LEAST.replace("[store]", 'funds = ""\n[store]'),
        ['[register] funds is "": write the name of a file, such as "funds.csv", or nothing at all'],
    ),
    "another database": (store("mysql://amina:secret@host/name"), [f'[store] url is "mysql:…": {ADDRESS}']),
    "no address": (store("reconcile.db"), [f'[store] url is "reconcile.db": {ADDRESS}']),
    "half an address": (store("postgresql://u:secret@h:x/n"), [f'[store] url is "postgresql:…": {ADDRESS}']),
    "a server without a name": (store("postgresql://u:secret@h"), [f'[store] url is "postgresql:…": {ADDRESS}']),
    "an address over two lines": (store("postgresql:x\\nsecret"), [f'[store] url is "postgresql:…": {ADDRESS}']),
    "no file": (store("sqlite://"), [f'[store] url is "sqlite://": {ADDRESS}']),
    "memory": (store("sqlite:///:memory:"), [f'[store] url is "sqlite:///:memory:": {ADDRESS}']),
    "a file as an address": (
        store("sqlite:///file:x?uri=true"),
        [f'[store] url is "sqlite:///file:x?uri=true": {ADDRESS}'],
    ),
    "an address as a number": (LEAST.replace('"sqlite:///reconcile.db"', "5"), [f"[store] url is 5: {ADDRESS}"]),
    "account numbers": (
        LEAST + f'[accounts]\nnumbers = [{NUMBER}, "x", "{NUMBER}x", true]',
        [
            f"[accounts] numbers, entry 1, is …9001: {NUMBERS}",
            f'[accounts] numbers, entry 2, is "x": {NUMBERS}',
            f'[accounts] numbers, entry 3, is "…9001x": {NUMBERS}',
            f"[accounts] numbers, entry 4, is true: {NUMBERS}",
        ],
    ),
    "one account": (LEAST + f'[accounts]\nnumbers = "{NUMBER}"', [f'[accounts] numbers is "…9001": {NUMBERS}']),
    "an empty log": (
        LEAST + 'log = ""',
        ['[output] log is "": write the name of a file, such as "reconcile.log.jsonl", or nothing at all'],
    ),
    "a day as report": (
        LEAST + "report = 2026-01-05",
        ['[output] report is 2026-01-05: write the name of a file, such as "report.json"'],
    ),
    "all wrong": (LEAST + "[matching]\nmax_wrong = 1", [f"[matching] max_wrong is 1: {SHARE}"]),
    "less than none": (LEAST + "[matching]\nmax_wrong = -0.1", [f"[matching] max_wrong is -0.1: {SHARE}"]),
    "no share": (LEAST + "[matching]\nmax_wrong = nan", [f"[matching] max_wrong is nan: {SHARE}"]),
    "yes": (LEAST + "[matching]\nmax_wrong = true", [f"[matching] max_wrong is true: {SHARE}"]),
    "two sections": (
        LEAST + "[matching]\nmax_wrong = 2\n[privacy]\nkeep_years = 0",
        [f"[matching] max_wrong is 2: {SHARE}", f"[privacy] keep_years is 0: {YEARS}"],
    ),
    "no year": (LEAST + "[privacy]\nkeep_years = 0", [f"[privacy] keep_years is 0: {YEARS}"]),
    "a year in halves": (LEAST + "[privacy]\nkeep_years = 1.0", [f"[privacy] keep_years is 1.0: {YEARS}"]),
    "too many years": (LEAST + "[privacy]\nkeep_years = 101", [f"[privacy] keep_years is 101: {YEARS}"]),
    "operator too late": (
        LEAST + 'operator = "Amina"',
        ["[output] operator is not known: write operator above the first section"],
    ),
    "no operator": ('operator = ""' + LEAST, ['operator is "": write a name in quotes, of up to 100 letters']),
    "operator on two lines": (
        'operator = "a\\nb"' + LEAST,
        ['operator is "a\N{REPLACEMENT CHARACTER}b": write a name in quotes, of up to 100 letters'],
    ),
    "a long operator": (
        f'operator = "{"a" * 101}"' + LEAST,
        [f'operator is "{"a" * 59}…": write a name in quotes, of up to 100 letters'],
    ),
    "unknown at the top": ('colour = "x"' + LEAST, [f"colour is not known: there are operator and {SECTIONS}"]),
    "an unknown section": (LEAST + "[inboxes]", [f"inboxes is not known: there are operator and {SECTIONS}"]),
    "a number as a setting": (
        f"{NUMBER} = 1" + LEAST,
        [f"…9001 is not known: there are operator and {SECTIONS}"],
    ),
    "ours by another name": (
        LEAST + "[registers]",
        [f"registers is not known: there are operator and {SECTIONS}"],
    ),
}


@pytest.mark.parametrize(("text", "faults"), EACH_FAULT.values(), ids=EACH_FAULT)
def test_each_fault_names_the_setting_what_stood_there_and_what_to_write(
    text: str, faults: list[str], tmp_path: Path
) -> None:
    said = f"{len(faults)} faults: " * (len(faults) > 1) + "; ".join(faults)
    assert refused(tmp_path, text) == f"reconcile.toml: {said}.{CORRECT}"


def test_a_line_names_at_most_twenty_faults(tmp_path: Path) -> None:
    message = refused(tmp_path, inbox(f"folders = [{'1, ' * 50}]"))
    assert message.startswith("reconcile.toml: 50 faults: ")
    assert message.count(FOLDERS) == MOST_NAMED
    assert message.endswith(f"; and 30 more.{CORRECT}")
    message = refused(tmp_path, inbox(f"folders = [{', '.join('1' * MOST_NAMED)}]"))
    assert message.count(FOLDERS) == MOST_NAMED
    assert "more" not in message


@pytest.mark.parametrize(("seconds", "years", "letters"), [(0, 1, 1), (86_400, 100, 100)])
def test_the_bounds_themselves_are_fit(seconds: int, years: int, letters: int, tmp_path: Path) -> None:
    text = inbox(f'folders = ["inbox"]\nsettle_seconds = {seconds}') + f"[privacy]\nkeep_years = {years}"
    config = read(tmp_path, f'operator = "{"a" * letters}"\n' + text)
    assert (config.inbox.settle_seconds, config.privacy.keep_years) == (seconds, years)
    assert len(config.operator) == letters


def test_a_list_of_unfit_entries_is_not_called_too_short_as_well(tmp_path: Path) -> None:
    message = refused(tmp_path, inbox("folders = [3]"))
    assert message == f"reconcile.toml: [inbox] folders, entry 1, is 3: {FOLDERS}.{CORRECT}"


def outside(label: str) -> str:
    return f'{label} lies in the inbox "inbox": name a place outside it'


PATHS_IN_THE_WAY = {
    "a folder twice": (
        inbox('folders = ["inbox", "./inbox"]'),
        ['[inbox] folders has "inbox" twice: name each folder once'],
    ),
    "workbooks into the inbox": (LEAST.replace('"out"', '"inbox"'), [outside("[output] folder")]),
    "workbooks below the inbox": (LEAST.replace('"out"', '"x/../inbox/a/b"'), [outside("[output] folder")]),
    "everything in it": (
        LEAST.replace('"campaigns.csv"', '"inbox/c.csv"\nfunds = "inbox/f.csv"')
        .replace("///reconcile.db", "///inbox/r.db")
        .replace('"out"', '"o"\nlog = "inbox/l"\nreport = "inbox/r"'),
        [
            outside(label)
            for label in ("[register] campaigns", "[register] funds", "[store] url", "[output] log", "[output] report")
        ],
    ),
    "the settings in it": (
        """
inbox.folders = ["."]
register.campaigns = "../campaigns.csv"
store.url = "sqlite:///../reconcile.db"
output = { folder = "../out", report = "../report.json" }
""",
        [outside("this file")],
    ),
    "one file for two": (
        LEAST + 'log = "a"\nreport = "./a"',
        ["[output] log and [output] report are the same: give each a name of its own"],
    ),
    "the settings overwritten": (
        LEAST + 'report = "reconcile.toml"',
        ["this file and [output] report are the same: give each a name of its own"],
    ),
    "a name that only begins alike": (LEAST.replace('"out"', '"inbox2"'), []),
}


@pytest.mark.parametrize(("text", "faults"), PATHS_IN_THE_WAY.values(), ids=PATHS_IN_THE_WAY)
def test_no_file_of_ours_lies_in_the_inbox_and_no_two_are_one(text: str, faults: list[str], tmp_path: Path) -> None:
    home = tmp_path / "inbox"
    home.mkdir()
    if not faults:
        assert read(home, text)
        return
    said = f"{len(faults)} faults: " * (len(faults) > 1) + "; ".join(faults)
    assert refused(home, text) == f"reconcile.toml: {said}.{CORRECT}"


def test_a_link_does_not_hide_that_a_place_lies_in_the_inbox(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "out").symlink_to("inbox")
    assert outside("[output] folder") in refused(tmp_path, LEAST)


NOT_READ = {
    "no key": ("\na", "reconcile.toml: is no TOML: "),
    "a line": ("\n\nx = \n", "reconcile.toml, line 3: is no TOML: Invalid value. Correct the line"),
    "a section twice": ("[a]\n[a]\n", "reconcile.toml, line 2: is no TOML: Cannot declare"),
    "a number": (f"[{NUMBER}]\n[{NUMBER}]\n", "is no TOML: Cannot declare ('…9001',) twice"),
    "a Windows path": ('a = "C:\\users"', "reconcile.toml, line 1: is no TOML: "),
    "nested": (f"a = {'[' * 5000}", "reconcile.toml: is no TOML: "),
    "digits": (f"a = {'9' * 5000}", "reconcile.toml: is no TOML: Exceeds the limit"),
    "Windows-1252": (b"a = 1\n# B\xfcro", "reconcile.toml, line 2: is not written in UTF-8. Save it as UTF-8."),
    "UTF-16": (LEAST.encode("utf-16"), "reconcile.toml, line 1: is not written in UTF-8."),
    "a large file": (b"#" * (MOST_BYTES + 1), "reconcile.toml: has over 1,000,000 bytes. Name the file with"),
}


@pytest.mark.parametrize(("content", "message"), NOT_READ.values(), ids=NOT_READ)
def test_what_is_no_toml_is_refused_with_its_line(content: str | bytes, message: str, tmp_path: Path) -> None:
    assert message in refused(tmp_path, content)


def test_the_largest_file_is_still_read(tmp_path: Path) -> None:
    assert read(tmp_path, LEAST.encode() + b"#" * (MOST_BYTES - len(LEAST)))


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigRefused, match=r"^no\.toml: is not there\. Name the settings with --config, or make .* reconcile init\.$"
    ):
        read_config(tmp_path / "no.toml")
    with pytest.raises(ConfigRefused, match=r": cannot be read \(.+\)\. Check the name and the rights\.$"):
        read_config(tmp_path)


def test_a_file_without_the_right_to_read_it(tmp_path: Path) -> None:
    path = written(tmp_path, LEAST)
    no_right = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with (
        mock.patch.object(Path, "open", side_effect=no_right),
        pytest.raises(ConfigRefused, match=r"^reconcile\.toml: cannot be read \(Permission denied\)\."),
    ):
        read_config(path)


def values() -> st.SearchStrategy[str]:
    """Values as TOML has them, fit or not."""
    texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=8).map(
        lambda text: '"' + "".join(f"\\U{ord(c):08X}" for c in text) + '"'
    )
    plain = st.one_of(st.integers().map(str), st.floats().map(str), st.sampled_from(["true", "2026-01-05"]), texts)
    return st.one_of(plain, st.lists(plain, max_size=3).map(lambda items: f"[{', '.join(items)}]"))


SETTINGS = ["folders", "settle_seconds", "campaigns", "funds", "url", "numbers", "folder", "log", "report"]
SETTINGS += ["max_wrong", "keep_years", "other"]
SETTING = st.tuples(st.sampled_from(SETTINGS), values())


def parts() -> Iterator[st.SearchStrategy[str]]:
    for name in ("inbox", "register", "store", "accounts", "output", "matching", "privacy"):
        settings = st.lists(SETTING, max_size=3, unique_by=lambda pair: pair[0])
        yield settings.map(lambda pairs, name=name: f"[{name}]\n" + "\n".join(f"{k} = {v}" for k, v in pairs) + "\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whatever")


@given(text=st.tuples(*parts()).map("".join))
def test_whatever_stands_there_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = written(tmp_path_factory.getbasetemp(), text)
    try:
        read_config(path)
    except ReconcileError as fault:
        assert type(fault) is ConfigRefused
        assert len(str(fault).splitlines()) == 1
        assert str(fault).startswith("reconcile.toml: ")
