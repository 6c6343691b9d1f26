"""What the pages show runs: their Python, their commands, and the tables that commands print."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from pathlib import Path

import pytest

from reconcile import explain, read_campaigns, read_funds
from reconcile.cli import main
from reconcile.schema import CONFLICTS, GAPS, MATCHES, SET_ASIDE, TRANSACTIONS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture
def beside_the_samples(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "sample_statements", tmp_path / "sample_statements")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=lambda p: p.name)
def test_the_python_of_a_page_runs_top_to_bottom(page, beside_the_samples, capsys):
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), names)


COMMANDS = [
    pytest.param(line, id=f"{page.name}:{line.split()[1]}:{number}")
    for page in PAGES
    for number, line in enumerate("\n".join(blocks(page, "sh")).splitlines())
    if line.startswith("reconcile ")
]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_a_page_runs(line, beside_the_samples, capsys):
    with pytest.raises(SystemExit) as left:
        main(shlex.split(line)[1:])
    assert left.value.code == 0


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
    assert wanted == ["run", "test"]
    for target in wanted:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


@pytest.mark.parametrize("frame", [TRANSACTIONS, MATCHES, SET_ASIDE, GAPS, CONFLICTS], ids=lambda f: f.name)
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


def test_the_figures_in_the_docs_are_those_measured_today(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    page = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "benchmarks" / "measure_labelled.py"))["table"]() in page
    assert runpy.run_path(str(ROOT / "benchmarks" / "measure_rules.py"))["doubts"]().rstrip() in page


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_no_page_was_left_unfinished(page):
    assert not re.search(r"@@|TODO|FIXME|XXX", page.read_text(encoding="utf-8"))


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
