"""The lists kept by hand beside the matcher: words, names, translations, what was measured."""

from __future__ import annotations

import csv
from importlib import resources


def text_of(name: str) -> str:
    """The text of a list, by its file name."""
    return resources.files("reconcile.matching").joinpath(name).read_text(encoding="utf-8")


def rows_of(name: str) -> csv.DictReader[str]:
    """The rows of a list with a heading, each as texts by column."""
    return csv.DictReader(text_of(name).splitlines())
