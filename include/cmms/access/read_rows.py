"""Rows of statements, for pages and services. Output: plain dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.cache_results import cached_result
from cmms.access.connections import raw_session
from cmms.database import query

Row = dict[str, Any]


def read(statement: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
    """Rows of a statement; not to be changed, for others may be given the same ones."""
    return cached_result((statement, *sorted((parameters or {}).items())), lambda: read_live(statement, parameters))


def read_live(statement: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
    """The same of runs, read anew each time: a slow answer must not hide for a minute that a run has ended."""
    with raw_session() as connection:
        return query(connection, statement, parameters)
