"""Read a page of a list, one row, or the badges. Input: a listing and what is asked. Output: plain rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from cmms.access.actors import Invalid, NotFound
from cmms.access.cache_results import cached_result
from cmms.access.connections import reading
from cmms.listing.definition import (
    Listing,
    ListQuery,
    select_badges,
    select_chips,
    select_count,
    select_keys,
    select_page_keys,
    select_row,
    select_rows,
)

Row = dict[str, Any]
SELECTION_LIMIT = 200_000
EXPORT_LIMIT = 200_000
_EXPORT_CHUNK, _LONG_CHUNK = 2_000, 100
"""Rows of an export in memory at a time; fewer where each may hold a record as received, up to 64 KB."""


@dataclass(frozen=True)
class Page:
    """Some rows, and how many there are in all."""

    rows: list[Row]
    total: int


def read_page(listing: Listing, query: ListQuery) -> Page:
    """The rows of a page and the number of all that match."""
    with reading() as connection:
        keys = [int(key) for (key,) in connection.execute(select_page_keys(listing, query))]
        rows = _read_rows(connection, listing, keys)
    if query.offset == 0 and len(rows) < query.limit:
        return Page(rows, len(rows))
    return Page(rows, count_rows(listing, query))


def count_rows(listing: Listing, query: ListQuery) -> int:
    """How many rows match."""

    def read() -> int:
        with reading() as connection:
            return int(connection.execute(select_count(listing, query)).scalar_one())

    asked = (query.scope, query.search, query.conditions, query.chips, query.tree, query.zone)
    # A digest, for a question may be a megabyte long, and is remembered.
    return cached_result(("count", listing.table, sha256(repr(asked).encode("utf-8", "surrogatepass")).digest()), read)


def read_row(listing: Listing, key: int) -> Row:
    """One row; raises :class:`NotFound`."""
    with reading() as connection:
        row = connection.execute(select_row(listing, key)).first()
    if row is None:
        raise NotFound("there is no such record")
    return dict(row._mapping)


def read_badges(listing: Listing) -> dict[str, int]:
    """How many rows each scope has: one statement."""

    def read() -> dict[str, int]:
        with reading() as connection:
            counts = connection.execute(select_badges(listing)).one()._mapping
            return {name: int(count) for name, count in counts.items()}

    return cached_result(("badges", listing.table), read)


def read_chips(listing: Listing, scope: str) -> dict[str, int]:
    """How many rows each chip finds within a scope: one statement."""

    def read() -> dict[str, int]:
        with reading() as connection:
            counts = connection.execute(select_chips(listing, scope)).one()._mapping
            return {name: int(count) for name, count in counts.items()}

    return cached_result(("chips", listing.table, scope), read) if listing.chips else {}


def read_keys(listing: Listing, query: ListQuery) -> list[int]:
    """The keys of everything that matches; raises :class:`Invalid` when that is too much at once."""
    with reading() as connection:
        keys = [int(key) for (key,) in connection.execute(select_keys(listing, query, SELECTION_LIMIT + 1))]
    if len(keys) > SELECTION_LIMIT:
        raise Invalid(f"more than {SELECTION_LIMIT:,} rows: narrow the filter")
    return keys


def stream_rows(listing: Listing, query: ListQuery) -> Iterator[Row]:
    """All matching rows in the list's order, at most :data:`EXPORT_LIMIT`.

    The keys are read at once; the rows in chunks as they are asked for, so that who reads slowly holds no session.
    """
    return _stream_rows(listing, read_keys(listing, query)[:EXPORT_LIMIT])


def _stream_rows(listing: Listing, keys: Sequence[int]) -> Iterator[Row]:
    chunk = rows_at_a_time(listing)
    for start in range(0, len(keys), chunk):
        with reading() as connection:
            rows = _read_rows(connection, listing, keys[start : start + chunk])
        yield from rows


def rows_at_a_time(listing: Listing) -> int:
    """How many rows of a list an export holds in memory."""
    return _LONG_CHUNK if any(field.kind == "long" for field in listing.fields) else _EXPORT_CHUNK


def _read_rows(connection: Connection, listing: Listing, keys: Sequence[int]) -> list[Row]:
    """These rows, in the order of the keys; one that was deleted meanwhile is not there."""
    if not keys:
        return []
    found = {row["_key"]: row for row in map(_plain, connection.execute(select_rows(listing, keys)))}
    rows = [found[key] for key in keys if key in found]
    return [{name: value for name, value in row.items() if name != "_key"} for row in rows]


def _plain(row: Any) -> Row:
    return dict(row._mapping)
