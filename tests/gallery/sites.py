"""Where in the code a refusal is made: the list by reading the code, and what a run reached by watching it.

A place is a call that makes an error of the tree, or that has another function make one for it (`records.refuse(…)`,
`faults.add(…)`). A reason is the wording with which a row is set aside, or a cell of a register is called unfit.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest import mock

from reconcile import errors
from reconcile.tables import Faults

PACKAGE = Path(errors.__file__).parent
TREE = {n for n, k in vars(errors).items() if isinstance(k, type) and issubclass(k, errors.ReconcileError)}

SPOKEN_BY = {"figures": "said", "add": "faults", "add_whole": "faults"}
"""Methods that refuse in the words of their caller, and how what they are called on is named."""

REASONED = {"_reason", "fault_read"}
"""Functions that return the reason for which a row is set aside."""

Place = tuple[str, int, int]
"""A file of the package, and the first and last line of a call in it."""


@cache
def modules() -> dict[str, ast.Module]:
    paths = sorted(p for p in PACKAGE.rglob("*.py") if p.name != "errors.py")
    return {p.relative_to(PACKAGE).as_posix(): ast.parse(p.read_text(encoding="utf-8")) for p in paths}


def calls(module: ast.AST) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    """Every call with the function it stands in."""
    open_nodes: list[tuple[ast.AST, ast.FunctionDef | None]] = [(module, None)]
    while open_nodes:
        node, inside = open_nodes.pop()
        if isinstance(node, ast.Call):
            yield node, inside
        inside = node if isinstance(node, ast.FunctionDef) else inside
        open_nodes += [(child, inside) for child in ast.iter_child_nodes(node)]


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def makes_an_error(call: ast.Call, inside: ast.FunctionDef | None) -> bool:
    """By the name of a class, or by a name that stands for one: `kind = A if many else B`."""
    if name_of(call) in TREE:
        return True
    if inside is None or not isinstance(call.func, ast.Name):
        return False
    given = [n.value for n in ast.walk(inside) if isinstance(n, ast.Assign) and named(n.targets, call.func.id)]
    return any(isinstance(n, ast.Name) and n.id in TREE for value in given for n in ast.walk(value))


def named(targets: list[ast.expr], name: str) -> bool:
    return any(isinstance(t, ast.Name) and t.id == name for t in targets)


def places_in(module: ast.Module, file: str = "") -> list[Place]:
    """The calls of one module that refuse something."""
    found = list(calls(module))
    own = voices(module) | (everybodys() if file else set())
    return sorted(
        (file, c.lineno, c.end_lineno or c.lineno) for c, i in found if makes_an_error(c, i) or speaks(c, own)
    )


def voices(module: ast.Module) -> set[str]:
    """The functions that are told `what` to say: they refuse on behalf of those that call them."""
    made = [inside for call, inside in calls(module) if inside and makes_an_error(call, inside)]
    return {f.name for f in made if "what" in {a.arg for a in f.args.args}}


@cache
def everybodys() -> set[str]:
    """Those of the whole package that other modules may call."""
    return {name for module in modules().values() for name in voices(module) if not name.startswith("_")}


def speaks(call: ast.Call, voices: set[str]) -> bool:
    name = name_of(call)
    if name in SPOKEN_BY and isinstance(call.func, ast.Attribute):
        return ast.unparse(call.func.value).split(".")[-1] == SPOKEN_BY[name]
    return name in voices


@cache
def places() -> tuple[Place, ...]:
    return tuple(place for file, module in modules().items() for place in places_in(module, file))


def words_in(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and pattern of each wording for which a row is set aside or a cell is unfit."""
    for function in (n for n in ast.walk(module) if isinstance(n, ast.FunctionDef)):
        for node in ast.walk(function):
            for value in reasons_of(node, function):
                yield from patterns(value, function)


def reasons_of(node: ast.AST, function: ast.FunctionDef) -> list[ast.expr]:  # noqa: PLR0911, a table of forms
    match node:
        case ast.Return(value=ast.expr() as said) if function.name in REASONED:
            return [said]
        case ast.Assign(value=said) if any(is_a_list_of_faults(t) for t in node.targets):
            return [said]
        case ast.AugAssign(target=ast.Name(id="faults"), value=said):
            return [n for n in ast.walk(said) if isinstance(n, ast.JoinedStr)]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="faults"), attr="setdefault"), args=[_, said]):
            return [said]
        case ast.Call(func=ast.Name(id="Aside"), args=[_, _, said, *_]):
            return [said]
        case ast.Call(func=ast.Name(id="Unfit"), args=[said]):
            return [said]
        case ast.keyword(arg="reason", value=said):
            return [said]
        case _:
            return []


def is_a_list_of_faults(target: ast.expr) -> bool:
    return named([target], "unfit") or (isinstance(target, ast.Subscript) and named([target.value], "faults"))


def patterns(value: ast.expr, function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    if isinstance(value, ast.IfExp):
        yield from patterns(value.body, function)
        yield from patterns(value.orelse, function)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield value.lineno, re.escape(value.value)
    elif isinstance(value, ast.JoinedStr):
        parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in value.values]
        yield value.lineno, "".join(parts)
    elif isinstance(value, ast.Name):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and named(node.targets, value.id):
                yield from patterns(node.value, function)


@cache
def words() -> tuple[tuple[str, int, str], ...]:
    """File, line and pattern of every wording of a reason in the package."""
    rooms = ("parsers/", "tables.py")  # matching gives reasons too, for decisions and not for refusals
    found = [(file, *words) for file, m in modules().items() if file.startswith(rooms) for words in words_in(m)]
    return tuple(sorted(set(found)))


@contextmanager
def watched() -> Iterator[set[tuple[str, int]]]:
    """The lines of the package that stood on the stack whenever a refusal was made meanwhile."""
    reached: set[tuple[str, int]] = set()

    def noting(function):  # type: ignore[no-untyped-def]
        def noted(*args, **options):  # type: ignore[no-untyped-def]
            frame = sys._getframe(1)
            while frame is not None:
                path = Path(frame.f_code.co_filename)
                if path.is_relative_to(PACKAGE):
                    reached.add((path.relative_to(PACKAGE).as_posix(), frame.f_lineno))
                frame = frame.f_back  # type: ignore[assignment]
            return function(*args, **options)

        return noted

    with (
        mock.patch.object(errors.ReconcileError, "__init__", noting(errors.ReconcileError.__init__)),
        mock.patch.object(Faults, "add", noting(Faults.add)),
        mock.patch.object(Faults, "add_whole", noting(Faults.add_whole)),
    ):
        yield reached


def unreached(reached: set[tuple[str, int]]) -> list[Place]:
    return [(f, a, b) for f, a, b in places() if not any((f, line) in reached for line in range(a, b + 1))]
