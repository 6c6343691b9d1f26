"""Lines and receipts that hang together by pairs: what touches a pair of one block is in no other."""

from __future__ import annotations

from collections.abc import Iterable

Pair = tuple[int, int]
"""The positions of a line and of a receipt."""


def blocks(pairs: Iterable[Pair]) -> list[list[Pair]]:
    """The pairs in blocks that share no line and no receipt; blocks and their pairs in the order given."""
    home: dict[tuple[str, int], tuple[str, int]] = {}

    def top(node: tuple[str, int]) -> tuple[str, int]:
        while home.setdefault(node, node) != node:
            home[node] = home[home[node]]
            node = home[node]
        return node

    given = list(pairs)
    for line, receipt in given:
        home[top(("line", line))] = top(("receipt", receipt))
    found: dict[tuple[str, int], list[Pair]] = {}
    for pair in given:
        found.setdefault(top(("line", pair[0])), []).append(pair)
    return list(found.values())
