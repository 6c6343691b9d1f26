"""Prints the lowest version of everything that pyproject.toml states, for `make lowest`: `python tests/lowest.py`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXTRAS = ("notebook", "postgres", "dev")
NO_PART = {"pandas-stubs", "types-openpyxl", "types-defusedxml", "mypy", "ruff"}
"""What looks at the code and is no part of what runs."""

REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+(?:\[[a-z,]+\])?)>=([0-9.]+)")


def lowest() -> list[str]:
    """`name==version` of each; a requirement without a lower bound is an error."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    stated = [*project["dependencies"], *(each for extra in EXTRAS for each in extras[extra])]
    found = [REQUIREMENT.fullmatch(each) for each in stated]
    assert all(found), [each for each, match in zip(stated, found, strict=True) if not match]
    return [f"{match[1]}=={match[2]}" for match in found if match and match[1] not in NO_PART]


if __name__ == "__main__":
    print("\n".join(lowest()))
