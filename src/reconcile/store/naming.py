"""Which earlier movement each group of rows goes on to be, once more rows were compared."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence


def named(
    groups: Sequence[Sequence[int]], before: Mapping[int, str], kept: Mapping[str, int], first: Sequence[str]
) -> list[str | None]:
    """For each group of rows the movement that it goes on to be, None where it is a new one.

    `before` has the movement that each row was of, `kept` the row that stood for a movement; `first` are the movements,
    those that must keep their rows if any can before the others. A movement goes on with its kept row, or with another
    one of its rows where that lets more of them go on: of equal payments any may be any.
    """
    places: dict[str, list[int]] = {name: [] for name in first}
    for number, group in enumerate(groups):
        for row in group:
            name = before.get(row, "")
            if name in places and number not in places[name]:
                places[name].insert(0 if kept[name] == row else len(places[name]), number)
    taken = _assigned(places)
    return [taken.get(number) for number in range(len(groups))]


def _assigned(places: Mapping[str, Sequence[int]]) -> dict[int, str]:
    """A place for as many names as possible, by place: each by the shortest way of moving others over."""
    taken: dict[int, str] = {}
    home: dict[str, int] = {}
    for name in places:
        came: dict[int, str] = {}
        waiting = deque([name])
        while waiting:
            asking = waiting.popleft()
            for place in places[asking]:
                if place in came:
                    continue
                came[place] = asking
                if place in taken:
                    waiting.append(taken[place])
                    continue
                _move_over(name, place, came, taken, home)
                waiting.clear()
                break
    return taken


def _move_over(name: str, place: int, came: Mapping[int, str], taken: dict[int, str], home: dict[str, int]) -> None:
    """Give the place to the one who came to it, that one's place to the one before, and so on back to the name."""
    while True:
        mover = came[place]
        left = home.get(mover)
        taken[place], home[mover] = mover, place
        if mover == name or left is None:
            return
        place = left
