"""What was imported and decided: append-only, hash-chained, in SQLite by default, in PostgreSQL for a team."""

from reconcile.store.adding import Added
from reconcile.store.copying import copy_store, verify_store
from reconcile.store.store import Store, open_store

__all__ = ["Added", "Store", "copy_store", "open_store", "verify_store"]
