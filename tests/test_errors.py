"""The gallery of errors: every message is on its page, and says in one line where, what and what to do."""

from __future__ import annotations

import re
import sys
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from reconcile import errors

# the gallery is a program of its own, `python tests/gallery/write.py`
sys.path.insert(0, str(Path(__file__).parent / "gallery"))

from entries import BAD, MADE, Entry, entries, given, groups
from sites import PACKAGE, calls, modules, places_in, unreached, words
from write import PAGE, page

ROOT = Path(__file__).parents[1]
ENTRIES = pytest.mark.parametrize("entry", entries(), ids=lambda e: e.name.replace(" ", "-"))
TREE = {k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.ReconcileError)}
BUILT_IN = tuple({base for kind in TREE for base in kind.__bases__} - TREE - {Exception})
"""What the classes of the tree are besides, as a caller of Python expects them."""

SHOWN_AT_MOST = 40
OF_ONE_LINE = re.compile(r"\b(?:line|row|lines) [0-9]+|![A-Z]*[0-9]+")

ADD = """Add it to tests/gallery/entries/ with its cause and the way out, and the file that causes it to tests/bad/
(or a function to tests/gallery/made*.py), then run: python tests/gallery/write.py"""


def reached() -> set[tuple[str, int]]:
    return {line for entry in entries() for line in given(entry).reached}


def test_every_place_that_refuses_something_has_an_entry():
    lacking = [f"{file}, line {a}: {source(file, a)}" for file, a, _ in unreached(reached())]
    assert not lacking, "\n".join(["These refusals have no entry in the gallery:", *lacking, ADD])


def test_every_reason_for_which_a_row_is_set_aside_has_an_entry():
    said = [given(entry).message for entry in entries()]
    lacking = [f"{file}, line {n}: {p}" for file, n, p in words() if not any(re.search(p, text) for text in said)]
    assert not lacking, "\n".join(["These reasons have no entry in the gallery:", *lacking, ADD])


def source(file: str, line: int) -> str:
    return (PACKAGE / file).read_text(encoding="utf-8").splitlines()[line - 1].strip()


def test_every_error_of_the_tree_has_an_entry():
    assert {type(given(entry).error) for entry in entries()} - {type(None)} == TREE, ADD


def test_the_page_is_what_the_generator_gives():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/gallery/write.py"


@ENTRIES
def test_a_message_is_one_line_that_says_where_what_and_what_to_do(entry: Entry):
    message, error = given(entry).message, given(entry).error
    assert message.isprintable()
    if error is None:  # what to do about a row set aside is said once, on the page
        assert message.startswith(f"set aside: {entry.file}") and f", line {entry.line}: " in message
        return
    assert str(error) == message
    assert message.endswith((".", "!", "?"))
    # several parts refused at once each say what to do themselves
    assert error.do or type(error) is errors.ReconcileError
    assert isinstance(error, BUILT_IN) or type(error) is errors.ReconcileError
    if not entry.code and not entry.of_no_file:
        assert error.file and message.startswith(error.file)
        assert OF_ONE_LINE.search(message) or entry.of_the_whole


@ENTRIES
def test_a_message_shows_little_of_what_a_payer_typed_and_no_whole_account_number(entry: Entry):
    error = given(entry).error
    said = error.what if error else given(entry).message
    assert not re.search(r"[0-9]{10}", said)
    if entry.file:
        text = (BAD / entry.file).read_text(encoding="utf-8")
        same = SequenceMatcher(None, said, text, autojunk=False).find_longest_match()
        assert same.size <= SHOWN_AT_MOST, said[same.a : same.a + same.size]


@ENTRIES
def test_an_entry_says_why_and_the_way_out_in_sentences(entry: Entry):
    for words_said in (entry.cause, entry.do):
        assert words_said.endswith((".", "`.", "?")) and words_said[0].isupper() | (words_said[0] in "`0123456789")
    assert sum(bool(source) for source in (entry.file, entry.made, entry.code)) == 1


def test_names_of_entries_and_groups_are_their_own():
    for names in ([e.name for e in entries()], [g.title for g in groups()]):
        assert sorted(set(names)) == sorted(names)


def test_every_bad_file_and_function_is_used():
    assert {e.file for e in entries() if e.file} == {path.name for path in BAD.iterdir()}
    cases = {name for name, item in MADE.items() if getattr(item, "__doc__", None) and takes_a_stack(item)}
    assert {e.made for e in entries() if e.made} == cases


def takes_a_stack(item: object) -> bool:
    code = getattr(item, "__code__", None)
    return code is not None and code.co_varnames[:2] == ("folder", "stack")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("raise NotMoney('x')", 1),
        ("def f():\n    return errors.NotMoney('x')", 1),
        ("def f(a):\n    kind = NotMoney if a else FrameRefused\n    raise kind('x')", 1),
        ("def f(what):\n    raise NotMoney(what)\n\ndef g():\n    f('x')", 2),
        ("def f():\n    faults.add(1, 'code', 'x')\n    seen.add(1)", 1),
        ("def f():\n    self.faults.add_whole('x')", 1),
        ("def f():\n    said.figures('x', [], [], str)", 1),
        ("raise fault", 0),
    ],
)
def test_a_new_refusal_would_be_seen(code: str, found: int):
    import ast

    assert len(places_in(ast.parse(code))) == found


def test_the_list_of_places_is_of_the_whole_package():
    assert len(modules()) > 50
    raised = sum(1 for module in modules().values() for call, _ in calls(module) if is_a_class(call))
    assert raised > 100


def is_a_class(call: object) -> bool:
    return getattr(getattr(call, "func", None), "id", "") in vars(errors)


def test_a_register_tells_all_its_faults_at_once():
    (entry,) = (e for e in entries() if e.file == "register-faults.csv")
    error = given(entry).error
    assert isinstance(error, errors.RegisterRefused)
    assert len(error.faults) == 4
    for fault in ("code", "aliases", "opens", "is empty"):
        assert any(fault in text for text in error.faults)


@pytest.mark.parametrize("name", ["a\nb.csv", "a\x1b[31mb.csv", "a\u202eb.csv"])
def test_a_name_cannot_break_or_colour_the_line(name):
    text = str(errors.UnreadableFile("is empty", file=name, do="Download it again."))
    assert len(text.splitlines()) == 1
    assert not {"\x1b", "\u202e"} & set(text)
