"""An evaluation as tables: the same ones for the terminal, the notebook and the workbook."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconcile.errors import shown
from reconcile.matching.evaluation.calibration import Band
from reconcile.matching.evaluation.counts import Counts

Value = str | int | float | None
"""A text, a count, a share from 0 to 1, or nothing to say."""


@dataclass(frozen=True)
class Table:
    """A title, headings, and rows of texts, counts (int) and shares (float)."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def as_text(self) -> str:
        """The table for a terminal: texts to the left, figures to the right, control characters made visible."""
        cells = [self.heads, *(tuple(_words(v) for v in row) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  "
            + "  ".join(c.ljust(w) if left else c.rjust(w) for c, w, left in zip(row, widths, self.left, strict=True))
            for row in cells
        ]
        return "\n".join([self.title, *(line.rstrip() for line in lines)])

    def as_html(self) -> str:
        """The table for a notebook, everything in it escaped."""
        head = "".join(f"<th>{html.escape(h)}</th>" for h in self.heads)
        aligned = [f' style="text-align:{"left" if left else "right"}"' for left in self.left]
        body = "".join(
            "<tr>"
            + "".join(f"<td{a}>{html.escape(_words(v))}</td>" for v, a in zip(row, aligned, strict=True))
            + "</tr>"
            for row in self.rows
        )
        return f"<table><caption>{html.escape(self.title)}</caption><tr>{head}</tr>{body}</table>"

    @property
    def left(self) -> list[bool]:
        """Per column whether it holds texts; one with nothing in it does not."""
        return [any(isinstance(row[at], str) for row in self.rows) for at in range(len(self.heads))]


def _words(value: Value) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if isinstance(value, float) else shown(value)


COUNTED = ("lines", "naming one", "right", "wrong campaign", "wrong fund", "review", "left", "precision", "coverage")


def of_counts(title: str, groups: Mapping[str, Counts]) -> Table:
    """A row of counts for each group."""
    rows = tuple((name, *_counted(counts)) for name, counts in groups.items())
    return Table(title, ("", *COUNTED), rows)


def _counted(c: Counts) -> tuple[Value, ...]:
    return (c.lines, c.named, c.right, c.wrong_campaign, c.wrong_fund, c.review, c.left, c.precision, c.coverage)


def of_methods(methods: Mapping[str, Counts]) -> Table:
    """The methods side by side on the same lines."""
    heads = ("method", "right", "wrong campaign", "wrong fund", "left for a person", "precision", "coverage")
    rows = tuple(
        (name, c.right, c.wrong_campaign, c.wrong_fund, c.review, c.precision, c.coverage)
        for name, c in methods.items()
    )
    return Table("Side by side on the same lines", heads, rows)


def of_bands(bands: Sequence[Band]) -> Table:
    """Confidence against what happened."""
    rows = tuple((b.words, b.lines, b.right, b.expected, b.share) for b in bands)
    return Table(
        "Confidence against what happened", ("confidence", "credited", "right", "expected", "share right"), rows
    )
