"""How the amounts of one gift may differ between bank and books: what somebody kept of it, or a slip of the keys."""

from __future__ import annotations

import numpy as np

from reconcile import money
from reconcile.books.distinct import Numbers
from reconcile.books.pairs import Flags

FEE_SHARE, FEE_EACH = 0.06, 500
"""A gateway keeps no more than this share of a gift, and cents for each."""


def may_differ(own: Numbers, booked: Numbers) -> Flags:
    """Of many pairs of amounts those that `how_they_differ` may say something of."""
    # figures that change places move an amount by a multiple of nine
    return np.asarray(_short(own, booked) | ((own - booked) % 9 == 0))


def how_they_differ(own: int, booked: int) -> str:
    """How two amounts differ, in words, where that is a slip or a fee."""
    if is_slip(own, booked):
        return f"two figures may have changed places: {money.rand(own)} at the bank, {money.rand(booked)} in the books"
    if _short(np.array([own]), np.array([booked]))[0]:
        return f"the line is {money.rand(booked - own)} short of the receipt, which may be a fee"
    return ""


def _short(own: Numbers, booked: Numbers) -> Flags:
    return np.asarray((own < booked) & (booked - own <= FEE_SHARE * booked + FEE_EACH))


def is_slip(one: int, other: int) -> bool:
    """Whether two amounts differ by two neighbouring figures that changed places."""
    left, right = str(abs(one)), str(abs(other))
    differ = [i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
    if (one < 0) != (other < 0) or len(left) != len(right) or len(differ) != 2 or differ[1] != differ[0] + 1:
        return False
    i, j = differ
    return left[i] == right[j] and left[j] == right[i]
