"""Bank lines held against what they settle: `link_reversals`."""

from __future__ import annotations

from reconcile.books.reversals import link_reversals

__all__ = ["link_reversals"]
