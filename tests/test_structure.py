"""The shape of the package: imports point one way, files and functions stay small, and every error is ours."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from reconcile import errors

SRC = Path(__file__).parents[1] / "src"
PACKAGE = SRC / "reconcile"
MODULES = sorted(PACKAGE.rglob("*.py"))

LEVELS = [
    {"errors"},
    {"texts"},
    {"_found", "facts", "money", "files"},
    {"schema"},
    {"spreadsheets"},
    {"tables"},
    {"chain"},
    {"statement", "campaigns"},
    {"merging"},
    {"parsers"},
    {"nightjob"},
    {"matching"},
    {"books"},
    {"store"},
    {"reporters"},
    {"review"},
    {"run"},
    {"nightly", "screen", "arguments"},
    {"commands"},
    {"audit_commands", "receipt_commands"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
FRONT = {"__init__", "__main__"}
"""The front door: the public names, and `python -m reconcile`; they may import every room."""

LONGEST_MODULE_LINES = 400
LONGEST_FUNCTION_LINES = 60

BUILTIN_ERRORS = {n for n, v in vars(builtins).items() if isinstance(v, type) and issubclass(v, BaseException)}
OUR_ERRORS = {n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, errors.ReconcileError)}
PROTOCOL = {"__getitem__": {"KeyError", "IndexError"}, "__getattr__": {"AttributeError"}, "__next__": {"StopIteration"}}
"""What the language itself asks a method of this name to raise."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and room of every import of the package, those inside functions too."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                yield node.lineno, "a relative import"
            elif node.module == "reconcile":
                yield from ((node.lineno, a.name) for a in node.names if a.name != "__version__")
            elif (node.module or "").startswith("reconcile."):
                yield node.lineno, str(node.module).split(".")[1]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "reconcile":
                    yield node.lineno, ([*alias.name.split("."), "the whole package"])[1]


def wrong_way(own: str, module: ast.Module) -> list[str]:
    """The imports of a module of room `own` that do not point to an earlier room, or to its own."""
    return [
        f"line {line}: {own} imports {other}"
        for line, other in imported_rooms(module)
        if other != own and LEVEL.get(other, len(LEVELS)) >= LEVEL[own]
    ]


def dotted(path: Path) -> str:
    """The name by which a module is imported; that of a package is the package's."""
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


def imported_modules(module: ast.Module, known: frozenset[str]) -> Iterator[str]:
    """Every module of the package that is imported, for the types and inside functions too."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                yield from [inside if inside in known else node.module] if node.module in known else []


def circle(modules: Mapping[str, ast.Module]) -> list[str]:
    """Modules that import each other in a circle, the first of them again at the end; none where there is no circle.

    The front door is no part of one: it imports all of them, and the library's own modules its version alone.
    """
    known = frozenset(modules)
    ways: dict[str, set[str]] = defaultdict(set)
    for name, module in modules.items():
        ways[name] |= set(imported_modules(module, known)) - {name, "reconcile"}
    ways.pop("reconcile", None)
    try:
        TopologicalSorter(ways).prepare()
    except CycleError as fault:
        return list(fault.args[1])
    return []


def raised(module: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Line, function and name of every error raised by its class; a bare `raise` and `raise fault` have no class."""
    functions = [n for n in ast.walk(module) if isinstance(n, Function)]
    for node in ast.walk(module):
        if isinstance(node, ast.Raise) and node.exc is not None:
            what = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = what.id if isinstance(what, ast.Name) else what.attr if isinstance(what, ast.Attribute) else ""
            inside = [f for f in functions if f.lineno <= node.lineno <= (f.end_lineno or 0)]
            yield node.lineno, max(inside, key=lambda f: f.lineno).name if inside else "", name


def foreign_errors(own: str, module: ast.Module) -> list[str]:
    """The raises that are neither of the error tree, nor what the language asks for, nor the exit of a program."""
    return [
        f"line {line}: {function} raises {name}"
        for line, function, name in raised(module)
        if (name in BUILTIN_ERRORS or name[:1].isupper())
        and name not in OUR_ERRORS
        and name not in PROTOCOL.get(function, set())
        and not (name == "SystemExit" and own in {"cli", "__main__"})
    ]


def undocumented(module: ast.Module) -> list[str]:
    """The public module, classes, functions and methods without a docstring."""
    missing = [] if ast.get_docstring(module) else ["the module"]
    open_nodes: list[ast.Module | ast.ClassDef] = [module]
    while open_nodes:
        for node in open_nodes.pop().body:
            if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
                if not ast.get_docstring(node) and not any(_is_overload(d) for d in node.decorator_list):
                    missing.append(f"line {node.lineno}: {node.name}")
                if isinstance(node, ast.ClassDef):
                    open_nodes.append(node)
    return missing


