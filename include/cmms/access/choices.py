"""Values to choose from that change seldom: plants, groups, plans. Cached for a moment, forgotten at a change.

A change made through another API server process is seen after :data:`_CACHE_SECONDS`; a form that names such a value is
accepted at once, since choices are read again before a value is refused (``run_action``).
"""

from __future__ import annotations

from threading import Lock

from cachetools import TTLCache, cached

from cmms.access.connections import raw_session
from cmms.database import query

_CACHE_SECONDS = 3.0


def plant_choices() -> list[tuple[str, str]]:
    """(id, "code name") of every plant, active ones first."""
    return _load("access/plant_choices")


def group_choices() -> list[tuple[str, str]]:
    """(id, name) of every active group."""
    return _load("access/group_choices")


def maintenance_plan_choices() -> list[tuple[str, str]]:
    """(id, name) of every active maintenance plan."""
    return _load("access/maintenance_plan_choices")


def forget_choices() -> None:
    """Somebody has changed a plant, a group or a plan."""
    _load.cache_clear()


@cached(TTLCache(maxsize=16, ttl=_CACHE_SECONDS), lock=Lock())
def _load(statement: str) -> list[tuple[str, str]]:
    with raw_session() as connection:
        return [(str(row["id"]), str(row["label"])) for row in query(connection, statement)]
