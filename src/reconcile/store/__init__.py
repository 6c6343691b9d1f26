"""What was imported and decided: append-only, hash-chained, in SQLite by default, in PostgreSQL for a team."""

from reconcile.store.adding import Added
from reconcile.store.store import Store, open_store

__all__ = ["Added", "Store", "open_store"]
