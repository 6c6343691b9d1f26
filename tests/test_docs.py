"""What the pages show runs: their Python, their commands, and the tables that commands print."""

from __future__ import annotations

import argparse
import os
import re
import runpy
import shlex
import shutil
import time
from dataclasses import fields
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from reconcile import Store, __all__, explain, read_campaigns, read_funds
from reconcile.cli import main, parser
from reconcile.nightjob.config import Config
from reconcile.nightly import FileOutcome, RunReport
from reconcile.schema import (
    CHANGES,
    CONFLICTS,
    DECIDED_LATER,
    DECISIONS,
    GAPS,
    GIFTS,
    LINKS,
    MATCHES,
    PAYOUT_LINES,
    PAYOUTS,
    RECEIPTS,
    REVERSALS,
    REVIEWED,
    SET_ASIDE,
    SETTLEMENTS,
    TRANSACTIONS,
)

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture
def beside_the_samples(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "sample_statements", tmp_path / "sample_statements")
    monkeypatch.chdir(tmp_path)


EXAMPLE = re.compile(r"```(sh|python)\n(.*?)```(?:\n\n```text\n(.*?)```)?", flags=re.DOTALL)
"""Code that runs, and what the page says that it shows."""


def run_line(line: str) -> None:
    """Run what a page would have its reader type; commands of the machine that are not ours are left out."""
    words = shlex.split(line, comments=True)
    match words:
        case ["cd", folder]:
            os.chdir(folder)
        case ["cp", "-p", name, target]:
            copy = Path(shutil.copy(name, target))
            os.utime(copy, (copy.stat().st_atime, time.time() - 3600))  # as one that was downloaded earlier
        case ["rm", name]:
            Path(name).unlink()
        case ["reconcile", *arguments]:
            expected = re.search(r"# exit code (\d)$", line)
            with pytest.raises(SystemExit) as left:
                main(arguments)
            assert left.value.code == (int(expected[1]) if expected else 0), line


def settled(text: str) -> str:
    """The text without what differs from day to day and from store to store."""
    text = text.replace(str(datetime.now(UTC).date()), "2018-10-02")
    return re.sub(r"\b[0-9a-f]{16}\b", "a hash", text)


@pytest.mark.parametrize("page", [p for p in PAGES if EXAMPLE.search(p.read_text("utf-8"))], ids=lambda p: p.name)
def test_a_page_runs_top_to_bottom_and_shows_what_it_says(page, beside_the_samples, capsys):
    names: dict[str, object] = {}
    for language, code, shown in EXAMPLE.findall(page.read_text(encoding="utf-8")):
        if language == "python":
            exec(compile(code, page.name, "exec"), names)
        else:
            for line in code.splitlines():
                run_line(line)
        assert settled(shown) in settled(capsys.readouterr().out)


