"""The command line as a whole: help with examples, slips answered, the same words for the same things."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from reconcile.cli import FILES, FOLDERS, SHELLS, main, parser
from reconcile.errors import did_you_mean

SAMPLES = Path(__file__).parents[1] / "sample_statements"
REGISTER = ["--campaigns", str(SAMPLES / "campaigns.csv")]
COMMANDS = next(a.choices for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
every_command = pytest.mark.parametrize("name", COMMANDS)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


@every_command
def test_every_command_has_an_example_that_it_understands(name: str) -> None:
    told = COMMANDS[name].format_help().split("example")[1].splitlines()
    lines = [line.strip() for line in told if line.startswith("  reconcile ")]
    assert lines
    for line in lines:
        words = shlex.split(line.split(" > ")[0].split(" >> ")[0])
        assert parser().parse_args(words[1:]).command == name


@every_command
def test_every_command_answers_programs(name: str) -> None:
    assert ("--json" in COMMANDS[name]._option_string_actions) == (name != "completion")


def test_an_option_means_the_same_wherever_it_is_taken() -> None:
    """Of one name there is one value: a file here and a folder there would be two words for a slip."""
    shown: dict[str, set[object]] = {}
    for command in COMMANDS.values():
        for action in command._actions:
            for option in action.option_strings:
                shown.setdefault(option, set()).add(str(action.metavar) if action.nargs != 0 else None)
    assert {option: values for option, values in shown.items() if len(values) > 1} == {
        "--out": {"DIR", "FILE", "FILE.xlsx"}
    }


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["rnu"], "there is no command rnu. Did you mean run?"),
        (["revew", "a.xlsx"], "there is no command revew. Did you mean review?"),
        (["--verison"], "there is no option --verison. Did you mean --version?"),
        (["run", "a.csv", "--campaing", "c.csv"], "there is no option --campaing. Did you mean --campaigns?"),
        (["explain", "x", "--campaigns=c.csv", "--jsn"], "there is no option --jsn. Did you mean --json?"),
        (["verify", "--stor", "x.db"], "there is no option --stor. Did you mean --store?"),
        (
            ["evaluate", "x", *REGISTER, "--against", "exat"],
            "--against exat is none of exact, likeness. Did you mean exact?",
        ),
        (["run", "a.csv", "--qqqq"], "there is no option --qqqq. See reconcile run --help."),
        (["check", str(SAMPLES / "histroy-2018-09.csv")], "is not there. Did you mean history-2018-09.csv?"),
        (["explain", "x", "--campaigns", str(SAMPLES / "campagins.csv")], "Did you mean campaigns.csv?"),
    ],
)
def test_a_slip_is_answered_in_a_line_with_what_was_meant(
    typed: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, *typed)
    assert (code, out) == (2, "")
    assert meant in err
    assert len(err.splitlines()) == (2 if typed[0] == "check" and "refused" in err else 1) or typed[0] == "check"


@pytest.mark.parametrize("words", [["--against an odd text", "x"], ["x --y"]])
def test_a_text_that_only_looks_like_an_option_is_a_text(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = said(capsys, "explain", words[0], *REGISTER)
    assert code == 0


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("IBD", ["IDB", "QRB"], "Did you mean IDB?"),
        ("idb", ["IDB", "QRB"], "Did you mean IDB?"),
        ("IDX", ["IDB", "IDP"], "Did you mean IDB or IDP?"),
        ("IDX", ["IDB", "IDP", "IDQ", "IDR"], ""),
        ("zzz", ["IDB"], ""),
        ("IDB", [], ""),
        ("a\x1b[31m", ["a\x1b[31n"], "Did you mean a\N{REPLACEMENT CHARACTER}[31n?"),
    ],
)
def test_what_is_likest_is_named_and_never_by_its_place_in_a_list(word: str, known: list[str], meant: str) -> None:
    assert did_you_mean(word, known) == did_you_mean(word, known[::-1]) == meant


@pytest.mark.parametrize("columns", ["20", "40", "80", "400"])
def test_help_fits_narrow_and_wide_terminals(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for command in COMMANDS.values():
        wrapped = [line for line in command.format_help().splitlines() if not line.startswith("  reconcile ")]
        assert max(map(len, wrapped)) <= max(64, min(int(columns), 110))  # a word is not broken


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "completion", shell)
    assert (code, err) == (0, "")
    assert "reconcile" in out
    assert "evaluate" in out


@pytest.mark.skipif(sys.platform == "win32", reason="there is no bash")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [("reconcile ev", "evaluate"), ("reconcile run --camp", "--campaigns"), ("reconcile check hist", "history.csv")],
)
def test_bash_completes_commands_options_and_files(
    typed: str, offered: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "history.csv").touch()
    (tmp_path / "complete").write_text(said(capsys, "completion", "bash")[1], encoding="utf-8")
    words = typed.split()
    script = f"""source ./complete
        COMP_WORDS=({" ".join(words)}) COMP_CWORD={len(words) - 1} COMP_LINE="{typed}" COMP_POINT={len(typed)}
        $(complete -p reconcile | sed 's/.*-F \\([^ ]*\\).*/\\1/') reconcile {words[-1]} {words[-2]}
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [offered], done.stderr


def test_what_completes_a_file_or_a_folder_is_named_so_in_the_help() -> None:
    places = {a.metavar for command in COMMANDS.values() for a in command._actions if isinstance(a.metavar, str)}
    assert places >= FILES | FOLDERS
