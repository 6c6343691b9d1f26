"""What was imported and decided: append-only, hash-chained, in SQLite by default, in PostgreSQL for a team."""

from reconcile.store.store import Added, Store, open_store

__all__ = ["Added", "Store", "open_store"]
