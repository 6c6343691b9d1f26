"""Facts, as label and text, the way a terminal and a notebook show them."""

from __future__ import annotations

import html
from collections.abc import Sequence

Facts = Sequence[tuple[str, str]]


def as_text(facts: Facts) -> str:
    """A line per fact, the texts below one another."""
    width = max(len(label) for label, _ in facts)
    return "\n".join(f"{label:<{width}}  {text}" for label, text in facts)


def as_html(facts: Facts) -> str:
    """A small table, everything in it escaped; blanks before a label indent it."""
    label_cell, text_cell = "text-align:left;white-space:pre", "text-align:left"
    rows = (
        f'<tr><th style="{label_cell}">{html.escape(label)}</th><td style="{text_cell}">{html.escape(text)}</td></tr>'
        for label, text in facts
    )
    return f"<table>{''.join(rows)}</table>"


def grouped(count: int) -> str:
    """A count as a person reads it, its thousands apart: `1 234 567`."""
    return f"{count:,}".replace(",", " ")