def _is_overload(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).split(".")[-1] == "overload"


def too_long(module: ast.Module) -> list[str]:
    return [
        f"line {node.lineno}: {node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(module)
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION_LINES
    ]


every_module = pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SRC).as_posix())


def test_every_room_has_its_place_in_the_order() -> None:
    assert {room(path) for path in MODULES} - FRONT <= set(LEVEL)


@every_module
def test_imports_point_one_way(path: Path) -> None:
    if room(path) not in FRONT:
        assert wrong_way(room(path), tree(path)) == []


def test_rooms_of_one_level_do_not_import_each_other() -> None:
    """Said by the order already: an import must point to an earlier level, and this is what keeps that honest."""
    assert wrong_way("money", ast.parse("from reconcile.files import Document")) == ["line 1: money imports files"]


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circle({dotted(path): tree(path) for path in MODULES}) == []


@pytest.mark.parametrize(
    "back",
    [
        "from reconcile.books.one import A",
        "from reconcile.books import one",
        "import reconcile.books.one",
        "if TYPE_CHECKING:\n    from reconcile.books.one import A",
        "def f():\n    from reconcile.books.one import A",
    ],
)
def test_a_circle_would_be_seen(back: str) -> None:
    books = {"reconcile.books": "", "reconcile.books.one": "from reconcile.books.two import B"}
    there = {"reconcile": "import reconcile.books.one", **books, "reconcile.books.two": back}
    modules = {name: ast.parse(code) for name, code in there.items()}
    assert set(circle(modules)) == {"reconcile.books.one", "reconcile.books.two"}
    modules["reconcile.books.two"] = ast.parse("from reconcile import __version__")
    assert circle(modules) == []


@every_module
def test_modules_and_functions_stay_small(path: Path) -> None:
    assert too_long(tree(path)) == []
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE_LINES


@every_module
def test_all_that_is_public_says_what_the_caller_gets(path: Path) -> None:
    assert undocumented(tree(path)) == []


@every_module
def test_only_our_errors_are_raised(path: Path) -> None:
    assert foreign_errors(room(path), tree(path)) == []


@pytest.mark.parametrize(
    ("own", "code", "found"),
    [
        ("money", "import reconcile.errors", 0),
        ("money", "from reconcile import schema", 1),
        ("errors", "def f():\n    from reconcile.cli import main", 1),
        ("cli", "from reconcile.nightly import run", 0),
        ("parsers", "from reconcile.parsers.source import x", 0),
        ("parsers", "import reconcile", 1),
        ("parsers", "from . import source", 1),
        ("parsers", "from reconcile.unheard import x", 1),
    ],
)
def test_a_wrong_import_would_be_seen(own: str, code: str, found: int) -> None:
    assert len(wrong_way(own, ast.parse(code))) == found


@pytest.mark.parametrize(
    ("own", "code", "found"),
    [
        ("money", "raise ValueError('x')", 1),
        ("money", "raise NotImplementedError", 1),
        ("money", "raise zlib.Error", 1),
        ("money", "raise KeyError('x')", 1),
        ("money", "def __getitem__(self):\n    raise KeyError('x')", 0),
        ("money", "raise NotMoney('x')", 0),
        ("money", "raise errors.NotMoney('x')", 0),
        ("money", "try: f()\nexcept E as fault:\n    raise fault\nelse:\n    raise", 0),
        ("money", "raise SystemExit(1)", 1),
        ("cli", "raise SystemExit(1)", 0),
    ],
)
def test_a_foreign_error_would_be_seen(own: str, code: str, found: int) -> None:
    assert len(foreign_errors(own, ast.parse(code))) == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(): pass", 2),
        ("'''m'''\nclass A:\n    '''a'''\n    def f(self): pass\n    def _g(self): pass", 1),
        ("'''m'''\n@typing.overload\ndef f(): ...", 0),
    ],
)
def test_a_missing_docstring_would_be_seen(code: str, found: int) -> None:
    assert len(undocumented(ast.parse(code))) == found


def test_a_long_function_would_be_seen() -> None:
    body = "\n".join("    x = 1" for _ in range(LONGEST_FUNCTION_LINES))
    assert len(too_long(ast.parse(f"def f():\n{body}"))) == 1
    assert too_long(ast.parse(f"def f():\n{body[:-10]}")) == []
