"""Everything a package offers, found by looking: a new layout, rule or sheet is one new file and nothing else."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType


def found_in(package: str | ModuleType, attribute: str) -> list[object]:
    """The `attribute` of each module of a package that has one, by module name; sub-packages count as modules.

    A module without it is passed over, so shared code may stand beside what is looked for.
    """
    home = import_module(package) if isinstance(package, str) else package
    names = sorted(info.name for info in pkgutil.iter_modules(home.__path__, home.__name__ + "."))
    modules = [import_module(name) for name in names]
    return [getattr(module, attribute) for module in modules if hasattr(module, attribute)]
