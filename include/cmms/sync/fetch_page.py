"""Part of step fetch: one page -> asked for, checked, landed.

Input: the address of a page. Output: :class:`FetchedPage`, its records in the storage. Any thread may do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cmms.api.answer_cache import AnswerCache, CachedAnswer
from cmms.api.body import PageContent, split_records
from cmms.api.call_log import CallLog
from cmms.api.client import ApiClient
from cmms.api.connection import ApiConnection
from cmms.api.exchange import Answer, Target
from cmms.api.pagination import PageFacts, next_of, total_of
from cmms.api.receive_body import Body, WireBody, unpack_body
from cmms.settings import Stream
from cmms.storage import Storage
from cmms.sync.land_pages import LandedContent, land_large, land_small

BAD_PAYLOAD = "bad-payload.bin"
_NO_CONTENT = 204
"""HTTP status: a page without any records, and without a body."""


@dataclass(frozen=True)
class FetchedPage:
    """A page that lies in the storage, and what it said about itself."""

    landed: LandedContent
    facts: PageFacts
    not_modified: bool


class PageFetcher:
    """Fetches pages of one stream into one folder."""

    def __init__(
        self,
        stream: Stream,
        connection: ApiConnection,
        storage: Storage,
        *,
        folder: str,
        call_log: CallLog,
        sleep: Callable[[float], None],
    ) -> None:
        self._stream = stream
        self._storage = storage
        self._folder = folder
        self._cache = AnswerCache(storage) if stream.conditional_requests else None
        self._client = ApiClient(
            connection, stream, call_log=call_log, sleep=sleep, keep_bad_payload=self._keep_bad_payload
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def fetch(self, url: str, *, name: str, unit_key: str, page: int) -> FetchedPage:
        """Fetch a page and land it as ``name`` (a file name without its ending)."""
        cached = self._cache.load(url) if self._cache else None
        target = Target(url, unit_key=unit_key, page=page, etag=cached.etag if cached else None)
        return self._client.fetch(target, lambda answer, body: self._read(target, answer, body, name, cached))

    def _read(self, target: Target, answer: Answer, body: Body, name: str, cached: CachedAnswer | None) -> FetchedPage:
        """Split and land an answer."""
        stream, headers = self._stream, dict(answer.headers)
        links = answer.links
        if answer.status == 304 and cached is not None:
            body, headers, links = _unpacked(cached, stream), cached.headers, cached.links
        if answer.status == _NO_CONTENT and not body.size:
            landed, content = LandedContent((), 0, b""), PageContent(records=())
        elif body.buffer.file is not None:
            landed, content = land_large(self._storage, f"{self._folder}/{name}", body, stream)
        else:
            content = split_records(body.data, stream.records_path, stream.pagination)
            landed = land_small(self._storage, f"{self._folder}/{name}", body, content)
            self._remember(target, answer, body)
        facts = PageFacts(
            records=landed.records,
            total=total_of(stream.pagination, content.total, headers),
            last_page=content.last_page,
            next_value=next_of(stream.pagination, content.next_value, headers, links),
        )
        return FetchedPage(landed, facts, answer.status == 304)

    def _remember(self, target: Target, answer: Answer, body: Body) -> None:
        etag = answer.headers.get("ETag")
        if self._cache is not None and answer.status == 200 and etag:
            paging = self._stream.pagination
            names = (paging.total_header, paging.cursor_header)
            headers = {name: answer.headers[name] for name in names if name in answer.headers}
            links = {name: dict(link) for name, link in answer.links.items()}
            self._cache.save(target.url, CachedAnswer(etag, body.as_gzip(), headers, links))

    def _keep_bad_payload(self, head: bytes) -> str:
        file = f"{self._folder}/{BAD_PAYLOAD}"
        self._storage.write_bytes(file, head)
        return file


def _unpacked(cached: CachedAnswer, stream: Stream) -> Body:
    wire, body = WireBody(encoding="gzip"), Body()
    wire.buffer.write(cached.compressed)
    unpack_body(wire, body, max_bytes=stream.max_body_bytes)
    return body
