"""Read a page of a list, one row, or the badges. Input: a listing and what is asked. Output: plain rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cmms.views.actors import Invalid, NotFound
from cmms.views.connections import reading
from cmms.views.keep_results import keep
from cmms.views.listing import Listing, ListQuery, select_badges, select_count, select_keys, select_page, select_row

Row = dict[str, Any]
SELECTION_LIMIT = 200_000
EXPORT_LIMIT = 200_000
_EXPORT_CHUNK = 2_000


@dataclass(frozen=True)
class Page:
    """Some rows, and how many there are in all."""

    rows: list[Row]
    total: int


def read_page(listing: Listing, query: ListQuery) -> Page:
    """The rows of a page and the number of all that match."""
    with reading() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select_page(listing, query))]
    if query.offset == 0 and len(rows) < query.limit:
        return Page(rows, len(rows))
    return Page(rows, count_rows(listing, query))


def count_rows(listing: Listing, query: ListQuery) -> int:
    """How many rows match."""

    def read() -> int:
        with reading() as connection:
            return int(connection.execute(select_count(listing, query)).scalar_one())

    return keep(("count", listing.table, query.scope, query.search, query.conditions), read)


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

    return keep(("badges", listing.table), read)


def read_keys(listing: Listing, query: ListQuery) -> list[int]:
    """The keys of everything that matches; raises :class:`Invalid` when that is too much at once."""
    with reading() as connection:
        keys = [int(key) for (key,) in connection.execute(select_keys(listing, query, SELECTION_LIMIT + 1))]
    if len(keys) > SELECTION_LIMIT:
        raise Invalid(f"more than {SELECTION_LIMIT:,} rows: narrow the filter")
    return keys


def stream_rows(listing: Listing, query: ListQuery) -> Iterator[Row]:
    """All matching rows in the list's order, read in chunks; at most :data:`EXPORT_LIMIT`."""
    keys = read_keys(listing, query)[:EXPORT_LIMIT]
    with reading() as connection:
        for start in range(0, len(keys), _EXPORT_CHUNK):
            chunk = keys[start : start + _EXPORT_CHUNK]
            select = _select_chunk(listing, chunk)
            yield from (dict(row._mapping) for row in connection.execute(select))


def _select_chunk(listing: Listing, keys: list[int]) -> Any:
    from sqlalchemy import literal_column

    from cmms.views.listing import select_many

    return select_many(listing).where(literal_column(listing.key).in_(keys)).order_by(literal_column(listing.key))
