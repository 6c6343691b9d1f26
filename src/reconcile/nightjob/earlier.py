"""Whether the store of a night is that of the night before: one that was begun anew looks sound by itself."""

from __future__ import annotations

import json
from collections.abc import Collection

from reconcile.errors import StoreRefused, shown
from reconcile.nightjob.settings import Config

_DO = "Check [store] url, or put the last good copy in its place; after that, this is told once more."


def of_another(config: Config, hashes: Collection[str]) -> StoreRefused | None:
    """What to tell where the last report ends with an event that is not among those of the store, by their `hashes`.

    Nothing where there is no report that can be read: a first night has none.
    """
    try:
        told = json.loads(config.output.report.read_bytes())
        head, ended = str(told["head"]), shown(told["ended"], 25)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not head or head in hashes:
        return None
    what = f"has not what was put on record up to {ended}: it is new, another one, or an older copy"
    return StoreRefused(what, file=shown(config.store_file.name) if config.store_file else "the store", do=_DO)
