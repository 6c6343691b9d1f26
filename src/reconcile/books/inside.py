"""Which of many words stand inside a text, wherever in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Inside:
    """Words by a piece that each of them has, so that a text is asked only for those of which it has the piece."""

    def __init__(self, words: Iterable[str], size: int, piece: Callable[[str], str] | None = None) -> None:
        self.size = size
        self.having: dict[str, list[str]] = {}
        for word in words:
            self.having.setdefault(piece(word) if piece else word[:size], []).append(word)

    def of(self, text: str) -> set[str]:
        """Those that stand in a text."""
        pieces = (text[at : at + self.size] for at in range(len(text) - self.size + 1))
        return {word for piece in pieces for word in self.having.get(piece, ()) if word in text}
