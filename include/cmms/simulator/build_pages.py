"""Cut the records of a query into pages and write their bodies.

Input: `Query` (stream, days, plants, offset, limit). Output: `Page` (body bytes, their gzip form, headers,
ETag).
Pages are rendered once and kept, so that serving them is little more than a copy. The envelope follows the
settings:
where the records are, where totals, cursor or next link are, or a bare list with everything in headers.
"""

from __future__ import annotations

import gzip
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from threading import RLock
from typing import Any

from cmms.simulator.config import SimulatorConfig, Stream
from cmms.simulator.queries import NO_EDIT, PageEdit, Query
from cmms.simulator.source_data import SourceData
from cmms.simulator.write_envelope import write_envelope

_KEPT_ROWS = 250_000  # record texts kept while their pages are being asked for


class Page:
    """A rendered page.

    Once compressed only that form is kept: it takes a tenth of the memory and is what clients ask for.
    """

    def __init__(self, body: bytes, headers: dict[str, str]) -> None:
        self.headers = headers
        self.etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        self._plain: bytes | None = body
        self._compressed: bytes | None = None

    @property
    def body(self) -> bytes:
        """Return the plain body."""
        return gzip.decompress(self._compressed or b"") if self._plain is None else self._plain

    def compressed(self, level: int) -> bytes:
        """Return the body as gzip; the same bytes every time."""
        if self._compressed is None:
            self._compressed = gzip.compress(self.body, compresslevel=level, mtime=0)
            self._plain = None
        return self._compressed

    def size(self) -> int:
        """Return the bytes that the page takes in memory."""
        return len(self._plain or b"") + len(self._compressed or b"")


@dataclass(frozen=True)
class _Rows:
    texts: list[bytes]
    plants: list[str]


class PageBuilder:
    """Renders and keeps the pages of one deployment. Safe for many threads."""

    def __init__(self, config: SimulatorConfig, data: SourceData) -> None:
        self._config = config
        self._data = data
        self._lock = RLock()
        self._explicit: dict[tuple[Stream, date | None], list[bytes]] = {}
        self._days: OrderedDict[object, _Rows] = OrderedDict()
        self._queries: OrderedDict[object, list[bytes]] = OrderedDict()
        self._pages: OrderedDict[Query, Page] = OrderedDict()
        self._bytes = 0

    def set_records(self, stream: Stream, day: date | None, texts: list[str] | None) -> None:
        """Serve these JSON texts for a stream and day; None gives the generated ones back."""
        with self._lock:
            if texts is None:
                self._explicit.pop((stream, day), None)
            else:
                self._explicit[(stream, day)] = _encode(texts)
            self._forget()

    def clear(self) -> None:
        """Forget all explicit records."""
        with self._lock:
            self._explicit.clear()
            self._forget()

    def page(self, query: Query, edit: PageEdit = NO_EDIT) -> Page:
        """Return a page; edited ones are rendered each time, others once."""
        with self._lock:
            if edit is not NO_EDIT:
                return self._render(query, edit)
            page = self._pages.get(query)
            if page is None:
                page = self._render(query, edit)
                if self._config.gzip:
                    page.compressed(self._config.gzip_level)
                self._keep(query, page)
            else:
                self._pages.move_to_end(query)
            return page

    def forget_rows(self) -> None:
        """Keep the rendered pages only: a million records take a gigabyte, their pages some 40 MB."""
        with self._lock:
            self._days.clear()
            self._queries.clear()
            self._data.forget_texts()

    def count(self, query: Query) -> int:
        """Return how many records a query has on all its pages."""
        with self._lock:
            return len(self._texts(query))

    # --- records ---

    def _texts(self, query: Query) -> list[bytes]:
        key = (query.stream, query.first_day, query.last_day, query.plants, query.created_after)
        texts = self._queries.get(key)
        if texts is None:
            texts = self._queries[key] = self._collect(query)
            while len(self._queries) > 1 and sum(map(len, self._queries.values())) > _KEPT_ROWS:
                self._queries.popitem(last=False)
        return texts

    def _collect(self, query: Query) -> list[bytes]:
        texts: list[bytes] = []
        wanted = set(query.plants)
        for day in _days(query.first_day, query.last_day):
            explicit = self._explicit.get((query.stream, day))
            if explicit is not None:
                texts.extend(t for t in explicit if not wanted or self._explicit_plant(t) in (None, *wanted))
                continue
            rows = self._generate(query, day)
            if wanted:
                pairs = zip(rows.texts, rows.plants, strict=True)
                texts.extend(text for text, plant in pairs if plant in wanted)
            else:
                texts.extend(rows.texts)
        return texts

    def _generate(self, query: Query, day: date | None) -> _Rows:
        key = (query.stream, day, query.created_after)
        rows = self._days.get(key)
        if rows is None:
            if query.stream == "equipment" or day is None:
                records = self._data.equipment(query.created_after)
            else:
                records = self._data.running_times(day)
            rows = self._days[key] = _Rows(_encode(records.texts), records.plants)
            while len(self._days) > 1 and sum(len(kept.texts) for kept in self._days.values()) > _KEPT_ROWS:
                self._days.popitem(last=False)
        return rows

    def _explicit_plant(self, text: bytes) -> str | None:
        """Return the plant of an explicit record; None (matches every plant) if it cannot be told."""
        try:
            plant = json.loads(text).get(self._config.name_of("SWERK"))
        except (ValueError, AttributeError):
            return None
        return plant if isinstance(plant, str) else None

    # --- bodies ---

    def _render(self, query: Query, edit: PageEdit) -> Page:
        config = self._config
        texts = self._texts(query)
        total = len(texts) + edit.total_delta
        offset = query.offset if edit.serve_page is None else (edit.serve_page - 1) * query.limit
        start = offset - edit.rows_shift
        rows = texts if config.pagination == "none" else texts[max(start, 0) : max(start + query.limit, 0)]
        if edit.change_record:
            rows = [_change(text, edit.change_record) for text in rows]
        next_offset: int | None = query.offset + query.limit
        if config.pagination == "none" or query.offset + query.limit >= total:
            next_offset = None
        if edit.next_offset is not None:
            next_offset = edit.next_offset
        before, after, headers = write_envelope(config, query, edit, total, next_offset)
        body = b"".join((before, b"[", b",".join(rows), b"]", after))
        return Page(body, headers)

    # --- keeping ---

    def _keep(self, query: Query, page: Page) -> None:
        self._pages[query] = page
        self._bytes += page.size()
        while self._bytes > self._config.cache_megabytes * 1_000_000 and len(self._pages) > 1:
            _, oldest = self._pages.popitem(last=False)
            self._bytes -= oldest.size()

    def _forget(self) -> None:
        self._queries.clear()
        self._pages.clear()
        self._bytes = 0


def _days(first: date | None, last: date | None) -> list[date | None]:
    if first is None or last is None:
        return [None]
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _encode(texts: list[str]) -> list[bytes]:
    """Return the texts as they go over the wire: half the memory, and pages are joined without encoding."""
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def _change(text: bytes, changes: tuple[Callable[[dict[str, Any]], None], ...]) -> bytes:
    try:
        record = json.loads(text)
    except ValueError:
        return text  # a raw text that is no JSON stays as it is
    for change in changes:
        change(record)
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