SHOWN = [
    pytest.param(command, output, id=f"{page.name}:{command[:60]}")
    for page in PAGES
    for command, output in re.findall(
        r"```sh\n(reconcile explain [^\n]*)\n```\n\n```text\n(.*?)```",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
]


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_an_explanation_on_a_page_is_what_the_command_prints(command, output, beside_the_samples, capsys):
    with pytest.raises(SystemExit):
        main(shlex.split(command)[1:])
    assert capsys.readouterr().out == output


SECTION = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").split("## Examples")[1].split("\n## ")[0]
EXAMPLES = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| (.+) \|$", SECTION, flags=re.MULTILINE)


@pytest.mark.parametrize(("text", "decision", "why"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_an_example_of_a_decision_is_decided_so(text, decision, why):
    samples = ROOT / "sample_statements"
    campaigns, funds = read_campaigns(samples / "campaigns.csv"), read_funds(samples / "funds.csv")
    found = explain(text, campaigns, funds=funds, money_out=text.startswith("#"))
    made = found.outcome.decision
    assert (dict(found.facts())["Decision"], made.reason or made.evidence) == (decision, why)


def test_the_page_has_its_examples():
    assert len(SHOWN) >= 1
    assert len(EXAMPLES) >= 15


def test_the_commands_of_the_readme_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    wanted = re.findall(r"^make (\w+)", "\n".join(blocks(ROOT / "README.md", "sh")), flags=re.MULTILINE)
    assert wanted == ["run", "notebooks", "test"]
    for target in wanted:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


FRAMES = [
    TRANSACTIONS,
    MATCHES,
    SET_ASIDE,
    GAPS,
    CONFLICTS,
    DECIDED_LATER,
    REVERSALS,
    DECISIONS,
    CHANGES,
    REVIEWED,
    RECEIPTS,
    PAYOUTS,
    GIFTS,
    PAYOUT_LINES,
    LINKS,
    SETTLEMENTS,
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: f.name)
def test_every_column_of_a_frame_is_in_the_reference(frame):
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for column in frame.columns:
        assert f"| `{column.name}` | {column.kind}" in reference, column.name
        assert column.meaning in reference, column.name


def test_every_error_is_in_the_reference():
    from reconcile import errors

    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    tree = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.ReconcileError)]
    for kind in tree:
        assert f"`{kind.__name__}`" in reference


def section(heading: str) -> str:
    """A section of the reference."""
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    return reference.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_every_public_name_is_in_the_reference():
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert [name for name in __all__ if not re.search(rf"`{name}\b", reference)] == []


def test_every_method_of_a_store_is_in_the_reference():
    methods = [name for name in dir(Store) if not name.startswith("_")]
    told = section("The store")
    assert [name for name in methods if f"`{name}(" not in told] == []


def test_every_field_of_a_run_is_in_the_reference():
    told = section("The nightly job from Python")
    names = [field.name for field in (*fields(RunReport), *fields(FileOutcome))]
    assert [name for name in [*names, "exit_code"] if f"`{name}`" not in told] == []


def test_every_setting_is_in_the_reference():
    told = section("Settings of the nightly job")
    for name, field in Config.model_fields.items():
        if name == "operator":
            assert "| `operator` " in told
            continue
        for setting in field.annotation.model_fields:
            assert f"| `[{field.alias or name}] {setting}` " in told, setting


def test_every_command_is_in_the_reference():
    told = section("Commands")
    choices = next(a.choices for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert [name for name in choices if not re.search(rf"`{name}\b", told)] == []


def test_the_figures_in_the_docs_are_those_measured_today(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    page = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    assert import_module("measure_labelled").table() in page
    assert runpy.run_path(str(ROOT / "benchmarks" / "measure_rules.py"))["doubts"]().rstrip() in page


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_no_page_was_left_unfinished(page):
    assert not re.search(r"@@|TODO|FIXME|XXX", page.read_text(encoding="utf-8"))


def test_the_rooms_that_contributors_read_of_are_those_that_are_held_to():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = [set(line.split("  ")[0].split(", ")) for line in re.findall(r"^    (.+)$", page, flags=re.MULTILINE)]
    assert told == runpy.run_path(str(ROOT / "tests" / "test_structure.py"))["LEVELS"]


SITE = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)")
FENCED = re.compile(r"^```.*?^```", flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as its readers' programs make them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def astray(page: Path, text: str) -> list[str]:
    """The links of a page's text that lead to no file, or to no heading of it."""
    found = []
    for link, anchor in LINK.findall(FENCED.sub("", text)):
        target = page.parent / link if link else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(f"{link}#{anchor}")
    return found


@pytest.mark.parametrize("page", SITE, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page):
    assert astray(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[the store](store.md)", 0),
        ("[the journal](store.md#the-journal)", 0),
        ("[gone](stores.md)", 1),
        ("[gone](store.md#the-diary)", 1),
        ("[gone](#the-diary)", 1),
        ("```text\n[gone](stores.md)\n```", 0),
    ],
)
def test_a_link_that_leads_nowhere_would_be_seen(text, found):
    assert len(astray(ROOT / "docs" / "index.md", text)) == found


def test_the_pictures_are_small_and_each_is_shown():
    shown = "".join(page.read_text(encoding="utf-8") for page in SITE)
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture.name in shown
        assert picture.stat().st_size < 150 * 1024, picture.name


def test_the_readme_is_one_screen():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 50


def test_every_page_stands_once_in_the_navigation_of_the_site():
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r"([\w/.-]+\.md)$", settings.split("\nnav:\n")[1].split("\n\n")[0], flags=re.MULTILINE)
    pages = [page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")]
    assert sorted(listed) == sorted([*pages, "CHANGELOG.md", "CONTRIBUTING.md"])


def test_every_public_name_has_its_docstring_on_the_page_of_names():
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^::: reconcile\.(\w+)$", page, flags=re.MULTILINE)) == sorted(__all__)
