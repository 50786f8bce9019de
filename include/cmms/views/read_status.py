"""What stands on every page and on the dashboard: alerts, live runs, counts. Output: rows of the statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.database import query
from cmms.views.connections import raw_session
from cmms.views.keep_results import keep

Row = dict[str, Any]


def read(statement: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
    """Rows of a statement of ``include/sql/ui``; not to be changed, for others may be given the same ones."""
    return keep((statement, *sorted((parameters or {}).items())), lambda: read_live(statement, parameters))


def read_live(statement: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
    """The same of runs, read anew each time: a slow answer must not hide for a minute that a run has ended."""
    with raw_session() as connection:
        return query(connection, f"ui/{statement}", parameters)


def read_worst_alert() -> Row | None:
    """The newest critical alert that nobody takes care of yet, None if there is none."""
    return next(iter(read("worst_alert")), None)
