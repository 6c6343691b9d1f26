"""Brings into the site what its pages link to and what lies outside docs/: samples, and the pages of the project."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
PROJECT_PAGES = ("CHANGELOG.md", "CONTRIBUTING.md")
OUTSIDE = re.compile(r"\]\(\.\./(?!\.\.)([^)#]+)")
"""A link of a page of docs/ to a file of the checkout that is no page."""


def on_files(files: Any, config: Any) -> Any:
    """The files of the site, with those that lie outside docs/."""
    linked = {name for page in Path(config.docs_dir).glob("*.md") for name in OUTSIDE.findall(page.read_text("utf-8"))}
    for name in sorted(linked | set(PROJECT_PAGES)):
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """The text of a page with links as they lead inside the site."""
    if page.file.src_uri in PROJECT_PAGES:
        return markdown.replace("](docs/", "](")
    return OUTSIDE.sub(r"](\1", markdown) if "/" not in page.file.src_uri else markdown
