"""The project around the code: nothing personal, nothing of one machine, versions pinned, no campaign in the code."""

from __future__ import annotations

import csv
import re
import subprocess
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from reconcile.campaigns import compared, default_funds

ROOT = Path(__file__).parents[1]
GENERATED = {".git", ".venv", "out", "site", "build", "dist", "__pycache__", ".ipynb_checkpoints"}
GENERATED |= {".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache"}

INVENTED_NUMBERS = {
    "62000012345",  # the accounts of the sample statements
    "62000067890",
    "0820000000",  # cell and terminal numbers of the bank's samples
    "04000000001",
    *(f"62000099{n:03d}" for n in range(1, 10)),  # accounts of the tests
}
INVENTED_PHONE = re.compile(r"(0|27)[678][0-9]55501[0-9]{2}")
"""Cell numbers as films use them: 555 01xx after any network's prefix."""

NOBODYS = re.compile(r"(?P<digit>[0-9])(?P=digit)+|10+|0123456789")
"""Limits of a number's size, and the digits themselves."""

DATED = re.compile(r"20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{5,6}")
"""A day with a time or a count after it, as OFX writes moments (YYYYMMDDHHMMSS) and transaction ids."""

A_KIND = re.compile("|".join(kind.pattern for kind in (INVENTED_PHONE, NOBODYS, DATED)))

DIGEST = re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{32,64}(?![0-9a-z])")
"""A hash in hex, which may hold a run of digits by chance."""

LONG_NUMBER = re.compile(r"(?<![0-9])[0-9]{10,16}(?![0-9])")

OF_A_MACHINE = re.compile(
    r"(?<![\w.~-])/(?:work|farm|home|Users|root|tmp/[a-z])\b(?!\.)"
    r"|-{2}(?:extra-)?index-url|-{2}find[-]links|-{2}trusted-host"
    r"|PIP_(?:EXTRA_)?INDEX_URL|pypi\.org/simple|files\.pythonhosted\.org",
)


@cache
def tracked() -> list[Path]:
    """The files of the project: as git has them (new ones too), or as they lie there where git is not at hand."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        names = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [p for p in ROOT.rglob("*") if not GENERATED & set(p.relative_to(ROOT).parts)]
    return sorted(p for p in paths if p.is_file() and not p.is_symlink())


@cache
def texts() -> list[tuple[str, str]]:
    """Name and text of every text file, and of every text inside a ZIP."""
    found: list[tuple[str, str]] = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if zipfile.is_zipfile(path):
            found += [(f"{name}:{member}", text) for member, text in members(path)]
        elif b"\0" not in path.read_bytes()[:8000]:
            found.append((name, path.read_text(encoding="utf-8", errors="replace")))
    return found


def members(path: Path) -> Iterator[tuple[str, str]]:
    """The members of a ZIP as text, but for those made to be unreadable: encrypted, damaged, or far too large."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.file_size < 10_000_000 and not member.flag_bits & 1:
                with suppress(zipfile.BadZipFile, NotImplementedError, zlib.error):
                    yield member.filename, archive.read(member).decode("latin-1")


def places(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for hit in pattern.finditer(line):
            yield number, hit.group()


def long_numbers(text: str) -> list[tuple[int, str]]:
    found = places(LONG_NUMBER, DIGEST.sub("", text))
    return [(line, hit) for line, hit in found if hit not in INVENTED_NUMBERS and not A_KIND.fullmatch(hit)]


def test_no_long_number_but_the_invented_ones() -> None:
    found = {name: long_numbers(text) for name, text in texts()}
    assert {name: hits[:5] for name, hits in found.items() if hits} == {}


def test_nothing_points_to_one_machine_or_one_registry() -> None:
    own = Path(__file__).relative_to(ROOT).as_posix()
    found = {name: list(places(OF_A_MACHINE, text)) for name, text in texts() if name != own}
    assert {name: hits[:5] for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("62000012345", 0),
        ("0825550118", 0),
        ("082555" + "1118", 1),
        ("account " + "6200001" + "2346", 1),
        ("card 40001234" + "12341234", 1),
        ("12345678901234567", 0),
        ("2018-09-01", 0),
        ("20181001064512", 0),
        ("201899" + "01064512", 1),
        ("01234567" * 7 + "beef0000", 0),
    ],
)
def test_a_long_number_would_be_seen(line: str, found: int) -> None:
    assert len(long_numbers(line)) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [  # put together here, so that this page names none itself
        ("see /" + "work/main", 1),
        ("/" + "home/amina/x.csv", 1),
        ("--" + "index-url x", 1),
        ("in the work/life", 0),
        ("/tmp", 0),
    ],
)
def test_a_path_of_a_machine_would_be_seen(line: str, found: int) -> None:
    assert len(list(places(OF_A_MACHINE, line))) == found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {normal(name): version for name, version in pins}


def required(requirement: str) -> str:
    return normal(re.split(r"[\s\[<>=!~;(]", requirement, maxsplit=1)[0])


@cache
def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    return {required(r) for group in [*groups, project["build-system"]["requires"]] for r in group}


def test_every_declared_dependency_is_pinned() -> None:
    assert declared() - set(pinned()) == set()


def test_everything_the_dependencies_need_is_pinned() -> None:
    """Followed through what is installed here; needs that only other extras or old Pythons have do not count."""
    open_names, seen = set(declared()), set(declared())
    while open_names:
        try:
            needs = metadata.requires(open_names.pop()) or []
        except metadata.PackageNotFoundError:
            continue
        new = {required(n) for n in needs if not re.search(r"extra\s*==|python(?:_full)?_version\s*<|pypy", n)} - seen
        seen |= new
        open_names |= new
    assert seen - set(pinned()) == set()


def test_what_is_installed_is_what_is_pinned() -> None:
    installed = {normal(d.name): d.version for d in metadata.distributions()}
    assert {n: v for n, v in pinned().items() if installed.get(n, v) != v and n in declared()} == {}


@cache
def campaign_words() -> tuple[set[str], set[str]]:
    """Codes and names of the sample register that only a register may hold: no fund words, no ordinary English."""
    fund_words = {compared(s) for fund in default_funds() for s in fund.spellings}
    general = {"general", "wells", "waterwell", "boreholes", "handpump"}
    with (ROOT / "sample_statements" / "campaigns.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {n for row in rows for n in [row["name"], *row["aliases"].split("|")] if n}
    return {row["code"] for row in rows}, {n for n in names if compared(n) not in fund_words | general}


def campaigns_in(text: str) -> list[tuple[int, str]]:
    codes, names = campaign_words()
    either = [
        r"\b(?:" + "|".join(sorted(codes)) + r")\b",
        r"(?i:\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b)",
    ]
    return list(places(re.compile("|".join(either)), text))


def test_no_campaign_is_written_into_the_code() -> None:
    code = [(name, text) for name, text in texts() if name.startswith("src/") and name.endswith((".py", ".csv"))]
    found = {name: campaigns_in(text) for name, text in code}
    assert {name: hits[:5] for name, hits in found.items() if hits} == {}
    assert len(code) > 10


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('if code == "IDB":', 1),
        ("# as in idlib zakat", 1),
        ("Yemen Crisis", 1),
        ("idb = 3", 0),
        ("qurbani, general", 0),
    ],
)
def test_a_campaign_in_the_code_would_be_seen(line: str, found: int) -> None:
    assert len(campaigns_in(line)) == found


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", ".ci/run"])
def test_the_project_has_its_pages(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip()
